"""The proof of one access: its picture, its records, what would end it, and what is not known."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsing import Complaints, Served, asked_as, axe_findings
from contested import leaver_documents
from inroads import EXAMPLE, load
from inroads.model import Relation
from inroads.output.picture.scenes import of_paths
from proofs import RECORDS, STEERING, crowded

TWO_ROUTES = "/#who=identity:712052&to=account:Xr82w"
MEMBER = "business:77128%23MEMBER@identity:712052"


@pytest.fixture(scope="module")
def crowd(served: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server of a world with many paths, many records and hostile names."""
    folder = tmp_path_factory.mktemp("crowd")
    leaver = folder / "leaver.ndjson"
    leaver.write_text("\n".join(map(json.dumps, leaver_documents())), encoding="utf-8")
    return served("-d", str(crowded(folder)), "-d", str(leaver))


def section(page: Page, name: str) -> Any:
    return page.get_by_role("region", name=name, exact=True)


def test_either_end_may_come_first(page: Page, served: Served) -> None:
    """The person and the place are told apart, and both routes are in the picture."""
    for place in (TWO_ROUTES, "/#who=account:Xr82w&to=identity:712052"):
        page.goto(served("--example") + place)
        expect(page.get_by_role("heading", name="Access as client", exact=True)).to_be_visible()
        expect(section(page, "Paths").get_by_role("listitem")).to_have_count(2)
        expect(page.locator(".ir-picture [data-id]")).to_have_count(6)  # 3 cards, 3 lines
        page.goto("about:blank")


def ranks(places: dict[str, float]) -> dict[str, int]:
    """The number of each place from the left; those above each other have one."""
    order = sorted({round(place) for place in places.values()})
    return {name: order.index(round(place)) for name, place in places.items()}


def test_the_picture_agrees_with_that_of_a_notebook(page: Page, served: Served) -> None:
    """Both draw the same nodes in the same columns; the page draws a business and its account as one."""
    graph = load(EXAMPLE)
    keeper = {
        each.resource: each.principal
        for each in graph.grants.values()
        if each.relation is Relation.KEEPS
    }
    for resource in ("account:Xr82w", "business:363103", "business:311394", "account:zDmNq"):
        access = graph.access("identity:712052", resource)
        assert access
        scene = of_paths(access.graph, access.paths)
        wanted: dict[str, float] = {}
        for node, box in scene.boxes.items():
            card = keeper.get(node, node)
            wanted[card] = min(box.column, wanted.get(card, box.column))
        page.goto(f"{served('--example')}/#who=identity:712052&to={resource}")
        expect(page.get_by_role("heading", name="Access as")).to_be_visible()
        cards = page.locator(".ir-spot[data-id]")
        expect(cards).to_have_count(len(wanted))
        drawn = cards.evaluate_all(
            "all => Object.fromEntries(all.map(each => [each.dataset.id, each.getBoundingClientRect().x]))"
        )
        assert ranks(drawn) == ranks(wanted)
        page.goto("about:blank")


def test_the_three_questions(page: Page, served: Served) -> None:
    """Whom to remove, what else that ends, and what is not known: all in sight without a click."""
    page.goto(served("--example") + TWO_ROUTES)
    ends = section(page, "What would end it")
    expect(ends).to_contain_text("2 independent routes. Both of these must go:")
    expect(ends).to_contain_text("role 994207")
    expect(ends).to_contain_text("both name client 74353 of account Xr82w")
    expect(section(page, "What else would end")).to_contain_text(
        "Nothing else would end by these records alone."
    )
    unknown = section(page, "What we do not know")
    expect(unknown).to_contain_text("every document that decides it was read")
    expect(unknown).to_contain_text("What changed since is not seen.")


def test_from_a_path_to_its_record_by_keyboard(page: Page, served: Served) -> None:
    """The tab key and Enter lead from the list of paths to the record that states a step."""
    page.goto(served("--example") + TWO_ROUTES)
    path = section(page, "Paths").get_by_role("link", name="b@example.com owns BillSpring")
    path.focus()
    page.keyboard.press("Enter")
    expect(path).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="b@example.com → BillSpring (77128)")
    expect(heading).to_be_focused()
    records = section(page, "Records")
    expect(records.get_by_role("article")).to_have_count(3)
    expect(records).to_contain_text("/response/business_memberships/0")
    expect(records).to_contain_text('"role": "owner"')
    expect(section(page, "What to do in the service")).to_contain_text(
        "remove b@example.com from the team of BillSpring (77128)"
    )
    page.go_back()
    expect(path).to_be_visible()


def test_a_line_of_the_picture_opens_its_records(page: Page, served: Served) -> None:
    """A picked line is a place of its own: the picture stays, and the link can be sent."""
    page.goto(served("--example") + TWO_ROUTES)
    line = page.locator(".ir-picture [data-id='business:77128#MEMBER@identity:712052']")
    line.focus()
    page.keyboard.press("Enter")
    expect(section(page, "Records")).to_be_visible()
    assert page.url.endswith(f"&step={MEMBER}")
    expect(line).to_be_visible()
    page.reload()
    expect(section(page, "Records")).to_be_visible()


def test_a_record_is_folded_and_its_digest_whole(page: Page, served: Served) -> None:
    """A long record shows its first lines, and all of them if asked."""
    page.goto(f"{served('--example')}{TWO_ROUTES}&step={MEMBER}")
    record = section(page, "Records").get_by_role("article").first
    digest = record.locator("code[title]").get_attribute("title")
    assert digest
    assert len(digest) == 64
    expect(record.locator("pre")).not_to_contain_text("systemid")
    record.get_by_role("button", name="more lines").click()
    expect(record.get_by_role("button", name="Fold the record")).to_be_visible()
    json.loads(record.locator("pre").inner_text())


def test_records_come_in_pages(page: Page, crowd: str) -> None:
    """A step that rests on many records shows three, and the others page by page."""
    page.goto(f"{crowd}/#who=identity:100&to=account:V&step=account:V%23CLIENT@business:500")
    records = section(page, "Records")
    expect(records.get_by_role("heading")).to_have_text(
        f"The records that state it: 3 of {RECORDS}"
    )
    records.get_by_role("button", name=f"… {RECORDS - 3} more: show 20").click()
    expect(records.get_by_role("article")).to_have_count(23)
    records.get_by_role("button", name=f"… {RECORDS - 23} more").click()
    expect(records.get_by_role("article")).to_have_count(RECORDS)
    expect(records.get_by_role("button", name="more:")).to_have_count(0)
    pointers = records.locator("header").all_inner_texts()
    assert len(set(pointers)) == RECORDS


def test_more_paths_than_are_drawn(page: Page, crowd: str) -> None:
    """A hundred paths are drawn and ten are listed; that there are more is said."""
    page.goto(f"{crowd}/#who=identity:1&to=account:V")
    paths = section(page, "Paths")
    expect(paths.get_by_role("heading")).to_have_text("The first 100 paths")
    expect(paths.get_by_role("listitem")).to_have_count(10)
    paths.get_by_role("button", name="Show all 100").click()
    expect(paths.get_by_role("listitem")).to_have_count(100)
    expect(section(page, "What we do not know")).to_contain_text("more paths than the 100")
    expect(section(page, "What would end it")).to_contain_text("All 120 of these must go")


def test_latent_access_in_words_and_hostile_names_as_text(page: Page, crowd: str) -> None:
    """Why it is latent is told in words; a name neither reorders the page nor becomes markup."""
    page.goto(f"{crowd}/#who=identity:99&to=business:600")
    expect(section(page, "The access")).to_contain_text(
        "latent: the subscription's trial has expired"
    )
    page.goto(f"{crowd}/#who=identity:99&to=business:600&step=business:600%23MEMBER@identity:99")
    record = section(page, "Records").get_by_role("article").first
    expect(record.locator("pre")).to_contain_text("Ann\\u{202e}egreM <b>Ltd</b>")
    assert "\u202e" in STEERING
    assert "\u202e" not in page.locator("body").inner_text()


def test_a_contested_access_names_both_sides(page: Page, crowd: str) -> None:
    """Contradictions come with their sentences and records, and advise nothing else to end."""
    page.goto(f"{crowd}/#who=identity:2&to=business:1001")
    contradictions = section(page, "Contradictions")
    expect(contradictions).to_contain_text("the same document lists no such membership")
    contradictions.get_by_text("The records of both sides").click()
    expect(contradictions.get_by_role("article").first).to_be_visible()
    expect(section(page, "What would end it")).to_contain_text(
        "settle these records first, and revoke nothing else for it"
    )
    expect(section(page, "What we do not know")).to_contain_text("Records contradict each other")


@pytest.mark.parametrize(
    ("place", "heading", "said"),
    [
        ("who=identity:99&to=account:V", "i99@example.com does not reach account V", "No path"),
        ("who=identity:98&to=account:V", "Not known", "An unknown id is not the same"),
        ("who=identity:99&to=account:nil", "Not known", "An unknown id is not the same"),
        ("who=identity:1&to=identity:2", "A proof needs a person and a place", "must name one"),
        (
            "who=identity:99&to=business:600&at=2025-01-01T00:00:00Z",
            "Not known at that moment",
            "Look at now",
        ),
    ],
)
def test_calm_faces(
    page: Page, crowd: str, complaints: Complaints, place: str, heading: str, said: str
) -> None:
    """No access, an unknown end, another time: each has its own sentence."""
    page.goto(f"{crowd}/#view=proof&{place}")
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(said)
    complaints.forgive("status of 400")


def test_a_grant_that_is_gone(page: Page, served: Served) -> None:
    """A link to a step that does not stand says so, and the access stays beside it."""
    page.goto(f"{served('--example')}{TWO_ROUTES}&step=business:1%23MEMBER@identity:712052")
    expect(page.get_by_role("heading", name="This grant does not stand any more")).to_be_visible()
    page.get_by_role("link", name="The whole access").click()
    expect(section(page, "What would end it")).to_be_visible()


def test_a_past_moment_keeps_its_links(page: Page, crowd: str) -> None:
    """Objects of a past moment have marks in their ids; links carry plain ids and the moment."""
    at = "at=2026-01-06T00:00:00Z"
    page.goto(f"{crowd}/#who=identity:99&to=business:600&{at}")
    section(page, "What would end it").get_by_role("link", name="membership 4", exact=True).click()
    expect(section(page, "Records").get_by_role("article")).to_have_count(1)
    assert "@~" not in page.url
    assert "at=2026-01-06" in page.url


def test_the_question_as_a_command(page: Page, served: Served) -> None:
    """The command that the page gives answers the same."""
    page.goto(served("--example") + TWO_ROUTES)
    asked_as(page, "Command")
    said = page.locator(".asked-as pre").inner_text()
    assert said == "inroads explain identity:712052 account:Xr82w"
    words = [*said.split()[1:], "--example", "--format", "json"]
    answer = subprocess.run(  # noqa: S603  # our own
        [Path(sys.executable).with_name("inroads"), *words],
        capture_output=True,
        check=True,
        text=True,
    )
    told = section(page, "Paths").get_by_role("listitem").all_inner_texts()
    for sentence, path in zip(json.loads(answer.stdout)["paths"], told, strict=True):
        assert path.startswith(sentence)


def test_it_is_accessible(page: Page, served: Served) -> None:
    """Axe finds nothing on the proof and on a step, in light and dark."""
    page.goto(served("--example") + TWO_ROUTES)
    expect(section(page, "What else would end")).to_contain_text("Nothing else")
    assert not axe_findings(page)
    page.goto(f"{served('--example')}{TWO_ROUTES}&step={MEMBER}")
    expect(section(page, "Records")).to_be_visible()
    assert not axe_findings(page)


def test_a_link_to_a_path_shows_it(page: Page, crowd: str) -> None:
    """In a picture too large for its window, the path of the link is in sight, and alone lit."""
    page.goto(f"{crowd}/#who=identity:1&to=account:V&path=2")
    expect(section(page, "Paths").locator("[aria-expanded=true]")).to_contain_text("Business 1001")
    expect(page.locator(".ir-picture [data-id='business:1001']")).to_be_in_viewport()
