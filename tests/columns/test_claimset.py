"""Rows of listings: what each decides for its identity and business, alone and as a whole team."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from inroads.analysis.causes import GrantCause
from inroads.analysis.changes import changes
from inroads.explorer import Explorer
from records import DAY, listed_member, me, members, membership, partial_me, team
from worlds import World, explore, observations, same

ROW = {"id": 51, "group_id": 77, "role": "owner", "identity_id": 1, "business_id": 10}
ROLE = {"id": 5, "role": "admin", "accountid": "A", "userid": 1}
OWNER = me(business_memberships=[membership(51, 10, account_id="A")], groups=[ROW], roles=[ROLE])
"""An owner in three dialects."""


def roles(graph: Explorer, identity: int = 1) -> dict[str, str]:
    """Each resource with its roles in one word."""
    if f"identity:{identity}" not in graph:
        return {}
    return {
        access.resource: "+".join(access.roles) for access in graph.reach(f"identity:{identity}")
    }


def notes(graph: Explorer, node: str = "business:10") -> tuple[bool, list[str]]:
    """Whether the coverage of who reaches a business is complete, and the notes but the usual one."""
    found = graph.coverage_of_reached_by(node)
    return found.complete, [each for each in found.notes if not each.startswith("clients are")]


def told(before: Explorer, after: Explorer) -> set[str]:
    """The kinds of the changes of identity 1."""
    found = changes(before, after).changes
    return {each.kind.value for each in found if each.principal == "identity:1"}


def later(world: World) -> World:
    return [(body, moment + dt.timedelta(days=1)) for body, moment in world]


class TestWhole:
    def test_it_shows_the_team(self) -> None:
        """Everyone in it holds the role that it says, and nobody else is a member."""
        graph = explore(
            [(OWNER, DAY[0]), (members(10, (2, "owner"), (3, "Business Partner")), DAY[1])]
        )
        assert roles(graph) == {}
        assert roles(graph, 2)["business:10"] == "OWNER"
        assert roles(graph, 3)["business:10"] == "ADMIN"
        assert notes(graph) == (True, [])
        assert graph.coverage().teams_observed == 1

    def test_people_without_a_login_count(self) -> None:
        """They have no access, they are among the total, and the answer tells their number."""
        graph = explore(
            [(OWNER, DAY[0]), (members(10, (2, "owner"), (None, "no_seat_employee")), DAY[1])]
        )
        assert roles(graph) == {}
        assert {each.principal for each in graph.reached_by("business:10")} == {"identity:2"}
        told = "without a login, and so without access: 1 of 2 listed members of Business 10 (10)"
        assert notes(graph) == (True, [told])

    def test_it_says_nothing_of_the_group(self) -> None:
        """Its rows have no groups: that a group is the business's own stays as the team showed it."""
        graph = explore([(team(10, (1, 2, "owner")), DAY[0]), (members(10, (2, "client")), DAY[1])])
        assert set(graph.grants) == {
            "business:10#GROUP_OF@group:900",
            "business:10#MEMBER@identity:2",
        }

    @pytest.mark.parametrize("role", ["owner", "business_manager"])
    def test_a_newer_me_overrules_it(self, role: str) -> None:
        """Her own newer document decides, as against a team."""
        mine = me(business_memberships=[membership(51, 10, role)])
        graph = explore([(members(10, (1, "contractor")), DAY[0]), (mine, DAY[1])])
        assert roles(graph) == {"business:10": role.removeprefix("business_").upper()}
        assert roles(explore([(members(10, (1, "contractor")), DAY[0]), (me(), DAY[1])])) == {}

    def test_an_older_one_overrules_nothing(self) -> None:
        """What a newer document says stands, even of somebody who is not in the listing."""
        graph = explore([(members(10, (2, "owner")), DAY[0]), (OWNER, DAY[1])])
        assert roles(graph) == {"business:10": "OWNER", "account:A": "OWNER"}

    def test_at_one_moment_claims_unite(self) -> None:
        """A listing and a `me` of one moment both stand."""
        graph = explore([(members(10, (1, "business_manager")), DAY[0]), (OWNER, DAY[0])])
        (grant,) = (each for each in graph.grants.values() if each.relation == "MEMBER")
        assert [each.section.name for each in grant.evidence] == [
            "MEMBERSHIP",
            "LISTED_MEMBER",
            "GROUP",
            "ROLE",
        ]
        assert grant.roles == ("OWNER", "MANAGER")

    def test_the_absence_is_witnessed(self) -> None:
        """Whoever is missing from a whole listing has lost the access; from a part, nothing is known."""
        whole, part = members(10, (2, "owner")), members(10, (2, "owner"), total=5)
        mine: World = [(OWNER, DAY[0])]
        assert told(explore(mine), explore([*mine, (whole, DAY[1])])) == {"LOST"}
        assert told(explore([(whole, DAY[0])]), explore([(whole, DAY[0]), *later(mine)])) == {
            "GAINED"
        }
        assert told(explore([(part, DAY[0])]), explore([(part, DAY[0]), *later(mine)])) == {
            "OBSERVED"
        }

    def test_the_absence_of_a_role_is_witnessed(self) -> None:
        """A row about her ends an old role on the account; the listing has read what would have shown it."""
        keeper = me(9, business_memberships=[membership(9, 10, account_id="A")])
        mine: World = [(partial_me(roles=[ROLE]), DAY[0]), (keeper, DAY[0])]
        listing = members(10, (1, "client"), total=9)
        before, after = explore(mine), explore([*mine, (listing, DAY[1])])
        assert roles(before) == {"account:A": "OWNER", "business:10": "OWNER"}
        assert roles(after) == {"account:A": "CLIENT", "business:10": "CLIENT"}
        found = {
            cause.key: cause for each in changes(before, after).changes for cause in each.causes
        }
        [gone] = (cause for cause in found.values() if "#ROLE@" in cause.id)
        assert isinstance(gone, GrantCause)
        assert gone.witnessed
        assert after.documents[gone.absent_from or 0].kind == "members"


class TestPart:
    def test_it_decides_for_those_it_names(self) -> None:
        """Her older membership said OWNER in three dialects; the listing says manager, alone."""
        graph = explore([(OWNER, DAY[0]), (members(10, (1, "manager"), total=40), DAY[1])])
        assert roles(graph) == {"business:10": "MANAGER", "account:A": "MANAGER"}
        (grant,) = (each for each in graph.grants.values() if each.relation == "MEMBER")
        assert [each.section.name for each in grant.evidence] == ["LISTED_MEMBER"]

    def test_it_says_nothing_of_others(self) -> None:
        """Whom a part does not name keeps what older documents say."""
        graph = explore([(OWNER, DAY[0]), (members(10, (2, "manager"), total=40), DAY[1])])
        assert roles(graph) == {"business:10": "OWNER", "account:A": "OWNER"}
        told = [
            "no team document of Business 10 (10) was read: who reaches it is a lower bound",
            "a listing of 1 of 40 members of Business 10 (10) was read",
        ]
        assert notes(graph) == (False, told)

    def test_it_says_nothing_of_other_businesses(self) -> None:
        """Other memberships of those whom it names stand, and so do roles on other accounts."""
        rows = [membership(51, 10, account_id="A"), membership(52, 20, account_id="B")]
        mine = me(business_memberships=rows, roles=[{**ROLE, "accountid": "C"}])
        graph = explore([(mine, DAY[0]), (members(10, (1, "client"), total=9), DAY[1])])
        assert roles(graph) == {
            "business:10": "CLIENT",
            "account:A": "CLIENT",
            "business:20": "OWNER",
            "account:B": "OWNER",
            "account:C": "OWNER",
        }

    @pytest.mark.parametrize(
        "listing",
        [
            members(10, (2, "owner"), total=None),
            members(10, (2, "owner"), total=0),
            {**members(10, (2, "owner")), "meta": {"page": 2, "total": 1}},
            {**members(10, (2, "owner")), "meta": None},
            {**members(10, (2, "owner")), "meta": {"total": None}},
            {**members(10, (2, "owner")), "meta": {"total": "one"}},
        ],
    )
    def test_what_is_no_whole_listing(self, listing: dict[str, Any]) -> None:
        """Without a total, or on a later page, it is a part."""
        graph = explore([(OWNER, DAY[0]), (listing, DAY[1])])
        assert roles(graph)["business:10"] == "OWNER"
        assert not notes(graph)[0]

    def test_a_row_that_is_unreadable_makes_it_a_part(self) -> None:
        """It may be of anybody, so it must not end anybody's access; the answer is not complete."""
        listing = members(10, (2, "owner"), (3, "owner"))
        listing["response"][1]["identity_id"] = "?"
        graph = explore([(OWNER, DAY[0]), (listing, DAY[1])])
        assert roles(graph)["business:10"] == "OWNER"
        assert [each.pointer for each in graph.issues if each.code == "unreadable_row"] == [
            "/response/1"
        ]
        complete, told = notes(graph)
        assert not complete
        assert told[0] == "1 record of the newest documents of Business 10 (10) could not be read"

    def test_a_person_twice_makes_it_a_part(self) -> None:
        """Where pages moved while they were read, one person stands in it twice and another is missing."""
        row = listed_member(10, 2, "owner", "u")
        listing = {"response": [row, row], "meta": {"total": 2}}
        graph = explore([(OWNER, DAY[0]), (listing, DAY[1])])
        assert roles(graph)["business:10"] == "OWNER"
        assert "listed_twice" in {each.code for each in graph.issues}

    def test_a_newer_team_is_told_alone(self) -> None:
        """Once a whole team is newer, the part is of no account."""
        part = members(10, (2, "owner"), total=9)
        graph = explore([(part, DAY[0]), (team(10, (1, 2, "owner")), DAY[1])])
        assert notes(graph) == (True, [])

    def test_a_newer_part_beside_a_team(self) -> None:
        """The team that was read stays, and the newer part is told."""
        part = members(10, (2, "owner"), (None, "x"), total=9)
        graph = explore([(team(10, (1, 2, "owner")), DAY[0]), (part, DAY[1])])
        told = [
            "a listing of 2 of 9 members of Business 10 (10) was read",
            "without a login, and so without access: 1 of 2 listed members of Business 10 (10)",
        ]
        assert notes(graph) == (True, told)


class TestWhatItEnded:
    """A row that a newer document covers still ends what was older than it."""

    LISTED = members(10, (1, "manager"), total=9)

    @pytest.mark.parametrize("split", [1, 2, 3])
    def test_it_does_not_come_back(self, split: int) -> None:
        """An old role on the account stays ended when newer memberships no longer say the listed one."""
        mine = partial_me(roles=[ROLE])
        keeper = me(9, business_memberships=[membership(9, 10, account_id="A")])
        world: World = [
            (mine, DAY[0]),
            (keeper, DAY[0]),
            (self.LISTED, DAY[1]),
            (partial_me(business_memberships=[]), DAY[2]),
        ]
        assert roles(explore(world)) == {}
        assert roles(explore([*world[:2], world[3]])) == {
            "account:A": "OWNER",
            "business:10": "OWNER",
        }
        grown = explore(world[:split]).adding(observations(world)[split:])
        assert roles(grown) == {}
        assert same([grown, explore(world)])

    def test_without_the_grant_nothing_older_stands(self) -> None:
        """A what-if that removes the listed membership does not bring the older one back."""
        graph = explore([(OWNER, DAY[0]), (self.LISTED, DAY[1])])
        what = graph.without("business:10#MEMBER@identity:1")
        assert {(each.principal, each.resource) for each in what.ended} == {
            ("identity:1", "business:10"),
            ("identity:1", "account:A"),
        }
        assert roles(what.graph) == {}


class TestInactive:
    def test_it_is_latent_for_its_own_reason(self) -> None:
        """A row that is not active: shown, as latent, and not for a group's reason."""
        graph = explore([(members(10, (1, "owner"), active=False), DAY[0])])
        (access,) = graph.reach("identity:1")
        assert (access.state, access.reasons) == ("LATENT", ("member_inactive",))

    def test_both_reasons_are_told(self) -> None:
        """A group row and a listed row that are not active give a reason each; one that is says nothing."""
        listing = members(10, (1, "owner"), active=False)
        rows = [{**ROW, "active": False}]
        mine = me(business_memberships=[membership(51, 10)], groups=rows)
        (access,) = explore([(mine, DAY[0]), (listing, DAY[0])]).reach("identity:1")
        assert access.reasons == ("group_inactive", "member_inactive")
        active = members(10, (1, "owner"))
        (access,) = explore([(mine, DAY[0]), (active, DAY[0])]).reach("identity:1")
        assert access.reasons == ("group_inactive",)


@pytest.mark.parametrize("later", [DAY[0], DAY[1]])
def test_the_newest_row_of_a_pair_decides(later: dt.datetime) -> None:
    """Of two parts the newer one decides for whom both name; of one moment, both."""
    first, second = (members(10, (1, word), total=9) for word in ("owner", "manager"))
    graph = explore([(first, DAY[0]), (second, later)])
    assert roles(graph)["business:10"] == ("OWNER" if later == DAY[0] else "MANAGER")
    assert len(next(iter(graph.grants.values())).evidence) == (2 if later == DAY[0] else 1)
