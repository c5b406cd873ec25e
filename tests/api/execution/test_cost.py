"""The limits: an honest question is within them, and a hostile document is refused at once."""

from __future__ import annotations

import gc
import random
import time
from itertools import accumulate
from typing import Any

import pytest
from graphql import (
    GraphQLSyntaxError,
    Lexer,
    Node,
    Source,
    Token,
    TokenKind,
    get_introspection_query,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from costs import doubling, measure
from inroads.network.access_graph import AccessGraph
from inroads_api import limits
from inroads_api.execution import cost as cost_
from inroads_api.execution.cost import Measures
from inroads_api.execution.execute import Schema, build_schema, execute
from inroads_api.execution.trusted_documents import OWN
from inroads_api.limits import MAX_COST, MAX_TOKENS
from inroads_api.versions.versions import Versions
from inroads_api.web.rate_limit import COST_PER_MINUTE
from questions import NOON, Ask, code


def test_a_document_goes_at_once() -> None:
    """Nothing of it stays for the collector, which holds everybody up, when nobody holds it any more."""
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(each, Token | Node) for each in gc.get_objects())
        document = cost_.parsed(
            "query A($x: Int = 5) { a(b: [$x, {c: 1}]) ...F } fragment F on Query { d }"
        ).tree
        assert document.loc
        assert sum(isinstance(each, Token | Node) for each in gc.get_objects()) > before + 20
        del document
        assert sum(isinstance(each, Token | Node) for each in gc.get_objects()) == before
    finally:
        gc.enable()


INTROSPECTION = [
    get_introspection_query(),
    get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    ),
]


@pytest.mark.parametrize("query", INTROSPECTION, ids=["plain", "everything"])
def test_introspection(ask: Ask, query: str) -> None:
    """The standard introspection query, as user interfaces send it, is answered."""
    response = ask(query)
    assert "errors" not in response
    assert any(kind["name"] == "AccessConnection" for kind in response["data"]["__schema"]["types"])


def test_the_whole_explanation(ask: Ask) -> None:
    """Everything about everything that one identity reaches is one question."""
    response = ask("""{ identity(by: {email: "b@example.com"}) { reach { totalCount pageInfo { endCursor }
      coverage { notes }
      edges { node { principal { email } resource { id } roles capabilities state stateReasons distance
        paths { nodes { sentence steps { from { id } relation to { id } role rawRole
          grant { label evidence { pointer recordId document { source observedAt } } } } } }
        explanation { independentRoutes sentence cut { id label } } } } } } }""")
    assert "errors" not in response


LAST = "query ($n: Int) { business(id: 1) { members(first: 9, last: $n) { nodes { role } } } }"


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ graph { version } }", {}, 2),
        ("{ a: graph { version } b: graph { version } }", {}, 4),
        ("{ business(id: 1) { members { totalCount } } }", {}, 1 + 1 + 50),
        ("{ business(id: 1) { members(first: 3) { nodes { role } } } }", {}, 1 + 1 + 3 * 2),
        (
            "query ($n: Int) { business(id: 1) { members(first: $n) { nodes { role } } } }",
            {"n": 4},
            1 + 1 + 4 * 2,
        ),
        (
            "query ($n: Int = 6) { business(id: 1) { members(first: $n) { nodes { role } } } }",
            {},
            1 + 1 + 6 * 2,
        ),
        (
            "query ($n: Int) { business(id: 1) { members(first: $n) { nodes { role } } } }",
            {},
            1 + 1 + 100 * 2,
        ),
        (
            "query ($n: Int) { business(id: 1) { members(first: $n) { nodes { role } } } }",
            {"n": "x"},
            1 + 1 + 100 * 2,
        ),
        (
            "query ($n: Int) { business(id: 1) { members(first: $n) { nodes { role } } } }",
            {"n": -9},
            1 + 1 + 1 * 2,
        ),
        (
            "{ business(id: 1) { members(first: 99999999999) { nodes { role } } } }",
            {},
            1 + 1 + 100 * 2,
        ),
        ("{ business(id: 1) { members(last: 3) { nodes { role } } } }", {}, 1 + 1 + 3 * 2),
        (
            "{ business(id: 1) { members(first: 9, last: 3) { nodes { role } } } }",
            {},
            1 + 1 + 3 * 2,
        ),
        (
            "{ business(id: 1) { members(first: 9, last: null) { nodes { role } } } }",
            {},
            1 + 1 + 9 * 2,
        ),
        (LAST, {}, 1 + 1 + 9 * 2),
        (LAST, {"n": None}, 1 + 1 + 9 * 2),
        (LAST, {"n": 100}, 1 + 1 + 100 * 2),
        (LAST, {"n": 5.0}, 1 + 1 + 100 * 2),
        (f"query A {LAST[6:]} query B ($n: Int = 50) {{ a: __typename }}", {}, 1 + 1 + 100 * 2),
        ('{ nodes(ids: ["a", "b"]) { id } }', {}, 1 + 2),
        ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a", "b", "c"]}, 1 + 3),
        ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {}, 1 + 100),
        ("{ business(id: 1) { phoneNumber { id } } }", {}, 1 + 1 + 3),
        ("{ business(id: 1) { ...F ...F } } fragment F on Business { id name }", {}, 1 + 2 + 2),
        ("{ node(id: 1) { ... on Business { members(first: 2) { totalCount } } } }", {}, 1 + 1 + 2),
        ("{ graph { version version version } }", {}, 1 + 3 + 3 * 4),
        (
            f"{{ business(id: 1) {{ members {{ nodes {{ {'r' * 250}: role }} }} }} }}",
            {},
            2 + 50 * 4,
        ),
        ("{ nothing { of { this } } }", {}, 3),
        ("{ ...Nothing }", {}, 0),
    ],
)
def test_cost(schema: Schema, query: str, variables: dict[str, Any], cost: int) -> None:
    """A field costs one, with a long name more; a list multiplies by what is asked, at most by what can be given."""
    assert measure(schema, query, **variables).cost == cost


@pytest.mark.parametrize("seed", range(5))
def test_measured_before(schema: Schema, seed: int) -> None:
    """What was found for some variables is never taken for what others ask, in whatever order they come."""
    text = """query ($n: Int, $m: Int = 1) { business(id: 1) { members(first: $m, last: $n) { nodes { role } } } }"""
    measures, rng = Measures(parse(text), schema._schema), random.Random(seed)
    for _ in range(100):
        given = {"n": rng.choice([None, 5, 100]), "m": rng.choice([None, 1, 100])}
        variables = {name: each for name, each in given.items() if rng.random() < 0.7}
        assert measures.measure(variables) == measure(schema, text, **variables), variables


def test_depth(schema: Schema, ask: Ask) -> None:
    """Fragments add their fields' depth, not their own."""
    assert measure(schema, "{ graph { coverage { notes } } }").depth == 3
    assert (
        measure(
            schema, "{ ...F } fragment F on Query { ... { graph { coverage { notes } } } }"
        ).depth
        == 3
    )
    deep = "account { business { " * 8 + "id" + " } }" * 8
    assert code(ask(f"{{ business(id: 77128) {{ {deep} }} }}")) == "DEPTH_LIMIT"
    assert "errors" not in ask(
        f"{{ business(id: 77128) {{ {deep[: deep.index('id')].replace('account { business { ', '', 1)} id"
        f"{' } }' * 7} }} }}"
    )


def test_introspection_may_be_deep(ask: Ask) -> None:
    """Tools ask for types inside types deeper than people ask for data; cost and nesting stay limited."""
    deep = "ofType { " * 20 + "name" + " }" * 20
    asked = f'{{ __type(name: "Query") {{ fields {{ type {{ name {deep} }} }} }} }}'
    assert ask(asked)["data"]["__type"]["fields"]
    assert code(
        ask(f"{{ business(id: 1) {{ {'account { business { ' * 8} id {' } }' * 8} }} }}")
    ) == ("DEPTH_LIMIT")
    deeper = "ofType { " * 70 + "name" + " }" * 70
    assert code(ask(f'{{ __type(name: "Query") {{ {deeper} }} }}')) == "DEPTH_LIMIT"
    wide = "fields { type { " * 7 + "name" + " } }" * 7
    assert code(ask(f"{{ __schema {{ types {{ {wide} }} }} }}")) == "COST_LIMIT"


def chain(fragments: int) -> str:
    """A document of so many fragments, each of which uses the next one."""
    uses = "".join(f"fragment F{n} on Query{{...F{n + 1}}}" for n in range(fragments))
    return f"{{...F0}}{uses}fragment F{fragments} on Query{{__typename}}"


HOSTILE = {
    "doubling fragments": (doubling(20), "DEPTH_LIMIT"),
    "doubling fragments of one level": (
        "{...F0}"
        + "".join(f"fragment F{n} on Query{{...F{n + 1}...F{n + 1}}}" for n in range(20))
        + "fragment F20 on Query{__typename}",
        "COST_LIMIT",
    ),
    "long chain of fragments": (chain(200), "DEPTH_LIMIT"),
    "cycle of fragments": (
        "{...A}fragment A on Query{...B}fragment B on Query{...A graph{...A}}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "fragment in itself": ("{...A}fragment A on Query{...A}", "GRAPHQL_VALIDATION_FAILED"),
    "unknown fragment": ("{...A}", "GRAPHQL_VALIDATION_FAILED"),
    "one field many times": ("{" + "graph{version}" * 490 + "}", "COST_LIMIT"),
    "one field many times in a fragment that none uses": (
        "{graph{version}} fragment F on Query{" + "graph{version}" * 400 + "}",
        "COST_LIMIT",
    ),
    "deep": ("{" + "a{" * 60 + "b" + "}" * 60 + "}", "DEPTH_LIMIT"),
    "very deep": ("{" + "a{" * 900 + "b" + "}" * 900 + "}", "DEPTH_LIMIT"),
    "deep without fields": ("{" + "...{" * 70 + "b" + "}" * 70 + "}", "DEPTH_LIMIT"),
    "deep list": ("{nodes(ids:" + "[" * 900 + "]" * 900 + "){id}}", "DEPTH_LIMIT"),
    "many tokens": ("{" + "a " * MAX_TOKENS + "}", "TOKEN_LIMIT"),
    "many comments": ("{" + "#\n" * MAX_TOKENS + "a}", "TOKEN_LIMIT"),
    "many characters": ("{a" + " " * 70_000 + "}", "TOKEN_LIMIT"),
    "1000 aliases": (
        "{" + "".join(f"a{n}:graph{{version}}" for n in range(1000)) + "}",
        "TOKEN_LIMIT",
    ),
    "product of lists": (
        "{identity(by:{id:1}){reach{nodes{resource{...on Business{reachedBy{nodes{principal{reach{totalCount}}}}}}}}}}",
        "COST_LIMIT",
    ),
    "product of introspected lists": (
        "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}",
        "COST_LIMIT",
    ),
    "unknown long names": (
        "{" + "".join(f"{'u' * 600}{n} " for n in range(100)) + "}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
}

SOON = 30
"""Seconds, for any machine: without limits some of these documents take hours, with them milliseconds."""


@pytest.mark.parametrize(("query", "wanted"), HOSTILE.values(), ids=HOSTILE)
def test_hostile(schema: Schema, bruce: AccessGraph, query: str, wanted: str) -> None:
    """A hostile document is refused with its code, long before what it asks for could be done."""
    start = time.perf_counter()
    response = execute(schema, Versions(bruce, NOON), query)
    assert time.perf_counter() - start < SOON
    assert {error["extensions"]["code"] for error in response["errors"]} == {wanted}
    assert "data" not in response


@pytest.mark.parametrize(
    "query",
    [
        "{" + "".join(f"a{n}:graph{{version}}" for n in range(330)) + "}",
        "{" + "graph{version}" * 200 + "}",
        "{"
        + "".join(f"...F{n} " for n in range(160))
        + "}"
        + "".join(f"fragment F{n} on Query{{graph{{version}}}}" for n in range(160)),
        "{__schema{types{" + "".join(f"a{n}:fields{{name}}" for n in range(100)) + "}}}",
        "{"
        + "".join(
            f'a{n}:access(principal:"b@example.com" resource:"account:Xr82w"){{explanation{{sentence}}}}'
            for n in range(100)
        )
        + "}",
        doubling(6),
    ],
    ids=["aliases", "repeated", "fragments", "introspection", "explanations", "doubling"],
)
def test_the_worst_that_is_allowed(ask: Ask, query: str) -> None:
    """What is within the limits is answered soon, too."""
    start = time.perf_counter()
    response = ask(query)
    assert time.perf_counter() - start < SOON
    assert "errors" not in response


@pytest.mark.parametrize(
    "query",
    [
        "{ findings(first: %d) { totalCount %s nodes { identity } } }",
        '{ changes(since: "2026-01-01T00:00:00Z", first: %d) { totalCount %s nodes { kinds } } }',
        '{ changesByCause(since: "2026-01-01T00:00:00Z", first: %d) { totalCount %s nodes { __typename } } }',
    ],
)
def test_counts_cost_once(schema: Schema, query: str) -> None:
    """Counts of a whole list cost more than a value, and the same however many items a page has."""
    few, more = (
        measure(schema, query % (first, "counts { count }")).cost
        - measure(schema, query % (first, "")).cost
        for first in (1, 100)
    )
    assert few == more > 10


def test_measuring_is_linear(schema: Schema) -> None:
    """Each fragment is measured once, and a cost that doubles has no more digits."""
    document = parse(doubling(9))
    walk = cost_._Walk(document, schema._schema, {})
    assert walk.document().cost > 2**9
    assert len(walk.measured) == 10
    wide = "{...F0}" + "".join(
        f"fragment F{n} on Query{{...F{n + 1}...F{n + 1}}}" for n in range(60)
    )
    assert measure(schema, wide + "fragment F60 on Query{graph{version}}").cost == MAX_COST + 1


def test_limits_come_before_validation(ask: Ask) -> None:
    """A document that is both too much and wrong is told only that it is too much."""
    assert code(ask("{ nothing " + "graph{version}" * 490 + "}")) == "COST_LIMIT"


PIECES = [
    *'{}()[]aB!:$=@|&1.?-",#ä \n\\\ufeff',
    "...",
    "-2",
    "0.5e-3",
    '"a"',
    '"\\u00e4"',
    '"""',
    '\\"""',
    "# {",
    "\r\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_scan_never_refuses_what_the_parser_takes(text: str) -> None:
    """The quick scan finds no more tokens than the lexer, and brackets inside each other as deep as they are."""
    lexer = Lexer(Source(text))
    count = depth = deepest = 0
    try:
        while lexer.token.kind is not TokenKind.EOF:
            token = lexer.token = lexer.read_next_token(lexer.token.end)
            count += token.kind is not TokenKind.EOF
            depth += (token.kind.value in "{[(") - (token.kind.value in "}])")
            deepest = max(deepest, depth)
    except GraphQLSyntaxError:
        return  # the parser refuses it, whatever the scan says
    found = [each.lastgroup for each in cost_._TOKEN.finditer(text)]
    depths = accumulate(((each == "opens") - (each == "closes") for each in found), initial=0)
    assert len(found) <= count
    assert max(depths) == deepest


@pytest.mark.parametrize(
    "piece", ['"""\\', '\\"""', '"\\', "#", '"""', "-", '"\n', '""" "', "(", "\\"]
)
def test_scan_is_linear(piece: str) -> None:
    """No text makes the scan try anything twice: each is done in a moment."""
    text = (piece * limits.MAX_QUERY)[: limits.MAX_QUERY]
    started = time.process_time()
    for _ in cost_._TOKEN.finditer(text):
        pass
    assert time.process_time() - started < SOON / 10


def test_a_moment_that_is_null_costs_as_the_served_version(schema: Schema) -> None:
    """Null, as a literal or of a variable, asks for no other version; any moment does."""
    text = "query ($at: DateTime) { graph(asOf: $at) { version } }"
    document = schema.documents.get(text)

    def cost(**variables: object) -> int:
        found = document.measures.measure(variables)
        assert found
        return found.cost

    served = cost()
    assert cost(at=None) == served < cost(at="2026-01-01T00:00:00Z")
    assert cost(at="") == cost(at="2026-01-01T00:00:00Z")
    written = [
        schema.documents.get(f"{{ graph(asOf: {each}) {{ version }} }}").measures.measure({})
        for each in ("null", '"2026-01-01T00:00:00Z"')
    ]
    assert [each and each.cost for each in written] == [served, cost(at="x")]
    # What may have to be waited for is never answered in the event loop.
    assert document.errors({}, None) == []
    assert not document.cheap


def test_an_object_has_one_type(schema: Schema) -> None:
    """Of fragments on several object types only the dearest counts; on one type, or an interface, all do."""

    def cost(*fragments: str) -> int:
        return measure(schema, f'{{ graph {{ node(id: "1") {{ {" ".join(fragments)} }} }} }}').cost

    person, business, account = (
        f"... on {kind} {{ {field}(first: 100) {{ nodes {{ roles }} }} }}"
        for kind, field in (
            ("Identity", "reach"),
            ("Business", "reachedBy"),
            ("Account", "reachedBy"),
        )
    )
    alone, two = cost(person), cost(person, person.replace("100", "50"))
    assert cost(person, business, account) == max(map(cost, (person, business, account)))
    assert cost(business, person.replace("100", "50"), person) == two
    assert alone < two < cost(f"... on Node {{ {person} }}", business)
    spread = f"fragment F{person[3:]} fragment G{business[3:]} {{ graph {{ node(id: 1) {{ ...F ...G }} }} }}"
    assert measure(schema, spread).cost == cost(person, business)


PAGE = {each.stem: each.read_text("utf-8") for each in sorted((OWN / "page").glob("*.graphql"))}
ONCE = {"review_start"}  # it begins a campaign


def test_the_page_meets_no_limit() -> None:
    """Whoever asks thirty of the page's dearest questions in a minute stays within the default limit."""
    schema = build_schema(allow_review=True)
    asked = {"ids": ["identity:1"] * 25, "members": 20}
    costs = {name: measure(schema, text, **asked).cost for name, text in PAGE.items()}
    assert len(costs) > 40
    assert {name for name, cost in costs.items() if cost > COST_PER_MINUTE / 30} == ONCE
