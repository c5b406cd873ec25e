"""Reach of a node in closed form: each of the few path shapes is computed as a column.

Under `policy.ALLOWED` only identities hold CONTROL, only a business is a client, and KEEPS joins a
business with its account. So every path is an own grant, perhaps KEEPS, perhaps one CLIENT from
what is controlled, perhaps KEEPS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from inroads.cancellation import check
from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Flags, Ints, contained, firsts
from inroads.columns.claimset import KINDS, ROLES
from inroads.model import NodeKind, Relation
from inroads.policy.grammar import CONVEYS, Conveys

_CONTROL, _REACH, _RESOLVE = map(CONVEYS.index, (Conveys.CONTROL, Conveys.REACH, Conveys.RESOLVE))
_BUSINESS: Final = KINDS.index(NodeKind.BUSINESS)

_LATENT: Final = len(ROLES)
_INFERRED: Final = _LATENT + 1
_LENGTH: Final = _INFERRED + 1
_NODE: Final = _LENGTH + 3
"""What a path says, as one number: the node, the length, whether it is inferred, latent, and the
roles as bits.
"""

_ROLES: Final = (1 << _LATENT) - 1
_SAYS: Final = np.min_scalar_type(-1 << _NODE)
_STEP: Final = _SAYS.type(1 << _LENGTH)
"""What one more step adds; it also makes roles as wide as what a path says without its node."""

Allows = Callable[[Ints, Ints], Flags]


class PathSummaries(NamedTuple):
    """Accesses before they are written out, lists or columns: the other end, the rank of certainty
    and of state, the distance, and the roles as bits.
    """

    node: Any
    certainty: Any
    state: Any
    distance: Any
    roles: Any


def path_summaries(
    index: Adjacency, origin: int, allows: Allows | None, most: int, *, forward: bool
) -> PathSummaries | None:
    """Return summaries of paths from an identity by node, or to a resource by identity.

    The rows are in ascending order of nodes.

    `allows` tells which hops may be taken, by their far ends and grants. None where some node has
    more than `most` paths, or where a business keeps several accounts, or an account is kept by
    several businesses.
    """
    told = _told(index, origin, allows, forward=forward, alive=True)
    return None if told is None else _merged(told, most)


def roles_held(
    index: Adjacency, origin: int, allows: Allows | None, *, forward: bool
) -> tuple[Ints, Ints] | None:
    """Just the nodes, ascending, and the roles as bits, of however many paths; None only for what
    is kept severally.
    """
    told = _told(index, origin, allows, forward=forward, alive=False)
    if told is None:
        return None
    node = told >> _NODE
    starts = firsts(node).nonzero()[0]
    if len(starts) < len(told):
        node, told = node[starts], np.bitwise_or.reduceat(told, starts)
    return node, told & _ROLES


def _told(
    index: Adjacency, origin: int, allows: Allows | None, *, forward: bool, alive: bool
) -> Ints | None:
    """Return the packed paths in ascending order; None only if something is kept severally."""
    hub = _Hub(index, allows, forward=forward, alive=alive)
    (hub.forward if forward else hub.backward)(origin)
    if hub.entangled:
        return None
    told = np.concatenate(hub.nodes).astype(np.int64, copy=False)
    told <<= _NODE
    told |= np.concatenate(hub.says)
    if (told[1:] < told[:-1]).any():  # the hops of one node are in order
        told.sort()
    return told


def _merged(told: Ints, most: int) -> PathSummaries | None:
    """Merge packed paths by node: shortest length, best certainty and state, all roles.

    Return None if a node has more than `most` paths.
    """
    node = told >> _NODE
    starts = firsts(node).nonzero()[0]
    best, either = told, told
    if len(starts) < len(told):
        if len(told) > most and np.diff(starts, append=len(told)).max() > most:
            return None
        node, best, either = (
            node[starts],
            np.bitwise_and.reduceat(told, starts),
            np.bitwise_or.reduceat(told, starts),
        )
    return PathSummaries(
        node,
        best >> _INFERRED & 1,
        best >> _LATENT & 1,
        told[starts] >> _LENGTH & ((1 << _NODE - _LENGTH) - 1),
        either & _ROLES,
    )


class _Hops(NamedTuple):
    """Hops as columns: the place of the near end among those asked for, the grant, the far end."""

    near: Ints
    grant: Ints
    far: Ints


def _only(hops: _Hops, chosen: Flags) -> _Hops:
    places = chosen.nonzero()[0]
    return hops if len(places) == len(chosen) else _Hops(*(column[places] for column in hops))


class _Hub:
    """The paths of each shape: the `nodes` to which they lead, and what each `says`: whether it is
    latent only where that is asked for (`alive`). `entangled` tells that there may be other paths.
    """

    def __init__(
        self, index: Adjacency, allows: Allows | None, *, forward: bool, alive: bool
    ) -> None:
        self.index, self.allows, self.alive, self.rows = index, allows, alive, index.fold.grants
        self.entries = index.out_entries if forward else index.in_entries
        ends = self.rows.resource, self.rows.principal
        self.ahead, self.behind = ends if forward else ends[::-1]
        role = index.policy.relations[Relation.ROLE]
        self.by_accounts = Conveys.CONTROL in (role.controlling, role.otherwise)
        self.nodes: list[Ints] = []
        self.says: list[Ints] = []
        self.entangled = False

    def forward(self, identity: int) -> None:
        """From an identity to everything."""
        own = self._hops(np.array([identity]), _CONTROL, _REACH)
        says = self._marked(self.rows.roles[own.grant] + self._start(identity), own)
        self._tell(own.far, says)
        near, kept = self._kept(own.far)
        self._tell(kept, says[near] + _STEP)
        acting = (self.index.conveys_column[own.grant] == _CONTROL).nonzero()[0]
        if not len(acting):
            return
        business, says = own.far[acting], (says[acting] & ~_ROLES | 1 << _INFERRED) + _STEP
        passed = business  # to which no client's hop leads
        if self.by_accounts:  # who controls an account acts for the business that keeps it
            near, kept = self._kept(business)
            business, passed = (
                np.concatenate([business, kept]),
                np.concatenate([business, business[near]]),
            )
            says = np.concatenate([says, says[near] + _STEP])
        clients = self._hops(business, _REACH)
        clients = _only(clients, clients.far != passed[clients.near])
        says = self._marked(self.rows.roles[clients.grant] + says[clients.near], clients)
        self._tell(clients.far, says)
        near, kept = self._kept(clients.far)
        onward = (kept != business[clients.near[near]]).nonzero()[0]
        self._tell(kept[onward], says[near[onward]] + _STEP)

    def backward(self, resource: int) -> None:
        """From a resource to the identities that reach it."""
        scope = np.array([resource])
        scope = np.concatenate([scope, self._kept(scope)[1]])
        into = self._hops(scope, _CONTROL, _REACH)
        starts = self._start(resource) + (scope != resource) * _STEP
        says = self._marked(self.rows.roles[into.grant] + starts[into.near], into)
        is_own = into.far < self.index.fold.kind_starts[_BUSINESS]
        own = is_own.nonzero()[0]
        self._tell(into.far[own], says[own])
        if len(own) == len(is_own):
            return
        client = (is_own | (into.far == resource) == 0).nonzero()[0]
        business, says = into.far[client], (says[client] | 1 << _INFERRED) + _STEP
        if self.by_accounts:  # who controls the account of a client acts for it
            near, kept = self._kept(business)
            onward = (kept != scope[into.near[client[near]]]).nonzero()[0]
            business, near = np.concatenate([business, kept[onward]]), near[onward]
            says = np.concatenate([says, says[near] + _STEP])
        above = self._hops(business, _CONTROL)
        self._tell(above.far, self._marked(says[above.near], above))

    def _hops(self, nodes: Ints, *steps: int) -> _Hops:
        """The hops of nodes that are of these classes."""
        check()
        self._look(nodes)
        starts, hops = self.entries
        if len(nodes) in (1, 2):
            parts = [hops[starts[node] : starts[node + 1]] for node in nodes.tolist()]
            hops = np.concatenate(parts)
            near = np.zeros(len(hops), np.intp)
            near[len(parts[0]) :] = 1
        else:
            last = starts[nodes + 1]
            size = last - starts[nodes]
            near = np.arange(len(nodes)).repeat(size)
            hops = hops[(last - size.cumsum())[near] + np.arange(len(near))]
        grant = np.maximum(hops, ~hops).astype(np.intp)  # the complement of what is negative
        step = self.index.conveys_column[grant]
        chosen = step == steps[0]
        for each in steps[1:]:
            chosen |= step == each
        wanted = chosen.nonzero()[0]
        if len(wanted) < len(grant):
            near, grant = near[wanted], grant[wanted]
        far = self.ahead[grant].astype(np.intp)
        if _RESOLVE in steps:
            turned = (hops[wanted] < 0).nonzero()[0]
            far[turned] = self.behind[grant[turned]]
        found = _Hops(near, grant, far)
        return found if self.allows is None else _only(found, self.allows(far, grant))

    def _kept(self, nodes: Ints) -> tuple[Ints, Ints]:
        """The places of those that keep an account, or that a business keeps; and what is at the
        other end.

        Nothing more is latent there: a business counts together with the account that it keeps.
        """
        if self.allows is not None:
            near, _, far = self._hops(nodes, _RESOLVE)
            return near, far
        self._look(nodes)
        far = self.index.joined[nodes]
        near = (far >= 0).nonzero()[0]
        return near, far[near].astype(np.intp)

    def _look(self, nodes: Ints) -> None:
        if len(self.index.entangled):
            self.entangled |= bool(contained(nodes, self.index.entangled).any())

    def _start(self, node: int) -> Any:
        """Return the packed facts of the first step from a node, without its roles."""
        return _STEP | bool(self.alive and self.index.dead[node]) << _LATENT

    def _marked(self, says: Ints, hops: _Hops) -> Ints:
        """Set the latent bit of paths whose last grant is inactive or whose far end is latent."""
        if self.alive:
            latent = self.rows.active[hops.grant] <= self.index.dead_column[hops.far]
            says |= latent.astype(_SAYS) << _LATENT
        return says

    def _tell(self, nodes: Ints, says: Ints) -> None:
        self.nodes.append(nodes)
        self.says.append(says)
