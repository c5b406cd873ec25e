"""A cache of values that take long to make, each made once."""

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
"""The most versions of the past that are kept, and the most comparisons: those used last."""

MAKERS: Final = 2
"""The most versions of the past, or comparisons, that are made at the same time."""

MAX_MAKING: Final = 8
"""The most requests that make one, or wait for one that is being made."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class Room:
    """A waiting room for a bounded number of requests; one that finds it full is refused at once."""

    def __init__(self, seats: int) -> None:
        self._seats = threading.BoundedSemaphore(seats)

    @contextmanager
    def seat(self) -> Iterator[None]:
        """A place to wait in. Raises InroadsError BUSY when there is none."""
        if not self._seats.acquire(blocking=False):
            raise InroadsError("too many requests are waiting already: ask again later", "BUSY")
        try:
            yield
        finally:
            self._seats.release()


class Cache(Generic[_K, _V]):
    """A few values, those used last, each made once although many ask for it at the same time."""

    def __init__(self, room: Room, makers: threading.Semaphore, kept: int = KEPT) -> None:
        self._room, self._makers = room, makers
        self._lock = threading.Lock()
        self._values = LRUCache[_K, _V](kept)
        self._making: dict[_K, Future[_V]] = {}

    def get(self, key: _K, make: Callable[[], _V]) -> _V:
        """The value of a key, made where it is not there. Raises InroadsError BUSY, and what making it raises."""
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
            except Late:  # its maker had no time left: perhaps this one has
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
