"""Frames: the same columns and types in every library, for no row as for many."""

from __future__ import annotations

from typing import Any

import pytest

from inroads.errors import InroadsError
from inroads.network.frames import Column, Kind, columns, frame

KINDS = {"text": Kind.TEXT, "word": Kind.CATEGORY, "number": Kind.NUMBER, "flag": Kind.FLAG}
ROWS = [
    {"text": ["a", "b"], "word": "w", "number": 1, "flag": True},
    {"text": None, "word": "w", "number": 2, "flag": False},
]


def read(library: str, made: Any) -> list[list[Any]]:
    if library == "pandas":
        return [[None if each != each else each for each in made[name]] for name in KINDS]  # noqa: PLR0124  # NaN
    return [list(made[name].to_pylist() if library == "arrow" else made[name]) for name in KINDS]


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_each_library(library: str) -> None:
    """Lists become one text, nulls stay, and the types do not depend on the rows."""
    full, empty = (frame(columns(KINDS, rows), library) for rows in (ROWS, []))
    assert read(library, full) == [["a, b", None], ["w", "w"], [1, 2], [True, False]]
    kinds = "dtypes" if library != "arrow" else "schema"
    plain, none = (list(map(str, getattr(made, kinds))) for made in (full, empty))
    assert plain == none


def test_a_library_that_is_not_there() -> None:
    """An unknown library is refused with those that are known."""
    with pytest.raises(InroadsError, match="pandas, polars or arrow") as error:
        frame({"n": Column(Kind.NUMBER, [1])}, "excel")
    assert error.value.code == "BAD_LIBRARY"
