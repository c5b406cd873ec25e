"""Connected numbers, beside networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroads.columns.arrays import Ints, connected

SIZE = 12


def least(size: int, first: Ints, second: Ints) -> list[int]:
    """The least number of each connected component, by networkx."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(zip(first.tolist(), second.tolist(), strict=True))
    found = {each: min(part) for part in nx.connected_components(graph) for each in part}
    return [found[each] for each in range(size)]


NUMBERS = st.integers(0, SIZE - 1)


@given(st.lists(st.tuples(NUMBERS, NUMBERS)))
def test_any_pairs(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, np.int32).reshape(-1, 2).T
    assert connected(SIZE, first, second).tolist() == least(SIZE, first, second)


@pytest.mark.parametrize("seed", range(3))
def test_a_long_chain_in_any_order(seed: int) -> None:
    size = 100_000
    chain = np.random.default_rng(seed).permutation(size)
    assert not connected(size, chain[1:], chain[:-1]).any()
