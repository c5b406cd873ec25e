"""The root type Query and the versions of the graph it leads to, with short resolvers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Annotated, Any, TypeVar, cast

import strawberry

from inroads.errors import InroadsError
from inroads.model import Mode, NodeKind, node_id
from inroads.reach import answers
from inroads_api.limits import MAX_FIRST
from inroads_api.schema.analysis.about import About, subject, subjects
from inroads_api.schema.analysis.changes import (
    CausedChangesConnection,
    ChangeConnection,
    Kinds,
    Only,
    changes_between,
    changes_by_cause,
)
from inroads_api.schema.analysis.findings import (
    FindingConnection,
    FindingRule,
    IsSuppressed,
    Least,
    Now,
    RuleIds,
    all_rules,
    findings_page,
)
from inroads_api.schema.analysis.what_if import (
    ChokeFigure,
    ChokePoint,
    DutyConflict,
    ImaginedGrant,
    Plan,
    WhatIf,
    choke_points,
    duty_conflicts,
    imagine,
    plan,
)
from inroads_api.schema.context import Context, Info, asked
from inroads_api.schema.fields import ID, described, field, former, mirror, optional, stated
from inroads_api.schema.graph import node
from inroads_api.schema.graph.accesses import Access, AccessKey, ModeArgument, access_of
from inroads_api.schema.graph.accounts import Account
from inroads_api.schema.graph.businesses import Business
from inroads_api.schema.graph.coverage import Coverage, Issue, Policy, RoleRule
from inroads_api.schema.graph.groups import Group
from inroads_api.schema.graph.identities import FormerEmail, Identity
from inroads_api.schema.graph.node import Node
from inroads_api.schema.pages import Connection, First, Page, connection, within
from inroads_api.schema.resolved import by_email, note, resolved
from inroads_api.schema.review.campaigns import ReviewQuestions
from inroads_api.schema.search import NodeQuestions
from inroads_api.versions.marks import split
from inroads_api.versions.versions import Version

_T = TypeVar("_T")

Since = Annotated[dt.datetime, strawberry.argument(description="The moment of the last review.")]
Until = Annotated[
    dt.datetime | None,
    strawberry.argument(
        description="The end of the review; none for all that was observed, which may grow between"
        " two pages."
    ),
]
Exposed = Annotated[NodeKind | None, strawberry.argument(description="Businesses, or accounts.")]
NodeId = Annotated[
    ID, strawberry.argument(description="A node id: `business:77128`, or as any object gives it.")
]
NativeId = Annotated[ID, strawberry.argument(description="The service's own id or the node id.")]


@strawberry.input(one_of=True, description="How to look an identity up: by exactly one of these.")
class IdentityLookup:
    """The key by which an identity is looked up: its email or its id."""

    email: str | None = optional("The email, in any case; domains compare in their IDNA form.")
    id: ID | None = optional("`712052` or `identity:712052`.")


def _node(seen: Version, text: str, kind: NodeKind | None = None) -> Node | None:
    """Return the object of a node, or None if the version does not know it. Raises BadId."""
    key = resolved(node_id(split(text)[0], kind))  # before a version is made for it
    graph = asked(seen, text)[0].graph
    return node(graph, key) if key in graph else None


def _or_error(ask: Callable[[], _T]) -> _T:
    """Return an answer, or its error, which the executor reports at its place of a list."""
    try:
        return ask()
    except InroadsError as error:
        return cast("_T", error)


@described
class Entry(NodeQuestions):
    """The questions that one version of the graph answers. A lookup without a match gives null.

    So does a question with a bad argument, beside its error; the other answers stay.
    """

    @field
    def node(self, id: NodeId) -> Node | None:  # noqa: A002  # the contract's name
        """Any node by its node id; one with the mark of a version as that version knows it.

        VERSION_EXPIRED where that version cannot be had any more.
        """
        return _node(self.seen, id)

    @field
    def nodes(
        self,
        ids: Annotated[list[ID], strawberry.argument(description="Up to 100 node ids.")],
    ) -> list[Node | None] | None:
        """Nodes in the order of the ids, null for each that is not known.

        Where the version of an id cannot be had there is an error at its place, too.
        """
        if len(ids) > MAX_FIRST:
            raise InroadsError(
                f"there are {len(ids)} ids; the limit is {MAX_FIRST}", "TOO_MANY_IDS"
            )
        for each in ids:
            resolved(node_id(split(each)[0]))  # an id that is none costs the whole list
        return [_or_error(partial(_node, self.seen, each)) for each in ids]

    @field
    def identity(
        self,
        by: Annotated[IdentityLookup, strawberry.argument(description="The email or the id.")],
    ) -> Identity | None:
        """An identity by its email or its id.

        AMBIGUOUS_EMAIL if several identities share the email.
        """
        if not by.email:
            return cast("Identity | None", _node(self.seen, by.id or "", NodeKind.IDENTITY))
        key = by_email(self.seen.graph, by.email)
        return cast("Identity", node(self.seen.graph, key)) if key else None

    @field
    def former_emails(
        self, email: Annotated[str, strawberry.argument(description="The email, in any case.")]
    ) -> list[FormerEmail] | None:
        """The identities that had this email and have another one now.

        An `identity` that is looked up by a former email stays null: it has that email no more.
        """
        graph = self.seen.graph
        found = graph.formerly(email)[:MAX_FIRST]
        note(each.identity for each in found)
        return [
            FormerEmail(
                identity=cast("Identity", node(graph, each.identity)),
                until=each.until,
                email=each.email,
            )
            for each in found
        ]

    @field
    def business(self, id: NativeId) -> Business | None:  # noqa: A002  # the contract's name
        """A business by its id."""
        return cast("Business | None", _node(self.seen, id, NodeKind.BUSINESS))

    @field
    def account(self, id: NativeId) -> Account | None:  # noqa: A002  # the contract's name
        """An account by its id, in which case matters."""
        return cast("Account | None", _node(self.seen, id, NodeKind.ACCOUNT))

    @field
    def group(self, id: NativeId) -> Group | None:  # noqa: A002  # the contract's name
        """A group by its id."""
        return cast("Group | None", _node(self.seen, id, NodeKind.GROUP))

    @field
    def access(
        self,
        principal: Annotated[
            ID, strawberry.argument(description="An identity, by its node id or its email.")
        ],
        resource: Annotated[
            ID, strawberry.argument(description="A business or an account, by its node id.")
        ],
        mode: ModeArgument = Mode.ACCESS,
    ) -> Access | None:
        """The access of one identity to one resource; null if both are known and there is none.

        NOT_FOUND if either is unknown.
        """
        return access_of(self.seen, principal, resource, mode)

    @field
    def accesses(
        self,
        pairs: Annotated[
            list[AccessKey], strawberry.argument(description="Up to 100 pairs of ends.")
        ],
        mode: ModeArgument = Mode.ACCESS,
    ) -> list[Access | None] | None:
        """The accesses of pairs, in their order; null where there is none.

        Where an end is malformed or unknown there is an error at the place of its pair, too.
        """
        if len(pairs) > MAX_FIRST:
            raise InroadsError(
                f"there are {len(pairs)} pairs; the limit is {MAX_FIRST}", "TOO_MANY_IDS"
            )
        return [
            _or_error(partial(access_of, self.seen, each.principal, each.resource, mode))
            for each in pairs
        ]

    @field
    def largest_blast_radius(self, info: Info, first: First = 10) -> list[Identity] | None:
        """The identities that reach the most businesses and accounts, in descending order."""
        graph, count = self.seen.graph, within(first, 10)
        most = (
            info.context.versions.census(self.seen).ranked(NodeKind.IDENTITY, first=count).tolist()
        )
        return [Identity(graph=graph, key=graph.index.name(each)) for each in most]

    @field
    def most_exposed(
        self, info: Info, first: First = 10, kind: Exposed = NodeKind.BUSINESS
    ) -> list[Node] | None:
        """The businesses or accounts that the most identities reach, in descending order."""
        graph, count = self.seen.graph, within(first, 10)
        if kind not in (None, *answers.RESOURCES):
            raise InroadsError("`kind` must be BUSINESS or ACCOUNT", "WRONG_KIND")
        most = (
            info.context.versions.census(self.seen)
            .ranked(kind or NodeKind.BUSINESS, first=count)
            .tolist()
        )
        return [node(graph, graph.index.name(each)) for each in most]

    @connection
    def changes(
        self,
        info: Info,
        page: Page,
        since: Since,
        until: Until = strawberry.UNSET,
        kinds: Kinds = strawberry.UNSET,
        about: About = strawberry.UNSET,
    ) -> ChangeConnection | None:
        """The accesses that changed between two moments, with the causes.

        Cursors are valid as long as both versions can be had. NOT_FOUND if `about` is unknown.
        """
        compared = self._compared(info.context, since, until)
        only = Only.of(kinds, subjects(*compared, about or None))
        return changes_between(info.context.versions, *compared, page, only)

    @connection
    def changes_by_cause(
        self,
        info: Info,
        page: Page,
        since: Since,
        until: Until = strawberry.UNSET,
        kinds: Kinds = strawberry.UNSET,
        about: About = strawberry.UNSET,
    ) -> CausedChangesConnection | None:
        """The changes between two moments, grouped by the grant or attribute that caused them."""
        compared = self._compared(info.context, since, until)
        only = Only.of(kinds, subjects(*compared, about or None))
        return changes_by_cause(info.context.versions, *compared, page, only)

    @field
    def what_if(
        self,
        info: Info,
        remove: Annotated[
            list[ID],
            strawberry.argument(
                description="Grants by id, or by a record such as `role 994207`; up to 100."
            ),
        ],
        add: Annotated[
            list[ImaginedGrant], strawberry.argument(description="Grants to imagine; up to 100.")
        ] = [],  # noqa: B006  # the schema prints the default, which is never changed
    ) -> WhatIf | None:
        """The accesses that would end, stay or change if grants were revoked or made.

        Nothing is written.
        """
        return imagine(info.context.versions, self.seen, remove, add, _entry)

    @field
    def plan(
        self,
        principal: Annotated[
            ID, strawberry.argument(description="An identity, by its node id or its email.")
        ],
        resource: Annotated[
            ID, strawberry.argument(description="A business or an account, by its node id.")
        ],
    ) -> Plan | None:
        """A plan that ends an access with the least collateral.

        It is null if there is no such access, or if either node is unknown.
        """
        return plan(self.seen, principal, resource, _entry)

    @field
    def choke_points(
        self,
        info: Info,
        of: Annotated[
            list[ID],
            strawberry.argument(
                description="Only accesses of these identities, or to these businesses (with what"
                " they keep) and accounts; up to 100. None for all accesses."
            ),
        ] = [],  # noqa: B006  # the schema prints the default, which is never changed
        by: Annotated[
            ChokeFigure, strawberry.argument(description="What they are ranked by.")
        ] = ChokeFigure.ENDED,
        first: First = 10,
    ) -> list[ChokePoint] | None:
        """The grants whose revocation alone would end the most accesses, in descending order."""
        return choke_points(info.context.versions, self.seen, of, by, within(first, 10))

    @connection
    def duty_conflicts(
        self,
        info: Info,
        page: Page,
    ) -> Connection[DutyConflict] | None:
        """The identities that hold both sides of a duty in the policy's `separation_of_duty`."""
        return duty_conflicts(info.context.versions, self.seen, page)

    @connection
    def findings(
        self,
        info: Info,
        page: Page,
        rules: RuleIds = strawberry.UNSET,
        severity: Least = strawberry.UNSET,
        suppressed: IsSuppressed = strawberry.UNSET,
        now: Now = strawberry.UNSET,
        about: About = strawberry.UNSET,
    ) -> FindingConnection | None:
        """The findings of the security rules, the worst first.

        Cursors are valid as long as the version can be had. The rule `new-since` does not run here:
        `changes` answers it. NOT_FOUND if `about` is unknown.
        """
        kept = None if suppressed is strawberry.UNSET else suppressed
        chosen = None if rules is strawberry.UNSET else rules
        seen, node = subject(self.seen, about or None)
        found = info.context.versions.findings(
            seen, chosen, severity or None, kept, now or None, node
        )
        return findings_page(seen.graph, found, page)

    def in_version(self, version: Version) -> Entry:
        """Return what answers the same questions by another version."""
        return type(self)(seen=version)

    @field
    def rules(self) -> list[FindingRule]:
        """The rules of a security review."""
        return all_rules(self.seen.graph.policy.judgement)

    def _compared(
        self, context: Context, since: dt.datetime, until: dt.datetime | None
    ) -> tuple[Version, Version]:
        if until and until < since:
            raise InroadsError("`until` is earlier than `since`", "BAD_MOMENT")
        return context.until(self.seen, since), context.until(self.seen, until)


def _known(kind: NodeKind) -> Callable[[Any], int]:
    """Return how a version counts the known nodes of a kind."""
    return lambda self: self.seen.graph.counts[kind]


def _documents(self: Any) -> int:
    return len(self.seen.graph.documents)


def _grants(self: Any) -> int:
    return len(self.seen.graph.grants)


@described
class GraphInfo(Entry):
    """A version of the graph: its contents, and every question as this version answers it."""

    built_at: dt.datetime = stated("seen.built_at", "The moment at which this version was built.")
    position: int | None = stated(
        "seen.position",
        "How far of its ledger's log the server had read for this version; null without a ledger.",
    )

    @field
    def version(self) -> str:
        """The name of the version.

        Two graphs share it exactly if they hold the same documents under the same policy.
        """
        return self.seen.graph.version

    document_count: int = stated(_documents, "The number of documents in this version.")
    identity_count: int = stated(_known(NodeKind.IDENTITY), "The number of known identities.")
    business_count: int = stated(_known(NodeKind.BUSINESS), "The number of known businesses.")
    account_count: int = stated(_known(NodeKind.ACCOUNT), "The number of known accounts.")
    group_count: int = stated(_known(NodeKind.GROUP), "The number of known groups.")
    grant_count: int = stated(_grants, "The number of standing grants.")
    documents: int = former(_documents, "documentCount")
    identities: int = former(_known(NodeKind.IDENTITY), "identityCount")
    businesses: int = former(_known(NodeKind.BUSINESS), "businessCount")
    accounts: int = former(_known(NodeKind.ACCOUNT), "accountCount")
    groups: int = former(_known(NodeKind.GROUP), "groupCount")
    grants: int = former(_grants, "grantCount")

    @field
    def policy(self) -> Policy:
        """The policy that decides the answers."""
        policy = self.seen.graph.policy
        rules = [
            RoleRule(
                role=role, capabilities=list(policy.capabilities([role])), controls=row.controls
            )
            for role, row in policy.roles.items()
        ]
        return Policy(digest=policy.digest, roles=rules, alive=sorted(policy.alive))

    @field
    def issue_count(self) -> int:
        """The number of issues that the documents have."""
        return len(self.seen.graph.issues)

    @field
    def issues(self, first: First = 50) -> list[Issue]:
        """The first issues of the documents, by source and place."""
        return [mirror(Issue, each) for each in islice(self.seen.graph.issues, within(first, 50))]

    @field
    def coverage(self) -> Coverage:
        """The coverage of the documents.

        It is complete if every identity and business that is named has a document of its own.
        """
        return mirror(Coverage, self.seen.graph.coverage())


def _entry(version: Version) -> GraphInfo:
    return GraphInfo(seen=version)


AsOf = Annotated[
    dt.datetime | None,
    strawberry.argument(
        description="Only what was observed until this moment, as everything below answers; none"
        " for all of it."
    ),
]
AtLeast = Annotated[
    str | None,
    strawberry.argument(
        description="Wait until this version is served, or a later one: a version's name, or the"
        " token of an ingest. VERSION_NOT_REACHED when it does not come in time."
    ),
]


@described
class Query(Entry, ReviewQuestions):
    """Questions such as: which businesses can this email reach, and how?

    A lookup without a match gives null.
    """

    @field
    def graph(
        self, info: Info, as_of: AsOf = strawberry.UNSET, at_least: AtLeast = strawberry.UNSET
    ) -> GraphInfo | None:
        """The current version of the graph, or the version as of a moment.

        All fields inside are answered by this version.
        """
        version = info.context.at_least(at_least)
        return GraphInfo(seen=info.context.until(version, as_of))
