"""A search ends when its asker's check says so: it answers nothing, and keeps nothing."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import msgspec
import pytest

from inroads.analysis.census import Census, census
from inroads.analysis.changes import changes
from inroads.analysis.choke_points import choke_points
from inroads.analysis.findings import review
from inroads.analysis.what_if import WhatIf
from inroads.cancellation import check, checked, holding
from inroads.explorer import Explorer, load
from inroads.model import NodeKind, kind_of
from inroads.sources.synthetic import population

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PEOPLE = b"\n".join(msgspec.json.encode(each) for each in population(60, 5))


class Enough(BaseException):
    """What the check of these tests raises."""


class Checks:
    """Allows so many checks, then no more."""

    def __init__(self, allowed: int = 10**9) -> None:
        self.allowed, self.made = allowed, 0

    def __call__(self) -> None:
        self.made += 1
        if self.made > self.allowed:
            raise Enough


def built() -> Explorer:
    """A graph that has not been asked anything."""
    return load("-", stdin=BytesIO(PEOPLE), observed_at=NOON)


def busiest(graph: Explorer, kind: NodeKind = NodeKind.IDENTITY) -> str:
    """The node of a kind with the most edges."""
    return max(
        (node for node in graph if kind_of(node) is kind),
        key=lambda node: (graph.degree(node), node),
    )


def figures(found: Census) -> list[list[int]]:
    return [column.tolist() for column in found.columns.values()]


QUESTIONS: dict[str, Callable[[Explorer], Any]] = {
    "reach": lambda graph: graph.reach(busiest(graph)).to_dicts(),
    "reached by": lambda graph: graph.reached_by(busiest(graph, NodeKind.BUSINESS)).to_dicts(),
    "association": lambda graph: [
        each.paths for each in graph.reach(busiest(graph), mode="ASSOCIATION")
    ],
    "explanations": lambda graph: [each.explanation for each in graph.reach(busiest(graph))],
    "census": lambda graph: figures(census(graph)),
    "choke points": lambda graph: choke_points(graph).ranked(),
    "findings": lambda graph: list(review(graph)),
    "what-if": lambda graph: str(WhatIf(graph, [next(iter(graph.grants))]).answer().outcomes),
    "changes": lambda graph: len(
        changes(graph, graph.without(next(iter(graph.grants))).graph).changes
    ),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_every_search_can_be_ended(question: Callable[[Explorer], Any]) -> None:
    """Wherever a search is ended it gives nothing; the same graph then answers as if nothing had been."""
    every = Checks()
    with checked(every):
        wanted = question(built())
    assert every.made, "a search that no check ends"
    for allowed in sorted({0, every.made // 3, every.made - 1}):
        graph = built()
        with pytest.raises(Enough), checked(Checks(allowed)):
            question(graph)
        assert question(graph) == wanted


def test_without_a_check_nothing_ends() -> None:
    """Who gives no check is answered, and a check is forgotten where its block ends, whatever ended it."""
    with pytest.raises(Enough), checked(Checks(0)):
        check()
    check()
    inner = Checks()
    with checked(Checks(0)), checked(inner):
        check()
    assert inner.made == 1


def test_who_waits_for_a_lock_is_checked() -> None:
    """A lock that another holds is waited for no longer than the check allows, and is let go of afterwards."""
    lock = threading.Lock()
    with lock, pytest.raises(Enough), checked(Checks(0)), holding(lock):
        raise AssertionError("another holds it")
    with holding(lock):
        assert lock.locked()
    assert not lock.locked()


def test_who_must_not_wait_is_told_before() -> None:
    """Before work without checks, and before a wait for a lock; never of what is there already."""
    lock, graph, tells = threading.Lock(), built(), checked(Checks(), Checks(0))
    with lock, pytest.raises(Enough), tells, holding(lock):
        raise AssertionError("another holds it")
    with pytest.raises(Enough), checked(Checks(), Checks(0)):
        census(graph)
    wanted = census(graph).ranked(NodeKind.IDENTITY, first=3).tolist()
    with checked(Checks(), Checks(0)), holding(lock):
        assert census(graph).ranked(NodeKind.IDENTITY, first=2).tolist() == wanted[:2]
        with pytest.raises(Enough):
            census(graph).ranked(NodeKind.BUSINESS, first=2)
