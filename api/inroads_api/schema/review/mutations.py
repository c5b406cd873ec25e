"""The mutations of reviews: a campaign is started, decided and signed off."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from inroads import review
from inroads.review import Answer, Campaign, Decided, ReviewError, Scope, Verdict
from inroads.text import printable
from inroads_api.schema.fields import ID, described, field, optional, stated, value
from inroads_api.schema.review.campaigns import CampaignId, ReviewSignOff, sign_off_of
from inroads_api.schema.review.scopes import ReviewScopeInput
from inroads_api.schema.review.seen import Info, desk_of
from inroads_api.versions.review_desk import Desk


@strawberry.input(description="A decision about one item.")
class ReviewAnswer:
    """A decision about one item, as the input of a mutation."""

    item: int = strawberry.field(description="The number of the item.")
    verdict: Verdict = strawberry.field(
        description="What is decided; not WITHDRAWN, which is BAD_DECISION."
    )
    why: str | None = optional("The reason; needed unless it is KEEP.")
    expect: str | None = optional(
        "The item's fingerprint, or its beginning: STALE_DECISION if that is another."
    )

    seen: ID | None = optional(
        "The id of the decision that counted when the item was shown, `0` for none: DECIDED_SINCE if"
        " another one counts by now."
    )

    @property
    def asked(self) -> Answer:
        """The decision as the library takes it."""
        seen = _number(self.seen) if self.seen else None
        return Answer(self.item, self.verdict, self.why or "", self.expect or "", seen=seen)


@strawberry.input(description="A decision that is taken back.")
class ReviewWithdrawal:
    """A decision to take back, as the input of a mutation."""

    item: int = strawberry.field(description="The number of the item.")
    decision: ID = strawberry.field(
        description="The id of the decision that counts: DECIDED_SINCE if another one does by now."
    )


def _number(decision: str) -> int:
    """Return the number of a decision. Raises ReviewError BAD_DECISION."""
    if not (decision.isascii() and decision.isdecimal() and len(decision) < 19):
        raise ReviewError(f"{printable(decision)!r} is not the id of a decision", "BAD_DECISION")
    return int(decision)


@described
class StartedReview:
    """A campaign that was started."""

    made: strawberry.Private[Campaign]

    campaign_id: ID = stated("made.id", "The campaign's id.")
    name: str = stated("made.name", "What it is called.")
    item_count: int = stated("made.head.items", "How many items there are.")


@described
class DecidedReview:
    """Decisions that were taken, all of them."""

    desk: strawberry.Private[Desk]
    made: strawberry.Private[Campaign]
    done: strawberry.Private[Decided]

    campaign_id: ID = stated("made.id", "The campaign's id.")
    taken: int = stated("done.new", "How many were new.")
    known: int = stated("done.known", "How many said what this person had decided already.")
    repeated: bool = stated(
        "done.again",
        "Whether a request with this key had been taken before: nothing was added, and the figures"
        " are those of then.",
    )

    @field
    def undecided(self) -> int:
        """The number of items that have no decision now."""
        found = self.desk.campaign(self.made.id)
        return found.count(review.Filter(decided=False)) if found else 0


@described
class WithdrawnReview:
    """Decisions that were taken back, all of them."""

    made: strawberry.Private[Campaign]

    campaign_id: ID = stated("made.id", "The campaign's id.")
    withdrawn: int = value("How many were taken back.")


@described
class SignedReview:
    """A campaign that was signed off."""

    made: strawberry.Private[Campaign]

    campaign_id: ID = stated("made.id", "The campaign's id.")

    @field
    def sign_off(self) -> ReviewSignOff | None:
        """The sign-off that closed the campaign."""
        return sign_off_of(self.made.signed) if self.made.signed else None


By = Annotated[
    str | None,
    strawberry.argument(
        description="Who does this, such as an email, where no token is needed. With a token its"
        " name stands: leave it out."
    ),
]


@strawberry.type(name="Mutation", description="What changes the ledger's reviews.")
class ReviewMutations:
    """The mutations of reviews.

    Their results show nothing of the graph, since reading needs a token scope of its own.
    """

    @field
    def start_review(
        self,
        info: Info,
        name: Annotated[
            str, strawberry.argument(description="What the campaign is called; more than a number.")
        ],
        scope: Annotated[
            ReviewScopeInput | None,
            strawberry.argument(description="Which accesses; none for all of them."),
        ] = strawberry.UNSET,
        previous: Annotated[
            ID | None,
            strawberry.argument(
                description="The campaign to carry decisions over from, by its id or name."
            ),
        ] = strawberry.UNSET,
        due: Annotated[
            dt.datetime | None, strawberry.argument(description="When it is overdue, if ever.")
        ] = strawberry.UNSET,
        as_of: Annotated[
            dt.datetime | None,
            strawberry.argument(description="Only what was observed until this moment."),
        ] = strawberry.UNSET,
        at_least: Annotated[
            str | None,
            strawberry.argument(
                description="Wait for this version or a later one, as `graph` does."
            ),
        ] = strawberry.UNSET,
        by: By = strawberry.UNSET,
    ) -> StartedReview | None:
        """Freeze the accesses of a scope, at most 100,000, in the version that is served."""
        asker = info.context
        version = asker.until(asker.at_least(at_least or None), as_of or None)
        chosen = scope.chosen() if scope else Scope()
        made = desk_of(asker).start(
            version,
            chosen,
            name,
            by or None,
            as_of or None,
            due or None,
            None if previous is strawberry.UNSET else previous,
        )
        return StartedReview(made=made)

    @field
    def decide_review(
        self,
        info: Info,
        campaign: CampaignId,
        answers: Annotated[
            list[ReviewAnswer], strawberry.argument(description="Up to 100 decisions.")
        ],
        key: Annotated[
            str | None,
            strawberry.argument(
                description="A text of your own for this request, such as a UUID: sent again with"
                " the same key it is not taken again, whatever was decided since. KEY_REUSED for"
                " another request with it."
            ),
        ] = strawberry.UNSET,
        by: By = strawberry.UNSET,
    ) -> DecidedReview | None:
        """Decide about items, all of them or none: `problems` of an error has all that is wrong."""
        desk = desk_of(info.context)
        asked = [each.asked for each in answers]
        made, done = desk.decide(
            campaign, asked, by or None, None if key is strawberry.UNSET else key
        )
        return DecidedReview(desk=desk, made=made, done=done)

    @field
    def withdraw_review(
        self,
        info: Info,
        campaign: CampaignId,
        decisions: Annotated[
            list[ReviewWithdrawal], strawberry.argument(description="Up to 100 decisions.")
        ],
        by: By = strawberry.UNSET,
    ) -> WithdrawnReview | None:
        """Take back decisions of one's own, all of them or none.

        The decision before counts again, or the item is undecided. The history keeps both.
        """
        taken = {each.item: _number(each.decision) for each in decisions}
        made = desk_of(info.context).withdraw(campaign, taken, by or None)
        return WithdrawnReview(made=made, withdrawn=len(taken))

    @field
    def sign_off_review(
        self,
        info: Info,
        campaign: CampaignId,
        partial: Annotated[
            bool,
            strawberry.argument(description="Although items are undecided; the report says so."),
        ] = False,
        by: By = strawberry.UNSET,
    ) -> SignedReview | None:
        """Close a campaign with the SHA-256 of its report.

        UNDECIDED while items have no decision, unless `partial` is true.
        """
        return SignedReview(
            made=desk_of(info.context).sign_off(campaign, by or None, partial=partial)
        )
