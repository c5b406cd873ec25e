"""Documents that are kept: the valid ones, whatever is refused meanwhile, and for a while those that are refused."""

from __future__ import annotations

import pytest

from inroads_api.execution.documents import BASE_BYTES, MAX_ERRORS, DocumentCache
from inroads_api.execution.execute import Schema
from inroads_api.execution.plans import FIELD_BYTES
from inroads_api.execution.weighed_cache import WeighedCache
from inroads_api.limits import MAX_QUERY


@pytest.fixture
def documents(schema: Schema) -> DocumentCache:
    return DocumentCache(schema._schema)


def test_refusals_do_not_drive_out_what_is_valid(schema: Schema) -> None:
    """Of any number of refused documents only the last are kept, and the valid one is still there."""
    documents = DocumentCache(schema._schema, refused=20 * BASE_BYTES)
    valid = documents.get("{__typename}")
    assert not valid.settled
    assert valid.errors(None, None) == []
    documents.keep(valid)
    for n in range(60):
        assert documents.get(f"{{a{n}").errors(None, None)
        assert documents.get(f"{{a{n}}}").errors(None, None)
    assert documents.get("{__typename}") is valid
    assert len(documents.kept) == 1
    assert 0 < len(documents.refused) < 20
    assert documents.refused.weight <= documents.refused.most


def test_valid_documents_are_kept_as_long_as_they_are_used(schema: Schema) -> None:
    """The one that is asked again and again stays; of the others the last do, up to so many bytes."""
    documents = DocumentCache(schema._schema, WeighedCache(20 * BASE_BYTES))
    asked = documents.get("{__typename}")
    assert asked.errors(None, None) == []
    for n in range(60):
        document = documents.get(f"{{a{n}: __typename}}")
        assert document.errors(None, None) == []
        assert documents.get("{__typename}") is asked
        assert documents.get(f"{{a{n}: __typename}}") is document
    assert 10 < len(documents.kept) < 20
    assert documents.kept.weight <= documents.kept.most
    assert not documents.get("{a0: __typename}").settled


def test_plans_weigh(schema: Schema) -> None:
    """What a document takes of memory is known of its text, its tokens and its compiled plans."""
    text, long = "{ graph { version documents } }", '{ node(id: "' + "x" * 5_000 + '") { id } }'
    document, other = schema.documents.get(text), schema.documents.get(long)
    assert other.weight > document.weight + 4_000
    parsed = [each.weight for each in (document, other) if each.errors(None, None) == []]
    for _ in range(2):
        schema.compile(document, None, None)
    assert schema.documents.kept.find(text) is document
    assert document.weight > parsed[0] + FIELD_BYTES


@pytest.mark.parametrize(
    ("query", "quick"),
    [
        ("{__typename}", True),
        ("{nothing}", True),
        ("{" + "__typename " * 1_000 + "}", True),
        ("{a", True),
        ("{" * 200, True),
        ("{findings(first: 1) {totalCount}}", False),
        ('{search(text: "a", first: 1) {nodes {id}}}', False),
        ("query ($n: Int) {graph {issues(first: $n) {code}}}", True),
        (
            "query ($n: Int) {business(id: 1) {members(first: $n) {nodes {identity {reach {totalCount}}}}}}",
            False,
        ),
    ],
)
def test_quick(documents: DocumentCache, query: str, quick: bool) -> None:
    """What is cheap whatever its variables are, and what is refused whatever they are, once that is known."""
    document = documents.get(query)
    assert (document.refused, document.cheap) == (False, False)
    document.errors({}, None)
    assert (document.refused or document.cheap) is quick
    assert document.settled


def test_over_a_limit_with_some_variables(documents: DocumentCache) -> None:
    """What some variables make too dear is not refused with others."""
    each = "business(id: 1) {members(first: $n) {nodes {identity {reach(first: 99) {nodes {explanation {sentence}}}}}}}"
    query = f"query ($n: Int) {{a: {each} b: {each}}}"
    document = documents.get(query)
    assert document.errors({"n": 100}, None)
    assert (document.refused or document.cheap, document.settled) == (False, False)
    assert document.errors({"n": 1}, None) == []
    assert (document.refused or document.cheap, document.settled) == (False, True)
    assert document.errors({"n": 100}, None)


def test_long_texts_are_refused_and_not_kept(documents: DocumentCache) -> None:
    """A text that is too long costs nothing to refuse, and would cost memory to keep."""
    query = "#" + "x" * MAX_QUERY
    document = documents.get(query)
    assert document.refused
    assert document.errors(None, None)
    assert not documents.keep(document).valid
    assert not len(documents.refused)


def test_a_refusal_does_not_grow(documents: DocumentCache) -> None:
    """It is the same error each time, which holds no traceback."""
    refusals = [error for _ in range(5) for error in documents.get("{a").errors(None, None)]
    assert len(refusals) == 5
    assert len({id(error) for error in refusals}) == 1
    assert refusals[0].__traceback__ is None


def test_errors_are_told_up_to_a_number(documents: DocumentCache) -> None:
    """The first errors, and that there are more."""
    errors = documents.get("{" + " ".join(f"f{n}" for n in range(900)) + "}").errors(None, None)
    assert len(errors) == MAX_ERRORS + 1
    assert "Too many" in errors[-1].message
