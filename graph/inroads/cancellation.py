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


@contextmanager
def checked(check: Callable[[], None]) -> Iterator[None]:
    """Have searches inside call this now and then; of two that are nested the inner one is called.

    >>> with checked(lambda: print("still wanted")):
    ...     check()
    still wanted
    """
    token = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(token)


def check() -> None:
    """Call the current check; long loops do so. Raises what the caller's check raises."""
    _CHECK.get()()


@contextmanager
def holding(lock: Lock | Semaphore) -> Iterator[None]:
    """A lock, waited for as long as the check allows."""
    while not lock.acquire(timeout=PAUSE):
        check()
    try:
        yield
    finally:
        lock.release()
