"""The layout of a claim set: its tables, its column types, and the numbers of what its columns
hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from inroads.columns.arrays import Flags, Ints, Texts, in_place, take
from inroads.model import MomentSource, NodeKind, Relation, Role, Section, fold_email

_Key = TypeVar("_Key")

KINDS: Final = tuple(NodeKind)
RELATIONS: Final = tuple(Relation)
ROLES: Final = tuple(Role)
SECTIONS: Final = tuple(Section)
MOMENT_SOURCES: Final = (None, *reversed(MomentSource))
"""The ways in which moments are known, by number: unknown first, the surest last."""
SCOPES: Final = {
    # of an identity: any `me` document, and three of its sections
    "me": 0,
    "memberships": 1,
    "groups": 2,
    "roles": 3,
    # of a business: a team, one that does not say the account; the account that its record says,
    # a record that says none, and the clients that its record lists
    "team": 0,
    "keyless_team": 1,
    "account": 2,
    "no_account": 3,
    "clients": 4,
    # of an account: a record of the business that keeps it, and a team of that business
    "keeper": 0,
    "holders": 1,
}
"""The scopes that documents cover, by their place among those of a node of their kind."""
SLOTS: Final = 5
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
)
"""The names of attributes by number; `email_key` is the number by which an email is looked up."""

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


class DocumentRows(NamedTuple):
    """Documents, ordered by moment (microseconds since 1970, UTC), then by SHA-256.

    `wrapped` and `nested` are flags: the document has a prefix of its JSON pointers (an envelope),
    and the business record of its team has a pointer of its own. The body is the `size` bytes at
    `at` of the store numbered `store`. `unreadable` counts the rows of the document that could not
    be read. `moment_source` is a number of MOMENT_SOURCES.
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
    moment_source: Ints


class ClaimRows(NamedTuple):
    """Claims; see `claims.Claim`. For a scope see SLOTS.

    `record` and `client` are ids as numbers.
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
    """Attributes of nodes. A union keeps only the rows of the latest moment of each.

    `value` is an index into the texts or words, a flag, a key, or the index of a record.
    """

    document: Ints
    node: Ints
    name: Ints
    value: Ints


class CoverRows(NamedTuple):
    """Scopes and documents that cover them. A union keeps the latest document of each scope."""

    scope: Ints
    document: Ints


class GroupRows(NamedTuple):
    """Groups that a document shows to belong to a whole business."""

    group: Ints
    business: Ints


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
    issues: IssueRows
    stores: tuple[Store, ...]
    emails: EmailRows = NO_EMAILS


class InMemoryBodies(NamedTuple):
    """A store of bodies in memory, concatenated."""

    data: bytes

    def body(self, at: int, size: int) -> bytes:
        """Return a body; see `Store`."""
        return self.data[at : at + size]


class Numbers(dict[_Key, int]):
    """Consecutive numbers of keys, in the order in which the keys first come."""

    def __missing__(self, key: _Key) -> int:
        number = self[key] = len(self)
        return number


WORD_ATTRIBUTES: Final = frozenset({"subscription_status", "business_status"})
"""Attributes whose value is one of a few words."""

_OTHERS: Final = frozenset({"email_key", "active", "record", "permissions"})
TEXT_ATTRIBUTES: Final = np.array([name not in _OTHERS | WORD_ATTRIBUTES for name in ATTRIBUTES])
"""A mask of the attributes whose value is a text."""

IS_WORD: Final = np.array([name in WORD_ATTRIBUTES for name in ATTRIBUTES])

COUNTED: Final = {
    **dict.fromkeys(
        ("principal", "resource", "owner", "node", "group", "business", "subject"), "node"
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
_NARROW: Final = frozenset({"relation", "role", "client_role", "active", "section", "name"})


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
    places = np.searchsorted(covered, scopes)
    found = np.full(len(nodes), NONE)
    inside = np.flatnonzero(places < len(covered))
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
