"""What a graph weighs."""

from __future__ import annotations

from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from measuring import Populations, Report, timed, weighed

WEIGHED: Final = (
    "Memory of a process of its own after 100 questions. columns: the arrays; resident: RSS after less before, the "
    "file loaded; opened: likewise, a snapshot opened (processes share its pages); dicts: RSS of networkx's own"
)


@pytest.mark.parametrize("way", ["columns", "resident", "opened", "dicts"])
def test_memory_for_each_edge(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int, way: str
) -> None:
    """A graph weighs about as much for each edge in a large population as in a small one."""
    path = populations.ledger(size) if way in ("opened", "dicts") else populations.file(size)
    found, _ = timed(benchmark, lambda: weighed(path, way))
    edges = found["edges"]
    figures = {"edges": edges, "bytes_an_edge": found["held"] / edges, "MB": found["held"] / 1e6}
    if way in ("resident", "opened"):
        figures["peak_RSS_MB"] = found["peak"] / 1e6
    benchmark.extra_info.update(figures)
    report.row(WEIGHED, size=size, way=way, **figures)
