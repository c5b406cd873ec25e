"""Campaigns: decisions and their history, what changed since, and what a ledger keeps."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from campaigns import BRUCE, NOW, VENDOR, begin, code, me, member
from inroads import review
from inroads.explorer import Explorer
from inroads.model import Role
from inroads.review import (
    Answer,
    Decided,
    Filter,
    Pair,
    ReviewError,
    Scope,
    Verdict,
    report,
)
from inroads.store import schema as room
from inroads.store.forgetting import ANONYMOUS
from inroads.store.ledger import Ledger
from ledger_files import inflated, raw
from worlds import explore, observations


class TestDeciding:
    def test_history(self, ledger: Ledger, twins: Explorer) -> None:
        """A change of mind is a new row, the same again is none, and the last one counts."""
        campaign = begin(ledger, twins)
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

    def test_next(self, ledger: Ledger, twins: Explorer) -> None:
        """The next item is the first without a decision, within what is asked for, until there is none."""
        campaign = begin(ledger, twins)
        campaign.decide([1, 3], "keep", by="eve", now=NOW)
        seen = []
        while item := campaign.next():
            seen.append(item.number)
            campaign.decide([item.number], "unsure", by="eve", now=NOW, why="?")
        assert seen == [2, 4, 5, 6]
        begun = begin(ledger, twins, "Q2")
        assert (begun.next(Filter(of="business:363103")) or seen).kept.resource == VENDOR  # type: ignore[union-attr]
        assert begun.next(Filter(role=Role.ADMIN)) is None

    def test_what_is_refused(self, ledger: Ledger, twins: Explorer) -> None:
        """A reason is needed unless it is a keep; of several with one wrong none is taken, and each wrong is told."""
        campaign = begin(ledger, twins)
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

    def test_progress_and_due(self, ledger: Ledger, twins: Explorer) -> None:
        """Progress is counted for the whole and for each business; what is due is overdue after its moment."""
        campaign = begin(ledger, twins, due=NOW)
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

    def test_a_request_that_comes_again(self, ledger: Ledger, twins: Explorer) -> None:
        """A key is taken once: later decisions and a sign-off stand, and the answer is that of the first time."""
        campaign = begin(ledger, twins)
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
        assert begin(ledger, twins, "Q2").answer(leave, **say, key="k1").new == 1, (
            "and each campaign's"
        )
        report.sign_off(campaign, by="eve", now=NOW, partial=True)
        assert campaign.answer(keep, **say, key="k1") == (2, 0, True)
        assert code(lambda: campaign.answer(keep, **say, key="k4")) == "CAMPAIGN_CLOSED"
        campaign = begin(ledger, twins, "Q3")
        campaign.answer(keep, **say, key="eve@example.com at noon")
        assert b"at noon" not in raw(ledger.path)

    def test_one_state(self, ledger: Ledger, twins: Explorer) -> None:
        """What is looked at while the file is still does not change with what another writes meanwhile."""
        campaign = begin(ledger, twins)
        with Ledger(ledger.path) as other:
            with ledger.still():
                assert campaign.count(Filter(decided=False)) == 6
                review.campaign(other, "Q1").decide([1], "keep", by="eve", now=NOW)
                assert campaign.count(Filter(decided=False)) == 6
                assert campaign.item(1).decision is None
            assert campaign.count(Filter(decided=False)) == 5

    def test_parts(self, ledger: Ledger, twins: Explorer) -> None:
        """A part of the items, from either end, is that part of all of them, under any filter."""
        campaign = begin(ledger, twins)
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

    def test_two_processes(self, ledger: Ledger, twins: Explorer) -> None:
        """What two processes decide at once is all kept, in one order."""
        begin(ledger, twins)
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

    def test_killed(self, ledger: Ledger, twins: Explorer) -> None:
        """Whatever was told as decided before a process was killed is there, and at most one decision more."""
        campaign = begin(ledger, twins)
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


class TestKeeping:
    def test_the_log_is_not_disturbed(self, ledger: Ledger, twins: Explorer) -> None:
        """Reviews change neither the sequence of the log nor its fingerprint, and the ledger verifies."""
        ledger.add(each.document for each in observations([(me(1, member(1, "owner", 1)), NOW)]))
        before = ledger.sequence, ledger.forgetting, ledger.fingerprint(9)
        campaign = begin(ledger, twins)
        campaign.decide([1], "keep", by="eve", now=NOW)
        report.sign_off(campaign, by="eve", now=NOW, partial=True)
        assert (ledger.sequence, ledger.forgetting, ledger.fingerprint(9)) == before
        assert ledger.verify() == []

    def test_backup(self, ledger: Ledger, twins: Explorer, tmp_path: Path) -> None:
        """A backup has the campaigns with every decision, and the same report."""
        campaign = begin(ledger, twins)
        campaign.decide([1, 2], "keep", by="eve", now=NOW)
        ledger.backup(tmp_path / "backup.db")
        with Ledger(tmp_path / "backup.db", read_only=True) as copy:
            copied = review.campaign(copy, "Q1")
            assert list(report.ndjson(copied)) == list(report.ndjson(campaign))
            assert copied.history(1) == campaign.history(1)

    def test_an_older_ledger(
        self, tmp_path: Path, twins: Explorer, monkeypatch: pytest.MonkeyPatch
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
            assert code(lambda: begin(older, twins)) == "LEDGER_READ_ONLY"
        assert path.read_bytes() == before
        with Ledger(path) as ledger:
            assert len(begin(ledger, twins).numbers()) == 6

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

    def test_damage(self, ledger: Ledger, twins: Explorer) -> None:
        """An item that cannot be read any more is told as damage of the file."""
        campaign = begin(ledger, twins)
        with sqlite3.connect(ledger.path) as rows:
            rows.execute("UPDATE review_items SET frozen = x'00' WHERE number = 2")
        rows.close()
        assert code(lambda: campaign.item(2)) == "LEDGER_CORRUPT"
        assert [each.code for each in ledger.verify()] == ["REVIEW"]


class TestWithdrawing:
    def test_the_decision_before_counts_again(self, ledger: Ledger, twins: Explorer) -> None:
        """A decision that is taken back stays in the history; the one before counts again."""
        campaign = begin(ledger, twins)
        campaign.decide([1], "keep", by="adam", now=NOW)
        campaign.decide([1], "revoke", by="eve", now=NOW, why="left")
        campaign.decide([2], "keep", by="eve", now=NOW)
        mine = campaign.counting([1, 2])
        campaign.withdraw(mine, by="eve", now=NOW)
        assert [each.verdict for each in campaign.history(1)] == ["KEEP", "REVOKE", "WITHDRAWN"]
        assert campaign.item(1).decision == campaign.history(1)[0]
        assert campaign.item(2).decision is None
        assert campaign.counting([2, 77]) == {2: 0}
        assert campaign.progress()[""].undecided == 5
        assert code(lambda: campaign.withdraw(mine, by="eve", now=NOW)) == "DECIDED_SINCE"
        campaign.decide([2], "unsure", by="eve", now=NOW, why="?")
        campaign.withdraw(campaign.counting([2]), by="eve", now=NOW)
        assert campaign.item(2).decision is None
        assert [each.by for each in campaign.history(2)] == ["eve"] * 4

    def test_what_is_refused(self, ledger: Ledger, twins: Explorer) -> None:
        """Nobody takes back the decision of somebody else, or one in a closed campaign; all or none."""
        campaign = begin(ledger, twins)
        campaign.decide([1, 2], "keep", by="eve", now=NOW)
        mine = campaign.counting([1, 2])
        campaign.decide([2], "revoke", by="adam", now=NOW, why="left")
        assert code(lambda: campaign.withdraw(mine, by="eve", now=NOW)) == "DECIDED_SINCE"
        theirs = campaign.counting([2])
        assert code(lambda: campaign.withdraw(theirs, by="eve", now=NOW)) == "DECIDED_SINCE"
        assert len(campaign.history(1)) == 1
        assert code(lambda: campaign.decide([1], "withdrawn", by="eve", now=NOW)) == "BAD_DECISION"
        report.sign_off(campaign, by="eve", now=NOW, partial=True)
        assert code(lambda: campaign.withdraw({1: mine[1]}, by="eve", now=NOW)) == "CAMPAIGN_CLOSED"

    def test_nothing_is_overwritten_unseen(self, ledger: Ledger, twins: Explorer) -> None:
        """A decision about an item as it was seen is refused where somebody decided since."""
        campaign = begin(ledger, twins)
        unseen = [Answer(1, Verdict.KEEP, seen=0), Answer(2, Verdict.KEEP, seen=0)]
        campaign.decide([2], "revoke", by="adam", now=NOW, why="left")
        assert code(lambda: campaign.answer(unseen, by="eve", now=NOW)) == "DECIDED_SINCE"
        assert campaign.item(1).decision is None
        seen = [
            each._replace(seen=number)
            for each, number in zip(unseen, campaign.counting([1, 2]).values(), strict=True)
        ]
        assert campaign.answer(seen, by="eve", now=NOW) == Decided(2, 0)

    def test_a_text(self, ledger: Ledger, twins: Explorer) -> None:
        """Items are found by a part of a name or an id at either end, letters in either case."""
        campaign = begin(ledger, twins)
        found = {
            text: len(campaign.numbers(Filter(text=text)))
            for text in ("B@Example", "billspring", "Xr82W", "363103", "%", "' OR 1=1", "", "ZDMNQ")
        }
        assert found == {
            "B@Example": 3,
            "billspring": 2,
            "Xr82W": 2,
            "363103": 2,
            "%": 0,
            "' OR 1=1": 0,
            "": 6,
            "ZDMNQ": 2,
        }
