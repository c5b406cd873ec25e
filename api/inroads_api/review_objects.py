"""The GraphQL types of access reviews, each made from a value of `inroads.review`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

import msgspec
import strawberry

from inroads import review
from inroads.errors import InroadsError
from inroads.model import AccessState, Capability, Certainty, NodeKind, Relation, Role
from inroads.review import Answer, Campaign, Decided, Gone, Item, Opened, Pair, Scope, Verdict
from inroads.review.frozen import FrozenGrant as FrozenGrantValue
from inroads.review.frozen import FrozenPath as FrozenPathValue
from inroads_api.objects import (
    ID,
    RESOURCES,
    Connection,
    Coverage,
    Explanation,
    First,
    Grant,
    Identity,
    Node,
    Page,
    Window,
    connection,
    describe,
    described,
    field,
    mirror,
    node,
    optional,
    stated,
    value,
    within,
)
from inroads_api.reviews import Desk
from inroads_api.versions import Version, Versions

describe(
    Verdict,
    "What was decided about an access.",
    {
        "KEEP": "It may stay.",
        "REVOKE": "It must go; somebody has to do that where the access was given.",
        "UNSURE": "Somebody looked and cannot tell: the next campaign asks again.",
    },
    name="ReviewVerdict",
)
describe(
    Opened,
    "Why an item is in a campaign: as the campaign before left it, if there was one.",
    {
        "NEW": "The campaign before did not have it, or there was none.",
        "CARRIED": "It was kept, and nothing about it has changed: the decision counts again.",
        "CHANGED": "It was kept, and something about it has changed.",
        "STILL_THERE": "It was to be revoked, and is still there.",
        "UNSURE": "The decision was that nobody could tell.",
        "UNDECIDED": "Nothing had been decided.",
    },
    name="ReviewOpened",
)
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


class Asker(Protocol):
    """What a question about reviews sees of the request that it is part of."""

    versions: Versions
    version: Version
    desk: Desk | None

    def at_least(self, wanted: str | None) -> Version:
        """The version that the request began with, or a later one."""

    def until(self, version: Version, moment: dt.datetime | None) -> Version:
        """A version as of a moment."""


Info = strawberry.Info[Asker, None]

LASTING: Final = "review"
"""What stands in cursors for the version of a graph: they last, since what was frozen has no other."""


def desk_of(asker: Asker) -> Desk:
    """The reviews that a request sees. Raises InroadsError REVIEWS_UNAVAILABLE."""
    if asker.desk is None:
        raise InroadsError("there are no reviews here: they are kept in a ledger", "REVIEWS_UNAVAILABLE")
    return asker.desk


CampaignId = Annotated[ID, strawberry.argument(description="A campaign by its id or its name.")]


@strawberry.input(description="Which items of a campaign; everything not given is allowed.")
class ReviewFilter:
    """Which items of a campaign, as a user says it."""

    of: ID | None = optional("Only of this identity, business (with the accounts it keeps) or account, by its node id.")
    role: Role | None = optional("Only with this role.")
    certainty: Certainty | None = optional("Only of this certainty.")
    state: AccessState | None = optional("Only in this state.")
    opened: Opened | None = optional("Only those that are in the campaign for this reason.")
    verdict: Verdict | None = optional("Only those whose last decision says this.")
    decided: bool | None = optional("Only those with a decision, or only those without.")

    def chosen(self) -> review.Filter:
        """The filter as the library takes it."""
        given = {name: None if each is strawberry.UNSET else each for name, each in vars(self).items()}
        return review.Filter(**given)


Chosen = Annotated[ReviewFilter | None, strawberry.argument(description="Which items are asked for.")]


def _chosen(given: ReviewFilter | None) -> review.Filter:
    return given.chosen() if given else review.ALL


@described
class ReviewDecision:
    """A decision about an item. Decisions are only added, never changed; the last one counts."""

    made: strawberry.Private[review.Decision]

    id: ID = stated(lambda self: self.made.number, "Its number in the ledger; later decisions have higher ones.")
    verdict: Verdict = stated(lambda self: self.made.verdict, "What was decided.")
    by: str = stated(lambda self: self.made.by, "Who decided: as the token tells, or as was said where none is needed.")
    decided_at: dt.datetime = stated(lambda self: self.made.moment, "When it was decided.")
    why: str = stated(lambda self: self.made.why, "The reason; it may be empty for KEEP.")
    carried_from: ID | None = stated(
        lambda self: self.made.origin, "The id of the decision that this one was carried over from, if it was."
    )


def _decision(made: review.Decision | None) -> ReviewDecision | None:
    return ReviewDecision(made=made) if made else None


@described
class ReviewDifference:
    """What became of an access between two moments, in sentences."""

    facts: list[str] = value("What is another: roles, capabilities, certainty, state.")
    gained: list[str] = value("The paths that were not there before.")
    lost: list[str] = value("The paths that are not there any more.")
    grants: list[str] = value("The grants whose roles or records are others.")


def _difference(found: review.Difference | None) -> ReviewDifference | None:
    return mirror(ReviewDifference, found) if found else None


@described
class FrozenRecord:
    """A record behind a frozen grant, and where it was said."""

    label: str = value("What a person calls the record: `role 994207`.")
    id: ID | None = value("The record's own id, when it has one.")
    sha256: str = value("The document's SHA-256, in hexadecimal.")
    observed_at: dt.datetime = value("The moment at which the document was true.")
    source: str = value("Where the document came from.")
    pointer: str = value("The JSON pointer (RFC 6901) in the document.")


@described
class FrozenGrant:
    """A grant as it was frozen, with its records; of a fact such as KEEPS only the record that spoke first."""

    was: strawberry.Private[FrozenGrantValue]

    id: ID = stated(lambda self: self.was.id, "Its id.")
    relation: Relation = stated(lambda self: self.was.relation, "Its kind.")
    roles: list[Role] = stated(lambda self: self.was.roles, "Its roles.")
    words: list[str] = stated(lambda self: self.was.words, "The documents' own words for them.")

    @field
    def records(self) -> list[FrozenRecord]:
        """The records that stated it."""
        return [mirror(FrozenRecord, each) for each in self.was.records]


@described
class FrozenPath:
    """A path as it was frozen."""

    was: strawberry.Private[FrozenPathValue]

    grant_ids: list[ID] = stated(lambda self: self.was.grants, "The ids of its grants, in order.")
    roles: list[Role] = stated(lambda self: self.was.roles, "What it conveyed.")
    certainty: Certainty = stated(lambda self: self.was.certainty, "How sure it was.")
    state: AccessState = stated(lambda self: self.was.state, "How alive it was.")
    state_reasons: list[str] = stated(lambda self: self.was.reasons, "Why it was latent, if it was.")
    sentence: str = stated(lambda self: self.was.sentence, "All of it in plain English.")


@described
class ReviewStanding:
    """How an item stands in the version that answers."""

    version: str = value("The name of the version.")
    stands: bool = value("Whether the access is there.")
    difference: ReviewDifference | None = value("What differs from what was frozen; null where there is no access.")
    explanation: Explanation | None = value("What would end the access; null where there is none.")


@dataclass(frozen=True)
class Seen:
    """A campaign as one request sees it."""

    asker: Asker
    campaign: Campaign


@described
class ReviewItem:
    """An access of a campaign as it was frozen, and what was decided about it.

    Only `principal`, `resource` and `standing` are of the version that answers.
    """

    of: strawberry.Private[Seen]
    item: strawberry.Private[Item]

    number: int = stated(lambda self: self.item.number, "Its number in the campaign, by which it is decided about.")
    fingerprint: str = stated(
        lambda self: self.item.fingerprint, "What two accesses share exactly when nothing between them differs."
    )
    opened: Opened = stated(lambda self: self.item.opened, "Why it is in the campaign.")
    principal_id: ID = stated(lambda self: self.item.access.principal, "The node id of whose access it is.")
    resource_id: ID = stated(lambda self: self.item.access.resource, "The node id of what is reached.")
    business_id: ID = stated(
        lambda self: self.item.business,
        "The node id of the business that is reached, or that keeps the account; the account itself if none is known.",
    )
    who: str = stated(lambda self: self.item.access.who, "What the principal was called.")
    what: str = stated(lambda self: self.item.access.what, "What the resource was called.")
    roles: list[Role] = stated(lambda self: self.item.access.roles, "The roles.")
    capabilities: list[Capability] = stated(lambda self: self.item.access.capabilities, "What they let the person do.")
    certainty: Certainty = stated(lambda self: self.item.access.certainty, "How sure its best path was.")
    state: AccessState = stated(lambda self: self.item.access.state, "How alive it was.")
    state_reasons: list[str] = stated(lambda self: self.item.access.reasons, "Why it was latent, if it was.")
    truncated: bool = stated(lambda self: self.item.access.truncated, "Whether there were more paths than were kept.")
    sentence: str = stated(lambda self: self.item.access.sentence, "The access in plain English.")
    path_count: int = stated(lambda self: len(self.item.access.paths), "How many paths were kept.")

    @field
    def paths(self, first: First = 5) -> list[FrozenPath]:
        """The paths that proved it, the best first."""
        return [FrozenPath(was=each) for each in self.item.access.paths[: within(first, 5)]]

    @field
    def grants(self, first: First = 10) -> list[FrozenGrant]:
        """The grants on its paths with the records behind them, in the order of the paths."""
        return [FrozenGrant(was=each) for each in self.item.access.grants[: within(first, 10)]]

    @field
    def principal(self) -> Identity | None:
        """Whose access it is; null where the version that answers does not know them."""
        return self._node(self.item.access.principal)  # type: ignore[return-value]  # only identities reach

    @field
    def resource(self) -> Node | None:
        """What is reached; null where the version that answers does not know it."""
        return self._node(self.item.access.resource)

    @field
    def decision(self) -> ReviewDecision | None:
        """The last decision, which counts; null while there is none."""
        return _decision(self.item.decision)

    @connection
    def history(self, page: Page) -> Connection[ReviewDecision]:
        """Every decision, the oldest first."""
        made = self.of.campaign.history(self.item.number)

        def load(part: slice) -> list[ReviewDecision]:
            return [ReviewDecision(made=each) for each in made[part]]

        question = ("history", _name(self.of.campaign), self.item.number)
        return Connection(window=Window(LASTING, question, [(each.number,) for each in made], load, page))

    @field
    def previous(self) -> ReviewDecision | None:
        """What the campaign before decided about it."""
        return _decision(self.item.previous)

    @field
    def changed(self) -> ReviewDifference | None:
        """What has changed since the campaign before; null where there is nothing to compare with."""
        return _difference(self.item.difference)

    @field
    def standing(self) -> ReviewStanding | None:
        """How it stands in the version that answers; POLICY_DIFFERS where that was folded under another policy."""
        version = self.of.asker.version
        found = self.of.campaign.standing(self.item, version.graph)
        told, explanation = found.explanation, None
        if told:
            cut = [Grant(graph=version.graph, held=each) for each in told.cut]
            explanation = Explanation(independent_routes=told.independent_routes, cut=cut, sentence=told.sentence)
        difference = _difference(found.difference)
        return ReviewStanding(
            version=version.name, stands=told is not None, difference=difference, explanation=explanation
        )

    def _node(self, key: str) -> Node | None:
        graph = self.of.asker.version.graph
        return node(graph, key) if key in graph else None


class ItemWindow(Window[ReviewItem]):
    """A page of items by their numbers, which no decision changes: it is read from there, however long the list is."""

    def __init__(self, of: Seen, chosen: review.Filter, page: Page) -> None:
        self.of, self.chosen = of, chosen
        self.version, self.question = LASTING, msgspec.json.encode(["items", _name(of.campaign), chosen])
        self.keys = []  # a position needs none of them
        self.after = 0 if page.after is None else self._position(page.after, _number)
        self.before = None if page.before is None else self._position(page.before, _number)
        found = of.campaign.items(chosen, self.after, page.size, before=self.before, backwards=page.from_end)
        items = list(found)[:: -1 if page.from_end else 1]
        self.keys = [(each.number,) for each in items]
        self.start, self.stop = 0, len(items)
        self.load = lambda _: [ReviewItem(of=of, item=each) for each in items]

    @property
    def info(self) -> Any:
        """What is on either side: an empty page stands where it was asked for."""
        gap = max(self.after, (self.before or 1) - 1)
        first, last = (self.keys[0][0], self.keys[-1][0]) if self.keys else (gap + 1, gap)
        told = super().info
        told.has_previous_page = bool(self.of.campaign.numbers(self.chosen, before=first, limit=1))
        told.has_next_page = bool(self.of.campaign.numbers(self.chosen, last, 1))
        return told


def _number(_: object, key: tuple[Any, ...]) -> int:
    number = key[0] if len(key) == 1 else None
    if not isinstance(number, int) or not 0 <= number < 2**62:
        raise TypeError
    return number


def _name(campaign: Campaign) -> str:
    """What tells the cursors of a campaign from those of another."""
    return f"review {campaign.id} {campaign.head.started}"


@described
class ReviewItemConnection(Connection[ReviewItem]):
    """A page of items in the order of review: what was revoked and still stands, then the riskiest.

    Its cursors last as long as the campaign.
    """

    @field
    def total_count(self) -> int:
        """How many items there are on all pages together."""
        return self.window.of.campaign.count(self.window.chosen)  # type: ignore[no-any-return]  # an ItemWindow's


@described
class ReviewProgress:
    """How far a campaign is, or a part of it."""

    total: int = value("How many items there are.")
    undecided: int = value("How many have no decision.")
    keep: int = value("How many are to be kept.")
    revoke: int = value("How many are to be revoked.")
    unsure: int = value("How many nobody could tell about.")
    carried: int = value("How many decisions were carried over from the campaign before.")


@described
class ReviewPart:
    """How far the part of a campaign about one business is."""

    business_id: ID = value("The node id of the business; an account's where no business is known to keep it.")
    progress: ReviewProgress = value("How far it is.")


@described
class ReviewEnding:
    """An access of the campaign before that is not in this one."""

    ending: strawberry.Private[review.Ending]

    principal_id: ID = stated(lambda self: self.ending.principal, "The node id of whose access it was.")
    resource_id: ID = stated(lambda self: self.ending.resource, "The node id of what was reached.")
    gone: Gone = stated(lambda self: self.ending.kind, "What became of it.")

    @field
    def previous(self) -> ReviewDecision | None:
        """What the campaign before decided about it."""
        return _decision(self.ending.previous)


@described
class ReviewScope:
    """Which accesses a campaign is about; what is empty or null is not asked for."""

    identities: list[ID] = value("Only of these identities, by their node ids.")
    resources: list[ID] = value("Only to these businesses and accounts, by their node ids.")
    roles: list[Role] = value("Only with any of these roles.")
    certainty: Certainty | None = value("Only of this certainty.")
    state: AccessState | None = value("Only in this state.")
    kinds: list[NodeKind] = value("Only to any of these kinds.")


@described
class ReviewSignOff:
    """How a campaign was closed."""

    by: str = value("Who signed it off.")
    signed_at: dt.datetime = value("When.")
    undecided: int = value("How many items it left undecided.")
    sha256: str = value("The SHA-256 of the canonical report as it was then: `inroads review verify` checks a copy.")


def _signed(signed: review.Signed) -> ReviewSignOff:
    return ReviewSignOff(
        by=signed.by,
        signed_at=signed.moment,  # type: ignore[arg-type]  # a text of a moment is serialised as one
        undecided=signed.undecided,
        sha256=signed.sha256,
    )


@described
class DriftedAccess:
    """An access that differs from what was frozen."""

    number: int | None = value("The number of its item; null where it is none.")
    principal_id: ID = value("The node id of whose access it is.")
    resource_id: ID = value("The node id of what is reached.")
    difference: ReviewDifference | None = value("What has changed, if it stands and has.")


@described
class ReviewDrift:
    """How the version that answers differs from what a campaign froze; pages last as long as the version does."""

    found: strawberry.Private[review.Drift]
    of: strawberry.Private[Campaign]

    version: str = stated(lambda self: self.found.version, "The name of the version.")
    same: int = stated(lambda self: self.found.same, "How many accesses are as they were.")

    @connection
    def changed(self, page: Page) -> Connection[DriftedAccess]:
        """The items that stand and differ."""
        return self._page("changed", self.found.changed, page)

    @connection
    def ended(self, page: Page) -> Connection[DriftedAccess]:
        """The items whose ends are known, and that are no access any more."""
        return self._page("ended", self.found.ended, page)

    @connection
    def unseen(self, page: Page) -> Connection[DriftedAccess]:
        """The items of which no document names one of the ends any more."""
        return self._page("unseen", self.found.unseen, page)

    @connection
    def appeared(self, page: Page) -> Connection[DriftedAccess]:
        """The accesses in the campaign's scope that are none of its items."""
        return self._page("appeared", [(None, pair) for pair in self.found.appeared], page)

    @connection
    def revoked_standing(self, page: Page) -> Connection[DriftedAccess]:
        """The items that are to be revoked, and still stand."""
        return self._page("standing", self.found.revoked_standing, page)

    @connection
    def revoked_ended(self, page: Page) -> Connection[DriftedAccess]:
        """The items that were to be revoked, and have ended."""
        return self._page("done", self.found.revoked_ended, page)

    def _page(
        self, name: str, rows: Sequence[tuple[int | None, Pair, *tuple[review.Difference, ...]]], page: Page
    ) -> Connection[DriftedAccess]:
        keys: list[tuple[Any, ...]] = [pair if number is None else (number,) for number, pair, *_ in rows]

        def load(part: slice) -> list[DriftedAccess]:
            return [
                DriftedAccess(
                    number=number,
                    principal_id=ID(pair.principal),
                    resource_id=ID(pair.resource),
                    difference=_difference(next(iter(what), None)),
                )
                for number, pair, *what in rows[part]
            ]

        return Connection(window=Window(self.found.version, (_name(self.of), name), keys, load, page))


@described
class ReviewCampaign:
    """A review campaign: accesses as they were frozen, and what was decided about each.

    Nothing of it follows the graph but `drift`, and what items tell of the version that answers.
    """

    of: strawberry.Private[Seen]

    id: ID = stated(lambda self: self.of.campaign.id, "Its number in the ledger.")
    name: str = stated(lambda self: self.of.campaign.name, "What it is called, which no other campaign is.")
    started_by: str = stated(lambda self: self.of.campaign.head.by, "Who started it.")
    started_at: dt.datetime = stated(lambda self: self.of.campaign.head.started, "When its accesses were frozen.")
    due: dt.datetime | None = stated(lambda self: self.of.campaign.head.due, "When it is overdue, if ever.")
    version: str = stated(lambda self: self.of.campaign.head.version, "The version of the graph that was frozen.")
    as_of: dt.datetime | None = stated(
        lambda self: self.of.campaign.head.as_of, "The moment that the graph was of; null for all that was observed."
    )
    policy_digest: str = stated(lambda self: self.of.campaign.head.policy, "The digest of the policy it was under.")
    item_count: int = stated(lambda self: self.of.campaign.head.items, "How many accesses were frozen.")
    forgotten: int = stated(
        lambda self: self.of.campaign.forgotten, "How many items went since with the persons they were about."
    )

    @field
    def scope(self) -> ReviewScope:
        """Which accesses it is about."""
        scope = self.of.campaign.head.scope
        return ReviewScope(
            identities=[ID(each) for each in scope.identities],
            resources=[ID(each) for each in scope.resources],
            roles=[each for each in Role if each in scope.roles],
            certainty=scope.certainty,
            state=scope.state,
            kinds=[each for each in NodeKind if each in scope.kinds],
        )

    @field
    def coverage(self) -> Coverage:
        """How much had been observed."""
        return mirror(Coverage, self.of.campaign.head.coverage)

    @field
    def previous(self) -> ReviewCampaign | None:
        """The campaign that decisions were carried over from."""
        number = self.of.campaign.head.previous
        found = desk_of(self.of.asker).campaign(number) if number else None
        return ReviewCampaign(of=Seen(self.of.asker, found)) if found else None

    @field
    def overdue(self) -> bool:
        """Whether it is open, and its day has passed."""
        return self.of.campaign.overdue(desk_of(self.of.asker).reviews.now())

    @field
    def sign_off(self) -> ReviewSignOff | None:
        """How it was closed; null while it is open."""
        return _signed(self.of.campaign.signed) if self.of.campaign.signed else None

    @field
    def progress(self) -> ReviewProgress:
        """How far it is."""
        return mirror(ReviewProgress, self.of.campaign.whole())

    @connection
    def parts(self, page: Page) -> Connection[ReviewPart]:
        """How far each business is, by its node id."""
        keys = [(each,) for each in self.of.campaign.businesses()]

        def load(part: slice) -> list[ReviewPart]:
            some = keys[part]
            found = self.of.campaign.parts(*some[0], *some[-1]) if some else {}
            return [ReviewPart(business_id=ID(key), progress=mirror(ReviewProgress, found[key])) for (key,) in some]

        return Connection(window=Window(LASTING, ("parts", _name(self.of.campaign)), keys, load, page))

    @connection
    def items(
        self,
        page: Page,
        filter: Chosen = strawberry.UNSET,  # noqa: A002  # as of other lists
    ) -> ReviewItemConnection:
        """The frozen accesses in the order of review."""
        return ReviewItemConnection(window=ItemWindow(self.of, _chosen(filter), page))

    @field
    def item(
        self,
        number: Annotated[int, strawberry.argument(description="Its number in the campaign.")],
    ) -> ReviewItem | None:
        """An item by its number; null where there is none, as when the person it was about was forgotten."""
        found = list(self.of.campaign.items(after=number - 1, before=number + 1))
        return ReviewItem(of=self.of, item=found[0]) if found else None

    @connection
    def endings(self, page: Page) -> Connection[ReviewEnding]:
        """What became of the accesses of the campaign before that are not in this one."""
        found = self.of.campaign.endings()

        def load(part: slice) -> list[ReviewEnding]:
            return [ReviewEnding(ending=each) for each in found[part]]

        keys = [(each.principal, each.resource) for each in found]
        return Connection(window=Window(LASTING, ("endings", _name(self.of.campaign)), keys, load, page))

    @field
    def drift(self) -> ReviewDrift | None:
        """How the version that answers differs; POLICY_DIFFERS where that was folded under another policy."""
        asker = self.of.asker
        return ReviewDrift(found=asker.versions.drift(asker.version, self.of.campaign), of=self.of.campaign)


@described
class ReviewQuestions:
    """What can be asked about reviews."""

    @connection
    def review_campaigns(self, info: Info, page: Page) -> Connection[ReviewCampaign]:
        """All review campaigns of the ledger, the oldest first. REVIEWS_UNAVAILABLE where no ledger is served."""
        found = desk_of(info.context).campaigns()

        def load(part: slice) -> list[ReviewCampaign]:
            return [ReviewCampaign(of=Seen(info.context, each)) for each in found[part]]

        return Connection(window=Window(LASTING, ("campaigns",), [(each.id,) for each in found], load, page))

    @field
    def review_campaign(self, info: Info, id: CampaignId) -> ReviewCampaign | None:  # noqa: A002  # as of other lookups
        """A review campaign. REVIEWS_UNAVAILABLE where no ledger is served."""
        found = desk_of(info.context).campaign(id)
        return ReviewCampaign(of=Seen(info.context, found)) if found else None


@strawberry.input(description="Which accesses a campaign is about; everything not given is in it.")
class ReviewScopeInput:
    """Which accesses a campaign is about, as a user says it."""

    identities: list[ID] | None = optional("Only of these identities, by their node ids or emails.")
    resources: list[ID] | None = optional("Only to these businesses and accounts, exactly these, by their node ids.")
    roles: list[Role] | None = optional("Only with any of these roles.")
    certainty: Certainty | None = optional("Only of this certainty.")
    state: AccessState | None = optional("Only in this state.")
    kinds: list[NodeKind] | None = optional("Only to businesses, or to accounts.")

    def chosen(self) -> Scope:
        """The scope as the library takes it."""
        return Scope(
            tuple(self.identities or ()),
            tuple(self.resources or ()),
            frozenset(self.roles or ()),
            self.certainty or None,
            self.state or None,
            frozenset(self.kinds or RESOURCES),
        )


@strawberry.input(description="A decision about one item.")
class ReviewAnswer:
    """A decision about one item, as a user says it."""

    item: int = strawberry.field(description="The number of the item.")
    verdict: Verdict = strawberry.field(description="What is decided.")
    why: str | None = optional("The reason; needed unless it is KEEP.")
    expect: str | None = optional("The item's fingerprint, or its beginning: STALE_DECISION if that is another.")

    @property
    def asked(self) -> Answer:
        """The decision as the library takes it."""
        return Answer(self.item, self.verdict, self.why or "", self.expect or "")


@described
class StartedReview:
    """A campaign that was started."""

    made: strawberry.Private[Campaign]

    campaign_id: ID = stated(lambda self: self.made.id, "The campaign's id.")
    name: str = stated(lambda self: self.made.name, "What it is called.")
    item_count: int = stated(lambda self: self.made.head.items, "How many accesses were frozen.")


@described
class DecidedReview:
    """Decisions that were taken, all of them."""

    desk: strawberry.Private[Desk]
    made: strawberry.Private[Campaign]
    done: strawberry.Private[Decided]

    campaign_id: ID = stated(lambda self: self.made.id, "The campaign's id.")
    taken: int = stated(lambda self: self.done.new, "How many were new.")
    known: int = stated(lambda self: self.done.known, "How many said what this person had decided already.")
    repeated: bool = stated(
        lambda self: self.done.again,
        "Whether a request with this key had been taken before: nothing was added, and the figures are those of then.",
    )

    @field
    def undecided(self) -> int:
        """How many items have no decision now."""
        found = self.desk.campaign(self.made.id)
        return found.count(review.Filter(decided=False)) if found else 0


@described
class SignedReview:
    """A campaign that was signed off."""

    made: strawberry.Private[Campaign]

    campaign_id: ID = stated(lambda self: self.made.id, "The campaign's id.")

    @field
    def sign_off(self) -> ReviewSignOff | None:
        """How it was closed."""
        return _signed(self.made.signed) if self.made.signed else None


By = Annotated[
    str | None,
    strawberry.argument(
        description="Who does this, such as an email, where no token is needed. With a token its name stands: leave it"
        " out."
    ),
]


@strawberry.type(name="Mutation", description="What changes the ledger's reviews.")
class ReviewMutations:
    """Where reviews are decided. The answers tell nothing of the graph: reading needs a scope of its own."""

    @field
    def start_review(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="What the campaign is called; more than a number.")],
        scope: Annotated[
            ReviewScopeInput | None, strawberry.argument(description="Which accesses; none for all of them.")
        ] = strawberry.UNSET,
        previous: Annotated[
            ID | None, strawberry.argument(description="The campaign to carry decisions over from, by its id or name.")
        ] = strawberry.UNSET,
        due: Annotated[
            dt.datetime | None, strawberry.argument(description="When it is overdue, if ever.")
        ] = strawberry.UNSET,
        as_of: Annotated[
            dt.datetime | None, strawberry.argument(description="Only what was observed until this moment.")
        ] = strawberry.UNSET,
        at_least: Annotated[
            str | None, strawberry.argument(description="Wait for this version or a later one, as `graph` does.")
        ] = strawberry.UNSET,
        by: By = strawberry.UNSET,
    ) -> StartedReview:
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
        answers: Annotated[list[ReviewAnswer], strawberry.argument(description="Up to 100 decisions.")],
        key: Annotated[
            str | None,
            strawberry.argument(
                description="A text of your own for this request, such as a UUID: sent again with the same key it is"
                " not taken again, whatever was decided since. KEY_REUSED for another request with it."
            ),
        ] = strawberry.UNSET,
        by: By = strawberry.UNSET,
    ) -> DecidedReview:
        """Decide about items, all of them or none: `problems` of an error has all that is wrong."""
        desk = desk_of(info.context)
        asked = [each.asked for each in answers]
        made, done = desk.decide(campaign, asked, by or None, None if key is strawberry.UNSET else key)
        return DecidedReview(desk=desk, made=made, done=done)

    @field
    def sign_off_review(
        self,
        info: Info,
        campaign: CampaignId,
        partial: Annotated[
            bool, strawberry.argument(description="Although items are undecided; the report says so.")
        ] = False,
        by: By = strawberry.UNSET,
    ) -> SignedReview:
        """Close a campaign with the SHA-256 of its report; UNDECIDED while items are, unless it is `partial`."""
        return SignedReview(made=desk_of(info.context).sign_off(campaign, by or None, partial=partial))
