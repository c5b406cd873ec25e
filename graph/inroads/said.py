"""What documents say, as columns: any number of statements in one value, and the union of such values.

`union` is the only operation, and its laws are the fold's: it is idempotent, commutative and associative. What no
later document could bring back is let go of on the way: claims of which a scope was covered by a newer document, and
attributes that a newer document states. The nodes that they named stay.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from inroads.columns import (
    Flags,
    Ints,
    Texts,
    at_once,
    distinct,
    firsts,
    in_order,
    in_place,
    joined,
    mapped,
    narrow,
    take,
)
from inroads.documents.claims import Place, Reader, Spot, Statement, Value
from inroads.documents.reader import Observation
from inroads.errors import Issue
from inroads.model import Document, NodeKind, Relation, Role, Section, fold_email, kind_of, native_id
from inroads.policy.tables import STOCK, Policy

_Key = TypeVar("_Key")

KINDS: Final = tuple(NodeKind)
RELATIONS: Final = tuple(Relation)
ROLES: Final = tuple(Role)
SECTIONS: Final = tuple(Section)
SCOPES: Final = ("me", "team", "account", "clients")
ATTRIBUTES: Final = (
    "email",
    "email_key",
    "first_name",
    "last_name",
    "confirmed_at",
    "name",
    "active",
    "subscription_status",
    "business_status",
    "system_id",
    "record",
    "permissions",
)
"""The names of attributes by number; `email_key` is what an email is found by (see `email_key`)."""

NONE: Final = -1
"""Nothing, in a column of numbers."""

KIND_BITS: Final = 60
"""A node's code is its kind above so many bits of its native id, or of its account's number."""

IDENTITIES, BUSINESSES, ACCOUNTS, GROUPS = (
    KINDS.index(kind) << KIND_BITS for kind in (NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT, NodeKind.GROUP)
)
"""Where the codes of each kind begin; those of accounts go on with the number of the account."""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


class Store(Protocol):
    """Where the bodies of documents are kept."""

    def body(self, at: int, size: int) -> bytes:
        """The redacted canonical body that was put there. Raises InroadsError BODY_GONE where it was erased."""
        ...


class DocumentRows(NamedTuple):
    """The documents in their total order: moment (microseconds since 1970, UTC), then hash.

    `wrapped` and `nested` tell where the object and a team's business record stand; the body is the `size` bytes
    `at` a place of `store`; `unreadable` counts its rows that could not be read.
    """

    moment: Ints
    sha256: npt.NDArray[np.bytes_]
    source: Texts
    team: Ints
    subject: Ints
    wrapped: Ints
    nested: Ints
    store: Ints
    at: Ints
    size: Ints
    unreadable: Ints


class ClaimRows(NamedTuple):
    """Claims; see `claims.Claim`. A scope is its node times four and its place in SCOPES.

    `owner` is the business that a group's row names. `record` and `client` are ids as numbers.
    """

    document: Ints
    principal: Ints
    relation: Ints
    resource: Ints
    scope: Ints
    other_scope: Ints
    owner: Ints
    role: Ints
    word: Ints
    client_role: Ints
    active: Ints
    section: Ints
    row: Ints
    sub: Ints
    record: Ints
    client: Ints


class AttributeRows(NamedTuple):
    """Attributes of the latest moment of each; `value` is a place in the texts or words, a flag, a key or an index."""

    document: Ints
    node: Ints
    name: Ints
    value: Ints


class CoverRows(NamedTuple):
    """The latest document that covers each scope."""

    scope: Ints
    document: Ints


class GroupRows(NamedTuple):
    """Groups that a document shows to be a business's own."""

    group: Ints
    business: Ints


class IssueRows(NamedTuple):
    """The issues of single documents."""

    document: Ints
    pointer: Texts
    code: Texts
    message: Texts


class Said(NamedTuple):
    """What documents say. Nodes are numbered in the order of `nodes`, their ascending codes."""

    nodes: Ints
    accounts: npt.NDArray[np.bytes_]
    words: Texts
    texts: Texts
    documents: DocumentRows
    claims: ClaimRows
    attributes: AttributeRows
    covers: CoverRows
    groups: GroupRows
    issues: IssueRows
    stores: tuple[Store, ...]


class Packed(NamedTuple):
    """Bodies in memory, one after the other."""

    data: bytes

    def body(self, at: int, size: int) -> bytes:
        """See `Store`."""
        return self.data[at : at + size]


def pack(statements: Iterable[Statement], store: Store | None = None, places: Sequence[int] = ()) -> Said:
    """What these statements say. Their bodies are at `places` of the store; without one they are kept in memory."""
    packer = Packer(STOCK)
    for statement in statements:
        packer.add(statement)
    return packer.said(store, places)


class Numbers(dict[_Key, int]):
    """Numbers of things as they come; of one that was seen before at the speed of a dictionary."""

    def __missing__(self, key: _Key) -> int:
        number = self[key] = len(self)
        return number


class Packer(Reader[int, int]):
    """Takes down what documents say in growing rows, in which nodes are numbered as they come.

    The cells of all rows of a table stand one after the other in one list.
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
        """What follows is said by this document."""
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
        """A node by its printed form."""
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
            self.attributes += self.number, node, _EMAIL_KEY, email_key(value) if isinstance(value, str) else NONE

    def located(self, node: int, name: str, spot: Spot) -> None:
        self.attributes += self.number, node, _ATTRIBUTES[name], spot[1]

    def business_group(self, group: int, business: int) -> None:
        self.groups += group, business

    def told(self, issue: Issue) -> None:
        self.issues.append((self.number, issue.pointer, issue.code, issue.message))
        self.unreadable[-1] += issue.code == "unreadable_row"

    def add(self, statement: Statement) -> None:
        """Take down what is known by name."""
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

    def said(self, store: Store | None = None, places: Sequence[int] = ()) -> Said:
        """What all of them say; for `store` and `places` see `pack`."""
        return union([self.part(store, places)])

    def part(self, store: Store | None = None, places: Sequence[int] = ()) -> Said:
        """The same as one part of a union, which puts it in order."""
        documents, count = self.documents, len(self.documents)
        sizes = [0] * count
        if store is None:
            bodies = [document.body for document in documents]
            sizes = list(map(len, bodies))
            store, places = Packed(b"".join(bodies)), list(accumulate(sizes, initial=0))[:-1]
        names = np.array([name.encode() for name in self.accounts] or [b""], "S")
        accounts = np.sort(names[: len(self.accounts)])
        codes = _ints(self.nodes)
        here = (codes >= ACCOUNTS) & (codes < ACCOUNTS + (1 << KIND_BITS))
        codes[here] = np.searchsorted(accounts, names)[codes[here] - ACCOUNTS] + ACCOUNTS
        rows = DocumentRows(
            _ints([moment_number(document.observed_at) for document in documents]),
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
        return Said(
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
WORD_ATTRIBUTES: Final = frozenset({"subscription_status", "business_status"})
"""Attributes that are one of a few words."""

_OTHERS: Final = frozenset({"email_key", "active", "record", "permissions"})
TEXT_ATTRIBUTES: Final = np.array([name not in _OTHERS | WORD_ATTRIBUTES for name in ATTRIBUTES])
"""Which attributes are texts."""

_IS_WORD: Final = np.array([name in WORD_ATTRIBUTES for name in ATTRIBUTES])

COUNTED: Final = {
    **dict.fromkeys(("principal", "resource", "owner", "node", "group", "business", "subject"), "node"),
    **dict.fromkeys(("scope", "other_scope"), "scope"),
    **{name: name for name in ("document", "word", "store")},
}
"""What the numbers in a column count; those in others count nothing that moves."""

_NARROWED: Final = frozenset({"word", "row", "sub", "record", "client", "store", "size", "unreadable"})
"""What is only kept is as narrow as it can be; what is counted with is not."""

_WIDE: Final = frozenset({"record", "client", "value"})
_NARROW: Final = frozenset({"relation", "role", "client_role", "active", "section", "name"})


def _optional_int(text: str | None) -> int | None:
    return None if text is None else int(text)


def _columns(kind: Callable[..., Any], cells: list[int]) -> Any:
    return typed(kind, _ints(cells).reshape(-1, len(kind._fields)).T)  # type: ignore[attr-defined]  # a table


def typed(kind: Callable[..., Any], columns: Iterable[Any]) -> Any:
    """A table of these columns, each in its own type of integer."""
    return kind(*(column.astype(each) for column, each in zip(columns, _types(kind), strict=True)))


def stacked(kind: Callable[..., Any], pieces: Sequence[Sequence[Any]]) -> Any:
    """The same of pieces of the columns, one under the other; in all but the first a number may stand for as many."""
    stops = list(accumulate(len(piece[0]) for piece in pieces))
    columns = [np.empty(stops[-1], each) for each in _types(kind)]
    for piece, start, stop in zip(pieces, [0, *stops], stops, strict=False):
        for column, cells in zip(columns, piece, strict=True):
            column[start:stop] = cells
    return kind(*columns)


def _types(kind: Any) -> list[type[np.signedinteger[Any]]]:
    names: tuple[str, ...] = kind._fields
    return [np.int64 if name in _WIDE else np.int8 if name in _NARROW else np.int32 for name in names]


def _ints(numbers: Collection[int]) -> Ints:
    return np.fromiter(numbers, np.int64, len(numbers))


def moment_number(moment: dt.datetime) -> int:
    """A moment as documents are ordered by it: microseconds since 1970, UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> dt.datetime:
    """The moment of such a number."""
    return _EPOCH + dt.timedelta(microseconds=number)


def email_key(email: str) -> int:
    """A number that equal emails share, trimmed and case-folded; others hardly ever do."""
    digest = hashlib.blake2b(fold_email(email).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1  # a signed column holds it, and it is never NONE


def union(parts: Iterable[Said]) -> Said:
    """All that these say, each said once.

    Where nobody else holds the parts, each of their columns is let go of once it is in the whole.
    """
    taken = list(parts)
    accounts = distinct(np.concatenate([part.accounts for part in taken]))
    rows = sum(len(part.claims.document) for part in taken)
    codes = mapped(lambda part: recoded(part, accounts), taken, rows)
    nodes = distinct(np.concatenate(codes))
    words, stores = Numbers[str](), Numbers[Store]()
    places = mapped(lambda each: np.searchsorted(nodes, each), codes, rows)
    numbers = list(_Numbered.each(taken, places, words, stores))
    taken = mapped(lambda both: both[0].valued(both[1]), list(zip(numbers, taken, strict=True)), rows)
    texts = joined(tuple(part.texts for part in taken))
    piles = [_Pile(tables, numbers) for tables in zip(*(part[4:10] for part in taken), strict=True)]
    del codes, places, taken
    documents, claims, attributes, covers, groups, issues = piles
    order, kept, place = _ordered(documents)
    era: Ints = np.cumsum(firsts(documents.moment[order])).astype(np.int32)
    latest = _latest(_of_kept(covers.take(), kept, place))
    reach = np.full(len(nodes) * len(SCOPES), NONE, np.int32)
    reach[latest.scope] = era[latest.document]
    standing, stated, arrived = at_once(
        rows,
        lambda: claims.take(_standing(claims, kept, place, reach, era)),
        lambda: attributes.take(_decided(attributes, kept, place, era)),
        lambda: documents.take(None if in_place(place) else order),
    )
    texts, stated = _needed(texts, stated)
    pairs = groups.group.astype(np.int64) * len(nodes) + groups.business
    return Said(
        nodes,
        accounts,
        Texts.of(words),
        texts,
        arrived,
        standing,
        stated,
        latest,
        groups.take(np.unique(pairs, return_index=True)[1]),
        _of_kept(issues.take(), kept, place),
        tuple(stores),
    )


def _standing(claims: _Pile, kept: Flags, place: Ints, reach: Ints, era: Ints) -> Ints:
    """Which claims no newer document covers, in the order of grants, sections and documents; they are put in place."""
    left_in, claims.document = kept[claims.document], place[claims.document]
    own = era[claims.document]
    standing = left_in & (reach[claims.scope] <= own)
    standing &= np.where(claims.other_scope == NONE, NONE, reach[claims.other_scope]) <= own
    size = len(reach) // len(SCOPES)
    places = in_order(edge_keys(claims, size) * len(SECTIONS) + claims.section, claims.document)
    ordered: Ints = places[standing[places]]
    return ordered


def edge_keys(claims: Any, size: int) -> Ints:
    """What claims of one grant share, in the order of grants; of claims, or of grants."""
    keys: Ints = claims.principal.astype(np.int64)
    for column, values in ((claims.resource, size), (claims.relation, 8), (claims.client_role, 2)):
        keys *= values
        keys += column
    return keys


def recoded(part: Said, accounts: npt.NDArray[np.bytes_]) -> Ints:
    """The codes of a part's nodes, when accounts are numbered as in all parts together."""
    codes = part.nodes.copy()
    here = (codes >= ACCOUNTS) & (codes < ACCOUNTS + (1 << KIND_BITS))
    codes[here] = np.searchsorted(accounts, part.accounts)[codes[here] - ACCOUNTS] + ACCOUNTS
    return codes


def without(part: Said, left_out: Flags) -> Said:
    """A part without some of its documents, and without what they say."""
    kept = ~left_out
    place = (np.cumsum(kept) - 1).astype(np.int32)
    claims, attributes, covers, issues = (
        _of_kept(table, kept, place) for table in (part.claims, part.attributes, part.covers, part.issues)
    )
    documents = take(part.documents, kept)
    return part._replace(documents=documents, claims=claims, attributes=attributes, covers=covers, issues=issues)


def excerpt(
    said: Said,
    nodes: Ints,
    documents: Ints,
    claims: ClaimRows,
    attributes: AttributeRows,
    covers: CoverRows,
    groups: GroupRows,
) -> Said:
    """Some rows of what was said as a value of their own, with just these nodes and documents, ascending.

    Words and stores stay numbered as they are. So do texts, which are left out.
    """
    codes = said.nodes[nodes]
    is_account = (codes >= ACCOUNTS) & (codes < GROUPS)
    accounts = said.accounts[codes[is_account] - ACCOUNTS]
    codes[is_account] = ACCOUNTS + np.arange(len(accounts))
    number = partial(_numbers_among, nodes)
    document = partial(_numbers_among, documents)
    rows = take(said.documents, documents)
    return Said(
        codes,
        accounts,
        said.words,
        Texts.of(()),
        rows._replace(subject=number(rows.subject)),
        claims._replace(
            document=document(claims.document),
            principal=number(claims.principal),
            resource=number(claims.resource),
            scope=number(claims.scope, len(SCOPES)),
            other_scope=number(claims.other_scope, len(SCOPES)),
            owner=number(claims.owner),
        ),
        attributes._replace(document=document(attributes.document), node=number(attributes.node)),
        CoverRows(number(covers.scope, len(SCOPES)), document(covers.document)),
        GroupRows(number(groups.group), number(groups.business)),
        IssueRows(np.zeros(0, np.int32), *[Texts.of(())] * 3),
        said.stores,
    )


def _numbers_among(chosen: Ints, column: Ints, each: int = 1) -> Ints:
    """Numbers, or those with one of `each` below them, by their places among the chosen ones."""
    number, below = np.divmod(column, each)
    found = np.searchsorted(chosen, number) * each + below
    return np.where(column == NONE, NONE, found).astype(np.int32)


class _Numbered(NamedTuple):
    """The numbers that a part's things have among those of all parts, or how many are before them; None: the same."""

    node: Ints | None
    word: Ints | None
    store: Ints | None
    document: int
    text: int

    @classmethod
    def each(
        cls, parts: Sequence[Said], nodes: Sequence[Ints], words: Numbers[str], stores: Numbers[Store]
    ) -> Iterator[_Numbered]:
        """Those of each part, of which the nodes are numbered."""
        documents = texts = 0
        for part, node in zip(parts, nodes, strict=True):
            word = np.array([words[each] for each in part.words.texts()], np.int64)
            store = np.array([stores[each] for each in part.stores], np.int64)
            numbers = [None if in_place(each) else each.astype(np.int32) for each in (node, word, store)]
            yield cls(numbers[0], numbers[1], numbers[2], documents, texts)
            documents, texts = documents + len(part.documents.moment), texts + part.texts.size

    def column(self, name: str, column: Any) -> Any:
        """A column of a part's table in these numbers."""
        counted = COUNTED.get(name)
        if counted == "document":
            return column + self.document if self.document else column
        number = None if counted is None else self.node if counted == "scope" else getattr(self, counted)
        if number is None:
            return column
        return _scope(column, number) if counted == "scope" else _optional(column, number)

    def valued(self, part: Said) -> Said:
        """A part of which the values of attributes are in these numbers: what they count, their names tell."""
        name, value = part.attributes.name, part.attributes.value
        if self.text:
            value = np.where(TEXT_ATTRIBUTES[name] & (value != NONE), value + self.text, value)
        if self.word is not None:
            is_word = _IS_WORD[name]
            value = np.where(is_word, _optional(np.where(is_word, value, NONE), self.word), value)
        return part._replace(attributes=part.attributes._replace(value=value))


class _Pile:
    """Tables of all parts as one, of which a column is put together when it is first asked for."""

    document: Ints
    moment: Ints

    def __init__(self, tables: Sequence[Any], numbers: Sequence[_Numbered]) -> None:
        self._kind = type(tables[0])
        self._parts = dict(zip(self._kind._fields, zip(*tables, strict=True), strict=True))
        self._numbers = numbers

    def __getattr__(self, name: str) -> Any:
        columns = zip(self._numbers, self._parts.pop(name), strict=True)
        column = joined(tuple(number.column(name, each) for number, each in columns))
        setattr(self, name, column)
        return column

    def take(self, rows: Ints | None = None) -> Any:
        """The table, or these rows of it; each column is let go of here."""
        columns = []
        for name in self._kind._fields:
            column = getattr(self, name) if rows is None else getattr(self, name).take(rows)
            delattr(self, name)
            columns.append(narrow(column) if name in _NARROWED else column)
        return self._kind(*columns)


def _optional(column: Ints, number: Ints) -> Ints:
    return np.append(number, np.int32(NONE))[column]  # NONE, the last of all, stays NONE


def _scope(column: Ints, number: Ints) -> Ints:
    node, kind = np.divmod(column, len(SCOPES))
    return np.where(column == NONE, np.int32(NONE), _optional(node, number) * len(SCOPES) + kind).astype(np.int32)


def _ordered(documents: _Pile) -> tuple[Ints, Flags, Ints]:
    """The rows of documents in their order, each once; which rows are kept, and the place of each in the order.

    Of one that arrived from several sources the first by name is kept.
    """
    key = np.empty((len(documents.moment), 40), np.uint8)
    key[:, :8] = (documents.moment.view(np.uint64) ^ np.uint64(1 << 63)).astype(">u8").view(np.uint8).reshape(-1, 8)
    key[:, 8:] = documents.sha256.view(np.uint8).reshape(-1, 32)
    keys = key.view("S40").ravel()  # one key, for which a sorted part costs next to nothing
    order = np.argsort(keys, kind="stable")
    begins = firsts(keys[order])
    group = np.cumsum(begins) - 1
    keeping = order[begins]
    for row in np.flatnonzero(~begins):
        here, chosen = order[row], keeping[group[row]]
        if documents.source.text(here) < documents.source.text(chosen):
            keeping[group[row]] = here
    kept = np.zeros(len(order), np.bool_)
    kept[keeping] = True
    place = np.empty(len(order), np.int32)
    place[order] = group
    return keeping, kept, place


def _of_kept(table: Any, kept: Flags, place: Ints) -> Any:
    """The rows of documents that are kept, by the documents' places."""
    if not kept.all():
        table = take(table, kept[table.document])
    return table if in_place(place) else table._replace(document=place[table.document])


def _latest(covers: CoverRows) -> CoverRows:
    """The last document of each scope."""
    order = np.argsort(covers.scope * (np.int64(1) << 32) + covers.document, kind="stable")
    ends = np.roll(firsts(covers.scope[order]), -1)
    return take(covers, order[ends])


def _decided(attributes: _Pile, kept: Flags, place: Ints, era: Ints) -> Ints:
    """The rows at the latest moment of each attribute of each node, in the order of nodes, names, documents."""
    left_in, attributes.document = kept[attributes.document], place[attributes.document]
    key = attributes.node.astype(np.int64) * len(ATTRIBUTES) + attributes.name
    order = in_order(key, attributes.document)  # of one document its last row
    order = order[left_in[order]]
    begins = firsts(key[order])
    if begins.all():
        return order
    moment = era[attributes.document[order]]
    last = moment[np.roll(begins, -1)]
    latest: Ints = order[moment == np.repeat(last, np.diff(np.flatnonzero(np.append(begins, True))))]
    return latest


def _needed(texts: Texts, attributes: AttributeRows) -> tuple[Texts, AttributeRows]:
    """The texts that are still used, once many are not."""
    is_text = TEXT_ATTRIBUTES[attributes.name] & (attributes.value != NONE)
    used = attributes.value[is_text]
    if len(used) * 2 > texts.size:
        return texts, attributes
    value = attributes.value.copy()
    value[is_text] = np.arange(len(used))
    return texts.take(used), attributes._replace(value=value)
