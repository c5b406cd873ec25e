"""A part of what documents say folds into the grants that the whole folds into."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.columns.fold import fold
from inroads.columns.subset import excerpt
from inroads.explorer import Explorer
from inroads.model import Grant
from inroads.policy.tables import STOCK
from strategies import random_world, worlds
from worlds import World, explore


def told(graph: Explorer, grant: Grant) -> tuple[Any, ...]:
    """A grant whose evidence names its documents as others do."""
    evidence = [(graph.documents[each.document], *each[1:]) for each in grant.evidence]
    return grant.id, grant.roles, grant.words, grant.active, grant.clients, evidence


def check(graph: Explorer, names: list[str]) -> int:
    """What these nodes hold, who keeps what they keep, and how alive all of it is."""
    said = excerpt(graph.fold.said, np.array([graph.number(name) for name in names], np.int64))
    part = Explorer.build(fold(said, STOCK), STOCK)
    assert set(part) <= set(graph)
    for name in names:
        here, there = (
            sorted(told(each, each.grants[hop.grant.id]) for hop in each.hops_from(name))
            for each in (graph, part)
        )
        assert here == there
        assert dict(graph.nodes[name]) == dict(part.nodes[name])
        assert graph.latent(name) == part.latent(name)
    return len(part.grants)


@given(worlds(), st.data())
@settings(max_examples=40, deadline=None)
def test_drawn_worlds(world: World, data: st.DataObject) -> None:
    """On worlds that Hypothesis draws, whatever nodes are chosen."""
    graph = explore(world)
    check(graph, data.draw(st.lists(st.sampled_from(sorted(graph)), unique=True)))


def test_random_worlds() -> None:
    """On random worlds: each node alone, some, and all."""
    grants = 0
    for seed in range(60):
        rng, graph = random.Random(seed), explore(random_world(random.Random(seed), 6))
        nodes = sorted(graph)
        for names in ([rng.choice(nodes)], rng.sample(nodes, len(nodes) // 2), nodes, []):
            grants += check(graph, names)
    assert grants > 1000
