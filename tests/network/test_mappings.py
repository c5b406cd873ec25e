"""The views of a graph: in bulk they show what they show one by one."""

from __future__ import annotations

import random

import networkx as nx
import pytest

import inroads
from inroads.network import mappings
from strategies import random_world
from worlds import explore


@pytest.mark.parametrize("seed", range(30))
def test_in_bulk(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Who goes through all nodes meets the neighbours, keys and attributes that each node has alone."""
    graph = explore(random_world(random.Random(seed), 12))
    monkeypatch.setattr(mappings, "FEW", 2)
    assert len(graph) > mappings.FEW
    assert list(graph) == [graph.index.name(number) for number in range(len(graph))]
    for neighbours in (graph._adj, graph._pred):
        for node, bulk in list(neighbours.items()):
            alone = neighbours.__getitem__(node)  # one by one
            assert list(bulk) == list(alone)
            assert {name: dict(each) for name, each in bulk.items()} == {
                name: dict(each) for name, each in alone.items()
            }
            for name, each in bulk.items():
                assert list(each.items()) == list(alone[name].items())
    edges = list(graph.edges(keys=True, data=True))
    assert edges == [
        (node, other, key, data)
        for node in graph
        for other, parallel in graph[node].items()
        for key, data in parallel.items()
    ]
    copied = nx.MultiDiGraph(graph)
    assert list(copied.edges(keys=True, data=True)) == edges
    assert dict(copied.nodes(data=True)) == dict(graph.nodes(data=True))


def test_bulk_is_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No mapping that is met on the way can be changed, and a copy of the graph is plain."""
    monkeypatch.setattr(mappings, "FEW", 0)
    bruce = inroads.load(inroads.EXAMPLE)
    for _, neighbours in bruce.adj.items():  # noqa: PERF102  # the items are the claim
        for name, parallel in neighbours.items():
            for key, data in parallel.items():
                for changed, item in ((neighbours, name), (parallel, key), (data, "relation")):
                    with pytest.raises(nx.NetworkXError):
                        changed[item] = {}
    copied = bruce.copy()
    copied.add_edge("a", "b")
    assert "b" in copied.adj["a"]
    assert "a" not in bruce.adj
