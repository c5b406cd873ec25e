"""What a hub reaches, or who reaches it, without following each path: a path has one of a few shapes, each a column.

Under `policy.ALLOWED` only identities hold CONTROL, only a business is a client, and KEEPS joins a business with its
account. So every path is an own grant, perhaps KEEPS, perhaps one CLIENT from what is controlled, perhaps KEEPS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from inroads.adjacency import CONVEYS, Adjacency
from inroads.columns import Flags, Ints, contained, firsts, ranges
from inroads.deadline import check
from inroads.model import NodeKind, Relation
from inroads.policy import Conveys
from inroads.said import KINDS, ROLES

_CONTROL, _REACH, _RESOLVE = map(CONVEYS.index, (Conveys.CONTROL, Conveys.REACH, Conveys.RESOLVE))
_BUSINESS: Final = KINDS.index(NodeKind.BUSINESS)

_LATENT: Final = len(ROLES)
_INFERRED: Final = _LATENT + 1
_LENGTH: Final = _INFERRED + 1
_NODE: Final = _LENGTH + 3
"""What a path says, as one number: the node, the length, whether it is inferred, latent, and the roles as bits."""

Allows = Callable[[Ints, Ints], Flags]


class Gathered(NamedTuple):
    """Accesses before they are written out, lists or columns: the other end, the rank of certainty and of state, the
    distance, and the roles as bits.
    """

    node: Any
    certainty: Any
    state: Any
    distance: Any
    roles: Any


def gathered(index: Adjacency, origin: int, allows: Allows | None, most: int, *, forward: bool) -> Gathered | None:
    """What the paths from an identity say of each node, or those to a resource of each identity, ascending.

    `allows` tells which hops may be taken, by their far ends and grants. None where some node has more than `most`
    paths, or where a business keeps several accounts, or an account is kept by several businesses.
    """
    hub = _Hub(index, allows, forward=forward)
    (hub.forward if forward else hub.backward)(np.array([origin]))
    return None if hub.entangled else _merged(np.concatenate([*hub.told, np.zeros(0, np.int64)]), most)


def _merged(told: Ints, most: int) -> Gathered | None:
    """What paths say together of each node: the shortest length, the best certainty and state, all roles."""
    told.sort()
    node = told >> _NODE
    starts = np.flatnonzero(firsts(node))
    best, either = told, told
    if len(starts) < len(told):
        if np.diff(starts, append=len(told)).max() > most:
            return None
        node, best, either = node[starts], np.bitwise_and.reduceat(told, starts), np.bitwise_or.reduceat(told, starts)
    return Gathered(
        node,
        best >> _INFERRED & 1,
        best >> _LATENT & 1,
        told[starts] >> _LENGTH & ((1 << _NODE - _LENGTH) - 1),
        either & ((1 << _LATENT) - 1),
    )


class _Hops(NamedTuple):
    """Hops as columns: the place of the near end among those asked for, the grant, its class, the far end."""

    near: Ints
    grant: Ints
    step: Ints
    far: Ints


def _only(hops: _Hops, chosen: Flags) -> _Hops:
    places = np.flatnonzero(chosen)
    return hops if len(places) == len(chosen) else _Hops(*(column[places] for column in hops))


class _Hub:
    """The paths of each shape; `told` is what they say, `entangled` that there may be others."""

    def __init__(self, index: Adjacency, allows: Allows | None, *, forward: bool) -> None:
        self.index, self.allows, self.rows = index, allows, index.fold.grants
        self.entries = index.out_entries if forward else index.in_entries
        ends = self.rows.resource, self.rows.principal
        self.ahead, self.behind = ends if forward else ends[::-1]
        self.told: list[Ints] = []
        self.entangled = False

    def forward(self, identity: Ints) -> None:
        """From an identity to everything."""
        own = self._hops(identity, _CONTROL, _REACH)
        roles, acting = self.rows.roles[own.grant], own.step == _CONTROL
        alive = self._alive(own) & ~self.index.dead_column[identity[0]]
        self._tell(own.far, 1, alive, roles)
        onward = self._hops(own.far, _REACH, _RESOLVE)
        kept = _only(onward, onward.step == _RESOLVE)
        also = alive[kept.near] & self._alive(kept)
        self._tell(kept.far, 2, also, roles[kept.near])
        self._to_vendors(own.far, alive, _only(onward, (onward.step == _REACH) & acting[onward.near]), 1)
        start, stop = self.index.fold.kind_starts[_BUSINESS : _BUSINESS + 2]
        turned = np.flatnonzero(acting[kept.near] & (kept.far >= start) & (kept.far < stop))
        if len(turned):  # who controls an account acts for the business that keeps it
            clients = self._hops(kept.far[turned], _REACH)
            passed = own.far[kept.near[turned]][clients.near]
            clients = _only(clients, clients.far != passed)
            self._to_vendors(kept.far[turned], also[turned], clients, 2)

    def _to_vendors(self, business: Ints, alive: Flags, clients: _Hops, length: int) -> None:
        """Over client grants of businesses that are acted for."""
        roles, alive = self.rows.roles[clients.grant], alive[clients.near] & self._alive(clients)
        self._tell(clients.far, length + 1, alive, roles, inferred=True)
        kept = self._hops(clients.far, _RESOLVE)
        kept = _only(kept, kept.far != business[clients.near][kept.near])
        self._tell(kept.far, length + 2, alive[kept.near] & self._alive(kept), roles[kept.near], inferred=True)

    def backward(self, resource: Ints) -> None:
        """From a resource to the identities that reach it."""
        into = self._hops(resource, _CONTROL, _REACH, _RESOLVE)
        alive = ~self.index.dead_column[resource]
        self._from_scope(resource, alive, into, 0, resource)
        keeping = _only(into, into.step == _RESOLVE)
        into = self._hops(keeping.far, _CONTROL, _REACH)
        self._from_scope(keeping.far, alive & self._alive(keeping), into, 1, resource)

    def _from_scope(self, scope: Ints, alive: Flags, into: _Hops, length: int, resource: Ints) -> None:
        """From the resource, or what keeps it or is kept by it: to those who hold it, and over its clients."""
        into = _only(into, into.step != _RESOLVE)
        alive, roles, is_own = alive[into.near] & self._alive(into), self.rows.roles[into.grant], self._is_own(into)
        self._tell(into.far[is_own], length + 1, alive[is_own], roles[is_own])
        client = np.flatnonzero(~is_own & (into.far != resource[0]))
        business, alive, roles = into.far[client], alive[client], roles[client]
        self._controlling(business, alive, roles, length + 2)
        row = self.index.policy.relations[Relation.ROLE]
        if Conveys.CONTROL in (row.controlling, row.otherwise):
            kept = self._hops(business, _RESOLVE)
            kept = _only(kept, kept.far != scope[into.near[client]][kept.near])
            self._controlling(kept.far, alive[kept.near] & self._alive(kept), roles[kept.near], length + 3)

    def _controlling(self, scope: Ints, alive: Flags, roles: Ints, length: int) -> None:
        """The identities that control what is a client, or what keeps it."""
        above = self._hops(scope, _CONTROL)
        self._tell(above.far, length, alive[above.near] & self._alive(above), roles[above.near], inferred=True)

    def _hops(self, nodes: Ints, *steps: int) -> _Hops:
        """The hops of nodes that are of these classes."""
        check()
        index, first = self.index, self.entries.starts[nodes]
        if len(nodes) == 1:
            hops = self.entries.hops[first[0] : self.entries.starts[nodes[0] + 1]]
            near = np.zeros(len(hops), np.intp)
        else:
            size = self.entries.starts[nodes + 1] - first
            near = np.repeat(np.arange(len(nodes)), size)
            hops = self.entries.hops[ranges(first, size)]
        grant = (hops ^ (hops >> hops.itemsize * 8 - 1)).astype(np.intp)  # the complement of what is negative
        step = index.conveys_column[grant]
        wanted = np.flatnonzero((np.int8(sum(1 << each for each in steps)) >> step & 1).view(np.bool_))
        if len(wanted) < len(step):
            near, grant, step, hops = near[wanted], grant[wanted], step[wanted], hops[wanted]
        far = self.ahead[grant]
        if _RESOLVE in steps:
            turned = np.flatnonzero(hops < 0)
            far[turned] = self.behind[grant[turned]]
        if len(index.entangled):
            self.entangled |= bool(contained(nodes, index.entangled).any())
        found = _Hops(near, grant, step, far)
        return found if self.allows is None else _only(found, self.allows(far, grant))

    def _alive(self, hops: _Hops) -> Flags:
        """Whether nothing is latent in a hop, nor at its far end."""
        alive: Flags = (self.rows.active[hops.grant] != 0) & ~self.index.dead_column[hops.far]
        return alive

    def _is_own(self, hops: _Hops) -> Flags:
        """Whether the far end is an identity."""
        own: Flags = hops.far < self.index.fold.kind_starts[_BUSINESS]
        return own

    def _tell(self, nodes: Ints, length: int, alive: Flags, roles: Ints, *, inferred: bool = False) -> None:
        told = nodes.astype(np.int64) << _NODE
        told |= length << _LENGTH | inferred << _INFERRED
        told |= roles
        told |= (~alive).astype(np.int64) << _LATENT
        self.told.append(told)
