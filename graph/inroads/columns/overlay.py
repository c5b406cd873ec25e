"""Columns that share most of their rows with another column: a base with some rows replaced.

Many versions share a base. Single rows, a few rows and slices are computed from the base and the
replacements. The first operation on the column as a whole materialises it as an array, which is
kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from inroads.columns import arrays
from inroads.columns.arrays import Ints, Texts, narrow, ranges

SINGLE: Final = 256
"""The price of looking up one row, in bytes that could be copied in the same time."""

GATHERED: Final = 32
"""The price of looking up one of many rows, in bytes that could be copied in the same time."""

_FEW: Final = 12
"""Up to this many steps are applied one by one, which is faster than looking each number up."""

_PIECE: Final = 2**15
"""How many rows are renumbered at a time, so that they stay in the processor's cache."""


class Replacement(NamedTuple):
    """Row ranges `starts` to `stops` of a column, ascending, each to be replaced by `sizes` new
    rows.
    """

    starts: Ints
    stops: Ints
    sizes: Ints

    @property
    def come(self) -> Ints:
        """The index of the first new row of each range, after the replacement."""
        more = self.sizes - (self.stops - self.starts)
        places: Ints = self.starts + np.cumsum(more) - more
        return places

    @property
    def shift(self) -> Renumbering:
        """The renumbering of the rows that stay."""
        more = self.sizes - (self.stops - self.starts)
        moving = more != 0
        return Renumbering(self.stops[moving], np.cumsum(more[moving]))


class Renumbering(NamedTuple):
    """Numbers from `starts[i]` on, up to the next start, move up by `by[i]`."""

    starts: Ints
    by: Ints

    def times(self, factor: int) -> Renumbering:
        """Return the renumbering of numbers multiplied by a factor, plus any remainder."""
        return Renumbering(self.starts * factor, self.by * factor)

    def of(self, numbers: Ints) -> Ints:
        """Return a few numbers, moved."""
        moved: Ints = (
            numbers + np.append(self.by, 0)[np.searchsorted(self.starts, numbers, side="right") - 1]
        )
        return moved

    def move(self, column: Ints, *, hops: bool = False) -> None:
        """Move many numbers in place.

        With `hops`, a negative number is the complement of a number and moves as that number does.
        """
        for first in range(0, len(column) if len(self.starts) else 0, _PIECE):
            piece = column[first : first + _PIECE]
            if len(self.starts) > _FEW:
                piece[:] = (
                    np.where(piece < 0, ~self.of(~piece), self.of(piece))
                    if hops
                    else self.of(piece)
                )
                continue
            steps = zip(self.starts.tolist(), np.diff(self.by, prepend=0).tolist(), strict=True)
            for start, step in reversed(list(steps)):
                above = piece >= start
                below = piece <= ~start if hops else None
                np.add(piece, step, out=piece, where=above, casting="unsafe")
                if below is not None:
                    np.subtract(piece, step, out=piece, where=below, casting="unsafe")


class Numbering(NamedTuple):
    """The way from old numbers to numbers of the whole, which are all below `size`."""

    shift: Renumbering
    size: int


STILL: Final = Renumbering(np.zeros(0, np.int64), np.zeros(0, np.int64))
"""A renumbering that moves nothing."""


class OverlayColumn(NDArrayOperatorsMixin):
    """A column equal to `base`, renumbered by `shift`, with the rows of `cut` replaced by `rows`.

    `rows` have their final numbers. `lift[i]` is added to the rows of the base before cut `i`, and
    its last value to those after the last cut. With `hops`, the complement of a number moves as the
    number does. A single row is a plain Python value, as in a memory view.
    """

    def __init__(
        self,
        base: npt.NDArray[Any],
        cut: Replacement,
        rows: npt.NDArray[Any],
        shift: Renumbering = STILL,
        lift: Ints | None = None,
        *,
        hops: bool = False,
    ) -> None:
        self._base, self._cut, self._rows, self._shift, self._lift, self._hops = (
            base,
            cut,
            rows,
            shift,
            lift,
            hops,
        )
        self.dtype, self._size = (
            rows.dtype,
            len(base) + len(rows) - int((cut.stops - cut.starts).sum()),
        )
        self._asked, self._whole = 0, None if self._size else rows

    def __len__(self) -> int:
        return self._size

    @property
    def itemsize(self) -> int:
        """The size of a row in bytes."""
        return self.dtype.itemsize

    @property
    def whole(self) -> npt.NDArray[Any]:
        """The column as an array; it is materialised once."""
        if self._whole is None:
            self._whole = self._between(0, self._size)
        return self._whole

    @property
    def is_whole(self) -> bool:
        """True if the column is materialised."""
        return self._whole is not None

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int | np.integer):
            return self._one(int(key))
        if self._whole is None and isinstance(key, slice):
            first, last, step = key.indices(self._size)
            if step == 1 and (
                self._untouched(first, last) or not self._worn((last - first) * self.itemsize)
            ):
                return self._between(first, max(first, last))
        elif self._whole is None:
            key = np.asarray(key)
            if key.dtype.kind == "i" and key.ndim == 1 and not self._worn(len(key) * GATHERED):
                return self.take(key)
        return self.whole[key]

    def take(self, places: Ints) -> npt.NDArray[Any]:
        """Return the rows at these indices."""
        begins, sources = self._pieces
        places = np.where(places < 0, places + self._size, places)
        piece = np.searchsorted(begins, places, "right") - 1
        at, come = places - begins[piece] + sources[piece], piece % 2 == 1
        made = np.empty(len(places), self.dtype)
        made[come] = self._rows[at[come]]
        kept = self._base[at[~come]]
        if len(self._shift.starts):
            moved = self._shift.of(kept)
            kept = np.where(kept < 0, ~self._shift.of(~kept), moved) if self._hops else moved
        made[~come] = kept if self._lift is None else kept + self._lift[piece[~come] // 2]
        return made

    def searchsorted(self, values: Any, side: str = "left", sorter: None = None) -> Any:
        """Return the insertion indices of values in this ascending column, as NumPy does."""
        wanted = np.asarray(values)
        if self._whole is not None or self._worn(wanted.size * SINGLE):
            return self.whole.searchsorted(values, side, sorter)  # type: ignore[call-overload]  # `side` is either
        find = bisect_left if side == "left" else bisect_right
        if not wanted.ndim:
            return np.int64(find(self, wanted.item()))
        return np.array([find(self, each) for each in wanted.tolist()], np.int64)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.whole, dtype) if copy else np.asarray(self.whole, dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        return getattr(ufunc, method)(*(whole(each) for each in inputs), **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.whole, name)

    def __reduce__(self) -> Any:
        return np.asarray, (self.whole,)

    def _one(self, place: int) -> Any:
        if place < 0:
            place += self._size
        if not 0 <= place < self._size:
            raise IndexError(place)
        if self._whole is not None or self._worn(SINGLE):
            return self.whole.item(place)
        begins, sources, lift, starts, by = self._lists
        piece = bisect_right(begins, place) - 1
        at = place - begins[piece] + sources[piece]
        if piece % 2:
            return self._rows.item(at)
        value = self._base.item(at)
        if starts:
            mirrored = self._hops and value < 0
            number = ~value if mirrored else value
            number += by[bisect_right(starts, number)]
            value = ~number if mirrored else number
        return value + lift[piece // 2] if lift else value

    def _worn(self, cost: int) -> bool:
        """Add a cost in bytes; return whether materialising would have been cheaper by now."""
        self._asked += cost
        return self._asked > self._size * self.itemsize

    @cached_property
    def _pieces(self) -> tuple[Ints, Ints]:
        """The index at which each piece begins, here and in its source.

        Pieces with even numbers come from the base, those with odd numbers from the new rows.
        """
        cut, count = self._cut, len(self._cut.starts)
        sources, sizes = np.zeros(2 * count + 1, np.int64), np.zeros(2 * count + 1, np.int64)
        # Even entries are pieces of the base, odd ones the new rows of each cut.
        sources[2::2], sources[1::2] = cut.stops, np.cumsum(cut.sizes) - cut.sizes
        sizes[:-1:2], sizes[-1], sizes[1::2] = cut.starts, len(self._base), cut.sizes
        sizes[::2] -= sources[::2]
        return np.cumsum(sizes) - sizes, sources

    @cached_property
    def _lists(self) -> tuple[list[int], list[int], list[int], list[int], list[int]]:
        """The pieces, the lift and the renumbering as lists, which are faster for single rows."""
        begins, sources = self._pieces
        lift = [] if self._lift is None else self._lift.tolist()
        starts, by = self._shift
        return begins.tolist(), sources.tolist(), lift, starts.tolist(), [0, *by.tolist()]

    def _untouched(self, first: int, last: int) -> bool:
        """Return whether rows lie in one piece of the base in which no number moves."""
        begins, _ = self._pieces
        piece = int(np.searchsorted(begins, first, "right")) - 1
        inside = piece % 2 == 0 and (piece + 1 == len(begins) or last <= begins[piece + 1])
        return (
            inside
            and self._lift is None
            and not len(self._shift.starts)
            and self._base.dtype == self.dtype
        )

    def _between(self, first: int, last: int) -> npt.NDArray[Any]:
        begins, sources = self._pieces
        if self._untouched(first, last):
            shift = int((sources - begins)[np.searchsorted(begins, first, "right") - 1])
            return self._base[first + shift : last + shift]
        made = np.empty(last - first, self.dtype)
        start, stop = (
            int(np.searchsorted(begins, first, "right")) - 1,
            int(np.searchsorted(begins, last)),
        )
        ends = [*begins[start + 1 : stop].tolist(), last]
        at = first
        for piece, end in enumerate(ends, start):
            source = at - int(begins[piece]) + int(sources[piece])
            here = made[at - first : end - first]
            if piece % 2:
                here[:] = self._rows[source : source + len(here)]
            else:
                self._copy(here, source, piece // 2)
            at = end
        return made

    def _copy(self, made: npt.NDArray[Any], source: int, gap: int) -> None:
        """Fill `made` with rows of the base from `source` on, renumbered."""
        for first in range(0, len(made), _PIECE):
            piece = made[first : first + _PIECE]
            piece[:] = self._base[source + first : source + first + len(piece)]
            self._shift.move(piece, hops=self._hops)
            if self._lift is not None:
                piece += self._lift.dtype.type(self._lift[gap])


class _View(Sequence[Any]):
    """An overlay column as a memory view: it yields plain Python integers, also from slices."""

    def __init__(self, column: OverlayColumn) -> None:
        self._column = column
        self._whole: memoryview | None = None

    def __getitem__(self, key: Any) -> Any:
        if self._whole is not None:
            return self._whole[key]
        if self._column.is_whole:
            self._whole = arrays.view(self._column.whole)
        found = self._column[key]
        return memoryview(found) if isinstance(key, slice) else found

    def __len__(self) -> int:
        return len(self._column)


def view(column: Any) -> Any:
    """Return a column, overlay or not, that yields plain integers; see `arrays.view`."""
    return _View(column) if isinstance(column, OverlayColumn) else arrays.view(column)


def put_together(value: Any, most: int) -> bool:
    """Materialise overlay columns in tables and mappings, up to some bytes but at least one column.

    Return whether all of them are materialised now.
    """
    left = most
    for column in _spliced(value):
        if column.is_whole:
            continue
        if left <= 0:
            return False
        left -= column.whole.nbytes
    return True


def _spliced(value: Any) -> Iterator[OverlayColumn]:
    if isinstance(value, OverlayColumn):
        yield value
    elif isinstance(value, tuple | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _spliced(each)


def whole(value: Any) -> Any:
    """Return columns, tables or mappings with every overlay column as an array."""
    if isinstance(value, OverlayColumn):
        return value.whole
    if hasattr(value, "_fields"):
        return type(value)(*map(whole, value))
    return (
        {name: whole(each) for name, each in value.items()} if isinstance(value, Mapping) else value
    )


def replaced(
    column: Any,
    cut: Replacement,
    rows: Any,
    counted: Numbering | None = None,
    *,
    hops: bool = False,
) -> Any:
    """Return a column with rows replaced, in the numbers of the whole; the column itself if it is
    equal.

    `counted` renumbers the rows that stay; `rows` have their final numbers already.
    """
    if isinstance(column, Texts):
        if not len(ranges(cut.starts, cut.stops - cut.starts)) and not rows.size:
            return column
        starts, inner = replaced_starts(column.starts, cut, np.diff(rows.starts))
        return Texts(starts, replaced(column.data, inner, rows.data))
    shift = counted.shift if counted else STILL
    if not len(shift.starts):
        spans = cut.stops - cut.starts
        if np.array_equal(spans, cut.sizes) and np.array_equal(
            column[ranges(cut.starts, spans)], rows
        ):
            return column
    kind = (
        column.dtype
        if column.dtype.kind != "i"
        else np.promote_types(column.dtype, narrow(rows).dtype)
    )
    if counted:
        kind = np.promote_types(kind, narrow(np.array([~counted.size, counted.size])).dtype)
    elif column.dtype.kind == "S":
        kind = np.promote_types(kind, rows.dtype)
    return OverlayColumn(column, cut, rows.astype(kind, copy=False), shift, hops=hops)


def replaced_starts(starts: Ints, cut: Replacement, counts: Ints) -> tuple[Any, Replacement]:
    """Return the starts of the rows of each key after keys were replaced, and the rows'
    replacement.

    `cut` replaces keys; `counts` is the number of rows of each new key.
    """
    # `total`: rows before each new key; `by`: how far the rows after each cut move in sum.
    ends = np.cumsum(cut.sizes)
    total = np.append(0, np.cumsum(counts))
    old_starts, old_stops = (starts[each].astype(np.int64) for each in (cut.starts, cut.stops))
    sizes = total[ends] - total[ends - cut.sizes]
    by = np.append(0, np.cumsum(sizes - (old_stops - old_starts)))
    group = np.repeat(np.arange(len(cut.sizes)), cut.sizes)
    rows = (old_starts + by[:-1])[group] + total[:-1] - total[(ends - cut.sizes)[group]]
    last = np.array([int(starts[-1]) + by[-1]])
    kind = np.promote_types(starts.dtype, narrow(last).dtype)
    return OverlayColumn(starts, cut, rows.astype(kind), lift=by), Replacement(
        old_starts, old_stops, sizes
    )
