"""Who may ask: tokens with scopes, hashed in a private file that is read again when it changes.

A token is `inr_`, ten characters that name it, `_`, and 256 random bits. Who reads the file cannot ask with what it
says: it holds the SHA-256 of each token, which is enough for what cannot be guessed.
"""

from __future__ import annotations

import base64
import datetime as dt
import fcntl
import hashlib
import hmac
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, NamedTuple, Protocol

import msgspec

from inroads.errors import InroadsError, NotFound
from inroads.model import NodeKind, native_id, node_id
from inroads.sources.private_file import BadTokens, content_of, open_private, put_private
from inroads_api.clock import utcnow

log = logging.getLogger(__name__)

FORM: Final = re.compile(rb"inr_([a-z2-7]{10})_[A-Za-z0-9_-]{43}")
"""What a token looks like; its first group names it."""

_CREDENTIALS: Final = re.compile(rb"bearer +([^ ]+) *", re.IGNORECASE)
_NOBODY: Final = hashlib.sha256(b"").hexdigest()
"""Compared with where there is no token of a name, so that this takes as long as one of another secret."""


class Scope(StrEnum):
    """What a token is for."""

    READ = "read"
    REVIEW = "review"
    INGEST = "ingest"
    ADMIN = "admin"
    READ_PSEUDONYMISED = "read:pseudonymised"


COVERED_BY: Final = {
    Scope.READ: {Scope.READ, Scope.ADMIN},
    Scope.REVIEW: {Scope.REVIEW, Scope.ADMIN},
    Scope.INGEST: {Scope.INGEST, Scope.ADMIN},
    Scope.ADMIN: {Scope.ADMIN},
    Scope.READ_PSEUDONYMISED: {Scope.READ_PSEUDONYMISED, Scope.READ, Scope.ADMIN},
}
"""The scopes of which one is enough, for each that is needed."""

LIMITABLE: Final = frozenset({Scope.READ, Scope.READ_PSEUDONYMISED})
"""The scopes that can be limited to some businesses: those that only read."""


class Token(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is kept of a token; moments are aware. `cost_per_minute` is a limit of its own, in place of the server's.

    `businesses` are the native ids of those that it is limited to, None for all; a file from before has none of it.
    """

    id: str
    name: str
    sha256: str
    scopes: tuple[Scope, ...]
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = None
    cost_per_minute: Annotated[int, msgspec.Meta(ge=1)] | None = None
    businesses: tuple[str, ...] | None = None

    def ended(self, now: dt.datetime) -> str | None:
        """Why it may no longer be used: it was `revoked`, or is `expired`; None while it may."""
        if self.revoked_at:
            return "revoked"
        return "expired" if now >= self.expires_at else None


class Caller(NamedTuple):
    """Who asks: the id of a token, its scopes and its own limit; without an id, somebody who showed none.

    `name` is what stands in reviews for whoever has the token: no two have the same one. `businesses` are those that
    are seen, None for all.
    """

    id: str | None
    scopes: frozenset[Scope] = frozenset()
    cost_per_minute: int | None = None
    name: str | None = None
    businesses: frozenset[str] | None = None

    def limited(self, businesses: Iterable[str]) -> Caller:
        """The same, who sees only these businesses, and may only read."""
        reading = frozenset(each for each in LIMITABLE if self.may(each))
        return self._replace(scopes=reading, businesses=frozenset(businesses))

    def may(self, scope: Scope) -> bool:
        """Whether what needs this scope may be done."""
        return not self.scopes.isdisjoint(COVERED_BY[scope])


ANYBODY: Final = Caller(None)


class Denied(Exception):
    """A request that is not let in: a status of HTTP, a code, why, what RFC 6750 calls it, and whose token it was."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        error: str | None = None,
        scope: Scope | None = None,
        who: str | None = None,
    ):
        self.status, self.code, self.message, self.who = status, code, message, who
        parts = [("error", error), ("scope", scope)]
        self.challenge = ", ".join(['Bearer realm="inroads"', *(f'{name}="{word}"' for name, word in parts if word)])


class _Content(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The file: `key` is for the hashes of an audit log, 32 bytes in base64."""

    format: int
    key: str
    tokens: list[Token]


class TokenFile:
    """The file, for those who look after it. Each change is whole and on the disk, or was not made."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def tokens(self) -> list[Token]:
        """All that were ever made, in that order. Raises BadTokens."""
        return _read(self.path)[0].tokens

    def key(self) -> bytes:
        """The key for the hashes of an audit log. Raises BadTokens."""
        return base64.b64decode(_read(self.path)[0].key)

    def create(
        self,
        name: str,
        scopes: Sequence[Scope],
        lifetime: dt.timedelta,
        now: dt.datetime,
        cost_per_minute: int | None = None,
        businesses: Iterable[str] | None = None,
    ) -> tuple[Token, str]:
        """A new token and its text, which is in no file; it sees only these businesses, by id, where they are given.

        Makes the file, too. Raises BadTokens, BadId, and InroadsError BAD_NAME, and BAD_LIMIT where a scope cannot be
        limited or no business is named.
        """
        if not (name.strip() and name.isprintable() and len(name) <= 100):
            raise InroadsError("the name of a token is a line of at most 100 characters", "BAD_NAME")
        number = base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10]
        text = f"inr_{number}_{secrets.token_urlsafe(32)}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        chosen = tuple(sorted(set(scopes)))
        token = Token(
            id=number,
            name=name,
            sha256=digest,
            scopes=chosen,
            created_at=now,
            expires_at=now + lifetime,
            cost_per_minute=cost_per_minute,
            businesses=None if businesses is None else _limit(businesses, chosen),
        )
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with self._changed() as content:
            content.tokens.append(token)
        return token, text

    def revoke(self, number: str, now: dt.datetime) -> Token:
        """End a token; one that has been revoked stays so since then. Raises BadTokens and NotFound."""
        with self._changed() as content:
            for place, token in enumerate(content.tokens):
                if token.id == number:
                    revoked = msgspec.structs.replace(token, revoked_at=token.revoked_at or now)
                    content.tokens[place] = revoked
                    return revoked
            raise NotFound("there is no token of this id")

    @contextmanager
    def _changed(self) -> Iterator[_Content]:
        """The content, to be changed by one process at a time."""
        descriptor = self._locked()
        try:
            raw = content_of(descriptor)
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            content = _parsed(raw, self.path) if raw else _Content(format=1, key=key, tokens=[])
            yield content
            os.close(put_private(self.path, msgspec.json.format(msgspec.json.encode(content)) + b"\n"))
        finally:
            os.close(descriptor)

    def _locked(self) -> int:
        while True:
            descriptor = open_private(self.path)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(descriptor), self.path.stat()):
                return descriptor
            os.close(descriptor)  # another process has just put a new file there


def _read(path: Path) -> tuple[_Content, object]:
    """The content of the file, and the stamp of what was read."""
    descriptor = open_private(path)
    try:
        read = stamp(os.fstat(descriptor))
        return _parsed(content_of(descriptor), path), read
    finally:
        os.close(descriptor)


def _parsed(raw: bytes, path: Path) -> _Content:
    try:
        content = msgspec.json.decode(raw, type=_Content)
        moments = [each for token in content.tokens for each in (token.created_at, token.expires_at, token.revoked_at)]
        sound = len(base64.b64decode(content.key, validate=True)) == 32 and all(each.tzinfo for each in moments if each)
    except (ValueError, RecursionError):  # their messages could quote the file
        sound = False
    if not sound or content.format != 1:
        raise BadTokens(f"{path}: this is not a file that `inroads token create` has written", "BAD_TOKENS")
    if len({token.id for token in content.tokens}) < len(content.tokens):
        raise BadTokens(f"{path}: two of its tokens have one id", "BAD_TOKENS")
    return content


def stamp(status: os.stat_result) -> object:
    """What differs when a file was changed or replaced."""
    return status.st_ino, status.st_dev, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_mode


def keyed(key: bytes, text: str) -> str:
    """The first 128 bits of the HMAC-SHA-256 of a text."""
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]


def native_businesses(given: Iterable[str]) -> tuple[str, ...]:
    """The native ids of businesses, each once and in order. Raises BadId.

    >>> native_businesses(["77128", "business:5", "5"])
    ('5', '77128')
    """
    return tuple(sorted({native_id(node_id(each, NodeKind.BUSINESS)) for each in given}))


def _limit(businesses: Iterable[str], scopes: Iterable[Scope]) -> tuple[str, ...]:
    chosen = native_businesses(businesses)
    if not chosen:
        raise InroadsError("a token that is limited to no business sees nothing", "BAD_LIMIT")
    if others := sorted(set(scopes) - LIMITABLE):
        raise InroadsError(f"the scope {others[0]} cannot be limited to businesses: only reading can", "BAD_LIMIT")
    return chosen


class Provider(Protocol):
    """Somebody else whose tokens are good here, too."""

    def refresh(self) -> None:
        """Learn what has changed. Raises InroadsError."""

    def caller(self, token: str, key: bytes) -> Caller:
        """Who shows a token. Raises Denied."""

    def running(self) -> AbstractContextManager[None]:
        """While this is entered, what takes longer is learnt beside the requests."""


class Auth:
    """The tokens as the server knows them: those that the file holds at the moment of each request.

    While the file is missing, damaged or readable by others nobody is let in. Raises BadTokens where it is so at the
    start, and NO_TOKENS where no token in it can be used, and there is no `provider` of others.
    """

    def __init__(self, path: Path, now: Callable[[], dt.datetime] = utcnow, provider: Provider | None = None) -> None:
        self._path, self._now, self._provider = path, now, provider
        self._key, self._closed = b"", False
        self._stamp: object = None
        self._tokens: dict[str, Token] = {}
        self._refresh()
        if not provider and all(token.ended(now()) for token in self._tokens.values()):
            raise BadTokens(f"{path}: no token in it can be used; `inroads token create` makes one", "NO_TOKENS")

    def running(self) -> AbstractContextManager[None]:
        """What is done beside the requests: the provider learns its keys."""
        return self._provider.running() if self._provider else nullcontext()

    def key(self) -> bytes:
        """The key of the file, as it was read last."""
        return self._key

    def caller(self, authorization: Sequence[bytes]) -> Caller:
        """Who asks with these headers Authorization. Raises Denied."""
        try:
            self._refresh()
        except (InroadsError, OSError) as error:
            if not self._closed:  # told once, not for each request
                log.error("AUTH_UNAVAILABLE: %s", error)
            self._stamp, self._tokens, self._closed = None, {}, True
            raise Denied(503, "AUTH_UNAVAILABLE", "the tokens cannot be read: nobody is let in") from None
        self._closed = False
        if not authorization:
            return ANYBODY
        if len(authorization) > 1:
            raise Denied(400, "BAD_REQUEST", "there are two headers Authorization", "invalid_request")
        given = _CREDENTIALS.fullmatch(authorization[0])
        if not given:
            raise Denied(401, "UNAUTHENTICATED", "send Authorization: Bearer and a token")
        return self._known(given[1])

    def _known(self, text: bytes) -> Caller:
        if self._provider and text.count(b".") == 2:  # which no token of ours has
            return self._provider.caller(text.decode("latin-1"), self._key)
        form = FORM.fullmatch(text)
        token = self._tokens.get(form[1].decode()) if form else None
        expected = token.sha256 if token else _NOBODY
        same = hmac.compare_digest(hashlib.sha256(text).hexdigest().encode(), expected.encode())
        if not token or not same:
            raise Denied(401, "UNAUTHENTICATED", "this token is not known", "invalid_token")
        if ended := token.ended(self._now()):  # told only to who has the token
            raise Denied(401, "UNAUTHENTICATED", f"this token is {ended}", "invalid_token", who=token.id)
        name = f"token:{token.id} ({token.name})"
        caller = Caller(token.id, frozenset(token.scopes), token.cost_per_minute, name)
        return caller if token.businesses is None else caller.limited(token.businesses)

    def _refresh(self) -> None:
        if self._stamp is None or self._stamp != stamp(self._path.lstat()):
            content, self._stamp = _read(self._path)
            self._tokens = {token.id: token for token in content.tokens}
            self._key = base64.b64decode(content.key)
        if self._provider:
            self._provider.refresh()
