"""The four kinds of node with all that can be asked of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from inroads import documents, model, reach
from inroads.census import counts
from inroads.model import Mode, NodeKind, Relation, Role, Section, native_id
from inroads.network import AccessGraph
from inroads_api.objects.accesses import RESOURCES, AccessConnection, Filter, Kinds, ModeArgument, accesses
from inroads_api.objects.fields import ID, attribute, described, field, known, maybe, mirror, stated
from inroads_api.objects.node import KINDS, Node
from inroads_api.objects.pages import Connection, Page, connection
from inroads_api.objects.parts import (
    Address,
    ApiPath,
    Link,
    Permission,
    Phone,
    Profession,
    Profile,
    api_paths,
    links,
    permission,
    phones,
)
from inroads_api.objects.records import Client, GroupMembership, Membership, RoleRecord, records

if TYPE_CHECKING:
    from inroads_api.census_objects import AccessCounts


Figures = Annotated["AccessCounts", strawberry.lazy("inroads_api.census_objects")]


def _held(graph: AccessGraph, key: str, *relations: Relation) -> Iterator[model.Grant]:
    """The grants that a node holds."""
    return (hop.grant for hop in graph.hops_from(key) if hop.grant.relation in relations and hop.grant.principal == key)


def _given(graph: AccessGraph, key: str, *relations: Relation) -> Iterator[model.Grant]:
    """The grants that others hold on a node."""
    return (hop.grant for hop in graph.hops_to(key) if hop.grant.relation in relations and hop.grant.resource == key)


def _first(grants: Iterable[model.Grant]) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """Each grant with the record that speaks first."""
    return ((grant, grant.evidence[0]) for grant in grants)


def _each(grants: Iterable[model.Grant], *sections: Section) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """Each record of these sections with the grant that it states."""
    return ((grant, said) for grant in grants for said in grant.evidence if said.section in sections)


def _reached_by(what: str) -> Any:
    """The field that says who reaches a business or an account."""

    def reached_by(
        self: Node,
        page: Page,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name that the contract gives to the argument
        mode: ModeArgument = Mode.ACCESS,
    ) -> AccessConnection:
        chosen = filter.chosen() if filter else reach.ALL
        mode = mode or Mode.ACCESS
        answer = reach.reached_by(self.graph, self.key, chosen, mode)
        return accesses(self.graph, ("reachedBy", self.key, chosen, mode), answer, page)

    reached_by.__doc__ = f"Every identity that reaches this {what}, and how."
    return connection(reached_by)


@described
class Identity(Node):
    """A person, known by one email across the service."""

    @cached_property
    def _me(self) -> documents.Me:
        return self.graph.me(self.key) or documents.Me()

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
        "Whether this identity's own document was read: only then is what it reaches complete.",
    )
    created_at: dt.datetime | None = stated(lambda self: self._me.created_at, "When the identity was created.")
    setup_complete: bool | None = stated(
        lambda self: self._me.setup_complete, "Whether the identity has been populated with necessary data."
    )
    identity_uuid: ID | None = stated(
        lambda self: self._me.identity_uuid, "The identity's other id, in documents since about 2019."
    )
    unconfirmed_email: str | None = stated(
        lambda self: self._me.unconfirmed_email, "A new email that waits for its confirmation."
    )

    @field
    def profession(self) -> Profession | None:
        """What the person says of their work."""
        return maybe(Profession, self._me.profession)

    @field
    def profile(self) -> Profile | None:
        """The profile that older documents repeat."""
        found = known(self._me.profile)
        return Profile(given=found) if found else None

    @field
    def phone_numbers(self) -> list[Phone]:
        """Named phone numbers."""
        return phones(self._me.phone_numbers)

    @field
    def addresses(self) -> list[Address]:
        """Postal addresses; empty placeholders are left out."""
        return [mirror(Address, each) for each in known(self._me.addresses) or () if each]

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
        found = _first(_held(self.graph, self.key, Relation.MEMBER))
        return records(Membership, self.graph, ("memberships", self.key), found, page)

    @connection
    def groups(self, page: Page) -> Connection[GroupMembership]:
        """The rows of groups and teams that name this identity. A row in a project group is no access."""
        found = _each(_held(self.graph, self.key, *Relation), Section.GROUP, Section.TEAM_MEMBER)
        return records(GroupMembership, self.graph, ("groups", self.key), found, page)

    @connection
    def roles(self, page: Page) -> Connection[RoleRecord]:
        """The rows of the deprecated dialect, clients' rows among them."""
        found = _each(_held(self.graph, self.key, *Relation), Section.ROLE)
        return records(RoleRecord, self.graph, ("roles", self.key), found, page)

    @connection
    def reach(
        self,
        page: Page,
        kinds: Kinds = RESOURCES,
        filter: Filter = strawberry.UNSET,  # noqa: A002  # the name that the contract gives to the argument
        mode: ModeArgument = Mode.ACCESS,
    ) -> AccessConnection:
        """Every business and account that this identity reaches, and how."""
        wanted = frozenset(RESOURCES if kinds is None else kinds)
        chosen = filter.chosen() if filter else reach.ALL
        mode = mode or Mode.ACCESS
        answer = reach.reach(self.graph, self.key, wanted, chosen, mode)
        return accesses(self.graph, ("reach", self.key, wanted, chosen, mode), answer, page)

    blast_radius: Figures = stated(lambda self: counts(self.graph, self.key), "What this identity reaches, in figures.")


@described
class Business(Node):
    """A business, the scope of most calls of the service."""

    @cached_property
    def _record(self) -> documents.Business:
        return self.graph.business_record(self.key) or documents.Business(native_id(self.key))

    @field
    def business_id(self) -> ID:
        """The service's own id; not the id of a membership, nor of the account."""
        return ID(native_id(self.key))

    name: str | None = attribute("name", "The name of the business.")
    active: bool | None = attribute("active", "Whether the business is active; null when it is not known.")

    @field
    def account(self) -> Account | None:
        """The account that the business keeps; many have none."""
        return next((Account(graph=self.graph, key=key) for key in self.graph.kept(self.key)), None)

    observed: bool = stated(
        lambda self: bool(self.attributes.get("observed")),
        "Whether this business's team document was read: only then is who reaches it complete.",
    )
    business_uuid: ID | None = stated(lambda self: self._record.business_uuid, "The business's other id.")

    @field
    def address(self) -> Address | None:
        """The postal address."""
        return maybe(Address, self._record.address)

    @field
    def phone_number(self) -> list[Phone]:
        """Named phone numbers; documents give one, several or none."""
        return phones(self._record.phone_number)

    status: str | None = stated(lambda self: self._record.status, "The status of the business, as spelled.")
    date_format: str | None = stated(lambda self: self._record.date_format, "How the business writes dates.")
    timezone: str | None = stated(lambda self: self._record.timezone, "The time zone of the business.")

    @field
    def api_paths(self) -> list[ApiPath]:
        """Which id goes into which call of the service; no accounting path where there is no account."""
        accounts = (path for account in self.graph.kept(self.key) for path in api_paths(account))
        return [*accounts, *api_paths(self.key)]

    @connection
    def members(self, page: Page) -> Connection[Membership]:
        """The memberships of this business that stand."""
        found = _first(_given(self.graph, self.key, Relation.MEMBER))
        return records(Membership, self.graph, ("members", self.key), found, page)

    @connection
    def clients(self, page: Page) -> Connection[Client]:
        """Who is a client of this business's account: businesses, and identities with a client's role row."""
        given = (
            grant
            for account in self.graph.kept(self.key)
            for grant in _given(self.graph, account, Relation.CLIENT, Relation.ROLE)
            if Role.CLIENT in grant.roles
        )
        return records(Client, self.graph, ("clients", self.key), _first(given), page)

    @connection
    def vendors(self, page: Page) -> Connection[Client]:
        """The accounts that this business is a client of."""
        found = _first(_held(self.graph, self.key, Relation.CLIENT))
        return records(Client, self.graph, ("vendors", self.key), found, page)

    reached_by = _reached_by("business")

    exposure: Figures = stated(lambda self: counts(self.graph, self.key), "Who reaches this business, in figures.")


@described
class Account(Node):
    """The accounting system that a business may keep."""

    @field
    def account_id(self) -> ID:
        """The service's own id: a short string in which case matters."""
        return ID(native_id(self.key))

    @field
    def business(self) -> Business | None:
        """The business that keeps this account, when a document names it."""
        return next((Business(graph=self.graph, key=key) for key in self.graph.kept(self.key)), None)

    subscription_status: str | None = attribute(
        "subscription_status",
        "The subscription, as spelled: `active`, `active_trial`, `trial_expired`, `cancelled` and others.",
    )
    business_status: str | None = attribute(
        "business_status",
        "The status of the account's business in newer documents, as spelled.",
    )
    system_id: ID | None = attribute(
        "system_id",
        "The integer id of the same accounting system, in the deprecated dialect.",
    )

    @field
    def permissions(self) -> list[Permission]:
        """The flags of the account's plan by name: of the account, never rights of a person."""
        return [permission(name, flag) for name, flag in sorted(self.graph.permissions(self.key).items())]

    @field
    def api_paths(self) -> list[ApiPath]:
        """Which id goes into which call of the service."""
        return api_paths(self.key)

    reached_by = _reached_by("account")

    exposure: Figures = stated(lambda self: counts(self.graph, self.key), "Who reaches this account, in figures.")


@described
class Group(Node):
    """A group of people: everyone in a business when it is business-level, else a project's."""

    @field
    def group_id(self) -> ID:
        """The service's own id."""
        return ID(native_id(self.key))

    @field
    def business(self) -> Business | None:
        """The business that the group is of."""
        owners = _held(self.graph, self.key, Relation.GROUP_OF)
        return next((Business(graph=self.graph, key=grant.resource) for grant in owners), None)

    @field
    def business_level(self) -> bool:
        """Whether it is the group of everyone in its business: only then are its rows memberships."""
        return self.key in self.graph.business_groups

    @field
    def active(self) -> bool | None:
        """Whether its rows say that the business is active; null when none says it."""
        rows = (self.graph.row(said.document, said.section, said.index).active for _, said in _rows_of(self))
        said = [each for each in rows if isinstance(each, bool)]
        return all(said) if said else None

    @connection
    def members(self, page: Page) -> Connection[GroupMembership]:
        """The rows that put an identity into this group."""
        return records(GroupMembership, self.graph, ("group", self.key), _rows_of(self), page)


def _rows_of(group: Group) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """The standing rows of a group; those of a business-level group state memberships of its business."""
    graph = group.graph
    yield from _each(_given(graph, group.key, Relation.GROUP), Section.GROUP)
    if group.key in graph.business_groups:
        shown = {said for owned in _held(graph, group.key, Relation.GROUP_OF) for said in owned.evidence}
        teams = {said.document for said in shown if said.section is Section.TEAM_GROUP}
        members = _given(graph, graph.business_groups[group.key], Relation.MEMBER)
        for grant, said in _each(members, Section.GROUP, Section.TEAM_MEMBER):
            if said in shown or (said.section is Section.TEAM_MEMBER and said.document in teams):
                yield grant, said


KINDS.update(
    {NodeKind.IDENTITY: Identity, NodeKind.BUSINESS: Business, NodeKind.ACCOUNT: Account, NodeKind.GROUP: Group}
)
