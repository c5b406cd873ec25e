"""The page of the web explorer and its assets: what is sent, and with which headers."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from applications import application
from inroads.network.access_graph import AccessGraph
from inroads_api import pages
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from questions import NOON

Serve = Callable[..., httpx2.Client]
SCRIPT = "let inroads = 1;\n" * 100


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the form of a built page."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Inroads</title>")
    (tmp_path / "assets" / "index-0123.js").write_text(SCRIPT)
    (tmp_path / "assets" / "icon-0123.svg").write_text("<svg/>")
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    return tmp_path


def tokens(folder: Path) -> Path:
    """A file with a token."""
    file = TokenFile(folder / "tokens.json")
    file.create("reader", [TokenScope.READ], dt.timedelta(days=1), NOON)
    return file.path


def as_sent(app: ASGIApp, path: str) -> tuple[int, Headers, bytes]:
    """The answer to a path as it is written; a client would shorten its dots."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    asyncio.run(app(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], Headers(raw=sent[0]["headers"]), body


def test_page_and_assets(built: Path, bruce: AccessGraph, serve: Serve) -> None:
    """The page is asked for anew each time, its assets never again; neither runs what is inline."""
    client = serve(application(bruce))
    page, asset = client.get("/"), client.get("/assets/index-0123.js")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    policy = page.headers["content-security-policy"].split("; ")
    assert {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    } <= set(policy)
    assert "unsafe" not in page.headers["content-security-policy"]
    assert asset.text == SCRIPT
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["x-content-type-options"] == "nosniff"
    assert client.get("/assets/icon-0123.svg").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("path", ["/", "/assets/index-0123.js"])
def test_what_is_known_is_not_sent(
    built: Path, bruce: AccessGraph, serve: Serve, path: str
) -> None:
    """A file that a browser has is not sent again, until it is another one; HEAD sends headers alone."""
    client = serve(application(bruce))
    first = client.get(path, headers={"accept-encoding": "identity"})
    known = client.get(path, headers={"if-none-match": f'"other", {first.headers["etag"]}'})
    assert (known.status_code, known.content) == (304, b"")
    for kept in ("cache-control", "etag"):
        assert known.headers[kept] == first.headers[kept]
    head = client.head(path, headers={"accept-encoding": "identity"})
    assert head.content == b""
    assert head.headers["content-length"] == str(len(first.content))
    assert client.post(path).status_code == 405

    (built / path[1:] if path != "/" else built / "index.html").write_text("new")
    again = serve(application(bruce)).get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.text) == (200, "new")


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("br, gzip", "gzip"), ("gzip;q=0", None), ("identity", None)]
)
def test_assets_are_compressed(
    built: Path, bruce: AccessGraph, serve: Serve, accepted: str, encoding: str | None
) -> None:
    """An asset is compressed for whoever takes gzip; caches know that it has two forms."""
    client = serve(application(bruce))
    asset = client.get("/assets/index-0123.js", headers={"accept-encoding": accepted})
    assert asset.headers.get("content-encoding") == encoding
    assert asset.headers["vary"] == "accept-encoding"
    assert (int(asset.headers["content-length"]) < len(SCRIPT)) is bool(encoding)
    assert asset.text == SCRIPT


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets/nothing.js",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/assets/..%2findex.html",
        "/assets/..%5cindex.html",
        "/assets/%2fetc%2fpasswd",
        "/assets//etc/passwd",
        "/assets/index-0123.js%00",
        "/assets/" + "a" * 2_000,
        "/assets/notes.md",
        "/index.html",
        "/digest",
    ],
)
@pytest.mark.parametrize("guarded", [False, True])
def test_nothing_else_is_served(
    built: Path, bruce: AccessGraph, serve: Serve, path: str, guarded: bool, tmp_path: Path
) -> None:
    """No path leads to another file, with and without tokens, and what is not there is not cached."""
    (built / "assets" / "notes.md").write_text("notes")
    (built / "digest").write_text("0")
    options = {"auth": Auth(tokens(tmp_path), lambda: NOON)} if guarded else {}
    status, headers, body = as_sent(application(bruce, **options, hosts=("*",)), path)
    assert status in ({401, 404} if guarded else {404})
    assert headers["cache-control"] == "no-store"
    assert b"Inroads" not in body


def test_no_token_is_needed(built: Path, bruce: AccessGraph, serve: Serve, tmp_path: Path) -> None:
    """With tokens the page and its assets stay open, and nothing of the graph does; other hosts are refused."""
    auth = Auth(tokens(tmp_path), lambda: NOON)
    client = serve(application(bruce, auth=auth, hosts=("localhost",)))
    assert client.get("/").status_code == 200
    assert client.get("/assets/index-0123.js").status_code == 200
    assert client.get("/metrics").status_code == 401
    assert client.post("/graphql", json={"query": "{ __typename }"}).status_code == 401
    for path in ("/", "/assets/index-0123.js"):
        assert client.get(path, headers={"host": "evil.example"}).status_code == 400


def test_a_link_from_elsewhere_leads_to_the_page(
    built: Path, bruce: AccessGraph, serve: Serve
) -> None:
    """A page of another site may link to the explorer; nothing of it may be put into that page."""
    client = serve(application(bruce))
    foreign = {"sec-fetch-site": "cross-site"}
    assert client.get("/", headers=foreign).status_code == 200
    assert client.get("/graphql?query={__typename}", headers=foreign).status_code == 403
    policy = client.get("/assets/index-0123.js").headers["cross-origin-resource-policy"]
    assert policy == "same-origin"


def test_without_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bruce: AccessGraph, serve: Serve
) -> None:
    """An installation without the page answers all the same, and says how to get it."""
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    page = serve(application(bruce)).get("/")
    assert page.status_code == 200
    assert "INROADS_WEB=require" in page.text
