"""The GraphQL types of decisions about review items."""

from __future__ import annotations

import datetime as dt

import strawberry

from inroads import review
from inroads.review import Verdict
from inroads_api.schema.fields import ID, describe, described, stated

describe(
    Verdict,
    "What was decided about an access.",
    {
        "KEEP": "It may stay.",
        "REVOKE": "It must go; somebody has to do that where the access was given.",
        "UNSURE": "Somebody looked and cannot tell: the next campaign asks again.",
        "WITHDRAWN": "In histories alone: the decision before it was taken back by its decider.",
    },
    name="ReviewVerdict",
)


@described
class ReviewDecision:
    """A decision about an item. Decisions are only added, never changed; the last one counts.

    One that was withdrawn does not count, and the one before it does again.
    """

    made: strawberry.Private[review.Decision]

    id: ID = stated("made.number", "Its number in the ledger; later decisions have higher ones.")
    verdict: Verdict = stated("made.verdict", "What was decided.")
    by: str = stated(
        "made.by",
        "Who decided: as the token tells, or as was said where none is needed.",
    )
    decided_at: dt.datetime = stated("made.moment", "When it was decided.")
    why: str = stated("made.why", "The reason; it may be empty for KEEP.")
    carried_from: ID | None = stated(
        "made.origin",
        "The id of the decision that this one was carried over from, if it was.",
    )


def decision_of(made: review.Decision | None) -> ReviewDecision | None:
    return ReviewDecision(made=made) if made else None
