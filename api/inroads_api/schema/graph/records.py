"""The GraphQL types of records, each with its place in a document and the grant it states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

import strawberry
from strawberry.scalars import JSON

from inroads import model
from inroads.documents.records import Phone as PhoneRecord
from inroads.documents.records import Profile as ProfileRecord
from inroads.model import NodeKind, Relation, Role, Section, kind_of, native_id
from inroads.network.access_graph import AccessGraph
from inroads_api.schema.fields import (
    ID,
    described,
    described_interface,
    field,
    known,
    maybe,
    mirror,
    stated,
    value,
)
from inroads_api.schema.graph.evidence import Evidence
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.node import (
    ABusiness,
    AGroup,
    AnAccount,
    AnIdentity,
    Node,
    account,
    business,
    group,
    identity,
    node,
)
from inroads_api.schema.pages import Connection, Page, Window, written

_T = TypeVar("_T")


@described_interface
class Record:
    """A record of a document, with where it is said and the grant that it states."""

    graph: strawberry.Private[AccessGraph]
    held: strawberry.Private[model.Grant]
    said: strawberry.Private[model.Evidence]

    record_id: ID | None = stated("said.record_id", "The record's own id; not an id of a node.")

    @field
    def grant(self) -> Grant:
        """The grant that the record states, with every other record of it."""
        return Grant(graph=self.graph, held=self.held)

    @field
    def evidence(self) -> Evidence:
        """The place of this record in its document."""
        return Evidence(graph=self.graph, said=self.said)


def _row(self: Record) -> Any:
    """Return the typed row of a record."""
    return self.graph.row(self.said.document, self.said.section, self.said.index)


def held(graph: AccessGraph, key: str, *relations: Relation) -> Iterator[model.Grant]:
    """Yield the grants of these relations that a node holds."""
    return (
        graph.index.grant(hop.grant.number)
        for hop in graph.hops_from(key)
        if hop.grant.relation in relations and hop.grant.principal == key
    )


def given(graph: AccessGraph, key: str, *relations: Relation) -> Iterator[model.Grant]:
    """Yield the grants of these relations that are held on a node."""
    return (
        graph.index.grant(hop.grant.number)
        for hop in graph.hops_to(key)
        if hop.grant.relation in relations and hop.grant.resource == key
    )


def first_of(grants: Iterable[model.Grant]) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """Yield each grant with its first record, the one that takes precedence."""
    return ((grant, grant.evidence[0]) for grant in grants)


def each_of(
    grants: Iterable[model.Grant], *sections: Section
) -> Iterator[tuple[model.Grant, model.Evidence]]:
    """Yield the records of these sections, as pairs of the grant and its record."""
    return (
        (grant, said) for grant in grants for said in grant.evidence if said.section in sections
    )


def records(
    kind: Callable[..., _T],
    graph: AccessGraph,
    question: Sequence[object],
    found: Iterable[tuple[model.Grant, model.Evidence]],
    page: Page,
) -> Connection[_T]:
    """Return a page of records, made from pairs of a grant and one of its records.

    A record that states two grants appears once.
    """
    unique = {
        (each.document, each.section.value, each.index, each.sub): (grant, each)
        for grant, each in found
    }
    keys = sorted(unique)

    load = written(keys, lambda each: kind(graph=graph, held=unique[each][0], said=unique[each][1]))
    return Connection(window=Window(graph, question, keys, load, page))


@described
class Membership(Record):
    """An identity's membership of a business."""

    @field
    def identity(self) -> AnIdentity:
        """The member."""
        return identity(self.graph, self.held.principal)

    @field
    def business(self) -> ABusiness:
        """The business."""
        return business(self.graph, self.held.resource)

    @field
    def role(self) -> Role:
        """The role of the record that speaks first."""
        return self.held.roles[0]

    roles: list[Role] = stated(
        "held.roles",
        "All roles that its records state; more than one where they disagree.",
    )

    @field
    def raw_role(self) -> str | None:
        """The document's own word for the role."""
        return self.held.words[0]


@described
class GroupMembership(Record):
    """A row, of an identity's own document or of a team's, that puts the identity into a group."""

    @field
    def identity(self) -> AnIdentity:
        """The identity that is in the group."""
        return identity(self.graph, self.held.principal)

    @field
    def group(self) -> AGroup | None:
        """The group, when the row names it."""
        key = f"group:{known(_row(self).group_id)}"
        return group(self.graph, key) if key in self.graph else None

    group_id: ID | None = stated(
        lambda self: _row(self).group_id, "The group's id, as the row gives it."
    )
    role: str | None = stated(
        lambda self: _row(self).role, "The row's own word; in a project group it is a project role."
    )
    identity_id: ID | None = stated(
        lambda self: _row(self).identity_id, "The identity's id, as the row gives it."
    )
    first_name: str | None = stated(
        lambda self: _row(self).first_name, "The first name, as the row spells it."
    )
    last_name: str | None = stated(
        lambda self: _row(self).last_name, "The last name, as the row spells it."
    )
    email: str | None = stated(lambda self: _row(self).email, "The email, as the row spells it.")
    company: str | None = stated(
        lambda self: getattr(_row(self), "company", None),
        "The name of the business, as the row spells it; a team's rows have none.",
    )
    business_id: ID | None = stated(
        lambda self: _row(self).business_id, "The business's id, as the row gives it."
    )
    active: bool | None = stated(
        lambda self: _row(self).active, "Whether the business is active, as the row says."
    )


@described
class RoleRecord(Record):
    """A row of the deprecated dialect: an identity has a role on an account."""

    @field
    def identity(self) -> AnIdentity:
        """The identity that has the role."""
        return identity(self.graph, self.held.principal)

    @field
    def account(self) -> AnAccount:
        """The account."""
        return account(self.graph, f"account:{_row(self).accountid}")

    role: str | None = stated(
        lambda self: _row(self).role, "The row's own word; `admin` means OWNER in this dialect."
    )
    system_id: ID | None = stated(
        lambda self: _row(self).systemid, "The integer id of the accounting system."
    )
    user_id: ID | None = stated(
        lambda self: _row(self).userid, "The person's number inside this account only."
    )
    created_at: dt.datetime | None = stated(
        lambda self: _row(self).created_at, "When the role was created."
    )

    @field
    def links(self) -> list[Link]:
        """Related resources of the service, such as the call that destroys the role."""
        return links(_row(self).links)

    @field
    def account_id(self) -> ID:
        """The account's id, as the row gives it."""
        return ID(_row(self).accountid)


@described
class Client(Record):
    """A business or an identity that is a client of an account."""

    @field
    def client(self) -> Node:
        """The business or identity that is the client."""
        return node(self.graph, self.held.principal)

    @field
    def account(self) -> AnAccount:
        """The vendor's account."""
        return account(self.graph, self.held.resource)

    @field
    def vendor(self) -> ABusiness | None:
        """The vendor, when a document names the business behind the account."""
        return next(
            (business(self.graph, key) for key in self.graph.kept(self.held.resource)), None
        )

    @field
    def user_ids(self) -> list[ID]:
        """The client's numbers inside the vendor's account."""
        return [ID(each) for each in dict.fromkeys(self.held.clients) if each is not None]


_MARKED: Final = "; in a past or imagined version its mark follows."


def of_version(graph: AccessGraph, part: _T) -> _T:
    """Return a part of a record with the mark of its version behind its own id, if it has one."""
    part_: Any = part
    if graph.mark and part_ is not None and part_.id is not None:
        part_.id = f"{part_.id}{graph.mark}"
    return part


@described
class Address:
    """A postal address; every part may be missing."""

    id: ID | None = value(f"The address's own id{_MARKED}")
    street: str | None = value("The street.")
    city: str | None = value("The city.")
    province: str | None = value("The province or state.")
    country: str | None = value("The country.")
    postal_code: str | None = value("The postal code.")


@described
class Phone:
    """A named phone number; a placeholder has no number."""

    id: ID | None = value(f"The phone number's own id{_MARKED}")
    title: str | None = value("What the person calls it.")
    phone_number: str | None = value("The number.")


def phones(graph: AccessGraph, given: Any) -> list[Phone]:
    """Return the phone numbers of a document, which has a list, a single one, or only its text."""
    listed = given if isinstance(given, list) else [given]
    plain = (PhoneRecord(phone_number=each) if isinstance(each, str) else each for each in listed)
    return [
        of_version(graph, mirror(Phone, each)) for each in plain if isinstance(each, PhoneRecord)
    ]


@described
class Profession:
    """A profession that a person states."""

    id: ID | None = value(f"The profession's own id{_MARKED}")
    title: str | None = value("The title.")
    company: str | None = value("The company.")
    designation: str | None = value("The designation.")


@described
class Profile:
    """The profile that older documents repeat."""

    graph: strawberry.Private[AccessGraph]
    given: strawberry.Private[ProfileRecord]

    setup_complete: bool | None = stated(
        "given.setup_complete",
        "Whether the identity has been populated with necessary data.",
    )
    first_name: str | None = stated("given.first_name", "The first name.")
    last_name: str | None = stated("given.last_name", "The last name.")

    @field
    def phone_number(self) -> Phone | None:
        """The phone number."""
        return next(iter(phones(self.graph, self.given.phone_number)), None)

    @field
    def address(self) -> Address | None:
        """The postal address."""
        return of_version(self.graph, maybe(Address, self.given.address))

    @field
    def professions(self) -> list[Profession]:
        """The professions that the person states."""
        listed = known(self.given.professions) or ()
        return [of_version(self.graph, mirror(Profession, each)) for each in listed if each]


@described
class Link:
    """A related resource of the service."""

    name: str = value("What it is to this one.")
    path: str | None = value("The path of the call.")


def links(given: Any) -> list[Link]:
    return [
        Link(name=name, path=known(path)) for name, path in sorted((known(given) or {}).items())
    ]


@described
class ApiPath:
    """The beginning of the paths of one part of the service, for one business or account."""

    service: str = value("The part of the service.")
    path: str = value("The beginning of the path, to which the resource is added.")


_API_PATHS: Final = {
    # "Calls to /accounting endpoints require the accountId"
    NodeKind.ACCOUNT: (("accounting", "/accounting/account/{}"),),
    # "most non-accounting resources, such as the /timetracking/ and /projects/ endpoints usually
    # require a businessId"
    NodeKind.BUSINESS: (
        ("timetracking", "/timetracking/business/{}"),
        ("projects", "/projects/business/{}"),
        ("auth", "/auth/api/v1/users/business/{}"),
    ),
}


def api_paths(key: str) -> list[ApiPath]:
    native = quote(native_id(key), safe="")
    return [
        ApiPath(service=service, path=path.format(native))
        for service, path in _API_PATHS[kind_of(key)]
    ]


@described
class Permission:
    """A flag of an account's plan."""

    name: str = value("The name of the flag.")
    enabled: bool | None = value("Whether it is on, for a flag that is on or off.")
    limit: int | None = value(
        "The limit, for a flag that is one; null when it does not fit into an Int."
    )
    unlimited: bool = value("Whether it is a limit that is none: the service writes -1.")
    value: JSON | None = value("The flag as it is written, whatever its type.")


def permission(name: str, flag: object) -> Permission:
    enabled = flag if isinstance(flag, bool) else None
    number = flag if isinstance(flag, int) and enabled is None else None
    fits = number is not None and -(2**31) <= number < 2**31
    limit = number if fits else None
    return Permission(
        name=name, enabled=enabled, limit=limit, unlimited=number == -1, value=cast("JSON", flag)
    )
