"""The typed records of documents, field by field."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

Id = (
    Annotated[int, Meta(ge=0, lt=10**18)] | Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,17})\Z")]
)
"""A numeric id; some exporters write it as a string. Both print the same."""

AccountId = Annotated[str, Meta(pattern=r"^[!-~]{1,64}\Z")]
"""A short case-sensitive string that may look like a date or a number, and is never converted."""

Text = str | None | UnsetType
Flag = bool | None | UnsetType
Moment = dt.datetime | None | UnsetType
OptionalId = Id | None | UnsetType

# Made once: a union takes longer to make than to look at.
NUMBER: Final = int | str


class Address(msgspec.Struct, frozen=True, gc=False):
    """A postal address; every part may be missing."""

    id: OptionalId = UNSET
    street: Text = UNSET
    city: Text = UNSET
    province: Text = UNSET
    country: Text = UNSET
    postal_code: Text = UNSET


class Phone(msgspec.Struct, frozen=True, gc=False):
    """A named phone number; a placeholder row has a null number."""

    id: OptionalId = UNSET
    title: Text = UNSET
    phone_number: Text = UNSET


class Profession(msgspec.Struct, frozen=True, gc=False):
    """The work of a person, as they describe it."""

    id: OptionalId = UNSET
    title: Text = UNSET
    company: Text = UNSET
    designation: Text = UNSET


class Profile(msgspec.Struct, frozen=True, gc=False):
    """The profile that older documents repeat."""

    setup_complete: Flag = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    phone_number: Phone | str | UnsetType | None = UNSET
    address: Address | UnsetType | None = UNSET
    professions: list[Profession | None] | UnsetType | None = UNSET


class ClientBusiness(msgspec.Struct, frozen=True, gc=False):
    """The client's end of a client row."""

    business_id: OptionalId = UNSET


class AccountBusiness(msgspec.Struct, frozen=True, gc=False):
    """The vendor's end of a client row."""

    account_business_id: OptionalId = UNSET
    account_id: AccountId | UnsetType | None = UNSET


class ClientRow(msgspec.Struct, frozen=True, gc=False):
    """One business is a client of one account; `userid` is the client's number in that account."""

    id: OptionalId = UNSET
    business_id: OptionalId = UNSET
    account_id: AccountId | UnsetType | None = UNSET
    userid: OptionalId = UNSET
    client_business: ClientBusiness | UnsetType | None = UNSET
    account_business: AccountBusiness | UnsetType | None = UNSET


class Business(msgspec.Struct, frozen=True, gc=False):
    """A business record. `account_id` and `business_clients` say something only where the key is there."""

    id: Id
    business_uuid: Text = UNSET
    name: Text = UNSET
    account_id: AccountId | UnsetType | None = UNSET
    active: Flag = UNSET
    status: Text = UNSET
    date_format: Text = UNSET
    timezone: Text = UNSET
    address: Address | UnsetType | None = UNSET
    phone_number: Phone | list[Phone | None] | str | UnsetType | None = UNSET
    business_clients: list[ClientRow | None] | UnsetType | None = UNSET


class Membership(msgspec.Struct, frozen=True, gc=False):
    """One identity's membership of one business."""

    business: Business
    id: OptionalId = UNSET
    role: Text = UNSET


class GroupRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `groups`: the identity has a named role in a business-level or a project group."""

    group_id: Id
    id: OptionalId = UNSET
    role: Text = UNSET
    identity_id: OptionalId = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    email: Text = UNSET
    company: Text = UNSET
    business_id: OptionalId = UNSET
    active: Flag = UNSET


class RoleRow(msgspec.Struct, frozen=True, gc=False):
    """A row of the deprecated `roles`: the identity has a role on an account."""

    accountid: AccountId
    id: OptionalId = UNSET
    role: Text = UNSET
    systemid: OptionalId = UNSET
    userid: OptionalId = UNSET
    created_at: Moment = UNSET
    links: dict[str, Text] | UnsetType | None = UNSET


class Me(msgspec.Struct, frozen=True, gc=False):
    """One identity's own view: all of its memberships, roles and groups."""

    id: OptionalId = UNSET
    identity_id: OptionalId = UNSET
    identity_uuid: Text = UNSET
    email: Text = UNSET
    unconfirmed_email: Text = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    confirmed_at: Moment = UNSET
    created_at: Moment = UNSET
    setup_complete: Flag = UNSET
    profile: Profile | UnsetType | None = UNSET
    phone_numbers: list[Phone | None] | UnsetType | None = UNSET
    addresses: list[Address | None] | UnsetType | None = UNSET
    profession: Profession | UnsetType | None = UNSET
    links: dict[str, Text] | UnsetType | None = UNSET
    permissions: (
        dict[AccountId, dict[str, bool | int | float | str | None] | None] | UnsetType | None
    ) = UNSET
    subscription_statuses: dict[AccountId, Text] | UnsetType | None = UNSET
    business_statuses: dict[AccountId, Text] | UnsetType | None = UNSET
    integrations: dict[str, None] | UnsetType | None = UNSET
    business_memberships: list[Membership | None] | UnsetType | None = UNSET
    groups: list[GroupRow | None] | UnsetType | None = UNSET
    roles: list[RoleRow | None] | UnsetType | None = UNSET

    @property
    def number(self) -> int | str:
        """The identity's native id, from whichever of its two names is there."""
        first, second = self.id, self.identity_id
        return first if isinstance(first, NUMBER) else second  # type: ignore[return-value]  # the reader wants one


class TeamMember(msgspec.Struct, frozen=True, gc=False):
    """One person's role in the business of a team document."""

    identity_id: Id
    id: OptionalId = UNSET
    group_id: OptionalId = UNSET
    role: Text = UNSET
    identity_uuid: Text = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    email: Text = UNSET
    business_id: OptionalId = UNSET
    active: Flag = UNSET


class BusinessGroup(msgspec.Struct, frozen=True, gc=False):
    """The group of everyone in a business."""

    members: list[TeamMember | None]
    id: OptionalId = UNSET
    category: Text = UNSET


class Team(msgspec.Struct, frozen=True, gc=False):
    """Everyone's role in one business."""

    business: Business
    business_group: BusinessGroup


class ListedMember(msgspec.Struct, frozen=True, gc=False):
    """One person in a listing of a team.

    Both ids must be there. A null `identity_id` says that the person has no login. A row without the
    key says nothing of the kind, and to take it for one would end the access of the person it means.
    """

    business_id: Id
    identity_id: Id | None
    uuid: Text = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    email: Text = UNSET
    job_title: Text = UNSET
    business_role_name: Text = UNSET
    active: Flag = UNSET
    invitation_date_accepted: Moment = UNSET
    created_at: Moment = UNSET
    updated_at: Moment = UNSET


class ListingMeta(msgspec.Struct, frozen=True, gc=False):
    """The page of a listing, and the number of people on all its pages.

    `totals` are the numbers that joined pages said, where they did not all say the same.
    """

    page: OptionalId = UNSET
    per_page: OptionalId = UNSET
    total: OptionalId = UNSET
    totals: list[OptionalId] | UnsetType | None = UNSET


class Members(msgspec.Struct, frozen=True, gc=False):
    """A listing of the team of one business, or a page of it."""

    response: list[ListedMember | None]
    meta: ListingMeta | UnsetType | None = UNSET

    @property
    def rows(self) -> list[ListedMember]:
        """The rows that could be read."""
        return [row for row in self.response if row is not None]

    @property
    def number(self) -> int | str:
        """The native id of the business, which all rows share; the reader wants one."""
        return self.rows[0].business_id

    @property
    def total(self) -> int | None:
        """The number of people on all pages, where the listing says it."""
        total = self.meta.total if self.meta else None
        return int(total) if isinstance(total, NUMBER) else None

    @property
    def is_whole(self) -> bool:
        """True if every person of the team was read from it, those without a login included.

        A person who stands in it twice, as where somebody joined between two pages, counts once:
        somebody else is missing then. So is the person of a row that could not be read.
        """
        page = self.meta.page if self.meta else None
        if isinstance(page, NUMBER) and int(page) != 1:
            return False
        return self.total == len(self.rows) == self.people

    @property
    def people(self) -> int:
        """The number of different people in the rows that could be read."""
        return len(
            {
                ("uuid", row.uuid)
                if row.uuid
                else ("row", place)
                if row.identity_id is None
                else ("identity", str(row.identity_id))
                for place, row in enumerate(self.rows)
            }
        )


for _kind in (Me, Team, Members):
    # msgspec learns a struct on first use, and two threads that do so at once crash the process.
    msgspec.json.Decoder(_kind)
