"""How long a review takes, against counting every access, which it does on the way."""

from __future__ import annotations

from typing import Final

from measuring import Populations, Report, timed
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.census import Census
from inroads.findings import review

REVIEWED: Final = "Findings: all rules over everyone at once; the peer is the census of the same graph"


def test_a_review(benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int) -> None:
    """A review grows with the accesses and the documents, and its findings are written out when they are looked at."""
    graph = populations.graph(size)
    _, counting = timed(benchmark, lambda: Census(graph), rounds=1)
    found, taken = timed(benchmark, lambda: review(graph), rounds=1)
    written, writing = timed(benchmark, lambda: found[:1000], rounds=1)
    figures = {
        "findings": len(found),
        "s": taken,
        "us_a_finding": taken / len(found) * 1e6,
        "times_a_census": taken / counting if counting else 0.0,
        "us_written_out": writing / len(written) * 1e6,
    }
    benchmark.extra_info.update(figures)
    report.row(REVIEWED, size, figures)
