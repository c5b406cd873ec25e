"""Errors as comparable values with a stable code."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import msgspec


class Issue(msgspec.Struct, frozen=True, order=True):
    """Something in one document that a user should know, although the document was taken.

    `pointer` is a JSON pointer into that document, `sha256` names it; `message` quotes no more than
    one word of it.
    """

    source: str
    pointer: str
    code: str
    message: str
    sha256: str


LEFT_OUT = frozenset({"unreadable_row", "unreadable_account"})
"""The codes of issues that say that a record is left out, in whole or in part."""


class Rejection(msgspec.Struct, frozen=True, order=True):
    """A document that was not taken at all, and why. Nothing of it is kept."""

    source: str
    pointer: str
    code: str
    message: str


@dataclass(unsafe_hash=True)  # not frozen: contextlib and pickle assign to exceptions
class InroadsError(Exception):
    """The caller asked for something that cannot be answered; `code` is stable, `detail` holds
    plain values.
    """

    message: str
    code: str = "BAD_REQUEST"

    def __str__(self) -> str:
        return self.message


def file_words(error: OSError | UnicodeError) -> str:
    """Return in plain words why a file cannot be used: `x.toml is a folder, not a file`."""
    if isinstance(error, UnicodeError):
        return "it is not text in UTF-8"
    for kind, words in _FILE_WORDS.items():
        if isinstance(error, kind) and error.filename is not None:
            return f"{error.filename} {words}"
    return str(error)


_FILE_WORDS = {
    FileNotFoundError: "does not exist",
    IsADirectoryError: "is a folder, not a file",
    NotADirectoryError: "is inside something that is not a folder",
    PermissionError: "may not be opened by you",
}


def extra_missing(need: str, extra: str) -> InroadsError:
    """Return the error for what an extra brings, with the way to install it: in a checkout, or not."""
    how = f"{sys.executable} -m pip install '.[{extra}]' in the checkout"
    return InroadsError(f"{need}: {how}, or else the extra inroads[{extra}]", "EXTRA_MISSING")


@dataclass(unsafe_hash=True)
class BadId(InroadsError):
    """An id that is not of any printed form; `nearest` are nodes that may be meant."""

    code: str = "BAD_ID"
    nearest: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class NotFound(InroadsError):
    """No document names this node: not the same as a known node without access.

    `nearest` are nodes that may be meant.
    """

    code: str = "NOT_FOUND"
    nearest: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class AmbiguousEmail(InroadsError):
    """Two or more identities have this email; `ids` are their node ids."""

    code: str = "AMBIGUOUS_EMAIL"
    ids: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class AmbiguousName(InroadsError):
    """A name of two or more nodes: `ids` and `labels` are of the first few, `total` counts all."""

    code: str = "AMBIGUOUS_NAME"
    ids: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    total: int = 0

    def __post_init__(self) -> None:
        # A notebook prints an error that nobody catches: there the candidates are its notes.
        for line in self.problems:
            self.add_note(line)

    @property
    def problems(self) -> tuple[str, ...]:
        """One line for each candidate that is listed, and one for those that are not."""
        lines = [f"{node}  {label}" for node, label in zip(self.ids, self.labels, strict=True)]
        more = self.total - len(lines)
        return (*lines, f"… {more:,} more") if more else tuple(lines)


@dataclass(unsafe_hash=True)
class AmbiguousGrant(InroadsError):
    """A record states two or more grants; `ids` are theirs."""

    code: str = "AMBIGUOUS_GRANT"
    ids: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class BadPolicy(InroadsError):
    """A policy file with problems, all of them in `problems`, one sentence each."""

    code: str = "BAD_POLICY"
    problems: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class BadCursor(InroadsError):
    """A cursor that this answer cannot continue from: `CURSOR_INVALID`, or `CURSOR_EXPIRED` when
    the graph is newer.
    """

    code: str = "CURSOR_INVALID"


@dataclass(unsafe_hash=True)
class LedgerError(InroadsError):
    """A ledger that cannot be used as asked; what was acknowledged before is still in it.

    `code` is LEDGER_MISSING, LEDGER_FOREIGN (no ledger), LEDGER_NEWER (made by a newer version),
    LEDGER_CORRUPT, LEDGER_READ_ONLY, LEDGER_FULL (the disk), LEDGER_BUSY (another process holds it)
    or LEDGER_EXISTS (a backup would replace something).
    """

    code: str = "LEDGER_CORRUPT"


def extensions(error: InroadsError) -> dict[str, Any]:
    """The machine-readable part of an error: its code and its plain fields that say anything."""
    return {name: value for name, value in vars(error).items() if name != "message" and value != ()}
