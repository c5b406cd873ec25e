"""Documents that limited views read: parsed once for many views, and as few whatever is hidden."""

from __future__ import annotations

import random
from collections import Counter
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from hiding import altered, near
from inroads.explorer import Explorer
from inroads.model import NodeKind, kind_of, native_id
from inroads.network.limited import reading
from inroads.network.limited.reading import DocumentReader
from inroads.network.limited.view import portion
from strategies import random_world
from worlds import explore, same

KEY = bytes(range(32))


def parsed(graph: Explorer, business: str, reader: DocumentReader) -> tuple[Explorer, Counter[str]]:
    """A view, and how many documents of each subject were parsed for it."""
    with mock.patch.object(reading, "reread", wraps=reading.reread) as reread:
        made = portion(graph, [native_id(business)], KEY, reader)
    return made, Counter(each.args[0].subject for each in reread.call_args_list)


def businesses(graph: Explorer) -> list[str]:
    return [each for each in graph if kind_of(each) is NodeKind.BUSINESS]


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_work_does_not_depend_on_what_is_hidden(seed: int) -> None:
    """Documents of the same subjects are parsed, whatever is changed in what is hidden."""
    rng = random.Random(seed)
    world = random_world(rng, 9)
    graph = explore(world)
    if chosen := businesses(graph)[:1]:
        other = explore(altered(world, rng, near(graph, chosen)))
        one, two = (parsed(each, *chosen, DocumentReader())[1] for each in (graph, other))
        # Not as many: documents of one moment that differ in what is hidden are parsed each.
        assert set(one) == set(two)


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_a_document_is_parsed_once(seed: int) -> None:
    """Views of many sets parse each document once, and are those that others would make."""
    graph, reader = explore(random_world(random.Random(seed), 9)), DocumentReader()
    counts: Counter[str] = Counter()
    for each in businesses(graph) * 2:
        made, found = parsed(graph, each, reader)
        counts += found
        assert same([made, portion(graph, [native_id(each)], KEY)])
    assert counts <= Counter(each.subject for each in graph.documents)


def test_parsed_documents_are_bounded() -> None:
    """Documents read last are kept within the bound in bytes, and a document beyond the bound is not."""
    graph = explore(random_world(random.Random(9), 12))
    first, *others = sorted(graph.documents, key=lambda each: -len(each.body))
    size = max(DocumentReader().read(each, graph.policy).size for each in graph.documents)
    reader = DocumentReader(size)
    kept = reader.read(first, graph.policy)
    assert reader.read(first, graph.policy) is kept
    for each in others:
        reader.read(each, graph.policy)
    assert reader.read(first, graph.policy) is not kept
    small = DocumentReader(kept.size - 1)
    assert small.read(first, graph.policy) is not small.read(first, graph.policy)
