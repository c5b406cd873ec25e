"""The load of wrk on a route, and a bare Starlette route that gives the same bytes."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import socket
from typing import Final, NamedTuple

CONNECTIONS: Final = 8
SECONDS: Final = 4
COUNTER: Final = "COUNTER"
BARE: Final = """
import sys, uvicorn, msgspec
from pathlib import Path
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
answer = msgspec.json.decode(Path(sys.argv[1]).read_bytes())
async def same(request):
    msgspec.json.decode(await request.body())
    return Response(msgspec.json.encode(answer), media_type="application/json")
async def refused(request):
    await request.body()
    return Response(b"no", 400)
app = Starlette(routes=[Route("/graphql", same, methods=["POST"]), Route("/refused", refused, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


class Rate(NamedTuple):
    """What wrk tells of a run."""

    p99_ms: float  # by which rates are in order
    p50_ms: float
    per_second: float


def asked(port: int, body: bytes) -> bytes:
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for _ in range(3):  # a query that comes again is compiled
            connection.request("POST", "/graphql", body, {"content-type": "application/json"})
            answer = connection.getresponse().read()
        return answer


@contextmanager
def bare(answer: bytes, folder: Path) -> Iterator[int]:
    """The port of a route that gives an answer."""
    file = folder / "answer.json"
    file.write_bytes(answer)
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-c", BARE, str(file), str(port)]) as server:  # noqa: S603  # our own
        try:
            for _ in range(200):
                try:
                    asked(port, b"{}")
                    break
                except ConnectionError:
                    time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def wrk(
    port: int,
    bodies: Sequence[bytes],
    folder: Path,
    seconds: int = SECONDS,
    connections: int = CONNECTIONS,
) -> Rate:
    """Ask for one body after the other, and for the first one again after the last.

    In each of them COUNTER is replaced by what no other request has.
    """
    script, run = folder / "post.lua", time.time_ns()  # no number comes again in a later run
    script.write_text(
        'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nlocal next, bodies = 0, {\n'
        + "".join(f"[==[{each.decode()}]==],\n" for each in bodies)
        + "}\nrequest = function() next = next + 1 return wrk.format(nil, nil, nil,"
        f" (string.gsub(bodies[(next - 1) % #bodies + 1], '{COUNTER}', '{run}.' .. next))) end\n"
        "done = function(s, l, r) print(string.format('told %f %f %f %d', s.requests / s.duration * 1e6,"
        " l:percentile(50) / 1e3, l:percentile(99) / 1e3, s.errors.status + s.errors.read)) end\n"
    )
    words = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "-s",
        str(script),
        f"http://127.0.0.1:{port}/graphql",
    ]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603  # our own
    found = re.search(r"told (\S+) (\S+) (\S+) (\d+)", done.stdout)
    assert found, done.stdout
    assert found[4] == "0"
    per_second, p50, p99 = map(float, found.groups()[:3])
    return Rate(p99, p50, per_second)
