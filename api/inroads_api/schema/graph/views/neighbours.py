"""The GraphQL types of the neighbours of a node: the other ends of its grants."""

from __future__ import annotations

import strawberry

from inroads import model
from inroads.columns.arrays import Lazily
from inroads.model import Relation
from inroads.network.access_graph import AccessGraph
from inroads.network.listing import Direction, neighbour_rows
from inroads_api.schema.fields import describe, described, field, stated, value
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.node import Node, node
from inroads_api.schema.pages import Connection, Page, Window

describe(
    Direction,
    "A direction of grants, as seen from one of their ends.",
    {
        "RESOURCES": "To what the node holds something on.",
        "PRINCIPALS": "To what holds something on the node.",
    },
)


@described
class Neighbour:
    """The other end of a grant of a node."""

    graph: strawberry.Private[AccessGraph]
    held: strawberry.Private[model.Grant]

    direction: Direction = value("Where the neighbour stands.")

    @field
    def node(self) -> Node:
        """The neighbour."""
        is_resource = self.direction is Direction.RESOURCES
        return node(self.graph, self.held.resource if is_resource else self.held.principal)

    relation: Relation = stated("held.relation", "The relation that is held.")

    @field
    def grant(self) -> Grant:
        """The grant between both."""
        return Grant(graph=self.graph, held=self.held)


def neighbours_of(
    graph: AccessGraph,
    key: str,
    relations: frozenset[Relation],
    directions: tuple[Direction, ...],
    page: Page,
) -> Connection[Neighbour]:
    """Return a page of the neighbours of a node: resources first, then by number and grant."""
    found = neighbour_rows(graph, key, relations, directions)

    def load(part: slice) -> list[Neighbour]:
        loaded = map(found.neighbour, range(len(found.rows))[part])
        return [
            Neighbour(graph=graph, held=each.grant, direction=each.direction) for each in loaded
        ]

    question = "neighbours", key, sorted(relations), directions
    keys = Lazily(len(found.rows), found.rows.__getitem__)
    return Connection(window=Window(graph, question, keys, load, page))
