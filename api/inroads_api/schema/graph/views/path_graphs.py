"""The GraphQL types of the paths of an access as one graph."""

from __future__ import annotations

from functools import partial

import strawberry

from inroads import model
from inroads.model import AccessState, Certainty, Relation, Role
from inroads.network.access_graph import AccessGraph
from inroads.reach.paths import PathStep, path_graph
from inroads_api.schema.fields import ID, described, field, own_id, stated, value
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.node import Node, node


@described
class PathGraphNode:
    """A node on the paths of an access, and its layer in a picture of them."""

    graph: strawberry.Private[AccessGraph]
    key: strawberry.Private[str]

    @field
    def node(self) -> Node:
        """The node."""
        return node(self.graph, self.key)

    layer: int = value(
        "The place of the node on the longest path to it; the identity is in layer 0."
    )


@described
class PathGraphStep:
    """A step of some paths of an access."""

    graph: strawberry.Private[AccessGraph]
    found: strawberry.Private[PathStep]

    id: ID = own_id("found.id", "An id that no other step of this graph has.")

    @partial(field, name="from")
    def principal(self) -> Node:
        """The node at which the step starts."""
        return node(self.graph, self.found.step.principal)

    @partial(field, name="to")
    def resource(self) -> Node:
        """The node at which the step ends."""
        return node(self.graph, self.found.step.resource)

    relation: Relation = stated("found.step.relation", "The relation that is followed.")
    role: Role | None = stated(
        "found.step.role", "The role of the grant, for relations that have one."
    )
    certainty: Certainty = stated("found.certainty", "How sure the best path over this step is.")
    state: AccessState = stated("found.state", "Active when any path over this step is.")

    @field
    def grant(self) -> Grant:
        """The grant that the step goes over."""
        return Grant(graph=self.graph, held=self.graph.grants[self.found.step.grant])


@described
class PathGraph:
    """The paths of an access as one graph, in which each node and each step is there once."""

    nodes: list[PathGraphNode] = value("The nodes, the identity first.")
    edges: list[PathGraphStep] = value("The steps, those of the best paths first.")
    truncated: bool = value("True if there are more paths than were joined.")


def graph_of(graph: AccessGraph, access: model.Access, first: int) -> PathGraph:
    """Return the first paths of an access as one graph."""
    found = path_graph(access.paths[:first])
    return PathGraph(
        nodes=[
            PathGraphNode(graph=graph, key=key, layer=layer) for key, layer in found.layers.items()
        ],
        edges=[PathGraphStep(graph=graph, found=step) for step in found.steps],
        truncated=access.truncated or len(access.paths) > first,
    )
