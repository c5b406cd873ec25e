"""A business and the account that it keeps are one item, unless one decision would hide something."""

from __future__ import annotations

import datetime as dt

import pytest

from campaigns import BRUCE, NOW, VENDOR, begin, me, member
from inroads.explorer import Explorer
from inroads.model import NodeKind
from inroads.review import Filter, Gone, Opened, Pair, Scope, Verdict
from inroads.review.frozen_access import selected
from inroads.review.grouping import grouped
from inroads.store.ledger import Ledger
from worlds import explore

ONE = ("business:1", "account:A")
LATER = NOW + dt.timedelta(1)


def owner(account: str | None, number: int = 1, business: int = 1) -> dict[str, object]:
    return me(number, member(number * 10 + business, "owner", business, account))


def resources(ledger: Ledger, graph: Explorer, name: str, **more: object) -> list[tuple[str, ...]]:
    items = begin(ledger, graph, name, **more).items()
    return [tuple(each.resource for each in item.accesses) for item in items]


def test_one_item(ledger: Ledger, bruce: Explorer) -> None:
    """The item is found by either end, and its decision is that of both."""
    campaign = begin(ledger, bruce)
    by_account, by_business = (
        campaign.item(Pair(BRUCE, each)) for each in (VENDOR, "business:363103")
    )
    assert by_account == by_business
    assert [item.number for item in campaign.items(Filter(of=VENDOR))] == [by_account.number]
    assert [each.id for each in by_account.grants if each.relation == "KEEPS"] == [
        "account:Xr82w#KEEPS@business:363103"
    ]
    campaign.decide([by_account.number], "revoke", by="eve", now=NOW, why="left")
    drift = campaign.drift(bruce)
    assert drift.revoked_standing == ((by_account.number, Pair(BRUCE, "business:363103")),)


def test_a_scope_of_one_of_them(ledger: Ledger) -> None:
    """Only what the campaign is about is decided."""
    graph = explore([(owner("A"), NOW)])
    assert resources(ledger, graph, "both") == [ONE]
    for kind, resource in zip((NodeKind.BUSINESS, NodeKind.ACCOUNT), ONE, strict=True):
        scope = Scope(kinds=frozenset({kind}))
        assert resources(ledger, graph, kind, scope=scope) == [(resource,)]


@pytest.mark.parametrize("column", ["roles", "sound", "certainty", "state"])
def test_what_differs_stays_apart(column: str) -> None:
    """An account whose roles, contested roles, certainty or state differ is an item of its own."""
    graph = explore([(owner("A"), NOW)])
    found = selected(graph, Scope())
    assert grouped(graph, found) == [tuple(Pair("identity:1", each) for each in ONE)]
    other = getattr(found, column).copy()
    other[-1] ^= 1
    apart = grouped(graph, found._replace(**{column: other}))
    assert apart == [(Pair("identity:1", each),) for each in ONE]


def test_who_keeps_it_is_disputed(ledger: Ledger) -> None:
    """Two businesses that keep one account at one moment: nobody can say which is its scope."""
    graph = explore([(owner("A"), NOW), (owner("A", 2, 2), NOW)])
    found = resources(ledger, graph, "Q1")
    assert len(found) > 2
    assert all(len(each) == 1 for each in found)


def test_the_account_ends(ledger: Ledger) -> None:
    """An item has changed where the account alone is gone, and ended where both are."""
    campaign = begin(ledger, explore([(owner("A"), NOW)]))
    campaign.decide([1], "revoke", by="eve", now=NOW, why="left")
    let_go = explore([(owner("A"), NOW), (owner(None), LATER)])
    drift = campaign.drift(let_go)
    assert [(number, each.facts[-1]) for number, _, each in drift.changed] == [
        (1, "account A is no longer reached")
    ]
    assert (drift.ended, len(drift.revoked_standing)) == ((), 1)
    standing = campaign.standing(campaign.item(1), let_go)
    assert standing.difference is not None
    assert standing.difference.facts[-1] == "account A is no longer reached"
    gone = explore([(owner("A"), NOW), (me(1), LATER)])
    ended = campaign.drift(gone)
    assert ended.ended == ended.revoked_ended == ((1, Pair("identity:1", "business:1")),)
    following = begin(ledger, let_go, "Q2", previous=campaign)
    assert [each.opened for each in following.items()] == [Opened.STILL_THERE]
    assert [(each.resource, each.kind) for each in following.endings()] == [
        ("account:A", Gone.ENDED)
    ]


def test_endings_are_told_once(ledger: Ledger) -> None:
    """A business and its account that ended together are one ending."""
    before = explore([(owner("A"), NOW), (owner(None, 2, 2), NOW)])
    old = begin(ledger, before)
    gone = explore([(owner("A"), NOW), (owner(None, 2, 2), NOW), (me(1), LATER)])
    endings = begin(ledger, gone, "Q2", previous=old).endings()
    assert [(each.resource, each.kind) for each in endings] == [("business:1", Gone.ENDED)]


def test_an_account_that_is_new(ledger: Ledger) -> None:
    """A kept business that has an account since is asked about again, and says why."""
    old = begin(ledger, explore([(owner(None), NOW)]))
    old.decide([1], "keep", by="eve", now=NOW)
    graph = explore([(owner(None), NOW), (owner("A"), LATER)])
    (item,) = begin(ledger, graph, "Q2", previous=old).items()
    assert (item.opened, item.decision) == (Opened.CHANGED, None)
    assert item.previous is not None
    assert item.previous.verdict is Verdict.KEEP
    assert item.difference is not None
    assert item.difference.lines() == ["account A is part of this item now"]
    assert old.drift(graph).appeared == (Pair("identity:1", "account:A"),)
