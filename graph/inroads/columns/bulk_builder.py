"""Building a claim set from regular documents in bulk, a section of all documents at a time.

`builder` produces the same claims document by document, row by row, and explains them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from msgspec import UNSET, UnsetType

from inroads.columns.arrays import Flags, Ints, Texts, distinct, ranges, take
from inroads.columns.claimset import (
    ACCOUNTS,
    ATTRIBUTES,
    BUSINESSES,
    GROUPS,
    IDENTITIES,
    MOMENT_SOURCES,
    NONE,
    RELATIONS,
    ROLES,
    SCOPES,
    SECTIONS,
    SLOTS,
    AttributeRows,
    ClaimRows,
    ClaimSet,
    CoverRows,
    DocumentRows,
    GroupRows,
    InMemoryBodies,
    IssueRows,
    KeeperRows,
    Numbers,
    email_key,
    stacked,
)
from inroads.documents.bulk_reader import RegularDocument
from inroads.documents.claims import SECTIONS_OF_ME, TABLES_OF_ME
from inroads.documents.records import AccountBusiness
from inroads.model import Relation, Role, Section
from inroads.moments import moment_number
from inroads.policy.tables import Policy

_MEMBERSHIP, _BUSINESS, _CLIENT, _GROUP, _ROLE = map(
    SECTIONS.index,
    (Section.MEMBERSHIP, Section.BUSINESS, Section.CLIENT, Section.GROUP, Section.ROLE),
)
_TEAM_BUSINESS, _TEAM_CLIENT, _TEAM_GROUP, _TEAM_MEMBER = map(
    SECTIONS.index,
    (Section.TEAM_BUSINESS, Section.TEAM_CLIENT, Section.TEAM_GROUP, Section.TEAM_MEMBER),
)
_NO_VENDOR: Final = AccountBusiness()
_NOTHING: Final = frozenset({type(None), UnsetType})


def say(documents: Sequence[RegularDocument], sources: Sequence[str], policy: Policy) -> ClaimSet:
    """Return the claim set of regular documents, unsorted, as a part of a union."""
    return _Saying(documents, policy).said(sources)


class _Rows(NamedTuple):
    """The rows of one section: the number of each row's owner, and its index there."""

    rows: list[Any]
    owner: Ints
    index: Ints  # type: ignore[assignment]  # hides tuple.index, which nobody asks of rows

    @classmethod
    def of(cls, sections: Sequence[Any], owners: Ints) -> _Rows:
        """Collect the rows of the sections of all owners; a null or missing section has none."""
        each = [section or () for section in sections]
        sizes = np.fromiter(map(len, each), np.int64, len(each))
        places = ranges(np.zeros(len(each), np.int64), sizes)
        return cls(list(chain.from_iterable(each)), np.repeat(owners, sizes), places)


class _Spot(NamedTuple):
    """The places of the records of a section in their documents, and the ids of the records."""

    document: Ints
    section: Ints | int
    row: Ints | int
    sub: Ints | int
    record: Ints


class _Words(NamedTuple):
    """The roles of rows, and the words that state them."""

    role: Ints | int = NONE
    word: Ints | int = NONE


_NO_WORDS: Final = _Words()


class _Saying:
    """Collects the claims of all documents, one section after the other."""

    def __init__(self, documents: Sequence[RegularDocument], policy: Policy) -> None:
        self.policy, self.documents = policy, documents
        is_team = np.array([each.is_team for each in documents], np.bool_)
        self.people, self.teams = np.flatnonzero(~is_team), np.flatnonzero(is_team)
        self.identities = [each.content for each in documents if not each.is_team]
        teams = [each.content for each in documents if each.is_team]
        self.memberships = _Rows.of(
            [each.business_memberships for each in self.identities], self.people
        )
        owner, index = self.memberships[1:]
        self.businesses = _Rows(
            [row.business for row in self.memberships.rows] + teams,
            np.concatenate([owner, self.teams]),
            np.concatenate([index, np.full(len(teams), NONE)]),
        )
        clients = [each.business_clients for each in self.businesses.rows]
        self.clients = _Rows.of(clients, np.arange(len(clients)))
        self.groups = _Rows.of([each.groups for each in self.identities], self.people)
        self.roles = _Rows.of([each.roles for each in self.identities], self.people)
        tables = (
            [getattr(each, name) for each in self.identities] for name in TABLES_OF_ME.values()
        )
        self.tables = [_Rows.of(each, self.people) for each in tables]
        self.team_groups = [each.business_group for each in teams]
        self.members = _Rows.of([each.members for each in self.team_groups], self.teams)
        self.membership_ids = _ids([row.id for row in self.memberships.rows])
        self._number()
        self.words = Numbers[str]()
        self.texts: list[str] = []
        self.claims: list[tuple[Any, ...]] = []
        self.attributes: list[tuple[Any, ...]] = []
        self.covers: list[tuple[Any, ...]] = []
        self.shown: list[tuple[Any, ...]] = []
        self.keepers: list[tuple[Any, ...]] = []

    def _number(self) -> None:
        """Number all nodes that are named, a column at a time."""
        named = [
            [each.account_id for each in self.businesses.rows],
            [row.account_id for row in self.clients.rows],
            [row.accountid for row in self.roles.rows],
            *(each.rows for each in self.tables),
        ]
        nothing: dict[Any, int] = {None: NONE, UNSET: NONE}
        self.account_names = sorted(set().union(*named) - nothing.keys())
        accounts = {
            name: ACCOUNTS + number for number, name in enumerate(self.account_names)
        } | nothing
        vendors = [row.account_business or _NO_VENDOR for row in self.clients.rows]
        columns = (
            _codes(IDENTITIES, [each.id for each in self.identities]),
            _codes(IDENTITIES, [row.identity_id for row in self.members.rows]),
            _codes(BUSINESSES, [each.id for each in self.businesses.rows]),
            _codes(BUSINESSES, [each.account_business_id for each in vendors]),
            _codes(BUSINESSES, [row.business_id for row in self.groups.rows]),
            _codes(GROUPS, [row.group_id for row in self.groups.rows]),
            _codes(GROUPS, [each.id for each in self.team_groups]),
            *(_ints([accounts[name] for name in names]) for names in named),
        )
        self.codes = distinct(np.concatenate([column[column != NONE] for column in columns]))
        numbers = [
            np.where(each == NONE, NONE, np.searchsorted(self.codes, each)).astype(np.int32)
            for each in columns
        ]
        identity, self.member, self.business, self.vendor, self.group_business = numbers[:5]
        self.group, self.team_group, self.kept, self.vendor_account, self.role_account = numbers[
            5:10
        ]
        self.table_accounts = numbers[10:]
        self.joined, teams = np.split(self.business, [len(self.memberships.rows)])
        self.subject = np.empty(len(self.documents), np.int32)
        self.subject[self.people] = identity
        self.subject[self.teams] = teams

    def said(self, sources: Sequence[str]) -> ClaimSet:
        """Return the claim set of all documents, unsorted."""
        self._identities()
        self._memberships()
        self._businesses()
        self._clients()
        self._groups()
        self._roles()
        self._tables()
        self._teams()
        documents, claims = self.documents, stacked(ClaimRows, self.claims)
        sizes = np.array([len(each.body) for each in documents], np.int32)
        none = np.zeros(len(documents), np.int32)
        rows = DocumentRows(
            _ints([moment_number(each.moment) for each in documents]),
            np.array([hashlib.sha256(each.body).digest() for each in documents], "S32"),
            Texts.of(sources),
            np.array([each.is_team for each in documents], np.int8),
            self.subject,
            np.array([each.wrapped for each in documents], np.int8),
            none.astype(np.int8),
            none,
            np.cumsum(sizes, dtype=np.int64) - sizes,
            sizes,
            none,
            np.array([MOMENT_SOURCES.index(each.moment_source) for each in documents], np.int8),
        )
        return ClaimSet(
            self.codes,
            np.array([name.encode() for name in self.account_names], "S"),
            Texts.of(self.words),
            Texts.of(self.texts),
            rows,
            take(claims, (claims.principal != NONE) & (claims.resource != NONE)),
            stacked(AttributeRows, self.attributes),
            stacked(CoverRows, self.covers),
            stacked(GroupRows, self.shown),
            stacked(KeeperRows, self.keepers),
            IssueRows(none[:0], *[Texts.of(())] * 3),
            (InMemoryBodies(b"".join([each.body for each in documents])),),
        )

    def _identities(self) -> None:
        document, records = self.people, self.identities
        identity = self.subject[document]
        self._cover(document, _scope(identity, "me"))
        for scope, section in (SECTIONS_OF_ME | TABLES_OF_ME).items():
            shown = np.array([getattr(each, section) is not UNSET for each in records], np.bool_)
            self._cover(document[shown], _scope(identity[shown], scope))
        self._located("record", document, identity, NONE)
        emails = [each.email for each in records]
        self._text("email", document, identity, emails)
        self._email_keys(document, identity, emails)
        for name in ("first_name", "last_name"):
            self._text(name, document, identity, [getattr(each, name) for each in records])
        moments = [each.confirmed_at for each in records]
        utc = [
            f"{moment[:-1]}+00:00" if type(moment) is str else moment for moment in moments
        ]  # as Python prints it
        self._text("confirmed_at", document, identity, utc)

    def _memberships(self) -> None:
        rows, document, index = self.memberships
        identity, business = self.subject[document], self.joined
        spot = _Spot(document, _MEMBERSHIP, index, NONE, self.membership_ids)
        words, own, team = (
            self._meant("membership", rows),
            _scope(identity, "memberships"),
            _scope(business, "team"),
        )
        self._claim(Relation.MEMBER, identity, business, spot, own, team, words=words)

    def _businesses(self) -> None:
        records, document, index = self.businesses
        self._located("record", document, self.business, index)
        self._text("name", document, self.business, [each.name for each in records])
        active = [each.active for each in records]
        self._value("active", document, self.business, active, _given(active))
        scope, keeper = _scope(self.business, "account"), _scope(self.kept, "keeper")
        said = np.array([each.account_id is not UNSET for each in records], np.bool_)
        self._cover(document[said], scope[said])
        named = self.kept != NONE
        self._cover(document[named], keeper[named])
        self.keepers.append((self.kept[named], self.business[named], document[named]))
        self._cover(document[said & ~named], _scope(self.business[said & ~named], "no_account"))
        of_team = index == NONE
        shown = of_team & named
        self._cover(document[shown], _scope(self.kept[shown], "holders"))
        keyless = of_team & ~said
        self._cover(document[keyless], _scope(self.business[keyless], "keyless_team"))
        section = np.where(index == NONE, _TEAM_BUSINESS, _BUSINESS)
        spot = _Spot(document, section, index, NONE, _ids([each.id for each in records]))
        self._claim(Relation.KEEPS, self.business, self.kept, spot, scope, keeper)
        said = np.array([each.business_clients is not UNSET for each in records], np.bool_)
        self._cover(document[said], _scope(self.business[said], "clients"))

    def _clients(self) -> None:
        rows, owner, place = self.clients
        _, document, index = self.businesses
        business, of_team = self.business[owner], index[owner] == NONE
        row, sub = np.where(of_team, place, index[owner]), np.where(of_team, NONE, place)
        section = np.where(of_team, _TEAM_CLIENT, _CLIENT)
        spot = _Spot(document[owner], section, row, sub, _ids([row.id for row in rows]))
        scope = _scope(business, "clients")
        words, client = _Words(ROLES.index(Role.CLIENT)), _ids([row.userid for row in rows])
        self._claim(
            Relation.CLIENT, business, self.vendor_account, spot, scope, words=words, client=client
        )
        self._claim(
            Relation.KEEPS,
            self.vendor,
            self.vendor_account,
            spot,
            scope,
            _scope(self.vendor, "account"),
            owner=business,
        )

    def _groups(self) -> None:
        rows, document, index = self.groups
        records = _ids([row.id for row in rows])
        spot = _Spot(document, _GROUP, index, NONE, records)
        identity, owner = self.subject[document], self.group_business
        scope = _scope(identity, "groups")
        words, active = self._meant("membership", rows), _active(rows)
        self._claim(
            Relation.GROUP,
            identity,
            self.group,
            spot,
            scope,
            words=words,
            owner=owner,
            active=active,
        )
        self._claim(Relation.GROUP_OF, self.group, owner, spot, scope)
        memberships = set(_tuples(self.memberships.owner, self.membership_ids, self.joined))
        shown = np.array(
            [each in memberships for each in _tuples(document, records, owner)], np.bool_
        )
        shown &= (records != NONE) & (owner != NONE)
        self.shown.append((self.group[shown], owner[shown]))

    def _roles(self) -> None:
        rows, document, index = self.roles
        identity, account = self.subject[document], self.role_account
        spot = _Spot(document, _ROLE, index, NONE, _ids([row.id for row in rows]))
        words = self._meant("roles", rows)
        is_client = words.role == ROLES.index(Role.CLIENT)
        client = np.where(is_client, _ids([row.userid for row in rows]), NONE)
        scope = _scope(identity, "roles")
        holders = np.where(is_client, NONE, _scope(account, "holders"))
        memberships = _tuples(self.memberships.owner, self.kept[: len(self.joined)])
        keepers = dict(zip(memberships, self.joined.tolist(), strict=True))
        owner = _ints([keepers.get(each, NONE) for each in _tuples(document, account)])
        self._claim(
            Relation.ROLE,
            identity,
            account,
            spot,
            scope,
            holders,
            owner=np.where(is_client, NONE, owner),
            words=words,
            client_role=is_client,
            client=client,
        )
        systems = [
            UNSET if row.systemid is None or row.systemid is UNSET else str(row.systemid)
            for row in rows
        ]
        self._text("system_id", document, account, systems)

    def _tables(self) -> None:
        """Add the attributes stated in tables by account: statuses and permissions."""
        for (name, section), table, account in zip(
            TABLES_OF_ME.items(), self.tables, self.table_accounts, strict=True
        ):
            if name == "permissions":
                self._located(name, table.owner, account, NONE)
                continue
            tables = [getattr(each, section) or {} for each in self.identities]
            words = [status or None for each in tables for status in each.values()]
            self._value(
                name, table.owner, account, words, [self.words[word] for word in _given(words)]
            )

    def _teams(self) -> None:
        """Add the lists of members, each of one business."""
        if not len(self.teams):
            return
        business, group = self.subject[self.teams], self.team_group
        for scope in ("team", "team_group"):
            self._cover(self.teams, _scope(business, scope))
        spot = _Spot(
            self.teams, _TEAM_GROUP, NONE, NONE, _ids([each.id for each in self.team_groups])
        )
        self._claim(Relation.GROUP_OF, group, business, spot, _scope(business, "team_group"))
        self.shown.append((group[group != NONE], business[group != NONE]))
        rows, document, index = self.members
        for name in ("email", "first_name", "last_name"):
            values = [getattr(row, name) or UNSET for row in rows]  # null says nothing of others
            self._text(name, document, self.member, values)
            if name == "email":
                self._email_keys(document, self.member, values)
        identity, business = self.member, self.subject[document]
        spot = _Spot(document, _TEAM_MEMBER, index, NONE, _ids([row.id for row in rows]))
        words, active = self._meant("membership", rows), _active(rows)
        own, team = _scope(identity, "memberships"), _scope(business, "team")
        self._claim(
            Relation.MEMBER, identity, business, spot, own, team, words=words, active=active
        )

    def _meant(self, dialect: str, rows: list[Any]) -> _Words:
        """Return the role that each row's word means, and the word.

        A regular document has no word without a meaning.
        """
        words = [row.role for row in rows]
        different = {word: place for place, word in enumerate(dict.fromkeys(words))}
        places = _ints([different[word] for word in words])
        roles = _ints([ROLES.index(self.policy.role(dialect, word)) for word in different])
        return _Words(roles[places], _ints([self.words[word] for word in different])[places])

    def _claim(
        self,
        relation: Relation,
        principal: Ints,
        resource: Ints,
        spot: _Spot,
        scope: Ints,
        other_scope: Ints | int = NONE,
        *,
        owner: Ints | int = NONE,
        words: _Words = _NO_WORDS,
        client_role: Flags | bool = False,
        active: Ints | bool = True,
        client: Ints | int = NONE,
    ) -> None:
        """Add a claim for each row; see `documents.claims.Claim`.

        Rows that name only one end are dropped later, in `said`.
        """
        document, *row = spot
        number = RELATIONS.index(relation)
        stated = owner, *words, client_role, active, *row, client, 0
        self.claims.append((document, principal, number, resource, scope, other_scope, *stated))

    def _cover(self, document: Ints, scope: Ints) -> None:
        self.covers.append((scope, document))

    def _located(self, name: str, document: Ints, node: Ints, place: Ints | int) -> None:
        self.attributes.append((document, node, ATTRIBUTES.index(name), place))

    def _value(
        self, name: str, document: Ints, node: Ints, values: list[Any], numbers: Sequence[int]
    ) -> None:
        """Add an attribute for each row whose value is not UNSET; None is a value.

        `numbers` are those of the values that are neither.
        """
        number = np.array(numbers, np.int64)
        if len(number) < len(values):
            said = np.array([value is not UNSET for value in values], np.bool_)
            given = np.array([value is not None for value in values], np.bool_) & said
            every = np.full(len(values), NONE, np.int64)
            every[given] = number
            document, node, number = document[said], node[said], every[said]
        self._located(name, document, node, number)

    def _text(self, name: str, document: Ints, node: Ints, values: list[Any]) -> None:
        texts = _given(values)
        self._value(
            name, document, node, values, range(len(self.texts), len(self.texts) + len(texts))
        )
        self.texts += texts

    def _email_keys(self, document: Ints, node: Ints, emails: list[Any]) -> None:
        self._value("email_key", document, node, emails, list(map(email_key, _given(emails))))


def _given(values: list[Any]) -> list[Any]:
    """Return the values that are neither missing nor null."""
    if _NOTHING.isdisjoint(map(type, values)):
        return values
    return [value for value in values if value is not None and value is not UNSET]


def _ints(numbers: list[int]) -> Ints:
    return np.fromiter(numbers, np.int64, len(numbers))


def _active(rows: list[Any]) -> Ints:
    return np.array([row.active is not False for row in rows], np.int8)


def _scope(node: Ints, kind: str) -> Ints:
    return node * SLOTS + SCOPES[kind]


def _ids(values: list[Any]) -> Ints:
    """Return ids (numbers or texts) as numbers; NONE where there is no id."""
    try:
        return np.fromiter(values, np.int64, len(values))
    except TypeError:
        return _ints([NONE if value is None or value is UNSET else int(value) for value in values])


def _tuples(*columns: Ints) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _codes(kind: int, values: list[Any]) -> Ints:
    ids = _ids(values)
    return np.where(ids == NONE, NONE, kind | ids)
