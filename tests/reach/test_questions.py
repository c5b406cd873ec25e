"""reach, reached_by, access and explanations against an independent oracle, and what bounds them."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from hypothesis import given, settings

from agreement import check
from inroads import EXAMPLE
from inroads.errors import BadId, InroadsError, NotFound
from inroads.explorer import Explorer, load
from inroads.model import Mode
from inroads.reach import states
from records import DAY, client, me, membership, team
from strategies import random_world, worlds
from worlds import World, explore

WORLDS = int(os.environ.get("INROADS_WORLDS", "300"))
BATCH = 100


@pytest.mark.parametrize("first", range(0, WORLDS, BATCH))
def test_random_worlds_agree_with_the_oracle(first: int) -> None:
    """On random worlds every answer is the brute-force oracle's: sets, facts, paths, routes, cuts."""
    for seed in range(first, first + BATCH):
        try:
            check(random_world(random.Random(seed)))
        except AssertionError as error:
            raise AssertionError(f"world of seed {seed}") from error


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_drawn_worlds_agree_with_the_oracle(world: World) -> None:
    """The same on worlds that Hypothesis draws, so that a failure shrinks to the smallest world that shows it."""
    check(world)


def cycle(size: int) -> Explorer:
    """Businesses in a circle, each the client of the next one, each owned by an identity of its number."""
    return explore(
        [
            (
                me(
                    number,
                    business_memberships=[
                        membership(
                            number,
                            number,
                            account_id=f"A{number}",
                            business_clients=[
                                client(number, f"A{number % size + 1}", number % size + 1)
                            ],
                        )
                    ],
                ),
                DAY[0],
            )
            for number in range(1, size + 1)
        ]
    )


class TestCycles:
    @pytest.mark.parametrize("size", [1, 2, 3, 7, 200])
    def test_a_circle_of_clients_ends(self, size: int) -> None:
        """Each owner reaches its own business and the next one, whatever the length of the circle."""
        graph = cycle(size)
        reached = {access.resource for access in graph.reach("identity:1")}
        assert reached == {"business:1", "account:A1"} | (
            {"business:2", "account:A2"} if size > 1 else set()
        )

    @pytest.mark.parametrize("size", [2, 3, 7, 200])
    def test_an_association_follows_the_whole_circle(self, size: int) -> None:
        """Every business of the circle is connected, at its distance, and only the first two are access."""
        answer = cycle(size).reach("identity:1", kinds=["BUSINESS"], mode=Mode.ASSOCIATION)
        assert [access.certainty for access in answer] == ["STATED", "INFERRED"] + [
            "ASSOCIATED"
        ] * (size - 2)
        assert sorted(access.distance for access in answer) == [1 + 2 * hop for hop in range(size)]


class TestLimits:
    def test_more_paths_than_the_limit_are_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An answer that a limit cuts short says so; what it lists is right."""
        rows = [
            membership(n, n, account_id=f"A{n}", business_clients=[client(n, "V", 900)])
            for n in range(1, 21)
        ]
        graph = explore([(me(business_memberships=rows), DAY[0])])
        whole = graph.access("identity:1", "account:V")
        assert whole is not None
        assert (len(whole.paths), whole.truncated) == (20, False)
        monkeypatch.setattr("inroads.reach.limits.MAX_PATHS", 7)
        cut = graph.access("identity:1", "account:V")
        assert cut is not None
        assert (len(cut.paths), cut.truncated) == (7, True)
        assert set(cut.paths) < set(whole.paths)
        assert graph.reach("identity:1").truncated
        assert "more routes may remain" in cut.explanation.sentence

    def test_what_is_cut_short_is_still_judged_by_all_paths(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Beyond the limit the facts come from all walks, and what lies behind a truncated node is truncated, too."""
        rows = [
            membership(n, n, active=n == 19, business_clients=[client(n, "V", 900)])
            for n in range(1, 21)
        ]
        rows += [membership(21, 900, "manager")]
        world = [(me(business_memberships=rows), DAY[0])]
        whole = {access.resource: access for access in explore(world).reach("identity:1")}
        monkeypatch.setattr("inroads.reach.limits.MAX_PATHS", 5)
        graph = explore(world)
        for resource in ("account:V", "business:900"):
            access = graph.access("identity:1", resource)
            assert access is not None
            assert access.truncated
            expected = whole[resource]
            assert (access.roles, access.certainty, access.state, access.distance) == (
                expected.roles,
                expected.certainty,
                expected.state,
                expected.distance,
            )
            (back,) = graph.reached_by(resource, state="ACTIVE")
            assert (back.truncated, back.roles, back.certainty) == (
                True,
                access.roles,
                access.certainty,
            )

    def test_a_dense_association_is_bounded(self) -> None:
        """In a world where everybody is everybody's client the paths are cut off, told, and shortest first."""
        size = 12
        world = [
            (
                me(
                    n,
                    business_memberships=[
                        membership(
                            n,
                            n,
                            account_id=f"A{n}",
                            business_clients=[
                                client(n * 100 + m, f"A{m}", m)
                                for m in range(1, size + 1)
                                if m != n
                            ],
                        )
                    ],
                ),
                DAY[0],
            )
            for n in range(1, size + 1)
        ]
        access = explore(world).access("identity:1", "business:2", mode=Mode.ASSOCIATION)
        assert access is not None
        assert access.truncated
        assert (access.certainty, access.distance) == ("INFERRED", 3)
        assert access.paths[0].certainty == "INFERRED"


@pytest.fixture(scope="module")
def bruce() -> Explorer:
    """The vendor's own example."""
    return load(EXAMPLE)


class TestSets:
    def check(self, graph: Explorer, node: str) -> dict[str, set[str]]:
        found = {
            graph.index.name(each): graph.roles_of(bits)
            for each, bits in states.held(graph, node).items()
        }
        answer = graph.reach(node) if node.startswith("identity") else graph.reached_by(node)
        ends = {
            access.principal if access.resource == node else access.resource: access.roles
            for access in answer
        }
        assert found == ends
        return {each: set(roles) for each, roles in found.items()}

    def test_a_walk_that_comes_back_conveys_nothing(self) -> None:
        """Who owns a client of its own account is a client of the account, but not of the business behind it."""
        graph = cycle(1)
        assert self.check(graph, "identity:1") == {
            "business:1": {"OWNER"},
            "account:A1": {"OWNER", "CLIENT"},
        }
        assert self.check(graph, "business:1") == {"identity:1": {"OWNER"}}
        assert self.check(graph, "account:A1") == {"identity:1": {"OWNER", "CLIENT"}}

    @pytest.mark.parametrize("businesses", [2, 40, 70])
    def test_few_and_many_are_the_same(self, businesses: int) -> None:
        """One hop after the other, or all at once for a hub: the same nodes and roles."""
        rows = [
            membership(n, n, account_id=f"A{n}", business_clients=[client(n, "V", 900)])
            for n in range(businesses)
        ]
        graph = explore(
            [(me(business_memberships=[*rows, membership(900, 900, "manager")]), DAY[0])]
        )
        found = self.check(graph, "identity:1")
        assert len(found) == 2 * businesses + 2
        assert found["business:900"] == {"MANAGER", "CLIENT"}
        assert self.check(graph, "account:V") == {"identity:1": found["account:V"]}

    def test_what_is_avoided_is_not_walked(self, bruce: Explorer) -> None:
        """Without the business and without the role, each by itself, the vendor is still held; without both, not."""
        vendor, role = bruce.number("account:Xr82w"), "account:Xr82w#ROLE/CLIENT@identity:712052"
        for avoid in ({"business:77128"}, {role}):
            assert vendor in states.held(bruce, "identity:712052", frozenset(avoid))
        assert vendor not in states.held(
            bruce, "identity:712052", frozenset({"business:77128", role})
        )
        assert states.held(bruce, "identity:712052", frozenset({"identity:712052"})) == {}


class TestFilter:
    def reached(self, graph: Explorer, **chosen: Any) -> set[str]:
        return {access.resource for access in graph.reach("b@example.com", **chosen)}

    def test_each_field(self, bruce: Explorer) -> None:
        """Each field of the filter keeps what it says and nothing else."""
        everything = self.reached(bruce)
        vendor = {"account:Xr82w", "business:363103"}
        own, managed = {"business:77128", "account:zDmNq"}, {"business:311394", "account:e6Wmk"}
        assert everything == vendor | own | managed
        assert self.reached(bruce, roles=["CLIENT"]) == vendor
        assert self.reached(bruce, roles=["OWNER", "MANAGER"]) == own | managed
        assert self.reached(bruce, capabilities=["FINANCIAL_REPORTS"]) == own
        assert self.reached(bruce, state="LATENT") == managed
        assert self.reached(bruce, state="ACTIVE") == vendor | own
        assert self.reached(bruce, certainty="STATED") == everything
        assert self.reached(bruce, certainty="INFERRED") == set()
        assert self.reached(bruce, via=["MEMBER"]) == own | managed
        assert self.reached(bruce, via=["ROLE"]) == vendor
        assert self.reached(bruce, max_steps=1) == {
            "account:Xr82w",
            "business:77128",
            "business:311394",
        }
        assert self.reached(bruce, avoid=["business:77128"]) == vendor | managed
        assert self.reached(bruce, avoid=["identity:712052"]) == set()

    def test_avoiding_one_route_leaves_the_other(self, bruce: Explorer) -> None:
        """Without role 994207 the vendor is still reached, now only by inference, one step farther."""
        access = bruce.access(
            "b@example.com", "account:Xr82w", avoid=["account:Xr82w#ROLE/CLIENT@identity:712052"]
        )
        assert access is not None
        assert (access.certainty, access.distance, len(access.paths)) == ("INFERRED", 2, 1)

    def test_the_filter_works_backward_too(self, bruce: Explorer) -> None:
        """reached_by understands the same filter."""
        assert len(bruce.reached_by("account:Xr82w", via=["ROLE"])) == 1
        assert len(bruce.reached_by("account:Xr82w", via=["MEMBER"])) == 0

    def test_what_is_no_filter_is_refused(self, bruce: Explorer) -> None:
        """A word or field that does not exist raises with a code, instead of matching nothing or everything."""
        for wrong in ({"roles": ["BOSS"]}, {"role": ["OWNER"]}, {"max_steps": "two"}):
            with pytest.raises(InroadsError) as error:
                bruce.reach("b@example.com", **wrong)  # type: ignore[arg-type]  # wrong on purpose
            assert error.value.code == "BAD_FILTER"
        with pytest.raises(BadId):
            bruce.reach("b@example.com", avoid=["account:Xr82w#ROLLE/CLIENT@identity:712052"])
        for slip in (
            "role 994207",
            "business:771280",
            "account:Xr82w#ROLE@identity:712052",
            "account:xr82w",
        ):
            with pytest.raises(NotFound):
                bruce.reached_by("account:Xr82w", avoid=[slip])
        assert len(bruce.reach("b@example.com", avoid=[" business:77128 "])) == 4
        for kinds, mode in (("business", "ACCESS"), ("BUSINESS", "access")):
            with pytest.raises(InroadsError):
                bruce.reach("b@example.com", kinds=[kinds], mode=mode)


class TestThreeAnswers:
    def test_unknown_is_not_without_access(self, bruce: Explorer) -> None:
        """An unknown id, a known id without access, and a malformed id are three different answers."""
        with pytest.raises(NotFound):
            bruce.reach("nobody@example.com")
        with pytest.raises(NotFound):
            bruce.reach("nobody")  # it may be a name
        with pytest.raises(BadId):
            bruce.reached_by("buisness:77128")
        assert bruce.access("b@example.com", "group:96277") is None
        graph = explore([(me(), DAY[0])])
        assert list(graph.reach("identity:1")) == []

    def test_the_wrong_kind_is_told(self, bruce: Explorer) -> None:
        """Asking what a business reaches is an error, not an empty answer."""
        with pytest.raises(InroadsError) as error:
            bruce.reach("business:77128")
        assert error.value.code == "WRONG_KIND"


class TestCoverage:
    def test_complete_means_that_the_own_document_was_read(self) -> None:
        """reach is complete with the identity's own `me`, reached_by with the business's `team`; notes say the rest."""
        mine = me(business_memberships=[membership(1, 10, account_id="A")])
        graph = explore([(mine, DAY[0]), (team(20, (3, 2, "owner")), DAY[3])])
        assert graph.reach("identity:1").coverage.complete
        assert not graph.reach("identity:2").coverage.complete
        assert "lower bound" in " ".join(graph.reach("identity:2").coverage.notes)
        assert not graph.reached_by("account:A").coverage.complete
        coverage = graph.reached_by("business:20").coverage
        assert coverage.complete
        assert (
            coverage.identities_observed,
            coverage.businesses_observed,
            coverage.teams_observed,
        ) == (1, 2, 1)
        assert (coverage.oldest, coverage.newest) == (DAY[3], DAY[3])
