"""The view of reviews: a queue that is worked by keyboard alone, by one reviewer or two, or only read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from browsing import Complaints, Served
from inroads import EXAMPLE, load, review
from inroads.explorer import Explorer
from inroads.store.ledger import Ledger
from worlds import explore

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
MANY = 300


def owner(number: int) -> dict[str, Any]:
    business = {"id": 9000 + number % 20, "name": f"Bakery {number % 20}"}
    held = {"id": number, "role": "owner", "business": business}
    return {
        "response": {
            "id": number,
            "identity_id": number,
            "email": f"p{number}@example.com",
            "business_memberships": [held],
        }
    }


class Reviewed(NamedTuple):
    """A server of a campaign "Q1", and the ledger behind it."""

    url: str
    ledger: Path

    def decided(self) -> dict[int, tuple[str, str, str]]:
        with Ledger(self.ledger, read_only=True) as opened:
            items = list(review.campaign(opened, "Q1").items(review.Filter(decided=True)))
        return {
            each.number: (each.decision.verdict.value, each.decision.by, each.decision.why)
            for each in items
            if each.decision
        }

    def decide(self, items: list[int], by: str) -> None:
        with Ledger(self.ledger) as opened:
            review.campaign(opened, "Q1").decide(items, "revoke", by=by, now=NOON, why="theirs")


def begun(file: Path, graph: Explorer) -> Path:
    """A ledger with a campaign of all accesses of a graph."""
    with Ledger(file) as opened:
        opened.add(graph.documents)
        review.start(opened, load(file), review.Scope(), "Q1", by="eve", now=NOON)
    return file


@pytest.fixture
def small(tmp_path: Path, served: Served) -> Reviewed:
    ledger = begun(tmp_path / "small.db", load(EXAMPLE))
    return Reviewed(served("--ledger", str(ledger), "--allow-review", "--trusted-only"), ledger)


@pytest.fixture
def large(tmp_path: Path, served: Served) -> Reviewed:
    graph = explore([(owner(number), NOON) for number in range(1, MANY + 1)])
    ledger = begun(tmp_path / "large.db", graph)
    return Reviewed(served("--ledger", str(ledger), "--allow-review"), ledger)


@pytest.fixture
def other(page: Page) -> Iterator[Page]:
    """A page of a second reviewer, watched as the first one is."""
    context: BrowserContext = page.context
    opened = context.new_page()
    yield opened
    opened.close()


def work(page: Page, url: str, by: str, more: str = "") -> None:
    page.goto(f"{url}/#view=review&campaign=1{more}")
    expect(page.locator(".row").first).to_be_visible()
    page.get_by_label("You are").fill(by)
    page.keyboard.press("Enter")
    expect(page.locator(".items .rows")).to_be_focused()


def row(page: Page, index: int) -> Locator:
    return page.locator(f'.row[aria-posinset="{index + 1}"]')


def test_by_keyboard_alone(small: Reviewed, page: Page) -> None:
    """One goes through a campaign by keys: keep, revoke and unsure with reasons, back, and the end."""
    page.goto(f"{small.url}/#view=review")
    page.get_by_role("link", name="Q1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_contain_text("b@example.com reaches")
    page.keyboard.press("k")  # nobody has said who decides
    expect(page.get_by_label("Who decides?")).to_be_focused()
    page.keyboard.type("kurt@example.com")  # no letter of it is a decision
    assert small.decided() == {}
    page.keyboard.press("Enter")
    expect(page.locator(".items .rows")).to_be_focused()
    expect(row(page, 0)).to_contain_text("keep")
    last = page.get_by_role("region", name="Decided last")
    expect(last).to_contain_text("keep b@example.com → ")  # it stays in sight beside the next one
    expect(last.get_by_role("button", name="Take it back")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_label("why?")).to_be_focused()
    page.keyboard.type("kept no keys, left us")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_label("why?")).to_have_value("kept no keys, left us")
    expect(page.get_by_label("why?")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, 1)).to_contain_text("revoke")
    page.keyboard.press("u")
    expect(page.get_by_label("why?")).to_be_focused()
    page.keyboard.press("Enter")  # the last reason again
    expect(row(page, 2)).to_contain_text("unsure")
    expect(page.locator(".progress")).to_contain_text("3 of 3 decided")
    page.keyboard.press("z")
    expect(row(page, 2)).to_contain_text("open")
    who = "kurt@example.com"
    assert small.decided() == {
        1: ("KEEP", who, ""),
        2: ("REVOKE", who, "kept no keys, left us"),
    }
    page.keyboard.press("k")
    expect(page.locator(".progress")).to_contain_text("3 of 3 decided")
    page.get_by_role("button", name="All is decided: sign off").click()
    page.get_by_role("button", name="Show 1 revocation").click()
    expect(page.locator(".to-do")).to_contain_text("[ ] item 2: end b@example.com")
    page.get_by_role("button", name="Sign off …").click()
    page.get_by_role("button", name="Close the campaign").click()
    expect(page.locator(".finish")).to_contain_text("SHA-256 of the report")
    expect(page.get_by_role("group", name="Decide about this item")).to_have_count(0)
    with Ledger(small.ledger, read_only=True) as opened:
        assert review.campaign(opened, "Q1").signed is not None


def test_help_keeps_the_keys(small: Reviewed, page: Page) -> None:
    """The overlay lists the keys, and while it is there none of them decides."""
    work(page, small.url, "eve@example.com")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_have_count(0)
    assert small.decided() == {}


def test_read_only(tmp_path: Path, served: Served, page: Page) -> None:
    """A server that takes no decisions shows no buttons, says why, and gives the command instead."""
    ledger = begun(tmp_path / "read.db", load(EXAMPLE))
    page.goto(f"{served('--ledger', str(ledger))}/#view=review&campaign=Q1&item=2")
    expect(page.locator(".reader")).to_contain_text("without --allow-review")
    expect(page.locator(".reader pre")).to_have_text(
        "inroads review work Q1 --by you@example.com --ledger FILE"
    )
    expect(page.get_by_role("article")).to_contain_text("Elsewhere it would end nothing.")
    expect(page.get_by_role("link", name="The whole proof")).to_have_attribute(
        "href", "#who=identity:712052&to=business:363103"
    )
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="keep", exact=True)).to_have_count(0)
    assert Reviewed("", ledger).decided() == {}
    page.get_by_role("link", name="The whole proof").click()
    page.get_by_role("link", name="Q1, item 2").click()
    expect(page.get_by_role("article")).to_contain_text("Item 2")
    page.get_by_role("link", name="Campaigns").click()
    expect(page.locator(".starting pre")).to_contain_text("--by you@example.com --ledger FILE")
    expect(page.get_by_role("button", name="Start the campaign")).to_have_count(0)


def test_start(small: Reviewed, page: Page) -> None:
    """A campaign is started from where one is: about one business with its account, by whom one says."""
    page.goto(f"{small.url}/#who=business:77128")
    page.get_by_role("link", name="Review", exact=True).click()
    form = page.get_by_role("region", name="A new campaign")
    expect(form).to_contain_text("everyone who reaches it")
    form.get_by_role("link", name="Everybody instead").click()
    form.get_by_label("Only of a person").fill("b@example.com")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("all that this person reaches")
    page.go_back()
    page.go_back()
    form.get_by_label("Name").fill("Q1")
    form.get_by_label("You are").fill("eve@example.com")
    page.keyboard.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("already has a campaign")
    form.get_by_label("Name").fill("Copper")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Copper")).to_be_visible()
    expect(page.locator(".row")).to_have_count(1)
    with Ledger(small.ledger, read_only=True) as opened:
        scope = review.campaign(opened, "Copper").head.scope
    assert scope.resources == ("account:zDmNq", "business:77128")


def test_no_ledger(served: Served, page: Page) -> None:
    """Files have no reviews, and the page says calmly what is needed."""
    page.goto(f"{served('--example')}/#view=review")
    expect(page.get_by_role("heading", name="No reviews here")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_two_reviewers(small: Reviewed, page: Page, other: Page) -> None:
    """A decision of somebody else is never overruled unseen: it is told at the row, as it truly is."""
    work(page, small.url, "eve@example.com")
    work(other, small.url, "adam@example.com")
    expect(other.get_by_role("article")).to_contain_text("Item 1")
    page.keyboard.press("k")
    expect(row(page, 0)).to_contain_text("keep")
    other.keyboard.press("r")
    other.get_by_label("why?").fill("a reason that took long to write")
    other.keyboard.press("Enter")
    expect(row(other, 0)).to_contain_text("eve@example.com decided keep meanwhile")
    other.get_by_role("button", name="Show item 1").click()
    expect(other.get_by_role("article")).to_contain_text("a reason that took long to write")
    assert small.decided() == {1: ("KEEP", "eve@example.com", "")}


def test_no_network(small: Reviewed, page: Page, complaints: Complaints) -> None:
    """What could not be sent is told at its row, and can be sent again as it was."""
    complaints.forgive("ERR_FAILED|Failed to load resource")
    work(page, small.url, "eve@example.com")
    expect(page.get_by_role("article")).to_contain_text("Elsewhere")
    page.route("**/graphql", lambda route: route.abort())
    page.keyboard.press("k")
    expect(row(page, 0)).to_contain_text("Not taken")
    assert small.decided() == {}
    page.unroute("**/graphql")
    page.get_by_role("button", name="Show item 1").click()
    page.get_by_role("button", name="Send it again").click()
    expect(row(page, 0)).to_contain_text("keep")
    assert small.decided() == {1: ("KEEP", "eve@example.com", "")}


def test_many(large: Reviewed, page: Page) -> None:
    """Hundreds are decided for one reason, and those that somebody else decided are left to them."""
    work(page, large.url, "eve@example.com", "&by=business")
    expect(page.locator(".selection")).to_contain_text(f"{MANY} items, {MANY} open")
    large.decide([7, 250], by="adam@example.com")
    page.get_by_role("button", name="Select all open").click()
    page.locator(".items .rows").focus()
    page.keyboard.press("R")
    page.get_by_label("why?").fill("the shop was closed")
    page.keyboard.press("Enter")
    # A row that was read late is known to be decided, and is not among the open ones.
    expect(page.locator(".notice")).to_contain_text(re.compile("[12] decisions? w.* not taken"))
    expect(page.locator(".progress")).to_contain_text(f"{MANY} of {MANY} decided")
    decided = large.decided()
    assert {number for number, (_, by, _) in decided.items() if by != "eve@example.com"} == {7, 250}
    assert decided[1] == ("REVOKE", "eve@example.com", "the shop was closed")


def test_the_place_survives(large: Reviewed, page: Page) -> None:
    """A reload comes back to the item that was next, in the order and under the filter of the link."""
    work(page, large.url, "eve@example.com", "&by=person&item=120")
    expect(page.get_by_role("article")).to_contain_text("Item 120")
    page.keyboard.press("k")
    expect(page.get_by_role("article")).not_to_contain_text("Item 120")
    expect(page.locator(".progress")).to_contain_text(f"1 of {MANY} decided")
    expect(page).to_have_url(re.compile("item="))
    before = page.url
    page.reload()
    expect(page.locator('.row[aria-selected="true"]')).to_be_in_viewport()
    assert page.url == before
    expect(page.locator(".selection")).to_contain_text(f"{MANY - 1} items")
    page.get_by_role("link", name="Only this business").click()
    expect(page.locator(".selection")).to_contain_text(re.compile(r"^1[45] items"))
