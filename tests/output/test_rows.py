"""Rows of values: JSON, CSV and the table say the same of each."""

from __future__ import annotations

import pytest

from inroads import EXAMPLE, load
from inroads.output.rows import csv_row, json_row, table_row


def test_rows_of_an_access() -> None:
    """JSON and CSV have the row of `to_dict`; the table joins each end with its name."""
    graph = load(EXAMPLE)
    access = graph.access("b@example.com", "account:Xr82w")
    assert access is not None
    assert json_row(access, graph) == csv_row(access, graph) == access.to_dict()
    cells = table_row(access, graph)
    assert cells["principal"] == ["identity:712052", "b@example.com"]
    assert [path.partition(" ")[0] for path in cells["how"]] == ["1.", "2."]


def test_rows_of_an_outcome() -> None:
    """An access that ends has no facts in JSON, and the words `no access` in CSV and the table."""
    graph = load(EXAMPLE)
    what = graph.without("role 994207", "client 22347")
    (first, _) = what.outcomes
    assert json_row(first, what)["after"] is None
    assert csv_row(first, what)["after"] == table_row(first, what)["after"] == ["no access"]


def test_a_value_without_a_row() -> None:
    """A value of another type is a programming error, which names it."""
    with pytest.raises(TypeError, match="42 of None has no row"):
        table_row(42, None)
