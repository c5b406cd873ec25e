"""Search for nodes by id, email or name, directly in the columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Flags, Ints, Texts, firsts
from inroads.columns.claimset import KIND_BITS, KINDS, NONE
from inroads.model import NodeKind, fold_text


class MatchField(StrEnum):
    """The field of a node that a text was found in, the best first."""

    EMAIL = "EMAIL"
    NAME = "NAME"
    ID = "ID"


class MatchPlace(StrEnum):
    """The place of a text in a field, the best first."""

    EXACT = "EXACT"
    PREFIX = "PREFIX"
    WITHIN = "WITHIN"


FIELDS, PLACES = tuple(MatchField), tuple(MatchPlace)
EMAIL, NAME, ID = range(len(FIELDS))
EXACT, PREFIX, WITHIN = range(0, len(PLACES) * len(FIELDS), len(FIELDS))
NOTHING: Final = len(PLACES) * len(FIELDS)
"""The rank of a match is its place plus its field, so that a better place counts first."""

_IDENTITY, _BUSINESS, _ACCOUNT = map(
    KINDS.index, (NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT)
)
_PREFIXES: Final = tuple(f"{kind.lower()}:" for kind in KINDS)
_LOWER: Final = np.frombuffer(bytes(range(256)).lower(), np.uint8)
_CASE: Final = np.uint8(0x20)
"""The bit that capitals lack; other characters that it makes equal are told apart afterwards."""

_HEAD: Final = 3
_BLOCK: Final = 2**17
"""So many bytes or numbers are looked at together, which the nearest caches hold."""

_NAMED: Final = (NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT)
"""The kinds of which texts are searched, beside the numbers of their ids."""

_SHORT: Final = 2
"""Texts up to so many bytes are within nearly everything."""

FEW: Final = 1_000
"""So many of the best matches are chosen without sorting all of them."""

Bytes = npt.NDArray[np.uint8]
Ranks = npt.NDArray[np.int8]
Find = Callable[[Texts, bytes], tuple[Ints, Ints]]


class Odd(NamedTuple):
    """The texts that are more than ASCII, or have space around them: folded, each with the number
    of its node, and its field.

    Of all others, the folded form is the same bytes in lower case. `last` marks the last names,
    which are there also by themselves.
    """

    nodes: Ints
    fields: Ints
    last: Flags
    texts: Texts


class Corpus(NamedTuple):
    """The emails and names of a graph: each text once, and its index for each identity or business.

    The documents have more texts, such as addresses, which a search would read in vain.
    """

    texts: Texts
    email: Ints
    first: Ints
    last: Ints
    name: Ints
    odd: Odd


def corpus(index: Adjacency) -> Corpus:
    """Collect the emails and names of a graph once, before the first search."""
    texts, found = index.fold.said.texts, index.fold.attributes
    columns = [np.asarray(found[name]) for name in ("email", "first_name", "last_name", "name")]
    used = np.zeros(texts.size + 1, np.bool_)  # the last is for NONE
    for column in columns:
        used[column] = True
    used[NONE] = False
    places = np.append(np.cumsum(used[:-1], dtype=np.int32) - 1, NONE)
    sizes = np.diff(texts.starts)
    starts = np.zeros(np.count_nonzero(used) + 1, np.int64)
    np.cumsum(sizes[used[:-1]], out=starts[1:])
    chosen = Texts(starts, np.asarray(texts.data)[np.repeat(used[:-1], sizes)])
    email, first, last, name = (places[column] for column in columns)
    rows = list(_odd(index, chosen, email, first, last, name))
    nodes, fields, lasts = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3).T
    odd = Odd(nodes, fields, lasts != 0, Texts.of(row[3] for row in rows))
    return Corpus(chosen, email, first, last, name, odd)


def _odd(
    index: Adjacency, texts: Texts, email: Ints, first: Ints, last: Ints, name: Ints
) -> Iterator[tuple[int, int, bool, str]]:
    strange = np.append(_strange(texts), False)  # the last is for NONE
    for node in np.flatnonzero(strange[email]).tolist():
        yield node, EMAIL, False, fold_text(texts.text(email[node]))
    for node in np.flatnonzero(strange[first] | strange[last]).tolist():
        parts = [texts.text(each[node]) for each in (first, last) if each[node] != NONE]
        yield node, NAME, False, fold_text(" ".join(filter(None, parts)))
        if all(parts) and len(parts) > 1:
            yield node, NAME, True, fold_text(parts[1])
    start = index.fold.kind_starts[_BUSINESS]
    for place in np.flatnonzero(strange[name]).tolist():
        yield start + place, NAME, False, fold_text(texts.text(name[place]))
    data, starts, stops = _accounts(index)
    for number in np.flatnonzero(_strange_between(data, starts, stops)).tolist():
        printed = f"account:{index.fold.said.accounts[number].decode()}"
        node = int(np.searchsorted(index.codes_column, _ACCOUNT << KIND_BITS | number))
        yield node, ID, False, fold_text(printed)
        yield node, ID, False, fold_text(printed.partition(":")[2])


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


class Match(NamedTuple):
    """A node that a search found, with the field and the place of its best match."""

    node: str
    field: MatchField
    place: MatchPlace


class Matches(Sequence[Match]):
    """All nodes that a search found, by place, field, kind and printed id; sorted on access."""

    def __init__(self, index: Adjacency, ranks: Ranks) -> None:
        self._index, self._ranks = index, ranks
        self._size = int(np.count_nonzero(ranks < NOTHING))

    @property
    def found(self) -> Flags:
        """Flags of the nodes that were found, by number."""
        found: Flags = self._ranks < NOTHING
        return found

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Match]: ...
    def __getitem__(self, index: int | slice) -> Match | Sequence[Match]:
        places = range(self._size)[index]
        if isinstance(places, int):
            return self._match(self._first(places + 1)[places])
        nodes = self._first(max(places[0], places[-1]) + 1 if places else 0)
        return [self._match(nodes[place]) for place in places]

    @property
    def exact(self) -> int:
        """The number of nodes of which the text is a whole field; they come first."""
        return int(np.count_nonzero(self._ranks < PREFIX))

    def key(self, place: int) -> tuple[int, int, str]:
        """The sort key of a match."""
        node = self._first(place + 1)[place]
        kind: int = self._index.codes[node] >> KIND_BITS
        return int(self._ranks[node]), kind, self._index.name(node)

    def _match(self, node: int) -> Match:
        place, field = divmod(int(self._ranks[node]), len(FIELDS))
        return Match(self._index.name(node), FIELDS[field], PLACES[place])

    def _first(self, count: int) -> list[int]:
        """Return the best matches: a few, or all of them."""
        return self._few if count <= FEW else self._all

    @cached_property
    def _few(self) -> list[int]:
        return _best(self._index, self._ranks, FEW)

    @cached_property
    def _all(self) -> list[int]:
        return _best(self._index, self._ranks, self._size)


def search(
    index: Adjacency,
    corpus: Corpus,
    text: str,
    kinds: frozenset[NodeKind] = frozenset(KINDS),
    fields: frozenset[MatchField] = frozenset(FIELDS),
) -> Matches:
    """Return the nodes of some kinds of which some field, of all by default, contains the text.

    A last name counts as a prefix where the text begins it, since people are asked by it. Of a very
    short text only what begins with it is found, unless nothing does.
    """
    folded = fold_text(text)
    wanted = folded.encode("utf-8", "surrogatepass")
    if not folded:
        return Matches(index, np.full(index.size, NOTHING, np.int8))
    if len(wanted) <= _SHORT:
        ranks = _ranks(index, corpus, folded, wanted, kinds, fields, _beginning)
        ranks[ranks >= WITHIN] = NOTHING
        if (ranks < NOTHING).any():
            return Matches(index, ranks)
    return Matches(index, _ranks(index, corpus, folded, wanted, kinds, fields, _anywhere))


def _ranks(
    index: Adjacency,
    corpus: Corpus,
    folded: str,
    wanted: bytes,
    kinds: frozenset[NodeKind],
    fields: frozenset[MatchField],
    find: Find,
) -> Ranks:
    """The rank of each node, NOTHING for those of other kinds."""
    starts = index.fold.kind_starts
    ranks = np.full(index.size, NOTHING, np.int8)
    if folded.isascii() and MatchField.ID in fields:
        for kind in (place for place, each in enumerate(KINDS) if each in kinds):
            _by_id(index, kind, folded, ranks[starts[kind] : starts[kind + 1]])
    if not kinds.isdisjoint(_NAMED):
        _by_text(index, corpus, wanted, ranks, fields, find)
    for kind in (place for place, each in enumerate(KINDS) if each not in kinds):
        ranks[starts[kind] : starts[kind + 1]] = NOTHING
    return ranks


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
    """The place of a text in each of many texts, and at the end NOTHING for none."""
    starts, ranks = texts.starts, np.full(texts.size + 1, NOTHING, np.int8)
    text, at = find(texts, wanted)
    size = starts[text + 1] - starts[text]
    ranks[text] = np.where(at + len(wanted) <= size, _rank(at, size, len(wanted)), NOTHING)
    return ranks


def _rank(at: Ints, size: Ints, wanted: int) -> Ints:
    """The place of a match by where it is in a text, the size of the text and its own."""
    return np.where(at > 0, WITHIN, np.where(size > wanted, PREFIX, EXACT))


def _keep_best(ranks: Ranks, places: Ints, field: int) -> None:
    """Keep the better one of the ranks so far and those of a field."""
    np.minimum(ranks, np.minimum(places + np.int8(field), np.int8(NOTHING)), out=ranks)


def _by_text(
    index: Adjacency,
    corpus: Corpus,
    wanted: bytes,
    ranks: Ranks,
    fields: frozenset[MatchField],
    find: Find,
) -> None:
    """Rank identities by email and by name, which is the first and the last name; and businesses by
    name.
    """
    odd = corpus.odd
    strange = _ranked(odd.texts, wanted, find)[:-1]
    strange = np.where(odd.last & (strange == EXACT), PREFIX, strange)
    strange[~np.isin(odd.fields, list(map(FIELDS.index, fields)))] = NOTHING
    np.minimum.at(ranks, odd.nodes, np.minimum(strange + odd.fields, NOTHING).astype(np.int8))
    if not wanted.isascii():
        return
    texts, email, first, last, name, _ = corpus
    starts = index.fold.kind_starts
    found = _ranked(texts, wanted, find)
    people = ranks[slice(*starts[_IDENTITY : _IDENTITY + 2])]
    before, after = found[first], found[last]
    going_on = np.flatnonzero(before == EXACT)
    before[going_on[_filled(texts, last[going_on])]] = PREFIX
    preceded = np.flatnonzero(after == EXACT)
    after[preceded[_filled(texts, first[preceded])]] = PREFIX
    if MatchField.EMAIL in fields:
        _keep_best(people, found[email], EMAIL)
    if MatchField.NAME not in fields:
        return
    for each in (before, after):
        _keep_best(people, each, NAME)
    for space in (place for place, byte in enumerate(wanted) if byte == ord(" ")):
        _across(texts, first, last, wanted[:space], wanted[space + 1 :], people)
    _keep_best(ranks[slice(*starts[_BUSINESS : _BUSINESS + 2])], found[name], NAME)


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
    ranks[people] = np.minimum(ranks[people], rank + NAME)


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
        _keep_best(ranks, each, ID)


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


def _best(index: Adjacency, ranks: Ranks, count: int) -> list[int]:
    """The first nodes by rank, then by kind, then by printed id."""
    found = np.flatnonzero(ranks < NOTHING)
    kept: Ints = found
    if len(found) > count:
        last = np.partition(ranks[found], count - 1)[count - 1]
        kept = found[ranks[found] <= last]
    chosen: list[int] = []
    for rank in range(NOTHING):
        alike = kept[ranks[kept] == rank]
        bounds = np.searchsorted(alike, index.fold.kind_starts)
        for first, stop in pairwise(bounds.tolist()):
            chosen += _first_printed(index, alike[first:stop], count - len(chosen)).tolist()
            if len(chosen) == count:
                return chosen
    return chosen


def _first_printed(index: Adjacency, nodes: Ints, count: int) -> Ints:
    """The first of some ascending nodes of one kind by their printed form."""
    if not len(nodes) or _are_in_order(index, nodes):
        return nodes[:count]
    digits, padded, _ = index.printed_order(nodes)
    if len(nodes) > count > 0:
        few = np.flatnonzero(padded <= np.partition(padded, count - 1)[count - 1])
        nodes, digits, padded = nodes[few], digits[few], padded[few]
    return nodes[np.lexsort((digits, padded))[:count]]


def _are_in_order(index: Adjacency, nodes: Ints) -> bool:
    """Return whether ascending nodes of one kind are in the order of their printed ids.

    They are if their numbers have equally many digits. Accounts are numbered in their order.
    """
    least, most = (index.codes[int(node)] for node in (nodes[0], nodes[-1]))
    natives = (each & ((1 << KIND_BITS) - 1) for each in (least, most))
    return least >> KIND_BITS == _ACCOUNT or len({len(str(each)) for each in natives}) == 1
