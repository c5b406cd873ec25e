"""The GraphQL type of identities, which are persons."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import strawberry

from inroads.analysis.census import counts
from inroads.documents import records as records_
from inroads.model import Mode, NodeKind, Relation, Section, native_id
from inroads.reach import questions
from inroads.reach.answers import AccessOrder
from inroads_api.schema.fields import (
    ID,
    attribute,
    described,
    field,
    known,
    maybe,
    mirror,
    stated,
    value,
)
from inroads_api.schema.graph.accesses import (
    RESOURCES,
    AccessConnection,
    AccessCounts,
    Filter,
    Kinds,
    ModeArgument,
    Sort,
    accesses,
)
from inroads_api.schema.graph.node import KINDS, Node
from inroads_api.schema.graph.records import (
    Address,
    GroupMembership,
    Link,
    Membership,
    Phone,
    Profession,
    Profile,
    RoleRecord,
    each_of,
    first_of,
    held,
    links,
    of_version,
    phones,
    records,
)
from inroads_api.schema.pages import Connection, Page, connection, rows


@described
class Identity(Node):
    """A person, known by one email across the service."""

    @cached_property
    def _me(self) -> records_.Me:
        return self.graph.me(self.key) or records_.Me()

    @field
    def identity_id(self) -> ID:
        """The service's own id."""
        return ID(native_id(self.key))

    email: str | None = attribute("email", "The email, as the latest document spells it.")
    first_name: str | None = attribute("first_name", "The first name.")
    last_name: str | None = attribute("last_name", "The last name.")
    confirmed_at: dt.datetime | None = attribute(
        "confirmed_at",
        "When the email was confirmed; null when it was not, or when it is not known.",
    )
    observed: bool = stated(
        lambda self: bool(self.attributes.get("observed")),
        "Whether this identity's own document was read; see `coverage` for whether what it reaches is complete.",
    )
    created_at: dt.datetime | None = stated("_me.created_at", "When the identity was created.")
    setup_complete: bool | None = stated(
        "_me.setup_complete",
        "Whether the identity has been populated with necessary data.",
    )
    identity_uuid: ID | None = stated(
        "_me.identity_uuid",
        "The identity's other id, in documents since about 2019.",
    )
    unconfirmed_email: str | None = stated(
        "_me.unconfirmed_email", "A new email that waits for its confirmation."
    )

    @field
    def profession(self) -> Profession | None:
        """The profession that the person states."""
        return of_version(self.graph, maybe(Profession, self._me.profession))

    @field
    def profile(self) -> Profile | None:
        """The profile that older documents repeat."""
        found = known(self._me.profile)
        return Profile(graph=self.graph, given=found) if found else None

    @field
    def phone_numbers(self) -> list[Phone]:
        """Named phone numbers."""
        return phones(self.graph, self._me.phone_numbers)

    @field
    def addresses(self) -> list[Address]:
        """Postal addresses; empty placeholders are left out."""
        listed = known(self._me.addresses) or ()
        return [of_version(self.graph, mirror(Address, each)) for each in listed if each]

    @field
    def links(self) -> list[Link]:
        """Related resources of the service."""
        return links(self._me.links)

    @field
    def integrations(self) -> list[str]:
        """The names of integrations; nothing else of them is kept."""
        return sorted(known(self._me.integrations) or ())

    @connection
    def memberships(self, page: Page) -> Connection[Membership]:
        """The businesses this identity is a member of, one for each membership that stands."""
        found = first_of(held(self.graph, self.key, Relation.MEMBER))
        return records(Membership, self.graph, ("memberships", self.key), found, page)

    @connection
    def groups(self, page: Page) -> Connection[GroupMembership]:
        """The rows of groups and teams that name this identity.

        A row in a project group conveys no access.
        """
        found = each_of(held(self.graph, self.key, *Relation), Section.GROUP, Section.TEAM_MEMBER)
        return records(GroupMembership, self.graph, ("groups", self.key), found, page)

    @connection
    def roles(self, page: Page) -> Connection[RoleRecord]:
        """The rows of the deprecated dialect, clients' rows among them."""
        found = each_of(held(self.graph, self.key, *Relation), Section.ROLE)
        return records(RoleRecord, self.graph, ("roles", self.key), found, page)

    @rows
    def reach(
        self,
        page: Page,
        kinds: Kinds = RESOURCES,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name in the GraphQL schema
        mode: ModeArgument = Mode.ACCESS,
        sort: Sort = AccessOrder.BEST,
    ) -> AccessConnection:
        """Every business and account that this identity reaches, and how."""
        wanted = frozenset(RESOURCES if kinds is None else kinds)
        mode = mode or Mode.ACCESS
        return accesses(
            self.graph,
            self.key,
            ("reach", self.key, wanted, mode),
            lambda graph, chosen: questions.reach(graph, self.key, wanted, chosen, mode),
            filter or None,
            sort,
            page,
        )

    blast_radius: AccessCounts = stated(
        lambda self: counts(self.graph, self.key), "What this identity reaches, in figures."
    )


KINDS[NodeKind.IDENTITY] = Identity


@described
class FormerEmail:
    """An identity that had an email until a document stated another one."""

    identity: Identity = value("The identity.")
    until: dt.datetime = value("The moment of the document that first stated another email.")
    email: str | None = value("The email that the identity has now; null if it has none.")
