"""How near one server process comes to a bare Starlette route that gives the same bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from measuring import Populations, Report, timed
from serving import served
from test_served_queries import QUERIES, _emails
from wire import CONNECTIONS, SECONDS, Rate, asked, bare, wrk

ROUNDS, ROUND = 5, 2
HOSTILES: Final = 1_200
WIRE: Final = f"POST /graphql to one process, wrk with {CONNECTIONS} connections for {SECONDS} s; bare: the same bytes"
HUNDRED: Final = """query ($ids: [ID!]!) { nodes(ids: $ids) { id
    ... on Identity { identityId email firstName lastName } } }"""


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
    questions: dict[str, list[dict[str, Any]]] = {
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
            lambda: {name: _against_bare(port, each, tmp_path) for name, each in questions.items()},
        )
    for name, (kilobytes, ours, theirs) in found.items():
        figures = ours._asdict()
        figures |= {
            "bare_per_second": theirs.per_second,
            "ratio": ours.per_second / theirs.per_second,
        }
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
    answer = asked(port, bodies[0])
    assert b'"errors"' not in answer[:200]
    ours = wrk(port, bodies, folder)
    with bare(answer, folder) as other:
        return len(answer) / 1e3, ours, wrk(other, bodies, folder)


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
        with bare(asked(port, *body), tmp_path) as other:
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
    alone = wrk(port, body, folder, ROUND)
    words = [sys.executable, str(Path(__file__).with_name("asking.py")), url, "1", str(ROUND)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asking:  # noqa: S603  # our own
        assert asking.stdin
        assert asking.stdout
        asking.stdin.write(b"\n".join(hostile))
        asking.stdin.close()
        beside = wrk(port, body, folder, ROUND)
        return alone, beside, len(msgspec.json.decode(asking.stdout.read())["replies"])
