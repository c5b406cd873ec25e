"""How long a review takes, against counting every access, which it does on the way."""

from __future__ import annotations

from typing import Final

from pytest_benchmark.fixture import BenchmarkFixture

from inroads.analysis.census import Census
from inroads.analysis.findings import review
from measuring import Populations, Report, seconds, timed

REVIEWED: Final = (
    "Findings: all rules over everyone at once; the peer is the census of the same graph"
)


def test_a_review(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """A review grows with the accesses and the documents, and its findings are written out when they are looked at."""
    graph = populations.graph(size)
    counting = seconds(lambda: Census(graph))
    found, taken = timed(benchmark, lambda: review(graph))
    listed = min(1000, len(found))
    writing = seconds(lambda: found[:listed])
    figures = {
        "findings": len(found),
        "s": taken,
        "us_a_finding": taken / len(found) * 1e6,
        "times_a_census": taken / counting,
        "us_written_out": writing / listed * 1e6,
    }
    benchmark.extra_info.update(figures)
    report.row(REVIEWED, size=size, **figures)
