"""What a graph weighs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec
import pytest
from measuring import Populations, Report, timed
from pytest_benchmark.fixture import BenchmarkFixture

WEIGHED: Final = "Memory of a process that loads the file; resident: RSS after less before, traced: tracemalloc"


@pytest.mark.parametrize("way", ["resident", "traced"])
def test_memory_for_each_edge(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int, way: str
) -> None:
    """A graph weighs about as much for each edge in a large population as in a small one."""
    if way == "traced" and size > 10_000:
        pytest.skip("tracing so many allocations takes minutes")
    command = [sys.executable, str(Path(__file__).with_name("weighing.py")), str(populations.file(size)), way]
    done, _ = timed(
        benchmark,
        lambda: subprocess.run(command, check=True, capture_output=True),  # noqa: S603  # our own script
    )
    found: dict[str, int] = msgspec.json.decode(done.stdout)
    edges = found["edges"]
    figures = {
        "edges": edges,
        "bytes_an_edge": found["held"] / edges,
        "without_bodies": (found["held"] - found["bodies"]) / edges,
        "held_MB": found["held"] / 1e6,
        "bodies_MB": found["bodies"] / 1e6,
    }
    if way == "resident":  # tracing itself takes memory
        figures["peak_RSS_MB"] = found["peak"] / 1e6
    benchmark.extra_info.update(figures)
    report.row(WEIGHED, size=size, way=way, **figures)
