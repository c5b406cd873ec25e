"""The ledger: an append-only log of documents in one SQLite file, the system of record.

An acknowledged document was committed and synced (WAL, synchronous=FULL). One process writes at a
time, many read; a reader sees the log as it was when its reading began. Only `forget` and
`retract` remove anything.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

from inroads.documents.reader import Observation
from inroads.errors import LedgerError
from inroads.model import NodeKind, fold_email, native_id, node_id
from inroads.moments import moment_number, moment_of
from inroads.store.document_log import DocumentLog, compressed, selecting
from inroads.store.forgetting import MENTIONING, Person
from inroads.store.integrity import Problem, problems_of, review_problems
from inroads.store.ledger_file import BUSY_SECONDS, create_private, is_ledger, snapshots
from inroads.store.rows import Added, Forgotten, Retraction, StoredDocument

__all__ = [
    "BUSY_SECONDS",
    "Added",
    "Bodies",
    "Forgotten",
    "Ledger",
    "StoredDocument",
    "is_ledger",
    "snapshots",
]


class Bodies:
    """The bodies of a ledger's documents by number, for any thread; see `claimset.ClaimSet`."""

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
        """Return the redacted canonical body of a document.

        Raises InroadsError BODY_GONE if it was forgotten since.
        """
        return self._ledger.body(at)

    def bodies(self, at: Sequence[int], _size: Sequence[int]) -> Iterator[bytes]:
        """Yield many bodies in their order; see `claimset.Store`."""
        return self._ledger.bodies(at)

    @property
    def _ledger(self) -> Ledger:
        try:
            ledger: Ledger = self._open.ledger
        except AttributeError:
            ledger = self._open.ledger = Ledger(self.path, create=False, read_only=True)
        return ledger


class Ledger(DocumentLog):
    """An open ledger; a context manager. One object belongs to one thread.

    A missing file is created, unless `create` is false or the ledger is `read_only`. Only its owner
    can read a new file. `busy` is how many seconds to wait for another process. Raises LedgerError,
    here and from every method.

    If neither the file nor its folder may be written, reading sees the file as it is, and
    `sequence` as it was when the ledger was opened.
    """

    def forget(self, identity: str, now: dt.datetime) -> Forgotten:
        """Remove one person for good: their `me` documents, and their rows in teams.

        A rewritten team keeps its moment and source, and stands at the end of the log. A tombstone
        stays, without personal data: `now` (aware), the counts, and a mark of each removed body.
        The mark refuses the same body if it was observed no later. A later observation of the same
        person is a new document and is taken.

        Review items about the person's access are removed, with the decisions about them. Where
        other rows of reviews name the person by id or address, for example as a reviewer, ANONYMOUS
        replaces the name.

        Raises BadId if `identity` is no identity. After LEDGER_BUSY (another reader holds the old
        pages) or LEDGER_FULL the person may be gone from the log and not yet from the file:
        `verify` reports it, and `forget`, `compact`, or the next opening for writing erases the
        rest. Documents of other people are not searched for mentions.
        """
        number = native_id(node_id(identity, NodeKind.IDENTITY))
        with self._writing():
            done = self._forget(Person(number), moment_number(now))
        self._remove_snapshots()
        self._finish_erasing()
        return done

    def retract(self, sha256: str, why: str, now: dt.datetime) -> int:
        """Take a document back, in each of its observations; return how many there were.

        `sha256` is its whole hash. The document goes as a forgotten one goes: its bytes are erased, the
        past is answered without it, and the same body is refused if it was observed by `now` (aware).
        Its hash and the reason stay.
        """
        with self._writing():
            found = [
                StoredDocument(self.path, *row).observe()
                for row in self._connection.execute(
                    f"{selecting(self._connection)} WHERE sha256 = ?", (bytes.fromhex(sha256),)
                )
            ]
            if not found:
                return 0
            sequence, moment = self._newest() + 1, moment_number(now)
            for each in found:
                self._remove(each, moment)
            tombstone = (sequence, moment, len(found), 0)
            self._connection.execute("INSERT INTO tombstones VALUES (?, ?, ?, ?, 0)", tombstone)
            retraction = (sequence, bytes.fromhex(sha256), moment, why)
            self._connection.execute("INSERT INTO retractions VALUES (?, ?, ?, ?)", retraction)
        self._remove_snapshots()
        self._finish_erasing()
        return len(found)

    def retractions(self, prefix: str) -> list[Retraction]:
        """Return the retractions of documents whose hash begins so."""
        with self._snapshot() as snapshot:
            if not snapshot.execute(
                "SELECT * FROM sqlite_master WHERE name = 'retractions'"
            ).fetchone():
                return []  # a file of an older format
            rows = snapshot.execute("SELECT sha256, moment, why FROM retractions ORDER BY sequence")
            found = [Retraction(sha.hex(), moment_of(moment), why) for sha, moment, why in rows]
        return [each for each in found if each.sha256.startswith(prefix.lower())]

    def backup(self, target: str | os.PathLike[str]) -> None:
        """Copy the ledger as it is now to a new file, while others continue to write.

        The copy is verified, on the disk, and readable by its owner alone before it gets its name;
        it holds no byte of forgotten documents. An existing file is never replaced: LEDGER_EXISTS.
        """
        target = Path(target)
        _check_new(target)
        if not target.parent.is_dir():
            raise LedgerError(f"{target}: there is no such folder", "LEDGER_MISSING")
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
        try:
            create_private(temporary)
            with (
                self._snapshot() as snapshot,
                closing(sqlite3.connect(temporary, isolation_level=None)) as copy,
            ):
                snapshot.backup(copy)
                # The copy is one file, without a log beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
                copy.execute("VACUUM")
                copy.execute("UPDATE tombstones SET erased = 1")
            with Ledger(temporary, create=False, read_only=True) as made:
                problems = made.verify()
            if problems:
                raise self._error("LEDGER_CORRUPT", f"its copy is damaged: {problems[0].message}")
            sync(temporary)
            _check_new(target)
            temporary.rename(target)
            sync(target.parent)
        finally:
            temporary.unlink(missing_ok=True)

    @property
    def forgetting(self) -> int:
        """The number of the newest forgetting, 0 for none.

        A reader that is not past it must read everything again.
        """
        with self._faults():
            number: int = self._one("SELECT coalesce(max(sequence), 0) FROM tombstones")
            return number

    def verify(self) -> list[Problem]:
        """Read the whole file and return everything that is wrong with it."""
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
                        "bytes of forgotten documents may remain in the file until it is compacted"
                    )
                    problems.append(Problem("ERASURE", sequence, message))
        except LedgerError as error:
            problems.append(Problem("DATABASE", None, error.message))
        return problems

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the review tables: all of it is committed and synced, or none."""
        with self._writing():
            yield self._connection

    @contextmanager
    def looking(self) -> Iterator[sqlite3.Connection]:
        """One state of the file, for reading the review tables."""
        with nullcontext(self._seen) if self._seen else self._snapshot() as snapshot:
            yield snapshot

    @contextmanager
    def still(self) -> Iterator[None]:
        """Hold one state of the file: every `looking` inside sees it."""
        with self._snapshot() as snapshot:
            self._seen = snapshot
            try:
                yield
            finally:
                self._seen = None

    def _forget(self, person: Person, now: int) -> Forgotten:
        own = list(self._kept("me", f"identity:{person.number}"))
        for me in own:
            person.learn(me)
        for team in self._of_teams():
            person.learn(team)
        teams = [
            (team, rest)
            for team in self._of_teams()
            if (rest := person.left_out_of(team)) is not team.document
        ]
        newest = self._newest()
        for each in (*own, *(team for team, _ in teams)):
            self._remove(each, now)
        for number, rest in enumerate((rest for _, rest in teams if rest), newest + 1):
            self._insert(number, rest, compressed(rest.body))
        forgotten = Forgotten(len(own), len(teams), *self._forget_reviews(person))
        if any(forgotten):
            tombstone = (newest + len(teams) + 1, now, len(own), len(teams))
            self._connection.execute("INSERT INTO tombstones VALUES (?, ?, ?, ?, 0)", tombstone)
        return forgotten

    def _of_teams(self) -> Iterator[Observation]:
        """Yield the documents that have rows about other people."""
        yield from self._kept("team")
        yield from self._kept("members")

    def _forget_reviews(self, person: Person) -> tuple[int, int]:
        """Remove the items and decisions about a person, and their name from other rows."""
        node = f"identity:{person.number}"
        items = "SELECT campaign, number, label FROM review_items WHERE principal = ?"
        rows = self._connection.execute(items, (node,)).fetchall()
        person.names.update(fold_email(label) for *_, label in rows if "@" in label)
        about = [(campaign, number) for campaign, number, _ in rows]
        self._connection.executemany(
            "DELETE FROM review_decisions WHERE campaign = ? AND item = ?", about
        )
        counted = [(campaign,) for campaign, _ in about]
        self._connection.executemany(
            "UPDATE campaigns SET forgotten = forgotten + 1 WHERE id = ?", counted
        )
        for table in ("review_items", "review_accesses"):
            self._connection.execute(f"DELETE FROM {table} WHERE principal = ?", (node,))  # noqa: S608  # ours
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

    def _remove(self, observation: Observation, now: int) -> None:
        document = observation.document
        for sequence, _ in filter(None, self._known([document])):
            self._connection.execute("DELETE FROM documents WHERE sequence = ?", (sequence,))
            self._connection.execute("DELETE FROM moment_sources WHERE sequence = ?", (sequence,))
        # The moment of an observation may lie in the future.
        until = max(now, moment_number(document.observed_at))
        self._connection.execute(
            "INSERT INTO forgotten VALUES (?, ?) ON CONFLICT (mark) DO UPDATE SET until = max(until, excluded.until)",
            (self._mark(document.body), until),
        )


def _check_new(path: Path) -> None:
    # SQLite would take leftover files of another database for parts of this one.
    for ending in (
        "",
        "-wal",
        "-shm",
        "-journal",
    ):
        if os.path.lexists(f"{path}{ending}"):
            raise LedgerError(
                f"{path}{ending} already exists, and is not replaced", "LEDGER_EXISTS"
            )


def sync(path: Path) -> None:
    """Sync a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
