"""The watch: rounds that keep a ledger fresh from folders and the service, until a signal."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from inroads.documents.reader import Observation
from inroads.errors import InroadsError, Rejection
from inroads.model import Document
from inroads.sources.files import files, observe
from inroads.sources.service_collector import BASE_URL, Progress, collect
from inroads.sources.service_tokens import TokenStore
from inroads.store.ledger import Added, Ledger
from inroads_api.cli.terminal import RFC3339, now, say, say_rejections

UNFINISHED: Final = frozenset({"truncated", "unreadable_file"})
"""Codes of rejections that may succeed in the next round, although the file has not changed."""

TICK: Final = 100_000_000  # nanoseconds
"""Two writes within one tick of a file system's clock have one modification time."""


class Stop:
    """A flag that SIGTERM and SIGINT set.

    Waiting is cancelled. Working code checks `asked` where it can end.
    """

    def __init__(self) -> None:
        self.asked = False

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run the work until it ends or a signal arrives."""

        async def main() -> None:
            loop, task = asyncio.get_running_loop(), asyncio.create_task(work)

            def stop(*_: object) -> None:
                if (
                    not self.asked
                ):  # once: a second one would break off what must not be, the refresh of a token
                    self.asked = True
                    loop.call_soon_threadsafe(task.cancel)

            # Not the loop's own handlers: those do not run while a file is read.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, stop)
            with suppress(asyncio.CancelledError):
                await task

        asyncio.run(main())


class Reported:
    """Rejections of each origin at its last round, so that each is reported once."""

    def __init__(self) -> None:
        self._rejections: dict[object, frozenset[Rejection]] = {}

    def news(self, origin: object, rejections: Iterable[Rejection]) -> frozenset[Rejection]:
        """Return the rejections that this origin did not have before."""
        found = frozenset(rejections)
        before = self._rejections.pop(origin, frozenset())
        if found:
            self._rejections[origin] = found
        return found - before


class _Mark(NamedTuple):
    """The identity, size and modification time of a file. Equal marks mean an unchanged file."""

    number: int
    size: int
    modified: int


def _mark(file: Path) -> _Mark | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return _Mark(status.st_ino, status.st_size, status.st_mtime_ns)


class Folders:
    """Watched files and folders. Each look gives what is new or modified since the last one.

    `news` are the rejections of the last look that were not told before.
    """

    def __init__(self, paths: Iterable[str], clock: Callable[[], int] = time.time_ns) -> None:
        self._read: dict[str, dict[Path, _Mark]] = {path: {} for path in paths}
        self._reading: dict[str, dict[Path, _Mark]] = {}
        self._clock = clock
        self._reported = Reported()
        self.news: set[Rejection] = set()

    def look(self) -> Iterator[Observation | Rejection]:
        """Yield the documents of files that are new, modified, or incompletely read before.

        Without a call of `keep`, the next look yields them again.
        """
        self._reading, self.news = {}, set()
        for path, read in self._read.items():
            try:
                found = files([path])
            except OSError as error:
                found = []
                rejection = Rejection(path, "", "missing", str(error) or type(error).__name__)
                yield rejection
                self.news |= self._reported.news(path, [rejection])
                continue
            self._reported.news(path, ())  # it is there again: its next absence is news
            kept = self._reading[path] = {}
            for file in found:
                # Marked before it is read: a write in between makes another mark.
                mark = _mark(file)
                if mark is not None and read.get(file) == mark:
                    kept[file] = mark
                else:
                    yield from self._documents(file, mark, kept)

    def keep(self) -> None:
        """Mark the files of the last look as read. They are read again only when they change."""
        self._read |= self._reading

    def _documents(
        self, file: Path, mark: _Mark | None, kept: dict[Path, _Mark]
    ) -> Iterator[Observation | Rejection]:
        start, rejections = self._clock(), []
        for arrival in observe(file):
            if isinstance(arrival, Rejection):
                rejections.append(arrival)
            yield arrival
        self.news |= self._reported.news(file, rejections)
        finished = UNFINISHED.isdisjoint(each.code for each in rejections)
        if mark is not None and finished and start - mark.modified > TICK:
            kept[file] = mark


@dataclass
class _Round:
    """Counts and messages of one round."""

    kept: Added = field(default_factory=lambda: Added(0, 0, 0))
    rejected: int = 0
    news: set[Rejection] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def add(self, added: Added) -> None:
        self.kept = Added(*map(sum, zip(self.kept, added, strict=True)))

    def tell(self, ledger: Path) -> None:
        say_rejections(self.news)
        for failure in self.failures:
            say(failure)
        refused = f", {self.kept.forgotten} forgotten" if self.kept.forgotten else ""
        counts = f"{self.kept.added} added, {self.kept.known} already known, {self.rejected} rejected{refused}"
        say(f"{now():{RFC3339}} {ledger}: {counts}")


class Watch:
    """Keeps a ledger fresh from folders, from the service with `tokens`, or from both.

    `tokens` opens a token store for a round. What fails is told, and tried again in the next round;
    only what cannot work from the beginning is raised, by `check`.
    """

    def __init__(
        self,
        ledger: Path,
        paths: Iterable[str],
        tokens: Callable[[], TokenStore] | None,
        *,
        teams: bool = False,
        base_url: str = BASE_URL,
    ) -> None:
        self._ledger, self._folders, self._tokens = ledger, Folders(paths), tokens
        self._teams, self._base_url = teams, base_url
        self._reported = Reported()
        self._stop = Stop()

    def check(self) -> None:
        """Open and close what every round opens. Raises InroadsError."""
        Ledger(self._ledger).close()
        if self._tokens:
            self._tokens().close()

    def run(self, every: float) -> None:
        """Start a round every so many seconds, until a signal."""
        self._stop.run(self._rounds(every))

    async def _rounds(self, every: float) -> None:
        while not self._stop.asked:
            start = time.monotonic()
            found = _Round()
            try:
                await self._round(found)
            finally:
                found.tell(self._ledger)
            await asyncio.sleep(max(0.0, start + every - time.monotonic()))

    async def _round(self, found: _Round) -> None:
        try:
            self._ingest(found)
        except (InroadsError, OSError) as error:
            found.failures.append(f"error: {error}")
        if self._tokens and not self._stop.asked:
            try:
                await self._collect(self._tokens, found)
            except (InroadsError, OSError) as error:
                found.failures.append(f"error: {error}")

    def _ingest(self, found: _Round) -> None:
        before = found.kept

        def committed(so_far: Added) -> None:
            found.kept = before
            found.add(so_far)

        with Ledger(self._ledger) as ledger:
            ledger.add(self._documents(found), progress=committed)
        found.news |= self._folders.news
        if not self._stop.asked:
            self._folders.keep()

    def _documents(self, found: _Round) -> Iterator[Document]:
        for arrival in self._folders.look():
            if self._stop.asked:
                return  # what was read is committed
            if isinstance(arrival, Rejection):
                found.rejected += 1
            else:
                yield arrival.document

    async def _collect(self, tokens: Callable[[], TokenStore], found: _Round) -> None:
        reports: dict[str, Progress] = {}
        rejections: list[Rejection] = []

        def report(progress: Progress) -> None:
            reports[progress.label] = progress

        with tokens() as store, Ledger(self._ledger) as ledger:
            arriving = collect(
                store, teams=self._teams, base_url=self._base_url, now=now, report=report
            )
            async with aclosing(arriving) as arrivals:
                async for arrival in arrivals:  # each is kept before the next one is taken
                    if isinstance(arrival, Rejection):
                        rejections.append(arrival)
                    else:
                        found.add(ledger.add([arrival.document]))
        failed = [each for each in reports.values() if each.failed]
        found.rejected += len(rejections)
        found.failures += sorted(
            f"token {each.label}: {each.failed}: {each.message}" for each in failed
        )
        said = {(each.failed, each.message) for each in failed}
        others = [each for each in rejections if (each.code, each.message) not in said]
        found.news |= self._reported.news("service", others)
