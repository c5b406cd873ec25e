"""What a bucket is given is enough to decide as the whole does."""

from __future__ import annotations

import hashlib

import networkx as nx
import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.columns.arrays import firsts
from inroads.columns.contradictions import last_moves
from inroads.columns.union import union
from inroads.spark import tables
from inroads.spark.gathering import components, last_keepers
from inroads.spark.parsing import claim_set_of


def keepers(rows: list[tuple[int, int, int]]) -> pa.Table:
    """Keepers of one account: the moment, the number of the document, and the business."""
    columns = [
        pa.array(["account:a"] * len(rows)),
        pa.array([f"business:{business}" for _, _, business in rows]),
        pa.array([moment for moment, _, _ in rows], pa.int64()).cast(tables.MOMENT),
        pa.array([hashlib.sha256(f"{number}".encode()).hexdigest() for _, number, _ in rows]),
    ]
    return pa.Table.from_arrays(columns, schema=tables.KEEPERS)


def moved(rows: pa.Table) -> int | None:
    """The moment at which the account moved, in microseconds; None if it never did."""
    said = union([claim_set_of({"keepers": rows})])
    era = np.cumsum(firsts(said.documents.moment)).astype(np.int32)
    (move,) = last_moves(said, era)[said.keepers.account[:1]].tolist()
    return int(said.documents.moment[np.flatnonzero(era == move)[0]]) if move >= 0 else None


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 4), st.integers(1, 3)),
        min_size=1,
        max_size=12,
        unique=True,
    )
)
@settings(deadline=None)
def test_few_keepers_tell_when_an_account_moved(rows: list[tuple[int, int, int]]) -> None:
    """Four rows tell what all of them tell, even where several are of one moment."""
    every = keepers(rows)
    few = last_keepers(every)
    assert len(few) <= 4
    assert moved(few) == moved(every)


def test_an_account_that_moved() -> None:
    """It moved at the first moment at which the other keeper is no longer shown."""
    assert moved(keepers([(1, 0, 7), (2, 1, 8), (2, 2, 7), (3, 3, 8), (4, 4, 8)])) == 3
    assert moved(keepers([(1, 0, 7), (2, 1, 7)])) is None


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=30))
@settings(deadline=None)
def test_components(pairs: list[tuple[int, int]]) -> None:
    """The clusters are the connected components, each named by its least business."""
    edges = [(f"business:{one}", f"account:{other}") for one, other in pairs]
    table = pa.table(
        {
            name: pa.array([edge[place] for edge in edges], pa.string())
            for place, name in enumerate(("business", "account"))
        }
    )
    found = components(table)
    wanted = {
        node: min(each for each in component if each.startswith("business:"))
        for component in nx.connected_components(nx.Graph(edges))
        for node in component
    }
    assert dict(zip(*(column.to_pylist() for column in found.columns), strict=True)) == wanted


def test_long_chains() -> None:
    """A chain of many businesses is one cluster."""
    numbers = np.random.default_rng(0).permutation(5000)
    edges = [
        (f"business:{numbers[place + near]}", f"account:{place}")
        for place in range(len(numbers) - 1)
        for near in (0, 1)
    ]
    table = pa.table(dict(zip(("business", "account"), zip(*edges, strict=True), strict=True)))
    assert set(components(table)["cluster"].to_pylist()) == {"business:0"}
