"""The claims that a typed document makes, as plain rows with names for nodes and scopes.

A claim stands until a newer document covers one of its scopes. A document covers only what it
shows: a section that it lacks covers nothing. Scopes of an identity are `memberships`, `groups` and
`roles`, each by the section of a `me`, and its tables of statuses and permissions, which end what
an older `me` of this identity stated there; of a business `team`, its members, `team_group`, the
group that a team alone shows, `account`, which account it keeps, and `clients`, whose client it is;
of an account `keeper`, which business keeps it, by that business's own record, and `holders`, its
roles but those of clients, by a team that shows the account. `me`, `no_account` and `keyless_team`
revoke nothing by themselves: they tell when an identity was last seen, when a business last kept
none, and when a team did not say its account.

A whole listing of a team covers what a team does that does not say its account. A part of a listing
covers no scope: it tells nothing of people whom it does not name. Each row of a listing decides for
its own identity and business, which is no scope but follows from the claim (see `ListedPairs`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET

from inroads.documents.names import Names, Node, Scope
from inroads.documents.pointers import pointer
from inroads.documents.reader import Observation
from inroads.documents.records import (
    Business,
    ClientRow,
    GroupRow,
    ListedMember,
    Me,
    Members,
    RoleRow,
    Team,
    TeamMember,
)
from inroads.errors import Issue
from inroads.model import CONTRADICTIONS, Document, Relation, Role, Section
from inroads.policy.tables import Policy, in_one_word


class Place(NamedTuple):
    """The place of a record in its document (see `Section`); an index that it lacks is -1."""

    section: Section
    index: int = -1  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a place
    sub: int = -1


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The statement of one edge by one document.

    `client_role` keeps a client's role row apart from other roles on the account. `owner` is the
    business that a group's row names, of whose membership in the same document a role's row is a
    part, or whose client row says by hearsay which business keeps an account. `contested` has a
    bit for each of CONTRADICTIONS that the row itself shows. The claim stands until a newer document
    covers one of its scopes.
    """

    principal: Node
    relation: Relation
    resource: Node
    place: Place
    record: int | None
    scope: Scope
    other_scope: Scope | None = None
    role: Role | None = None
    word: str | None = None
    client_role: bool = False
    client: int | None = None
    active: bool = True
    owner: Node | None = None
    contested: int = 0


class Attribute(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The statement of one attribute of a node by one document.

    A Place as value stands for the record at that place.
    """

    node: Node
    name: str
    value: str | bool | int | dt.datetime | Place | None


class Statement(NamedTuple):
    """All rows of one document.

    `covers` are the scopes that it covers, `business_groups` the groups that it shows to be a whole
    business's own, each with its business; `keepers` are the accounts that its records say are
    kept, each with its business.
    """

    document: Document
    claims: tuple[Claim, ...]
    attributes: tuple[Attribute, ...]
    covers: tuple[Scope, ...]
    business_groups: tuple[tuple[Node, Node], ...]
    keepers: tuple[tuple[Node, Node], ...]
    issues: tuple[Issue, ...]


_PRINTED: Final = Names()


def state(observation: Observation, policy: Policy, names: Names = _PRINTED) -> Statement:
    """Return everything that an observed document says, under a policy's words."""
    rows = _Rows(observation, policy, names)
    return Statement(
        observation.document,
        tuple(rows.claims),
        tuple(rows.attributes),
        tuple(rows.covers),
        tuple(rows.business_groups),
        tuple(rows.keepers),
        tuple(rows.issues),
    )


SECTIONS_OF_ME: Final = {
    "memberships": "business_memberships",
    "groups": "groups",
    "roles": "roles",
}
"""The sections that bear on what an identity reaches, by their scopes."""

TABLES_OF_ME: Final = {
    "subscription_status": "subscription_statuses",
    "business_status": "business_statuses",
    "permissions": "permissions",
}
"""For each attribute of accounts that a `me` states in a table, by its scope, that section."""

# Looking up a member of an enumeration takes longer than it seems.
_MEMBERSHIP, _BUSINESS, _CLIENT = Section.MEMBERSHIP, Section.BUSINESS, Section.CLIENT
_GROUP, _ROLE, _TEAM_MEMBER = Section.GROUP, Section.ROLE, Section.TEAM_MEMBER
_LISTED: Final = Section.LISTED_MEMBER
_MEMBER, _HAS_ROLE, _IN_GROUP = Relation.MEMBER, Relation.ROLE, Relation.GROUP
_GROUP_OF, _KEEPS, _IS_CLIENT = Relation.GROUP_OF, Relation.KEEPS, Relation.CLIENT
_UNKNOWN: Final = Role.UNKNOWN
_WHOLE: Final = Place(Section.DOCUMENT)
_REFERENCE_CONFLICT: Final = 1 << CONTRADICTIONS.index("reference_conflict")


class _Rows:
    """Collects the rows of one document, with one method for each kind of record."""

    def __init__(self, observation: Observation, policy: Policy, names: Names) -> None:
        self.document, self.policy, self.names = observation.document, policy, names
        self.claims: list[Claim] = []
        self.attributes: list[Attribute] = []
        self.covers: list[Scope] = []
        self.business_groups: list[tuple[Node, Node]] = []
        self.keepers: list[tuple[Node, Node]] = []
        self.issues = list(observation.issues)
        if isinstance(observation.content, Me):
            self._me(observation.content)
        elif isinstance(observation.content, Members):
            self._members(observation.content)
        else:
            self._team(observation.content)

    def _me(self, me: Me) -> None:
        number = int(me.number)
        identity = self.names.identity(number)
        self._cover("me", identity)
        for scope, section in (SECTIONS_OF_ME | TABLES_OF_ME).items():
            if getattr(me, section) is not UNSET:
                self._cover(scope, identity)
        self._attribute(identity, "record", _WHOLE)
        confirmed = me.confirmed_at
        if isinstance(confirmed, dt.datetime) and confirmed.tzinfo is None:
            confirmed = confirmed.replace(tzinfo=dt.UTC)
        self._attribute(identity, "email", me.email)
        self._attribute(identity, "first_name", me.first_name)
        self._attribute(identity, "last_name", me.last_name)
        self._attribute(identity, "confirmed_at", confirmed)
        memberships: set[tuple[int, Node]] = set()
        keepers: dict[Any, Node] = {}
        for index, membership in _rows(me.business_memberships):
            record = _number(membership.id)
            business = self._business(membership.business, Place(_BUSINESS, index), _CLIENT)
            if record is not None:
                memberships.add((record, business))
            keepers[membership.business.account_id] = business
            place = Place(_MEMBERSHIP, index)
            self._member(identity, business, place, record, membership.role)
        for index, group in _rows(me.groups):
            self._group(number, identity, group, Place(_GROUP, index), memberships)
        for index, role in _rows(me.roles):
            self._role(identity, role, Place(_ROLE, index), keepers.get(role.accountid))
        for name, statuses in (
            ("subscription_status", me.subscription_statuses),
            ("business_status", me.business_statuses),
        ):
            for account, status in (statuses or {}).items():
                if status is not UNSET and account:
                    self._attribute(self.names.account(account), name, self._status(status))
        for account in me.permissions or ():
            if account:
                self._attribute(self.names.account(account), "permissions", _WHOLE)

    def _team(self, team: Team) -> None:
        number = int(team.business.id)
        business = self._business(team.business, Place(Section.TEAM_BUSINESS), Section.TEAM_CLIENT)
        self._cover("team", business)
        scope, account = self._cover("team_group", business), team.business.account_id
        if account is UNSET:
            self._cover("keyless_team", business)
        elif account is not None:
            self._cover("holders", self.names.account(account))
        group = _number(team.business_group.id)
        if group is not None:
            node, place = self.names.group(group), Place(Section.TEAM_GROUP)
            self.business_groups.append((node, business))
            self.claims.append(Claim(node, _GROUP_OF, business, place, group, scope))
        for index, member in _rows(team.business_group.members):
            place = Place(_TEAM_MEMBER, index)
            identity = self._person(member.identity_id, member)
            contested = self._agree(number, member.business_id, place, "business_id")
            if group is not None:
                contested |= self._agree(group, member.group_id, place, "group_id")
            record, active = _number(member.id), member.active is not False
            self._member(identity, business, place, record, member.role, active, contested)

    def _members(self, listing: Members) -> None:
        business = self.names.business(int(listing.number))
        if listing.is_whole:
            self._cover("team", business)
            self._cover("keyless_team", business)
        rows = _rows(listing.response)
        if listing.people < len(rows):
            message = "a person stands in it twice: somebody else may be missing"
            self._issue(_WHOLE, "listed_twice", message)
        if listing.meta and listing.meta.totals:
            totals = ", ".join(map(str, listing.meta.totals))
            message = f"the number of members changed while its pages were read: {totals}"
            self._issue(_WHOLE, "listing_changed", message)
        without_login = sum(row.identity_id is None for _, row in rows)
        self._attribute(business, "listed", len(rows))
        self._attribute(business, "listed_of", listing.total)
        self._attribute(business, "without_login", without_login)
        for index, row in rows:
            if row.identity_id is None:
                continue  # invited, or a seat for nobody: it opens nothing until there is a login
            place, active = Place(_LISTED, index), row.active is not False
            identity = self._person(row.identity_id, row)
            self._member(identity, business, place, None, row.business_role_name, active)

    def _person(self, number: int | str, row: TeamMember | ListedMember) -> Node:
        """Return the identity of a row about another person, with the attributes that it states."""
        identity = self.names.identity(int(number))
        # A list of others leaves gaps, so null says nothing here.
        for name in ("email", "first_name", "last_name"):
            self._attribute(identity, name, getattr(row, name) or UNSET)
        return identity

    def _business(self, record: Business, place: Place, clients: Section) -> Node:
        number = int(record.id)
        business = self.names.business(number)
        self._attribute(business, "record", place)
        self._attribute(business, "name", record.name)
        self._attribute(business, "active", record.active)
        if record.account_id is not UNSET:
            scope = self._cover("account", business)
            if record.account_id is None:
                self._cover("no_account", business)
            else:
                account = self.names.account(record.account_id)
                keeper = self._cover("keeper", account)
                self.keepers.append((account, business))
                self.claims.append(Claim(business, _KEEPS, account, place, number, scope, keeper))
        if record.business_clients is not UNSET:
            scope = self._cover("clients", business)
            for index, row in _rows(record.business_clients):
                inside = (index, -1) if place.index < 0 else (place.index, index)
                self._client(number, business, scope, row, Place(clients, *inside))
        return business

    def _member(
        self,
        identity: Node,
        business: Node,
        place: Place,
        record: int | None,
        word: Any,
        active: bool = True,
        contested: int = 0,
    ) -> None:
        role, text = self._canonical("membership", word, place)
        own, team = self.names.scope("memberships", identity), self.names.scope("team", business)
        self.claims.append(
            Claim(
                identity,
                _MEMBER,
                business,
                place,
                record,
                own,
                team,
                role,
                text,
                False,
                None,
                active,
                contested=contested,
            )
        )

    def _group(
        self,
        number: int,
        identity: Node,
        row: GroupRow,
        place: Place,
        memberships: set[tuple[int, Node]],
    ) -> None:
        group, record, owner = (
            self.names.group(int(row.group_id)),
            _number(row.id),
            _number(row.business_id),
        )
        scope = self.names.scope("groups", identity)
        business = None if owner is None else self.names.business(owner)
        contested = self._agree(number, row.identity_id, place, "identity_id")
        role, word = self._canonical("membership", row.role, place)
        self.claims.append(
            Claim(
                identity,
                _IN_GROUP,
                group,
                place,
                record,
                scope,
                None,
                role,
                word,
                active=row.active is not False,
                owner=business,
                contested=contested,
            )
        )
        if business is not None:
            self.claims.append(Claim(group, _GROUP_OF, business, place, record, scope))
            if (record, business) in memberships:
                self.business_groups.append((group, business))

    def _role(self, identity: Node, row: RoleRow, place: Place, keeper: Node | None) -> None:
        account, record = self.names.account(row.accountid), _number(row.id)
        role, word = self._canonical("roles", row.role, place)
        is_client = role is Role.CLIENT
        client = _number(row.userid) if is_client else None
        self.claims.append(
            Claim(
                identity,
                _HAS_ROLE,
                account,
                place,
                record,
                self.names.scope("roles", identity),
                None if is_client else self.names.scope("holders", account),
                role,
                word,
                is_client,
                client,
                owner=None if is_client else keeper,
            )
        )
        if (system := _number(row.systemid)) is not None:
            self._attribute(account, "system_id", str(system))

    def _client(
        self, enclosing: int, business: Node, scope: Scope, row: ClientRow, place: Place
    ) -> None:
        """Collect a row that names both ends.

        The enclosing business and the row's own account win over what disagrees. A row that names
        two accounts names no vendor's business.
        """
        far = row.account_business or None
        name = row.account_id or (far and far.account_id) or None
        vendor = _number(far.account_business_id) if far else None
        named = _number(row.client_business.business_id) if row.client_business else None
        if not isinstance(name, str):
            self._issue(place, "unreadable_row", "left out: it names no account")
            return
        number, client, other, contested = enclosing, business, None, 0
        if named is not None and vendor == enclosing != named:
            # Direction comes from the two ends: this row stands on the vendor's side.
            number, client = named, self.names.business(named)
            other = self.names.scope("clients", client)
        else:
            contested = self._agree(enclosing, named, place, "client_business/business_id")
        contested |= self._agree(number, row.business_id, place, "business_id")
        agreed = not far or far.account_id in (UNSET, None, name)
        if not agreed:
            contested = self._conflict(place, "account_business/account_id")
        account, record, user = self.names.account(name), _number(row.id), _number(row.userid)
        self.claims.append(
            Claim(
                client,
                _IS_CLIENT,
                account,
                place,
                record,
                scope,
                other,
                Role.CLIENT,
                None,
                False,
                user,
                contested=contested,
            )
        )
        if vendor is not None and agreed:
            keeper = self.names.business(vendor)
            own = self.names.scope("account", keeper)
            self.claims.append(
                Claim(
                    keeper,
                    _KEEPS,
                    account,
                    place,
                    record,
                    scope,
                    own,
                    owner=business,
                    contested=contested,
                )
            )

    def _cover(self, kind: str, node: Node) -> Scope:
        scope = self.names.scope(kind, node)
        self.covers.append(scope)
        return scope

    def _attribute(self, node: Node, name: str, value: Any) -> None:
        if value is not UNSET:
            self.attributes.append(Attribute(node, name, value))

    def _canonical(self, dialect: str, word: Any, place: Place) -> tuple[Role, str | None]:
        """Return the role that a word means, and the word."""
        text = word if isinstance(word, str) else None
        role = self.policy.role(dialect, text)
        if text is None:
            self._issue(place, "unmapped_role", "it has no role: kept as UNKNOWN")
        elif role is _UNKNOWN:
            message = f"the role {text[:40]!r} is not in the table of this dialect: kept as UNKNOWN"
            self._issue(place, "unmapped_role", message)
        elif text not in self.policy.words[dialect]:
            message = f"the role {text[:40]!r} is read as {in_one_word(text)!r}"
            self._issue(place, "word_case", message)
        return role, text

    def _status(self, word: str | None) -> str | None:
        """Return a status in lower case, as all words of statuses are."""
        if word and word != word.lower():
            message = f"the status {word[:40]!r} is read as {word[:40].lower()!r}"
            self._issue(_WHOLE, "word_case", message)
        return word.lower() if word else None

    def _agree(self, ours: int, theirs: Any, place: Place, field: str) -> int:
        """Report a redundant id that is given and contradicts the one that counts, as a bit."""
        if theirs != ours and (given := _number(theirs)) is not None and given != ours:
            return self._conflict(place, field)
        return 0

    def _conflict(self, place: Place, field: str) -> int:
        message = f"{field} contradicts the record around it, which wins"
        self._issue(place, "reference_conflict", message)
        return _REFERENCE_CONFLICT

    def _issue(self, place: Place, code: str, message: str) -> None:
        where = pointer(self.document, *place)
        self.issues.append(Issue(self.document.source, where, code, message, self.document.sha256))


def _rows(section: Any) -> list[tuple[int, Any]]:
    """Return the readable rows of a section with their indices; a missing section has none."""
    return [(index, row) for index, row in enumerate(section) if row is not None] if section else []


def _number(value: Any) -> int | None:
    """Return an id as a number. The reader ensures that a text is the number's only spelling."""
    return value if type(value) is int else int(value) if type(value) is str else None
