"""The token file."""

from __future__ import annotations

import base64
import datetime as dt
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final

import msgspec

from inroads.errors import InroadsError, NotFound
from inroads.sources.private_file import BadTokens, content_of, open_private, put_private
from inroads_api.security.callers import LIMITABLE, TokenScope, native_businesses

FORM: Final = re.compile(rb"inr_([a-z2-7]{10})_[A-Za-z0-9_-]{43}")
"""The form of a token; the first group is its id."""


class ApiToken(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A token in the file; moments are aware.

    `cost_per_minute` replaces the limit of the server. `businesses` are the native ids of the
    businesses that the token is limited to, None for all; old files do not have it.
    """

    id: str
    name: str
    sha256: str
    scopes: tuple[TokenScope, ...]
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = None
    cost_per_minute: Annotated[int, msgspec.Meta(ge=1)] | None = None
    businesses: tuple[str, ...] | None = None

    def ended(self, now: dt.datetime) -> str | None:
        """Return `revoked` or `expired` if the token has ended, else None."""
        if self.revoked_at:
            return "revoked"
        return "expired" if now >= self.expires_at else None


class _Content(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The content of the file; `key` is the HMAC key of audit logs, 32 bytes in base64."""

    format: int
    key: str
    tokens: list[ApiToken]


class TokenFile:
    """The token file for commands that change it. Each change is atomic and durable."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def tokens(self) -> list[ApiToken]:
        """All tokens, including ended ones, in order of creation. Raises BadTokens."""
        return read_token_file(self.path)[0].tokens

    def key(self) -> bytes:
        """The HMAC key of audit logs. Raises BadTokens."""
        return base64.b64decode(read_token_file(self.path)[0].key)

    def create(
        self,
        name: str,
        scopes: Sequence[TokenScope],
        lifetime: dt.timedelta,
        now: dt.datetime,
        cost_per_minute: int | None = None,
        businesses: Iterable[str] | None = None,
    ) -> tuple[ApiToken, str]:
        """Create a token, and the file if needed. Return it with its text, which is stored nowhere.

        `businesses` are the ids of businesses to limit the token to. Raises BadTokens, BadId, and
        InroadsError BAD_NAME, and BAD_LIMIT for a scope that cannot be limited or an empty limit.
        """
        if not (name.strip() and name.isprintable() and len(name) <= 100):
            raise InroadsError(
                "the name of a token must be one line of 1 to 100 characters", "BAD_NAME"
            )
        number = base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10]
        text = f"inr_{number}_{secrets.token_urlsafe(32)}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        chosen = tuple(sorted(set(scopes)))
        token = ApiToken(
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

    def revoke(self, number: str, now: dt.datetime) -> ApiToken:
        """Revoke a token. A second revocation changes nothing. Raises BadTokens and NotFound."""
        with self._changed() as content:
            for place, token in enumerate(content.tokens):
                if token.id == number:
                    revoked = msgspec.structs.replace(token, revoked_at=token.revoked_at or now)
                    content.tokens[place] = revoked
                    return revoked
            raise NotFound("there is no token with this id")

    @contextmanager
    def _changed(self) -> Iterator[_Content]:
        """Lock the file, let its content be changed, and write it."""
        descriptor = self._locked()
        try:
            raw = content_of(descriptor)
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            content = _parsed(raw, self.path) if raw else _Content(format=1, key=key, tokens=[])
            yield content
            os.close(
                put_private(self.path, msgspec.json.format(msgspec.json.encode(content)) + b"\n")
            )
        finally:
            os.close(descriptor)

    def _locked(self) -> int:
        while True:
            descriptor = open_private(self.path)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(descriptor), self.path.stat()):
                return descriptor
            os.close(descriptor)  # another process has just replaced the file


def read_token_file(path: Path) -> tuple[_Content, object]:
    """Read the content of the file, with its stamp."""
    descriptor = open_private(path)
    try:
        read = stamp(os.fstat(descriptor))
        return _parsed(content_of(descriptor), path), read
    finally:
        os.close(descriptor)


def _parsed(raw: bytes, path: Path) -> _Content:
    try:
        content = msgspec.json.decode(raw, type=_Content)
        moments = [
            each
            for token in content.tokens
            for each in (token.created_at, token.expires_at, token.revoked_at)
        ]
        sound = len(base64.b64decode(content.key, validate=True)) == 32 and all(
            each.tzinfo for each in moments if each
        )
    except (ValueError, RecursionError):  # their messages may quote the file
        sound = False
    if not sound or content.format != 1:
        raise BadTokens(
            f"{path}: this is not a token file written by `inroads token create`", "BAD_TOKENS"
        )
    if len({token.id for token in content.tokens}) < len(content.tokens):
        raise BadTokens(f"{path}: two of its tokens have the same id", "BAD_TOKENS")
    return content


def stamp(status: os.stat_result) -> object:
    """The stamp of a file, which differs after it is changed or replaced."""
    return (
        status.st_ino,
        status.st_dev,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_size,
        status.st_mode,
    )


def _limit(businesses: Iterable[str], scopes: Iterable[TokenScope]) -> tuple[str, ...]:
    chosen = native_businesses(businesses)
    if not chosen:
        raise InroadsError("a limit needs at least one business", "BAD_LIMIT")
    if others := sorted(set(scopes) - LIMITABLE):
        raise InroadsError(
            f"the scope {others[0]} cannot be limited to businesses; only read scopes can",
            "BAD_LIMIT",
        )
    return chosen
