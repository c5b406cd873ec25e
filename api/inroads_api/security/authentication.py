"""Authentication by tokens with scopes, hashed in a private file that is read again when it changes.

A token is `inr_`, ten characters that name it, `_`, and 256 random bits. Nobody can use the file to ask: it holds the
SHA-256 of each token, which is enough for a text that cannot be guessed.
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
"""Compared with where there is no token of a name, so that this takes as long as one of another secret."""


class Provider(Protocol):
    """A provider of tokens that are good here, too."""

    def refresh(self) -> None:
        """Learn what has changed. Raises InroadsError."""

    def caller(self, token: str, key: bytes) -> Caller:
        """The caller of a token. Raises AccessDenied."""

    def running(self) -> AbstractContextManager[None]:
        """While this is entered, what takes longer is learnt beside the requests."""


class Auth:
    """The tokens as the server knows them: those that the file holds at the moment of each request.

    While the file is missing, damaged or readable by others nobody is let in. Raises BadTokens where it is so at the
    start, and NO_TOKENS where no token in it can be used, and there is no `provider` of others.
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
                f"{path}: no token in it can be used; `inroads token create` makes one", "NO_TOKENS"
            )

    def running(self) -> AbstractContextManager[None]:
        """The work beside the requests: the provider learns its keys."""
        return self._provider.running() if self._provider else nullcontext()

    def key(self) -> bytes:
        """The key of the file, as it was read last."""
        return self._key

    def caller(self, authorization: Sequence[bytes]) -> Caller:
        """The caller of a request with these headers Authorization. Raises AccessDenied."""
        try:
            self._refresh()
        except (InroadsError, OSError) as error:
            if not self._closed:  # told once, not for each request
                log.error("AUTH_UNAVAILABLE: %s", error)
            self._stamp, self._tokens, self._closed = None, {}, True
            raise AccessDenied(
                503, "AUTH_UNAVAILABLE", "the tokens cannot be read: nobody is let in"
            ) from None
        self._closed = False
        if not authorization:
            return ANYBODY
        if len(authorization) > 1:
            raise AccessDenied(
                400, "BAD_REQUEST", "there are two headers Authorization", "invalid_request"
            )
        given = _CREDENTIALS.fullmatch(authorization[0])
        if not given:
            raise AccessDenied(401, "UNAUTHENTICATED", "send Authorization: Bearer and a token")
        return self._known(given[1])

    def _known(self, text: bytes) -> Caller:
        if self._provider and text.count(b".") == 2:  # which no token of ours has
            return self._provider.caller(text.decode("latin-1"), self._key)
        form = FORM.fullmatch(text)
        token = self._tokens.get(form[1].decode()) if form else None
        expected = token.sha256 if token else _NOBODY
        same = hmac.compare_digest(hashlib.sha256(text).hexdigest().encode(), expected.encode())
        if not token or not same:
            raise AccessDenied(401, "UNAUTHENTICATED", "this token is not known", "invalid_token")
        if ended := token.ended(self._now()):  # told only to who has the token
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
