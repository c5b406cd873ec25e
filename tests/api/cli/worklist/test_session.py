"""The work of a reviewer: what the queue decides is what `decide` decides."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import campaigns
from campaigns import NOW, begin, code
from inroads.explorer import Explorer
from inroads.review import Campaign, Filter, Verdict, campaign, report
from inroads.store.ledger import Ledger
from inroads_api.cli.worklist.session import Session
from worlds import explore

EVE, ADAM = "eve@example.com", "adam@example.com"


@pytest.fixture(scope="module")
def twins() -> Explorer:
    return explore([(body, NOW) for body in campaigns.twins()])


@pytest.fixture
def begun(tmp_path: Path, twins: Explorer) -> Iterator[Campaign]:
    with Ledger(tmp_path / "inroads.db") as opened:
        yield begin(opened, twins)


def session(begun: Campaign, by: str = EVE) -> Session:
    return Session(begun, by, lambda: NOW)


def number(of: Session) -> int | None:
    return of.item.number if of.item else None


def test_in_the_order_of_review(begun: Campaign) -> None:
    """The queue is that of `next`; what is skipped comes again at the end, until nothing is left."""
    mine, seen = session(begun), []
    mine.skip()
    while mine.item:
        seen.append(mine.item.number)
        mine.decide(Verdict.KEEP)
    assert seen == [2, 3, 4, 5, 6, 1]
    assert (mine.undecided, mine.left, begun.next()) == (0, 0, None)
    mine.decide(Verdict.KEEP)
    mine.skip()
    mine.mark()
    assert (mine.item, mine.marks) == (None, set())


STEPS = st.lists(
    st.tuples(st.sampled_from([*list(Verdict)[:3], "skip", "undo"]), st.booleans()), max_size=12
)


@given(STEPS)
@settings(max_examples=30, deadline=None)
def test_decisions_are_those_of_decide(steps: list[tuple[str, bool]]) -> None:
    """A campaign that was decided in the queue equals one that `decide` was called on."""
    graph = explore([(body, NOW) for body in campaigns.twins()])
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger(Path(folder, "one")) as one,
        Ledger(Path(folder, "other")) as other,
    ):
        queue, plain = begin(one, graph), begin(other, graph)
        mine, stack = session(queue), list[dict[int, int]]()
        for step, many in steps:
            if step == "skip":
                mine.skip()
            elif step == "undo":
                if mine.undo():
                    plain.withdraw(stack.pop(), by=EVE, now=NOW)
            elif mine.item:
                numbers = mine.targets() if many else [mine.item.number]
                before = plain.counting(numbers)
                plain.decide(numbers, step, by=EVE, now=NOW, why="so")
                after = plain.counting(numbers)
                stack.append({each: after[each] for each in after if after[each] != before[each]})
                if many:
                    mine.decide_many(numbers, Verdict(step), "so")
                else:
                    mine.decide(Verdict(step), "so")
        assert list(queue.items()) == list(plain.items())
        for each in range(1, 7):
            assert queue.history(each) == plain.history(each)
        assert list(report.ndjson(queue)) == list(report.ndjson(plain))


def test_undo(begun: Campaign) -> None:
    """The last decision is taken back first, also one about many; then there is nothing left."""
    mine = session(begun)
    mine.decide(Verdict.KEEP)
    assert mine.decide_many(mine.targets(), Verdict.REVOKE, "left") == 5
    assert mine.item is None
    assert (mine.undo(), number(mine), mine.undecided) == (5, 2, 5)
    assert (mine.undo(), number(mine), mine.undecided) == (1, 1, 6)
    assert (mine.undo(), number(mine)) == (0, 1)
    assert [each.verdict for each in begun.history(3)] == ["REVOKE", "WITHDRAWN"]


def test_marks_and_filters(begun: Campaign) -> None:
    """Marked items are decided together, else all that match the filter; nothing else is."""
    mine = session(begun)
    mine.mark()
    mine.skip()
    mine.mark()
    assert (mine.targets(), number(mine)) == ([1, 3], 4)
    mine.decide_many(mine.targets(), Verdict.UNSURE, "ask")
    assert (mine.marks, [each.number for each in begun.items(Filter(decided=True))]) == (
        set(),
        [1, 3],
    )
    mine.narrow(Filter(text="c@example"))
    assert (mine.targets(), mine.left, mine.undecided) == ([2, 4, 6], 3, 4)
    mine.decide_many(mine.targets(), Verdict.KEEP)
    assert (mine.item, mine.undecided) == (None, 1)
    mine.narrow(Filter())
    assert number(mine) == 5


def test_two_reviewers(begun: Campaign) -> None:
    """Each sees what the other has decided; an item that both have before them is decided once."""
    with Ledger(begun.ledger.path) as opened:
        mine, theirs = session(begun), session(campaign(opened, "Q1"), ADAM)
        assert number(mine) == number(theirs) == 1
        theirs.decide(Verdict.REVOKE, "left")
        assert code(lambda: mine.decide(Verdict.KEEP)) == "DECIDED_SINCE"
        assert mine.item is not None
        assert mine.item.decision is not None
        assert (mine.item.decision.by, mine.item.decision.verdict) == (ADAM, "REVOKE")
        mine.skip()
        assert (number(mine), number(theirs)) == (2, 2)
        mine.decide(Verdict.KEEP)
        theirs.skip()
        assert (number(theirs), theirs.undecided) == (3, 4)
        # Whoever has seen the other's decision may decide otherwise, and then it cannot be undone.
        mine.item = begun.item(1)
        mine.decide(Verdict.KEEP)
        assert code(theirs.undo) == "DECIDED_SINCE"
        assert [each.by for each in begun.history(1)] == [ADAM, EVE]
        chosen = mine.targets()
        theirs.decide(Verdict.UNSURE, "ask")
        assert mine.decide_many(chosen, Verdict.REVOKE, "all") == 3
        assert [each.by for each in begun.history(3)] == [ADAM]


def test_who_else(begun: Campaign) -> None:
    """Others are people with one of the roles at this business, each once."""
    mine = session(begun)
    assert mine.item is not None
    assert (mine.item.business, mine.peers) == ("business:77128", 1)
    mine.narrow(Filter(text="nobody"))
    assert mine.peers == 0


def test_a_campaign_that_is_closed(begun: Campaign) -> None:
    """After a sign-off nothing is decided nor taken back."""
    mine = session(begun)
    mine.decide(Verdict.KEEP)
    report.sign_off(begun, by=ADAM, now=NOW, partial=True)
    assert code(lambda: mine.decide(Verdict.KEEP)) == "CAMPAIGN_CLOSED"
    assert code(mine.undo) == "CAMPAIGN_CLOSED"
    assert number(mine) == 2
