"""Parts of nodes and records that documents give as they are: addresses, phone numbers, links, permissions."""

from __future__ import annotations

from typing import Any, Final, cast
from urllib.parse import quote

import strawberry
from strawberry.scalars import JSON

from inroads.documents import records
from inroads.model import NodeKind, kind_of, native_id
from inroads_api.objects.fields import ID, described, field, known, maybe, mirror, stated, value


@described
class Address:
    """A postal address; every part may be missing."""

    id: ID | None = value("The address's own id.")
    street: str | None = value("The street.")
    city: str | None = value("The city.")
    province: str | None = value("The province or state.")
    country: str | None = value("The country.")
    postal_code: str | None = value("The postal code.")


@described
class Phone:
    """A named phone number; a placeholder has no number."""

    id: ID | None = value("The phone number's own id.")
    title: str | None = value("What the person calls it.")
    phone_number: str | None = value("The number.")


def phones(given: Any) -> list[Phone]:
    """The phone numbers of a document, which gives a list, one, or only its text."""
    listed = given if isinstance(given, list) else [given]
    plain = (records.Phone(phone_number=each) if isinstance(each, str) else each for each in listed)
    return [mirror(Phone, each) for each in plain if isinstance(each, records.Phone)]


@described
class Profession:
    """What a person says of their work."""

    id: ID | None = value("The profession's own id.")
    title: str | None = value("The title.")
    company: str | None = value("The company.")
    designation: str | None = value("The designation.")


@described
class Profile:
    """The profile that older documents repeat."""

    given: strawberry.Private[records.Profile]

    setup_complete: bool | None = stated(
        lambda self: self.given.setup_complete, "Whether the identity has been populated with necessary data."
    )
    first_name: str | None = stated(lambda self: self.given.first_name, "The first name.")
    last_name: str | None = stated(lambda self: self.given.last_name, "The last name.")

    @field
    def phone_number(self) -> Phone | None:
        """The phone number."""
        return next(iter(phones(self.given.phone_number)), None)

    @field
    def address(self) -> Address | None:
        """The postal address."""
        return maybe(Address, self.given.address)

    @field
    def professions(self) -> list[Profession]:
        """What the person says of their work."""
        return [mirror(Profession, each) for each in known(self.given.professions) or () if each]


@described
class Link:
    """A related resource of the service."""

    name: str = value("What it is to this one.")
    path: str | None = value("The path of the call.")


def links(given: Any) -> list[Link]:
    return [Link(name=name, path=known(path)) for name, path in sorted((known(given) or {}).items())]


@described
class ApiPath:
    """How the calls of one part of the service begin for one business or account."""

    service: str = value("The part of the service.")
    path: str = value("The beginning of the path, to which the resource is added.")


_API_PATHS: Final = {
    # "Calls to /accounting endpoints require the accountId"
    NodeKind.ACCOUNT: (("accounting", "/accounting/account/{}"),),
    # "most non-accounting resources, such as the /timetracking/ and /projects/ endpoints usually require a businessId"
    NodeKind.BUSINESS: (
        ("timetracking", "/timetracking/business/{}"),
        ("projects", "/projects/business/{}"),
        ("auth", "/auth/api/v1/users/business/{}"),
    ),
}


def api_paths(key: str) -> list[ApiPath]:
    native = quote(native_id(key), safe="")
    return [ApiPath(service=service, path=path.format(native)) for service, path in _API_PATHS[kind_of(key)]]


@described
class Permission:
    """A flag of an account's plan."""

    name: str = value("The name of the flag.")
    enabled: bool | None = value("Whether it is on, for a flag that is on or off.")
    limit: int | None = value("The limit, for a flag that is one; null when it does not fit into an Int.")
    unlimited: bool = value("Whether it is a limit that is none: the service writes -1.")
    value: JSON | None = value("The flag as it is written, whatever its type.")


def permission(name: str, flag: object) -> Permission:
    enabled = flag if isinstance(flag, bool) else None
    number = flag if isinstance(flag, int) and enabled is None else None
    fits = number is not None and -(2**31) <= number < 2**31
    limit = number if fits else None
    return Permission(name=name, enabled=enabled, limit=limit, unlimited=number == -1, value=cast("JSON", flag))
