"""The file of a ledger: its connections, its transactions, and its faults as errors."""

from __future__ import annotations

import glob
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from inroads.errors import LedgerError
from inroads.store import schema
from inroads.store.schema import APPLICATION_ID, FAULTS

BUSY_SECONDS: Final = 10.0
"""The time to wait for another process before LEDGER_BUSY is raised."""

_PAUSE: Final = 0.02  # seconds


def is_ledger(path: str | os.PathLike[str]) -> bool:
    """Return whether a file may be a ledger: any SQLite database, which opening then checks.

    A pipe is not read.
    """
    file = Path(path)
    try:
        if not file.is_file() or not file.stat().st_size:
            return False
        # SQLite itself must open the file first. Closing it in any other way drops all locks that
        # this process has on it, and another ledger of this process may be writing.
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as connection:
            connection.execute("PRAGMA schema_version")
            return True
    except (OSError, sqlite3.Error):
        pass
    try:
        # The file may be a damaged ledger: no other ledger has it open.
        with file.open("rb") as opened:
            return opened.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def snapshots(ledger: Path) -> list[Path]:
    """Return the folders beside a ledger that hold data derived from it."""
    return sorted(ledger.parent.glob(f"{glob.escape(ledger.name)}.snapshot-*"))


class LedgerFile:
    """An open file that holds a ledger; see `Ledger`."""

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
            # The obstacle, another process or a full disk, may be gone the next time.
            with suppress(LedgerError):
                self._finish_erasing()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        self._connection.close()

    def compact(self) -> None:
        """Rebuild the file without unused space and empty the write-ahead log.

        This needs as much free disk space as the file takes.
        """
        with self._faults():
            self._check_writable()
            newest = self._newest()
            self._connection.execute("VACUUM")
            if self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise self._error("LEDGER_BUSY", "a reader still uses the old pages")
        with self._writing():
            self._connection.execute(
                "UPDATE tombstones SET erased = 1 WHERE sequence <= ? AND NOT erased", (newest,)
            )

    def _newest(self) -> int:
        documents: int = self._one("SELECT coalesce(max(sequence), 0) FROM documents")
        tombstones: int = self._one("SELECT coalesce(max(sequence), 0) FROM tombstones")
        return max(documents, tombstones)

    def _open(self, create: bool) -> sqlite3.Connection:
        if create and not self.path.exists():
            # SQLite reports the obstacle.
            with suppress(OSError):
                create_private(self.path)
        return (
            self._connect(f"mode={'rwc' if create else 'rw'}")
            if not self.read_only
            else self._open_to_read()[0]
        )

    def _open_to_read(self) -> tuple[sqlite3.Connection, bool]:
        """Return a connection, and whether it takes part in locking: writers see that it reads.

        For locking SQLite needs files beside the ledger. If they cannot be written the file is read
        as it is, but only if its write-ahead log is empty: otherwise acknowledged documents would
        be missing.
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
        # The name of a file can be any bytes, and a source may be one.
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            # The first query opens the file.
            connection.execute("SELECT count(*) FROM sqlite_master")
        except BaseException:
            connection.close()
            raise
        return connection

    def _remove_snapshots(self) -> None:
        """Remove what was derived from documents that are gone or changed."""
        for folder in snapshots(self.path):
            shutil.rmtree(folder)

    def _sizes(self) -> tuple[int, int, int]:
        """Return the sizes of the file and its write-ahead log, and its time of writing in ns."""
        log = self.path.with_name(f"{self.path.name}-wal")
        file = self.path.stat()
        return file.st_size, log.stat().st_size if log.exists() else 0, file.st_mtime_ns

    def _admit(self, create: bool) -> None:
        """Accept a ledger of this version or an older one, or with `create` an empty file."""
        # One transaction, since another process may be making the ledger just now.
        self._connection.execute("BEGIN")
        application, version = self._one("PRAGMA application_id"), self._one("PRAGMA user_version")
        tables = self._one("SELECT count(*) FROM sqlite_master")
        self._connection.execute("ROLLBACK")
        if not (application or version or tables):
            if not create:
                raise self._error("LEDGER_MISSING", "the file is empty")
        elif application != APPLICATION_ID:
            raise self._error("LEDGER_FOREIGN", "it is the database of another application")
        elif version > len(schema.STEPS):
            raise self._error(
                "LEDGER_NEWER",
                f"its format is {version}; this version reads formats up to {len(schema.STEPS)}",
            )
        elif version < schema.READABLE and self.read_only:
            raise self._error("LEDGER_READ_ONLY", "its format is old: open it for writing once")

    def _prepare(self) -> None:
        self._keep_log()
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        if self._one("PRAGMA user_version") == len(schema.STEPS):
            return
        with self._writing():
            # Check again: another process may have migrated the file meanwhile.
            done = self._one("PRAGMA user_version")
            for version, step in enumerate(schema.STEPS[done:], done + 1):
                for statement in step:
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {version}")
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        # Without readers, the file itself then has the number of a ledger, not only the write-ahead
        # log.
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _keep_log(self) -> None:
        for attempt in range(1 + int(self._busy / _PAUSE)):
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # For this change alone SQLite does not wait by itself.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == int(
                    self._busy / _PAUSE
                ):
                    raise
                time.sleep(_PAUSE)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all of it is committed and synced at the end, or none."""
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
        """A separate connection that sees one state of the file, whatever is written meanwhile."""
        with self._faults():
            before = self._sizes()
            connection, takes_part = self._open_to_read()
            with closing(connection):
                connection.execute("BEGIN")
                yield connection
            if not takes_part and self._sizes() != before:
                raise self._error(
                    "LEDGER_BUSY",
                    "it was changed while it was read without permission to write",
                )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Raise the errors of SQLite as LedgerErrors."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            number = getattr(error, "sqlite_errorcode", None)
            # Without a code it is a mistake of the caller, such as using a closed ledger.
            if number is None:
                raise
            code, said = (
                FAULTS.get(number) or FAULTS.get(number & 0xFF) or ("LEDGER_CORRUPT", str(error))
            )
            if number & 0xFF == sqlite3.SQLITE_NOTADB and not self._is_marked():
                code, said = "LEDGER_FOREIGN", "it is not a database"
            raise self._error(code, said) from error

    def _is_marked(self) -> bool:
        """Return whether a file that SQLite refuses has a ledger's application id."""
        with self.path.open("rb") as file:
            return file.read(100)[68:72] == APPLICATION_ID.to_bytes(4, "big")

    def _error(self, code: str, said: str) -> LedgerError:
        return LedgerError(f"the ledger {self.path}: {said}", code)

    def _one(self, query: str, *given: object) -> Any:
        # Fetch all rows: an open cursor would block other statements.
        rows = self._connection.execute(query, given).fetchall()
        return rows[0][0] if rows else None

    def _finish_erasing(self) -> None:
        """Erase every byte of removed rows.

        Deleted rows are zeroed, but stay in the write-ahead log until it is emptied. The file is
        rebuilt as well, so that nothing depends on SQLite zeroing every page.
        """
        with self._faults():
            pending = self._one("SELECT EXISTS (SELECT * FROM tombstones WHERE NOT erased)")
        if pending:
            self.compact()


def create_private(path: Path) -> None:
    """Create an empty file that only its owner can read; SQLite copies its mode."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
