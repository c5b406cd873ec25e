"""The nodes whose ids, emails and names are nearest to a text that was typed wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from string import ascii_letters, digits
from typing import Final

import numpy as np

from inroads.cancellation import check
from inroads.columns.arrays import Ints, Texts
from inroads.columns.claimset import KINDS
from inroads.errors import BadId
from inroads.model import NodeKind, fold_text, node_id
from inroads.network.access_graph import AccessGraph

SUGGESTED: Final = 3
"""The most nodes that an error suggests."""

LONGEST: Final = 100
"""Texts of more characters are near nothing that people type."""

COMPARED: Final = 4096
"""Between so many texts the caller may cancel."""

_EDITS: Final = ((3, 1), (8, 2))
"""Up to so many bytes, a text is near with at most so many edits; longer ones with one more."""

_LOWER: Final = np.frombuffer(bytes(range(256)).lower(), np.uint8)
_SIZES: Final = range(2, 21)
"""The lengths of ids near which others are: of one character, any other is one edit away."""


def nearest(graph: AccessGraph, text: str, kinds: frozenset[NodeKind]) -> tuple[str, ...]:
    """Return a few nodes of some kinds that a user may have meant, the nearest first.

    An edit is a character that is missing, added or wrong, or two that are swapped. Ids are looked
    at one edit away, emails and names a few edits away, then all that contain the text.
    """
    wanted = text.strip()
    if not wanted or len(wanted) > LONGEST:
        return ()
    found = dict.fromkeys(islice(_candidates(graph, wanted, kinds), SUGGESTED * 4))
    return tuple(islice(found, SUGGESTED))


def _candidates(graph: AccessGraph, wanted: str, kinds: frozenset[NodeKind]) -> Iterator[str]:
    yield from _by_id(graph, wanted, kinds)
    yield from _by_text(graph, wanted, kinds)
    yield from (match.node for match in graph.matches(wanted, kinds)[:SUGGESTED])


def _by_id(graph: AccessGraph, wanted: str, kinds: frozenset[NodeKind]) -> Iterator[str]:
    """Yield the nodes whose native ids are at most one edit away from that in a text."""
    prefix, colon, rest = wanted.partition(":")
    named = {kind for kind in kinds if kind.lower() == prefix.lower()}
    native = rest if colon else wanted
    if len(native) not in _SIZES:
        return
    for kind in sorted(named or kinds, key=KINDS.index):
        letters = ascii_letters + digits if kind is NodeKind.ACCOUNT else digits
        for edited in _edited(native, letters):
            try:
                node = node_id(edited, kind)
            except BadId:
                continue
            if node in graph:
                yield node


def _edited(text: str, letters: str) -> Iterator[str]:
    """Yield a text, in other cases too, and all texts one edit away: the likeliest first."""
    yield from (text, text.swapcase(), text.lower(), text.upper())
    parts = [(text[:place], text[place:]) for place in range(len(text) + 1)]
    yield from (before + after[1] + after[0] + after[2:] for before, after in parts if after[1:])
    yield from (before + each + after[1:] for before, after in parts if after for each in letters)
    yield from (before + after[1:] for before, after in parts if after)
    yield from (before + each + after for before, after in parts for each in letters)


def _by_text(graph: AccessGraph, wanted: str, kinds: frozenset[NodeKind]) -> Iterator[str]:
    """Yield the nodes with an email or a name that is a few edits away, the nearest first."""
    corpus, starts = graph.corpus, graph.fold.kind_starts
    columns: list[tuple[int, Ints]] = []
    if NodeKind.IDENTITY in kinds:
        start = starts[KINDS.index(NodeKind.IDENTITY)]
        columns += [(start, column) for column in (corpus.email, corpus.first, corpus.last)]
    if NodeKind.BUSINESS in kinds:
        columns.append((starts[KINDS.index(NodeKind.BUSINESS)], corpus.name))
    if not columns:
        return
    used = np.zeros(corpus.texts.size + 1, np.bool_)  # the last is for NONE
    for _, column in columns:
        used[column] = True
    folded = fold_text(wanted).encode("utf-8", "surrogatepass")
    near = [
        (distance, start + place)
        for distance, text in _near(corpus.texts, np.flatnonzero(used[:-1]), folded)
        for start, column in columns
        for place in np.flatnonzero(column == text)[:SUGGESTED].tolist()
    ]
    allowed = [place for place, kind in enumerate(KINDS) if kind in kinds]
    odd, ranges = corpus.odd, [(starts[place], starts[place + 1]) for place in allowed]
    rows = np.arange(odd.texts.size)
    near += [
        (distance, node)
        for distance, row in _near(odd.texts, rows, folded)
        if any(first <= (node := int(odd.nodes[row])) < stop for first, stop in ranges)
    ]
    yield from (graph.index.name(node) for _, node in sorted(near))


def _near(texts: Texts, rows: Ints, wanted: bytes) -> list[tuple[int, int]]:
    """Return the distances and the rows of the texts that are nearest to one, in lower case."""
    # The library is imported when a text was typed wrong, since most commands never need it.
    from rapidfuzz import process  # noqa: PLC0415
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    most = next((edits for size, edits in _EDITS if len(wanted) <= size), _EDITS[-1][1] + 1)
    sizes = np.diff(texts.starts)[rows]
    rows = rows[(sizes > most) & (np.abs(sizes - len(wanted)) <= most)]
    near: list[tuple[int, int]] = []
    for start in range(0, len(rows), COMPARED):
        check()
        some = rows[start : start + COMPARED]
        chosen = texts.take(some)
        data = _LOWER[chosen.data].tobytes()
        choices = [data[begin:end] for begin, end in pairwise(chosen.starts.tolist())]
        found = process.extract(
            wanted, choices, scorer=OSA.distance, score_cutoff=most, limit=SUGGESTED
        )
        near += [(int(distance), int(some[place])) for _, distance, place in found]
    return sorted(near)[:SUGGESTED]
