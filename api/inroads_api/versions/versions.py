"""The versions of the graph that a process answers from: the one it serves, those before it, and those of the past."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Final, Protocol

from cachetools import LRUCache

from inroads.analysis.census import Census, census, made
from inroads.analysis.changes import Changes, changes
from inroads.analysis.choke_points import ChokePoints, choke_points
from inroads.analysis.duties import Conflicts, duties
from inroads.analysis.findings import Findings, Severity, review
from inroads.analysis.what_if import WhatIf
from inroads.cancellation import check
from inroads.documents.reader import Observation, reread
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import Document
from inroads.network.access_graph import AccessGraph
from inroads.policy.tables import Policy
from inroads.review import Campaign, Drift
from inroads_api.clock import utcnow
from inroads_api.versions.cache import MAKERS, MAX_MAKING, Cache, Room

MAX_WAITING: Final = 16
"""The most requests that wait for a version which is not served yet. With the above fewer than there are threads."""

REMEMBERED: Final = 1_000
"""The most names of versions that were served before."""

PATIENCE: Final = 8.0
"""How many seconds a query waits for a version that is not served yet: less than a request may take."""

Logged = Callable[[int, Policy], AccessGraph]
"""Gives the graph of a ledger's log up to a number. Raises BadCursor CURSOR_EXPIRED where it has changed."""

MAX_LEFT: Final = 3
"""The most versions that are no longer served and kept for streams, which tell what became of them: the newest."""


@dataclass(frozen=True)
class Version:
    """One version of the graph, and when it was built (aware).

    `position` is how far of a ledger's log it holds, None without a ledger. Versions of one `base` were made from
    each other by adding documents only.
    """

    graph: AccessGraph
    built_at: dt.datetime
    position: int | None = None
    base: int = 0

    @property
    def name(self) -> str:
        """The hash that two versions share exactly when they hold the same documents under the same policy."""
        return self.graph.version


@dataclass(unsafe_hash=True)  # not frozen: contextlib and pickle assign to exceptions
class NotReached(InroadsError):
    """A version that is not served in time; `served` is served now, and holds so much of the ledger's log."""

    code: str = "VERSION_NOT_REACHED"
    served: str = ""
    position: int | None = None


def token(position: int) -> str:
    """The token of any version that holds a ledger's log up to a number.

    >>> token(42)
    'ledger:42'
    """
    return f"ledger:{position}"


class Listener(Protocol):
    """A listener that any thread tells of each version that is served."""

    def wake(self) -> None:
        """Another version is served."""

    def needs(self, position: int) -> bool:
        """Return whether the version of this position of the log must stay, although it is no longer served."""


class Versions:
    """The version that is served, which any thread may ask for and one thread swaps, and what is reached from it."""

    def __init__(
        self,
        graph: AccessGraph,
        built_at: dt.datetime,
        position: int | None = None,
        patience: float = PATIENCE,
        now: Callable[[], dt.datetime] = utcnow,
        logged: Logged | None = None,
    ) -> None:
        self.patience, self.logged = patience, logged
        self._now = now
        self._current = Version(graph, built_at, position, position or 0)
        self._served = LRUCache[str, None](REMEMBERED)
        self._served[self._current.name] = None
        self._swapped = threading.Condition()
        self._listeners: list[Listener] = []
        self._left: dict[int, Version] = {}
        self._waiting = Room(MAX_WAITING)
        making, makers = Room(MAX_MAKING), threading.Semaphore(MAKERS)
        self._making = making
        self._past = Cache[tuple[object, ...], Version](making, makers)
        self._logged = Cache[tuple[int, int], Version](making, makers, kept=1)
        self._compared = Cache[tuple[str, str], Changes](making, makers)
        # Each may hold a graph.
        self._imagined = Cache[tuple[str, str], WhatIf[AccessGraph]](making, makers, kept=1)
        self._conflicts = Cache[str, Conflicts](making, makers)
        self._drifted = Cache[tuple[object, ...], Drift](making, makers, kept=2)
        # They are large.
        self._reviewed = Cache[tuple[object, ...], Findings](making, makers, kept=2)

    @property
    def current(self) -> Version:
        """The version that is served now."""
        return self._current

    def swap(self, version: Version) -> None:
        """Serve another version from now on; a query that has begun ends on the one it began with."""
        with self._swapped:
            before, self._current = self._current, version
            if before.base != version.base:  # somebody may have been forgotten
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
        """Have somebody told whenever another version is served, and keep those that they need, as far as may be."""
        with self._swapped:
            self._listeners.append(listener)
        try:
            yield
        finally:
            with self._swapped:
                self._listeners.remove(listener)
            self.tidy()

    def tidy(self) -> None:
        """Let go of versions that are no longer served and that nobody needs."""
        with self._swapped:
            self._tidy()

    def _tidy(self) -> None:
        needed = [
            each for each in sorted(self._left) if any(one.needs(each) for one in self._listeners)
        ]
        self._left = {each: self._left[each] for each in needed[-MAX_LEFT:]}

    def at(self, position: int) -> Version:
        """The version that holds the ledger's log up to a number, and no more of it.

        Raises BadCursor CURSOR_EXPIRED where the log says something else now, LedgerError, and InroadsError BUSY.
        """
        with self._swapped:
            current = self._current
            found = current if current.position == position else self._left.get(position)
        return found or self._logged.get(
            (current.base, position), lambda: self._read(position, current)
        )

    def _read(self, position: int, current: Version) -> Version:
        if self.logged is None:
            raise InroadsError("there is no ledger here", "OPERATION_NOT_SUPPORTED")
        graph = self.logged(position, current.graph.policy)
        return Version(graph, self._now(), position, current.base)

    def at_least(self, wanted: str, deadline: float) -> Version:
        """The served version, as soon as it is the wanted one or later; waits until a moment of the monotonic clock.

        Wanted is a version's name or the token of what was handed in. Raises NotReached, and InroadsError BAD_VERSION
        and BUSY.
        """
        holds = self._condition(wanted)
        with self._swapped:
            if holds():
                return self._current
        with self._waiting.seat(), self._swapped:
            if self._swapped.wait_for(holds, max(0.0, deadline - time.monotonic())):
                return self._current
            served, position = self._current.name, self._current.position
        raise NotReached(
            "the version is not served, and did not come in time", served=served, position=position
        )

    def passes(self, version: Version, deadline: float) -> bool:
        """Return whether another version than this one is served by a moment of the monotonic clock. Raises BUSY."""
        with self._waiting.seat(), self._swapped:
            return self._swapped.wait_for(
                lambda: self._current is not version, max(0.0, deadline - time.monotonic())
            )

    def _condition(self, wanted: str) -> Callable[[], bool]:
        if re.fullmatch("[0-9a-f]{16}", wanted):
            return lambda: wanted in self._served
        if found := re.fullmatch(r"ledger:([0-9]{1,18})", wanted):
            position = int(found[1])
            return lambda: self._current.position is not None and self._current.position >= position
        raise InroadsError(
            "this is neither the version of a graph nor the token of an ingest", "BAD_VERSION"
        )

    def until(self, version: Version, moment: dt.datetime) -> Version:
        """The version of those documents of another one that were observed until a moment (aware).

        Each version carries its documents, so the past is folded from them and from nothing newer: whatever the
        documents came from need not be read again. Raises InroadsError BUSY.
        """
        documents = version.graph.documents
        count = bisect_right(documents, moment, key=lambda document: document.observed_at)
        if count == len(documents):
            return version
        # Of one base: so many documents until this one are the same documents, for the others were added.
        key = (version.base, count, documents[count - 1].observed_at if count else None)
        found = self._past.get(key, lambda: self._folded(version, count))
        return replace(found, position=version.position)

    def _folded(self, version: Version, count: int) -> Version:
        graph = Explorer.observe(
            map(_reread, version.graph.documents[:count]), version.graph.policy
        )
        return Version(graph, self._now(), base=version.base)

    def compare(self, before: Version, after: Version) -> Changes:
        """Every access that differs between two versions. Raises InroadsError BUSY, and what `changes` raises."""
        return self._compared.get(
            (before.name, after.name), lambda: changes(before.graph, after.graph)
        )

    def findings(
        self,
        version: Version,
        rules: list[str] | None = None,
        severity: Severity | None = None,
        suppressed: bool | None = None,
        now: dt.datetime | None = None,
    ) -> Findings:
        """The findings of the rules in a version, made once. Raises InroadsError BUSY, and as `review`."""
        key = version.name, None if rules is None else tuple(sorted(set(rules))), now
        return self._reviewed.get(key, lambda: review(version.graph, rules, now=now)).only(
            severity, suppressed
        )

    def census(self, version: Version) -> Census:
        """How far everyone reaches in a version, counted when it is first asked for. Raises InroadsError BUSY."""
        with nullcontext() if made(version.graph) else self._making.seat():
            return census(version.graph)

    def imagine(self, version: Version, what: WhatIf[AccessGraph]) -> WhatIf[AccessGraph]:
        """Return the what-if with its outcomes, computed once. Raises InroadsError BUSY."""
        return self._imagined.get((version.name, what.version), what.answer)

    def choke_points(self, version: Version, of: Iterable[str]) -> ChokePoints:
        """The accesses that each grant ends alone, of all nodes or some. Raises InroadsError BUSY and WRONG_KIND."""
        with self._making.seat():
            return choke_points(version.graph, of)

    def drift(self, version: Version, campaign: Campaign) -> Drift:
        """How a version differs from what a campaign froze, found once; its revocations are those of the moment.

        Raises InroadsError BUSY, and ReviewError POLICY_DIFFERS.
        """
        key = version.name, campaign.id, campaign.head.started, campaign.forgotten
        return campaign.revoked(self._drifted.get(key, lambda: campaign.drift(version.graph)))

    def conflicts(self, version: Version) -> Conflicts:
        """The conflicts of duty in a version, made when they are first asked for. Raises InroadsError BUSY."""
        return self._conflicts.get(version.name, lambda: duties(version.graph))


def _reread(document: Document) -> Observation:
    check()
    return reread(document)
