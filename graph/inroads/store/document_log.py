"""The log of documents in a ledger: appending to it, and reading it as it was at some moment."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from inroads.columns.claimset import MOMENT_SOURCES
from inroads.documents.reader import Observation
from inroads.errors import BadId, InroadsError
from inroads.model import Document
from inroads.moments import moment_number, moment_of
from inroads.store.ledger_file import LedgerFile
from inroads.store.rows import Added, Entry, Info, StoredDocument, observation_key

BATCH: Final = 1000
"""The default number of documents in one transaction."""

TOGETHER: Final = 200
"""How many bodies one query reads."""

BATCH_BYTES: Final = 32 * 2**20
"""The most bytes of bodies in a batch, so that large documents do not fill the memory."""

_INSERT: Final = """
    INSERT INTO documents (sequence, sha256, observed_at, source, kind, subject, body)
    VALUES (?, ?, ?, CAST(? AS TEXT), ?, ?, ?)
    ON CONFLICT (sha256, observed_at, source) DO NOTHING
"""

_KNOWN: Final = (
    "SELECT sequence, {moment_source} FROM documents"
    " WHERE sha256 = ? AND observed_at = ? AND source = CAST(? AS TEXT)"
)

_SURER: Final = """
    INSERT INTO moment_sources VALUES (?, ?)
    ON CONFLICT (sequence) DO UPDATE SET source = excluded.source
    WHERE excluded.source > moment_sources.source
"""

_LIST: Final = (
    "SELECT sequence, sha256, kind, subject, observed_at, {moment_source}, source, length(body)"
    " FROM documents"
)

_SELECT: Final = (
    "SELECT sequence, sha256, observed_at, source, {moment_source}, body FROM documents"
)

_MOMENT_SOURCE: Final = (
    "(SELECT each.source FROM moment_sources AS each WHERE each.sequence = documents.sequence)"
)


def selecting(connection: sqlite3.Connection) -> str:
    """Return the query for the rows of `StoredDocument`, to which a condition is added."""
    return with_moment_source(connection, _SELECT)


def with_moment_source(connection: sqlite3.Connection, query: str) -> str:
    """Return a query with its column of moment sources, which an older file does not have."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'moment_sources'")
    return query.format(moment_source=_MOMENT_SOURCE if found.fetchall() else "NULL")


def moment_code(document: Document) -> int:
    """Return the number of a document's moment source; a surer one has a larger number."""
    return MOMENT_SOURCES.index(document.moment_source)


class DocumentLog(LedgerFile):
    """The documents of an open ledger, in order of arrival; see `Ledger`."""

    def add(
        self,
        documents: Iterable[Document],
        batch: int = BATCH,
        progress: Callable[[Added], None] | None = None,
    ) -> Added:
        """Append documents, at most `batch` a transaction.

        `progress` is called with the total so far after each commit. An observation that is present
        already (body, moment and source) changes nothing, but that its moment may now be known more
        surely, from an envelope instead of its file: the surest word of all counts. If this raises, the last total of
        `progress` is in the ledger, and adding everything again adds the rest.
        """
        total = Added(0, 0, 0)
        for each in _batches(documents, batch):
            total = Added(*map(sum, zip(total, self._append(each), strict=True)))
            if progress:
                progress(total)
        return total

    @property
    def sequence(self) -> int:
        """The newest number of the log, 0 if it is empty. Every change raises it."""
        with self._faults():
            return self._newest()

    def observations(
        self, as_of: dt.datetime | None = None, after: int = 0
    ) -> Iterator[Observation]:
        """Yield every document observed until `as_of` (aware; None: all), in order of arrival.

        `after` skips documents up to this number. All documents are of one state of the log,
        whatever is added meanwhile. An unfinished iteration holds that state: close it.
        """
        where, given = _where(as_of=as_of, after=after)
        with self._snapshot() as snapshot:
            for row in snapshot.execute(
                f"{selecting(snapshot)} WHERE {where} ORDER BY sequence", given
            ):
                yield self._restored(*row)

    def unread(self, as_of: dt.datetime | None = None, after: int = 0) -> Iterator[StoredDocument]:
        """Yield the stored documents undecoded, for callers that read them elsewhere.

        The arguments are as in `observations`.
        """
        where, given = _where(as_of=as_of, after=after)
        with self._snapshot() as snapshot:
            for row in snapshot.execute(
                f"{selecting(snapshot)} WHERE {where} ORDER BY sequence", given
            ):
                yield StoredDocument(self.path, *row)

    def rows(
        self,
        kind: str | None = None,
        subject: str | None = None,
        as_of: dt.datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Iterator[Entry]:
        """Yield the log without bodies, in order of arrival.

        The entries are of one kind, of one subject (a node id), and until a moment, if given.
        """
        where, given = _where(kind=kind, subject=subject, as_of=as_of, after=after)
        yield from self._entries(where, given, limit)

    def fingerprint(self, position: int) -> str:
        """Return a fingerprint of the log up to a number: a hash of its last thousand documents.

        It distinguishes a ledger from one that replaced it, such as a backup with later additions.
        """
        query = (
            "SELECT sequence, sha256, observed_at FROM documents"
            " WHERE sequence <= ? ORDER BY sequence DESC LIMIT 1000"
        )
        digest = hashlib.sha256()
        with self._faults():
            for row in self._connection.execute(query, (position,)).fetchall():
                digest.update(repr(row).encode())
        return digest.hexdigest()

    def body(self, sequence: int) -> bytes:
        """Return the body of one document. Raises InroadsError BODY_GONE if it was forgotten."""
        with self._faults():
            found = self._one("SELECT body FROM documents WHERE sequence = ?", sequence)
        return _readable(found)

    def bodies(self, sequences: Sequence[int]) -> Iterator[bytes]:
        """Yield the bodies of documents in the order given, as `body` returns each.

        A query for many of them takes a quarter of the time of one for each.
        """
        for first in range(0, len(sequences), TOGETHER):
            asked = sequences[first : first + TOGETHER]
            marks = ",".join("?" * len(asked))
            query = f"SELECT sequence, body FROM documents WHERE sequence IN ({marks})"  # noqa: S608  # of question marks alone
            with self._faults():
                found = dict(self._connection.execute(query, asked).fetchall())
            yield from (_readable(found.get(each)) for each in asked)

    def find(self, prefix: str) -> list[Entry]:
        """Return every observation of the bodies whose sha-256 begins so. Raises BadId.

        A prefix has at least 4 hex digits.
        """
        digits = prefix.strip().lower()
        if not re.fullmatch(r"[0-9a-f]{4,64}", digits):
            raise BadId(
                f"{prefix!r} is not the beginning of a sha-256: it must have 4 to 64 hex digits"
            )
        ends = (bytes.fromhex(digits.ljust(64, "0")), bytes.fromhex(digits.ljust(64, "f")))
        return list(self._entries("sha256 BETWEEN ? AND ?", ends, None))

    def info(self) -> Info:
        """Return counts of the ledger, made in one pass over an index."""
        subjects = (
            "SELECT kind, count(*), count(DISTINCT subject), min(observed_at), max(observed_at)"
        )
        with self._snapshot() as snapshot:
            found = snapshot.execute(f"{subjects} FROM documents GROUP BY kind").fetchall()
            first, last = snapshot.execute(
                "SELECT min(sequence), max(sequence) FROM documents"
            ).fetchone()
            (businesses,) = snapshot.execute(
                "SELECT count(DISTINCT subject) FROM documents WHERE kind <> 'me'"
            ).fetchone()
            (tombstones,) = snapshot.execute("SELECT count(*) FROM tombstones").fetchone()
            (version,) = snapshot.execute("PRAGMA user_version").fetchone()
        known = {kind: number for kind, _, number, _, _ in found}
        return Info(
            documents=sum(count for _, count, _, _, _ in found),
            kinds={kind: count for kind, count, _, _, _ in found},
            identities=known.get("me", 0),
            businesses=businesses,
            oldest=min((moment_of(oldest) for _, _, _, oldest, _ in found), default=None),
            newest=max((moment_of(newest) for _, _, _, _, newest in found), default=None),
            first=first or 0,
            last=last or 0,
            bytes=sum(self._sizes()[:2]),
            version=version,
            tombstones=tombstones,
        )

    def _entries(self, where: str, given: tuple[object, ...], limit: int | None) -> Iterator[Entry]:
        with self._snapshot() as snapshot:
            listing = with_moment_source(snapshot, _LIST)
            query = f"{listing} WHERE {where} ORDER BY sequence LIMIT ?"
            for row in snapshot.execute(query, (*given, -1 if limit is None else limit)):
                sequence, sha256, kind, subject, moment, code, source, size = row
                moment, known_by = moment_of(moment), MOMENT_SOURCES[code or 0]
                yield Entry(sequence, sha256.hex(), kind, subject, moment, known_by, source, size)

    def _append(self, batch: list[Document]) -> Added:
        with self._faults():
            known = self._known(batch)
            new = [
                (document, compressed(document.body))
                for document, held in zip(batch, known, strict=True)
                if not held
            ]
            surer = [
                document
                for document, held in zip(batch, known, strict=True)
                if held and moment_code(document) > (held[1] or 0)
            ]
        added = forgotten = changed = 0
        if new or surer or self.read_only:
            with self._writing():
                refusing, newest = (
                    bool(self._one("SELECT EXISTS (SELECT * FROM forgotten)")),
                    self._newest(),
                )
                for document, body in new:
                    if refusing and self._refuses(document):
                        forgotten += 1
                    elif self._insert(newest + added + 1, document, body):
                        added += 1
                    else:
                        # A document that is twice in the batch, or that another process has added
                        # meanwhile, does not count as new.
                        surer.append(document)
                changed = sum(map(self._make_surer, surer))
        if changed:
            self._remove_snapshots()
        return Added(added, len(batch) - added - forgotten, forgotten)

    def _known(self, batch: list[Document]) -> list[tuple[int, int | None] | None]:
        """Return the sequence number and moment source of each known document of a batch."""
        query = with_moment_source(self._connection, _KNOWN)
        return [self._connection.execute(query, observation_key(each)).fetchone() for each in batch]

    def _insert(self, sequence: int, document: Document, body: bytes) -> bool:
        """Return whether the document is new."""
        row = (sequence, *observation_key(document), document.kind, document.subject, body)
        new = self._connection.execute(_INSERT, row).rowcount == 1
        if new and document.moment_source:
            self._connection.execute(_SURER, (sequence, moment_code(document)))
        return new

    def _make_surer(self, document: Document) -> bool:
        """Return whether the moment of a known document is known more surely than before."""
        ((sequence, _),) = filter(None, self._known([document]))
        return self._connection.execute(_SURER, (sequence, moment_code(document))).rowcount == 1

    def _refuses(self, document: Document) -> bool:
        until = self._one("SELECT until FROM forgotten WHERE mark = ?", self._mark(document.body))
        return until is not None and moment_number(document.observed_at) <= until

    def _mark(self, body: bytes) -> bytes:
        """Return the mark by which a forgotten body is recognised.

        The mark is of the whole body, never of an id or an email, which are few enough to try all.
        It is salted for each ledger, so that marks of two ledgers cannot be compared, and not
        derived from the sha-256, which answers and exports show. Anyone with both this file and the
        very body can still see that it was once in here, and nothing else.
        """
        return hashlib.blake2b(
            body, key=self._one("SELECT value FROM salt"), digest_size=16
        ).digest()

    def _kept(self, kind: str, subject: str | None = None) -> Iterator[Observation]:
        where, given = _where(kind=kind, subject=subject)
        for row in self._connection.execute(f"{selecting(self._connection)} WHERE {where}", given):
            yield self._restored(*row)

    def _restored(self, *row: Any) -> Observation:
        return StoredDocument(self.path, *row).observe()


def _batches(documents: Iterable[Document], most: int) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.body)
        if len(batch) >= most or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _readable(found: bytes | None) -> bytes:
    """Return a body as it was given. Raises InroadsError BODY_GONE if there is none."""
    if found is None:
        raise InroadsError("the document was forgotten since this version was made", "BODY_GONE")
    return zlib.decompress(found)


def compressed(body: bytes) -> bytes:
    # Every Python has zlib, it has a checksum, and the repetition in a document is near by.
    return zlib.compress(body)


def _where(
    kind: str | None = None,
    subject: str | None = None,
    as_of: dt.datetime | None = None,
    after: int = 0,
) -> tuple[str, tuple[object, ...]]:
    """Return the SQL condition for these rows, and its parameters."""
    asked = {
        "kind = ?": kind,
        "subject = ?": subject,
        "observed_at <= ?": None if as_of is None else moment_number(as_of),
        "sequence > ?": after,
    }
    given = {condition: value for condition, value in asked.items() if value is not None}
    return " AND ".join(given), tuple(given.values())
