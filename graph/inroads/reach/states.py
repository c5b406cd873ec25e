"""States (node, phase of the grammar) that walks pass, and the roles that nodes hold: no paths."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping
from functools import cached_property
from typing import Final

import numpy as np

from inroads.cancellation import check
from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Ints, distinct, ranges
from inroads.columns.claimset import KINDS
from inroads.model import NodeKind
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import (
    ACTING,
    BACKWARD,
    CONVEYS,
    FORWARD,
    OUTSIDE,
    PHASES,
    TABLES,
)
from inroads.reach import limits
from inroads.reach.closed_form import PathTable
from inroads.reach.filters import ALL, AccessFilter, Allowed
from inroads.reach.walk import Walk


def closure(
    index: Adjacency, states: Iterable[tuple[int, int]], *, forward: bool
) -> set[tuple[int, int]]:
    """Return every state (node, phase) that a walk from these states passes, start included."""
    table, hops = (FORWARD, index.hops_from) if forward else (BACKWARD, index.hops_to)
    seen = set(states)
    frontier = list(seen)
    while frontier:
        check()
        node, phase = frontier.pop()
        for other, grant in hops(node):
            state = other, table[phase][index.conveys[grant]]
            if state[1] != OUTSIDE and state not in seen:
                seen.add(state)
                frontier.append(state)
    return seen


def acting_for(index: Adjacency, states: Iterable[tuple[int, int]]) -> set[int]:
    """Return the identities, by number, from which a walk leads into one of these states."""
    return {
        node
        for node, phase in closure(index, states, forward=False)
        if phase == ACTING and index.kind(node) is NodeKind.IDENTITY
    }


def passing(index: Adjacency, grants: Ints, nodes: Ints) -> Ints:
    """Return the identities with a path over one of these grants or through one of these nodes.

    All are numbers, and the identities ascend. Who walks a KEEPS from the account's end is found
    too: from the business, the same grant leads back to the account. This takes whole frontiers at
    a time, where `closure` is quicker for a few states.
    """
    width, phases = len(PHASES), np.arange(len(PHASES))
    steps = TABLES[True][:, index.conveys_column[grants]] != OUTSIDE
    near = index.fold.grants.principal[grants].astype(np.int64) * width
    starting = [near[steps[phase]] + phase for phase in phases.tolist()]
    frontier = distinct(np.concatenate([*starting, np.add.outer(nodes * width, phases).ravel()]))
    seen = np.zeros(index.size * width, np.bool_)
    starts, hops = index.in_entries
    while len(frontier):
        check()
        seen[frontier] = True
        node, phase = np.divmod(frontier, width)
        size = starts[node + 1].astype(np.int64) - starts[node]
        hop = hops[ranges(starts[node].astype(np.int64), size)]
        grant = np.maximum(hop, ~hop).astype(np.intp)
        ends = index.fold.grants.principal[grant], index.fold.grants.resource[grant]
        entered = TABLES[False][np.repeat(phase, size), index.conveys_column[grant]]
        state = np.where(hop >= 0, *ends).astype(np.int64) * width + entered
        state = distinct(state[entered != OUTSIDE])
        frontier = state[~seen[state]]
    acting: Ints = np.flatnonzero(seen[ACTING : index.fold.kind_starts[1] * width : width])
    return acting


class HeldRoles(Mapping[int, int]):
    """The roles of each node as bits: two columns, the first ascending, and a dict on first use."""

    def __init__(self, nodes: Ints, roles: Ints) -> None:
        self.nodes, self.roles = nodes, roles

    @cached_property
    def _each(self) -> dict[int, int]:
        return dict(zip(self.nodes.tolist(), self.roles.tolist(), strict=True))

    def __getitem__(self, node: int) -> int:
        return self._each[node]

    def __iter__(self) -> Iterator[int]:
        return iter(self._each)

    def __len__(self) -> int:
        return len(self.nodes)

    def keys(self) -> KeysView[int]:
        """The nodes, as the keys of a dict, which compares them quickly."""
        return self._each.keys()

    def items(self) -> ItemsView[int, int]:
        """The nodes with their roles, as the items of a dict."""
        return self._each.items()


def held(graph: AccessGraph, node: str, avoid: frozenset[str] = frozenset()) -> Mapping[int, int]:
    """Return the nodes that an identity reaches, or that reach a resource, with roles as bits.

    The roles are those of all paths, not only the maximal ones. The result is exact for any number
    of paths. Not paths are followed but states (node, phase, conveyed), which are enough unless a
    walk could return to its own nodes. In that case, and for hubs, the shapes of the paths answer
    (see `closed_form`). All four facts of an access are gathered only where an account is shared.
    `avoid` is as in AccessFilter.
    """
    allowed = Allowed.of(graph, AccessFilter(avoid=avoid)) if avoid else None
    return held_at(graph, graph.number(node), allowed)


def held_at(graph: AccessGraph, start: int, allowed: Allowed | None = None) -> Mapping[int, int]:
    """Return `held` of a node by its number."""
    check()
    index = graph.index
    forward = index.kind(start) is NodeKind.IDENTITY
    roles = _roles(graph, start, allowed, forward=forward)
    if roles is not None:
        return roles
    allows = allowed and allowed.column
    table = PathTable(index, np.array([start]), allows, forward=forward, alive=False)
    if table.unfinished is None:
        return HeldRoles(*table.roles())
    chosen = allowed.chosen if allowed else ALL
    found = Walk(graph, index.name(start), chosen, forward=forward).path_summaries()
    return dict(zip(found.node, found.roles, strict=True))


def reachable(graph: AccessGraph, principal: str, avoid: frozenset[str] = frozenset()) -> set[str]:
    """Return the resources that an identity reaches without these nodes and grants."""
    return set(map(graph.index.name, held(graph, principal, avoid)))


def _roles(
    graph: AccessGraph, start: int, allowed: Allowed | None, *, forward: bool
) -> dict[int, int] | None:
    """Return the roles of each node that `held` asks for; None where states are not exact.

    That is the case for hubs, and where walks differ from simple paths. Forward, the near nodes are
    those acted for, and the far ones those held. Backward, the near ones are the resource and its
    keepers, and the far ones those that act. If no node is both, repetitions can be cut from a walk
    without changing its role, so that a simple path remains.

    This is apart from `closure`, since roles merge on the way, and apart from `Walk`, since a small
    question takes a tenth of the time without its paths.
    """
    if allowed is not None and start in allowed.nodes:
        return {}
    near, far = {start: 0}, dict[int, int]()
    first, then = _RULES[forward]
    index = graph.index
    ways = (
        (index.out_starts, index.out_hops, index.resource, index.principal)
        if forward
        else (index.in_starts, index.in_hops, index.principal, index.resource)
    )
    if not _spread(index, ways, first, near, far, allowed):
        return None
    if far and not (_spread(index, ways, then, far, far, allowed) and near.keys().isdisjoint(far)):
        return None
    if forward:
        del near[start]
        near.update(far)
        return near
    businesses = graph.fold.kind_starts[KINDS.index(NodeKind.BUSINESS)]
    return {node: roles for node, roles in far.items() if node < businesses}


_STOPS, _KEEPS, _GIVES, _CROSSES = range(4)


def _rules(**classes: int) -> list[int]:
    return [classes.get(conveys, _STOPS) for conveys in CONVEYS]


_RULES: Final = {
    True: (_rules(CONTROL=_GIVES, REACH=_CROSSES, RESOLVE=_KEEPS), _rules(RESOLVE=_KEEPS)),
    False: (
        _rules(CONTROL=_CROSSES, REACH=_CROSSES, RESOLVE=_KEEPS),
        _rules(CONTROL=_KEEPS, RESOLVE=_KEEPS),
    ),
}
"""The grammar for near and for far nodes, by the direction: what a step of each class does.

It stops, keeps the roles of the node before, gives those of its grant, or gives them to a far node.
"""


def _spread(
    index: Adjacency,
    ways: tuple[memoryview[int], ...],
    rules: list[int],
    known: dict[int, int],
    far: dict[int, int],
    allowed: Allowed | None,
) -> bool:
    """Walk on from known nodes by these rules, with roles as bits; return False at a hub.

    `ways` are the starts and the hops of nodes, and the ends of grants that lie ahead and behind.
    """
    starts, hops, ahead, behind = ways
    conveys, roles, most = index.conveys, index.roles, limits.VECTORISED
    frontier = list(known)
    for node in frontier:
        first, last = starts[node], starts[node + 1]
        if last - first > most or len(known) > 2 * most:
            return False
        bits = known[node]
        for hop in hops[first:last].tolist():
            grant = hop if hop >= 0 else ~hop
            rule = rules[conveys[grant]]
            if rule == _STOPS:
                continue
            other = ahead[hop] if hop >= 0 else behind[grant]
            if allowed is not None and not allowed(node, other, grant):
                continue
            given = bits if rule == _KEEPS else roles[grant]
            if rule == _CROSSES:
                far[other] = far.get(other, 0) | given
            elif other not in known:
                known[other] = given
                # A single hop of a node that a KEEPS led to leads back.
                if rule == _GIVES or starts[other + 1] - starts[other] > 1:
                    frontier.append(other)
            elif given | known[other] != known[other]:
                known[other] |= given
                frontier.append(other)
    return True
