"""From a typed document to the claims it makes: small rows, one small reader per section."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from typing import Any, Final, Generic, NamedTuple, TypeVar

from msgspec import UNSET

from inroads.documents.pointers import pointer
from inroads.documents.reader import Observation
from inroads.documents.records import Business, ClientRow, GroupRow, Me, RoleRow, Team
from inroads.errors import Issue
from inroads.model import Document, Relation, Role, Section
from inroads.policy.tables import Policy

Node = TypeVar("Node")
Scope = TypeVar("Scope")
Spot = tuple[Section, int, int]
"""A `Place`, without its names."""

Value = str | bool | dt.datetime | None


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


def state(observation: Observation, policy: Policy) -> Statement:
    """Everything an observed document says, under a policy's words, by name."""
    reader = _Naming(policy)
    reader.read(observation)
    return Statement(
        observation.document,
        tuple(reader.claims),
        tuple(reader.attributes),
        tuple(reader.covers),
        tuple(reader.business_groups),
        tuple(reader.issues),
    )


class Reader(ABC, Generic[Node, Scope]):
    """Says what documents say, section by section; whoever takes it down decides what a node and a scope are.

    Four kinds of scope: `me`, every membership, role and group of an identity; `team`, every grant of a business but
    those of clients; `account`, which account a business keeps; `clients`, whose client a business is.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.document: Document

    @abstractmethod
    def identity(self, number: int) -> Node:
        """The node of an identity."""

    @abstractmethod
    def business(self, number: int) -> Node:
        """The node of a business."""

    @abstractmethod
    def group(self, number: int) -> Node:
        """The node of a group."""

    @abstractmethod
    def account(self, name: str) -> Node:
        """The node of an account."""

    @abstractmethod
    def scope(self, kind: str, node: Node) -> Scope:
        """One of the four kinds of scope."""

    @abstractmethod
    def cover(self, scope: Scope) -> None:
        """The document covers this scope."""

    @abstractmethod
    def claim(
        self,
        principal: Node,
        relation: Relation,
        resource: Node,
        spot: Spot,
        record: int | None,
        scope: Scope,
        other_scope: Scope | None = None,
        role: Role | None = None,
        word: str | None = None,
        client_role: bool = False,
        client: int | None = None,
        active: bool = True,
        owner: Node | None = None,
    ) -> None:
        """The document says an edge; see `Claim`. `owner` is the business that a group's row names."""

    @abstractmethod
    def attribute(self, node: Node, name: str, value: Value) -> None:
        """The document says an attribute of a node."""

    @abstractmethod
    def located(self, node: Node, name: str, spot: Spot) -> None:
        """The document has the record of a node at a place."""

    @abstractmethod
    def business_group(self, group: Node, business: Node) -> None:
        """The document shows a group to be a business's own."""

    @abstractmethod
    def told(self, issue: Issue) -> None:
        """The document has an issue."""

    def read(self, observation: Observation) -> None:
        """Say everything that an observed document says."""
        self.document = observation.document
        for issue in observation.issues:
            self.told(issue)
        if isinstance(observation.content, Me):
            self._me(observation.content)
        else:
            self._team(observation.content)

    def _me(self, me: Me) -> None:
        number = int(me.number)
        identity = self.identity(number)
        scope = self.scope("me", identity)
        self.cover(scope)
        self.located(identity, "record", _WHOLE)
        confirmed = me.confirmed_at
        if isinstance(confirmed, dt.datetime) and confirmed.tzinfo is None:
            confirmed = confirmed.replace(tzinfo=dt.UTC)
        self._say(identity, "email", me.email)
        self._say(identity, "first_name", me.first_name)
        self._say(identity, "last_name", me.last_name)
        self._say(identity, "confirmed_at", confirmed)
        memberships: set[tuple[int, int]] = set()
        for index, membership in _rows(me.business_memberships):
            record = _number(membership.id)
            owner = int(membership.business.id)
            business = self._business(membership.business, owner, (_BUSINESS, index, -1), _CLIENT)
            if record is not None:
                memberships.add((record, owner))
            spot = (_MEMBERSHIP, index, -1)
            self._member(
                identity,
                scope,
                business,
                self.scope("team", business),
                spot,
                record,
                membership.role,
                True,
            )
        for index, group in _rows(me.groups):
            self._group(number, identity, scope, group, (_GROUP, index, -1), memberships)
        for index, role in _rows(me.roles):
            self._role(identity, scope, role, (_ROLE, index, -1))
        for name, statuses in (
            ("subscription_status", me.subscription_statuses),
            ("business_status", me.business_statuses),
        ):
            for account, status in (statuses or {}).items():
                if status is not UNSET and account:
                    self.attribute(self.account(account), name, status or None)
        for account in me.permissions or ():
            if account:
                self.located(self.account(account), "permissions", _WHOLE)

    def _team(self, team: Team) -> None:
        number = int(team.business.id)
        business = self._business(
            team.business, number, (Section.TEAM_BUSINESS, -1, -1), Section.TEAM_CLIENT
        )
        scope = self.scope("team", business)
        self.cover(scope)
        group = _number(team.business_group.id)
        if group is not None:
            node = self.group(group)
            self.business_group(node, business)
            self.claim(node, _GROUP_OF, business, (Section.TEAM_GROUP, -1, -1), group, scope)
        for index, member in _rows(team.business_group.members):
            spot = (_TEAM_MEMBER, index, -1)
            identity = self.identity(int(member.identity_id))
            for name in ("email", "first_name", "last_name"):
                if value := getattr(
                    member, name
                ):  # a list of others leaves gaps: null says nothing here
                    self.attribute(identity, name, value)
            self._agree(number, member.business_id, spot, "business_id")
            if group is not None:
                self._agree(group, member.group_id, spot, "group_id")
            own, record, active = (
                self.scope("me", identity),
                _number(member.id),
                member.active is not False,
            )
            self._member(identity, own, business, scope, spot, record, member.role, active)

    def _business(self, record: Business, number: int, spot: Spot, clients: Section) -> Node:
        business = self.business(number)
        self.located(business, "record", spot)
        self._say(business, "name", record.name)
        self._say(business, "active", record.active)
        if record.account_id is not UNSET:
            scope = self.scope("account", business)
            self.cover(scope)
            if record.account_id is not None:
                self.claim(business, _KEEPS, self.account(record.account_id), spot, number, scope)
        if record.business_clients is not UNSET:
            scope = self.scope("clients", business)
            self.cover(scope)
            for index, row in _rows(record.business_clients):
                sub = (clients, index, -1) if spot[1] < 0 else (clients, spot[1], index)
                self._client(number, business, scope, row, sub)
        return business

    def _member(
        self,
        identity: Node,
        own: Scope,
        business: Node,
        team: Scope,
        spot: Spot,
        record: int | None,
        word: Any,
        active: bool,
    ) -> None:
        role, text = self._canonical("membership", word, spot)
        self.claim(
            identity, _MEMBER, business, spot, record, own, team, role, text, False, None, active
        )

    def _group(
        self,
        number: int,
        identity: Node,
        scope: Scope,
        row: GroupRow,
        spot: Spot,
        memberships: set[tuple[int, int]],
    ) -> None:
        group, record, business = (
            self.group(int(row.group_id)),
            _number(row.id),
            _number(row.business_id),
        )
        self._agree(number, row.identity_id, spot, "identity_id")
        role, text = self._canonical("membership", row.role, spot)
        owner = None if business is None else self.business(business)
        active = row.active is not False
        self.claim(
            identity,
            _IN_GROUP,
            group,
            spot,
            record,
            scope,
            None,
            role,
            text,
            False,
            None,
            active,
            owner,
        )
        if owner is not None and business is not None:
            self.claim(group, _GROUP_OF, owner, spot, record, scope)
            if record is not None and (record, business) in memberships:
                self.business_group(group, owner)

    def _role(self, identity: Node, scope: Scope, row: RoleRow, spot: Spot) -> None:
        account = self.account(row.accountid)
        role, text = self._canonical("roles", row.role, spot)
        is_client = role is Role.CLIENT
        client = _number(row.userid) if is_client else None
        self.claim(
            identity,
            _HAS_ROLE,
            account,
            spot,
            _number(row.id),
            scope,
            None,
            role,
            text,
            is_client,
            client,
        )
        if (system := _number(row.systemid)) is not None:
            self.attribute(account, "system_id", str(system))

    def _client(
        self, enclosing: int, business: Node, scope: Scope, row: ClientRow, spot: Spot
    ) -> None:
        """A row names both ends; the enclosing business and the row's own account win over what disagrees."""
        far = row.account_business or None
        account = row.account_id or (far and far.account_id) or None
        vendor = _number(far.account_business_id) if far else None
        named = _number(row.client_business.business_id) if row.client_business else None
        if not isinstance(account, str):
            self._issue(spot, "unreadable_row", "left out: it names no account")
            return
        number, client, other = enclosing, business, None
        if named is not None and vendor == enclosing != named:
            # Direction comes from the two ends: this row stands on the vendor's side.
            number, client = named, self.business(named)
            other = self.scope("clients", client)
        else:
            self._agree(enclosing, named, spot, "client_business/business_id")
        self._agree(number, row.business_id, spot, "business_id")
        if (
            far
            and far.account_id is not UNSET
            and far.account_id is not None
            and far.account_id != account
        ):
            self._conflict(spot, "account_business/account_id")
        node, record = self.account(account), _number(row.id)
        userid = _number(row.userid)
        self.claim(
            client, _IS_CLIENT, node, spot, record, scope, other, Role.CLIENT, None, False, userid
        )
        if vendor is not None:
            keeper = self.business(vendor)
            self.claim(keeper, _KEEPS, node, spot, record, scope, self.scope("account", keeper))

    def _say(self, node: Node, name: str, value: Any) -> None:
        if value is not UNSET:
            self.attribute(node, name, value)

    def _canonical(self, dialect: str, word: Any, spot: Spot) -> tuple[Role, str | None]:
        """The role that a word means, and the word."""
        text = word if isinstance(word, str) else None
        role = self.policy.role(dialect, text)
        if role is _UNKNOWN:
            said = "a missing role" if text is None else f"the role {text[:40]!r}"
            self._issue(
                spot,
                "unmapped_role",
                f"{said} is not in the table of this dialect: kept as UNKNOWN",
            )
        return role, text

    def _agree(self, ours: int, theirs: Any, spot: Spot, field: str) -> None:
        """Report a redundant id that is given and contradicts the one that counts."""
        if theirs != ours and (given := _number(theirs)) is not None and given != ours:
            self._conflict(spot, field)

    def _conflict(self, spot: Spot, field: str) -> None:
        self._issue(
            spot, "reference_conflict", f"{field} contradicts the record around it, which wins"
        )

    def _issue(self, spot: Spot, code: str, message: str) -> None:
        where = pointer(self.document, *spot)
        self.told(Issue(self.document.source, where, code, message, self.document.sha256))


# Short names for what every document has: looking up a member of an enumeration takes longer than it seems.
_MEMBERSHIP, _BUSINESS, _CLIENT = Section.MEMBERSHIP, Section.BUSINESS, Section.CLIENT
_GROUP, _ROLE, _TEAM_MEMBER = Section.GROUP, Section.ROLE, Section.TEAM_MEMBER
_MEMBER, _HAS_ROLE, _IN_GROUP = Relation.MEMBER, Relation.ROLE, Relation.GROUP
_GROUP_OF, _KEEPS, _IS_CLIENT = Relation.GROUP_OF, Relation.KEEPS, Relation.CLIENT
_UNKNOWN: Final = Role.UNKNOWN
_WHOLE: Final = (Section.DOCUMENT, -1, -1)


class _Naming(Reader[str, str]):
    """Takes everything down by name."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.claims: list[Claim] = []
        self.attributes: list[Attribute] = []
        self.covers: list[str] = []
        self.business_groups: list[tuple[str, str]] = []
        self.issues: list[Issue] = []

    def identity(self, number: int) -> str:
        return f"identity:{number}"

    def business(self, number: int) -> str:
        return f"business:{number}"

    def group(self, number: int) -> str:
        return f"group:{number}"

    def account(self, name: str) -> str:
        return f"account:{name}"

    def scope(self, kind: str, node: str) -> str:
        return f"{kind} {node}"

    def cover(self, scope: str) -> None:
        self.covers.append(scope)

    def claim(
        self,
        principal: str,
        relation: Relation,
        resource: str,
        spot: Spot,
        record: int | None,
        scope: str,
        other_scope: str | None = None,
        role: Role | None = None,
        word: str | None = None,
        client_role: bool = False,
        client: int | None = None,
        active: bool = True,
        owner: str | None = None,  # noqa: ARG002  # the claim that follows says it
    ) -> None:
        scopes = (scope,) if other_scope is None else (scope, other_scope)
        rest = role, word, client_role, _printed(client), active
        self.claims.append(
            Claim(principal, relation, resource, Place(*spot), _printed(record), scopes, *rest)
        )

    def attribute(self, node: str, name: str, value: Value) -> None:
        self.attributes.append(Attribute(node, name, value))

    def located(self, node: str, name: str, spot: Spot) -> None:
        self.attributes.append(Attribute(node, name, Place(*spot)))

    def business_group(self, group: str, business: str) -> None:
        self.business_groups.append((group, business))

    def told(self, issue: Issue) -> None:
        self.issues.append(issue)


def _rows(section: Any) -> list[tuple[int, Any]]:
    """The rows of a section that can be read, each with its place; a null or missing section has none."""
    return [(index, row) for index, row in enumerate(section) if row is not None] if section else []


def _number(value: Any) -> int | None:
    """An id as a number: the reader has seen to it that a text of digits is the number's only spelling."""
    return value if type(value) is int else int(value) if type(value) is str else None


def _printed(number: int | None) -> str | None:
    return None if number is None else str(number)
