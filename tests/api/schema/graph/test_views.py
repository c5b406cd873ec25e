"""Pictures over GraphQL: path graphs, steps, scopes, neighbours and evidence, few at a time."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

import pytest

from inroads.model import Relation, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.reach.questions import reach
from inroads_api.execution.execute import Schema
from questions import Ask, asker, code, graph_of
from records import membership

GRAPH = """query ($p: ID!, $r: ID!, $first: Int) { access(principal: $p, resource: $r) {
  paths(first: 100) { nodes { certainty state steps { from { id } to { id } certainty state grant { id } } } }
  pathGraph(first: $first) { truncated nodes { layer node { id } }
    edges { id from { id } to { id } relation role certainty state grant { id } } } } }"""
SCOPES = """query ($id: ID!, $first: Int, $offset: Int, $sort: AccessOrder) { identity(by: {id: $id}) {
  reach(sort: $sort, first: 500) { totalCount nodes { resource { id } } scopes(first: $first, offset: $offset) {
    totalCount counts { total stated active contested byRole { role count } }
    nodes { node { id } accesses { resource { id } roles certainty state contested } } } } } }"""
NEIGHBOURS = """query ($id: ID!, $relations: [Relation!], $direction: Direction, $first: Int, $after: String) {
  neighbours(id: $id, relations: $relations, direction: $direction, first: $first, after: $after) {
    totalCount pageInfo { endCursor } nodes { direction relation node { id } grant { id } } } }"""


def test_two_routes_are_one_graph(ask: Ask) -> None:
    """Both routes to a client's account are one graph: each node and step once, a step as good as its best path."""
    found = ask(GRAPH, p="b@example.com", r="account:Xr82w")["data"]["access"]["pathGraph"]
    assert [(each["node"]["id"], each["layer"]) for each in found["nodes"]] == [
        ("identity:712052", 0),
        ("account:Xr82w", 2),
        ("business:77128", 1),
    ]
    steps = [
        (each["from"]["id"], each["relation"], each["role"], each["to"]["id"], each["certainty"])
        for each in found["edges"]
    ]
    assert steps == [
        ("identity:712052", "ROLE", "CLIENT", "account:Xr82w", "STATED"),
        ("identity:712052", "MEMBER", "OWNER", "business:77128", "INFERRED"),
        ("business:77128", "CLIENT", "CLIENT", "account:Xr82w", "INFERRED"),
    ]
    assert found["truncated"] is False
    less = ask(GRAPH, p="b@example.com", r="account:Xr82w", first=1)["data"]["access"]["pathGraph"]
    assert (len(less["edges"]), less["truncated"]) == (1, True)


def test_graphs_are_their_paths(schema: Schema, people: AccessGraph) -> None:
    """A path graph has the nodes and steps of the paths and no more; a path is as good as its worst step."""
    ask = asker(schema, people)
    ranks = {"STATED": 0, "INFERRED": 1, "ACTIVE": 0, "LATENT": 1}
    seen = set()
    for key in sorted(key for key in people if key.startswith("identity"))[:60]:
        for row in reach(people, key).summaries[:4]:
            found = ask(GRAPH, p=key, r=row.other)["data"]["access"]
            paths, graph = found["paths"]["nodes"], found["pathGraph"]
            steps = [step for path in paths for step in path["steps"]]
            ends = {(step["from"]["id"], step["grant"]["id"], step["to"]["id"]) for step in steps}
            assert len(graph["edges"]) == len({edge["id"] for edge in graph["edges"]}) == len(ends)
            assert ends == {
                (edge["from"]["id"], edge["grant"]["id"], edge["to"]["id"])
                for edge in graph["edges"]
            }
            nodes = {end for each in ends for end in (each[0], each[2])}
            assert sorted(each["node"]["id"] for each in graph["nodes"]) == sorted(nodes)
            for path in paths:
                for fact in ("certainty", "state"):
                    worst = max((step[fact] for step in path["steps"]), key=ranks.__getitem__)
                    assert worst == path[fact]
                seen.add((path["certainty"], path["state"]))
    assert len(seen) >= 3


def test_a_step_is_its_id(ask: Ask) -> None:
    """Steps that share an id say the same in every graph, so that a cache may keep one for all of them."""
    seen: dict[str, Any] = {}
    for mode in ("ACCESS", "ASSOCIATION"):
        for row in reached(ask, mode):
            for step in row["pathGraph"]["edges"]:
                assert seen.setdefault(step["id"], step) == step
    assert len(seen) > len({each["grant"]["id"] for each in seen.values()})


def reached(ask: Ask, mode: str) -> list[dict[str, Any]]:
    query = """query ($mode: Mode) { identity(by: {email: "b@example.com"}) { reach(mode: $mode) { nodes { pathGraph {
      edges { id from { id } to { id } relation role certainty state grant { id } } } } } } }"""
    nodes: list[dict[str, Any]] = ask(query, mode=mode)["data"]["identity"]["reach"]["nodes"]
    return nodes


@pytest.mark.parametrize("sort", ["BEST", "NAME", "ROLE"])
def test_scopes(schema: Schema, people: AccessGraph, sort: str) -> None:
    """A business and its account are one row with the roles of each; the rows together are the list."""
    ask = asker(schema, people)
    longest = max((key for key in people if key.startswith("identity")), key=people.out_degree)
    found = ask(SCOPES, id=longest, sort=sort, first=100)["data"]["identity"]["reach"]
    rows, places = found["scopes"]["nodes"], [each["resource"]["id"] for each in found["nodes"]]
    assert found["scopes"]["totalCount"] == len(rows) < found["totalCount"]
    listed = [[each["resource"]["id"] for each in row["accesses"]] for row in rows]
    assert sorted(chain.from_iterable(listed)) == sorted(places)
    firsts = [places.index(row[0]) for row in listed]
    assert firsts == sorted(firsts)
    for row, keys in zip(rows, listed, strict=True):
        for key in keys:
            kept = [key] if kind_of(key) == "BUSINESS" else people.kept(key) or [key]
            assert row["node"]["id"] in kept
    counts = found["scopes"]["counts"]
    assert counts["total"] == len(rows)
    for figure, field, word in [
        ("stated", "certainty", "STATED"),
        ("active", "state", "ACTIVE"),
        ("contested", "contested", True),
    ]:
        having = [row for row in rows if word in [each[field] for each in row["accesses"]]]
        assert counts[figure] == len(having)
    roles = Counter(
        role
        for row in rows
        for role in set(chain.from_iterable(each["roles"] for each in row["accesses"]))
    )
    assert {each["role"]: each["count"] for each in counts["byRole"]} == roles
    page = ask(SCOPES, id=longest, sort=sort, first=2, offset=1)["data"]["identity"]["reach"]
    assert page["scopes"]["nodes"] == rows[1:3]


def test_scopes_of_the_example(ask: Ask) -> None:
    """The six accesses of the example are three rows."""
    found = ask(SCOPES, id="712052")["data"]["identity"]["reach"]["scopes"]
    assert [
        (row["node"]["id"], [each["resource"]["id"] for each in row["accesses"]])
        for row in found["nodes"]
    ] == [
        ("business:363103", ["account:Xr82w", "business:363103"]),
        ("business:77128", ["business:77128", "account:zDmNq"]),
        ("business:311394", ["business:311394", "account:e6Wmk"]),
    ]


def test_neighbours(schema: Schema, people: AccessGraph) -> None:
    """The neighbours of a node are the other ends of its grants, each grant once, filtered as asked."""
    ask = asker(schema, people)
    for key in list(people)[::25]:
        wanted = {
            (direction, grant.id)
            for grant in people.grants.values()
            for direction, end in (("RESOURCES", grant.principal), ("PRINCIPALS", grant.resource))
            if end == key
        }
        page = ask(NEIGHBOURS, id=key, first=100)["data"]["neighbours"]
        rows = page["nodes"]
        assert page["totalCount"] == len(wanted)
        if len(wanted) > 100:
            continue
        assert {(row["direction"], row["grant"]["id"]) for row in rows} == wanted
        assert rows == sorted(rows, key=lambda row: row["direction"] != "RESOURCES")
        for row in rows:
            grant = people.grants[row["grant"]["id"]]
            ends = {"RESOURCES": grant.resource, "PRINCIPALS": grant.principal}
            assert row["node"]["id"] == ends[row["direction"]]
            assert row["relation"] == grant.relation
        some = ask(NEIGHBOURS, id=key, relations=["KEEPS", "CLIENT"], direction="RESOURCES")
        assert (
            some["data"]["neighbours"]["nodes"]
            == [
                row
                for row in rows
                if row["relation"] in ("KEEPS", "CLIENT") and row["direction"] == "RESOURCES"
            ][:50]
        )


def test_neighbours_that_are_not(ask: Ask) -> None:
    """An unknown node has none and is null; a malformed id is told; no relations are none."""
    assert ask(NEIGHBOURS, id="business:1")["data"]["neighbours"] is None
    assert code(ask(NEIGHBOURS, id="1")) == "BAD_ID"
    assert ask(NEIGHBOURS, id="business:77128", relations=[])["data"]["neighbours"]["nodes"] == []
    (group,) = ask(NEIGHBOURS, id="group:23738", direction="RESOURCES")["data"]["neighbours"][
        "nodes"
    ]
    assert group["relation"] == Relation.GROUP_OF


def test_accesses_of_pairs(ask: Ask) -> None:
    """Many pairs are answered in their order, null where there is no access; a bad end costs its own pair."""
    query = "query ($pairs: [AccessKey!]!) { accesses(pairs: $pairs) { resource { id } roles } }"
    pairs = [
        {"principal": "b@example.com", "resource": resource}
        for resource in ("account:Xr82w", "group:23738", "business:1", "business:77128")
    ]
    response = ask(query, pairs=pairs)
    found = response["data"]["accesses"]
    assert code(response) == "NOT_FOUND"
    assert response["errors"][0]["path"] == ["accesses", 2]
    assert [each and each["roles"] for each in found] == [["CLIENT"], None, None, ["OWNER"]]
    assert code(ask(query, pairs=pairs * 26)) == "TOO_MANY_IDS"
    assert code(ask(query, pairs=[{"principal": "identity:1", "resource": "x"}])) == "BAD_ID"


def test_few_records_of_many(schema: Schema) -> None:
    """A grant gives three records, its ends' own first, and their number; more if asked."""
    others = [
        {"id": n, "business_memberships": [membership(n, 7, "business_employee", account_id="A")]}
        for n in range(1, 30)
    ]
    team = {"response": {"id": 7, "account_id": "A", "business_group": {"id": 3, "members": []}}}
    ask = asker(schema, graph_of(*others, {"document": team, "source": "team"}))
    part = "evidenceCount evidence(first: $n) { document { source } }"
    query = (
        f'query ($n: Int) {{ neighbours(id: "account:A") {{ nodes {{ grant {{ {part} }} }} }} }}'
    )

    def sources(n: int | None) -> list[str]:
        (row,) = ask(query, n=n)["data"]["neighbours"]["nodes"]
        assert row["grant"]["evidenceCount"] == 30
        return [each["document"]["source"] for each in row["grant"]["evidence"]]

    assert sources(None)[0] == "team"
    assert (len(sources(None)), len(sources(30)), sources(0)) == (3, 30, [])
    assert sources(30)[:3] == sources(None)
    assert code(ask(query, n=101)) == "FIRST_OUT_OF_RANGE"


def test_a_grant_by_its_id(schema: Schema) -> None:
    """A grant comes by its id, in the version of its mark; its records come in pages."""
    people = [
        {"id": n, "business_memberships": [membership(n, 7, "business_employee", account_id="A")]}
        for n in range(1, 6)
    ]
    ask = asker(schema, graph_of(*people))
    query = """query ($id: ID!, $offset: Int) { grant(id: $id) {
      id relation evidenceCount evidence(first: 2, offset: $offset) { document { source } } } }"""

    def sources(offset: int) -> list[str]:
        found = ask(query, id="account:A#KEEPS@business:7", offset=offset)["data"]["grant"]
        assert (found["relation"], found["evidenceCount"]) == ("KEEPS", 5)
        return [each["document"]["source"] for each in found["evidence"]]

    pages = [sources(offset) for offset in (0, 2, 4, 6)]
    assert [len(each) for each in pages] == [2, 2, 1, 0]
    assert sorted(each for page in pages for each in page) == [f"{n}.json" for n in range(5)]
    assert ask(query, id="business:7#MEMBER@identity:9") == {"data": {"grant": None}}
    assert ask(query, id="nonsense") == {"data": {"grant": None}}
    assert code(ask(query, id="account:A#KEEPS@business:7", offset=-1)) == "OFFSET_OUT_OF_RANGE"
    past = "{ graph(asOf: %s) { grant(id: %s) { id } } }"
    held = '"business:7#MEMBER@identity:1"'
    found = ask(past % ('"2026-03-01T12:00:00Z"', held))["data"]["graph"]["grant"]
    assert found == {"id": "business:7#MEMBER@identity:1"}


def test_the_coverage_of_one_access(schema: Schema) -> None:
    """An access says whether another path to it may be missing."""
    member = [membership(1, 7, "business_employee")]
    whole = {"id": 1, "business_memberships": member, "groups": [], "roles": []}
    query = '{ access(principal: "identity:1", resource: "business:7") { coverage { complete notes } } }'

    def coverage(body: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = asker(schema, graph_of(body))(query)["data"]["access"]["coverage"]
        return found

    assert coverage(whole)["complete"]
    part = coverage({"id": 1, "business_memberships": member})
    assert not part["complete"]
    assert part["notes"]
