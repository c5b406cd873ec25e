"""Visits of the views of the page: the place of each, its heading, and what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from playwright.sync_api import Page, expect

from inroads_api.execution.trusted_documents import OWN, document_id

TEXT: Final = (OWN / "census.graphql").read_text(encoding="utf-8")


WIDER: Final = """[document.scrollingElement, document.querySelector("#view"), document.querySelector("#view > *")]
  .filter((each) => each.scrollWidth > Math.min(each.clientWidth, innerWidth))
  .map((each) => `${each.localName}.${each.className}: ${each.scrollWidth} > ${each.clientWidth}`)"""
"""What scrolls sideways: the page, or a view as a whole."""


class View(NamedTuple):
    """A view, where a person and a place that this person is a member of are asked about."""

    name: str
    place: str
    heading: str
    """A pattern of its text."""
    shows: tuple[str, ...]
    """Selectors of what is there once the answer is there."""


VIEWS: Final = (
    View(
        "start",
        "",
        "^Which businesses can an email reach, and how",
        ("[aria-label='The graph']", "#view a[href^='#who=identity:']", "[href^='#view=findings']"),
    ),
    View("answer", "who={who}", r"places?$", (".row .what", ".ir-identity", ".ir-business")),
    View(
        "proof",
        "who={who}&to={to}",
        "^How .+ reaches .+",
        (".ir-identity", ".ir-line", "[aria-label='What would end it'] a"),
    ),
    View(
        "what-if",
        "view=what-if&without={to}%23MEMBER@{who}",
        "^What if this grant went?",
        (
            "[aria-label='Imagined away'] li",
            "[aria-label='How many accesses'] li",
            "[aria-label='Ends'] li",
        ),
    ),
    View(
        "what-if of a proof",
        "who={who}&to={to}&without={to}%23MEMBER@{who}",
        "^What if this went?",
        (".verdict", ".ir-ended", "[aria-label='What we do not know']"),
    ),
    View("findings", "view=findings", r"^[\d,]+ findings?$", (".rule .number",)),
    View("changes", "view=changes", r"accesses changed|access changed", (".cause .access",)),
    View("matrix", "view=matrix", "^Who reaches what", ("[role=gridcell] .access",)),
    View("review", "view=review&campaign=1", r"^.+ reaches .+ as ", (".row", ".progress")),
    View(
        "query",
        f"view=query&text={document_id(TEXT)}&variables=%7B%22first%22%3A2%7D",
        "^Variables$",
        (".lines", ".cm-editor"),
    ),
)


class World(NamedTuple):
    """A server, a person and a place of it, and the views that cannot be had there, in their words."""

    url: str
    who: str
    to: str
    calm: Mapping[str, str] = {}

    def visit(self, page: Page, view: View) -> None:
        """Open a view, and wait until its whole answer is there, or the words that stand for it."""
        page.goto(f"{self.url}/#{view.place.format(who=self.who, to=self.to)}")
        headings = page.locator("#view").get_by_role("heading")
        if view.name in self.calm:
            expect(headings.filter(has_text=self.calm[view.name])).to_be_visible()
            return
        expect(headings.filter(has_text=re.compile(view.heading)).first).to_be_visible()
        if view.name == "query":
            page.get_by_role("button", name="Run", exact=True).click()
        for each in view.shows:
            expect(page.locator(each).first).to_be_visible()
        expect(page.locator("#view[aria-busy=true], #view [aria-busy=true]")).to_have_count(0)

    def tour(self, page: Page) -> Iterator[View]:
        """Visit one view after the other."""
        for view in VIEWS:
            self.visit(page, view)
            yield view
