"""The server's HTTP protocol: uvicorn's, with limits on what clients do before a token is checked.

Every departure from uvicorn is in this file. uvicorn itself sets no limit before the headers of a
request are complete, and does not look at `Host`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import secrets
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Final, NamedTuple, NoReturn

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = logging.getLogger(__name__)

MAX_URL: Final = 2**16
"""The most bytes of a URL, which may hold a whole document."""

MAX_HEADERS: Final = 100
"""The most headers of a request."""

MAX_HEADER_BYTES: Final = 2**15
"""The most bytes of all headers of a request."""

MAX_HEAD: Final = MAX_URL + MAX_HEADER_BYTES + 4 * MAX_HEADERS + 2**10
"""The most bytes before a body, with what separates them, and between or after parts of a body."""

MAX_DRAINED: Final = 2**22
"""The most bytes that are read after a request was answered or refused."""

DRAIN_SECONDS: Final = 5.0
"""In seconds: the time in which such a body must end."""

HEARD: Final = 1.0
"""In seconds: how long a shutdown waits for the first request of open connections, and how long a
client may take to read why its connection ends."""

SPARE_FILES: Final = 64
"""The number of open files that connections leave to everything else."""


@dataclass(frozen=True)
class ConnectionLimits:
    """The limits of the connections of one process: how many, and in seconds for how long.

    `most_each` is the most of one address; an IPv6 address counts as its network of 64 bits.
    `head_seconds` is the time from the accept, or from the first byte of a further request, to
    the end of the headers. The handshake of TLS has as much.
    """

    most: int = 1_000
    most_each: int = 250
    head_seconds: float = 10.0


class Connections:
    """The count of open connections in one process, by network."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits, self._counts = limits, Counter[str]()
        self._most = min(limits.most, _open_files() - SPARE_FILES)

    def enter(self, network: str) -> bool:
        """Count a new connection, unless there are too many."""
        if self._counts.total() >= self._most or self._counts[network] >= self.limits.most_each:
            return False
        self._counts[network] += 1
        return True

    def leave(self, network: str) -> None:
        """Forget a connection that was counted."""
        self._counts[network] -= 1
        if not self._counts[network]:
            del self._counts[network]


def network_of(address: str) -> str:
    """The address or network that connections are counted by.

    >>> network_of("192.0.2.7"), network_of("::ffff:192.0.2.7"), network_of("2001:db8::7")
    ('192.0.2.7', '192.0.2.7', '2001:db8::/64')
    """
    if ":" not in address:
        return address
    there = ipaddress.IPv6Address(address.partition("%")[0])
    return str(there.ipv4_mapped or ipaddress.IPv6Network((there, 64), strict=False))


def _open_files() -> int:
    if sys.platform == "win32":
        return sys.maxsize
    import resource  # noqa: PLC0415  # Windows does not have it

    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


class Refusal(NamedTuple):
    """The reason why a connection is closed: a status, and a sentence."""

    status: HTTPStatus
    text: str


BAD_REQUEST: Final = Refusal(HTTPStatus.BAD_REQUEST, "this is not an HTTP request")
BAD_HOST: Final = Refusal(HTTPStatus.BAD_REQUEST, "a request needs exactly one Host header")
LATE: Final = Refusal(HTTPStatus.REQUEST_TIMEOUT, "the headers did not arrive in time")
LONG_URL: Final = Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "the URL is too long")
LARGE: Final = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long, or too many"
)
FULL: Final = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections: retry later")


class _RefusedError(Exception):
    """Ends the parsing of a request."""


class HttpProtocol(HttpToolsProtocol):
    """One connection. A request whose headers are refused is its last one."""

    def __init__(self, counted: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._counted, self._network = counted, ""
        self._entered = self._deaf = False
        self._timer: asyncio.TimerHandle | None = None
        self._refusal = BAD_REQUEST
        self._in_head, self._begun = True, False
        self._unparsed = self._header_bytes = self._drained = 0

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._network = network_of(self.client[0]) if self.client else ""
        self._entered = self._counted.enter(self._network)
        if self._entered:
            self._wait(self._counted.limits.head_seconds)
        else:
            self._refuse(FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        if self._entered:
            self._counted.leave(self._network)
            self._entered = False
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            self._drain(len(data))
        if self._deaf or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        self._unparsed += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self._refuse(self._refusal)
        except httptools.HttpParserUpgrade:
            pass  # answered as any other request
        if self._deaf or self.transport.is_closing():
            return
        if self._unparsed > MAX_HEAD:
            self._refuse(LARGE)
        elif self._in_head and self._timer is None and (self._begun or not self._busy):
            self._wait(self._counted.limits.head_seconds)

    @property
    def _busy(self) -> bool:
        """Return whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self, seconds: float | None) -> None:
        """Wait so long for the client, or no more for None."""
        if self._timer:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        self._timer = None
        if self._begun and self._in_head and not self._deaf:
            self._refuse(LATE)
        else:
            self.transport.close()

    # The headers

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun, self._header_bytes, self._drained = True, 0, 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_URL:
            self._stop(LONG_URL)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADER_BYTES or len(self.headers) > MAX_HEADERS:
            self._stop(LARGE)

    def on_headers_complete(self) -> None:
        hosts = [name for name, _ in self.headers].count(b"host")
        if hosts > 1 or (not hosts and self.parser.get_http_version() != "1.0"):
            self._stop(BAD_HOST)
        super().on_headers_complete()
        self._wait(None)
        self._in_head, self._unparsed = False, 0

    def _stop(self, refusal: Refusal) -> NoReturn:
        """Stop the parser, which raises an error of its own then."""
        self._refusal = refusal
        raise _RefusedError

    def _refuse(self, refusal: Refusal) -> None:
        """End the connection, but only after the requests before that are being answered."""
        self._deaf = True
        self._wait(None)
        if self._in_head and not self._busy:
            self._end(refusal)
        elif not self._in_head and not self._busy:  # the body of a request that was answered
            self.transport.close()
        elif not self._in_head and not self.pipeline and not self.cycle.response_started:
            self.cycle.disconnected = True  # else its answer would follow
            self.cycle.message_event.set()
            self._end(refusal)

    def _end(self, refusal: Refusal) -> None:
        """Say why the connection ends, and read on for a moment: else the client might not hear it."""
        status, text = refusal
        figures = {"request": secrets.token_hex(8), "status": status.value}
        log.info("refused: %s", text, extra={"figures": figures})
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain\r\n"
            f"x-request-id: {figures['request']}\r\n"
            f"content-length: {len(text) + 1}\r\nconnection: close\r\n\r\n{text}\n".encode()
        )
        if self._entered and self.transport.can_write_eof():
            self.transport.write_eof()
            self._wait(HEARD)
        else:
            self.transport.close()

    # The body

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._unparsed = 0
        if not self._busy:
            self._drain(len(body))

    def _drain(self, size: int) -> None:
        self._drained += size
        if self._drained > MAX_DRAINED:
            self.transport.close()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._begun = True, False
        if not self._busy:
            self._wait(None)

    def on_response_complete(self) -> None:
        """Wait for the rest of a body that was not read, unless its client waits to be asked."""
        super().on_response_complete()
        if self._busy or self.transport.is_closing():
            return
        if self._deaf or (not self._in_head and self.expect_100_continue):
            self.transport.close()
        elif not self._in_head:
            self._wait(DRAIN_SECONDS)


class Config(uvicorn.Config):
    """The configuration of a server with limits. WebSockets would evade them, so there are none."""

    def __init__(
        self, app: ASGIApp | Callable[[], ASGIApp], limits: ConnectionLimits, **more: Any
    ) -> None:
        super().__init__(app, ws="none", **more)
        self.limits = limits


class Server(uvicorn.Server):
    """A server that answers the first request of open connections before it shuts down.

    SIGHUP does not end it.
    """

    config: Config

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(STARTUP_FAILURE)
        protocol = partial(
            HttpProtocol,
            Connections(self.config.limits),
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        config, loop = self.config, asyncio.get_running_loop()
        seconds = config.limits.head_seconds if config.ssl else None
        self.servers = [
            await loop.create_server(
                protocol,
                sock=sock,
                ssl=config.ssl,
                backlog=config.backlog,
                ssl_handshake_timeout=seconds,
            )
            for sock in sockets or ()
        ]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        until = time.monotonic() + HEARD
        while time.monotonic() < until and any(map(_is_silent, self.server_state.connections)):
            await asyncio.sleep(0.01)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # A supervisor replaces workers on SIGHUP by other means; alone there is nothing to reload.
        if hasattr(signal, "SIGHUP") and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with super().capture_signals():
            yield


def _is_silent(connection: Any) -> bool:
    # uvicorn creates the cycle of a request once its headers have arrived.
    return getattr(connection, "cycle", connection) is None
