"""The GraphQL types of evidence: documents, the places of records in them, and contradictions
between records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import strawberry
from strawberry.scalars import JSON

from inroads import model
from inroads.documents import pointers
from inroads.network.access_graph import AccessGraph
from inroads_api.schema.fields import ID, described, field, stated, value
from inroads_api.schema.graph.node import Node, node


@described
class Evidence:
    """A record that states something, with its place in a document."""

    graph: strawberry.Private[AccessGraph]
    said: strawberry.Private[model.Evidence]
    # The rest of the pointer, for a fact in a part of the record.
    inside: strawberry.Private[str] = ""

    @property
    def _place(self) -> str:
        said = self.said
        return (
            pointers.pointer(
                self.graph.documents[said.document], said.section, said.index, said.sub
            )
            + self.inside
        )

    @field
    def document(self) -> Document:
        """The document that contains the record."""
        return Document.of(self.graph, self.said.document)

    @field
    def pointer(self) -> str:
        """The JSON pointer (RFC 6901) of the record in the document."""
        return self._place

    record_id: ID | None = stated("said.record_id", "The record's own id, when it has one.")

    @field
    def record(self) -> JSON | None:
        """The record as it was kept: secrets were dropped before.

        Null for evidence that names a whole document, which may be large.
        """
        if self.said.section is model.Section.DOCUMENT and not self.inside:
            return None
        return JSON(pointers.record(self.graph.documents[self.said.document], self._place))


@described
class Document:
    """A JSON body observed at one moment."""

    sha256: str = value("The SHA-256 of the kept body, in hexadecimal.")
    source: str = value("Where it came from: a file name or what its envelope says.")
    observed_at: dt.datetime = value("The moment at which it was true.")
    moment_source: model.MomentSource | None = value(
        "How that moment is known; null if an older ledger did not record it."
    )
    kind: str = value(
        "`me` is one identity's own view, `team` everyone's role in one business, `members` a"
        " listing of its members, whole or a part of it."
    )
    subject: Node = value("The identity or business that it speaks about.")

    @classmethod
    def of(cls, graph: AccessGraph, number: int) -> Document:
        """Return the GraphQL object of a document of a graph."""
        found = graph.documents[number]
        return cls(
            sha256=found.sha256,
            source=found.source,
            observed_at=found.observed_at,
            moment_source=found.moment_source,
            kind=found.kind,
            subject=node(graph, found.subject),
        )


@described
class Contradiction:
    """A contradiction between records that bear on one grant."""

    code: str = value(
        "Its kind: `membership_denied`, `equal_moment`, `account_moved`, `two_keepers`,"
        " `role_disagreement` or `reference_conflict`."
    )
    sentence: str = value("The contradiction in plain English.")
    evidence: list[Evidence] = value(
        "The evidence of both sides. A side that lacks a record names the section, or the whole"
        " document, that does not have it."
    )


def contradictions_of(
    graph: AccessGraph, found: Iterable[model.Contradiction]
) -> list[Contradiction]:
    """Return the GraphQL objects of contradictions."""
    return [
        Contradiction(
            code=each.code,
            sentence=each.sentence,
            evidence=[Evidence(graph=graph, said=record) for record in each.evidence],
        )
        for each in found
    ]
