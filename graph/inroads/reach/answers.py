"""The accesses of one question, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar, overload

import numpy as np

from inroads.columns.arrays import Ints, Lazily, firsts, take
from inroads.columns.claimset import KINDS, NONE, ROLES
from inroads.errors import InroadsError
from inroads.model import (
    Access,
    AccessState,
    Capability,
    Certainty,
    Contradiction,
    Coverage,
    NodeKind,
    Path,
    Role,
    kind_of,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.listing import by_name
from inroads.reach.closed_form import PathSummaries
from inroads.reach.contested import contested_roles

if TYPE_CHECKING:
    from inroads.reach.bundles import BundleTree

_A = TypeVar("_A", bound=Access)

RESOURCES: Final = frozenset({NodeKind.BUSINESS, NodeKind.ACCOUNT})

CERTAINTY_BY_RANK: Final = tuple(Certainty)
STATE_BY_RANK: Final = tuple(AccessState)
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


class ColumnSummaries(Sequence[Summary]):
    """Many summaries as columns by ascending node; sorted on first use, so that counts are quick.

    They are sorted by `figures` if there are any, then as `Summary.key`.
    """

    def __init__(
        self, graph: AccessGraph, columns: PathSummaries, figures: Ints | None = None
    ) -> None:
        self.graph, self.columns = graph, columns
        self._figures = figures

    @cached_property
    def order(self) -> Ints:
        """The places of the summaries in order."""
        found = self.columns
        ranks = found.certainty.astype(np.int64) * len(STATE_RANKS) + found.state
        ranks = ranks * (int(found.distance.max(initial=0)) + 1) + found.distance
        if self._figures is not None:
            ranks = self._figures.astype(np.int64) * (int(ranks.max(initial=0)) + 1) + ranks
        order: Ints = self.graph.index.printed_after(ranks, found.node)
        return order

    @cached_property
    def _rows(self) -> PathSummaries:
        return take(self.columns, self.order)

    @property
    def nodes(self) -> Ints:
        """The other ends in order, by number."""
        return self.columns.node[self.order]  # type: ignore[no-any-return]  # a column

    def figure(self, place: int) -> int:
        """Return the figure that sorts a summary; 0 without figures."""
        return 0 if self._figures is None else int(self._figures[self.order[place]])

    def __len__(self) -> int:
        return len(self.columns.node)

    @overload
    def __getitem__(self, index: int) -> Summary: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Summary]: ...
    def __getitem__(self, index: int | slice) -> Summary | Sequence[Summary]:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        return summary(self.graph, *(int(column[index]) for column in self._rows))


class AccessOrdering(NamedTuple):
    """Summaries in an order, with the keys that sort them."""

    summaries: Sequence[Summary]
    keys: Sequence[tuple[int | str, ...]]


def summary(
    graph: AccessGraph, node: int, certainty: int, state: int, distance: int, roles: int, sound: int
) -> Summary:
    """Return the summary of a row of PathSummaries."""
    return Summary(
        CERTAINTY_BY_RANK[certainty],
        STATE_BY_RANK[state],
        distance,
        graph.index.name(node),
        graph.roles_of(roles),
        contested_roles(graph, roles, sound),
    )


class Scope(NamedTuple):
    """A business, or an account that none keeps, with the places of its accesses in a list."""

    key: str
    places: list[int]


def scope_numbers(graph: AccessGraph, nodes: Ints) -> Ints:
    """Return the number of the business that keeps each account, and of any other node its own."""
    is_account = nodes >= graph.fold.kind_starts[KINDS.index(NodeKind.ACCOUNT)]
    keepers = graph.index.joined[nodes]
    found: Ints = np.where(is_account & (keepers != NONE), keepers, nodes)
    return found


def scopes_of(graph: AccessGraph, summaries: Sequence[Summary]) -> Sequence[Scope]:
    """Join the accesses to a business with those to its accounts, in the order of the best ones."""
    nodes = (
        summaries.nodes
        if isinstance(summaries, ColumnSummaries)
        else np.array([graph.number(each.other) for each in summaries], np.int64)
    )
    scopes = scope_numbers(graph, nodes)
    _, first, which = np.unique(scopes, return_index=True, return_inverse=True)
    ranks = np.argsort(np.argsort(first))[which]
    order = np.argsort(ranks, kind="stable")
    starts = np.append(np.flatnonzero(firsts(ranks[order])), len(order))

    def scope(place: int) -> Scope:
        places = order[starts[place] : starts[place + 1]].tolist()
        return Scope(graph.index.name(int(scopes[places[0]])), places)

    return Lazily(len(first), scope)


def _row(graph: AccessGraph, each: Summary) -> tuple[int, ...]:
    """Return the row of PathSummaries of a summary; roles are the maximal ones."""
    roles, doubtful = (
        sum(1 << ROLES.index(role) for role in some) for some in (each.roles, each.contested)
    )
    ranks = CERTAINTY_RANKS[each.certainty], STATE_RANKS[each.state]
    return graph.number(each.other), *ranks, each.distance, roles, roles & ~doubtful


def _figures(graph: AccessGraph, found: PathSummaries, order: AccessOrder) -> Ints:
    """Return the figures by which an order sorts accesses."""
    figures: Ints
    if order is AccessOrder.NAME:
        figures = by_name(graph, found.node)
    elif order is AccessOrder.ID:
        figures = np.empty(len(found.node), np.int64)
        figures[np.lexsort(graph.index.printed_order(found.node))] = np.arange(len(figures))
    elif order is AccessOrder.ROLE:
        kinds, which = np.unique(found.roles, return_inverse=True)
        best = [ROLES.index((*graph.roles_of(bits), Role.UNKNOWN)[0]) for bits in kinds.tolist()]
        figures = np.array(best, np.int64)[which]
    else:
        figures = np.asarray(found.state if order is AccessOrder.STATE else found.distance)
    return figures


class AccessOrder(StrEnum):
    """An order of accesses; equal ones follow BEST."""

    BEST = "BEST"
    ID = "ID"
    NAME = "NAME"
    ROLE = "ROLE"
    STATE = "STATE"
    DISTANCE = "DISTANCE"


Write = Callable[[Summary], _A]
"""Writes out an access with its paths."""


class Row(Generic[_A]):
    """An access of an answer, which has the fields of Access.

    Its paths are written out when a field is read that needs them.
    """

    def __init__(self, graph: AccessGraph, root: str, summary: Summary, write: Write[_A]) -> None:
        ends = root, summary.other
        is_principal = kind_of(root) is NodeKind.IDENTITY
        self.principal, self.resource = ends if is_principal else ends[::-1]
        self.roles, self.contested_roles = summary.roles, summary.contested
        self.certainty, self.state = summary.certainty, summary.state
        self.distance = summary.distance
        self._graph, self._summary, self._write = graph, summary, write

    @property
    def contested(self) -> bool:
        """Some role rests on contested paths alone."""
        return bool(self.contested_roles)

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """The capabilities of the roles."""
        associated = self.certainty is Certainty.ASSOCIATED
        return self._graph.capabilities(() if associated else self.roles)

    @cached_property
    def whole(self) -> _A:
        """The access with its paths."""
        return self._write(self._summary)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is latent, as codes; none when it is active."""
        return self.whole.reasons if self.state is AccessState.LATENT else ()

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """The contradictions of the paths that give contested roles."""
        return self.whole.contradictions if self.contested_roles else ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths that prove the access."""
        return self.whole.paths

    @property
    def truncated(self) -> bool:
        """A limit cut the list of paths."""
        return self.whole.truncated


class AccessAnswers(Sequence[_A]):
    """The accesses of one question in their total order, written out with their paths on access.

    `root` is the end that was asked about. `summaries` are the accesses without their paths, `keys`
    orders them, `write` gives one with its paths. `truncated` says that a limit cut off the search
    itself, `coverage` how much was observed, `version` which graph answered. `tree` makes the
    bundles of nodes; it is None for associations, which have none.
    """

    def __init__(
        self,
        graph: AccessGraph,
        root: str,
        summaries: Sequence[Summary],
        write: Write[_A],
        coverage: Callable[[], Coverage],
        tree: Callable[[Ints], BundleTree] | None,
        *,
        truncated: bool,
    ) -> None:
        self.summaries = summaries
        self.graph, self.root = graph, root
        self.truncated = truncated
        self.tree = tree
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

    @cached_property
    def columns(self) -> PathSummaries:
        """The summaries as columns, by ascending node."""
        if isinstance(self.summaries, ColumnSummaries):
            return self.summaries.columns
        found = np.array([_row(self.graph, each) for each in self.summaries], np.int64)
        found = found.reshape(-1, len(PathSummaries._fields))
        return PathSummaries(*found[np.argsort(found[:, 0])].T)

    def summaries_of(self, nodes: Set[int]) -> list[Summary]:
        """Return the summaries whose other ends are among these nodes, in no order."""
        if isinstance(self.summaries, ColumnSummaries):
            found = self.summaries.columns
            wanted = take(found, np.isin(found.node, list(nodes)))
            return [summary(self.graph, *map(int, row)) for row in zip(*wanted, strict=True)]
        number = self.graph.number
        return [each for each in self.summaries if number(each.other) in nodes]

    def rows_of(self, summaries: Sequence[Summary]) -> list[Row[_A]]:
        """Return accesses whose paths are not written out before they are read."""
        return [Row(self.graph, self.root, each, self.write) for each in summaries]

    def sorted_by(self, order: AccessOrder) -> AccessOrdering:
        """Return the summaries in another order, and their sort keys."""
        if order is AccessOrder.BEST:
            return AccessOrdering(self.summaries, self.keys)
        figures = _figures(self.graph, self.columns, order)
        found = ColumnSummaries(self.graph, self.columns, figures)
        keys = Lazily(len(found), lambda place: (found.figure(place), *found[place].key))
        return AccessOrdering(found, keys)

    @cached_property
    def bundles(self) -> BundleTree:
        """The accesses as a tree of bundles; see `inroads.reach.bundles`.

        Raises InroadsError BAD_MODE for associations.
        """
        if self.tree is None:
            raise InroadsError("bundles are of accesses: ask with mode ACCESS", "BAD_MODE")
        return self.tree(self.columns.node)

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
