"""The rows of a ledger as values."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from inroads.columns.claimset import MOMENT_SOURCES
from inroads.documents.reader import Observation, restore
from inroads.errors import LedgerError
from inroads.model import Document, MomentSource
from inroads.moments import moment_number, moment_of
from inroads.store.schema import UNREADABLE

ALONE_FROM: Final = 2**16
"""A body of so many stored bytes is read alone, so that few large ones are in memory at once."""


class Added(NamedTuple):
    """Counts of documents added, already known, and refused because they were forgotten."""

    added: int
    known: int
    forgotten: int


class Forgotten(NamedTuple):
    """Counts of documents removed, of documents rewritten, and of review items removed.

    `mentions` counts texts of reviews that named the person, such as the reason of a decision about
    another person.
    """

    removed: int
    rewritten: int
    items: int = 0
    mentions: int = 0


class Entry(NamedTuple):
    """One row of the log, without its body.

    `observed_at` is in UTC, `moment_source` says how it is known (None if that was not recorded),
    `size` is the stored size of the body.
    """

    sequence: int
    sha256: str
    kind: str
    subject: str
    observed_at: dt.datetime
    moment_source: MomentSource | None
    source: str
    size: int


class Info(NamedTuple):
    """The contents of a ledger in numbers.

    `kinds` counts the documents of each kind; `identities` and `businesses` count the subjects of
    documents; `oldest` and `newest` are moments of observation; `first` and `last` the sequence
    numbers of documents, 0 for none; `bytes` is the size on disk, the write-ahead log included;
    `version` the version of the file's format.
    """

    documents: int
    kinds: Mapping[str, int]
    identities: int
    businesses: int
    oldest: dt.datetime | None
    newest: dt.datetime | None
    first: int
    last: int
    bytes: int
    version: int
    tombstones: int


class Retraction(NamedTuple):
    """A document that was taken back: its hash, when (in UTC), and the reason."""

    sha256: str
    moment: dt.datetime
    why: str


class StoredBody(NamedTuple):
    """The body of a stored document, with its moment and how that is known; see `bulk_reader.Arrived`."""

    raw: bytes
    moment: dt.datetime
    moment_source: MomentSource | None


class StoredDocument(NamedTuple):
    """One document as it stands in a ledger."""

    ledger: Path
    sequence: int
    sha256: bytes
    moment: int
    source: str
    moment_source: int | None
    raw: bytes

    def arrived(self) -> StoredBody | None:
        """The body, not yet read; None where it is large or damaged."""
        if len(self.raw) >= ALONE_FROM:
            return None
        try:
            body, moment = zlib.decompress(self.raw), moment_of(self.moment)
        except UNREADABLE:
            return None
        return StoredBody(body, moment, MOMENT_SOURCES[self.moment_source or 0])

    def observe(self) -> Observation:
        """The document as read. Raises LedgerError where it is damaged."""
        try:
            return restore(
                zlib.decompress(self.raw),
                self.sha256.hex(),
                moment_of(self.moment),
                self.source,
                MOMENT_SOURCES[self.moment_source or 0],
            )
        except UNREADABLE as error:
            message = f"the ledger {self.ledger}: document {self.sequence} cannot be read: {error}"
            raise LedgerError(message, "LEDGER_CORRUPT") from error


def observation_key(document: Document) -> tuple[bytes, int, bytes]:
    """Return the key of an observation: body, moment and source."""
    source = document.source.encode("utf-8", "surrogateescape")
    return bytes.fromhex(document.sha256), moment_number(document.observed_at), source
