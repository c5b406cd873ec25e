"""Fingers alone: from the box to a proof, on a telephone and on a tablet, with targets that are large enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import Complaints, Served

PROOF = "/#who=identity:712052&to=account:Xr82w"

SMALL = """() => {
  const seen = (each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest(".unseen, .skip");
  const targets = [...document.querySelectorAll("a[href], button, select, input, summary")].filter(seen);
  const inline = (each) =>
    getComputedStyle(each).display === "inline" &&
    each.parentElement.textContent.trim() !== each.textContent.trim();
  const boxes = targets.map((each) => [each, each.getBoundingClientRect()]);
  const clear = (one, box) => {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    return boxes.every(([other, { left, right, top, bottom }]) => other === one ||
      Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)) >= 12);
  };
  const small = ({ width, height }) => Math.min(width, height) < 23.9;
  return boxes
    .filter(([each, box]) => small(box) && !inline(each) && !clear(each, box))
    .map(([each, box]) => `${each.localName} ${each.textContent.trim()}: ${box.width} by ${box.height}`);
}"""
"""The targets that are too small, and too near another: WCAG 2.2, 2.5.8. Links in a sentence may be."""


@pytest.fixture(scope="module", params=[(390, 844), (820, 1180)], ids=["telephone", "tablet"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The width and the height of a screen."""
    width, height = request.param
    return width, height


@pytest.fixture
def page(browser: Browser, complaints: Complaints, size: tuple[int, int]) -> Iterator[Page]:
    """A page that is touched."""
    width, height = size
    context = browser.new_context(
        locale="en-GB",
        viewport={"width": width, "height": height},
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    try:
        complaints.watch(context)
        yield context.new_page()
    finally:
        context.close()


def fingers(page: Page, *moments: list[tuple[float, float]]) -> None:
    """Put fingers on the screen, move them from moment to moment, and lift them."""
    debugger = page.context.new_cdp_session(page)

    def send(kind: str, places: list[tuple[float, float]]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        debugger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", moments[0])
    for places in moments[1:]:
        send("touchMove", places)
    send("touchEnd", [])
    debugger.detach()


def shift(page: Page) -> Any:
    """The scale and the shift of the picture."""
    return page.evaluate(
        "(({ a, e }) => [a, e])(document.querySelector('.ir-picture > g').getCTM())"
    )


def test_from_the_box_to_a_proof(page: Page, served: Served) -> None:
    """Taps alone lead to the record of a step, and every target on the way is large enough."""
    page.goto(served("--example"))
    expect(page.locator(".start-panels a").first).to_be_visible()
    assert page.evaluate(SMALL) == []
    box = page.get_by_role("combobox").first
    box.tap()
    box.fill("b@exam")
    page.get_by_role("option").first.tap()
    expect(page.get_by_role("heading", name="3 places")).to_be_visible()
    assert page.evaluate(SMALL) == []
    page.get_by_role("option", name="client", exact=False).first.tap()
    expect(page.locator(".paths a")).to_have_count(2)
    assert page.evaluate(SMALL) == []
    page.get_by_role("link", name="role 994207").first.tap()
    expect(page.locator(".record").first).to_be_visible()
    assert page.evaluate(SMALL) == []


def test_the_picture_leaves_room_for_the_panel(page: Page, served: Served) -> None:
    """The picture lies over nothing of the panel, whose heading is in sight when it is scrolled to."""
    page.goto(served("--example") + PROOF)
    expect(page.locator(".paths a")).to_have_count(2)
    assert page.evaluate(
        "document.querySelector('.stage .picture').getBoundingClientRect().bottom"
        " <= document.querySelector('.panel').getBoundingClientRect().top + 0.5"
    )


def test_a_line_takes_a_tap_beside_it(page: Page, served: Served) -> None:
    """A line is as wide as a finger, however small it is drawn."""
    page.goto(served("--example") + PROOF)
    expect(page.locator(".paths a")).to_have_count(2)
    name, x, y = page.evaluate(
        """() => {
          const [line] = document.querySelectorAll(".ir-line");
          const way = line.querySelector(".ir-way");
          const at = way.getPointAtLength(way.getTotalLength() / 5).matrixTransform(way.getScreenCTM());
          return [line.getAttribute("aria-label"), at.x, at.y];
        }"""
    )
    page.touchscreen.tap(x, y + 10)
    expect(page).to_have_url(re.compile("step="))
    expect(page.locator(".ir-line[aria-pressed=true], .ir-line.ir-picked").first).to_have_attribute(
        "aria-label", name
    )


def test_the_picture_is_moved_and_enlarged(page: Page, served: Served) -> None:
    """One finger pans and two enlarge; a picture that is seen whole lets the page scroll."""
    page.goto(served("--example") + PROOF)
    expect(page.locator(".paths a")).to_have_count(2)
    drawn = page.locator(".ir-picture")
    expect(drawn).to_have_css("touch-action", "pan-y")
    bounds = drawn.bounding_box()
    assert bounds
    across, down = bounds["x"] + bounds["width"] / 2, bounds["y"] + 20
    scale, left = shift(page)
    fingers(page, *([(across - step, down)] for step in range(0, 80, 8)))
    assert shift(page)[0] == scale
    assert shift(page)[1] < left - 20
    page.get_by_role("button", name="Closer").tap()
    page.get_by_role("button", name="Closer").tap()
    assert shift(page)[0] > scale * 1.2
    main = page.locator("main.proof")
    page.get_by_role("button", name="Fit").tap()
    before = main.evaluate("each => each.scrollTop")
    fingers(page, *([(across, down + 150 - step)] for step in range(0, 140, 10)))
    page.wait_for_timeout(200)
    assert main.evaluate("each => each.scrollTop") > before
