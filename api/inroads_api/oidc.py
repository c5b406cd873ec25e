"""Tokens of an OpenID Connect provider: signed by a key of its JWKS file, for this server, not expired."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jwt
import msgspec

from inroads.errors import BadId, InroadsError
from inroads_api.auth import Caller, Denied, Scope, keyed, native_businesses, stamp

ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures by the private half of a key; never a shared secret, never none."""

MAX_TOKEN: Final = 2**14
MAX_FILE: Final = 2**20
LEEWAY: Final = 30
"""In seconds: how far the clock of the provider may be from ours."""


class Issuer:
    """A provider as the server trusts it. Its keys are read again when the file changes: that is how they rotate.

    `limit` names the claim that holds the ids of the businesses that a token is limited to, or `*`; a token without it
    is refused then. Raises InroadsError BAD_JWKS where the file cannot be used, at the start and then at each request.
    """

    def __init__(self, issuer: str, audience: str, jwks: Path, limit: str | None = None) -> None:
        self._issuer, self._audience, self._path, self._limit = issuer, audience, jwks, limit
        self._stamp: object = None
        self._keys: Mapping[str | None, jwt.PyJWK] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read the keys, if the file has changed."""
        try:
            if self._stamp is None or self._stamp != stamp(self._path.stat()):
                self._stamp = None
                self._keys, self._stamp = _read(self._path)
        except OSError as error:
            raise InroadsError(f"{self._path}: {error.strerror}", "BAD_JWKS") from None

    def caller(self, token: str, key: bytes) -> Caller:
        """Who shows this token; `key` hides in the audit log who that is. Raises Denied, which does not tell why."""
        try:
            if len(token) > MAX_TOKEN:
                raise jwt.InvalidTokenError
            signer = self._keys[jwt.get_unverified_header(token).get("kid")]
            claims = jwt.decode(
                token,
                signer,
                algorithms=[signer.algorithm_name],  # the key says it, never the token
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            words = claims.get("scope", "")
            scopes = {each for each in Scope if each in words.split(" ")} if isinstance(words, str) else set()
            caller = Caller(f"oidc:{keyed(key, claims['sub'])}", frozenset(scopes))
            if self._limit is None or claims[self._limit] == "*":
                return caller
            return caller.limited(native_businesses(map(str, msgspec.convert(claims[self._limit], list[int | str]))))
        except (jwt.PyJWTError, BadId, KeyError, TypeError, ValueError, RecursionError):
            raise Denied(401, "UNAUTHENTICATED", "this token is not accepted", "invalid_token") from None


def _read(path: Path) -> tuple[Mapping[str | None, jwt.PyJWK], object]:
    """The keys by their ids, one that is alone also without, and the stamp of the file."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o022 or status.st_uid not in (0, os.geteuid()):
            raise InroadsError(f"{path}: others could put their own keys into it", "BAD_JWKS")
        raw = file.read(MAX_FILE)
    try:
        given = msgspec.json.decode(raw, type=dict[str, list[dict[str, Any]]])["keys"]
    except (KeyError, ValueError, RecursionError):
        raise InroadsError(f"{path}: this is not a JWKS", "BAD_JWKS") from None
    usable = [key for each in given if (key := _key(each)) and key.algorithm_name in ALGORITHMS]
    ids = [each.key_id for each in usable]
    if not usable or len(set(ids)) < len(ids):
        raise InroadsError(f"{path}: it has no key that signs, or two of one id", "BAD_JWKS")
    found: dict[str | None, jwt.PyJWK] = dict(zip(ids, usable, strict=True))
    if len(usable) == 1:
        found[None] = usable[0]
    return found, stamp(status)


def _key(given: Mapping[str, Any]) -> jwt.PyJWK | None:
    """A key that signs; None for what is for something else, or of a kind that we do not know (RFC 7517, 5)."""
    if given.get("use", "sig") != "sig" or given.get("kty") == "oct":
        return None
    try:
        return jwt.PyJWK(dict(given))
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return None
