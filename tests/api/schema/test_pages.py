"""Every connection and every node of the schema, as Relay's specifications have them."""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import msgspec
import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type

from inroads.model import Capability, Role
from inroads.network.access_graph import AccessGraph
from inroads.policy.separation import Duty, DutyScope, Side
from inroads.policy.tables import STOCK, Policy
from inroads.sources.synthetic import population
from inroads_api.execution.execute import Schema, build_schema, execute
from inroads_api.schema.pages import Page, Window
from inroads_api.versions import marks
from inroads_api.versions.versions import Version, Versions
from questions import NOON, Ask, asker, code, graph_of, unmarked

ENDS = "principal { id } resource { id }"
ITEMS = {
    **dict.fromkeys(("Access", "Change", "Outcome"), ENDS),
    **dict.fromkeys(("Membership", "GroupMembership", "RoleRecord", "Client"), "grant { id }"),
    **dict.fromkeys(("Node", "Identity", "Business"), "id"),
    "CausedChanges": "cause { id sentence }",
    "DutyConflict": "principal { id } left { resource { id } }",
    "Finding": "identity subjectIds",
    "Neighbour": "node { id } grant { id }",
}
"""What tells the items of a connection apart, by their type."""

SINCE = 'since: "2026-01-01T00:00:00Z"'
WAYS = {
    "Query": "{ %s }",
    "GraphInfo": "{ graph { %s } }",
    "CausedChanges": f"{{ changesByCause({SINCE}, first: 1) {{ nodes {{ %s }} }} }}",
    "WhatIf": "{ whatIf(remove: [$grant]) { %s } }",
    "Identity": "{ node(id: $id) { ... on Identity { %s } } }",
    "Business": "{ node(id: $id) { ... on Business { %s } } }",
    "Account": "{ node(id: $id) { ... on Account { %s } } }",
    "Group": "{ node(id: $id) { ... on Group { %s } } }",
}
"""How an object of each type that has connections is come by."""

ARGUMENTS = {
    "changes": SINCE,
    "changesByCause": SINCE,
    "search": 'text: "ada"',
    "neighbours": "id: $id",
}
"""What a connection of a root type is asked with."""


def connections() -> Iterator[tuple[str, str]]:
    """Each field of the schema that gives a connection, with its type; reviews have a ledger and tests of their own."""
    for name, kind in build_schema()._schema.type_map.items():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            yield from (
                (name, key)
                for key, each in kind.fields.items()
                if get_named_type(each.type).name.endswith("Connection")
                and "Review" not in f"{name}{each.type}"
            )


@pytest.fixture(scope="module")
def world() -> AccessGraph:
    """Documents under a policy that tells duties apart, with ids that sort otherwise as texts than as numbers."""
    return graph_of(
        *map(_of_several_lengths, map(msgspec.json.encode, population(60, 3))),
        policy=separating(),
    )


def separating() -> Policy:
    """A policy with a duty that some people violate."""
    sides = Side(frozenset({Role.OWNER})), Side(frozenset(), frozenset({Capability.OPERATIONS}))
    return msgspec.structs.replace(STOCK, separation=(Duty("a", "", *sides, DutyScope.ANY),))


def _of_several_lengths(document: bytes) -> bytes:
    """The document with its ids read from behind: those that end with noughts become shorter."""
    return re.sub(
        rb'("(?:\w+_)?id":)(\d{5,})', lambda found: found[1] + found[2][::-1].lstrip(b"0"), document
    )


@pytest.fixture(scope="module")
def days() -> list[AccessGraph]:
    """Graphs of documents that arrive day by day: of one month, and of more."""
    start = dt.datetime(2025, 12, 31, tzinfo=dt.UTC)
    envelopes = [
        json.loads(_of_several_lengths(msgspec.json.encode(each)))
        | {"observed_at": (start + dt.timedelta(days=day)).isoformat()}
        for day, each in enumerate(population(60, 3))
    ]
    return [graph_of(*envelopes[:count], policy=separating()) for count in (30, 45, 59)]


@pytest.fixture(scope="module")
def ask_world(schema: Schema, world: AccessGraph) -> Ask:
    return asker(schema, world)


def _page(found: Any) -> Any:
    """The first object under the name `page`, wherever it is."""
    inner = found if isinstance(found, list) else found.values() if isinstance(found, dict) else ()
    if isinstance(found, dict) and "page" in found:
        return found["page"]
    return next((page for each in inner if (page := _page(each)) is not None), None)


def _item(schema: Schema, kind: str, field: str) -> str:
    """The selection of an item of a connection."""
    given = schema._schema.type_map[kind].fields[field]  # type: ignore[attr-defined]  # objects have fields
    return ITEMS[get_named_type(get_named_type(given.type).fields["nodes"].type).name]


def _query(kind: str, field: str, item: str) -> str:
    given = "first: $first, after: $after, last: $last, before: $before"
    if kind in ("Query", "GraphInfo"):
        given = f"{ARGUMENTS.get(field, '')} {given}"
    info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    inside = f"totalCount {info} edges {{ cursor node {{ {item} }} }} nodes {{ {item} }}"
    way = WAYS[kind] % f"page: {field}({given}) {{ {inside} }}"
    own = "".join(f", ${name}: ID!" for name in ("id", "grant") if f"${name}" in way)
    return f"query ($first: Int, $after: String, $last: Int, $before: String{own}) {way}"


@pytest.mark.parametrize(("kind", "field"), list(connections()))
def test_every_connection(ask_world: Ask, world: AccessGraph, kind: str, field: str) -> None:
    """Whatever is asked of a list, the page is that part of it, in its order, and tells exactly what is around it."""
    query = _query(kind, field, "__typename")
    candidates: list[dict[str, Any]] = [{}]
    if "$id" in query:
        of = "business" if kind in ("Query", "GraphInfo") else kind.lower()
        candidates = [{"id": key} for key in sorted(world) if key.startswith(of)][:40]
    if "$grant" in query:
        candidates = [{"grant": key} for key in list(world.grants)[:40]]
    pages = [(each, _page(ask_world(query, first=100, **each)["data"])) for each in candidates]
    given, whole = max(
        pages, key=lambda each: (each[1]["totalCount"] <= 100, each[1]["totalCount"])
    )
    total, cursors = whole["totalCount"], [edge["cursor"] for edge in whole["edges"]]
    assert total > 0
    assert len(set(cursors)) == len(cursors) == min(total, 100)
    rng = random.Random(field)
    places = [-1, *sorted(rng.sample(range(len(cursors)), min(3, len(cursors))))]
    for low, high, name, size in product(places, places, ("first", "last"), (1, 2, 100)):
        cut = {"after": cursors[low]} if low >= 0 else {}
        cut |= {"before": cursors[high]} if high >= 0 else {}
        page = _page(ask_world(query, **given, **cut, **{name: size})["data"])
        start, stop = low + 1, high if high >= 0 else total
        part = range(total)[start : max(start, stop)]
        part = part[:size] if name == "first" else part[-size:]
        if part and part[-1] >= len(cursors):
            continue  # its cursors are not known
        found = [edge["cursor"] for edge in page["edges"]]
        assert found == [cursors[each] for each in part], (low, high, name, size)
        assert len(page["nodes"]) == len(found)
        assert page["totalCount"] == total
        assert page["pageInfo"] == {
            "hasPreviousPage": part.start > 0,
            "hasNextPage": part.stop < total,
            "startCursor": found[0] if found else None,
            "endCursor": found[-1] if found else None,
        }


@pytest.mark.parametrize(("kind", "field"), list(connections()))
def test_arguments_and_types(schema: Schema, kind: str, field: str) -> None:
    """Each connection has Relay's four arguments and types, and no other list has any of the last three."""
    given = schema._schema.type_map[kind].fields[field]  # type: ignore[attr-defined]  # objects have fields
    names = {
        name: str(each.type)
        for name, each in given.args.items()
        if name in ("first", "after", "last", "before")
    }
    assert names == {"first": "Int", "after": "String", "last": "Int", "before": "String"}
    fields = {name: str(each.type) for name, each in get_named_type(given.type).fields.items()}
    item = get_named_type(given.type).name.removesuffix("Connection")
    assert fields["edges"] == f"[{item}Edge!]!"
    assert fields["pageInfo"] == "PageInfo!"


ROLES = """query ($first: Int, $last: Int, $after: String, $before: String) { identity(by: {id: 712052}) {
  page: roles(first: $first, last: $last, after: $after, before: $before) { edges { cursor } } } }"""


def test_last_takes_the_place_of_first(ask: Ask) -> None:
    """With a `last` no `first` is read, not even one out of range; a null `last` is none."""
    whole = _page(ask(ROLES)["data"])["edges"]
    assert len(whole) == 3
    assert _page(ask(ROLES, first=1, last=2)["data"])["edges"] == whole[1:]
    assert _page(ask(ROLES, first=-1, last=2)["data"])["edges"] == whole[1:]
    assert _page(ask(ROLES, first=2, last=None)["data"])["edges"] == whole[:2]


@pytest.mark.parametrize("last", [-1, 101])
def test_last_out_of_range(ask: Ask, last: int) -> None:
    """Every `last` is 0 to 100."""
    assert code(ask(ROLES, last=last)) == "LAST_OUT_OF_RANGE"


@pytest.mark.parametrize("way", ["first", "last"])
def test_none_of_a_list(ask: Ask, way: str) -> None:
    """An empty page is a page: it has the total, no cursors, and says on which side more is."""
    query = """query ($first: Int, $last: Int) { identity(by: {id: 712052}) { roles(first: $first, last: $last) {
      totalCount nodes { __typename } edges { cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
    found = ask(query, **{way: 0})["data"]["identity"]["roles"]
    assert found == {
        "totalCount": 3,
        "nodes": [],
        "edges": [],
        "pageInfo": {
            "hasNextPage": way == "first",
            "hasPreviousPage": way == "last",
            "startCursor": None,
            "endCursor": None,
        },
    }


def test_none_of_every_list(ask: Ask) -> None:
    """Lists that are not connections may be asked for nothing, too."""
    query = """{ search(text: "b", first: 0) { nodes { id } }
      largestBlastRadius(first: 0) { id } mostExposed(first: 0) { id }
      chokePoints(first: 0) { ended } graph { issues(first: 0) { code } }
      identity(by: {id: 712052}) { reach(first: 1) { nodes { paths(first: 0) { nodes { role } truncated } } } } }"""
    found = ask(query)["data"]
    reach = found.pop("identity")["reach"]["nodes"]
    assert reach[0]["paths"] == {"nodes": [], "truncated": True}
    assert found.pop("graph") == {"issues": []}
    assert found.pop("search") == {"nodes": []}
    assert set(map(tuple, found.values())) == {()}


def test_before_is_checked_as_after_is(ask: Ask) -> None:
    """A `before` that is no cursor of the list is told."""
    other = ask("{ business(id: 77128) { page: reachedBy { edges { cursor } } } }")
    for wrong in ("", "x", _page(other["data"])["edges"][0]["cursor"]):
        assert code(ask(ROLES, before=wrong)) == "CURSOR_INVALID"


def test_forged_cursors(ask: Ask, bruce: AccessGraph) -> None:
    """A cursor that somebody made, of the wrong words or too few or many, is one that stands somewhere, or is none."""
    for key in (
        [1, 2, 3, 4],
        ["x"] * 4,
        [],
        [[]],
        [None],
        [1.5] * 4,
        [10**30],
        [0, "role", 0, -1, 5],
    ):
        window: Window[Any] = Window(
            bruce, ("roles", "identity:712052"), [tuple(key)], lambda _: (), Page(1)
        )
        forged = ask(ROLES, after=window.cursor(0))
        assert forged.get("data", {}).get("identity") or code(forged) == "CURSOR_INVALID", key


def test_a_cursor_in_other_letters(ask: Ask) -> None:
    """A cursor is taken only as it is given, since a request with one of another version must be known by its text."""
    cursor = _page(ask(ROLES)["data"])["edges"][0]["cursor"]
    assert "errors" not in ask(ROLES, after=cursor)
    read = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    spaced = base64.urlsafe_b64encode(b" " + read).decode().rstrip("=")
    assert code(ask(ROLES, after=spaced)) == "CURSOR_INVALID"


def test_every_node_comes_back(schema: Schema, ask_world: Ask, world: AccessGraph) -> None:
    """Each type that implements Node is given again by its id, in `node` and in its place in `nodes`; others null."""
    interface = schema._schema.type_map["Node"]
    assert isinstance(interface, GraphQLInterfaceType)
    kinds = {each.name for each in schema._schema.get_possible_types(interface)}
    some = {kind: min(key for key in world if key.startswith(f"{kind.lower()}:")) for kind in kinds}
    wanted = [{"__typename": kind, "id": key} for kind, key in some.items()]
    one = "query ($id: ID!) { node(id: $id) { __typename id } }"
    for each in wanted:
        assert ask_world(one, id=each["id"])["data"]["node"] == each
    assert ask_world(one, id="business:1")["data"]["node"] is None
    many = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    ids = ["business:1", *(each["id"] for each in reversed(wanted)), "group:1", wanted[0]["id"]]
    assert ask_world(many, ids=ids)["data"]["nodes"] == [None, *reversed(wanted), None, wanted[0]]


class TestOverASwap:
    """A page goes on in the version of its cursor, whatever is served."""

    @pytest.mark.parametrize(
        ("kind", "field"), [each for each in connections() if each[0] != "CausedChanges"]
    )
    def test_every_connection(
        self, schema: Schema, days: list[AccessGraph], kind: str, field: str
    ) -> None:
        """Page by page over two swaps it is the list of the version in which it began; each page says so."""
        first, *others = days
        query = _query(kind, field, f"__typename {_item(schema, kind, field)}")
        query = query.replace("totalCount", "totalCount version")
        versions = Versions(first, NOON)
        candidates: list[dict[str, Any]] = [{}]
        if "$id" in query:
            of = "business" if kind in ("Query", "GraphInfo") else kind.lower()
            candidates = [{"id": key} for key in sorted(first) if key.startswith(of)][:30]
        if "$grant" in query:
            candidates = [{"grant": key} for key in list(first.grants)[:30]]

        def ask(**given: Any) -> dict[str, Any]:
            return execute(schema, versions, query, given)

        wholes = [(each, _page(ask(first=100, **each)["data"])) for each in candidates]
        given, whole = max(
            wholes, key=lambda each: (each[1]["totalCount"] <= 100, each[1]["totalCount"])
        )
        wanted = whole["nodes"][:6]
        assert len(wanted) > 1
        assert whole["version"] == first.version
        page = _page(ask(first=1, **given)["data"])
        walked = page["nodes"]
        for graph in others:
            versions.swap(Version(graph, NOON))
            while len(walked) < (3 if graph is others[0] else len(wanted)):
                answer = ask(first=1, after=page["pageInfo"]["endCursor"], **given)
                page = _page(answer["data"])
                assert page["version"] == first.version
                assert page["totalCount"] == whole["totalCount"]
                if "changes" not in field:  # these are of two versions
                    assert set(re.findall('@~[^"]*', json.dumps(page["nodes"]))) == {
                        marks.own(first)
                    }
                walked += page["nodes"]
                if len(walked) == len(wanted):
                    break
        assert [unmarked(each) for each in walked] == wanted
        back = _page(ask(last=1, before=page["pageInfo"]["endCursor"], **given)["data"])
        assert unmarked(back["nodes"]) == wanted[-2:-1]
        fresh = _page(ask(first=1, **given)["data"])
        assert fresh["version"] == others[-1].version
        assert "@~" not in json.dumps(fresh["nodes"])

    def test_the_changes_of_a_cause(self, schema: Schema, days: list[AccessGraph]) -> None:
        """The list inside of a cause, which may have another place or none, has to be begun anew."""
        versions = Versions(days[0], NOON)
        query = f"""query ($after: String) {{ changesByCause({SINCE}) {{ nodes {{
          changes(first: 1, after: $after) {{ pageInfo {{ endCursor }} }} }} }} }}"""
        groups = execute(schema, versions, query)["data"]["changesByCause"]["nodes"]
        cursor = groups[0]["changes"]["pageInfo"]["endCursor"]
        versions.swap(Version(days[1], NOON))
        answer = execute(schema, versions, query, {"after": cursor})
        codes = {error["extensions"]["code"] for error in answer["errors"]}
        assert codes <= {"CURSOR_EXPIRED", "CURSOR_INVALID"}

    def test_bundles(self, schema: Schema, days: list[AccessGraph]) -> None:
        """The members of a bundle go on in their version, too, which the list names."""
        first, second, _ = days
        versions = Versions(first, NOON)
        query = """query ($id: ID!, $after: String) { business(id: $id) { id reachedBy {
          bundles(members: 1, after: $after) { version nodes { after members { id } } } } } }"""

        def ask(key: str, after: str | None = None) -> Any:
            answer = execute(schema, versions, query, {"id": key, "after": after})
            return answer["data"]["business"]["reachedBy"]["bundles"]

        found = ((key, ask(key)) for key in sorted(first) if key.startswith("business"))
        key, cursor, head = next(
            (key, each["after"], each["members"])
            for key, listed in found
            for each in listed["nodes"]
            if each["after"]
        )
        wanted = ask(key, cursor)
        assert wanted["version"] == first.version
        versions.swap(Version(second, NOON))
        again = ask(key, cursor)
        assert again["version"] == first.version
        assert unmarked(again["nodes"][0]["members"]) == wanted["nodes"][0]["members"] != head
        assert all(each["id"].endswith(marks.own(first)) for each in again["nodes"][0]["members"])
        assert ask(key)["version"] == second.version

    def test_where_the_version_is_gone(self, schema: Schema, days: list[AccessGraph]) -> None:
        """Without its documents a version cannot be had: the page has to be begun anew, by a code."""
        first, second, third = days
        versions = Versions(second, NOON)
        query = """query ($after: String) { allIdentities(first: 2, after: $after) {
          nodes { id } pageInfo { endCursor } } }"""
        cursor = execute(schema, versions, query)["data"]["allIdentities"]["pageInfo"]["endCursor"]
        for graph, there in ((third, True), (first, False), (graph_of(), False)):
            answer = execute(schema, Versions(graph, NOON), query, {"after": cursor})
            assert code(answer) == "CURSOR_EXPIRED" if not there else "errors" not in answer

    def test_a_node_that_the_version_lacks(self, schema: Schema, days: list[AccessGraph]) -> None:
        """A cursor of a version that does not know the node is none of this list."""
        first, second, _ = days
        versions = Versions(first, NOON)
        query = """query ($id: ID!, $after: String) { node(id: $id) { ... on Identity {
          reach(first: 1, after: $after) { pageInfo { endCursor } } } } }"""
        known, new = (
            next(key for key in sorted(graph) if key.startswith("identity") and key not in others)
            for graph, others in ((first, ()), (second, first))
        )
        cursor = _page(
            {"page": execute(schema, versions, query, {"id": known})["data"]["node"]["reach"]}
        )["pageInfo"]["endCursor"]
        versions.swap(Version(second, NOON))
        assert cursor
        assert (
            code(execute(schema, versions, query, {"id": new, "after": cursor})) == "CURSOR_INVALID"
        )
