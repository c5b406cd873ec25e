"""Bundles against the accesses that they hold, one by one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from agreement import identities
from engines import graphs
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import Mode, NodeKind, Relation, kind_of
from inroads.reach.answers import AccessAnswers, AccessOrder
from inroads.reach.bundles import Bundle
from records import DAY, client, me, membership
from worlds import explore

EVERYTHING = 10**6


def questions(graph: Explorer) -> list[AccessAnswers[Any]]:
    """Each identity's reach and who reaches each resource, with and without filters."""
    resources = [key for key in graph if kind_of(key) in (NodeKind.BUSINESS, NodeKind.ACCOUNT)]
    rng = random.Random(1)
    asked: list[AccessAnswers[Any]] = []
    for key in rng.sample(identities(graph), min(5, len(identities(graph)))):
        asked += [graph.reach(key), graph.reach(key, ["ACCOUNT"]), graph.reach(key, state="ACTIVE")]
        asked += [graph.reach(key, certainty="INFERRED"), graph.reach(key, max_steps=2)]
    for key in rng.sample(resources, min(8, len(resources))):
        asked += [graph.reached_by(key), graph.reached_by(key, certainty="STATED")]
        asked += [graph.reached_by(key, roles=["OWNER"])]
    return asked


def check(answer: AccessAnswers[Any]) -> None:
    """Every access hangs in the tree once, under a node before it on one of its paths."""
    others = {summary.other: summary for summary in answer.summaries}
    bundles = answer.bundles.listed(EVERYTHING, EVERYTHING)
    hung = Counter(member for bundle in bundles for member in bundle.members)
    assert set(hung.values()) <= {1}
    assert others.keys() <= hung.keys()
    assert len(bundles) == len(answer.bundles)
    below = {member: bundle for bundle in bundles for member in bundle.members}
    placed = {answer.root}
    for bundle in bundles:
        assert bundle.parent in placed, "parents come first"
        placed.update(bundle.members)
        assert bundle.size == len(bundle.members) > 0
        assert list(bundle.members) == sorted(bundle.members)
    for bundle in bundles:
        reached = Counter(_root_of(other, below, bundle) for other in others)
        assert bundle.beyond == reached[True]
        own = [other for other in others if below[other].relation is not Relation.KEEPS]
        assert bundle.scopes == sum(other in bundle.members for other in own)
        assert bundle.scopes_beyond == sum(_root_of(other, below, bundle) for other in own)
    assert hung.keys() == {each for other in others for each in _way(other, below)}
    for row in answer.rows_of(answer.summaries):
        other = row.resource if answer.root == row.principal else row.principal
        found, ways = below[other], set()
        for path in row.paths:
            step = path.steps[-1] if answer.root == row.principal else path.steps[0]
            parent = step.principal if answer.root == row.principal else step.resource
            ways.add((parent, step.relation, step.role, path.certainty, path.state))
        way = (found.parent, found.relation, found.certainty, found.state)
        assert way in {(each[0], each[1], each[3], each[4]) for each in ways}
        assert (found.certainty, found.state) == min(
            ((each[3], each[4]) for each in ways), key=lambda each: (each[0] != "STATED", each[1])
        )


def _way(member: str, below: dict[str, Bundle]) -> Iterator[str]:
    """The member, and what it hangs on, up to the root."""
    while member in below:
        yield member
        member = below[member].parent


def _root_of(other: str, below: dict[str, Bundle], bundle: Bundle) -> bool:
    """Whether an access hangs on a member of a bundle, directly or in turn."""
    parent = below[other].parent
    while parent in below:
        if parent in bundle.members:
            return True
        parent = below[parent].parent
    return False


@pytest.mark.parametrize("place", range(14))
def test_every_access_hangs_in_the_tree_once(place: int) -> None:
    """Whatever is asked, the bundles hold all accesses, best paths first, whether walked by lists or columns."""
    for answer in questions(graphs()[place]):
        check(answer)
    with patch("inroads.reach.limits.VECTORISED", -1):
        for answer in questions(graphs()[place]):
            check(answer)


def hub(size: int) -> Explorer:
    """A business with so many employees, one owner, and a vendor that it is a client of."""
    business = 7
    rows = [client(1, "V1", vendor=9)]
    staff = [
        (
            me(
                100 + n,
                business_memberships=[
                    membership(n, business, "business_employee", account_id="A7")
                ],
            ),
            DAY[0],
        )
        for n in range(size)
    ]
    owner = membership(5000, business, "owner", account_id="A7", business_clients=rows)
    return explore([*staff, (me(1, business_memberships=[owner]), DAY[1])])


def test_a_hub_is_a_few_bundles() -> None:
    """Who reaches a hub is one bundle for each role, with its true number; the next members go on after the first."""
    graph = hub(40)
    answer = graph.reached_by("business:7")
    found = {each.role: each for each in answer.bundles.listed(50, 3)}
    assert {role: (each.size, len(each.members), each.beyond) for role, each in found.items()} == {
        "OWNER": (1, 1, 0),
        "EMPLOYEE": (40, 3, 0),
    }
    employees = found["EMPLOYEE"]  # type: ignore[index]  # a role is its word
    assert employees.parent == "business:7"
    seen = list(employees.members)
    while employees.stop < employees.size:
        (employees,) = answer.bundles.after(employees.key, employees.stop, 50, 7)
        seen += employees.members
    assert seen == sorted(f"identity:{100 + n}" for n in range(40))
    assert answer.bundles.after(employees.key, 40, 50, 7)[0].members == ()
    assert answer.bundles.after(employees.key + 1, 0, 50, 7) == []
    vendor = graph.reached_by("account:V1").bundles.listed(50, 3)
    assert [(each.parent, each.relation, each.size, each.beyond) for each in vendor] == [
        ("account:V1", "CLIENT", 1, 1),
        ("business:7", "MEMBER", 1, 0),
    ]


def test_only_what_hangs_on_a_listed_member_is_listed() -> None:
    """What hangs on members that are not listed is in the number beyond, and in no bundle."""
    rows = [membership(n, n, "owner", account_id=f"A{n}") for n in range(10, 60)]
    graph = explore([(me(1, business_memberships=rows), DAY[0])])
    first, *others = graph.reach("identity:1").bundles.listed(50, 4)
    assert (first.size, first.beyond, len(first.members)) == (50, 50, 4)
    assert (first.scopes, first.scopes_beyond) == (50, 0), "an account is in its business's scope"
    assert [each.parent for each in others] == list(first.members)
    assert {each.relation for each in others} == {"KEEPS"}
    assert {each.role for each in others} == {None}


def chained(size: int) -> Explorer:
    """A row of so many businesses: each account is kept by two of them, all at one moment.

    The first is owned by identity 1, and a client of the last account.
    """
    rows = [client(9, f"A{size}")]
    first = membership(1, 1, account_id="A1", business_clients=rows)
    documents = [(me(1, business_memberships=[first]), DAY[0])]
    for number in range(1, size):
        for account in (number, number + 1):
            row = membership(1, number + 1, "manager", account_id=f"A{account}")
            documents.append((me(100 * account + number, business_memberships=[row]), DAY[0]))
    return explore(documents)


@pytest.mark.parametrize("size", [2, 3, 5, 9])
def test_a_long_way_over_keeps_is_the_best_where_all_of_it_is_stated(size: int) -> None:
    """Where accounts are kept severally, a bundle is as sure as its accesses, and its number is true."""
    graph = chained(size)
    answer = graph.reach("identity:1")
    assert {each.certainty for each in answer} == {"STATED"}
    assert {each.certainty for each in answer.bundles.listed(50, 50)} == {"STATED"}
    check(answer)
    for number in range(1, size + 1):
        check(graph.reached_by(f"business:{number}"))
        check(graph.reached_by(f"account:A{number}"))


def test_connections_have_no_bundles() -> None:
    """Bundles are of accesses, so ASSOCIATION is refused."""
    with pytest.raises(InroadsError, match="ACCESS") as error:
        _ = hub(1).reach("identity:1", mode=Mode.ASSOCIATION).bundles
    assert error.value.code == "BAD_MODE"


@pytest.mark.parametrize("order", list(AccessOrder))
@pytest.mark.parametrize("place", [0, 3, 8, 12])
def test_orders(place: int, order: AccessOrder) -> None:
    """Every order has each access once, ascending by its key, and equal ones as before."""
    for answer in questions(graphs()[place]):
        found = answer.sorted_by(order)
        assert sorted(map(repr, found.summaries)) == sorted(map(repr, answer.summaries))
        assert list(found.keys) == sorted(found.keys)
        if order is AccessOrder.ID:
            assert [each.other for each in found.summaries] == sorted(
                each.other for each in answer.summaries
            )
        if order is AccessOrder.DISTANCE:
            distances = [each.distance for each in found.summaries]
            assert distances == sorted(distances)


def test_rows_are_accesses() -> None:
    """A row has the fields of the access that it stands for."""
    for answer in questions(graphs()[5]):
        for row, access in zip(answer.rows_of(answer.summaries), answer, strict=True):
            for name in access.__struct_fields__:
                if name != "graph":
                    assert getattr(row, name) == getattr(access, name), name
            assert row.contested == access.contested
