"""Hand-written truths about the oracle, since an oracle that is wrong would only agree with itself."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from oracle import Oracle, OraclePath, maximal
from strategies import World, random_world, worlds

Body = dict[str, Any]

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 3, tzinfo=UTC)

BRUCE: Body = {
    "response": {
        "id": 712052,
        "email": "b@example.com",
        "confirmed_at": "2016-01-26T16:01:23Z",
        "groups": [
            {"id": 90610, "group_id": 23738, "role": "owner", "business_id": 77128, "active": True},
            {
                "id": 168372,
                "group_id": 96277,
                "role": "owner",
                "business_id": 77128,
                "active": True,
            },
            {
                "id": 1570108,
                "group_id": 568705,
                "role": "manager",
                "business_id": 311394,
                "active": True,
            },
        ],
        "subscription_statuses": {"zDmNq": "active", "e6Wmk": "trial_expired"},
        "business_memberships": [
            {
                "id": 168372,
                "role": "owner",
                "business": {
                    "id": 77128,
                    "account_id": "zDmNq",
                    "business_clients": [
                        {
                            "id": 22347,
                            "business_id": 77128,
                            "account_id": "Xr82w",
                            "userid": 74353,
                            "client_business": {"business_id": 77128},
                            "account_business": {
                                "account_business_id": 363103,
                                "account_id": "Xr82w",
                            },
                        }
                    ],
                },
            },
            {
                "id": 1570108,
                "role": "manager",
                "business": {"id": 311394, "account_id": "e6Wmk", "business_clients": []},
            },
        ],
        "roles": [
            {"id": 682608, "role": "admin", "systemid": 1953394, "userid": 1, "accountid": "zDmNq"},
            {
                "id": 938330,
                "role": "staff",
                "systemid": 2589025,
                "userid": 2307391,
                "accountid": "e6Wmk",
            },
            {
                "id": 994207,
                "role": "client",
                "systemid": 2699898,
                "userid": 74353,
                "accountid": "Xr82w",
            },
        ],
    }
}
B = "identity:712052"
OWNS = "business:77128#MEMBER@identity:712052"
MANAGES = "business:311394#MEMBER@identity:712052"
CLIENT_ROLE = "account:Xr82w#ROLE/CLIENT@identity:712052"
CLIENT_ROW = "account:Xr82w#CLIENT@business:77128"
VENDOR_KEEPS = "account:Xr82w#KEEPS@business:363103"


def me(identity: int, **sections: Any) -> Body:
    return {"id": identity, **sections}


def member(business: int, role: str, **record: Any) -> Body:
    return {"id": 500 + business, "role": role, "business": {"id": business, **record}}


def team(business: int, group: int, members: dict[int, str], **record: Any) -> Body:
    rows = [
        {
            "id": 900 + identity,
            "group_id": group,
            "role": role,
            "identity_id": identity,
            "business_id": business,
        }
        for identity, role in members.items()
    ]
    return {
        "id": business,
        **record,
        "business_group": {"id": group, "category": "business", "members": rows},
    }


def client_of(account: str, vendor: int | None = None) -> Body:
    return {
        "id": 1,
        "account_id": account,
        "account_business": {"account_business_id": vendor, "account_id": account},
    }


def summary(
    oracle: Oracle, principal: str, mode: str = "ACCESS"
) -> dict[str, tuple[set[str], str, str]]:
    return {
        resource: (set(access.roles), access.certainty, access.state)
        for resource, access in oracle.reach(principal, mode).items()
    }


def nodes_of(path: OraclePath) -> tuple[str, ...]:
    return (path.steps[0][0], *(after for _, _, after in path.steps))


@pytest.fixture
def bruce() -> Oracle:
    return Oracle([(BRUCE, MONDAY)])


def test_bruce_reaches_six_resources_and_nothing_else(bruce: Oracle) -> None:
    """Two as OWNER, two as MANAGER on an expired trial, two as CLIENT of a vendor."""
    expired = ({"MANAGER"}, "STATED", "LATENT")
    assert summary(bruce, B) == {
        "business:77128": ({"OWNER"}, "STATED", "ACTIVE"),
        "account:zDmNq": ({"OWNER"}, "STATED", "ACTIVE"),
        "business:311394": expired,
        "account:e6Wmk": expired,
        "account:Xr82w": ({"CLIENT"}, "STATED", "ACTIVE"),
        "business:363103": ({"CLIENT"}, "STATED", "ACTIVE"),
    }
    assert {path.reasons for path in bruce.paths(B, "account:e6Wmk")} == {
        frozenset({"trial_expired"})
    }
    distances = {resource: access.distance for resource, access in bruce.reach(B).items()}
    assert distances == {
        "business:77128": 1,
        "account:zDmNq": 2,
        "business:311394": 1,
        "account:e6Wmk": 2,
        "account:Xr82w": 1,
        "business:363103": 2,
    }


def test_bruce_is_a_client_by_a_record_and_by_a_rule(bruce: Oracle) -> None:
    """The vendor's account is reached by the client role, and as owner of a business that is a client."""
    found = {
        (path.steps, path.certainty, path.state, path.roles)
        for path in bruce.paths(B, "account:Xr82w")
    }
    client = frozenset({"CLIENT"})
    assert found == {
        (((B, CLIENT_ROLE, "account:Xr82w"),), "STATED", "ACTIVE", client),
        (
            ((B, OWNS, "business:77128"), ("business:77128", CLIENT_ROW, "account:Xr82w")),
            "INFERRED",
            "ACTIVE",
            client,
        ),
    }
    assert {nodes_of(path) for path in bruce.paths(B, "business:363103")} == {
        (B, "account:Xr82w", "business:363103"),
        (B, "business:77128", "account:Xr82w", "business:363103"),
    }


@pytest.mark.parametrize("vendor", ["account:Xr82w", "business:363103"])
def test_bruce_loses_the_vendor_only_when_two_grants_go(bruce: Oracle, vendor: str) -> None:
    """Two independent routes; the best cut is the role and the client row, since the membership ends more."""
    assert bruce.disjoint_routes(B, vendor) == 2
    with_row, with_membership = frozenset({CLIENT_ROLE, CLIENT_ROW}), frozenset({CLIENT_ROLE, OWNS})
    assert bruce.minimum_cuts(B, vendor) == {with_row, with_membership}
    assert bruce.collateral(with_row, B, vendor) == 1  # the vendor's other half
    assert (
        bruce.collateral(with_membership, B, vendor) == 3
    )  # and his own business with its account
    assert bruce.best_cut(B, vendor) == with_row
    assert bruce.paths(B, vendor, without={CLIENT_ROLE})
    assert not bruce.paths(B, vendor, without=with_row)


def test_bruce_has_one_grant_per_relation_with_all_its_evidence(bruce: Oracle) -> None:
    """Membership, business-level group row and role row are one grant; the client row names two relations."""
    assert set(bruce.grants) == {
        OWNS,
        MANAGES,
        CLIENT_ROLE,
        CLIENT_ROW,
        VENDOR_KEEPS,
        "account:zDmNq#KEEPS@business:77128",
        "account:e6Wmk#KEEPS@business:311394",
        "group:23738#GROUP@identity:712052",
        "business:77128#GROUP_OF@group:23738",
        "business:77128#GROUP_OF@group:96277",
        "business:311394#GROUP_OF@group:568705",
    }
    assert bruce.grants[OWNS].evidence == {
        (0, "/response/business_memberships/0"),
        (0, "/response/groups/1"),
        (0, "/response/roles/0"),
    }
    assert bruce.grants[OWNS].roles == ("OWNER",)
    assert bruce.grants[OWNS].controls
    assert bruce.grants[MANAGES].roles == ("MANAGER",)  # the role row says staff, which agrees
    assert not bruce.grants[MANAGES].controls
    row = {(0, "/response/business_memberships/0/business/business_clients/0")}
    assert bruce.grants[CLIENT_ROW].evidence == bruce.grants[VENDOR_KEEPS].evidence == row
    assert bruce.grants["account:zDmNq#KEEPS@business:77128"].evidence == {
        (0, "/response/business_memberships/0/business")
    }


def test_bruce_is_only_associated_by_his_project_group(bruce: Oracle) -> None:
    """The project group adds a path in ASSOCIATION mode, which is not access and adds no role."""
    assert summary(bruce, B, "ASSOCIATION") == summary(bruce, B)
    through_group = [
        p for p in bruce.paths(B, "business:77128", "ASSOCIATION") if len(p.steps) == 2
    ]
    assert [(nodes_of(p), p.certainty) for p in through_group] == [
        ((B, "group:23738", "business:77128"), "ASSOCIATED"),
    ]


def test_a_newer_team_decides_who_is_a_member() -> None:
    """A newer team drops whom it does not name, in every dialect; an equally old one only adds."""
    profile = me(
        1,
        business_memberships=[member(9, "owner", account_id="007")],
        roles=[{"id": 1, "role": "admin", "userid": 1, "accountid": "007"}],
    )
    later = Oracle([(profile, MONDAY), (team(9, 90, {2: "business_employee"}), TUESDAY)])
    assert summary(later, "identity:1") == {}
    employee = ({"EMPLOYEE"}, "STATED", "ACTIVE")
    assert summary(later, "identity:2") == {"business:9": employee, "account:007": employee}

    together = Oracle([(team(9, 90, {2: "business_employee"}), MONDAY), (profile, MONDAY)])
    assert set(together.reached_by("account:007")) == {"identity:1", "identity:2"}

    earlier = Oracle(
        [(team(9, 90, {1: "client", 2: "business_employee"}), MONDAY), (profile, TUESDAY)]
    )
    assert summary(earlier, "identity:1")["business:9"] == ({"OWNER"}, "STATED", "ACTIVE")
    assert "identity:2" in earlier.reached_by("business:9")


def test_a_revoked_role_is_gone_and_its_account_still_known() -> None:
    """A newer section of the same identity without a role ends it; a section that is missing says nothing."""
    role = {"id": 1, "role": "business_accountant", "userid": 4, "accountid": "1e5"}
    before, after = (me(1, roles=[role]), MONDAY), (me(1, roles=[]), TUESDAY)
    stands = {"account:1e5": ({"ACCOUNTANT"}, "STATED", "ACTIVE")}
    assert summary(Oracle([before]), "identity:1") == stands
    assert summary(Oracle([before, (me(1), TUESDAY)]), "identity:1") == stands
    revoked = Oracle([after, before])
    assert revoked.grants == {}
    assert revoked.nodes == {"identity:1", "account:1e5"}
    assert revoked.access("identity:1", "account:1e5") is None
    assert revoked.minimum_cuts("identity:1", "account:1e5") == set()
    assert revoked.disjoint_routes("identity:1", "account:1e5") == 0


def test_a_project_group_never_gives_access() -> None:
    """An owner row in a project group associates; the same row in a known business-level group is a membership."""
    row = {"id": 77, "group_id": 5, "role": "owner", "business_id": 9, "active": True}
    project = Oracle([(me(1, groups=[row]), TUESDAY)])
    assert summary(project, "identity:1") == {}
    assert summary(project, "identity:1", "ASSOCIATION") == {
        "business:9": ({"UNKNOWN"}, "ASSOCIATED", "ACTIVE")
    }

    known = Oracle([(me(1, groups=[row]), TUESDAY), (team(9, 5, {}), MONDAY)])
    assert summary(known, "identity:1") == {"business:9": ({"OWNER"}, "STATED", "ACTIVE")}
    assert not any(grant.relation == "GROUP" for grant in known.grants.values())

    other_business = me(1, groups=[{**row, "id": 508}], business_memberships=[member(8, "client")])
    assert Oracle([(other_business, MONDAY)]).business_level_groups == set()


def test_mutual_clients_reach_each_other_and_no_further() -> None:
    """Two businesses, each a client of the other: each owner is a client of the other one, not of its vendors."""
    oracle = Oracle(
        [
            (
                me(
                    1,
                    business_memberships=[
                        member(7, "owner", account_id="a7", business_clients=[client_of("a8", 8)]),
                    ],
                ),
                MONDAY,
            ),
            (
                team(
                    8,
                    80,
                    {2: "business_partner", 3: "business_manager"},
                    account_id="a8",
                    business_clients=[client_of("a7", 7), client_of("a9", 9)],
                ),
                TUESDAY,
            ),
        ]
    )
    owner, client = ({"OWNER"}, "STATED", "ACTIVE"), ({"CLIENT"}, "INFERRED", "ACTIVE")
    admin, manager = ({"ADMIN"}, "STATED", "ACTIVE"), ({"MANAGER"}, "STATED", "ACTIVE")
    assert summary(oracle, "identity:1") == {
        "business:7": owner,
        "account:a7": owner,
        "business:8": client,
        "account:a8": client,
    }
    assert summary(oracle, "identity:2") == {
        "business:8": admin,
        "account:a8": admin,
        "business:7": client,
        "account:a7": client,
        "business:9": client,
        "account:a9": client,
    }
    assert summary(oracle, "identity:3") == {"business:8": manager, "account:a8": manager}
    further = oracle.access("identity:1", "account:a9", "ASSOCIATION")
    assert further is not None
    assert further.roles == {"UNKNOWN"}
    assert (further.certainty, further.distance) == ("ASSOCIATED", 4)


def test_the_vendor_of_a_client_row_stands_until_the_vendor_is_shown() -> None:
    """A client row names who keeps the account, until a newer document shows that business with its account."""
    row = (
        me(1, business_memberships=[member(7, "owner", business_clients=[client_of("a8", 8)])]),
        MONDAY,
    )
    named = Oracle([row])
    assert set(named.reach("identity:1")) == {"business:7", "account:a8", "business:8"}

    def shown(**record: Any) -> Oracle:
        return Oracle([row, (team(8, 80, {}, **record), TUESDAY)])

    assert "account:a8#KEEPS@business:8" in shown().grants  # it does not say which account it keeps
    assert "account:a8#KEEPS@business:8" not in shown(account_id=None).grants
    moved = shown(account_id="a88")
    assert set(moved.reach("identity:1")) == {"business:7", "account:a8"}
    assert moved.grants["account:a88#KEEPS@business:8"].evidence == {(1, "")}
    equally_old = Oracle([row, (team(8, 80, {}, account_id="a88"), MONDAY)])
    assert set(equally_old.reach("identity:1")) == {"business:7", "account:a8"}


def test_a_client_row_may_stand_on_the_vendors_side() -> None:
    """Where the shown business is the vendor of the row, the client is the business that the row names."""
    row = {
        "id": 1,
        "business_id": 7,
        "account_id": "a8",
        "client_business": {"business_id": 7},
        "account_business": {"account_business_id": 8, "account_id": "a8"},
    }
    oracle = Oracle(
        [(me(1, business_memberships=[member(8, "owner", business_clients=[row])]), MONDAY)]
    )
    assert {"account:a8#CLIENT@business:7", "account:a8#KEEPS@business:8"} <= set(oracle.grants)
    row["account_business"] = {"account_business_id": 6, "account_id": "a6"}
    oracle = Oracle(
        [(me(1, business_memberships=[member(8, "owner", business_clients=[row])]), MONDAY)]
    )
    assert "account:a8#CLIENT@business:8" in oracle.grants
    assert not any("KEEPS" in grant for grant in oracle.grants)  # it names two accounts


def test_latent_access_says_every_reason() -> None:
    """Business, account and identity count where they stand on the path or keep company with it; so does the row."""
    row = {"id": 509, "group_id": 5, "role": "manager", "business_id": 9, "active": False}
    body = me(
        1,
        confirmed_at=None,
        groups=[row],
        subscription_statuses={"a9": "cancelled"},
        business_memberships=[member(9, "business_manager", account_id="a9", active=False)],
    )
    every = {"identity_unconfirmed", "group_inactive", "cancelled", "business_inactive"}
    [path] = Oracle([(body, MONDAY)]).paths("identity:1", "business:9")
    assert path.state == "LATENT"
    assert path.reasons == every

    healed = me(
        1,
        confirmed_at="2026-03-03T00:00:00Z",
        subscription_statuses={"a9": "active_trial"},
        business_memberships=[member(9, "business_manager", account_id="a9")],
    )
    [path] = Oracle([(body, MONDAY), (healed, TUESDAY)]).paths("identity:1", "business:9")
    assert path.reasons == {"business_inactive"}  # the newer document says nothing about it


def test_a_role_word_counts_only_in_its_own_dialect() -> None:
    """`admin` is the owner in `roles` and unknown in memberships; `manager` and `staff` are the other way about."""
    roles = [
        {"id": n, "role": word, "accountid": word}
        for n, word in enumerate(["admin", "manager", "staff"])
    ]
    memberships = [member(n, word) for n, word in enumerate(["admin", "manager", "staff"])]
    oracle = Oracle([(me(1, roles=roles, business_memberships=memberships), MONDAY)])
    said = {resource: set(access.roles) for resource, access in oracle.reach("identity:1").items()}
    assert said == {
        "account:admin": {"OWNER"},
        "account:manager": {"UNKNOWN"},
        "account:staff": {"STAFF"},
        "business:0": {"UNKNOWN"},
        "business:1": {"MANAGER"},
        "business:2": {"UNKNOWN"},
    }


def test_disagreeing_roles_are_all_kept() -> None:
    """The membership's role comes first, capabilities are the union, and any controlling role controls."""
    body = me(
        1,
        business_memberships=[member(9, "business_employee", account_id="a9")],
        roles=[
            {"id": 1, "role": "admin", "accountid": "a9"},
            {"id": 2, "role": "client", "accountid": "a9"},
        ],
    )
    oracle = Oracle([(body, MONDAY)])
    grant = oracle.grants["business:9#MEMBER@identity:1"]
    assert (grant.roles, grant.controls) == (("EMPLOYEE", "OWNER"), True)
    access = oracle.access("identity:1", "account:a9")
    assert access is not None
    assert access.roles == {"OWNER", "CLIENT"}
    assert maximal({"MANAGER", "ACCOUNTANT", "STAFF", "UNKNOWN"}) == {
        "MANAGER",
        "ACCOUNTANT",
        "UNKNOWN",
    }


def answers(oracle: Oracle) -> list[Any]:
    """Everything but evidence, which counts documents in their order."""
    modes = ("ACCESS", "ASSOCIATION")
    return [
        oracle.nodes,
        set(oracle.grants),
        *({i: oracle.reach(i, m) for i in oracle.identities} for m in modes),
    ]


@settings(deadline=None)
@given(worlds())
def test_the_order_of_arrival_does_not_matter(world: World) -> None:
    """The same documents, backwards and twice, give the same answers."""
    assert answers(Oracle(world)) == answers(Oracle([*reversed(world), *world]))


@settings(deadline=None)
@given(worlds())
def test_independent_routes_are_as_many_as_the_cut_has_grants(world: World) -> None:
    """The two brute forces, over paths and over grants, find the same number, and the cut does end the access."""
    oracle = Oracle(world)
    for mode in ("ACCESS", "ASSOCIATION"):
        for identity in oracle.identities:
            for resource in oracle.reach(identity, mode):
                cuts = oracle.minimum_cuts(identity, resource, mode)
                assert {len(cut) for cut in cuts} == {
                    oracle.disjoint_routes(identity, resource, mode)
                }
                assert not any(oracle.paths(identity, resource, mode, without=cut) for cut in cuts)


def test_random_worlds_hold_what_the_rules_are_about() -> None:
    """Among a few hundred seeded worlds each thing that a rule speaks of occurs many times."""
    seen: dict[str, int] = {}

    def count(*things: str) -> None:
        for thing in things:
            seen[thing] = seen.get(thing, 0) + 1

    for seed in range(300):
        oracle = Oracle(random_world(random.Random(seed)))
        keepers: dict[str, int] = {}
        for grant in oracle.grants.values():
            count(grant.relation, *grant.roles, *["two records"] * (len(grant.evidence) > 1))
            count(*["inactive row"] * grant.inactive, *["two roles"] * (len(grant.roles) > 1))
            if grant.relation == "KEEPS":
                keepers[grant.resource] = keepers.get(grant.resource, 0) + 1
        count(*["two keepers"] * sum(number > 1 for number in keepers.values()))
        count(
            *["known, but reached by nobody"]
            * any(not oracle.reached_by(node) for node in oracle.resources)
        )
        for identity in oracle.identities:
            for access in oracle.reach(identity, "ASSOCIATION").values():
                count(
                    access.certainty,
                    access.state,
                    *(reason for path in access.paths for reason in path.reasons),
                )
                count(*["a long way"] * (max(len(path.steps) for path in access.paths) > 4))
    expected = {
        "OWNER",
        "ADMIN",
        "MANAGER",
        "EMPLOYEE",
        "ACCOUNTANT",
        "CONTRACTOR",
        "CLIENT",
        "STAFF",
        "UNKNOWN",
    }
    expected |= {
        "MEMBER",
        "ROLE",
        "GROUP",
        "KEEPS",
        "CLIENT",
        "GROUP_OF",
        "STATED",
        "INFERRED",
        "ASSOCIATED",
    }
    expected |= {
        "ACTIVE",
        "LATENT",
        "business_inactive",
        "trial_expired",
        "cancelled",
        "group_inactive",
    }
    expected |= {
        "identity_unconfirmed",
        "two records",
        "two roles",
        "inactive row",
        "two keepers",
        "a long way",
    }
    expected |= {"known, but reached by nobody"}
    assert {thing for thing in expected if seen.get(thing, 0) < 20} == set()
