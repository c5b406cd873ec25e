"""Changes on the page: who gained and lost what between two days, because of which record."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect

import inroads
from browsing import Served, asked_as
from commands import run
from records import me, membership

CROWD = 150
"""The people who lose their membership of one business, each because of a record of its own."""


def observed(moment: str, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    source = f"collected-{moment[:10]}"
    return [{"observed_at": moment, "source": source, "document": each} for each in documents]


def ledger(folder: Path, documents: list[dict[str, Any]]) -> str:
    file, path = folder / "documents.ndjson", folder / "inroads.db"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, documents)))
    assert run("ingest", str(file), "--ledger", str(path)).returncode == 0
    return str(path)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger in which one loses an access, one gains one, one is changed, and one is only seen first."""
    return ledger(
        tmp_path_factory.mktemp("few"),
        [
            *observed(
                "2026-09-01T00:00:00Z",
                me(1, business_memberships=[membership(11, 10)]),
                me(2, business_memberships=[]),
                me(3, business_memberships=[membership(13, 10, "contractor")]),
            ),
            *observed("2026-11-10T00:00:00Z", me(1, business_memberships=[])),
            *observed(
                "2026-11-20T12:00:00Z", me(2, business_memberships=[membership(12, 10, "owner")])
            ),
            *observed(
                "2026-11-27T00:00:00Z",
                me(3, business_memberships=[membership(13, 10, "owner")]),
                me(4, business_memberships=[membership(14, 10)]),
            ),
        ],
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger in which many people lose an access on one day."""
    people = range(1, CROWD + 1)
    return ledger(
        tmp_path_factory.mktemp("many"),
        [
            *observed(
                "2026-10-01T00:00:00Z",
                *(me(each, business_memberships=[membership(each, 10)]) for each in people),
            ),
            *observed(
                "2026-11-01T00:00:00Z", *(me(each, business_memberships=[]) for each in people)
            ),
        ],
    )


@pytest.fixture
def opened(served: Served, page: Page) -> Callable[[str, str], Page]:
    def opens(path: str, place: str = "") -> Page:
        page.goto(f"{served('--ledger', path)}/#view=changes{place}")
        expect(page.locator(".causes h2")).to_be_visible()
        return page

    return opens


def test_who_gained_and_lost(opened: Callable[..., Page], few: str) -> None:
    """The last 30 days are told at once: the numbers, then each cause with its record and accesses."""
    page = opened(few)
    expect(page.get_by_role("heading", name="3 accesses changed")).to_contain_text(
        "from 28 Oct 2026 through 27 Nov 2026"
    )
    chips = page.get_by_role("navigation", name="What became of accesses")
    expect(chips).to_contain_text("+ gained 1")
    expect(chips).to_contain_text("lost 1")
    expect(chips).to_contain_text("~ changed 1")
    causes = page.locator(".cause")
    expect(causes).to_have_count(3)
    lost = causes.filter(has_text="Membership 11 of")
    expect(lost).to_contain_text("was removed")
    expect(lost).to_contain_text("Last stated by collected-2026-09-01, observed 2026-09-01")
    expect(lost).to_contain_text("no longer in collected-2026-11-10, observed 2026-11-10")
    then = "at=2026-10-27T23:59:59.999999Z"
    link = lost.get_by_role("link", name="How it was").get_attribute("href") or ""
    assert link.replace("%3A", ":") == f"#who=identity:1&to=business:10&{then}"
    gained = causes.filter(has_text="Membership 12 of")
    expect(gained).to_contain_text("Stated by collected-2026-11-20, observed 2026-11-20")
    expect(gained).to_contain_text("not in collected-2026-09-01, observed 2026-09-01")
    expect(gained.locator(".access")).to_contain_text("+ gained")
    link = gained.get_by_role("link", name="How").get_attribute("href") or ""
    assert link == "#who=identity:2&to=business:10"
    expect(causes.filter(has_text="Membership 13 of")).to_contain_text("contractor → owner")


def test_one_kind(opened: Callable[..., Page], few: str) -> None:
    """A number leads to these changes alone; what was first observed comes when it is wanted."""
    page = opened(few)
    chips = page.get_by_role("navigation", name="What became of accesses")
    chips.get_by_role("link", name="lost").first.click()
    expect(page.locator(".cause")).to_have_count(1)
    page.go_back()
    expect(page.locator(".cause")).to_have_count(3)
    chips.get_by_role("link", name="Show 1 first observed").click()
    expect(page.locator(".cause")).to_have_count(4)
    expect(page.locator(".cause").filter(has_text="not known to have changed")).to_have_count(1)
    expect(page.get_by_role("heading", name="3 accesses changed")).to_be_visible()


def test_time_line(opened: Callable[..., Page], few: str) -> None:
    """Each day has its numbers, which are counted one after the other; all of them make the whole."""
    page = opened(few)
    expect(page.locator(".time .key")).not_to_contain_text("counted")
    page.get_by_text("The numbers as a table").click()
    numbers = {
        cells[0]: cells[2:]
        for row in page.locator(".time tbody tr").all()
        if (cells := row.locator("th, td").all_inner_texts())
    }
    assert len(numbers) == 31
    changed = {day: cells for day, cells in numbers.items() if set(cells) != {"0"}}
    assert changed == {
        "2026-11-10": ["0", "1", "0", "0", "0"],
        "2026-11-20": ["1", "0", "0", "0", "0"],
        "2026-11-27": ["0", "0", "1", "1", "0"],
    }
    titles = page.locator(".timeline title").all_text_contents()
    assert "20 Nov 2026: 1 gained, 0 lost, 0 changed" in titles


def test_handles_by_keys(opened: Callable[..., Page], few: str) -> None:
    """A handle is a slider that says its day; after a rest its day is in the link."""
    page = opened(few)
    since, until = (
        page.get_by_role("slider", name="From"),
        page.get_by_role("slider", name="Through"),
    )
    expect(since).to_have_attribute("aria-valuetext", "28 Oct 2026")
    since.focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowLeft")
    expect(since).to_have_attribute("aria-valuetext", "10 Nov 2026")
    page.wait_for_url(re.compile("since=2026-11-10"))
    expect(page.locator(".cause")).to_have_count(3)
    since = page.get_by_role("slider", name="From")
    since.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("since=2026-11-11"))
    expect(page.locator(".cause")).to_have_count(2)
    until.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("until=2026-11-26"))
    expect(page.locator(".cause")).to_have_count(1)
    page.keyboard.press("Home")
    page.wait_for_url(re.compile("until=2026-11-11"))
    expect(page.get_by_text("No access of these kinds changed in these days.")).to_be_visible()


def test_handles_by_mouse(opened: Callable[..., Page], few: str) -> None:
    """A handle is dragged to a day, and stays within the other one."""
    page = opened(few)
    box = page.locator(".timeline svg").bounding_box()
    assert box
    middle = box["y"] + 65
    page.mouse.move(box["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 14.1 / 31, middle, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("since=2026-11-11"))
    expect(page.locator(".cause")).to_have_count(2)


def test_presets(opened: Callable[..., Page], few: str) -> None:
    """A span is one click away, and a place of its own."""
    page = opened(few)
    spans = page.get_by_role("navigation", name="Span")
    spans.get_by_role("link", name="last 7 days").click()
    page.wait_for_url(re.compile("since=2026-11-20"))
    expect(page.locator(".cause")).to_have_count(2)
    spans.get_by_role("link", name="quarter").click()
    page.wait_for_url(re.compile("since=2026-09-02"))
    expect(page.locator(".time .key")).to_contain_text("per week")
    expect(spans.get_by_role("link", name="all")).to_have_count(0)


def test_many(opened: Callable[..., Page], many: str) -> None:
    """Causes come in pages, with how many there are."""
    page = opened(many)
    expect(page.get_by_role("heading", name=f"{CROWD} causes")).to_be_visible()
    expect(page.locator(".cause")).to_have_count(20)
    page.get_by_role("button", name=f"Show more causes: 20 of {CROWD} are shown").click()
    expect(page.locator(".cause")).to_have_count(40)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="CSV").click()
    assert downloading.value.suggested_filename == f"inroads-changes-40-of-{CROWD}-causes.csv"
    text = Path(downloading.value.path()).read_text(encoding="utf-8")
    assert len(text.splitlines()) == 41


def test_it_is_asked_for_elsewhere(opened: Callable[..., Page], few: str) -> None:
    """The command and the Python of the view are ones that run, and give these causes."""
    page = opened(few, "&since=2026-11-10&until=2026-11-26")
    expect(page.locator(".cause")).to_have_count(2)
    asked_as(page, "Command")
    words = shlex.split(page.locator(".asked-as pre").inner_text())
    done = run(*words[1:], "--ledger", few, "-f", "ndjson")
    assert len(done.stdout.splitlines()) == 2
    asked_as(page, "Python")
    *lines, last = (
        page.locator(".asked-as pre").inner_text().replace("inroads.db", few).splitlines()
    )
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)  # noqa: S102  # the lines are what is tested
    assert len(eval(last, names)) == 2  # noqa: S307  # so is the last one


def test_one_moment(served: Served, page: Page) -> None:
    """Documents of one moment have nothing to be compared with, and the page says how to get it."""
    page.goto(served("--example") + "/#view=changes")
    expect(page.get_by_role("heading", name="There is nothing to compare yet")).to_be_visible()
    expect(page.get_by_text("inroads ingest")).to_be_visible()


def test_no_past(served: Served, page: Page, few: str) -> None:
    """A caller without a past is told so, calmly."""
    told = {"errors": [{"message": "no", "extensions": {"code": "LIMITED"}}], "data": None}

    def limited(route: Any) -> None:
        if '"since"' in (route.request.post_data or ""):
            route.fulfill(status=200, json=told)
        else:
            route.fallback()

    page.route("**/graphql", limited)
    page.goto(f"{served('--ledger', few)}/#view=changes")
    expect(page.get_by_role("heading", name="This token has no past")).to_be_visible()


def test_the_library_says_so(few: str) -> None:
    """The numbers that these tests expect are the library's."""
    since = dt.datetime(2026, 10, 27, 23, 59, 59, tzinfo=dt.UTC)
    found = inroads.changes(inroads.load(few, as_of=since), inroads.load(few))
    assert sorted(str(each.kinds[0]) for each in found.changes) == [
        *("CHANGED", "GAINED", "LOST", "OBSERVED")
    ]


def test_about_one_person(opened: Callable[..., Page], few: str) -> None:
    """A person's page leads to the changes of that person, which a chip widens to all again."""
    page = opened(few, "&who=identity:2")
    expect(page.get_by_role("heading", name="1 access changed about")).to_be_visible()
    expect(page.locator(".cause")).to_have_count(1)
    asked_as(page, "Command")
    assert "--about identity:2" in page.locator(".asked-as pre").inner_text()
    asked_as(page, "Python")
    expect(page.locator(".asked-as pre")).to_contain_text('about="identity:2")')
    page.keyboard.press("Escape")
    page.get_by_role("link", name="show all again").click()
    expect(page.get_by_role("heading", name="3 accesses changed")).to_be_visible()
    page.goto(page.url.split("#")[0] + "#who=identity:2")
    page.get_by_role("link", name="Changes of this person").click()
    assert page.url.endswith("#view=changes&who=identity:2")
