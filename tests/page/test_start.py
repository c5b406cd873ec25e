"""The start view, the box, the moment and the title: where everyone begins, and how one goes on."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, Route, expect

from browsing import Complaints, Served, axe_findings
from inroads import EXAMPLE
from records import DAY, me, membership

EMAIL = "b@example.com"


def asked(base: str, query: str) -> dict[str, object]:
    """The data of a query."""
    body = json.dumps({"query": query}).encode()
    headers = {"content-type": "application/json"}
    with urlopen(Request(f"{base}/graphql", body, headers)) as response:  # noqa: S310  # our own server
        data: dict[str, object] = json.load(response)["data"]
    return data


def document(**given: object) -> str:
    """An envelope with the document of a person, of a name and an email that are hostile."""
    person = {"id": 5, "email": EMAIL, **given}
    return json.dumps(
        {
            "document": {"response": person},
            "source": "me",
            "observed_at": "2026-01-02T03:04:05Z",
        }
    )


def test_its_numbers_are_those_of_the_api(page: Page, served: Served) -> None:
    """Counts, coverage, the most exposed and the widest are what their own questions answer."""
    base = served("--example")
    page.goto(base)
    figures = page.get_by_role("region", name="The graph")
    expect(figures).to_contain_text("0 of 3 teams read")
    expect(figures).to_contain_text("1 of 1 person read")
    people = page.get_by_role("region", name="People who reach the most")
    reach = asked(base, '{ identity(by: {email: "b@example.com"}) { reach { totalCount } } }')
    expect(people.get_by_role("link", name=EMAIL)).to_contain_text(
        f"{reach['identity']['reach']['totalCount']} accesses"  # type: ignore[index]  # JSON
    )
    businesses = page.get_by_role("region", name="Businesses that the most people reach")
    held = asked(base, '{ business(id: "77128") { reachedBy { totalCount } } }')
    expect(businesses.get_by_role("link", name="BillSpring")).to_contain_text(
        f"{held['business']['reachedBy']['totalCount']} person"  # type: ignore[index]  # JSON
    )
    found = page.get_by_role("region", name="Findings")
    counts = asked(base, "{ findings(first: 0) { counts { rule count } } }")
    for each in counts["findings"]["counts"]:  # type: ignore[index]  # JSON
        title = each["rule"].replace("-", " ")
        expect(found.get_by_role("link", name=title)).to_contain_text(str(each["count"]))


def test_each_item_leads_to_its_view(page: Page, served: Served) -> None:
    """A person, a business, a rule and the changes are links, whose places say what they are."""
    page.goto(served("--example"))
    for name, place in [
        (EMAIL, "#who=identity:712052"),
        ("BillSpring", "#who=business:77128"),
        ("Redundant route", "#view=findings&rule=redundant-route"),
        ("All findings", "#view=findings"),
    ]:
        expect(page.get_by_role("link", name=name).first).to_have_attribute("href", place)
    expect(page.get_by_role("link", name="All changes")).to_have_attribute(
        "href", re.compile(r"^#view=changes&since=\d{4}-\d\d-\d\d$")
    )


def test_an_empty_graph_says_what_to_do(page: Page, served: Served, tmp_path: Path) -> None:
    """Where no document was read, the view names the commands that read some."""
    page.goto(served("--ledger", str(tmp_path / "none.db"), "--allow-ingest"))
    expect(page.get_by_role("heading", name="No document was read yet")).to_be_visible()
    expect(page.get_by_text("inroads ingest FOLDER")).to_be_visible()
    expect(page.get_by_role("region", name="Findings")).to_have_count(0)


def test_a_slow_panel_costs_itself_alone(
    page: Page, served: Served, complaints: Complaints
) -> None:
    """The others answer, and that one says what can be done, and is asked again."""
    complaints.forgive("status of 503")
    slow = {"errors": [{"message": "it took too long", "extensions": {"code": "DEADLINE"}}]}

    def fails(route: Route) -> None:
        if "until" in (route.request.post_data or ""):
            route.fulfill(status=503, json=slow)
        else:
            route.fallback()

    page.route("**/graphql", fails)
    page.goto(served("--example"))
    changes = page.get_by_role("region", name="Changes in the last 30 days")
    expect(changes.get_by_role("alert")).to_contain_text("takes longer than the server lets")
    expect(changes).to_contain_text("inroads changes --since")
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()
    page.unroute("**/graphql")
    changes.get_by_role("button", name="Try again").click()
    expect(changes.get_by_role("link", name="All changes")).to_be_visible()


def test_changes_lead_to_as_many(page: Page, served: Served, tmp_path: Path) -> None:
    """A figure of the last days leads to its own kind, and there are as many, early on the first day too."""
    first = DAY[1].replace(hour=1)
    rows = [membership(1, 10), membership(2, 20)]
    documents = [(rows, DAY[0]), (rows[:1], first), ([], first + dt.timedelta(days=30, hours=5))]
    file = tmp_path / "me.ndjson"
    lines = [
        {"observed_at": when.isoformat(), "document": me(1, business_memberships=held)}
        for held, when in documents
    ]
    file.write_text("".join(f"{json.dumps(each)}\n" for each in lines), encoding="utf-8")
    page.goto(served("-d", str(file)))
    page.get_by_role("region", name="Changes in the last 30 days").get_by_role(
        "link", name="lost 2"
    ).click()
    expect(page).to_have_url(re.compile("view=changes&since=2026-01-02&kind=lost$"))
    expect(page.get_by_role("heading", name=re.compile("^2 accesses changed"))).to_be_visible()


def test_a_refusal_for_a_time_counts_down(
    page: Page, served: Served, complaints: Complaints
) -> None:
    """A try again that is wanted too early waits as long as the server wants it to."""
    complaints.forgive("status of 429")
    body = {"errors": [{"message": "too much", "extensions": {"code": "THROTTLED"}}]}

    def throttles(route: Route) -> None:
        if "until" in (route.request.post_data or ""):
            route.fulfill(status=429, json=body, headers={"retry-after": "3"})
        else:
            route.fallback()

    page.route("**/graphql", throttles)
    page.goto(served("--example"))
    changes = page.get_by_role("region", name="Changes in the last 30 days")
    expect(changes.get_by_role("button")).to_have_text(re.compile(r"Try again in \d seconds?"))
    page.unroute("**/graphql")
    changes.get_by_role("button").click()
    expect(changes.get_by_role("link", name="All changes")).to_be_visible()


def test_an_exact_email_goes_straight(page: Page, served: Served) -> None:
    """Enter takes what was typed whole, even before its suggestions are there."""
    page.goto(served("--example"))
    box = page.get_by_role("combobox", name="Who or what")
    box.fill("B@example.com")
    box.press("Enter")
    expect(page).to_have_url(re.compile("#who=identity:712052$"))
    expect(page).to_have_title("b@example.com · Inroads")
    expect(box).to_have_value(EMAIL)
    expect(page.get_by_role("search")).to_contain_text("Which businesses can")
    page.goto(f"{served('--example')}/#who=business:77128")
    expect(page.get_by_role("search")).to_contain_text("Who can reach")
    expect(page).to_have_title("BillSpring (77128) · Inroads")


def test_what_is_not_there_is_said_and_kept(page: Page, served: Served) -> None:
    """Without a hit the box says so, and its text stays, also when it loses the focus."""
    page.goto(served("--example"))
    box = page.get_by_role("combobox", name="Who or what")
    box.fill("nobody@example.com")
    expect(page.get_by_text("Nothing here has")).to_be_visible()
    box.press("Enter")
    box.blur()
    expect(box).to_have_value("nobody@example.com")


def test_the_box_marks_and_walks(page: Page, served: Served) -> None:
    """Hits say what they are, mark what was typed, and arrows choose among them."""
    page.goto(served("--example"))
    box = page.get_by_role("combobox", name="Who or what")
    box.fill("BILLS")
    option = page.get_by_role("option", name="BillSpring (77128)")
    expect(option).to_contain_text("business 77128 · account zDmNq")
    expect(option.locator("mark")).to_have_text("BillS")
    box.fill("b")
    options = page.get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    named = options.nth(1).get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", named or "")
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("b")


def test_hostile_names_stay_what_they_are(page: Page, served: Served, tmp_path: Path) -> None:
    """Tags are text, and what would reorder or hide a name is printed as its code."""
    names = {"first_name": "<img src=x>\u202eevil\u200b", "last_name": "x" * 5_000}
    (tmp_path / "one.json").write_text(document(**names), encoding="utf-8")
    page.set_viewport_size({"width": 700, "height": 800})
    page.goto(served("-d", str(tmp_path)))
    page.get_by_role("combobox", name="Who or what").fill(EMAIL)
    option = page.get_by_role("option", name=EMAIL)
    expect(option).to_contain_text(r"<img src=x>\u{202e}evil\u{200b}")
    assert option.locator("img").count() == 0
    box = option.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 700


def test_the_past_is_said_to_be_the_past(page: Page, served: Served) -> None:
    """A moment stands in the place and in a band, and "now" leads back."""
    base = served("--example")
    page.goto(base)
    page.get_by_role("button", name="As of now").click()
    page.get_by_label("The graph as of this moment, in UTC").fill("2020-05-01T12:30")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(f"{base}/#at=2020-05-01T12%3A30%3A00Z".replace("%3A", ":"))
    band = page.get_by_text("You look at the graph as of 2020-05-01 12:30 UTC.")
    expect(band).to_contain_text("Nothing had been observed by then")
    expect(page.get_by_role("heading", name="Nothing had been observed")).to_be_visible()
    page.get_by_role("link", name="Back to now").click()
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()
    expect(band).to_have_count(0)


def test_a_moment_that_is_none_is_told(page: Page, served: Served, complaints: Complaints) -> None:
    """A link whose moment cannot be read says so, and still leads to now."""
    complaints.forgive("status of 400")
    page.goto(f"{served('--example')}/#at=yesterday")
    expect(page.get_by_text("The moment of this link cannot be read.").first).to_be_visible()
    page.get_by_role("link", name="Back to now").click()
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()


def test_the_focus_follows_the_place(page: Page, served: Served) -> None:
    """A choice in the box moves the focus to the heading of its answer, which tells it, and once."""
    page.goto(served("--example"))
    box = page.get_by_role("combobox", name="Who or what")
    box.fill(EMAIL)
    box.press("Enter")
    expect(page.locator("#view h2:focus")).to_have_text("3 places")
    expect(page.locator("#app > [role=status].unseen")).to_be_empty()
    chip = page.get_by_role("navigation", name="Filter").get_by_role("link", name="active")
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#app > [role=status].unseen")).to_have_text("2 places")
    expect(chip).to_be_focused()
    expect(chip).to_have_attribute("aria-current", "true")
    places = page.get_by_role("listbox", name="Places reached")
    places.press("ArrowDown")
    places.press("Enter")
    expect(page.locator("#view h2:focus")).to_have_text("How b@example.com reaches account Xr82w")


def test_the_same_question_elsewhere(page: Page, served: Served) -> None:
    """The question is there as GraphQL, as a command and as Python, and leads to the editor."""
    page.goto(served("--example"))
    page.get_by_role("button", name="As GraphQL, command, Python").click()
    tabs = page.get_by_role("tab")
    expect(tabs.first).to_be_focused()
    link = page.get_by_role("link", name="Open in the editor")
    expect(link).to_have_attribute("href", re.compile(r"^#view=query&text=sha256:[0-9a-f]{64}&var"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel")).to_have_text("inroads census --kind business --top 8")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("inroads census")
    page.keyboard.press("Escape")
    expect(tabs).to_have_count(0)


@pytest.mark.parametrize("width", [320, 700, 1280])
def test_nothing_is_cut_off(page: Page, served: Served, width: int) -> None:
    """At every width the page scrolls in one direction only; 320 is 1280 at a zoom of 400 %."""
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(served("--example"))
    expect(page.get_by_role("link", name="All findings")).to_be_visible()
    wide = page.evaluate(
        "[document.documentElement, document.querySelector('#view > *')]"
        ".map((each) => each.scrollWidth - each.clientWidth)"
    )
    assert wide == [0, 0]


def test_the_start_view_is_accessible(page: Page, served: Served) -> None:
    """axe finds nothing on the view with all its panels, on the choice of moment, and on a dialog."""
    page.goto(served("--example"))
    expect(page.get_by_role("link", name="All findings")).to_be_visible()
    expect(page.get_by_role("link", name="All changes")).to_be_visible()
    assert not axe_findings(page)
    page.get_by_role("button", name="As of now").click()
    assert not axe_findings(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="As GraphQL, command, Python").click()
    assert not axe_findings(page)


def test_nothing_of_a_place_reaches_the_server(page: Page, served: Served) -> None:
    """Emails, ids and moments travel in bodies alone, never in a URL that a log keeps."""
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(f"{served('-d', str(EXAMPLE))}/#who=identity:712052&at=2020-05-01T00:00:00Z")
    box = page.get_by_role("combobox", name="Who or what")
    box.fill("bruce")
    box.press("Enter")
    expect(page.get_by_text("You look at the graph as of")).to_be_visible()
    for url in urls:
        assert not re.search("712052|bruce|2020", url.partition("#")[0])
