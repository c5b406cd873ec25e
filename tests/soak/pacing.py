"""Sends GraphQL requests at an even pace, whether or not those before are answered, and tells how long each took.

`python pacing.py URL CONNECTIONS SECONDS RATE FILE` asks so many times a second any of the lines of standard input,
each a JSON array of a kind and a body; with a rate of 0 each connection asks as soon as it is answered. FILE gets a
NumPy array with a row for each request: the second in which it was due, how many seconds after that it was answered,
the number of its kind in order of appearance, and 1 where the answer was whole. What was not is told on standard
error. It is a process of its own, so that the server does not wait for who measures.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

import httptools
import msgspec
import numpy as np
import uvloop

DRAIN: Final = 30
"""How many seconds the last answers may take to come."""


class Due(NamedTuple):
    """A request, what kind of question it is, and the moment at which it is to be sent."""

    at: float
    kind: int
    text: bytes


class Connection(asyncio.Protocol):
    """One connection that stays open, and tells what came of each request."""

    transport: asyncio.Transport

    def __init__(self, answered: Callable[[Connection, Due, str | None], None]) -> None:
        self._answered = answered
        self._due: Due | None = None
        self._parser, self._body = httptools.HttpResponseParser(self), bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(f"the connection was lost: {exc}")

    def ask(self, due: Due) -> None:
        """Send a request; the one before has been answered."""
        self._due = due
        self.transport.write(due.text)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._body.clear()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        # A quote inside of a text has a backslash before it, so this is a name.
        whole = status == 200 and b'"errors":' not in self._body
        self._end(None if whole else f"{status} {self._body[:300].decode(errors='replace')}")

    def _end(self, wrong: str | None) -> None:
        due, self._due = self._due, None
        if due:
            self._answered(self, due, wrong)


class Pacer:
    """Asks over some connections; a request that finds none free waits, which counts as the server's time."""

    def __init__(self, requests: Iterator[tuple[int, bytes]], rate: float) -> None:
        self._requests, self._rate = requests, rate
        self._free, self._waiting = deque[Connection](), deque[Due]()
        self._asked, self._start, self._over = 0, 0.0, False
        self.rows: list[tuple[float, float, int, bool]] = []

    async def run(self, url: str, connections: int, seconds: float) -> None:
        """Ask for so many seconds, and wait for the last answers."""
        host = urlsplit(url)
        connect = asyncio.get_running_loop().create_connection
        for _ in range(connections):
            _, connection = await connect(
                lambda: Connection(self._answered), host.hostname or "", host.port or 80
            )
            self._free.append(connection)
        self._start = time.perf_counter()
        if self._rate:
            await self._pace(seconds)
        else:
            while self._free:
                self._due(self._start)
            await asyncio.sleep(seconds)
        self._over, until = True, time.perf_counter() + DRAIN
        while len(self.rows) < self._asked:
            if time.perf_counter() > until:
                raise TimeoutError(f"{self._asked - len(self.rows)} requests were never answered")
            await asyncio.sleep(0.01)

    async def _pace(self, seconds: float) -> None:
        for number in range(round(seconds * self._rate)):
            at = self._start + number / self._rate
            await asyncio.sleep(
                max(0.0, at - time.perf_counter())
            )  # who is late reads what came, too
            self._due(at)

    def _due(self, at: float) -> None:
        self._asked += 1
        self._waiting.append(Due(at, *next(self._requests)))
        self._send()

    def _send(self) -> None:
        while self._free and self._waiting:
            self._free.popleft().ask(self._waiting.popleft())

    def _answered(self, connection: Connection, due: Due, wrong: str | None) -> None:
        now = time.perf_counter()
        self.rows.append((due.at - self._start, now - due.at, due.kind, wrong is None))
        if wrong:
            print(wrong, file=sys.stderr)  # noqa: T201  # for whoever started it
        if connection.transport.is_closing():
            return
        self._free.append(connection)
        if self._rate or self._over:
            self._send()
        else:
            self._due(now)


def main(url: str, connections: str, seconds: str, rate: str, file: str) -> None:
    """Ask, and write the rows."""
    kinds: dict[str, int] = {}
    requests = []
    host = urlsplit(url)
    for line in sys.stdin.buffer:
        kind, asked = msgspec.json.decode(line)
        body = msgspec.json.encode(asked)
        head = f"POST {host.path} HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body)}\r\n\r\n"
        requests.append((kinds.setdefault(kind, len(kinds)), head.encode() + body))
    pacer = Pacer(map(random.Random(float(rate)).choice, repeat(requests)), float(rate))
    uvloop.run(pacer.run(url, int(connections), float(seconds)))
    with Path(file).open("wb") as rows:
        np.save(rows, np.array(pacer.rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
