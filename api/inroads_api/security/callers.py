"""Callers and the scopes that they have."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from inroads.model import NodeKind, native_id, node_id


class TokenScope(StrEnum):
    """The scopes of tokens."""

    READ = "read"
    REVIEW = "review"
    INGEST = "ingest"
    ADMIN = "admin"
    READ_PSEUDONYMISED = "read:pseudonymised"


COVERED_BY: Final = {
    TokenScope.READ: {TokenScope.READ, TokenScope.ADMIN},
    TokenScope.REVIEW: {TokenScope.REVIEW, TokenScope.ADMIN},
    TokenScope.INGEST: {TokenScope.INGEST, TokenScope.ADMIN},
    TokenScope.ADMIN: {TokenScope.ADMIN},
    TokenScope.READ_PSEUDONYMISED: {
        TokenScope.READ_PSEUDONYMISED,
        TokenScope.READ,
        TokenScope.ADMIN,
    },
}
"""For each required scope, the scopes that satisfy it."""

LIMITABLE: Final = frozenset({TokenScope.READ, TokenScope.READ_PSEUDONYMISED})
"""The scopes that can be limited to some businesses, which only allow reading."""


class Caller(NamedTuple):
    """The caller of a request: the id of its token, its scopes and its limits.

    Without a token the id is None. `name` is the unique name of the caller in reviews. `businesses`
    are the ones that the caller sees, None for all.
    """

    id: str | None
    scopes: frozenset[TokenScope] = frozenset()
    cost_per_minute: int | None = None
    name: str | None = None
    businesses: frozenset[str] | None = None

    @property
    def restricted(self) -> bool:
        """Return whether the caller sees only some businesses."""
        return self.businesses is not None

    def limited(self, businesses: Iterable[str]) -> Caller:
        """Return a copy of this caller that sees only these businesses and may only read."""
        reading = frozenset(each for each in LIMITABLE if self.may(each))
        return self._replace(scopes=reading, businesses=frozenset(businesses))

    def may(self, scope: TokenScope) -> bool:
        """Return whether the scopes of the caller satisfy a required scope."""
        return not self.scopes.isdisjoint(COVERED_BY[scope])


ANYBODY: Final = Caller(None)


class AccessDenied(Exception):
    """A denied request: HTTP status, code, message, RFC 6750 error, scope and token id."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        error: str | None = None,
        scope: TokenScope | None = None,
        who: str | None = None,
    ):
        self.status, self.code, self.message, self.who = status, code, message, who
        parts = [("error", error), ("scope", scope)]
        self.challenge = ", ".join(
            ['Bearer realm="inroads"', *(f'{name}="{word}"' for name, word in parts if word)]
        )


def keyed(key: bytes, text: str) -> str:
    """The first 128 bits of the HMAC-SHA-256 of a text."""
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]


def native_businesses(given: Iterable[str]) -> tuple[str, ...]:
    """The native ids of businesses, each once and in order. Raises BadId.

    >>> native_businesses(["77128", "business:5", "5"])
    ('5', '77128')
    """
    return tuple(sorted({native_id(node_id(each, NodeKind.BUSINESS)) for each in given}))
