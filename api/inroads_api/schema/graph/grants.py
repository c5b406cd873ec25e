"""The GraphQL types of grants, and of the remedies that end them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from inroads import model
from inroads.analysis.remediation import remedies
from inroads.model import Relation, Role
from inroads.network import wording
from inroads.network.access_graph import AccessGraph
from inroads_api.schema.fields import ID, described, field, mirror, own_id, stated, value
from inroads_api.schema.graph.evidence import Contradiction, Evidence, contradictions_of
from inroads_api.schema.graph.node import Node, node
from inroads_api.schema.pages import MAX_OFFSET, First, within


@described
class Grant:
    """A relation that a principal holds on a resource.

    One or more records state it, in one or more dialects.
    """

    graph: strawberry.Private[AccessGraph]
    held: strawberry.Private[model.Grant]

    id: ID = own_id(
        "held.id",
        "The printed form: `business:77128#MEMBER@identity:712052`. In a past or imagined version"
        " the mark of that version follows.",
    )

    @field
    def label(self) -> str:
        """The records by name, such as `membership 168372 = group row 168372 = role 682608`."""
        return wording.records(self.graph, self.held)

    relation: Relation = stated("held.relation", "The relation that is held.")

    @field
    def principal(self) -> Node:
        """The node that holds the relation."""
        return node(self.graph, self.held.principal)

    @field
    def resource(self) -> Node:
        """The node on which the relation is held."""
        return node(self.graph, self.held.resource)

    roles: list[Role] = stated(
        "held.roles",
        "The canonical roles that its records state, the membership's first.",
    )
    raw_roles: list[str | None] = stated(
        "held.words",
        "The documents' own words, in the order in which its records speak.",
    )
    active: bool = stated(
        "held.active",
        "False when a standing group row, team row or listed member says so.",
    )
    contested: bool = stated("held.contested", "True if records contradict each other about it.")

    @field
    def contradictions(self) -> list[Contradiction]:
        """The contradictions of the records that bear on it; none if it is not contested."""
        return contradictions_of(self.graph, self.held.contradictions)

    @field
    def evidence(
        self,
        first: First = 3,
        offset: Annotated[
            int | None, strawberry.argument(description="How many records to pass over.")
        ] = 0,
    ) -> list[Evidence]:
        """The first standing records that state it, those of its two ends' own documents first."""
        count, passed = within(first, 3), within(offset, 0, "offset", most=MAX_OFFSET)
        found = wording.records_of(self.graph, self.held)[passed : passed + count]
        return [Evidence(graph=self.graph, said=each) for each in found]

    evidence_count: int = stated(
        lambda self: len(self.held.evidence), "The number of standing records that state it."
    )

    @field
    def remediation(self) -> list[Remedy]:
        """The remedies that end the grant, one per record: every record must go.

        The list is empty for a fact that nobody can revoke.
        """
        return [mirror(Remedy, each) for each in remedies(self.graph, self.held)]


@described
class Remedy:
    """A record that must go for a grant to end, and how. This server never does it."""

    record: str = value("The record as a person calls it: `role 994207`.")
    dialect: str = value("The dialect that it stands in.")
    action: str = value("What to do in the vendor's product.")
    destroy: str | None = value(
        "The record's own `links.destroy`, as the document gives it; never called."
    )
    source: str = value("The source of the document.")
    pointer: str = value("The JSON pointer of the record in the document.")
