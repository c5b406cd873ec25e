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

TYPES: Final = frozenset({"at+jwt", "application/at+jwt", "jwt", "application/jwt"})
"""The accepted values of the header `typ`, in lower case; a token without it is accepted, too.

The first two are those of access tokens (RFC 9068, 2.1 and 4). Providers that are older than RFC
9068 write `JWT` or nothing (RFC 7519, 5.1). Others, such as `logout+jwt`, are not access tokens.
"""

SCOPE_CLAIM: Final = "scope"
"""The claim with the scopes of a token (RFC 9068, 2.2.3), unless the server names another one."""

MAX_SHOWN: Final = 150
"""The most characters of a subject in reviews; a longer one is replaced by a hash."""


class Issuer:
    """A trusted provider: its name, the required audience of tokens, and its keys.

    `limit` is the name of a claim with the ids of the businesses that a token is limited to, or
    `*`. If it is set, tokens without the claim are refused. `scope` is the name of the claim with
    the scopes, as words of a text or as a list.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        keys: Keys,
        limit: str | None = None,
        scope: str = SCOPE_CLAIM,
    ) -> None:
        self._issuer, self._audience, self._keys = issuer, audience, keys
        self._limit, self._scope = limit, scope

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
            header = jwt.get_unverified_header(token)
            if str(header.get("typ", "JWT")).lower() not in TYPES:
                raise jwt.InvalidTokenError
            signer = self._keys.find(header.get("kid"))
            claims = jwt.decode(
                token,
                signer,
                algorithms=[signer.algorithm_name],  # of the key: a token must not choose it
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            scopes = _scopes(claims.get(self._scope))
            who = claims["sub"]
            if not who.strip():  # all such callers would share one limit, and one name in reviews
                raise jwt.InvalidTokenError
            mark = f"oidc:{keyed(key, who)}"
            plain = who.isprintable() and who == " ".join(who.split()) and len(who) <= MAX_SHOWN
            caller = Caller(mark, scopes, name=f"oidc:{who}" if plain else mark)
            if self._limit is None or claims[self._limit] == "*":
                return caller
            return caller.limited(
                native_businesses(map(str, msgspec.convert(claims[self._limit], list[int | str])))
            )
        except (jwt.PyJWTError, BadId, KeyError, TypeError, ValueError, RecursionError):
            raise AccessDenied(
                401, "UNAUTHENTICATED", "this token is not accepted", "invalid_token"
            ) from None


def _scopes(claim: object) -> frozenset[TokenScope]:
    """The known scopes in a claim, none if it is neither a text nor a list."""
    words = claim.split() if isinstance(claim, str) else claim
    if not isinstance(words, list):
        return frozenset()
    return frozenset(each for each in TokenScope if each in words)
