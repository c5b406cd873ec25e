"""Fixtures of the benchmarks, and the table that they print at the end of a run.

`INROADS_BENCHMARK_SIZES=1000,10000,100000 python -m pytest tests/benchmarks -o addopts=` runs them for populations of
these sizes; without the variable there is one of 1,000. No figure makes a benchmark fail: machines differ.
"""

from __future__ import annotations

import os
from ctypes import CDLL
from typing import Final

import pytest

import walking
from measuring import Populations, Report

SIZES: Final = sorted(
    {int(size) for size in os.environ.get("INROADS_BENCHMARK_SIZES", "1000").split(",")}
)
_REPORT: Final = pytest.StashKey[Report]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_REPORT] = Report()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "size" in metafunc.fixturenames:
        metafunc.parametrize("size", SIZES)


@pytest.fixture
def sizes() -> list[int]:
    """Every population size of this run, in ascending order."""
    return SIZES


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Where a benchmark puts its rows."""
    return request.config.stash[_REPORT]


@pytest.fixture(scope="session")
def populations(tmp_path_factory: pytest.TempPathFactory) -> Populations:
    """The documents of each size, made when they are first asked for: skipped benchmarks cost nothing."""
    return Populations(tmp_path_factory.mktemp("populations"))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CDLL:
    """The peer in C."""
    return walking.compiled(tmp_path_factory.mktemp("compiled"))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash[_REPORT].lines():
        terminalreporter.write_line(line)
