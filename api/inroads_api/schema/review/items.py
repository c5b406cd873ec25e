"""Items of a campaign, and how one asks for them."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from inroads import review
from inroads.model import AccessState, Capability, Certainty, Role
from inroads.review import Item, Opened, Order, Verdict
from inroads_api.schema.fields import ID, describe, described, field, optional, stated, value
from inroads_api.schema.graph import node
from inroads_api.schema.graph.accesses import Explanation
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.identities import Identity
from inroads_api.schema.graph.node import Node, identity
from inroads_api.schema.pages import (
    Connection,
    First,
    Page,
    Seal,
    Window,
    connection,
    within,
    written,
)
from inroads_api.schema.review.decisions import ReviewDecision, decision_of
from inroads_api.schema.review.frozen import (
    FrozenAccess,
    FrozenGrant,
    FrozenPath,
    ReviewDifference,
    difference_of,
)
from inroads_api.schema.review.seen import LASTING, Seen, mark_of

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
    Order,
    "An order of the items of a campaign.",
    {
        "RISK": "What was revoked and still stands, then the riskiest: the order of their numbers.",
        "BUSINESS": "By the node id of the business, and there by risk.",
        "PERSON": "By the name of the person, and there by risk.",
    },
    name="ReviewOrder",
)


@strawberry.input(description="Which items of a campaign; everything not given is allowed.")
class ReviewFilter:
    """A filter of the items of a campaign, as the input of a query."""

    of: ID | None = optional(
        "Only of this identity, business (with the accounts it keeps) or account, by its node id."
    )
    role: Role | None = optional("Only with this role.")
    certainty: Certainty | None = optional("Only of this certainty.")
    state: AccessState | None = optional("Only in this state.")
    opened: Opened | None = optional("Only those that are in the campaign for this reason.")
    verdict: Verdict | None = optional("Only those whose last decision says this.")
    decided: bool | None = optional("Only those with a decision, or only those without.")
    contested: bool | None = optional("Only those with a contested role, or only those without.")
    text: str | None = optional(
        "Only those with this text in a name, email or id at either end; ASCII letters in either"
        " case."
    )

    def chosen(self) -> review.Filter:
        """Return the filter as the library takes it."""
        given = {
            name: None if each is strawberry.UNSET else each for name, each in vars(self).items()
        }
        return review.Filter(**given)


Chosen = Annotated[
    ReviewFilter | None, strawberry.argument(description="Which items are asked for.")
]


def chosen_of(given: ReviewFilter | None) -> review.Filter:
    return given.chosen() if given else review.ALL


@described
class ReviewStanding:
    """The state of an item in the answering version."""

    version: str = value("The name of the version.")
    stands: bool = value("Whether the access is there.")
    difference: ReviewDifference | None = value(
        "What differs from what was frozen; null where there is no access."
    )
    explanation: Explanation | None = value("What would end the access; null where there is none.")


@described
class ReviewItem:
    """An access of a campaign as it was frozen, and the decisions about it.

    A business and the account that it keeps are one item where nothing differs between the two
    accesses: the decision covers both. Only `principal`, `resource` and `standing` come from the answering version.
    """

    of: strawberry.Private[Seen]
    item: strawberry.Private[Item]

    number: int = stated("item.number", "Its number in the campaign, by which it is decided about.")
    fingerprint: str = stated(
        "item.fingerprint",
        "What two accesses share exactly when nothing between them differs.",
    )
    opened: Opened = stated("item.opened", "Why it is in the campaign.")
    principal_id: ID = stated("item.access.principal", "The node id of whose access it is.")
    resource_id: ID = stated("item.access.resource", "The node id of what is reached.")
    business_id: ID = stated(
        "item.business",
        "The node id of the business that is reached, or that keeps the account; the account itself"
        " if none is known.",
    )
    kept: FrozenAccess | None = stated(
        lambda self: FrozenAccess(was=self.item.kept) if self.item.kept else None,
        "The access to the account that the business keeps, where this item covers it, too. Its"
        " roles, certainty and state are those of the item.",
    )
    who: str = stated("item.access.who", "What the principal was called.")
    what: str = stated("item.access.what", "What the resource was called.")
    roles: list[Role] = stated("item.access.roles", "The roles.")
    capabilities: list[Capability] = stated(
        "item.access.capabilities", "What they let the person do."
    )
    certainty: Certainty = stated("item.access.certainty", "How sure its best path was.")
    state: AccessState = stated("item.access.state", "How alive it was.")
    state_reasons: list[str] = stated("item.access.reasons", "Why it was latent, if it was.")
    contested: bool = stated(
        lambda self: bool(self.item.access.contested_roles),
        "True if records contradicted each other about a role that no other path gave.",
    )
    contested_roles: list[Role] = stated(
        "item.access.contested_roles",
        "The roles of which every path was contested.",
    )
    contradiction_codes: list[str] = stated(
        "item.access.contradictions",
        "The codes of the contradictions: `membership_denied` and the like.",
    )
    truncated: bool = stated(
        "item.access.truncated", "Whether there were more paths than were kept."
    )
    sentence: str = stated("item.access.sentence", "The access in plain English.")
    path_count: int = stated(lambda self: len(self.item.access.paths), "How many paths were kept.")
    grant_count: int = stated(
        lambda self: len(self.item.access.grants), "How many grants its paths have in all."
    )

    @field
    def paths(self, first: First = 5) -> list[FrozenPath]:
        """The paths that proved it, the best first."""
        return [FrozenPath(was=each) for each in self.item.access.paths[: within(first, 5)]]

    @field
    def grants(self, first: First = 10) -> list[FrozenGrant]:
        """The grants on its paths with the records behind them, in the order of the paths.

        KEEPS is among them where the item covers an account, too.
        """
        return [FrozenGrant(was=each) for each in self.item.grants[: within(first, 10)]]

    @field
    def principal(self) -> Identity | None:
        """The identity that has the access; null if the answering version does not know it."""
        graph, key = self.of.asker.version.graph, self.item.access.principal
        return identity(graph, key) if key in graph else None

    @field
    def resource(self) -> Node | None:
        """The node that is reached; null if the answering version does not know it."""
        graph, key = self.of.asker.version.graph, self.item.access.resource
        return node(graph, key) if key in graph else None

    @field
    def decision(self) -> ReviewDecision | None:
        """The last decision, which counts; null while there is none."""
        return decision_of(self.item.decision)

    @field
    def peers(self) -> int:
        """The number of other people in the campaign who hold one of its roles at its business."""
        return self.of.campaign.peers(self.item)

    @connection
    def history(self, page: Page) -> Connection[ReviewDecision]:
        """Every decision, the oldest first."""
        made = self.of.campaign.history(self.item.number)

        question = ("history", mark_of(self.of.campaign), self.item.number)
        load = written(made, lambda each: ReviewDecision(made=each))
        return Connection(
            window=Window(None, question, [(each.number,) for each in made], load, page, LASTING)
        )

    @field
    def previous(self) -> ReviewDecision | None:
        """The decision of the previous campaign about it."""
        return decision_of(self.item.previous)

    @field
    def changed(self) -> ReviewDifference | None:
        """The changes since the previous campaign; null if there is nothing to compare with."""
        return difference_of(self.item.difference)

    @field
    def standing(self) -> ReviewStanding | None:
        """The state of the item in the answering version.

        POLICY_DIFFERS if that version was folded under another policy.
        """
        version = self.of.asker.version
        found = self.of.campaign.standing(self.item, version.graph)
        told, explanation = found.explanation, None
        if told:
            cut = [Grant(graph=version.graph, held=each) for each in told.cut]
            explanation = Explanation(
                independent_routes=told.independent_routes, cut=cut, sentence=told.sentence
            )
        difference = difference_of(found.difference)
        return ReviewStanding(
            version=version.name,
            stands=told is not None,
            difference=difference,
            explanation=explanation,
        )


class ItemWindow(Window[ReviewItem]):
    """A page of items, keyed by their numbers, which no decision changes.

    It reads only the items of the page, however long the list is.
    """

    def __init__(self, of: Seen, chosen: review.Filter, page: Page) -> None:
        self.of, self.chosen = of, chosen
        self._seal = Seal(None, ["items", mark_of(of.campaign), chosen], LASTING)
        self.graph, self.keys = None, []  # `_position` does not read them here
        self.after = 0 if page.after is None else self._position(page.after, _number)
        self.before = None if page.before is None else self._position(page.before, _number)
        found = of.campaign.items(
            chosen, self.after, page.size, before=self.before, backwards=page.from_end
        )
        items = list(found)[:: -1 if page.from_end else 1]
        self.keys = [(each.number,) for each in items]
        self.start, self.stop = 0, len(items)
        self.load = lambda _: [ReviewItem(of=of, item=each) for each in items]

    @property
    def info(self) -> Any:
        """The page info, with queries for items on either side.

        An empty page stands at the position where it was requested.
        """
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


@described
class ReviewItemConnection(Connection[ReviewItem]):
    """A page of items in the order of review: revoked but standing accesses, then the riskiest.

    Its cursors are valid as long as the campaign exists.
    """

    @field
    def total_count(self) -> int:
        """The number of items on all pages together."""
        # The window is an ItemWindow.
        return self.window.of.campaign.count(self.window.chosen)  # type: ignore[no-any-return]  # window is Any
