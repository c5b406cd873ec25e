"""Contested accesses over GraphQL: marks, filter, evidence of both sides, trusted operations."""

from __future__ import annotations

from typing import Any

import pytest

from contested import leaver, moved, twice
from inroads.explorer import Explorer
from inroads_api.execution.execute import Schema, build_schema, execute
from inroads_api.execution.trusted_documents import OWN, read_folder
from inroads_api.versions.versions import Versions
from questions import NOON, asker

ACCESS = """query ($who: ID!, $what: ID!) { access(principal: $who, resource: $what) {
  contested contestedRoles
  contradictions { code sentence evidence { pointer recordId record document { source } } }
  paths { nodes { contested steps { contested grant { contested contradictions { code } } } } } } }"""
REACH = """query ($email: String!, $filter: AccessFilter) { identity(by: {email: $email}) {
  reach(filter: $filter) { totalCount nodes { resource { id } contested contestedRoles } } } }"""


def side(source: str, pointer: str, record: Any, record_id: str | None = None) -> dict[str, Any]:
    return {
        "pointer": pointer,
        "recordId": record_id,
        "record": record,
        "document": {"source": source},
    }


def told(schema: Schema, graph: Explorer, who: str, what: str) -> dict[str, Any]:
    answer = asker(schema, graph)(ACCESS, who=who, what=what)
    assert "errors" not in answer
    found: dict[str, Any] = answer["data"]["access"]
    return found


def test_a_left_over_row(schema: Schema) -> None:
    """One side is the row, the other the section that leaves the business out: an empty list."""
    access = told(schema, leaver(), "identity:2", "business:1001")
    assert (access["contested"], access["contestedRoles"]) == (True, ["OWNER"])
    (found,) = access["contradictions"]
    assert found["code"] == "membership_denied"
    row, section = found["evidence"]
    assert row["record"]["identity_id"] == 2
    assert (row["pointer"], row["recordId"]) == ("/response/groups/0", "77")
    assert section == side("leaver", "/response/business_memberships", [])
    (path,) = access["paths"]["nodes"]
    assert path["contested"]
    (step,) = path["steps"]
    assert step["contested"]
    assert step["grant"] == {"contested": True, "contradictions": [{"code": "membership_denied"}]}


def test_a_move(schema: Schema) -> None:
    """Only the role on the account is contested, not that Buyer keeps it; Seller is sound."""
    access = told(schema, moved(), "identity:1", "business:3001")
    (found,) = access["contradictions"]
    assert found["code"] == "account_moved"
    assert found["sentence"] == (
        "it is older than the move of account:AccA from business:1001 to business:3001, known"
        " since 2026-02-01T00:00:00Z"
    )
    # A whole document is named, and not repeated.
    assert found["evidence"][1:] == [side("xi", "/response", None), side("zo", "/response", None)]
    (path,) = access["paths"]["nodes"]
    assert [step["contested"] for step in path["steps"]] == [True, False]
    sound = told(schema, moved(), "identity:1", "business:1001")
    assert (sound["contested"], sound["contestedRoles"], sound["contradictions"]) == (False, [], [])
    assert not sound["paths"]["nodes"][0]["contested"]


def test_one_moment(schema: Schema) -> None:
    """Of two documents of one moment one does not state it."""
    access = told(schema, twice(), "identity:1", "business:1001")
    (found,) = access["contradictions"]
    assert found["code"] == "equal_moment"
    assert found["evidence"][1] == side("after", "/response", None)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (None, {"account:AccA": True, "business:1001": False, "business:3001": True}),
        (
            {"contested": None},
            {"account:AccA": True, "business:1001": False, "business:3001": True},
        ),
        ({"contested": True}, {"account:AccA": True, "business:3001": True}),
        ({"contested": False}, {"business:1001": False}),
        ({"contested": False, "roles": ["MANAGER"]}, {}),
    ],
)
def test_the_filter(
    schema: Schema, chosen: dict[str, Any] | None, expected: dict[str, bool]
) -> None:
    """The filter keeps contested accesses, or the others; null keeps both."""
    answer = asker(schema, moved())(REACH, email="xi@example.com", filter=chosen)
    found = answer["data"]["identity"]["reach"]
    assert {each["resource"]["id"]: each["contested"] for each in found["nodes"]} == expected
    assert found["totalCount"] == len(expected)


def test_compiled_is_stock(schema: Schema) -> None:
    """A compiled query answers what the stock executor does."""
    stock = build_schema(compiled=False)
    for graph, who in ((leaver(), "identity:2"), (moved(), "identity:1"), (twice(), "identity:1")):
        versions = Versions(graph, NOON)
        given = {"who": who, "what": "account:AccA"}
        wanted = execute(stock, versions, ACCESS, given)
        assert wanted["data"]["access"]["contested"]
        for _ in range(3):  # the first time it is only noticed, the second time compiled
            assert execute(schema, versions, ACCESS, given) == wanted


def test_trusted_operations(schema: Schema) -> None:
    """The packaged operations ask for the mark where they ask for the certainty."""
    texts = read_folder(OWN)
    ask = asker(schema, moved())
    explained = ask(texts["explain.graphql"], principal="identity:1", resource="business:3001")
    access = explained["data"]["access"]
    assert access["contestedRoles"] == ["OWNER"]
    assert [each["contested"] for each in access["paths"]["nodes"][0]["steps"]] == [True, False]
    reached = ask(texts["reach.graphql"], email="xi@example.com")["data"]["graph"]["identity"][
        "reach"
    ]
    assert [each["contested"] for each in reached["nodes"]] == [True, False, True]
