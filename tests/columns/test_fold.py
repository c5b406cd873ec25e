"""The fold: what stands after all documents, and the laws it obeys."""

from __future__ import annotations

import copy
import datetime as dt
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.explorer import Explorer
from records import CLIENT, DAY, me, membership, partial_me, team
from strategies import worlds
from worlds import World, explore, observations, same

ROW = {
    "id": 50,
    "group_id": 77,
    "role": "manager",
    "identity_id": 1,
    "business_id": 10,
    "active": True,
}


def reached(graph: Explorer, identity: int = 1) -> dict[str, str]:
    """Each resource with its roles in one word."""
    return {
        access.resource: "+".join(access.roles) for access in graph.reach(f"identity:{identity}")
    }


def codes(graph: Explorer) -> list[str]:
    return [issue.code for issue in graph.issues]


def issue(graph: Explorer, code: str) -> str:
    (found,) = (each for each in graph.issues if each.code == code)
    return f"{found.pointer}: {found.message}"


class TestLaws:
    @given(worlds(), st.randoms(use_true_random=False))
    @settings(max_examples=60, deadline=None)
    def test_any_order(self, world: World, rng: random.Random) -> None:
        """The order of arrival changes nothing."""
        seen = observations(world)
        shuffled = rng.sample(seen, len(seen))
        assert same([Explorer.observe(seen), Explorer.observe(shuffled)])

    @given(worlds())
    @settings(max_examples=60, deadline=None)
    def test_idempotent(self, world: World) -> None:
        """Documents that arrive twice say no more than once."""
        seen = observations(world)
        assert same([Explorer.observe(seen), Explorer.observe([*seen, *reversed(seen)])])

    @given(worlds(), st.data())
    @settings(max_examples=60, deadline=None)
    def test_any_split(self, world: World, data: st.DataObject) -> None:
        """Documents that arrive in batches, each added to the graph so far, give the graph of all of them at once."""
        seen = observations(world)
        cut = data.draw(st.integers(0, len(seen)))
        first = Explorer.observe(seen[:cut])
        assert same([Explorer.observe(seen), first.adding(seen[cut:])])

    @given(worlds())
    @settings(max_examples=60, deadline=None)
    def test_a_newer_copy_of_every_document_decides_alone(self, world: World) -> None:
        """When every document is observed again later, only the later observations are evidence."""
        later = [(body, moment + dt.timedelta(days=1000)) for body, moment in world]
        graph = explore([*world, *later])
        moments = {
            graph.documents[each.document].observed_at
            for grant in graph.grants.values()
            for each in grant.evidence
        }
        assert all(moment >= DAY[0] + dt.timedelta(days=300) for moment in moments)
        assert graph.grants.keys() == explore(later).grants.keys()


class TestRevocation:
    def test_a_revoked_role_disappears(self) -> None:
        """A role that the newer `me` no longer says is gone."""
        role = {"id": 5, "role": "client", "accountid": "A", "userid": 7}
        assert "account:A" in reached(explore([(me(roles=[role]), DAY[0])]))
        graph = explore([(me(roles=[role]), DAY[0]), (me(roles=[]), DAY[1])])
        assert reached(graph) == {}
        assert "account:A" in graph

    def test_the_older_document_decides_nothing_when_it_arrives_last(self) -> None:
        """Arrival is not observation: an old document that arrives late revives nothing."""
        old, new = (
            (me(business_memberships=[membership(1, 10)]), DAY[0]),
            (me(business_memberships=[]), DAY[1]),
        )
        assert reached(explore([new, old])) == {}

    def test_absent_sections_of_a_newer_me_say_nothing(self) -> None:
        """A `me` covers its own sections, empty and null ones included; what it lacks, it says nothing of."""
        old = me(
            business_memberships=[membership(1, 10)],
            roles=[{"id": 2, "role": "client", "accountid": "A"}],
        )
        both = {"business:10": "OWNER", "account:A": "CLIENT"}
        assert reached(explore([(old, DAY[0]), (partial_me(), DAY[1])])) == both
        for nothing in ([], None):
            newer = partial_me(business_memberships=nothing)
            assert reached(explore([(old, DAY[0]), (newer, DAY[1])])) == {"account:A": "CLIENT"}
            newer = partial_me(roles=nothing)
            assert reached(explore([(old, DAY[0]), (newer, DAY[1])])) == {"business:10": "OWNER"}

    def test_newer_memberships_end_the_grant_in_every_dialect(self) -> None:
        """The group row and the role row of a membership end with it, although their sections are older."""
        row = {"id": 1, "group_id": 900, "role": "owner", "business_id": 10}
        role = {"id": 3, "role": "admin", "accountid": "A"}
        other = {"id": 4, "role": "admin", "accountid": "B"}
        old = me(
            business_memberships=[membership(1, 10, account_id="A")],
            groups=[row],
            roles=[role, other],
        )
        newer = partial_me(business_memberships=[])
        graph = explore([(old, DAY[0]), (newer, DAY[1])])
        assert reached(graph) == {"account:B": "OWNER"}  # it never was part of a membership

    def test_what_a_team_covered_stays_covered(self) -> None:
        """The roles on the account that a team shows stay revoked when the account moves to another business."""
        role = me(2, roles=[{"id": 3, "role": "admin", "accountid": "A"}])
        shown = team(10, (1, 1, "owner"), account_id="A")
        moved = me(3, business_memberships=[membership(3, 20, account_id="A")])
        world = [(role, DAY[0]), (shown, DAY[1]), (moved, DAY[2])]
        for count in (2, 3):
            assert reached(explore(world[:count]), 2) == {}
        without = team(10, (1, 1, "owner"), account_id=None)
        assert reached(explore([(role, DAY[0]), (without, DAY[1])]), 2) == {"account:A": "OWNER"}

    def test_a_team_revokes_and_adds(self) -> None:
        """A newer team ends the membership it does not list, in whatever dialect, and adds the one it does."""
        row = {"id": 1, "group_id": 900, "role": "owner", "business_id": 10}
        role = {"id": 3, "role": "admin", "accountid": "A"}
        mine = me(
            business_memberships=[membership(1, 10, account_id="A")], groups=[row], roles=[role]
        )
        graph = explore([(mine, DAY[0]), (team(10, (8, 2, "business_partner")), DAY[1])])
        assert reached(graph) == {}
        assert reached(graph, 2) == {"business:10": "ADMIN", "account:A": "ADMIN"}

    def test_a_newer_me_overrides_the_team_for_its_own_identity(self) -> None:
        """The latest of `me` and `team` decides, whichever of them it is."""
        old = team(10, (1, 1, "owner"), (2, 2, "manager"))
        graph = explore(
            [
                (old, DAY[0]),
                (me(business_memberships=[membership(1, 10, "business_employee")]), DAY[1]),
            ]
        )
        assert reached(graph) == {"business:10": "EMPLOYEE"}
        assert reached(graph, 2) == {"business:10": "MANAGER"}
        assert "role_disagreement" not in codes(graph)

    def test_a_team_says_nothing_about_clients(self) -> None:
        """The client role of somebody whom a team does not list stands: clients are no members."""
        mine = me(2, roles=[{"id": 5, "role": "client", "accountid": "A", "userid": 7}])
        graph = explore([(mine, DAY[0]), (team(10, (1, 1, "owner"), account_id="A"), DAY[1])])
        assert reached(graph, 2) == {"account:A": "CLIENT", "business:10": "CLIENT"}

    def test_every_node_stays_known(self) -> None:
        """A business that no newer document names is still a known id, without access."""
        none = me(business_memberships=[])
        graph = explore([(me(business_memberships=[membership(1, 10)]), DAY[0]), (none, DAY[1])])
        assert "business:10" in graph
        assert list(graph.reached_by("business:10")) == []


class TestEqualMoments:
    def test_claims_unite(self) -> None:
        """Two documents of one moment are one view."""
        mine = me(business_memberships=[membership(1, 10)])
        graph = explore([(mine, DAY[0]), (team(10, (2, 2, "contractor")), DAY[0])])
        assert reached(graph) == {"business:10": "OWNER"}
        assert reached(graph, 2) == {"business:10": "CONTRACTOR"}

    def test_a_contradicting_attribute_becomes_an_issue(self) -> None:
        """Two names at one moment: one is taken, the same in any order, and it is reported."""
        world = [(me(first_name="Ann"), DAY[0]), (me(first_name="Bob"), DAY[0])]
        graphs = [explore(world), explore(world[::-1])]
        assert "attribute_conflict" in codes(graphs[0])
        assert len({graph.nodes["identity:1"]["first_name"] for graph in graphs}) == 1

    def test_the_newer_attribute_wins_without_an_issue(self) -> None:
        """A changed name is no contradiction."""
        graph = explore([(me(first_name="Ann"), DAY[0]), (me(first_name="Bob"), DAY[1])])
        assert graph.nodes["identity:1"]["first_name"] == "Bob"
        assert graph.issues == ()


class TestGrants:
    def test_three_dialects_are_one_grant(self) -> None:
        """Membership, business-level group row and role row state one relation, with all their evidence."""
        row = {"id": 1, "group_id": 900, "role": "owner", "business_id": 10}
        role = {"id": 3, "role": "admin", "accountid": "A"}
        graph = explore(
            [
                (
                    me(
                        business_memberships=[membership(1, 10, account_id="A")],
                        groups=[row],
                        roles=[role],
                    ),
                    DAY[0],
                )
            ]
        )
        (grant,) = (each for each in graph.grants.values() if each.principal == "identity:1")
        assert grant.id == "business:10#MEMBER@identity:1"
        assert [each.record_id for each in grant.evidence] == ["1", "1", "3"]
        assert grant.words == ("owner", "owner", "admin")
        assert graph.issues == ()

    def test_disagreeing_roles_are_all_kept(self) -> None:
        """The membership's role comes first, capabilities are the union, and the disagreement is an issue."""
        role = {"id": 3, "role": "business_accountant", "accountid": "A"}
        mine = me(business_memberships=[membership(1, 10, "manager", account_id="A")], roles=[role])
        graph = explore([(mine, DAY[0])])
        assert graph.grants["business:10#MEMBER@identity:1"].roles == ("MANAGER", "ACCOUNTANT")
        (access,) = graph.reach("identity:1", kinds=["BUSINESS"])
        assert {"OPERATIONS", "FINANCIAL_REPORTS"} <= set(access.capabilities)
        assert "MANAGER and ACCOUNTANT" in issue(graph, "role_disagreement")

    def test_staff_agrees_with_what_it_may_mean(self) -> None:
        """STAFF is absorbed by MANAGER, EMPLOYEE and ACCOUNTANT, and by nothing else."""
        for word, roles in (("manager", ("MANAGER",)), ("contractor", ("CONTRACTOR", "STAFF"))):
            role = {"id": 3, "role": "staff", "accountid": "A"}
            mine = me(business_memberships=[membership(1, 10, word, account_id="A")], roles=[role])
            assert explore([(mine, DAY[0])]).grants["business:10#MEMBER@identity:1"].roles == roles

    def test_a_client_row_stays_a_grant_of_its_own(self) -> None:
        """An employee who is also a client of the account holds two grants on it."""
        roles = [
            {"id": 3, "role": "staff", "accountid": "A"},
            {"id": 4, "role": "client", "accountid": "A", "userid": 9},
        ]
        graph = explore([(me(roles=roles), DAY[0])])
        assert sorted(graph["identity:1"]["account:A"]) == [
            "account:A#ROLE/CLIENT@identity:1",
            "account:A#ROLE@identity:1",
        ]
        assert reached(graph) == {"account:A": "CLIENT+STAFF"}

    def test_a_role_without_membership_is_no_membership(self) -> None:
        """A role row on an account whose business has no membership of this identity stays a ROLE, and no control."""
        client = {
            "id": 6,
            "account_id": "V",
            "account_business": {"account_business_id": 20, "account_id": "V"},
        }
        mine = me(roles=[{"id": 3, "role": "admin", "accountid": "A"}])
        other = me(
            2, business_memberships=[membership(1, 10, account_id="A", business_clients=[client])]
        )
        graph = explore([(mine, DAY[0]), (other, DAY[0])])
        assert reached(graph) == {"account:A": "OWNER", "business:10": "OWNER"}
        assert "account:V" in reached(graph, 2)

    def test_an_unknown_role_is_kept_and_reported(self) -> None:
        """A word outside the table is UNKNOWN, shown as spelled, and never grants control."""
        client = {"id": 6, "account_id": "V"}
        mine = me(business_memberships=[membership(1, 10, "overlord", business_clients=[client])])
        graph = explore([(mine, DAY[0])])
        assert reached(graph) == {"business:10": "UNKNOWN"}
        assert graph.grants["business:10#MEMBER@identity:1"].words == ("overlord",)
        assert "'overlord'" in issue(graph, "unmapped_role")


class TestGroups:
    def test_a_project_group_is_no_access(self) -> None:
        """A group row never becomes a business role unless its group is known to be business-level."""
        graph = explore([(me(groups=[ROW]), DAY[0])])
        assert reached(graph) == {}
        assert "group:77#GROUP@identity:1" in graph.grants

    def test_a_business_level_group_learned_anywhere_counts_everywhere(self) -> None:
        """Another identity's superseded document shows the group as business-level: the row is a membership."""
        other = me(
            2,
            business_memberships=[membership(60, 10)],
            groups=[{**ROW, "id": 60, "identity_id": 2}],
        )
        graph = explore([(me(groups=[ROW]), DAY[1]), (other, DAY[0]), (me(2), DAY[2])])
        assert reached(graph) == {"business:10": "MANAGER"}
        assert "group:77#GROUP@identity:1" not in graph.grants

    def test_a_team_shows_its_group_as_business_level(self) -> None:
        """The id of a team's business group is the same number."""
        graph = explore(
            [(me(groups=[{**ROW, "group_id": 900}]), DAY[1]), (team(10, (1, 2, "owner")), DAY[0])]
        )
        assert reached(graph) == {"business:10": "MANAGER"}

    def test_an_inactive_row_makes_its_grant_latent(self) -> None:
        """A group row that is not active: shown, as latent."""
        inactive = {**ROW, "id": 60, "active": False}
        graph = explore(
            [(me(business_memberships=[membership(60, 10)], groups=[inactive]), DAY[0])]
        )
        (access,) = graph.reach("identity:1")
        assert (access.state, access.reasons) == ("LATENT", ("group_inactive",))


class TestKeeps:
    def test_a_client_row_names_the_vendor_until_a_newer_document_shows_it(self) -> None:
        """KEEPS from a client row stands with the row, and ends when the vendor is shown with another account."""
        mine = (me(business_memberships=[membership(1, 10, business_clients=[CLIENT])]), DAY[1])
        assert reached(explore([mine]))["business:20"] == "CLIENT"
        older = (me(2, business_memberships=[membership(2, 20, account_id=None)]), DAY[0])
        assert "business:20" in reached(explore([mine, older]))
        newer = (me(2, business_memberships=[membership(2, 20, account_id=None)]), DAY[2])
        assert reached(explore([mine, newer])) == {"business:10": "OWNER", "account:V": "CLIENT"}

    def test_a_record_without_the_key_says_nothing_of_it(self) -> None:
        """A business record that has no account_id key does not say that there is no account; null does."""
        mine = (me(business_memberships=[membership(1, 10, account_id="A")]), DAY[0])
        assert "account:A" in reached(explore([mine, (team(10, (1, 1, "owner")), DAY[1])]))
        assert "account:A" not in reached(
            explore([mine, (team(10, (1, 1, "owner"), account_id=None), DAY[1])])
        )

    def test_direction_comes_from_the_ends_of_the_row(self) -> None:
        """A row that stands under the vendor still says that the other business is the client."""
        row = {**CLIENT, "business_id": 10}
        vendor = me(
            2, business_memberships=[membership(2, 20, account_id="V", business_clients=[row])]
        )
        graph = explore([(vendor, DAY[0]), (me(business_memberships=[membership(1, 10)]), DAY[0])])
        assert reached(graph) == {
            "business:10": "OWNER",
            "account:V": "CLIENT",
            "business:20": "CLIENT",
        }
        assert graph.issues == ()

    def test_a_row_that_contradicts_itself_is_reported(self) -> None:
        """The enclosing business and the row's own account win, and of two accounts none names a vendor."""
        row = copy.deepcopy(CLIENT)
        row["client_business"]["business_id"] = 11
        row["account_business"]["account_id"] = "W"
        graph = explore(
            [(me(business_memberships=[membership(1, 10, business_clients=[row])]), DAY[0])]
        )
        assert reached(graph) == {"business:10": "OWNER", "account:V": "CLIENT"}
        assert codes(graph) == ["reference_conflict", "reference_conflict"]

    def test_an_account_moves_for_good(self) -> None:
        """The newest own record decides who keeps an account; the one before does not come back when it lets go."""
        seller = (me(business_memberships=[membership(1, 10, account_id="A")]), DAY[0])
        buyer = (me(3, business_memberships=[membership(3, 20, account_id="A")]), DAY[1])
        gone = (me(3, business_memberships=[membership(3, 20, account_id=None)]), DAY[2])
        assert reached(explore([seller, buyer]), 3) == {
            "business:20": "OWNER",
            "account:A": "OWNER",
        }
        assert reached(explore([seller, buyer])) == {"business:10": "OWNER"}
        assert reached(explore([seller, buyer, gone])) == {"business:10": "OWNER"}
        assert reached(explore([buyer, seller, gone][::-1])) == {"business:10": "OWNER"}

    def test_hearsay_takes_nothing_from_an_own_record(self) -> None:
        """A newer client row of somebody else does not end that a business keeps its account, at either end."""
        owner = (me(business_memberships=[membership(1, 30, account_id="V")]), DAY[0])
        vendor = (me(3, business_memberships=[membership(3, 20, account_id="W")]), DAY[0])
        row = (me(2, business_memberships=[membership(2, 10, business_clients=[CLIENT])]), DAY[1])
        for world in ([owner, row], [vendor, row], [owner, vendor, row]):
            graph = explore(world)
            assert ("account:V#KEEPS@business:30" in graph.grants) == (owner in world)
            assert "account:V#KEEPS@business:20" not in graph.grants
            assert "as the keeper of account V" in issue(graph, "hearsay_overruled")
        assert reached(explore([row]), 2)["business:20"] == "CLIENT"
        older = (me(3, business_memberships=[membership(3, 20, account_id=None)]), DAY[0])
        assert "account:V#KEEPS@business:20" in explore([row, older]).grants

    def test_the_newest_hearsay_counts(self) -> None:
        """Of two client rows that name two businesses for an account, the newer one counts while it stands."""
        other = copy.deepcopy(CLIENT)
        other["account_business"]["account_business_id"] = 40
        old = (me(business_memberships=[membership(1, 10, business_clients=[CLIENT])]), DAY[0])
        new = (me(2, business_memberships=[membership(2, 11, business_clients=[other])]), DAY[1])
        keepers = [grant for grant in explore([old, new]).grants if "KEEPS" in grant]
        assert keepers == ["account:V#KEEPS@business:40"]
        gone = (me(2, business_memberships=[membership(2, 11, business_clients=[])]), DAY[2])
        keepers = [grant for grant in explore([old, new, gone]).grants if "KEEPS" in grant]
        assert keepers == ["account:V#KEEPS@business:20"]

    def test_two_accounts_for_one_business_are_reported(self) -> None:
        """Both are followed, and the conflict is an issue."""
        rows = [membership(1, 10, account_id="A"), membership(2, 10, account_id="B")]
        graph = explore([(me(business_memberships=rows), DAY[0])])
        assert reached(graph) == {
            "business:10": "OWNER",
            "account:A": "OWNER",
            "account:B": "OWNER",
        }
        assert codes(graph) == ["two_keepers", "two_keepers"]
        assert all(access.contested for access in graph.reach("identity:1", kinds=["ACCOUNT"]))


class TestForeignGroups:
    def test_a_row_that_names_another_business_is_an_association(self) -> None:
        """A row of a business's own group that names another business gives no membership, and is an issue."""
        row = {"id": 9, "group_id": 900, "role": "owner", "business_id": 77}
        world = [(team(10, (1, 1, "owner")), DAY[0]), (me(2, groups=[row]), DAY[1])]
        graph = explore(world)
        assert reached(graph, 2) == {}
        assert "another business's own" in issue(graph, "foreign_group")
        row["business_id"] = 10
        assert reached(explore([world[0], (me(2, groups=[row]), DAY[1])]), 2) == {
            "business:10": "OWNER"
        }

    def test_a_group_of_two_businesses_is_of_none(self) -> None:
        """A group that documents show as two businesses' own gives no membership by its rows, and is an issue."""
        other = team(20, (1, 3, "owner"))
        other["response"]["business_group"]["id"] = 900
        row = {"id": 9, "group_id": 900, "role": "owner", "business_id": 10}
        world = [
            (team(10, (1, 1, "owner")), DAY[0]),
            (other, DAY[0]),
            (me(2, groups=[row]), DAY[1]),
        ]
        graph = explore(world)
        assert reached(graph, 2) == {}
        assert "that of 2 businesses" in issue(graph, "foreign_group")
        assert reached(graph) == {"business:10": "OWNER"}


class TestVersion:
    def test_the_version_names_the_observations(self) -> None:
        """The same documents give the same version; one more document, or another moment, another."""
        world = [(me(), DAY[0])]
        versions = [
            explore(each).version
            for each in (world, world, [*world, (me(2), DAY[0])], [(me(), DAY[1])])
        ]
        assert versions[0] == versions[1]
        assert len(set(versions)) == 3


class TestTables:
    """Statuses and permissions by account, which a `me` states in tables."""

    @staticmethod
    def status(*documents: tuple[int, dict[str, str] | None]) -> str | None:
        """The status of account A after documents of identities, one a day; None lacks the table."""
        world = [
            (
                me(who, **({} if table is None else {"subscription_statuses": table})),
                DAY[day],
            )
            for day, (who, table) in enumerate(documents)
        ]
        known = [(me(9, business_memberships=[membership(9, 10, account_id="A")]), DAY[0])]
        graphs = [explore(known + world[:count]) for count in range(len(world) + 1)]
        grown = graphs[0]
        for each in observations(world):
            grown = grown.adding([each])
        found = graphs[-1].nodes["account:A"].get("subscription_status")
        assert grown.nodes["account:A"].get("subscription_status") == found
        assert found is None or isinstance(found, str)
        return found

    def test_a_newer_table_without_the_account_ends_its_status(self) -> None:
        """The table of the same identity ends it, an empty one too; a table that is absent says nothing."""
        lapsed = {"A": "cancelled"}
        assert self.status((1, lapsed)) == "cancelled"
        assert self.status((1, lapsed), (1, {"B": "active"})) is None
        assert self.status((1, lapsed), (1, {})) is None
        assert self.status((1, lapsed), (1, None)) == "cancelled"
        assert self.status((1, lapsed), (1, {}), (1, lapsed)) == "cancelled"

    def test_the_table_of_another_identity_ends_nothing(self) -> None:
        """Each identity's table tells of its own accounts; what a newer one overruled does not come back."""
        assert self.status((1, {"A": "cancelled"}), (2, {})) == "cancelled"
        assert self.status((1, {"A": "active"}), (2, {"A": "cancelled"}), (2, {})) is None
        assert self.status((2, {"A": "active"}), (1, {"A": "cancelled"}), (2, {})) == "cancelled"
