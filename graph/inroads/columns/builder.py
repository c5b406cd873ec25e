"""Building a claim set from documents, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from struct import Struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from inroads.columns.arrays import Ints, Texts
from inroads.columns.claimset import (
    ACCOUNTS,
    ATTRIBUTES,
    BUSINESSES,
    COUNTS,
    DOCUMENT_KINDS,
    GROUPS,
    IDENTITIES,
    KIND_BITS,
    KINDS,
    MOMENT_SOURCES,
    NONE,
    RELATIONS,
    ROLES,
    SCOPES,
    SECTIONS,
    SLOTS,
    WORD_ATTRIBUTES,
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
    Store,
    column_types,
    email_key,
    ints,
)
from inroads.columns.union import union
from inroads.documents.claims import Attribute, Claim, Place, Statement, state
from inroads.documents.names import Names
from inroads.documents.reader import Observation
from inroads.errors import LEFT_OUT
from inroads.model import Document, kind_of, native_id
from inroads.moments import moment_number
from inroads.policy.tables import Policy


def claim_set(statements: Iterable[Statement]) -> ClaimSet:
    """Return the claim set of these statements, with their bodies in memory."""
    builder = ClaimSetBuilder()
    for statement in statements:
        builder.add(builder.nodes.of(statement))
    return union([builder.part()])


class NodeNumbers(Names):
    """Numbers nodes in order of appearance."""

    def __init__(self) -> None:
        self.codes = Numbers[int]()
        self.accounts = Numbers[str]()

    def identity(self, number: int) -> int:
        return self.codes[IDENTITIES | number]

    def business(self, number: int) -> int:
        return self.codes[BUSINESSES | number]

    def group(self, number: int) -> int:
        return self.codes[GROUPS | number]

    def account(self, native: str) -> int:
        return self.codes[ACCOUNTS | self.accounts[native]]

    def scope(self, kind: str, node: int) -> int:
        return node * SLOTS + SCOPES[kind]

    def node(self, printed: str) -> int:
        """Return the number of a node by its printed id."""
        kind, native = _KINDS[kind_of(printed)._value_], native_id(printed)
        return self.account(native) if kind == ACCOUNTS else self.codes[kind | int(native)]

    def of(self, statement: Statement) -> Statement:
        """Return a statement by printed ids with numbers in their place."""

        def scope(name: str) -> int:
            kind, _, node = name.partition(" ")
            return self.scope(kind, self.node(node))

        claims = (
            replace(
                row,
                principal=self.node(row.principal),
                resource=self.node(row.resource),
                scope=scope(row.scope),
                other_scope=row.other_scope and scope(row.other_scope),
                owner=row.owner and self.node(row.owner),
            )
            for row in statement.claims
        )
        return statement._replace(
            claims=tuple(claims),
            attributes=tuple(
                replace(row, node=self.node(row.node)) for row in statement.attributes
            ),
            covers=tuple(map(scope, statement.covers)),
            business_groups=tuple(
                (self.node(group), self.node(business))
                for group, business in statement.business_groups
            ),
            keepers=tuple(
                (self.node(account), self.node(business)) for account, business in statement.keepers
            ),
        )

    def ordered(self) -> tuple[Ints, npt.NDArray[np.bytes_]]:
        """Return the codes of all nodes, and the accounts among them, ascending."""
        names = np.array([name.encode() for name in self.accounts] or [b""], "S")
        accounts = np.sort(names[: len(self.accounts)])
        codes = ints(self.codes)
        here = (codes >= ACCOUNTS) & (codes < ACCOUNTS + (1 << KIND_BITS))
        codes[here] = np.searchsorted(accounts, names)[codes[here] - ACCOUNTS] + ACCOUNTS
        return codes, accounts


class _PackedRows:
    """Rows of one table, packed into bytes as they arrive.

    This takes a third of the time of a list of numbers, and leaves no objects to the collector.
    """

    def __init__(self, kind: Any) -> None:
        self.kind, self.packed = kind, bytearray()
        types = column_types(kind)
        self.type = np.dtype(list(zip(kind._fields, types, strict=True)))
        self.pack = Struct("=" + "".join(_LETTERS[each] for each in types)).pack

    def table(self) -> Any:
        """Return the rows as a table."""
        rows = np.frombuffer(self.packed, self.type)
        return self.kind(*(np.ascontiguousarray(rows[name]) for name in self.kind._fields))


class ClaimSetBuilder:
    """Collects the rows of documents; words are numbered in order of appearance, as nodes are."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.subjects: list[int] = []
        self.unreadable: list[int] = []
        self.nodes = NodeNumbers()
        self.words = Numbers[str]()
        self.texts: list[str] = []
        self.claims = _PackedRows(ClaimRows)
        self.attributes = _PackedRows(AttributeRows)
        self.covers = _PackedRows(CoverRows)
        self.groups = _PackedRows(GroupRows)
        self.keepers = _PackedRows(KeeperRows)
        self.issues: list[tuple[int, str, str, str]] = []

    def read(self, observation: Observation, policy: Policy) -> None:
        """Add everything that an observed document says, under a policy's words."""
        self.add(state(observation, policy, self.nodes))

    def add(self, statement: Statement) -> None:
        """Add the rows of a document, in which nodes and scopes are numbers."""
        number = len(self.documents)
        self.documents.append(statement.document)
        self.subjects.append(self.nodes.node(statement.document.subject))
        self.unreadable.append(0)
        for issue in statement.issues:
            self.issues.append((number, issue.pointer, issue.code, issue.message))
            self.unreadable[-1] += issue.code in LEFT_OUT
        self._add_claims(number, statement.claims)
        self._add_attributes(number, statement.attributes)
        for scope in statement.covers:
            self.covers.packed += self.covers.pack(scope, number)
        for group, business in statement.business_groups:
            self.groups.packed += self.groups.pack(group, business)
        for account, business in statement.keepers:
            self.keepers.packed += self.keepers.pack(account, business, number)

    def _add_claims(self, number: int, claims: Iterable[Claim]) -> None:
        rows, pack, words = self.claims.packed, self.claims.pack, self.words
        for row in claims:
            section, index, sub = row.place
            other_scope, role, word, owner = row.other_scope, row.role, row.word, row.owner
            rows += pack(
                number,
                row.principal,
                _RELATIONS[row.relation._value_],
                row.resource,
                row.scope,
                NONE if other_scope is None else other_scope,
                NONE if owner is None else owner,
                NONE if role is None else _ROLES[role._value_],
                NONE if word is None else words[word],
                row.client_role,
                row.active,
                _SECTIONS[section._value_],
                index,
                sub,
                NONE if row.record is None else row.record,
                NONE if row.client is None else row.client,
                row.contested,
            )

    def _add_attributes(self, number: int, attributes: Iterable[Attribute]) -> None:
        rows, pack, texts = self.attributes.packed, self.attributes.pack, self.texts
        for row in attributes:
            name: str = row.name
            value: Any = row.value
            if type(value) is Place:
                cell = value.index
            elif value is None or type(value) is bool or name in COUNTS:
                cell = NONE if value is None else value
            elif name in WORD_ATTRIBUTES:
                cell = self.words[value]
            else:
                cell = len(texts)
                texts.append(value if type(value) is str else value.isoformat())
            rows += pack(number, row.node, _ATTRIBUTES[name], cell)
            if name == "email":
                key = NONE if value is None else email_key(value)
                rows += pack(number, row.node, _EMAIL_KEY, key)

    def part(self, store: Store | None = None, places: Sequence[int] = ()) -> ClaimSet:
        """Return the claim set unsorted, as a part of a union, which sorts it.

        Bodies are at `places` of the store; without a store, they are kept in memory.
        """
        documents, count = self.documents, len(self.documents)
        sizes = [0] * count
        if store is None:
            bodies = [document.body for document in documents]
            sizes = list(map(len, bodies))
            store, places = (
                InMemoryBodies(b"".join(bodies)),
                list(accumulate(sizes, initial=0))[:-1],
            )
        codes, accounts = self.nodes.ordered()
        rows = DocumentRows(
            ints([moment_number(document.observed_at) for document in documents]),
            np.array([bytes.fromhex(document.sha256) for document in documents], "S32"),
            Texts.of(document.source for document in documents),
            np.array([DOCUMENT_KINDS.index(each.kind) for each in documents], np.int8),
            np.array(self.subjects, np.int32),
            np.array([bool(document.prefix) for document in documents], np.int8),
            np.array([bool(document.business) for document in documents], np.int8),
            np.zeros(count, np.int32),
            np.array(places, np.int64),
            np.array(sizes, np.int32),
            np.array(self.unreadable, np.int32),
            np.array([MOMENT_SOURCES.index(each.moment_source) for each in documents], np.int8),
        )
        issues = list(zip(*self.issues, strict=True)) or [()] * len(IssueRows._fields)
        return ClaimSet(
            codes,
            accounts,
            Texts.of(self.words),
            Texts.of(self.texts),
            rows,
            self.claims.table(),
            self.attributes.table(),
            self.covers.table(),
            self.groups.table(),
            self.keepers.table(),
            IssueRows(np.array(issues[0], np.int32), *map(Texts.of, issues[1:])),
            (store,) if documents else (),
        )


_LETTERS: Final = {np.int8: "b", np.int32: "i", np.int64: "q"}
"""The formats of integers in packed rows."""

# By value: the hash of a member is computed anew each time, that of a string once.
_RELATIONS: Final = {each.value: number for number, each in enumerate(RELATIONS)}
_ROLES: Final = {each.value: number for number, each in enumerate(ROLES)}
_SECTIONS: Final = {each.value: number for number, each in enumerate(SECTIONS)}
_ATTRIBUTES: Final = {each: number for number, each in enumerate(ATTRIBUTES)}
_KINDS: Final = {each.value: number << KIND_BITS for number, each in enumerate(KINDS)}
_EMAIL_KEY: Final = ATTRIBUTES.index("email_key")
