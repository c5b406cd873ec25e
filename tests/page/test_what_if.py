"""Grants that are imagined away: what ends, what stays, what is to be done, and putting them back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Page, expect

from browsing import Served, asked_as, axe_findings
from proofs import crowded

TWO_ROUTES = "/#who=identity:712052&to=account:Xr82w"
ROW = "account:Xr82w#ROLE/CLIENT@identity:712052"
CLIENT = "account:Xr82w#CLIENT@business:77128"


@pytest.fixture(scope="module")
def crowd(served: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server of a world with many paths and many records."""
    return served("-d", str(crowded(tmp_path_factory.mktemp("crowd"))))


def section(page: Page, name: str) -> Any:
    return page.get_by_role("region", name=name, exact=True)


def ended(page: Page, grant: str) -> Any:
    return page.locator(f".ir-picture [data-id='{grant}'].ir-ended")


def test_one_route_less(page: Page, served: Served) -> None:
    """Without one of two routes the access stands, and the other route is told and drawn."""
    page.goto(served("--example") + TWO_ROUTES)
    cut = section(page, "What would end it").get_by_role("link", name="cut role 994207")
    cut.click()
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("b@example.com still reaches account Xr82w, by 1 other path:")
    expect(verdict).to_contain_text("b@example.com owns BillSpring (77128)")
    expect(ended(page, ROW)).to_have_count(1)
    expect(ended(page, CLIENT)).to_have_count(0)
    expect(page.get_by_role("list", name="How many accesses")).to_have_text(
        "0 end2 lowered0 stay", use_inner_text=False
    )
    expect(section(page, "Lowered")).to_contain_text("client → client, inferred · 2 accesses")
    expect(section(page, "To do in the service")).to_contain_text("destroy this role")


def test_the_smallest_cut_and_back(page: Page, served: Served) -> None:
    """The smallest cut ends the access; each grant can be put back alone."""
    page.goto(served("--example") + TWO_ROUTES)
    page.get_by_role("link", name="Smallest cut: what if they went?").click()
    verdict = page.locator(".verdict")
    expect(verdict).to_have_text("b@example.com no longer reaches account Xr82w.")
    for grant in (ROW, CLIENT):
        expect(ended(page, grant)).to_have_count(1)
    tasks = section(page, "To do in the service")
    expect(tasks.get_by_role("listitem")).to_have_count(2)
    expect(tasks).to_contain_text("both name client 74353 of account Xr82w")
    page.get_by_role("link", name="Put back client 22347").click()
    expect(verdict).to_contain_text("still reaches account Xr82w")
    page.go_back()
    expect(verdict).to_contain_text("no longer reaches")
    page.get_by_role("link", name="The access as it is").click()
    expect(section(page, "What would end it")).to_be_visible()
    expect(page.locator(".ir-picture .ir-ended")).to_have_count(0)


def test_a_grant_by_its_record(page: Page, served: Served) -> None:
    """A record from a ticket is a grant; a wrong one is told, and changes nothing."""
    page.goto(served("--example") + "/#view=what-if")
    field = page.get_by_label("Remove a grant by its record")
    field.fill("role 1")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".said")).to_contain_text("the graph has no record 'role 1'")
    field.fill("role 994207")
    page.keyboard.press("Enter")
    expect(section(page, "Imagined away")).to_contain_text("role 994207")
    page.get_by_label("Remove a grant by its record").fill("client 22347")
    page.keyboard.press("Enter")
    expect(section(page, "Ends")).to_contain_text("Ends: 2 accesses")
    assert unquote(page.url).endswith(f"#view=what-if&without={ROW},{CLIENT}")
    row = section(page, "Ends").get_by_role("link")
    expect(row).to_have_text("b@example.com → business 363103, account Xr82w")
    row.click()
    expect(page.locator(".verdict")).to_contain_text("no longer reaches")


def test_a_link_with_records_by_name(page: Page, served: Served) -> None:
    """A link may name records; they are shown by name with what they join, and put back."""
    page.goto(served("--example") + "/#view=what-if&without=role%20994207,client%2022347")
    away = section(page, "Imagined away")
    expect(away).to_contain_text("b@example.com → account Xr82w")
    away.get_by_role("link", name="Put back role 994207").click()
    expect(away.get_by_role("listitem")).to_have_count(1)
    expect(away).to_contain_text("client 22347")


def test_a_grant_that_is_gone(page: Page, served: Served) -> None:
    """A link to a grant that does not stand says so, and lets it be put back."""
    page.goto(f"{served('--example')}{TWO_ROUTES}&without=account:Xr82w%23CLIENT@business:1")
    expect(page.get_by_role("status").filter(has_text="the graph has no grant")).to_be_visible()
    page.get_by_role("link", name="Put back account:Xr82w#CLIENT@business:1").click()
    expect(section(page, "What would end it")).to_be_visible()


def test_what_ends_for_many(page: Page, crowd: str) -> None:
    """What ends is counted first and named by twenty; the rest comes when asked for."""
    grant = "business:500%23MEMBER@identity:100"
    page.goto(f"{crowd}/#view=what-if&without={grant}")
    expect(section(page, "What we do not know")).to_contain_text(
        "Nobody knows what was not observed"
    )
    grants = ",".join(f"business:500%23MEMBER@identity:{n}" for n in range(100, 140))
    page.goto(f"{crowd}/#view=what-if&without={grants}")
    ends = section(page, "Ends")
    expect(ends.get_by_role("heading")).to_contain_text("Ends: 82 accesses")
    expect(page.get_by_role("list", name="How many accesses")).to_contain_text("82 end")
    first = ends.get_by_role("listitem").count()
    ends.get_by_role("button", name="more").click()
    expect(ends.get_by_role("button", name="more")).to_have_count(0)
    assert first < ends.get_by_role("listitem").count() == 41
    expect(section(page, "To do in the service").get_by_text("… 30 more")).to_be_visible()


def test_the_question_as_a_command(page: Page, served: Served) -> None:
    """The command that the page gives answers the same."""
    page.goto(served("--example") + "/#view=what-if&without=role%20994207")
    asked_as(page, "Command")
    said = page.locator(".asked-as pre").inner_text()
    assert said == "inroads what-if --remove 'role 994207'"
    words = ["what-if", "--remove", "role 994207", "--example", "--format", "json"]
    answer = subprocess.run(  # noqa: S603  # our own
        [Path(sys.executable).with_name("inroads"), *words],
        capture_output=True,
        check=True,
        text=True,
    )
    fates = [each["outcome"] for each in json.loads(answer.stdout)["outcomes"]]
    counts = page.get_by_role("list", name="How many accesses")
    expect(counts).to_contain_text(f"{fates.count('LOWERED')} lowered")
    assert fates.count("LOWERED") == len(fates) == 2


def test_it_is_accessible(page: Page, served: Served) -> None:
    """Axe finds nothing on the view, in light and dark, wide and narrow."""
    page.goto(served("--example") + "/#view=what-if&without=role%20994207,client%2022347")
    expect(section(page, "Ends")).to_be_visible()
    assert not axe_findings(page)
    page.set_viewport_size({"width": 700, "height": 800})
    assert not axe_findings(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 700


@pytest.mark.parametrize("width", [390, 800])
def test_one_column(width: int, page: Page, served: Served) -> None:
    """Where it is narrow the outcomes stand below what is to be done, and not upon it."""
    page.set_viewport_size({"width": width, "height": 600})
    page.goto(f"{served('--example')}/#view=what-if&without={quote(f'{ROW},{CLIENT}')}")
    expect(section(page, "Ends")).to_be_visible()
    todo = section(page, "To do in the service").bounding_box()
    outcomes = page.locator(".outcomes").bounding_box()
    assert todo is not None
    assert outcomes is not None
    assert outcomes["y"] >= todo["y"] + todo["height"]
