"""How long it takes to ask before one acts, against building the graph anew, and against a census."""

from __future__ import annotations

import random
from statistics import median
from typing import Final

from pytest_benchmark.fixture import BenchmarkFixture

from inroads.analysis.census import Census
from inroads.analysis.choke_points import ChokePoints
from inroads.analysis.remediation import FACTS
from inroads.analysis.what_if import WhatIf
from inroads.columns.fold import fold
from inroads.network.access_graph import AccessGraph
from measuring import Populations, Report, best, seconds, timed

REMOVED: Final = (
    "What-if: one random grant is removed; the peer folds the columns and builds the graph anew"
)
IMAGINED: Final = "What-if: one random grant is removed and imagined again, from the claims it touches; ms, best of 3"
CHOKED: Final = "Choke points: what each grant ends alone, of everyone; the peer is a census"


def some(graph: AccessGraph, count: int) -> list[str]:
    """Random grants that can be revoked."""
    numbers = random.Random(1).sample(range(len(graph.grants)), count)
    grants = map(graph.index.grant, numbers)
    return [grant.id for grant in grants if grant.relation not in FACTS]


def test_removed(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """Removing a grant costs what it touches, whatever the size of the graph."""
    graph = populations.graph(size)
    chosen = some(graph, min(500, len(graph.grants)))
    taken, _ = timed(
        benchmark,
        lambda: sorted(
            seconds(lambda each=each: WhatIf(graph, [each]).outcomes) for each in chosen
        ),
    )
    anew = best(lambda: AccessGraph.build(fold(graph.fold.said, graph.policy), graph.policy))
    figures = {
        "grants": len(chosen),
        "p50_ms": median(taken) * 1000,
        "p99_ms": taken[int(len(taken) * 0.99)] * 1000,
        "anew_ms": anew * 1000,
        "times_faster": anew / median(taken),
    }
    benchmark.extra_info.update(figures)
    report.row(REMOVED, size=size, **figures)


def test_imagined(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """What is imagined costs one pass over the claims, and no document is read."""
    graph = populations.graph(size)
    member = next(each for each in some(graph, min(500, len(graph.grants))) if "#MEMBER@" in each)

    def measure() -> None:
        taken = best(lambda: WhatIf(graph, [member], [f"{member}=MANAGER"]).outcomes)
        report.row(IMAGINED, size=size, ms=taken * 1000)

    timed(benchmark, measure)


def test_choke_points(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """Counting what each grant ends costs little more than counting the accesses."""
    graph = populations.graph(size)
    found, taken = timed(benchmark, lambda: ChokePoints(graph), rounds=3)
    counted = best(lambda: Census(graph))
    figures = {
        "accesses": found.accesses,
        "ms": taken * 1000,
        "ns_an_access": taken / found.accesses * 1e9,
        "times_a_census": taken / counted,
    }
    benchmark.extra_info.update(figures)
    report.row(CHOKED, size=size, **figures)
