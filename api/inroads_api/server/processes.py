"""Server processes: one, or several workers that share a socket, which end what they have begun."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import multiprocess

from inroads_api.web.metrics import SHARED

NO_TLS: Final[Mapping[str, Any]] = MappingProxyType({})

READY: Final = 600
"""How many seconds a new worker may take until it answers, or be held up before it is taken for dead."""

GRACE: Final = 5
"""How many seconds beyond its deadline a request that runs has to end when its server is told to."""

HEARD: Final = 1.0
"""How many seconds a server that was told to end waits for the first request of who is connected."""

SWITCH: Final = 0.0002
"""How many seconds a thread keeps the interpreter from the loop, which needs it several times for each request."""

COLLECTIONS: Final = 100
"""How many collections of what is young there are for each of all that is there, which holds everybody up for longer.

What is young goes in time either way, and what is old is mostly documents that are kept, which nobody's circles hold.
"""


def run(
    application: ASGIApp,
    sock: socket.socket,
    seconds: float,
    log: dict[str, Any] | None = None,
    tls: Mapping[str, Any] = NO_TLS,
) -> None:
    """Serve in this process until a signal ends it."""
    server = _Server(_config(application, seconds, log, **tls))
    gc.freeze()  # what this process keeps until it ends is not looked through each time
    server.run(sockets=[sock])


def run_workers(
    workers: int,
    make: Callable[[], ASGIApp],
    sock: socket.socket,
    seconds: float,
    log: dict[str, Any] | None = None,
    tls: Mapping[str, Any] = NO_TLS,
) -> None:
    """Serve by so many processes until a signal ends them; SIGHUP replaces one after the other.

    `make` is called in each of them, so it must be one that can be pickled. The socket stays open in this process
    while workers come and go: who connects meanwhile waits for the next one.
    """
    multiprocess.Process = _Worker  # type: ignore[misc]  # there is no other way to say it
    with TemporaryDirectory(prefix="inroads-") as together:
        os.environ[SHARED] = together
        multiprocess.Multiprocess(
            _config(make, seconds, log, factory=True, workers=workers, **tls), sockets=[sock]
        ).run()


class _Server(uvicorn.Server):
    """A server that is told to end still hears who was let in and has not asked yet: a request may be on its way."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        until = time.monotonic() + HEARD
        while time.monotonic() < until and any(map(_is_silent, self.server_state.connections)):
            await asyncio.sleep(0.01)
        await super().shutdown(sockets)


def _is_silent(connection: Any) -> bool:
    # Each request has a cycle, once its headers are there.
    return getattr(connection, "cycle", connection) is None


class _Worker(multiprocess.Process):
    """A worker that alone has its end of the pipe: while its answer is waited for, nothing else is heard, no signal
    either, and so its death must end the wait.
    """

    def start(self) -> None:
        super().start()
        self.child_conn.close()

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = _Server(self.config)
        return self._server


def _config(
    application: Callable[..., Any], seconds: float, log: dict[str, Any] | None, **more: Any
) -> uvicorn.Config:
    """The configuration of every process. uvicorn takes uvloop and httptools by itself where they are installed."""
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(*gc.get_threshold()[:2], COLLECTIONS)
    return uvicorn.Config(
        application,
        log_config=log or uvicorn.config.LOGGING_CONFIG,
        log_level=None if log else "warning",
        access_log=False,
        timeout_graceful_shutdown=math.ceil(seconds) + GRACE,
        timeout_worker_healthcheck=READY,
        **more,
    )
