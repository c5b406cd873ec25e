"""Accesses as a tree of bundles: what hangs on one parent in the same way is one bundle.

The tree has each node once, under the node before it on its best path from the one asked about. It
is made of columns, so that a hub of many thousand accesses is a few bundles at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Flags, Ints, firsts
from inroads.columns.claimset import KEEPS, NONE, RELATIONS, ROLES
from inroads.model import AccessState, Certainty, Relation, Role
from inroads.network.access_graph import AccessGraph
from inroads.reach.answers import CERTAINTY_BY_RANK, CERTAINTY_RANKS, STATE_BY_RANK, STATE_RANKS
from inroads.reach.closed_form import LENGTH_BITS, PathTable, Steps
from inroads.reach.paths import path_of, path_order
from inroads.reach.walk import Walk

_ROLE_BITS: Final = len(ROLES)
_WAY_BITS: Final = _ROLE_BITS + 3 + 2
"""The bits of a way: relation, certainty, state and roles."""

_QUALITIES: Final = 4 << LENGTH_BITS
"""How many qualities of a path there are: certainty, state and length as one number."""


class Bundle(NamedTuple):
    """The nodes that hang on one parent by one relation, role, certainty and state.

    `size` is their number, `members` some of them, from `start` on; `beyond` is the number of
    accesses that hang on the members in turn. `scopes` and `scopes_beyond` count a business and the
    account it keeps once: among the members, which may be only on the way to an access, and beyond
    them. `key` identifies the bundle in its tree.
    """

    key: int
    parent: str
    relation: Relation
    role: Role | None
    certainty: Certainty
    state: AccessState
    size: int
    beyond: int
    scopes: int
    scopes_beyond: int
    members: tuple[str, ...]
    start: int

    @property
    def stop(self) -> int:
        """The place after the last of these members."""
        return self.start + len(self.members)


class _Edges(NamedTuple):
    """Last steps of partial paths: node, the node before it, grant or NONE for KEEPS, quality."""

    node: Ints
    parent: Ints
    grant: Ints
    quality: Ints


class BundleTree:
    """The bundles of the accesses of one question, whose other ends are `nodes`, by number."""

    def __init__(self, graph: AccessGraph, walk: Walk, nodes: Ints) -> None:
        self.graph, self.origin = graph, walk.origin
        wanted = np.zeros(graph.index.size, np.bool_)
        wanted[nodes] = True
        edges = _best(_edges(walk.table, wanted) if len(nodes) else _none())
        if walk.table.unfinished is not None:
            edges = _best(_joined(edges, _written(graph, walk, nodes)))
        beyond = _counted(edges, self.origin, wanted[edges.node])
        leads = np.flatnonzero(wanted[edges.node] | (beyond > 0))  # the rest are on no best path
        edges = _Edges(*(column[leads] for column in edges))
        self._nodes, self._parents, self._beyond = edges.node, edges.parent, beyond[leads]
        grants = graph.fold.grants
        is_grant = edges.grant != NONE
        self._scopes = wanted[edges.node] & is_grant
        self._scopes_beyond = _counted(edges, self.origin, self._scopes)
        relation = np.where(is_grant, grants.relation[edges.grant], KEEPS)
        roles = np.where(is_grant, grants.roles[edges.grant], 0).astype(np.int64)
        way = (relation.astype(np.int64) << 2 | edges.quality >> LENGTH_BITS) << _ROLE_BITS | roles
        keys = edges.parent.astype(np.int64) << _WAY_BITS | way
        self.keys, which = np.unique(keys, return_inverse=True)
        self._order = graph.index.printed_after(which.astype(np.int64), edges.node)
        self._starts = np.append(
            np.searchsorted(which[self._order], np.arange(len(self))), len(which)
        )

    def __len__(self) -> int:
        return len(self.keys)

    def listed(self, first: int, members: int) -> list[Bundle]:
        """Return up to `first` bundles, each with up to so many members, nearest to the root first.

        A bundle is listed only if its parent is the root or a listed member.
        """
        return self._below([self.origin], first, members)

    def after(self, key: int, start: int, first: int, members: int) -> list[Bundle]:
        """Return one bundle with its members from a place on, and the bundles that hang on these.

        It is empty if there is no such bundle.
        """
        place = int(np.searchsorted(self.keys, key))
        if place == len(self) or self.keys[place] != key or first < 1:
            return []
        bundle = self._bundle(place, start, members)
        return [bundle, *self._below(self._members(place, start, members), first - 1, members)]

    def numbers(self, key: int) -> Ints:
        """Return the numbers of all members of a bundle, in their order."""
        first, stop = self._starts[(place := int(np.searchsorted(self.keys, key))) : place + 2]
        nodes: Ints = self._nodes[self._order[first:stop]]
        return nodes

    def _below(self, parents: list[int], first: int, members: int) -> list[Bundle]:
        found: list[Bundle] = []
        waiting = deque(parents)
        while waiting and len(found) < first:
            parent = waiting.popleft()
            bounds = np.searchsorted(self.keys, (parent << _WAY_BITS, parent + 1 << _WAY_BITS))
            for place in range(*bounds.tolist()):
                found.append(self._bundle(place, 0, members))
                waiting.extend(self._members(place, 0, members))
        return found[:first]

    def _members(self, place: int, start: int, count: int) -> list[int]:
        first, stop = self._starts[place : place + 2].tolist()
        rows = self._order[min(first + start, stop) : min(first + start + count, stop)]
        nodes: list[int] = self._nodes[rows].tolist()
        return nodes

    def _bundle(self, place: int, start: int, members: int) -> Bundle:
        key, graph = int(self.keys[place]), self.graph
        first, stop = self._starts[place : place + 2].tolist()
        roles = graph.roles_of(key & (1 << _ROLE_BITS) - 1)
        way = key >> _ROLE_BITS
        return Bundle(
            key,
            graph.index.name(key >> _WAY_BITS),
            RELATIONS[way >> 2 & 7],
            roles[0] if roles else None,
            CERTAINTY_BY_RANK[way >> 1 & 1],
            STATE_BY_RANK[way & 1],
            stop - first,
            int(self._beyond[self._order[first:stop]].sum()),
            int(self._scopes[self._order[first:stop]].sum()),
            int(self._scopes_beyond[self._order[first:stop]].sum()),
            tuple(map(graph.index.name, self._members(place, start, members))),
            start,
        )


def _none() -> _Edges:
    return _Edges(*(np.zeros(0, np.int64) for _ in _Edges._fields))


def _joined(*parts: _Edges) -> _Edges:
    return _Edges(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _best(edges: _Edges) -> _Edges:
    """Return one edge to each node, that of its best path, by ascending node."""
    order = np.argsort(edges.node.astype(np.int64) * _QUALITIES + edges.quality, kind="stable")
    rows = order[firsts(edges.node[order])] if len(order) else order
    return _Edges(*(column[rows] for column in edges))


def _counted(edges: _Edges, origin: int, counts: Flags) -> Ints:
    """Return how many nodes that count hang on each node in turn.

    A parent has a better path than what hangs on it, so the worst are counted first.
    """
    beyond = np.zeros(len(edges.node) + 1, np.int64)  # the last is for the root
    place = np.searchsorted(edges.node, edges.parent)
    place[edges.parent == origin] = len(edges.node)
    for quality in np.unique(edges.quality)[::-1]:
        rows = np.flatnonzero(edges.quality == quality)
        np.add.at(beyond, place[rows], beyond[rows] + counts[rows])
    return beyond[:-1]


def _edges(table: PathTable, wanted: Flags) -> _Edges:
    """Return the steps of all paths of a table that lead to wanted nodes."""
    used: dict[int, tuple[Steps, Flags]] = {}
    for shape in table.shapes:
        rows, last = np.flatnonzero(wanted[shape.node]), shape
        while True:
            used.setdefault(id(last), (last, np.zeros(len(last.node), np.bool_)))[1][rows] = True
            if last.before is None:
                break
            rows, last = last.near[rows], last.before
    found = [_none()]
    for steps, marks in used.values():
        rows = np.flatnonzero(marks)
        before = table.origins if steps.before is None else steps.before.node
        node, parent = steps.node[rows], before[steps.near[rows]]
        rows, node, parent = (each[node != parent] for each in (rows, node, parent))
        grant = np.full(len(rows), NONE) if steps.grant is None else steps.grant[rows]
        found.append(_Edges(node, parent, grant, table.quality(steps, rows)))
    return _joined(*found)


def _written(graph: AccessGraph, walk: Walk, nodes: Ints) -> _Edges:
    """Return the steps of the best path to each node, which may be beyond the closed form."""
    rows = [
        row for node in nodes.tolist() for row in _steps_of(graph, walk, graph.index.name(node))
    ]
    return _Edges(*np.array(rows, np.int64).reshape(-1, len(_Edges._fields)).T)


def _steps_of(graph: AccessGraph, walk: Walk, other: str) -> Iterator[tuple[int, ...]]:
    path = min((path_of(graph, hops) for hops in walk.paths(other)), key=path_order)
    rank = CERTAINTY_RANKS[path.certainty] << 1 | STATE_RANKS[path.state]
    for length, step in enumerate(path.steps if walk.forward else path.steps[::-1], 1):
        ends = (step.resource, step.principal)
        node, parent = map(graph.number, ends if walk.forward else ends[::-1])
        number = None if step.relation is Relation.KEEPS else graph.index.grant_number(step.grant)
        grant = NONE if number is None else number
        yield node, parent, grant, rank << LENGTH_BITS | length
