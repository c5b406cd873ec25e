"""What hubs are told to reach, against the paths themselves."""

from __future__ import annotations

import random
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counting import CONTROLLING
from inroads.explorer import Explorer
from inroads.model import Access, Role
from inroads.policy.tables import STOCK, Policy
from inroads.reach import closed_form
from inroads.reach.answers import AccessAnswers
from inroads.reach.filters import AccessFilter
from inroads.reach.questions import access, reach, reached_by
from inroads.reach.states import HeldRoles, held
from records import DAY, client, me, membership
from strategies import random_world
from worlds import explore


def answers(graph: Explorer, chosen: AccessFilter) -> list[AccessAnswers[Access]]:
    """What every node reaches, or who reaches it."""
    return [
        *(reach(graph, node, chosen=chosen) for node in graph if node.startswith("identity:")),
        *(
            reached_by(graph, node, chosen)
            for node in graph
            if node.startswith(("business:", "account:"))
        ),
    ]


@pytest.mark.parametrize("policy", [STOCK, CONTROLLING], ids=["stock", "controlling"])
def test_hubs_are_told_what_the_paths_say(policy: Policy) -> None:
    """Summaries and paths are the same by shapes as along every path, whatever is avoided."""
    for seed in range(20):
        graph = explore(random_world(random.Random(seed)), policy)
        draw = random.Random(seed)
        for avoid in (frozenset[str](), frozenset(draw.sample([*graph, *graph.grants], 2))):
            chosen = AccessFilter(avoid=avoid)
            plain = answers(graph, chosen)
            with patch("inroads.reach.limits.VECTORISED", -1):
                assert answers(graph, chosen) == plain, f"world of seed {seed}"
            with (
                patch("inroads.reach.limits.VECTORISED", -1),
                patch.object(closed_form, "ROUNDS", 0),
            ):
                assert answers(graph, chosen) == plain, f"world of seed {seed}"


@pytest.mark.parametrize("policy", [STOCK, CONTROLLING], ids=["stock", "controlling"])
def test_sets_of_hubs_are_those_of_their_answers(policy: Policy) -> None:
    """Nodes and roles by shapes are the same as in the answers along every path, whatever is avoided."""
    found = 0
    for seed in range(20, 40):
        graph = explore(random_world(random.Random(seed)), policy)
        draw = random.Random(seed)
        for avoid in (frozenset[str](), frozenset(draw.sample([*graph, *graph.grants], 2))):
            for node in [node for node in graph if not node.startswith("group:")]:
                ask = reach if node.startswith("identity:") else reached_by
                expected = {
                    each.other: each.roles
                    for each in ask(graph, node, chosen=AccessFilter(avoid=avoid)).summaries
                }
                with patch("inroads.reach.limits.VECTORISED", -1):
                    told = held(graph, node, avoid)
                assert {
                    graph.index.name(each): graph.roles_of(bits) for each, bits in told.items()
                } == expected
                found += isinstance(told, HeldRoles)
    assert found > 200


def test_a_set_of_a_hub_is_a_mapping() -> None:
    """The columns behind it are found by node, counted, compared and told apart from what is not there."""
    graph = explore(
        [(me(1, business_memberships=[membership(1, 10, "manager", account_id="A")]), DAY[0])]
    )
    expected = held(graph, "identity:1")
    with patch("inroads.reach.limits.VECTORISED", -1):
        told = held(graph, "identity:1")
    assert isinstance(told, HeldRoles)
    assert told == expected
    assert told.nodes.tolist() == sorted(expected)
    assert told.keys() - {graph.number("account:A")} == {graph.number("business:10")}
    assert graph.number("identity:1") not in told
    assert told.get(graph.number("identity:1")) is None


def test_one_access_of_a_hub_is_that_of_its_answer() -> None:
    """Asked for by its two ends, an access has the same facts and paths as in the answers of either end."""
    found = 0
    for seed in range(10):
        graph = explore(random_world(random.Random(seed)))
        with patch("inroads.reach.limits.VECTORISED", -1):
            every = [each for answer in answers(graph, AccessFilter()) for each in answer]
            assert all(access(graph, each.principal, each.resource) == each for each in every)
        found += len(every)
    assert found > 20


@given(
    st.sets(st.integers(1, 10**17) | st.integers(1, 120), max_size=20),
    st.sampled_from((1, 10**6, 2**40)),
)
@settings(max_examples=50, deadline=None)
def test_printed_order_by_number(numbers: set[int], scale: int) -> None:
    """Nodes are ordered by rank and then as their printed ids are, however long those are."""
    rows = {each: [membership(each, each + 1, account_id=f"A{each}")] for each in sorted(numbers)}
    index = explore(
        [(me(each, business_memberships=row), DAY[0]) for each, row in rows.items()]
    ).index
    nodes = np.arange(index.size)
    ranks = np.array([node * 7 % 4 * scale for node in range(index.size)], np.int64)
    order = index.printed_after(ranks, nodes).tolist()
    assert order == sorted(range(index.size), key=lambda node: (ranks[node], index.name(node)))


def test_a_scope_of_several_businesses_is_walked() -> None:
    """An account that two businesses keep has longer paths than hubs are told: they are found all the same."""
    shared = [membership(1, 10, account_id="A"), membership(2, 20, "manager", account_id="A")]
    vendor = client(3, "V")
    shared[1]["business"]["business_clients"] = [vendor]
    graph = explore([(me(1, business_memberships=shared), DAY[0])])
    assert len(graph.index.entangled) == 3
    with patch("inroads.reach.limits.VECTORISED", -1):
        assert [access.resource for access in graph.reach("identity:1")] == [
            "business:10",
            "business:20",
            "account:A",
            "account:V",
        ]
        assert [access.distance for access in graph.reached_by("account:V")] == [4]


def test_a_client_of_itself_is_no_cycle() -> None:
    """A business that is a client of the account it keeps reaches it twice, and goes round no further."""
    own = membership(1, 10, account_id="A", business_clients=[client(3, "A")])
    graph = explore([(me(1, business_memberships=[own]), DAY[0])])
    with patch("inroads.reach.limits.VECTORISED", -1):
        found = {access.resource: len(access.paths) for access in graph.reach("identity:1")}
        assert found == {"business:10": 1, "account:A": 2}
        assert len(graph.reached_by("account:A")[0].paths) == 2
        assert [access.roles for access in graph.reach("identity:1")] == [
            (Role.OWNER,),
            (Role.OWNER, Role.CLIENT),
        ]
        assert [access.roles for access in graph.reached_by("account:A")] == [
            (Role.OWNER, Role.CLIENT)
        ]
        assert [access.roles for access in graph.reached_by("business:10")] == [(Role.OWNER,)]
