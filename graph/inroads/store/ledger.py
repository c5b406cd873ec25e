"""The ledger: an append-only log of documents in one SQLite file, the system of record.

What was acknowledged was committed and synced (WAL, synchronous=FULL). One process writes at a time, all read at
once; a reader sees the log as it was when its reading began. Only `forget` takes anything out again.
"""

from __future__ import annotations

import datetime as dt
import glob
import hashlib
import os
import re
import secrets
import shutil
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from inroads.documents.reader import Observation, restore
from inroads.errors import BadId, InroadsError, LedgerError
from inroads.model import Document, NodeKind, native_id, node_id
from inroads.store import schema
from inroads.store.forgetting import MENTIONING, Person, folded
from inroads.store.integrity import Problem, problems_of, review_problems
from inroads.store.schema import (
    APPLICATION_ID,
    FAULTS,
    UNREADABLE,
    from_microseconds,
    to_microseconds,
)

BATCH: Final = 1000
"""The most documents in one transaction, unless told otherwise."""

BATCH_BYTES: Final = 32 * 2**20
"""A batch also ends here, so that large documents do not pile up in memory. Bytes of their bodies."""

BUSY_SECONDS: Final = 10.0
"""How long another process is waited for before LEDGER_BUSY is raised."""

_PAUSE: Final = 0.02  # seconds


_INSERT: Final = """
    INSERT INTO documents (sequence, sha256, observed_at, source, kind, subject, body)
    VALUES (?, ?, ?, CAST(? AS TEXT), ?, ?, ?)
    ON CONFLICT (sha256, observed_at, source) DO NOTHING
"""
_HELD: Final = """
    SELECT EXISTS (SELECT * FROM documents WHERE sha256 = ? AND observed_at = ? AND source = CAST(? AS TEXT))
"""
_DELETE: Final = (
    "DELETE FROM documents WHERE sha256 = ? AND observed_at = ? AND source = CAST(? AS TEXT)"
)
_LIST: Final = (
    "SELECT sequence, sha256, kind, subject, observed_at, source, length(body) FROM documents"
)
_SELECT: Final = "SELECT sequence, sha256, observed_at, source, body FROM documents"


def is_ledger(path: str | os.PathLike[str]) -> bool:
    """Return whether a file looks like one: any SQLite database, which opening it then checks. A
    pipe is left unread.
    """
    file = Path(path)
    try:
        if not file.is_file() or not file.stat().st_size:
            return False
        # SQLite itself must look first: whoever else closes a file loses all locks that this process has on it, and
        # with them what another ledger of this process is just writing.
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as connection:
            connection.execute("PRAGMA schema_version")
            return True
    except (OSError, sqlite3.Error):
        pass
    try:
        with file.open("rb") as opened:  # damaged, perhaps: no other ledger has it open
            return opened.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def snapshots(ledger: Path) -> list[Path]:
    """The folders beside a ledger that hold what was derived from it."""
    return sorted(ledger.parent.glob(f"{glob.escape(ledger.name)}.snapshot-*"))


class Added(NamedTuple):
    """How many documents were added, were in the ledger already, and were refused because they were forgotten."""

    added: int
    known: int
    forgotten: int


class Forgotten(NamedTuple):
    """How many documents went for good, how many were rewritten without the person, and how many items of reviews went.

    `mentions` counts texts of reviews, such as the reason of a decision about somebody else, that named the person.
    """

    removed: int
    rewritten: int
    items: int = 0
    mentions: int = 0


class Entry(NamedTuple):
    """One row of the log, without its body. `observed_at` is in UTC, `size` the stored bytes of the body."""

    sequence: int
    sha256: str
    kind: str
    subject: str
    observed_at: dt.datetime
    source: str
    size: int


class Info(NamedTuple):
    """What is in a ledger.

    `kinds` counts the documents of each kind; `identities` and `businesses` are those that documents are about;
    `oldest` and `newest` are moments of observation; `first` and `last` the sequence numbers of documents, 0 for none;
    `bytes` is the size on disk, the write-ahead log included; `version` the version of the file's format.
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


class Kept(NamedTuple):
    """One document as it stands in a ledger."""

    ledger: Path
    sequence: int
    sha256: bytes
    moment: int
    source: str
    raw: bytes

    def observe(self) -> Observation:
        """The document as read. Raises LedgerError where it is damaged."""
        try:
            return restore(
                zlib.decompress(self.raw),
                self.sha256.hex(),
                from_microseconds(self.moment),
                self.source,
            )
        except UNREADABLE as error:
            message = f"the ledger {self.ledger}: document {self.sequence} cannot be read: {error}"
            raise LedgerError(message, "LEDGER_CORRUPT") from error


class Bodies:
    """The bodies of a ledger's documents by their numbers, for any thread; a store of `claimset.ClaimSet`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open = threading.local()

    def __reduce__(self) -> tuple[type[Bodies], tuple[Path]]:
        return Bodies, (self.path,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bodies) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def body(self, at: int, _size: int) -> bytes:
        """The redacted canonical body of a document. Raises InroadsError BODY_GONE when it was forgotten since."""
        try:
            ledger = self._open.ledger
        except AttributeError:
            ledger = self._open.ledger = Ledger(self.path, create=False, read_only=True)
        body: bytes = ledger.body(at)
        return body


class Ledger:
    """An open ledger; a context manager. One object belongs to one thread.

    A missing file is made, unless `create` is false or the ledger is `read_only`; nobody but its owner can read it,
    until the owner says otherwise. `busy` is how many seconds another process is waited for. Raises LedgerError, here
    and from every method.

    Where neither the file nor its folder may be written, reading sees the file as it is, and `sequence` as it was when
    the ledger was opened.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        create: bool = True,
        read_only: bool = False,
        busy: float = BUSY_SECONDS,
    ) -> None:
        self.path = Path(path)
        self.read_only = read_only
        self._busy = busy
        self._seen: sqlite3.Connection | None = None
        create = create and not read_only
        if not (self.path.parent if create else self.path).exists():
            raise self._error(
                "LEDGER_MISSING", "there is no such folder" if create else "there is no such file"
            )
        if self.path.is_dir():
            raise self._error("LEDGER_FOREIGN", "it is a folder")
        with self._faults():
            self._connection = self._open(create)
            try:
                self._admit(create)
                if not read_only:
                    self._prepare()
            except BaseException:
                self._connection.close()
                raise
        if not read_only:
            with suppress(
                LedgerError
            ):  # whoever is in the way, or the full disk, may be gone the next time
                self._finish_erasing()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        self._connection.close()

    # ---- writing

    def add(
        self,
        documents: Iterable[Document],
        batch: int = BATCH,
        progress: Callable[[Added], None] | None = None,
    ) -> Added:
        """Append documents, at most `batch` a transaction; `progress` is told the total so far after each commit.

        The same observation (body, moment and source) changes nothing the second time. If this raises, what
        `progress` was told is in the ledger, and adding everything again adds the rest.
        """
        total = Added(0, 0, 0)
        for each in _batches(documents, batch):
            total = Added(*map(sum, zip(total, self._append(each), strict=True)))
            if progress:
                progress(total)
        return total

    def forget(self, identity: str, now: dt.datetime) -> Forgotten:
        """Remove one person for good: their `me` documents, and their rows in the documents of teams.

        A rewritten team keeps its moment and source, and stands at the end of the log. A tombstone stays, without
        personal data: `now` (aware), the counts, and a mark of each body that went, by which the same body is refused
        if it was observed by then. A later observation of the same person is a new document and is taken.
        What reviews hold about the person's access goes too, with the decisions about it; where other rows of reviews
        name the person by id or address, as a reviewer may be named, ANONYMOUS stands instead.

        Raises BadId for what is no identity. With LEDGER_BUSY (somebody still reads the old pages) or LEDGER_FULL
        the person may be gone from the log and not yet from the file: `verify` tells, and `forget`, `compact`, or the
        next opening for writing erases the rest. Documents of other people are not searched for mentions.
        """
        number = native_id(node_id(identity, NodeKind.IDENTITY))
        with self._writing():
            done = self._forget(Person(number), to_microseconds(now))
        for folder in snapshots(self.path):  # of what has been forgotten, too
            shutil.rmtree(folder)
        self._finish_erasing()
        return done

    def compact(self) -> None:
        """Rebuild the file without unused space and empty the write-ahead log. Needs as much free disk as the file."""
        with self._faults():
            self._check_writable()
            newest = self._newest()
            self._connection.execute("VACUUM")
            if self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise self._error("LEDGER_BUSY", "somebody is still reading the old pages")
        with self._writing():
            self._connection.execute(
                "UPDATE tombstones SET erased = 1 WHERE sequence <= ? AND NOT erased", (newest,)
            )

    # ---- reading

    def backup(self, target: str | os.PathLike[str]) -> None:
        """Copy the ledger as it is now to a new file of its own, while others go on to write.

        The copy is verified, on the disk, and readable by its owner alone before it gets its name; it holds no byte of
        what was forgotten. Never over another file: LEDGER_EXISTS.
        """
        target = Path(target)
        _check_new(target)
        if not target.parent.is_dir():
            raise LedgerError(f"{target}: there is no such folder", "LEDGER_MISSING")
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
        try:
            _create(temporary)
            with (
                self._snapshot() as snapshot,
                closing(sqlite3.connect(temporary, isolation_level=None)) as copy,
            ):
                snapshot.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
                copy.execute("VACUUM")
                copy.execute("UPDATE tombstones SET erased = 1")
            with Ledger(temporary, create=False, read_only=True) as made:
                problems = made.verify()
            if problems:
                raise self._error("LEDGER_CORRUPT", f"its copy is damaged: {problems[0].message}")
            _sync(temporary)
            _check_new(target)
            temporary.rename(target)
            _sync(target.parent)
        finally:
            temporary.unlink(missing_ok=True)

    @property
    def sequence(self) -> int:
        """The newest number of the log, 0 when it is empty. It grows with every change: cheap enough to poll."""
        with self._faults():
            return self._newest()

    @property
    def forgetting(self) -> int:
        """The number of the newest forgetting, 0 for none. Whoever has read no further than it has to read anew."""
        with self._faults():
            number: int = self._one("SELECT coalesce(max(sequence), 0) FROM tombstones")
            return number

    def observations(
        self, as_of: dt.datetime | None = None, after: int = 0
    ) -> Iterator[Observation]:
        """Every document observed until `as_of` (aware; None: all) and numbered above `after`, in order of arrival.

        All of one state of the log, whatever is added meanwhile. An unfinished iteration holds that state: close it.
        """
        where, given = _where(as_of=as_of, after=after)
        with self._snapshot() as snapshot:
            for row in snapshot.execute(f"{_SELECT} WHERE {where} ORDER BY sequence", given):
                yield self._restored(*row)

    def unread(self, as_of: dt.datetime | None = None, after: int = 0) -> Iterator[Kept]:
        """Yield the stored documents unread, for callers that read them elsewhere; see `observations`."""
        where, given = _where(as_of=as_of, after=after)
        with self._snapshot() as snapshot:
            for row in snapshot.execute(f"{_SELECT} WHERE {where} ORDER BY sequence", given):
                yield Kept(self.path, *row)

    def rows(
        self,
        kind: str | None = None,
        subject: str | None = None,
        as_of: dt.datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Iterator[Entry]:
        """The log without its bodies, in order of arrival: of one kind, one subject (a node id), until a moment."""
        where, given = _where(kind=kind, subject=subject, as_of=as_of, after=after)
        yield from self._entries(where, given, limit)

    def fingerprint(self, position: int) -> str:
        """What the log says up to a number: a hash of its last documents there, a thousand of them.

        It tells a ledger from another one that took its place, such as a backup that has been added to since.
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
        """The body of one document. Raises InroadsError BODY_GONE when it is not there any more."""
        with self._faults():
            found = self._one("SELECT body FROM documents WHERE sequence = ?", sequence)
        if found is None:
            raise InroadsError(
                "the document was forgotten since this version was made", "BODY_GONE"
            )
        return zlib.decompress(found)

    def find(self, prefix: str) -> list[Entry]:
        """Every observation of the bodies whose sha-256 begins so. Raises BadId for less than 4 hex digits."""
        digits = prefix.strip().lower()
        if not re.fullmatch(r"[0-9a-f]{4,64}", digits):
            raise BadId(f"{prefix!r} is not the beginning of a sha-256: 4 to 64 hex digits")
        ends = (bytes.fromhex(digits.ljust(64, "0")), bytes.fromhex(digits.ljust(64, "f")))
        return list(self._entries("sha256 BETWEEN ? AND ?", ends, None))

    def info(self) -> Info:
        """What is in the ledger, counted in one pass over an index."""
        subjects = (
            "SELECT kind, count(*), count(DISTINCT subject), min(observed_at), max(observed_at)"
        )
        with self._snapshot() as snapshot:
            found = snapshot.execute(f"{subjects} FROM documents GROUP BY kind").fetchall()
            first, last = snapshot.execute(
                "SELECT min(sequence), max(sequence) FROM documents"
            ).fetchone()
            (tombstones,) = snapshot.execute("SELECT count(*) FROM tombstones").fetchone()
            (version,) = snapshot.execute("PRAGMA user_version").fetchone()
        known = {kind: number for kind, _, number, _, _ in found}
        return Info(
            documents=sum(count for _, count, _, _, _ in found),
            kinds={kind: count for kind, count, _, _, _ in found},
            identities=known.get("me", 0),
            businesses=known.get("team", 0),
            oldest=min((from_microseconds(oldest) for _, _, _, oldest, _ in found), default=None),
            newest=max((from_microseconds(newest) for _, _, _, _, newest in found), default=None),
            first=first or 0,
            last=last or 0,
            bytes=sum(self._sizes()[:2]),
            version=version,
            tombstones=tombstones,
        )

    def verify(self) -> list[Problem]:
        """Everything that is wrong with the file, nothing when all is well. Reads all of it."""
        problems: list[Problem] = []
        try:
            with self._snapshot() as snapshot:
                for (message,) in snapshot.execute("PRAGMA integrity_check"):
                    if message != "ok":
                        problems.append(Problem("DATABASE", None, str(message)))
                for row in snapshot.execute("SELECT * FROM documents ORDER BY sequence"):
                    problems.extend(problems_of(*row))
                problems.extend(review_problems(snapshot))
                for (sequence,) in snapshot.execute(
                    "SELECT sequence FROM tombstones WHERE NOT erased"
                ):
                    message = (
                        "forgotten, but bytes of it may remain in the file until it is compacted"
                    )
                    problems.append(Problem("ERASURE", sequence, message))
        except LedgerError as error:
            problems.append(Problem("DATABASE", None, error.message))
        return problems

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction for the room that keeps reviews in this file: all of it is committed and synced, or none."""
        with self._writing():
            yield self._connection

    @contextmanager
    def looking(self) -> Iterator[sqlite3.Connection]:
        """One state of the file, for the same room."""
        with nullcontext(self._seen) if self._seen else self._snapshot() as snapshot:
            yield snapshot

    @contextmanager
    def still(self) -> Iterator[None]:
        """All that `looking` sees inside is one state of the file, whatever is written meanwhile."""
        with self._snapshot() as snapshot:
            self._seen = snapshot
            try:
                yield
            finally:
                self._seen = None

    # ---- the file

    def _open(self, create: bool) -> sqlite3.Connection:
        if create and not self.path.exists():
            with suppress(OSError):  # SQLite says what is in the way
                _create(self.path)
        return (
            self._connect(f"mode={'rwc' if create else 'rw'}")
            if not self.read_only
            else self._open_to_read()[0]
        )

    def _open_to_read(self) -> tuple[sqlite3.Connection, bool]:
        """A connection, and whether it takes part: it tells writers that it reads, and sees what they write.

        For that SQLite needs notes beside the file. Where they cannot be written the file is read as it is, but only
        if its write-ahead log is empty: else what was acknowledged would be hidden.
        """
        try:
            return self._connect("mode=ro"), True
        except sqlite3.OperationalError as error:
            hindered = error.sqlite_errorcode & 0xFF in (
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
            )
            allowed = os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)
            if allowed or not hindered or self._sizes()[1]:
                raise
            return self._connect("mode=ro&immutable=1"), False

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?{mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=self._busy, isolation_level=None)
        # The name of a file, which a source may be, can be any bytes.
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("SELECT count(*) FROM sqlite_master")  # the file is opened no sooner
        except BaseException:
            connection.close()
            raise
        return connection

    def _sizes(self) -> tuple[int, int, int]:
        """The bytes of the file and of its write-ahead log, and when the file was written (nanoseconds)."""
        log = self.path.with_name(f"{self.path.name}-wal")
        file = self.path.stat()
        return file.st_size, log.stat().st_size if log.exists() else 0, file.st_mtime_ns

    def _admit(self, create: bool) -> None:
        """Let in what is a ledger of this version or an older one, or with `create` an empty file."""
        self._connection.execute(
            "BEGIN"
        )  # one look: another process may be making the ledger just now
        application, version = self._one("PRAGMA application_id"), self._one("PRAGMA user_version")
        tables = self._one("SELECT count(*) FROM sqlite_master")
        self._connection.execute("ROLLBACK")
        if not (application or version or tables):
            if not create:
                raise self._error("LEDGER_MISSING", "there is nothing in the file")
        elif application != APPLICATION_ID:
            raise self._error("LEDGER_FOREIGN", "it is a database of something else")
        elif version > len(schema.STEPS):
            raise self._error(
                "LEDGER_NEWER",
                f"its format is {version}, and this version knows {len(schema.STEPS)}",
            )
        elif version < schema.READABLE and self.read_only:
            raise self._error(
                "LEDGER_READ_ONLY", "its format is older: it must be opened for writing once"
            )

    def _prepare(self) -> None:
        self._keep_log()
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        if self._one("PRAGMA user_version") == len(schema.STEPS):
            return
        with self._writing():
            done = self._one(
                "PRAGMA user_version"
            )  # again: another process may have been here meanwhile
            for version, step in enumerate(schema.STEPS[done:], done + 1):
                for statement in step:
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {version}")
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._connection.execute(
            "PRAGMA wal_checkpoint(PASSIVE)"
        )  # the file itself says what it is, if nobody reads

    def _keep_log(self) -> None:
        for attempt in range(1 + int(self._busy / _PAUSE)):
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except (
                sqlite3.OperationalError
            ) as error:  # for this change alone SQLite does not wait by itself
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == int(
                    self._busy / _PAUSE
                ):
                    raise
                time.sleep(_PAUSE)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all of it is committed and synced in the end, or none."""
        self._check_writable()
        with self._faults():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _check_writable(self) -> None:
        if self.read_only:
            raise self._error("LEDGER_READ_ONLY", "it was opened for reading only")

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own that sees one state of the file, whatever this ledger or another process writes."""
        with self._faults():
            before = self._sizes()
            connection, takes_part = self._open_to_read()
            with closing(connection):
                connection.execute("BEGIN")
                yield connection
            if not takes_part and self._sizes() != before:
                raise self._error(
                    "LEDGER_BUSY",
                    "it was written while it was read from a folder without permission",
                )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """What SQLite raises, in the words of this file."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            number = getattr(error, "sqlite_errorcode", None)
            if number is None:  # a mistake of the caller, such as using a closed ledger
                raise
            code, said = (
                FAULTS.get(number) or FAULTS.get(number & 0xFF) or ("LEDGER_CORRUPT", str(error))
            )
            if number & 0xFF == sqlite3.SQLITE_NOTADB and not self._is_marked():
                code, said = "LEDGER_FOREIGN", "it is no database"
            raise self._error(code, said) from error

    def _is_marked(self) -> bool:
        """Return whether the file bears a ledger's number although SQLite does not know it as a database."""
        with self.path.open("rb") as file:
            return file.read(100)[68:72] == APPLICATION_ID.to_bytes(4, "big")

    def _error(self, code: str, said: str) -> LedgerError:
        return LedgerError(f"the ledger {self.path}: {said}", code)

    def _one(self, query: str, *given: object) -> Any:
        rows = self._connection.execute(
            query, given
        ).fetchall()  # to the end: an open one would stand in the way
        return rows[0][0] if rows else None

    # ---- rows

    def _newest(self) -> int:
        documents: int = self._one("SELECT coalesce(max(sequence), 0) FROM documents")
        tombstones: int = self._one("SELECT coalesce(max(sequence), 0) FROM tombstones")
        return max(documents, tombstones)

    def _entries(self, where: str, given: tuple[object, ...], limit: int | None) -> Iterator[Entry]:
        query = f"{_LIST} WHERE {where} ORDER BY sequence LIMIT ?"
        with self._snapshot() as snapshot:
            for row in snapshot.execute(query, (*given, -1 if limit is None else limit)):
                sequence, sha256, kind, subject, moment, source, size = row
                yield Entry(
                    sequence, sha256.hex(), kind, subject, from_microseconds(moment), source, size
                )

    def _append(self, batch: list[Document]) -> Added:
        with self._faults():
            new = [
                (document, _compressed(document.body))
                for document in batch
                if not self._holds(document)
            ]
        added = forgotten = 0
        if new or self.read_only:
            with self._writing():
                refusing, newest = (
                    bool(self._one("SELECT EXISTS (SELECT * FROM forgotten)")),
                    self._newest(),
                )
                for document, body in new:
                    if refusing and self._refuses(document):
                        forgotten += 1
                    else:  # twice in a batch, or added by another process by now: not new after all
                        added += self._insert(newest + added + 1, document, body)
        return Added(added, len(batch) - added - forgotten, forgotten)

    def _holds(self, document: Document) -> bool:
        return bool(self._one(_HELD, *_key(document)))

    def _insert(self, sequence: int, document: Document, body: bytes) -> bool:
        """Return whether the document is new."""
        row = (sequence, *_key(document), document.kind, document.subject, body)
        return self._connection.execute(_INSERT, row).rowcount == 1

    # ---- forgetting

    def _forget(self, person: Person, now: int) -> Forgotten:
        own = list(self._kept("me", f"identity:{person.number}"))
        for me in own:
            person.learn(me)
        for team in self._kept("team"):
            person.learn(team)
        teams = [
            (team, rest)
            for team in self._kept("team")
            if (rest := person.left_out_of(team)) is not None
        ]
        newest = self._newest()
        for me in own:
            self._remove(me, now)
        for number, (team, rest) in enumerate(teams, newest + 1):
            self._remove(team, now)
            self._insert(number, rest, _compressed(rest.body))
        forgotten = Forgotten(len(own), len(teams), *self._forget_reviews(person))
        if any(forgotten):
            tombstone = (newest + len(teams) + 1, now, len(own), len(teams))
            self._connection.execute("INSERT INTO tombstones VALUES (?, ?, ?, ?, 0)", tombstone)
        return forgotten

    def _forget_reviews(self, person: Person) -> tuple[int, int]:
        """Remove the items about a person and what was decided about them, and their name from all other rows."""
        node = f"identity:{person.number}"
        items = "SELECT campaign, number, label FROM review_items WHERE principal = ?"
        rows = self._connection.execute(items, (node,)).fetchall()
        person.names.update(folded(label) for *_, label in rows if "@" in label)
        about = [(campaign, number) for campaign, number, _ in rows]
        self._connection.executemany(
            "DELETE FROM review_decisions WHERE campaign = ? AND item = ?", about
        )
        counted = [(campaign,) for campaign, _ in about]
        self._connection.executemany(
            "UPDATE campaigns SET forgotten = forgotten + 1 WHERE id = ?", counted
        )
        self._connection.execute("DELETE FROM review_items WHERE principal = ?", (node,))
        ended = self._connection.execute(
            "DELETE FROM review_endings WHERE principal = ?", (node,)
        ).rowcount
        mentions = 0
        for table, key, column in MENTIONING:
            rows = self._connection.execute(f"SELECT {key}, {column} FROM {table}").fetchall()  # noqa: S608  # ours
            told = ((person.left_unsaid(text), row) for row, text in rows if text is not None)
            changed = [(new, row) for (new, found), row in told if found]
            self._connection.executemany(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",  # noqa: S608  # ours
                changed,
            )
            mentions += len(changed)
        return len(about) + ended, mentions

    def _kept(self, kind: str, subject: str | None = None) -> Iterator[Observation]:
        where, given = _where(kind=kind, subject=subject)
        for row in self._connection.execute(f"{_SELECT} WHERE {where}", given):
            yield self._restored(*row)

    def _restored(self, *row: Any) -> Observation:
        return Kept(self.path, *row).observe()

    def _remove(self, observation: Observation, now: int) -> None:
        document = observation.document
        self._connection.execute(_DELETE, _key(document))
        until = max(now, to_microseconds(document.observed_at))  # a moment may lie in the future
        self._connection.execute(
            "INSERT INTO forgotten VALUES (?, ?) ON CONFLICT (mark) DO UPDATE SET until = max(until, excluded.until)",
            (self._mark(document.body), until),
        )

    def _refuses(self, document: Document) -> bool:
        until = self._one("SELECT until FROM forgotten WHERE mark = ?", self._mark(document.body))
        return until is not None and to_microseconds(document.observed_at) <= until

    def _mark(self, body: bytes) -> bytes:
        """By what a forgotten body is known again.

        Of the whole body, never of an id or an email: those few could all be tried. Salted for each ledger, so that
        marks of two ledgers cannot be compared, and not made from the sha-256, which answers and exports have named.
        Who has both this file and the very body can still tell that it was once in here, and nothing else.
        """
        return hashlib.blake2b(
            body, key=self._one("SELECT value FROM salt"), digest_size=16
        ).digest()

    def _finish_erasing(self) -> None:
        """Leave no byte of what was removed. Deleted rows are zeroed as they go, but stay in the write-ahead log until
        it is emptied; the file is rebuilt as well, rather than to trust that every path of SQLite zeroes.
        """
        with self._faults():
            pending = self._one("SELECT EXISTS (SELECT * FROM tombstones WHERE NOT erased)")
        if pending:
            self.compact()


def _create(path: Path) -> None:
    """An empty file that only its owner can read, which goes for what SQLite puts beside it, too."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _check_new(path: Path) -> None:
    for ending in (
        "",
        "-wal",
        "-shm",
        "-journal",
    ):  # SQLite would take what is left of another for a part of it
        if os.path.lexists(f"{path}{ending}"):
            raise LedgerError(
                f"{path}{ending} is there already, and nothing is replaced", "LEDGER_EXISTS"
            )


def _sync(path: Path) -> None:
    """See to it that a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


def _compressed(body: bytes) -> bytes:
    return zlib.compress(
        body
    )  # in every Python, with a checksum, and what is in a document repeats itself near by


def _key(document: Document) -> tuple[bytes, int, bytes]:
    """What makes an observation the same one."""
    source = document.source.encode("utf-8", "surrogateescape")
    return bytes.fromhex(document.sha256), to_microseconds(document.observed_at), source


def _where(
    kind: str | None = None,
    subject: str | None = None,
    as_of: dt.datetime | None = None,
    after: int = 0,
) -> tuple[str, tuple[object, ...]]:
    """The condition for these rows, and the values of its question marks."""
    asked = {
        "kind = ?": kind,
        "subject = ?": subject,
        "observed_at <= ?": None if as_of is None else to_microseconds(as_of),
        "sequence > ?": after,
    }
    given = {condition: value for condition, value in asked.items() if value is not None}
    return " AND ".join(given), tuple(given.values())
