"""Changes between two versions of a graph: kinds, causes, and a brute force that must agree."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from inroads.analysis import changes as changes_of
from inroads.analysis.causes import GrantCause, NodeCause, stated
from inroads.analysis.change import UnwrittenChanges
from inroads.analysis.change_sentences import sentence
from inroads.analysis.changes import AccessFacts, Change, Changes, Kind, changes
from inroads.documents.pointers import pointer, record
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import (
    Access,
    AccessState,
    Certainty,
    Grant,
    NodeKind,
    Relation,
    Role,
    kind_of,
    native_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.policy.loading import load_policy
from inroads.reach import limits
from inroads.sources.synthetic import population
from oracle import Oracle
from records import CLIENT, DAY, business, client, me, membership, team
from strategies import random_world
from worlds import World, explore, standing

WORLDS = int(os.environ.get("INROADS_WORLDS", "800")) // 4
BATCH = 100
MIRROR = {
    Kind.GAINED: Kind.LOST,
    Kind.OBSERVED: Kind.UNOBSERVED,
    Kind.RAISED: Kind.LOWERED,
    Kind.TURNED_ACTIVE: Kind.TURNED_LATENT,
    Kind.NOW_STATED: Kind.NOW_INFERRED,
    Kind.TURNED_CONTESTED: Kind.SETTLED,
    Kind.CHANGED: Kind.CHANGED,
}
MIRROR |= {theirs: ours for ours, theirs in MIRROR.items()}


def versions(old: World, new: World) -> tuple[Explorer, Explorer]:
    """The graph of the old documents, and of the old and the new ones together."""
    return explore(old), explore([*old, *new])


def told(before: AccessGraph, after: AccessGraph) -> dict[tuple[str, str], str]:
    """Each change as (principal, resource) -> its kinds, with its causes in brackets."""
    found = changes(before, after).changes
    assert len({(each.principal, each.resource) for each in found}) == len(found)
    return {
        (
            each.principal,
            each.resource,
        ): f"{'+'.join(each.kinds)} [{' '.join(cause.id for cause in each.causes)}]"
        for each in found
    }


def shortly(before: AccessGraph, after: AccessGraph, identity: int = 1) -> dict[str, str]:
    """The changes of one identity, and nobody else's may there be: resource -> kinds and causes."""
    found = told(before, after)
    assert {principal for principal, _ in found} <= {f"identity:{identity}"}
    return {resource: words for (_, resource), words in found.items()}


def sentences(before: AccessGraph, after: AccessGraph) -> list[str]:
    return [sentence(before, after, change) for change in changes(before, after).changes]


OWNED = membership(1, 10, account_id="A", business_clients=[])


class TestGained:
    def test_a_new_role(self) -> None:
        """A role that an earlier `me` of the identity did not say is gained, with both sides of its cause."""
        role = {"id": 5, "role": "client", "accountid": "V", "userid": 7}
        before, after = versions([(me(), DAY[0])], [(me(roles=[role]), DAY[1])])
        (change,) = changes(before, after).changes
        assert (change.kinds, change.principal, change.resource) == (
            (Kind.GAINED,),
            "identity:1",
            "account:V",
        )
        facts = (("CLIENT",), ("RECEIVED_INVOICES",), Certainty.STATED, AccessState.ACTIVE, (), ())
        assert (change.before, change.after) == (None, AccessFacts(*facts))  # type: ignore[arg-type]  # their values
        grant = after.grants["account:V#ROLE/CLIENT@identity:1"]
        assert change.causes == (GrantCause(grant.id, None, grant, absent_from=0),)
        assert sentences(before, after) == [
            "i1@example.com gained access to account V as CLIENT: role 5 of i1@example.com was added."
        ]

    def test_one_client_relation_changes_many_accesses(self) -> None:
        """A new client relation of a business is the one cause of the access of all who control it, and of no other."""
        rows = (1, 1, "owner"), (2, 2, "business_partner"), (3, 3, "manager")
        before, after = versions(
            [(team(10, *rows, business_clients=[]), DAY[0])],
            [(team(10, *rows, business_clients=[CLIENT]), DAY[1])],
        )
        cause, keeps = "account:V#CLIENT@business:10", "account:V#KEEPS@business:20"
        assert told(before, after) == {
            ("identity:1", "account:V"): f"GAINED [{cause}]",
            ("identity:1", "business:20"): f"GAINED [{cause} {keeps}]",
            ("identity:2", "account:V"): f"GAINED [{cause}]",
            ("identity:2", "business:20"): f"GAINED [{cause} {keeps}]",
        }
        found = changes(before, after)
        assert [(group.cause.id, len(group.changes)) for group in found.groups] == [
            (cause, 4),
            (keeps, 2),
        ]
        assert [group.cause.witnessed for group in found.groups] == [True, False]

    def test_control_that_was_not_there_before(self) -> None:
        """A manager who becomes an owner gains the vendors: the changed membership is the cause, not the client."""
        rows = [client(6, "V")]
        before, after = (
            explore(
                [
                    (
                        me(business_memberships=[membership(1, 10, role, business_clients=rows)]),
                        DAY[0],
                    )
                ]
            )
            for role in ("manager", "owner")
        )
        cause = "business:10#MEMBER@identity:1"
        assert shortly(before, after) == {
            "account:V": f"GAINED [{cause}]",
            "business:10": f"RAISED [{cause}]",
        }
        assert sentences(before, after) == [
            "i1@example.com gained access to account V as CLIENT: "
            "membership 1 of i1@example.com changed from MANAGER to OWNER.",
            "i1@example.com still reaches Business 10 (10), and the access was raised from MANAGER to OWNER: "
            "membership 1 of i1@example.com changed from MANAGER to OWNER.",
        ]

    def test_a_team_that_now_lists_somebody(self) -> None:
        """Somebody whom an earlier team of the business did not list has gained access."""
        before, after = versions([(team(10), DAY[0])], [(team(10, (1, 1, "manager")), DAY[1])])
        assert shortly(before, after) == {"business:10": "GAINED [business:10#MEMBER@identity:1]"}

    def test_the_newest_document_without_a_grant_is_named(self) -> None:
        """Of all that would have shown it, the last one counts; what would not have shown it never does."""
        before, after = versions(
            [(me(), DAY[0]), (team(10), DAY[1]), (team(11), DAY[2])],
            [(team(10, (1, 1, "manager")), DAY[3])],
        )
        [group] = changes(before, after).groups
        assert isinstance(group.cause, GrantCause)
        number = group.cause.absent_from
        assert number is not None
        named = before.documents[number]
        assert (named.subject, named.observed_at) == ("business:10", DAY[1])
        back = changes(after, before).groups[0].cause
        assert isinstance(back, GrantCause)
        assert back.absent_from == number

    def test_a_latent_gain_says_so(self) -> None:
        """What is gained on a closed business is told as latent, and is one change."""
        before, after = versions(
            [(me(), DAY[0])], [(me(business_memberships=[membership(1, 10, active=False)]), DAY[1])]
        )
        assert shortly(before, after) == {"business:10": "GAINED [business:10#MEMBER@identity:1]"}
        assert "as OWNER (latent: business_inactive): membership 1" in sentences(before, after)[0]


class TestObserved:
    def test_the_first_document_of_an_identity(self) -> None:
        """What the first `me` of somebody says may have been so all the time: it is observed, not gained."""
        before, after = versions([], [(me(business_memberships=[OWNED]), DAY[0])])
        member = "business:10#MEMBER@identity:1"
        assert shortly(before, after) == {
            "account:A": f"OBSERVED [account:A#KEEPS@business:10 {member}]",
            "business:10": f"OBSERVED [{member}]",
        }
        assert sentences(before, after)[1] == (
            "i1@example.com is observed for the first time to reach Business 10 (10) as OWNER: "
            "membership 1 of i1@example.com was observed for the first time."
        )

    def test_the_first_team_of_a_business(self) -> None:
        """A first team shows members nobody showed before; one whose own `me` did not say it has gained it."""
        before, after = versions(
            [(me(2), DAY[0])], [(team(10, (1, 1, "owner"), (2, 2, "manager")), DAY[1])]
        )
        assert told(before, after) == {
            ("identity:1", "business:10"): "OBSERVED [business:10#MEMBER@identity:1]",
            ("identity:2", "business:10"): "GAINED [business:10#MEMBER@identity:2]",
        }

    def test_the_first_showing_of_the_clients_of_a_business(self) -> None:
        """Records without the key `business_clients` showed nothing of them, whichever record is the latest."""
        silent, empty = membership(1, 10), membership(1, 10, business_clients=[])
        full = (
            me(business_memberships=[membership(1, 10, business_clients=[client(6, "V")])]),
            DAY[4],
        )
        cause = "account:V#CLIENT@business:10"
        for earlier, kind in (
            ([silent], "OBSERVED"),
            ([empty], "GAINED"),
            ([empty, silent], "GAINED"),
        ):
            old = [(me(business_memberships=[row]), DAY[day]) for day, row in enumerate(earlier)]
            assert shortly(*versions(old, [full])) == {"account:V": f"{kind} [{cause}]"}

    def test_the_first_showing_of_the_account_of_a_business(self) -> None:
        """An account is observed where no record had the key `account_id`, and gained where one said null."""
        cause, full = (
            "account:A#KEEPS@business:10",
            (me(business_memberships=[membership(1, 10, account_id="A")]), DAY[4]),
        )
        silent, null = membership(1, 10), membership(1, 10, account_id=None)
        for earlier, kind in (
            ([silent], "OBSERVED"),
            ([null], "GAINED"),
            ([null, silent], "GAINED"),
        ):
            old = [(me(business_memberships=[row]), DAY[day]) for day, row in enumerate(earlier)]
            assert shortly(*versions(old, [full])) == {"account:A": f"{kind} [{cause}]"}

    def test_one_witnessed_grant_on_each_path_makes_a_gain(self) -> None:
        """A path that is partly new to the eye and partly known to be new is gained; a second open path undoes it."""
        known = (me(business_memberships=[]), DAY[0])
        row = membership(1, 10, business_clients=[client(6, "V")])
        before, after = versions([known], [(me(business_memberships=[row]), DAY[1])])
        assert shortly(before, after)["account:V"].startswith("GAINED")
        other = (
            me(2, business_memberships=[membership(2, 11, business_clients=[client(7, "V")])]),
            DAY[0],
        )
        owned = me(business_memberships=[membership(1, 11)])
        mine = me(business_memberships=[membership(1, 11), row])
        before, after = versions([(owned, DAY[0])], [(mine, DAY[1]), other])
        assert told(before, after)["identity:1", "account:V"].startswith("OBSERVED")

    def test_a_role_is_denied_by_the_team_of_the_business_that_keeps_the_account(self) -> None:
        """A team that did not list somebody had observed that they held no role on its account, but not as a client."""
        old = (team(10, account_id="A"), DAY[0])
        for word, kind in (("admin", "GAINED"), ("client", "OBSERVED")):
            role = {"id": 5, "role": word, "accountid": "A", "userid": 7}
            (one, other) = shortly(*versions([old], [(me(roles=[role]), DAY[1])])).values()
            assert one.split()[0] == other.split()[0] == kind

    def test_a_client_row_is_no_witness_of_what_the_vendor_keeps(self) -> None:
        """A client of the account reaches the vendor as soon as anybody's row names it: observed, not gained."""
        role = {"id": 5, "role": "client", "accountid": "V", "userid": 7}
        mine = (me(roles=[role]), DAY[0])
        old = (me(2, business_memberships=[membership(2, 10, business_clients=[])]), DAY[0])
        new = (me(2, business_memberships=[membership(2, 10, business_clients=[CLIENT])]), DAY[1])
        before, after = versions([mine, old], [new])
        assert told(before, after) == {
            ("identity:1", "business:20"): "OBSERVED [account:V#KEEPS@business:20]",
            ("identity:2", "account:V"): "GAINED [account:V#CLIENT@business:10]",
            (
                "identity:2",
                "business:20",
            ): "GAINED [account:V#CLIENT@business:10 account:V#KEEPS@business:20]",
        }
        third = explore([mine, old, new, (old[0], DAY[2])])
        assert told(after, third)["identity:1", "business:20"].startswith("UNOBSERVED")
        assert sentences(after, third)[-1] == (
            "i1@example.com is no longer observed to reach business 20 as CLIENT, which need not have ended: "
            "account V as the account of business 20 is no longer observed."
        )


class TestLost:
    def test_a_team_that_no_longer_lists_somebody(self) -> None:
        """A newer team without the member ends the access to the business and its account."""
        before, after = versions([(me(business_memberships=[OWNED]), DAY[0])], [(team(10), DAY[1])])
        member = "business:10#MEMBER@identity:1"
        assert shortly(before, after) == {
            "account:A": f"LOST [{member}]",
            "business:10": f"LOST [{member}]",
        }
        (group,) = changes(before, after).groups
        assert isinstance(group.cause, GrantCause)
        assert (group.cause.before, group.cause.after) == (before.grants[member], None)
        assert group.cause.absent_from is not None
        assert after.documents[group.cause.absent_from].kind == "team"
        assert sentences(before, after)[1] == (
            "i1@example.com lost access to Business 10 (10), held as OWNER: membership 1 of i1@example.com was removed."
        )

    def test_only_the_last_route_ends_the_access(self) -> None:
        """Losing one of two equal routes changes nothing; losing both is lost by both grants."""
        rows = [
            membership(number, number, business_clients=[client(number, "V")])
            for number in (10, 11)
        ]
        cut = [membership(number, number, business_clients=[]) for number in (10, 11)]
        both = (me(business_memberships=rows), DAY[0])
        assert (
            shortly(*versions([both], [(me(business_memberships=[rows[0], cut[1]]), DAY[1])])) == {}
        )
        assert shortly(*versions([both], [(me(business_memberships=cut), DAY[1])])) == {
            "account:V": "LOST [account:V#CLIENT@business:10 account:V#CLIENT@business:11]"
        }


class TestRoles:
    @pytest.mark.parametrize(
        ("then", "now", "kind"),
        [
            ("manager", "business_partner", Kind.RAISED),
            ("owner", "business_employee", Kind.LOWERED),
            ("manager", "business_accountant", Kind.CHANGED),
            ("wizard", "client", Kind.RAISED),
        ],
    )
    def test_the_order_of_capabilities(self, then: str, now: str, kind: Kind) -> None:
        """Raised when capabilities only grew, lowered when they only shrank, changed when they did both."""
        before, after = versions(
            [(me(business_memberships=[membership(1, 10, then)]), DAY[0])],
            [(me(business_memberships=[membership(1, 10, now)]), DAY[1])],
        )
        assert shortly(before, after) == {"business:10": f"{kind} [business:10#MEMBER@identity:1]"}

    def test_a_role_on_another_path(self) -> None:
        """A client who becomes an owner too is raised by the membership alone; an absorbed role changes nothing."""
        role = {"id": 5, "role": "client", "accountid": "A", "userid": 7}
        row, staff = (
            membership(1, 10, account_id="A"),
            {"id": 6, "role": "staff", "accountid": "B", "userid": 8},
        )
        mine, other = me(roles=[role]), me(business_memberships=[row], roles=[role])
        shown = (me(2, business_memberships=[membership(2, 10, account_id="A")]), DAY[0])
        before, after = versions([(mine, DAY[0]), shown], [(other, DAY[1])])
        cause = "business:10#MEMBER@identity:1"
        assert shortly(before, after) == {
            "account:A": f"RAISED [{cause}]",
            "business:10": f"RAISED [{cause}]",
        }
        more = me(business_memberships=[membership(1, 10, "manager", account_id="B")])
        again = me(
            business_memberships=[membership(1, 10, "manager", account_id="B")], roles=[staff]
        )
        assert shortly(*versions([(more, DAY[0])], [(again, DAY[1])])) == {}


class TestState:
    def subscribed(self, status: str) -> Any:
        return me(business_memberships=[OWNED], subscription_statuses={"A": status})

    def test_a_trial_expires_and_is_paid(self) -> None:
        """The status of an account makes access latent for everybody who passes it, and active again."""
        other = (me(2, business_memberships=[membership(2, 10, "manager")]), DAY[0])
        before, after = versions(
            [(self.subscribed("active_trial"), DAY[0]), other],
            [(self.subscribed("trial_expired"), DAY[1])],
        )
        (group,) = changes(before, after).groups
        assert group.cause == NodeCause(
            "account:A", "subscription_status", "active_trial", "trial_expired"
        )
        assert [(each.kinds, each.principal, each.resource) for each in group.changes] == [
            ((Kind.TURNED_LATENT,), f"identity:{who}", what)
            for who in (1, 2)
            for what in ("account:A", "business:10")
        ]
        assert sentences(before, after)[0] == (
            "i1@example.com still reaches account A, and the access turned latent (trial_expired): "
            "the subscription of account A was active_trial and is trial_expired."
        )
        assert set(told(after, before).values()) == {"TURNED_ACTIVE [account:A]"}

    def test_another_reason_is_no_change(self) -> None:
        """From one reason for being latent to another, and from one status alive to another, nothing changes."""
        for then, now in (("trial_expired", "cancelled"), ("active", "active_trial")):
            assert (
                shortly(
                    *versions([(self.subscribed(then), DAY[0])], [(self.subscribed(now), DAY[1])])
                )
                == {}
            )

    def test_a_business_closes(self) -> None:
        """A business that is no longer active makes the access to the vendors behind it latent too."""
        rows = {"business_clients": [client(6, "V")]}
        before, after = versions(
            [(me(business_memberships=[membership(1, 10, active=True, **rows)]), DAY[0])],
            [(me(business_memberships=[membership(1, 10, active=False, **rows)]), DAY[1])],
        )
        assert shortly(before, after) == {
            "account:V": "TURNED_LATENT [business:10]",
            "business:10": "TURNED_LATENT [business:10]",
        }

    def test_an_identity_is_confirmed(self) -> None:
        """An identity that was unconfirmed turns active with all it reaches."""
        body = me(business_memberships=[membership(1, 10)])
        body["response"]["confirmed_at"] = None
        later = me(business_memberships=[membership(1, 10)])
        later["response"]["confirmed_at"] = "2026-01-01T00:00:00Z"
        before, after = versions([(body, DAY[0])], [(later, DAY[1])])
        assert shortly(before, after) == {"business:10": "TURNED_ACTIVE [identity:1]"}
        (cause,) = changes(before, after).changes[0].causes
        assert cause == NodeCause("identity:1", "confirmed_at", "unconfirmed", "confirmed")

    def test_a_row_turns_inactive(self) -> None:
        """A team row that is no longer active is a changed grant."""
        before, after = (team(10, (1, 1, "manager")) for _ in range(2))
        after["response"]["business_group"]["members"][0]["active"] = False
        graphs = versions([(before, DAY[0])], [(after, DAY[1])])
        assert shortly(*graphs) == {"business:10": "TURNED_LATENT [business:10#MEMBER@identity:1]"}
        assert sentences(*graphs)[0].endswith(": team row 1 of identity 1 turned inactive.")

    def test_an_account_that_turns_out_to_be_kept(self) -> None:
        """A business counts with the account it keeps: learning of a dead account is a cause off the path."""
        status = {"subscription_statuses": {"A": "cancelled"}}
        before, after = versions(
            [(me(business_memberships=[membership(1, 10)], **status), DAY[0])],
            [(me(business_memberships=[OWNED], **status), DAY[1])],
        )
        keeps = "account:A#KEEPS@business:10"
        assert shortly(before, after) == {
            "account:A": f"OBSERVED [{keeps}]",
            "business:10": f"TURNED_LATENT [{keeps}]",
        }

    def test_raised_and_latent_at_once(self) -> None:
        """One access can change in its roles and in its state: one change with two kinds and the causes of both."""
        before, after = versions(
            [(me(business_memberships=[membership(1, 10, "manager", active=True)]), DAY[0])],
            [(me(business_memberships=[membership(1, 10, "owner", active=False)]), DAY[1])],
        )
        assert shortly(before, after) == {
            "business:10": "RAISED+TURNED_LATENT [business:10#MEMBER@identity:1 business:10]"
        }
        assert (
            "the access was raised from MANAGER to OWNER and turned latent (business_inactive): "
            "membership 1 of i1@example.com changed from MANAGER to OWNER; "
            "Business 10 (10) was active and is inactive."
        ) in sentences(before, after)[0]


class TestStated:
    """Where a version knows the attribute of a cause from."""

    def found(
        self, before: AccessGraph, after: AccessGraph
    ) -> list[tuple[str, str | None, Any] | None]:
        """On either side of the only node cause: document, record id, and what stands at the pointer."""
        causes = {
            each.id: each for change in changes(before, after).changes for each in change.causes
        }
        (cause,) = (each for each in causes.values() if isinstance(each, NodeCause))
        return [self.said(graph, cause) for graph in (before, after)]

    def said(self, graph: AccessGraph, cause: NodeCause) -> tuple[str, str | None, Any] | None:
        evidence = stated(graph, cause)
        if evidence is None:
            return None
        document = graph.documents[evidence.document]
        place = pointer(document, evidence.section, evidence.index, evidence.sub) + cause.pointer
        return document.source, evidence.record_id, record(document, place)

    def test_a_subscription(self) -> None:
        """The latest document that lists the account says it, whoever's it is; one that is silent does not."""
        rows = [membership(1, 10, account_id="A/~")]
        worlds = [
            (me(business_memberships=rows, subscription_statuses={"A/~": "active"}), DAY[0]),
            (
                me(
                    2,
                    business_memberships=[membership(2, 10)],
                    subscription_statuses={"A/~": "expired"},
                ),
                DAY[1],
            ),
            (
                me(business_memberships=rows, subscription_statuses={"B": "active"}, note='"A/~":'),
                DAY[2],
            ),
        ]
        before, after = versions(worlds[:1], worlds[1:])
        assert self.found(before, after) == [
            ("document 0", None, "active"),
            ("document 1", None, "expired"),
        ]

    def test_a_business(self) -> None:
        """A membership's record of the business says it, or the team's, wherever that keeps it."""
        first = me(business_memberships=[membership(2, 100), membership(1, 10, active=True)])
        nested = team(10, (1, 1, "owner"))
        group = nested["response"]["business_group"]
        nested["response"] = {
            "business": business(10, active=False),
            "business_group": group,
        }
        for last in (team(10, (1, 1, "owner"), active=False), nested):
            graphs = versions(
                [(first, DAY[0])], [(last, DAY[1]), (me(2, business_memberships=[]), DAY[2])]
            )
            assert self.found(*graphs) == [("document 0", "10", True), ("document 1", "10", False)]

    def test_an_identity(self) -> None:
        """Only its own document says whether it is confirmed; a later one without the key does not."""
        rows = [membership(1, 10)]
        worlds = [
            (me(business_memberships=rows, confirmed_at=None), DAY[0]),
            (me(business_memberships=rows, confirmed_at="2026-01-01T00:00:00Z"), DAY[1]),
            (me(business_memberships=rows), DAY[2]),
        ]
        before, after = versions(worlds[:1], worlds[1:])
        assert self.found(before, after) == [
            ("document 0", "1", None),
            ("document 1", "1", "2026-01-01T00:00:00Z"),
        ]

    def test_what_was_not_known(self) -> None:
        """Where no document states it there is nothing to show."""
        rows = [membership(1, 10, account_id="A")]
        worlds = [
            (me(business_memberships=rows), DAY[0]),
            (me(business_memberships=rows, subscription_statuses={"A": "expired"}), DAY[1]),
        ]
        assert self.found(*versions(worlds[:1], worlds[1:])) == [
            None,
            ("document 1", None, "expired"),
        ]


@pytest.mark.parametrize("first", range(0, WORLDS, BATCH))
def test_what_is_stated_is_what_decides(first: int) -> None:
    """On random worlds, what stands where a cause is stated is what the version takes for it."""
    for seed in range(first, first + BATCH, 5):
        old, new = two_moments(seed)
        before, after = explore(old), explore(new)
        for change in changes(before, after).changes:
            for cause in change.causes:
                if isinstance(cause, NodeCause):
                    for graph, word in ((before, cause.before), (after, cause.after)):
                        found = TestStated().said(graph, cause)
                        assert (found and found[2]) == _raw(graph, cause, word), (seed, cause)


def _raw(graph: AccessGraph, cause: NodeCause, word: str | None) -> Any:
    """The word of a cause as a document has it."""
    if cause.attribute == "active":
        return {"active": True, "inactive": False, None: None}[word]
    if cause.id not in graph:
        return None
    confirmed = str(graph.nodes[cause.id].get("confirmed_at", "")).replace("+00:00", "Z") or None
    return confirmed if cause.attribute == "confirmed_at" else word


class TestCertainty:
    def test_a_stated_access_becomes_inferred(self) -> None:
        """When the identity's own role goes and the business's client relation stays, what was stated is inferred."""
        role = {"id": 5, "role": "client", "accountid": "V", "userid": 7}
        rows = [membership(1, 10, business_clients=[client(6, "V")])]
        before, after = versions(
            [(me(business_memberships=rows, roles=[role]), DAY[0])],
            [(me(business_memberships=rows), DAY[1])],
        )
        cause = "account:V#ROLE/CLIENT@identity:1"
        assert shortly(before, after) == {"account:V": f"NOW_INFERRED [{cause}]"}
        assert shortly(after, before) == {"account:V": f"NOW_STATED [{cause}]"}

    def test_a_route_that_replaces_another_is_a_cause(self) -> None:
        """Where no path is left of those before, what went and what came instead are both causes."""
        role = {"id": 5, "role": "client", "accountid": "V", "userid": 7}
        old = me(business_memberships=[membership(1, 10, business_clients=[])], roles=[role])
        new = me(business_memberships=[membership(1, 10, business_clients=[client(6, "V")])])
        causes = "account:V#CLIENT@business:10 account:V#ROLE/CLIENT@identity:1"
        assert shortly(*versions([(old, DAY[0])], [(new, DAY[1])])) == {
            "account:V": f"NOW_INFERRED [{causes}]"
        }


class TestTwoGraphs:
    def test_equal_graphs(self) -> None:
        """Between equal graphs, or where only a name or the evidence differs, nothing has changed."""
        world = [(me(business_memberships=[OWNED]), DAY[0])]
        before, after = versions(
            world, [(me(business_memberships=[OWNED], first_name="Ann"), DAY[1])]
        )
        assert changes(before, before) == Changes(
            before.version, before.version, (), truncated=False
        )
        assert changes(before, after) == Changes(before.version, after.version, (), truncated=False)
        assert changes(before, after).groups == ()

    def test_two_policies_do_not_compare(self) -> None:
        """Graphs under different policies are refused with a code."""
        world = [(me(), DAY[0])]
        with pytest.raises(InroadsError) as error:
            changes(explore(world), explore(world, load_policy("[roles.MANAGER]\ncontrols = true")))
        assert error.value.code == "POLICY_DIFFERS"

    def test_a_search_that_was_cut_short_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where a limit cut a search, the changes say that they may not be all."""
        rows = [membership(n, n, business_clients=[client(n, "V", 900)]) for n in range(1, 9)]
        before, after = versions([(me(), DAY[0])], [(me(business_memberships=rows), DAY[1])])
        assert not changes(before, after).truncated
        monkeypatch.setattr("inroads.reach.limits.MAX_PATHS", 3)
        assert changes(before, after).truncated

    def test_hostile_names_do_not_steer(self) -> None:
        """Names and words of documents are printed without characters that steer a terminal."""
        row = membership(1, 10)
        row["business"]["name"] = "\x1b[31m{now}"
        before, after = versions([(me(), DAY[0])], [(me(business_memberships=[row]), DAY[1])])
        (text,) = sentences(before, after)
        assert text.isprintable()
        assert "[31m{now}" in text


# The brute force: every access of every identity in both versions, and the rule of coverage by the oracle's scopes.


def accesses(graph: Explorer) -> dict[tuple[str, str], Access]:
    identities = [node for node in graph if kind_of(node) is NodeKind.IDENTITY]
    return {
        (each.principal, each.resource): each for who in identities for each in graph.reach(who)
    }


def routes(access: Access) -> set[tuple[str, ...]]:
    return {tuple(step.grant for step in path.steps) for path in access.paths}


def denied(grant: Grant, scopes: set[str], keepers: set[str]) -> bool:
    """Whether documents that cover these scopes would have shown a grant."""
    principal, resource = grant.principal, grant.resource
    covering = {
        Relation.KEEPS: {f"account:{principal}", f"keeper:{native_id(resource)}"},
        Relation.CLIENT: {f"clients:{principal}"},
        Relation.MEMBER: {f"business_memberships:{principal}", f"team:{resource}"},
        Relation.ROLE: {f"roles:{principal}"},
    }.get(grant.relation, set())
    if grant.relation is Relation.ROLE and Role.CLIENT not in grant.roles:
        covering |= {f"holders:{native_id(resource)}"} | {f"keyless:{each}" for each in keepers}
    return bool(covering & scopes)


def open_accesses(
    ours: Explorer, theirs: Explorer, scopes: set[str], found: dict[tuple[str, str], Access]
) -> set[tuple[str, str]]:
    """The accesses found in one version that may be in the other version too, whose documents cover these scopes.

    They are found by adding what the other one left open.
    """
    keeps = [
        each
        for graph in (ours, theirs)
        for each in graph.grants.values()
        if each.relation is Relation.KEEPS
    ]
    grants = []
    for key, grant in ours.grants.items():
        keepers = {each.principal for each in keeps if each.resource == grant.resource}
        if key in theirs.grants or not denied(grant, scopes, keepers):
            grants.append(theirs.grants.get(key, grant))
    possible = accesses(standing(grants, dict(ours.nodes(data=True))))
    return {
        pair for pair in found if pair in possible and routes(found[pair]) & routes(possible[pair])
    }


def brute_force(old: World, new: World) -> dict[tuple[str, str], tuple[Kind, ...]]:
    earlier, later = explore(old), explore(new)
    before, after = accesses(earlier), accesses(later)
    seen = open_accesses(later, earlier, set(Oracle(old)._latest), after)
    unseen = open_accesses(earlier, later, set(Oracle(new)._latest), before)
    found: dict[tuple[str, str], tuple[Kind, ...]] = {}
    for pair in {*before, *after}:
        if pair not in before:
            found[pair] = (Kind.OBSERVED if pair in seen else Kind.GAINED,)
        elif pair not in after:
            found[pair] = (Kind.UNOBSERVED if pair in unseen else Kind.LOST,)
        elif kinds := tuple(both(before[pair], after[pair])):
            found[pair] = kinds
    return found


def both(then: Access, now: Access) -> Iterator[Kind]:
    more, less = (
        set(now.capabilities) - set(then.capabilities),
        set(then.capabilities) - set(now.capabilities),
    )
    if then.roles != now.roles:
        yield {(True, False): Kind.RAISED, (False, True): Kind.LOWERED}.get(
            (bool(more), bool(less)), Kind.CHANGED
        )
    if then.state != now.state:
        yield Kind[f"TURNED_{now.state}"]
    if then.certainty != now.certainty:
        yield Kind[f"NOW_{now.certainty}"]
    if bool(then.contested_roles) != bool(now.contested_roles):
        yield Kind.TURNED_CONTESTED if now.contested_roles else Kind.SETTLED


def two_moments(seed: int) -> tuple[World, World]:
    """A random world until some moment, and all of it; or any part of it, as when old documents arrive late."""
    rng = random.Random(seed)
    world = random_world(rng, size=rng.choice((6, 10)))
    moments = sorted({moment for _, moment in world})
    if rng.random() < 0.3 or len(moments) == 1:
        return [each for each in world if rng.random() < 0.6], world
    until = rng.choice(moments[:-1])
    return [each for each in world if each[1] <= until], world


def kinds_of(found: Changes) -> dict[tuple[str, str], tuple[Kind, ...]]:
    return {(each.principal, each.resource): each.kinds for each in found.changes}


def reverted(change: Change, before: Explorer, after: Explorer) -> Access | None:
    """The access in the new version if the causes of its change had not happened."""
    grants = dict(after.grants)
    attributes = dict(after.nodes(data=True))
    for cause in change.causes:
        if isinstance(cause, NodeCause):
            attributes[cause.id] = before.nodes[cause.id] if cause.id in before else {}
        elif cause.before is None:
            del grants[cause.id]
        else:
            grants[cause.id] = cause.before
    hybrid = standing(grants.values(), attributes)
    return hybrid.access(change.principal, change.resource) if change.principal in hybrid else None


def real_routes(change: Change, *graphs: Explorer) -> set[tuple[str, ...]]:
    """The routes of either version; undoing some of what happened can also make a mixture that neither had."""
    found = (graph.access(change.principal, change.resource) for graph in graphs)
    return {route for access in found if access for route in routes(access)}


@pytest.mark.parametrize("first", range(0, WORLDS, BATCH))
def test_random_worlds_agree_with_the_brute_force(first: int) -> None:
    """On random worlds the changes and kinds are those of comparing every access, and the reverse is the mirror."""
    for seed in range(first, first + BATCH):
        old, new = two_moments(seed)
        before, after = explore(old), explore(new)
        found, reverse = changes(before, after), changes(after, before)
        assert kinds_of(found) == brute_force(old, new), seed
        assert kinds_of(reverse) == {
            pair: tuple(MIRROR[kind] for kind in kinds) for pair, kinds in kinds_of(found).items()
        }, seed
        assert list(found.changes) == sorted(found.changes, key=lambda change: change.key)
        causes = {
            (each.principal, each.resource): [cause.id for cause in each.causes]
            for each in found.changes
        }
        assert causes == {
            (each.principal, each.resource): [cause.id for cause in each.causes]
            for each in reverse.changes
        }
        assert all(sentence(before, after, each).endswith(".") for each in found.changes)


@pytest.mark.parametrize("most", [limits.MAX_PATHS, 1])
def test_many_are_compared_as_few(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared as columns, the changes of random worlds are those of comparing identities one by one.

    A search that a limit cuts is among them, and no change is written to count or to choose some.
    """
    monkeypatch.setattr(limits, "MAX_PATHS", most)
    for seed in range(0, WORLDS, 25):
        before, after = map(explore, two_moments(seed))
        few = changes(before, after)
        with monkeypatch.context() as patch:
            patch.setattr(changes_of, "FEW", -1)
            many = changes(before, after)
            patch.setattr(UnwrittenChanges, "__getitem__", None)
            counted, gained = many.counts, many.only(["GAINED", "TURNED_LATENT"])
            assert repr(many) == repr(few)
        assert isinstance(many.changes, UnwrittenChanges)
        assert many == few, seed
        assert list(many.changes) == list(few.changes)
        assert many.changes[1:3] == few.changes[1:3]
        assert counted == few.counts
        assert gained == few.only(["GAINED", "TURNED_LATENT"])


@pytest.mark.parametrize("first", range(0, WORLDS, BATCH))
def test_causes_differ_matter_and_suffice(first: int) -> None:
    """Each cause differs between the versions, and without its causes no change would have been what it was."""
    for seed in range(first, first + BATCH, 5):
        old, new = two_moments(seed)
        before, after = explore(old), explore(new)
        for change in changes(before, after).changes:
            assert change.causes, (seed, change)
            for cause in change.causes:
                assert cause.before != cause.after
            access = reverted(change, before, after)
            if change.before is None:
                assert access is None, (seed, change)
            elif change.after is None:
                assert access is not None, (seed, change)
            elif access is None or routes(access) <= real_routes(change, before, after):
                facts = [
                    each and (each.roles, each.state, each.certainty, bool(each.contested_roles))
                    for each in (access, change.after)
                ]
                assert facts[0] != facts[1], (seed, change)


def hops_taken(before: Explorer, after: Explorer, monkeypatch: pytest.MonkeyPatch) -> int:
    taken = 0

    def counting(name: str) -> Any:
        plain = getattr(AccessGraph, name)

        def counted(graph: AccessGraph, node: str) -> Any:
            nonlocal taken
            taken += 1
            return plain(graph, node)

        return counted

    with monkeypatch.context() as patch:
        for name in ("hops_from", "hops_to"):
            patch.setattr(AccessGraph, name, counting(name))
        assert changes(before, after).changes
    return taken


def test_the_walk_is_as_long_as_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph twenty times larger, with the same few differing documents, is not walked any farther."""
    now = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
    own = [
        (me(1, business_memberships=[OWNED]), now),
        (me(2, business_memberships=[membership(2, 10, "manager")]), now),
    ]
    later = [
        (
            me(1, business_memberships=[membership(1, 10, "manager", account_id="A")]),
            now + dt.timedelta(days=1),
        )
    ]
    counts = []
    for size in (20, 400):
        crowd = [
            (each["document"], dt.datetime.fromisoformat(each["observed_at"]))
            for each in population(size, teams=0.3)
        ]
        counts.append(hops_taken(*versions([*crowd, *own], later), monkeypatch))
    assert counts[0] == counts[1] < 40


class TestAboutOneNode:
    """Changes of one person, or of one place."""

    def test_a_person_and_a_business(self) -> None:
        """A business has the changes of its account; whom no version knows is an error."""
        work = membership(5, 10, "manager", account_id="a10")
        other = membership(6, 20, "owner")
        old: World = [(me(1, business_memberships=[]), DAY[1]), (me(2), DAY[1])]
        new: World = [
            (me(1, business_memberships=[work, other]), DAY[2]),
            (me(2, business_memberships=[other]), DAY[2]),
        ]
        before, after = versions(old, new)

        def told_of(text: str) -> set[tuple[str, str]]:
            found = changes(before, after, about=text).changes
            return {(each.principal, each.resource) for each in found}

        account = ("identity:1", "account:a10")
        assert told_of("business:10") == {("identity:1", "business:10"), account}
        assert told_of("account:a10") == {account}
        assert told_of("identity:2") == {("identity:2", "business:20")}
        assert changes(after, before, about="business:10").changes
        with pytest.raises(InroadsError, match="no document names"):
            changes(before, after, about="identity:99")

    @pytest.mark.parametrize("seed", range(8))
    def test_they_are_all_changes_filtered_by_hand(self, seed: int) -> None:
        """For each node that either version knows; each change is of one person and of one place."""
        before, after = map(explore, two_moments(seed))
        whole, people = changes(before, after), 0
        for node in {*before, *after}:
            if kind_of(node) is NodeKind.GROUP:
                continue
            found = changes(before, after, about=node)
            names = {node}
            if kind_of(node) is NodeKind.BUSINESS:
                known = [graph for graph in (before, after) if node in graph]
                names.update(each for graph in known for each in graph.kept(node))
            assert list(found.changes) == [
                each for each in whole.changes if names & {each.principal, each.resource}
            ]
            assert list(found.emails) == [each for each in whole.emails if each.identity == node]
            people += len(found.changes) if kind_of(node) is NodeKind.IDENTITY else 0
        assert people == len(whole.changes)
