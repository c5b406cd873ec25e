"""Integer columns, columns of texts, and helpers for sorted columns.

Columns are NumPy arrays of the narrowest integers that fit. Arrow is not used: it would bring a
second set of arrays and some 40 MB for the one thing needed here, a block of UTF-8 with offsets,
which is `Texts`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar, overload

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]
_Table = TypeVar("_Table", bound=tuple[Any, ...])

_T = TypeVar("_T")

_NARROW: Final = (np.int8, np.int16, np.int32)
_MANY: Final = 2**17
"""From this many rows on, a second thread gains more than it costs."""

_GATHERED: Final = 2**20
"""How many texts are copied at a time, since the index of every byte of them is written out."""


class Texts(NamedTuple):
    """Texts in one block of UTF-8; text `i` is `data[starts[i] : starts[i + 1]]`."""

    starts: Ints
    data: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Return texts as a column."""
        each = list(texts)
        together = "".join(each)
        data = np.frombuffer(together.encode("utf-8", "surrogatepass"), np.uint8)
        starts = np.zeros(len(each) + 1, np.int64)
        np.cumsum(list(map(len, each)), out=starts[1:])
        if len(data) != len(
            together
        ):  # characters of several bytes, of which all but the first begin with the bits 10
            starts = np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))[starts]
        return cls(starts, data)

    @property
    def size(self) -> int:
        """The number of texts."""
        return len(self.starts) - 1

    def text(self, place: int) -> str:
        """Return the text at an index."""
        start, stop = (
            self.starts[place],
            self.starts[int(place) + 1],
        )  # one more may not fit in a narrow number
        return self.data[start:stop].tobytes().decode("utf-8", "surrogatepass")

    def texts(self) -> Iterator[str]:
        """Iterate over all texts in order."""
        return map(self.text, range(self.size))

    def take(self, rows: Ints) -> Texts:
        """Return the texts at these indices."""
        sizes = np.diff(self.starts)[rows]
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(sizes, out=starts[1:])
        data = np.empty(starts[-1], np.uint8)
        for first in range(0, len(rows), _GATHERED):
            part = slice(first, first + _GATHERED)
            last = min(first + _GATHERED, len(rows))
            data[starts[first] : starts[last]] = self.data[
                ranges(self.starts[rows[part]], sizes[part])
            ]
        return Texts(starts, data)


class Lazily(Sequence[_T]):
    """A sequence whose items are computed when they are accessed."""

    def __init__(self, size: int, item: Callable[[int], _T]) -> None:
        self._size, self._item = size, item

    @overload
    def __getitem__(self, index: int) -> _T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_T]: ...
    def __getitem__(self, index: int | slice) -> _T | Sequence[_T]:
        places = range(self._size)[index]
        return (
            self._item(places)
            if isinstance(places, int)
            else [self._item(place) for place in places]
        )

    def __len__(self) -> int:
        return self._size


def ranges(starts: Ints, sizes: Ints) -> Ints:
    """The numbers of many ranges, one range after another.

    >>> ranges(np.array([5, 0]), np.array([3, 2])).tolist()
    [5, 6, 7, 0, 1]
    """
    stops = np.cumsum(sizes)
    total = int(stops[-1]) if len(stops) else 0
    places: Ints = np.arange(total) + np.repeat(starts - (stops - sizes), sizes)
    return places


def view(column: Ints | Flags) -> Any:
    """Return a column as a memory view, which yields single integers several times faster."""
    return memoryview(column)  # type: ignore[arg-type]  # an array is a buffer, which its annotations say from 3.12 on


def offsets(keys: Ints, size: int) -> Ints:
    """Return the index at which the rows of each key begin, and after the last key the number of
    rows.

    The keys ascend and are between 0 and `size - 1`.
    """
    return narrow(np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=size))]))


def distinct(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the distinct values of a column, ascending; in linear time if it ascends already."""
    ordered = np.sort(column, kind="stable")
    return ordered[firsts(ordered)]


def connected(size: int, first: Ints, second: Ints) -> Ints:
    """Return for each number below `size` the least one that pairs of numbers connect it with.

    >>> connected(5, np.array([4, 1]), np.array([1, 3])).tolist()
    [0, 1, 2, 1, 1]
    """
    least = np.arange(size)
    while True:
        lower, after = np.minimum(least[first], least[second]), least.copy()
        for end in (first, second):
            np.minimum.at(after, end, lower)
            np.minimum.at(after, least[end], lower)  # so that a long chain takes few rounds
        after = after[after]
        if np.array_equal(after, least):
            return least
        least = after


def contained(column: Ints, ordered: Ints) -> Flags:
    """Return a mask of the values that occur in an ascending column."""
    if not len(ordered):
        return np.zeros(len(column), np.bool_)
    found: Flags = ordered[np.minimum(np.searchsorted(ordered, column), len(ordered) - 1)] == column
    return found


def in_order(keys: Ints, then: Ints) -> Ints:
    """Return the indices that sort rows by `keys`, then by `then`, then by their present order.

    It takes linear time where the parts are sorted. `then` holds small numbers, none of them
    negative.
    """
    order = np.argsort(keys, kind="stable")
    begins, second = firsts(keys[order]), then[order]
    astray = np.flatnonzero(~begins[1:] & (second[1:] < second[:-1]))
    if len(astray):
        group = np.cumsum(begins)
        mixed = np.zeros(group[-1] + 1, np.bool_)
        mixed[group[astray]] = True
        places = np.flatnonzero(mixed[group])
        both = group[places] * (np.int64(second.max()) + 1) + second[places]
        order[places] = order[places][np.argsort(both, kind="stable")]
    return order


def narrow(column: Ints) -> Ints:
    """Return a column in the narrowest signed integers that hold its values."""
    if not len(column):
        return column.astype(np.int8)
    least, most = int(column.min()), int(column.max())
    fitting = (
        kind for kind in _NARROW if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max
    )
    return column.astype(next(fitting, np.int64), copy=False)


def take(table: _Table, rows: Any) -> _Table:
    """Return a table with only these rows (indices or a mask); the table itself if they are all
    rows.
    """
    is_mask = getattr(rows, "dtype", None) == np.bool_
    places = rows.nonzero()[0] if is_mask else rows
    whole = table[0].size if isinstance(table[0], Texts) else len(table[0])
    if len(places) == whole and (is_mask or in_place(places)):
        return table
    return type(table)(*mapped(lambda column: column.take(places), table, len(places)))


def in_place(places: Ints) -> bool:
    """Return whether indices are 0, 1, 2 and so on, so that taking them changes nothing."""
    return bool(np.array_equal(places, np.arange(len(places))))


def stack(tables: Sequence[_Table]) -> _Table:
    """Concatenate tables of the same columns."""
    rows = sum(len(table[-1]) for table in tables)
    return type(tables[0])(*mapped(joined, list(zip(*tables, strict=True)), rows))


@overload
def joined(columns: tuple[Texts, ...]) -> Texts: ...
@overload
def joined(columns: tuple[Ints, ...]) -> Ints: ...
def joined(columns: tuple[Any, ...]) -> Any:
    """Concatenate columns."""
    if len(columns) == 1:
        return columns[0]
    if not isinstance(columns[0], Texts):
        return np.concatenate(columns)
    shifts = np.cumsum([0, *(len(each.data) for each in columns)])
    starts = [each.starts[:-1] + shift for each, shift in zip(columns, shifts[:-1], strict=True)]
    return Texts(
        narrow(np.concatenate([*starts, shifts[-1:]])),
        np.concatenate([each.data for each in columns]),
    )


def at_once(rows: int, *acts: Callable[[], Any]) -> list[Any]:
    """Call functions, on several threads if there are many rows, and return their results; see
    `mapped`.
    """
    return mapped(lambda act: act(), acts, rows)


def mapped(act: Callable[[Any], _T], each: Sequence[Any], rows: int) -> list[_T]:
    """Apply a function to each item, on several threads if there are many rows.

    NumPy releases the interpreter lock, so the threads run at the same time.
    """
    if rows < _MANY:
        return list(map(act, each))
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(act, each))


def firsts(*keys: npt.NDArray[Any]) -> Flags:
    """Return a mask of the rows of a sorted table that begin a new group of equal keys."""
    begins = np.ones(len(keys[0]), np.bool_)
    np.not_equal(keys[0][1:], keys[0][:-1], out=begins[1:])
    for key in keys[1:]:
        begins[1:] |= key[1:] != key[:-1]
    return begins
