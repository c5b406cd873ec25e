"""Findings about one person or place: the whole list filtered by hand, by whatever name is given."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings

import inroads
from inroads.analysis.findings import Findings, Severity
from inroads.analysis.findings.topics import topics
from inroads.errors import InroadsError, NotFound
from inroads.model import NodeKind, kind_of
from strategies import worlds
from worlds import World, explore

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def member(business: int, role: str) -> dict[str, object]:
    return {
        "id": business,
        "role": role,
        "business": {"id": business, "name": f"Shop {business}", "account_id": f"a{business}"},
    }


def person(number: int, *memberships: dict[str, object]) -> dict[str, object]:
    return {
        "id": number,
        "email": f"p{number}@example.com",
        "confirmed_at": None,
        "business_memberships": list(memberships),
        "roles": [],
    }


WORLD: World = [
    (person(1, member(10, "owner"), member(20, "employee")), NOW),
    (person(2, member(20, "owner")), NOW),
]
"""Two unconfirmed people: the first owns one shop and works in the other's."""


def told(found: Findings) -> set[tuple[str, ...]]:
    return {(each.rule, *each.subjects[:2]) for each in found}


class TestOfASmallWorld:
    """Of two people and two businesses."""

    def test_a_person(self) -> None:
        """A person's findings name the person, alone or with a place; those of others are absent."""
        graph = explore(WORLD)
        found = graph.findings(about="p1@example.com")
        assert ("unconfirmed-access", "identity:1") in told(found)
        assert ("bridge", "identity:1", "business:20") in told(found)
        assert ("unconfirmed-access", "identity:2") not in told(found)
        assert told(graph.findings(about="identity:1")) == told(found)
        assert (found.subject, graph.findings().subject) == ("identity:1", None)

    def test_a_business_answers_for_its_account(self) -> None:
        """A business has the findings about the account that it keeps, and the account has only its own."""
        account = {"id": 3, "email": "p3@example.com", "roles": [
            {"id": 30, "role": "manager", "accountid": "a20"},
        ]}  # fmt: skip
        graph = explore([*WORLD, (account, NOW)])
        role = ("role-without-membership", "identity:3", "account:a20")
        assert role in told(graph.findings(about="Shop 20"))
        assert role in told(graph.findings(about="account:a20"))
        assert role not in told(graph.findings(about="Shop 10"))
        bridge = ("bridge", "identity:1", "business:20")
        assert bridge in told(graph.findings(about="Shop 20"))
        assert bridge not in told(graph.findings(about="account:a20"))

    def test_what_a_finding_only_passes_through(self) -> None:
        """The business that a person controls beside is no subject of the bridge into another one."""
        found = told(explore(WORLD).findings(about="Shop 10"))
        assert ("bridge", "identity:1", "business:20") not in found

    def test_the_worst_is_theirs(self) -> None:
        """The worst severity is that of the node's findings, whatever filter is on; the extent stays."""
        graph = explore(WORLD)
        found = graph.findings(about="Shop 20", severity="high")
        assert (len(found), found.worst) == (0, Severity.MEDIUM)
        assert graph.findings(about="p1@example.com", suppressed=True).worst is Severity.HIGH
        assert found.looked == graph.findings().looked

    def test_what_is_not_known(self) -> None:
        """Whom no document names is an error with the nearest; a group is of the wrong kind."""
        graph = explore(WORLD)
        with pytest.raises(NotFound) as error:
            graph.findings(about="p11@example.com")
        assert "identity:1" in error.value.nearest
        with pytest.raises(NotFound):
            graph.findings().about("business:99")
        with pytest.raises(InroadsError) as wrong:
            inroads.load(inroads.EXAMPLE).findings(about="group:23738")
        assert wrong.value.code == "WRONG_KIND"

    def test_topics(self) -> None:
        """Topics of one person's findings are about the places, not all about that person."""
        graph = inroads.load(inroads.EXAMPLE)
        found = graph.findings(["redundant-route", "bridge"], about="b@example.com")
        assert [each.about for each in topics(found)] == ["business:363103", "business:311394"]


@settings(max_examples=15, deadline=None)
@given(world=worlds())
def test_it_is_the_whole_list_filtered_by_hand(world: World) -> None:
    """For each node: the same findings in the same order; each finding is about each of its subjects."""
    graph = explore(world)
    whole = graph.findings(now=NOW)
    counted = 0
    for node in [each for each in graph if kind_of(each) is not NodeKind.GROUP]:
        found = whole.about(node)
        names = {node, *(graph.kept(node) if kind_of(node) is NodeKind.BUSINESS else ())}
        assert list(found) == [each for each in whole if names & set(each.subjects)]
        assert found.severities.total() == len(found) == sum(found.counts())
        assert sum(each.count for each in found.tallies) == len(found)
        assert found.identity != whole.identity
        places = sorted(place for each in topics(found) for place in each.places)
        assert places == list(range(len(found)))
        counted += len(found) if kind_of(node) is NodeKind.IDENTITY else 0
    nodes = [node for found in whole for node in found.subjects if "#" not in node]
    assert counted == sum(kind_of(node) is NodeKind.IDENTITY for node in nodes)
