"""From documents as they stand in files to what they say, on one process or several."""

from __future__ import annotations

import datetime as dt
import gc
import mmap
import multiprocessing
import os
import signal
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

import numpy as np

from inroads.documents import Observation
from inroads.errors import Rejection
from inroads.plain import plain
from inroads.policy import Policy
from inroads.said import Packed, Packer, Said, Store, pack, union
from inroads.sections import together

CHUNK_DOCUMENTS: Final = 1000
CHUNK_BYTES: Final = 2 * 2**20
"""What one process takes at a time: so many documents, or so many bytes of them."""

PARALLEL_FROM: Final = 32 * 2**20
"""Other processes are started after so many bytes: with less they take longer to start than to help."""

MERGED_PARTS: Final = 32
"""So many parts are put together at a time."""

KEPT_BYTES: Final = 32 * 2**20
"""Beyond so many bytes of bodies they are kept in a temporary file."""

_PAGES: Final = 2**16  # bytes from which a column has pages of its own
_AHEAD: Final = 2  # chunks for each process, so that none waits
_COLLECTED_FROM: Final = 100_000  # objects: documents hold no circles, and looking for them takes a fifth of the time


class Taken(NamedTuple):
    """What has been read already."""

    found: Observation | Rejection
    arrived: None = None

    @property
    def raw(self) -> bytes:
        """The kept body."""
        return b"" if isinstance(self.found, Rejection) else self.found.document.body

    def observe(self) -> Observation | Rejection:
        """What was read."""
        return self.found


class Stream(NamedTuple):
    """Documents from one kind of place: items that have `raw` bytes and `observe()`, or rejections.

    `store` has their bodies at the number that `place` gives, if there is one. `note` is told what became of each
    item, and gives what else is to be told.
    """

    items: Iterable[Any]
    store: Store | None = None
    place: Callable[[Any], int] = id
    note: Callable[[Any, bool], Rejection | None] = lambda _item, _rejected: None


class Gathered(NamedTuple):
    """What all documents say together, and those that were not taken."""

    said: Said
    rejections: tuple[Rejection, ...]


def gather(streams: Iterable[Stream], policy: Policy, as_of: dt.datetime | None = None, workers: int = 1) -> Gathered:
    """Read all documents of these streams, until a moment (aware; None: all), on so many processes."""
    merging = _Merging()
    rejections: list[Rejection] = []
    spool = _Spool()
    for stream, chunk, done in _worked(streams, policy, as_of, workers):
        merging.add(spool.keep(done.said))
        found = iter(done.rejections)
        for item, rejected in zip(chunk, done.rejected, strict=True):
            if rejected:
                rejections.append(next(found))
            if told := stream.note(item, bool(rejected)):
                rejections.append(told)
    return Gathered(merging.whole(), tuple(rejections))


class _Merging:
    """What chunks say, put together as they come: so many parts of one size become one of the next.

    So what newer documents replaced is let go of on the way, and the last union finds few parts, all in order.
    """

    def __init__(self) -> None:
        self._sizes: list[list[Said]] = []

    def add(self, part: Said, size: int = 0) -> None:
        """Put one more part to those of its size."""
        if size == len(self._sizes):
            self._sizes.append([])
        self._sizes[size].append(part)
        if len(self._sizes[size]) == MERGED_PARTS:
            self.add(_apart(union(_handed_over(self._sizes[size]))), size + 1)

    def whole(self) -> Said:
        """All of them, of which nothing is left here."""
        parts = [part for size in reversed(self._sizes) for part in size]
        self._sizes.clear()
        return union(_handed_over(parts)) if parts else pack([])


def _handed_over(parts: list[Said]) -> Iterator[Said]:
    """Parts that are held here no more."""
    while parts:
        yield parts.pop(0)


def _apart(value: Any) -> Any:
    """The same columns, each in pages of its own: what is freed between others would stay with the process."""
    if isinstance(value, np.ndarray):
        if value.nbytes < _PAGES:
            return value
        own = np.frombuffer(mmap.mmap(-1, value.nbytes), value.dtype)
        own[:] = value
        return own
    return type(value)(*map(_apart, value)) if hasattr(value, "_fields") else value


class _Done(NamedTuple):
    said: Said
    rejected: bytes
    rejections: list[Rejection]


def _work(
    chunk: Sequence[Any], policy: Policy, as_of: dt.datetime | None, store: Store | None, places: list[int]
) -> _Done:
    """What a chunk of documents says."""
    reading = [None if store or isinstance(item, Rejection) else item.arrived for item in chunk]
    found = plain(reading, policy)
    easy = {each.place for each in found}
    rejected = bytearray(len(chunk))
    rejections, at, packer = [], [], Packer(policy)
    for number, item in enumerate(chunk):
        if number in easy:
            continue
        taken = item if isinstance(item, Rejection) else item.observe()
        if isinstance(taken, Rejection):
            rejected[number] = True
            rejections.append(taken)
        elif as_of is None or taken.document.observed_at <= as_of:
            packer.read(taken)
            at.append(places[number] if store else 0)
    if store:
        return _Done(packer.said(store, at), bytes(rejected), rejections)
    found = [each for each in found if as_of is None or each.moment <= as_of]
    sources = [each.named or chunk[each.place].source for each in found]
    return _Done(together(found, sources, packer), bytes(rejected), rejections)


def _worked(
    streams: Iterable[Stream], policy: Policy, as_of: dt.datetime | None, workers: int
) -> Iterator[tuple[Stream, list[Any], _Done]]:
    """The chunks in their order, each with what it says."""
    pending: deque[tuple[Stream, list[Any], Future[_Done]]] = deque()
    pool: ProcessPoolExecutor | None = None
    seen = 0
    with ExitStack() as stack:
        for stream, chunk, size in _chunks(streams):
            places = [stream.place(item) for item in chunk] if stream.store else []
            given = chunk, policy, as_of, stream.store, places
            seen += size
            if workers > 1 and seen > PARALLEL_FROM and pool is None:
                pool = stack.enter_context(_Pool(workers))
            if pool is None:
                yield stream, chunk, _work(*given)
                continue
            pending.append((stream, chunk, pool.submit(_work, *given)))
            if len(pending) > workers * _AHEAD:
                first = pending.popleft()
                yield *first[:2], first[2].result()
        while pending:
            first = pending.popleft()
            yield *first[:2], first[2].result()


class _Pool(ProcessPoolExecutor):
    """Processes that leave an interruption to the one that started them, and end with it at once."""

    def __init__(self, workers: int) -> None:
        # Not forked: a process that has threads must not be.
        context = multiprocessing.get_context("spawn")
        super().__init__(workers, context, _begin)

    def __exit__(self, *problem: object) -> None:
        self.shutdown(wait=problem[0] is None, cancel_futures=True)


def _begin() -> None:
    gc.freeze()
    gc.set_threshold(_COLLECTED_FROM, *gc.get_threshold()[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for it for ever."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _chunks(streams: Iterable[Stream]) -> Iterator[tuple[Stream, list[Any], int]]:
    for stream in streams:
        chunk: list[Any] = []
        size = 0
        for item in stream.items:
            chunk.append(item)
            size += 0 if isinstance(item, Rejection) else len(item.raw)
            if len(chunk) == CHUNK_DOCUMENTS or size >= CHUNK_BYTES:
                yield stream, chunk, size
                chunk, size = [], 0
        if chunk:
            yield stream, chunk, size


class _Spool:
    """Bodies in memory while they are few, then in a temporary file that ends with whoever holds it."""

    def __init__(self) -> None:
        self._kept = 0
        self._file: _File | None = None

    def keep(self, said: Said) -> Said:
        """The same with its bodies where they stay."""
        (store,) = said.stores or (None,)
        if not isinstance(store, Packed):
            return said
        self._kept += len(store.data)
        if self._kept <= KEPT_BYTES:
            return said
        self._file = self._file or _File()
        return said._replace(stores=(self._file.put(store.data),))


class _File:
    """A file without a name."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # it is open for as long as this is there
        self._size = 0
        weakref.finalize(self, self._file.close)

    def put(self, data: bytes) -> Spooled:
        """Keep some bytes at the end of the file."""
        start = self._size
        self._file.seek(start)
        self._file.write(data)
        self._file.flush()
        self._size += len(data)
        return Spooled(self, start, len(data))

    def read(self, at: int, size: int) -> bytes:
        """Bytes from anywhere in the file, for any thread."""
        return os.pread(self._file.fileno(), size, at)


class Spooled(NamedTuple):
    """Bodies in a part of a temporary file; elsewhere, as in a pickle, they are in memory."""

    file: _File
    start: int
    length: int

    def body(self, at: int, size: int) -> bytes:
        """See `said.Store`."""
        return self.file.read(self.start + at, size)

    def __reduce__(self) -> tuple[type[Packed], tuple[bytes]]:
        return Packed, (self.file.read(self.start, self.length),)
