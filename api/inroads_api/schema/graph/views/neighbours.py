"""The GraphQL types of the neighbours of a node: the other ends of its grants."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
import strawberry

from inroads import model
from inroads.columns.arrays import Lazily
from inroads.columns.claimset import RELATIONS
from inroads.model import Relation
from inroads.network.access_graph import AccessGraph
from inroads_api.schema.fields import describe, described, field, stated, value
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.node import Node, node
from inroads_api.schema.pages import Connection, Page, Window


class Direction(StrEnum):
    """A direction of grants, as seen from one of their ends."""

    RESOURCES = "RESOURCES"
    PRINCIPALS = "PRINCIPALS"


_DIRECTIONS: Final = tuple(Direction)
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

    relation: Relation = stated(lambda self: self.held.relation, "The relation that is held.")

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
    index, number = graph.index, graph.number(key)
    wanted = [RELATIONS.index(each) for each in relations]
    rows: list[tuple[int, int, int]] = []
    for direction in directions:
        is_resource = direction is Direction.RESOURCES
        starts, hops = index.out_entries if is_resource else index.in_entries
        grants = hops[int(starts[number]) : int(starts[number + 1])]
        grants = grants[grants >= 0]  # a negative one is KEEPS from its other end
        grants = grants[np.isin(index.fold.grants.relation[grants], wanted)]
        far = index.fold.grants.resource if is_resource else index.fold.grants.principal
        place = _DIRECTIONS.index(direction)
        rows += [
            (place, other, grant)
            for other, grant in zip(far[grants].tolist(), grants.tolist(), strict=True)
        ]

    def load(part: slice) -> list[Neighbour]:
        return [
            Neighbour(graph=graph, held=index.grant(grant), direction=_DIRECTIONS[place])
            for place, _, grant in rows[part]
        ]

    question = "neighbours", key, sorted(relations), directions
    keys = Lazily(len(rows), rows.__getitem__)
    return Connection(window=Window(graph, question, keys, load, page))
