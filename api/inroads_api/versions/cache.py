"""A cache of expensive values, each made by one thread while others wait."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, nullcontext
from typing import Final, Generic, TypeVar

from inroads.cancellation import PAUSE, check, holding, long_work
from inroads.errors import InroadsError
from inroads_api.clock import Late, Unfinished

KEPT: Final = 4
"""The most values of a cache, unless it says otherwise."""

MAKERS: Final = 2
"""The most values that are made at the same time."""

MAX_MAKING: Final = 8
"""The most requests that make a value or wait for one."""

_K = TypeVar("_K")
_V = TypeVar("_V")


def _always(_: object) -> bool:
    return True


class Room:
    """A bounded waiting room: a request that finds it full is refused at once.

    If the room is `patient`, the request waits for a seat instead, until its deadline.
    """

    def __init__(self, seats: int, *, patient: bool = False) -> None:
        self._seats, self._patient = threading.BoundedSemaphore(seats), patient

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold a seat. Raises InroadsError BUSY if none is free, unless the room is patient."""
        if self._patient:
            with holding(self._seats):
                yield
            return
        if not self._seats.acquire(blocking=False):
            raise InroadsError("too many requests are waiting: retry later", "BUSY")
        try:
            yield
        finally:
            self._seats.release()


class Cache(Generic[_K, _V]):
    """A small LRU cache. Concurrent requests for a value share its computation.

    `kept` is the most values, or with `weigh` the most that all of them weigh; a value that weighs
    more is not kept. Without a `room` any number of requests waits, each until its deadline.
    """

    def __init__(
        self,
        room: Room | None,
        makers: threading.Semaphore,
        kept: int = KEPT,
        weigh: Callable[[_V], int] = lambda _: 1,
    ) -> None:
        self._room, self._makers = room, makers
        self._most, self._weigh, self._weight = kept, weigh, 0
        self._lock = threading.Lock()
        self._values: OrderedDict[_K, _V] = OrderedDict()  # the last used is the last
        self._making: dict[_K, Future[_V]] = {}

    def keys(self) -> list[_K]:
        """The keys of the kept values, the last used first."""
        with self._lock:
            return list(reversed(self._values))

    def find(self, key: _K) -> _V | None:
        """The kept value of a key, if any, however old it is. This is no use of it."""
        with self._lock:
            return self._values.get(key)

    def get(
        self,
        key: _K,
        make: Callable[[], _V],
        fresh: Callable[[_V], bool] = _always,
        *,
        checks: bool = False,
    ) -> _V:
        """The value of a key, made if missing or not `fresh`. Raises BUSY and the errors of `make`.

        `checks` says that `make` checks often, so that an event loop can begin it.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                if fresh(self._values[key]):
                    return self._values[key]
        with self._room.seat() if self._room else nullcontext():
            return self.renew(key, make, fresh, checks=checks)

    def renew(
        self,
        key: _K,
        make: Callable[[], _V],
        fresh: Callable[[_V], bool],
        *,
        checks: bool = False,
    ) -> _V:
        """Return the value of a key as `get` does. This is no use of it, and needs no seat."""
        while True:
            with self._lock:
                if key in self._values and fresh(self._values[key]):
                    return self._values[key]
                mine = key not in self._making
                if not (mine and checks):
                    long_work()
                promised = self._making.setdefault(key, Future())
            if mine:
                return self._make(key, make, promised)
            while not promised.done():
                check()
                wait([promised], PAUSE)
            try:
                value = promised.result()
            except (Late, Unfinished):  # of its maker: this request may have more time
                check()
                continue
            if fresh(value):
                return value

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
            self._keep(key, value)
            del self._making[key]
        promised.set_result(value)
        return value

    def _keep(self, key: _K, value: _V) -> None:
        """Keep a value in the place of the one before, and drop those not used for longest."""
        if key in self._values:
            self._weight -= self._weigh(self._values[key])
        self._values[key] = value
        self._weight += self._weigh(value)
        if self._weigh(value) > self._most:
            self._values.move_to_end(key, last=False)
        while self._weight > self._most:
            self._weight -= self._weigh(self._values.popitem(last=False)[1])
