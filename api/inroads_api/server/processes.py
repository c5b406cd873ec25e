"""Server processes: one, or several workers that share a socket and shut down gracefully."""

from __future__ import annotations

import gc
import math
import os
import socket
import sys
from collections.abc import Callable, Mapping
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import multiprocess

from inroads_api.server.protocol import Config, ConnectionLimits, Server
from inroads_api.web.metrics import SHARED

LIMITS: Final = ConnectionLimits()

NO_TLS: Final[Mapping[str, Any]] = MappingProxyType({})

READY: Final = 600
"""In seconds: a worker that does not respond for this long is replaced."""

GRACE: Final = 5
"""In seconds: the time beyond its deadline that a request has at shutdown."""

SWITCH: Final = 0.0002
"""In seconds: the interpreter's switch interval, short since the event loop needs many turns."""

YOUNG: Final = 10_000
"""The number of new objects before a young collection: more than those of one answer, which are
freed without it. At 700, the stock number, collections took up to a quarter of the time of answers.
"""

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
    limits: ConnectionLimits = LIMITS,
) -> None:
    """Serve in this process until a signal ends it."""
    server = Server(_config(application, limits, seconds, log, **tls))
    gc.freeze()  # collections skip what the process keeps until its end
    server.run(sockets=[sock])


def run_workers(
    workers: int,
    make: Callable[[], ASGIApp],
    sock: socket.socket,
    seconds: float,
    log: dict[str, Any] | None = None,
    tls: Mapping[str, Any] = NO_TLS,
    limits: ConnectionLimits = LIMITS,
) -> None:
    """Serve in several processes until a signal ends them; SIGHUP replaces them one by one.

    `make` is called in each process, so it must be picklable. This process keeps the socket open
    while workers are replaced, so that new connections wait for the next worker.
    """
    multiprocess.Process = _Worker  # type: ignore[misc]  # uvicorn has no option for it
    with TemporaryDirectory(prefix="inroads-") as together:
        os.environ[SHARED] = together
        multiprocess.Multiprocess(
            _config(make, limits, seconds, log, factory=True, workers=workers, **tls),
            sockets=[sock],
        ).run()


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
            self._server = Server(self.config)
        return self._server


def _config(
    application: ASGIApp | Callable[[], ASGIApp],
    limits: ConnectionLimits,
    seconds: float,
    log: dict[str, Any] | None,
    **more: Any,
) -> Config:
    """The configuration of a process, which uses uvloop if installed."""
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(YOUNG, gc.get_threshold()[1], COLLECTIONS)
    return Config(
        application,
        limits,
        log_config=log or uvicorn.config.LOGGING_CONFIG,
        log_level=None if log else "warning",
        access_log=False,
        timeout_graceful_shutdown=math.ceil(seconds) + GRACE,
        timeout_worker_healthcheck=READY,
        **more,
    )
