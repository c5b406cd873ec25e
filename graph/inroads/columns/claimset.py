"""The layout of a claim set: its tables, its column types, and the numbers of what its columns
hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from inroads.columns.arrays import Flags, Ints, Texts, firsts, in_place, ranges, take
from inroads.documents.claims import TABLES_OF_ME
from inroads.model import MomentSource, NodeKind, Relation, Role, Section, fold_email

_Key = TypeVar("_Key")

KINDS: Final = tuple(NodeKind)
RELATIONS: Final = tuple(Relation)
ROLES: Final = tuple(Role)
SECTIONS: Final = tuple(Section)
MEMBER, ROLE, GROUP, GROUP_OF, KEEPS, CLIENT = range(len(RELATIONS))
"""The numbers of relations, in their order."""
MOMENT_SOURCES: Final = (None, *reversed(MomentSource))
"""The ways in which moments are known, by number: unknown first, the surest last."""
SCOPES: Final = {
    # of an identity: any `me` document, and its sections and tables
    "me": 0,
    "memberships": 1,
    "groups": 2,
    "roles": 3,
    "subscription_status": 4,
    "business_status": 5,
    "permissions": 6,
    # of a business: a team or a whole listing of it, one that does not say the account; the account
    # that its record says, a record that says none, and the clients that its record lists
    "team": 0,
    "keyless_team": 1,
    "account": 2,
    "no_account": 3,
    "clients": 4,
    # and a team, which alone shows its group
    "team_group": 5,
    # of an account: a record of the business that keeps it, and a team of that business
    "keeper": 0,
    "holders": 1,
}
"""The scopes that documents cover, by their place among those of a node of their kind."""
SLOTS: Final = 7
"""How many scopes a node has at most; a scope is its node times this, plus its place."""
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
    "listed",
    "listed_of",
    "without_login",
)
"""The names of attributes by number; `email_key` is the number by which an email is looked up.

Of a business, `listed` is the number of people in a listing of its team, `listed_of` the number that
the listing says there are, and `without_login` the number in it of those without an identity.
"""

DOCUMENT_KINDS: Final = ("me", "team", "members")
"""The kinds of documents by number."""

NONE: Final = -1
"""No value, in a column of numbers."""

KIND_BITS: Final = 60
"""A node's code is its kind, shifted left by this, plus its native id or its account's index."""

IDENTITIES, BUSINESSES, ACCOUNTS, GROUPS = (
    KINDS.index(kind) << KIND_BITS
    for kind in (NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT, NodeKind.GROUP)
)
"""The first code of each kind; to those of accounts the index of the account is added."""


class Store(Protocol):
    """A place where the bodies of documents are kept."""

    def body(self, at: int, size: int) -> bytes:
        """Return the redacted canonical body stored there. Raises InroadsError BODY_GONE if it was
        erased.
        """
        ...

    def bodies(self, at: Sequence[int], size: Sequence[int]) -> Iterator[bytes]:
        """Yield the bodies of many places in their order, as `body` returns each."""
        ...


class DocumentRows(NamedTuple):
    """Documents, ordered by moment (microseconds since 1970, UTC), then by SHA-256.

    `kind` is an index into DOCUMENT_KINDS. `wrapped` and `nested` are flags: the document has a
    prefix of its JSON pointers (an envelope), and the business record of its team has a pointer of
    its own. The body is the `size` bytes at
    `at` of the store numbered `store`. `unreadable` counts the rows of the document that could not
    be read. `moment_source` is a number of MOMENT_SOURCES.
    """

    moment: Ints
    sha256: npt.NDArray[np.bytes_]
    source: Texts
    kind: Ints
    subject: Ints
    wrapped: Ints
    nested: Ints
    store: Ints
    at: Ints
    size: Ints
    unreadable: Ints
    moment_source: Ints


class ClaimRows(NamedTuple):
    """Claims; see `claims.Claim`. For a scope see SLOTS.

    `record` and `client` are ids as numbers. `contested` has a bit for each of CONTRADICTIONS.
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
    contested: Ints


class AttributeRows(NamedTuple):
    """Attributes of nodes. A union keeps only the rows of the latest moment of each.

    `value` is an index into the texts or words, a flag, a key, or the index of a record.
    """

    document: Ints
    node: Ints
    name: Ints
    value: Ints


class CoverRows(NamedTuple):
    """Scopes and documents that cover them. A union keeps those of the latest moment of each."""

    scope: Ints
    document: Ints


class GroupRows(NamedTuple):
    """Groups that a document shows to belong to a whole business."""

    group: Ints
    business: Ints


class KeeperRows(NamedTuple):
    """Businesses whose own record in a document says that they keep an account.

    A union keeps all of them, so that it is known when an account moved.
    """

    account: Ints
    business: Ints
    document: Ints


class IssueRows(NamedTuple):
    """Issues of single documents."""

    document: Ints
    pointer: Texts
    code: Texts
    message: Texts


class EmailRows(NamedTuple):
    """Statements of emails that newer documents overrule; `value` is the key of the email.

    A union keeps the first and the last statement of each email of a node, but for statements that
    are among the attributes. An identity that was observed once has none.
    """

    document: Ints
    node: Ints
    value: Ints


NO_EMAILS: Final = EmailRows(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64))


class ClaimSet(NamedTuple):
    """The claims, attributes and covers of documents. A node's number is its index in `nodes`."""

    nodes: Ints
    accounts: npt.NDArray[np.bytes_]
    words: Texts
    texts: Texts
    documents: DocumentRows
    claims: ClaimRows
    attributes: AttributeRows
    covers: CoverRows
    groups: GroupRows
    keepers: KeeperRows
    issues: IssueRows
    stores: tuple[Store, ...]
    emails: EmailRows = NO_EMAILS


class InMemoryBodies(NamedTuple):
    """A store of bodies in memory, concatenated."""

    data: bytes

    def body(self, at: int, size: int) -> bytes:
        """Return a body; see `Store`."""
        return self.data[at : at + size]

    def bodies(self, at: Sequence[int], size: Sequence[int]) -> Iterator[bytes]:
        """Yield many bodies; see `Store`."""
        return map(self.body, at, size)


class Numbers(dict[_Key, int]):
    """Consecutive numbers of keys, in the order in which the keys first come."""

    def __missing__(self, key: _Key) -> int:
        number = self[key] = len(self)
        return number


WORD_ATTRIBUTES: Final = frozenset({"subscription_status", "business_status"})
"""Attributes whose value is one of a few words."""

COUNTS: Final = frozenset({"listed", "listed_of", "without_login"})
"""Attributes whose value is a number."""

_OTHERS: Final = COUNTS | {"email_key", "active", "record", "permissions"}
TEXT_ATTRIBUTES: Final = np.array([name not in _OTHERS | WORD_ATTRIBUTES for name in ATTRIBUTES])
"""A mask of the attributes whose value is a text."""

TABLE_SLOTS: Final = np.array(
    [SCOPES[name] if name in TABLES_OF_ME else NONE for name in ATTRIBUTES]
)
"""For each attribute that a `me` states in a table by account the slot of that table, else NONE."""

IS_WORD: Final = np.array([name in WORD_ATTRIBUTES for name in ATTRIBUTES])

COUNTED: Final = {
    **dict.fromkeys(
        ("principal", "resource", "owner", "node", "group", "business", "account", "subject"),
        "node",
    ),
    **dict.fromkeys(("scope", "other_scope"), "scope"),
    **{name: name for name in ("document", "word", "store")},
}
"""The things that the numbers in a column count; numbers in other columns never change."""


def renumber(table: Any, **numbers: Ints | None) -> Any:
    """Return a table in which nodes, documents, words or stores have new numbers.

    Each array holds the new number of each old one, and NONE at the end, so that NONE stays. Things
    without an array keep their numbers.
    """
    columns = zip(table._fields, table, strict=True)
    return type(table)(*(renumbered(name, column, numbers) for name, column in columns))


def renumbered(name: str, column: Any, numbers: Mapping[str, Ints | None]) -> Any:
    """Return a column of a table with new numbers; see `renumber`."""
    counted = COUNTED.get(name, "")
    new = numbers.get("node" if counted == "scope" else counted)
    if new is None:
        return column
    if counted != "scope":
        return new[column]
    node, kind = np.divmod(column, SLOTS)  # of NONE they are NONE and the last kind
    return new[node] * SLOTS + kind


def numbers_among(chosen: Ints, size: int) -> Ints:
    """Return the new numbers of chosen things, ascending and below `size`, for `renumber`.

    Only the chosen numbers are set, so that choosing a few of many takes no time.
    """
    numbers = np.empty(size + 1, np.int32)
    numbers[chosen] = np.arange(len(chosen))
    numbers[NONE] = NONE
    return numbers


_WIDE: Final = frozenset({"record", "client", "value"})
_NARROW: Final = frozenset(
    {"relation", "role", "client_role", "active", "section", "name", "contested"}
)


def stacked(kind: Callable[..., Any], pieces: Sequence[Sequence[Any]]) -> Any:
    """Concatenate pieces of a table.

    A scalar in a piece is repeated for all its rows; only its first column must be an array.
    """
    stops = list(accumulate(len(piece[0]) for piece in pieces))
    columns = [np.empty(stops[-1], each) for each in column_types(kind)]
    for piece, start, stop in zip(pieces, [0, *stops], stops, strict=False):
        for column, cells in zip(columns, piece, strict=True):
            column[start:stop] = cells
    return kind(*columns)


def column_types(kind: Any) -> list[type[np.signedinteger[Any]]]:
    """Return the type of each column of a table while a claim set is built."""
    names: tuple[str, ...] = kind._fields
    return [
        np.int64 if name in _WIDE else np.int8 if name in _NARROW else np.int32 for name in names
    ]


def ints(numbers: Collection[int]) -> Ints:
    return np.fromiter(numbers, np.int64, len(numbers))


def email_key(email: str) -> int:
    """Return a number that is the same for emails that are equal; see `fold_email`.

    Different emails hardly ever share one.
    """
    digest = hashlib.blake2b(
        fold_email(email).encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
    return int.from_bytes(digest, "big") >> 1  # a signed column holds it, and it is never NONE


def latest_covers(said: ClaimSet, nodes: Ints, scope: str) -> Ints:
    """Return the latest document that covers a scope of each node, NONE where none does."""
    covered = said.covers.scope
    scopes = (nodes * SLOTS + SCOPES[scope]).astype(covered.dtype)
    places = np.searchsorted(covered, scopes, side="right") - 1
    found = np.full(len(nodes), NONE)
    inside = np.flatnonzero(places >= 0)
    known = inside[covered[places[inside]] == scopes[inside]]
    found[known] = said.covers.document[places[known]]
    return found


def edge_keys(claims: Any, size: int) -> Ints:
    """Return a key for each row that claims of one grant share; keys ascend in the order of grants.

    The rows are claims, edges or grants. `size` is the number of nodes.
    """
    keys: Ints = claims.principal.astype(np.int64)
    for column, values in ((claims.resource, size), (claims.relation, 8), (claims.client_role, 2)):
        keys *= values
        keys += column
    return keys


LISTED: Final = SECTIONS.index(Section.LISTED_MEMBER)
"""The section of the rows of listings."""


class ListedPairs(NamedTuple):
    """Pairs of nodes that rows of listings name, and the rank of the moment of the newest row.

    A row of a listing decides for its own identity and business as a team does for a whole
    business: what older documents say of the membership, in whatever dialect, ends with it. It
    needs no cover, since it is a claim itself: `union` keeps the newest row of each pair even where
    a newer document covers it, since what the row ended does not come back. A pair is the identity
    times the number of nodes, `size`, plus the other node; they ascend.
    """

    pair: Ints
    latest: Ints
    size: int

    @classmethod
    def of(cls, claims: Any, era: Ints, size: int) -> ListedPairs:
        """Return the pairs of some claims; `era` is the rank of the moment of each document."""
        rows = np.flatnonzero(claims.section == LISTED)
        moment = era[claims.document[rows]]
        return cls._newest(claims.principal[rows], claims.resource[rows], moment, size)

    @classmethod
    def _newest(cls, identity: Ints, other: Ints, moment: Ints, size: int) -> ListedPairs:
        pair = identity.astype(np.int64) * size + other
        order = np.lexsort((moment, pair))
        last = order[np.roll(firsts(pair[order]), -1)]
        return cls(pair[last], moment[last], size)

    def on_accounts(self, keeps: Any) -> ListedPairs:
        """Return the pairs of the identities and the accounts that the businesses keep.

        A role on such an account is the membership's grant, in the older dialect.
        """
        order = np.argsort(keeps.principal, kind="stable")
        keeper, account = keeps.principal[order], keeps.resource[order]
        identity, business = np.divmod(self.pair, max(self.size, 1))
        first = np.searchsorted(keeper, business)
        count = np.searchsorted(keeper, business, side="right") - first
        kept = account[ranges(first, count)]
        named = np.repeat(identity, count), np.repeat(self.latest, count)
        return self._newest(named[0], kept, named[1], self.size)

    def allow(self, claims: Any, rows: Ints, era: Ints) -> Flags:
        """Return a mask of these claims: those that no newer row of a listing decides."""
        allowed = np.ones(len(rows), np.bool_)
        if len(self.pair):
            pair = claims.principal[rows].astype(np.int64) * self.size + claims.resource[rows]
            places = np.minimum(np.searchsorted(self.pair, pair), len(self.pair) - 1)
            named = self.pair[places] == pair
            allowed = ~named | (self.latest[places] <= era[claims.document[rows]])
        return allowed


def newest_rows(claims: Any, rows: Ints, moment: Ints, size: int) -> Flags:
    """Return a mask of these rows of listings: those at the newest moment of their pair.

    `moment` is the rank of the moment of each claim.
    """
    pair = claims.principal[rows].astype(np.int64) * size + claims.resource[rows]
    when = moment[rows]
    order = np.lexsort((when, pair))
    last = np.roll(firsts(pair[order]), -1)
    sizes = np.diff(np.flatnonzero(np.append(True, last)))
    newest = np.empty(len(rows), np.bool_)
    newest[order] = when[order] == np.repeat(when[order][last], sizes)
    return newest


def recoded(part: ClaimSet, accounts: npt.NDArray[np.bytes_]) -> Ints:
    """Return the codes of a part's nodes, with accounts numbered by their index in `accounts`."""
    codes = part.nodes.copy()
    here = (codes >= ACCOUNTS) & (codes < ACCOUNTS + (1 << KIND_BITS))
    codes[here] = np.searchsorted(accounts, part.accounts)[codes[here] - ACCOUNTS] + ACCOUNTS
    return codes


def of_kept(table: Any, kept: Flags, place: Ints) -> Any:
    """Return the rows of the documents to keep, with documents renumbered by `place`."""
    if not kept.all():
        table = take(table, kept[table.document])
    return table if in_place(place) else renumber(table, document=place)
