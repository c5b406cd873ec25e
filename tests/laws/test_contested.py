"""Contested access: records that contradict each other, and the answers that must say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inroads
from inroads.documents import pointers
from inroads.explorer import Explorer
from inroads.model import CONTRADICTIONS, Access
from inroads.store.ledger import Ledger
from records import DAY, client, me, membership, team
from worlds import World, explore, observations, same

numbers = st.integers(1, 10**12)
roles = st.sampled_from(["owner", "business_partner", "business_manager", "contractor"])
moments = st.lists(st.integers(0, len(DAY) - 1), min_size=3, max_size=3, unique=True).map(sorted)


def found(world: World, identity: int, resource: str) -> Access | None:
    """The access, which is the same from a ledger and in any order of arrival."""
    graph = explore(world)
    assert same([graph, Explorer.observe(reversed(observations(world)))])
    return graph.access(f"identity:{identity}", resource)


def codes(access: Access | None) -> set[str]:
    assert access is not None
    assert access.contested is bool(access.contested_roles) is bool(access.contradictions)
    return {each.code for each in access.contradictions}


def group(record: int, number: int, role: str, business: int | None = None) -> dict[str, Any]:
    row = {"id": record, "group_id": number, "role": role}
    return row if business is None else row | {"business_id": business}


@settings(max_examples=60, deadline=None)
@given(roles, moments, st.booleans(), st.integers(0, 2), st.booleans())
def test_a_row_of_a_group_that_its_own_document_denies(
    role: str, days: list[int], told: bool, others: int, wrapped: bool
) -> None:
    """A left-over row of a business's group gives access, contested, whatever else the document lists."""
    listed = [membership(90 + each, 300 + each) for each in range(others)]
    body = me(2, business_memberships=listed, groups=[group(77, 900, role, 10 if told else None)])
    leaver = body if wrapped else body["response"]
    world = [(team(10, (1, 1, "owner"), account_id="A"), DAY[days[0]]), (leaver, DAY[days[1]])]
    for resource in ("business:10", "account:A"):
        access = found(world, 2, resource)
        assert codes(access) == {"membership_denied"}
        assert access
        assert access.contested_roles == access.roles
        assert access.contradictions[0].evidence
    # A newer document that lists the membership settles it, and so does one without the row.
    again = me(
        2, business_memberships=[membership(77, 10, role)], groups=body["response"]["groups"]
    )
    settled = found([*world, (again, DAY[days[2]])], 2, "business:10")
    assert codes(settled) == set()
    assert found([*world, (me(2), DAY[days[2]])], 2, "business:10") is None


def test_a_row_beside_its_membership_is_not_denied() -> None:
    """A row of a group whose membership the document lists, or a document without memberships, denies nothing."""
    rows = [group(77, 900, "owner", 10)]
    mine = me(2, business_memberships=[membership(77, 10)], groups=rows)
    assert codes(found([(mine, DAY[0])], 2, "business:10")) == set()
    partial = {"id": 2, "email": "x@example.com", "groups": rows}
    world = [(team(10, (1, 1, "owner")), DAY[0]), (partial, DAY[1])]
    assert codes(found(world, 2, "business:10")) == set()


@settings(max_examples=60, deadline=None)
@given(moments, st.sampled_from(["admin", "business_manager", "staff"]), st.booleans())
def test_a_role_on_an_account_that_moved(days: list[int], word: str, again: bool) -> None:
    """A role that is older than the move of its account is contested, and ends nobody's own business."""
    role = {"id": 11, "role": word, "accountid": "Acc"}
    seller = me(1, business_memberships=[membership(101, 10, account_id="Acc")], roles=[role])
    buyer = me(3, business_memberships=[membership(301, 30, account_id="Acc")])
    world = [(seller, DAY[days[0]]), (buyer, DAY[days[1]])]
    graph = explore(world)
    for resource in ("business:30", "account:Acc"):
        access = graph.access("identity:1", resource)
        assert codes(access) == {"account_moved"}
        assert access
        plan = graph.plan("identity:1", resource)
        assert plan
        assert [grant.id for grant in plan.revoke] == ["account:Acc#ROLE@identity:1"]
        assert "remove" not in " ".join(each.action for each in plan.what_if.remedies)
        assert "revoke nothing else" in plan.explanation.sentence
    own = graph.access("identity:1", "business:10")
    assert own
    assert not own.contested
    assert graph.access("identity:3", "business:10") is None
    assert codes(graph.access("identity:3", "business:30")) == set()
    assert "account_moved" in {each.code for each in graph.issues}
    if again:  # a document of its own, newer than the move, states the role anew
        newer = me(1, business_memberships=[membership(101, 10)], roles=[role])
        settled = found([*world, (newer, DAY[days[2]])], 1, "business:30")
        assert codes(settled) == set()


def test_an_account_that_nobody_kept_before_did_not_move() -> None:
    """A role that is older than the first record of who keeps the account is the membership's, and sound."""
    role = {"id": 11, "role": "admin", "accountid": "Acc"}
    world = [
        (me(1, roles=[role]), DAY[0]),
        (team(10, (1, 3, "owner"), account_id="Acc"), DAY[1]),
    ]
    graph = explore(world[:1])
    assert codes(graph.access("identity:1", "account:Acc")) == set()
    other = me(3, business_memberships=[membership(5, 10, account_id="Acc")])
    sound = found([world[0], (other, DAY[1])], 1, "business:10")
    assert codes(sound) == set()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), roles)
def test_states_of_one_moment(saying: int, silent: int, role: str) -> None:
    """What only some documents of one moment say is contested, and the count says how many do."""
    said = [
        me(1, business_memberships=[membership(1, 10, role)], first_name=f"a{each}")
        for each in range(saying)
    ]
    other = [me(1, first_name=f"b{each}") for each in range(silent)]
    world = [(body, DAY[0]) for body in [*said, *other]]
    access = found(world, 1, "business:10")
    assert codes(access) == {"equal_moment"}
    assert access
    assert f"{saying} of {saying + silent} documents" in access.contradictions[0].sentence
    assert len({each.document for each in access.contradictions[0].evidence}) == saying + silent
    assert codes(found([(body, DAY[0]) for body in said], 1, "business:10")) == set()
    # A newer document decides alone.
    assert codes(found([*world, (said[0], DAY[1])], 1, "business:10")) == set()


def test_a_team_of_the_same_moment_denies() -> None:
    """A team and a `me` of one moment that disagree contest the membership, whichever of them lists it."""
    mine = me(1, business_memberships=[membership(1, 10)])
    assert codes(found([(mine, DAY[0]), (team(10), DAY[0])], 1, "business:10")) == {"equal_moment"}
    listed = team(10, (1, 1, "owner"))
    assert codes(found([(me(1), DAY[0]), (listed, DAY[0])], 1, "business:10")) == {"equal_moment"}
    assert codes(found([(mine, DAY[0]), (listed, DAY[0])], 1, "business:10")) == set()


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 4), st.booleans())
def test_two_keepers(count: int, one_account: bool) -> None:
    """Each of several businesses of one account, or accounts of one business, at one moment is contested."""
    rows = [
        membership(
            each,
            100 + (each if one_account else 0),
            account_id="A" if one_account else f"A{each}",
        )
        for each in range(1, count + 1)
    ]
    graph = explore(
        [(me(each, business_memberships=[row]), DAY[0]) for each, row in enumerate(rows, 1)]
    )
    keeps = [grant for grant in graph.grants.values() if grant.relation == "KEEPS"]
    assert len(keeps) == count
    assert all([c.code for c in grant.contradictions] == ["two_keepers"] for grant in keeps)
    access = graph.access("identity:1", "account:A" if one_account else "account:A1")
    assert codes(access) == {"two_keepers"}
    # Nothing can be revoked there: a plan names nothing, least of all her membership.
    plan = graph.plan("identity:1", "account:A" if one_account else "account:A1")
    assert plan
    assert plan.revoke == ()
    assert not plan.verified
    assert (
        codes(graph.access("identity:1", "business:101" if one_account else "business:100"))
        == set()
    )


def test_roles_that_disagree() -> None:
    """A grant whose records state different roles is contested, and STAFF agrees with a manager."""
    for word, expected in (("business_manager", {"role_disagreement"}), ("admin", set())):
        mine = me(
            1,
            business_memberships=[membership(1, 10, account_id="A")],
            roles=[{"id": 2, "role": word, "accountid": "A"}],
        )
        assert codes(found([(mine, DAY[0])], 1, "business:10")) == expected
    staff = me(
        1,
        business_memberships=[membership(1, 10, "business_manager", account_id="A")],
        roles=[{"id": 2, "role": "staff", "accountid": "A"}],
    )
    assert codes(found([(staff, DAY[0])], 1, "account:A")) == set()


@pytest.mark.parametrize(
    ("wrong", "contested"),
    [
        ({}, False),
        ({"business_id": 10}, False),
        ({"business_id": 99}, True),
        ({"client_business": {"business_id": 99}}, True),
        ({"account_business": {"account_business_id": 20, "account_id": "Other"}}, True),
    ],
)
def test_ids_of_a_row_that_disagree(wrong: dict[str, Any], contested: bool) -> None:
    """A client's row whose ids disagree gives contested access to the vendor's account."""
    row = client(6, "V", 20) | wrong
    mine = me(1, business_memberships=[membership(1, 10, business_clients=[row])])
    access = found([(mine, DAY[0])], 1, "account:V")
    assert codes(access) == ({"reference_conflict"} if contested else set())


def test_a_doubtful_owner_is_not_hidden_behind_a_sound_client() -> None:
    """An access is contested where any of its roles is, and a role where every path that gives it is."""
    role = {"id": 5, "role": "client", "accountid": "A", "userid": 3}
    leaver = me(2, groups=[group(77, 900, "owner", 10)], roles=[role])
    world = [(team(10, (1, 1, "owner"), account_id="A"), DAY[0]), (leaver, DAY[1])]
    access = found(world, 2, "account:A")
    assert access
    assert (access.roles, access.contested_roles) == (("OWNER", "CLIENT"), ("OWNER",))
    graph = explore(world)
    chosen = [each.resource for each in graph.reach("identity:2", contested=False)]
    assert chosen == []
    assert len(graph.reach("identity:2", contested=True)) == 2
    assert inroads.census(graph).counts("identity:2").contested == 2
    assert {
        finding.subjects for finding in graph.findings() if finding.rule == "contested-access"
    } == {
        ("identity:2", "account:A"),
        ("identity:2", "business:10"),
    }


def test_a_sound_path_of_the_same_role_settles() -> None:
    """A role that a sound path gives beside a contested one is not contested; the path still says so."""
    conflicting = client(6, "V", 20) | {"business_id": 99}
    rows = [
        membership(1, 10, business_clients=[conflicting]),
        membership(2, 11, business_clients=[client(7, "V", 20)]),
    ]
    access = found([(me(1, business_memberships=rows), DAY[0])], 1, "account:V")
    assert codes(access) == set()
    assert access
    assert sorted(path.contested for path in access.paths) == [False, True]


def test_the_mark_turns_and_settles() -> None:
    """Changes tell that an access turned contested, with the record that made it so, and that it was settled."""
    listed = team(10, (1, 1, "owner"), (2, 2, "owner"), account_id="A")
    leaver = me(2, groups=[group(2, 900, "owner", 10)])
    graphs = [explore([(listed, DAY[0]), (leaver, DAY[1])][:count]) for count in (1, 2)]
    found = inroads.changes(*graphs)
    assert {each.kinds for each in found.changes} == {("TURNED_CONTESTED",)}
    assert {cause.id for each in found.changes for cause in each.causes} == {
        "business:10#MEMBER@identity:2"
    }
    back = inroads.changes(*reversed(graphs))
    assert {each.kinds for each in back.changes} == {("SETTLED",)}


def test_from_a_ledger(tmp_path: Path) -> None:
    """A ledger answers as its documents do, one by one and as of each moment."""
    leaver = me(2, groups=[group(77, 900, "owner", 10)])
    world = [
        (team(10, (1, 1, "owner"), account_id="A"), DAY[0]),
        (leaver, DAY[1]),
        (me(2), DAY[2]),
    ]
    with Ledger(tmp_path / "x.db") as ledger:
        for each in observations(world):
            ledger.add([each.document])
    for day, contested in ((1, True), (2, None)):
        graph = inroads.load(tmp_path / "x.db", as_of=DAY[day] + dt.timedelta(hours=1))
        access = graph.access("identity:2", "business:10")
        assert (access and access.contested) is contested


def test_each_code_is_told_with_a_sentence_and_evidence() -> None:
    """Every code comes with a sentence, and evidence whose documents and pointers are there."""
    seen: set[str] = set()
    for graph in some_of_each():
        for grant in graph.grants.values():
            for each in grant.contradictions:
                seen.add(each.code)
                assert each.sentence
                assert each.evidence
                for record in each.evidence:
                    document = graph.documents[record.document]
                    place = pointers.pointer(document, *record[1:4])
                    assert pointers.record(document, place) is not None
    assert seen == set(CONTRADICTIONS)


def some_of_each() -> Iterable[Explorer]:
    """Worlds that have each contradiction."""
    role = {"id": 11, "role": "business_manager", "accountid": "A"}
    old = me(1, business_memberships=[membership(1, 10, account_id="A")], roles=[role])
    yield explore([(old, DAY[0]), (me(1), DAY[0])])
    yield explore(
        [(old, DAY[0]), (me(2, business_memberships=[membership(2, 20, account_id="A")]), DAY[1])]
    )
    yield explore(
        [(old, DAY[0]), (me(2, business_memberships=[membership(2, 20, account_id="A")]), DAY[0])]
    )
    row = client(6, "V", 20) | {"business_id": 99}
    yield explore(
        [(me(1, business_memberships=[membership(1, 10, business_clients=[row])]), DAY[0])]
    )
    leaver = me(2, groups=[group(77, 900, "owner", 10)])
    yield explore([(team(10, (1, 1, "owner")), DAY[0]), (leaver, DAY[1])])
