"""How near one server process comes to a bare Starlette route that gives the same bytes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import pytest
from measuring import Populations, Report
from test_served_queries import QUERIES, _emails, _served

CONNECTIONS: Final = 8
SECONDS: Final = 4
WIRE: Final = f"POST /graphql to one process, wrk with {CONNECTIONS} connections for {SECONDS} s; bare: the same bytes"
HUNDRED: Final = """query ($ids: [ID!]!) { nodes(ids: $ids) { id
    ... on Identity { identityId email firstName lastName } } }"""
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
app = Starlette(routes=[Route("/graphql", same, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


class Rate(NamedTuple):
    """What wrk tells of a run."""

    per_second: float
    p50_ms: float
    p99_ms: float


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_on_the_wire(populations: Populations, report: Report, size: int, tmp_path: Path) -> None:
    """The smallest question, the headline and 100 objects, each beside a route that decides nothing.

    "anew" are questions of which none was asked before, though all have the same answer: an email is trimmed, and
    ids are asked for in any order.
    """
    graph = populations.graph(size)
    email, ids = _emails(graph, "random")[0], list(islice(graph, 100))
    emails = [" " * before + email + " " * after for before in range(80) for after in range(80)]
    swapped = [[*ids[:a], ids[b], *ids[a + 1 : b], ids[a], *ids[b + 1 :]] for b in range(100) for a in range(b)]
    asked = {
        "typename": [{"query": "{ __typename }"}],
        "headline": [{"query": QUERIES["headline"], "variables": {"email": email}}],
        "100 objects": [{"query": HUNDRED, "variables": {"ids": ids}}],
        "headline, anew": [{"query": QUERIES["headline"], "variables": {"email": each}} for each in emails],
        "100 objects, anew": [{"query": HUNDRED, "variables": {"ids": each}} for each in swapped],
    }
    with _served(populations.file(size)) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        for name, questions in asked.items():
            bodies = [msgspec.json.encode(each) for each in questions]
            answer = _asked(port, bodies[0])
            assert b'"errors"' not in answer[:200]
            ours = _wrk(port, bodies, tmp_path)
            with _bare(answer, tmp_path) as other:
                bare = _wrk(other, bodies, tmp_path)
            figures = ours._asdict()
            figures |= {"bare_per_second": bare.per_second, "ratio": ours.per_second / bare.per_second}
            report.row(WIRE, size=size, query=name, kB=len(answer) / 1e3, **figures)


HOSTILE: Final = (
    {"query": "{...F0}" + "".join(f"fragment F{n} on Query{{...F{n + 1}...F{n + 1}}}" for n in range(60))},
    {"query": "{" + "__typename " * 1_000 + "}"},
    {"query": "{" + "".join(f"a{n}:__typename " for n in range(1_000)) + "}"},
    {"query": "{__typename " + "@skip(if:true)" * 250 + "}"},
    {"query": "{a" * 2_000 + "}" * 2_000},
    {"query": "#" + "x" * 1_000_000},
)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_beside_a_hostile_client(populations: Populations, report: Report, size: int, tmp_path: Path) -> None:
    """How much longer a small question takes while another client sends nothing but what is refused."""
    body = [msgspec.json.encode({"query": "{ graph { version } }"})]
    with _served(populations.file(size)) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        _asked(port, *body)
        alone = _wrk(port, body, tmp_path)
        words = [sys.executable, str(Path(__file__).with_name("asking.py")), url, "1", str(SECONDS)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as hostile:  # noqa: S603  # our own
            assert hostile.stdin
            hostile.stdin.write(b"\n".join([*map(msgspec.json.encode, HOSTILE)] * 40))
            hostile.stdin.close()
            beside = _wrk(port, body, tmp_path)
    figures = {"alone_p50_ms": alone.p50_ms, "alone_p99_ms": alone.p99_ms}
    figures |= {"p50_ms": beside.p50_ms, "p99_ms": beside.p99_ms, "p99_ratio": beside.p99_ms / alone.p99_ms}
    report.row("a small question beside a hostile client, wrk as above", size=size, **figures)


def _asked(port: int, body: bytes) -> bytes:
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for _ in range(3):  # a query that comes again is compiled
            connection.request("POST", "/graphql", body, {"content-type": "application/json"})
            answer = connection.getresponse().read()
        return answer


@contextmanager
def _bare(answer: bytes, folder: Path) -> Iterator[int]:
    """The port of a route that gives an answer."""
    file, port = folder / "answer.json", 18_457
    file.write_bytes(answer)
    with subprocess.Popen([sys.executable, "-c", BARE, str(file), str(port)]) as server:  # noqa: S603  # our own
        try:
            for _ in range(200):
                try:
                    _asked(port, b"{}")
                    break
                except ConnectionError:
                    time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def _wrk(port: int, bodies: list[bytes], folder: Path) -> Rate:
    """Ask for one body after the other, and for the first one again after the last."""
    script = folder / "post.lua"
    script.write_text(
        'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nlocal next, bodies = 0, {\n'
        + "".join(f"[==[{each.decode()}]==],\n" for each in bodies)
        + "}\nrequest = function() next = next % #bodies + 1 return wrk.format(nil, nil, nil, bodies[next]) end\n"
        "done = function(s, l, r) print(string.format('told %f %f %f %d', s.requests / s.duration * 1e6,"
        " l:percentile(50) / 1e3, l:percentile(99) / 1e3, s.errors.status + s.errors.read)) end\n"
    )
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{port}/graphql"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603  # our own
    found = re.search(r"told (\S+) (\S+) (\S+) (\d+)", done.stdout)
    assert found, done.stdout
    assert found[4] == "0"
    return Rate(*map(float, found.groups()[:3]))
