"""Campaigns freeze the accesses of a scope, and carry over what was decided before."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import BRUCE, NOW, VENDOR, begin, code, ends, me, member
from inroads import model, review
from inroads.errors import NotFound
from inroads.explorer import Explorer
from inroads.model import Role
from inroads.review import (
    Campaign,
    Frozen,
    Gone,
    Opened,
    Pair,
    ReviewError,
    Scope,
    Verdict,
)
from inroads.store.ledger import Ledger
from strategies import World, worlds
from worlds import explore


class TestFreezing:
    def test_the_example(self, ledger: Ledger, bruce: Explorer) -> None:
        """All six accesses are in items, with sentences, paths and pointers; and none beside them."""
        items = list(begin(ledger, bruce).items())
        assert [[each.resource for each in item.accesses] for item in items] == [
            ["business:77128", "account:zDmNq"],
            ["business:363103", VENDOR],
            ["business:311394", "account:e6Wmk"],
        ]
        found = {each.resource: each for item in items for each in item.accesses}
        resources = (
            "business:77128",
            "business:311394",
            "business:363103",
            "account:zDmNq",
            "account:e6Wmk",
            VENDOR,
        )
        assert sorted(found) == sorted(resources)
        vendor = found[VENDOR]
        assert [(path.certainty.value, len(path.grants)) for path in vendor.paths] == [
            ("STATED", 1),
            ("INFERRED", 2),
        ]
        assert [each.label for grant in vendor.grants for each in grant.records] == [
            "role 994207",
            "membership 168372",
            "group row 168372",
            "role 682608",
            "client 22347",
        ]
        assert vendor.grants[0].records[0].pointer == "/response/roles/2"
        assert found["account:e6Wmk"].reasons == ("trial_expired",)

    def test_the_riskiest_first(self, ledger: Ledger) -> None:
        """Inferred accesses and controlling roles come before the rest, and active before latent."""
        client = {"id": 7, "business_id": 1, "account_id": "V", "userid": 3}
        mine = me(1, member(1, "manager", 2), member(2, "owner", 1, "A", business_clients=[client]))
        found = list(begin(ledger, explore([(mine, NOW)])).items())
        assert [[each.resource for each in item.accesses] for item in found] == [
            ["account:V"],
            ["business:1", "account:A"],
            ["business:2"],
        ]
        assert [each.access.certainty.value for each in found] == ["INFERRED", "STATED", "STATED"]

    def test_scopes(self, ledger: Ledger, bruce: Explorer) -> None:
        """Each part of a scope is exact; an unknown name is an error, and so is a scope without any access."""
        asked = [
            (Scope(identities=("B@example.com",)), 3),
            (Scope(resources=(VENDOR,)), 1),
            (Scope(resources=(VENDOR, "business:77128"), roles=frozenset({Role.OWNER})), 1),
            (Scope(roles=frozenset({Role.MANAGER, Role.CLIENT})), 2),
            (Scope(state=model.AccessState.LATENT), 1),
            (Scope(kinds=frozenset({model.NodeKind.ACCOUNT})), 3),
        ]
        for number, (scope, size) in enumerate(asked):
            assert len(list(begin(ledger, bruce, f"c{number}", scope=scope).items())) == size
        with pytest.raises(NotFound):
            begin(ledger, bruce, scope=Scope(identities=("nobody@example.com",)))
        assert code(lambda: begin(ledger, bruce, scope=Scope(resources=(BRUCE,)))) == "WRONG_KIND"
        none = Scope(certainty=model.Certainty.INFERRED)
        assert code(lambda: begin(ledger, bruce, scope=none)) == "CAMPAIGN_EMPTY"
        assert code(lambda: begin(ledger, bruce, "c0")) == "CAMPAIGN_EXISTS"
        assert code(lambda: begin(ledger, bruce, "17")) == "BAD_NAME"
        assert [each.name for each in review.campaigns(ledger)] == [
            f"c{number}" for number in range(len(asked))
        ]

    @given(worlds())
    @settings(max_examples=25, deadline=None)
    def test_everyone(self, world: World) -> None:
        """A campaign without a scope has exactly what `reach` finds for each identity, with all its paths."""
        graph = explore(world)
        reached = {
            (each.principal, each.resource): each
            for node, data in graph.nodes(data=True)
            if data["kind"] == "IDENTITY"
            for each in graph.reach(node)
        }
        with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder, "ledger")) as ledger:
            if not reached:
                assert code(lambda: begin(ledger, graph)) == "CAMPAIGN_EMPTY"
                return
            items = list(begin(ledger, graph).items())
        accesses = [each for item in items for each in item.accesses]
        found = {(each.principal, each.resource): each for each in accesses}
        assert found.keys() == reached.keys()
        assert len(found) == len(accesses)
        for key, frozen in found.items():
            access = reached[key]
            assert [path.sentence for path in frozen.paths] == list(access.sentences)
            assert (frozen.roles, frozen.certainty, frozen.state) == (
                access.roles,
                access.certainty,
                access.state,
            )
        for item in items:
            if item.kept is None:
                assert item.fingerprint == item.access.fingerprint.hex()
            else:
                one, other = item.accesses
                assert graph.kept(one.resource) == [other.resource]
                assert graph.kept(other.resource) == [one.resource]
                for name in ("roles", "contested_roles", "capabilities", "certainty", "state"):
                    assert getattr(one, name) == getattr(other, name), name


class TestCarryingOver:
    def test_each_way(self, ledger: Ledger) -> None:
        """KEEP is carried where nothing changed, all else is opened with what changed, and what ended is told."""
        first = [
            (me(1, member(1, "owner", 1), member(2, "manager", 2)), NOW),
            (me(2, member(3, "manager", 1), member(4, "manager", 2), member(5, "manager", 3)), NOW),
        ]
        graph = explore(first)
        old = begin(ledger, graph)
        number = {
            (each.access.principal, each.access.resource): each.number for each in old.items()
        }
        keep = [
            ("identity:1", "business:1"),
            ("identity:1", "business:2"),
            ("identity:2", "business:1"),
        ]
        old.decide([number[pair] for pair in keep], "keep", by="eve", now=NOW, why="needed")
        revoke = [("identity:2", "business:2"), ("identity:2", "business:3")]
        old.decide([number[pair] for pair in revoke], "revoke", by="eve", now=NOW, why="left")
        later = NOW + dt.timedelta(1)
        after = [
            *first,
            (me(1, member(1, "owner", 1), member(2, "owner", 2)), later),
            (me(2, member(9, "manager", 1), member(4, "manager", 2)), later),
        ]
        new = begin(ledger, explore(after), "Q2", previous=old)
        found = {(each.access.principal, each.access.resource): each for each in new.items()}
        assert {pair: each.opened for pair, each in found.items()} == {
            keep[0]: Opened.CARRIED,
            keep[1]: Opened.CHANGED,  # another role
            keep[2]: Opened.CHANGED,  # given anew, under another record
            revoke[0]: Opened.STILL_THERE,
        }
        carried = found[keep[0]].decision
        assert carried is not None
        assert (carried.verdict, carried.by, carried.why) == (Verdict.KEEP, "eve", "needed")
        assert carried.origin == old.item(number[keep[0]]).decision.number  # type: ignore[union-attr]
        changed = found[keep[1]].difference
        assert changed is not None
        assert changed.facts[0] == "roles MANAGER -> OWNER"
        assert changed.gained == ("i1@example.com owns business 2 (2).",)
        again = found[keep[2]].difference
        assert again is not None
        assert again.lines() == [
            "business:1#MEMBER@identity:2: MANAGER = membership 3 -> MANAGER = membership 9"
        ]
        assert found[revoke[0]].number == 1
        assert [(each.principal, each.resource, each.kind) for each in new.endings()] == [
            (*revoke[1], Gone.ENDED)
        ]
        assert new.endings()[0].previous == old.item(number[revoke[1]]).decision
        # A chain of carrying over points to the decision that somebody took.
        third = begin(ledger, explore(after), "Q3", previous=new)
        again_carried = third.item(Pair(*keep[0])).decision
        assert again_carried is not None
        assert again_carried.origin == carried.origin

    def test_out_of_scope_is_not_ended(self, ledger: Ledger, bruce: Explorer) -> None:
        """An access that stands and is not asked for has not ended."""
        old = begin(ledger, bruce)
        new = begin(ledger, bruce, "Q2", previous=old, scope=Scope(resources=(VENDOR,)))
        assert {each.kind for each in new.endings()} == {Gone.OUT_OF_SCOPE}
        assert len(new.endings()) == 3
        assert ends(new) == {(BRUCE, VENDOR): Opened.UNDECIDED}

    @given(worlds(), worlds(), st.data())
    @settings(max_examples=40, deadline=None)
    def test_the_law(self, one: World, other: World, data: st.DataObject) -> None:
        """Exactly the kept accesses that are equal in both graphs are carried; a difference is found exactly else."""
        later = [(body, moment + dt.timedelta(30)) for body, moment in other]
        before, after = (
            explore(one),
            explore(data.draw(st.sampled_from([[*one, *later[:1]], [*one, *later]]))),
        )
        with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder, "ledger")) as ledger:
            try:
                old = begin(ledger, before)
                verdicts = {
                    each: data.draw(st.sampled_from(["keep", "keep", "revoke"]))
                    for each in old.numbers()
                }
                for number, verdict in verdicts.items():
                    old.decide([number], verdict, by="eve", now=NOW, why="so")
                new = begin(ledger, after, "Q2", previous=old)
            except ReviewError as error:
                assert error.code == "CAMPAIGN_EMPTY"  # noqa: PT017  # one of two worlds may have no access
                return
            was = _numbers(old)
            known = set(was)
            for item in new.items():
                pairs = [Pair(each.principal, each.resource) for each in item.accesses]
                lefts = [was.pop(pair, None) for pair in pairs]
                left = [each for each in lefts if each]
                if not left:
                    assert item.opened is Opened.NEW
                    continue
                plain = [each and _plain(each[1]) for each in lefts]
                same = plain == [_plain(each) for each in item.accesses]
                if len(left) == len(lefts):
                    lines = [
                        review.difference(each[1], now).lines()
                        for each, now in zip(left, item.accesses, strict=True)
                    ]
                    assert any(lines) is not same
                kept = all(verdicts[number] == "keep" for number, _ in left)
                expected = (
                    (Opened.CARRIED if same else Opened.CHANGED) if kept else Opened.STILL_THERE
                )
                assert item.opened is expected
                assert (item.decision is not None) is (expected is Opened.CARRIED)
            gone = {(number, pair.principal) for pair, (number, _) in was.items()}
            told = [Pair(each.principal, each.resource) for each in new.endings()]
            assert set(told) <= set(was)
            assert {(was[pair][0], pair.principal) for pair in told} == gone
            assert {each.kind for each in new.endings()} <= {Gone.ENDED}
            drift = old.drift(after)
            still = {number for pair, (number, _) in _numbers(old).items() if pair not in was}
            assert {number for number, _ in drift.ended} == set(verdicts) - still
            new_ones = {
                Pair(each.principal, each.resource)
                for item in new.items()
                for each in item.accesses
            } - known
            assert set(drift.appeared) <= new_ones
            assert {each.access.principal for each in new.items() if each.opened is Opened.NEW} <= {
                pair.principal for pair in drift.appeared
            }


def _numbers(campaign: Campaign) -> dict[Pair, tuple[int, Frozen]]:
    return {
        Pair(each.principal, each.resource): (item.number, each)
        for item in campaign.items()
        for each in item.accesses
    }


def _plain(access: Frozen) -> object:
    """What the reviewer decided on, without where it is said: written apart from `Frozen.fingerprint`."""
    paths = {
        (path.grants, frozenset(path.roles), path.certainty, path.state) for path in access.paths
    }
    grants = set()
    for grant in access.grants:
        records = (
            frozenset(each.id for each in grant.records)
            if grant.relation not in ("KEEPS", "GROUP_OF")
            else None
        )
        words = frozenset(grant.words) if "UNKNOWN" in grant.roles else None
        grants.add((grant.id, frozenset(grant.roles), records, words))
    return (
        set(access.roles),
        set(access.contested_roles),
        set(access.contradictions),
        set(access.capabilities),
        access.certainty,
        access.state,
        paths,
        grants,
    )
