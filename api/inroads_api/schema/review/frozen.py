"""The GraphQL types of frozen accesses, and of their differences from another moment."""

from __future__ import annotations

import datetime as dt

import strawberry

from inroads import review
from inroads.model import AccessState, Certainty, Relation, Role
from inroads.review.frozen_access import Frozen as FrozenAccessValue
from inroads.review.frozen_access import FrozenGrant as FrozenGrantValue
from inroads.review.frozen_access import FrozenPath as FrozenPathValue
from inroads_api.schema.fields import ID, described, field, mirror, stated, value
from inroads_api.schema.pages import First, within


@described
class FrozenRecord:
    """A record behind a frozen grant, with its place in a document."""

    label: str = value("What a person calls the record: `role 994207`.")
    id: ID | None = value("The record's own id, when it has one.")
    sha256: str = value("The document's SHA-256, in hexadecimal.")
    observed_at: dt.datetime = value("The moment at which the document was true.")
    source: str = value("Where the document came from.")
    pointer: str = value("The JSON pointer (RFC 6901) in the document.")


@described
class FrozenGrant:
    """A grant as it was frozen, with its records.

    A fact such as KEEPS has only its first record.
    """

    was: strawberry.Private[FrozenGrantValue]

    id: ID = stated("was.id", "Its id.")
    relation: Relation = stated("was.relation", "Its kind.")
    roles: list[Role] = stated("was.roles", "Its roles.")
    words: list[str] = stated("was.words", "The documents' own words for them.")

    @field
    def records(self) -> list[FrozenRecord]:
        """The records that stated it."""
        return [mirror(FrozenRecord, each) for each in self.was.records]


@described
class FrozenPath:
    """A path as it was frozen."""

    was: strawberry.Private[FrozenPathValue]

    grant_ids: list[ID] = stated("was.grants", "The ids of its grants, in order.")
    roles: list[Role] = stated("was.roles", "What it conveyed.")
    certainty: Certainty = stated("was.certainty", "How sure it was.")
    state: AccessState = stated("was.state", "How alive it was.")
    state_reasons: list[str] = stated("was.reasons", "Why it was latent, if it was.")
    sentence: str = stated("was.sentence", "All of it in plain English.")


@described
class FrozenAccess:
    """The access to an account as it was frozen, beside that to the business that keeps it."""

    was: strawberry.Private[FrozenAccessValue]

    resource_id: ID = stated("was.resource", "The node id of the account.")
    what: str = stated("was.what", "What the account was called.")
    sentence: str = stated("was.sentence", "The access in plain English.")
    truncated: bool = stated("was.truncated", "Whether there were more paths than were kept.")
    path_count: int = stated(lambda self: len(self.was.paths), "How many paths were kept.")

    @field
    def paths(self, first: First = 5) -> list[FrozenPath]:
        """The paths that proved it, the best first."""
        return [FrozenPath(was=each) for each in self.was.paths[: within(first, 5)]]


@described
class ReviewDifference:
    """The differences of an access between two moments, in sentences."""

    facts: list[str] = value(
        "What is another: roles, capabilities, certainty, state, what is contested."
    )
    gained: list[str] = value("The paths that were not there before.")
    lost: list[str] = value("The paths that are not there any more.")
    grants: list[str] = value("The grants whose roles or records are others.")


def difference_of(found: review.Difference | None) -> ReviewDifference | None:
    return mirror(ReviewDifference, found) if found else None
