"""Ways to find nodes and grants: a search by text, lists of nodes, and a lookup by id."""

from __future__ import annotations

from functools import partial
from typing import Annotated, cast

import numpy as np
import strawberry

from inroads.columns.arrays import Lazily
from inroads.columns.claimset import KINDS
from inroads.model import NodeKind, Relation, node_id
from inroads.network import listing
from inroads.network.listing import Direction, NodeOrder
from inroads.network.search import Matches, MatchField, MatchPlace
from inroads_api.schema.context import Info, asked
from inroads_api.schema.fields import ID, describe, described, field, optional, value
from inroads_api.schema.graph.businesses import Business
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.identities import Identity
from inroads_api.schema.graph.node import Node, node
from inroads_api.schema.graph.views.neighbours import Neighbour, neighbours_of
from inroads_api.schema.pages import Connection, Edge, Page, Window, connection
from inroads_api.schema.resolved import note, resolved
from inroads_api.versions.versions import Version

describe(
    MatchField,
    "The field of a node that a text was found in, the best first.",
    {
        "EMAIL": "The email of an identity.",
        "NAME": "The name of a business, or the first and last name of an identity.",
        "ID": "The printed or the native id.",
    },
)
describe(
    MatchPlace,
    "The place of a text in a field, the best first.",
    {
        "EXACT": "The text is the whole field.",
        "PREFIX": "The field begins with the text; or the last name of an identity does.",
        "WITHIN": "The text is somewhere in the field.",
    },
)
describe(
    NodeOrder,
    "An order of nodes.",
    {
        "ID": "By the printed id.",
        "NAME": "By the email of an identity, or the name of a business; those without come last.",
        "ACCESSES": "Those with the most accesses first, which counts everything once per version.",
    },
)


@strawberry.input(description="Which nodes are listed; everything not given is allowed.")
class NodeFilter:
    """A filter of nodes, as the input of a query."""

    text: str | None = optional("Only nodes that a search for this text finds.")
    observed: bool | None = optional("Whether the node has a document of its own.")
    latent: bool | None = optional(
        "Whether the node makes access through it latent: an unconfirmed identity, an inactive"
        " business, or one whose account has lapsed."
    )

    def chosen(self) -> listing.NodeFilter:
        """Return the filter as the library takes it."""
        given = (self.text, self.observed, self.latent)
        return listing.NodeFilter(
            *(None if each is strawberry.UNSET else each for each in given)  # type: ignore[arg-type]  # each has its own type
        )


Kinds = Annotated[
    list[NodeKind] | None,
    strawberry.argument(description="The kinds of node that are looked for; null for all."),
]
Chosen = Annotated[NodeFilter | None, strawberry.argument(description="Which nodes are listed.")]
Sorted = Annotated[NodeOrder | None, strawberry.argument(description="The order of the list.")]


@described
class SearchMatch:
    """The field in which a search found its text, and the place in it."""

    field: MatchField = value("The field.")
    place: MatchPlace = value("The place in the field.")


@described
class SearchEdge(Edge[Node]):
    """A node that a search found, with its cursor."""

    match: SearchMatch = value("The best match of the text in this node.")


@described
class SearchConnection(Connection[Node]):
    """A page of what a search found: by place, field, kind and printed id."""

    matches: strawberry.Private[Matches]

    @field
    def edges(self) -> list[SearchEdge]:
        """The nodes of the page, each with its cursor and its match."""
        window = self.window
        found = self.matches[window.start : window.stop]
        return [
            SearchEdge(
                cursor=window.cursor(place),
                node=each,
                match=SearchMatch(field=match.field, place=match.place),
            )
            for place, each, match in zip(
                range(window.start, window.stop), window.nodes, found, strict=True
            )
        ]


@described
class NodeQuestions:
    """The ways in which one version of the graph finds nodes and grants."""

    seen: strawberry.Private[Version]

    @partial(connection, default=10)
    def search(
        self,
        page: Page,
        text: Annotated[
            str, strawberry.argument(description="A part of an id, an email or a name.")
        ],
        kinds: Kinds = strawberry.UNSET,
    ) -> SearchConnection | None:
        """Nodes whose id, email or name contains the text, the best matches first.

        An email that begins with it comes before a hit inside an id. Of a text of one or two
        letters only what begins with it is found, unless nothing does.
        """
        graph = self.seen.graph
        wanted = frozenset(kinds if kinds or kinds == [] else NodeKind)
        found = graph.matches(text, wanted)

        def load(part: slice) -> list[Node]:
            keys = [match.node for match in found[part]]
            note(keys)
            return [node(graph, key) for key in keys]

        question = "search", text, sorted(wanted)
        window = Window(graph, question, Lazily(len(found), found.key), load, page)
        return SearchConnection(window=window, matches=found)

    @connection
    def neighbours(
        self,
        page: Page,
        id: Annotated[  # noqa: A002  # the contract's name
            ID, strawberry.argument(description="A node id: `business:77128`.")
        ],
        relations: Annotated[
            list[Relation] | None, strawberry.argument(description="Only over these relations.")
        ] = strawberry.UNSET,
        direction: Annotated[
            Direction | None, strawberry.argument(description="Only these; both by default.")
        ] = strawberry.UNSET,
    ) -> Connection[Neighbour] | None:
        """The other ends of a node's grants, whether they convey access or not; null if unknown.

        Neighbours are stable in their order: resources first.
        """
        seen, (text,) = asked(self.seen, id)
        graph, key = seen.graph, resolved(node_id(text))
        if key not in graph:
            return None
        wanted = frozenset(relations if relations or relations == [] else Relation)
        directions = (direction,) if direction else tuple(Direction)
        return neighbours_of(graph, key, wanted, directions, page)

    @field
    def grant(
        self,
        id: Annotated[  # noqa: A002  # the contract's name
            ID,
            strawberry.argument(
                description="A grant's id: `business:77128#MEMBER@identity:712052`, or as any"
                " object gives it."
            ),
        ],
    ) -> Grant | None:
        """A standing grant by its id, in the version of its mark; null if there is none."""
        seen, (key,) = asked(self.seen, id)
        held = seen.graph.grants.get(key)
        if held is None:
            return None
        note((held.principal, held.resource))
        return Grant(graph=seen.graph, held=held)

    @connection
    def all_identities(
        self,
        info: Info,
        page: Page,
        sort: Sorted = NodeOrder.ID,
        filter: Chosen = strawberry.UNSET,  # noqa: A002  # the name in the GraphQL schema
    ) -> Connection[Identity] | None:
        """All known identities."""
        return cast(
            "Connection[Identity]",
            _listed(self.seen, info, NodeKind.IDENTITY, sort, filter, page),
        )

    @connection
    def all_businesses(
        self,
        info: Info,
        page: Page,
        sort: Sorted = NodeOrder.ID,
        filter: Chosen = strawberry.UNSET,  # noqa: A002  # the name in the GraphQL schema
    ) -> Connection[Business] | None:
        """All known businesses."""
        return cast(
            "Connection[Business]",
            _listed(self.seen, info, NodeKind.BUSINESS, sort, filter, page),
        )


def _listed(
    seen: Version,
    info: Info,
    kind: NodeKind,
    sort: NodeOrder | None,
    chosen: NodeFilter | None,
    page: Page,
) -> Connection[Node]:
    """Return a page of all nodes of a kind. Raises InroadsError BUSY."""
    graph, filtered = seen.graph, chosen.chosen() if chosen else listing.NodeFilter()
    figures = None
    if sort is NodeOrder.NAME:
        figures = listing.by_name(
            graph, np.arange(*graph.fold.kind_starts[KINDS.index(kind) :][:2])
        )
    elif sort is NodeOrder.ACCESSES:
        figures = -info.context.versions.census(seen).of(kind)["total"]
    found = listing.listing(graph, kind, filtered, figures)

    def load(part: slice) -> list[Node]:
        keys = [found.name(place) for place in range(len(found.nodes))[part]]
        if filtered.text is not None:
            note(keys)
        return [node(graph, key) for key in keys]

    keys = Lazily(len(found.nodes), found.key)
    question = "all", kind, sort or NodeOrder.ID, filtered
    return Connection(window=Window(graph, question, keys, load, page))
