"""Authentication by tokens with scopes, whose hashes are in a private file.

A token is `inr_`, its id of ten characters, `_`, and 256 random bits. The file is useless to a
thief: it holds the SHA-256 of each token, which suffices for texts that cannot be guessed.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final, Protocol

from inroads.errors import InroadsError
from inroads.sources.private_file import BadTokens
from inroads_api.clock import utcnow
from inroads_api.security.callers import ANYBODY, AccessDenied, Caller
from inroads_api.security.tokens import FORM, ApiToken, read_token_file, stamp

log = logging.getLogger(__name__)

_CREDENTIALS: Final = re.compile(rb"bearer +([^ ]+) *", re.IGNORECASE)
_NOBODY: Final = hashlib.sha256(b"").hexdigest()
"""The hash that is compared for an unknown id, so that it takes as long as a wrong secret."""


class Provider(Protocol):
    """Another provider of tokens that this server accepts."""

    def refresh(self) -> None:
        """Reload what has changed. Raises InroadsError."""

    def caller(self, token: str, key: bytes) -> Caller:
        """The caller of a token. Raises AccessDenied."""

    def running(self) -> AbstractContextManager[None]:
        """Return a context manager that runs the background work of the provider."""


class Auth:
    """Authenticates requests by the token file, which is read again when it changes.

    While the file is missing, damaged or readable by other users, all requests are denied. Raises
    BadTokens for such a file at the start, and NO_TOKENS for a file without usable tokens if there
    is no other `provider`.
    """

    def __init__(
        self, path: Path, now: Callable[[], dt.datetime] = utcnow, provider: Provider | None = None
    ) -> None:
        self._path, self._now, self._provider = path, now, provider
        self._key, self._closed = b"", False
        self._stamp: object = None
        self._tokens: dict[str, ApiToken] = {}
        self._refresh()
        if not provider and all(token.ended(now()) for token in self._tokens.values()):
            raise BadTokens(
                f"{path}: it has no usable token; `inroads token create` makes one", "NO_TOKENS"
            )

    def running(self) -> AbstractContextManager[None]:
        """Return a context manager that runs the background work of the provider."""
        return self._provider.running() if self._provider else nullcontext()

    def key(self) -> bytes:
        """The key in the file, as last read."""
        return self._key

    def caller(self, authorization: Sequence[bytes]) -> Caller:
        """Authenticate a request by its Authorization headers. Raises AccessDenied."""
        try:
            self._refresh()
        except (InroadsError, OSError) as error:
            if not self._closed:  # logged once, not for each request
                log.error("AUTH_UNAVAILABLE: %s", error)
            self._stamp, self._tokens, self._closed = None, {}, True
            raise AccessDenied(
                503, "AUTH_UNAVAILABLE", "the token file cannot be read, so all requests are denied"
            ) from None
        self._closed = False
        if not authorization:
            return ANYBODY
        if len(authorization) > 1:
            raise AccessDenied(
                400,
                "BAD_REQUEST",
                "the request has several Authorization headers",
                "invalid_request",
            )
        given = _CREDENTIALS.fullmatch(authorization[0])
        if not given:
            raise AccessDenied(
                401, "UNAUTHENTICATED", "send a token in the header Authorization: Bearer"
            )
        return self._known(given[1])

    def _known(self, text: bytes) -> Caller:
        if self._provider and text.count(b".") == 2:  # a JWT; tokens of the file have no dots
            return self._provider.caller(text.decode("latin-1"), self._key)
        form = FORM.fullmatch(text)
        token = self._tokens.get(form[1].decode()) if form else None
        expected = token.sha256 if token else _NOBODY
        same = hmac.compare_digest(hashlib.sha256(text).hexdigest().encode(), expected.encode())
        if not token or not same:
            raise AccessDenied(401, "UNAUTHENTICATED", "this token is unknown", "invalid_token")
        if ended := token.ended(self._now()):  # said only to a holder of the token
            raise AccessDenied(
                401, "UNAUTHENTICATED", f"this token is {ended}", "invalid_token", who=token.id
            )
        name = f"token:{token.id} ({token.name})"
        caller = Caller(token.id, frozenset(token.scopes), token.cost_per_minute, name)
        return caller if token.businesses is None else caller.limited(token.businesses)

    def _refresh(self) -> None:
        if self._stamp is None or self._stamp != stamp(self._path.lstat()):
            content, self._stamp = read_token_file(self._path)
            self._tokens = {token.id: token for token in content.tokens}
            self._key = base64.b64decode(content.key)
        if self._provider:
            self._provider.refresh()
