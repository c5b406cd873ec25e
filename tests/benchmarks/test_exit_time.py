"""How long the whole graph takes to leave for networkx, scipy and pandas, beside what these need for the same edges."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import networkx as nx
import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture
from scipy import sparse

from measuring import Plain, Populations, Report, alone, timed

ROUNDS: Final = 5
EXITS: Final = (
    f"s of processor to take a whole graph out, median of {ROUNDS} in turn; floor: networkx from lists "
    "of tuples, scipy from lists of numbers, and networkx's own to_pandas_edgelist of a plain graph"
)


def test_exits(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """Each exit beside its floor."""
    graph = populations.graph(size)
    nodes = [(node, dict(data)) for node, data in graph.nodes(data=True)]
    edges = [
        (here, there, key, dict(data))
        for here, there, key, data in graph.edges(keys=True, data=True)
    ]
    number = {node: place for place, (node, _) in enumerate(nodes)}
    ends = [number[each[0]] for each in edges], [number[each[1]] for each in edges]

    def lists() -> Plain:
        plain = Plain()
        plain.add_nodes_from(nodes)
        plain.add_edges_from(edges)  # type: ignore[arg-type]  # the stub knows no keys
        return plain

    def numbers() -> Any:
        shape = len(nodes), len(nodes)
        return sparse.coo_array((np.ones(len(edges)), ends), shape).tocsr()

    plain = lists()
    ways: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "to_networkx": (graph.to_networkx, lists),
        "to_sparse": (graph.to_sparse, numbers),
        "edges_frame": (
            lambda: graph.edges_frame("pandas"),
            lambda: nx.to_pandas_edgelist(plain, edge_key="key"),
        ),
    }
    with alone():
        found, _ = timed(benchmark, lambda: {way: _beside(*pair) for way, pair in ways.items()})
    for way, (ours, floor) in found.items():
        figures = {"seconds": ours, "floor": floor, "ratio": ours / floor}
        report.row(EXITS, size=size, edges=len(edges), exit=way, **figures)


def _beside(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    taken = [(_spent(ours), _spent(floor)) for _ in range(ROUNDS)]
    middle = [sorted(each)[ROUNDS // 2] for each in zip(*taken, strict=True)]
    return middle[0], middle[1]


def _spent(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return time.process_time() - before
