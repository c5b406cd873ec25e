"""Who may ask: tokens, their file, their scopes, and what is told to whom."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applications import application
from inroads.errors import NotFound
from inroads.network.access_graph import AccessGraph
from inroads.sources.private_file import BadTokens
from inroads_api.execution.execute import Schema, build_schema
from inroads_api.limits import MAX_ASKED
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import AccessDenied, Caller, TokenScope
from inroads_api.security.permissions import MUTATIONS, authorise
from inroads_api.security.tokens import ApiToken, TokenFile
from inroads_api.web.media_types import LEGACY, MODERN
from questions import NOON, Serve, code

DAY = dt.timedelta(days=1)
QUERY = "{ graph { version } }"
INGEST = "mutation { ingest(documents: [{response: {id: 5}}]) { documents { status } } }"


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "auth.json")


Issue = Callable[..., str]


@pytest.fixture
def issue(file: TokenFile) -> Issue:
    """Makes a token of these scopes that lives a day, and gives its text."""
    return lambda *scopes: file.create("a test", scopes or (TokenScope.READ,), DAY, NOON)[1]


@pytest.fixture
def door(
    bruce: AccessGraph, serve: Serve, file: TokenFile, clock: Clock
) -> Callable[..., httpx2.Client]:
    """A client of an application that asks for tokens of the file."""

    def opened(**options: Any) -> httpx2.Client:
        return serve(application(bruce, auth=Auth(file.path, clock), **options))

    return opened


def ask(
    client: httpx2.Client, token: str | None = None, query: str = QUERY, **headers: str
) -> httpx2.Response:
    given = {"authorization": f"Bearer {token}"} if token else {}
    return client.post("/graphql", json={"query": query}, headers=given | headers)


def refused(response: httpx2.Response, status: int, code_: str, challenge: str | None) -> None:
    assert (response.status_code, code(response.json())) == (status, code_)
    assert response.headers.get("www-authenticate") == challenge


ANONYMOUS = 401, "UNAUTHENTICATED", 'Bearer realm="inroads"'
INVALID = 401, "UNAUTHENTICATED", 'Bearer realm="inroads", error="invalid_token"'


class TestTheFile:
    """Hashes, private, changed whole."""

    def test_what_it_holds(self, file: TokenFile) -> None:
        """The file is private and holds the hash of a token, never the token or its secret; a token has 256 bits."""
        token, text = file.create("bruce's laptop", [TokenScope.READ, TokenScope.INGEST], DAY, NOON)
        raw = file.path.read_text()
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
        assert text.startswith(f"inr_{token.id}_")
        secret = text.removeprefix(f"inr_{token.id}_")
        assert len(secret) * 6 >= 256
        assert secret not in raw
        assert hashlib.sha256(text.encode()).hexdigest() in raw
        assert file.tokens() == [token]
        assert token.expires_at == NOON + DAY
        assert len(file.key()) == 32

    def test_tokens_differ(self, file: TokenFile) -> None:
        """No two tokens are the same, and the key stays as it is."""
        key = file.create("0", [TokenScope.READ], DAY, NOON) and file.key()
        texts = {file.create(str(n), [TokenScope.READ], DAY, NOON)[1] for n in range(20)}
        assert len(texts) == 20
        assert file.key() == key

    def test_revoked(self, file: TokenFile) -> None:
        """A revoked token stays listed with the first moment of its revocation; an unknown id is told."""
        token, _ = file.create("a", [TokenScope.READ], DAY, NOON)
        file.revoke(token.id, NOON + DAY)
        file.revoke(token.id, NOON + 2 * DAY)
        assert [each.revoked_at for each in file.tokens()] == [NOON + DAY]
        with pytest.raises(NotFound):
            file.revoke("aaaaaaaaaa", NOON)

    def test_many_at_once(self, file: TokenFile) -> None:
        """What several make at once is all there."""
        makers = [
            threading.Thread(target=file.create, args=(str(n), [TokenScope.READ], DAY, NOON))
            for n in range(12)
        ]
        for each in makers:
            each.start()
        for each in makers:
            each.join(20)
        assert sorted(int(each.name) for each in file.tokens()) == list(range(12))

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    def test_readable_by_others(self, file: TokenFile, issue: Issue, mode: int) -> None:
        """A file that others may read or write is not used."""
        issue()
        file.path.chmod(mode)
        for use in (
            file.tokens,
            lambda: Auth(file.path),
            lambda: file.create("b", [TokenScope.READ], DAY, NOON),
        ):
            with pytest.raises(BadTokens) as caught:
                use()
            assert caught.value.code == "UNSAFE_TOKENS"

    def test_a_link(self, file: TokenFile, issue: Issue, tmp_path: Path) -> None:
        """A symbolic link is not followed."""
        issue()
        link = tmp_path / "link.json"
        link.symlink_to(file.path)
        with pytest.raises(BadTokens):
            Auth(link)

    @pytest.mark.parametrize(
        "change",
        [
            lambda content: content | {"format": 2},
            lambda content: content | {"key": "c2hvcnQ="},
            lambda content: content | {"more": 1},
            lambda content: content | {"tokens": content["tokens"] * 2},
            lambda content: (
                content | {"tokens": [content["tokens"][0] | {"scopes": ["everything"]}]}
            ),
            lambda content: (
                content | {"tokens": [content["tokens"][0] | {"expires_at": "2099-01-01T00:00:00"}]}
            ),
            lambda content: content | {"tokens": [content["tokens"][0] | {"expires_at": None}]},
            lambda content: [content],
        ],
    )
    def test_damaged(self, file: TokenFile, issue: Issue, change: Callable[[Any], Any]) -> None:
        """A file that says something else is refused whole, by a message that quotes nothing of it."""
        issue()
        file.path.write_text(json.dumps(change(json.loads(file.path.read_text()))))
        digest = hashlib.sha256(b"").hexdigest()
        with pytest.raises(BadTokens) as caught:
            Auth(file.path)
        assert digest[:10] not in str(caught.value)
        assert "everything" not in str(caught.value)

    def test_no_token_of_use(self, file: TokenFile, clock: Clock) -> None:
        """A server does not start with a file in which no token can be used."""
        token, _ = file.create("a", [TokenScope.READ], DAY, NOON)
        Auth(file.path, clock)
        file.revoke(token.id, NOON)
        with pytest.raises(BadTokens, match="token create"):
            Auth(file.path, clock)


class TestWhoAsks:
    """A request is let in with a token that is known, alive and not revoked."""

    def test_with_a_token(self, door: Callable[..., httpx2.Client], issue: Issue) -> None:
        """GET and POST are answered with a token; the scheme may be in any case."""
        token = issue()
        client = door()
        assert "data" in ask(client, token).json()
        for scheme in ("bearer", "BEARER", "Bearer  "):
            response = client.get(
                "/graphql", params={"query": QUERY}, headers={"authorization": f"{scheme} {token}"}
            )
            assert "data" in response.json()

    @pytest.mark.parametrize("media_type", [LEGACY, MODERN])
    def test_without(
        self, door: Callable[..., httpx2.Client], issue: Issue, media_type: str
    ) -> None:
        """Without a token nothing is told, in the media type that was asked for; the page and health are open."""
        issue()
        client = door()
        for query in (QUERY, "{ __schema { types { name } } }", "{ grahp }", "{", ""):
            response = ask(client, query=query, accept=media_type)
            refused(response, *ANONYMOUS)
            assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
            assert "graph" not in response.text
        assert client.get("/healthz").status_code == client.get("/").status_code == 200
        refused(client.get("/whatever/comes"), *ANONYMOUS)
        refused(client.request("OPTIONS", "/graphql"), *ANONYMOUS)
        assert not any(name.startswith("access-control") for name in client.get("/").headers)

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("", ANONYMOUS),
            ("Bearer", ANONYMOUS),
            ("Bearer ", ANONYMOUS),
            ("Basic YTpi", ANONYMOUS),
            ("Bearer{}", ANONYMOUS),
            ("{}", ANONYMOUS),
            ("Bearer {} {}", ANONYMOUS),
            ("Bearer {},Bearer {}", ANONYMOUS),
            ("Bearer {}x", INVALID),
            ('Bearer "{}"', INVALID),
            ("Bearer inr_aaaaaaaaaa_" + "a" * 43, INVALID),
            ("Bearer inr_" + "a" * 40_000, INVALID),
            ("Bearer " + "ÿ" * 54, INVALID),
            ("Bearer \x00", INVALID),
        ],
    )
    def test_malformed(
        self,
        door: Callable[..., httpx2.Client],
        issue: Issue,
        given: str,
        expected: tuple[int, str, str],
    ) -> None:
        """Headers that are no token, or almost one, let nobody in and are not quoted."""
        token = issue()
        header = given.replace("{}", token).encode("latin-1")
        response = door().post(
            "/graphql", json={"query": QUERY}, headers=[(b"authorization", header)]
        )
        refused(response, *expected)
        assert "inr_" not in response.text

    def test_other_secret(self, door: Callable[..., httpx2.Client], issue: Issue) -> None:
        """The name of one token with the secret of another is no token, nor is one with any letter changed."""
        one, other = issue(), issue()
        client = door()
        refused(ask(client, one[:15] + other[15:]), *INVALID)
        for place in range(4, len(one)):
            changed = "a" if one[place] != "a" else "b"
            assert ask(client, one[:place] + changed + one[place + 1 :]).status_code == 401

    def test_two_headers(self, door: Callable[..., httpx2.Client], issue: Issue) -> None:
        """Two headers are refused, even if both are good: a proxy may have looked at the other one."""
        header = ("authorization", f"Bearer {issue()}")
        response = door().post("/graphql", json={"query": QUERY}, headers=[header, header])
        refused(response, 400, "BAD_REQUEST", 'Bearer realm="inroads", error="invalid_request"')

    def test_elsewhere(self, door: Callable[..., httpx2.Client], issue: Issue) -> None:
        """A token in a cookie, in the URL or in the body is none: no page can make a browser send it."""
        token = issue()
        client = door()
        refused(
            client.post("/graphql", json={"query": QUERY}, headers={"cookie": f"token={token}"}),
            *ANONYMOUS,
        )
        refused(client.get("/graphql", params={"query": QUERY, "access_token": token}), *ANONYMOUS)
        refused(client.post("/graphql", json={"query": QUERY, "access_token": token}), *ANONYMOUS)

    def test_constant_time(
        self, file: TokenFile, issue: Issue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A wrong secret and an unknown name are compared alike, in constant time, over all of the hash."""
        compared: list[tuple[int, int]] = []
        stock = hmac.compare_digest

        def compare(left: bytes, right: bytes) -> bool:
            compared.append((len(left), len(right)))
            return stock(left, right)

        token = issue()
        auth = Auth(file.path, lambda: NOON)
        monkeypatch.setattr(hmac, "compare_digest", compare)
        for text in (token[:-2] + "__", "inr_aaaaaaaaaa_" + "a" * 43, "nothing-like-it"):
            with pytest.raises(AccessDenied):
                auth.caller([f"Bearer {text}".encode()])
        assert compared == [(64, 64)] * 3

    def test_expired(self, door: Callable[..., httpx2.Client], issue: Issue, clock: Clock) -> None:
        """A token ends at its moment, and only who has it is told why it is refused."""
        token = issue()
        client = door()
        clock.now = NOON + DAY - dt.timedelta(microseconds=1)
        assert "data" in ask(client, token).json()
        clock.now = NOON + DAY
        response = ask(client, token)
        refused(response, *INVALID)
        assert "expired" in response.text
        assert "expired" not in ask(client, token[:-2] + "__").text

    def test_revoked_while_it_runs(
        self, door: Callable[..., httpx2.Client], issue: Issue, file: TokenFile
    ) -> None:
        """A revoked token is refused from the next request on, and a new one is let in; no restart is needed."""
        token, other = issue(), issue()
        client = door()
        assert "data" in ask(client, token).json()
        file.revoke(token[4:14], NOON)
        refused(ask(client, token), *INVALID)
        assert "data" in ask(client, other).json()
        assert "data" in ask(client, issue()).json()

    def test_the_file_goes(
        self,
        door: Callable[..., httpx2.Client],
        issue: Issue,
        file: TokenFile,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """While the file is missing, damaged or readable by others nobody is let in; then all is as before."""
        token = issue()
        client = door()
        raw = file.path.read_bytes()

        def none_let_in() -> None:
            for _ in range(2):
                refused(ask(client, token), 503, "AUTH_UNAVAILABLE", None)

        file.path.chmod(0o644)
        none_let_in()
        file.path.unlink()
        none_let_in()
        file.path.write_bytes(raw[:-9])
        file.path.chmod(0o600)
        none_let_in()
        file.path.write_bytes(raw)
        assert "data" in ask(client, token).json()
        assert caplog.text.count("AUTH_UNAVAILABLE") == 1  # not once for each request


class TestScopes:
    """An operation is executed with its scope."""

    @pytest.mark.parametrize(
        ("scopes", "reads", "ingests"),
        [
            ([TokenScope.READ], True, False),
            ([TokenScope.INGEST], False, True),
            ([TokenScope.READ, TokenScope.INGEST], True, True),
            ([TokenScope.REVIEW], False, False),
            ([TokenScope.ADMIN], True, True),
            ([TokenScope.READ_PSEUDONYMISED], False, False),
        ],
    )
    def test_table(
        self,
        door: Callable[..., httpx2.Client],
        issue: Issue,
        tmp_path: Path,
        scopes: Sequence[TokenScope],
        reads: bool,
        ingests: bool,
    ) -> None:
        """What each scope lets do, in either media type; a refusal names the scope that is missing."""
        token = issue(*scopes)
        client = door(ingest=tmp_path / "none.db")
        for media_type in (LEGACY, MODERN):
            for query, needed, may in ((QUERY, "read", reads), (INGEST, "ingest", ingests)):
                response = ask(client, token, query, accept=media_type)
                if may:
                    assert (
                        code(response.json()) == "LEDGER_MISSING"
                        if query == INGEST
                        else "data" in response.json()
                    )
                else:
                    challenge = (
                        f'Bearer realm="inroads", error="insufficient_scope", scope="{needed}"'
                    )
                    refused(response, 403, "INSUFFICIENT_SCOPE", challenge)

    @pytest.mark.parametrize(
        "document",
        [
            "mutation { ...A } fragment A on Mutation { ...B } fragment B on Mutation { %s }",
            "mutation { ... on Mutation { ... @include(if: true) { __typename x: %s } } }",
            "query Read { graph { version } } mutation Write { %s }",
            "mutation { ...A } fragment A on Mutation { __typename } fragment A on Mutation { %s }",
            "mutation { ...A } fragment A on Mutation { ...A %s }",
        ],
    )
    def test_hidden_mutations(self, document: str) -> None:
        """A mutation needs its scope under any alias and in any fragment, and what is not in the table needs admin."""
        schema = build_schema(allow_ingest=True, allow_review=True)
        name = "Write" if "Write" in document else None
        for field, scope in (("ingest", TokenScope.INGEST), ("dropAll", TokenScope.ADMIN)):
            prepared = schema.documents.get(document % field)
            authorise(Caller("a", frozenset({scope})), prepared, name)
            with pytest.raises(AccessDenied) as caught:
                authorise(
                    Caller("a", frozenset({*TokenScope} - {scope, TokenScope.ADMIN})),
                    prepared,
                    name,
                )
            assert caught.value.code == "INSUFFICIENT_SCOPE"

    def test_mutations_are_in_the_table(self) -> None:
        """Every mutation there is has its scope in the table, and nothing else does."""
        mutation = build_schema(allow_ingest=True, allow_review=True)._schema.mutation_type
        assert mutation is not None
        assert set(mutation.fields) == set(MUTATIONS)

    def test_pseudonymised(self, schema: Schema) -> None:
        """`read:pseudonymised` reads where answers are pseudonymised, and there alone."""
        prepared = schema.documents.get(QUERY)
        authorise(
            Caller("a", frozenset({TokenScope.READ_PSEUDONYMISED})),
            prepared,
            None,
            pseudonymised=True,
        )
        authorise(Caller("a", frozenset({TokenScope.READ})), prepared, None, pseudonymised=True)
        with pytest.raises(AccessDenied):
            authorise(Caller("a", frozenset({TokenScope.READ_PSEUDONYMISED})), prepared, None)

    def test_a_large_body_is_for_who_may_ingest(
        self, door: Callable[..., httpx2.Client], issue: Issue, tmp_path: Path
    ) -> None:
        """Who may not hand documents in has no use for a body of their size."""
        large = QUERY + " " * MAX_ASKED
        for scope, wanted in (
            (TokenScope.READ, "BODY_TOO_LARGE"),
            (TokenScope.INGEST, "TOKEN_LIMIT"),
        ):
            token = issue(scope)
            assert code(ask(door(ingest=tmp_path / "none.db"), token, large).json()) == wanted
            assert code(ask(door(), token, large).json()) == "BODY_TOO_LARGE"


class TestIntrospection:
    """The schema is for anybody where the server says so, and nothing else is."""

    def test_open(self, door: Callable[..., httpx2.Client], issue: Issue) -> None:
        """With --introspection the schema is told without a token, and only it: not beside, below or after it."""
        issue()
        client = door(introspection=True)
        types = "fragment S on Query { __schema { types { name } } }"
        whole = f'query ($x: Boolean = true) {{ ...S @include(if: $x) __type(name: "Node") {{ name }} }} {types}'
        assert "Identity" in ask(client, query=whole).text
        for query in (
            QUERY,
            "{ __typename graph { version } }",
            '{ ...S } fragment S on Query { __typename ... { search(text: "b") { nodes { id } } } }',
            "{ __typename serach }",
            "mutation { __typename }",
        ):
            refused(ask(client, query=query), *ANONYMOUS)
        refused(client.get("/metrics"), *ANONYMOUS)

    def test_bad_tokens_stay_bad(self, door: Callable[..., httpx2.Client], issue: Issue) -> None:
        """Who shows a bad token is not let in as nobody."""
        token = issue()
        refused(ask(door(introspection=True), token[:-2] + "__", "{ __typename }"), *INVALID)


def test_tokens_are_values(file: TokenFile) -> None:
    """A token can be compared, and says nothing of its text when it is shown."""
    token, text = file.create("a", [TokenScope.READ, TokenScope.READ], DAY, NOON)
    assert isinstance(token, ApiToken)
    assert token.scopes == (TokenScope.READ,)
    assert text[15:] not in repr(token)
    assert os.fspath(file.path) not in repr(token)
