"""Review campaigns, and how one asks for them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from inroads import review
from inroads.errors import InroadsError
from inroads.review import Gone, Order
from inroads_api.limits import MAX_FIRST
from inroads_api.schema.fields import ID, describe, described, field, mirror, stated, value
from inroads_api.schema.graph.coverage import Coverage
from inroads_api.schema.pages import Connection, Page, Window, connection, written
from inroads_api.schema.review.decisions import ReviewDecision, decision_of
from inroads_api.schema.review.drift import ReviewDrift, drift_of
from inroads_api.schema.review.items import (
    Chosen,
    ItemWindow,
    ReviewItem,
    ReviewItemConnection,
    chosen_of,
)
from inroads_api.schema.review.progress import ReviewPart, ReviewProgress
from inroads_api.schema.review.scopes import ReviewScope, scope_of
from inroads_api.schema.review.seen import LASTING, Info, Seen, desk_of, mark_of
from inroads_api.versions.review_desk import MAX_FROZEN

describe(
    Gone,
    "What became of an access of the campaign before that is not in this one.",
    {
        "ENDED": "Both ends are known, and there is no access.",
        "OUT_OF_SCOPE": "It stands, and this campaign's scope does not ask for it.",
        "UNSEEN": "No document names one of its ends any more.",
    },
    name="ReviewGone",
)
CampaignId = Annotated[ID, strawberry.argument(description="A campaign by its id or its name.")]


@described
class ReviewEnding:
    """An access of the previous campaign that is not in this one."""

    ending: strawberry.Private[review.Ending]

    principal_id: ID = stated("ending.principal", "The node id of whose access it was.")
    resource_id: ID = stated("ending.resource", "The node id of what was reached.")
    gone: Gone = stated("ending.kind", "What became of it.")

    @field
    def previous(self) -> ReviewDecision | None:
        """The decision of the previous campaign about it."""
        return decision_of(self.ending.previous)


@described
class ReviewSignOff:
    """The sign-off that closed a campaign."""

    by: str = value("Who signed it off.")
    signed_at: dt.datetime = value("When.")
    undecided: int = value("How many items it left undecided.")
    sha256: str = value(
        "The SHA-256 of the canonical report as it was then: `inroads review verify` checks a copy."
    )


def sign_off_of(signed: review.Signed) -> ReviewSignOff:
    return ReviewSignOff(
        by=signed.by,
        signed_at=signed.moment,  # type: ignore[arg-type]  # the scalar takes text, too
        undecided=signed.undecided,
        sha256=signed.sha256,
    )


@described
class Reviewer:
    """The asker of a question about reviews."""

    name: str | None = value(
        "The name under which they decide, as their token tells; null where none is needed, so that"
        " `by` says it."
    )
    may_decide: bool = value(
        "Whether the server takes decisions, and the token has the scope `review` if one is needed."
    )


@described
class ReviewCampaign:
    """A review campaign: accesses as they were frozen, and the decisions about each.

    Only `drift`, and the fields of items about the answering version, follow the graph.
    """

    of: strawberry.Private[Seen]

    id: ID = stated("of.campaign.id", "Its number in the ledger.")
    name: str = stated("of.campaign.name", "What it is called, which no other campaign is.")
    started_by: str = stated("of.campaign.head.by", "Who started it.")
    started_at: dt.datetime = stated("of.campaign.head.started", "When its accesses were frozen.")
    due: dt.datetime | None = stated("of.campaign.head.due", "When it is overdue, if ever.")
    version: str = stated("of.campaign.head.version", "The version of the graph that was frozen.")
    as_of: dt.datetime | None = stated(
        "of.campaign.head.as_of",
        "The moment that the graph was of; null for all that was observed.",
    )
    policy_digest: str = stated("of.campaign.head.policy", "The digest of the policy it was under.")
    item_count: int = stated("of.campaign.head.items", "How many items there were at the start.")
    forgotten: int = stated(
        "of.campaign.forgotten",
        "How many items went since with the persons they were about.",
    )

    @field
    def scope(self) -> ReviewScope:
        """The scope: the accesses that the campaign is about."""
        return scope_of(self.of.campaign.head.scope)

    @field
    def coverage(self) -> Coverage:
        """The coverage of the documents when the campaign was started."""
        return mirror(Coverage, self.of.campaign.head.coverage)

    @field
    def previous(self) -> ReviewCampaign | None:
        """The campaign that decisions were carried over from."""
        number = self.of.campaign.head.previous
        found = desk_of(self.of.asker).campaign(number) if number else None
        return ReviewCampaign(of=Seen(self.of.asker, found)) if found else None

    @field
    def overdue(self) -> bool:
        """True if the campaign is open and its due moment has passed."""
        return self.of.campaign.overdue(desk_of(self.of.asker).reviews.now())

    @field
    def sign_off(self) -> ReviewSignOff | None:
        """The sign-off that closed the campaign; null while it is open."""
        return sign_off_of(self.of.campaign.signed) if self.of.campaign.signed else None

    @field
    def progress(self) -> ReviewProgress:
        """The progress of the campaign."""
        return mirror(ReviewProgress, self.of.campaign.whole())

    @connection
    def parts(self, page: Page) -> Connection[ReviewPart]:
        """The progress for each business, in the order of node ids."""
        keys = [(each,) for each in self.of.campaign.businesses()]

        def load(part: slice) -> list[ReviewPart]:
            some = keys[part]
            found = self.of.campaign.parts(*some[0], *some[-1]) if some else {}
            return [
                ReviewPart(business_id=ID(key), progress=mirror(ReviewProgress, found[key]))
                for (key,) in some
            ]

        return Connection(
            window=Window(None, ("parts", mark_of(self.of.campaign)), keys, load, page, LASTING)
        )

    @connection
    def items(
        self,
        page: Page,
        filter: Chosen = strawberry.UNSET,  # noqa: A002  # the name in the GraphQL schema
    ) -> ReviewItemConnection:
        """The frozen accesses in the order of review."""
        return ReviewItemConnection(window=ItemWindow(self.of, chosen_of(filter), page))

    @field
    def item(
        self, number: Annotated[int, strawberry.argument(description="Its number in the campaign.")]
    ) -> ReviewItem | None:
        """An item by its number.

        It is null if there is no such item, for example because its person was forgotten.
        """
        found = list(self.of.campaign.items(after=number - 1, before=number + 1))
        return ReviewItem(of=self.of, item=found[0]) if found else None

    @field
    def ordered(
        self,
        filter: Chosen = strawberry.UNSET,  # noqa: A002  # the name in the GraphQL schema
        order: Annotated[
            Order, strawberry.argument(description="How the items are ordered.")
        ] = Order.RISK,
    ) -> list[int]:
        """The numbers of the items in an order, at most the first 100,000 of them.

        A page that shows a long list asks for its items by `picked`, as far as they are seen.
        """
        return self.of.campaign.ordered(chosen_of(filter), order, MAX_FROZEN)

    @field
    def picked(
        self,
        numbers: Annotated[
            list[int], strawberry.argument(description="Numbers of items, up to 100.")
        ],
    ) -> list[ReviewItem | None]:
        """Items by their numbers, in this order; null for one that is not there.

        TOO_MANY_ITEMS for more numbers than 100.
        """
        if len(numbers) > MAX_FIRST:
            raise InroadsError(
                f"there are {len(numbers)} numbers; the limit is {MAX_FIRST}", "TOO_MANY_ITEMS"
            )
        found = self.of.campaign.picked(numbers)
        return [
            ReviewItem(of=self.of, item=found[each]) if each in found else None for each in numbers
        ]

    @field
    def reviewer(self) -> Reviewer:
        """The asker, and whether decisions of theirs are taken."""
        desk = desk_of(self.of.asker)
        return Reviewer(name=desk.who, may_decide=desk.entitled)

    @connection
    def endings(self, page: Page) -> Connection[ReviewEnding]:
        """The accesses of the previous campaign that are not in this one, with their fates."""
        found = self.of.campaign.endings()

        keys = [(each.principal, each.resource) for each in found]
        load = written(found, lambda each: ReviewEnding(ending=each))
        return Connection(
            window=Window(None, ("endings", mark_of(self.of.campaign)), keys, load, page, LASTING)
        )

    @field
    def drift(self) -> ReviewDrift | None:
        """The differences between the answering version and the campaign.

        POLICY_DIFFERS if that version was folded under another policy.
        """
        return drift_of(self.of, self.of.asker.version)


@described
class ReviewQuestions:
    """The questions about reviews."""

    @connection
    def review_campaigns(self, info: Info, page: Page) -> Connection[ReviewCampaign] | None:
        """All review campaigns of the ledger, the oldest first.

        REVIEWS_UNAVAILABLE if no ledger is served.
        """
        found = desk_of(info.context).campaigns()

        load = written(found, lambda each: ReviewCampaign(of=Seen(info.context, each)))
        return Connection(
            window=Window(None, ("campaigns",), [(each.id,) for each in found], load, page, LASTING)
        )

    @field
    # The GraphQL schema names the argument `id`.
    def review_campaign(self, info: Info, id: CampaignId) -> ReviewCampaign | None:  # noqa: A002  # the schema's name
        """A review campaign by its id. REVIEWS_UNAVAILABLE if no ledger is served."""
        found = desk_of(info.context).campaign(id)
        return ReviewCampaign(of=Seen(info.context, found)) if found else None

    @field
    def reviewer(self, info: Info) -> Reviewer | None:
        """The asker, and whether campaigns and decisions of theirs are taken.

        REVIEWS_UNAVAILABLE if no ledger is served.
        """
        desk = desk_of(info.context)
        return Reviewer(name=desk.who, may_decide=desk.entitled)
