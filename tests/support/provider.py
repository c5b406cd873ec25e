"""An OpenID Connect provider of tests: its keys and tokens."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER, AUDIENCE = "https://login.example", "inroads"
ELLIPTIC, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def public(key: Any, kid: str | None = "one", **more: str) -> dict[str, Any]:
    """The public half of a key, as a JWKS has it."""
    algorithm: Any = (
        jwt.algorithms.ECAlgorithm
        if isinstance(key, ec.EllipticCurvePrivateKey)
        else jwt.algorithms.RSAAlgorithm
    )
    found: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
    return found | ({"kid": kid} if kid else {}) | more


def token(
    key: Any = ELLIPTIC,
    algorithm: str = "ES256",
    headers: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """A good token but for these claims, of which None takes one away."""
    stock = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "b@example.com",
        "exp": time.time() + 300,
        "scope": "openid read",
    }
    given = {name: value for name, value in (stock | claims).items() if value is not None}
    return jwt.encode(given, key, algorithm, headers={"kid": "one"} if headers is None else headers)
