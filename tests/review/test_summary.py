"""A campaign in numbers and names."""

from __future__ import annotations

import pytest

from campaigns import NOW, begin, me, member
from inroads.explorer import Explorer
from inroads.model import AccessState, Certainty, NodeKind, Role
from inroads.review import Filter, Scope
from inroads.review.summary import WITH_ACCOUNT, scope_in_words, summary
from inroads.store.ledger import Ledger
from worlds import explore


def test_the_counts(ledger: Ledger, twins: Explorer) -> None:
    """Every item is counted once by kind, certainty and state; names are those of the documents."""
    campaign = begin(ledger, twins)
    campaign.decide([1, 3], "keep", by="eve", now=NOW)
    campaign.decide([5], "revoke", by="adam", now=NOW, why="left")
    told = summary(campaign, 2)
    assert (told.kinds, told.roles) == ({WITH_ACCOUNT: 6}, {"OWNER": 2, "CLIENT": 2, "MANAGER": 2})
    assert (told.certainty, told.state) == ({"STATED": 6}, {"ACTIVE": 4, "LATENT": 2})
    assert (told.contested, told.progress.undecided, told.open_parts) == (0, 3, 3)
    assert [each.number for each in told.first] == [2, 4]
    assert [(each.name, each.progress.undecided) for each in told.parts] == [
        ("another_bruce (311394)", 1),
        ("business 363103", 1),
    ]
    assert told.deciders == {"eve": 2, "adam": 1}
    campaign.decide(campaign.numbers(Filter(decided=False)), "keep", by="eve", now=NOW)
    done = summary(campaign)
    assert (done.first, done.parts, done.open_parts) == ((), (), 0)


def test_accounts_alone(ledger: Ledger) -> None:
    """An account whose business is in no item is named by its id, and counted as an account."""
    graph = explore([(me(1, member(1, "owner", 1, "A")), NOW)])
    accounts = Scope(kinds=frozenset({NodeKind.ACCOUNT}))
    told = summary(begin(ledger, graph, scope=accounts))
    assert told.kinds == {"ACCOUNT": 1}
    assert [each.name for each in told.parts] == ["business:1"]


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(), "every access"),
        (Scope(identities=("identity:1",)), "accesses of identity:1"),
        (
            Scope(
                resources=tuple(f"business:{n}" for n in range(5)), roles=frozenset({Role.OWNER})
            ),
            "accesses to business:0, business:1, business:2 and 2 more with role OWNER",
        ),
        (
            Scope(
                kinds=frozenset({NodeKind.ACCOUNT}),
                certainty=Certainty.STATED,
                state=AccessState.LATENT,
                contested=True,
            ),
            "accesses to accounts that are STATED, LATENT that are contested",
        ),
        (Scope(contested=False), "accesses that are not contested"),
    ],
)
def test_scopes(scope: Scope, words: str) -> None:
    """A scope is a phrase, and long lists are cut."""
    assert scope_in_words(scope) == words
