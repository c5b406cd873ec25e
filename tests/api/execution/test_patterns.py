"""A document of a known pattern is answered, priced and audited as if nothing were known of it."""

from __future__ import annotations

import gc
import os
import random
import tracemalloc
from collections import Counter
from itertools import count
from typing import Any, Final

import pytest

from applications import application
from inroads.network.access_graph import AccessGraph
from inroads_api.execution.documents import BASE_BYTES, DocumentCache, PreparedDocument
from inroads_api.execution.execute import Schema, build_schema, execute
from inroads_api.execution.patterns import MAX_LITERALS, MAX_TEXT, Literals, Pattern
from inroads_api.execution.weighed_cache import WeighedCache
from inroads_api.versions.versions import Versions
from operations import Operations
from questions import NOON, Serve

OPERATIONS = int(os.environ.get("INROADS_OPERATIONS", "360"))
"""How many random operations are asked; tens of thousands by hand."""

INTEGERS: Final = (*range(1, 30), 100, 101, 0, -1, 2**31 - 1, 2**31, 9_999_999_999)


@pytest.fixture(scope="module")
def stock() -> Schema:
    return build_schema(compiled=False)


def prepared(schema: Schema, text: str, variables: dict[str, Any] | None = None) -> Any:
    """A document as a server prepares it."""
    document = schema.documents.get(text)
    if not document.settled:
        document.errors(variables, None)
        schema.documents.learn(document)
        schema.documents.keep(document)
    return document


def varied(text: str, rng: random.Random, texts: list[str]) -> str:
    """Return a document with other literals, each replaced wherever its value stands, or not."""
    written = Literals.of(text)
    if written is None:
        return text
    other = {}
    for literal in dict.fromkeys(written.values):
        if rng.random() < 0.5:
            other[literal] = literal
            continue
        value = rng.choice(texts) if literal[0] == '"' else rng.choice(INTEGERS)
        other[literal] = f'"{value}"' if literal[0] == '"' else str(value)
    for literal, place in reversed([*zip(written.values, written.places, strict=True)]):
        text = text[:place] + other[literal] + text[place + len(literal) :]
    return text


@pytest.mark.parametrize("part", range(3))
def test_random_operations(
    schema: Schema, stock: Schema, people: AccessGraph, bruce: AccessGraph, part: int
) -> None:
    """Whatever is asked, with literals that are valid and others, both answer the same, places of errors included."""
    rng = random.Random(100 + part)
    seen: Counter[str] = Counter()
    for graph in (people, bruce):
        nodes = rng.sample(list(graph), 8)
        emails = [email for each in graph if (email := graph.nodes[each].get("email"))][:3]
        texts = [*nodes, *emails, "identity:1", "nothing", "", "77128", "2026-03-01T00:00:00Z"]
        draw, versions = Operations(schema._schema, rng, texts), Versions(graph, NOON)
        for _ in range(OPERATIONS // 15):
            query, variables = draw.draw()
            failed = "errors" in execute(stock, versions, query, variables)
            if failed and rng.random() < 0.8:  # most of what is drawn
                continue
            for text in [query, *(varied(query, rng, texts) for _ in range(4))]:
                document, bare = (
                    prepared(schema, text, variables),
                    PreparedDocument(text, stock._schema),
                )
                wanted = execute(stock, versions, text, variables)
                seen["compiled"] += bool(schema.compile(document, variables, None))
                assert execute(schema, versions, document, variables) == wanted, (text, variables)
                assert document.cost(variables) == bare.cost(variables), (text, variables)
                assert document.literals == bare.literals, text
                assert document.shape == bare.shape
                assert document.entries(None) == bare.entries(None)
                if document.pattern:
                    bare.errors(variables, None)
                    assert document.valid == bare.valid or bare.errors({}, None)
                    assert document.cheap == bare.cheap or not bare.settled
                    key = document.key(variables, None)
                    seen["planned"] += document.plans.find(key) is not None
                    seen["errors" if "errors" in wanted else "data"] += 1
    assert min(seen["errors"], seen["data"], seen["planned"], seen["compiled"]) > 2


@pytest.mark.parametrize(
    ("first", "second", "third", "same"),
    [
        ('{ node(id: "a") { id } }', '{ node(id: "b") { id } }', '{ node(id: "c") { id } }', True),
        ("{ node(id: 1) { id } }", "{ node(id: 2) { id } }", "{ node(id: 31) { id } }", True),
        ("{ node(id: 1) { id } }", "{ node(id: 2) { id } }", '{ node(id: "c") { id } }', False),
        ("{ node(id: 1) { id } }", "{ node(id: 2) { id } }", "{ node(id: 007) { id } }", False),
        ("{ node(id: 1) { id } }", "{ node(id: 2) { id } }", "{ node(id: 1.5) { id } }", False),
        ("{ node(id: 1) { id } }", "{ node(id: 2) { id } }", "{ node(id: -0) { id } }", False),
        # Two fields of one name: equal arguments merge, others are refused.
        (
            '{ node(id: "a") { id } node(id: "a") { id } }',
            '{ node(id: "b") { id } node(id: "b") { id } }',
            '{ node(id: "c") { id } node(id: "d") { id } }',
            False,
        ),
        (
            '{ search(text: "a", first: 5) { id } }',
            '{ search(text: "b", first: 5) { id } }',
            '{ search(text: "b", first: 3000000000) { id } }',
            False,
        ),
        (
            '{ findings(now: "2026-03-01T00:00:00Z", first: 1) { totalCount } }',
            '{ findings(now: "2026-03-02T00:00:00Z", first: 1) { totalCount } }',
            '{ findings(now: "yesterday", first: 1) { totalCount } }',
            False,
        ),
        (
            '{ # "a" \n node(id: "a") { id } }',
            '{ # "a" \n node(id: "b") { id } }',
            '{ # "b" \n node(id: "b") { id } }',
            False,
        ),
        (
            'query ($a: ID = "x", $b: Int = 5) { node(id: $a) { id } search(text: "a", first: $b) { id } }',
            'query ($a: ID = "x", $b: Int = 5) { node(id: $a) { id } search(text: "b", first: $b) { id } }',
            'query ($a: ID = "y", $b: Int = 6) { node(id: $a) { id } search(text: "b", first: $b) { id } }',
            False,
        ),
        (
            'query ($a: [ID!]! = ["x"]) { nodes(ids: $a) { id } }',
            'query ($a: [ID!]! = ["y"]) { nodes(ids: $a) { id } }',
            'query ($a: [ID!]! = ["z"]) { nodes(ids: $a) { id } }',
            False,
        ),
        (
            '{ nodes(ids: ["a", "b"]) { id } }',
            '{ nodes(ids: ["c", "d"]) { id } }',
            '{ nodes(ids: ["e", "f"]) { id } }',
            True,
        ),
        (
            '{ nodes(ids: "a") { id } }',
            '{ nodes(ids: "b") { id } }',
            '{ nodes(ids: "c") { id } }',
            False,
        ),
        ('{ nowhere(id: "a") }', '{ nowhere(id: "b") }', '{ nowhere(id: "c") }', False),
        (
            'subscription { findings(first: 1, rules: ["a"]) { cursor } }',
            'subscription { findings(first: 1, rules: ["b"]) { cursor } }',
            'subscription { findings(first: 1, rules: ["c"]) { cursor } }',
            False,
        ),
    ],
)
def test_what_has_a_pattern(
    bruce: AccessGraph, stock: Schema, first: str, second: str, third: str, *, same: bool
) -> None:
    """The third document follows the pattern of two others only if its literals cannot matter."""
    schema, versions = build_schema(), Versions(bruce, NOON)
    for text in (first, second, third):
        document = prepared(schema, text)
        assert execute(schema, versions, document) == execute(stock, versions, text)
    assert (document.pattern is not None) is same


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }",
        '{ a(b: """c""") }',
        r'{ a(b: "\u0061") }',
        '{ a(b: "\0") }',
        "{ a1(b: $c2) }",
        "{ a(b: 1.5, c: 2e5) }",
        "{" + "a(b: 1) " * (MAX_LITERALS + 1) + "}",
        '{ a(b: "' + "c" * MAX_TEXT + '") }',
    ],
    ids=range(8),
)
def test_unusual_texts(text: str) -> None:
    """A text without literals, or with some that could be spelled in two ways, has no pattern."""
    assert Literals.of(text) is None


def test_an_attack_by_patterns(schema: Schema) -> None:
    """Documents and patterns leave the cache as others do, and no document keeps a pattern that has left."""
    kept = WeighedCache(60 * BASE_BYTES)
    documents = DocumentCache(schema._schema, kept)
    numbers = count()

    def ask(name: str) -> PreparedDocument:
        document = documents.get(f'{{ {name}: node(id: "{next(numbers)}") {{ id }} }}')
        if not document.settled:
            document.errors(None, None)
            documents.learn(document)
            documents.keep(document)
        return document

    for name in ("warm", *(f"n{number}" for number in range(5))):
        assert [ask(name).pattern is not None for _ in range(3)] == [False, False, True]
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(40):
            for _ in range(6):
                ask(f"m{number}")
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept.weight <= kept.most
    assert taken < 1.2 * kept.most + documents.refused.weight + 2**19
    left = [each.value for each in kept._kept.values()]
    patterns = {each.key for each in left if isinstance(each, Pattern)}
    held = {each.pattern.key for each in left if getattr(each, "pattern", None)}
    assert patterns
    assert held <= patterns
    # One that has left is learned again.
    assert [ask("warm").pattern is not None for _ in range(2)] == [False, True]


@pytest.mark.parametrize("literals", [1, 90])
def test_documents_weigh(schema: Schema, literals: int) -> None:
    """Documents of a pattern take no more memory than they weigh, however many literals they have."""
    documents, numbers = DocumentCache(schema._schema), count()

    def ask() -> PreparedDocument:
        ids = ", ".join(f'"identity:{next(numbers)}"' for _ in range(literals))
        document: PreparedDocument = documents.get(f"{{ nodes(ids: [{ids}]) {{ id }} }}")
        if not document.settled:
            document.errors(None, None)
            documents.learn(document)
            documents.keep(document)
        return document

    assert [ask().pattern is not None for _ in range(4)] == [False, False, True, True]
    before = documents.kept.weight
    tracemalloc.start()
    try:
        for _ in range(200):
            document = ask()
            assert document.cost(None)
            assert document.roots(None)
            assert document.key(None, None)
            assert len(document.literals) == literals
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken < 1.2 * (documents.kept.weight - before) + 2**16


def test_served(bruce: AccessGraph, serve: Serve) -> None:
    """A server answers each new text of a pattern by itself, and notes whom it names."""
    client = serve(application(bruce))
    for number in range(8):
        text = f'{{ identity(by: {{email: "{" " * number}b@example.com"}}) {{ id }} }}'
        found = client.post("/graphql", json={"query": text}).json()
        assert found["data"] == {"identity": {"id": "identity:712052"}}
        assert found["extensions"]["cost"]["requested"] == 2
    bad = client.post("/graphql", json={"query": '{ node(id: "nonsense") { id } }'}).json()
    assert bad["errors"][0]["locations"] == [{"line": 1, "column": 3}]
