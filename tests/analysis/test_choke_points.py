"""Choke points against brute force: revoke each grant alone and ask everyone again."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings

from agreement import identities
from inroads import EXAMPLE
from inroads.analysis.choke_points import ChokePoints, choke_points
from inroads.analysis.remediation import FACTS
from inroads.errors import InroadsError
from inroads.explorer import Explorer, load
from inroads.reach import closed_form, everyone
from records import DAY, client, me, membership
from strategies import random_world, worlds
from worlds import World, explore


def by_brute_force(graph: Explorer, of: set[str] | None = None) -> dict[str, tuple[int, int]]:
    """What each grant ends: the accesses without it, counted one by one."""
    held: dict[tuple[str, str], str] = {
        (identity, access.resource): access.certainty
        for identity in identities(graph)
        for access in graph.reach(identity)
    }
    if of is not None:
        held = {ends: word for ends, word in held.items() if not of.isdisjoint(ends)}
    found = {}
    for grant in graph.grants.values():
        if grant.relation not in FACTS:
            left = {
                (identity, access.resource)
                for identity in {who for who, _ in held}
                for access in graph.reach(identity, avoid=[grant.id])
            }
            gone = held.keys() - left
            if gone:
                found[grant.id] = (len(gone), sum(held[ends] == "INFERRED" for ends in gone))
    return found


def counted(graph: Explorer, *of: str) -> dict[str, tuple[int, int]]:
    return {each.grant: (each.ended, each.inferred) for each in ChokePoints(graph, of).ranked()}


def check(world: World, rng: random.Random) -> Counter[str]:
    """Every way of counting is brute force's."""
    graph = explore(world)
    expected = by_brute_force(graph)
    assert counted(graph) == expected
    with patch.object(closed_form, "ROUNDS", 0):
        assert counted(graph) == expected, "by revoking"
    with patch.object(everyone, "MOST_AHEAD", 3):
        assert counted(graph) == expected, "identity by identity"
    nodes = [node for node in graph if not node.startswith("group:")]
    for chosen in (rng.sample(nodes, 1), rng.sample(nodes, min(len(nodes), 3))):
        kept = {
            account
            for node in chosen
            if node.startswith("business:")
            for account in graph.kept(node)
        }
        expected_there = by_brute_force(graph, {*chosen, *kept})
        assert counted(graph, *chosen) == expected_there
        with patch.object(closed_form, "ROUNDS", 0):
            assert counted(graph, *chosen) == expected_there, "by revoking"
    return Counter(
        {
            "ended": sum(n for n, _ in expected.values()),
            "inferred": sum(n for _, n in expected.values()),
        }
    )


def test_random_worlds_agree_with_brute_force() -> None:
    """On random worlds: of the whole graph, of a node, of several; by paths and by revoking."""
    seen = sum(
        (check(random_world(random.Random(seed), 7), random.Random(seed)) for seed in range(60)),
        Counter(),
    )
    assert seen["ended"] > 400, seen
    assert seen["inferred"] > 40, seen


@given(worlds())
@settings(max_examples=20, deadline=None)
def test_drawn_worlds(world: World) -> None:
    """The same on worlds that Hypothesis draws and shrinks."""
    check(world, random.Random(0))


def test_the_example() -> None:
    """The membership ends two accesses; neither of the two routes to the vendor ends anything alone."""
    graph = load(EXAMPLE)
    assert [tuple(each) for each in graph.choke_points()] == [
        ("business:311394#MEMBER@identity:712052", 2, 0),
        ("business:77128#MEMBER@identity:712052", 2, 0),
    ]
    assert graph.choke_points("business:363103") == []
    assert [
        each.grant for each in graph.choke_points("business:77128", "b@example.com", first=1)
    ] == ["business:311394#MEMBER@identity:712052"]


def test_an_inferred_choke_point() -> None:
    """One client row, used by three owners: it ends six inferred accesses, each membership two of them and its own."""
    rows = {"business_clients": [client(7, "V", 900)]}
    graph = explore(
        [(me(who, business_memberships=[membership(who, 1, **rows)]), DAY[0]) for who in (1, 2, 3)]
    )
    assert [tuple(each) for each in graph.choke_points(by="inferred", first=2)] == [
        ("account:V#CLIENT@business:1", 6, 6),
        ("business:1#MEMBER@identity:1", 3, 2),
    ]
    assert choke_points(graph) is choke_points(graph)
    assert choke_points(graph).accesses == 9


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda g: g.choke_points(by="wizard"), "BAD_FIGURE"),
        (lambda g: g.choke_points("group:23738"), "WRONG_KIND"),
        (lambda g: choke_points(g, ["group:23738"]), "WRONG_KIND"),
        (lambda g: g.choke_points("business:1"), "NOT_FOUND"),
        (lambda g: ChokePoints(g.subgraph(["business:77128"])), "NOT_WHOLE"),
    ],
)
def test_what_is_refused(ask: Any, code: str) -> None:
    """A figure that is not there, a group, a node that nobody names and a view."""
    with pytest.raises(InroadsError) as caught:
        ask(load(EXAMPLE))
    assert caught.value.code == code


def test_nobody() -> None:
    """A graph of nothing has no choke points."""
    assert ChokePoints(explore([])).ranked() == []
