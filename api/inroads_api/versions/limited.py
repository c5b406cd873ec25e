"""Versions for callers that are limited to some businesses: views of the whole graph.

A view is made on first use, once for all who wait for it, and cached with those of other sets of
businesses as long as they are not too many bytes together. Whatever else is cached, asked or
hidden, a caller is told the same: a version is named by its content, it was built at the newest
moment that it shows, and its past is not told, since each moment of it would depend on documents
that are not shown.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, cast

from cachetools import LRUCache

from inroads.errors import InroadsError
from inroads.moments import EPOCH
from inroads.network.access_graph import AccessGraph
from inroads.network.limited.reading import DocumentReader
from inroads.network.limited.view import portion
from inroads_api.versions import marks
from inroads_api.versions.cache import MAKERS, MAX_MAKING, Cache, Room
from inroads_api.versions.versions import (
    Analyses,
    NotReached,
    ServedVersions,
    Version,
    Versions,
    condition,
)

MAX_BYTES: Final = 256 * 2**20
"""The most bytes of cached views in a process."""

MAX_NAMES: Final = 10_000
"""The most remembered names of views that were served before."""

Chosen = tuple[frozenset[str], bytes]
"""A set of businesses, and the secret of the ids of placeholders in its view."""


@dataclass(frozen=True, kw_only=True)
class LimitedVersion(Version):
    """A view with its whole version. It holds the whole graph, so only queries reference it."""

    whole: Version


class View(NamedTuple):
    """A cached view, the name of the version that it is a view of, and its estimated bytes."""

    graph: AccessGraph
    of: str
    size: int


class LimitedVersions(ServedVersions):
    """The views of one set of businesses. They have no positions, which count hidden documents."""

    def __init__(self, views: LimitedVersionsByBusinesses, chosen: Chosen) -> None:
        super().__init__(views.whole.patience, views.analyses)
        self._views, self._chosen = views, chosen

    @property
    def current(self) -> LimitedVersion:
        """The view of the version that is served now, which may have to be made first."""
        return self._views.current(self._chosen)

    def at_least(self, wanted: str, deadline: float) -> Version:
        """Wait for a wanted version, as of the whole graph. Tokens of ingests are never reached."""
        holds = condition(
            wanted, lambda name: self._views.served(self._chosen, name), lambda _: False
        )
        while True:
            version = self.current
            if holds():
                return version
            if not self._views.whole.passes(version.whole, deadline):
                raise NotReached(
                    "the requested version was not served in time", served=version.name
                )

    def until(self, version: Version, moment: dt.datetime) -> Version:  # noqa: ARG002  # refused whatever is given
        """Refuse to tell the past. Raises InroadsError LIMITED."""
        raise _limited("ask without a moment")

    def marked(self, mark: marks.Mark) -> Version:  # noqa: ARG002  # refused whatever is given
        """Refuse to tell whether another version exists. Raises InroadsError LIMITED."""
        raise _limited("ask with ids that have no version")


def _limited(instead: str) -> InroadsError:
    return InroadsError(
        f"a token that is limited to businesses sees the current version only: {instead}", "LIMITED"
    )


class LimitedVersionsByBusinesses:
    """The views of each set of businesses. `key` returns the secret of placeholder ids."""

    def __init__(
        self, whole: Versions, key: Callable[[], bytes], max_bytes: int = MAX_BYTES
    ) -> None:
        self.whole, self._key = whole, key
        # What is derived from views takes little time, so that nobody is refused.
        self.analyses = Analyses(Room(MAX_MAKING, patient=True), threading.Semaphore(MAKERS))
        self._views = Cache[Chosen, View](
            None, threading.Semaphore(MAKERS), max_bytes, lambda view: view.size
        )
        self._reader = DocumentReader()
        self._lock = threading.Lock()
        self._served = LRUCache[tuple[int, str], None](MAX_NAMES)

    def of(self, businesses: frozenset[str] | None) -> ServedVersions:
        """The versions that show these businesses, None for all."""
        return (
            self.whole if businesses is None else LimitedVersions(self, (businesses, self._key()))
        )

    def current(self, chosen: Chosen) -> LimitedVersion:
        """The view of the served version, made if it is not cached. Waits as long as it takes."""
        whole = self.whole.current
        graph = self._views.get(chosen, partial(self._made, chosen), self._fresh).graph
        with self._lock:
            self._served[hash(chosen), graph.version] = None
        documents = graph.documents
        built_at = documents[-1].observed_at if documents else EPOCH
        return LimitedVersion(graph, built_at, whole=whole)

    def recent(self) -> list[Chosen]:
        """The sets of the cached views, the last used first."""
        return self._views.keys()

    def renew(self, chosen: Chosen) -> View:
        """Make a view of the served version, if it is not cached, ahead of its use."""
        return self._views.renew(chosen, partial(self._made, chosen), self._fresh)

    def served(self, chosen: Chosen, name: str) -> bool:
        """Return whether a version of this name was served to a set of businesses."""
        with self._lock:
            return (hash(chosen), name) in self._served

    def _fresh(self, view: View) -> bool:
        return view.of == self.whole.current.name

    def _made(self, chosen: Chosen) -> View:
        whole, before = self.whole.current, self._views.find(chosen)
        made = portion(whole.graph, *chosen, self._reader)
        if before and before.graph.version == made.version:
            made = before.graph  # it has computed something already
        return View(made, whole.name, _size(made) + 100 * len(chosen[0]))


def _size(graph: AccessGraph) -> int:
    """The estimated bytes of a view, including what questions leave on it, without its key.

    The figures were measured: columns take the more room, the smaller they are.
    """
    bodies = int(cast("int", graph.fold.said.documents.size.sum()))
    return 48_000 + 8 * bodies + 1_500 * len(graph.grants)
