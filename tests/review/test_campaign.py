"""Review campaigns: what was frozen stays, decisions are only added, and a KEEP holds for what it was given for."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inroads import EXAMPLE, load, model, review
from inroads.errors import InroadsError, NotFound
from inroads.explorer import Explorer
from inroads.model import Role
from inroads.review import (
    Answer,
    Campaign,
    Decided,
    Filter,
    Frozen,
    Gone,
    Opened,
    Pair,
    ReviewError,
    Scope,
    Verdict,
    report,
    spreadsheet,
)
from inroads.store import schema as room
from inroads.store.forgetting import ANONYMOUS
from inroads.store.ledger import Ledger
from ledger_files import inflated, raw
from strategies import World, worlds
from worlds import explore, observations

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
BRUCE, VENDOR = "identity:712052", "account:Xr82w"


def business(number: int, account: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": f"business {number}", "account_id": account, **more}


def me(number: int, *memberships: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "email": f"i{number}@example.com",
        "business_memberships": list(memberships),
        **more,
    }


def member(
    record: int, role: str, number: int, account: str | None = None, **more: Any
) -> dict[str, Any]:
    return {"id": record, "role": role, "business": business(number, account, **more)}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "inroads.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def bruce() -> Explorer:
    return load(EXAMPLE)


def begin(ledger: Ledger, graph: Explorer, name: str = "Q1", **more: Any) -> Campaign:
    scope = more.pop("scope", Scope())
    return review.start(ledger, graph, scope, name, by="eve", now=NOW, **more)


def code(call: Any) -> str:
    with pytest.raises(InroadsError) as caught:
        call()
    return caught.value.code


def ends(campaign: Campaign) -> dict[tuple[str, str], Opened]:
    return {(each.access.principal, each.access.resource): each.opened for each in campaign.items()}


class TestFreezing:
    def test_the_example(self, ledger: Ledger, bruce: Explorer) -> None:
        """All six accesses are items, with sentences, paths and pointers; and none beside them."""
        found = {each.access.resource: each.access for each in begin(ledger, bruce).items()}
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
        assert [each.access.resource for each in found] == [
            "account:V",
            "account:A",
            "business:1",
            "business:2",
        ]
        assert [each.access.certainty.value for each in found] == [
            "INFERRED",
            "STATED",
            "STATED",
            "STATED",
        ]

    def test_scopes(self, ledger: Ledger, bruce: Explorer) -> None:
        """Each part of a scope is exact; an unknown name is an error, and so is a scope without any access."""
        asked = [
            (Scope(identities=("B@example.com",)), 6),
            (Scope(resources=(VENDOR,)), 1),
            (Scope(resources=(VENDOR, "business:77128"), roles=frozenset({Role.OWNER})), 1),
            (Scope(roles=frozenset({Role.MANAGER, Role.CLIENT})), 4),
            (Scope(state=model.AccessState.LATENT), 2),
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
            found = {
                (each.access.principal, each.access.resource): each
                for each in begin(ledger, graph).items()
            }
        assert found.keys() == reached.keys()
        for key, item in found.items():
            access = reached[key]
            assert [path.sentence for path in item.access.paths] == list(access.sentences)
            assert (item.access.roles, item.access.certainty, item.access.state) == (
                access.roles,
                access.certainty,
                access.state,
            )
            assert item.fingerprint == item.access.fingerprint.hex()


class TestDeciding:
    def test_history(self, ledger: Ledger, bruce: Explorer) -> None:
        """A change of mind is a new row, the same again is none, and the last one counts."""
        campaign = begin(ledger, bruce)
        assert campaign.decide([1], "keep", by="eve", now=NOW) == Decided(1, 0)
        assert campaign.decide([1], "KEEP", by="eve", now=NOW) == Decided(0, 1)
        assert campaign.decide([1], "revoke", by=" adam\n", now=NOW, why="left\tus") == Decided(
            1, 0
        )
        assert [(each.verdict.value, each.by, each.why) for each in campaign.history(1)] == [
            ("KEEP", "eve", ""),
            ("REVOKE", "adam", "left us"),
        ]
        found = campaign.item(1)
        assert found.decision == campaign.history(1)[-1]
        assert campaign.item(Pair(found.access.principal, found.access.resource)) == found

    def test_next(self, ledger: Ledger, bruce: Explorer) -> None:
        """The next item is the first without a decision, within what is asked for, until there is none."""
        campaign = begin(ledger, bruce)
        campaign.decide([1, 3], "keep", by="eve", now=NOW)
        seen = []
        while item := campaign.next():
            seen.append(item.number)
            campaign.decide([item.number], "unsure", by="eve", now=NOW, why="?")
        assert seen == [2, 4, 5, 6]
        begun = begin(ledger, bruce, "Q2")
        assert (begun.next(Filter(of="business:363103")) or seen).access.resource == VENDOR  # type: ignore[union-attr]
        assert begun.next(Filter(role=Role.ADMIN)) is None

    def test_what_is_refused(self, ledger: Ledger, bruce: Explorer) -> None:
        """A reason is needed unless it is a keep; of several with one wrong none is taken, and each wrong is told."""
        campaign = begin(ledger, bruce)
        answers = [Answer(1, Verdict.KEEP), Answer(2, Verdict.REVOKE), Answer(99, Verdict.KEEP)]
        answers.append(Answer(3, Verdict.KEEP, expect="00ff"))
        with pytest.raises(ReviewError) as caught:
            campaign.answer(answers, by="eve", now=NOW)
        assert [each.split(":")[0] for each in caught.value.problems] == [
            "item 2",
            "item 99",
            "item 3",
        ]
        assert campaign.progress()[""].undecided == 6
        assert code(lambda: campaign.decide([99], "keep", by="eve", now=NOW)) == "ITEM_UNKNOWN"
        assert (
            code(lambda: campaign.decide([1], "keep", by="eve", now=NOW, expect="0" * 32))
            == "STALE_DECISION"
        )
        assert code(lambda: campaign.decide([1], "maybe", by="eve", now=NOW)) == "BAD_DECISION"
        assert code(lambda: campaign.decide([1], "keep", by=" ", now=NOW)) == "BAD_DECISION"
        assert (
            code(lambda: campaign.decide([1], "keep", by="eve", now=NOW.replace(tzinfo=None)))
            == "BAD_MOMENT"
        )
        mine = campaign.item(1).fingerprint
        assert campaign.decide([1], "keep", by="eve", now=NOW, expect=mine[:8]) == Decided(1, 0)
        assert code(lambda: review.campaign(ledger, "Q9")) == "CAMPAIGN_UNKNOWN"
        assert review.campaign(ledger, "1").name == "Q1"

    def test_progress_and_due(self, ledger: Ledger, bruce: Explorer) -> None:
        """Progress is counted for the whole and for each business; what is due is overdue after its moment."""
        campaign = begin(ledger, bruce, due=NOW)
        campaign.decide(
            campaign.numbers(Filter(of="business:363103")), "revoke", by="eve", now=NOW, why="gone"
        )
        progress = campaign.progress()
        assert (progress[""].total, progress[""].undecided, progress[""].revoke) == (6, 4, 2)
        assert (progress["business:363103"].undecided, progress["business:77128"].undecided) == (
            0,
            2,
        )
        assert not campaign.overdue(NOW)
        assert campaign.overdue(NOW + dt.timedelta(seconds=1))

    def test_a_request_that_comes_again(self, ledger: Ledger, bruce: Explorer) -> None:
        """A key is taken once: later decisions and a sign-off stand, and the answer is that of the first time."""
        campaign = begin(ledger, bruce)
        keep, leave = (
            [Answer(1, Verdict.KEEP), Answer(2, Verdict.KEEP)],
            [Answer(1, Verdict.REVOKE, "left")],
        )
        say: Any = {"by": "eve", "now": NOW}
        assert campaign.answer(keep, **say, key="k1") == (2, 0, False)
        assert campaign.answer(leave, **say, key="k2") == (1, 0, False)
        assert campaign.answer(keep, **say, key="k1") == (2, 0, True)
        assert [each.verdict for each in campaign.history(1)] == [Verdict.KEEP, Verdict.REVOKE]
        assert code(lambda: campaign.answer(leave, **say, key="k1")) == "KEY_REUSED"
        assert code(lambda: campaign.answer(keep, **say, key="")) == "BAD_DECISION"
        assert campaign.answer(leave, by="adam", now=NOW, key="k1").new == 1, (
            "keys are each person's own"
        )
        assert (
            code(lambda: campaign.answer([Answer(9, Verdict.KEEP)], **say, key="k3"))
            == "ITEM_UNKNOWN"
        )
        assert campaign.answer([Answer(3, Verdict.KEEP)], **say, key="k3").new == 1, (
            "what was refused used no key"
        )
        assert begin(ledger, bruce, "Q2").answer(leave, **say, key="k1").new == 1, (
            "and each campaign's"
        )
        report.sign_off(campaign, by="eve", now=NOW, partial=True)
        assert campaign.answer(keep, **say, key="k1") == (2, 0, True)
        assert code(lambda: campaign.answer(keep, **say, key="k4")) == "CAMPAIGN_CLOSED"
        campaign = begin(ledger, bruce, "Q3")
        campaign.answer(keep, **say, key="eve@example.com at noon")
        assert b"at noon" not in raw(ledger.path)

    def test_one_state(self, ledger: Ledger, bruce: Explorer) -> None:
        """What is looked at while the file is still does not change with what another writes meanwhile."""
        campaign = begin(ledger, bruce)
        with Ledger(ledger.path) as other:
            with ledger.still():
                assert campaign.count(Filter(decided=False)) == 6
                review.campaign(other, "Q1").decide([1], "keep", by="eve", now=NOW)
                assert campaign.count(Filter(decided=False)) == 6
                assert campaign.item(1).decision is None
            assert campaign.count(Filter(decided=False)) == 5

    def test_parts(self, ledger: Ledger, bruce: Explorer) -> None:
        """A part of the items, from either end, is that part of all of them, under any filter."""
        campaign = begin(ledger, bruce)
        campaign.decide([1, 4], "revoke", by="eve", now=NOW, why="left")
        for chosen in (
            review.ALL,
            Filter(decided=True),
            Filter(decided=False),
            Filter(verdict=Verdict.REVOKE),
        ):
            whole = [each.number for each in campaign.items(chosen)]
            assert campaign.count(chosen) == len(whole) == len(campaign.numbers(chosen))
            for after, before, limit in itertools.product(
                (0, 1, 3, 6, 7), (None, 0, 1, 4, 6, 7, 8), (0, 2, 9)
            ):
                part = [each for each in whole if after < each < (99 if before is None else before)]
                given: Any = {"before": before, "limit": limit}
                assert campaign.numbers(chosen, after, **given) == part[:limit]
                assert [each.number for each in campaign.items(chosen, after, **given)] == part[
                    :limit
                ]
                backwards = campaign.items(chosen, after, **given, backwards=True)
                assert [each.number for each in backwards] == part[::-1][:limit]

    def test_two_processes(self, ledger: Ledger, bruce: Explorer) -> None:
        """What two processes decide at once is all kept, in one order."""
        begin(ledger, bruce)
        script = """
import datetime as dt, sys
from inroads import Ledger, review
with Ledger(sys.argv[1]) as ledger:
    for n in range(20):
        verdict = ("keep", "revoke")[n % 2]
        review.campaign(ledger, "Q1").decide([1], verdict, by=sys.argv[2], now=dt.datetime.now(dt.UTC), why=str(n))
"""
        command = [sys.executable, "-c", script, str(ledger.path)]
        running = [subprocess.Popen([*command, who]) for who in ("eve", "adam")]  # noqa: S603  # our own script
        assert [each.wait() for each in running] == [0, 0]
        history = review.campaign(ledger, "Q1").history(1)
        for who in ("eve", "adam"):
            assert [each.why for each in history if each.by == who] == list(map(str, range(20)))
        assert [each.number for each in history] == sorted(each.number for each in history)
        assert review.campaign(ledger, "Q1").item(1).decision == history[-1]

    def test_killed(self, ledger: Ledger, bruce: Explorer) -> None:
        """Whatever was told as decided before a process was killed is there, and at most one decision more."""
        campaign = begin(ledger, bruce)
        script = """
import datetime as dt, os, sys
from inroads import Ledger, review
with Ledger(sys.argv[1]) as ledger:
    campaign = review.campaign(ledger, "Q1")
    for n in range(100_000):
        campaign.decide([1 + n % 6], "revoke", by="eve", now=dt.datetime.now(dt.UTC), why=f"{os.getpid()} {n}")
        print(n, flush=True)
"""
        for _ in range(3):
            before = sum(len(campaign.history(n)) for n in range(1, 7))
            process = subprocess.Popen(  # noqa: S603  # our own script
                [sys.executable, "-c", script, str(ledger.path)], stdout=subprocess.PIPE, text=True
            )
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in range(5)]
            time.sleep(0.02)
            os.kill(process.pid, signal.SIGKILL)
            told += process.stdout.readlines()
            process.wait()
            process.stdout.close()
            after = sum(len(campaign.history(n)) for n in range(1, 7)) - before
            assert after - len(told) in (0, 1)
            assert ledger.verify() == []


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
        assert len(new.endings()) == 5
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
            frozen = {
                Pair(each.access.principal, each.access.resource): each for each in old.items()
            }
            for item in new.items():
                was = frozen.pop(Pair(item.access.principal, item.access.resource), None)
                if was is None:
                    assert item.opened is Opened.NEW
                    continue
                same = _plain(was.access) == _plain(item.access)
                assert bool(review.difference(was.access, item.access).lines()) is not same
                kept = verdicts[was.number] == "keep"
                expected = (
                    (Opened.CARRIED if same else Opened.CHANGED) if kept else Opened.STILL_THERE
                )
                assert item.opened is expected
                assert (item.decision is not None) is (expected is Opened.CARRIED)
            assert {Pair(each.principal, each.resource) for each in new.endings()} == set(frozen)
            assert {each.kind for each in new.endings()} <= {Gone.ENDED}
            drift = old.drift(after)
            assert {pair for _, pair in drift.ended} == set(frozen)
            assert set(drift.appeared) == {
                Pair(*ends_) for ends_, opened in ends(new).items() if opened is Opened.NEW
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
        set(access.capabilities),
        access.certainty,
        access.state,
        paths,
        grants,
    )


class TestDrift:
    def test_revocations(self, ledger: Ledger) -> None:
        """A revocation has taken effect when the access has ended, and not before; what else differs is told."""
        world = [(me(1, member(1, "manager", 1), member(2, "manager", 2)), NOW)]
        campaign = begin(ledger, explore(world))
        campaign.decide([1, 2], "revoke", by="eve", now=NOW, why="left")
        same = campaign.drift(explore(world))
        assert (same.same, same.changed, same.ended, same.appeared, len(same.revoked_standing)) == (
            2,
            (),
            (),
            (),
            2,
        )
        later = explore(
            [*world, (me(1, member(2, "owner", 2), member(3, "owner", 3)), NOW + dt.timedelta(1))]
        )
        drift = campaign.drift(later)
        assert drift.ended == drift.revoked_ended == ((1, Pair("identity:1", "business:1")),)
        assert (
            [number for number, _, _ in drift.changed]
            == [number for number, _ in drift.revoked_standing]
            == [2]
        )
        assert drift.appeared == (Pair("identity:1", "business:3"),)
        assert campaign.standing(campaign.item(1), later) == review.Standing(None, None)
        explained = campaign.standing(campaign.item(2), later).explanation
        assert explained is not None
        assert explained.sentence.endswith("To end it, revoke membership 2.")


class TestReport:
    def test_sign_off(self, ledger: Ledger, bruce: Explorer) -> None:
        """A sign-off needs every item decided or says that it is partial; then nothing can be decided any more."""
        campaign = begin(ledger, bruce)
        campaign.decide([1], "revoke", by="eve", now=NOW, why="<b>*left*</b>")
        assert code(lambda: report.sign_off(campaign, by="boss", now=NOW)) == "UNDECIDED"
        closed = report.sign_off(campaign, by="boss", now=NOW, partial=True)
        assert closed.signed is not None
        assert closed.signed.undecided == 5
        assert code(lambda: campaign.decide([2], "keep", by="eve", now=NOW)) == "CAMPAIGN_CLOSED"
        assert code(lambda: report.sign_off(closed, by="boss", now=NOW)) == "CAMPAIGN_CLOSED"
        text = "".join(report.markdown(review.campaign(ledger, "Q1")))
        assert "PARTIAL: 5 items undecided" in text
        assert "- **REVOKE** by eve at 2026-06-01T00:00:00Z: &lt;b\\>\\*left\\*&lt;/b\\>" in text
        assert "coverage: NOT complete" in text
        assert all(each in text for each in ("role 994207", "/response/roles/2"))

    def test_a_change_shows(self, ledger: Ledger, bruce: Explorer) -> None:
        """Any byte that is changed, added or left out shows, in both forms; the ledger knows what was signed."""
        campaign = begin(ledger, bruce)
        campaign.decide(campaign.numbers(), "keep", by="eve", now=NOW)
        closed = report.sign_off(campaign, by="boss", now=NOW)
        for made in (report.ndjson, report.markdown):
            data = "".join(made(closed)).encode()
            assert data == "".join(made(review.campaign(ledger, "Q1"))).encode()
            assert report.seal(data).holds
            assert report.is_signed(closed, data)
            for place in (0, len(data) // 3, len(data) // 2):
                spoilt = bytearray(data)
                spoilt[place] ^= 1
                assert not report.seal(bytes(spoilt)).holds
            assert code(lambda data=data: report.seal(data[:-20])) == "BAD_REPORT"
            head, _, rest = data.partition(b"\n")
            assert not report.seal(head + b"\nmore\n" + rest).holds
        assert closed.signed is not None
        assert report.seal("".join(report.ndjson(closed)).encode()).found == closed.signed.sha256


class TestSheet:
    def test_round_trip(self, ledger: Ledger, bruce: Explorer) -> None:
        """What is exported and taken back changes nothing; what a reviewer fills in is decided."""
        campaign = begin(ledger, bruce)
        campaign.decide([1], "revoke", by="eve", now=NOW, why="=cmd|' /C calc'!A0")
        text = io.StringIO()
        spreadsheet.write(campaign.items(), text)
        rows = list(csv.DictReader(io.StringIO(text.getvalue())))
        assert rows[0]["why"] == "'=cmd|' /C calc'!A0"
        data = text.getvalue().encode()
        assert campaign.answer(spreadsheet.read(data), by="adam", now=NOW, keeping=True) == Decided(
            0, 1
        )
        for row in rows[1:]:
            row |= {"decision": " Revoke", "why": "'-1"}
        filled = io.StringIO()
        writer = csv.DictWriter(filled, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        data = b"\xef\xbb\xbf" + filled.getvalue().encode()
        assert campaign.answer(spreadsheet.read(data), by="adam", now=NOW, keeping=True) == Decided(
            5, 1
        )
        assert [each.decision.why for each in campaign.items() if each.decision] == [
            "=cmd|' /C calc'!A0"
        ] + ["-1"] * 5

    def test_every_bad_row_is_told(self, ledger: Ledger, bruce: Explorer) -> None:
        """Each bad row is told with its line, also after a cell of several lines, and nothing is taken."""
        campaign = begin(ledger, bruce)
        text = 'number,decision,why\n1,keep,"two\nlines"\nx,keep,\n2,maybe,\n1,revoke,no\n3,,why\n\n4,,\n'
        with pytest.raises(ReviewError) as caught:
            spreadsheet.read(text.encode())
        assert [each.split(":")[0] for each in caught.value.problems] == [
            "line 4",
            "line 5",
            "line 6",
            "line 7",
        ]
        lines = b'{"number":1,"decision":"keep"}\n[1]\n{"number":true,"decision":"keep"}\n{"number":2,"decision":3}\n'
        with pytest.raises(ReviewError) as caught:
            spreadsheet.read(lines)
        assert [each.split(":")[0] for each in caught.value.problems] == [
            "line 2",
            "line 3",
            "line 4",
        ]
        for bad in (
            b"\xff\xfe",
            b"a,b\n1,2\n",
            b"number,decision,why\n" + b"1" * 200_000 + b",,\n",
        ):
            assert code(lambda bad=bad: spreadsheet.read(bad)) in ("BAD_SHEET", "BAD_DECISION")
        stale = b"number,decision,why,fingerprint\n1,keep,,00000000\n2,revoke,,\n"
        with pytest.raises(ReviewError) as caught:
            campaign.answer(spreadsheet.read(stale), by="eve", now=NOW)
        assert [each.split(":")[0] for each in caught.value.problems] == ["line 2", "line 3"]
        assert campaign.progress()[""].undecided == 6

    @given(st.text())
    @example("'=1")
    @example("''")
    def test_cells(self, text: str) -> None:
        """No guarded cell begins a formula, and what can be printed comes back as it was."""
        cell = spreadsheet.guarded(text)
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        if text.isprintable():
            assert spreadsheet.bare(cell) == text


class TestKeeping:
    def test_the_log_is_not_disturbed(self, ledger: Ledger, bruce: Explorer) -> None:
        """Reviews change neither the sequence of the log nor its fingerprint, and the ledger verifies."""
        ledger.add(each.document for each in observations([(me(1, member(1, "owner", 1)), NOW)]))
        before = ledger.sequence, ledger.forgetting, ledger.fingerprint(9)
        campaign = begin(ledger, bruce)
        campaign.decide([1], "keep", by="eve", now=NOW)
        report.sign_off(campaign, by="eve", now=NOW, partial=True)
        assert (ledger.sequence, ledger.forgetting, ledger.fingerprint(9)) == before
        assert ledger.verify() == []

    def test_backup(self, ledger: Ledger, bruce: Explorer, tmp_path: Path) -> None:
        """A backup has the campaigns with every decision, and the same report."""
        campaign = begin(ledger, bruce)
        campaign.decide([1, 2], "keep", by="eve", now=NOW)
        ledger.backup(tmp_path / "backup.db")
        with Ledger(tmp_path / "backup.db", read_only=True) as copy:
            copied = review.campaign(copy, "Q1")
            assert list(report.ndjson(copied)) == list(report.ndjson(campaign))
            assert copied.history(1) == campaign.history(1)

    def test_an_older_ledger(
        self, tmp_path: Path, bruce: Explorer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A ledger without the tables has no campaigns while it is only read, and gets them when it is written."""
        path = tmp_path / "inroads.db"
        with monkeypatch.context() as past:
            past.setattr(room, "STEPS", room.STEPS[:1])
            Ledger(path).close()
        before = path.read_bytes()
        with Ledger(path, read_only=True) as older:
            assert review.campaigns(older) == []
            assert code(lambda: review.campaign(older, "Q1")) == "CAMPAIGN_UNKNOWN"
            assert code(lambda: begin(older, bruce)) == "LEDGER_READ_ONLY"
        assert path.read_bytes() == before
        with Ledger(path) as ledger:
            assert len(begin(ledger, bruce).numbers()) == 6

    def test_forgetting(self, ledger: Ledger) -> None:
        """No byte of a person stays: their items, what was decided about them, and their name as a reviewer."""
        address = "brucella@bruce.example"
        world = [
            (me(712052, member(168372, "owner", 1), email=None) | {"email": address}, NOW),
            (me(2, member(3, "manager", 1)), NOW),
        ]
        ledger.add(each.document for each in observations(world))
        scope = Scope(identities=(BRUCE, "identity:2"))
        campaign = review.start(
            ledger, explore(world), scope, f"for {address}", by=address, now=NOW
        )
        mine = campaign.item(Pair(BRUCE, "business:1")).number
        theirs = campaign.item(Pair("identity:2", "business:1")).number
        campaign.decide([mine], "revoke", by="eve", now=NOW, why="Brucella retires")
        campaign.decide(
            [theirs], "revoke", by=address.upper(), now=NOW, why=f"asked by <{address}>"
        )
        report.sign_off(campaign, by=address, now=NOW)
        later = begin(ledger, explore(world[1:]), "Q2", previous=campaign)
        assert [each.principal for each in later.endings()] == [BRUCE]
        gone = ledger.forget(BRUCE, NOW)
        assert (gone.removed, gone.items) == (1, 2)
        data = raw(ledger.path).lower()
        everything = data + inflated(raw(ledger.path)).lower()
        assert [
            word
            for word in (b"brucella", b"bruce.example", b"712052", b"168372")
            if word in everything
        ] == []
        assert (ledger.verify(), ledger.info().tombstones) == ([], 1)
        left = review.campaign(ledger, 1)
        assert (left.name, left.head.by, left.forgotten) == (f"for {ANONYMOUS}", ANONYMOUS, 1)
        assert left.head.scope.identities == ("identity:2", ANONYMOUS)
        (decision,) = left.history(theirs)
        assert (decision.by, decision.why) == (ANONYMOUS, f"asked by <{ANONYMOUS}>")
        assert left.history(mine) == []
        assert later.endings() == []

    def test_damage(self, ledger: Ledger, bruce: Explorer) -> None:
        """An item that cannot be read any more is told as damage of the file."""
        campaign = begin(ledger, bruce)
        with sqlite3.connect(ledger.path) as rows:
            rows.execute("UPDATE review_items SET frozen = x'00' WHERE number = 2")
        rows.close()
        assert code(lambda: campaign.item(2)) == "LEDGER_CORRUPT"
        assert [each.code for each in ledger.verify()] == ["REVIEW"]
