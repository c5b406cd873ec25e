"""The audit log: a line of JSON for each operation, chained by hashes, written before the answer.

Each line has the SHA-256 of the line before, so that a change, removal or insertion is detected.
The removal of the last lines is detected only with a later hash that was noted elsewhere. The log
holds no text of a request: documents, variables and values are HMACs, keyed by the token file.

A line is written before the answer is sent, so that it survives a crash of the process, and is
synced to the disk within a second. The line of a mutation is synced before the mutation begins.
After a rotation has renamed or truncated the file, the next file continues the chain. Several
processes may write to one file. A lock that another process holds is waited for in threads and for
a short time only; without it no line is written, and no answer sent.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import logging
import os
import re
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from inroads.errors import InroadsError
from inroads.model import fold_email, fold_text
from inroads_api.clock import utcnow
from inroads_api.execution.documents import PreparedDocument
from inroads_api.execution.tracing import REQUEST_ID
from inroads_api.security.callers import keyed
from inroads_api.versions.review_desk import Done

log = logging.getLogger(__name__)

FIRST: Final = "0" * 64
"""The previous hash in the first line of a log."""

MAX_ASKED: Final = 100
"""The most values of one operation that are hashed; `asked_more` counts the others."""

MAX_VALUE: Final = 256
"""In characters: a longer text is not an id or email, and only in the hash of all variables."""

EVERY: Final = 1.0
"""In seconds: how often lines are synced to the disk, and denied requests are written."""

PATIENCE: Final = 2.0
"""In seconds: how long a line waits for a lock that another process holds."""

MAX_RESOLVED: Final = 1_000
"""The most nodes in one line; more of them have lines of their own, so that none is left out."""

_AGAIN: Final = 0.02
_TAIL: Final = 2**20
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}", re.ASCII)


class AuditLine(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One line of the log.

    `who` is the id of a token. `limited`, `document`, `variables`, `asked` and `resolved` are keyed
    hashes; `limited` is that of the sorted ids of the businesses that the token is limited to.
    `request` is the id that the response has in the header `x-request-id`.
    `asked` are the values of the request as they are spelled, `resolved` the nodes that they were
    found to name. `reviews` are the changes to review campaigns, in numbers.
    """

    number: int
    previous: str
    at: dt.datetime
    event: str
    who: str | None = None
    request: str | None = None
    limited: str | None = None
    operation: str | None = None
    name: str | None = None
    document: str | None = None
    variables: str | None = None
    asked: tuple[str, ...] = ()
    asked_more: int = 0
    resolved: tuple[str, ...] = ()
    status: int | None = None
    codes: tuple[str, ...] = ()
    cost: int | None = None
    fields: int | None = None
    bytes: int | None = None
    milliseconds: float | None = None
    times: int | None = None
    sha256: str | None = None
    reviews: tuple[Done, ...] = ()


def asked_about(key: bytes, value: str) -> str:
    """The hash of a value in `asked` and `resolved`, in the form in which such values compare."""
    return keyed(key, _folded(value))


def _folded(value: str) -> str:
    return fold_email(value) if "@" in value else fold_text(value)


class AuditLog:
    """The audit log of a server, safe for threads.

    An incomplete last line, as a power failure leaves it, is removed, and a line `mended` records
    it. Raises InroadsError AUDIT_UNAVAILABLE if the log cannot be written.
    """

    def __init__(self, path: Path, key: bytes, now: Callable[[], dt.datetime] = utcnow) -> None:
        self._path, self._key, self._now = path, key, now
        self._lock, self._stopped = threading.RLock(), threading.Event()
        self._counting = threading.Lock()
        self._away: Counter[tuple[str, str | None]] = Counter()
        self._later: list[Callable[[], None]] = []
        self._holding = False
        self._number, self._previous, self._end, self._dirty = 0, FIRST, 0, False
        self._ticking: threading.Thread | None = None
        self._file, self._process = _opened(path), os.getpid()
        self._write(event="opened")

    def start(self) -> None:
        """Start the thread that syncs lines to the disk every second."""
        self._ticking = threading.Thread(target=self._tick, name="audit", daemon=True)
        self._ticking.start()

    def close(self) -> None:
        """Sync everything to the disk and close the file."""
        self._stopped.set()
        if self._ticking:
            self._ticking.join()
        self._settle()
        os.close(self._file)

    def entry(
        self,
        token: str | None,
        document: PreparedDocument,
        variables: Mapping[str, Any] | None,
        name: str | None,
        cost: int,
        businesses: Iterable[str] | None = None,
    ) -> AuditEntry:
        """The entry of an operation; `businesses` are those that its token is limited to."""
        operation = document.definition(name)
        kind = operation.operation.value if operation else None
        named = operation.name.value if operation and operation.name else ""
        values = list(_values(document, variables)) if kind in ("query", "subscription") else []
        limited = None if businesses is None else keyed(self._key, ",".join(sorted(businesses)))
        said = {
            "who": token,
            "request": REQUEST_ID.get(),
            "limited": limited,
            "operation": kind,
            "name": named if _NAME.fullmatch(named) else None,
            "document": keyed(self._key, document.text),
            "variables": keyed(self._key, _canonical(variables)) if variables else None,
            "asked": tuple(sorted({asked_about(self._key, each) for each in values[:MAX_ASKED]})),
            "asked_more": max(0, len(values) - MAX_ASKED),
        }
        return AuditEntry(self, said, cost)

    def turned_away(self, code: str, who: str | None) -> None:
        """Count a denied request. Only counts are written, so that nobody can fill the disk."""
        with self._counting:
            self._away[code, who] += 1

    @contextmanager
    def at_once(self) -> Iterator[bool]:
        """Hold the log if that needs no wait: then lines are written inside without one.

        The value is False if they would wait. An event loop must not write them then.
        """
        if not self._lock.acquire(blocking=False):
            yield False
            return
        try:
            with suppress(OSError):
                owned = self._process == os.getpid()
                self._holding = owned and self._locked(self._file) and self._current()
            yield self._holding
        finally:
            self._holding = False
            with suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)
            self._lock.release()

    def later(self, write: Callable[[], None]) -> None:
        """Write a line within a second, in the thread that `start` starts."""
        with self._counting:
            self._later.append(write)

    def _tick(self) -> None:
        while not self._stopped.wait(EVERY):
            self._settle()

    def _settle(self) -> None:
        """Write what waits for a line, and sync. What cannot be written goes on waiting."""
        with self._counting:
            away, self._away = self._away, Counter()
            later, self._later = self._later, []
        try:
            while later:
                later[0]()
                del later[0]
            for (code, who), times in list(away.items()):
                self._write(event="turned away", who=who, codes=(code,), times=times)
                del away[code, who]
            self._sync()
        except InroadsError:
            log.error("AUDIT_UNAVAILABLE: the log cannot be written")
            with self._counting:
                self._away += away
                self._later[:0] = later

    def _sync(self) -> None:
        """Sync written lines to the disk without blocking other writers."""
        with _told():
            with self._lock:
                file = os.dup(self._file) if self._dirty else None
                self._dirty = False
            if file is not None:
                try:
                    os.fsync(file)
                finally:
                    os.close(file)

    def _write(self, **said: Any) -> None:
        """Write a line. Raises InroadsError AUDIT_UNAVAILABLE, also if another process locks it."""
        deadline = time.monotonic() + PATIENCE
        with _told():
            if not self._lock.acquire(timeout=PATIENCE):
                raise _locked_by_another()
            try:
                if self._holding:
                    self._catch_up()
                    self._put(**said)
                else:
                    with self._held(deadline):
                        self._put(**said)
            finally:
                self._lock.release()

    @contextmanager
    def _held(self, deadline: float) -> Iterator[None]:
        """Lock the file at the path, and learn its end."""
        # A forked process would share the lock of its parent.
        if self._process != os.getpid():
            self._file, self._process, self._end = _opened(self._path), os.getpid(), 0
        self._wait_for(self._file, deadline)
        try:
            while not self._current():
                self._catch_up()  # other processes may have written to the old file
                following = _opened(self._path)
                self._wait_for(following, deadline)
                old, self._file, self._end = self._file, following, 0
                os.fsync(old)
                os.close(old)
            self._catch_up()
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _wait_for(self, file: int, deadline: float) -> None:
        while not self._locked(file):
            if time.monotonic() > deadline:
                raise _locked_by_another()
            time.sleep(_AGAIN)

    def _locked(self, file: int) -> bool:
        """Lock a file, or return False if another process holds a lock on it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _current(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._file), self._path.lstat())
        except FileNotFoundError:
            return False

    def _catch_up(self) -> None:
        """Learn the end of the chain that other processes wrote, and remove an incomplete line.

        If the file has become shorter the old chain is continued, so that `verify` shows the gap.
        """
        size = os.fstat(self._file).st_size
        if size == self._end:
            return
        start = max(0, size - _TAIL)
        tail = os.pread(self._file, size - start, start)
        whole, _, torn = tail.rpartition(b"\n")
        last = whole.rpartition(b"\n")[2]
        if not b'{"number":'.startswith(torn[:10]) and torn.strip(b"\0"):
            raise InroadsError(
                f"{self._path}: the end of the file is not a line of an audit log", "AUDIT_CORRUPT"
            )
        if size > self._end and (b"\n" in tail or start):
            try:
                self._number = msgspec.json.decode(last, type=AuditLine).number
            except ValueError:
                raise InroadsError(
                    f"{self._path}: the last line is not a line of an audit log", "AUDIT_CORRUPT"
                ) from None
            self._previous = hashlib.sha256(last).hexdigest()
        self._end = size - len(torn)
        if torn:
            os.ftruncate(self._file, self._end)
            log.warning("AUDIT_MENDED: removed an incomplete last line of %d bytes", len(torn))
            self._put(event="mended", bytes=len(torn), sha256=hashlib.sha256(torn).hexdigest())

    def _put(self, **said: Any) -> None:
        line = AuditLine(number=self._number + 1, previous=self._previous, at=self._now(), **said)
        data = msgspec.json.encode(line)
        try:
            if os.write(self._file, data + b"\n") != len(data) + 1:
                raise OSError("the disk is full")
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self._end)
            raise
        self._number, self._previous = line.number, hashlib.sha256(data).hexdigest()
        self._end += len(data) + 1
        self._dirty = True


class AuditEntry:
    """The entry of one operation, written at its end, and also at its start unless a query."""

    def __init__(self, audit: AuditLog, said: dict[str, Any], cost: int) -> None:
        self._audit, self._said, self._cost = audit, said, cost
        self._started = time.perf_counter()

    def begins(self) -> None:
        """Write that the operation begins, unless a query; for a mutation this syncs the disk."""
        if self._said["operation"] in ("mutation", "subscription"):
            self._audit._write(event="begun", **self._said)
        if self._said["operation"] == "mutation":
            self._audit._sync()

    def answered(
        self,
        status: int,
        codes: Iterable[str],
        fields: int,
        size: int,
        reviews: Sequence[Done] = (),
        resolved: Iterable[str] = (),
    ) -> None:
        """Write the outcome; then the answer, whose size is in bytes, may be sent.

        `resolved` are the nodes that the operation was found to name.
        """
        hashes = sorted({asked_about(self._audit._key, each) for each in resolved})
        while len(hashes) > MAX_RESOLVED:
            some, hashes = hashes[:MAX_RESOLVED], hashes[MAX_RESOLVED:]
            self._audit._write(event="resolved", **self._said | {"resolved": tuple(some)})
        self._ended(
            status, codes, fields, bytes=size, reviews=tuple(reviews), resolved=tuple(hashes)
        )

    def streamed(self, events: int, size: int, fields: int, code: str | None) -> None:
        """Write the end of a stream; `code` is None if its client has left.

        Streams end in the event loop, so the line is written later if it would have to wait.
        """
        ended = partial(self._ended, 200, (code,) if code else (), fields, times=events, bytes=size)
        with self._audit.at_once() as free:
            if free:
                ended()
        if not free:
            self._audit.later(ended)

    def refused(self, status: int, code: str) -> None:
        """Write that the operation was refused."""
        self._ended(status, (code,), 0)

    def _ended(self, status: int, codes: Iterable[str], fields: int, **more: Any) -> None:
        milliseconds = round((time.perf_counter() - self._started) * 1000, 3)
        self._audit._write(
            event="asked",
            milliseconds=milliseconds,
            status=status,
            codes=tuple(sorted(set(codes))),
            cost=self._cost,
            fields=fields,
            **self._said,
            **more,
        )


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InroadsError(
            f"the audit log cannot be written: {error.strerror or error}", "AUDIT_UNAVAILABLE"
        ) from None


def _locked_by_another() -> InroadsError:
    return InroadsError(
        f"the audit log cannot be written: another process has held a lock on it for {PATIENCE:g}"
        " seconds",
        "AUDIT_UNAVAILABLE",
    )


def _opened(path: Path) -> int:
    with _told():
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError("it is not a regular file")
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return descriptor


def _canonical(variables: Mapping[str, Any]) -> str:
    return msgspec.json.encode(variables, order="deterministic").decode()


def _values(document: PreparedDocument, variables: object) -> Iterator[str]:
    """The strings and integers in a document and its variables, as they are spelled."""
    yield from document.literals
    waiting = [variables]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif (
            isinstance(value, str | int)
            and not isinstance(value, bool)
            and len(text := str(value).strip()) <= MAX_VALUE
        ):
            yield text
