"""The versions of the graph that a process answers from: served, superseded and past."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, NamedTuple, Protocol

import numpy as np
from cachetools import LRUCache

from inroads.analysis.census import Census, census, made
from inroads.analysis.change_sentences import ChangeWriter
from inroads.analysis.changes import Changes, changes
from inroads.analysis.choke_points import ChokePoints, choke_points
from inroads.analysis.duties import Conflicts, duties
from inroads.analysis.findings import Findings, Severity, review
from inroads.analysis.what_if import WhatIf
from inroads.cancellation import check, long_work
from inroads.columns.arrays import Flags, Ints
from inroads.documents.reader import Observation, reread
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import Document
from inroads.moments import moment_number
from inroads.network.access_graph import AccessGraph
from inroads.policy.tables import Policy
from inroads.review import Campaign, Drift
from inroads_api.clock import utcnow
from inroads_api.versions import marks
from inroads_api.versions.cache import MAKERS, MAX_MAKING, Cache, Room

MAX_WAITING: Final = 16
"""The most requests that wait for a version; with MAX_MAKING fewer than the thread pool has."""

REMEMBERED: Final = 1_000
"""The most remembered names of versions that were served before."""

PATIENCE: Final = 8.0
"""In seconds: the longest wait for a version, which is less than the deadline of a request."""

Logged = Callable[[int, Policy], AccessGraph]
"""Returns the graph of a log up to a position. Raises BadCursor CURSOR_EXPIRED."""

KEPT_SECONDS: Final = 60.0
"""How long the version before the served one is kept for pages that go on in it."""

MAX_LEFT: Final = 3
"""The most superseded versions that are kept for streams, the newest."""


@dataclass(frozen=True)
class Version:
    """One version of the graph, and the moment when it was built (aware).

    `position` is its last position in the log of a ledger, None without a ledger. Versions with one
    `base` differ only by added documents. `positions` are those of its documents, see
    `marks.positions_of`; a past version is folded from copies of documents, which lack them.
    """

    graph: AccessGraph
    built_at: dt.datetime
    position: int | None = None
    base: int = 0
    positions: Ints | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The hash that versions share if they hold the same documents under the same policy."""
        return self.graph.version

    @property
    def key(self) -> tuple[str, str]:
        """The key of what holds objects of the version, whose ids have its mark."""
        return self.graph.version, self.graph.mark

    @property
    def imagined(self) -> bool:
        """Return whether a what-if has imagined the version."""
        return bool(self.graph.mark) and isinstance(marks.parse(self.graph.mark), marks.Imagined)


@dataclass(unsafe_hash=True)  # not frozen: contextlib and pickle assign to exceptions
class NotReached(InroadsError):
    """A version is not served in time; `served` and `position` are those of the served one."""

    code: str = "VERSION_NOT_REACHED"
    served: str = ""
    position: int | None = None


def token(position: int) -> str:
    """The token of any version that includes a ledger's log up to a position.

    >>> token(42)
    'ledger:42'
    """
    return f"ledger:{position}"


def condition(
    wanted: str, holds: Callable[[str], bool], reaches: Callable[[int], bool]
) -> Callable[[], bool]:
    """Return whether a wanted version was served, by its name or the token of an ingest.

    Raises InroadsError BAD_VERSION.
    """
    if re.fullmatch("[0-9a-f]{16}", wanted):
        return lambda: holds(wanted)
    if found := re.fullmatch(r"ledger:([0-9]{1,18})", wanted):
        position = int(found[1])
        return lambda: reaches(position)
    raise InroadsError("expected the version of a graph, or the token of an ingest", "BAD_VERSION")


class Listener(Protocol):
    """A listener to new versions, called from any thread."""

    def wake(self) -> None:
        """Called when another version is served."""

    def needs(self, position: int) -> bool:
        """Return whether the superseded version at this position must be kept."""


class _Imagining(NamedTuple):
    """The key of a what-if: the version that it was asked of, and its own name."""

    base: int
    version: tuple[str, str]
    name: str


def _gone(what: str) -> InroadsError:
    return InroadsError(f"{what}: ask anew for what this id stands for", "VERSION_EXPIRED")


class Analyses:
    """Caches of what is derived from versions. A version is known by its name."""

    def __init__(self, making: Room, makers: threading.Semaphore) -> None:
        self.making = making
        # Changes hold both graphs, from which they are written: as many as past versions are kept.
        self.compared = Cache[tuple[str, str], Changes](making, makers)
        self.writers = Cache[tuple[str, str], ChangeWriter](making, makers)
        # A what-if may hold a whole graph, so only one is kept.
        self.imagined = Cache[_Imagining, WhatIf[AccessGraph]](making, makers, kept=1)
        self.imagined_versions = Cache[tuple[int, marks.Imagined], Version](making, makers, kept=1)
        self.conflicts = Cache[str, Conflicts](making, makers)
        self.drifted = Cache[tuple[object, ...], Drift](making, makers, kept=2)
        # Findings are large, so only two are kept.
        self.reviewed = Cache[tuple[object, ...], Findings](making, makers, kept=2)


class ServedVersions(ABC):
    """The versions that one caller is answered from, and what is derived from them.

    `patience` is the longest wait for a version, in seconds.
    """

    def __init__(self, patience: float, analyses: Analyses) -> None:
        self.patience, self._analyses = patience, analyses

    @property
    @abstractmethod
    def current(self) -> Version:
        """The version that is served now."""

    @abstractmethod
    def at_least(self, wanted: str, deadline: float) -> Version:
        """Wait until the served version is the wanted one or a later one, and return it.

        `wanted` is the name of a version or the token of an ingest. `deadline` is a moment of the
        monotonic clock. Raises NotReached, and InroadsError BAD_VERSION and BUSY.
        """

    @abstractmethod
    def until(self, version: Version, moment: dt.datetime) -> Version:
        """A version with only the documents that were observed until a moment (aware).

        Raises InroadsError BUSY, and LIMITED where the past is not told.
        """

    @abstractmethod
    def marked(self, mark: marks.Mark) -> Version:
        """The version of a mark, whose objects have ids with this mark.

        Raises InroadsError BUSY, VERSION_EXPIRED where the version cannot be had any more, and
        LIMITED where only the current version is told.
        """

    def compare(self, before: Version, after: Version) -> Changes:
        """The changes between two versions. Raises BUSY and the errors of `changes`."""
        return self._analyses.compared.get(
            (before.name, after.name), lambda: changes(before.graph, after.graph)
        )

    def writer(self, before: Version, after: Version) -> ChangeWriter:
        """The writer of the changes between two versions. Raises BUSY."""
        return self._analyses.writers.get(
            (before.name, after.name), lambda: ChangeWriter(before.graph, after.graph), checks=True
        )

    def findings(
        self,
        version: Version,
        rules: list[str] | None = None,
        severity: Severity | None = None,
        suppressed: bool | None = None,
        now: dt.datetime | None = None,
        about: str | None = None,
    ) -> Findings:
        """The cached findings of a version. Raises InroadsError BUSY and the errors of `review`."""
        whole = self._analyses.reviewed.find((version.name, None, now))
        found = whole.of_rules(rules) if whole and rules is not None else None
        if found is None:
            key = version.name, None if rules is None else tuple(sorted(set(rules))), now
            found = self._analyses.reviewed.get(key, lambda: review(version.graph, rules, now=now))
        kept = found if about is None else found.about(about)
        return kept.only(severity, suppressed)

    def census(self, version: Version) -> Census:
        """The census of a version, computed on first use. Raises InroadsError BUSY."""
        with nullcontext() if made(version.graph) else self._analyses.making.seat():
            return census(version.graph)

    def imagine(self, version: Version, what: WhatIf[AccessGraph]) -> WhatIf[AccessGraph]:
        """Return the what-if with its outcomes, computed once. Raises InroadsError BUSY."""
        key = _Imagining(version.base, version.key, what.version)
        return self._analyses.imagined.get(key, what.answer, checks=True)

    def imagined(self, version: Version, what: WhatIf[AccessGraph]) -> Version:
        """The whole version that a what-if imagines, folded on first use. Raises BUSY."""
        mark = marks.Imagined.of(what.version)
        return self._analyses.imagined_versions.get(
            (version.base, mark),
            # A limited version holds the whole graph, which must not be kept.
            lambda: Version(
                what.graph.marked(str(mark)), version.built_at, version.position, version.base
            ),
        )

    def _imagined(self, mark: marks.Imagined) -> Version:
        """The version of a what-if that is kept. Raises InroadsError BUSY and VERSION_EXPIRED."""
        current = self.current
        if found := self._analyses.imagined_versions.find((current.base, mark)):
            return found
        kept = self._analyses.imagined.keys()
        for key in kept:
            what = self._analyses.imagined.find(key)
            if what and key.base == current.base and marks.Imagined.of(key.name) == mark:
                return self.imagined(current, what)
        raise _gone("this what-if is not kept any more")

    def choke_points(self, version: Version, of: Iterable[str]) -> ChokePoints:
        """The choke points of all or some nodes. Raises InroadsError BUSY and WRONG_KIND."""
        with self._analyses.making.seat():
            return choke_points(version.graph, of)

    def drift(self, version: Version, campaign: Campaign) -> Drift:
        """The cached drift of a version from a campaign, with the current revocations.

        Raises InroadsError BUSY, and ReviewError POLICY_DIFFERS.
        """
        key = version.name, campaign.id, campaign.head.started, campaign.forgotten
        return campaign.revoked(
            self._analyses.drifted.get(key, lambda: campaign.drift(version.graph))
        )

    def conflicts(self, version: Version) -> Conflicts:
        """The conflicts of duty in a version, computed on first use. Raises InroadsError BUSY."""
        return self._analyses.conflicts.get(version.name, lambda: duties(version.graph))


class Versions(ServedVersions):
    """The served version, which one thread replaces, and caches of what is derived from it."""

    def __init__(
        self,
        graph: AccessGraph,
        built_at: dt.datetime,
        position: int | None = None,
        patience: float = PATIENCE,
        now: Callable[[], dt.datetime] = utcnow,
        logged: Logged | None = None,
    ) -> None:
        self.logged, self._now = logged, now
        self._current = Version(graph, built_at, position, position or 0)
        self._served = LRUCache[str, None](REMEMBERED)
        self._served[self._current.name] = None
        self._swapped = threading.Condition()
        self._listeners: list[Listener] = []
        self._left: dict[int, Version] = {}
        self._waiting = Room(MAX_WAITING)
        making, makers = Room(MAX_MAKING), threading.Semaphore(MAKERS)
        super().__init__(patience, Analyses(making, makers))
        self._past = Cache[tuple[int, marks.Past], Version](making, makers)
        self._cuts = LRUCache[tuple[object, ...], marks.Past](REMEMBERED)
        self._before: Version | None = None
        self._kept_until = 0.0
        self._logged = Cache[tuple[int, int], Version](making, makers, kept=1)

    @property
    def current(self) -> Version:
        return self._current

    def swap(self, version: Version) -> None:
        """Serve another version from now on. Running queries keep their version."""
        with self._swapped:
            before, self._current = self._current, version
            self._before = before if before.base == version.base else None
            self._kept_until = time.monotonic() + KEPT_SECONDS
            if before.base != version.base:  # a person may have been forgotten
                self._left.clear()
            elif before.position is not None:
                self._left[before.position] = before
            self._tidy()
            self._served[version.name] = None
            self._swapped.notify_all()
            for each in self._listeners:
                each.wake()

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Notify a listener of new versions, and keep up to MAX_LEFT versions that it needs."""
        with self._swapped:
            self._listeners.append(listener)
        try:
            yield
        finally:
            with self._swapped:
                self._listeners.remove(listener)
            self.tidy()

    def tidy(self) -> None:
        """Drop superseded versions that no listener needs."""
        with self._swapped:
            self._tidy()

    def release(self) -> bool:
        """Drop the version before the served one if its time is over; return whether it was."""
        with self._swapped:
            over = self._before is not None and time.monotonic() >= self._kept_until
            if over:
                self._before = None
            return over

    def _tidy(self) -> None:
        needed = [
            each for each in sorted(self._left) if any(one.needs(each) for one in self._listeners)
        ]
        self._left = {each: self._left[each] for each in needed[-MAX_LEFT:]}

    def at(self, position: int) -> Version:
        """The version of the ledger's log up to exactly this position.

        Raises BadCursor CURSOR_EXPIRED if the log has changed, LedgerError, and InroadsError BUSY.
        """
        with self._swapped:
            current = self._current
            found = current if current.position == position else self._left.get(position)
        if found is current:
            return current
        found = found or self._logged.get(
            (current.base, position), lambda: self._read(position, current)
        )
        mark = marks.own(found.graph)
        return found if found.graph.mark == mark else _with_mark(found, mark)

    def _read(self, position: int, current: Version) -> Version:
        if self.logged is None:
            raise InroadsError("this server has no ledger", "OPERATION_NOT_SUPPORTED")
        graph = self.logged(position, current.graph.policy)
        return Version(graph, self._now(), position, current.base)

    def at_least(self, wanted: str, deadline: float) -> Version:
        holds = condition(wanted, self._holds, self._reaches)
        with self._swapped:
            if holds():
                return self._current
        with self._waiting.seat(), self._swapped:
            if self._swapped.wait_for(holds, max(0.0, deadline - time.monotonic())):
                return self._current
            served, position = self._current.name, self._current.position
        raise NotReached(
            "the requested version was not served in time", served=served, position=position
        )

    def passes(self, version: Version, deadline: float) -> bool:
        """Wait until another version is served; False after the deadline. Raises BUSY."""
        with self._waiting.seat(), self._swapped:
            return self._swapped.wait_for(
                lambda: self._current is not version, max(0.0, deadline - time.monotonic())
            )

    def _holds(self, name: str) -> bool:
        return name in self._served

    def _reaches(self, position: int) -> bool:
        return self._current.position is not None and self._current.position >= position

    def until(self, version: Version, moment: dt.datetime) -> Version:
        if version.imagined:
            raise InroadsError("an imagined version has no past", "NO_PAST")
        documents, moments = version.graph.documents, version.graph.fold.said.documents.moment
        count = bisect_right(moments, moment_number(moment))
        if count == len(documents):
            return version
        # Versions of one base only add documents, so the count and the last moment identify a past.
        cut = version.base, count, documents[count - 1].observed_at if count else None
        with self._swapped:
            mark = self._cuts.get(cut)

        def chosen() -> Flags:
            return np.arange(len(documents)) < count

        if mark is None:
            long_work()  # all documents are looked at
            mark = (
                marks.past(version.graph, chosen(), _positions(version)) if count else marks.NOTHING
            )
            with self._swapped:
                self._cuts[cut] = mark
        return self._had(version, mark, chosen)

    def marked(self, mark: marks.Mark) -> Version:
        if isinstance(mark, marks.Imagined):
            return self._imagined(mark)
        with self._swapped:
            current, before = self._current, self._before
        if found := self._past.find((current.base, mark)):
            return replace(found, position=current.position)
        for version in (current, before):
            if version and marks.own(version.graph) == str(mark):
                return self._past.get((current.base, mark), partial(_with_mark, version, str(mark)))
        positions = _positions(current)
        chosen = mark.chosen(current.graph.fold.said.documents, positions)
        if not chosen.any() or marks.past(current.graph, chosen, positions) != mark:
            raise _gone("the documents of this version are not there any more")
        return self._had(current, mark, lambda: chosen)

    def _had(self, version: Version, mark: marks.Past, chosen: Callable[[], Flags]) -> Version:
        """The cached past version that has these documents of a version."""
        text = str(mark) if mark.name else ""
        found = self._past.get(
            (version.base, mark), lambda: _folded(version, chosen(), text, self._now)
        )
        return replace(found, position=version.position)


def _positions(version: Version) -> Ints | None:
    return marks.positions_of(version.graph) if version.positions is None else version.positions


def _with_mark(version: Version, mark: str) -> Version:
    """Return a version that is not served any more, at least not everywhere."""
    return replace(version, graph=version.graph.marked(mark))


def _folded(version: Version, chosen: Flags, mark: str, now: Callable[[], dt.datetime]) -> Version:
    """Fold a past version from documents that a version holds, so that no source is read again."""
    documents, positions = version.graph.documents, _positions(version)
    numbers = np.flatnonzero(chosen).tolist()
    graph = Explorer.observe(
        (_reread(documents[number]) for number in numbers), version.graph.policy
    )
    graph.mark = mark
    kept = None if positions is None else positions[chosen]
    return Version(graph, now(), base=version.base, positions=kept)


def _reread(document: Document) -> Observation:
    check()
    return reread(document)
