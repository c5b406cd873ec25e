"""A server that also tells, at `/pause`, the longest time for which its event loop was held up since it was last asked.

`python pausing.py FILE` serves a file of documents as `inroads serve` does, and writes its address.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from inroads.explorer import load
from inroads_api.server.listening import place, url
from inroads_api.server.processes import run
from inroads_api.web.app import create_app

TICK: Final = 0.0005


class Paused:
    """An application, and the longest pause of the loop that it runs in, in seconds."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.longest = app, 0.0
        self.watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.watching = self.watching or asyncio.create_task(self._watch())
        if scope.get("path") != "/pause":
            await self.app(scope, receive, send)
            return
        longest, self.longest = self.longest, 0.0
        await PlainTextResponse(f"{longest}")(scope, receive, send)

    async def _watch(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            self.longest, last = max(self.longest, now - last - TICK), now


def main(file: str) -> None:
    """Serve until a signal ends it."""
    gc.disable()
    graph = load(file)
    gc.enable()
    gc.freeze()
    sock = place("127.0.0.1", 0, guarded=False).bound()
    print(url(sock, tls=False), flush=True)  # noqa: T201  # for whoever started it
    run(Paused(create_app(graph)), sock, 10)  # type: ignore[arg-type]  # any ASGI application will do


if __name__ == "__main__":
    main(sys.argv[1])
