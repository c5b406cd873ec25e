"""Long lists over GraphQL: bundles, counts, orders, offsets and pages of many rows."""

from __future__ import annotations

from typing import Any

import pytest

from costs import measure
from inroads.network.access_graph import AccessGraph
from inroads.reach.answers import AccessOrder
from inroads.reach.questions import reached_by
from inroads_api.execution.execute import Schema
from inroads_api.limits import MAX_COST
from questions import Ask, asker, code, graph_of
from records import membership, team

BUNDLES = """query ($filter: AccessFilter, $own: AccessFilter, $first: Int, $members: Int, $after: String,
    $mode: Mode) { business(id: 7) { reachedBy(filter: $own, mode: $mode) {
  bundles(filter: $filter, first: $first, members: $members, after: $after) { totalCount truncated
    nodes { parent { id } relation role certainty state count beyond members { id label } after } } } } }"""
ROWS = """query ($first: Int, $last: Int, $offset: Int, $after: String, $sort: AccessOrder, $filter: AccessFilter) {
  business(id: 7) { reachedBy(first: $first, last: $last, offset: $offset, after: $after, sort: $sort,
      filter: $filter) { totalCount counts { total stated inferred active latent contested byRole { role count } }
    nodes { principal { id } roles state stateReasons } edges { cursor }
    pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
SIZE = 600


@pytest.fixture(scope="module")
def hub() -> AccessGraph:
    """A business of 600 people: an owner, and managers and employees in turn."""
    roles = ("business_manager", "business_employee", "business_employee")
    members = [(n, 1000 + n, roles[n % 3]) for n in range(SIZE - 1)]
    own = {
        "id": 1,
        "email": "o@x.io",
        "business_memberships": [membership(9_000, 7, account_id="A")],
    }
    return graph_of(team(7, *members, account_id="A"), own)


@pytest.fixture(scope="module")
def ask_hub(schema: Schema, hub: AccessGraph) -> Ask:
    return asker(schema, hub)


def bundled(response: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = response["data"]["business"]["reachedBy"]["bundles"]
    return found


def listed(response: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = response["data"]["business"]["reachedBy"]
    return found


def test_a_hub_is_one_answer(ask_hub: Ask) -> None:
    """Everybody is in a bundle, whose cursor leads through all its members, each once."""
    found = bundled(ask_hub(BUNDLES))
    assert found["totalCount"] == len(found["nodes"]) == 3
    by_role = {each["role"]: each for each in found["nodes"]}
    assert {role: each["count"] for role, each in by_role.items()} == {
        "OWNER": 1,
        "MANAGER": 200,
        "EMPLOYEE": SIZE - 201,
    }
    employees = by_role["EMPLOYEE"]
    assert employees["parent"] == {"id": "business:7"}
    assert len(employees["members"]) == 10
    seen = [each["id"] for each in employees["members"]]
    while employees["after"]:
        page = bundled(ask_hub(BUNDLES, members=100, after=employees["after"]))
        (employees,) = page["nodes"]
        seen += [each["id"] for each in employees["members"]]
    assert len(set(seen)) == len(seen) == employees["count"]
    assert seen == sorted(seen)


def test_bundles_take_filters(ask_hub: Ask) -> None:
    """Bundles are those of the list, or of their own filter; a cursor is of one of these alone."""
    managers = {"roles": ["MANAGER"]}
    own = bundled(ask_hub(BUNDLES, own=managers, members=1))
    assert {each["role"] for each in own["nodes"]} == {"MANAGER"}
    assert (
        bundled(ask_hub(BUNDLES, filter=managers, members=1))["nodes"][0]["count"]
        == (own["nodes"][0]["count"])
    )
    cursor = own["nodes"][0]["after"]
    assert "errors" not in ask_hub(BUNDLES, own=managers, after=cursor)
    assert code(ask_hub(BUNDLES, after=cursor)) == "CURSOR_INVALID"
    assert code(ask_hub(BUNDLES, after="x")) == "CURSOR_INVALID"
    assert code(ask_hub(BUNDLES, members=101)) == "MEMBERS_OUT_OF_RANGE"
    assert code(ask_hub(BUNDLES, first=101)) == "FIRST_OUT_OF_RANGE"
    assert code(ask_hub(BUNDLES, mode="ASSOCIATION")) == "BAD_MODE"
    assert bundled(ask_hub(BUNDLES, first=0))["nodes"] == []


def test_counts_follow_the_filter(ask_hub: Ask) -> None:
    """The counts are those of what the filter keeps."""
    whole = listed(ask_hub(ROWS))["counts"]
    assert (whole["total"], whole["stated"], whole["active"]) == (SIZE, SIZE, SIZE)
    assert sum(each["count"] for each in whole["byRole"]) == SIZE
    some = listed(ask_hub(ROWS, filter={"roles": ["MANAGER"]}))
    assert some["counts"]["byRole"] == [{"role": "MANAGER", "count": some["totalCount"]}]
    none = listed(ask_hub(ROWS, filter={"roles": []}))["counts"]
    assert (none["total"], none["byRole"]) == (0, [])


@pytest.mark.parametrize("order", list(AccessOrder))
def test_rows_by_offset(ask_hub: Ask, hub: AccessGraph, order: AccessOrder) -> None:
    """An offset begins a page anywhere, from the start or after a cursor, in every order."""
    found = reached_by(hub, "business:7").sorted_by(order).summaries
    wanted = [each.other for each in found]

    def page(**given: Any) -> list[str]:
        part = listed(ask_hub(ROWS, sort=order.value, **given))
        return [each["principal"]["id"] for each in part["nodes"]]

    assert page(first=500) == wanted[:500]
    assert page(first=500, offset=500) == wanted[500:]
    assert page(first=3, offset=589) == wanted[589:592]
    assert page(first=3, offset=10_000) == []
    assert page(last=3, offset=5) == wanted[-3:]
    cursor = listed(ask_hub(ROWS, sort=order.value, first=10))["pageInfo"]["endCursor"]
    assert page(first=2, offset=4, after=cursor) == wanted[14:16]


def test_what_is_refused(ask_hub: Ask) -> None:
    """Rows are 500 at most, 100 with paths; a cursor is of one order."""
    assert code(ask_hub(ROWS, first=501)) == "FIRST_OUT_OF_RANGE"
    assert code(ask_hub(ROWS, last=501)) == "LAST_OUT_OF_RANGE"
    assert code(ask_hub(ROWS, offset=-1)) == "OFFSET_OUT_OF_RANGE"
    cursor = listed(ask_hub(ROWS, first=1))["pageInfo"]["endCursor"]
    assert code(ask_hub(ROWS, after=cursor, sort="ID")) == "CURSOR_INVALID"
    for part in ("paths { truncated }", "explanation { sentence }"):
        query = f"query ($n: Int) {{ business(id: 7) {{ reachedBy(first: $n) {{ nodes {{ {part} }} }} }} }}"
        assert code(ask_hub(query, n=101)) == "FIRST_OUT_OF_RANGE"
    query = "{ business(id: 7) { reachedBy(first: 100) { nodes { paths { truncated } } } } }"
    assert "errors" not in ask_hub(query)


def test_long_lists_are_cheap(schema: Schema) -> None:
    """A page of 500 rows and fifty bundles take a small part of the limit; members count by ten."""
    assert measure(schema, ROWS, first=500).cost < MAX_COST / 10
    assert measure(schema, BUNDLES, first=50, members=10).cost < MAX_COST / 20
    few, many = (measure(schema, BUNDLES, first=10, members=each).cost for each in (10, 100))
    assert many > 7 * few
