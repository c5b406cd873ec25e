"""What browsers may ask, ids of requests, and paths that anybody may ask."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import re
from pathlib import Path

import graphql
import httpx2
import pytest
from typer.testing import CliRunner

from applications import application
from inroads import EXAMPLE
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.cli.main import app
from inroads_api.execution.execute import build_schema
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.web.logs import REQUESTS, Lines
from inroads_api.web.settings import ServerSettings
from questions import NOON, Serve, code

QUERY = "{ graph { version } }"
PAGE = "http://localhost:5173"


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        ({}, True),
        ({"origin": "http://localhost:8000"}, True),
        ({"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "http://localhost"}, False),
        ({"origin": PAGE}, False),
        ({"origin": "http://localhost:8000.evil.example"}, False),
        ({"origin": "http://127.0.0.1:8000"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
    ],
)
def test_origins(bruce: AccessGraph, serve: Serve, headers: dict[str, str], answered: bool) -> None:
    """A local server answers its own pages, and clients that are no browsers, by GET and POST alike."""
    client = serve(application(bruce), "http://localhost:8000")
    for response in (
        client.get("/graphql", params={"query": QUERY}, headers=headers),
        client.post("/graphql", json={"query": QUERY}, headers=headers),
    ):
        assert response.status_code == (200 if answered else 403)
        assert ("data" in response.json()) is answered
        assert answered or code(response.json()) == "CROSS_ORIGIN"
        assert "access-control-allow-origin" not in response.headers
    assert client.get("/metrics", headers=headers).status_code == (200 if answered else 403)
    for path in ("/", "/healthz", "/readyz"):  # a link to the page works, and these hold nothing
        assert client.get(path, headers=headers).status_code == 200


def test_two_origins(bruce: AccessGraph, serve: Serve) -> None:
    """Two `Origin` headers are not of a browser, and one of them is not believed."""
    client = serve(application(bruce), "http://localhost:8000")
    headers = [("origin", "http://localhost:8000"), ("origin", "https://evil.example")]
    assert client.post("/graphql", json={"query": QUERY}, headers=headers).status_code == 403


def test_rebinding(bruce: AccessGraph, serve: Serve) -> None:
    """A page whose name was bound to this machine is of its own origin, and asks for a foreign host."""
    client = serve(application(bruce), "http://evil.example:8000")
    headers = {"origin": "http://evil.example:8000", "sec-fetch-site": "same-origin"}
    assert client.post("/graphql", json={"query": QUERY}, headers=headers).status_code == 400


def preflight(client: httpx2.Client, origin: str) -> httpx2.Response:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    return client.options("/graphql", headers=headers)


@pytest.mark.parametrize("tokens", [False, True])
def test_allowed_origins(bruce: AccessGraph, serve: Serve, tmp_path: Path, tokens: bool) -> None:
    """Pages of an origin that is named may ask and read; a preflight is answered for these alone, before a token is."""
    file = TokenFile(tmp_path / "auth.json")
    _, text = file.create("a", [TokenScope.READ], dt.timedelta(days=1), NOON)
    auth = Auth(file.path, lambda: NOON) if tokens else None
    client = serve(application(bruce, auth=auth, origins=(PAGE,)), "http://localhost:8000")
    asked = preflight(client, PAGE)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == PAGE
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers
    headers = {"origin": PAGE, "sec-fetch-site": "same-site"}
    if tokens:
        headers["authorization"] = f"Bearer {text}"
    answer = client.post("/graphql", json={"query": QUERY}, headers=headers)
    assert "data" in answer.json()
    assert answer.headers["access-control-allow-origin"] == PAGE
    for other in ("http://localhost:5174", "https://localhost:5173", "http://localhost", "null"):
        refused = preflight(client, other)
        assert refused.status_code >= 400
        assert "access-control-allow-origin" not in refused.headers
        answer = client.post("/graphql", json={"query": QUERY}, headers=headers | {"origin": other})
        assert "access-control-allow-origin" not in answer.headers
        assert ("data" in answer.json()) is tokens  # whoever shows a token may ask
    plain = serve(application(bruce, auth=auth), "http://localhost:8000")
    assert preflight(plain, PAGE).status_code >= 400


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "localhost:5173",
        "http://localhost:5173/",
        "http://localhost:5173/page",
        "null",
        "",
        "http://*.example",
        "HTTP://localhost",
        "http://Localhost",
        "ftp://localhost",
        "http://a b",
        "http://user@localhost",
    ],
)
def test_what_is_no_origin(origin: str) -> None:
    """An origin that no browser sends, or that stands for several, is refused at the start."""
    with pytest.raises(InroadsError) as caught:
        ServerSettings(origins=(origin,))
    assert caught.value.code == "BAD_ORIGIN"


def test_the_option() -> None:
    """`--allow-origin` is an option of the server, and says what it expected."""
    done = CliRunner().invoke(app, ["serve", "-d", str(EXAMPLE), "--allow-origin", "*"])
    assert done.exit_code == 2
    assert "no origin such as http://localhost:5173" in " ".join(done.stderr.split())


@pytest.mark.parametrize("origin", ["http://[::1]:5173", "https://a-b.example", "http://127.0.0.1"])
def test_origins_of_every_kind(origin: str) -> None:
    """Names, addresses and ports are taken as browsers write them."""
    assert json.dumps(ServerSettings(origins=(origin,)).origins) == json.dumps([origin])


class TestRequestIds:
    """Each request has an id, which its response, the log and the audit log share."""

    @pytest.mark.parametrize(
        "given", ["abcdefgh", "0b4c3a52-5f0c-4c0e-9a0f-3f8d5c1f7a11", "a.b_C-9" * 9]
    )
    def test_of_the_client(self, client: httpx2.Client, given: str) -> None:
        """A well-formed id of the client comes back on every response, refusals included."""
        headers = {"x-request-id": given}
        for response in (
            client.post("/graphql", json={"query": QUERY}, headers=headers),
            client.post("/graphql", content=b"[", headers=headers),
            client.get("/healthz", headers=headers),
            client.get("/nowhere", headers=headers),
            client.get("/healthz", headers=headers | {"host": "evil.example"}),
            client.get("/graphql", headers=headers | {"origin": "https://evil.example"}),
        ):
            assert response.headers["x-request-id"] == given

    @pytest.mark.parametrize(
        "given", ["", "short", "a" * 65, "a@example.com", "a b c d e", "{}{}{}{}"]
    )
    def test_of_the_server(self, client: httpx2.Client, given: str) -> None:
        """Without a well-formed one each request gets another one."""
        found = [
            client.get("/healthz", headers=headers).headers["x-request-id"]
            for headers in ({}, {"x-request-id": given}, [("x-request-id", "abcdefgh")] * 2)
        ]
        assert len(set(found)) == 3
        assert all(re.fullmatch("[0-9a-f]{16}", each) for each in found)

    def test_in_the_logs(self, bruce: AccessGraph, serve: Serve, tmp_path: Path) -> None:
        """The line of a request in the log and those in the audit log have the id, in threads as in the event loop."""
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(Lines())
        logger = logging.getLogger(REQUESTS)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        audit = AuditLog(tmp_path / "audit.log", b"k" * 32, lambda: NOON)
        client = serve(application(bruce, audit=audit))
        names = [f"request{number}" for number in range(5)]
        try:
            for name in names:
                client.post("/graphql", json={"query": QUERY}, headers={"x-request-id": name})
            client.post("/graphql", content=b"[", headers={"x-request-id": "refused."})
        finally:
            logger.removeHandler(handler)
            logger.setLevel(logging.NOTSET)
        told = [json.loads(line)["request"] for line in stream.getvalue().splitlines()]
        assert told == [*names, "refused."]
        lines = [json.loads(line) for line in (tmp_path / "audit.log").read_bytes().splitlines()]
        assert [line.get("request") for line in lines] == [None, *names]


def test_the_schema(bruce: AccessGraph, serve: Serve, tmp_path: Path) -> None:
    """A server gives its own schema as a file, to whom it answers, or to anybody with --introspection."""
    client = serve(application(bruce))
    response = client.get("/schema.graphql")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    own = graphql.build_schema(response.text)
    assert own.query_type
    assert own.mutation_type is None
    assert response.text == str(build_schema()).rstrip() + "\n"
    ledger = tmp_path / "inroads.db"
    Ledger(ledger).close()
    writing = serve(application(bruce, ingest=ledger)).get("/schema.graphql").text
    assert "ingest(" in writing
    file, day = TokenFile(tmp_path / "auth.json"), dt.timedelta(days=1)
    _, text = file.create("a", [TokenScope.READ], day, NOON, businesses=["77128"])
    auth = Auth(file.path, lambda: NOON)
    guarded = serve(application(bruce, auth=auth))
    assert guarded.get("/schema.graphql").status_code == 401
    headers = {"authorization": f"Bearer {text}"}
    assert guarded.get("/schema.graphql", headers=headers).text == response.text
    assert guarded.get("/metrics", headers=headers).status_code == 403
    opened = serve(application(bruce, auth=auth, introspection=True))
    assert opened.get("/schema.graphql").status_code == 200
