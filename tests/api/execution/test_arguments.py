"""Arguments that were prepared are those that strawberry converts each time."""

from typing import Any

import pytest

from inroads.network.access_graph import AccessGraph
from inroads_api.execution.execute import Schema, build_schema, execute
from inroads_api.versions.versions import Versions
from questions import NOON

EMAIL = "b@example.com"
LOOKUP = "query ($email: String!) { identity(by: {email: $email}) { id } }"
FILTER = """query ($id: ID!, $state: AccessState, $role: Role = OWNER, $steps: Int) {
    node(id: $id) { ... on Identity {
        reach(filter: {state: $state, roles: [$role], maxSteps: $steps}) { totalCount } } } }"""
STATE = """query ($state: AccessState, $steps: Int, $first: Int) {
    node(id: "identity:712052") { ... on Identity {
        reach(first: $first, filter: {roles: [OWNER, CLIENT], state: $state, maxSteps: $steps}) {
            totalCount nodes { resource { id } } } } } }"""
KINDS = """query ($kinds: [NodeKind!], $filter: AccessFilter, $mode: Mode) {
    node(id: "identity:712052") { ... on Identity {
        reach(kinds: $kinds, filter: $filter, mode: $mode) { totalCount } } } }"""


@pytest.fixture(scope="module")
def stock() -> Schema:
    return build_schema(compiled=False)


@pytest.mark.parametrize(
    ("query", "rounds"),
    [
        (LOOKUP, [{"email": EMAIL}, {"email": "nobody@example.com"}, {"email": EMAIL}]),
        (LOOKUP, [{"email": EMAIL}, {"email": None}, {}, {"email": 5}, {"email": EMAIL}]),
        (FILTER, [{"id": "identity:712052"}, {"id": "identity:712052", "role": "CLIENT"}]),
        (
            STATE,
            [
                {},
                {"state": "LATENT", "steps": 5},
                {"state": "ACTIVE", "steps": 5},
                {"state": "ACTIVE", "steps": 1, "first": 1},
                {"state": None, "steps": 5},
                {"state": "ACTIVE", "steps": None, "first": None},
                {"state": "NOTHING"},
                {"steps": 2.5},
                {"state": "LATENT", "steps": 5, "first": -1},
            ],
        ),
        (
            KINDS,
            [
                {},
                {"kinds": ["ACCOUNT"]},
                {"kinds": None, "mode": "ASSOCIATION"},
                {"kinds": [], "filter": {}},
                {"filter": {"roles": ["OWNER"], "contested": None}},
                {"filter": {"nothing": 1}},
                {"mode": None, "filter": None, "kinds": "BUSINESS"},
            ],
        ),
    ],
)
def test_any_values_in_turn(
    schema: Schema,
    stock: Schema,
    bruce: AccessGraph,
    query: str,
    rounds: list[dict[str, Any]],
) -> None:
    """No value of a variable stays for the next question, and null is not the same as missing."""
    versions = Versions(bruce, NOON)
    for _ in range(3):  # the first time it is only noticed, the second time compiled
        for given in rounds:
            wanted = execute(stock, versions, query, given)
            assert execute(schema, versions, query, given) == wanted, given
            schema.compile(schema.documents.get(query), given, None)
            assert execute(schema, versions, query, given) == wanted, given
