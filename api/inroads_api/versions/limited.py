"""Versions for callers that are limited to some businesses: portions of the whole graph.

A portion is made on first use and lives as long as its version of the whole graph. It keeps the
name and build time of the first portion with the same content, so that it does not reveal the
arrival of documents about other businesses.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from cachetools import LRUCache

from inroads.network.access_graph import AccessGraph
from inroads.network.limited_view import portion
from inroads_api.clock import utcnow
from inroads_api.versions.cache import KEPT, MAKERS, MAX_MAKING, Cache, Room
from inroads_api.versions.versions import REMEMBERED, NotReached, Version, Versions

MAX_PORTIONS: Final = 16
"""The most sets of businesses whose portions are cached."""


@dataclass(frozen=True, kw_only=True)
class LimitedVersion(Version):
    """A portion with its whole version. It holds the whole graph, so only queries reference it."""

    whole: Version


class LimitedVersions(Versions):
    """The portions of some businesses. They have no positions, which count hidden documents."""

    def __init__(
        self,
        whole: Versions,
        businesses: frozenset[str],
        key: bytes,
        now: Callable[[], dt.datetime] = utcnow,
    ) -> None:
        self._whole, self._businesses, self._key, self._clock = whole, businesses, key, now
        self._graphs = Cache[str, AccessGraph](Room(MAX_MAKING), threading.Semaphore(1), KEPT)
        self._built, self._lock = LRUCache[str, dt.datetime](REMEMBERED), threading.Lock()
        self._last: AccessGraph | None = None
        first = self._cut(whole.current)
        super().__init__(first.graph, first.built_at, None, whole.patience, now)

    @property
    def current(self) -> Version:
        """The version that is served now. Raises InroadsError BUSY."""
        version = self._cut(self._whole.current)
        with self._swapped:
            self._served[version.name] = None
        return version

    def at_least(self, wanted: str, deadline: float) -> Version:
        """Wait for a wanted version, as of the whole graph. Tokens of ingests are never reached."""
        holds = self._condition(wanted)
        while True:
            version = cast("LimitedVersion", self.current)
            if holds():
                return version
            if not self._whole.passes(version.whole, deadline):
                raise NotReached(
                    "the requested version was not served in time", served=version.name
                )

    def until(self, version: Version, moment: dt.datetime) -> Version:
        """The version as of a moment, cut to the portion."""
        return self._cut(self._whole.until(cast("LimitedVersion", version).whole, moment))

    def _cut(self, whole: Version) -> LimitedVersion:
        graph = self._graphs.get(whole.name, lambda: self._made(whole))
        with self._lock:
            built_at = self._built.setdefault(graph.version, self._clock())
        return LimitedVersion(graph, built_at, whole=whole)

    def _made(self, whole: Version) -> AccessGraph:
        """The portion of a version, or the last portion if it is equal."""
        made, last = portion(whole.graph, self._businesses, self._key), self._last
        if last is not None and last.version == made.version:
            return last
        self._last = made
        return made


class LimitedVersionsByBusinesses:
    """The portions of each set of businesses. `key` returns the secret of placeholder ids."""

    def __init__(self, whole: Versions, key: Callable[[], bytes]) -> None:
        self._whole, self._key = whole, key
        self._kept = Cache[tuple[frozenset[str], bytes], LimitedVersions](
            Room(MAX_MAKING), threading.Semaphore(MAKERS), MAX_PORTIONS
        )

    def of(self, businesses: frozenset[str] | None) -> Versions:
        """The versions that show these businesses, None for all. Raises InroadsError BUSY."""
        if businesses is None:
            return self._whole
        key = self._key()
        return self._kept.get(
            (businesses, key), lambda: LimitedVersions(self._whole, businesses, key)
        )
