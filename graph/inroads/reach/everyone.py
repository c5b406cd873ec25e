"""The accesses of all identities at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from inroads.cancellation import check
from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Ints, stack, take
from inroads.columns.claimset import KIND_BITS, KINDS, NONE
from inroads.model import NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import ACTING
from inroads.reach import limits
from inroads.reach.answers import RESOURCES
from inroads.reach.filters import ALL
from inroads.reach.walk import Level, Walk, Walked, onward


class Accesses(NamedTuple):
    """Accesses as columns: who and what by number, the ranks of certainty and of state, and the
    roles as bits.
    """

    principal: Ints
    resource: Ints
    certainty: Ints
    state: Ints
    roles: Ints


def every_access(graph: AccessGraph) -> Iterator[Accesses]:
    """Yield the accesses of all identities, equal to those of `reach`, many identities at a time.

    How much is held at once is bounded, however many accesses there are.
    """
    identities = np.arange(*graph.fold.kind_starts[:2])
    waiting = [identities[at : at + TOGETHER] for at in range(0, len(identities), TOGETHER)]
    while waiting:
        starts = waiting.pop()
        found = _walked_together(graph, starts)
        if found is None:
            waiting += np.array_split(starts, 2)
        else:
            yield found


def accesses_of(graph: AccessGraph, node: str) -> Accesses:
    """Return the accesses from an identity, or to a business or account, as unordered columns."""
    forward = kind_of(node) is NodeKind.IDENTITY
    walk = Walk(graph, node, ALL, forward=forward)
    there, certainty, state, _, roles = (
        np.asarray(each, np.int64) for each in walk.path_summaries()
    )
    here = np.full(len(there), walk.origin)
    return _to_resources(
        graph.index, *((here, there) if forward else (there, here)), certainty, state, roles
    )


def _to_resources(index: Adjacency, principal: Ints, resource: Ints, *facts: Ints) -> Accesses:
    """The accesses, where what is reached is a business or an account."""
    kinds = index.codes_column[resource] >> KIND_BITS
    return take(
        Accesses(principal, resource, *facts),
        np.isin(kinds, [KINDS.index(kind) for kind in RESOURCES]),
    )


TOGETHER: Final = 2**16
"""How many identities are walked from at the same time."""

MOST_AHEAD: Final = 2**23
"""The most hops that are looked at together, unless they are all of one identity."""


def _walked_together(graph: AccessGraph, starts: Ints) -> Accesses | None:
    """Return the accesses of these identities; None if that is too much at once.

    Who has more partial paths than the limit of one access is walked alone, so that nothing here is
    cut short.
    """
    index, nothing = graph.index, np.full(len(starts), NONE)
    alive, passed = ~index.dead_column[starts], np.zeros(len(starts), np.bool_)
    levels = [Level(starts, np.full(len(starts), ACTING), nothing, nothing, alive, passed, nothing)]
    origins, paths = [np.arange(len(starts))], np.zeros(len(starts), np.int64)
    while len(levels[-1].node):
        check()
        ahead = (
            index.out_entries.starts[levels[-1].node + 1]
            - index.out_entries.starts[levels[-1].node]
        )
        if len(starts) > 1 and ahead.sum() > MOST_AHEAD:
            return None
        level = onward(index, levels, None, forward=True)
        origin = origins[-1][level.parent]
        paths += np.bincount(origin, minlength=len(starts))
        few = np.flatnonzero((paths <= limits.MAX_PATHS)[origin])
        levels.append(take(level, few))
        origins.append(origin[few])
    origin = np.concatenate(origins[1:])
    few = np.flatnonzero((paths <= limits.MAX_PATHS)[origin])
    walked, origin = take(Walked.of(levels[1:]), few), origin[few]
    found = walked.path_summaries(index, origin * index.size + walked.node)
    origin, node = np.divmod(np.asarray(found.node, np.int64), index.size)
    facts = (np.asarray(each, np.int64) for each in (found.certainty, found.state, found.roles))
    together = _to_resources(index, starts[origin], node, *facts)
    return stack(
        [
            together,
            *(
                accesses_of(graph, index.name(each))
                for each in starts[paths > limits.MAX_PATHS].tolist()
            ),
        ]
    )
