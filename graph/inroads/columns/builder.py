"""Building a claim set from documents, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any, Final

import numpy as np

from inroads.columns.arrays import Texts
from inroads.columns.claimset import (
    ACCOUNTS,
    ATTRIBUTES,
    BUSINESSES,
    GROUPS,
    IDENTITIES,
    KIND_BITS,
    KINDS,
    NONE,
    RELATIONS,
    ROLES,
    SCOPES,
    SECTIONS,
    WORD_ATTRIBUTES,
    AttributeRows,
    ClaimRows,
    ClaimSet,
    CoverRows,
    DocumentRows,
    GroupRows,
    InMemoryBodies,
    IssueRows,
    Numbers,
    Store,
    email_key,
    ints,
    moment_number,
    typed,
)
from inroads.columns.union import union
from inroads.documents.claims import Place, Reader, Spot, Statement, Value
from inroads.documents.reader import Observation
from inroads.errors import Issue
from inroads.model import Document, Relation, Role, kind_of, native_id
from inroads.policy.tables import STOCK, Policy


def claim_set(
    statements: Iterable[Statement], store: Store | None = None, places: Sequence[int] = ()
) -> ClaimSet:
    """Return the claim set of these statements.

    Their bodies are at `places` of the store; without a store, bodies are kept in memory.
    """
    packer = ClaimSetBuilder(STOCK)
    for statement in statements:
        packer.add(statement)
    return packer.said(store, places)


class ClaimSetBuilder(Reader[int, int]):
    """Collects the claims of documents in growing lists; nodes are numbered in order of appearance.

    The cells of all rows of a table stand in one flat list.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.documents: list[Document] = []
        self.subjects: list[int] = []
        self.unreadable: list[int] = []
        self.nodes = Numbers[int]()
        self.accounts = Numbers[str]()
        self.words = Numbers[str]()
        self.texts: list[str] = []
        self.claims: list[int] = []
        self.attributes: list[int] = []
        self.covers: list[int] = []
        self.groups: list[int] = []
        self.issues: list[tuple[int, str, str, str]] = []

    def read(self, observation: Observation) -> None:
        self.begin(observation.document)
        super().read(observation)

    def begin(self, document: Document) -> None:
        """Add a document; the rows added next are its own."""
        self.number = len(self.documents)
        self.documents.append(document)
        self.subjects.append(self.node(document.subject))  # it is known, whatever else is said
        self.unreadable.append(0)

    def identity(self, number: int) -> int:
        return self.nodes[IDENTITIES | number]

    def business(self, number: int) -> int:
        return self.nodes[BUSINESSES | number]

    def group(self, number: int) -> int:
        return self.nodes[GROUPS | number]

    def account(self, name: str) -> int:
        return self.nodes[ACCOUNTS | self.accounts[name]]

    def node(self, printed: str) -> int:
        """Return the number of a node by its printed id."""
        kind, native = _KINDS[kind_of(printed)._value_], native_id(printed)
        return self.account(native) if kind == ACCOUNTS else self.nodes[kind | int(native)]

    def scope(self, kind: str, node: int) -> int:
        return node * len(SCOPES) + _SCOPES[kind]

    def cover(self, scope: int) -> None:
        self.covers += scope, self.number

    def claim(
        self,
        principal: int,
        relation: Relation,
        resource: int,
        spot: Spot,
        record: int | None,
        scope: int,
        other_scope: int | None = None,
        role: Role | None = None,
        word: str | None = None,
        client_role: bool = False,
        client: int | None = None,
        active: bool = True,
        owner: int | None = None,
    ) -> None:
        section, index, sub = spot
        self.claims += (
            self.number,
            principal,
            _RELATIONS[relation._value_],
            resource,
            scope,
            NONE if other_scope is None else other_scope,
            NONE if owner is None else owner,
            NONE if role is None else _ROLES[role._value_],
            NONE if word is None else self.words[word],
            client_role,
            active,
            _SECTIONS[section._value_],
            index,
            sub,
            NONE if record is None else record,
            NONE if client is None else client,
        )

    def attribute(self, node: int, name: str, value: Value) -> None:
        if isinstance(value, dt.datetime):
            value = value.isoformat()
        if isinstance(value, str):
            if name in WORD_ATTRIBUTES:
                number = self.words[value]
            else:
                number = len(self.texts)
                self.texts.append(value)
        else:
            number = NONE if value is None else value
        self.attributes += self.number, node, _ATTRIBUTES[name], number
        if name == "email":
            self.attributes += (
                self.number,
                node,
                _EMAIL_KEY,
                email_key(value) if isinstance(value, str) else NONE,
            )

    def located(self, node: int, name: str, spot: Spot) -> None:
        self.attributes += self.number, node, _ATTRIBUTES[name], spot[1]

    def business_group(self, group: int, business: int) -> None:
        self.groups += group, business

    def told(self, issue: Issue) -> None:
        self.issues.append((self.number, issue.pointer, issue.code, issue.message))
        self.unreadable[-1] += issue.code == "unreadable_row"

    def add(self, statement: Statement) -> None:
        """Add a statement, in which nodes and scopes are named."""
        self.begin(statement.document)
        for issue in statement.issues:
            self.told(issue)
        node, rows = self.node, (each for each in statement.claims if each.relation is _OF)
        owners = {(each.principal, each.place): node(each.resource) for each in rows}
        for each in statement.claims:
            scopes = [self._scope(scope) for scope in each.scopes]
            self.claim(
                node(each.principal),
                each.relation,
                node(each.resource),
                each.place,
                _optional_int(each.record_id),
                scopes[0],
                scopes[1] if len(scopes) > 1 else None,
                each.role,
                each.word,
                each.client_role,
                _optional_int(each.client),
                each.active,
                owners.get((each.resource, each.place)) if each.relation is _GROUP else None,
            )
        for name, attribute, value in statement.attributes:
            if isinstance(value, Place):
                self.located(node(name), attribute, value)
            else:
                self.attribute(node(name), attribute, value)
        for covered in statement.covers:
            self.cover(self._scope(covered))
        for group, business in statement.business_groups:
            self.business_group(node(group), node(business))

    def _scope(self, printed: str) -> int:
        kind, _, node = printed.partition(" ")
        return self.scope(kind, self.node(node))

    def said(self, store: Store | None = None, places: Sequence[int] = ()) -> ClaimSet:
        """Return the claim set of all documents added. For `store` and `places` see `claim_set`."""
        return union([self.part(store, places)])

    def part(self, store: Store | None = None, places: Sequence[int] = ()) -> ClaimSet:
        """Return the claim set unsorted, as a part of a union, which sorts it."""
        documents, count = self.documents, len(self.documents)
        sizes = [0] * count
        if store is None:
            bodies = [document.body for document in documents]
            sizes = list(map(len, bodies))
            store, places = (
                InMemoryBodies(b"".join(bodies)),
                list(accumulate(sizes, initial=0))[:-1],
            )
        names = np.array([name.encode() for name in self.accounts] or [b""], "S")
        accounts = np.sort(names[: len(self.accounts)])
        codes = ints(self.nodes)
        here = (codes >= ACCOUNTS) & (codes < ACCOUNTS + (1 << KIND_BITS))
        codes[here] = np.searchsorted(accounts, names)[codes[here] - ACCOUNTS] + ACCOUNTS
        rows = DocumentRows(
            ints([moment_number(document.observed_at) for document in documents]),
            np.array([bytes.fromhex(document.sha256) for document in documents], "S32"),
            Texts.of(document.source for document in documents),
            np.array([document.kind == "team" for document in documents], np.int8),
            np.array(self.subjects, np.int32),
            np.array([bool(document.prefix) for document in documents], np.int8),
            np.array([bool(document.business) for document in documents], np.int8),
            np.zeros(count, np.int32),
            np.array(places, np.int64),
            np.array(sizes, np.int32),
            np.array(self.unreadable, np.int32),
        )
        issues = list(zip(*self.issues, strict=True)) or [()] * len(IssueRows._fields)
        return ClaimSet(
            codes,
            accounts,
            Texts.of(self.words),
            Texts.of(self.texts),
            rows,
            _columns(ClaimRows, self.claims),
            _columns(AttributeRows, self.attributes),
            _columns(CoverRows, self.covers),
            _columns(GroupRows, self.groups),
            IssueRows(np.array(issues[0], np.int32), *map(Texts.of, issues[1:])),
            (store,) if documents else (),
        )


_OF, _GROUP = Relation.GROUP_OF, Relation.GROUP
# By value: the hash of a member is computed anew each time, that of a string once.
_KINDS: Final = {each.value: number << KIND_BITS for number, each in enumerate(KINDS)}
_RELATIONS: Final = {each.value: number for number, each in enumerate(RELATIONS)}
_ROLES: Final = {each.value: number for number, each in enumerate(ROLES)}
_SECTIONS: Final = {each.value: number for number, each in enumerate(SECTIONS)}
_SCOPES: Final = {each: number for number, each in enumerate(SCOPES)}
_ATTRIBUTES: Final = {each: number for number, each in enumerate(ATTRIBUTES)}
_EMAIL_KEY: Final = ATTRIBUTES.index("email_key")


def _optional_int(text: str | None) -> int | None:
    return None if text is None else int(text)


def _columns(kind: Callable[..., Any], cells: list[int]) -> Any:
    return typed(kind, ints(cells).reshape(-1, len(kind._fields)).T)  # type: ignore[attr-defined]  # a table
