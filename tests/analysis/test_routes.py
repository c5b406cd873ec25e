"""The number of independent routes is the value of a minimum cut."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroads.analysis.routes import SINK, Network, count_routes, entrance, leaving

Step = tuple[int, int, int | None]
NODES = st.integers(0, 5)
STEPS = st.lists(st.tuples(NODES, NODES, st.none() | st.integers(0, 6)), max_size=24)


def counted(steps: list[Step]) -> int:
    """The routes from `source`, which is left by grants alone, to the sink."""
    return count_routes(built(steps), "source", SINK)


def built(steps: list[Step]) -> Network:
    network = Network()
    network.add("source", 0, "first")
    network.add("source", 1, "second")
    network.add("source", 2, "third")
    for here, there, grant in steps:
        network.add(here, there, None if grant is None else str(grant))
    network.add(5, SINK)
    return network


def cut(network: Network) -> int:
    """Count the routes by networkx, where a grant has room for one."""
    graph: nx.DiGraph[object] = nx.DiGraph()
    for here, following in network.following.items():
        graph.add_edges_from((here, there) for there in following)
    for here, there in network.grants.items():
        graph.edges[here, there]["capacity"] = 1
    value, _ = nx.minimum_cut(graph, "source", SINK)
    return int(value)


@pytest.mark.parametrize(
    ("steps", "routes"),
    [
        ([], 0),
        ([(0, 5, None)], 1),
        ([(0, 5, None), (1, 5, None), (2, 5, None)], 3),
        ([(0, 5, 1), (1, 5, 1), (2, 5, 1)], 1),
        ([(0, 3, 1), (1, 3, 2), (3, 5, 3)], 1),
        ([(0, 3, 1), (1, 3, 2), (3, 5, 3), (3, 5, 4)], 2),
        # The shortest route takes both grants that two longer routes need.
        ([(0, 3, None), (3, 4, 1), (4, 5, None), (0, 4, 2), (1, 3, None), (3, 5, 3)], 2),
        # One grant that is used from two nodes is one grant.
        ([(0, 3, 1), (1, 4, 1), (3, 5, None), (4, 5, None)], 1),
    ],
)
def test_routes(steps: list[Step], routes: int) -> None:
    """Routes share facts, never a grant."""
    assert counted(steps) == routes


@given(STEPS)
def test_routes_are_as_many_as_the_smallest_cut(steps: list[Step]) -> None:
    """Whatever the network is, with cycles and parallel grants, networkx finds the same number."""
    assert counted(steps) == cut(built(steps))


def test_a_grant_has_two_ends() -> None:
    """The edge of a grant joins two nodes of its own, so that parallel grants stay apart."""
    network = Network()
    network.add("a", "b", "g")
    network.add("a", "b", "h")
    assert list(network.following["a"]) == [entrance("g"), entrance("h")]
    assert network.grants == {entrance(each): leaving(each) for each in "gh"}
