"""What a graph becomes when documents are spliced in: the fold of all of them, column by column."""

from __future__ import annotations

import datetime as dt
import gc
import weakref
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.columns import incremental, overlay
from inroads.columns.arrays import Texts
from inroads.columns.claimset import ATTRIBUTES, NONE, TEXT_ATTRIBUTES, WORD_ATTRIBUTES
from inroads.columns.overlay import OverlayColumn
from inroads.explorer import Explorer
from strategies import worlds
from worlds import World, observations, same


@pytest.fixture(autouse=True, params=[(10**6, 10**6, 1), (0, 10**6, 1), (16, 3, 99)])
def always(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is folded as a whole, however much is touched; columns are put together at once, late, or by turns."""
    single, touched, step = request.param
    for room, values in (
        (incremental, {"SHARE": 0, "TOUCHED": touched, "STEP": step}),
        (overlay, {"SINGLE": single, "GATHERED": single}),
    ):
        for name, value in values.items():
            monkeypatch.setattr(room, name, value)


def columns(value: Any, name: str = "") -> dict[str, Any]:
    """Every column of a fold and its derivation by name, as plain lists."""
    if isinstance(value, Texts):
        return {name: list(value.texts())}
    if isinstance(value, np.ndarray | OverlayColumn):
        return {name: value.tolist()}
    inner = (
        value if isinstance(value, dict) else value._asdict() if hasattr(value, "_asdict") else None
    )
    if inner is None:
        return {name: value}
    return {
        key: each
        for field, one in inner.items()
        for key, each in columns(one, f"{name}.{field}").items()
    }


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
        return (
            text.text(value) if TEXT_ATTRIBUTES[ATTRIBUTES.index(name)] and value != NONE else value
        )

    rows = said.attributes
    found[".said.attributes.value"] = [
        read(ATTRIBUTES[name], value)
        for name, value in zip(rows.name.tolist(), rows.value.tolist(), strict=True)
    ]
    for name, column in fold.attributes.items():
        if name in ATTRIBUTES:
            found[f".attributes.{name}"] = [read(name, value) for value in column.tolist()]
    for name in (".said.claims.word", ".evidence.word"):
        found[name] = [word[value] for value in found[name]]
    issues = [
        found.pop(f".said.issues.{name}") for name in ("document", "pointer", "code", "message")
    ]
    found["issues"] = sorted(zip(*issues, strict=True))
    for name in (
        ".said.stores",
        ".said.documents.store",
        ".said.documents.at",
        ".said.texts",
        ".said.words",
    ):
        del found[name]
    found["bodies"] = [each.body for each in graph.documents]
    return found


def differing(one: Explorer, other: Explorer) -> list[str]:
    """The columns in which two graphs differ."""
    first, second = plain(one), plain(other)
    assert first.keys() == second.keys()
    return [
        f"{name}: {first[name]} | {second[name]}" for name in first if first[name] != second[name]
    ]


@given(worlds(size=8), st.data())
@settings(max_examples=20, deadline=None)
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


def plain_me(number: int, **more: Any) -> dict[str, Any]:
    """A `me` document."""
    return {"id": number, **more}


def owner_of(business: int, account: str | None, **more: Any) -> dict[str, Any]:
    """A membership that shows its business, and the account that it keeps."""
    return {
        "id": business,
        "role": "owner",
        "business": {"id": business, "account_id": account, **more},
    }


DAY = [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in range(1, 6)]
CLIENT = {
    "id": 6,
    "account_id": "V",
    "client_business": {"business_id": 10},
    "account_business": {"account_business_id": 20, "account_id": "V"},
}


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(
            [
                (plain_me(1, business_memberships=[owner_of(10, "A")]), DAY[0]),
                (plain_me(2, roles=[{"id": 3, "role": "admin", "accountid": "A"}]), DAY[0]),
                ({"id": 10, "business_group": {"id": 900, "members": []}}, DAY[1]),
                (plain_me(1, business_memberships=[owner_of(10, None)]), DAY[2]),
            ],
            id="a role that fell by a team stands again when the business keeps its account no more",
        ),
        pytest.param(
            [
                (plain_me(1, groups=[{"id": 5, "group_id": 77, "role": "manager"}]), DAY[2]),
                (
                    plain_me(
                        2, groups=[{"id": 6, "group_id": 77, "role": "owner", "business_id": 9}]
                    ),
                    DAY[1],
                ),
                ({"id": 10, "business_group": {"id": 77, "members": []}}, DAY[0]),
                ({"id": 9, "business_group": {"id": 77, "members": []}}, DAY[3]),
            ],
            id="rows of a group become memberships of a business, then of another whose team leaves them out",
        ),
        pytest.param(
            [
                (
                    plain_me(
                        1, business_memberships=[owner_of(10, "A", business_clients=[CLIENT])]
                    ),
                    DAY[1],
                ),
                (plain_me(2, business_memberships=[owner_of(20, None)]), DAY[2]),
                (
                    plain_me(
                        3,
                        business_memberships=[owner_of(20, "V")],
                        subscription_statuses={"V": "cancelled"},
                    ),
                    DAY[3],
                ),
                (plain_me(1, business_memberships=[]), DAY[4]),
            ],
            id="a vendor that keeps an account by a client's row, by none, and by its own",
        ),
        pytest.param(
            [
                (
                    plain_me(
                        5, email="b@x.org", roles=[{"id": 1, "role": "client", "accountid": "zz"}]
                    ),
                    DAY[1],
                ),
                (
                    plain_me(
                        1,
                        email="a@x.org",
                        roles=[{"id": 1, "role": "owner", "accountid": "a-longer-id"}],
                    ),
                    DAY[2],
                ),
                (plain_me(3, email=None, confirmed_at=None, roles=[None, {"id": "x"}]), DAY[0]),
                (plain_me(5, email="c@x.org", confirmed_at=None), DAY[3]),
            ],
            id="nodes, accounts and documents before those that are known, and longer ids",
        ),
    ],
)
def test_every_order_of_growing(world: World) -> None:
    """What moves grants of others than the document names is found, in every order of arrival."""
    for found in permutations(observations(world)):
        graph = Explorer.observe(found[:1])
        for at in range(1, len(found)):
            graph = graph.adding(found[at : at + 1])
            assert differing(graph, Explorer.observe(found[: at + 1])) == []


@given(worlds(size=10))
@settings(max_examples=10, deadline=None)
def test_the_version_before_stays(world: World) -> None:
    """Growing changes nothing in the graph that grew, of which columns may be shared."""
    found = observations(world)
    graph = Explorer.observe(found[:-1] or found)
    before = plain(graph)
    graph.adding(found[-1:])
    assert plain(graph) == before


def test_a_known_document_changes_nothing() -> None:
    """One that is there already, from a source that comes later by name, leaves the very columns."""
    found = observations([(plain_me(1, business_memberships=[owner_of(10, "A")]), DAY[0])] * 2)
    graph = Explorer.observe(found[:1])
    assert graph.adding(found[1:]).fold is graph.fold
    assert differing(Explorer.observe(found[1:]).adding(found[:1]), graph) == []


def test_a_known_document_overrules_a_new_one() -> None:
    """A former email is found, though the document that overruled it was there already and came again."""
    found = observations(
        [
            (plain_me(1, email="new@example.com"), DAY[1]),
            (plain_me(1, email="new@example.com"), DAY[1]),
            (plain_me(1, email="old@example.com"), DAY[0]),
        ]
    )
    graph = Explorer.observe(found[:1]).adding(found[1:])
    assert differing(graph, Explorer.observe(found)) == []
    assert [each.identity for each in graph.formerly("old@example.com")] == ["identity:1"]


@given(st.integers(0, 40), st.data())
@settings(max_examples=15, deadline=None)
def test_numbers_move(size: int, data: st.DataObject) -> None:
    """A column with other rows in places is what slicing makes of it, however many places there are."""
    column = np.arange(size, dtype=np.int8)
    ends = sorted(
        data.draw(
            st.lists(st.integers(0, size), max_size=30).filter(lambda each: len(each) % 2 == 0)
        )
    )
    starts, stops = np.array(ends[::2], np.int64), np.array(ends[1::2], np.int64)
    sizes = np.array([data.draw(st.integers(0, 3)) for _ in starts], np.int64)
    cut, rows = overlay.Replacement(starts, stops, sizes), np.full(int(sizes.sum()), 99, np.int8)
    counted = overlay.Numbering(cut.shift, 200)
    expected: list[int] = []
    done = 0
    for start, stop, count in zip(starts.tolist(), stops.tolist(), sizes.tolist(), strict=True):
        expected += [*range(done, start), *[-1] * count]
        done = stop
    expected += range(done, size)
    moved = overlay.replaced(column, cut, rows, counted).tolist()
    assert moved == [99 if old < 0 else new for new, old in enumerate(expected)]


def test_much_is_folded_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where more than a share of the claims is touched, the union says the same."""
    found = observations(
        [
            (plain_me(each, business_memberships=[owner_of(10, "A")]), DAY[each % 3])
            for each in range(1, 9)
        ]
    )
    spliced = Explorer.observe(found[:7]).adding(found[7:])
    monkeypatch.setattr(incremental, "SHARE", 1000)
    whole = Explorer.observe(found[:7]).adding(found[7:])
    assert differing(spliced, whole) == []


def test_versions_let_go_of_are_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of large graphs only versions that somebody holds are in memory, one that goes, and one that is put together."""
    monkeypatch.setattr("inroads.explorer.COLLECTED_FROM", 1)
    found = observations(
        [(plain_me(n, business_memberships=[owner_of(n, "A")]), DAY[0]) for n in range(1, 7)]
    )
    gc.collect()
    gc.disable()
    try:
        graph, alive = Explorer.observe(found[:1]), []
        for each in found[1:]:
            alive.append(weakref.ref(graph.fold.grants.roles))
            graph = graph.adding([each])
    finally:
        gc.enable()
    assert sum(ref() is not None for ref in alive) <= 3
