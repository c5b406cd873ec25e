"""What a bucket is given is enough to decide as the whole does."""

from __future__ import annotations

import hashlib
from collections import Counter
from unittest.mock import patch

import networkx as nx
import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from inroads.columns.arrays import firsts
from inroads.columns.contradictions import last_moves
from inroads.columns.union import union
from inroads.spark import gathering, tables
from inroads.spark.gathering import components, last_keepers
from inroads.spark.parsing import claim_set_of
from inroads.spark.rows import Printed

SENT = pa.schema([("bucket", pa.int64()), ("row", pa.int64())])
Row = tuple[int, int, int, int]
"""The number of an account, the moment, the number of the document, and the business."""


def keepers(rows: list[Row]) -> pa.Table:
    """Keepers of accounts."""
    accounts, moments, documents, businesses = zip(*rows, strict=True)
    columns = [
        pa.array([f"account:a{account}" for account in accounts]),
        pa.array([f"business:{business}" for business in businesses]),
        pa.array(moments, pa.int64()).cast(tables.MOMENT),
        pa.array([hashlib.sha256(f"{number}".encode()).hexdigest() for number in documents]),
    ]
    return pa.Table.from_arrays(columns, schema=tables.KEEPERS)


def moved(rows: pa.Table) -> dict[str, int]:
    """The moment at which each account moved, in microseconds, if it ever did."""
    said = union([claim_set_of({"keepers": rows})])
    era = np.cumsum(firsts(said.documents.moment)).astype(np.int32)
    moves = last_moves(said, era)[said.keepers.account].tolist()
    accounts = Printed(said).nodes(said.keepers.account).to_pylist()
    return {
        account: int(said.documents.moment[np.flatnonzero(era == move)[0]])
        for account, move in zip(accounts, moves, strict=True)
        if move >= 0
    }


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(0, 4), st.integers(1, 3)),
        min_size=1,
        max_size=20,
        unique=True,
    )
)
@settings(deadline=None, max_examples=25)
def test_few_keepers_tell_when_an_account_moved(rows: list[Row]) -> None:
    """Four rows of each account tell what all of them tell, even where several are of one moment."""
    every = keepers(rows)
    few = last_keepers(every)
    assert max(Counter(few["account"].to_pylist()).values()) <= 4
    assert moved(few) == moved(every)


def test_an_account_that_moved() -> None:
    """It moved at the first moment at which the other keeper is no longer shown."""
    rows = [(0, 1, 0, 7), (0, 2, 1, 8), (0, 2, 2, 7), (0, 3, 3, 8), (0, 4, 4, 8)]
    assert moved(keepers([*rows, (1, 1, 0, 7), (1, 2, 1, 7)])) == {"account:a0": 3}


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=30))
@settings(deadline=None, max_examples=25)
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
    numbers = np.random.default_rng(0).permutation(1000)
    edges = [
        (f"business:{numbers[place + near]}", f"account:{place}")
        for place in range(len(numbers) - 1)
        for near in (0, 1)
    ]
    table = pa.table(dict(zip(("business", "account"), zip(*edges, strict=True), strict=True)))
    assert set(components(table)["cluster"].to_pylist()) == {"business:0"}


@given(st.lists(st.lists(st.integers(0, 3), max_size=40), max_size=6), st.integers(1, 2**10))
@settings(deadline=None, max_examples=25)
def test_rows_travel_packed(batches: list[list[int]], size: int) -> None:
    """Each bucket is acted upon once, with all of its rows, however they were packed."""
    rows = iter(range(1000))
    given_rows = [(bucket, next(rows)) for batch in batches for bucket in batch]
    places = iter(given_rows)
    sent = [
        pa.RecordBatch.from_pylist(
            [dict(zip(("bucket", "row"), next(places), strict=True)) for _ in batch], SENT
        )
        for batch in batches
    ]
    with patch.multiple(gathering, CELL=size, PACKED=size // 16):
        cells = list(gathering.packed(sent))
    assert all(cell.schema == gathering.CELLS for cell in cells)
    seen: list[tuple[int, list[int]]] = []

    def act(rows: pa.Table) -> pa.Table:
        (bucket,) = set(rows["bucket"].to_pylist())
        seen.append((bucket, rows["row"].to_pylist()))
        return rows

    found = [row for batch in gathering.each_bucket(act)(cells) for row in batch.to_pylist()]
    assert sorted((row["bucket"], row["row"]) for row in found) == sorted(given_rows)
    assert len(seen) == len({bucket for bucket, _ in given_rows})
