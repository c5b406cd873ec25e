"""The interface Node, and functions that make the GraphQL object of a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import strawberry

from inroads.model import NodeKind, kind_of
from inroads.network import wording
from inroads.network.access_graph import AccessGraph
from inroads_api.schema.fields import ID, described_interface, field, once, own_id
from inroads_api.versions.versions import Version

if TYPE_CHECKING:
    from inroads_api.schema.graph.accounts import Account
    from inroads_api.schema.graph.businesses import Business
    from inroads_api.schema.graph.groups import Group
    from inroads_api.schema.graph.identities import Identity


AnIdentity = Annotated["Identity", strawberry.lazy("inroads_api.schema.graph.identities")]
ABusiness = Annotated["Business", strawberry.lazy("inroads_api.schema.graph.businesses")]
AnAccount = Annotated["Account", strawberry.lazy("inroads_api.schema.graph.accounts")]
AGroup = Annotated["Group", strawberry.lazy("inroads_api.schema.graph.groups")]


@described_interface
class Node:
    """Anything that has an id: an identity, a business, an account or a group."""

    graph: strawberry.Private[AccessGraph]
    key: strawberry.Private[str]

    id: ID = own_id(
        "key",
        "The printed form of the node, readable and stable: `business:77128`. In a past or imagined"
        " version the mark of that version follows: `business:77128@~1f-1a2b3c4d5e-0123abcd`.",
    )

    @field
    def label(self) -> str:
        """A readable name: `b@example.com`, `BillSpring (77128)`, `account Xr82w`; never empty.

        Characters that could reorder or hide what is read are replaced.
        """
        return wording.label(self.graph, self.key)

    def in_version(self, version: Version) -> Node | None:
        """Return this node as another version knows it, or None if it does not."""
        return node(version.graph, self.key) if self.key in version.graph else None

    @once
    def attributes(self) -> dict[str, Any]:
        """The attributes of the node in the graph."""
        return self.graph.nodes[self.key]


KINDS: Final[dict[NodeKind, type[Node]]] = {}
"""The GraphQL type of each node kind.

The module of a type registers it here: importing it from here would be a circular import.
"""


def node(graph: AccessGraph, key: str) -> Node:
    """Return the GraphQL object of a node of the graph."""
    return KINDS[kind_of(key)](graph=graph.ground or graph, key=key)


def identity(graph: AccessGraph, key: str) -> AnIdentity:
    """Return the GraphQL object of an identity; the caller guarantees the kind of the key."""
    return cast("Identity", node(graph, key))


def business(graph: AccessGraph, key: str) -> ABusiness:
    """Return the GraphQL object of a business; the caller guarantees the kind of the key."""
    return cast("Business", node(graph, key))


def account(graph: AccessGraph, key: str) -> AnAccount:
    """Return the GraphQL object of an account; the caller guarantees the kind of the key."""
    return cast("Account", node(graph, key))


def group(graph: AccessGraph, key: str) -> AGroup:
    """Return the GraphQL object of a group; the caller guarantees the kind of the key."""
    return cast("Group", node(graph, key))
