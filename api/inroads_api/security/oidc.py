"""Authentication by tokens of an OpenID Connect provider."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final

import jwt
import msgspec

from inroads.errors import BadId
from inroads_api.security.callers import AccessDenied, Caller, TokenScope, keyed, native_businesses
from inroads_api.security.jwks import Keys

MAX_TOKEN: Final = 2**14
LEEWAY: Final = 30
"""In seconds: the tolerated difference between the clocks of provider and server."""

MAX_SHOWN: Final = 150
"""The most characters of a subject in reviews; a longer one is replaced by a hash."""


class Issuer:
    """A trusted provider: its name, the required audience of tokens, and its keys.

    `limit` is the name of a claim with the ids of the businesses that a token is limited to, or
    `*`. If it is set, tokens without the claim are refused.
    """

    def __init__(self, issuer: str, audience: str, keys: Keys, limit: str | None = None) -> None:
        self._issuer, self._audience, self._keys, self._limit = issuer, audience, keys, limit

    def refresh(self) -> None:
        """Reload changed keys. Raises InroadsError."""
        self._keys.refresh()

    def running(self) -> AbstractContextManager[None]:
        """Return a context manager that fetches keys in the background."""
        return self._keys.running()

    def caller(self, token: str, key: bytes) -> Caller:
        """The caller of a token; `key` hides its subject in the audit log. Raises AccessDenied."""
        try:
            if len(token) > MAX_TOKEN:
                raise jwt.InvalidTokenError
            signer = self._keys.find(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                signer,
                algorithms=[signer.algorithm_name],  # of the key: a token must not choose it
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            words = claims.get("scope", "")
            scopes = (
                {each for each in TokenScope if each in words.split(" ")}
                if isinstance(words, str)
                else set()
            )
            who = claims["sub"]
            mark = f"oidc:{keyed(key, who)}"
            plain = who.isprintable() and who == " ".join(who.split()) and len(who) <= MAX_SHOWN
            caller = Caller(mark, frozenset(scopes), name=f"oidc:{who}" if plain else mark)
            if self._limit is None or claims[self._limit] == "*":
                return caller
            return caller.limited(
                native_businesses(map(str, msgspec.convert(claims[self._limit], list[int | str])))
            )
        except (jwt.PyJWTError, BadId, KeyError, TypeError, ValueError, RecursionError):
            raise AccessDenied(
                401, "UNAUTHENTICATED", "this token is not accepted", "invalid_token"
            ) from None
