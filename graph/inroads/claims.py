"""From a typed document to the claims it makes: small rows, one small reader per section."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import UNSET

from inroads.documents import Business, ClientRow, GroupRow, Me, Observation, RoleRow, Team, pointer
from inroads.errors import Issue
from inroads.model import Document, Relation, Role, Section
from inroads.policy import Policy


class Place(NamedTuple):
    """Where in its document a record stands (see `Section`); -1 where the section has no such index."""

    section: Section
    index: int = -1  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a place
    sub: int = -1


class Claim(NamedTuple):
    """One document says one edge.

    `client_role` keeps a client's role row apart from other roles on the account. The claim stands until a newer
    document covers one of its `scopes`.
    """

    principal: str
    relation: Relation
    resource: str
    place: Place
    record_id: str | None
    scopes: tuple[str, ...]
    role: Role | None = None
    word: str | None = None
    client_role: bool = False
    client: str | None = None
    active: bool = True


class Attribute(NamedTuple):
    """One document says one attribute of a node; a Place as value stands for the record at that place."""

    node: str
    name: str
    value: str | bool | dt.datetime | Place | None


class Statement(NamedTuple):
    """All that one document says: claims, attributes, the scopes it covers, the groups it shows as business-level."""

    document: Document
    claims: tuple[Claim, ...]
    attributes: tuple[Attribute, ...]
    covers: tuple[str, ...]
    business_groups: tuple[tuple[str, str], ...]
    issues: tuple[Issue, ...]


def identity_scope(identity: str) -> str:
    """What a `me` document covers: every membership, role and group of its identity."""
    return f"me {identity}"


def team_scope(business: str) -> str:
    """What a `team` document covers: every grant of its business but those of clients."""
    return f"team {business}"


def account_scope(business: str) -> str:
    """What a business record that has the key `account_id` covers: which account the business keeps."""
    return f"account {business}"


def clients_scope(business: str) -> str:
    """What a business record that has the key `business_clients` covers: whose client the business is."""
    return f"clients {business}"


def state(observation: Observation, policy: Policy) -> Statement:
    """Everything an observed document says, under a policy's words."""
    reader = _Reader(observation.document, policy)
    if isinstance(observation.content, Me):
        reader.me(observation.content)
    else:
        reader.team(observation.content)
    return Statement(
        observation.document,
        tuple(reader.claims),
        tuple(reader.attributes),
        tuple(reader.covers),
        tuple(reader.business_groups),
        (*observation.issues, *reader.issues),
    )


class _Reader:
    def __init__(self, document: Document, policy: Policy) -> None:
        self.document = document
        self.policy = policy
        self.claims: list[Claim] = []
        self.attributes: list[Attribute] = []
        self.covers: list[str] = []
        self.business_groups: list[tuple[str, str]] = []
        self.issues: list[Issue] = []

    def me(self, me: Me) -> None:
        identity = f"identity:{me.number}"
        self.covers.append(identity_scope(identity))
        self.attributes.append(Attribute(identity, "record", Place(Section.DOCUMENT)))
        self.say(identity, me, ("email", "first_name", "last_name", "confirmed_at"))
        memberships: dict[tuple[str, str], None] = {}
        for index, membership in _rows(me.business_memberships):
            place = Place(Section.MEMBERSHIP, index)
            business = self.business(membership.business, Place(Section.BUSINESS, index), Section.CLIENT)
            record = _id(membership.id)
            if record is not None:
                memberships[record, business] = None
            self.member(identity, business, place, record, membership.role)
        for index, group in _rows(me.groups):
            self.group(identity, group, Place(Section.GROUP, index), memberships)
        for index, role in _rows(me.roles):
            self.role(identity, role, Place(Section.ROLE, index))
        for name, statuses in (
            ("subscription_status", me.subscription_statuses),
            ("business_status", me.business_statuses),
        ):
            for account, status in (statuses or {}).items():
                if status is not UNSET and account:
                    self.attributes.append(Attribute(f"account:{account}", name, status or None))
        for account in me.permissions or {}:
            if account:
                self.attributes.append(Attribute(f"account:{account}", "permissions", Place(Section.DOCUMENT)))

    def team(self, team: Team) -> None:
        business = self.business(team.business, Place(Section.TEAM_BUSINESS), Section.TEAM_CLIENT)
        self.covers.append(team_scope(business))
        group = _id(team.business_group.id)
        if group is not None:
            node = f"group:{group}"
            self.business_groups.append((node, business))
            place = Place(Section.TEAM_GROUP)
            self.claims.append(Claim(node, Relation.GROUP_OF, business, place, group, (team_scope(business),)))
        for index, member in _rows(team.business_group.members):
            place = Place(Section.TEAM_MEMBER, index)
            identity = f"identity:{member.identity_id}"
            for name in ("email", "first_name", "last_name"):
                if value := getattr(member, name):  # a list of others leaves gaps: null says nothing here
                    self.attributes.append(Attribute(identity, name, value))
            self.agree(business, f"business:{_id(member.business_id)}", member.business_id, place, "business_id")
            if group is not None:
                self.agree(f"group:{group}", f"group:{_id(member.group_id)}", member.group_id, place, "group_id")
            self.member(identity, business, place, _id(member.id), member.role, active=member.active is not False)

    def business(self, record: Business, place: Place, clients: Section) -> str:
        business = f"business:{record.id}"
        self.attributes.append(Attribute(business, "record", place))
        self.say(business, record, ("name", "active"))
        if record.account_id is not UNSET:
            scope = account_scope(business)
            self.covers.append(scope)
            if record.account_id is not None:
                account = f"account:{record.account_id}"
                self.claims.append(Claim(business, Relation.KEEPS, account, place, str(record.id), (scope,)))
        if record.business_clients is not UNSET:
            self.covers.append(clients_scope(business))
            for index, row in _rows(record.business_clients):
                sub = Place(clients, index) if place.index < 0 else Place(clients, place.index, index)
                self.client(business, row, sub)
        return business

    def member(
        self, identity: str, business: str, place: Place, record: str | None, word: Any, *, active: bool = True
    ) -> None:
        scopes = (identity_scope(identity), team_scope(business))
        role = self.canonical("membership", word, place)
        text = word if isinstance(word, str) else None
        claim = Claim(identity, Relation.MEMBER, business, place, record, scopes, role, text, active=active)
        self.claims.append(claim)

    def group(self, identity: str, row: GroupRow, place: Place, memberships: dict[tuple[str, str], None]) -> None:
        node, record, business = f"group:{row.group_id}", _id(row.id), _id(row.business_id)
        self.agree(identity, f"identity:{_id(row.identity_id)}", row.identity_id, place, "identity_id")
        scopes = (identity_scope(identity),)
        role = self.canonical("membership", row.role, place)
        text = row.role if isinstance(row.role, str) else None
        active = row.active is not False
        self.claims.append(Claim(identity, Relation.GROUP, node, place, record, scopes, role, text, active=active))
        if business is not None:
            owner = f"business:{business}"
            self.claims.append(Claim(node, Relation.GROUP_OF, owner, place, record, scopes))
            if record is not None and (record, owner) in memberships:
                self.business_groups.append((node, owner))

    def role(self, identity: str, row: RoleRow, place: Place) -> None:
        account, role = f"account:{row.accountid}", self.canonical("roles", row.role, place)
        self.claims.append(
            Claim(
                identity,
                Relation.ROLE,
                account,
                place,
                _id(row.id),
                (identity_scope(identity),),
                role,
                row.role if isinstance(row.role, str) else None,
                client_role=role is Role.CLIENT,
                client=_id(row.userid) if role is Role.CLIENT else None,
            )
        )
        if (system := _id(row.systemid)) is not None:
            self.attributes.append(Attribute(account, "system_id", system))

    def client(self, enclosing: str, row: ClientRow, place: Place) -> None:
        """A row names both ends; the enclosing business and the row's own account win over what disagrees."""
        far = row.account_business or None
        account = row.account_id or (far and far.account_id) or None
        vendor = _id(far.account_business_id) if far else None
        named = _id(row.client_business.business_id) if row.client_business else None
        if not isinstance(account, str):
            self.issue(place, "unreadable_row", "left out: it names no account")
            return
        client = enclosing
        scopes: tuple[str, ...] = (clients_scope(enclosing),)
        if named is not None and vendor is not None and f"business:{vendor}" == enclosing != f"business:{named}":
            client = f"business:{named}"  # direction comes from the two ends: this row stands on the vendor's side
            scopes = (clients_scope(enclosing), clients_scope(client))
        else:
            self.agree(enclosing, f"business:{named}", named, place, "client_business/business_id")
        self.agree(client, f"business:{_id(row.business_id)}", row.business_id, place, "business_id")
        if far:
            self.agree(account, far.account_id, far.account_id, place, "account_business/account_id")
        node, record = f"account:{account}", _id(row.id)
        number = _id(row.userid)
        self.claims.append(Claim(client, Relation.CLIENT, node, place, record, scopes, Role.CLIENT, client=number))
        if vendor is not None:
            keeper = f"business:{vendor}"
            keeping = (clients_scope(enclosing), account_scope(keeper))
            self.claims.append(Claim(keeper, Relation.KEEPS, node, place, record, keeping))

    def say(self, node: str, record: Me | Business, names: Iterable[str]) -> None:
        for name in names:
            value = getattr(record, name)
            if value is not UNSET:
                if isinstance(value, dt.datetime) and value.tzinfo is None:
                    value = value.replace(tzinfo=dt.UTC)
                self.attributes.append(Attribute(node, name, value))

    def canonical(self, dialect: str, word: Any, place: Place) -> Role:
        role = self.policy.role(dialect, word if isinstance(word, str) else None)
        if role is Role.UNKNOWN:
            said = f"the role {word[:40]!r}" if isinstance(word, str) else "a missing role"
            self.issue(place, "unmapped_role", f"{said} is not in the table of this dialect: kept as UNKNOWN")
        return role

    def agree(self, ours: object, theirs: object, given: object, place: Place, field: str) -> None:
        """Report a redundant id that is given and contradicts the one that counts."""
        if given is not UNSET and given is not None and ours != theirs:
            self.issue(place, "reference_conflict", f"{field} contradicts the record around it, which wins")

    def issue(self, place: Place, code: str, message: str) -> None:
        where = pointer(self.document, *place)
        self.issues.append(Issue(self.document.source, where, code, message, self.document.sha256))


def _rows(section: Any) -> Iterator[tuple[int, Any]]:
    """The rows of a section that can be read, each with its place; a null or missing section has none."""
    return ((index, row) for index, row in enumerate(section or ()) if row is not None)


def _id(value: object) -> str | None:
    return str(value) if isinstance(value, int | str) else None
