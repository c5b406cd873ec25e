"""The matrix: people by businesses, walked by the arrow keys, and the same as the graph says."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import inroads
from browsing import Served, axe_findings
from commands import run

BIG, SMALL, PEOPLE = 1, 2, 700


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """700 people at one business, of whom three are at another one, too."""
    path = tmp_path_factory.mktemp("hub") / "people.ndjson"
    path.write_text("\n".join(json.dumps(person(each)) for each in range(PEOPLE)), encoding="utf-8")
    return path


def person(number: int) -> dict[str, Any]:
    businesses = [BIG, SMALL] if number % 250 == 0 else [BIG]
    return {
        "response": {
            "id": 1_000 + number,
            "email": f"p{number:04}@example.com",
            "confirmed_at": "2026-01-01T00:00:00Z",
            "business_memberships": [
                {
                    "id": 10_000 * each + number,
                    "role": "manager",
                    "business": {"id": each, "name": f"Company {each}", "active": True},
                }
                for each in businesses
            ],
        }
    }


def test_the_example_is_a_row_of_three(page: Page, served: Served) -> None:
    """Each cell says its role and its doubts, and leads to the proof; a business has one column."""
    page.goto(f"{served('--example')}/#view=matrix")
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "3")
    expect(grid).to_have_attribute("aria-colcount", "5")
    owner = page.get_by_role("link", name="b@example.com at BillSpring (77128): owner", exact=True)
    expect(owner.locator("[aria-hidden]")).to_have_text("own")
    latent = page.get_by_role("link", name="another_bruce (311394): manager, latent")
    expect(latent).to_have_class("access latent")
    expect(page.get_by_text("1 person reaches the 3 most exposed of 3 businesses")).to_be_visible()
    owner.click()
    expect(page).to_have_url(f"{served('--example')}/#who=identity:712052&to=business:77128")


def test_people_and_accounts_can_be_chosen(page: Page, served: Served) -> None:
    """A person is a row with all that the person reaches; an account stands at its business."""
    page.goto(f"{served('--example')}/#view=matrix&who=identity:712052,identity:1")
    expect(page.get_by_text("Nothing is known by identity:1.")).to_be_visible()
    expect(page.get_by_text("1 person, and 3 businesses that they reach")).to_be_visible()
    expect(page.get_by_role("grid")).to_have_attribute("aria-colcount", "5")
    page.goto(f"{served('--example')}/#view=matrix&who=identity:712052,business:363103,business:9")
    expect(page.get_by_text("1 person, and 2 chosen businesses")).to_be_visible()
    expect(page.get_by_role("img", name="b@example.com at 9: no access")).to_be_visible()
    page.goto(f"{served('--example')}/#view=matrix&who=account:zDmNq")
    expect(page.get_by_text("1 person who can reach account zDmNq")).to_be_visible()
    expect(page.get_by_role("grid")).to_have_attribute("aria-colcount", "5")


def test_a_business_is_added_by_name_and_taken_away(page: Page, served: Served) -> None:
    """What is added and taken away is the place, so that Back undoes it."""
    url = served("--example")
    page.goto(f"{url}/#view=matrix")
    box = page.get_by_role("textbox", name="Add a business or a person")
    box.fill("billspring")
    box.press("Enter")
    expect(page).to_have_url(f"{url}/#view=matrix&who=business:77128")
    page.get_by_role("link", name="Take away BillSpring (77128)").click()
    expect(page).to_have_url(f"{url}/#view=matrix")
    box.fill("nobody at all")
    box.press("Enter")
    expect(page.get_by_text("Nothing is known by “nobody at all”.")).to_be_visible()


def test_arrow_keys_walk_a_grid_of_which_a_part_is_drawn(
    page: Page, served: Served, hub: Path
) -> None:
    """One cell is in the order of Tab; the arrows reach every cell, drawn or not; Enter follows."""
    url = served("-d", str(hub))
    page.goto(f"{url}/#view=matrix&who=business:1,business:2")
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", str(PEOPLE + 2))
    expect(page.get_by_text("700 people reach 2 businesses")).to_be_visible()
    assert grid.locator("[tabindex='0']").count() == 1
    assert grid.get_by_role("row").count() < 60
    grid.locator("[tabindex='0']").focus()
    page.keyboard.press("Control+End")
    last = grid.get_by_role("img", name="p0699@example.com at Company 2 (2): no access")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()
    page.keyboard.press("ArrowLeft")
    focused = grid.get_by_role("link", name="p0699@example.com at Company 1 (1): manager")
    expect(focused).to_be_focused()
    assert grid.locator("[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/#who=identity:1699&to=business:1")


def test_the_heads_stay_in_sight(page: Page, served: Served, hub: Path) -> None:
    """Names and totals of the businesses stay on top, whichever people are in sight."""
    page.goto(f"{served('-d', str(hub))}/#view=matrix&who=business:1,business:2")
    head = page.get_by_role("columnheader", name="Company 1")
    expect(page.get_by_role("gridcell", name="700 people at Company 1 (1)")).to_be_in_viewport()
    page.get_by_role("grid").evaluate("grid => grid.scrollTo(0, grid.scrollHeight)")
    expect(page.get_by_role("link", name="p0690@example.com", exact=True)).to_be_in_viewport()
    expect(head).to_be_in_viewport()
    expect(page.get_by_role("gridcell", name="700 people at Company 1 (1)")).to_be_in_viewport()


def test_nothing_is_cut_silently(page: Page, served: Served, hub: Path) -> None:
    """The people of one business are read a hundred at a time, and what is read is said."""
    page.goto(f"{served('-d', str(hub))}/#view=matrix&who=business:1")
    said = "people who can reach Company 1 (1), and 2 businesses that they reach"
    expect(page.get_by_text(f"The first 100 of 700 {said}")).to_be_visible()
    page.get_by_role("button", name="Read 100 more").click()
    expect(page.get_by_text(f"The first 200 of 700 {said}")).to_be_visible()
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "202")


def test_orders_and_filters_are_the_place(page: Page, served: Served, hub: Path) -> None:
    """The widest come first when asked for; a role that nobody has leaves no row."""
    url = f"{served('-d', str(hub))}/#view=matrix&who=business:1,business:2"
    page.goto(url)
    page.get_by_role("link", name="by number of businesses").click()
    expect(page).to_have_url(f"{url}&sort=number")
    third = page.locator("[aria-rowindex='5']")
    expect(third).to_contain_text("p0500@example.com")
    page.get_by_role("link", name="manager 703").click()
    expect(page).to_have_url(f"{url}&role=MANAGER&sort=number")
    expect(third).to_contain_text("p0500@example.com")
    page.goto(f"{url}&role=OWNER")
    expect(page.get_by_text("No access.")).to_be_visible()


def test_the_file_is_what_the_graph_says(page: Page, served: Served, hub: Path) -> None:
    """The CSV has every person, and as many accesses as the library counts."""
    page.goto(f"{served('-d', str(hub))}/#view=matrix&who=business:1,business:2")
    expect(page.get_by_text("700 people reach 2 businesses")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    head, *rows = csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8")))
    assert head[3:] == ["Company 1 (1) [business:1]", "Company 2 (2) [business:2]"]
    explorer = inroads.load(hub)
    expected = {
        (each.principal, business): "manager"
        for business in ("business:1", "business:2")
        for each in explorer.reached_by(business)
    }
    found = {
        (row[1], business): cell
        for row in rows
        for business, cell in zip(("business:1", "business:2"), row[3:], strict=True)
        if cell
    }
    assert found == expected
    assert Counter(row[2] for row in rows) == {"1": 697, "2": 3}


def elsewhere(page: Page, form: str) -> str:
    """The question of the view in one of its forms."""
    choice = page.locator(".asked-as").get_by_text(re.compile(rf"^(as )?{form}$"))
    choice.dispatch_event("click")
    return page.locator(".asked-as pre").text_content() or ""


def test_its_question_runs_elsewhere(
    page: Page, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command and the lines of Python of each kind of matrix run as they are."""
    for place in ("", "&who=business:77128", "&who=account:zDmNq", "&who=identity:712052"):
        page.goto(f"{served('--example')}/#view=matrix{place}")
        expect(page.get_by_role("grid")).to_be_visible()
        inroads_, *words = elsewhere(page, "Command").split()
        assert inroads_ == "inroads"
        done = run(*words, "--example")
        assert done.returncode == 0
        assert "77128" in done.stdout
        lines = elsewhere(page, "Python")
        exec(lines, {"g": inroads.load(inroads.EXAMPLE)})  # noqa: S102  # our own lines, run as people run them
        assert capsys.readouterr().out


@pytest.mark.parametrize("who", ["", "&who=business:77128", "&who=business:77128,account:Xr82w"])
def test_its_documents_are_trusted(page: Page, served: Served, who: str) -> None:
    """A server that answers nothing but trusted documents answers every kind of matrix."""
    page.goto(f"{served('--example', '--trusted-only')}/#view=matrix{who}")
    expect(
        page.get_by_role("link", name="b@example.com at BillSpring (77128): owner")
    ).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_matrix_is_accessible(page: Page, served: Served) -> None:
    """axe finds nothing, in light and in dark."""
    page.goto(f"{served('--example')}/#view=matrix")
    expect(page.get_by_role("grid")).to_be_visible()
    assert not axe_findings(page)
