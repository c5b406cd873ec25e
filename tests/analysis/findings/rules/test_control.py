"""Rules about control, where one identity controls very much, and beside brute force."""

from __future__ import annotations

import random
import tracemalloc

from inroads.explorer import Explorer
from inroads.model import Relation
from inroads.policy.grammar import Conveys
from records import DAY, me, membership
from strategies import random_world
from worlds import explore

SHOPS = 1_500


def bridges(graph: Explorer) -> list[tuple[str, str]]:
    """The subjects of the rule by its words, from the hops of the graph alone."""
    scope: dict[str, frozenset[str]] = {}
    for node in graph.nodes:
        around = {node}
        while more := {each for near in around for each in graph.kept(near)} - around:
            around |= more
        scope[node] = frozenset(around)
    controls, holds = set(), set()
    for who in graph.nodes:
        if not who.startswith("identity:"):
            continue
        for hop in graph.hops_from(who):
            if hop.conveys is Conveys.CONTROL:
                controls.add((who, scope[hop.resource]))
            is_role = hop.grant.relation in (Relation.MEMBER, Relation.ROLE)
            if is_role and hop.conveys is not Conveys.NONE and {*hop.grant.roles} != {"CLIENT"}:
                holds.add((who, scope[hop.resource]))
    owners = {place: {who for who, where in controls if where == place} for _, place in controls}
    return sorted(
        (who, min(place, key=graph.number))
        for who, place in holds - controls
        if any(owners[own].isdisjoint(owners.get(place, ())) for at, own in controls if at == who)
    )


def test_bridges_of_random_worlds() -> None:
    """A bridge is there exactly where its definition says, for every pair."""
    found = 0
    for seed in range(150):
        graph = explore(random_world(random.Random(seed), 10))
        subjects = [each.subjects for each in graph.findings(["bridge"])]
        assert subjects == bridges(graph)
        found += len(subjects)
    assert found > 100


def test_the_owner_of_very_many_businesses() -> None:
    """The memory of the rule grows with the control that is held, not with its square."""
    owner = me(1, business_memberships=[membership(n, n) for n in range(10, 10 + SHOPS)])
    staff = [
        me(
            n + SHOPS,
            business_memberships=[membership(1, n + SHOPS), membership(2, n, role="employee")],
        )
        for n in range(10, 10 + SHOPS)
    ]
    graph = explore([(each, DAY[0]) for each in (owner, *staff)])
    graph.findings(["concentration"])
    tracemalloc.start()
    try:
        found = graph.findings(["bridge"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found) == SHOPS
    assert peak < 20_000 * SHOPS
