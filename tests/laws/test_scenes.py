"""Scenes of large answers: every access is shown, in a box of many, or counted below."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import NOW, me, member
from inroads.explorer import Explorer
from inroads.model import NodeKind, kind_of
from inroads.output.answers import Answers
from inroads.output.picture import scenes
from strategies import World, worlds
from worlds import explore


def owner(number: int) -> Explorer:
    """An owner of so many businesses."""
    return explore([(me(1, *(member(n, "owner", n) for n in range(1, number + 1))), NOW)])


def asked(graph: Explorer, node: str, **filters: Any) -> Answers | None:
    if kind_of(node) is NodeKind.IDENTITY:
        return graph.reach(node, **filters)
    return None if kind_of(node) is NodeKind.GROUP else graph.reached_by(node, **filters)


def accounted(answer: Answers) -> int:
    """The accesses with a box, those in boxes of many, and those that the note counts."""
    scene = scenes._of_bundles(answer)
    ends = set(answer.columns.node.tolist())
    single = sum(answer.graph.number(box) in ends for box in scene.boxes if ":" in box)
    many = 0
    for bundle in answer.bundles.listed(scenes.BUNDLES, scenes.MEMBERS):
        if f"bundle {bundle.key}" in scene.boxes:
            many += len(ends & set(answer.bundles.numbers(bundle.key).tolist())) + bundle.beyond
    hidden = re.match(r"… ([\d,]+) more", scene.note or "")
    root = answer.graph.number(answer.root) in ends
    return single - root + many + (int(hidden[1].replace(",", "")) if hidden else 0)


@settings(deadline=None)
@given(worlds(size=8), st.sampled_from(range(2, 10)), st.sampled_from([1, 3]))
def test_nothing_is_lost(world: World, rows: int, members: int) -> None:
    """Shown and hidden accesses are those of the answer, whatever is asked for and fits."""
    graph = explore(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes, "ROWS", rows)
        patch.setattr(scenes, "MEMBERS", members)
        for node in graph:
            for filters in ({}, {"state": "LATENT"}, {"via": ["MEMBER", "CLIENT"]}):
                answer = asked(graph, node, **filters)
                assert answer is None or accounted(answer) == len(answer)
            if kind_of(node) is NodeKind.IDENTITY:
                answer = graph.reach(node, [NodeKind.ACCOUNT])
                assert accounted(answer) == len(answer)


@pytest.mark.parametrize("number", [5, 20, 300])
def test_associations(number: int) -> None:
    """Associations have no bundles: the first paths that fit are drawn, and the others counted."""
    answer = owner(number).reach("identity:1", mode="ASSOCIATION")
    scene = scenes.of_answer(answer)
    assert len(scene.boxes) == min(number, scenes.ROWS) + 1
    assert bool(scene.note) == (number > scenes.ROWS)
    assert answer._repr_html_()
