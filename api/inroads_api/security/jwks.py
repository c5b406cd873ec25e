"""The signing keys of a provider in a JWKS file, which is read again when it changes."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final, Protocol

import jwt
import msgspec

from inroads.errors import InroadsError
from inroads_api.security.tokens import stamp

ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""The accepted signature algorithms: asymmetric ones only."""

MAX_JWKS: Final = 2**20
"""The most bytes of a JWKS."""

ById = Mapping[str | None, jwt.PyJWK]
"""Signing keys by key id. A single key is also stored under None, for tokens without a key id."""


class Keys(Protocol):
    """A source of the keys of a provider."""

    def refresh(self) -> None:
        """Reload what has changed. Raises InroadsError."""

    def find(self, kid: str | None) -> jwt.PyJWK:
        """The key of an id. Raises KeyError, and AccessDenied while keys are being fetched."""

    def running(self) -> AbstractContextManager[None]:
        """Return a context manager that fetches keys in the background."""


class KeyFile:
    """Keys in a file, which is replaced to rotate them. Raises InroadsError BAD_JWKS."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: object = None
        self._keys: ById = {}
        self.refresh()

    def refresh(self) -> None:
        """Read the keys again if the file has changed."""
        try:
            if self._stamp is None or self._stamp != stamp(self._path.stat()):
                self._stamp = None
                self._keys, self._stamp = _read(self._path)
        except OSError as error:
            raise InroadsError(f"{self._path}: {error.strerror}", "BAD_JWKS") from None

    def find(self, kid: str | None) -> jwt.PyJWK:
        """The key of an id, or the only key for None. Raises KeyError."""
        return self._keys[kid]

    def running(self) -> AbstractContextManager[None]:
        """Return an empty context manager, since a file needs no background work."""
        return nullcontext()


def _read(path: Path) -> tuple[ById, object]:
    """Read the keys, and the stamp of the file."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if (
            not stat.S_ISREG(status.st_mode)
            or status.st_mode & 0o022
            or status.st_uid not in (0, os.geteuid())
        ):
            raise InroadsError(
                f"{path}: other users could replace the keys in this file", "BAD_JWKS"
            )
        raw = file.read(MAX_JWKS)
    found = keys_of(raw, str(path))
    if not found:
        raise InroadsError(f"{path}: it has no signing key", "BAD_JWKS")
    return found, stamp(status)


def keys_of(raw: bytes, source: str) -> ById:
    """Parse the signing keys. Raises InroadsError BAD_JWKS, also for two keys with one id."""
    try:
        given = msgspec.json.decode(raw, type=dict[str, Any])["keys"]
        usable = [
            key for each in msgspec.convert(given, list[dict[str, Any]]) if (key := _key(each))
        ]
    except (KeyError, ValueError, RecursionError):
        raise InroadsError(f"{source}: this is not a JWKS", "BAD_JWKS") from None
    found: dict[str | None, jwt.PyJWK] = {each.key_id: each for each in usable}
    if len(found) < len(usable):
        raise InroadsError(f"{source}: two of its keys have the same id", "BAD_JWKS")
    return {None: usable[0], **found} if len(usable) == 1 else found


def _key(given: Mapping[str, Any]) -> jwt.PyJWK | None:
    """A signing key; None for keys of other uses or unknown types (RFC 7517, 5)."""
    if given.get("use", "sig") != "sig" or given.get("kty") == "oct":
        return None
    try:
        key = jwt.PyJWK(dict(given))
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return None
    return key if key.algorithm_name in ALGORITHMS else None
