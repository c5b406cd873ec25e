"""Separation of duty: who holds both sides, against asking everyone; and what a policy file may say."""

from __future__ import annotations

import random
from itertools import product

import msgspec
import pytest

from agreement import identities
from inroads.analysis.duties import SHOWN, conflict_sentence, duties
from inroads.errors import BadPolicy, InroadsError
from inroads.explorer import Explorer
from inroads.model import Access, Capability, Role
from inroads.policy.loading import load_policy
from inroads.policy.separation import Duty, DutyScope, Side
from inroads.policy.tables import STOCK, Policy
from records import DAY, me, membership
from strategies import random_world
from worlds import explore

TOML = """
[[separation_of_duty]]
name = "books-and-projects"
reason = "who runs projects must not also see the reports"
left = { roles = ["MANAGER"] }
right = { roles = ["ACCOUNTANT"], capabilities = ["FINANCIAL_REPORTS"] }
[[separation_of_duty]]
name = "anywhere"
reason = "no reason"
left = { roles = ["MANAGER"] }
right = { roles = ["ACCOUNTANT"] }
scope = "any"
"""


def told(graph: Explorer) -> list[tuple[str, str, str | None]]:
    return [(each.duty.name, each.principal, each.where) for each in graph.duties()]


def test_both_sides_in_one_business_or_anywhere() -> None:
    """A manager of one business and accountant of another conflicts anywhere, but in no business; an owner in none."""
    rows = [
        membership(1, 1, "manager", account_id="A"),
        membership(2, 2, "business_accountant"),
        membership(3, 3, "owner"),
    ]
    graph = explore([(me(business_memberships=rows), DAY[0])], load_policy(TOML))
    assert told(graph) == [("anywhere", "identity:1", None)]
    (conflict,) = graph.duties()
    assert [access.resource for access in conflict.left] == ["business:1", "account:A"]
    assert [access.resource for access in conflict.right] == ["business:2"]
    assert conflict_sentence(graph, conflict) == (
        "i1@example.com holds both sides of anywhere: i1@example.com is a manager of Business 1 (1). "
        "i1@example.com is an accountant of Business 2 (2)."
    )
    assert repr(graph.duties()) == "Conflicts: 1 anywhere"
    assert ">anywhere</td>" in graph.duties()._repr_html_()
    assert graph.duties().to_pandas().to_dict("records") == [
        {
            "duty": "anywhere",
            "principal": "identity:1",
            "where": None,
            "left": "MANAGER",
            "right": "ACCOUNTANT",
        }
    ]


def test_a_business_counts_with_its_account() -> None:
    """One side on the business, the other on the account that it keeps, by a role that no membership merges."""
    client = {
        "id": 7,
        "account_id": "A",
        "userid": 1,
        "account_business": {"account_business_id": 1},
    }
    rows = [
        membership(2, 2, "owner", business_clients=[client]),
        membership(1, 1, "manager", account_id="A"),
    ]
    policy = msgspec.structs.replace(
        STOCK,
        separation=(
            Duty(
                "d",
                "r",
                Side(frozenset({Role.MANAGER})),
                Side(frozenset({Role.CLIENT})),
                DutyScope.SAME_BUSINESS,
            ),
        ),
    )
    graph = explore([(me(business_memberships=rows), DAY[0])], policy)
    assert told(graph) == [("d", "identity:1", "business:1")]


def by_asking(graph: Explorer, duty: Duty) -> set[tuple[str, str | None]]:
    """The conflicts, by going through everyone's accesses."""

    def holds(side: Side, access: Access) -> bool:
        return bool(side.roles & set(access.roles) or side.capabilities & set(access.capabilities))

    found: set[tuple[str, str | None]] = set()
    for identity in identities(graph):
        answer = list(graph.reach(identity))
        for left, right in product(answer, answer):
            if holds(duty.left, left) and holds(duty.right, right):
                if duty.scope is DutyScope.ANY:
                    found.add((identity, None))
                else:
                    shared = _places(graph, left.resource) & _places(graph, right.resource)
                    found |= {(identity, where) for where in shared}
    return found


def _places(graph: Explorer, resource: str) -> set[str]:
    businesses = set(graph.kept(resource)) if resource.startswith("account:") else set()
    return businesses or {resource}


def test_random_worlds() -> None:
    """On random worlds and random duties: the same as asking everyone, with evidence that holds each side."""
    seen = 0
    for seed in range(80):
        rng = random.Random(seed)
        sides = [
            Side(
                frozenset(rng.sample(list(Role), rng.choice([0, 1, 2]))),
                frozenset(rng.sample(list(Capability), 1)),
            )
            for _ in range(4)
        ]
        separated = (Duty("one", "r", *sides[:2]), Duty("two", "r", *sides[2:], DutyScope.ANY))
        graph = explore(random_world(rng, 7), msgspec.structs.replace(STOCK, separation=separated))
        found = list(duties(graph))
        for duty in separated:
            ends = [(each.principal, each.where) for each in found if each.duty == duty]
            assert set(ends) == by_asking(graph, duty)
            assert ends == sorted(set(ends), key=lambda pair: (pair[0], pair[1] or ""))
        for conflict in found:
            assert conflict.left
            assert conflict.right
            assert max(len(conflict.left), len(conflict.right)) <= SHOWN
            conflict_sentence(graph, conflict)
            seen += 1
    assert seen > 100


class TestPolicy:
    def test_what_is_read(self) -> None:
        """The tables become duties in their order; `same-business` is the default."""
        first, second = load_policy(TOML).separation
        assert (first.name, first.scope, second.scope) == (
            "books-and-projects",
            DutyScope.SAME_BUSINESS,
            DutyScope.ANY,
        )
        assert first.right == Side(
            frozenset({Role.ACCOUNTANT}), frozenset({Capability.FINANCIAL_REPORTS})
        )

    def test_it_has_no_part_in_the_digest(self) -> None:
        """The graph is the same with and without duties, and so is its name."""
        world = [(me(business_memberships=[membership(1, 1)]), DAY[0])]
        policy = load_policy(TOML)
        assert policy.digest == STOCK.digest
        assert explore(world, policy).version == explore(world).version
        assert isinstance(policy, Policy)

    def test_every_problem_is_listed(self) -> None:
        """All problems of all tables at once, each with its place."""
        with pytest.raises(BadPolicy) as caught:
            load_policy(
                """
                [[separation_of_duty]]
                name = ""
                left = { roles = ["WIZARD"], wands = 1 }
                right = {}
                scope = "nowhere"
                why = "x"
                [[separation_of_duty]]
                name = "a"
                reason = "b"
                left = { roles = "OWNER" }
                right = { capabilities = [7] }
                [[separation_of_duty]]
                name = "c"
                reason = "b"
                left = { roles = ["OWNER"] }
                right = { roles = ["OWNER"] }
                [[separation_of_duty]]
                name = "c"
                reason = "b"
                left = 3
                right = { roles = ["OWNER"] }
                """
            )
        places = [
            each.split(" ", 2)[1] + " " + each.split(" ")[2] for each in caught.value.problems
        ]
        assert places == [
            "1: left.roles:",
            "1: left.wands:",
            "1: name:",
            "1: reason:",
            "1: right:",
            "1: scope:",
            "1: why:",
            "2: left.roles:",
            "2: right.capabilities:",
            "4: left:",
            "4: name:",
        ]
        for text in (
            "separation_of_duty = 3",
            "[separation_of_duty]\nname = 'x'",
            "separation_of_duty = [1]",
        ):
            with pytest.raises(BadPolicy, match="1 problem"):
                load_policy(text)


def test_a_view_is_refused() -> None:
    """Only the whole graph answers; without duties there is nothing to tell."""
    graph = explore([(me(), DAY[0])])
    assert list(graph.duties()) == []
    with pytest.raises(InroadsError, match="whole graph"):
        duties(graph.subgraph(["identity:1"]))
