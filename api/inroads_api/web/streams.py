"""Streams of server-sent events: GraphQL over SSE, distinct connections mode.

Each subscription has a stream of its own, without a queue. An event is made once the previous one
was sent, and covers all changes from there to the version that is served then. So a client that
reads slowly or reconnects gets fewer and longer events, and misses nothing.
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
"""In seconds: after this silence a stream sends a comment and authenticates its client again."""

STUCK: Final = 30.0
"""In seconds: a client that does not read for this long is considered gone."""

AGAIN: Final = 1.0
"""In seconds: the pause before an event that could not be made is tried again."""

COMPLETE: Final = b"event: complete\ndata:\n\n"
"""The last event of a stream, which tells the client not to reconnect."""

REST: Final = 3
"""The pause between events, as a multiple of the time that the last one took.

Changes during the pause are in the next event.
"""

_T = TypeVar("_T")
_Put = Callable[..., Coroutine[Any, Any, None]]
_TRANSIENT: Final = frozenset({"BUSY", "VERSION_NOT_REACHED"})
_PING: Final = b":\n\n"
_HEADERS: Final = {"x-accel-buffering": "no"}  # nginx would hold events back


class Event(NamedTuple):
    """An event: its JSON, its outcome (ok or the first error code), and its number of fields."""

    body: bytes
    outcome: str
    fields: int


class Streams:
    """The open streams of a process. They end when the process ends."""

    def __init__(self, metrics: Metrics, keep_alive: float = KEEP_ALIVE) -> None:
        self.metrics, self.keep_alive = metrics, keep_alive
        self.ending = False
        self.making = asyncio.Semaphore(MAX_EVENTS_MADE)
        self._open: Counter[str | None] = Counter()
        self._wakes: set[Callable[[], None]] = set()

    def enter(self, who: str | None) -> None:
        """Count an open stream of a token, until `leave`. Raises Overloaded."""
        if self._open.total() >= MAX_STREAMS or self.ending:
            raise Overloaded("the server has too many open streams: retry later")
        if who is not None and self._open[who] >= MAX_STREAMS_OF_ONE:
            raise Overloaded(f"this token has {MAX_STREAMS_OF_ONE} open streams: close one of them")
        self._open[who] += 1
        self.metrics.streams.inc()

    def leave(self, who: str | None) -> None:
        """Count a closed stream of a token."""
        self._open[who] -= 1
        self._open += Counter()  # drops tokens without streams
        self.metrics.streams.dec()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` when the process ends."""
        self._wakes.add(wake)
        try:
            yield
        finally:
            self._wakes.discard(wake)

    def end(self) -> None:
        """End each stream after its current event; clients reconnect to the next server."""
        self.ending = True
        for wake in self._wakes:
            wake()

    @contextmanager
    def until_signal(self) -> Iterator[None]:
        """End all streams on SIGTERM or SIGINT, since uvicorn would wait for them."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread can handle signals
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

    The stream begins after the event with the id `resumed`. `make` makes the next event of a feed,
    in a thread. `check` raises AccessDenied if the client may not continue. `ended` is called at
    the end, when the counts are final and `why` has the reason, None if the client has left.
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
        """Send events until the client leaves or loses access, or the process ends."""
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
        """Send events. At the end of the process there is no `complete`, so clients reconnect."""
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
        """Wait until there is news and the pause is over, or the process ends."""
        while True:
            self._woken.clear()
            left = rested - time.monotonic()
            if self._streams.ending or (self._feed.behind and left <= 0):
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(left if self._feed.behind else None):
                    await self._woken.wait()

    async def _made(self, put: _Put) -> Event:
        """The next event. Transient errors are retried for as long as a query would wait."""
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
            finally:
                # A thread cannot be cancelled: it keeps its place although the client has left.
                await asyncio.wait({making})

    async def _meanwhile(self, work: Coroutine[Any, Any, _T], put: _Put) -> _T:
        """Return the result of some work, and send keep-alive comments until it is done."""
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
    """The bytes of an event. JSON has no line ends; a cursor is the id to resume after."""
    return b"".join(
        [b"event: next\n", f"id: {cursor}\n".encode() if cursor else b"", b"data: ", body, b"\n\n"]
    )


async def _left(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
