"""The GraphQL types of the progress of campaigns."""

from __future__ import annotations

from inroads_api.schema.fields import ID, described, value


@described
class ReviewProgress:
    """The progress of a campaign or of a part of it."""

    total: int = value("How many items there are.")
    undecided: int = value("How many have no decision.")
    keep: int = value("How many are to be kept.")
    revoke: int = value("How many are to be revoked.")
    unsure: int = value("How many nobody could tell about.")
    carried: int = value("How many decisions were carried over from the campaign before.")


@described
class ReviewPart:
    """The progress of the part of a campaign about one business."""

    business_id: ID = value(
        "The node id of the business; an account's where no business is known to keep it."
    )
    progress: ReviewProgress = value("How far it is.")
