"""The frame of the page: its box and its links; and the watch that all tests of pages rely on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from browsing import Complaints, Served, axe_findings


def test_the_box_suggests_and_its_choice_is_the_place(page: Page, served: Served) -> None:
    """Enter goes to the place of a suggestion, Back returns from it, and `/` leads to the box."""
    page.goto(served("--example"))
    box = page.get_by_role("combobox", name="Who or what")
    box.press_sequentially("bruce")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    expect(page).to_have_url(f"{served('--example')}/#who=identity:712052")
    page.go_back()
    expect(page).to_have_url(f"{served('--example')}/")
    box.blur()
    page.keyboard.press("/")
    expect(box).to_be_focused()


def test_what_was_marked_is_taken_once_it_is_an_answer(page: Page, served: Served) -> None:
    """Enter may come before the answer to the last letters: the marked option is meant, if it stays one."""
    page.goto(served("--example"))
    box = page.get_by_role("combobox", name="Who or what")
    box.press_sequentially("bru")
    expect(page.get_by_role("option").first).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/graphql", hold, times=1)
    with page.expect_request("**/graphql"):
        page.keyboard.insert_text("ce")
    box.press("Enter")
    held[0].continue_()
    expect(page).to_have_url(f"{served('--example')}/#who=identity:712052")


def test_the_frame_is_accessible(page: Page, served: Served) -> None:
    """axe finds nothing, in light and in dark, neither on the frame nor on its suggestions."""
    page.goto(served("--example"))
    expect(page.get_by_role("combobox", name="Who or what")).to_be_visible()
    assert not axe_findings(page)
    page.get_by_role("combobox", name="Who or what").press_sequentially("bruce")
    expect(page.get_by_role("option").first).to_be_visible()
    assert not axe_findings(page)


def test_the_page_works_behind_a_proxy(page: Page, served: Served) -> None:
    """A proxy may serve the page under a path: it asks for nothing outside of it."""
    base = served("--example")
    outside: list[str] = []
    page.on(
        "request", lambda asked: None if "/deep/in/" in asked.url else outside.append(asked.url)
    )
    page.route(
        f"{base}/deep/in/**",
        lambda route: route.fulfill(
            response=route.fetch(url=route.request.url.replace("/deep/in/", "/"))
        ),
    )
    page.goto(f"{base}/deep/in/")
    page.get_by_role("combobox", name="Who or what").press_sequentially("bruce")
    expect(page.get_by_role("option").first).to_be_visible()
    assert not outside


def test_no_place_leaves_the_browser(page: Page, served: Served) -> None:
    """The place stands in the fragment: no request has it in its address, nor in a header."""
    asked: list[str] = []
    page.on("request", lambda each: asked.append(f"{each.url} {each.headers}"))
    page.goto(f"{served('--example')}/#who=identity:712052")
    expect(page.get_by_role("combobox", name="Who or what")).to_be_visible()
    page.reload()
    expect(page.get_by_role("combobox", name="Who or what")).to_be_visible()
    assert asked
    assert not [each for each in asked if "712052" in each.replace(page.url, "")]


def test_axe_sees(page: Page, served: Served) -> None:
    """What is wrong for people who cannot see it, is found in both themes."""
    page.goto(served("--example"))
    expect(page.get_by_role("combobox", name="Who or what")).to_be_visible()
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert axe_findings(page) == ["light image-alt: img", "dark image-alt: img"]


@pytest.mark.parametrize(
    ("done", "complaint"),
    [
        ("fetch('https://example.com/x').catch(() => 0)", "policy violated: connect-src"),
        ("document.body.setAttribute('style', 'color: red')", "policy violated: style-src"),
        ("setTimeout(() => { document.body.innerHTML = '<b>x</b>' })", "TrustedHTML"),
        ("console.error('broken')", "console: broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "uncaught: thrown"),
        ("open('https://example.com/x') && null", "asked outside: https://example.com/x"),
    ],
)
def test_the_watch_sees(
    page: Page, served: Served, complaints: Complaints, done: str, complaint: str
) -> None:
    """A page that asks others, is written to by text, or fails in any way, fails its test."""
    page.goto(served("--example"))
    expect(page.get_by_role("combobox", name="Who or what")).to_be_visible()
    page.evaluate(done)
    for _ in range(500):  # ten seconds: a machine may be slow
        if any(complaint in each for each in complaints):
            break
        page.wait_for_timeout(20)
    assert any(complaint in each for each in complaints)
    assert complaints.unforgiven
    complaints.forgive(".")


def test_what_is_forgiven_passes(complaints: Complaints) -> None:
    """A complaint that a test expects is not held against it; others still are."""
    complaints += ["console: status of 401", "uncaught: other"]
    complaints.forgive("status of 401")
    assert complaints.unforgiven == ["uncaught: other"]
    complaints.clear()
