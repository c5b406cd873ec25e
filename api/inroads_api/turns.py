"""Turns: who waits for whom before a request is worked on in a thread.

All threads share one interpreter with the loop that serves everybody. So documents that are new, which anybody can
send as fast as they are refused, are looked at one after the other, and no token has more than a few requests in work:
others of its own wait for these, and nobody else does.
"""

from __future__ import annotations

from asyncio import Lock, Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

MOST: Final = 120
"""The most requests that are worked on, or wait for it."""

MOST_EACH: Final = 40
"""The most of them that show the same token."""

WORKING_EACH: Final = 8
"""The most requests of one token that are worked on at once."""


class Full(Exception):
    """There is no place to wait."""


class Caller:
    """What the requests of one token have in common, as long as there is one; each of those without a token its own."""

    def __init__(self) -> None:
        self.waiting, self.working, self.count = Lock(), Semaphore(WORKING_EACH), 0


class Turns:
    """The turns of one server."""

    def __init__(self) -> None:
        self._desk, self._count = Lock(), 0
        self._callers: WeakValueDictionary[str, Caller] = WeakValueDictionary()

    @asynccontextmanager
    async def place(self, who: str | None) -> AsyncIterator[Caller]:
        """A place for a request of a token, if there is one: else it raises Full."""
        caller = self._callers.setdefault(who, Caller()) if who else Caller()
        if self._count >= MOST or caller.count >= MOST_EACH:
            raise Full
        self._count += 1
        caller.count += 1
        try:
            yield caller
        finally:
            self._count -= 1
            caller.count -= 1

    @asynccontextmanager
    async def look(self, caller: Caller) -> AsyncIterator[None]:
        """The turn to look at a new document. Of each caller only one waits for it beside those of others."""
        async with caller.waiting, self._desk:
            yield
