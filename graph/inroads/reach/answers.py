"""The accesses of one question, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar, overload

from inroads.columns.arrays import Lazily
from inroads.model import Access, AccessState, Certainty, Coverage, NodeKind, Role
from inroads.network.access_graph import AccessGraph

_A = TypeVar("_A", bound=Access)

RESOURCES: Final = frozenset({NodeKind.BUSINESS, NodeKind.ACCOUNT})

CERTAINTY_RANKS = {certainty: rank for rank, certainty in enumerate(Certainty)}
STATE_RANKS = {state: rank for rank, state in enumerate(AccessState)}


class Summary(NamedTuple):
    """The facts that order and filter an access before its paths are written out.

    `other` is the end that was not asked about. `contested` are the roles of which every path is
    contested.
    """

    certainty: Certainty
    state: AccessState
    distance: int
    other: str
    roles: tuple[Role, ...]
    contested: tuple[Role, ...] = ()

    @property
    def key(self) -> tuple[int, int, int, str]:
        """The total order of accesses: by certainty, state, distance, printed form."""
        return CERTAINTY_RANKS[self.certainty], STATE_RANKS[self.state], self.distance, self.other


class AccessAnswers(Sequence[_A]):
    """The accesses of one question in their total order, written out with their paths on access.

    `summaries` are the accesses without their paths, `keys` orders them, `write` gives one with its
    paths. `truncated` says that a limit cut off the search itself, `coverage` how much was
    observed, `version` which graph answered.
    """

    def __init__(
        self,
        graph: AccessGraph,
        summaries: Sequence[Summary],
        write: Callable[[Summary], _A],
        coverage: Callable[[], Coverage],
        *,
        truncated: bool,
    ) -> None:
        self.summaries = summaries
        self.graph = graph
        self.truncated = truncated
        self.write, self._coverage = write, coverage

    @property
    def version(self) -> str:
        """The version of the graph that answers."""
        return self.graph.version

    @property
    def coverage(self) -> Coverage:
        """The coverage of the answer: how much was observed."""
        return self._coverage()

    @property
    def keys(self) -> Sequence[tuple[int, int, int, str]]:
        """The sort keys of the accesses."""
        return Lazily(len(self), lambda place: self.summaries[place].key)

    def __len__(self) -> int:
        return len(self.summaries)

    @overload
    def __getitem__(self, index: int) -> _A: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_A]: ...
    def __getitem__(self, index: int | slice) -> _A | Sequence[_A]:
        if isinstance(index, slice):
            return [self.write(summary) for summary in self.summaries[index]]
        return self.write(self.summaries[index])

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, AccessAnswers)
            and self.version == other.version
            and list(self) == list(other)
        )

    __hash__ = None  # type: ignore[assignment]  # compared by value, made anew by every question


CERTAINTY_BY_RANK: Final = tuple(Certainty)
STATE_BY_RANK: Final = tuple(AccessState)
