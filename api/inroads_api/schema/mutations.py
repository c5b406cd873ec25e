"""The root type Mutation, and the result types of ingestion."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry
from strawberry.scalars import JSON

from inroads.errors import InroadsError
from inroads_api.schema.context import Info
from inroads_api.schema.fields import describe, described, field, mirror, stated, value
from inroads_api.schema.review.mutations import ReviewMutations
from inroads_api.versions.ingestion import Ingested, IngestStatus

describe(
    IngestStatus,
    "What became of a document that was handed in.",
    {
        "ADDED": "It is in the ledger, and was not before.",
        "KNOWN": "The same observation was in the ledger already.",
        "REJECTED": "It cannot be taken, and nothing of it is kept.",
        "FORGOTTEN": "It is not taken: whom it is about was forgotten since it was observed.",
    },
)


@described
class IngestedDocument:
    """The receipt for one document."""

    status: IngestStatus = value("What became of it.")
    sha256: str | None = value(
        "The SHA-256 of the body as it is kept, in hexadecimal; null where it is not kept."
    )
    code: str | None = value("Why it was rejected, as a stable code.")
    pointer: str | None = value("The JSON pointer of what it was rejected for.")
    message: str | None = value("Why it was rejected, in plain English.")


@described
class IngestResult:
    """The receipts for the documents of one request, after its transaction is committed."""

    found: strawberry.Private[Ingested]

    @field
    def documents(self) -> list[IngestedDocument]:
        """A receipt for each document, in the order in which they were handed in."""
        return [mirror(IngestedDocument, each) for each in self.found.receipts]

    token: str = stated(
        "found.token",
        "What `graph(atLeast:)` takes: these documents are in it then.",
    )


@strawberry.type(name="Mutation", description="What changes the ledger's documents.")
class IngestMutations:
    """The mutation that adds documents to the ledger."""

    @field
    def ingest(
        self,
        info: Info,
        documents: Annotated[
            list[JSON],
            strawberry.argument(
                description="Up to 100 documents or envelopes, in a request of at most 1 MiB, best"
                " in a variable: what is written into the query counts against its tokens. Without"
                " an envelope one was observed now."
            ),
        ],
    ) -> IngestResult | None:
        """Add all acceptable documents to the ledger in one transaction.

        Every document gets a receipt, also one that is not taken.
        """
        if info.context.intake is None:
            raise InroadsError("this server does not accept documents", "OPERATION_NOT_SUPPORTED")
        return IngestResult(found=info.context.intake.take(documents))


@strawberry.type(
    description="What changes the ledger: its documents where the server was started with"
    " `--allow-ingest`, its reviews where it was with `--allow-review`."
)
class Mutation(IngestMutations, ReviewMutations):
    """The mutations of documents and of reviews."""


MUTATIONS: Final = {
    (True, False): IngestMutations,
    (False, True): ReviewMutations,
    (True, True): Mutation,
}
"""The root type of mutations, by two flags: documents are taken, reviews are decided."""
