"""The union of claim sets.

Its laws are the fold's: it is idempotent, commutative and associative. It drops what no later
document could bring back, namely claims of which a scope was covered by a newer document, and
attributes that a newer document states. The newest row of a listing about an identity and a
business is kept: what it ended stays ended. Nodes named by dropped rows stay, and so do the first
and the last statement of each email that an identity had: somebody may still know it by that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

import numpy as np

from inroads.columns.arrays import (
    Flags,
    Ints,
    Texts,
    at_once,
    contained,
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
    IS_WORD,
    LISTED,
    NONE,
    SECTIONS,
    SLOTS,
    TEXT_ATTRIBUTES,
    AttributeRows,
    ClaimSet,
    CoverRows,
    EmailRows,
    KeeperRows,
    Numbers,
    Store,
    edge_keys,
    newest_rows,
    of_kept,
    recoded,
    renumbered,
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
    numbers = list(_numbers(taken, places, words, stores))
    first_texts = accumulate([part.texts.size for part in taken[:-1]], initial=0)
    taken = mapped(
        lambda each: _valued(*each), list(zip(taken, numbers, first_texts, strict=True)), rows
    )
    texts = joined(tuple(part.texts for part in taken))
    piles = [_Pile(tables, numbers) for tables in zip(*(part[4:11] for part in taken), strict=True)]
    former = _Pile([part.emails for part in taken], numbers)
    del codes, places, taken
    documents, claims, attributes, covers, groups, keepers, issues = piles
    order, kept, place = _ordered(documents)
    era: Ints = np.cumsum(firsts(documents.moment[order])).astype(np.int32)
    latest = _latest(of_kept(covers.take(), kept, place), era)
    reach = np.full(len(nodes) * SLOTS, NONE, np.int32)
    reach[latest.scope] = era[latest.document]
    standing, (stated, emails), arrived = at_once(
        rows,
        lambda: claims.take(_standing(claims, kept, place, reach, era)),
        lambda: _stated(attributes, former, kept, place, era),
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
        _by_account(of_kept(keepers.take(), kept, place)),
        of_kept(issues.take(), kept, place),
        tuple(stores),
        emails,
    )


def _standing(claims: _Pile, kept: Flags, place: Ints, reach: Ints, era: Ints) -> Ints:
    """Return the indices of claims that still matter, by grant, section and document.

    It also renumbers the document column of the claims.
    """
    left_in, claims.document = kept[claims.document], place[claims.document]
    own = era[claims.document]
    standing = left_in & (reach[claims.scope] <= own)
    standing &= np.where(claims.other_scope == NONE, NONE, reach[claims.other_scope]) <= own
    size = len(reach) // SLOTS
    listed = np.flatnonzero(left_in & (claims.section == LISTED))
    standing[listed] = newest_rows(claims, listed, own, size)
    places = in_order(edge_keys(claims, size) * len(SECTIONS) + claims.section, claims.document)
    ordered: Ints = places[standing[places]]
    return ordered


_Renumbering = Mapping[str, Ints | None]
"""New numbers of nodes, documents, words and stores for `renumber`; None if they stay."""


def _numbers(
    parts: Sequence[ClaimSet], nodes: Sequence[Ints], words: Numbers[str], stores: Numbers[Store]
) -> Iterator[_Renumbering]:
    """Yield the numbers of each part in the union; `nodes` are those of its nodes."""
    first = 0
    for part, node in zip(parts, nodes, strict=True):
        size = len(part.documents.moment)
        numbers = {
            "node": node,
            "document": np.arange(first, first + size),
            "word": np.array([words[each] for each in part.words.texts()], np.int64),
            "store": np.array([stores[each] for each in part.stores], np.int64),
        }
        yield {
            name: None if in_place(each) else np.append(each, NONE).astype(np.int32)
            for name, each in numbers.items()
        }
        first += size


def _valued(part: ClaimSet, numbers: _Renumbering, first_text: int) -> ClaimSet:
    """Return a part with the values of its attributes renumbered.

    The name of an attribute decides what its value counts.
    """
    name, value = part.attributes.name, part.attributes.value
    if first_text:
        value = np.where(TEXT_ATTRIBUTES[name] & (value != NONE), value + first_text, value)
    if (word := numbers["word"]) is not None:
        is_word = IS_WORD[name]
        value = np.where(is_word, word[np.where(is_word, value, NONE)], value)
    return part._replace(attributes=part.attributes._replace(value=value))


class _Pile:
    """The tables of all parts as one table, whose columns are concatenated when first accessed."""

    document: Ints
    moment: Ints
    moment_source: Ints

    def __init__(self, tables: Sequence[Any], numbers: Sequence[_Renumbering]) -> None:
        self._kind = type(tables[0])
        self._parts = dict(zip(self._kind._fields, zip(*tables, strict=True), strict=True))
        self._numbers = numbers

    def __getattr__(self, name: str) -> Any:
        columns = zip(self._numbers, self._parts.pop(name), strict=True)
        column = joined(tuple(renumbered(name, each, numbers) for numbers, each in columns))
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


def _ordered(documents: _Pile) -> tuple[Ints, Flags, Ints]:
    """Return the rows of distinct documents in order, a mask of them, and each row's index in the
    order.

    Of a document that arrived from several sources, the row of the first source by name is kept,
    and what says its moment most surely.
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
    if not begins.all():
        surest = np.maximum.reduceat(documents.moment_source[order], np.flatnonzero(begins))
        documents.moment_source = documents.moment_source.copy()
        documents.moment_source[keeping] = surest
    kept = np.zeros(len(order), np.bool_)
    kept[keeping] = True
    place = np.empty(len(order), np.int32)
    place[order] = group
    return keeping, kept, place


def _latest(covers: CoverRows, era: Ints) -> CoverRows:
    """Return the documents of the latest moment of each scope, each once."""
    order = np.argsort(covers.scope * (np.int64(1) << 32) + covers.document, kind="stable")
    covers = take(covers, order)
    begins = firsts(covers.scope)
    if begins.all():
        return covers
    moment, starts = era[covers.document], np.flatnonzero(begins)
    last = moment[np.append(starts[1:], len(begins)) - 1]
    latest = moment == np.repeat(last, np.diff(starts, append=len(begins)))
    return take(covers, latest & firsts(covers.scope, covers.document))


def _by_account(keepers: KeeperRows) -> KeeperRows:
    """Return the keepers by account and document, each once."""
    order = np.lexsort((keepers.business, keepers.document, keepers.account))
    keepers = take(keepers, order)
    return take(keepers, firsts(*keepers))


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


def _stated(
    attributes: _Pile, former: _Pile, kept: Flags, place: Ints, era: Ints
) -> tuple[AttributeRows, EmailRows]:
    """Return the attributes that stand, and the emails that are overruled."""
    rows = _decided(attributes, kept, place, era)
    emails = _overruled(attributes, rows, of_kept(former.take(), kept, place))
    return attributes.take(rows), emails


def _overruled(attributes: Any, rows: Ints, former: EmailRows) -> EmailRows:
    """Return the first and the last statement of each email, but for those among some rows.

    The document column of the attributes is renumbered already.
    """
    stands = np.zeros(len(attributes.name), np.bool_)
    stands[rows] = True
    is_email = attributes.name == _EMAIL_KEY
    gone = np.flatnonzero(is_email & ~stands)
    if not len(gone) and not len(former.node):
        return former
    nodes = distinct(np.concatenate([attributes.node[gone], former.node]))
    standing = np.flatnonzero(is_email & stands)
    standing = standing[contained(attributes.node[standing], nodes)]
    here = np.concatenate([standing, gone])
    document, node, value = (
        np.concatenate([getattr(attributes, name)[here], getattr(former, name)])
        for name in EmailRows._fields
    )
    over = np.arange(len(node)) >= len(standing)
    # Equal statements follow each other, one that stands first.
    order = np.lexsort((over, document, value, node))
    document, node, value = (each[order] for each in (document, node, value))
    order = order[single := firsts(node, value, document)]
    document, node, value = (each[single] for each in (document, node, value))
    begins = firsts(node, value)
    ends = over[order] & (begins | np.roll(begins, -1))
    return EmailRows(document[ends], node[ends], value[ends])


_EMAIL_KEY: Final = ATTRIBUTES.index("email_key")


def _needed(texts: Texts, attributes: AttributeRows) -> tuple[Texts, AttributeRows]:
    """Drop unused texts if no more than half are used, and renumber those that stay."""
    is_text = TEXT_ATTRIBUTES[attributes.name] & (attributes.value != NONE)
    used = attributes.value[is_text]
    if len(used) * 2 > texts.size:
        return texts, attributes
    value = attributes.value.copy()
    value[is_text] = np.arange(len(used))
    return texts.take(used), attributes._replace(value=value)
