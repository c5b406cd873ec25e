"""Server processes: one, or several workers that share a socket and shut down gracefully."""

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
"""In seconds: a worker that does not respond for this long is replaced."""

GRACE: Final = 5
"""In seconds: the time beyond its deadline that a request has at shutdown."""

HEARD: Final = 1.0
"""In seconds: how long a shutdown waits for the first request of open connections."""

SWITCH: Final = 0.0002
"""In seconds: the interpreter's switch interval, short since the event loop needs many turns."""

COLLECTIONS: Final = 100
"""The number of young collections before a full one, which stops all requests for longer.

Old objects are mostly documents, which are not part of reference cycles.
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
    gc.freeze()  # collections skip what the process keeps until its end
    server.run(sockets=[sock])


def run_workers(
    workers: int,
    make: Callable[[], ASGIApp],
    sock: socket.socket,
    seconds: float,
    log: dict[str, Any] | None = None,
    tls: Mapping[str, Any] = NO_TLS,
) -> None:
    """Serve in several processes until a signal ends them; SIGHUP replaces them one by one.

    `make` is called in each process, so it must be picklable. This process keeps the socket open
    while workers are replaced, so that new connections wait for the next worker.
    """
    multiprocess.Process = _Worker  # type: ignore[misc]  # uvicorn has no option for it
    with TemporaryDirectory(prefix="inroads-") as together:
        os.environ[SHARED] = together
        multiprocess.Multiprocess(
            _config(make, seconds, log, factory=True, workers=workers, **tls), sockets=[sock]
        ).run()


class _Server(uvicorn.Server):
    """A server that answers the first request of open connections before it shuts down."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        until = time.monotonic() + HEARD
        while time.monotonic() < until and any(map(_is_silent, self.server_state.connections)):
            await asyncio.sleep(0.01)
        await super().shutdown(sockets)


def _is_silent(connection: Any) -> bool:
    # uvicorn creates the cycle of a request once its headers have arrived.
    return getattr(connection, "cycle", connection) is None


class _Worker(multiprocess.Process):
    """A worker that is the only holder of its end of the pipe.

    The supervisor handles no signal while it waits for a worker's answer. The death of the worker
    closes the pipe, which ends the wait.
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
    """The uvicorn configuration of a process, which uses uvloop and httptools if installed."""
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
