"""The three first views in Firefox, which lays out, draws and gives the focus by rules of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from browsing import Served, missing
from firefox import FirefoxPage, firefox
from inroads_api import pages

VIEWS = {
    "": ".start-panels a",
    "#who=identity:712052": ".ir-picture .ir-spot",
    "#who=identity:712052&to=account:Xr82w": ".paths a",
}
"""The places of the example, and what each shows when it has its answers."""

SPILT = """[...document.querySelectorAll(".ir-spot")].filter((card) => {
  const box = card.querySelector(".ir-box").getBoundingClientRect();
  const texts = [...card.querySelectorAll("text:not(svg svg text)")].map((text) => text.getBoundingClientRect());
  return texts.some(({ left, right }) => left < box.left || right > box.right);
}).length"""
"""The number of cards whose text does not fit in."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirefoxPage]:
    """The page of a Firefox, which takes some seconds to start."""
    if not pages.built():
        missing("the page is not tested: it is not built (INROADS_WEB=require pip install -e .)")
    with firefox(tmp_path_factory.mktemp("firefox")) as page:
        yield page


@pytest.fixture
def page(shared: FirefoxPage) -> Iterator[FirefoxPage]:
    """The page of the one Firefox; what it complains of fails the test."""
    shared.complaints.clear()
    yield shared
    assert not shared.complaints


def tab_to(page: FirefoxPage, selector: str) -> None:
    """Press Tab until an element that a selector fits has the focus."""
    for _ in range(40):
        page.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_from_the_box_to_a_record_by_keyboard(page: FirefoxPage, served: Served) -> None:
    """Keys alone lead through all three views, and each tells a screen reader its heading."""
    page.goto(served("--example"))
    page.until("document.querySelector('.start-panels a')")
    page.press("/", "b@exam")
    page.until("document.querySelector('[role=option] mark')?.textContent === 'b@exam'")
    assert page.named("option", "b@example.com person · Bruce Wayne · 712052") == 1
    page.press("Enter")
    page.until("document.querySelector('#view h2:focus')?.textContent === '3 places'")
    assert page.named("listbox", "Places reached") == 1
    tab_to(page, "[role=listbox]")
    page.press("ArrowDown", "Enter")
    page.until("document.querySelector('.paths a')")
    assert page.evaluate("location.hash") == "#who=identity:712052&to=account:Xr82w"
    assert page.named("heading", "What would end it") == 1
    tab_to(page, ".ir-picture [data-id]")
    page.press("ArrowRight")
    assert page.evaluate("document.activeElement.matches('.ir-line:focus-visible')")
    page.press("Enter")
    page.until("document.querySelector('article pre')")
    assert "&step=" in page.evaluate("location.hash")


@pytest.mark.parametrize("width", [1280, 700])
def test_all_of_it_is_in_its_place(page: FirefoxPage, served: Served, width: int) -> None:
    """In light and in dark the page itself never scrolls, no card spills, and the bar fits."""
    page.resize(width, 800)
    for place, shows in VIEWS.items():
        page.goto(f"{served('--example')}/?{width}{place}")
        page.until(f"document.querySelector({shows!r})")
        for theme, dark in [("light", False), ("dark", True)]:
            page.until("document.querySelector('button.theme')")
            page.evaluate("document.querySelector('button.theme').click()")
            page.until(f"document.documentElement.dataset.theme === {theme!r}")
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (paper == "rgb(16, 18, 22)") is dark
        page.evaluate("document.querySelector('button.theme').click()")
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollHeight - {root}.clientHeight") == 0
        assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
        assert (
            page.evaluate(
                "(({scrollWidth: all, clientWidth: seen}) => all - seen)"
                "(document.querySelector('.bar nav'))"
            )
            == 0
        )
        assert page.evaluate(SPILT) == 0


@pytest.mark.parametrize(
    ("done", "complaint"),
    [
        ("fetch('https://example.com/x').catch(() => 0)", "policy violated: connect-src"),
        ("void open('https://example.com/x')", "asked outside: https://example.com/x"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
    ],
)
def test_the_watch_sees(shared: FirefoxPage, served: Served, done: str, complaint: str) -> None:
    """A page that asks others or fails is told of."""
    shared.goto(served("--example"))
    shared.complaints.clear()
    shared.evaluate(done)
    for _ in range(500):  # ten seconds: a machine may be slow
        shared.evaluate("null")  # what happened is told before the next answer
        if any(complaint in each for each in shared.complaints):
            return
        time.sleep(0.02)
    raise AssertionError(f"{shared.complaints} lack {complaint}")
