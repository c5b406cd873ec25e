"""Choke points: how many accesses each grant ends when it alone is revoked, counted for everyone at once.

A grant ends an access alone exactly when every path of the access goes over it. So the paths of many identities are
walked together as columns, and for each access the grants are counted that are on as many paths as there are. Whoever
has more paths than are worth listing is asked by dominators instead: a grant is on every path exactly when it dominates
the resource in the graph of (node, phase of the grammar), where it is a node of its own. Both are exact.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple

import networkx as nx
import numpy as np

from inroads.analysis.remediation import FACTS
from inroads.cancellation import check, holding
from inroads.columns.arrays import Ints, firsts, ranges
from inroads.columns.claimset import KIND_BITS, KINDS, RELATIONS
from inroads.errors import InroadsError
from inroads.model import Certainty, NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import ACTING, FORWARD, OUTSIDE, RESOLVE
from inroads.reach.answers import RESOURCES
from inroads.reach.everyone import accesses_of
from inroads.reach.questions import reached_by

FIGURES: Final = ("ended", "inferred")
"""What choke points are ranked by: all accesses that a grant ends alone, or those of them that are inferred."""

MAX_LISTED: Final = 1_000
"""Whoever has more paths than this is asked by dominators."""

_TOGETHER: Final = 2**16
"""How many identities are walked from at the same time."""

_MOST_AHEAD: Final = 2**22
"""The most hops that are looked at together, unless they are all of one identity."""

_TABLE: Final = np.array(FORWARD, np.int8)
_RESOURCE_KINDS: Final = [KINDS.index(kind) for kind in RESOURCES]
_FACTS: Final = [RELATIONS.index(relation) for relation in FACTS]
_INFERRED: Final = list(Certainty).index(Certainty.INFERRED)
_KEPT: Final = "_choke_points"
_MAKING: Final = threading.Lock()


class ChokePoint(NamedTuple):
    """A grant by its id, with how many accesses end when it alone is revoked, and how many of them are inferred."""

    grant: str
    ended: int
    inferred: int


class ChokePoints:
    """How many accesses each grant ends alone; `columns` has for each of FIGURES a number for each grant.

    With `of` only accesses of these identities, or to these businesses and accounts, are counted; a business counts
    together with the accounts that it keeps.
    """

    def __init__(self, graph: AccessGraph, of: Collection[str] = ()) -> None:
        if "fold" not in vars(graph):
            raise InroadsError(
                "only the whole graph is counted, not a view or a copy of it", "NOT_WHOLE"
            )
        self.graph = graph
        self.accesses = 0
        self.columns = {
            name: np.zeros(len(graph.fold.grants.principal), np.int64) for name in FIGURES
        }
        chosen = _chosen(graph, of)
        for found in _alone(graph, _starts(graph, of), chosen):
            self.accesses += found.accesses
            np.add.at(self.columns["ended"], found.grant, 1)
            np.add.at(self.columns["inferred"], found.grant[found.inferred], 1)

    def ranked(self, by: str = "ended", first: int | None = None) -> list[ChokePoint]:
        """The grants that end most alone, then by printed id, without those that end none. Raises BAD_FIGURE."""
        if by not in FIGURES:
            raise InroadsError(f"{by!r} is none of {', '.join(FIGURES)}", "BAD_FIGURE")
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
    """How many accesses each grant ends alone; of the whole graph it is counted once, since a graph does not change.

    `of` are nodes of the graph. Raises InroadsError WRONG_KIND for a group.
    """
    nodes = tuple(of)
    if nodes:
        return ChokePoints(graph, nodes)
    with holding(_MAKING):
        found: ChokePoints | None = vars(graph).get(_KEPT)
        if found is None:
            found = vars(graph)[_KEPT] = ChokePoints(graph)
    return found


class _Chosen(NamedTuple):
    """Whose accesses count, and to what: by number, None for all."""

    principals: Ints
    resources: Ints


def _chosen(graph: AccessGraph, of: Collection[str]) -> _Chosen | None:
    if not of:
        return None
    for node in of:
        if kind_of(node) is NodeKind.GROUP:
            raise InroadsError(f"{node} is a group, and nothing reaches it", "WRONG_KIND")
    people = [node for node in of if kind_of(node) is NodeKind.IDENTITY]
    return _Chosen(
        *(
            np.array(sorted(map(graph.number, each)), np.int64)
            for each in (people, _resources(graph, of))
        )
    )


def _resources(graph: AccessGraph, of: Iterable[str]) -> set[str]:
    """The businesses and accounts that are asked for, with what the businesses keep."""
    given = {node for node in of if kind_of(node) in RESOURCES}
    return given.union(*(graph.kept(node) for node in given if kind_of(node) is NodeKind.BUSINESS))


def _starts(graph: AccessGraph, of: Collection[str]) -> Ints:
    """The identities whose accesses may count."""
    if not of:
        return np.arange(*graph.fold.kind_starts[:2])
    people = {node for node in of if kind_of(node) is NodeKind.IDENTITY}
    for node in _resources(graph, of):
        people.update(summary.other for summary in reached_by(graph, node).summaries)
    return np.array(sorted(map(graph.number, people)), np.int64)


class _Alone(NamedTuple):
    """For each access and grant that ends it alone: the grant, and whether the access is inferred."""

    grant: Ints
    inferred: Any
    accesses: int


def _alone(graph: AccessGraph, identities: Ints, chosen: _Chosen | None) -> Iterator[_Alone]:
    waiting = [identities[at : at + _TOGETHER] for at in range(0, len(identities), _TOGETHER)]
    while waiting:
        starts = waiting.pop()
        walked = _walked(graph, starts)
        if walked is None:
            waiting += np.array_split(starts, 2)
            continue
        paths, crowded = walked
        yield _counted(graph, paths, chosen)
        for start in crowded.tolist():
            check()
            yield _dominated(graph, start, chosen)


class _Level(NamedTuple):
    """The partial paths of one length; `parent` is a place in the level before, `passed` that a later step conveys."""

    node: Ints
    phase: Ints
    parent: Ints
    grant: Ints
    passed: Any
    origin: Ints


def _walked(graph: AccessGraph, starts: Ints) -> tuple[list[_Level], Ints] | None:
    """The paths of all of these that have few, and who has many; None where it is too much at once."""
    index, size = graph.index, len(starts)
    entries, rows = index.out_entries, index.fold.grants
    nothing = np.zeros(size, np.int64)
    levels = [_Level(starts, nothing + ACTING, nothing, nothing, nothing > 0, np.arange(size))]
    paths = np.zeros(size, np.int64)
    while len(levels[-1].node):
        check()
        level = levels[-1]
        count = entries.starts[level.node + 1] - entries.starts[level.node]
        if size > 1 and count.sum() > _MOST_AHEAD:
            return None
        parent = np.repeat(np.arange(len(count)), count)
        hops = entries.hops[ranges(entries.starts[level.node], count)]
        grant = np.where(hops < 0, ~hops, hops)
        phase = _TABLE[level.phase[parent], index.conveys_column[grant]]
        node = np.where(hops < 0, rows.principal[grant], rows.resource[grant])
        fine, place = phase != OUTSIDE, parent
        for before in reversed(levels):
            fine &= before.node[place] != node
            place = before.parent[place]
        origin = level.origin[parent]
        paths += np.bincount(origin[fine], minlength=size)
        fine &= (paths <= MAX_LISTED)[origin]
        passed = level.passed[parent] | (
            (index.conveys_column[grant] != RESOLVE) & (len(levels) > 1)
        )
        levels.append(
            _Level(*(each[fine] for each in (node, phase, parent, grant, passed, origin)))
        )
    return [_of(level, paths, starts) for level in levels], starts[paths > MAX_LISTED]


def _of(level: _Level, paths: Ints, starts: Ints) -> _Level:
    """The level with the number of each identity, negative for one that has many paths."""
    return level._replace(
        origin=np.where((paths <= MAX_LISTED)[level.origin], starts[level.origin], -1)
    )


def _counted(graph: AccessGraph, levels: list[_Level], chosen: _Chosen | None) -> _Alone:
    """The grants that are on as many paths of an access as it has."""
    size, kinds = graph.index.size, graph.index.codes_column >> KIND_BITS
    facts = np.isin(graph.fold.grants.relation, _FACTS)
    keys, stated, pairs = [], [], []
    for number, level in enumerate(levels[1:], 1):
        counts = (level.origin >= 0) & np.isin(kinds[level.node], _RESOURCE_KINDS)
        if chosen is not None:
            counts &= np.isin(level.origin, chosen.principals) | np.isin(
                level.node, chosen.resources
            )
        place = np.flatnonzero(counts)
        access = level.origin[place].astype(np.int64) * size + level.node[place]
        keys.append(access)
        stated.append(~level.passed[place])
        for before in reversed(levels[1 : number + 1]):
            grant = before.grant[place]
            revocable = ~facts[grant]
            pairs.append((access[revocable], grant[revocable]))
            place = before.parent[place]
    if not keys:
        return _Alone(np.zeros(0, np.int64), np.zeros(0, np.bool_), 0)
    key = np.concatenate(keys)
    accesses, number_of = np.unique(key, return_counts=True)
    inferred = np.ones(len(accesses), np.bool_)
    inferred[np.searchsorted(accesses, key[np.concatenate(stated)])] = False
    access, grant = (np.concatenate(each) for each in zip(*pairs, strict=True))
    order = np.lexsort((grant, access))
    access, grant = access[order], grant[order]
    begins = np.flatnonzero(firsts(access, grant))
    on = np.diff(np.append(begins, len(access)))
    place = np.searchsorted(accesses, access[begins])
    alone = on == number_of[place]
    return _Alone(grant[begins][alone], inferred[place][alone], len(accesses))


def _dominated(graph: AccessGraph, start: int, chosen: _Chosen | None) -> _Alone:
    """Return the grants that alone carry accesses of one identity, by dominators instead of paths."""
    found = accesses_of(graph, graph.index.name(start))
    counts = np.ones(len(found.resource), np.bool_)
    if chosen is not None:
        counts = np.isin(found.resource, chosen.resources) | np.isin(start, chosen.principals)
    root = (start, ACTING)
    above = nx.immediate_dominators(_states(graph, root), root)
    grants, inferred = [], []
    for resource, certainty in zip(
        found.resource[counts].tolist(), found.certainty[counts].tolist(), strict=True
    ):
        node = above[resource]
        while node is not None and node != root:
            if isinstance(node, _Grant):
                grants.append(node.number)
                inferred.append(certainty == _INFERRED)
            node = above[node]
    return _Alone(np.array(grants, np.int64), np.array(inferred, np.bool_), int(counts.sum()))


class _Grant(NamedTuple):
    """A node for a grant, between the ends of its hop."""

    number: int


def _states(graph: AccessGraph, root: tuple[int, int]) -> nx.DiGraph[Any]:
    """All that is reached: from (node, phase) to (node, phase), over each grant that is no fact, and to the node."""
    index = graph.index
    network: nx.DiGraph[Any] = nx.DiGraph()
    frontier = [root]
    network.add_node(root)
    while frontier:
        here = frontier.pop()
        network.add_edge(here, here[0])
        for other, grant in index.hops_from(here[0]):
            there = (other, FORWARD[here[1]][index.conveys[grant]])
            if there[1] == OUTSIDE:
                continue
            if there not in network:
                frontier.append(there)
            nx.add_path(
                network,
                [here, there] if index.relation[grant] in _FACTS else [here, _Grant(grant), there],
            )
    return network
