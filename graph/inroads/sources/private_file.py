"""Files that only their owner can read, replaced as a whole."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inroads.errors import InroadsError, file_words

_MAX_TOKEN_BYTES: Final = 2**24


@dataclass(unsafe_hash=True)
class BadTokens(InroadsError):
    """Tokens that cannot be used; `problems` has every problem, and none quotes a secret.

    The code is BAD_TOKENS, UNSAFE_TOKENS if others could read or swap the file, TOKENS_IN_USE if
    another run has it, or NO_TOKENS if there are none.
    """

    code: str = "BAD_TOKENS"
    problems: tuple[str, ...] = ()


def open_private(path: Path) -> int:
    """Open a file that only this user can read, and return its descriptor.

    The checks are made on the open file, so that no other file can be slipped in between. Raises
    BadTokens. Token files of the service and of the server's callers have the same rules.
    """
    try:
        # Without O_NONBLOCK a named pipe would wait for its writer for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise _unsafe(path, "is a symbolic link; name the file itself") from None
        raise BadTokens(file_words(error)) from None
    status = os.fstat(descriptor)
    problem = None
    if not stat.S_ISREG(status.st_mode):
        problem = "is not a regular file"
    elif status.st_uid != os.geteuid():
        problem = "belongs to another user"
    elif status.st_mode & 0o177:
        problem = f"has mode {stat.S_IMODE(status.st_mode):04o}; others must not read it: chmod 600"
    if problem:
        os.close(descriptor)
        raise _unsafe(path, problem)
    return descriptor


def _unsafe(path: Path, problem: str) -> BadTokens:
    return BadTokens(f"{path} {problem}", code="UNSAFE_TOKENS")


def content_of(descriptor: int) -> bytes:
    """Return the content of a private file, up to 16 MiB."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read(_MAX_TOKEN_BYTES)


def put_private(path: Path, content: bytes) -> int:
    """Replace a file atomically by one with this content. Return its locked descriptor."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(
        temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        os.close(descriptor)
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return descriptor
