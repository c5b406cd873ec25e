"""Tokens of an OpenID Connect provider: signed by a key of it, for this server, not expired."""

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
"""In seconds: how far the clock of the provider may be from ours."""

MAX_SHOWN: Final = 150
"""The most characters of a subject that stands in reviews as it is; a hash stands for a longer one."""


class Issuer:
    """A provider as the server trusts it: its name, who its tokens must be for, and its keys.

    `limit` names the claim that holds the ids of the businesses that a token is limited to, or `*`; a token without it
    is refused then.
    """

    def __init__(self, issuer: str, audience: str, keys: Keys, limit: str | None = None) -> None:
        self._issuer, self._audience, self._keys, self._limit = issuer, audience, keys, limit

    def refresh(self) -> None:
        """Learn what has changed of the keys. Raises InroadsError."""
        self._keys.refresh()

    def running(self) -> AbstractContextManager[None]:
        """While this is entered, keys are learnt also beside the requests."""
        return self._keys.running()

    def caller(self, token: str, key: bytes) -> Caller:
        """The caller of this token; `key` hides its subject in the audit log. Raises AccessDenied without a reason."""
        try:
            if len(token) > MAX_TOKEN:
                raise jwt.InvalidTokenError
            signer = self._keys.find(jwt.get_unverified_header(token).get("kid"))
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
