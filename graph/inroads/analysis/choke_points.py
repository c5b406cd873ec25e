"""Choke points: how many accesses end when one grant alone is revoked, counted for all grants.

A grant ends an access alone exactly when every path of the access uses it. A path table gives the
grants of each path. For the few identities whose paths no table holds, each grant is left out in
turn. Both ways are exact.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from inroads.analysis.edits import FACT_RELATIONS
from inroads.cancellation import holding
from inroads.columns.arrays import Flags, Ints, firsts, take
from inroads.columns.claimset import NONE
from inroads.errors import InroadsError
from inroads.model import Certainty, NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import ACTING
from inroads.reach.answers import RESOURCES
from inroads.reach.closed_form import PathTable
from inroads.reach.everyone import accesses_of, path_tables
from inroads.reach.filters import Allowed
from inroads.reach.states import closure, held, held_at

FIGURES: Final = ("ended", "inferred")
"""Figures that rank choke points: all accesses ended alone, or only the inferred ones."""

_INFERRED: Final = list(Certainty).index(Certainty.INFERRED)
_KEPT: Final = "_choke_points"
_MAKING: Final = threading.Lock()


class ChokePoint(NamedTuple):
    """A grant by its id, with the numbers of all and of inferred accesses that it ends alone."""

    grant: str
    ended: int
    inferred: int


class ChokePoints:
    """The number of accesses that each grant ends alone.

    `columns` has one row a grant for each of FIGURES. With `of`, only accesses of these identities,
    or to these businesses and accounts, count; a business counts together with the accounts that it
    keeps.
    """

    def __init__(self, graph: AccessGraph, of: Collection[str] = ()) -> None:
        if "fold" not in vars(graph):
            raise InroadsError(
                "counting needs the whole graph, not a view or a copy of it", "NOT_WHOLE"
            )
        self.graph = graph
        self.accesses = 0
        self.columns = {
            name: np.zeros(len(graph.fold.grants.principal), np.int64) for name in FIGURES
        }
        for found in ended_alone(graph, _starts(graph, of), _counting(graph, of)):
            self.accesses += found.accesses
            np.add.at(self.columns["ended"], found.grant, 1)
            np.add.at(self.columns["inferred"], found.grant[found.inferred], 1)

    def ranked(self, by: str = "ended", first: int | None = None) -> list[ChokePoint]:
        """Rank the grants by accesses that they end alone, then by printed id. Raises BAD_FIGURE.

        Grants that end no access alone are left out.
        """
        if by not in FIGURES:
            raise InroadsError(f"{by!r} is not one of {', '.join(FIGURES)}", "BAD_FIGURE")
        other = FIGURES[by == FIGURES[0]]
        column = self.columns[by]
        grants = np.flatnonzero(column)
        if first is not None and 0 < first < len(grants):
            grants = grants[column[grants] >= np.partition(column[grants], -first)[-first]]
        name = self.graph.index.grant_name
        keyed = (
            (-column[grant], -self.columns[other][grant], name(grant), grant)
            for grant in grants.tolist()
        )
        return [self._point(grant, name) for _, _, name, grant in sorted(keyed)[:first]]

    def _point(self, grant: int, name: str) -> ChokePoint:
        return ChokePoint(name, *(int(self.columns[each][grant]) for each in FIGURES))


def choke_points(graph: AccessGraph, of: Iterable[str] = ()) -> ChokePoints:
    """Count the accesses that each grant ends alone.

    The whole graph is counted once, since a graph does not change. `of` are nodes of the graph.
    Raises InroadsError WRONG_KIND for a group.
    """
    nodes = tuple(of)
    if nodes:
        return ChokePoints(graph, nodes)
    with holding(_MAKING):
        found: ChokePoints | None = vars(graph).get(_KEPT)
        if found is None:
            found = vars(graph)[_KEPT] = ChokePoints(graph)
    return found


def _counting(graph: AccessGraph, of: Collection[str]) -> Counts:
    """Return which accesses count: all, or only those of some identities or to some resources."""
    for node in of:
        if kind_of(node) is NodeKind.GROUP:
            raise InroadsError(f"{node} is a group, and nothing reaches it", "WRONG_KIND")
    if not of:
        return lambda _, resources: np.ones(len(resources), np.bool_)
    people = [graph.number(node) for node in of if kind_of(node) is NodeKind.IDENTITY]
    chosen = list(map(graph.number, _resources(graph, of)))
    return lambda principals, resources: np.isin(principals, people) | np.isin(resources, chosen)


def _resources(graph: AccessGraph, of: Iterable[str]) -> set[str]:
    """Return the businesses and accounts asked for, with the accounts that the businesses keep."""
    given = {node for node in of if kind_of(node) in RESOURCES}
    return given.union(*(graph.kept(node) for node in given if kind_of(node) is NodeKind.BUSINESS))


def _starts(graph: AccessGraph, of: Collection[str]) -> Ints:
    """Return the identities whose accesses may count."""
    if not of:
        return np.arange(*graph.fold.kind_starts[:2])
    people = {graph.number(node) for node in of if kind_of(node) is NodeKind.IDENTITY}
    for node in _resources(graph, of):
        people.update(held(graph, node))
    return np.array(sorted(people), np.int64)


class Alone(NamedTuple):
    """A table with one row for each grant and access that it ends alone.

    The columns are the grant and whether the access is inferred. `accesses` counts all accesses
    that were asked about.
    """

    grant: Ints
    inferred: Flags
    accesses: int


Counts = Callable[[Ints, Ints], Flags]
"""Flags of the accesses that count, by their principals and resources."""


def ended_alone(graph: AccessGraph, identities: Ints, counts: Counts) -> Iterator[Alone]:
    """Yield the grants that end accesses of identities alone, for many identities at a time."""
    for table in path_tables(graph, identities):
        yield _by_paths(table, counts)
        if table.unfinished is not None:
            for identity in table.origins[table.unfinished].tolist():
                yield _by_revoking(graph, identity, counts)


def _by_paths(table: PathTable, counts: Counts) -> Alone:
    """Find the grants on all paths of an access: its first grant, a client's grant, or both."""
    key = np.concatenate(list(map(table.keys, table.shapes)))
    if not len(key):
        return Alone(key, np.zeros(0, np.bool_), 0)
    order = np.argsort(key)
    starts = np.flatnonzero(firsts(key[order]))
    place, node = np.divmod(key[order[starts]], table.index.size)
    asked = counts(table.origins[place], node)
    if table.unfinished is not None:
        asked &= ~table.unfinished[place]
    # An access is inferred if all of its paths are. A grant is on all paths if it is both the least
    # and the greatest of the column.
    inferred = np.concatenate(list(map(table.inferred, table.shapes)))[order]
    inferred = np.logical_and.reduceat(inferred, starts)
    found = []
    for column in zip(*map(table.grants, table.shapes), strict=True):
        grant = np.concatenate(column)[order]
        least = np.minimum.reduceat(grant, starts)
        alone = asked & (least == np.maximum.reduceat(grant, starts)) & (least != NONE)
        found.append((least[alone], inferred[alone]))
    grants, inferences = map(np.concatenate, zip(*found, strict=True))
    return Alone(grants, inferences, int(asked.sum()))


def _by_revoking(graph: AccessGraph, identity: int, counts: Counts) -> Alone:
    """Find the accesses that end without each grant, for an identity whose paths no table holds."""
    index, name = graph.index, graph.index.name(identity)
    found = accesses_of(graph, name)
    found = take(found, counts(found.principal, found.resource))
    certainty = dict(zip(found.resource.tolist(), found.certainty.tolist(), strict=True))
    states = closure(index, [(identity, ACTING)], forward=True)
    ended = [
        (grant, certainty[node] == _INFERRED)
        for grant in {grant for node, _ in states for _, grant in index.hops_from(node)}
        if index.relation[grant] not in FACT_RELATIONS
        for node in certainty.keys()
        - held_at(graph, identity, Allowed.without(index, frozenset({grant}))).keys()
    ]
    grants, inferred = np.array(ended, np.int64).reshape(-1, 2).T
    return Alone(grants, inferred != 0, len(certainty))
