"""The graph in the terms of its grammar: scopes, who acts for them or holds them, and which are clients of which.

KEEPS is the same scope and carries every role unchanged. So what it connects is one scope, and a path
`(CONTROL | RESOLVE)* REACH? RESOLVE*` is: acting for a scope, holding a scope, or acting for one that is a client of
another. Nothing longer conveys access, and nothing here is recursive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from inroads.adjacency import CONVEYS
from inroads.columns import Ints
from inroads.fold import KEEPS
from inroads.model import NodeKind
from inroads.network import AccessGraph
from inroads.policy import Conveys
from inroads.said import KINDS, ROLES

_IDENTITY = KINDS.index(NodeKind.IDENTITY)
_GROUP = KINDS.index(NodeKind.GROUP)


class Held(NamedTuple):
    """A grant that conveys access, by number: who (an identity, or the scope of a client), the scope, the role bits.

    `acting` is whether it is of the class CONTROL.
    """

    grant: int
    principal: int
    scope: int
    roles: int
    acting: bool


class Scopes:
    """The scopes of a graph; a scope has the number of its first node."""

    def __init__(self, graph: AccessGraph) -> None:
        self.graph = graph
        starts = graph.fold.kind_starts
        self.identities, self.resources = range(starts[1]), range(starts[1], starts[_GROUP])
        self.of = _connected(graph)

    def held(self, *, by_identities: bool) -> Iterator[Held]:
        """The grants that convey access, of identities or of client businesses."""
        index = self.graph.index
        of = memoryview(self.of)
        control, reach = CONVEYS.index(Conveys.CONTROL), CONVEYS.index(Conveys.REACH)
        for grant in range(len(index.relation)):
            conveys, principal = index.conveys[grant], index.principal[grant]
            if conveys in (control, reach) and (principal < self.identities.stop) == by_identities:
                holder = principal if by_identities else of[principal]
                yield Held(grant, holder, of[index.resource[grant]], index.roles[grant], conveys == control)


def roles(bits: int) -> list[str]:
    """The roles of bits, in lower case."""
    return [role.lower() for place, role in enumerate(ROLES) if bits >> place & 1]


def _connected(graph: AccessGraph) -> Ints:
    """For each node the least number of what KEEPS connects it with."""
    grants = graph.fold.grants
    keeps = grants.relation == KEEPS
    here, there = grants.principal[keeps].astype(np.int64), grants.resource[keeps].astype(np.int64)
    least = np.arange(graph.index.size, dtype=np.int64)
    while True:
        before = least.copy()
        lower = np.minimum(least[here], least[there])
        np.minimum.at(least, here, lower)
        np.minimum.at(least, there, lower)
        least = least[least]
        if np.array_equal(before, least):
            return least
