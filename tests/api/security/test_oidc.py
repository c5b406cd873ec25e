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
from inroads_api.web.services import open_services
from inroads_api.web.settings import ServerSettings
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
        {"sub": ""},
        {"sub": " "},
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


@pytest.mark.parametrize(
    ("typ", "accepted"),
    [
        ("at+jwt", True),
        ("AT+JWT", True),
        ("application/at+jwt", True),
        ("JWT", True),
        ("application/jwt", True),
        (None, True),
        ("logout+jwt", False),
        ("id+jwt", False),
        ("dpop+jwt", False),
        ("secevent+jwt", False),
        ("", False),
        ("at+jwt ", False),
    ],
)
def test_types(jwks: Callable[..., Path], typ: str | None, accepted: bool) -> None:
    """An access token by its type, or by none that says otherwise; every other type is refused."""
    issuer = Issuer(ISSUER, AUDIENCE, KeyFile(jwks(public(ELLIPTIC))))
    stock = {"iss": ISSUER, "aud": AUDIENCE, "sub": "b", "exp": time.time() + 300}
    body = json.dumps(stock).encode()
    headers = {"kid": "one", "typ": typ}
    given = jwt.api_jws.encode(body, ELLIPTIC, "ES256", headers)
    assert jwt.get_unverified_header(given).get("typ") == (typ or None)
    if typ == "":  # the library leaves it out
        head = base64url_encode(json.dumps({"alg": "ES256", **headers}).encode())
        content = head + b"." + base64url_encode(body)
        signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
        given = (content + b"." + base64url_encode(signature.sign(content, ELLIPTIC))).decode()
    if accepted:
        assert issuer.caller(given, b"").id
    else:
        with pytest.raises(AccessDenied):
            issuer.caller(given, b"")


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("read ingest openid", {TokenScope.READ, TokenScope.INGEST}),
        ("read\tingest", {TokenScope.READ, TokenScope.INGEST}),
        (
            ["read", "openid", "read:pseudonymised"],
            {TokenScope.READ, TokenScope.READ_PSEUDONYMISED},
        ),
        (["read ingest"], set()),
        ([], set()),
        ("", set()),
        (None, set()),
        ({"read": True}, set()),
        (5, set()),
        ([["read"], None, 5, {}], set()),
    ],
)
def test_scopes(jwks: Callable[..., Path], claim: Any, expected: set[TokenScope]) -> None:
    """Scopes are the words of a text or the items of a list, in the claim that the server names, and in no other."""
    issuer = Issuer(ISSUER, AUDIENCE, KeyFile(jwks(public(ELLIPTIC))), scope="scp")
    assert issuer.caller(token(scope="admin", scp=claim), b"").scopes == expected


def test_the_claim_of_scopes_is_an_option(
    bruce: AccessGraph, serve: Serve, jwks: Callable[..., Path], tmp_path: Path
) -> None:
    """`--oidc-scope-claim` reaches the provider of the server."""
    file = TokenFile(tmp_path / "auth.json")
    file.create("a", [TokenScope.READ], timedelta(days=1), NOON)
    settings = ServerSettings(
        auth=file.path,
        oidc_issuer=ISSUER,
        oidc_audience=AUDIENCE,
        oidc_jwks=str(jwks(public(ELLIPTIC))),
        oidc_scope="scp",
    )
    auth = open_services(settings).auth
    assert auth
    caller = auth.caller([f"Bearer {token(scope=None, scp=['read'])}".encode()])
    assert caller.scopes == {TokenScope.READ}


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
