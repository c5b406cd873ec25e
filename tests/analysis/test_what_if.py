"""What-if: on the vendor's example, against documents without the records, and what it refuses."""

from __future__ import annotations

import copy
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings

from agreement import identities
from inroads import EXAMPLE
from inroads.analysis.changes import Kind
from inroads.analysis.remediation import FACTS, remedies
from inroads.analysis.what_if import WhatIf, outcome_sentence
from inroads.documents.pointers import pointer
from inroads.errors import AmbiguousGrant, InroadsError, NotFound
from inroads.explorer import Explorer, load
from inroads.model import Access, Grant, Relation, Section
from inroads.network.wording import record_label
from records import DAY, client, me, membership, team
from strategies import random_world, worlds
from worlds import World, explore, observations

GHOST = 990_000
"""Identities and businesses from this number on only keep facts known that a removed row states as well."""

ROLE, MEMBERSHIP = (
    "account:Xr82w#ROLE/CLIENT@identity:712052",
    "business:77128#MEMBER@identity:712052",
)


@pytest.fixture(scope="module")
def bruce() -> Explorer:
    """The vendor's own example."""
    return load(EXAMPLE)


def ends(outcomes: Iterable[Any]) -> list[str]:
    return [each.resource for each in outcomes]


class TestExample:
    def test_the_client_role_ends_nothing(self, bruce: Explorer) -> None:
        """Without role 994207 both accesses stay, inferred only, by the route of the owner."""
        what = bruce.without("role 994207")
        assert [each.id for each in what.removed] == [ROLE]
        assert what.ended == what.gained == what.raised == ()
        assert ends(what.kept) == ends(what.lowered) == ["account:Xr82w", "business:363103"]
        assert [each.kinds for each in what.lowered] == [(Kind.NOW_INFERRED,)] * 2
        assert [outcome_sentence(what, each) for each in what.kept] == [
            "b@example.com still reaches account Xr82w as CLIENT, by 1 path: b@example.com owns BillSpring (77128), "
            "which is a client of account Xr82w; now inferred only.",
            "b@example.com still reaches business 363103 as CLIENT, by 1 path: b@example.com owns BillSpring (77128), "
            "which is a client of account Xr82w, kept by business 363103; now inferred only.",
        ]
        assert what.notes == (
            "role 994207 of b@example.com and client 22347 of BillSpring (77128) both name"
            " client 74353 of account Xr82w: removing that client on the vendor's side may end both.",
        )

    def test_the_number_of_a_client_is_no_record(self, bruce: Explorer) -> None:
        """Who takes it for one is told which records name it; of another number nothing is told."""
        with pytest.raises(NotFound) as refused:
            bruce.without("client 74353")
        assert str(refused.value) == (
            "the graph has no record 'client 74353':"
            " 74353 is a client number, and role 994207 and client 22347 name it"
        )
        with pytest.raises(NotFound, match=r"no record 'role 1'$"):
            bruce.without("role 1")

    def test_the_client_role_and_the_client_end_both(self, bruce: Explorer) -> None:
        """Only both grants together end the accesses to the vendor, and nothing else ends."""
        what = bruce.without("role:994207", "client 22347")
        assert ends(what.ended) == ends(what.outcomes) == ["account:Xr82w", "business:363103"]
        assert what.kept == what.lowered == ()
        assert len(what.notes) == 1

    def test_the_client_alone_ends_nothing(self, bruce: Explorer) -> None:
        """Who keeps the vendor's account stays known, although only the removed row says it."""
        what = bruce.without("client 22347")
        assert what.ended == what.lowered == ()
        assert ends(what.kept) == ["account:Xr82w", "business:363103"]
        assert "business:363103" in ends(what.graph.reach("b@example.com"))

    def test_a_membership_goes_with_its_role_row(self, bruce: Explorer) -> None:
        """All three records of the grant go: the merged role row does not become a grant of its own."""
        for text in (MEMBERSHIP, "membership 168372", "group row 168372", "role 682608"):
            what = bruce.without(text)
            assert ends(what.ended) == ["account:zDmNq", "business:77128"]
            assert [each.resource for each in what.kept if not each.kinds] == [
                "account:Xr82w",
                "business:363103",
            ]
            assert [each.record for each in what.remedies] == [
                "membership 168372",
                "group row 168372",
                "role 682608",
            ]
            assert not [key for key in what.graph.grants if key.startswith("account:zDmNq#ROLE")]

    def test_a_single_record_may_end_nothing(self, bruce: Explorer) -> None:
        """A membership that its group row states as well stands without its own row, and the notes say so."""
        what = bruce.without(records=["role 682608"])
        assert what.outcomes == ()
        assert what.notes == (
            "role 682608 of b@example.com alone does not end its grant on BillSpring (77128):"
            " membership 168372, group row 168372 still states it.",
        )
        assert what.graph.grants[MEMBERSHIP].evidence[-1].section is Section.GROUP

    def test_what_is_imagined(self, bruce: Explorer) -> None:
        """A membership raises, gains, and with a removal lowers; its evidence can be looked at."""
        what = bruce.without(add=["business:363103#MEMBER@identity:712052=admin"])
        assert [(each.resource, each.kinds) for each in what.raised] == [
            ("account:Xr82w", (Kind.RAISED,)),
            ("business:363103", (Kind.RAISED,)),
        ]
        assert what.ended == what.lowered == what.kept == ()
        lowered = bruce.without(MEMBERSHIP, add=f"{MEMBERSHIP}=MANAGER").lowered
        assert [(each.resource, each.kinds[0]) for each in lowered] == [
            ("account:zDmNq", Kind.LOWERED),
            ("business:77128", Kind.LOWERED),
        ]
        grant = what.graph.grants["business:363103#MEMBER@identity:712052"]
        assert (
            what.graph.row(grant.evidence[0].document, Section.MEMBERSHIP, 0).business.id
            == "363103"
        )
        assert [each.record for each in remedies(what.graph, grant)] == [
            "membership (no id) at /business_memberships/0"
        ]

    def test_nothing_is_written(self, bruce: Explorer) -> None:
        """The graph stays as it is, and the hypothetical version has a name that no other one has."""
        before = dict(bruce.grants)
        what = bruce.without("role 994207")
        assert (
            what.graph.version
            == what.version
            == f"{bruce.version}-hypothetical-{what.version[-8:]}"
        )
        assert what.version == bruce.without(ROLE).version != bruce.without(MEMBERSHIP).version
        assert dict(bruce.grants) == before
        assert set(before) - set(what.graph.grants) == {ROLE}

    def test_the_plan(self, bruce: Explorer) -> None:
        """The cut of least collateral, verified, with what else it ends and the records that must go."""
        plan = bruce.plan("b@example.com", "account:Xr82w")
        assert plan is not None
        assert [each.id for each in plan.what_if.removed] == [
            ROLE,
            "account:Xr82w#CLIENT@business:77128",
        ]
        assert plan.verified
        assert ends(plan.also) == ["business:363103"]
        destroy, remove = plan.what_if.remedies
        assert destroy.destroy == "/service/auth/api/v1/users/role/994207"
        assert destroy.action == (
            "destroy this role of b@example.com on account Xr82w, or remove client 74353 there on the vendor's side"
        )
        assert (remove.action, remove.destroy) == (
            "remove client 74353 of account Xr82w on the vendor's side",
            None,
        )
        assert bruce.plan("b@example.com", "group:23738") is None


@pytest.mark.parametrize(
    ("remove", "add", "code"),
    [
        ("role 1", "", "NOT_FOUND"),
        ("account:zDmNq#ROLE@identity:712052", "", "NOT_FOUND"),
        ("account:zDmNq#KEEPS@business:77128", "", "NOT_REVOCABLE"),
        ("business:77128#GROUP_OF@group:23738", "", "NOT_REVOCABLE"),
        ("business 77128", "", "NOT_REVOCABLE"),
        ("wizard 5", "", "BAD_GRANT"),
        ("role ²", "", "BAD_GRANT"),
        ("role " + "9" * 30, "", "BAD_GRANT"),
        ("", "", "BAD_GRANT"),
        ("", "business:77128#MEMBER@identity:712052", "BAD_GRANT"),
        ("", "business:77128#MEMBER@identity:712052=WIZARD", "BAD_GRANT"),
        ("", "business:77128#KEEPS@identity:712052=OWNER", "BAD_GRANT"),
        ("", "account:zDmNq#MEMBER@identity:712052=OWNER", "BAD_GRANT"),
        ("", "account:zDmNq#CLIENT@business:77128=OWNER", "BAD_GRANT"),
        ("", "business:1#MEMBER@identity:712052=OWNER", "NOT_FOUND"),
        ("", "business:77128#MEMBER@identity:1=OWNER", "NOT_FOUND"),
    ],
)
def test_what_is_refused(bruce: Explorer, remove: str, add: str, code: str) -> None:
    """What is no grant, no fact to revoke and no node of the graph has a code of its own."""
    with pytest.raises(InroadsError) as caught:
        bruce.without(*[remove] * (not add), add=[add] * bool(add))
    assert caught.value.code == code


def test_nothing_is_asked(bruce: Explorer) -> None:
    """A question without any grant is refused, and so is one of too many, and one to a view."""
    for ask in (
        bruce.without,
        lambda: bruce.without(add=[f"account:zDmNq#ROLE@identity:712052={n}" for n in "ab"]),
    ):
        with pytest.raises(InroadsError):
            ask()
    with pytest.raises(InroadsError, match="whole graph"):
        WhatIf(bruce.subgraph(["identity:712052"]), ["role 1"])


def test_what_is_imagined_observes_nobody() -> None:
    """The hypothetical graph claims to have seen no more than its base: neither a `me`, nor a team."""
    rows = [membership(1, 1, account_id="A"), membership(2, 2, account_id="B")]
    graph = explore([(me(business_memberships=rows), DAY[0]), (team(1, (9, 9, "manager")), DAY[0])])
    added = ["business:2#MEMBER@identity:9=OWNER", "account:A#CLIENT@business:2"]
    what = graph.without(add=added)
    for seen in (what.graph, what.standing):
        assert not seen.coverage_of_reach("identity:9").complete
        assert not seen.coverage_of_reached_by("business:2").complete
        assert seen.coverage_of_reached_by("business:1").complete
        assert seen.coverage_of_reach("identity:1").complete
    assert what.graph.coverage() == graph.coverage()


def test_who_is_left_in_control() -> None:
    """The last owner or admin who goes is told, unless another one stays or is imagined."""
    graph = explore(
        [(team(10, (1, 1, "owner"), (2, 2, "business_partner"), (3, 3, "manager")), DAY[0])]
    )
    rows = ["team row 1", "team row 2"]
    assert graph.without(*rows).notes == (
        "Nobody who was observed is left in control of Business 10 (10).",
    )
    assert graph.without(rows[0]).notes == graph.without("team row 3").notes == ()
    assert graph.without(*rows, add="business:10#MEMBER@identity:3=ADMIN").notes == ()


def test_too_many_paths_are_told() -> None:
    """Where a limit cuts the paths of an access short, the answer says so; what ends is exact all the same."""
    rows = [membership(n, n, business_clients=[client(n, "V", 900, n)]) for n in range(1, 12)]
    graph = explore([(me(business_memberships=rows), DAY[0])])
    assert not graph.without("client 1").truncated
    with patch("inroads.reach.limits.MAX_PATHS", 3):
        what = graph.without("client 1")
        assert what.truncated
        assert what.ended == ()
        assert ends(graph.without(*(f"client {n}" for n in range(1, 12))).ended) == [
            "account:V",
            "business:900",
        ]


def test_an_ambiguous_record_lists_its_grants() -> None:
    """One id in two dialects of one noun, in two businesses: the error names both grants."""
    graph = explore([(me(business_memberships=[membership(5, 1), membership(5, 2)]), DAY[0])])
    with pytest.raises(AmbiguousGrant) as caught:
        graph.without("membership 5")
    assert caught.value.ids == ("business:1#MEMBER@identity:1", "business:2#MEMBER@identity:1")


def test_a_role_row_that_two_memberships_merge() -> None:
    """It goes from both, so the other membership loses what only that row said."""
    rows = [
        membership(n, n, role, account_id="A")
        for n, role in ((1, "owner"), (2, "business_employee"))
    ]
    roles = [{"id": 9, "role": "business_partner", "accountid": "A"}]
    graph = explore([(me(business_memberships=rows, roles=roles), DAY[0])])
    what = graph.without("membership 1")
    assert [each.id for each in what.shared] == ["business:2#MEMBER@identity:1"]
    kinds = {each.resource: each.kinds for each in what.lowered}
    assert kinds["business:2"] == (Kind.LOWERED, Kind.SETTLED), "its records disagreed"
    assert what.graph.grants["business:2#MEMBER@identity:1"].roles == ("EMPLOYEE",)
    assert any("also states membership 2" in note for note in what.notes)


def test_everybody_who_uses_the_grant() -> None:
    """A client row is used by each owner of the business, and not by its manager."""
    people = team(
        10,
        (1, 1, "owner"),
        (2, 2, "business_partner"),
        (3, 3, "manager"),
        business_clients=[client(7, "V", 900)],
    )
    what = explore([(people, DAY[0])]).without("client 7")
    assert [(each.principal, each.resource) for each in what.ended] == [
        (f"identity:{who}", where) for who in (1, 2) for where in ("account:V", "business:900")
    ]
    assert what.outcomes == what.ended


# ---- against documents without the records


def facts(graph: Explorer, access: Access) -> tuple[Any, ...]:
    paths = frozenset(
        (tuple(step.grant for step in path.steps), path.state) for path in access.paths
    )
    return (
        *(access.roles, access.certainty, access.state, access.distance),
        *(access.contested, paths),
    )


def everyone(graph: Explorer) -> dict[tuple[str, str], tuple[Any, ...]]:
    """All accesses of all but ghosts."""
    return {
        (identity, access.resource): facts(graph, access)
        for identity in identities(graph)
        if int(identity.partition(":")[2]) < GHOST
        for access in graph.reach(identity)
    }


def rebuilt(world: World, graph: Explorer, grants: Iterable[Grant]) -> Explorer:
    """The graph of the documents without the rows that state these grants.

    A ghost, who has a document of the moment of each that lost rows, says what else they said: the records of
    businesses, that a group is a whole business's, and who keeps the account of a client's row.
    """
    bodies = {
        (seen.document.sha256, seen.document.observed_at): copy.deepcopy(body)
        for seen, (body, _) in zip(observations(world), world, strict=True)
    }
    rows: defaultdict[int, set[tuple[Section, int, int]]] = defaultdict(set)
    for grant in grants:
        for document, section, index, sub, _ in grant.evidence:
            rows[document].add((section, index, sub))
    documents = {key: (body, key[1]) for key, body in bodies.items()}
    ghosts: list[Any] = []
    for number, places in rows.items():
        document = graph.documents[number]
        body, moment = documents[document.sha256, document.observed_at]
        ghost = _ghost(GHOST + number, document, body, places)
        ghosts.append((ghost, moment))
        for where in sorted(
            (pointer(document, *place) for place in places), key=_place, reverse=True
        ):
            *inside, last = where.split("/")[1:]
            rows_there: Any = body
            for key in inside:
                rows_there = (
                    rows_there[int(key)] if isinstance(rows_there, list) else rows_there[key]
                )
            del rows_there[int(last)]
    return explore([*documents.values(), *ghosts])


def _place(pointer_: str) -> list[tuple[int, str]]:
    """Later rows and rows inside of rows come after."""
    return [(int(part) if part.isdecimal() else -1, part) for part in pointer_.split("/")]


def _ghost(
    number: int, document: Any, body: dict[str, Any], places: set[tuple[Section, int, int]]
) -> dict[str, Any]:
    bare = body if isinstance(body.get("response"), list) else body.get("response", body)
    memberships: list[Any] = []
    groups: list[Any] = []
    own = {"id": number, "business_clients": [], "name": "ghost"}
    kept = copy.deepcopy(bare.get("business_memberships") or [])
    for section, index, sub in sorted(places, key=lambda place: (place[1], place[2]), reverse=True):
        if section in (Section.CLIENT, Section.TEAM_CLIENT):
            top = (
                kept[index]["business"] if section is Section.CLIENT else bare.get("business", bare)
            )
            row = top["business_clients"][sub if section is Section.CLIENT else index]
            fact = {
                "id": row["id"],
                "account_id": row.get("account_id"),
                "account_business": row["account_business"],
            }
            own["business_clients"].append(fact) if row.get("account_business") else None
            if section is Section.CLIENT:
                del top["business_clients"][sub]
    for section, index, _ in places:
        if section is Section.MEMBERSHIP:
            memberships.append({**kept[index], "role": "contractor"})
    for (
        section,
        index,
        _,
    ) in places:  # a pair of a membership and its group row, of which a half or both go
        if section in (Section.MEMBERSHIP, Section.GROUP):
            for group in bare.get("groups") or []:
                for row in bare.get("business_memberships") or []:
                    chosen = row if section is Section.MEMBERSHIP else group
                    rows = bare[
                        "business_memberships" if section is Section.MEMBERSHIP else "groups"
                    ]
                    if (
                        group
                        and row
                        and rows[index] is chosen
                        and str(row["id"]) == str(group["id"])
                    ):
                        groups.append({**group, "identity_id": number, "role": "contractor"})
                        memberships.append(
                            {"id": row["id"], "business": {"id": row["business"]["id"]}}
                        )
    memberships.append({"id": number, "role": "owner", "business": own})
    return {"id": number, "business_memberships": memberships, "groups": groups}


def check(world: World, rng: random.Random) -> Counter[str]:
    """Remove each grant alone and some together; every way to tell what stands agrees."""
    graph, seen = explore(world), Counter[str]()
    grants = [grant for grant in graph.grants.values() if grant.relation not in FACTS]
    before = everyone(graph)
    for chosen in [[grant] for grant in grants] + [
        rng.sample(grants, 2) for _ in range(3) if len(grants) > 1
    ]:
        what = graph.without(*(grant.id for grant in chosen))
        after = everyone(what.graph)
        # A row of a listing takes with it what it says of older rows, which no document can say else.
        sections = {each.section for one in chosen for each in one.evidence}
        if Section.LISTED_MEMBER not in sections:
            # The ghosts' documents contradict others of their moment.
            plain, theirs = (
                {key: (*each[:4], each[5]) for key, each in every.items()}
                for every in (after, everyone(rebuilt(world, graph, chosen)))
            )
            assert plain == theirs, [grant.id for grant in chosen]
        told = {(each.principal, each.resource): each for each in what.outcomes}
        assert len(told) == len(what.outcomes)
        differing = {
            key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
        }
        assert told.keys() == differing
        for key, outcome in told.items():
            assert (outcome.before and facts(graph, outcome.before)) == before.get(key)
            assert (outcome.after and facts(graph, outcome.after)) == after.get(key)
            seen.update(outcome.kinds or ["kept"])
            outcome_sentence(what, outcome)
        seen.update({"shared": len(what.shared)})
        assert {
            (each.principal, each.resource) for each in what.ended
        } == before.keys() - after.keys()
        for grant in chosen:
            assert remedies(graph, grant)
    return seen


def test_documents_without_the_records() -> None:
    """On random worlds: the paths that avoid the grants, the hypothetical graph, and documents without the rows."""
    seen = sum(
        (check(random_world(random.Random(seed), 6), random.Random(seed)) for seed in range(30)),
        Counter(),
    )
    assert all(
        seen[word] > 5 for word in ("LOST", "kept", "LOWERED", "NOW_INFERRED", "TURNED_LATENT")
    ), seen


@given(worlds())
@settings(max_examples=25, deadline=None)
def test_drawn_worlds(world: World) -> None:
    """The same on worlds that Hypothesis draws and shrinks."""
    check(world, random.Random(0))


def test_single_records() -> None:
    """Without one record of several the outcomes are those of the whole hypothetical graph."""
    seen = Counter[Any]()
    for seed in range(40):
        graph = explore(random_world(random.Random(seed), 6))
        before = everyone(graph)
        for grant in graph.grants.values():
            spoken = [each for each in grant.evidence if each.record_id and len(grant.evidence) > 1]
            for each in [] if grant.relation in FACTS else spoken[:2]:
                what = graph.without(records=[record_label(each)])
                after = everyone(what.graph)
                told = {(each.principal, each.resource): each for each in what.outcomes}
                assert told.keys() <= {
                    key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
                }
                assert {
                    key for key in before if before[key][:3] != after.get(key, ())[:3]
                } <= told.keys()
                for key, outcome in told.items():
                    assert (outcome.after and facts(graph, outcome.after)) == after.get(key)
                seen.update(outcome.fate for outcome in what.outcomes)
                seen["asked"] += 1
    assert seen["asked"] > 100, seen
    assert seen["LOWERED"] > 5, seen


def test_what_is_removed_and_imagined_again() -> None:
    """A grant that is imagined in place of itself gives every access back; imagined with a role more, it only adds."""
    again, seen = 0, Counter[str]()
    for seed in range(25):
        rng, graph = random.Random(seed), explore(random_world(random.Random(seed), 6))
        before = everyone(graph)
        for grant in graph.grants.values():
            if grant.relation not in IMAGINED or len(grant.roles) != 1:
                continue
            role = "" if grant.relation is Relation.CLIENT else f"={grant.roles[0]}"
            same = graph.without(grant.id, add=[f"{grant.id}{role}"])
            if grant.active and not same.shared and not grant.contested:
                assert everyone(same.graph) == before
                assert same.outcomes == ()
                again += 1
            free = role and "/CLIENT" not in grant.id
            what = graph.without(
                add=[f"{grant.id}={rng.choice(['OWNER', 'CLIENT'])}" if free else grant.id]
            )
            after = everyone(what.graph)
            told = {(each.principal, each.resource): each for each in what.outcomes}
            assert {
                (each.principal, each.resource) for each in what.gained
            } == after.keys() - before.keys()
            assert before.keys() <= after.keys()
            for key, outcome in told.items():
                assert outcome.after
                assert facts(what.standing, outcome.after) == after[key]
            for key in before:
                if before[key][:3] != after[key][:3]:
                    seen.update(told[key].kinds)
    assert again > 100
    assert seen["RAISED"] > 20, seen


IMAGINED = (Relation.MEMBER, Relation.ROLE, Relation.CLIENT)


def test_a_plan_of_more_grants_than_are_removed_at_once() -> None:
    """An access by 120 independent routes has a plan of 120 grants, which ends it."""
    rows = [
        membership(n, n, business_clients=[{"id": 900 + n, "account_id": "V", "userid": n}])
        for n in range(1, 121)
    ]
    found = explore([(me(business_memberships=rows), DAY[0])]).plan("identity:1", "account:V")
    assert found is not None
    assert len(found.explanation.cut) == found.explanation.independent_routes == 120
    assert found.verified
