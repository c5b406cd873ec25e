"""The context that every resolver gets: one request's version, services and deadline.

Objects deep in an answer are resolved without it, which is quicker; the few that need it find the
context of the running query by `current`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Final, TypeVar

import strawberry

from inroads.analysis.what_if import WhatIf
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads_api.versions import marks
from inroads_api.versions.cursors import Feed
from inroads_api.versions.ingestion import Intake
from inroads_api.versions.review_desk import Desk
from inroads_api.versions.versions import NotReached, ServedVersions, Version

_T = TypeVar("_T")

MAX_MOMENTS: Final = 4
"""The number of past moments that one query may ask about."""


@dataclass
class Context:
    """The state of one query: the version it reads, and the moments it has asked about so far.

    `version` is the one served when the query begins. `intake` takes documents and `desk` holds
    reviews; each is None where the server does not offer it. `feed` is the feed of the stream for
    whose event the query runs, None for an ordinary query. `seat` holds a seat of the caller
    while the query waits for a version.
    """

    versions: ServedVersions
    version: Version
    intake: Intake | None = None
    feed: Feed | None = None
    desk: Desk | None = None
    seat: Callable[[], AbstractContextManager[None]] = nullcontext
    moments: set[object] = attribute(default_factory=set)
    deadline: float | None = None

    def at_least(self, wanted: str | None) -> Version:
        """Return the version that the query began with, or a later one that has reached `wanted`.

        All waits of one query share one deadline: the patience of the server. Raises NotReached,
        and InroadsError BAD_VERSION and BUSY.
        """
        if not wanted:
            return self.version
        self.deadline = self.deadline or time.monotonic() + self.versions.patience
        with suppress(NotReached):
            return self.versions.at_least(wanted, 0.0)  # what is served needs no seat
        with self.seat():
            return self.versions.at_least(wanted, self.deadline)

    def until(self, version: Version, moment: dt.datetime | None) -> Version:
        """Return a version as of a moment, or the version itself if `moment` is None.

        Raises InroadsError TOO_MANY_MOMENTS and BUSY.
        """
        if not moment:
            return version
        self._count((version.name, moment))
        return self.versions.until(version, moment)

    def marked(self, mark: str) -> Version:
        """Return the version of a mark, whose objects have ids with this mark.

        Raises BadId, and InroadsError TOO_MANY_MOMENTS, BUSY, VERSION_EXPIRED and LIMITED.
        """
        parsed = marks.parse(mark)
        self._count(parsed)
        return self.versions.marked(parsed)

    def imagined(self, version: Version, what: WhatIf[AccessGraph]) -> Version:
        """Return the whole version that a what-if imagines.

        Raises InroadsError TOO_MANY_MOMENTS and BUSY.
        """
        self._count(marks.Imagined.of(what.version))
        return self.versions.imagined(version, what)

    def run(self, query: Callable[[], _T]) -> _T:
        """Run a query in this context."""
        token = _CURRENT.set(self)
        try:
            return query()
        finally:
            _CURRENT.reset(token)

    def _count(self, moment: object) -> None:
        # A refused moment is not counted, since the stock executor may ask everything again.
        if len(self.moments | {moment}) > MAX_MOMENTS:
            raise InroadsError(
                f"a query can ask about at most {MAX_MOMENTS} moments", "TOO_MANY_MOMENTS"
            )
        self.moments.add(moment)


_CURRENT: Final[ContextVar[Context]] = ContextVar("inroads_context")


def current() -> Context:
    """The context of the running query."""
    return _CURRENT.get()


def asked(seen: Version, *ids: str) -> tuple[Version, list[str]]:
    """Return the version that a question about ids is put to, and the ids without their marks.

    It is the version of the ids that have a mark, or else the given one. Raises BadId, InroadsError
    VERSIONS_DIFFER for ids of two versions, and the errors of `Context.marked`.
    """
    if not any(marks.SIGN in each for each in ids):
        return seen, list(ids)
    pairs = [marks.split(each) for each in ids]
    named = {mark for _, mark in pairs if mark}
    if len(named) > 1:
        raise InroadsError("the ids are of different versions", "VERSIONS_DIFFER")
    others = named - {seen.graph.mark}
    return current().marked(others.pop()) if others else seen, [plain for plain, _ in pairs]


def own_ids(graph: AccessGraph, ids: Iterable[str]) -> list[str]:
    """Return ids of a version without its mark.

    Raises InroadsError VERSIONS_DIFFER for an id of another version.
    """
    pairs = [marks.split(each) for each in ids]
    if any(mark not in ("", graph.mark) for _, mark in pairs):
        raise InroadsError("the id is of another version than the question", "VERSIONS_DIFFER")
    return [plain for plain, _ in pairs]


Info = strawberry.Info[Context, None]
