"""The audit log: what it says, what it never says, and that nothing in it can be changed unseen."""

from __future__ import annotations

import asyncio
import datetime as dt
import fcntl
import hashlib
import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from typer.testing import CliRunner

from applications import application
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.cli.main import app
from inroads_api.execution.execute import Schema, build_schema
from inroads_api.security import audit as audit_
from inroads_api.security.audit import FIRST, MAX_ASKED, AuditLog, asked_about
from inroads_api.security.audit_verification import verify
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope, keyed
from inroads_api.security.tokens import TokenFile
from questions import NOON, Serve, code, graph_of

KEY = b"k" * 32
QUERY = "{ graph { version } }"
REACH = "query Who($email: String!) { identity(by: {email: $email}) { id reach { totalCount } } }"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def codes(*paths: Path, head: str | None = None) -> list[str]:
    return [problem.code for problem in verify(paths, head).problems]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.log"


@pytest.fixture
def audit(path: Path) -> AuditLog:
    return AuditLog(path, KEY, lambda: NOON)


@pytest.fixture
def asked(audit: AuditLog, schema: Schema) -> Callable[..., None]:
    """Writes lines of questions that are answered."""

    def ask(times: int = 1, to: AuditLog = audit, query: str = QUERY) -> None:
        for _ in range(times):
            to.entry("aaaaaaaaaa", schema.documents.get(query), None, None, 1).answered(
                200, (), 0, 12
            )

    return ask


@pytest.fixture
def tokens(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "auth.json")


@pytest.fixture
def client(bruce: AccessGraph, serve: Serve, tokens: TokenFile, path: Path) -> httpx2.Client:
    """A client with a token of all scopes, of a server that writes to the log."""
    _, text = tokens.create("a", [TokenScope.ADMIN], dt.timedelta(days=1), NOON)
    audit = AuditLog(path, tokens.key(), lambda: NOON)
    made = serve(application(bruce, auth=Auth(tokens.path, lambda: NOON), audit=audit))
    made.headers["authorization"] = f"Bearer {text}"
    return made


class TestWhatItSays:
    """Each operation is a line, with who, what and how it ended."""

    def test_a_question(self, client: httpx2.Client, tokens: TokenFile, path: Path) -> None:
        """A line has the token's id, the operation, keyed hashes, cost, counts and outcome; email and ids never."""
        response = client.post(
            "/graphql", json={"query": REACH, "variables": {"email": "b@example.com"}}
        )
        assert response.json()["data"]["identity"]["id"] == "identity:712052"
        opened, line = lines(path)
        assert opened["event"] == "opened"
        (token,) = tokens.tokens()
        cost = response.json()["extensions"]["cost"]
        wanted = {
            "number": 2,
            "at": "2026-03-01T12:00:00Z",
            "event": "asked",
            "who": token.id,
            "operation": "query",
            "name": "Who",
            "document": keyed(tokens.key(), REACH),
            "asked": [asked_about(tokens.key(), "B@Example.com ")],
            "resolved": [asked_about(tokens.key(), "identity:712052")],
            "status": 200,
            "cost": cost["requested"],
            "fields": cost["actual"],
            "bytes": len(response.content),
        }
        assert {key: line.get(key) for key in wanted} == wanted
        assert line["milliseconds"] > 0
        assert "codes" not in line

    def test_nothing_is_quoted(self, client: httpx2.Client, path: Path) -> None:
        """No email, id, text, name, token or variable stands in the log, wherever a request has it, failing or not."""
        marker = "marker_xyz"
        inline = f'query {marker * 9} {{ identity(by: {{email: "{marker}@x"}}) {{ id }} business(id: 77128) {{ id }} }}'
        for body in (
            {"query": inline},
            {"query": f"{{ {marker} }}"},
            {"query": f'{{ "{marker}'},
            {"query": QUERY, "operationName": f"{marker}@x"},
            {"query": REACH, "variables": {"email": {marker: marker}}},
            {"query": REACH, "variables": {marker: [marker, 5, None, True]}},
            {"query": f"# {marker}\n{QUERY}", "extensions": {marker: marker}},
        ):
            client.post(
                "/graphql",
                json=body,
                headers={"user-agent": marker, "x": marker, "referer": marker},
            )
            client.get("/graphql", params={"query": body["query"], marker: marker})
        client.post(
            "/graphql", json={"query": QUERY}, headers={"authorization": f"Bearer {marker}"}
        )
        written = path.read_text()
        assert len(lines(path)) == 15
        for text in ("marker", "@", client.headers["authorization"][22:]):
            assert text not in written
        hashed = {"previous", "document", "variables", "asked", "at", "milliseconds"}
        assert "77128" not in str(
            [{key: line[key] for key in line.keys() - hashed} for line in lines(path)]
        )

    def test_refusals(self, client: httpx2.Client, tokens: TokenFile, path: Path) -> None:
        """What was refused has its codes; who was not let in is counted."""
        client.post("/graphql", json={"query": "{ nothing }"})
        _, reader = tokens.create("b", [TokenScope.REVIEW], dt.timedelta(days=1), NOON)
        headers = {"authorization": f"Bearer {reader}"}
        assert client.post("/graphql", json={"query": QUERY}, headers=headers).status_code == 403
        asked = lines(path)[1:]
        assert [(each["status"], each["codes"]) for each in asked] == [
            (200, ["GRAPHQL_VALIDATION_FAILED"]),
            (403, ["INSUFFICIENT_SCOPE"]),
        ]
        assert asked[1]["who"] == reader[4:14]
        client.post("/graphql", json={"query": "mutation { ingest }"}, headers=headers)
        assert [each["event"] for each in lines(path)[3:]] == ["asked"]

    def test_turned_away(self, audit: AuditLog, path: Path) -> None:
        """However many are turned away, a line a second says how many, with the id of a token that has ended."""
        audit.start()
        for _ in range(1_000):
            audit.turned_away("UNAUTHENTICATED", None)
        audit.turned_away("UNAUTHENTICATED", "aaaaaaaaaa")
        audit.close()
        away = [each for each in lines(path) if each["event"] == "turned away"]
        assert len(away) <= 4
        assert sum(each["times"] for each in away) == 1_001
        assert [each["times"] for each in away if each.get("who") == "aaaaaaaaaa"] == [1]
        assert codes(path) == []

    def test_a_mutation(
        self, bruce: AccessGraph, serve: Serve, tmp_path: Path, path: Path, audit: AuditLog
    ) -> None:
        """A mutation is told before it begins and after it has ended, and its documents only as one hash."""
        ledger = tmp_path / "inroads.db"
        Ledger(ledger).close()
        client = serve(application(bruce, ingest=ledger, audit=audit))
        query = "mutation Add($d: [JSON!]!) { ingest(documents: $d) { documents { status } } }"
        variables = {"d": [{"response": {"email": "c@example.com", "id": 5}}]}
        answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
        assert answer["data"]["ingest"]["documents"] == [{"status": "ADDED"}]
        begun, ended = lines(path)[1:]
        assert (begun["event"], ended["event"], ended["status"]) == ("begun", "asked", 200)
        assert begun["document"] == ended["document"]
        assert (
            begun["variables"]
            == ended["variables"]
            == keyed(KEY, json.dumps(variables, separators=(",", ":")))
        )
        assert "asked" not in ended
        client.close()

    def test_many_values(self, audit: AuditLog, schema: Schema, path: Path) -> None:
        """A line stays short: only so many values, and none that is long, but the rest is counted."""
        values = [str(number) for number in range(MAX_ASKED + 7)]
        variables = {"a": values, "b": "x" * 5_000}
        audit.entry(None, schema.documents.get(QUERY), variables, None, 1).refused(403, "NO")
        line = lines(path)[-1]
        assert (len(line["asked"]), line["asked_more"]) == (MAX_ASKED, 7)


PERSON: Final = "identity:712052"
EMAIL: Final = "query ($e: String!) { identity(by: {email: $e}) { email } }"
ID: Final = "query ($i: ID!) { identity(by: {id: $i}) { email } }"
SPELLINGS: Final[list[tuple[str, dict[str, Any]]]] = [
    (EMAIL, {"e": "b@example.com"}),
    (EMAIL, {"e": "  B@EXAMPLE.com\n"}),
    (EMAIL, {"e": " " * 1_000 + "b@example.com"}),
    (EMAIL, {"e": "b@example.com", "junk": [f"j{n}" for n in range(500)]}),
    ('{ identity(by: {email: "b@example.com "}) { email } }', {}),
    (ID, {"i": 712052}),
    (ID, {"i": "712052"}),
    (ID, {"i": PERSON}),
    ("{ identity(by: {id: 712052}) { email } }", {}),
    ('{ node(id: "identity:712052") { id } }', {}),
    ('{ a: node(id: "identity:712052") { id } b: node(id: "business:1") { id } }', {}),
    ('{ nodes(ids: ["business:77128", "identity:712052"]) { id } }', {}),
    ("query ($n: [ID!]!) { nodes(ids: $n) { id } }", {"n": [PERSON]}),
    ('{ graph { identity(by: {email: "b@example.com"}) { email } } }', {}),
    ('{ search(text: "b@exampl") { nodes { id } } }', {}),
    ('{ access(principal: " b@Example.com", resource: "business:77128") { state } }', {}),
    ('{ plan(principal: "b@example.com", resource: "business:77128") { sentence } }', {}),
    ('{ chokePoints(of: ["identity:712052"]) { ended } }', {}),
    ('{ whatIf(remove: ["role 994207"]) { outcomes { totalCount } } }', {}),
]


class TestWhomItIsAbout:
    """The log names the nodes that were found, however the question spells them."""

    @pytest.mark.parametrize(("query", "variables"), SPELLINGS)
    def test_every_spelling(
        self,
        client: httpx2.Client,
        tokens: TokenFile,
        path: Path,
        query: str,
        variables: dict[str, Any],
    ) -> None:
        """Each time, also where the answer is compiled or comes from the cache, the line has the hash of the person."""
        for _ in range(4):
            answer = client.post("/graphql", json={"query": query, "variables": variables})
            assert "errors" not in answer.json()
        wanted = asked_about(tokens.key(), PERSON)
        assert [wanted in line["resolved"] for line in lines(path)[1:]] == [True] * 4

    def test_composition(self, serve: Serve, path: Path, audit: AuditLog) -> None:
        """Composed and decomposed letters of an email name one person."""
        client = serve(
            application(
                graph_of({"response": {"id": 5, "email": "Jos\u00e9@example.com"}}), audit=audit
            )
        )
        for email in ("jos\u00e9@example.com", "JOSE\u0301@example.com"):
            client.post("/graphql", json={"query": EMAIL, "variables": {"e": email}})
        one, other = (line["resolved"] for line in lines(path)[1:])
        assert one == other == [asked_about(KEY, "identity:5")]

    def test_who_is_not_found(self, client: httpx2.Client, tokens: TokenFile, path: Path) -> None:
        """An id that no document names is in the log in one form; of an email the text in the form that compares."""
        for given in (5, "5", "identity:5"):
            client.post("/graphql", json={"query": ID, "variables": {"i": given}})
        for email in ("Nobody@example.com", " nobody@EXAMPLE.com "):
            client.post("/graphql", json={"query": EMAIL, "variables": {"e": email}})
        written = lines(path)[1:]
        unknown = [asked_about(tokens.key(), "identity:5")]
        assert [line.get("resolved") for line in written] == [unknown] * 3 + [None] * 2
        assert written[3]["asked"] == written[4]["asked"]

    def test_several_of_one_email(self, serve: Serve, path: Path, audit: AuditLog) -> None:
        """An email that several share is about each of them."""
        people = [{"response": {"id": each, "email": "a@example.com"}} for each in (5, 6)]
        client = serve(application(graph_of(*people), audit=audit))
        answer = client.post("/graphql", json={"query": EMAIL, "variables": {"e": "a@example.com"}})
        assert code(answer.json()) == "AMBIGUOUS_EMAIL"
        wanted = {asked_about(KEY, "identity:5"), asked_about(KEY, "identity:6")}
        assert set(lines(path)[-1]["resolved"]) == wanted

    def test_many(
        self, audit: AuditLog, schema: Schema, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many nodes are named none is left out; a line that would be long is several."""
        monkeypatch.setattr(audit_, "MAX_RESOLVED", 10)
        names = [f"identity:{number}" for number in range(25)]
        entry = audit.entry("aaaaaaaaaa", schema.documents.get(QUERY), None, None, 1)
        entry.answered(200, (), 0, 12, resolved=names)
        told = lines(path)[1:]
        assert [(each["event"], len(each["resolved"])) for each in told] == [
            *[("resolved", 10)] * 2,
            ("asked", 5),
        ]
        assert {each["who"] for each in told} == {"aaaaaaaaaa"}
        assert {one for each in told for one in each["resolved"]} == {
            asked_about(KEY, name) for name in names
        }
        assert codes(path) == []


class TestALock:
    """Another process, such as a log shipper, may lock the file."""

    def test_a_short_one(self, asked: Callable[..., None], path: Path) -> None:
        """A lock that is soon released is waited for."""
        with path.open() as other:
            fcntl.flock(other, fcntl.LOCK_SH)
            threading.Timer(0.1, fcntl.flock, (other, fcntl.LOCK_UN)).start()
            asked(1)
        assert len(lines(path)) == 2
        assert codes(path) == []

    def test_a_long_one_costs_answers_and_not_the_loop(
        self, bruce: AccessGraph, path: Path, audit: AuditLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Answers are withheld after a short wait, which other requests do not notice; afterwards all is as before."""
        monkeypatch.setattr(audit_, "PATIENCE", 0.3)
        app = application(bruce, audit=audit)
        loop_slept: list[float] = []
        sleep = time.sleep

        def noted(seconds: float) -> None:
            if threading.current_thread() is threading.main_thread():
                loop_slept.append(seconds)
            sleep(seconds)

        monkeypatch.setattr(time, "sleep", noted)

        async def ask() -> None:
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as door:

                async def question(query: str) -> httpx2.Response:
                    return await door.post("/graphql", json={"query": query})

                for _ in range(3):
                    await question(QUERY)
                    await question("{ nothing }")
                with path.open() as other:
                    fcntl.flock(other, fcntl.LOCK_EX)
                    waiting = asyncio.gather(
                        *(question(each) for each in (QUERY, "{ nothing }", "{ rules { id } }") * 5)
                    )
                    await asyncio.sleep(0.05)
                    assert (await door.get("/healthz")).text == "ok\n"
                    assert not waiting.done()
                    for refused in await waiting:
                        assert refused.status_code == 503
                        assert code(refused.json()) == "AUDIT_UNAVAILABLE"
                assert "data" in (await question(QUERY)).json()

        asyncio.run(ask())
        assert loop_slept == []
        assert codes(path) == []
        assert [line["status"] for line in lines(path)[1:]] == [200] * 7

    def test_a_line_for_later(
        self, audit: AuditLog, schema: Schema, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The end of a stream, which its event loop sees, is written within a second after the lock is gone."""
        monkeypatch.setattr(audit_, "PATIENCE", 0.1)
        entry = audit.entry(None, schema.documents.get(QUERY), None, None, 1)
        with path.open() as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            entry.streamed(3, 100, 5, None)
            with audit.at_once() as free:
                assert not free
            audit.turned_away("UNAUTHENTICATED", None)
            audit._settle()  # as the thread does, in vain
        assert len(lines(path)) == 1
        audit.turned_away("UNAUTHENTICATED", None)
        audit.close()
        told = [(each["event"], each.get("times")) for each in lines(path)[1:]]
        assert told == [("asked", 3), ("turned away", 2)]
        assert codes(path) == []

    def test_at_once(self, audit: AuditLog, asked: Callable[..., None], path: Path) -> None:
        """Lines inside are written without a wait, also after a rotation, whose file is left to threads."""
        with audit.at_once() as free:
            assert free
            asked(2)
        with audit.at_once() as free:
            assert free
        path.rename(path.with_name("rotated"))
        with audit.at_once() as free:
            assert not free
        asked(1)
        with audit.at_once() as free:
            assert free
        assert codes(path.with_name("rotated"), path) == []


class TestTheChain:
    """Nothing can be changed, taken out or put in unseen."""

    def test_a_whole_log(self, asked: Callable[..., None], path: Path) -> None:
        """A log that was only written is whole, is private, and begins with zeros."""
        asked(5)
        found = verify([path])
        assert (found.lines, found.first, found.last, found.problems) == (6, 1, 6, ())
        assert found.head == hashlib.sha256(path.read_bytes().splitlines()[-1]).hexdigest()
        assert lines(path)[0]["previous"] == FIRST
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("place", range(5))
    def test_every_tampering(self, asked: Callable[..., None], path: Path, place: int) -> None:
        """Each line that is changed, removed, doubled, moved or put in is told, but for the last ones' removal."""
        asked(5)
        raw = path.read_bytes().splitlines(keepends=True)
        head = verify([path]).head
        line = raw[place]
        following = raw[place + 1 :]
        broken = {
            "changed": [*raw[:place], line.replace(b"2026", b"2025"), *following],
            "spaced": [*raw[:place], line.replace(b":", b": ", 1), *following],
            "removed": [*raw[:place], *following],
            "doubled": [*raw[:place], line, line, *following],
            "moved": [*raw[:place], *following[:1], line, *following[1:]],
            "emptied": [*raw[:place], b"\n", *following],
            "garbled": [*raw[:place], b"\xff\x00{\n", *following],
            "joined": [*raw[:place], line.rstrip(b"\n"), *following],
        }
        for name, content in broken.items():
            path.write_bytes(b"".join(content))
            assert codes(path) or (name, place) == ("removed", 0), name
        path.write_bytes(b"".join(raw[: place + 1]))
        assert codes(path) == []
        assert codes(path, head=head) == ["HEAD_MISSING"]

    def test_the_first_lines_are_gone(self, asked: Callable[..., None], path: Path) -> None:
        """A log that does not begin at the beginning says so."""
        asked(2)
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
        assert verify([path]).first == 2

    def test_shortened_while_it_is_written(self, asked: Callable[..., None], path: Path) -> None:
        """Lines that are cut off at the end while the server runs leave a gap that is told."""
        asked(5)
        raw = path.read_bytes()
        os.truncate(path, len(raw) - 40)
        asked(1)
        assert "BROKEN" in codes(path)


class TestItsLife:
    """It survives what happens to files and processes."""

    def test_restarts(self, asked: Callable[..., None], path: Path) -> None:
        """The chain goes on after a restart."""
        asked(2)
        again = AuditLog(path, KEY)
        asked(2, again)
        assert [each["event"] for each in lines(path)].count("opened") == 2
        assert codes(path) == []

    @pytest.mark.parametrize("cut", [1, 2, 60])
    def test_torn(self, asked: Callable[..., None], path: Path, cut: int) -> None:
        """A torn last line is told by `verify`, taken away at the start, and a line says what it was."""
        asked(3)
        raw = path.read_bytes()
        path.write_bytes(raw[:-cut])
        assert codes(path) == ["TORN"]
        AuditLog(path, KEY)
        torn = raw[:-cut].rpartition(b"\n")[2]
        mended = lines(path)[3]
        assert (mended["event"], mended["bytes"]) == ("mended", len(torn))
        assert mended["sha256"] == hashlib.sha256(torn).hexdigest()
        assert codes(path) == []

    def test_only_a_torn_line(self, path: Path) -> None:
        """A log of one torn line begins anew."""
        path.write_bytes(b'{"number": 1, "prev')
        AuditLog(path, KEY)
        assert [each["event"] for each in lines(path)] == ["mended", "opened"]
        assert codes(path) == []

    @pytest.mark.parametrize(
        "content",
        [b"hello\n", b"{}\n", b'{"number": "1"}\n', b"\n", b"hello", b"[" * 9, b"x" * (2**20 + 5)],
    )
    def test_no_log(self, path: Path, content: bytes) -> None:
        """Another file is not written to."""
        path.write_bytes(content)
        with pytest.raises(InroadsError) as caught:
            AuditLog(path, KEY)
        assert caught.value.code == "AUDIT_CORRUPT"
        assert path.read_bytes() == content

    def test_no_file(self, tmp_path: Path) -> None:
        """What is no regular file, or cannot be made, is refused."""
        (tmp_path / "link").symlink_to(tmp_path / "target")
        os.mkfifo(tmp_path / "pipe")
        for name in ("link", "pipe", "none/audit.log", "."):
            with pytest.raises(InroadsError) as caught:
                AuditLog(tmp_path / name, KEY)
            assert caught.value.code == "AUDIT_UNAVAILABLE"

    def test_rotation(self, asked: Callable[..., None], path: Path, tmp_path: Path) -> None:
        """After a renaming, a copy that truncates, and a removal the chain goes on in a new file."""
        asked(2)
        first, second = tmp_path / "audit.log.2", tmp_path / "audit.log.1"
        path.rename(first)
        asked(2)
        second.write_bytes(path.read_bytes())
        os.truncate(path, 0)
        asked(2)
        assert codes(first, second, path) == []
        assert (verify([path]).first, verify([path]).problems) == (6, ())
        assert codes(first, path) == ["BROKEN"]
        path.unlink()
        asked(1)
        assert verify([path]).first == 8

    def test_several_writers(self, path: Path, tmp_path: Path) -> None:
        """Several processes, with threads each, and a rotation meanwhile: one chain, and every line is there."""
        context = multiprocessing.get_context("spawn")
        writers = [context.Process(target=_write_many, args=(path,)) for _ in range(2)]
        for each in writers:
            each.start()
        rotated = tmp_path / "rotated.log"
        # Whoever opens a log that was renamed away begins a chain of its own: both have opened it.
        while not path.exists() or path.read_bytes().count(b'"opened"') < len(writers):
            assert any(each.is_alive() for each in writers)
            time.sleep(0.002)
        path.rename(rotated)
        for each in writers:
            each.join(60)
            assert each.exitcode == 0
        found = verify([rotated, path])
        assert found.problems == ()
        assert found.lines == found.last == 2 * (1 + 2 * 300)

    def test_forked(self, asked: Callable[..., None], audit: AuditLog, path: Path) -> None:
        """A process that was forked from the one that opened the log opens it for itself, since locks are inherited."""
        asked(1)
        inherited, audit._process = audit._file, -1
        AuditLog(path, KEY)
        asked(1)
        assert audit._file != inherited
        assert codes(path) == []

    def test_killed(self, path: Path) -> None:
        """What was told as written is there after kill -9, and the chain is whole."""
        folders = [str(Path(__file__).parent), *sys.path]
        imports = f"import pathlib, sys; sys.path[:0] = {folders!r}; import test_audit"
        script = f"{imports}; test_audit._write_and_tell(pathlib.Path({str(path)!r}))"
        with subprocess.Popen(  # noqa: S603  # ours
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            told = [int(writer.stdout.readline()) for _ in range(200)]
            writer.send_signal(signal.SIGKILL)
        assert {each["number"] for each in lines(path)} >= set(told)
        AuditLog(path, KEY)
        assert codes(path) == []

    def test_full(
        self, asked: Callable[..., None], path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A line that is not written whole is taken back, and the next one follows the last."""
        asked(1)
        write = os.write
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:10]))
        with pytest.raises(InroadsError) as caught:
            asked(1)
        assert caught.value.code == "AUDIT_UNAVAILABLE"
        monkeypatch.undo()
        assert codes(path) == []
        asked(1)
        assert codes(path) == []
        assert len(lines(path)) == 3

    def test_no_answer_without_a_line(self, client: httpx2.Client, path: Path) -> None:
        """Where the log cannot be written no answer is given, and nothing of it is told."""
        assert "data" in client.post("/graphql", json={"query": QUERY}).json()
        path.unlink()
        path.mkdir()
        for _ in range(2):
            response = client.post("/graphql", json={"query": QUERY})
            assert response.status_code == 503
            assert code(response.json()) == "AUDIT_UNAVAILABLE"
            assert str(path) not in response.text
        path.rmdir()
        assert "data" in client.post("/graphql", json={"query": QUERY}).json()


def _write_many(path: Path) -> None:
    audit, document = AuditLog(path, KEY), build_schema().documents.get(QUERY)

    def write() -> None:
        for _ in range(300):
            audit.entry(None, document, None, None, 1).refused(403, "NO")

    threads = [threading.Thread(target=write) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def _write_and_tell(path: Path) -> None:
    audit = AuditLog(path, KEY)
    while True:
        audit._write(event="asked")
        print(audit._number, flush=True)  # noqa: T201  # tells the test


def test_commands(
    tmp_path: Path, path: Path, tokens: TokenFile, asked: Callable[..., None]
) -> None:
    """`audit verify` tells what is wrong by its exit code, and `audit hash` finds who asked about somebody."""
    tokens.create("a", [TokenScope.READ], dt.timedelta(days=1), NOON)
    asked(2)
    run = CliRunner().invoke
    good = run(app, ["audit", "verify", str(path)])
    assert (good.exit_code, good.stdout) == (0, "")
    assert f"head {verify([path]).head}" in good.stderr
    path.write_bytes(path.read_bytes().replace(b"asked", b"other", 1))
    bad = run(app, ["audit", "verify", str(path)])
    assert bad.exit_code == 3
    assert json.loads(bad.stdout)["code"] == "BROKEN"
    assert run(app, ["audit", "verify", str(tmp_path / "none")]).exit_code == 2
    hashes = run(
        app, ["audit", "hash", "business:77128", "B@example.com", "--auth", str(tokens.path)]
    )
    rows = [json.loads(line) for line in hashes.stdout.splitlines()]
    assert [row["value"] for row in rows] == ["business:77128", "77128", "B@example.com"]
    assert rows[2]["hash"] == asked_about(tokens.key(), "b@example.com")
    assert run(app, ["serve", "-d", str(tmp_path), "--audit", str(path)]).exit_code == 2
