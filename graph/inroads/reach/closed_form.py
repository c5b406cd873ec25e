"""Paths in closed form: each of the few shapes that a path can have is computed as columns.

Under `policy.ALLOWED` only identities hold CONTROL, only a business is a client, and KEEPS joins a
business with its account. So every path is an own grant, perhaps KEEPS, perhaps one CLIENT from a
controlled business, perhaps KEEPS: four grants at most, unless an account or a business is kept
severally.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from inroads.cancellation import check
from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Flags, Ints, contained, firsts
from inroads.columns.claimset import KINDS, NONE, ROLES
from inroads.model import NodeKind, Relation
from inroads.policy.grammar import CONVEYS, Conveys
from inroads.reach import limits

_CONTROL, _REACH, _RESOLVE = map(CONVEYS.index, (Conveys.CONTROL, Conveys.REACH, Conveys.RESOLVE))
_BUSINESS: Final = KINDS.index(NodeKind.BUSINESS)

_CONTESTED: Final = len(ROLES)
_LATENT: Final = _CONTESTED + 1
_INFERRED: Final = _LATENT + 1
_LENGTH: Final = _INFERRED + 1
_NODE: Final = _LENGTH + 3
"""The shift of the node in a packed path.

The facts of a path are one number: the node, the length (six steps at most), the inferred, latent
and contested bits, and the roles as bits.
"""

_ROLES: Final = (1 << _CONTESTED) - 1
_LONGEST: Final = (1 << _NODE - _LENGTH) - 1
_PACKED: Final = np.min_scalar_type(-1 << _NODE)
_LATENT_BIT: Final = _PACKED.type(1 << _LATENT)
_CONTESTED_BIT: Final = _PACKED.type(1 << _CONTESTED)
_STEP: Final = _PACKED.type(1 << _LENGTH)
"""The number that one more step adds. Its type gives roles the width of the packed facts."""

Allows = Callable[[Ints, Ints], Flags]

LENGTH_BITS: Final = 20
"""The bits of a length in the quality of a path, which may be written out by a walk."""

ROUNDS: Final = 2
"""The most KEEPS in a row: two reach all businesses that share one account."""


class TooManyHops(Exception):
    """More hops would be processed together than is allowed."""


class PathSummaries(NamedTuple):
    """Accesses before they are written out, as lists or columns.

    The fields are the other end, the ranks of certainty and state, the distance, the roles as bits,
    and as bits those that a path conveys which is not contested.
    """

    node: Any
    certainty: Any
    state: Any
    distance: Any
    roles: Any
    sound: Any


class Steps(NamedTuple):
    """The last steps of all paths of one shape, as columns.

    `near` is a place among the steps `before`, or among the origins if there are none; `node` is
    the far end. `grant` is None where the steps are KEEPS, or stay in place. `facts` are the packed
    facts of the path.
    """

    before: Steps | None
    near: Ints
    grant: Ints | None
    node: Ints
    facts: Ints

    @property
    def origin(self) -> Ints:
        """The place of each path's origin."""
        before, place = self.before, self.near
        while before is not None:
            place = before.near[place]
            before = before.before
        return place

    @property
    def length(self) -> Ints:
        """The number of steps of each path."""
        length: Ints = self.facts >> _LENGTH & _LONGEST
        return length

    @property
    def granted(self) -> int:
        """The number of steps over grants that one could revoke, equal for all paths of a shape."""
        before = 0 if self.before is None else self.before.granted
        return before + (self.grant is not None)

    def only(self, places: Ints) -> Steps:
        """Return the paths at these ascending places."""
        if len(places) == len(self.node):
            return self
        grant = None if self.grant is None else self.grant[places]
        return Steps(self.before, self.near[places], grant, self.node[places], self.facts[places])

    def simple(self) -> Steps:
        """Return the paths whose last node is none of the nodes before it."""
        before, place = self.before, self.near
        differs = None
        while before and before.before:
            place = before.near[place]
            before = before.before
            fine = before.node[place] != self.node
            differs = fine if differs is None else differs & fine
        return self if differs is None else self.only(differs.nonzero()[0])


class Grants(NamedTuple):
    """The revocable grants of paths: the identity's own, and the client's or NONE."""

    own: Ints
    client: Ints


class _Hops(NamedTuple):
    """Hops as columns: the near end's place in the nodes asked for, the grant, the far end."""

    near: Ints
    grant: Ints
    far: Ints


class PathTable:
    """All paths from identities, or backward from resources, as columns.

    `shapes` are the last steps of the paths, by shape. `unfinished` marks the origins that may have
    more paths, because accounts or businesses are kept severally again and again; None if there are
    none. `allows` says which hops may be taken, by far ends and grants. The latent bit is set only
    with `alive`. Paths of more than `longest` steps are left out. Raises TooManyHops if more than
    `most` hops are processed together.
    """

    def __init__(
        self,
        index: Adjacency,
        origins: Ints,
        allows: Allows | None = None,
        *,
        forward: bool,
        alive: bool = True,
        longest: int | None = None,
        most: int | None = None,
    ) -> None:
        self.index, self.origins, self.allows, self.alive = index, origins, allows, alive
        self.is_forward, self.longest, self.most = forward, longest, most
        self.rows = index.fold.grants
        self.entries = index.out_entries if forward else index.in_entries
        # Marks are made only where any grant is contested, and where facts are asked for.
        self.contested_keeps = index.contested_keeps if alive else None
        ends = self.rows.resource, self.rows.principal
        self.ahead, self.behind = ends if forward else ends[::-1]
        role = index.policy.relations[Relation.ROLE]
        self.by_accounts = Conveys.CONTROL in (role.controlling, role.otherwise)
        self.shapes: list[Steps] = []
        self.unfinished: Flags | None = None
        facts = (
            index.dead_column[origins] * _LATENT_BIT if alive else np.zeros(len(origins), _PACKED)
        )
        (self._forward if forward else self._backward)(facts)

    # ---- the shapes

    def _forward(self, facts: Ints) -> None:
        """Add the paths from identities to everything."""
        hops = self._hops(self.origins, _CONTROL, _REACH)
        facts = facts + _STEP if len(facts) == 1 else (facts + _STEP)[hops.near]
        facts = self.rows.roles[hops.grant] + facts
        own = Steps(None, *hops, self._marked(facts, hops))
        self._arrive(own, *self._kept(own))
        controlled = (self.index.conveys_column[hops.grant] == _CONTROL).nonzero()[0]
        if not len(controlled):
            return
        acting = own.only(controlled)
        facts = acting.facts & ~_ROLES | 1 << _INFERRED
        for steps in self._acting(Steps(None, acting.near, acting.grant, acting.node, facts)):
            hops = self._hops(steps.node, _REACH)
            facts = self.rows.roles[hops.grant] + (steps.facts + _STEP)[hops.near]
            clients = Steps(steps, *hops, self._marked(facts, hops)).simple()
            self._arrive(clients, *self._kept(clients))

    def _backward(self, facts: Ints) -> None:
        """Add the paths from resources back to the identities that reach them."""
        scope = Steps(None, np.arange(len(self.origins)), None, self.origins, facts)
        kept = list(self._kept(scope))
        # One lookup of the hops of both sets, since the lookup is the cost.
        if kept:
            near = np.concatenate([scope.near, kept[0].near])
            node = np.concatenate([scope.node, kept[0].node])
            scope = Steps(scope, near, None, node, np.concatenate([facts, kept[0].facts]))
        for steps in (scope, *kept[1:]):
            self._into(steps)

    def _into(self, scope: Steps) -> None:
        """Add paths from resources and their keepers to holders, and to actors of their clients."""
        hops = self._hops(scope.node, _CONTROL, _REACH)
        facts = self.rows.roles[hops.grant] + (scope.facts + _STEP)[hops.near]
        into = Steps(scope, *hops, self._marked(facts, hops))
        is_own = into.node < self.index.fold.kind_starts[_BUSINESS]
        own = is_own.nonzero()[0]
        self._arrive(into.only(own))
        if len(own) == len(is_own):
            return
        clients = into.only((~is_own).nonzero()[0]).simple()
        for steps in self._acting(clients._replace(facts=clients.facts | 1 << _INFERRED)):
            above = self._hops(steps.node, _CONTROL)
            facts = self._marked((steps.facts + _STEP)[above.near], above)
            self._arrive(Steps(steps, *above, facts))

    def _arrive(self, *shapes: Steps) -> None:
        """Add complete paths to the table."""
        if self.longest is not None:
            shapes = tuple(
                steps.only((steps.length <= self.longest).nonzero()[0]) for steps in shapes
            )
        self.shapes += shapes

    def _acting(self, steps: Steps) -> Iterator[Steps]:
        """Yield controlled nodes, and nodes that KEEPS leads to from there if that can matter."""
        if len(steps.node):
            yield steps
            # A role that controls an account acts for the business that keeps it.
            if self.by_accounts or self._kept_severally(steps.node):
                yield from self._kept(steps)

    def _kept(self, steps: Steps) -> Iterator[Steps]:
        """Yield the paths on over KEEPS, and again over KEEPS where something is kept severally."""
        for _ in range(ROUNDS):
            steps = self._keeping(steps)
            if len(steps.node):
                yield steps
            if not self._kept_severally(steps.node):
                return
        beyond = self._keeping(steps).origin
        if len(beyond):
            if self.unfinished is None:
                self.unfinished = np.zeros(len(self.origins), np.bool_)
            self.unfinished[beyond] = True

    def _keeping(self, steps: Steps) -> Steps:
        """Return the paths one KEEPS further on."""
        severally = self._kept_severally(steps.node)
        if self.allows is None and not severally:
            far = self.index.joined[steps.node]
            near = (far >= 0).nonzero()[0]
            whole = len(near) == len(far)
            node = (far if whole else far[near]).astype(np.intp)
        else:
            near, _, node = self._hops(steps.node, _RESOLVE)
            whole = False
        facts = (steps.facts if whole else steps.facts[near]) + _STEP
        # Otherwise a business counts together with its account.
        if severally and self.alive:
            facts |= self.index.dead_column[node] * _LATENT_BIT
        if self.contested_keeps is not None:
            facts |= self.contested_keeps[node] * _CONTESTED_BIT
        return Steps(steps, near, None, node, facts).simple()

    def _kept_severally(self, nodes: Ints) -> bool:
        entangled = self.index.entangled
        return len(entangled) > 0 and bool(contained(nodes, entangled).any())

    def _hops(self, nodes: Ints, *steps: int) -> _Hops:
        """Return the hops of nodes in these classes."""
        check()
        starts, hops = self.entries
        if len(nodes) in (1, 2):
            parts = [hops[starts[node] : starts[node + 1]] for node in nodes.tolist()]
            hops = np.concatenate(parts)
            near = np.zeros(len(hops), np.intp)
            near[len(parts[0]) :] = 1
        else:
            last = starts[nodes + 1]
            size = last - starts[nodes]
            ends = size.cumsum()
            if self.most is not None and len(ends) and ends[-1] > self.most:
                raise TooManyHops
            near = np.arange(len(nodes)).repeat(size)
            hops = hops[(last - ends)[near] + np.arange(len(near))]
        # A negative hop is the complement of a grant.
        grant = np.maximum(hops, ~hops).astype(np.intp)
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
        if self.allows is None:
            return found
        allowed = self.allows(far, grant).nonzero()[0]
        return _Hops(*(column[allowed] for column in found))

    def _marked(self, facts: Ints, hops: _Hops) -> Ints:
        """Set the bits of paths whose last grant is inactive or contested, or whose far end is
        latent.
        """
        if self.alive:
            facts |= (
                self.rows.active[hops.grant] <= self.index.dead_column[hops.far]
            ) * _LATENT_BIT
        if self.contested_keeps is not None:
            facts |= (self.rows.contested[hops.grant] != 0) * _CONTESTED_BIT
        return facts

    # ---- the facts of paths

    def keys(self, steps: Steps) -> Ints:
        """The two ends of each path as one number: the place of the origin, then the node."""
        if len(self.origins) == 1:
            return steps.node
        keys: Ints = steps.origin * self.index.size + steps.node
        return keys

    def _packed(self) -> Ints:
        """Return all paths packed, in ascending order, and drop the shapes to free memory."""
        packed = np.concatenate([*map(self.keys, self.shapes), _NO_KEYS])
        packed <<= _NODE
        packed |= np.concatenate([_NO_FACTS, *(steps.facts for steps in self.shapes)])
        self.shapes = []
        # The hops of one node are in order.
        if (packed[1:] < packed[:-1]).any():
            packed.sort()
        return packed

    def passed(self) -> tuple[list[Ints], list[Ints]]:
        """Return the grants that paths pass, but for KEEPS, and the nodes that KEEPS lead to.

        They are columns of the shapes, not copied; `summaries` drops the shapes.
        """
        chain = {id(steps): steps for steps in self.shapes}
        waiting = list(self.shapes)
        while waiting:
            before = waiting.pop().before
            if before is not None and id(before) not in chain:
                chain[id(before)] = before
                waiting.append(before)
        grants = [each.grant for each in chain.values() if each.grant is not None]
        kept = [each.node for each in chain.values() if each.grant is None and each.before]
        return grants, kept

    def summaries(self) -> tuple[PathSummaries, Ints]:
        """Summarise the paths between two ends: best certainty and state, least length, all roles,
        sound roles.

        `node` has the keys of the ends, ascending. Also return the keys with more than MAX_PATHS.
        """
        packed = self._packed()
        key = packed >> _NODE
        starts = firsts(key).nonzero()[0]
        best, either, crowded = packed, packed, _NO_KEYS
        if len(starts) < len(packed):
            key = key[starts]
            if len(packed) > limits.MAX_PATHS:
                crowded = key[np.diff(starts, append=len(packed)) > limits.MAX_PATHS]
            best = np.bitwise_and.reduceat(packed, starts)
            either = np.bitwise_or.reduceat(packed, starts)
        sound = either
        if self.contested_keeps is not None and (either & 1 << _CONTESTED).any():
            fine = np.where(packed & 1 << _CONTESTED, 0, packed)
            sound = np.bitwise_or.reduceat(fine, starts)
        summaries = PathSummaries(
            key,
            best >> _INFERRED & 1,
            best >> _LATENT & 1,
            packed[starts] >> _LENGTH & _LONGEST,
            either & _ROLES,
            sound & _ROLES,
        )
        return summaries, crowded

    def roles(self) -> tuple[Ints, Ints]:
        """Return only the keys of the ends, ascending, and the roles as bits."""
        packed = self._packed()
        key = packed >> _NODE
        starts = firsts(key).nonzero()[0]
        if len(starts) < len(packed):
            key, packed = key[starts], np.bitwise_or.reduceat(packed, starts)
        return key, packed & _ROLES

    def quality(self, steps: Steps, rows: Ints) -> Ints:
        """Return certainty, state and length of partial paths as one number, the best the lowest.

        The length takes LENGTH_BITS, the state the next bit, and the certainty the one above.
        """
        facts = steps.facts[rows].astype(np.int64)
        inferred = facts >> _INFERRED & 1
        # Paths to where an identity acts are marked as what they lead to.
        if self.is_forward and steps.granted < 2:
            inferred[:] = 0
        rank = inferred << 1 | facts >> _LATENT & 1
        quality: Ints = rank << LENGTH_BITS | facts >> _LENGTH & _LONGEST
        return quality

    def inferred(self, steps: Steps) -> Flags:
        """Return which paths are inferred."""
        inferred: Flags = steps.facts & 1 << _INFERRED != 0
        return inferred

    def grants(self, steps: Steps) -> Grants:
        """Return the revocable grants of paths that start at identities."""
        own = client = np.full(len(steps.node), NONE)
        last: Steps | None = steps
        place: Any = slice(None)
        while last is not None:
            if last.grant is not None:
                own, client = last.grant[place], own
            place = last.near[place]
            last = last.before
        return Grants(own, client)

    def paths(self, node: int) -> list[list[tuple[int, int, int]]]:
        """Return the first MAX_PATHS paths to a node, or from it: hops as ends and grant."""
        places = sorted(
            (length, number, place)
            for number, steps in enumerate(self.shapes)
            for place in np.flatnonzero(steps.node == node).tolist()
            for length in [int(steps.length[place])]
        )
        return [
            self._hops_of(self.shapes[number], place)
            for _, number, place in places[: limits.MAX_PATHS]
        ]

    def _hops_of(self, steps: Steps, place: int) -> list[tuple[int, int, int]]:
        hops = []
        last: Steps | None = steps
        while last is not None:
            here, near = int(last.node[place]), int(last.near[place])
            there = int(self.origins[near] if last.before is None else last.before.node[near])
            if here != there:
                grant = self._keeps(here, there) if last.grant is None else int(last.grant[place])
                hops.append((there, here, grant) if self.is_forward else (here, there, grant))
            last, place = last.before, near
        return hops[::-1] if self.is_forward else hops

    def _keeps(self, *ends: int) -> int:
        """Return the KEEPS grant of a business and its account.

        The account has the higher number and few hops.
        """
        hops = self.index.hops_from(max(ends))
        return next(grant for other, grant in hops if other == min(ends))


_NO_KEYS: Final = np.zeros(0, np.int64)
_NO_FACTS: Final = np.zeros(0, _PACKED)
