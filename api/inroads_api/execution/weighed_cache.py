"""The cache of all that a server keeps of requests: documents with their plans, and answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import Any, Final, NamedTuple

from cachetools import LRUCache

MAX_BYTES: Final = 96 * 2**20
"""The most bytes that are kept of the requests of a process."""


class _Weighed(NamedTuple):
    """A value and its weight in bytes."""

    value: Any
    weight: int


class WeighedCache:
    """A cache of values by key, bounded by their weight in bytes. Safe for threads.

    The least recently used value leaves first, whatever it is.
    """

    def __init__(self, most: int = MAX_BYTES) -> None:
        self.most, self._lock = most, threading.Lock()
        self._kept: LRUCache[Hashable, _Weighed] = LRUCache(most, attrgetter("weight"))

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def weight(self) -> int:
        """The bytes of all values."""
        return int(self._kept.currsize)

    def find(self, key: Hashable) -> Any:
        """The value of a key, None if there is none."""
        with self._lock:
            kept = self._kept.get(key)
            return kept.value if kept else None

    def keep(self, key: Hashable, value: Any, weight: int) -> None:
        """Cache a value, or weigh it again. A value that is heavier than the cache is dropped."""
        with self._lock:
            self._kept.pop(key, None)
            if weight <= self.most:
                self._kept[key] = _Weighed(value, weight)

    def drop(self, key: Hashable) -> None:
        """Drop the value of a key, if there is one."""
        with self._lock:
            self._kept.pop(key, None)

    def drop_where(self, ended: Callable[[Hashable], bool]) -> None:
        """Drop the values of all keys that have ended."""
        with self._lock:
            for key in [each for each in self._kept if ended(each)]:
                del self._kept[key]
