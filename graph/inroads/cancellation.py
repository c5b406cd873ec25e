"""Cancellation of long searches: long loops call the caller's check, which raises to end them.

There is no clock here: the caller supplies the check and chooses the exception. A cancelled search
returns nothing and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Semaphore
from typing import Final

PAUSE: Final = 0.25
"""How many seconds pass between two checks of who waits for something that another makes."""


def _never() -> None:
    """The check of who waits for as long as it takes."""


_CHECK: Final[ContextVar[Callable[[], None]]] = ContextVar("inroads_check", default=_never)
_LONG: Final[ContextVar[Callable[[], None]]] = ContextVar("inroads_long", default=_never)


@contextmanager
def checked(check: Callable[[], None], long: Callable[[], None] = _never) -> Iterator[None]:
    """Have searches inside call this now and then; of two that are nested the inner one is called.

    They call `long` before work or a wait that may take long without a check.

    >>> with checked(lambda: print("still wanted")):
    ...     check()
    still wanted
    """
    token, long_token = _CHECK.set(check), _LONG.set(long)
    try:
        yield
    finally:
        _CHECK.reset(token)
        _LONG.reset(long_token)


def check() -> None:
    """Call the current check; long loops do so. Raises what the caller's check raises."""
    _CHECK.get()()


def long_work() -> None:
    """Tell the caller of long work or of a wait. Raises what the caller raises instead of it."""
    _LONG.get()()


@contextmanager
def holding(lock: Lock | Semaphore) -> Iterator[None]:
    """A lock, waited for as long as the check allows."""
    if not lock.acquire(blocking=False):
        long_work()
        while not lock.acquire(timeout=PAUSE):
            check()
    try:
        yield
    finally:
        lock.release()
