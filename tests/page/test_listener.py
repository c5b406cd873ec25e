"""The page as a screen reader tells it: names, states and order, each once."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from browsing import Served

PROOF = "/#who=identity:712052&to=account:Xr82w"

SPOKEN = {"button", "combobox", "heading", "link", "listbox", "option", "textbox"}


def told(page: Page) -> list[tuple[str, str, str]]:
    """Role, name and description of all that Chromium tells a screen reader of."""
    debugger = page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = debugger.send("Accessibility.getFullAXTree")["nodes"]
    debugger.detach()

    def value(node: dict[str, Any], key: str) -> str:
        return str(node.get(key, {}).get("value") or "")

    return [
        (value(node, "role"), value(node, "name"), value(node, "description"))
        for node in nodes
        if not node["ignored"]
    ]


def test_nothing_is_unnamed_and_nothing_is_told_twice(page: Page, served: Served) -> None:
    """Whatever takes the focus has a name, and no description says it again."""
    for place, shows in [
        ("", "All findings"),
        ("/#who=identity:712052", "manager of another_bruce"),
        (PROOF, "role 994207"),
    ]:
        page.goto("about:blank")
        page.goto(served("--example") + place)
        expect(page.locator(f":text('{shows}'), [aria-label*='{shows}']").first).to_be_attached()
        nodes = told(page)
        assert not [role for role, name, _ in nodes if role in SPOKEN and not name]
        assert not [each for each in nodes if each[2] and each[1].startswith(each[2])]


def test_an_answer_as_it_is_told(page: Page, served: Served) -> None:
    """Its total, its filter, its rows and its picture, in words that need no eye."""
    page.goto(f"{served('--example')}/#who=identity:712052")
    expect(page.get_by_role("main")).to_match_aria_snapshot("""
      - main:
        - region "Answer":
          - heading "3 places" [level=2]
          - paragraph: that b@example.com can reach
          - navigation "Filter":
            - link "stated 3"
            - link "active 2"
            - link "latent 1"
            - link "owner 1"
            - link "manager 1"
            - link "client 1"
          - combobox "Sort"
          - button "Save all (CSV)"
          - listbox "Places reached":
            - 'option "business 363103 client account Xr82w shortest: 1 step"'
            - 'option "BillSpring owner 77128 · account zDmNq shortest: 1 step"'
            - 'option "another_bruce manager 311394 · account e6Wmk latent · shortest: 1 step"'
        - region "Picture":
          - application /Picture of 4 cards and 3 lines/:
            - 'button "b@example.com: owner of BillSpring, stated, active"'
            - 'button "b@example.com: manager of another_bruce, stated, latent"'
            - 'button "b@example.com: client of business 363103, stated, active"'
    """)
    card = page.locator(".ir-picture [data-id='business:77128']")
    card.focus()
    page.keyboard.press("Enter")
    expect(card).to_have_attribute("aria-current", "true")
    expect(page.locator(".ir-picture [aria-current]")).to_have_count(1)
    row = page.get_by_role("listbox", name="Places reached").get_by_role("option", selected=True)
    expect(row).to_contain_text("BillSpring")
    expect(page.get_by_role("complementary", name="Chosen")).to_match_aria_snapshot("""
      - heading "BillSpring" [level=3]
      - paragraph: owner · stated · active
      - paragraph: b@example.com owns BillSpring (77128).
      - paragraph:
        - 'link "Proof: every path, and what would end it"'
    """)


def test_the_headings_of_a_proof(page: Page, served: Served) -> None:
    """They alone tell what the access is, what would end it, what is not known, and its paths."""
    page.goto(served("--example") + PROOF)
    expect(page.get_by_role("heading", name="2 paths")).to_be_visible()
    headings = page.get_by_role("main").get_by_role("heading")
    expect(headings).to_have_text(
        [
            "How b@example.com reaches account Xr82w",
            "Access as client",
            "What would end it",
            "What else would that end",
            "What we do not know",
            "2 paths",
        ]
    )
