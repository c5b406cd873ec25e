"""A claim set survives the way to tables and back."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from inroads.columns.claimset import ClaimSet
from inroads.columns.fold import fold
from inroads.columns.union import union
from inroads.explorer import Explorer
from inroads.policy.tables import STOCK
from inroads.spark.parsing import claim_set_of
from inroads.spark.rows import tables_of
from strategies import random_world, worlds
from worlds import World, explore


def back(tables: dict[str, pa.Table]) -> ClaimSet:
    return union([claim_set_of(tables)])


def equal(ours: Any, theirs: Any) -> bool:
    """Whether two tables of columns are equal, whatever their widths."""
    return all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))


def ordered(table: pa.Table) -> pa.Table:
    """A table in an order of its own."""
    return table.sort_by([(name, "ascending") for name in table.column_names])


def check(said: ClaimSet) -> None:
    """All tables but the places of bodies, and the fold, are as they were."""
    tables = tables_of(said)
    found = back(tables)
    assert np.array_equal(found.nodes, said.nodes)
    assert np.array_equal(found.accounts, said.accounts)
    for name in ("covers", "groups", "keepers", "emails"):
        assert equal(getattr(found, name), getattr(said, name)), name
    again = tables_of(found)
    for name, table in tables.items():
        assert ordered(again[name]).equals(ordered(table)), name
    ours, theirs = fold(found, STOCK), fold(said, STOCK)
    assert equal(ours.grants, theirs.grants)
    assert equal(ours.evidence._replace(word=0), theirs.evidence._replace(word=0))
    assert ours.version == theirs.version
    nodes, others = (dict(Explorer.build(each, STOCK).nodes(data=True)) for each in (ours, theirs))
    assert nodes == others


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_drawn_worlds(world: World) -> None:
    """On worlds that Hypothesis draws."""
    check(explore(world).fold.said)


def test_random_worlds() -> None:
    """On random worlds, some of them larger."""
    for seed in range(60):
        check(explore(random_world(random.Random(seed), 6 + seed % 20)).fold.said)


@pytest.mark.parametrize("rows", ["twice", "in any order"])
def test_rows_of_many_partitions(rows: str) -> None:
    """Neither repetition nor order changes what the rows say."""
    for seed in range(20):
        said = explore(random_world(random.Random(seed), 9)).fold.said
        tables = tables_of(said)
        rng = np.random.default_rng(seed)
        mixed = {
            name: pa.concat_tables([table, table])
            if rows == "twice"
            else table.take(pa.array(rng.permutation(len(table))))
            for name, table in tables.items()
            if name != "issues"
        }
        found = tables_of(back(mixed))
        for name in mixed:
            assert found[name].equals(tables[name]), (seed, name)


def test_nothing() -> None:
    """No rows are an empty claim set."""
    assert not len(back({}).nodes)
