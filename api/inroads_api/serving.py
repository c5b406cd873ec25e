"""Server processes: one, or several workers that share a socket, which end what they have begun."""

from __future__ import annotations

import datetime as dt
import gc
import math
import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from inroads.explorer import load
from inroads.policy import STOCK
from inroads_api.app import create_app
from inroads_api.deadline import SECONDS
from inroads_api.live import follow, position
from inroads_api.metrics import SHARED
from inroads_api.versions import utcnow

READY: Final = 600
"""How many seconds a new worker may take until it answers, or be held up before it is taken for dead."""

GRACE: Final = 5
"""How many seconds beyond its deadline a request that runs has to end when its server is told to."""


class Followed(NamedTuple):
    """A ledger to serve, which each worker opens and follows by itself; of its snapshot all share one memory."""

    ledger: Path
    observed_at: dt.datetime | None = None
    policy: Path | None = None
    ingest: bool = False
    seconds: float = SECONDS

    def application(self) -> Starlette:
        """The application of one worker. Raises as `load`."""
        reload = partial(load, self.ledger, observed_at=self.observed_at, policy=self.policy or STOCK)
        reached = position(self.ledger)  # before it is loaded: what is added meanwhile is seen again
        gc.disable()  # as for a single server
        try:
            graph = reload()
        finally:
            gc.enable()
        gc.freeze()
        return create_app(
            graph,
            utcnow(),
            following=follow(self.ledger, reload, utcnow),
            position=reached,
            ingest=self.ledger if self.ingest else None,
            seconds=self.seconds,
            ledger=self.ledger,
        )


def listening(port: int) -> socket.socket:
    """A socket of this machine's own address; port 0 takes a free one."""
    made = socket.create_server(("127.0.0.1", port), backlog=2048)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio leaves it to whoever made the socket
    return made


def run(application: Starlette, sock: socket.socket, seconds: float, log: dict[str, Any] | None = None) -> None:
    """Serve in this process until a signal ends it."""
    uvicorn.Server(_config(application, seconds, log)).run(sockets=[sock])


def run_workers(
    workers: int, make: Callable[[], Starlette], sock: socket.socket, seconds: float, log: dict[str, Any] | None = None
) -> None:
    """Serve by so many processes until a signal ends them; SIGHUP replaces one after the other.

    `make` is called in each of them, so it must be one that can be pickled. The socket stays open in this process
    while workers come and go: who connects meanwhile waits for the next one.
    """
    with TemporaryDirectory(prefix="inroads-") as together:
        os.environ[SHARED] = together
        Multiprocess(_config(make, seconds, log, factory=True, workers=workers), sockets=[sock]).run()


def _config(application: Callable[..., Any], seconds: float, log: dict[str, Any] | None, **more: Any) -> uvicorn.Config:
    """What all processes have in common. uvloop and httptools are taken by themselves where they are there."""
    return uvicorn.Config(
        application,
        log_config=log or uvicorn.config.LOGGING_CONFIG,
        log_level=None if log else "warning",
        access_log=False,
        timeout_graceful_shutdown=math.ceil(seconds) + GRACE,
        timeout_worker_healthcheck=READY,
        **more,
    )
