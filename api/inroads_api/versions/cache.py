"""A cache of expensive values, each made by one thread while others wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

from cachetools import LRUCache

from inroads.cancellation import PAUSE, check, holding
from inroads.errors import InroadsError
from inroads_api.clock import Late

KEPT: Final = 4
"""The most values of a cache, unless it says otherwise."""

MAKERS: Final = 2
"""The most values that are made at the same time."""

MAX_MAKING: Final = 8
"""The most requests that make a value or wait for one."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class Room:
    """A bounded waiting room: a request that finds it full is refused at once."""

    def __init__(self, seats: int) -> None:
        self._seats = threading.BoundedSemaphore(seats)

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold a seat. Raises InroadsError BUSY if none is free."""
        if not self._seats.acquire(blocking=False):
            raise InroadsError("too many requests are waiting: retry later", "BUSY")
        try:
            yield
        finally:
            self._seats.release()


class Cache(Generic[_K, _V]):
    """A small LRU cache. Concurrent requests for a value share its computation."""

    def __init__(self, room: Room, makers: threading.Semaphore, kept: int = KEPT) -> None:
        self._room, self._makers = room, makers
        self._lock = threading.Lock()
        self._values = LRUCache[_K, _V](kept)
        self._making: dict[_K, Future[_V]] = {}

    def get(self, key: _K, make: Callable[[], _V]) -> _V:
        """The value of a key, made if missing. Raises BUSY and the errors of `make`."""
        with self._lock:
            if key in self._values:
                return self._values[key]
        with self._room.seat():
            return self._made(key, make)

    def _made(self, key: _K, make: Callable[[], _V]) -> _V:
        while True:
            with self._lock:
                if key in self._values:
                    return self._values[key]
                mine = key not in self._making
                promised = self._making.setdefault(key, Future())
            if mine:
                return self._make(key, make, promised)
            while not promised.done():
                check()
                wait([promised], PAUSE)
            try:
                return promised.result()
            except Late:  # the deadline of its maker: this request may have more time
                check()

    def _make(self, key: _K, make: Callable[[], _V], promised: Future[_V]) -> _V:
        try:
            with holding(self._makers):
                value = make()
        except BaseException as error:
            with self._lock:
                del self._making[key]
            promised.set_exception(error)
            raise
        with self._lock:
            self._values[key] = value
            del self._making[key]
        promised.set_result(value)
        return value
