"""The bars of speed that this project sets itself, each beside what is measured, in one table.

`python -m pytest tests/benchmarks/test_bars.py -o addopts=` prints it. Rates need wrk, and the peers of sets igraph
and rustworkx; without them their rows are left out. No bar makes a benchmark fail: machines differ.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import msgspec
import networkx as nx
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import inroads_api.execution
from inroads.explorer import Explorer
from inroads.model import NodeKind, Relation, kind_of
from inroads.moments import rfc3339
from inroads.reach.questions import reach
from inroads.reach.states import held
from inroads_api.web.app import create_app
from measuring import Plain, Populations, Report, Times, alone, best, side_by_side, timed
from serving import ask_here, served
from test_served_queries import QUERIES
from wire import COUNTER, asked, bare, wrk

BARS: Final = (
    "The bars of speed. Rates: requests a second of a bare Starlette route that gives the same bytes, by wrk with 4"
    " connections; no question is asked twice but where told. CPU: of one question in this process"
)
SAMPLE: Final = 500
SECONDS: Final = 3
OPERATIONS: Final = Path(inroads_api.execution.__file__).with_name("operations")
SMALL: Final = '{{ graph {{ identity(by: {{email: "{}"}}) {{ id email }} }} }}'
Question = dict[str, Any]


class Bars:
    """The rows of the table for a population of a size."""

    def __init__(self, report: Report, size: int) -> None:
        self.report, self.size = report, size

    def at_least(self, bar: str, must: float, measured: float) -> None:
        """Report a figure that should be this or more."""
        self._row(bar, f"≥ {must:g}", measured, reached=measured >= must)

    def at_most(self, bar: str, must: float, measured: float) -> None:
        """Report a figure that should be this or less."""
        self._row(bar, f"≤ {must:g}", measured, reached=measured <= must)

    def _row(self, bar: str, must: str, measured: float, *, reached: bool) -> None:
        cells = {"bar": bar, "must": must, "measured": measured}
        self.report.row(BARS, size=self.size, **cells, reached="yes" if reached else "no")


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_bars_of_rates(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int, tmp_path: Path
) -> None:
    """The own documents, new questions, known ones, and any number of connections."""
    graph, bars = populations.graph(size), Bars(report, size)
    emails = list(_emails(graph))
    again = {"query": _written(emails[0])}
    own = dict(_own(graph, emails))
    with served(populations.file(size)) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        rate = partial(_rate, port, tmp_path)

        def measure() -> None:
            for name, questions in own.items():
                bars.at_least(f"{name}.graphql", 0.08, rate(questions))
            bars.at_least(
                "headline, new text", 0.03, rate([{"query": _written(e)} for e in emails])
            )
            headline = {"query": QUERIES["headline"], "variables": {"email": emails[0]}}
            bars.at_least("headline, asked again", 0.35, rate([headline]))
            bars.at_least("headline in graph, asked again", 0.35, rate([again]))
            bodies = [msgspec.json.encode(each) for each in own["reach"]]
            one = wrk(port, bodies, tmp_path, SECONDS, 1).per_second
            for connections in (4, 16, 64):
                many = wrk(port, bodies, tmp_path, SECONDS, connections).per_second
                bars.at_least(f"reach.graphql, {connections} connections of 1", 1.0, many / one)

        timed(benchmark, measure)


def test_bars_of_cpu(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """A question that was never asked before, from the bytes of its request to those of its answer."""
    graph, bars = populations.graph(size), Bars(report, size)
    app, emails = create_app(graph), list(_emails(graph))
    with alone(), asyncio.Runner() as loop:

        def cpu(texts: Sequence[str]) -> float:
            bodies = [msgspec.json.encode({"query": each}) for each in texts]
            for body in bodies[:10]:
                loop.run(ask_here(app, body))
            return min(
                _cpu(loop, app, bodies[start : start + 100]) for start in range(10, 400, 100)
            )

        def measure() -> None:
            bars.at_most("headline, new text: ms of CPU", 1.9, cpu([*map(_written, emails)]) * 1e3)
            small = [SMALL.format(email) for email in emails]
            bars.at_most("email and id, new text: ms of CPU", 0.45, cpu(small) * 1e3)

        timed(benchmark, measure)


def test_bars_of_the_library(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """A set with its roles beside the bare sets of peers, 50 accesses with paths, and views beside plain networkx."""
    graph, bars = populations.graph(size), Bars(report, size)
    nodes = random.Random(1).sample(_nodes(graph, NodeKind.IDENTITY), min(SAMPLE, size))
    ways: dict[str, Callable[[str], object]] = {
        "held": lambda node: held(graph, node),
        "paths": lambda node: reach(graph, node)[:50],
        **_peers(graph),
    }
    with alone():
        found, _ = timed(benchmark, lambda: _medians(ways, nodes))
    for peer in found.keys() - {"held", "paths"}:
        bars.at_most(
            f"set with roles, of the bare set of {peer}", 1.0, found["held"].p50 / found[peer].p50
        )
    bars.at_most("50 accesses with paths: µs, p50", 150, found["paths"].p50 * 1e6)
    bars.at_most("50 accesses with paths: ms, p99", 2, found["paths"].p99 * 1e3)
    if size <= 100_000:
        plain = populations.plain(size)
        with alone():
            _views(graph, plain, bars)


def _views(graph: Explorer, plain: Plain, bars: Bars) -> None:
    """Iterating the views, beside networkx's own dicts; a third of what each took when made one by one."""
    ways: dict[str, tuple[float, Callable[[Any], object]]] = {
        "MultiDiGraph(graph)": (1.3, nx.MultiDiGraph),
        "to_pandas_edgelist": (4.2, nx.to_pandas_edgelist),
        "edges(data, keys)": (5, lambda given: sum(1 for _ in given.edges(data=True, keys=True))),
    }
    for name, (must, act) in ways.items():
        ours, theirs = (best(partial(act, given)) for given in (graph, plain))
        bars.at_most(f"{name}, of plain networkx", must, ours / theirs)


def _nodes(graph: Explorer, kind: NodeKind) -> list[str]:
    return [node for node in graph if kind_of(node) is kind]


def _emails(graph: Explorer) -> Iterator[str]:
    """Emails that are spelled differently: so many that none comes twice in a run."""
    people = _nodes(graph, NodeKind.IDENTITY)
    random.Random(3).shuffle(people)
    found = [email for node in people if (email := graph.nodes[node].get("email"))]
    for blanks in range(max(1, 10_000 // len(found))):
        yield from (" " * (blanks // 100) + email + " " * (blanks % 100) for email in found)


def _written(email: str) -> str:
    """The headline inside `graph`, with the email in its text."""
    body = QUERIES["headline"].strip().removeprefix("query ($email: String!) {").removesuffix("}")
    return f"{{ graph {{ {body} }} }}".replace("$email", f'"{email}"')


def _own(graph: Explorer, emails: Sequence[str]) -> Iterator[tuple[str, list[Question]]]:
    """Questions of the package's own documents, each with its document's name."""
    draw = random.Random(4)
    people, businesses = (_nodes(graph, kind) for kind in (NodeKind.IDENTITY, NodeKind.BUSINESS))
    pairs = [
        {"principal": node, "resource": draw.choice(found).other}
        for node in draw.sample(people, min(SAMPLE, len(people)))
        if (found := reach(graph, node).summaries)
    ]
    revocable = [
        each.id
        for each in map(
            graph.grants.__getitem__, draw.sample(list(graph.grants), min(SAMPLE, len(people)))
        )
        if each.relation not in (Relation.KEEPS, Relation.GROUP_OF)
    ]
    documents = graph.documents
    moments = [documents[len(documents) * part // 100].observed_at for part in (97, 98, 99)]
    variables: dict[str, list[dict[str, Any]]] = {
        "reach": [{"email": email} for email in emails[:2_000]],
        "reached_by": [
            {"id": node} for node in draw.sample(businesses, min(SAMPLE, len(businesses)))
        ],
        "explain": pairs,
        "changes": [{"since": rfc3339(moment)} for moment in moments],
        "findings": [{"first": first} for first in range(10, 60)],
        "census": [{"first": first} for first in range(1, 20)],
        "what_if": [{"remove": [grant]} for grant in revocable],
    }
    for name, given in variables.items():
        text = (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")
        # The service ignores a variable that the document does not name, but caches no answer by it.
        yield name, [{"query": text, "variables": {**each, "number": COUNTER}} for each in given]


def _rate(port: int, folder: Path, questions: Sequence[Question]) -> float:
    """The requests a second, of those that a bare route answers with a typical one of the answers."""
    bodies = [msgspec.json.encode(each) for each in questions]
    answers = sorted((asked(port, body) for body in bodies[:20]), key=len)
    assert not any(b'"errors"' in answer[:200] for answer in answers)
    ours = wrk(port, bodies, folder, SECONDS, 4)
    with bare(answers[len(answers) // 2], folder) as other:
        return ours.per_second / wrk(other, bodies, folder, SECONDS, 4).per_second


def _cpu(loop: asyncio.Runner, app: Any, bodies: Sequence[bytes]) -> float:
    start = time.process_time()
    for body in bodies:
        loop.run(ask_here(app, body))
    return (time.process_time() - start) / len(bodies)


def _medians(ways: dict[str, Callable[[str], object]], nodes: Sequence[str]) -> dict[str, Times]:
    """Each way over all nodes three times, of which the quickest counts."""
    rounds = [side_by_side({way: ask}, nodes) for _ in range(3) for way, ask in ways.items()]
    return {way: min(each[way] for each in rounds if way in each) for way in ways}


def _peers(graph: Explorer) -> dict[str, Callable[[str], object]]:
    """Bare sets by the peers that are installed, over the same edges."""
    size, number, hops_from = graph.index.size, graph.number, graph.index.hops_from
    hops = [(near, far) for near in range(size) for far, _ in hops_from(near)]
    peers: dict[str, Callable[[str], object]] = {}
    if find_spec("igraph"):
        edges = import_module("igraph").Graph(size, hops, directed=True)
        peers["igraph"] = lambda node: set(edges.subcomponent(number(node), "out"))
    if find_spec("rustworkx"):
        rustworkx = import_module("rustworkx")
        digraph = rustworkx.PyDiGraph()
        digraph.add_nodes_from(range(size))
        digraph.add_edges_from_no_data(hops)
        peers["rustworkx"] = lambda node: rustworkx.descendants(digraph, number(node))
    return peers
