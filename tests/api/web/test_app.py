"""The HTTP application: GraphQL over HTTP, and what is refused."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
import uvicorn

from applications import application
from inroads.network.access_graph import AccessGraph
from inroads_api.limits import MAX_ASKED
from inroads_api.web.media_types import LEGACY, MODERN, acceptable
from inroads_api.web.stages import answers
from questions import code

QUERY = "{ graph { version } }"

EXAMPLE = """query ($email: String!) { identity(by: {email: $email}) { reach { totalCount nodes {
  resource { id } roles certainty state stateReasons
  paths { nodes { certainty } } explanation { independentRoutes sentence cut { label } } } } } }"""

OWNER = {"roles": ["OWNER"], "certainty": "STATED", "state": "ACTIVE", "stateReasons": []}
MANAGER = {
    "roles": ["MANAGER"],
    "certainty": "STATED",
    "state": "LATENT",
    "stateReasons": ["trial_expired"],
}
CLIENT = {"roles": ["CLIENT"], "certainty": "STATED", "state": "ACTIVE", "stateReasons": []}
REACHED = {
    "business:77128": OWNER,
    "account:zDmNq": OWNER,
    "business:311394": MANAGER,
    "account:e6Wmk": MANAGER,
    "account:Xr82w": CLIENT,
    "business:363103": CLIENT,
}


def check_example(response: httpx2.Response) -> None:
    """The example which every release must get right."""
    assert response.status_code == 200
    reach = response.json()["data"]["identity"]["reach"]
    assert reach["totalCount"] == len(REACHED)
    for access in reach["nodes"]:
        wanted = REACHED[access["resource"]["id"]]
        assert {key: access[key] for key in wanted} == wanted
        paths = [path["certainty"] for path in access["paths"]["nodes"]]
        cut = [grant["label"] for grant in access["explanation"]["cut"]]
        if wanted is CLIENT:
            assert paths == ["STATED", "INFERRED"]
            assert access["explanation"]["independentRoutes"] == 2
            assert cut == ["role 994207", "client 22347"]
            assert "client 74353 of account Xr82w" in access["explanation"]["sentence"]
        else:
            assert paths == ["STATED"]
            assert access["explanation"]["independentRoutes"] == 1
            assert len(cut) == 1


def ask(client: httpx2.Client, content: Any = None, **headers: str) -> Any:
    """POST a body that is JSON, or as it stands when it is bytes."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    given = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.post(
        "/graphql", content=body, headers={name: value for name, value in given.items() if value}
    )


def test_example(client: httpx2.Client) -> None:
    """The example comes out exactly over HTTP."""
    check_example(ask(client, {"query": EXAMPLE, "variables": {"email": "b@example.com"}}))


@pytest.fixture
def address(bruce: AccessGraph) -> Iterator[str]:
    """A real server on a free port."""
    server = uvicorn.Server(
        uvicorn.Config(application(bruce), "127.0.0.1", 0, log_level="critical", lifespan="off")
    )
    socket = server.config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    socket.close()
    assert not thread.is_alive()


def test_real_server(address: str) -> None:
    """The same over a real server: GET, POST, a page, a body without a length that is too long, a foreign host."""
    variables = {"email": "b@example.com"}
    with httpx2.Client(base_url=address, trust_env=False) as client:
        check_example(client.post("/graphql", json={"query": EXAMPLE, "variables": variables}))
        check_example(
            client.get("/graphql", params={"query": EXAMPLE, "variables": json.dumps(variables)})
        )
        assert client.get("/healthz").text == "ok\n"
        endless = (b"x" * 65_536 for _ in range(17))
        response = client.post(
            "/graphql", content=endless, headers={"content-type": "application/json"}
        )
        assert response.status_code == 413
        assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


def test_cost(client: httpx2.Client) -> None:
    """An answer says what it was reckoned to cost, how many fields it has, and the most that is allowed."""
    found = (
        'a: search(text: "bill") { nodes { id } } b: search(text: "\\":\\":") { nodes { id } }'
        " nothing: business(id: 1) { id }"
    )
    question = f"{{ graph {{ version }} {found} }}"
    cost = ask(client, {"query": question}).json()["extensions"]["cost"]
    assert cost == {"requested": 2 + 1_020 + 1_020 + 2, "actual": 8, "maximum": 100_000}
    refused = ask(client, {"query": "{ nothing }"}).json()
    assert "extensions" not in refused


def test_a_search_does_not_hold_up_the_loop(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks at every node, so a thread does it; a lookup that is compiled is answered where it comes."""
    threads: dict[str, set[int]] = {"matches": set(), "by_email": set()}

    def told(name: str) -> Callable[..., Any]:
        found = getattr(AccessGraph, name)

        def asked(self: AccessGraph, *given: Any) -> Any:
            threads[name].add(threading.get_ident())
            return found(self, *given)

        return asked

    for name in threads:
        monkeypatch.setattr(AccessGraph, name, told(name))
    asked = {
        "matches": "($t: String!) { search(text: $t) { nodes { id } } }",
        "by_email": "($t: String!) { identity(by: {email: $t}) { id } }",
    }
    with httpx2.Client(base_url=address, trust_env=False) as client:
        for text in "abcdef":
            if text == "c":  # what comes for the third time is compiled
                threads["by_email"].clear()
            for query in asked.values():
                assert (
                    "errors"
                    not in ask(client, {"query": "query " + query, "variables": {"t": text}}).json()
                )
    assert threads["matches"]
    assert len(threads["by_email"]) == 1
    assert not threads["matches"] & threads["by_email"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_new_documents_beside_refused_ones(address: str, accept: str) -> None:
    """New documents are answered beside somebody who sends one refused document after the other."""
    over, refused = threading.Event(), []

    def hostile() -> None:
        with httpx2.Client(base_url=address, trust_env=False) as client:
            while not over.is_set():
                answer = ask(
                    client,
                    {"query": f"#{len(refused)}\n{{{'__typename ' * 1_000}}}"},
                    accept=accept,
                )
                refused.append('"COST_LIMIT"' in answer.text)

    thread = threading.Thread(target=hostile)
    with httpx2.Client(base_url=address, trust_env=False) as client:
        assert "errors" not in ask(client, {"query": "{ __typename }"}).json()
        thread.start()
        begun, good = time.monotonic(), 0
        while time.monotonic() < begun + 1.5 or good < 20:
            assert ask(client, {"query": f"{{ a{good}: __typename }}"}).json()["data"] == {
                f"a{good}": "Query"
            }
            good += 1
    over.set()
    thread.join(30)
    assert refused
    assert all(refused)


# --- requests


@pytest.mark.parametrize(
    "body",
    [
        {"query": QUERY},
        {"query": QUERY, "variables": None, "operationName": None, "extensions": None},
        {"query": QUERY, "variables": {}, "extensions": {"persisted": {}}, "unknown": 1},
        {"query": f"query A {QUERY} query B {QUERY}", "operationName": "B"},
    ],
)
def test_well_formed(client: httpx2.Client, bruce: AccessGraph, body: dict[str, Any]) -> None:
    """The parameters of GraphQL over HTTP may be left out or null; what else is there is ignored."""
    response = ask(client, body)
    assert response.status_code == 200
    assert response.json()["data"] == {"graph": {"version": bruce.version}}


@pytest.mark.parametrize("accept", [MODERN, LEGACY])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"{ graph { version } }"',
        b"[" * 100_000,
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b"{}",
        {"query": None},
        {"query": 1},
        {"query": QUERY, "variables": []},
        {"query": QUERY, "variables": "{}"},
        {"query": QUERY, "operationName": 1},
        {"query": QUERY, "extensions": []},
        [{"query": QUERY}],
    ],
)
def test_bad_request(client: httpx2.Client, body: Any, accept: str) -> None:
    """What is not a request at all is 400 in both media types."""
    response = ask(client, body, accept=accept)
    assert response.status_code == 400
    assert code(response.json()) == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("body", "status", "wanted"),
    [
        ({"query": "{"}, 400, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, 400, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{" + "graph{version}" * 490 + "}"}, 400, "COST_LIMIT"),
        ({"query": "query ($i: ID!) { node(id: $i) { id } }"}, 400, "BAD_USER_INPUT"),
        ({"query": QUERY, "operationName": "B"}, 400, "BAD_USER_INPUT"),
        ({"query": "mutation { anything }"}, 400, "OPERATION_NOT_SUPPORTED"),
        ({"query": '{ node(id: "x") { id } }'}, 200, "BAD_ID"),
    ],
)
def test_status(client: httpx2.Client, body: dict[str, Any], status: int, wanted: str) -> None:
    """What was refused before it was executed is 400 in the modern media type, 200 in the legacy one."""
    modern, legacy = ask(client, body, accept=MODERN), ask(client, body, accept=LEGACY)
    assert (modern.status_code, legacy.status_code) == (status, 200)
    assert code(modern.json()) == code(legacy.json()) == wanted


def test_too_large(client: httpx2.Client) -> None:
    """One byte more than the limit is 413, with or without a length; the limit itself is read."""
    fits = b'{"query": "%s"}' % (b" " * (MAX_ASKED - 13))
    assert len(fits) == MAX_ASKED
    assert code(ask(client, fits).json()) == "TOKEN_LIMIT"
    for body in (fits + b" ", (each for each in [fits, b" "])):
        response = client.post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        )
        assert response.status_code == 413
        assert code(response.json()) == "BODY_TOO_LARGE"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=UTF-8", 200),
        ('application/json;charset="utf-8"', 200),
        ("application/json; charset=latin-1", 415),
        ("application/graphql", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_content_type(client: httpx2.Client, content_type: str, status: int) -> None:
    """Only JSON in UTF-8 is read, which no page of another site can send without being asked first."""
    assert ask(client, {"query": QUERY}, content_type=content_type).status_code == status


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", LEGACY),
        ("*/*", LEGACY),
        ("application/*", LEGACY),
        (MODERN, MODERN),
        (LEGACY, LEGACY),
        ("APPLICATION/JSON; charset=utf-8", LEGACY),
        (f"{LEGACY}, {MODERN}", MODERN),
        (f"{MODERN};q=0.5, {LEGACY}", LEGACY),
        (f"{MODERN};q=0.5, {LEGACY};q=0.4", MODERN),
        ("application/json, text/plain, */*", LEGACY),
        (f"*/*, {MODERN};q=0", LEGACY),
        ("text/html, application/xhtml+xml, */*;q=0.8", LEGACY),
        (f"*/*, {LEGACY};q=0", MODERN),
        ("text/html", None),
        (f"{LEGACY};q=0", None),
        (f"{LEGACY};q=x", None),
        (f"{LEGACY};charset=latin-1", None),
        (";;,,", None),
    ],
)
def test_accept(client: httpx2.Client, accept: str, media_type: str | None) -> None:
    """The answer has the media type that the asker prefers, or is 406."""
    assert acceptable(accept) == media_type
    response = ask(client, {"query": QUERY}, accept=accept or "*/*")
    assert response.status_code == (200 if media_type else 406)
    assert response.headers["content-type"] == f"{media_type or LEGACY}; charset=utf-8"


def test_no_accept(client: httpx2.Client) -> None:
    """An asker that says nothing of what it accepts gets the media type that everyone knows."""
    del client.headers["accept"]
    assert ask(client, {"query": QUERY}).headers["content-type"].startswith(LEGACY)


def url(**parameters: str) -> str:
    return f"/graphql?{urlencode(parameters)}"


def test_get(client: httpx2.Client, bruce: AccessGraph) -> None:
    """A query may come in the URL; empty parameters are as good as none."""
    wanted = {"graph": {"version": bruce.version}}
    assert client.get(url(query=QUERY)).json()["data"] == wanted
    assert (
        client.get(url(query=QUERY, variables="", operationName="", extensions="")).json()["data"]
        == wanted
    )
    assert client.get(url(query=QUERY, variables="null", extensions="{}")).json()["data"] == wanted
    found = client.get(
        url(query="query ($i: ID!) { node(id: $i) { id } }", variables='{"i": "business:77128"}')
    )
    assert found.json()["data"]["node"] == {"id": "business:77128"}


@pytest.mark.parametrize(
    "target",
    [
        "/graphql",
        "/graphql?query=",
        "/graphql?query=%FF",
        url(query=QUERY, variables="{"),
        url(query=QUERY, variables="[]"),
        url(query=QUERY, extensions="1"),
        "/graphql?" + "&".join(f"a{n}=1" for n in range(30)),
    ],
)
def test_bad_get(client: httpx2.Client, target: str) -> None:
    """A URL that is not a request is 400."""
    response = client.get(target)
    assert response.status_code == 400
    assert code(response.json()) == "BAD_REQUEST"


def test_get_never_changes_anything(client: httpx2.Client) -> None:
    """A mutation in a URL is 405, in both media types."""
    for accept in (MODERN, LEGACY):
        response = client.get(url(query="mutation { anything }"), headers={"accept": accept})
        assert response.status_code == 405
        assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/graphql/", "/metrics/", "/healthz/"])
def test_nobody_is_sent_elsewhere(client: httpx2.Client, path: str) -> None:
    """A path with a slash too many is 404: behind a proxy a redirect would lead past it, with what was asked."""
    response = client.post(path, json={"query": "{ __typename }"}, follow_redirects=False)
    assert response.status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_methods(client: httpx2.Client, method: str) -> None:
    """Other methods are 405, and the answer names those there are."""
    response = client.request(method, "/graphql", headers={"origin": "http://localhost"})
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["allow"].split(", "))
    assert "access-control-allow-origin" not in response.headers


def test_patience(bruce: AccessGraph, serve: Callable[..., httpx2.Client]) -> None:
    """A query waits for a version no longer than the patience given, and is told then what there is."""
    client = serve(application(bruce, position=4, patience=0.2))
    here, later = (
        ask(client, {"query": f'{{ graph(atLeast: "ledger:{n}") {{ position }} }}'}).json()
        for n in (4, 5)
    )
    assert here["data"] == {"graph": {"position": 4}}
    assert later["errors"][0]["extensions"] == {
        "code": "VERSION_NOT_REACHED",
        "served": bruce.version,
        "position": 4,
    }


# --- around it


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("", 400),
    ],
)
def test_hosts(client: httpx2.Client, host: str, status: int) -> None:
    """A name that was bound to this address by somebody else is refused."""
    assert client.get("/healthz", headers={"host": host}).status_code == status


def test_other_hosts(bruce: AccessGraph, serve: Callable[..., httpx2.Client]) -> None:
    """Whoever serves it under another name says so."""
    client = serve(application(bruce, hosts=("inroads.example",)), "http://inroads.example")
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz", headers={"host": "localhost"}).status_code == 400


@pytest.mark.parametrize("target", ["/healthz", "/nothing", url(query=QUERY), "/graphql"])
def test_headers(client: httpx2.Client, target: str) -> None:
    """Every answer says that it is not to be stored, sniffed, framed or run."""
    headers = client.get(target).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_unexpected(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody expected is 500 without a word of it, in the answer and in the log."""
    caplog.set_level(logging.DEBUG, "inroads_api")

    def boom(*_: object) -> None:
        raise ValueError("about secret@example.com")

    monkeypatch.setattr(answers, "execute", boom)
    response = ask(client, {"query": QUERY})
    assert response.status_code == 500
    assert response.json() == {
        "errors": [{"message": "internal error", "extensions": {"code": "INTERNAL_ERROR"}}]
    }
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_nothing_asked_is_logged(client: httpx2.Client, caplog: pytest.LogCaptureFixture) -> None:
    """Refused requests leave no email, no query and no variable in the log of this program."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the asker's own log
    for body in (
        {"query": '{ identity(by: {email: "secret@example.com"}) { nothing } }'},
        {
            "query": "query ($n: Int!) { nodes(ids: $n) { id } }",
            "variables": {"n": "secret@example.com"},
        },
        {"query": '{ node(id: "secret@example.com") { id } }'},
        {"query": {"secret": "secret@example.com"}},
    ):
        assert "errors" in ask(client, body).json()
    assert "secret" not in caplog.text
    assert "@" not in caplog.text
