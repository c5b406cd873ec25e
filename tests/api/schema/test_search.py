"""How nodes are found: by a text, and in lists of all."""

from __future__ import annotations

from typing import Any

import pytest

from costs import measure
from inroads.analysis.census import census
from inroads.model import NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import label
from inroads_api.execution.execute import Schema
from inroads_api.limits import MAX_COST
from questions import Ask, asker, code, graph_of

SEARCH = """query ($text: String!, $kinds: [NodeKind!], $first: Int, $after: String) {
  search(text: $text, kinds: $kinds, first: $first, after: $after) { totalCount pageInfo { endCursor hasNextPage }
    nodes { id label } edges { cursor match { field place } node { id label } } } }"""
LIST = """query ($sort: NodeOrder, $filter: NodeFilter, $first: Int, $after: String) {
  identities: allIdentities(sort: $sort, filter: $filter, first: $first, after: $after) {
    totalCount nodes { id label email } pageInfo { endCursor } }
  businesses: allBusinesses(sort: $sort, filter: $filter, first: 100) { totalCount nodes { id label name } } }"""


def test_a_match_is_told(ask: Ask) -> None:
    """Each node that was found comes with the field and the place of its best match."""
    found = ask(SEARCH, text="b")["data"]["search"]
    first = found["edges"][0]
    assert first["node"] == {"id": "identity:712052", "label": "b@example.com"}
    assert first["match"] == {"field": "EMAIL", "place": "PREFIX"}
    assert found["edges"][1]["match"] == {"field": "NAME", "place": "PREFIX"}
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    exact = ask(SEARCH, text="zdmnq")["data"]["search"]["edges"]
    assert [each["match"] for each in exact] == [{"field": "ID", "place": "EXACT"}]


def test_pages_of_a_search(schema: Schema, people: AccessGraph) -> None:
    """The pages of a search are all that it finds, in the order of the library, of the kinds asked for."""
    ask = asker(schema, people)
    for kinds in (None, ["IDENTITY"], ["BUSINESS", "GROUP"], []):
        wanted = set(NodeKind) if kinds is None else {NodeKind(kind) for kind in kinds}
        found = [each.node for each in people.matches("ada", wanted)]
        seen: list[str] = []
        after = None
        while len(seen) < len(found):
            page = ask(SEARCH, text="ada", kinds=kinds, first=7, after=after)["data"]["search"]
            assert page["totalCount"] == len(found)
            seen += [node["id"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
        assert seen == found
        assert bool(found) is (kinds != [])
    cursor = ask(SEARCH, text="ada", first=1)["data"]["search"]["pageInfo"]["endCursor"]
    assert code(ask(SEARCH, text="other", after=cursor)) == "CURSOR_INVALID"


def test_a_label_is_never_empty(schema: Schema) -> None:
    """A node without a name, or with one that cannot be seen, is called by its kind and id."""
    rows = [
        {"id": 1, "role": "owner", "business": {"id": 1, "name": "", "account_id": "a"}},
        {"id": 2, "role": "owner", "business": {"id": 2, "name": " \u200b\t"}},
        {"id": 3, "role": "owner", "business": {"id": 3, "name": "x\u202ey"}},
    ]
    ask = asker(schema, graph_of({"id": 5, "email": " ", "business_memberships": rows}))
    ids = ["identity:5", "business:1", "business:2", "business:3", "account:a"]
    found = ask("query ($ids: [ID!]!) { nodes(ids: $ids) { label } }", ids=ids)["data"]["nodes"]
    assert [each["label"] for each in found] == [
        "identity 5",
        "business 1",
        "business 2",
        "x\ufffdy (3)",
        "account a",
    ]


@pytest.mark.parametrize("sort", ["ID", "NAME", "ACCESSES", None])
def test_all_nodes(schema: Schema, people: AccessGraph, sort: str | None) -> None:
    """Every identity and business is listed once, in the order asked for."""
    ask = asker(schema, people)
    everyone: list[dict[str, Any]] = []
    after = None
    while True:
        page = ask(LIST, sort=sort, first=100, after=after)["data"]
        everyone += page["identities"]["nodes"]
        after = page["identities"]["pageInfo"]["endCursor"]
        if after is None:
            break
    ids = [each["id"] for each in everyone]
    assert sorted(ids) == sorted(key for key in people if kind_of(key) is NodeKind.IDENTITY)
    assert len(ids) == page["identities"]["totalCount"]
    assert page["businesses"]["totalCount"] == people.counts[NodeKind.BUSINESS]
    if sort in ("ID", None):
        assert ids == sorted(ids)
    elif sort == "NAME":
        texts = [each["email"].lower() if each["email"] else "\uffff" for each in everyone]
        assert texts == sorted(texts)
    else:
        totals = [census(people).counts(each).total for each in ids]
        assert totals == sorted(totals, reverse=True)
    assert [each["label"] for each in everyone] == [label(people, each) for each in ids]


def test_listed_nodes_are_filtered(schema: Schema, people: AccessGraph) -> None:
    """Each part of the filter keeps what it says; a cursor of another filter is none of this list."""
    ask = asker(schema, people)

    def listed(**given: Any) -> tuple[set[str], set[str]]:
        found = ask(LIST, filter=given, first=100)["data"].values()
        first, second = ({each["id"] for each in part["nodes"]} for part in found)
        return first, second

    for observed in (True, False):
        for key in set.union(*listed(observed=observed)):
            assert bool(people.nodes[key].get("observed")) is observed
    latent, alive = listed(latent=True), listed(latent=False)
    assert all(latent)
    assert all(people.latent(key) for key in set.union(*latent))
    assert not any(people.latent(key) for key in set.union(*alive))
    assert listed(text="ada", observed=True)[0] <= set(people.search("ada", 10**6))
    assert listed(text="") == (set(), set())
    cursor = ask(LIST, first=1)["data"]["identities"]["pageInfo"]["endCursor"]
    assert code(ask(LIST, first=1, after=cursor, filter={"observed": True})) == "CURSOR_INVALID"


def test_a_page_of_people_is_cheap(schema: Schema) -> None:
    """A hundred suggestions, or a hundred rows of a list, take a small part of the limit."""
    for query in (SEARCH, LIST):
        assert measure(schema, query, text="a", first=100).cost < MAX_COST / 20
