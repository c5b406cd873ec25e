"""How soon a new process answers from a snapshot, and what one more document costs."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Final

import msgspec
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.analysis.changes import changes
from inroads.columns.claimset import KINDS
from inroads.columns.fold import fold
from inroads.columns.union import union
from inroads.documents.reader import Observation, read
from inroads.errors import Rejection
from inroads.explorer import Explorer, load
from inroads.model import NodeKind
from measuring import MOMENT, Populations, Report, alone, best, seconds, timed, times, weighed

ROUNDS: Final = 5
OPENED: Final = (
    f"A snapshot opened and a first answer listed in a new process, against the import alone in another, in turn "
    f"{ROUNDS} times (medians), and against the load of the same documents from their file"
)
ADDED: Final = (
    "One more document folded in (Explorer.adding), the first answer after it, and the changes between the two "
    "versions; ms, best of 5, against the union and the fold of all that is said, and the load of all documents"
)


def test_opening_a_snapshot(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """A new process answers from a snapshot at a known multiple of what its import takes, however large the graph."""
    path, bare = populations.ledger(size), [sys.executable, "-c", "import inroads.explorer"]

    def measure() -> list[tuple[float, ...]]:
        rounds = []
        for _ in range(ROUNDS):
            importing = seconds(partial(subprocess.run, bare, check=True))
            found = weighed(path, "opened")
            rounds.append((importing, found["made"], found["answered"]))
        return rounds

    rounds, _ = timed(benchmark, measure)
    importing, opening, answering = (times(each).p50 for each in zip(*rounds, strict=True))
    loading = seconds(lambda: load(populations.file(size)))
    figures = {
        "import_s": importing,
        "open_ms": opening * 1e3,
        "first_answer_ms": answering * 1e3,
        "times_import": (importing + opening + answering) / importing,
        "load_s": loading,
        "load_times_open": loading / (opening + answering),
    }
    benchmark.extra_info.update(figures)
    report.row(OPENED, size=size, **figures)


def test_one_more_document(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """A version with one more document costs a known share of loading all of them."""
    graph = load(populations.ledger(size))
    newcomer = read(_newcomer(graph), MOMENT, "newcomer")
    with alone():
        after, adding = timed(benchmark, lambda: graph.adding([newcomer]), rounds=5)
        answering = seconds(lambda: after.reach("identity:1")[:50])
        found = changes(graph, after)
        comparing = best(lambda: changes(graph, after), rounds=5)
        whole = best(lambda: _whole(graph, newcomer))
        loading = seconds(lambda: load(populations.file(size)))
    assert found.changes
    figures = {
        "edges": graph.number_of_edges(),
        "add": adding * 1e3,
        "first_answer": answering * 1e3,
        "changes": comparing * 1e3,
        "whole": whole * 1e3,
        "whole_times_add": whole / adding,
        "load": loading * 1e3,
        "load_times_add": loading / adding,
    }
    benchmark.extra_info.update(figures)
    report.row(ADDED, size=size, **figures)


def _whole(graph: Explorer, newcomer: Observation | Rejection) -> None:
    """The same without knowing what a document touches."""
    said = Explorer.observe([newcomer]).fold.said
    Explorer.build(fold(union([graph.fold.said, said]), graph.policy), graph.policy)


def _newcomer(graph: Explorer) -> bytes:
    """The document of another member of a business that is known."""
    business = graph.index.name(graph.fold.kind_starts[KINDS.index(NodeKind.BUSINESS)])
    membership = {
        "id": 1,
        "role": "owner",
        "business": {"id": int(business.removeprefix("business:"))},
    }
    return msgspec.json.encode({"id": 1, "business_memberships": [membership]})
