"""Documents that are kept: the valid ones, whatever is refused meanwhile, and for a while those that are refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from graphql import GraphQLError

from inroads_api.execution import documents as documents_
from inroads_api.execution.documents import MAX_ERRORS, MAX_REFUSED, DocumentCache
from inroads_api.execution.execute import Schema
from inroads_api.limits import MAX_QUERY


@pytest.fixture
def documents(schema: Schema) -> DocumentCache:
    return DocumentCache(schema._schema)


def test_refusals_do_not_drive_out_what_is_valid(documents: DocumentCache) -> None:
    """Of any number of refused documents only the last are kept, and the valid one is still there."""
    valid = documents.get("{__typename}")
    assert not documents.settled("{__typename}")
    assert valid.errors(None, None) == []
    assert documents.known("{__typename}") is valid
    for n in range(3 * documents_.MAX_KEPT):
        with pytest.raises(GraphQLError):
            documents.get(f"{{a{n}")
        assert documents.get(f"{{a{n}}}").errors(None, None)
    assert documents.get("{__typename}") is valid
    assert (len(documents._kept), len(documents._refused)) == (1, MAX_REFUSED)


def test_valid_documents_are_kept_as_long_as_they_are_used(documents: DocumentCache) -> None:
    """The one that is asked again and again stays; of the others the last do."""
    asked = documents.get("{__typename}")
    assert asked.errors(None, None) == []
    for n in range(2 * documents_.MAX_KEPT):
        assert documents.get(f"{{a{n}: __typename}}").errors(None, None) == []
        assert documents.get("{__typename}") is asked
        assert documents.known(f"{{a{n}: __typename}}")
    assert len(documents._kept) == documents_.MAX_KEPT
    assert not documents.known("{a0: __typename}")


@pytest.mark.parametrize(
    ("query", "quick"),
    [
        ("{__typename}", True),
        ("{nothing}", True),
        ("{" + "__typename " * 1_000 + "}", True),
        ("{a", True),
        ("{" * 200, True),
        ("{findings(first: 1) {totalCount}}", False),
        ('{search(text: "a", first: 1) {id}}', False),
        ("query ($n: Int) {graph {issues(first: $n) {code}}}", True),
        (
            "query ($n: Int) {business(id: 1) {members(first: $n) {nodes {identity {reach {totalCount}}}}}}",
            False,
        ),
    ],
)
def test_quick(documents: DocumentCache, query: str, quick: bool) -> None:
    """What is cheap whatever its variables are, and what is refused whatever they are, once that is known."""
    assert not documents.quick(query)
    with suppress(GraphQLError):
        documents.get(query).errors({}, None)
    assert documents.quick(query) is quick
    assert documents.settled(query)


def test_over_a_limit_with_some_variables(documents: DocumentCache) -> None:
    """What some variables make too dear is not refused with others."""
    each = "business(id: 1) {members(first: $n) {nodes {identity {reach(first: 99) {nodes {explanation {sentence}}}}}}}"
    query = f"query ($n: Int) {{a: {each} b: {each}}}"
    assert documents.get(query).errors({"n": 100}, None)
    assert (documents.quick(query), documents.settled(query)) == (False, False)
    assert documents.get(query).errors({"n": 1}, None) == []
    assert (documents.quick(query), documents.settled(query)) == (False, True)
    assert documents.get(query).errors({"n": 100}, None)


def test_long_texts_are_refused_and_not_kept(documents: DocumentCache) -> None:
    """A text that is too long costs nothing to refuse, and would cost memory to keep."""
    query = "#" + "x" * MAX_QUERY
    assert documents.quick(query)
    with pytest.raises(GraphQLError):
        documents.get(query)
    assert not documents._refused


def test_a_refusal_does_not_grow(documents: DocumentCache) -> None:
    """It is the same error each time, whose traceback is only of that time."""
    depths = set()
    for _ in range(5):
        with pytest.raises(GraphQLError) as refusal:
            documents.get("{a")
        depths.add((id(refusal.value), len(refusal.traceback)))
    assert len(depths) <= 2, depths  # the first time it comes from the parser


def test_errors_are_told_up_to_a_number(documents: DocumentCache) -> None:
    """The first errors, and that there are more."""
    errors = documents.get("{" + " ".join(f"f{n}" for n in range(900)) + "}").errors(None, None)
    assert len(errors) == MAX_ERRORS + 1
    assert "Too many" in errors[-1].message
