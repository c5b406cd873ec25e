"""Tokens of a provider: what is taken, and every way in which one is not."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode
from typer.testing import CliRunner

from applications import application
from inroads import EXAMPLE
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads_api.cli.main import app
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import AccessDenied, TokenScope
from inroads_api.security.jwks import KeyFile
from inroads_api.security.oidc import Issuer
from inroads_api.security.tokens import TokenFile
from provider import AUDIENCE, ELLIPTIC, ISSUER, OTHER, public, token
from questions import NOON, Serve, code


@pytest.fixture
def jwks(tmp_path: Path) -> Callable[..., Path]:
    """Writes these keys to the file."""

    def write(*keys: dict[str, Any]) -> Path:
        path = tmp_path / "jwks.json"
        path.write_text(json.dumps({"keys": keys}))
        path.chmod(0o644)
        return path

    return write


def test_a_good_one(
    bruce: AccessGraph, serve: Serve, jwks: Callable[..., Path], tmp_path: Path
) -> None:
    """A token that is signed, for us and alive is let in with its scopes; its subject is hidden in `who`."""
    file = TokenFile(tmp_path / "auth.json")
    _, own = file.create("a", [TokenScope.READ], timedelta(days=1), NOON)
    auth = Auth(file.path, lambda: NOON, Issuer(ISSUER, AUDIENCE, KeyFile(jwks(public(ELLIPTIC)))))
    client = serve(application(bruce, auth=auth))

    def ask(text: str) -> Any:
        headers = {"authorization": f"Bearer {text}"}
        return client.post("/graphql", json={"query": "{ graph { version } }"}, headers=headers)

    assert "data" in ask(token()).json()
    assert "data" in ask(own).json()
    assert code(ask(token(scope="openid reader")).json()) == "INSUFFICIENT_SCOPE"
    refused = ask(token(aud="other"))
    assert (refused.status_code, code(refused.json())) == (401, "UNAUTHENTICATED")
    caller = auth.caller([f"Bearer {token(aud=['x', AUDIENCE])}".encode()])
    assert caller.id is not None
    assert caller.id.startswith("oidc:")
    assert "example" not in caller.id
    jwks().write_text("{}")
    assert code(ask(token()).json()) == "AUTH_UNAVAILABLE"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.example.evil"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"aud": []},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 2**40},
        {"sub": None},
        {"sub": 5},
    ],
)
def test_claims(jwks: Callable[..., Path], claims: dict[str, Any]) -> None:
    """A token of another provider, for another audience, from another time or of nobody is refused."""
    issuer = Issuer(ISSUER, AUDIENCE, KeyFile(jwks(public(ELLIPTIC))))
    stock = {"iss": ISSUER, "aud": AUDIENCE, "sub": "b", "exp": time.time() + 300, "scope": "read"}

    def signed(claims: dict[str, Any]) -> str:
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.api_jws.encode(json.dumps(given).encode(), ELLIPTIC, "ES256", {"kid": "one"})

    assert issuer.caller(signed(stock), b"").scopes == {TokenScope.READ}
    with pytest.raises(AccessDenied):
        issuer.caller(signed(stock | claims), b"")


def test_signatures(jwks: Callable[..., Path]) -> None:
    """Another key, none, a shared secret made of the public key, another algorithm, an unknown id: all are refused."""
    issuer = Issuer(ISSUER, AUDIENCE, KeyFile(jwks(public(ELLIPTIC), public(OTHER, "two"))))
    public_half = ELLIPTIC.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    forged = ".".join(
        [base64url_encode(b'{"alg":"HS256","kid":"one"}').decode(), token().split(".")[1]]
    )
    good = token()
    head, body, signature = good.split(".")
    jwk = {"kid": "one", "jwk": public(OTHER), "jku": "https://evil.example"}
    for text in (
        token(OTHER),
        token(OTHER, headers=jwk),
        token(None, "none"),  # type: ignore[arg-type]  # the library wants a key
        f"{forged}.{base64url_encode(hmac.digest(public_half, forged.encode(), 'sha256')).decode()}",
        token(headers={"kid": "three"}),
        token(headers={}),
        token(rsa.generate_private_key(65537, 2048), "RS256"),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body[:-2]}.{signature}",
        "..",
        "ÿ.ÿ.ÿ",
        "a." + "b" * 20_000 + ".c",
    ):
        with pytest.raises(AccessDenied):
            issuer.caller(text, b"")
    assert issuer.caller(good, b"")


def test_rotation(jwks: Callable[..., Path]) -> None:
    """Keys that the file has now are taken, and no others; a single one also where the token names none."""
    issuer = Issuer(ISSUER, AUDIENCE, KeyFile(jwks(public(ELLIPTIC))))
    new = token(OTHER, headers={"kid": "two"})
    with pytest.raises(AccessDenied):
        issuer.caller(new, b"")
    assert issuer.caller(token(headers={}), b"")
    jwks(
        {"kty": "NEW", "kid": "new"},
        public(OTHER, "two"),
        public(rsa.generate_private_key(65537, 2048), "three"),
    )
    issuer.refresh()
    assert issuer.caller(new, b"")
    for old in (token(), token(headers={})):
        with pytest.raises(AccessDenied):
            issuer.caller(old, b"")


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}],
        [{"kty": "EC", "crv": "P-256", "x": "", "y": "", "kid": "one"}],
        [public(ELLIPTIC), public(OTHER)],
        [public(ELLIPTIC, use="enc")],
        [public(ELLIPTIC, alg="HS256")],
        ["key"],
    ],
)
def test_bad_files(jwks: Callable[..., Path], keys: list[Any]) -> None:
    """A file without a key that signs, with a shared secret or with two keys of one id is refused."""
    with pytest.raises(InroadsError) as caught:
        KeyFile(jwks(*keys))
    assert caught.value.code == "BAD_JWKS"


def test_a_file_of_others(jwks: Callable[..., Path], tmp_path: Path) -> None:
    """A file that others may write, or that is not there, is refused, as are options that do not go together."""
    path = jwks(public(ELLIPTIC))
    path.chmod(0o666)
    for each in (path, tmp_path / "none"):
        with pytest.raises(InroadsError):
            KeyFile(each)
    done = CliRunner().invoke(app, ["serve", "-d", str(EXAMPLE), "--oidc-issuer", ISSUER])
    assert (done.exit_code, "OpenID Connect needs" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (["77128", 5], {"77128", "5"}),
        ([], set()),
        ("*", None),
        (None, AccessDenied),
        ("77128", AccessDenied),
        (["shop"], AccessDenied),
        ([True], AccessDenied),
        ({"a": 1}, AccessDenied),
    ],
)
def test_businesses(jwks: Callable[..., Path], claim: Any, expected: Any) -> None:
    """Where a claim holds the businesses, whoever has none that can be read is not let in; `*` is all of them."""
    issuer = Issuer(ISSUER, AUDIENCE, KeyFile(jwks(public(ELLIPTIC))), "shops")
    given = token(scope="admin", shops=claim)
    if expected is AccessDenied:
        with pytest.raises(AccessDenied):
            issuer.caller(given, b"")
        return
    caller = issuer.caller(given, b"")
    assert caller.businesses == expected
    assert caller.may(TokenScope.READ)
    assert caller.may(TokenScope.INGEST) is (expected is None)
