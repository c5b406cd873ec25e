"""What documents say, as columns: the laws of the union."""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inroads.columns import union as saying
from inroads.columns.arrays import Texts
from inroads.columns.builder import ClaimSetBuilder, claim_set
from inroads.columns.claimset import (
    ATTRIBUTES,
    MOMENT_SOURCES,
    ClaimSet,
    InMemoryBodies,
    email_key,
)
from inroads.columns.fold import fold
from inroads.columns.union import union
from inroads.documents.claims import state
from inroads.explorer import Explorer
from inroads.moments import moment_number, moment_of
from inroads.policy.tables import STOCK
from inroads.sources.loader import Loaded
from strategies import worlds
from worlds import World, observations, same


def said(world: World) -> list[ClaimSet]:
    """Each document of a world by itself."""
    return [claim_set([state(each, STOCK)]) for each in observations(world)]


def graph(parts: list[ClaimSet]) -> Explorer:
    """The graph of what these say."""
    return Explorer.build(fold(union(parts), STOCK))


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_rows_and_names_say_the_same(world: World) -> None:
    """Documents that are put into rows at once say what they say by name: column by column, body by body."""
    builder = ClaimSetBuilder()
    for each in observations(world):
        builder.read(each, STOCK)
    at_once, by_name = (
        union([builder.part()]),
        claim_set([state(each, STOCK) for each in observations(world)]),
    )
    columns = zip(_columns(at_once), _columns(by_name), strict=True)
    assert all(
        one.dtype == other.dtype and one.tolist() == other.tolist() for one, other in columns
    )
    assert at_once.stores == by_name.stores


def _columns(part: Any) -> Iterator[npt.NDArray[Any]]:
    if isinstance(part, np.ndarray):
        yield part
    elif isinstance(part, tuple) and not isinstance(part, InMemoryBodies):
        for each in part:
            yield from _columns(each)


@given(worlds(), st.data())
@settings(max_examples=40, deadline=None)
def test_union_is_associative_commutative_and_idempotent(world: World, data: st.DataObject) -> None:
    """However documents are put together, in any order and any number of times, they say the same."""
    parts = said(world)
    whole = graph(parts)
    shuffled = data.draw(st.permutations(parts))
    while len(shuffled) > 1:
        at = data.draw(st.integers(0, len(shuffled) - 2))
        shuffled[at : at + 2] = [union(shuffled[at : at + 2])]
    assert same([whole, graph(shuffled), graph([*shuffled, *parts])])


@given(worlds(), st.data())
@settings(max_examples=40, deadline=None)
def test_the_surest_moment_source_counts(world: World, data: st.DataObject) -> None:
    """Of a document that is met again and again, the surest word on its moment counts, in any order and grouping."""
    met = [
        (each, data.draw(st.sampled_from(MOMENT_SOURCES)))
        for each in observations(world)
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    parts = [
        claim_set([state(each._replace(document=replace(each.document, moment_source=how)), STOCK)])
        for each, how in data.draw(st.permutations(met))
    ]
    while len(parts) > 1 and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(parts) - 2))
        parts[at : at + 2] = [union(parts[at : at + 2])]
    wanted: dict[str, int] = {}
    for each, how in met:
        key = f"{each.document.observed_at} {each.document.sha256}"
        wanted[key] = max(wanted.get(key, 0), MOMENT_SOURCES.index(how))
    grown = Explorer.observe(())
    for part in parts:
        grown = grown._with(Loaded(part, ()))
    for found in (graph(parts), graph([*parts, *parts]), grown):
        assert wanted == {
            f"{each.observed_at} {each.sha256}": MOMENT_SOURCES.index(each.moment_source)
            for each in found.documents
        }


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_what_is_let_go_of_is_never_missed(world: World) -> None:
    """A union keeps no more than what the latest documents of a scope can still decide, and the fold is the same."""
    parts = said(world)
    newer = [(body, moment + dt.timedelta(days=1000)) for body, moment in world]
    both = union([union(parts), union(said(newer))])
    alone = union(said(newer))
    assert len(both.claims.document) == len(alone.claims.document)
    assert len(both.attributes.document) == len(alone.attributes.document)
    assert set(both.nodes.tolist()) == set(alone.nodes.tolist())


def test_columns_are_sorted() -> None:
    """Nodes ascend, and attributes come by node, name and document."""
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    rows = [{"id": 5, "business": {"id": 10 - n}} for n in range(3)]
    world: list[tuple[dict[str, Any], dt.datetime]] = [
        ({"id": n, "email": f"{n}@x.org", "business_memberships": rows}, moment) for n in (3, 1, 2)
    ]
    found = union(said(world))
    assert (np.diff(found.nodes) > 0).all()
    keys = found.attributes.node * len(ATTRIBUTES) + found.attributes.name
    assert (np.diff(keys) >= 0).all()


def test_parts_are_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a union makes its last columns, those of its parts that it is done with are gone, unless they are held."""
    rows = [{"id": n, "role": "owner", "business": {"id": n, "name": f"{n}"}} for n in range(5)]
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    world = [({"id": n, "business_memberships": rows}, moment) for n in range(3)]
    refs: list[weakref.ref[Any]] = []
    alive: list[bool] = []
    needed = saying._needed

    def watched(*given: Any) -> Any:
        alive[:] = [each() is not None for each in refs]
        return needed(*given)

    monkeypatch.setattr(saying, "_needed", watched)
    for hold in (True, False):
        parts = said(world)
        tables = (
            (each.attributes, each.covers, each.documents.sha256, each.claims.principal)
            for each in parts
        )
        refs[:] = [weakref.ref(column) for each in tables for column in _columns(each)]
        handed = iter(parts if hold else [parts.pop() for _ in range(len(parts))])
        assert len(union(handed).documents.moment) == 3
        assert alive == [hold] * len(refs)


def test_texts_are_found_by_narrow_numbers() -> None:
    """The place of a text may be the last that its own type of integer holds."""
    texts = Texts.of(map(str, range(200)))
    assert [texts.text(place) for place in np.arange(128, dtype=np.int8)] == [
        str(place) for place in range(128)
    ]


@given(st.integers(0, 10**17))
@settings(max_examples=40, deadline=None)
def test_narrow_columns_hold_wide_numbers(number: int) -> None:
    """The ids of records are whole however large, beside small ones."""
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    world: list[tuple[dict[str, Any], dt.datetime]] = [
        ({"id": n, "roles": [{"id": record, "role": "owner", "accountid": "A"}]}, moment)
        for n, record in ((1, number), (2, 1), (3, number + 1))
    ]
    assert union(said(world)).claims.record.tolist() == [number, 1, number + 1]


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_moments_survive(moment: dt.datetime) -> None:
    """A moment is the same after it was a number, to the microsecond."""
    assert moment_of(moment_number(moment)) == moment


def test_email_keys() -> None:
    """Emails that differ in case and spaces alone have one key; the key is never that of no email."""
    assert email_key(" A@x.org") == email_key("a@X.ORG ") != email_key("b@x.org")
    assert email_key("a@x.org") >= 0
