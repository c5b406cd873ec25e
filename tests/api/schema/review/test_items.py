"""Contested accesses of campaigns over GraphQL: what was frozen, the filter, the scope, drift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from contested import graph_of, moved_documents, twice_documents
from inroads.explorer import Explorer
from inroads.store.ledger import Ledger
from inroads_api.execution.execute import build_schema, execute
from inroads_api.versions.review_desk import Desk, Reviews
from inroads_api.versions.versions import Versions
from questions import NOON

START = """mutation ($name: String!, $scope: ReviewScopeInput) {
  startReview(name: $name, scope: $scope, by: "eve") { itemCount } }"""
ITEMS = """query ($id: ID!, $filter: ReviewFilter) { reviewCampaign(id: $id) { scope { contested }
  items(first: 9, filter: $filter) { totalCount nodes {
    principalId resourceId contested contestedRoles contradictionCodes sentence
    kept { resourceId what sentence truncated pathCount paths { sentence } } } } } }"""
DRIFT = """{ reviewCampaign(id: "Q1") { drift {
  changed(first: 5) { nodes { difference { facts } } } } } }"""


class _Door:
    """Asks one ledger over GraphQL."""

    def __init__(self, file: Path, graph: Explorer) -> None:
        with Ledger(file) as opened:
            opened.add(graph.documents)
        self.schema, self.graph = build_schema(allow_review=True), graph
        self.desk = Desk(Reviews(file, lambda: NOON), None, deciding=True)

    def ask(self, query: str, **variables: Any) -> Any:
        versions = Versions(self.graph, NOON)
        answer = execute(self.schema, versions, query, variables, desk=self.desk)
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found


def test_items(tmp_path: Path) -> None:
    """An item says what was contested; the filter and the scope choose by it."""
    door = _Door(tmp_path / "inroads.db", graph_of(moved_documents()))
    scopes = {"All": {}, "Doubtful": {"contested": True}, "Sound": {"contested": False}}
    started = {name: door.ask(START, name=name, scope=scope) for name, scope in scopes.items()}
    counts = {name: each["itemCount"] for name, each in started.items()}
    assert counts == {"All": 3, "Doubtful": 1, "Sound": 2}
    told = {name: door.ask(ITEMS, id=name)["scope"]["contested"] for name in scopes}
    assert told == {"All": None, "Doubtful": True, "Sound": False}
    doubtful = door.ask(ITEMS, id="All", filter={"contested": True})["items"]
    assert [(each["resourceId"], each["kept"]["resourceId"]) for each in doubtful["nodes"]] == [
        ("business:3001", "account:AccA")
    ]
    for each in doubtful["nodes"]:
        assert each["principalId"] == "identity:1"
        assert each["contested"]
        assert each["contestedRoles"] == ["OWNER"]
        assert each["contradictionCodes"] == ["account_moved"]
        assert each["sentence"].endswith("as OWNER (contested: OWNER, account_moved).")
    sound = door.ask(ITEMS, id="All", filter={"contested": False})["items"]
    assert sound["totalCount"] == 2
    assert not any(each["contested"] or each["contestedRoles"] for each in sound["nodes"])
    assert door.ask(ITEMS, id="All", filter={"contested": None})["items"]["totalCount"] == 3


def test_drift(tmp_path: Path) -> None:
    """An access that is contested since the freeze has changed."""
    first, second = twice_documents()
    door = _Door(tmp_path / "inroads.db", graph_of([first]))
    door.ask(START, name="Q1")
    door.graph = graph_of([first, second])
    changed = door.ask(DRIFT)["drift"]["changed"]["nodes"]
    assert [each["difference"]["facts"] for each in changed] == [
        ["contested_roles none -> OWNER", "contradictions none -> equal_moment"]
    ]
