"""The GraphQL types of bundles: nodes that hang on one parent in the same way."""

from __future__ import annotations

from typing import cast

import strawberry

from inroads import model
from inroads.errors import BadCursor
from inroads.model import AccessState, Certainty, Relation, Role
from inroads.network.access_graph import AccessGraph
from inroads.reach import bundles
from inroads.reach.answers import AccessAnswers
from inroads_api.schema.fields import described, field, stated, value
from inroads_api.schema.graph.node import Node, node
from inroads_api.schema.pages import Seal


@described
class Bundle:
    """The nodes that hang on one parent by one relation, role, certainty and state.

    The parent of a node is the node before it on its best path, as seen from the node that was
    asked about.
    """

    graph: strawberry.Private[AccessGraph]
    seal: strawberry.Private[Seal]
    found: strawberry.Private[bundles.Bundle]

    @field
    def parent(self) -> Node:
        """The node on which the members hang."""
        return node(self.graph, self.found.parent)

    relation: Relation = stated(
        "found.relation", "The relation between the parent and each member."
    )
    role: Role | None = stated(
        "found.role", "The role of these grants, for relations that have one."
    )
    certainty: Certainty = stated("found.certainty", "How sure the path to each member is.")
    state: AccessState = stated("found.state", "How alive the path to each member is.")
    count: int = stated("found.size", "The number of members.")
    beyond: int = stated(
        "found.beyond",
        "The number of accesses that hang on the members in turn, listed or not.",
    )
    scopes: int = stated(
        "found.scopes",
        "The number of members that are rows of the answer themselves, a business and the account"
        " that it keeps counted once: not those over KEEPS, nor those only on the way.",
    )
    scopes_beyond: int = stated(
        "found.scopes_beyond",
        "How many such rows hang on the members in turn, listed or not.",
    )

    @field
    def members(self) -> list[Node]:
        """The first members by printed id, or those after the cursor."""
        return [node(self.graph, key) for key in self.found.members]

    @field
    def after(self) -> str | None:
        """The cursor with which `bundles` gives the next members; null if there are none."""
        if self.found.stop >= self.found.size:
            return None
        return self.seal.cursor((self.found.key, self.found.stop))


@described
class BundleList:
    """The bundles nearest to the node that was asked about, parents first."""

    nodes: list[Bundle] = value("The bundles.")
    total_count: int = value("The number of bundles if all members were listed.")
    truncated: bool = value("True if a limit cut the search itself short.")
    version: str = value(
        "The name of the version that the bundles are of, which is that of the cursor."
    )


def bundle_list(
    answer: AccessAnswers[model.Access],
    question: tuple[object, ...],
    after: str | None,
    first: int,
    members: int,
) -> BundleList:
    """Return bundles of an answer, those after a cursor if there is one. Raises BadCursor."""
    graph, tree = answer.graph, answer.bundles
    seal = Seal(graph, ("bundles", *question))
    if after is None:
        found = tree.listed(first, members)
    else:
        key = seal.key(after)
        if len(key) != 2 or not all(isinstance(each, int) and 0 <= each < 2**62 for each in key):
            raise BadCursor("this is not a cursor of this list")
        found = tree.after(*cast("tuple[int, int]", key), first, members)
    return BundleList(
        nodes=[Bundle(graph=graph, seal=seal, found=each) for each in found],
        total_count=len(tree),
        truncated=answer.truncated,
        version=graph.version,
    )
