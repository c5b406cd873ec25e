"""The policy's tables, and the TOML that replaces their rows."""

from __future__ import annotations

from itertools import product

import pytest

from inroads.errors import BadPolicy
from inroads.model import Capability, Role
from inroads.policy.grammar import GRAMMAR, Conveys, Phase
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK
from records import DAY, me, membership
from worlds import explore


class TestRoles:
    def test_the_order_of_roles(self) -> None:
        """Who covers whom, written out: a wrong row would agree with itself."""
        below = {
            (Role.ADMIN, Role.OWNER),
            *product(
                (Role.MANAGER, Role.ACCOUNTANT, Role.EMPLOYEE, Role.STAFF), (Role.OWNER, Role.ADMIN)
            ),
            (Role.EMPLOYEE, Role.MANAGER),
            *product((Role.STAFF,), (Role.MANAGER, Role.EMPLOYEE, Role.ACCOUNTANT)),
        }
        for one, other in product(Role, Role):
            covered = (one, other) in below
            assert (STOCK.maximal([one, other]) == (other,)) is (covered or one is other), (
                one,
                other,
            )

    def test_an_unknown_role_is_never_hidden(self) -> None:
        """UNKNOWN stays beside OWNER."""
        assert STOCK.maximal([Role.UNKNOWN, Role.OWNER, Role.EMPLOYEE]) == (
            Role.OWNER,
            Role.UNKNOWN,
        )

    def test_what_the_page_denies(self) -> None:
        """A manager is without access to full financial reports; only an owner is the primary identity."""
        assert Capability.FINANCIAL_REPORTS not in STOCK.capabilities(
            [Role.MANAGER, Role.EMPLOYEE, Role.CLIENT]
        )
        assert [r for r in Role if Capability.PRIMARY_IDENTITY in STOCK.capabilities([r])] == [
            Role.OWNER
        ]
        assert STOCK.capabilities([Role.UNKNOWN]) == ()

    def test_the_traps_of_the_words(self) -> None:
        """`admin` is the owner in the roles dialect only; case does not matter, and each dialect has its own words."""
        assert STOCK.role("roles", "admin") is Role.OWNER
        assert STOCK.role("membership", "admin") is Role.UNKNOWN
        assert STOCK.role("membership", "business_partner") is Role.ADMIN
        assert STOCK.role("membership", "manager") is Role.MANAGER
        assert STOCK.role("roles", "manager") is Role.UNKNOWN
        assert STOCK.role("roles", "staff") is Role.STAFF
        assert STOCK.role("membership", "Owner") is Role.OWNER
        assert STOCK.role("membership", "owners") is Role.UNKNOWN
        assert STOCK.role("membership", None) is Role.UNKNOWN


def test_the_grammar() -> None:
    """`(CONTROL | RESOLVE)* REACH? RESOLVE*`, tried on every word of up to four classes."""
    for length in range(5):
        for word in product(Conveys, repeat=length):
            phase: Phase | None = Phase.ACTING
            for conveys in word:
                phase = GRAMMAR.get((phase, conveys)) if phase else None
            reaches = [place for place, conveys in enumerate(word) if conveys is Conveys.REACH]
            after = word[reaches[0] + 1 :] if reaches else ()
            expected = Conveys.NONE not in word and all(
                conveys is Conveys.RESOLVE for conveys in after
            )
            assert (phase is not None) is expected, word


class TestToml:
    def test_rows_are_replaced(self) -> None:
        """A user's rows change the answers, and nothing else does."""
        client = {"id": 6, "account_id": "V"}
        rows = [
            membership(1, 10, "bookkeeper"),
            membership(2, 20, "manager", account_id="B", business_clients=[client]),
        ]
        world = [(me(business_memberships=rows, subscription_statuses={"B": "past_due"}), DAY[0])]
        policy = load_policy(
            """
            [words.membership]
            bookkeeper = "ACCOUNTANT"
            [roles.MANAGER]
            controls = true
            [subscriptions]
            alive = ["active", "past_due"]
            """
        )
        before = {
            access.resource: (*access.roles, access.state)
            for access in explore(world).reach("identity:1")
        }
        after = {
            access.resource: (*access.roles, access.state)
            for access in explore(world, policy).reach("identity:1")
        }
        assert before == {
            "business:10": ("UNKNOWN", "ACTIVE"),
            "business:20": ("MANAGER", "LATENT"),
            "account:B": ("MANAGER", "LATENT"),
        }
        assert after == {
            "business:10": ("ACCOUNTANT", "ACTIVE"),
            "business:20": ("MANAGER", "ACTIVE"),
            "account:B": ("MANAGER", "ACTIVE"),
            "account:V": ("CLIENT", "ACTIVE"),
        }

    def test_a_relation_that_conveys_nothing(self) -> None:
        """With CLIENT set to NONE nobody reaches a vendor through a business."""
        rows = [membership(1, 10, business_clients=[{"id": 6, "account_id": "V"}])]
        policy = load_policy('[relations.CLIENT]\notherwise = "NONE"')
        graph = explore([(me(business_memberships=rows), DAY[0])], policy)
        assert [access.resource for access in graph.reach("identity:1")] == ["business:10"]

    def test_every_problem_is_listed(self) -> None:
        """A wrong file is refused with all its problems, each with its place."""
        with pytest.raises(BadPolicy) as error:
            load_policy(
                """
                alive = 1
                [words.slang]
                boss = "OWNER"
                [words.membership]
                boss = "BOSS"
                [roles.UNKNOWN]
                controls = true
                [roles.MANAGER]
                controls = "yes"
                colour = "red"
                [roles.EMPLOYEE]
                capabilities = ["FLY"]
                [relations.CLIENT]
                otherwise = "CONTROL"
                [subscriptions]
                alive = "active"
                """
            )
        assert [problem.partition(":")[0] for problem in error.value.problems] == [
            "alive",
            "relations.CLIENT.otherwise",
            "roles.EMPLOYEE.capabilities",
            "roles.MANAGER.colour",
            "roles.MANAGER.controls",
            "roles.UNKNOWN.controls",
            "subscriptions.alive",
            "words.membership.boss",
            "words.slang",
        ]

    def test_what_is_not_toml(self) -> None:
        """Text that is no TOML is refused with its place."""
        with pytest.raises(BadPolicy) as error:
            load_policy("[roles")
        assert "at end of document" in error.value.problems[0]

    def test_the_policy_is_part_of_the_version(self) -> None:
        """Answers under another policy come from another version."""
        world = [(me(), DAY[0])]
        assert load_policy("").digest == STOCK.digest
        other = load_policy("[roles.MANAGER]\ncontrols = true")
        assert explore(world, other).version != explore(world).version

    def test_it_prints_short(self) -> None:
        """A policy prints in a few words, since it stands in the help of functions; two print apart."""
        other = load_policy("[roles.MANAGER]\ncontrols = true")
        assert repr(STOCK) == f"<Policy {STOCK.digest[:8]}>" != repr(other)
