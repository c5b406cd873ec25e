"""How long it takes to count everyone's reach, against asking for it identity by identity."""

from __future__ import annotations

import io
import random
import tracemalloc
from pathlib import Path
from typing import Final

from pytest_benchmark.fixture import BenchmarkFixture

from inroads.analysis.census import FIGURES, SUBJECTS, Census, counts
from inroads.model import NodeKind
from inroads.reach.questions import reach
from measuring import Populations, Report, best, seconds, timed

COUNTED: Final = "Census: the accesses of everyone at once; the peer asks reach of 500 identities and no resource"
WRITTEN: Final = "Census, written out: a row for each identity, business and account"
HELD: Final = "Census: memory by tracemalloc, which NumPy tells what it holds; the figures stay, the peak passes"
ALONE: Final = "The figures of one node without a census; ms, best of 3"


def test_everyone_at_once(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """A census costs a small part of what asking one by one costs, and grows with the accesses."""
    graph = populations.graph(size)
    found, taken = timed(benchmark, lambda: Census(graph), rounds=3)
    names = found.ids(NodeKind.IDENTITY)
    sample = random.Random(1).sample(names, min(500, len(names)))
    each = seconds(lambda: [len(reach(graph, name).summaries) for name in sample]) / len(sample)
    accesses = int(found.of(NodeKind.IDENTITY)["total"].sum())
    figures = {
        "identities": len(names),
        "accesses": accesses,
        "ms": taken * 1000,
        "us_an_identity": taken / len(names) * 1e6,
        "ns_an_access": taken / accesses * 1e9,
        "times_faster": each * len(names) / taken if taken else 0.0,
    }
    benchmark.extra_info.update(figures)
    report.row(COUNTED, size=size, **figures)


def test_memory(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """What is held at the same time depends on how many are walked together, not on how many there are."""
    graph = populations.graph(size)
    tracemalloc.start()
    try:
        found, _ = timed(benchmark, lambda: Census(graph))
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    kept = sum(found.columns[name].nbytes for name in FIGURES)
    report.row(
        HELD,
        size=size,
        nodes=found.size,
        kept_MB=kept / 1e6,
        held_MB=held / 1e6,
        peak_MB=peak / 1e6,
    )


def test_written_out(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int, tmp_path: Path
) -> None:
    """A row costs about the same in a large census as in a small one."""
    found = Census(populations.graph(size))
    ways = {
        "ranked": lambda: [found.ranked(kind) for kind in SUBJECTS],
        "10 first of each kind": lambda: list(found.rows(first=10)),
        "CSV": lambda: found.to_csv(io.StringIO()),
        "Parquet": lambda: found.to_parquet(tmp_path / "census.parquet"),
    }

    def measure() -> None:
        for way, write in ways.items():
            taken = best(write)
            report.row(
                WRITTEN,
                size=size,
                rows=found.size,
                way=way,
                ms=taken * 1000,
                us_a_row=taken / found.size * 1e6,
            )

    timed(benchmark, measure)


def test_one_alone(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """The figures of the nodes that have most, each asked alone: what they touch, and far less than a census."""
    graph = populations.graph(size)
    found = Census(graph)

    def measure() -> None:
        for kind in SUBJECTS:
            (most,) = found.rows([kind], first=1)
            taken = best(lambda node=most["id"]: counts(graph, node))  # type: ignore[misc]  # bound as it is now
            report.row(ALONE, size=size, of=most["id"], accesses=most["total"], ms=taken * 1000)

    timed(benchmark, measure)
