"""The findings of a rule in the order of their subjects, each written out where it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

import numpy as np

from inroads.analysis.findings.finding import Match
from inroads.columns.arrays import Flags, Ints


class Hits(Sequence[Match]):
    """Findings of one rule, of which there may be one for every access.

    `write` makes the finding of a place, and `places` are those of the findings in order. Where the
    subjects are known by number, `subjects` holds them: for each place one in each column.
    """

    def __init__(
        self, write: Callable[[int], Match], places: Ints, subjects: tuple[Ints, ...] = ()
    ) -> None:
        self.places = places
        self._write, self._subjects = write, subjects

    @classmethod
    def of(cls, hits: Sequence[Match]) -> Hits:
        """Return a list of findings in the order of their subjects."""
        if isinstance(hits, Hits):
            return hits
        order = sorted(range(len(hits)), key=lambda place: hits[place].subjects)
        return cls(hits.__getitem__, np.array(order, np.int64))

    def only(self, kept: Flags) -> Hits:
        """Return the marked findings."""
        return Hits(self._write, self.places[kept], self._subjects)

    def about(self, node: str, number: int | None) -> Flags:
        """Return marks of the findings that have a node or a grant among their subjects.

        `number` is the number of the node; None for a grant, and for what the graph does not know.
        """
        if number is None or not self._subjects:
            return np.array([node in each.subjects for each in self], np.bool_)
        found: Flags = np.logical_or.reduce([column == number for column in self._subjects])
        return found[self.places]

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Match]: ...
    def __getitem__(self, index: int | slice) -> Match | Sequence[Match]:
        if isinstance(index, slice):
            return list(map(self._write, self.places[index].tolist()))
        return self._write(int(self.places[index]))

    def __iter__(self) -> Iterator[Match]:
        return map(self._write, self.places.tolist())
