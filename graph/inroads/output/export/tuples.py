"""The graph in the terms of its grammar: scopes, their actors and holders, and their clients.

KEEPS joins nodes into one scope and carries every role unchanged. So a path `(CONTROL | RESOLVE)*
REACH? RESOLVE*` is one of three: acting for a scope, holding a scope, or acting for a scope that is
a client of another. No longer path conveys access, and nothing here is recursive. Accesses in a
scope that is its own client are listed by resource.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from inroads.columns.arrays import connected, view
from inroads.columns.claimset import KEEPS, KINDS, ROLES
from inroads.model import NodeKind, Role
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import CONVEYS, Conveys
from inroads.reach.everyone import accesses_of

_GROUP = KINDS.index(NodeKind.GROUP)


class Held(NamedTuple):
    """A grant that conveys access, by number: principal, scope and role bits.

    The principal is an identity, or the scope of a client. `acting` is true for the class CONTROL.
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
        grants = graph.fold.grants
        keeps = grants.relation == KEEPS
        self.of = connected(graph.index.size, grants.principal[keeps], grants.resource[keeps])

    def clients(self) -> list[tuple[int, int]]:
        """Return the pairs of a scope and another scope of which it is a client."""
        return sorted(
            {(held.principal, held.scope) for held in self._held(by_identities=False)} - self._own
        )

    def own_clients(self) -> Iterator[tuple[int, int]]:
        """Yield (identity, resource) where CLIENT is held in a scope that is its own client.

        No path passes a node twice, so this depends on the place of a grant in the scope: the walk
        itself decides.
        """
        scopes = {scope for scope, _ in self._own}
        if not scopes:
            return
        client = 1 << ROLES.index(Role.CLIENT)
        for person in sorted(
            {held.principal for held in self.held() if held.acting and held.scope in scopes}
        ):
            found = accesses_of(self.graph, self.graph.index.name(person))
            for resource, bits in zip(found.resource.tolist(), found.roles.tolist(), strict=True):
                if bits & client and int(self.of[resource]) in scopes:
                    yield person, resource

    @cached_property
    def _own(self) -> set[tuple[int, int]]:
        found = ((held.principal, held.scope) for held in self._held(by_identities=False))
        return {pair for pair in found if pair[0] == pair[1]}

    def held(self) -> Iterator[Held]:
        """Yield the grants of identities that convey access, in the order of the identities."""
        return self._held(by_identities=True)

    def _held(self, *, by_identities: bool) -> Iterator[Held]:
        index = self.graph.index
        of = view(self.of)
        control, reach = CONVEYS.index(Conveys.CONTROL), CONVEYS.index(Conveys.REACH)
        for grant in range(len(index.relation)):
            conveys, principal = index.conveys[grant], index.principal[grant]
            if conveys in (control, reach) and (principal < self.identities.stop) == by_identities:
                holder = principal if by_identities else of[principal]
                yield Held(
                    grant, holder, of[index.resource[grant]], index.roles[grant], conveys == control
                )


def roles(bits: int) -> list[str]:
    """Return the roles of bits, in lower case."""
    return [role.lower() for place, role in enumerate(ROLES) if bits >> place & 1]
