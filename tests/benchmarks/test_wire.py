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
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from measuring import Populations, Report, timed
from serving import served
from test_served_queries import QUERIES, _emails

CONNECTIONS: Final = 8
SECONDS: Final = 4
ROUNDS, ROUND = 5, 2
HOSTILES: Final = 1_200
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


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_on_the_wire(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int, tmp_path: Path
) -> None:
    """The smallest question, the headline and 100 objects, each beside a route that decides nothing.

    "anew" are questions of which none was asked before, though all have the same answer: an email is trimmed, and
    ids are asked for in any order. "new text" has the email in the document, so that each document is new.
    """
    graph = populations.graph(size)
    email, ids = _emails(graph, "random")[0], list(islice(graph, 100))
    emails = [" " * before + email + " " * after for before in range(80) for after in range(80)]
    swapped = [
        [*ids[:a], ids[b], *ids[a + 1 : b], ids[a], *ids[b + 1 :]]
        for b in range(100)
        for a in range(b)
    ]
    asked: dict[str, list[dict[str, Any]]] = {
        "typename": [{"query": "{ __typename }"}],
        "headline": [{"query": QUERIES["headline"], "variables": {"email": email}}],
        "100 objects": [{"query": HUNDRED, "variables": {"ids": ids}}],
        "headline, anew": [
            {"query": QUERIES["headline"], "variables": {"email": each}} for each in emails
        ],
        "headline, new text": [{"query": _written(each)} for each in emails],
        "in graph": [{"query": _written(email)}],
        "100 objects, anew": [{"query": HUNDRED, "variables": {"ids": each}} for each in swapped],
    }
    with served(populations.file(size)) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        found, _ = timed(
            benchmark,
            lambda: {
                name: _against_bare(port, questions, tmp_path) for name, questions in asked.items()
            },
        )
    for name, (kilobytes, ours, bare) in found.items():
        figures = ours._asdict()
        figures |= {"bare_per_second": bare.per_second, "ratio": ours.per_second / bare.per_second}
        report.row(WIRE, size=size, query=name, kB=kilobytes, **figures)


def _written(email: str) -> str:
    """The headline inside `graph`, with the email in its text."""
    body = QUERIES["headline"].strip().removeprefix("query ($email: String!) {").removesuffix("}")
    return f"{{ graph {{ {body} }} }}".replace("$email", f'"{email}"')


def _against_bare(
    port: int, questions: list[dict[str, Any]], folder: Path
) -> tuple[float, Rate, Rate]:
    """How many kB an answer has, and how fast it is given, here and by the bare route."""
    bodies = [msgspec.json.encode(each) for each in questions]
    answer = _asked(port, bodies[0])
    assert b'"errors"' not in answer[:200]
    ours = _wrk(port, bodies, folder)
    with _bare(answer, folder) as other:
        return len(answer) / 1e3, ours, _wrk(other, bodies, folder)


HOSTILE: Final = (
    {
        "query": "{...F0}"
        + "".join(f"fragment F{n} on Query{{...F{n + 1}...F{n + 1}}}" for n in range(60))
    },
    {"query": "{" + "__typename " * 1_000 + "}"},
    {"query": "{" + "".join(f"a{n}:__typename " for n in range(1_000)) + "}"},
    {"query": "{__typename " + "@skip(if:true)" * 250 + "}"},
    {"query": "{a" * 2_000 + "}" * 2_000},
    {"query": "#" + "x" * 200_000},
)


BESIDE: Final = (
    f"a small question, wrk with {CONNECTIONS} connections, alone and beside a client that sends nothing but what is "
    f"refused; median of {ROUNDS} rounds of {ROUND} s in turn; bare: the same bytes, of which none is looked at"
)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_beside_a_hostile_client(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int, tmp_path: Path
) -> None:
    """How much longer a small question takes beside the same few documents, beside ones that are always new."""
    body = [msgspec.json.encode({"query": "{ graph { version } }"})]
    again = list(islice(cycle(map(msgspec.json.encode, HOSTILE)), HOSTILES))
    anew = [
        each.replace(b'"query":"', b'"query":"#%d\\n' % number) for number, each in enumerate(again)
    ]
    with served(populations.file(size)) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        with _bare(_asked(port, *body), tmp_path) as other:
            refused = f"http://127.0.0.1:{other}/refused"
            ways = {
                "again": (port, url, again),
                "anew": (port, url, anew),
                "bare": (other, refused, again),
            }
            found, _ = timed(
                benchmark,
                lambda: [
                    {way: _beside(*each, body, tmp_path) for way, each in ways.items()}
                    for _ in range(ROUNDS)
                ],
            )
    for way in ways:
        alone = sorted(each[way][0] for each in found)[ROUNDS // 2]
        beside = sorted(each[way][1] for each in found)[ROUNDS // 2]
        hostile = sorted(each[way][2] for each in found)[ROUNDS // 2]
        figures = {"alone_p50_ms": alone.p50_ms, "alone_p99_ms": alone.p99_ms}
        figures |= {
            "p50_ms": beside.p50_ms,
            "p99_ms": beside.p99_ms,
            "p99_ratio": beside.p99_ms / alone.p99_ms,
        }
        report.row(BESIDE, size=size, beside=way, refused_per_second=hostile / ROUND, **figures)


def _beside(
    port: int, url: str, hostile: list[bytes], body: list[bytes], folder: Path
) -> tuple[Rate, Rate, int]:
    """The small question alone, then beside a hostile client, and how many of the latter were answered."""
    alone = _wrk(port, body, folder, ROUND)
    words = [sys.executable, str(Path(__file__).with_name("asking.py")), url, "1", str(ROUND)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asking:  # noqa: S603  # our own
        assert asking.stdin
        assert asking.stdout
        asking.stdin.write(b"\n".join(hostile))
        asking.stdin.close()
        beside = _wrk(port, body, folder, ROUND)
        return alone, beside, len(msgspec.json.decode(asking.stdout.read())["replies"])


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


def _wrk(port: int, bodies: list[bytes], folder: Path, seconds: int = SECONDS) -> Rate:
    """Ask for one body after the other, and for the first one again after the last."""
    script = folder / "post.lua"
    script.write_text(
        'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nlocal next, bodies = 0, {\n'
        + "".join(f"[==[{each.decode()}]==],\n" for each in bodies)
        + "}\nrequest = function() next = next % #bodies + 1 return wrk.format(nil, nil, nil, bodies[next]) end\n"
        "done = function(s, l, r) print(string.format('told %f %f %f %d', s.requests / s.duration * 1e6,"
        " l:percentile(50) / 1e3, l:percentile(99) / 1e3, s.errors.status + s.errors.read)) end\n"
    )
    words = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
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
