"""Streams of server-sent events: GraphQL over SSE in distinct connections mode, one for each subscription.

Nothing is queued: an event is made when the one before was taken, from where that one ended to the version that is
served then. So a client that reads slowly, or was away, gets fewer and longer steps, and misses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from inroads_api.execution.execute import failure
from inroads_api.limits import MAX_EVENTS_MADE, MAX_STREAMS, MAX_STREAMS_OF_ONE
from inroads_api.security.callers import AccessDenied
from inroads_api.versions.cursors import Feed
from inroads_api.versions.versions import Versions
from inroads_api.web.media_types import EVENTS
from inroads_api.web.metrics import Metrics
from inroads_api.web.refusals import Overloaded

log = logging.getLogger(__name__)

KEEP_ALIVE: Final = 15.0
"""How many seconds a stream is silent before it says that it is still there, and looks whether it may be."""

STUCK: Final = 30.0
"""How many seconds a client may leave what was sent to it unread; then it is taken for gone."""

AGAIN: Final = 1.0
"""How many seconds pass before an event is tried again that could not be made just then."""

COMPLETE: Final = b"event: complete\ndata:\n\n"
"""Says that nothing more comes, and that it is no use to come back."""

REST: Final = 3
"""How many times longer than an event took to be made it is before the next one is: what comes meanwhile is in it."""

_T = TypeVar("_T")
_Put = Callable[..., Coroutine[Any, Any, None]]
_TRANSIENT: Final = frozenset({"BUSY", "VERSION_NOT_REACHED"})
_PING: Final = b":\n\n"
_HEADERS: Final = {"x-accel-buffering": "no"}  # nginx would hold events back


class Event(NamedTuple):
    """An event of a stream: a result in JSON, its outcome (ok, or the code of its first error), and its fields."""

    body: bytes
    outcome: str
    fields: int


class Streams:
    """The open streams of a process, which end when it does."""

    def __init__(self, metrics: Metrics, keep_alive: float = KEEP_ALIVE) -> None:
        self.metrics, self.keep_alive = metrics, keep_alive
        self.ending = False
        self.making = asyncio.Semaphore(MAX_EVENTS_MADE)
        self._open: Counter[str | None] = Counter()
        self._wakes: set[Callable[[], None]] = set()

    def enter(self, who: str | None) -> None:
        """Count one more stream of somebody, until `leave`. Raises Overloaded."""
        if self._open.total() >= MAX_STREAMS or self.ending:
            raise Overloaded("too many streams are open: come again later")
        if who is not None and self._open[who] >= MAX_STREAMS_OF_ONE:
            raise Overloaded(f"this token has {MAX_STREAMS_OF_ONE} streams open: end one of them")
        self._open[who] += 1
        self.metrics.streams.inc()

    def leave(self, who: str | None) -> None:
        """One stream less of somebody."""
        self._open[who] -= 1
        self._open += Counter()  # only those who have one are kept
        self.metrics.streams.dec()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Have this called when the process ends."""
        self._wakes.add(wake)
        try:
            yield
        finally:
            self._wakes.discard(wake)

    def end(self) -> None:
        """End all streams, each after the event that it is at; their clients come back to whoever serves then."""
        self.ending = True
        for wake in self._wakes:
            wake()

    @contextmanager
    def until_signal(self) -> Iterator[None]:
        """End all streams as soon as the process is told to end: its server would wait for them first."""
        if threading.current_thread() is not threading.main_thread():
            yield  # signals are not for this thread, nor for this server
            return
        loop = asyncio.get_running_loop()
        before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}

        def told(number: int, frame: Any) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self.end)
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        for each, handler in before.items():
            if callable(handler):
                signal.signal(each, told)
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


class EventStream(Response):
    """The answer to a subscription.

    It begins after the event that `resumed` names. `make` makes the next event of its feed, in a thread; `check` raises
    AccessDenied when the client may not go on. `ended` is called at the end, when the stream has counted its events,
    bytes and fields, and `why` says why it ended, unless the client has left.
    """

    media_type = EVENTS

    def __init__(
        self,
        streams: Streams,
        versions: Versions,
        who: str | None,
        resumed: str | None,
        make: Callable[[Feed], Event],
        check: Callable[[], None],
        ended: Callable[[EventStream], None],
    ) -> None:
        self.status_code = 200
        self.init_headers(_HEADERS)
        self._streams, self._who = streams, who
        self._make, self._check, self._end = make, check, ended
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        self._feed = Feed(versions, self._wake, resumed)
        self.events = self.bytes = self.fields = 0
        self.why: str | None = None

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send events until the client leaves, or may not go on, or the process ends; then nothing of it is left."""
        with self._feed.versions.listening(self._feed), self._streams.waking(self._wake):
            tasks = [asyncio.create_task(self._answer(send)), asyncio.create_task(_left(receive))]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                self._streams.leave(self._who)
                self._end(self)
            for found in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(found, Exception):
                    log.error("a stream broke off: %s", type(found).__name__)

    def _wake(self) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._woken.set)

    async def _answer(self, send: Send) -> None:
        async def put(chunk: bytes, *, more: bool = True) -> None:
            async with asyncio.timeout(STUCK):
                await send({"type": "http.response.body", "body": chunk, "more_body": more})

        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        try:
            await self._tell(put)
        except AccessDenied as denied:
            self.why = denied.code
            await put(event(msgspec.json.encode(failure(denied.code, denied.message))) + COMPLETE)
        except TimeoutError:
            self.why = "STUCK"
            return
        await put(b"", more=False)

    async def _tell(self, put: _Put) -> None:
        """One event after the other. Where the process ends there is no `complete`: the client is to come back."""
        while not self._streams.ending:
            begun = time.monotonic()
            made, took = await self._made(put), time.monotonic() - begun
            reached = self._feed.reached
            self.events += 1
            self.bytes += len(made.body)
            self.fields += made.fields
            self._streams.metrics.events.inc()
            await put(event(made.body, reached))
            if reached is None:
                self.why = made.outcome
                await put(COMPLETE)
                return
            self._feed.sent()
            rested = begun if reached.until else time.monotonic() + REST * took
            await self._meanwhile(self._rest(rested), put)

    async def _rest(self, rested: float) -> None:
        """Until there is something to tell, and a moment is over; or until the process ends."""
        while True:
            self._woken.clear()
            left = rested - time.monotonic()
            if self._streams.ending or (self._feed.behind and left <= 0):
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(left if self._feed.behind else None):
                    await self._woken.wait()

    async def _made(self, put: _Put) -> Event:
        """The next event; what cannot be made just now is tried again, as long as a query would wait."""
        patience = time.monotonic() + self._feed.versions.patience
        while True:
            made = await self._meanwhile(self._making(), put)
            if made.outcome not in _TRANSIENT or self._feed.reached or time.monotonic() > patience:
                return made
            await asyncio.sleep(AGAIN)

    async def _making(self) -> Event:
        async with self._streams.making:
            making = asyncio.ensure_future(run_in_threadpool(self._make, self._feed))
            try:
                return await asyncio.shield(making)
            finally:  # a thread cannot be broken off: it counts as long as it works, also when the client has left
                await asyncio.wait({making})

    async def _meanwhile(self, work: Coroutine[Any, Any, _T], put: _Put) -> _T:
        """Do some work and return its result; until then the client gets a comment now and then."""
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({task}, timeout=self._streams.keep_alive))[0]:
                self._check()
                await put(_PING)
        finally:
            task.cancel()
        self._check()
        return task.result()


def event(body: bytes, cursor: object = None) -> bytes:
    """A result as it is sent: JSON has no line ends of its own; with an id a client may come back after it."""
    return b"".join(
        [b"event: next\n", f"id: {cursor}\n".encode() if cursor else b"", b"data: ", body, b"\n\n"]
    )


async def _left(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
