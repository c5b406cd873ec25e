"""The GraphQL type of businesses."""

from __future__ import annotations

from functools import cached_property

from inroads.analysis.census import counts
from inroads.documents import records as records_
from inroads.model import NodeKind, Relation, Role, native_id
from inroads_api.schema.fields import ID, attribute, described, field, maybe, stated
from inroads_api.schema.graph.accesses import AccessCounts, reached_by_field
from inroads_api.schema.graph.node import KINDS, AnAccount, Node, account
from inroads_api.schema.graph.records import (
    Address,
    ApiPath,
    Client,
    Membership,
    Phone,
    api_paths,
    first_of,
    given,
    held,
    of_version,
    phones,
    records,
)
from inroads_api.schema.pages import Connection, Page, connection


@described
class Business(Node):
    """A business, the scope of most calls of the service."""

    @cached_property
    def _record(self) -> records_.Business:
        return self.graph.business_record(self.key) or records_.Business(native_id(self.key))

    @field
    def business_id(self) -> ID:
        """The service's own id; not the id of a membership, nor of the account."""
        return ID(native_id(self.key))

    name: str | None = attribute("name", "The name of the business.")
    active: bool | None = attribute(
        "active", "Whether the business is active; null when it is not known."
    )

    @field
    def account(self) -> AnAccount | None:
        """The account that the business keeps; many have none."""
        return next((account(self.graph, key) for key in self.graph.kept(self.key)), None)

    observed: bool = stated(
        lambda self: bool(self.attributes.get("observed")),
        "Whether this business's team document, or a whole listing of its members, was read: only"
        " then is who reaches it complete.",
    )
    business_uuid: ID | None = stated("_record.business_uuid", "The business's other id.")

    @field
    def address(self) -> Address | None:
        """The postal address."""
        return of_version(self.graph, maybe(Address, self._record.address))

    @field
    def phone_number(self) -> list[Phone]:
        """Named phone numbers; documents give one, several or none."""
        return phones(self.graph, self._record.phone_number)

    status: str | None = stated("_record.status", "The status of the business, as spelled.")
    date_format: str | None = stated("_record.date_format", "How the business writes dates.")
    timezone: str | None = stated("_record.timezone", "The time zone of the business.")

    @field
    def api_paths(self) -> list[ApiPath]:
        """The beginnings of the service's paths for this business.

        There is no accounting path without an account.
        """
        accounts = (path for account in self.graph.kept(self.key) for path in api_paths(account))
        return [*accounts, *api_paths(self.key)]

    @connection
    def members(self, page: Page) -> Connection[Membership]:
        """The memberships of this business that stand."""
        found = first_of(given(self.graph, self.key, Relation.MEMBER))
        return records(Membership, self.graph, ("members", self.key), found, page)

    @connection
    def clients(self, page: Page) -> Connection[Client]:
        """The clients of this business's accounts.

        They are businesses, and identities with a client's role row.
        """
        found = (
            grant
            for account in self.graph.kept(self.key)
            for grant in given(self.graph, account, Relation.CLIENT, Relation.ROLE)
            if Role.CLIENT in grant.roles
        )
        return records(Client, self.graph, ("clients", self.key), first_of(found), page)

    @connection
    def vendors(self, page: Page) -> Connection[Client]:
        """The accounts that this business is a client of."""
        found = first_of(held(self.graph, self.key, Relation.CLIENT))
        return records(Client, self.graph, ("vendors", self.key), found, page)

    reached_by = reached_by_field("business")

    exposure: AccessCounts = stated(
        lambda self: counts(self.graph, self.key), "Who reaches this business, in figures."
    )


KINDS[NodeKind.BUSINESS] = Business
