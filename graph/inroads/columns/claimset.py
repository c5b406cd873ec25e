"""What documents say, as columns: any number of statements in one value, and the union of such values.

`union` is the only operation, and its laws are the fold's: it is idempotent, commutative and associative. What no
later document could bring back is let go of on the way: claims of which a scope was covered by a newer document, and
attributes that a newer document states. The nodes that they named stay.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from inroads.columns.arrays import Flags, Ints, Texts, in_place, take
from inroads.model import NodeKind, Relation, Role, Section, fold_email

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
    KINDS.index(kind) << KIND_BITS
    for kind in (NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT, NodeKind.GROUP)
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


class ClaimSet(NamedTuple):
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


class InMemoryBodies(NamedTuple):
    """Bodies in memory, one after the other."""

    data: bytes

    def body(self, at: int, size: int) -> bytes:
        """See `Store`."""
        return self.data[at : at + size]


class Numbers(dict[_Key, int]):
    """Numbers of things as they come; of one that was seen before at the speed of a dictionary."""

    def __missing__(self, key: _Key) -> int:
        number = self[key] = len(self)
        return number


WORD_ATTRIBUTES: Final = frozenset({"subscription_status", "business_status"})
"""Attributes that are one of a few words."""

_OTHERS: Final = frozenset({"email_key", "active", "record", "permissions"})
TEXT_ATTRIBUTES: Final = np.array([name not in _OTHERS | WORD_ATTRIBUTES for name in ATTRIBUTES])
"""Which attributes are texts."""

IS_WORD: Final = np.array([name in WORD_ATTRIBUTES for name in ATTRIBUTES])

COUNTED: Final = {
    **dict.fromkeys(
        ("principal", "resource", "owner", "node", "group", "business", "subject"), "node"
    ),
    **dict.fromkeys(("scope", "other_scope"), "scope"),
    **{name: name for name in ("document", "word", "store")},
}
"""What the numbers in a column count; those in others count nothing that moves."""

_WIDE: Final = frozenset({"record", "client", "value"})
_NARROW: Final = frozenset({"relation", "role", "client_role", "active", "section", "name"})


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
    return [
        np.int64 if name in _WIDE else np.int8 if name in _NARROW else np.int32 for name in names
    ]


def ints(numbers: Collection[int]) -> Ints:
    return np.fromiter(numbers, np.int64, len(numbers))


def moment_number(moment: dt.datetime) -> int:
    """A moment as documents are ordered by it: microseconds since 1970, UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> dt.datetime:
    """The moment of such a number."""
    return _EPOCH + dt.timedelta(microseconds=number)


def email_key(email: str) -> int:
    """A number that equal emails share, trimmed and case-folded; others hardly ever do."""
    digest = hashlib.blake2b(
        fold_email(email).encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
    return int.from_bytes(digest, "big") >> 1  # a signed column holds it, and it is never NONE


def edge_keys(claims: Any, size: int) -> Ints:
    """What claims of one grant share, in the order of grants; of claims, or of grants."""
    keys: Ints = claims.principal.astype(np.int64)
    for column, values in ((claims.resource, size), (claims.relation, 8), (claims.client_role, 2)):
        keys *= values
        keys += column
    return keys


def recoded(part: ClaimSet, accounts: npt.NDArray[np.bytes_]) -> Ints:
    """The codes of a part's nodes, when accounts are numbered as in all parts together."""
    codes = part.nodes.copy()
    here = (codes >= ACCOUNTS) & (codes < ACCOUNTS + (1 << KIND_BITS))
    codes[here] = np.searchsorted(accounts, part.accounts)[codes[here] - ACCOUNTS] + ACCOUNTS
    return codes


def of_kept(table: Any, kept: Flags, place: Ints) -> Any:
    """The rows of documents that are kept, by the documents' places."""
    if not kept.all():
        table = take(table, kept[table.document])
    return table if in_place(place) else table._replace(document=place[table.document])
