"""What plain documents say, each of their sections for all of them at once: the columns of `said`.

`claims.Reader` says the same document by document and row by row, and explains what it means.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any, Final, NamedTuple

import numpy as np
from msgspec import UNSET

from inroads.columns import Flags, Ints, Texts, distinct, ranges, stack, take
from inroads.documents import AccountBusiness
from inroads.model import Relation, Role, Section
from inroads.plain import Plain
from inroads.policy import Policy
from inroads.said import (
    ACCOUNTS,
    ATTRIBUTES,
    BUSINESSES,
    GROUPS,
    IDENTITIES,
    NONE,
    RELATIONS,
    ROLES,
    SCOPES,
    SECTIONS,
    AttributeRows,
    ClaimRows,
    CoverRows,
    DocumentRows,
    GroupRows,
    IssueRows,
    Numbers,
    Packed,
    Packer,
    Said,
    Store,
    email_key,
    moment_number,
    typed,
    union,
)

_ME, _TEAM, _ACCOUNT, _CLIENTS = range(len(SCOPES))
_TABLES: Final = {
    "subscription_status": "subscription_statuses",
    "business_status": "business_statuses",
    "permissions": "permissions",
}
"""The tables by account, by the attribute that each states."""

_NO_VENDOR: Final = AccountBusiness()


def together(documents: Sequence[Plain], sources: Sequence[str], others: Packer) -> Said:
    """What plain documents of these sources and those that were packed say, under the packer's policy.

    Their bodies are kept in memory.
    """
    bodies = [*(each.body for each in documents), *(each.body for each in others.documents)]
    sizes = list(map(len, bodies))
    places = list(accumulate(sizes, initial=0))[:-1]
    store, count = Packed(b"".join(bodies)), len(documents)
    parts = [others.part(store, places[count:], sizes[count:])]
    if documents:
        parts.append(say(documents, sources, others.policy, store))
    return union(parts)


def say(documents: Sequence[Plain], sources: Sequence[str], policy: Policy, store: Store) -> Said:
    """What these say, as one part of a union, which puts it in order. The store begins with their bodies."""
    return _Saying([each.content for each in documents], policy).said(documents, sources, store)


class _Rows(NamedTuple):
    """The rows of one section: the place of what each is in, and its own place there."""

    rows: list[Any]
    owner: Ints
    index: Ints  # type: ignore[assignment]  # hides tuple.index, which nobody asks of rows

    @classmethod
    def of(cls, sections: Sequence[Any]) -> _Rows:
        """Those of each owner in turn; a null or missing section has none."""
        each = [section or () for section in sections]
        sizes = np.fromiter(map(len, each), np.int64, len(each))
        places = ranges(np.zeros(len(each), np.int64), sizes)
        return cls(list(chain.from_iterable(each)), np.repeat(np.arange(len(each)), sizes), places)


class _Spot(NamedTuple):
    """Where the records of a section stand, and their own ids."""

    document: Ints
    section: Section
    row: Ints
    sub: Ints | int
    record: Ints


class _Words(NamedTuple):
    """The roles of rows, and the words for them."""

    role: Ints | int = NONE
    word: Ints | int = NONE


_NO_WORDS: Final = _Words()


class _Saying:
    """Takes the sections down one after the other."""

    def __init__(self, contents: list[Any], policy: Policy) -> None:
        self.policy = policy
        self.contents = contents
        self.memberships = _Rows.of([each.business_memberships for each in contents])
        self.businesses = [row.business for row in self.memberships.rows]
        self.clients = _Rows.of([each.business_clients for each in self.businesses])
        self.groups = _Rows.of([each.groups for each in contents])
        self.roles = _Rows.of([each.roles for each in contents])
        self.tables = [_Rows.of([getattr(each, name) for each in contents]) for name in _TABLES.values()]
        self.membership_ids = _ids([row.id for row in self.memberships.rows])
        self._number()
        self.me = self.identity * len(SCOPES) + _ME
        self.words = Numbers[str]()
        self.texts: list[str] = []
        self.claims: list[ClaimRows] = []
        self.attributes: list[AttributeRows] = []
        self.covers: list[CoverRows] = []
        self.shown: list[GroupRows] = []

    def _number(self) -> None:
        """Number the nodes that are named, each column of them."""
        named = [
            [each.account_id for each in self.businesses],
            [row.account_id for row in self.clients.rows],
            [row.accountid for row in self.roles.rows],
            *(each.rows for each in self.tables),
        ]
        nothing: dict[Any, int] = {None: NONE, UNSET: NONE}
        self.account_names = sorted(set().union(*named) - nothing.keys())
        accounts = {name: ACCOUNTS + number for number, name in enumerate(self.account_names)} | nothing
        vendors = [row.account_business or _NO_VENDOR for row in self.clients.rows]
        columns = (
            _codes(IDENTITIES, [each.id if type(each.id) is int else each.identity_id for each in self.contents]),
            _codes(BUSINESSES, [each.id for each in self.businesses]),
            _codes(BUSINESSES, [each.account_business_id for each in vendors]),
            _codes(BUSINESSES, [row.business_id for row in self.groups.rows]),
            _codes(GROUPS, [row.group_id for row in self.groups.rows]),
            *(_ints([accounts[name] for name in names]) for names in named),
        )
        self.codes = distinct(np.concatenate([column[column != NONE] for column in columns]))
        numbers = [np.where(each == NONE, NONE, np.searchsorted(self.codes, each)).astype(np.int32) for each in columns]
        self.identity, self.business, self.vendor, self.group_business, self.group = numbers[:5]
        self.kept, self.vendor_account, self.role_account, *self.table_accounts = numbers[5:]

    def said(self, documents: Sequence[Plain], sources: Sequence[str], store: Store) -> Said:
        """All of it."""
        self._identities()
        self._memberships()
        self._businesses()
        self._clients()
        self._groups()
        self._roles()
        self._tables()
        sizes = np.array([len(each.body) for each in documents], np.int32)
        none = np.zeros(len(documents), np.int32)
        rows = DocumentRows(
            _ints([moment_number(each.moment) for each in documents]),
            np.array([hashlib.sha256(each.body).digest() for each in documents], "S32"),
            Texts.of(sources),
            none.astype(np.int8),
            self.identity,
            np.array([each.wrapped for each in documents], np.int8),
            none.astype(np.int8),
            none,
            np.cumsum(sizes, dtype=np.int64) - sizes,
            sizes,
            none,
        )
        return Said(
            self.codes,
            np.array([name.encode() for name in self.account_names], "S"),
            Texts.of(self.words),
            Texts.of(self.texts),
            rows,
            stack(self.claims),
            stack(self.attributes),
            stack(self.covers),
            stack(self.shown),
            IssueRows(none[:0], *[Texts.of(())] * 3),
            (store,),
        )

    def _identities(self) -> None:
        document = np.arange(len(self.contents))
        self._cover(document, self.me)
        self._located("record", document, self.identity, NONE)
        emails = [each.email for each in self.contents]
        self._text("email", document, self.identity, emails)
        self._value("email_key", document, self.identity, emails, list(map(email_key, _given(emails))))
        for name in ("first_name", "last_name"):
            self._text(name, document, self.identity, [getattr(each, name) for each in self.contents])
        moments = [each.confirmed_at for each in self.contents]
        utc = [f"{moment[:-1]}+00:00" if type(moment) is str else moment for moment in moments]  # as Python prints it
        self._text("confirmed_at", document, self.identity, utc)

    def _memberships(self) -> None:
        rows, document, index = self.memberships
        spot = _Spot(document, Section.MEMBERSHIP, index, NONE, self.membership_ids)
        self._claim(
            Relation.MEMBER,
            self.identity[document],
            self.business,
            spot,
            self.me[document],
            self.business * len(SCOPES) + _TEAM,
            words=self._meant("membership", rows),
        )

    def _businesses(self) -> None:
        _, document, index = self.memberships
        records = self.businesses
        self._located("record", document, self.business, index)
        self._text("name", document, self.business, [each.name for each in records])
        active = [each.active for each in records]
        self._value("active", document, self.business, active, _given(active))
        scope = self.business * len(SCOPES) + _ACCOUNT
        said = np.array([each.account_id is not UNSET for each in records], np.bool_)
        self._cover(document[said], scope[said])
        spot = _Spot(document, Section.BUSINESS, index, NONE, _ids([each.id for each in records]))
        self._claim(Relation.KEEPS, self.business, self.kept, spot, scope)
        said = np.array([each.business_clients is not UNSET for each in records], np.bool_)
        self._cover(document[said], self.business[said] * len(SCOPES) + _CLIENTS)

    def _clients(self) -> None:
        rows, owner, sub = self.clients
        _, document, index = self.memberships
        business = self.business[owner]
        spot = _Spot(document[owner], Section.CLIENT, index[owner], sub, _ids([row.id for row in rows]))
        scope = business * len(SCOPES) + _CLIENTS
        words, client = _Words(ROLES.index(Role.CLIENT)), _ids([row.userid for row in rows])
        self._claim(Relation.CLIENT, business, self.vendor_account, spot, scope, words=words, client=client)
        keeper = self.vendor * len(SCOPES) + _ACCOUNT
        self._claim(Relation.KEEPS, self.vendor, self.vendor_account, spot, scope, keeper)

    def _groups(self) -> None:
        rows, document, index = self.groups
        records = _ids([row.id for row in rows])
        spot = _Spot(document, Section.GROUP, index, NONE, records)
        me, active = self.me[document], np.array([row.active is not False for row in rows], np.int8)
        words = self._meant("membership", rows)
        identity, owner = self.identity[document], self.group_business
        self._claim(Relation.GROUP, identity, self.group, spot, me, words=words, owner=owner, active=active)
        self._claim(Relation.GROUP_OF, self.group, owner, spot, me)
        memberships = set(_tuples(self.memberships.owner, self.membership_ids, self.business))
        shown = np.array([each in memberships for each in _tuples(document, records, owner)], np.bool_)
        shown &= (records != NONE) & (owner != NONE)
        self.shown.append(typed(GroupRows, (self.group[shown], owner[shown])))

    def _roles(self) -> None:
        rows, document, index = self.roles
        spot = _Spot(document, Section.ROLE, index, NONE, _ids([row.id for row in rows]))
        words = self._meant("roles", rows)
        is_client = words.role == ROLES.index(Role.CLIENT)
        client = np.where(is_client, _ids([row.userid for row in rows]), NONE)
        identity, me, account = self.identity[document], self.me[document], self.role_account
        self._claim(Relation.ROLE, identity, account, spot, me, words=words, client_role=is_client, client=client)
        systems = [str(row.systemid) if type(row.systemid) is int else UNSET for row in rows]
        self._text("system_id", document, self.role_account, systems)

    def _tables(self) -> None:
        """The tables by account: statuses, and permissions."""
        for (name, section), table, account in zip(_TABLES.items(), self.tables, self.table_accounts, strict=True):
            if name == "permissions":
                self._located(name, table.owner, account, NONE)
                continue
            tables = [getattr(each, section) or {} for each in self.contents]
            words = [status or None for each in tables for status in each.values()]
            self._value(name, table.owner, account, words, [self.words[word] for word in _given(words)])

    def _meant(self, dialect: str, rows: list[Any]) -> _Words:
        """The role that each row's word means, and the word; a plain document has no word without a meaning."""
        words = [row.role for row in rows]
        roles = {word: ROLES.index(self.policy.role(dialect, word)) for word in set(words)}
        return _Words(_ints([roles[word] for word in words]), _ints([self.words[word] for word in words]))

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
        """One claim of each row that names both ends; see `claims.Claim`."""
        number, section = RELATIONS.index(relation), SECTIONS.index(spot.section)
        row = spot.row, spot.sub, spot.record
        given = principal, number, resource, scope, other_scope, owner, *words, client_role, active, section, *row
        columns = np.broadcast_arrays(spot.document, *given, client)
        self.claims.append(take(typed(ClaimRows, columns), (principal != NONE) & (resource != NONE)))

    def _cover(self, document: Ints, scope: Ints) -> None:
        self.covers.append(typed(CoverRows, (scope, document)))

    def _located(self, name: str, document: Ints, node: Ints, place: Ints | int) -> None:
        number = ATTRIBUTES.index(name)
        self.attributes.append(typed(AttributeRows, np.broadcast_arrays(document, node, number, place)))

    def _value(self, name: str, document: Ints, node: Ints, values: list[Any], numbers: list[int]) -> None:
        """One attribute of each row that says it, null being a value; `numbers` are those of the other values."""
        said = np.array([value is not UNSET for value in values], np.bool_)
        number = np.full(len(values), NONE, np.int64)
        number[np.array([value is not None for value in values], np.bool_) & said] = numbers
        self._located(name, document[said], node[said], number[said])

    def _text(self, name: str, document: Ints, node: Ints, values: list[Any]) -> None:
        texts = _given(values)
        self._value(name, document, node, values, list(range(len(self.texts), len(self.texts) + len(texts))))
        self.texts += texts


def _given(values: list[Any]) -> list[Any]:
    """Those that are neither missing nor null."""
    return [value for value in values if value is not None and value is not UNSET]


def _ints(numbers: list[int]) -> Ints:
    return np.array(numbers, np.int64)


def _ids(values: list[Any]) -> Ints:
    """Ids as numbers, NONE where none is given."""
    try:
        return np.fromiter(values, np.int64, len(values))
    except TypeError:
        return _ints([value if type(value) is int else NONE for value in values])


def _tuples(*columns: Ints) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _codes(kind: int, values: list[Any]) -> Ints:
    ids = _ids(values)
    return np.where(ids == NONE, NONE, kind | ids)
