"""Everyone's reach at once: how far identities reach, and how many reach each resource."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterable, Iterator
from os import PathLike
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from inroads.cancellation import holding, long_work
from inroads.columns.arrays import Ints
from inroads.columns.claimset import KINDS, NONE, ROLES
from inroads.errors import InroadsError, extra_missing
from inroads.markup import table
from inroads.model import NodeKind, Role, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.network.frames import Kind, columns, frame
from inroads.network.wording import counted
from inroads.reach.answers import scope_numbers
from inroads.reach.closed_form import PathSummaries
from inroads.reach.contested import are_contested
from inroads.reach.everyone import Accesses, accesses_of, every_access
from inroads.text import fitting, harmless, printable

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


SUBJECTS: Final = KINDS[:3]
"""The kinds that are counted, in the order of their numbers: identities, businesses, accounts."""

FIGURES: Final = (
    "total",
    "stated",
    "inferred",
    "active",
    "latent",
    "contested",
    *(role.lower() for role in ROLES),
)
"""The figures of a census: accesses in all, by certainty, by state, contested, and by role."""

COLUMNS: Final = ("kind", "id", "name", *FIGURES)
"""The columns of a census."""

_NAMES: Final = {NodeKind.IDENTITY: "email", NodeKind.BUSINESS: "name"}
SHOWN: Final = 5
"""The most nodes of each kind that a census shows in a notebook."""

LEADING: Final = 100
"""The first nodes of each ranking, which are kept: they are what is asked for again and again."""

_ONE: Final = np.int32(1)
"""The number one in the type of the columns: `np.add.at` is slow where it has to convert."""

_PART: Final = 2**16
_KEPT: Final = "_census"
_MAKING: Final = threading.Lock()


def census(graph: AccessGraph) -> Census:
    """Count the accesses of each identity, and the accesses to each business and account.

    A graph is counted once, on first use, since it does not change.
    """
    with holding(_MAKING):
        found = made(graph)
        if found is None:
            long_work()
            found = vars(graph)[_KEPT] = Census(graph)
    return found


def made(graph: AccessGraph) -> Census | None:
    """Return the census of a graph if it was made before."""
    found: Census | None = vars(graph).get(_KEPT)
    return found


def counts(graph: AccessGraph, node: str) -> Counts:
    """Return the figures of one node, from the census if it was made, else from its own accesses.

    Its own accesses cost what they touch; a census costs the whole graph. Raises KeyError for a
    node that the graph does not have.
    """
    known = made(graph)
    if known:
        return known.counts(node)
    _place(kind_of(node))
    return Counts.of(map(len, _counted(graph, accesses_of(graph, node)).values()))


def counts_of(graph: AccessGraph, found: PathSummaries) -> Counts:
    """Return the figures of the accesses of one question."""
    return Counts.of(map(len, _counted(graph, found).values()))


def scope_counts_of(graph: AccessGraph, found: PathSummaries) -> Counts:
    """Return the same figures with a business and the accounts that it keeps counted once.

    It counts under a figure if any of its accesses does.
    """
    scopes = scope_numbers(graph, found.node)
    return Counts.of(len(np.unique(scopes[each])) for each in _counted(graph, found).values())


def figure(word: str) -> str:
    """Parse the name of one of FIGURES, in any case. Raises InroadsError BAD_FIGURE."""
    if word.lower() not in FIGURES:
        raise InroadsError(f"{word!r} is not one of {', '.join(FIGURES)}", "BAD_FIGURE")
    return word.lower()


def _counted(graph: AccessGraph, found: Accesses | PathSummaries) -> dict[str, Ints]:
    """Return the places of the accesses that count in each of FIGURES."""
    maximal = np.zeros(1 << len(ROLES), np.int16)
    for bits in np.unique(found.roles).tolist():
        maximal[bits] = sum(1 << ROLES.index(role) for role in graph.roles_of(bits))
    held = maximal[found.roles]
    masks = (
        np.ones(len(held), np.bool_),
        *(found.certainty == rank for rank in (0, 1)),
        *(found.state == rank for rank in (0, 1)),
        are_contested(graph, found.roles, found.sound),
        *(held & 1 << place != 0 for place in range(len(ROLES))),
    )
    return dict(zip(FIGURES, map(np.flatnonzero, masks), strict=True))


def _place(kind: NodeKind | str) -> int:
    """Return the place of a kind in SUBJECTS. Raises InroadsError WRONG_KIND."""
    if kind not in SUBJECTS:
        raise InroadsError(f"a census counts {', '.join(SUBJECTS)}, not {kind!r}", "WRONG_KIND")
    return SUBJECTS.index(NodeKind(kind))


class Counts(NamedTuple):
    """The figures of one node: in all, by certainty, by state, contested, and by role without zeros.

    An access with two maximal roles counts under each of them, so the roles may sum to more than
    the total.
    """

    total: int
    stated: int
    inferred: int
    active: int
    latent: int
    contested: int
    roles: dict[Role, int]

    @classmethod
    def of(cls, figures: Iterable[int]) -> Counts:
        """Return counts from a number for each of FIGURES."""
        total, stated, inferred, active, latent, contested, *roles = figures
        held = {role: count for role, count in zip(ROLES, roles, strict=True) if count}
        return cls(total, stated, inferred, active, latent, contested, held)


class Census:
    """The number of accesses of each identity (blast radius) and to each resource (exposure).

    `columns` has for each of FIGURES a number for each node below `size`, in the order of the
    graph's numbers; `of` gives the part of one kind. Only accesses as `reach` gives them count. An
    access with two maximal roles counts under each of them.
    """

    def __init__(self, graph: AccessGraph) -> None:
        if "fold" not in vars(graph):
            raise InroadsError(
                "counting needs the whole graph, not a view or a copy of it", "NOT_WHOLE"
            )
        self.graph = graph
        self.starts = graph.fold.kind_starts[: len(SUBJECTS) + 1]
        self.size = self.starts[-1]
        self._figures = np.zeros((len(FIGURES), self.size), np.int32)
        self.columns: dict[str, Ints] = dict(zip(FIGURES, self._figures, strict=True))
        self._leading: dict[tuple[NodeKind, str], Ints] = {}
        for found in every_access(graph):
            for name, rows in _counted(graph, found).items():
                np.add.at(self.columns[name], found.principal[rows], _ONE)
                np.add.at(self.columns[name], found.resource[rows], _ONE)

    def __repr__(self) -> str:
        sizes = (counted(len(self.ids(kind)), kind.lower()) for kind in SUBJECTS)
        return f"Census: {', '.join(sizes)}"

    def _repr_html_(self) -> str:
        """The nodes with the most accesses of each kind."""
        shown = (
            {name: row[name] for name in ("id", "name", "total", "inferred", "latent", "contested")}
            for row in self.rows(first=SHOWN)
        )
        return table(repr(self), shown, 0)

    def of(self, kind: NodeKind) -> dict[str, Ints]:
        """The figures of all nodes of a kind as columns, in the order of `ids`."""
        return {name: column[self._numbers(kind)] for name, column in self.columns.items()}

    def ids(self, kind: NodeKind) -> list[str]:
        """The printed ids of all nodes of a kind."""
        return list(map(self.graph.index.name, range(self.size)[self._numbers(kind)]))

    def _numbers(self, kind: NodeKind) -> slice:
        place = _place(kind)
        return slice(self.starts[place], self.starts[place + 1])

    def counts(self, node: str) -> Counts:
        """Return the figures of one node. Raises KeyError for an unknown node."""
        _place(kind_of(node))
        return Counts.of(self._figures[:, self.graph.number(node)].tolist())

    def ranked(self, kind: NodeKind, by: str = "total", first: int | None = None) -> Ints:
        """Return the numbers of a kind's nodes, highest figure first, then by printed id."""
        if first is None or first > LEADING:
            return self._ranked(kind, figure(by), first)
        key = kind, figure(by)
        if key not in self._leading:
            long_work()
            self._leading[key] = self._ranked(*key, LEADING)
        return self._leading[key][:first].copy()

    def _ranked(self, kind: NodeKind, by: str, first: int | None) -> Ints:
        where = self._numbers(kind)
        column, numbers = self.columns[by][where], np.arange(where.start, where.stop)
        if first is not None and first < len(column):
            among = column >= np.partition(column, -first)[-first]
            column, numbers = column[among], numbers[among]
        order = np.lexsort((*self.graph.index.printed_order(numbers), -column))
        return numbers[order][:first]

    def rows(
        self,
        kinds: Iterable[NodeKind | str] = SUBJECTS,
        by: str = "total",
        first: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield one plain row of COLUMNS a node, kind by kind.

        `name` is an identity's email or a business's name, made printable. `by` puts the nodes with
        the highest figure first within each kind; `first` limits the nodes of each kind.
        """
        for part in self._parts(kinds, by, first):
            rows = zip(
                *(column if isinstance(column, list) else column.tolist() for column in part),
                strict=True,
            )
            yield from (dict(zip(COLUMNS, row, strict=True)) for row in rows)

    def to_csv(self, stream: IO[str], **chosen: Any) -> None:
        """Write the rows as CSV, in parts; `chosen` as for `rows`. No cell is a formula."""
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for kinds, ids, names, *figures in self._parts(**chosen):
            cells = map(harmless, ids), (name and harmless(fitting([name], "")) for name in names)
            writer.writerows(
                zip(kinds, *cells, *(column.tolist() for column in figures), strict=True)
            )

    def to_pandas(self, **chosen: Any) -> pd.DataFrame:
        """The rows as a DataFrame; needs the extra `inroads[pandas]`."""
        made: pd.DataFrame = self._frame("pandas", chosen)
        return made

    def to_polars(self, **chosen: Any) -> Any:
        """The rows as a polars DataFrame; needs polars."""
        return self._frame("polars", chosen)

    def _frame(self, library: str, chosen: dict[str, Any]) -> Any:
        texts = {"kind": Kind.CATEGORY, "id": Kind.TEXT, "name": Kind.TEXT}
        kinds = texts | dict.fromkeys(FIGURES, Kind.NUMBER)
        return frame(columns(kinds, self.rows(**chosen)), library)

    def to_arrow(self, **chosen: Any) -> pa.Table:
        """The rows as an Arrow table; needs the extra `inroads[arrow]`."""
        arrow, schema = _arrow()
        return arrow.Table.from_batches(self._batches(**chosen), schema)

    def to_parquet(self, path: str | PathLike[str], **chosen: Any) -> None:
        """The rows as a Parquet file, written part by part; needs the extra `inroads[arrow]`."""
        _, schema = _arrow()
        from pyarrow import parquet  # noqa: PLC0415  # an optional extra

        with parquet.ParquetWriter(path, schema) as writer:
            for batch in self._batches(**chosen):
                writer.write_batch(batch)

    def _batches(self, **chosen: Any) -> Iterator[pa.RecordBatch]:
        arrow, schema = _arrow()
        for part in self._parts(**chosen):
            arrays = (
                arrow.array(column, type_) for column, type_ in zip(part, schema.types, strict=True)
            )
            yield arrow.RecordBatch.from_arrays(list(arrays), schema=schema)

    def _parts(
        self,
        kinds: Iterable[NodeKind | str] = SUBJECTS,
        by: str = "total",
        first: int | None = None,
    ) -> Iterator[list[Any]]:
        """Yield the rows as COLUMNS, some thousand at a time; texts as lists, figures as arrays."""
        for kind in (SUBJECTS[_place(each)] for each in kinds):
            ranked = self.ranked(kind, by, first)
            for numbers in (ranked[at : at + _PART] for at in range(0, len(ranked), _PART)):
                ids = list(map(self.graph.index.name, numbers.tolist()))
                figures = [self.columns[name][numbers] for name in FIGURES]
                yield [[kind.value] * len(ids), ids, self._names(kind, numbers), *figures]

    def _names(self, kind: NodeKind, numbers: Ints) -> list[str | None]:
        names: list[str | None] = [None] * len(numbers)
        if kind in _NAMES:
            texts = self.graph.fold.attributes[_NAMES[kind]][
                numbers - self.starts[SUBJECTS.index(kind)]
            ]
            known = np.flatnonzero(texts != NONE)
            for place, text in zip(
                known.tolist(), self.graph.fold.said.texts.take(texts[known]).texts(), strict=True
            ):
                names[place] = printable(text)
        return names


def _arrow() -> tuple[Any, Any]:
    """Arrow, and the schema of COLUMNS."""
    try:
        import pyarrow as pa  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise extra_missing("this needs Arrow", "arrow") from None
    texts = [(name, pa.string()) for name in COLUMNS[: -len(FIGURES)]]
    return pa, pa.schema(texts + [(name, pa.int32()) for name in FIGURES])
