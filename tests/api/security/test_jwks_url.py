"""Keys by URL: when they are fetched, how long they are taken, and what is not taken for keys."""

from __future__ import annotations

import asyncio
import gzip
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode
from typer.testing import CliRunner

from applications import application
from inroads import EXAMPLE
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads_api.cli.main import app
from inroads_api.security import jwks_url
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import AccessDenied, TokenScope
from inroads_api.security.jwks_url import DISCOVERY, EVERY, KEPT, PAUSE, KeyUrl
from inroads_api.security.oidc import Issuer
from inroads_api.security.tokens import TokenFile
from inroads_api.web.services import open_services
from inroads_api.web.settings import ServerSettings
from provider import AUDIENCE, ELLIPTIC, ISSUER, OTHER, public, token
from questions import NOON, Serve, code

PATIENCE = 60.0  # seconds: the machine may be slow
NEW = {"kid": "two"}


class Site:
    """A provider on this machine: pages by their paths, each a body, or a function that answers a request."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                page = site.pages.get(self.path)
                if callable(page):
                    page(self)
                    return
                self.send_response(200 if page is not None else 404)
                self.end_headers()
                self.wfile.write(page or b"")

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self.server.server_port}"
        self.url = self.root + "/jwks"

    def publish(self, *keys: dict[str, Any]) -> None:
        self.pages["/jwks"] = json.dumps({"keys": keys}).encode()


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    running = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    running.start()
    found.publish(public(ELLIPTIC))
    yield found
    found.server.shutdown()
    running.join()
    found.server.server_close()


class Clock:
    """A clock that is set, in seconds."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def found(keys: KeyUrl, kid: str | None) -> bool | int:
    """Whether there is such a key, or the status of the refusal."""
    try:
        return bool(keys.find(kid))
    except KeyError:
        return False
    except AccessDenied as denied:
        return denied.status


class TestWhen:
    def test_not_for_a_request(self, site: Site, clock: Clock) -> None:
        """Keys are fetched at the start, and while they are young no more, whatever is asked."""
        keys = KeyUrl(ISSUER, site.url, clock)
        assert [found(keys, kid) for kid in ("one", None, "none", "one")] == [
            True,
            True,
            False,
            True,
        ]
        clock.now += EVERY - 1
        keys.tick()
        assert site.asked == ["/jwks"]
        clock.now += 1
        keys.tick()
        assert site.asked == ["/jwks"] * 2

    def test_rotation(self, site: Site, clock: Clock) -> None:
        """A key that is not known has the keys fetched, once in a pause; the old one is then refused."""
        keys = KeyUrl(ISSUER, site.url, clock)
        site.publish(public(OTHER, "two"))
        assert found(keys, "two") is False  # they have just been fetched
        clock.now += PAUSE
        assert [found(keys, "two"), found(keys, "two"), found(keys, "one")] == [503, 503, True]
        keys.tick()
        assert [found(keys, "two"), found(keys, "one")] == [True, False]
        for number in range(100):
            assert found(keys, f"forged {number}") is False
            keys.tick()
        assert len(site.asked) == 2
        site.publish()  # all are withdrawn
        clock.now += EVERY
        keys.tick()
        assert [found(keys, "two"), found(keys, None)] == [False, False]

    def test_outage(self, site: Site, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
        """While the provider is down its last keys are taken for an hour; it is asked once in a pause."""
        keys = KeyUrl(ISSUER, site.url, clock)
        good = site.pages.pop("/jwks")
        clock.now += EVERY
        for _ in range(3):
            keys.tick()
            keys.tick()
            assert found(keys, "one") is True
            clock.now += PAUSE
        assert len(site.asked) == 4
        assert caplog.text.count("JWKS_UNAVAILABLE") == 1
        assert "status 404" in caplog.text
        clock.now = 1_000 + KEPT + 1
        assert found(keys, "one") == 503
        site.pages["/jwks"] = good
        keys.tick()
        assert found(keys, "one") is True
        site.server.shutdown()
        site.server.server_close()  # nobody listens
        clock.now += EVERY
        keys.tick()
        assert found(keys, "one") is True
        assert "ConnectError" in caplog.text

    def test_while_requests_are_answered(
        self, bruce: AccessGraph, serve: Serve, site: Site, clock: Clock, tmp_path: Path
    ) -> None:
        """A fetch that hangs holds nobody up, is the only one, and lets its key in when it ends."""
        file = TokenFile(tmp_path / "auth.json")
        _, own = file.create("a", [TokenScope.READ], timedelta(days=1), NOON)
        provider = Issuer(ISSUER, AUDIENCE, KeyUrl(ISSUER, site.url, clock))
        served = application(bruce, auth=Auth(file.path, lambda: NOON, provider))
        gate, both = (
            threading.Event(),
            json.dumps({"keys": [public(ELLIPTIC), public(OTHER, "two")]}).encode(),
        )

        def hanging(handler: BaseHTTPRequestHandler) -> None:
            gate.wait(PATIENCE)
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(both)

        site.pages["/jwks"] = hanging
        clock.now += PAUSE
        with serve(served) as client:

            def ask(text: str) -> Any:
                headers = {"authorization": f"Bearer {text}"}
                return client.post(
                    "/graphql", json={"query": "{ graph { version } }"}, headers=headers
                )

            for _ in range(3):
                waiting = ask(token(OTHER, headers=NEW))
                assert (waiting.status_code, code(waiting.json())) == (503, "AUTH_UNAVAILABLE")
                assert (
                    waiting.headers["retry-after"],
                    ask(own).status_code,
                    ask(token()).status_code,
                ) == (
                    "1",
                    200,
                    200,
                )
            gate.set()
            until = time.monotonic() + PATIENCE
            while ask(token(OTHER, headers=NEW)).status_code != 200 and time.monotonic() < until:
                time.sleep(0.01)
            assert ask(token(OTHER, headers=NEW)).status_code == 200
            assert ask(token(OTHER, headers={"kid": "three"})).status_code == 401
        assert site.asked == ["/jwks"] * 2


def packed(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-encoding", "gzip")
    handler.end_headers()
    handler.wfile.write(gzip.compress(json.dumps({"keys": [public(ELLIPTIC)]}).encode()))


def redirect(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("location", "/other")
    handler.end_headers()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 65_536)
    except OSError:
        pass  # it was hung up on


def dripping(handler: BaseHTTPRequestHandler) -> None:
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
        for _ in range(200):
            handler.wfile.write(b"x")
            time.sleep(0.02)
    except OSError:
        pass  # it was hung up on


class TestWhatIsNone:
    @pytest.mark.parametrize(
        ("page", "told"),
        [
            (packed, "not a JWKS"),
            (redirect, "status 302"),
            (endless, "more than 1,048,576 bytes"),
            (dripping, "within 0.3 seconds"),
            (b"<!doctype html><p>Sign in", "not a JWKS"),
            (b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', "no signing key"),
            (b'{"keys": {"kid": "one"}}', "not a JWKS"),
            (b"[" * 100_000, "not a JWKS"),
            (b"", "not a JWKS"),
        ],
    )
    def test_answers(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, page: Any, told: str
    ) -> None:
        """What is packed, elsewhere, too long, too slow or no JWKS is refused, and leads nowhere else."""
        monkeypatch.setattr(jwks_url, "PATIENCE", 0.3 if page is dripping else PATIENCE)
        site.pages |= {"/jwks": page, "/other": json.dumps({"keys": [public(OTHER)]}).encode()}
        with pytest.raises(InroadsError, match=told):
            KeyUrl(ISSUER, site.url)
        assert site.asked == ["/jwks"]

    @pytest.mark.parametrize(
        "url",
        [
            "http://login.example/jwks",
            "http://127.0.0.1.example/jwks",
            "http://localhost@login.example/jwks",
            "https://user:secret@login.example/jwks",
            "file:///etc/passwd",
            "ftp://127.0.0.1/jwks",
            "https:///jwks",
            "://",
            "http://[::1/jwks",
        ],
    )
    def test_urls(self, site: Site, url: str) -> None:
        """Keys do not come in clear from elsewhere, however it is spelled; nor does a discovery document name such."""
        with pytest.raises(InroadsError, match="must begin with https") as caught:
            KeyUrl(ISSUER, url)
        assert (caught.value.code, "secret" in str(caught.value)) == ("BAD_OIDC", False)
        site.pages[DISCOVERY] = json.dumps({"issuer": site.root, "jwks_uri": url}).encode()
        with pytest.raises(InroadsError, match="must begin with https"):
            KeyUrl(site.root)

    def test_forged(self, site: Site) -> None:
        """The public key as a shared secret, no signature, and the key of another are refused."""
        issuer = Issuer(ISSUER, AUDIENCE, KeyUrl(ISSUER, site.url))
        secret = ELLIPTIC.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        forged = ".".join(
            [base64url_encode(b'{"alg":"HS256","kid":"one"}').decode(), token().split(".")[1]]
        )
        unsigned: Any = None
        for text in (
            f"{forged}.{base64url_encode(hmac.digest(secret, forged.encode(), 'sha256')).decode()}",
            token(unsigned, "none"),
            token(OTHER),
            token(OTHER, headers={"kid": "one", "jwk": public(OTHER), "jku": site.root}),
        ):
            with pytest.raises(AccessDenied) as caught:
                issuer.caller(text, b"")
            assert caught.value.status == 401
        assert issuer.caller(token(), b"").scopes == {TokenScope.READ}


def test_discovery(site: Site) -> None:
    """Without a URL the issuer's own document names the keys, and one of another issuer does not."""
    for issuer in (site.root, site.root + "/"):
        site.pages[DISCOVERY] = json.dumps({"issuer": issuer, "jwks_uri": site.url}).encode()
        assert found(KeyUrl(issuer), "one") is True
    for said in (
        {"issuer": "https://evil.example", "jwks_uri": site.url},
        {"issuer": site.root},
        {"issuer": site.root, "jwks_uri": [site.url]},
        {"jwks_uri": site.url},
        [],
    ):
        site.pages[DISCOVERY] = json.dumps(said).encode()
        with pytest.raises(InroadsError, match="does not name this issuer"):
            KeyUrl(site.root)


def test_doors(site: Site, tmp_path: Path) -> None:
    """A server, also where it is made within an event loop, takes tokens by a URL, and does not start without keys."""
    file = tmp_path / "auth.json"
    TokenFile(file).create("a", [TokenScope.READ], timedelta(days=1), NOON)

    async def opened() -> Auth:
        settings = ServerSettings(
            auth=file, oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_jwks=site.url
        )
        auth = open_services(settings).auth
        assert auth
        return auth

    assert asyncio.run(opened()).caller([f"Bearer {token()}".encode()]).scopes == {TokenScope.READ}
    words = [
        "serve",
        "-d",
        str(EXAMPLE),
        "--auth",
        str(file),
        "--oidc-issuer",
        ISSUER,
        "--oidc-audience",
        AUDIENCE,
    ]
    done = CliRunner().invoke(app, [*words, "--oidc-jwks", site.root + "/none"])
    assert (done.exit_code, "status 404" in done.stderr) == (2, True)
