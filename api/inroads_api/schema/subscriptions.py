"""The root type of subscriptions, whose short resolvers make one event per call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, cast

import strawberry

from inroads.analysis.findings import Findings
from inroads_api.limits import MAX_FIRST
from inroads_api.schema.analysis.changes import Between, Change, Compared
from inroads_api.schema.analysis.findings import Finding, IsSuppressed, Least, RuleIds
from inroads_api.schema.context import Info
from inroads_api.schema.fields import described, described_interface, field, stated
from inroads_api.schema.pages import within
from inroads_api.versions.cursors import Feed, Part, Step

After = Annotated[
    str | None,
    strawberry.argument(
        description="Begin after this `cursor`, or after the token of an ingest, `ledger:` and a"
        " position; by default with what comes next. The header Last-Event-ID of a client that"
        " comes back counts instead."
    ),
]

FirstOfEvent = Annotated[
    int | None, strawberry.argument(description="The most items of an event, from 1 to 100.")
]


@described_interface
class News:
    """An event with the news since the previous event.

    The first event comes at once, and is empty unless the stream begins in the past.
    """

    part: strawberry.Private[Part[Any]]

    cursor: str = stated(
        lambda self: str(self.part.cursor),
        "What `since` takes to go on after this event, also on another day; it is the event's id,"
        " too.",
    )
    position: int = stated("part.position", "How far of the ledger's log the version after holds.")
    more: bool = stated(
        "part.more",
        "Whether there was no room for all: the next event goes on from the same versions.",
    )


@described
class NewChanges(News, Compared):
    """The changes of accesses since the previous event.

    They equal the answer of `Query.changes` for the same two versions.
    """

    between: strawberry.Private[Between]

    @field
    def changes(self) -> list[Change]:
        """The changes, by kinds, principal and resource."""
        return [Change(between=self.between, found=each) for each in self.part.items]


@described
class NewFindings(News):
    """The findings that have appeared or were settled since the previous event."""

    step: strawberry.Private[Step]

    before: str = stated("step.before.name", "The version before.")
    after: str = stated("step.after.name", "The version after.")

    @field
    def appeared(self) -> list[Finding]:
        """Findings of the version after that the version before did not have, the worst first."""
        return self._findings(settled=False)

    @field
    def settled(self) -> list[Finding]:
        """Findings of the version before that the version after lacks, in their earlier form."""
        return self._findings(settled=True)

    def _findings(self, *, settled: bool) -> list[Finding]:
        chosen = [(review, place) for review, place, gone in self.part.items if gone is settled]
        graph = (self.step.before if settled else self.step.after).graph
        return [Finding(graph=graph, found=review[place]) for review, place in chosen]


@described
class Subscription:
    """The streams of server-sent events while a ledger grows.

    Request them with `Accept: text/event-stream`.
    """

    @field
    def changes(
        self, info: Info, since: After = strawberry.UNSET, first: FirstOfEvent = MAX_FIRST
    ) -> NewChanges:
        """The changes of accesses from now on or since a cursor: one event per served version."""
        feed = _feed(info)
        step = feed.step(since or None)
        found = info.context.versions.compare(step.before, step.after)
        part = feed.part(step, found.changes, within(first, MAX_FIRST, least=1), ["changes"])
        return NewChanges(
            part=part, all=found, between=Between.of(step.before, step.after, info.context.versions)
        )

    @field
    def findings(
        self,
        info: Info,
        since: After = strawberry.UNSET,
        rules: RuleIds = strawberry.UNSET,
        severity: Least = strawberry.UNSET,
        suppressed: IsSuppressed = strawberry.UNSET,
        first: FirstOfEvent = MAX_FIRST,
    ) -> NewFindings:
        """The news of findings from now on or since a cursor: one event per served version."""
        feed = _feed(info)
        step = feed.step(since or None)
        kept = None if suppressed is strawberry.UNSET else suppressed
        chosen = None if rules is strawberry.UNSET else rules
        before, after = (
            info.context.versions.findings(each, chosen, severity or None, kept)
            for each in (step.before, step.after)
        )
        question = ["findings", sorted(set(chosen or ())), severity or None, kept]
        part = feed.part(step, _news(before, after), within(first, MAX_FIRST, least=1), question)
        return NewFindings(part=part, step=step)


def _feed(info: Info) -> Feed:
    """Return the feed of the stream; only a stream executes a subscription."""
    return cast("Feed", info.context.feed)


def _news(before: Findings, after: Findings) -> Sequence[tuple[Findings, int, bool]]:
    """Return the findings that only one of two reviews has, as (review, index, is settled).

    The findings that appeared come first, then the settled ones.
    """
    sides = (
        (after, frozenset(before.identities), False),
        (before, frozenset(after.identities), True),
    )
    return [
        (review, place, gone)
        for review, others, gone in sides
        for place, identity in enumerate(review.identities)
        if identity not in others
    ]
