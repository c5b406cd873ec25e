"""The accesses of all identities at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Ints, stack, take
from inroads.model import NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.reach.closed_form import PathTable, TooManyHops
from inroads.reach.filters import ALL
from inroads.reach.walk import Walk


class Accesses(NamedTuple):
    """Accesses as columns.

    The columns are principal, resource, ranks of certainty and state, roles as bits, and the roles
    that a path conveys which is not contested.
    """

    principal: Ints
    resource: Ints
    certainty: Ints
    state: Ints
    roles: Ints
    sound: Ints


TOGETHER: Final = 2**16
"""The most identities that are processed at the same time."""

MOST_AHEAD: Final = 2**23
"""The most hops that are processed together, unless they are all of one identity."""


def path_tables(graph: AccessGraph, identities: Ints) -> Iterator[PathTable]:
    """Yield the path tables of identities, so many at a time that memory is bounded."""
    waiting = [identities[at : at + TOGETHER] for at in range(0, len(identities), TOGETHER)]
    while waiting:
        origins = waiting.pop()
        most = MOST_AHEAD if len(origins) > 1 else None
        try:
            table = PathTable(graph.index, origins, forward=True, most=most)
        except TooManyHops:
            waiting += np.array_split(origins, 2)
        else:
            yield table


def every_access(graph: AccessGraph) -> Iterator[Accesses]:
    """Yield the accesses of all identities, equal to those of `reach`, many identities at a time.

    Memory is bounded, whatever the number of accesses.
    """
    for table in path_tables(graph, np.arange(*graph.fold.kind_starts[:2])):
        (key, certainty, state, _, roles, sound), _ = table.summaries()
        place, node = np.divmod(key, graph.index.size)
        together = Accesses(table.origins[place], node, certainty, state, roles, sound)
        if table.unfinished is None:
            yield together
            continue
        walked = table.origins[table.unfinished].tolist()
        alone = (accesses_of(graph, graph.index.name(each)) for each in walked)
        yield stack([take(together, ~table.unfinished[place]), *alone])


def accesses_of(graph: AccessGraph, node: str) -> Accesses:
    """Return the accesses from an identity, or to a business or account, as unordered columns."""
    forward = kind_of(node) is NodeKind.IDENTITY
    walk = Walk(graph, node, ALL, forward=forward)
    there, certainty, state, _, roles, sound = (
        np.asarray(each, np.int64) for each in walk.path_summaries()
    )
    here = np.full(len(there), walk.origin)
    principal, resource = (here, there) if forward else (there, here)
    return Accesses(principal, resource, certainty, state, roles, sound)
