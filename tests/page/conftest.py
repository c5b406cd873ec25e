"""Servers of the built page, and pages of a Chromium that fail on whatever goes wrong in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browsing import QUIET, Complaints, Served, chromium, missing
from inroads_api import pages
from processes import serving

PATIENCE = 30_000  # milliseconds: the machine may be slow
expect.set_options(timeout=PATIENCE)


# A module, not a session: Playwright leaves a running event loop in its thread, in which the tests
# of other folders could run none of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    if not pages.built():
        missing("the page is not tested: it is not built (INROADS_WEB=require pip install -e .)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def origins() -> set[str]:
    """The origins that pages may ask."""
    return set()


@pytest.fixture(scope="module")
def served(origins: set[str]) -> Iterator[Served]:
    """A server of the words after `inroads serve`, once for each of them: `served("--example")` is its URL."""
    running: dict[tuple[str, ...], str] = {}
    with ExitStack() as ends:

        def serve(*words: str) -> str:
            if words not in running:
                _, port = ends.enter_context(serving(*words))
                running[words] = f"http://127.0.0.1:{port}"
                origins.add(running[words])
            return running[words]

        yield serve


@pytest.fixture
def complaints(origins: set[str]) -> Iterator[Complaints]:
    """All that the pages of a test did and must not; what is not forgiven fails the test."""
    kept = Complaints(origins)
    yield kept
    assert not kept.unforgiven


@pytest.fixture
def page(browser: Browser, complaints: Complaints) -> Iterator[Page]:
    """A page with nothing stored, which can ask nobody but the servers of `served`."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    try:
        context.set_default_timeout(PATIENCE)
        complaints.watch(context)
        yield context.new_page()
    finally:
        context.close()
