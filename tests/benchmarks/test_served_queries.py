"""How many GraphQL requests a second one server process answers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

import msgspec
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.explorer import Explorer
from inroads.model import NodeKind, kind_of
from measuring import Populations, Report, timed, times
from serving import ask, served

CONNECTIONS: Final = 4
REQUESTS: Final = 2_000
SECONDS: Final = 15
SERVED: Final = (
    "POST /graphql on 127.0.0.1 to one server process, from another one,"
    f" at most {REQUESTS:,} requests or {SECONDS} s"
)
QUERIES: Final = {
    "smallest": "query ($email: String!) { identity(by: {email: $email}) { id } }",
    "headline": """
        query ($email: String!) { identity(by: {email: $email}) { id email reach(first: 50) {
            totalCount truncated coverage { complete notes }
            nodes { resource { id __typename } roles certainty state stateReasons distance
                paths { truncated nodes { sentence role certainty state
                    steps { from { id } relation to { id } role rawRole
                        grant { id evidence { pointer recordId document { sha256 source observedAt } } } } } } }
        } } }""",
}


CASES: Final = (
    ("smallest", "random", 1),
    ("smallest", "random", CONNECTIONS),
    ("headline", "random", 1),
    ("headline", "random", CONNECTIONS),
    ("headline", "most grants", CONNECTIONS),
)


def test_requests_a_second(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """The headline question is answered over HTTP at a known rate, and no request fails."""
    graph = populations.graph(size)
    asked = {case: _bodies(_emails(graph, case[1]), QUERIES[case[0]]) for case in CASES}
    with served(populations.file(size)) as url:
        ask(url, [bodies[0] for bodies in asked.values()], CONNECTIONS)
        said, _ = timed(
            benchmark, lambda: {case: ask(url, bodies, case[2]) for case, bodies in asked.items()}
        )
    for (query, who, connections), found in said.items():
        replies = found["replies"]
        assert all(good for _, _, good in replies)
        each = times([seconds for seconds, _, _ in replies])
        figures = {
            "requests": len(replies),
            "requests_per_s": len(replies) / found["seconds"],
            "p50_ms": each.p50 * 1e3,
            "p99_ms": each.p99 * 1e3,
            "max_ms": each.worst * 1e3,
            "median_kB": times([size for _, size, _ in replies]).p50 / 1e3,
        }
        benchmark.extra_info[f"{query} {who} {connections}"] = figures
        report.row(SERVED, size=size, query=query, of=who, connections=connections, **figures)


def _emails(graph: Explorer, who: str) -> list[str]:
    identities = [
        node
        for node in graph
        if kind_of(node) is NodeKind.IDENTITY and graph.nodes[node].get("email")
    ]
    if who == "random":
        identities = random.Random(3).sample(identities, min(500, len(identities)))
    else:
        identities = sorted(identities, key=graph.out_degree, reverse=True)[:5]
    return [graph.nodes[node]["email"] for node in identities]


def _bodies(emails: Sequence[str], query: str) -> list[bytes]:
    bodies = [
        msgspec.json.encode({"query": query, "variables": {"email": email}}) for email in emails
    ]
    return (bodies * (REQUESTS // len(bodies) + 1))[:REQUESTS]
