"""The GraphQL types of changes: each access that changed between two versions, and its causes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import partial
from itertools import chain
from typing import Annotated, Final

import strawberry

from inroads import model
from inroads.analysis.causes import Cause
from inroads.analysis.causes import GrantCause as Granted
from inroads.analysis.causes import NodeCause as Attribute
from inroads.analysis.causes import stated as stating
from inroads.analysis.change import kinds_of
from inroads.analysis.change_sentences import ChangeWriter
from inroads.analysis.changes import CausedChanges as Group
from inroads.analysis.changes import Change as Changed
from inroads.analysis.changes import Changes, Kind
from inroads.cancellation import long_work
from inroads.columns.arrays import Lazily
from inroads.network.access_graph import AccessGraph
from inroads.network.names.former_emails import EmailChange as ChangedEmail
from inroads_api.limits import MAX_FIRST
from inroads_api.schema.fields import (
    ID,
    describe,
    described,
    described_interface,
    field,
    mirror,
    stated,
    value,
)
from inroads_api.schema.graph import node
from inroads_api.schema.graph.accesses import AccessFacts
from inroads_api.schema.graph.evidence import Document, Evidence
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.identities import Identity
from inroads_api.schema.graph.node import Node
from inroads_api.schema.pages import Connection, Page, Window, connection, within, written
from inroads_api.versions.versions import ServedVersions, Version

describe(
    Kind,
    "What became of an access: at most one word each of its being there, its roles, its state and"
    " its certainty.",
    {
        "GAINED": "It is new: the version before had read what would have shown it.",
        "OBSERVED": "It is seen for the first time, and may have been there before.",
        "LOST": "It has ended: the version after has read what would show it.",
        "UNOBSERVED": "It is no longer seen, and need not have ended.",
        "RAISED": "It has more capabilities and lost none.",
        "LOWERED": "It has fewer capabilities and gained none.",
        "CHANGED": "Its roles differ, and it has neither more capabilities nor fewer.",
        "TURNED_ACTIVE": "It was latent and is active.",
        "TURNED_LATENT": "It was active and is latent.",
        "TURNED_CONTESTED": "Records contradict each other about it, and did not before.",
        "SETTLED": "It was contested and is so no longer.",
        "NOW_STATED": "It was inferred and is now stated by records.",
        "NOW_INFERRED": "It was stated and is now inferred only.",
    },
    name="ChangeKind",
)


Kinds = Annotated[
    list[Kind] | None,
    strawberry.argument(description="Only changes that have any of these kinds; null for all."),
]


FEW: Final = 1_000
"""So many changes are counted or filtered in an event loop."""


@dataclass(frozen=True)
class Between:
    """The two compared graphs, their writer, and a cache of the records looked up in them."""

    before: AccessGraph
    after: AccessGraph
    writer: ChangeWriter
    found: dict[tuple[str, str], model.Evidence | None] = attribute(default_factory=dict)

    @classmethod
    def of(cls, before: Version, after: Version, versions: ServedVersions) -> Between:
        """Return the graphs of two versions, the earlier one first."""
        return cls(before.graph, after.graph, versions.writer(before, after))

    def stated(self, graph: AccessGraph, cause: Attribute) -> model.Evidence | None:
        """Return the record that states an attribute.

        The record is cached, since many changes share a cause.
        """
        key = graph.version, cause.id
        if key not in self.found:
            self.found[key] = stating(graph, cause)
        return self.found[key]

    def node(self, key: str) -> Node:
        """Return the object of a node from the later version, or else from the earlier one."""
        return node(self.after if key in self.after else self.before, key)


@dataclass(frozen=True)
class Only:
    """The changes that are asked for: of some kinds, and about some nodes; None for all."""

    kinds: tuple[Kind, ...] | None
    about: tuple[str, ...] | None

    @classmethod
    def of(cls, kinds: Sequence[Kind] | None, about: Iterable[str] | None) -> Only:
        """Return them in one order, however they were given."""
        every = kinds is None or kinds is strawberry.UNSET
        chosen = None if every else tuple(kind for kind in Kind if kind in (kinds or ()))
        return cls(chosen, None if about is None else tuple(sorted(about)))

    @property
    def words(self) -> tuple[str, ...]:
        """The words that tell the cursors of this question from those of others."""
        return *(self.kinds or ()), *(self.about or ())

    def kept(self, found: Changes) -> Changes:
        """Return only these changes."""
        if self.kinds is None and self.about is None:
            return found
        _look_at(found.changes)
        found = found if self.kinds is None else found.only(self.kinds)
        return found if self.about is None else found.about(frozenset(self.about))


@described_interface
class ChangeCause:
    """Something that differs between the versions and decides an access."""

    between: strawberry.Private[Between]
    cause: strawberry.Private[Cause]

    @field
    def id(self) -> ID:
        """The id of the grant or of the node that differs.

        Answers about other moments have causes of the same id.
        """
        return ID(self.cause.id)

    @field
    def witnessed(self) -> bool:
        """True if both versions observed the grant or attribute.

        Only then is it known that the difference arose between them.
        """
        return self.cause.witnessed

    @field
    def sentence(self) -> str:
        """The cause in plain English."""
        return self.between.writer.cause(self.cause)


@described
class GrantCause(ChangeCause):
    """A grant that was added, removed, or changed in its roles or in being active."""

    cause: strawberry.Private[Granted]

    @field
    def before(self) -> Grant | None:
        """The grant in the version before, with its evidence there."""
        return self._grant(self.between.before)

    @field
    def after(self) -> Grant | None:
        """The grant in the version after, with its evidence there."""
        return self._grant(self.between.after)

    @field
    def absent_from(self) -> Document | None:
        """The newest document that would have shown the grant to the version that lacks it.

        Null where both versions have the grant, or no document that was read would have shown it.
        """
        there = self.between.before if self.cause.before is None else self.between.after
        number = self.cause.absent_from
        return None if number is None else Document.of(there, number)

    def _grant(self, graph: AccessGraph) -> Grant | None:
        held = graph.grants.get(self.cause.id)
        return Grant(graph=graph, held=held) if held else None


@described
class NodeCause(ChangeCause):
    """An attribute of a node that makes access through it latent, or no longer."""

    cause: strawberry.Private[Attribute]

    @field
    def node(self) -> Node:
        """The node that has the attribute."""
        return self.between.node(self.cause.id)

    @field
    def attribute(self) -> str:
        """The name of the attribute.

        It is `confirmed_at` of an identity, `active` of a business, or `subscription_status` of an
        account.
        """
        return self.cause.attribute

    @field
    def before(self) -> AttributeFact | None:
        """The attribute in the version before; null if it was not known."""
        return self._fact(self.between.before, self.cause.before)

    @field
    def after(self) -> AttributeFact | None:
        """The attribute in the version after; null if it is not known."""
        return self._fact(self.between.after, self.cause.after)

    def _fact(self, graph: AccessGraph, word: str | None) -> AttributeFact | None:
        return (
            None
            if word is None
            else AttributeFact(between=self.between, graph=graph, cause=self.cause, value=word)
        )


@described
class AttributeFact:
    """The value of a node's attribute in one version."""

    between: strawberry.Private[Between]
    graph: strawberry.Private[AccessGraph]
    cause: strawberry.Private[Attribute]

    value: str = value(
        "`confirmed` or `unconfirmed`, `active` or `inactive`, or the subscription's own word, as"
        " the attribute is."
    )

    @field
    def evidence(self) -> list[Evidence]:
        """The latest record that states the value; its pointer leads to the attribute itself."""
        said = self.between.stated(self.graph, self.cause)
        return [Evidence(graph=self.graph, said=said, inside=self.cause.pointer)] if said else []


@described
class Change:
    """The change of one access between two versions."""

    between: strawberry.Private[Between]
    found: strawberry.Private[Changed]

    kinds: list[Kind] = stated("found.kinds", "What became of it, in words; at least one.")

    @field
    def principal(self) -> Identity:
        """The identity that has or had the access."""
        # Only identities have access.
        return self.between.node(self.found.principal)  # type: ignore[return-value]  # a principal is one

    @field
    def resource(self) -> Node:
        """The business or account that is or was reached."""
        return self.between.node(self.found.resource)

    @field
    def before(self) -> AccessFacts | None:
        """The access in the version before; null when there was none."""
        return AccessFacts(found=self.found.before) if self.found.before else None

    @field
    def after(self) -> AccessFacts | None:
        """The access in the version after; null when there is none."""
        return AccessFacts(found=self.found.after) if self.found.after else None

    @field
    def causes(self) -> list[ChangeCause]:
        """The causes of the change: grants first, then attributes."""
        return [_cause(self.between, each) for each in self.found.causes]

    @field
    def sentence(self) -> str:
        """The change in plain English, with its first causes."""
        return self.between.writer.sentence(self.found)


def _cause(between: Between, cause: Cause) -> ChangeCause:
    kind = NodeCause if isinstance(cause, Attribute) else GrantCause
    return kind(between=between, cause=cause)  # type: ignore[arg-type]  # a type per cause


@described_interface
class Compared:
    """A list that was made from two versions of the graph."""

    all: strawberry.Private[Changes]

    @field
    def before(self) -> str:
        """The version before."""
        return self.all.before

    @field
    def after(self) -> str:
        """The version after."""
        return self.all.after

    @field
    def truncated(self) -> bool:
        """True if a limit cut a search short, so that facts may be missing."""
        return self.all.truncated

    @field
    def emails(
        self,
        first: Annotated[
            int, strawberry.argument(description=f"At most so many, up to {MAX_FIRST}.")
        ] = 50,
    ) -> EmailChanges:
        """The emails that changed, whether or not an access did."""
        return EmailChanges(found=self.all.emails, count=within(first, 50))


@described
class EmailChange:
    """An identity whose email is not what it was."""

    identity: ID = value("The node id of the identity.")
    before: str = value("The email before.")
    after: str = value("The email after.")


@described
class EmailChanges:
    """Emails that changed between two versions, in the order of their identities."""

    found: strawberry.Private[Sequence[ChangedEmail]]
    count: strawberry.Private[int]

    @field
    def nodes(self) -> list[EmailChange]:
        """The first of the changes."""
        return [mirror(EmailChange, each) for each in self.found[: self.count]]

    @field
    def total_count(self) -> int:
        """How many emails changed."""
        return len(self.found)

    @field
    def truncated(self) -> bool:
        """True if there are more than are listed."""
        return len(self.found) > self.count


@described
class ChangeCount:
    """The number of changes of one kind."""

    kind: Kind = value("The kind.")
    count: int = value("How many have it; one that has several kinds counts under each.")


@described
class ChangeConnection(Connection[Change], Compared):
    """A page of changes, by kinds, principal and resource."""

    listed: strawberry.Private[Sequence[Changed]]

    @field
    def counts(self) -> list[ChangeCount]:
        """The number of changes of each kind, on all pages; kinds that none has are left out."""
        return _counts(self.listed)


def _look_at(changes: Sequence[Changed]) -> None:
    """Tell of long work if there are many changes to look at."""
    if len(changes) > FEW:
        long_work()


def _counts(changes: Sequence[Changed]) -> list[ChangeCount]:
    _look_at(changes)
    found = Counter(chain.from_iterable(kinds_of(changes)))
    return [ChangeCount(kind=kind, count=found[kind]) for kind in Kind if found[kind]]


@described
class CausedChanges:
    """All changes that one cause has a part in."""

    between: strawberry.Private[Between]
    all: strawberry.Private[Changes]
    group: strawberry.Private[Group]
    only: strawberry.Private[Only]

    @field
    def cause(self) -> ChangeCause:
        """The cause."""
        return _cause(self.between, self.group.cause)

    @partial(connection, default=10)
    def changes(self, page: Page) -> ChangeConnection:
        """The changes; one with several causes is under each of them."""
        question = ("changes of", self.group.cause.key, *self.only.words)
        return _page(self.between, self.all, question, self.group.changes, page)


@described
class CausedChangesConnection(Connection[CausedChanges], Compared):
    """A page of causes with their changes: grants first, then attributes, by printed form."""

    @field
    def counts(self) -> list[ChangeCount]:
        """The number of changes of each kind, with those that have no cause; see `truncated`."""
        return _counts(self.all.changes)


def changes_between(
    versions: ServedVersions, before: Version, after: Version, page: Page, only: Only
) -> ChangeConnection:
    """Return a page of the changes between two versions, or of some of them."""
    between, found = Between.of(before, after, versions), versions.compare(before, after)
    found = only.kept(found)
    return _page(between, found, ("changes", *only.words), found.changes, page)


def changes_by_cause(
    versions: ServedVersions, before: Version, after: Version, page: Page, only: Only
) -> CausedChangesConnection:
    """Return a page of the causes of the changes between two versions, or of some of them."""
    between, found = Between.of(before, after, versions), versions.compare(before, after)
    found = only.kept(found)
    keys = [each.cause.key for each in found.groups]
    load = written(
        found.groups,
        lambda each: CausedChanges(between=between, all=found, group=each, only=only),
    )
    window = Window(
        between.after, ("changes by cause", *only.words), keys, load, page, _both(found)
    )
    return CausedChangesConnection(window=window, all=found)


def _page(
    between: Between,
    found: Changes,
    question: Sequence[object],
    listed: Sequence[Changed],
    page: Page,
) -> ChangeConnection:
    keys = Lazily(len(listed), lambda place: _key(listed[place]))  # a page reads few of them
    load = written(listed, lambda each: Change(between=between, found=each))
    window = Window(between.after, question, keys, load, page, _both(found))
    return ChangeConnection(window=window, all=found, listed=listed)


def _both(found: Changes) -> str:
    """Return the version name of cursors: both versions, so that they expire with either."""
    return f"{found.before}-{found.after}"


def _key(change: Changed) -> tuple[str, str, str]:
    """Return the sort key of a change, with its kinds as one text of the same order."""
    kinds, principal, resource = change.key
    return "".join(chr(ord("a") + rank) for rank in kinds), principal, resource
