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
from contextlib import AbstractContextManager, ExitStack, nullcontext
from itertools import islice
from multiprocessing.context import get_spawning_popen
from multiprocessing.reduction import DupFd
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from inroads.columns.builder import ClaimSetBuilder, claim_set
from inroads.columns.bulk_builder import say
from inroads.columns.claimset import ClaimSet, InMemoryBodies, Store
from inroads.columns.union import union
from inroads.documents.bulk_reader import plain
from inroads.documents.reader import Observation
from inroads.errors import Rejection
from inroads.policy.tables import Policy
from inroads.sources.chunks import FUTURE, FileChunk, RawDocument

CHUNK_DOCUMENTS: Final = 500
CHUNK_BYTES: Final = 2**20
"""The size of a chunk: so many documents, or so many bytes of them."""

TOGETHER: Final = 16
"""Another process is given so many chunks at once, and puts together what they say."""

PARALLEL_FROM: Final = 32 * 2**20
"""Other processes are started after so many bytes: with less they take longer to start than to help."""

MERGED_PARTS: Final = 256
"""So many parts are put together at a time."""

KEPT_BYTES: Final = 32 * 2**20
"""Beyond so many bytes of bodies they are kept in a temporary file."""

_PAGES: Final = 2**16  # bytes from which a column has pages of its own
_FREED: Final = (
    31 * 2**20
)  # bytes: once so many were freed in one piece, the C library of Linux keeps as many at hand
_AHEAD: Final = 2  # chunks for each process, so that none waits
_COLLECTED_FROM: Final = (
    100_000  # objects: documents hold no circles, and looking for them takes a fifth of the time
)


class Taken(NamedTuple):
    """A document that has been read already."""

    found: Observation | Rejection

    @property
    def raw(self) -> bytes:
        """The kept body."""
        return b"" if isinstance(self.found, Rejection) else self.found.document.body

    def observe(self) -> Observation | Rejection:
        """Return what reading gave."""
        return self.found


class Stream(NamedTuple):
    """Documents from one kind of place: items that have `raw` bytes and `observe()`, file chunks, or rejections.

    `store` has their bodies at the number that `place` gives, if there is one; then each item also has `sha256`, and
    `arrived()` for `bulk_reader`, and none is a file chunk. `note`
    is told of each item which of its documents were rejected, and gives what else is to be told. `ahead` is how many
    bytes of documents there are, where that is known before they are read.
    """

    items: Iterable[Any]
    store: Store | None = None
    place: Callable[[Any], int] = id
    note: Callable[[Any, bytes], Rejection | None] = lambda _item, _rejected: None
    ahead: int = 0


class Loaded(NamedTuple):
    """The claims of all documents, and the rejections."""

    said: ClaimSet
    rejections: tuple[Rejection, ...]


def gather(
    streams: Iterable[Stream], policy: Policy, as_of: dt.datetime | None = None, workers: int = 1
) -> Loaded:
    """Read all documents of these streams, until a moment (aware; None: all), on so many processes."""
    merging = Merging()
    rejections: list[Rejection] = []
    for stream, chunk, done in _worked(streams, policy, as_of, workers):
        merging.add(done.said)
        found = iter(done.rejections)
        for item, rejected in zip(chunk, done.rejected, strict=True):
            rejections += islice(found, sum(rejected))
            if told := stream.note(item, rejected):
                rejections.append(told)
    return Loaded(merging.whole(), tuple(rejections))


class Merging:
    """Merges the claim sets of chunks as they come: so many parts of one size become one of the next.

    So replaced claims are dropped on the way, and the last union finds few parts, all sorted.
    """

    def __init__(self) -> None:
        self._sizes: list[list[ClaimSet]] = []

    def add(self, part: ClaimSet, size: int = 0) -> None:
        """Add a part to those of its size."""
        if size == len(self._sizes):
            self._sizes.append([])
        self._sizes[size].append(part)
        if len(self._sizes[size]) == MERGED_PARTS:
            self.add(_apart(union(_handed_over(self._sizes[size]))), size + 1)

    def whole(self) -> ClaimSet:
        """Return the union of all parts, and forget them."""
        parts = [part for size in reversed(self._sizes) for part in size]
        self._sizes.clear()
        if len(parts) == 1:
            return parts[0]
        return union(_handed_over(parts)) if parts else claim_set([])


def _handed_over(parts: list[ClaimSet]) -> Iterator[ClaimSet]:
    """Yield parts, none of which is held here any longer."""
    while parts:
        yield parts.pop(0)


def _apart(value: Any) -> Any:
    """Copy large columns to memory pages of their own, which the process gives back when they are freed."""
    if isinstance(value, np.ndarray):
        if value.nbytes < _PAGES:
            return value
        pages = mmap.mmap(-1, value.nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        own = np.frombuffer(pages, value.dtype)
        own[:] = value
        return own
    return type(value)(*map(_apart, value)) if hasattr(value, "_fields") else value


class Done(NamedTuple):
    """The claims of a chunk, which documents of each item were rejected, and why."""

    said: ClaimSet
    rejected: list[bytes]
    rejections: list[Rejection]


class Given(NamedTuple):
    """A chunk and the settings for reading it; `places` are those of its items in `store`, if there is one."""

    chunk: list[Any]
    policy: Policy
    as_of: dt.datetime | None
    store: Store | None
    places: list[int]

    def wants(self, moment: dt.datetime) -> bool:
        """Return whether what was observed at this moment (aware) is asked for."""
        return self.as_of is None or moment <= self.as_of


class Bodies(Protocol):
    """A place for the bodies of documents."""

    def keep(self, said: ClaimSet) -> ClaimSet:
        """Return the claim set with its bodies moved there."""
        ...


def work(given: Given, bodies: Bodies) -> Done:
    """Return the claims of a chunk of documents."""
    documents, parts = _documents(given.chunk), list[ClaimSet]()
    rejected, rejections = [bytearray() for _ in given.chunk], list[Rejection]()
    while some := list(islice(documents, CHUNK_DOCUMENTS)):
        parts += map(bodies.keep, _said(some, given, rejected, rejections))
    return Done(
        union(_handed_over(parts)) if parts else claim_set([]),
        list(map(bytes, rejected)),
        rejections,
    )


def _documents(chunk: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Yield the documents of the items, each with the number of its item."""
    for number, item in enumerate(chunk):
        for each in item.unread() if isinstance(item, FileChunk) else (item,):
            yield number, each


def _said(
    documents: Sequence[tuple[int, Any]],
    given: Given,
    rejected: list[bytearray],
    rejections: list[Rejection],
) -> Iterator[ClaimSet]:
    """Yield the claims of documents as parts of a union, and note which were rejected.

    Regular documents are read together, in bulk."""
    arrived = [_arrived(each, given.store) for _, each in documents]
    found = plain(arrived, given.policy)
    if given.store:  # whose bodies stay as they are
        found = [each for each in found if each.body == arrived[each.place].raw]
    else:
        latest = dt.datetime.now(dt.UTC) + FUTURE
        found = [each for each in found if each.moment <= latest]
    easy = {each.place for each in found}
    builder, at = ClaimSetBuilder(), list[int]()
    for place, (number, item) in enumerate(documents):
        taken = None if place in easy else item if isinstance(item, Rejection) else item.observe()
        rejected[number].append(isinstance(taken, Rejection))
        if isinstance(taken, Rejection):
            rejections.append(taken)
        elif taken and given.wants(taken.document.observed_at):
            builder.read(taken, given.policy)
            at.append(given.places[number] if given.store else 0)
    if builder.documents:
        yield builder.part(given.store, at)
    if wanted := [each for each in found if given.wants(each.moment)]:
        items = [documents[each.place] for each in wanted]
        sources = [each.named or item.source for each, (_, item) in zip(wanted, items, strict=True)]
        part = say(wanted, sources, given.policy)
        if given.store:
            rows = part.documents._replace(
                sha256=np.array([item.sha256 for _, item in items], "S32"),
                at=np.array([given.places[number] for number, _ in items], np.int64),
                size=np.zeros_like(part.documents.size),
            )
            part = part._replace(documents=rows, stores=(given.store,))
        yield part


def _arrived(item: Any, store: Store | None) -> Any:
    """Return a document for reading in bulk, with its body as it is given or stored; None if there is none."""
    if store:
        return item.arrived()
    return item if isinstance(item, RawDocument) else None


def _worked(
    streams: Iterable[Stream], policy: Policy, as_of: dt.datetime | None, workers: int
) -> Iterator[tuple[Stream, list[Any], Done]]:
    """Yield the chunks in order, each with its result."""
    pending: deque[tuple[Stream, list[Any], Future[Done]]] = deque()
    pool: _Pool | None = None
    spool, seen = _Spool(), 0
    with ExitStack() as stack:
        for stream, chunk, size in _chunks(streams, lambda: TOGETHER if pool else 1):  # noqa: B023  # as it is by then
            given = Given(
                chunk,
                policy,
                as_of,
                stream.store,
                list(map(stream.place, chunk)) if stream.store else [],
            )
            ahead = chunk[0].rest if isinstance(chunk[0], FileChunk) else max(size, stream.ahead)
            if workers > 1 and seen + ahead > PARALLEL_FROM and pool is None:
                pool = stack.enter_context(_Pool(workers))
            seen += size
            if pool is None:
                yield stream, chunk, work(given, spool)
                continue
            pending.append((stream, chunk, pool.submit(_work_there, given)))
            if len(pending) > workers * _AHEAD:
                first = pending.popleft()
                yield *first[:2], pool.done(first[2])
        while pending and pool:
            first = pending.popleft()
            yield *first[:2], pool.done(first[2])


class _Pool(ProcessPoolExecutor):
    """Worker processes that leave an interruption to the one that started them, and end with it."""

    def __init__(self, workers: int) -> None:
        # Not forked: a process that has threads must not be.
        context = multiprocessing.get_context("spawn")
        self._kept = _BodyFile(context.Lock())
        super().__init__(workers, context, _begin, (self._kept,))

    def submit(self, *given: Any, **named: Any) -> Future[Any]:
        """Submit a call; see Executor. A worker is never interrupted, not even while it starts."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(*given, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def done(self, future: Future[Done]) -> Done:
        """Return the result of a chunk; its bodies are in the file that all processes share."""
        done = future.result()
        said = done.said
        if said.stores or not len(said.documents.moment):
            return done
        return done._replace(said=said._replace(stores=(self._kept,)))

    def __exit__(self, *problem: object) -> None:
        self.shutdown(wait=problem[0] is None, cancel_futures=True)


_there: _Spool
"""The bodies of a worker process."""


def _begin(file: _BodyFile) -> None:
    global _there  # noqa: PLW0603  # the one thing that a process of the pool has from the start
    _there = _Spool(file)
    bytearray(_FREED)
    gc.freeze()
    gc.set_threshold(_COLLECTED_FROM, *gc.get_threshold()[1:])
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _work_there(given: Given) -> Done:
    """`work` in a worker process. The body file is inherited, so it is left out of the pickled result."""
    done = work(given, _there)
    return done if given.store else done._replace(said=done.said._replace(stores=()))


def _end_with_parent() -> None:
    """End this process once its parent was killed: it would wait for ever."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _chunks(
    streams: Iterable[Stream], most: Callable[[], int]
) -> Iterator[tuple[Stream, list[Any], int]]:
    """Yield chunks of items of one stream; `most` is how many chunks are joined by now."""
    for stream in streams:
        chunk: list[Any] = []
        documents = size = 0
        for item in stream.items:
            chunk.append(item)
            lines, length = (
                (item.lines, item.size) if isinstance(item, FileChunk) else (1, _length(item))
            )
            documents, size = documents + lines, size + length
            if documents >= CHUNK_DOCUMENTS * most() or size >= CHUNK_BYTES * most():
                yield stream, chunk, size
                chunk, documents, size = [], 0, 0
        if chunk:
            yield stream, chunk, size


def _length(item: Any) -> int:
    return 0 if isinstance(item, Rejection) else len(item.raw)


class _Spool:
    """Bodies in memory while they are few, then in a temporary file that ends with whoever holds it."""

    def __init__(self, file: _BodyFile | None = None) -> None:
        self._kept = 0
        self._file = file

    def keep(self, said: ClaimSet) -> ClaimSet:
        """Return the claim set with its bodies moved to the spool: memory at first, then the file."""
        (store,) = said.stores or (None,)
        if not isinstance(store, InMemoryBodies):
            return said
        self._kept += len(store.data)
        if self._file is None:
            if self._kept <= KEPT_BYTES:
                return said
            self._file = _BodyFile()
        places = said.documents.at + self._file.put(store.data)
        return said._replace(documents=said.documents._replace(at=places), stores=(self._file,))


class _BodyFile:
    """A file without a name, for one process or for all that hold the lock; in a pickle its bytes are in memory."""

    def __init__(
        self, lock: AbstractContextManager[Any] | None = None, descriptor: Any = None
    ) -> None:
        self._lock: AbstractContextManager[Any] = lock or nullcontext()
        self._file = (
            os.fdopen(descriptor.detach(), "r+b") if descriptor else tempfile.TemporaryFile()  # noqa: SIM115  # it is open for as long as this is there
        )
        weakref.finalize(self, self._file.close)

    def put(self, data: bytes) -> int:
        """Append some bytes to the file, and return where they begin."""
        descriptor = self._file.fileno()
        with self._lock:
            start = os.lseek(descriptor, 0, os.SEEK_END)
            os.ftruncate(descriptor, start + len(data))
        rest, at = memoryview(data), start
        while rest:
            written = os.pwrite(descriptor, rest, at)
            rest, at = rest[written:], at + written
        return start

    def body(self, at: int, size: int) -> bytes:
        """Return a body; see `claimset.Store`."""
        return os.pread(self._file.fileno(), size, at)

    def bodies(self, at: Sequence[int], size: Sequence[int]) -> Iterator[bytes]:
        """Yield many bodies; see `claimset.Store`."""
        return map(self.body, at, size)

    def __reduce__(self) -> tuple[Any, ...]:
        descriptor = self._file.fileno()
        if get_spawning_popen() is not None:
            return _BodyFile, (self._lock, DupFd(descriptor))
        return InMemoryBodies, (self.body(0, os.fstat(descriptor).st_size),)
