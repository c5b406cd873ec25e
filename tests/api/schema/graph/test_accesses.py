"""Blast radius and exposure over GraphQL, and who has most."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from counting import one_by_one
from inroads.analysis.census import Counts, census, made
from inroads.errors import InroadsError
from inroads.model import Role, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.policy.tables import STOCK
from inroads.reach.questions import reach, reached_by
from inroads_api.execution.execute import Schema
from inroads_api.versions import versions
from inroads_api.versions.versions import Versions
from questions import NOON, Ask, asker, code

FIGURES = "total stated inferred active latent contested byRole { role count }"
NODES = f"""query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ id
  ... on Identity {{ figures: blastRadius {{ {FIGURES} }} }}
  ... on Business {{ figures: exposure {{ {FIGURES} }} }}
  ... on Account {{ figures: exposure {{ {FIGURES} }} }} }} }}"""
MOST = f"""query ($kind: NodeKind, $first: Int) {{
  largestBlastRadius(first: $first) {{ id blastRadius {{ {FIGURES} }} }}
  mostExposed(first: $first, kind: $kind) {{ id
    ... on Business {{ exposure {{ total }} }} ... on Account {{ exposure {{ total }} }} }} }}"""


@pytest.fixture
def anew(people: AccessGraph) -> AccessGraph:
    """The population as a graph that nobody has asked anything."""
    return AccessGraph.build(people.fold, STOCK)


def told(figures: dict[str, Any]) -> Counts:
    """The figures of an answer."""
    roles = {Role(each["role"]): each["count"] for each in figures["byRole"]}
    return Counts(
        *(
            figures[name]
            for name in ("total", "stated", "inferred", "active", "latent", "contested")
        ),
        roles,
    )


def test_figures_are_those_of_reach(schema: Schema, anew: AccessGraph) -> None:
    """Every node says what its own question counts, before there is a census and after."""
    ask = asker(schema, anew)
    wanted = [node for node in anew if kind_of(node) != "GROUP"]
    for each in (lambda: None, lambda: census(anew)):
        each()
        for at in range(0, len(wanted), 100):
            for node in ask(NODES, ids=wanted[at : at + 100])["data"]["nodes"]:
                forward = kind_of(node["id"]) == "IDENTITY"
                answer = reach(anew, node["id"]) if forward else reached_by(anew, node["id"])
                assert told(node["figures"]) == one_by_one(answer.summaries)


def test_a_page_of_figures_makes_no_census(schema: Schema, anew: AccessGraph) -> None:
    """What one node has is asked of that node alone; who has most is asked of all, once."""
    ask = asker(schema, anew)
    ask(NODES, ids=[node for node in anew if kind_of(node) == "IDENTITY"][:100])
    assert made(anew) is None
    ask(MOST)
    first = made(anew)
    ask(MOST)
    assert first is not None
    assert made(anew) is first


@pytest.mark.parametrize("kind", ["BUSINESS", "ACCOUNT"])
def test_who_has_most(schema: Schema, people: AccessGraph, kind: str) -> None:
    """Most first, then by printed id; `first` gives the beginning of the same order."""
    ask = asker(schema, people)
    data = ask(MOST, kind=kind, first=100)["data"]
    for name, listed, figures in (
        ("IDENTITY", data["largestBlastRadius"], "blastRadius"),
        (kind, data["mostExposed"], "exposure"),
    ):
        rows = [(row["id"], row["total"]) for row in census(people).rows([name])]
        assert [(node["id"], node[figures]["total"]) for node in listed] == rows[:100]
        assert rows == sorted(rows, key=lambda row: (-row[1], row[0]))
    few = ask(MOST, kind=kind, first=3)["data"]
    assert few == {name: listed[:3] for name, listed in data.items()}
    assert [len(listed) for listed in ask(MOST)["data"].values()] == [10, 10]


def test_the_past_has_its_own_figures(ask: Ask) -> None:
    """As of a moment before all documents nobody reaches anything."""
    query = "{ graph(asOf: %s) { largestBlastRadius { id } mostExposed { id } } }"
    assert ask(query % '"2001-01-01T00:00:00Z"')["data"]["graph"] == {
        "largestBlastRadius": [],
        "mostExposed": [],
    }


def test_what_is_refused(ask: Ask) -> None:
    """An identity is not exposed, and a page has at most 100 nodes."""
    assert code(ask("{ mostExposed(kind: IDENTITY) { id } }")) == "WRONG_KIND"
    assert code(ask("{ largestBlastRadius(first: 101) { id } }")) == "FIRST_OUT_OF_RANGE"
    assert ask("{ mostExposed(kind: null, first: null) { id } }")["data"]["mostExposed"]


def test_few_wait_for_a_census(anew: AccessGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many requests may wait while the census is counted; a census that is there is given at once."""
    monkeypatch.setattr(versions, "MAX_MAKING", 1)
    served = Versions(anew, NOON)
    counting, go_on = threading.Event(), threading.Event()

    def slow(graph: AccessGraph) -> Any:
        counting.set()
        assert go_on.wait(30)
        return census(graph)

    monkeypatch.setattr(versions, "census", slow)
    first = threading.Thread(target=served.census, args=(served.current,))
    first.start()
    try:
        assert counting.wait(30)
        with pytest.raises(InroadsError) as error:
            served.census(served.current)
        assert error.value.code == "BUSY"
    finally:
        go_on.set()
        first.join()
    assert served.census(served.current) is made(anew)
