"""Findings of a rule by number: their order, and those about a node."""

from __future__ import annotations

import random

from inroads.analysis.findings.review import review
from inroads.network.places import with_accounts
from strategies import random_world
from worlds import explore


def test_their_order_and_what_they_are_about() -> None:
    """On random worlds, findings are in the order of their keys, and `about` finds those that have a subject."""
    told = 0
    for seed in range(12):
        graph = explore(random_world(random.Random(seed), size=10))
        found = review(graph)
        every = list(found)
        told += len(every)
        assert [each.key for each in every] == sorted(each.key for each in every)
        assert [found[place] for place in range(-1, len(found) - 1)] == [every[-1], *every[:-1]]
        for node in {subject for each in every for subject in each.subjects} & graph.nodes.keys():
            wanted = with_accounts(graph, node)
            assert list(found.about(node)) == [
                each for each in every if not wanted.isdisjoint(each.subjects)
            ]
    assert told > 200
