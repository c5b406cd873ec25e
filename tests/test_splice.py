"""What a graph becomes when documents are spliced in: the fold of all of them, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads import splice
from inroads.columns import Texts
from inroads.explorer import Explorer
from inroads.said import ATTRIBUTES, NONE, TEXT_ATTRIBUTES, WORD_ATTRIBUTES
from strategies import worlds
from worlds import World, observations, same


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is touched, nothing is folded as a whole."""
    monkeypatch.setattr(splice, "SHARE", 0)


def columns(value: Any, name: str = "") -> dict[str, Any]:
    """Every column of a fold and its derivation by name, as plain lists."""
    if isinstance(value, Texts):
        return {name: list(value.texts())}
    if isinstance(value, np.ndarray):
        return {name: value.tolist()}
    inner = value if isinstance(value, dict) else value._asdict() if hasattr(value, "_asdict") else None
    if inner is None:
        return {name: value}
    return {key: each for field, one in inner.items() for key, each in columns(one, f"{name}.{field}").items()}


def plain(graph: Explorer) -> dict[str, Any]:
    """All columns of a graph, where texts and words stand for their numbers, which depend on the order of arrival."""
    fold = graph.fold
    said = fold.said
    found = columns(fold) | columns(graph.index.derived, ".derived")
    word = [*said.words.texts(), None]
    text = said.texts

    def read(name: str, value: int) -> Any:
        if name in WORD_ATTRIBUTES:
            return word[value]
        return text.text(value) if TEXT_ATTRIBUTES[ATTRIBUTES.index(name)] and value != NONE else value

    rows = said.attributes
    found[".said.attributes.value"] = [
        read(ATTRIBUTES[name], value) for name, value in zip(rows.name.tolist(), rows.value.tolist(), strict=True)
    ]
    for name, column in fold.attributes.items():
        if name in ATTRIBUTES:
            found[f".attributes.{name}"] = [read(name, value) for value in column.tolist()]
    for name in (".said.claims.word", ".evidence.word"):
        found[name] = [word[value] for value in found[name]]
    issues = [found.pop(f".said.issues.{name}") for name in ("document", "pointer", "code", "message")]
    found["issues"] = sorted(zip(*issues, strict=True))
    for name in (".said.stores", ".said.documents.store", ".said.documents.at", ".said.texts", ".said.words"):
        del found[name]
    found["bodies"] = [each.body for each in graph.documents]
    return found


def differing(one: Explorer, other: Explorer) -> list[str]:
    """The columns in which two graphs differ."""
    first, second = plain(one), plain(other)
    assert first.keys() == second.keys()
    return [f"{name}: {first[name]} | {second[name]}" for name in first if first[name] != second[name]]


@given(worlds(size=8), st.data())
@settings(max_examples=150, deadline=None)
def test_growing_is_folding(world: World, data: st.DataObject) -> None:
    """A graph that grew by documents, by one or several at a time, in any order, is that of all of them."""
    found = data.draw(st.permutations(observations(world)))
    graph, at = Explorer.observe(found[:1]), 1
    while at < len(found):
        more = data.draw(st.integers(1, 3))
        grown, at = graph.adding(found[at : at + more]), at + more
        whole = Explorer.observe(found[:at])
        assert differing(grown, whole) == []
        assert same([grown, whole])
        graph = grown
