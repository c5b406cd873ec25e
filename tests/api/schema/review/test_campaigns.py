"""A queue over GraphQL: its items in an order, who is asked, peers, conflicts and withdrawals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from campaigns import twins
from inroads.explorer import load
from inroads.store.ledger import Ledger
from inroads_api.execution.execute import build_schema, execute
from inroads_api.versions.review_desk import Desk, Reviews
from inroads_api.versions.versions import Versions
from questions import NOON
from worlds import observations

SCHEMA = build_schema(allow_review=True)
START = 'mutation { startReview(name: "Q1", by: "eve") { itemCount } }'
ORDERED = """query ($order: ReviewOrder! = RISK, $filter: ReviewFilter) {
  reviewCampaign(id: "Q1") { ordered(order: $order, filter: $filter) } }"""
PICKED = """query ($numbers: [Int!]!) { reviewCampaign(id: "Q1") { picked(numbers: $numbers) {
  number who businessId roles peers decision { id verdict by } } } }"""
DECIDE = """mutation ($answers: [ReviewAnswer!]!, $by: String) {
  decideReview(campaign: "Q1", answers: $answers, by: $by) { taken } }"""
WITHDRAW = """mutation ($decisions: [ReviewWithdrawal!]!, $by: String) {
  withdrawReview(campaign: "Q1", decisions: $decisions, by: $by) { campaignId withdrawn } }"""
REVIEWER = '{ reviewCampaign(id: "Q1") { reviewer { name mayDecide } } }'


class Door:
    """Asks one ledger over GraphQL."""

    def __init__(self, file: Path) -> None:
        self.reviews = Reviews(file, lambda: NOON)
        self.versions = Versions(load(file), NOON)

    def ask(
        self, query: str, who: str | None = None, *, entitled: bool = True, **variables: Any
    ) -> dict[str, Any]:
        desk = Desk(self.reviews, who, deciding=True, entitled=entitled)
        return execute(SCHEMA, self.versions, query, variables, desk=desk)

    def data(self, query: str, **variables: Any) -> Any:
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found

    def code(self, query: str, **variables: Any) -> str:
        """The code of the only error of an answer."""
        (error,) = self.ask(query, **variables)["errors"]
        return str(error["extensions"]["code"])

    def item(self, number: int) -> Any:
        return self.data(PICKED, numbers=[number])["picked"][0]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    file = tmp_path / "inroads.db"
    with Ledger(file) as opened:
        opened.add(each.document for each in observations([(body, NOON) for body in twins()]))
    made = Door(file)
    assert made.data(START) == {"itemCount": 6}
    return made


def keep(item: int, seen: str | None = None) -> dict[str, Any]:
    return {"item": item, "verdict": "KEEP", "seen": seen}


def test_orders(door: Door) -> None:
    """An order has all items once: together by business or person, and by risk among them."""
    items = door.data(PICKED, numbers=[1, 2, 3, 4, 5, 6])["picked"]
    assert door.data(ORDERED)["ordered"] == [1, 2, 3, 4, 5, 6]
    for order, key in (("BUSINESS", "businessId"), ("PERSON", "who")):
        wanted = sorted(items, key=lambda each: (each[key], each["number"]))
        found = door.data(ORDERED, order=order)["ordered"]
        assert found == [each["number"] for each in wanted]
    door.data(DECIDE, answers=[keep(2)], by="eve")
    assert door.data(ORDERED, filter={"decided": False})["ordered"] == [1, 3, 4, 5, 6]
    some = door.data(ORDERED, order="PERSON", filter={"of": items[0]["businessId"]})["ordered"]
    assert {items[each - 1]["businessId"] for each in some} == {items[0]["businessId"]}


def test_picked(door: Door) -> None:
    """Items are given in the order of the numbers, null for one that is not there, up to 100."""
    found = door.data(PICKED, numbers=[5, 99, 2, 5])["picked"]
    assert [each and each["number"] for each in found] == [5, None, 2, 5]
    assert door.data(PICKED, numbers=[])["picked"] == []
    assert door.code(PICKED, numbers=list(range(101))) == "TOO_MANY_ITEMS"


def test_peers(door: Door) -> None:
    """The peers of an item are the other people with one of its roles at its business."""
    items = door.data(PICKED, numbers=[1, 2, 3, 4, 5, 6])["picked"]
    for item in items:
        others = {
            each["who"]
            for each in items
            if each["businessId"] == item["businessId"]
            and set(each["roles"]) & set(item["roles"])
            and each["who"] != item["who"]
        }
        assert item["peers"] == len(others)
    assert any(each["peers"] for each in items)


def test_decided_since(door: Door) -> None:
    """A decision that was not seen is never overruled; with what was seen, one's mind can change."""
    door.data(DECIDE, answers=[keep(1, "0")], by="eve")
    taken = door.item(1)["decision"]
    assert door.code(DECIDE, answers=[keep(1, "0")], by="adam") == "DECIDED_SINCE"
    assert door.item(1)["decision"] == taken
    revoked = {"item": 1, "verdict": "REVOKE", "why": "left", "seen": taken["id"]}
    door.data(DECIDE, answers=[revoked], by="adam")
    assert door.item(1)["decision"]["by"] == "adam"
    assert door.code(DECIDE, answers=[keep(2, "-1")], by="eve") == "BAD_DECISION"


def test_withdrawing(door: Door) -> None:
    """A decision of one's own can be taken back, and the one before it counts again."""
    door.data(DECIDE, answers=[keep(1), keep(2)], by="eve")
    door.data(DECIDE, answers=[{"item": 1, "verdict": "REVOKE", "why": "left"}], by="eve")
    last = [{"item": each, "decision": door.item(each)["decision"]["id"]} for each in (1, 2)]
    assert door.code(WITHDRAW, decisions=last, by="adam") == "DECIDED_SINCE"
    assert door.data(WITHDRAW, decisions=last, by="eve") == {"campaignId": "1", "withdrawn": 2}
    assert door.item(1)["decision"]["verdict"] == "KEEP"
    assert door.item(2)["decision"] is None
    assert door.code(WITHDRAW, decisions=last, by="eve") == "DECIDED_SINCE"
    many = [{"item": each, "decision": "1"} for each in range(101)]
    assert door.code(WITHDRAW, decisions=many, by="eve") == "TOO_MANY_DECISIONS"


def test_reviewer(door: Door) -> None:
    """The asker is told their name and whether they may decide; `by` is for servers without tokens."""
    told = door.data(REVIEWER, who="token:1 (eve)", entitled=False)["reviewer"]
    assert told == {"name": "token:1 (eve)", "mayDecide": False}
    assert door.data(REVIEWER)["reviewer"] == {"name": None, "mayDecide": True}
    assert door.ask("{ reviewer { name mayDecide } }", entitled=False)["data"]["reviewer"] == {
        "name": None,
        "mayDecide": False,
    }
    answers = [keep(1)]
    assert door.code(DECIDE, who="token:1 (eve)", answers=answers, by="adam") == "BAD_REVIEWER"
