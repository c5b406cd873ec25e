"""Columns of plain values as frames of pandas, polars or Arrow."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from inroads.errors import InroadsError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class Kind(Enum):
    """The kind of the values of a column."""

    TEXT = "text"
    CATEGORY = "category"
    """A text of which there are few different ones."""
    NUMBER = "number"
    FLAG = "flag"


class Column(NamedTuple):
    """The values of a column, null where there is none, and their kind."""

    kind: Kind
    values: Sequence[Any]


class Framed:
    """An answer that goes into a frame: a row each, with plain values in every column."""

    @abstractmethod
    def columns_of_frame(self) -> dict[str, Column]:
        """Return the columns of the frame by their names."""

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a DataFrame; raises InroadsError EXTRA_MISSING without pandas."""
        made: pd.DataFrame = frame(self.columns_of_frame(), "pandas")
        return made

    def to_polars(self) -> Any:
        """The rows as a polars DataFrame; raises InroadsError EXTRA_MISSING without polars."""
        return frame(self.columns_of_frame(), "polars")

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table; raises InroadsError EXTRA_MISSING without Arrow."""
        return frame(self.columns_of_frame(), "arrow")


def columns(kinds: Mapping[str, Kind], rows: Iterable[Mapping[str, Any]]) -> dict[str, Column]:
    """Return rows as columns of these kinds; a list becomes one text, its entries after commas."""
    values: dict[str, list[Any]] = {name: [] for name in kinds}
    for row in rows:
        for name, column in values.items():
            value = row[name]
            column.append(", ".join(map(str, value)) if isinstance(value, list) else value)
    return {name: Column(kind, values[name]) for name, kind in kinds.items()}


def frame(found: Mapping[str, Column], library: str | None = None) -> Any:
    """Return columns as a frame of pandas, polars or Arrow, or of the first that is installed.

    Raises InroadsError BAD_LIBRARY, and EXTRA_MISSING if it is not installed.
    """
    return maker(library)(found)


def maker(library: str | None) -> Callable[[Mapping[str, Column]], Any]:
    """Return the function that makes frames of a library; raises as `frame`."""
    if library is not None and library not in _LIBRARIES:
        raise InroadsError(
            f"{library!r} is not a library of frames: pandas, polars or arrow", "BAD_LIBRARY"
        )
    wanted = _LIBRARIES if library is None else [library]
    for name in wanted:
        module, make = _LIBRARIES[name]
        with suppress(ImportError):
            import_module(module)
            return make
    raise InroadsError(f"this needs {' or '.join(wanted)}: install one", "EXTRA_MISSING")


def _pandas(found: Mapping[str, Column]) -> Any:
    import pandas as pd  # noqa: PLC0415  # an optional extra

    types = {
        Kind.TEXT: "object",
        Kind.CATEGORY: "category",
        Kind.NUMBER: "int64",
        Kind.FLAG: "bool",
    }
    return pd.DataFrame(
        {name: pd.Series(each.values, dtype=types[each.kind]) for name, each in found.items()}
    )


def _polars(found: Mapping[str, Column]) -> Any:
    import polars as pl  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415  # it is optional

    types = {
        Kind.TEXT: pl.String,
        Kind.CATEGORY: pl.Categorical,
        Kind.NUMBER: pl.Int64,
        Kind.FLAG: pl.Boolean,
    }
    return pl.DataFrame(
        {name: pl.Series(name, list(each.values), types[each.kind]) for name, each in found.items()}
    )


def _arrow(found: Mapping[str, Column]) -> Any:
    import pyarrow as pa  # noqa: PLC0415  # an optional extra

    types = {
        Kind.TEXT: pa.string(),
        Kind.CATEGORY: pa.dictionary(pa.int32(), pa.string()),
        Kind.NUMBER: pa.int64(),
        Kind.FLAG: pa.bool_(),
    }
    return pa.table({name: pa.array(each.values, types[each.kind]) for name, each in found.items()})


_LIBRARIES: Final[dict[str, tuple[str, Callable[[Mapping[str, Column]], Any]]]] = {
    "pandas": ("pandas", _pandas),
    "polars": ("polars", _polars),
    "arrow": ("pyarrow", _arrow),
}
"""The module of each library of frames, and its maker; the first that is installed is taken."""
