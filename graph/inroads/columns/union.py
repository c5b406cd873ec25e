"""The union of claim sets.

Its laws are the fold's: it is idempotent, commutative and associative. It drops what no later
document could bring back, namely claims of which a scope was covered by a newer document, and
attributes that a newer document states. Nodes named by dropped rows stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from inroads.columns.arrays import (
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
from inroads.columns.claimset import (
    ATTRIBUTES,
    COUNTED,
    IS_WORD,
    NONE,
    SCOPES,
    SECTIONS,
    TEXT_ATTRIBUTES,
    AttributeRows,
    ClaimSet,
    CoverRows,
    Numbers,
    Store,
    edge_keys,
    of_kept,
    recoded,
)

_NARROWED: Final = frozenset(
    {"word", "row", "sub", "record", "client", "store", "size", "unreadable"}
)
"""Columns that are only stored, so that they are as narrow as their values allow."""


def union(parts: Iterable[ClaimSet]) -> ClaimSet:
    """Return the union of claim sets, each statement once.

    If nobody else holds the parts, each of their columns is freed once it is in the union.
    """
    taken = list(parts)
    accounts = distinct(np.concatenate([part.accounts for part in taken]))
    rows = sum(len(part.claims.document) for part in taken)
    codes = mapped(lambda part: recoded(part, accounts), taken, rows)
    nodes = distinct(np.concatenate(codes))
    words, stores = Numbers[str](), Numbers[Store]()
    places = mapped(lambda each: np.searchsorted(nodes, each), codes, rows)
    numbers = list(_Numbered.each(taken, places, words, stores))
    taken = mapped(
        lambda both: both[0].valued(both[1]), list(zip(numbers, taken, strict=True)), rows
    )
    texts = joined(tuple(part.texts for part in taken))
    piles = [_Pile(tables, numbers) for tables in zip(*(part[4:10] for part in taken), strict=True)]
    del codes, places, taken
    documents, claims, attributes, covers, groups, issues = piles
    order, kept, place = _ordered(documents)
    era: Ints = np.cumsum(firsts(documents.moment[order])).astype(np.int32)
    latest = _latest(of_kept(covers.take(), kept, place))
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
    return ClaimSet(
        nodes,
        accounts,
        Texts.of(words),
        texts,
        arrived,
        standing,
        stated,
        latest,
        groups.take(np.unique(pairs, return_index=True)[1]),
        of_kept(issues.take(), kept, place),
        tuple(stores),
    )


def _standing(claims: _Pile, kept: Flags, place: Ints, reach: Ints, era: Ints) -> Ints:
    """Return the indices of claims that no newer document covers, by grant, section and document.

    It also renumbers the document column of the claims.
    """
    left_in, claims.document = kept[claims.document], place[claims.document]
    own = era[claims.document]
    standing = left_in & (reach[claims.scope] <= own)
    standing &= np.where(claims.other_scope == NONE, NONE, reach[claims.other_scope]) <= own
    size = len(reach) // len(SCOPES)
    places = in_order(edge_keys(claims, size) * len(SECTIONS) + claims.section, claims.document)
    ordered: Ints = places[standing[places]]
    return ordered


class _Numbered(NamedTuple):
    """The numbers of a part's nodes, words and stores in the union, or None if they do not change.

    `document` and `text` are how many documents and texts the parts before it have.
    """

    node: Ints | None
    word: Ints | None
    store: Ints | None
    document: int
    text: int

    @classmethod
    def each(
        cls,
        parts: Sequence[ClaimSet],
        nodes: Sequence[Ints],
        words: Numbers[str],
        stores: Numbers[Store],
    ) -> Iterator[_Numbered]:
        """Yield the numbers of each part, when `nodes` has the numbers of its nodes already."""
        documents = texts = 0
        for part, node in zip(parts, nodes, strict=True):
            word = np.array([words[each] for each in part.words.texts()], np.int64)
            store = np.array([stores[each] for each in part.stores], np.int64)
            numbers = [
                None if in_place(each) else each.astype(np.int32) for each in (node, word, store)
            ]
            yield cls(numbers[0], numbers[1], numbers[2], documents, texts)
            documents, texts = documents + len(part.documents.moment), texts + part.texts.size

    def column(self, name: str, column: Any) -> Any:
        """Return a column of a part's table, renumbered."""
        counted = COUNTED.get(name)
        if counted == "document":
            return column + self.document if self.document else column
        number = (
            None if counted is None else self.node if counted == "scope" else getattr(self, counted)
        )
        if number is None:
            return column
        return _scope(column, number) if counted == "scope" else _optional(column, number)

    def valued(self, part: ClaimSet) -> ClaimSet:
        """Return a part with the values of its attributes renumbered.

        The name of an attribute decides what its value counts.
        """
        name, value = part.attributes.name, part.attributes.value
        if self.text:
            value = np.where(TEXT_ATTRIBUTES[name] & (value != NONE), value + self.text, value)
        if self.word is not None:
            is_word = IS_WORD[name]
            value = np.where(is_word, _optional(np.where(is_word, value, NONE), self.word), value)
        return part._replace(attributes=part.attributes._replace(value=value))


class _Pile:
    """The tables of all parts as one table, whose columns are concatenated when first accessed."""

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
        """Return the table, or these rows of it; each column is freed here."""
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
    return np.where(
        column == NONE, np.int32(NONE), _optional(node, number) * len(SCOPES) + kind
    ).astype(np.int32)


def _ordered(documents: _Pile) -> tuple[Ints, Flags, Ints]:
    """Return the rows of distinct documents in order, a mask of them, and each row's index in the
    order.

    Of a document that arrived from several sources, the row of the first source by name is kept.
    """
    # 8 bytes of the moment (sign flipped, big-endian), then 32 of the hash: these sort as bytes.
    key = np.empty((len(documents.moment), 40), np.uint8)
    key[:, :8] = (
        (documents.moment.view(np.uint64) ^ np.uint64(1 << 63))
        .astype(">u8")
        .view(np.uint8)
        .reshape(-1, 8)
    )
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


def _latest(covers: CoverRows) -> CoverRows:
    """Return the last document of each scope."""
    order = np.argsort(covers.scope * (np.int64(1) << 32) + covers.document, kind="stable")
    ends = np.roll(firsts(covers.scope[order]), -1)
    return take(covers, order[ends])


def _decided(attributes: _Pile, kept: Flags, place: Ints, era: Ints) -> Ints:
    """Return the indices of rows at the latest moment of each attribute of each node.

    They are in the order of nodes, names and documents. The document column is renumbered here.
    """
    left_in, attributes.document = kept[attributes.document], place[attributes.document]
    key = attributes.node.astype(np.int64) * len(ATTRIBUTES) + attributes.name
    order = in_order(key, attributes.document)  # of one document its last row
    order = order[left_in[order]]
    begins = firsts(key[order])
    if begins.all():
        return order
    moment = era[attributes.document[order]]
    last = moment[np.roll(begins, -1)]
    latest: Ints = order[
        moment == np.repeat(last, np.diff(np.flatnonzero(np.append(begins, True))))
    ]
    return latest


def _needed(texts: Texts, attributes: AttributeRows) -> tuple[Texts, AttributeRows]:
    """Drop unused texts if no more than half are used, and renumber those that stay."""
    is_text = TEXT_ATTRIBUTES[attributes.name] & (attributes.value != NONE)
    used = attributes.value[is_text]
    if len(used) * 2 > texts.size:
        return texts, attributes
    value = attributes.value.copy()
    value[is_text] = np.arange(len(used))
    return texts.take(used), attributes._replace(value=value)
