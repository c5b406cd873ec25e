"""Search for nodes by id, email or name, directly in the columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Flags, Ints, Texts, firsts
from inroads.columns.claimset import KIND_BITS, KINDS, NONE
from inroads.model import NodeKind, fold_text

EXACT, PREFIX, WITHIN, NOTHING = range(4)
"""The quality of a match, the best first."""

_IDENTITY, _BUSINESS, _ACCOUNT = map(
    KINDS.index, (NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT)
)
_PREFIXES: Final = tuple(f"{kind.lower()}:" for kind in KINDS)
_PRINTED: Final = sorted(range(len(KINDS)), key=_PREFIXES.__getitem__)
_LOWER: Final = np.frombuffer(bytes(range(256)).lower(), np.uint8)
_CASE: Final = np.uint8(0x20)
"""The bit that capitals lack; other characters that it makes equal are told apart afterwards."""

_HEAD: Final = 3
_BLOCK: Final = 2**17
"""So many bytes or numbers are looked at together, which the nearest caches hold."""

_SHORT: Final = 2
"""Texts up to so many bytes are within so much that it is worth looking first for what begins with
them.
"""

Bytes = npt.NDArray[np.uint8]
Ranks = npt.NDArray[np.int8]
Find = Callable[[Texts, bytes], tuple[Ints, Ints]]


class Odd(NamedTuple):
    """The texts that are more than ASCII, or have space around them: folded, each with the number
    of its node.

    Of all others, the folded form is the same bytes in lower case.
    """

    nodes: Ints
    texts: Texts


def odd(index: Adjacency) -> Odd:
    """Collect the odd texts of a graph and fold them once."""
    rows = list(_odd(index))
    return Odd(np.array([node for node, _ in rows], np.int64), Texts.of(text for _, text in rows))


def _odd(index: Adjacency) -> Iterator[tuple[int, str]]:
    fold, texts = index.fold, index.fold.said.texts
    strange = np.append(_strange(texts), False)  # the last is for NONE
    email, first, last = (fold.attributes[name] for name in ("email", "first_name", "last_name"))
    for node in np.flatnonzero(strange[email]).tolist():
        yield node, fold_text(texts.text(email[node]))
    for node in np.flatnonzero(strange[first] | strange[last]).tolist():
        parts = (texts.text(each[node]) for each in (first, last) if each[node] != NONE)
        yield node, fold_text(" ".join(filter(None, parts)))
    name, start = fold.attributes["name"], fold.kind_starts[_BUSINESS]
    for place in np.flatnonzero(strange[name]).tolist():
        yield start + place, fold_text(texts.text(name[place]))
    data, starts, stops = _accounts(index)
    for number in np.flatnonzero(_strange_between(data, starts, stops)).tolist():
        printed = f"account:{fold.said.accounts[number].decode()}"
        node = int(np.searchsorted(index.codes_column, _ACCOUNT << KIND_BITS | number))
        yield node, fold_text(printed)
        yield node, fold_text(printed.partition(":")[2])


def _strange(texts: Texts) -> Flags:
    return _strange_between(texts.data, texts.starts[:-1], texts.starts[1:])


def _strange_between(data: Bytes, starts: Ints, stops: Ints) -> Flags:
    """Return flags of the texts that are not pure ASCII, or that may begin or end with space."""
    if not len(data):
        return np.zeros(len(starts), np.bool_)
    outer = data[np.minimum(starts, len(data) - 1)], data[stops - 1]  # of nothing, any bytes do
    strange: Flags = np.minimum(*outer) <= ord(" ")
    for first in range(0, len(data), _BLOCK):
        block = data[first : first + _BLOCK]
        if block.max() >= 0x80:
            places = np.flatnonzero(block >= 0x80) + first
            strange[np.searchsorted(starts, places, "right") - 1] = True
    return strange


def search(index: Adjacency, odd: Odd, text: str, first: int) -> Ints:
    """Return up to `first` nodes of which an id, email or name contains the text.

    They are ordered by rank, then by printed form.
    """
    folded = fold_text(text)
    if not folded or first < 1:
        return np.zeros(0, np.int64)
    wanted = folded.encode("utf-8", "surrogatepass")
    ranks = np.full(index.size, NOTHING, np.int8)
    if folded.isascii():
        for kind in range(len(KINDS)):
            _by_id(index, kind, folded, ranks[slice(*index.fold.kind_starts[kind : kind + 2])])
    if len(wanted) <= _SHORT:
        begun = ranks.copy()
        _by_text(index, odd, wanted, begun, _beginning)
        if np.count_nonzero(begun < WITHIN) >= first:
            return _best(index, begun, first)
    _by_text(index, odd, wanted, ranks, _anywhere)
    return _best(index, ranks, first)


def _occurrences(data: Bytes, wanted: bytes) -> Ints:
    """Return the places where these bytes occur, ignoring the case of ASCII letters."""
    head = [byte | _CASE for byte in np.frombuffer(wanted[:_HEAD], np.uint8)]
    last = len(data) - len(wanted) + 1
    found = [np.zeros(0, np.int64)]
    for first in range(0, last, _BLOCK):
        size = min(_BLOCK, last - first)
        block = data[first : first + size + len(head) - 1] | _CASE
        here = block[:size] == head[0]
        for at, byte in enumerate(head[1:], 1):
            here &= block[at : at + size] == byte
        found.append(np.flatnonzero(here) + first)
    places = np.concatenate(found)
    return places[_spelled(data, places, wanted)]


def _spelled(data: Bytes, places: Ints, wanted: bytes) -> Ints:
    """Return the indices of the places where these bytes occur; all must fit within the data."""
    fitting: Ints = np.flatnonzero(_LOWER[data[places]] == wanted[0])
    for at, byte in enumerate(wanted[1:], 1):
        fitting = fitting[_LOWER[data[places[fitting] + at]] == byte]
    return fitting


def _anywhere(texts: Texts, wanted: bytes) -> tuple[Ints, Ints]:
    """The texts that have these bytes, and where in each first."""
    places = _occurrences(texts.data, wanted)
    text = np.searchsorted(texts.starts, places, "right") - 1
    first = np.flatnonzero(firsts(text))
    return text[first], places[first] - texts.starts[text[first]]


def _beginning(texts: Texts, wanted: bytes) -> tuple[Ints, Ints]:
    """The texts that begin with these bytes, and zeros as their places."""
    last = np.searchsorted(texts.starts[:-1], len(texts.data) - len(wanted), "right")
    text = _spelled(texts.data, texts.starts[:last], wanted)
    return text, np.zeros_like(text)


def _ranked(texts: Texts, wanted: bytes, find: Find) -> Ranks:
    """The rank of each text, and at the end NOTHING for none."""
    starts, ranks = texts.starts, np.full(texts.size + 1, NOTHING, np.int8)
    text, at = find(texts, wanted)
    size = starts[text + 1] - starts[text]
    ranks[text] = np.where(at + len(wanted) <= size, _rank(at, size, len(wanted)), NOTHING)
    return ranks


def _rank(at: Ints, size: Ints, wanted: int) -> Ints:
    """The rank of a match by its place in a text, the size of the text and its own."""
    return np.where(at > 0, WITHIN, np.where(size > wanted, PREFIX, EXACT))


def _by_text(index: Adjacency, odd: Odd, wanted: bytes, ranks: Ranks, find: Find) -> None:
    """Rank identities by email and by name, which is the first and the last name; and businesses by
    name.
    """
    np.minimum.at(ranks, odd.nodes, _ranked(odd.texts, wanted, find)[:-1])
    if not wanted.isascii():
        return
    fold, texts = index.fold, index.fold.said.texts
    found = _ranked(texts, wanted, find)
    email, first, last = (fold.attributes[name] for name in ("email", "first_name", "last_name"))
    people = slice(*fold.kind_starts[_IDENTITY : _IDENTITY + 2])
    before, after = found[first], found[last]
    going_on = np.flatnonzero(before == EXACT)
    before[going_on[_filled(texts, last[going_on])]] = PREFIX
    preceded = np.flatnonzero(after < WITHIN)
    after[preceded[_filled(texts, first[preceded])]] = WITHIN
    for each in (before, after, found[email]):
        np.minimum(ranks[people], each, out=ranks[people])
    for space in (place for place, byte in enumerate(wanted) if byte == ord(" ")):
        _across(texts, first, last, wanted[:space], wanted[space + 1 :], ranks[people])
    start, stop = fold.kind_starts[_BUSINESS : _BUSINESS + 2]
    np.minimum(ranks[start:stop], found[fold.attributes["name"]], out=ranks[start:stop])


def _filled(texts: Texts, numbers: Ints) -> Flags:
    filled: Flags = (numbers != NONE) & (texts.starts[numbers + 1] > texts.starts[numbers])
    return filled


def _across(
    texts: Texts, first: Ints, last: Ints, before: bytes, after: bytes, ranks: Ranks
) -> None:
    """Rank names of which the first part ends in some bytes, and the last part begins with others."""
    data, starts = texts.data, texts.starts
    people = np.flatnonzero((first != NONE) & (last != NONE))
    people = people[starts[last[people] + 1] - starts[last[people]] >= len(after)]
    people = people[_spelled(data, starts[last[people]], after)]
    people = people[starts[first[people] + 1] - starts[first[people]] >= len(before)]
    people = people[_spelled(data, starts[first[people] + 1] - len(before), before)]
    at = starts[first[people] + 1] - len(before) - starts[first[people]]
    rank = _rank(at, starts[last[people] + 1] - starts[last[people]], len(after))
    ranks[people] = np.minimum(ranks[people], rank)


def _by_id(index: Adjacency, kind: int, wanted: str, ranks: Ranks) -> None:
    """Rank the nodes of a kind by their printed and their native ids."""
    prefix = _PREFIXES[kind]
    natives = index.codes_column[slice(*index.fold.kind_starts[kind : kind + 2])] & (
        (1 << KIND_BITS) - 1
    )
    ranked = _accounts_ranked if kind == _ACCOUNT else _numbers_ranked
    found = [ranked(index, natives, wanted)]
    if wanted in prefix:
        found.append(np.int8(PREFIX if prefix.startswith(wanted) else WITHIN))
    for stop in (place for place in range(1, len(wanted)) if prefix.endswith(wanted[:place])):
        native = ranked(index, natives, wanted[stop:])
        begins = native if wanted[:stop] == prefix else np.int8(WITHIN)
        found.append(np.where(native <= PREFIX, begins, np.int8(NOTHING)))
    for each in found:
        np.minimum(ranks, each, out=ranks)


def _accounts(index: Adjacency) -> tuple[Bytes, Ints, Ints]:
    """The bytes of the ids of accounts, and where each starts and stops."""
    accounts = np.ascontiguousarray(index.fold.said.accounts)
    starts = np.arange(len(accounts)) * accounts.itemsize
    return accounts.view(np.uint8), starts, starts + np.char.str_len(accounts)


def _accounts_ranked(index: Adjacency, natives: Ints, wanted: str) -> Any:
    accounts = np.ascontiguousarray(index.fold.said.accounts)
    ranks, width = np.full(len(accounts), NOTHING, np.int8), accounts.itemsize
    number, at = np.divmod(_occurrences(accounts.view(np.uint8), wanted.encode()), width)
    size = np.char.str_len(accounts[number])
    inside = np.flatnonzero((at + len(wanted) <= size) & firsts(number))
    ranks[number[inside]] = _rank(at[inside], size[inside], len(wanted))
    return ranks[natives]


def _numbers_ranked(index: Adjacency, natives: Ints, wanted: str) -> Any:  # noqa: ARG001  # one shape for every kind
    """The rank of numbers by their decimal digits."""
    ranks = np.full(len(natives), NOTHING, np.int8)
    largest = int(natives[-1]) if len(natives) else -1
    if not wanted.isdecimal() or len(wanted) > len(str(largest)) or largest < 0:
        return ranks
    kind = np.int32 if largest < 2**31 else np.int64
    for first in range(0, len(natives), _BLOCK):
        part = slice(first, first + _BLOCK)
        _by_digits(natives[part].astype(kind), int(wanted), len(wanted), ranks[part])
    return ranks


def _by_digits(numbers: Ints, wanted: int, size: int, ranks: Ranks) -> None:
    """Compare the last digits, and cut off the last one, until fewer are left than are wanted."""
    power, least, uncut = 10**size, 10 ** (size - 1), True
    largest = int(numbers[-1])
    while largest >= least or uncut:
        tail = numbers - numbers // power * power if power <= largest else numbers
        here = tail == wanted
        if not uncut or size > 1:  # a single 0 is a number, too
            here &= numbers >= least
        places = np.flatnonzero(here)
        rank = np.where(numbers[places] >= power, WITHIN, EXACT if uncut else PREFIX)
        ranks[places] = np.minimum(ranks[places], rank)
        numbers, largest, uncut = numbers // 10, largest // 10, False


def _best(index: Adjacency, ranks: Ranks, first: int) -> Ints:
    """The first nodes by rank, then by printed form."""
    chosen: list[Ints] = []
    for rank in (EXACT, PREFIX, WITHIN):
        found = np.flatnonzero(ranks == rank)
        bounds = np.searchsorted(found, index.fold.kind_starts)
        for kind in _PRINTED:
            chosen.append(_first_printed(index, found[bounds[kind] : bounds[kind + 1]], first))
            first -= len(chosen[-1])
            if not first:
                return np.concatenate(chosen)
    return np.concatenate(chosen)


def _first_printed(index: Adjacency, nodes: Ints, count: int) -> Ints:
    """The first of some ascending nodes of one kind by their printed form."""
    digits, padded, _ = index.printed_order(nodes)
    if len(nodes) > count:
        few = np.flatnonzero(padded <= np.partition(padded, count - 1)[count - 1])
        nodes, digits, padded = nodes[few], digits[few], padded[few]
    return nodes[np.lexsort((digits, padded))[:count]]
