"""Turns: who waits for whom before a request is worked on in a thread.

All threads share one interpreter with the loop that serves everybody. So documents that are new, which anybody can
send as fast as they are refused, are looked at one after the other; who has sent many that were refused waits for the
next one, so that all of them together take a small part of the time. And no token has more than a few requests in
work. Others of its own wait for these, and nobody else does. Who shows no token is told apart by the connection, once
a document of it was good: until then they are as one, since connections cost nothing.
"""

from __future__ import annotations

import time
from asyncio import Lock, Semaphore, sleep
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

MOST: Final = 120
"""The most requests that are worked on, or wait for it."""

MOST_EACH: Final = 40
"""The most of them that show the same token."""

WORKING_EACH: Final = 8
"""The most requests of one token that are worked on at once."""

PART: Final = 1 / 40
"""The part of the time in which documents of one token are looked at, and refused."""

BURST: Final = 0.02
"""How many seconds of that it has at once: who writes a query makes mistakes."""

LONGEST: Final = 1.0
"""The most seconds that a new document waits for what those before it owe."""

MOST_OWING: Final = 8
"""The most new documents that wait for their turn, once there is something to wait for."""

MOST_GOOD: Final = 1_000
"""The most connections without a token that are told apart: those that were good last."""


class Overloaded(Exception):
    """There is no place to wait."""


class PenaltyQueue:
    """Where new documents wait, those of one token, until a moment of the monotonic clock or for the one before."""

    def __init__(self) -> None:
        self.lock, self.length, self.until = Lock(), 0, 0.0

    @property
    def pause(self) -> float:
        """How many seconds the next one has to wait."""
        return max(0.0, self.until - time.monotonic() - BURST / PART)

    def owes(self, spent: float) -> None:
        """So many seconds went into documents that were refused."""
        now = time.monotonic()
        self.until = min(max(self.until, now) + spent / PART, now + BURST / PART + LONGEST)


class Client:
    """What the requests of one token have in common, as long as there is one; each of those without a token its own."""

    def __init__(self, who: str | None, connection: str | None = None) -> None:
        self.who, self.connection = who, connection
        self.working, self.count = Semaphore(WORKING_EACH), 0


class AdmissionControl:
    """The turns of one server."""

    def __init__(self) -> None:
        self._desk, self._count = Lock(), 0
        self._callers: WeakValueDictionary[str, Client] = WeakValueDictionary()
        self._lines: dict[str | None, PenaltyQueue] = {}
        self._good: OrderedDict[str, None] = OrderedDict()

    @asynccontextmanager
    async def place(self, who: str | None, connection: str | None = None) -> AsyncIterator[Client]:
        """A place for a request of a token, or of a connection without one, if there is one: else it raises Full."""
        caller = self._callers.setdefault(who, Client(who)) if who else Client(None, connection)
        if self._count >= MOST or caller.count >= MOST_EACH:
            raise Overloaded
        self._count += 1
        caller.count += 1
        try:
            yield caller
        finally:
            self._count -= 1
            caller.count -= 1

    @asynccontextmanager
    async def look(self, caller: Client) -> AsyncIterator[Callable[[float], None]]:
        """The turn to look at a new document; if too many wait for what was refused already, it raises Full.

        What it gives is told how many seconds went into the document, if it is refused, else 0. Of each line only one
        waits for its turn beside those of others.
        """
        known = caller.who or (caller.connection if caller.connection in self._good else None)
        line = self._line(known)
        if line.pause and line.length >= MOST_OWING:
            raise Overloaded

        def told(spent: float) -> None:
            line.owes(spent)
            if spent and known and not caller.who:
                self._line(None).owes(spent)  # else another connection would be a way around
            self._judge(caller.connection, good=not spent)

        line.length += 1
        try:
            async with line.lock:
                await sleep(line.pause)
                async with self._desk:
                    yield told
        finally:
            line.length -= 1

    def _line(self, who: str | None) -> PenaltyQueue:
        """A line; what nobody waits in, and owes nothing, is forgotten."""
        if who not in self._lines:
            now = time.monotonic()
            self._lines = {
                each: line for each, line in self._lines.items() if line.length or line.until > now
            }
            self._lines[who] = PenaltyQueue()
        return self._lines[who]

    def _judge(self, connection: str | None, *, good: bool) -> None:
        """Tell a connection apart from now on, or no longer."""
        if connection:
            self._good.pop(connection, None)
            if good:
                self._good[connection] = None
                if len(self._good) > MOST_GOOD:
                    self._good.popitem(last=False)
