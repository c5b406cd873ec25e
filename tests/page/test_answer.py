"""The answer: its list of any length, its filter, its picture, its file, and the keyboard alone."""

from __future__ import annotations

import csv
import json
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import Complaints, Served, axe_findings
from commands import run
from inroads import load
from inroads.output.picture.scenes import of_answer
from processes import serving
from records import DAY, client, me, membership

CROWD: Final = 10_000
LONG: Final = "Ümlaut " + "x" * 5_000
NAMES: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\u202egnp.exe\u202c",
    "👩‍👩‍👧 Bäckerei 東京",
    LONG,
    "=1+1",
    " ",
)


def written(path: Path, documents: Iterable[dict[str, Any]]) -> str:
    """The name of a file of documents, all observed on one day."""
    lines = (
        json.dumps({"observed_at": DAY[0].isoformat(), "source": "test", "document": each})
        for each in documents
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def employees(first: int, last: int) -> Iterable[dict[str, Any]]:
    """The documents of employees of business 7, whose numbers order them."""
    for n in range(first, last):
        work = membership(1_000_000 + n, 7, "business_employee", account_id="hub")
        yield me(n, business_memberships=[work])


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Ten thousand employees of one business."""
    folder = tmp_path_factory.mktemp("crowd")
    return written(folder / "crowd.ndjson", employees(100_000, 100_000 + CROWD))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A synthetic population of some hundreds."""
    file = tmp_path_factory.mktemp("people") / "people.ndjson"
    assert run("generate", "--identities", "400", "-o", str(file)).returncode == 0
    return str(file)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A person and a business for every name that wants to be more than a name."""
    documents = []
    for n, name in enumerate(NAMES, 1):
        works = [membership(100 + n, 10, "business_employee"), membership(200 + n, 20 + n)]
        works[0]["business"]["name"] = NAMES[0]
        works[1]["business"] |= {"name": name, "account_id": f"a@{n}"}
        works[1]["business"]["business_clients"] = [client(300 + n, "<b>V")]
        document = me(n, business_memberships=works)
        document["response"] |= {
            "email": f"{name[:40].strip() or 'x'}@x.org",
            "first_name": name,
            "last_name": name,
        }
        documents.append(document)
    return written(tmp_path_factory.mktemp("hostile") / "hostile.ndjson", documents)


def rows(page: Page) -> Locator:
    return page.get_by_role("option").filter(has=page.locator(".what"))


def card(page: Page, node: str) -> Locator:
    return page.locator(f'.picture [role="button"][data-id="{node}"]')


def folds(page: Page) -> Locator:
    return page.locator('.picture [role="button"][data-id^="more:"]')


def head(page: Page) -> Locator:
    return page.locator("main h2")


def listed(page: Page) -> list[str]:
    """The names of the rows in sight."""
    return rows(page).locator(".what b:first-child").all_inner_texts()


def test_the_example(page: Page, served: Served) -> None:
    """Three places, a business and its account as one; a chip filters the list and the picture alike."""
    page.goto(f"{served('--example')}/#who=identity:712052")
    expect(head(page)).to_have_text("3 places")
    expect(rows(page)).to_have_count(3)
    expect(rows(page).nth(1)).to_contain_text("BillSpringowner77128 · account zDmNq")
    expect(card(page, "business:77128")).to_be_visible()
    expect(page.locator(".ir-spot")).to_have_count(4)
    page.get_by_role("link", name="latent 1").click()
    expect(head(page)).to_have_text("1 place")
    assert page.url.endswith("/#who=identity:712052&state=LATENT")
    expect(rows(page)).to_contain_text(["another_bruce"])
    expect(page.locator(".ir-spot")).to_have_count(2)
    expect(card(page, "business:77128")).to_have_count(0)
    expect(page.get_by_text("of 3 without the filter")).to_be_visible()
    page.go_back()
    expect(head(page)).to_have_text("3 places")
    expect(page.locator(".ir-spot")).to_have_count(4)
    expect(page.locator(".coverage")).to_contain_text("Complete")


def test_who_reaches_it_is_a_lower_bound(page: Page, served: Served) -> None:
    """An account of which no team was read has at least one person, and the last line says why."""
    page.goto(f"{served('--example')}/#who=account:Xr82w")
    expect(head(page)).to_have_text("at least 1 person")
    expect(page.locator(".coverage")).to_contain_text("Lower bound: no team document")


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        ("", []),
        ("&role=OWNER,CLIENT", ["--role", "owner", "--role", "client"]),
        ("&sure=INFERRED&state=ACTIVE", ["--certainty", "inferred", "--state", "active"]),
        ("&contested=no&sort=NAME", ["--no-contested", "--sort", "name"]),
    ],
)
def test_the_list_is_what_the_command_answers(
    page: Page, served: Served, people: str, asked: str, command: list[str]
) -> None:
    """Whatever the filter and the order, page and command have the same people in the same order."""
    census = run("census", "-d", people, "--kind", "business", "--top", "1", "--format", "json")
    business = json.loads(census.stdout)[0]["id"]
    done = run("reached-by", business, *command, "-d", people, "--format", "ndjson", "--limit", "0")
    emails = [json.loads(line)["email"] for line in done.stdout.splitlines()]
    page.goto(f"{served('-d', people)}/#who={business}{asked}")
    expect(head(page)).to_have_text(f"at least {len(emails)} people")
    expect(rows(page).first).to_be_visible()
    seen = listed(page)
    assert seen == emails[: len(seen)]
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").click()
    with file.value.path().open(encoding="utf-8", newline="") as lines:
        assert [each["name"] for each in csv.DictReader(lines)] == emails


def test_a_crowd_scrolls_and_comes_back(page: Page, served: Served, crowd: str) -> None:
    """Ten thousand rows are all there; the last one opens its proof, and Back finds it again."""
    page.goto(f"{served('-d', crowd)}/#who=business:7")
    expect(head(page)).to_have_text(f"at least {CROWD:,} people")
    expect(rows(page).first).to_contain_text("i100000@example.com")
    expect(page.get_by_role("link", name=f"{CROWD:,} findings")).to_be_visible()
    page.get_by_role("listbox", name="People who reach it").evaluate(
        "(list) => { list.scrollTop = list.scrollHeight }"
    )
    last = rows(page).filter(has_text="i109999@example.com")
    expect(last).to_be_visible()
    assert page.get_by_role("option").count() < 60, "only what is in sight is drawn"
    last.click()
    expect(page).to_have_url(f"{served('-d', crowd)}/#who=business:7&to=identity:109999")
    page.go_back()
    expect(last).to_be_visible()
    expect(last).to_have_attribute("aria-selected", "true")


def test_a_crowd_is_folded(page: Page, served: Served, crowd: str) -> None:
    """The fold has its true number, opens by ten without moving a card, stops at its bound and closes again."""
    page.goto(f"{served('-d', crowd)}/#who=business:7")
    expect(folds(page)).to_contain_text("+9,995 more")
    shown = page.locator('.picture [role="button"][data-id^="identity:"]').count()
    [many] = [
        each for each in of_answer(load(crowd).reached_by("business:7")).boxes.values() if each.many
    ]
    assert many.title == f"{9_995 + shown:,} identities", "the library folds as many"
    root = card(page, "business:7")
    before = root.bounding_box()
    folds(page).focus()
    page.keyboard.press("Enter")
    expect(folds(page)).to_contain_text("+9,985 more")
    assert root.bounding_box() == before
    folds(page).focus()
    page.keyboard.press("Shift+Enter")
    expect(folds(page)).to_contain_text("+9,500 more")
    expect(page.get_by_text("500 cards are drawn, and no more")).to_be_visible()
    root.focus()
    page.keyboard.press("-")
    expect(folds(page)).to_contain_text("+9,995 more")


def test_a_file_can_be_stopped(page: Page, served: Served, crowd: str) -> None:
    """The file of a crowd is gathered page by page: a stop leaves none, and another try has every row."""
    page.goto(f"{served('-d', crowd)}/#who=business:7&role=EMPLOYEE")
    page.route("**/graphql", lambda _: None)  # the next page is never answered
    page.get_by_role("button", name="CSV").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="CSV")).to_be_visible()
    page.unroute("**/graphql")
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").click()
    name = f"inroads-who-reaches-business-7-{CROWD}-filtered-lower-bound.csv"
    assert file.value.suggested_filename == name
    assert len(file.value.path().read_text(encoding="utf-8").splitlines()) == CROWD + 1


def test_a_list_stays_of_its_version(page: Page, tmp_path: Path, origins: set[str]) -> None:
    """A document that arrives while someone scrolls moves no row; whoever asks anew sees it."""
    file = written(tmp_path / "some.ndjson", employees(100_000, 101_000))
    ledger = str(tmp_path / "inroads.db")
    assert run("ingest", file, "--ledger", ledger).returncode == 0
    with serving("--ledger", ledger) as (_, port):
        origins.add(f"http://127.0.0.1:{port}")
        page.goto(f"http://127.0.0.1:{port}/#who=business:7")
        expect(head(page)).to_have_text("at least 1,000 people")
        more = written(tmp_path / "more.ndjson", employees(99_000, 99_500))
        assert run("ingest", more, "--ledger", ledger).returncode == 0
        fresh = page.context.new_page()
        while True:  # the server follows the ledger within seconds
            fresh.goto(f"http://127.0.0.1:{port}/#who=business:7")
            fresh.reload()
            expect(head(fresh)).to_contain_text("people")
            if "1,500" in head(fresh).inner_text():
                break
            fresh.wait_for_timeout(500)
        page.get_by_role("listbox", name="People who reach it").press("End")
        expect(rows(page).last).to_contain_text("i100999@example.com")
        expect(head(page)).to_have_text("at least 1,000 people")


def test_the_keyboard_alone(page: Page, served: Served) -> None:
    """From the box to the proof of a row and to a record of it; a choice shows in both, and what it is."""
    page.goto(served("--example"))
    page.get_by_role("combobox", name="Who or what").press_sequentially("b@example")
    expect(page.get_by_role("option").first.locator("mark")).to_have_text("b@example")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(3)
    places = page.get_by_role("listbox", name="Places reached")
    for _ in range(40):
        if places.evaluate("(list) => list === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(places).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = rows(page).nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(places).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    expect(card(page, "business:77128")).to_have_class(re.compile("ir-picked"))
    expect(page.get_by_role("complementary", name="Chosen")).to_contain_text("owns BillSpring")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served('--example')}/#who=identity:712052&to=business:77128")
    expect(page.get_by_role("heading", name="How b@example.com reaches BillSpring")).to_be_visible()
    expect(page.locator("#view:focus, #view :focus")).to_have_count(1)
    step = page.get_by_role("region", name="What would end it").get_by_role("link").first
    for _ in range(40):
        if step.evaluate("(link) => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    records = page.get_by_role("region", name="Records")
    expect(records.get_by_role("article").first).to_contain_text("/response/business_memberships/0")


def test_a_card_is_chosen(page: Page, served: Served) -> None:
    """A picked card marks its row and offers the proof; a business on the way offers its own question."""
    page.goto(f"{served('--example')}/#who=identity:712052")
    card(page, "business:311394").click()
    expect(rows(page).nth(2)).to_have_attribute("aria-selected", "true")
    chosen = page.get_by_role("complementary", name="Chosen")
    expect(chosen).to_contain_text("manager · stated · latent: trial expired")
    expect(chosen.get_by_role("link", name="Proof")).to_have_attribute(
        "href", "#who=identity:712052&to=business:311394"
    )


def test_what_is_chosen_is_drawn(page: Page, served: Served, crowd: str) -> None:
    """A row whose card is folded is drawn as it is chosen, marked, and nothing else moves."""
    page.goto(f"{served('-d', crowd)}/#who=business:7")
    expect(folds(page)).to_contain_text("+9,995 more")
    before = card(page, "business:7").bounding_box()
    page.get_by_role("listbox", name="People who reach it").press("End")
    expect(card(page, "identity:109999")).to_have_class(re.compile("ir-picked"))
    expect(folds(page)).to_contain_text("+9,994 more")
    assert card(page, "business:7").bounding_box() == before


def test_a_card_finds_its_row(page: Page, served: Served, people: str) -> None:
    """A picked card brings its row into sight, wherever in the list it is."""
    census = run("census", "-d", people, "--kind", "business", "--top", "1", "--format", "json")
    business = json.loads(census.stdout)[0]["id"]
    page.goto(f"{served('-d', people)}/#who={business}&sort=ID")
    expect(page.locator(".ir-identity").first).to_be_visible()
    for each in page.locator(".ir-identity").all()[-3:]:
        node = each.get_attribute("data-id") or ""
        each.press("Enter")
        title = page.get_by_role("complementary", name="Chosen").get_by_role("heading")
        chosen = page.locator('.row[aria-selected="true"] .what b:first-child')
        expect(title).to_contain_text("@")
        expect(chosen).to_be_in_viewport()
        expect(chosen).to_have_text(title.inner_text())
        assert node.startswith("identity:")


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("who=identity:999", "Nothing is known of identity:999"),
        ("who=nonsense", "Nothing is known of nonsense"),
        ("who=b@example.com", "that b@example.com can reach"),
        ("view=matrix&who=b@example.com,billspring", "1 person, and 1 chosen business"),
        ("who=b@example.com&to=3", "“3” may be one of these"),
        ("who=group:1", "Nothing is known of group:1"),
        ("who=group:96277", "group 96277"),
        ("who=identity:712052&role=ADMIN&sure=STATED", "No row has admin and stated."),
        ("who=identity:712052&at=2001-01-01T00:00:00Z", "No document of that moment names it"),
    ],
)
def test_what_is_not_there_is_told(
    page: Page, served: Served, complaints: Complaints, place: str, says: str
) -> None:
    """What a link names by an email or a name is found, and what there is not each says what it is."""
    complaints.forgive("status of 400")
    page.goto(f"{served('--example')}/#{place}")
    expect(page.locator("main")).to_contain_text(says)


def test_an_empty_filter_is_cleared(page: Page, served: Served) -> None:
    """Where nothing is left, each part of the filter can be taken back."""
    page.goto(f"{served('--example')}/#who=identity:712052&role=ADMIN&sure=STATED")
    page.get_by_role("link", name="Without admin").click()
    expect(rows(page)).to_have_count(3)
    expect(page).to_have_url(f"{served('--example')}/#who=identity:712052&sure=STATED")


@pytest.mark.parametrize("limited", [True, False])
def test_a_limited_token_is_told_what_it_may_know(
    page: Page, served: Served, people: str, tmp_path: Path, limited: bool
) -> None:
    """Whoever sees one business alone finds nothing of the others, and the page says that it may be so."""
    auth = str(tmp_path / "auth.json")
    limits = ["--business", "70001"] if limited else []
    token = run("token", "create", "bo", "--auth", auth, *limits).stdout.split()[-1]
    page.set_extra_http_headers({"authorization": f"Bearer {token}"})
    server = served("-d", people, "--auth", auth)
    page.goto(f"{server}/#who=business:70001")
    expect(rows(page).first).to_be_visible()
    page.goto(f"{server}/#who=business:70002")
    if limited:
        expect(page.locator("main")).to_contain_text("Nothing is known of business:70002")
        expect(page.locator("main")).to_contain_text("limited to some businesses")
    else:
        expect(rows(page).first).to_be_visible()


def test_hostile_names_are_names(page: Page, served: Served, hostile: str) -> None:
    """A name is text wherever it stands: it runs nothing, reorders nothing and widens nothing."""
    server = served("-d", hostile)
    for node in ["business:10", *(f"identity:{n}" for n in range(1, 8)), "account:a@5"]:
        page.goto(f"{server}/#who={node}")
        expect(rows(page).first).to_be_visible()
        expect(page.locator(".ir-spot").first).to_be_visible()
        page.get_by_role("listbox").last.press("ArrowDown")
        expect(page.get_by_role("complementary", name="Chosen")).to_contain_text("Proof")
        text = page.locator("main").inner_text()
        assert "\u202e" not in text
        assert page.locator("main script, main img, main b b").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.goto(f"{server}/#who=business:10")
    expect(head(page)).to_have_text(f"at least {len(NAMES)} people")
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").click()
    with file.value.path().open(encoding="utf-8", newline="") as lines:
        for record in csv.DictReader(lines):
            assert not any(each.startswith(("=", "+", "-", "@")) for each in record.values())


def test_pseudonyms_are_labels(page: Page, served: Served, people: str, tmp_path: Path) -> None:
    """Under pseudonyms no email is shown; whoever is asked about has the pseudonym as a name."""
    key = tmp_path / "key"
    key.write_text(secrets.token_hex(32), encoding="utf-8")
    key.chmod(0o600)
    words = ("-d", people, "--pseudonymise", str(key))
    asked = run("census", *words, "--kind", "identity", "--top", "1", "--format", "json")
    page.goto(f"{served(*words)}/#who={json.loads(asked.stdout)[0]['id']}")
    expect(rows(page).first).to_be_visible()
    expect(page.locator(".of").first).to_contain_text("@pseudonym.invalid")
    assert "@example." not in page.locator("main").inner_text()


def test_the_answer_is_accessible(page: Page, served: Served, people: str) -> None:
    """axe finds nothing, in light and in dark, side by side and stacked, with a choice and a filter."""
    page.goto(f"{served('-d', people)}/#who=identity:700001")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("listbox").last.press("ArrowDown")
    expect(page.get_by_role("complementary", name="Chosen")).to_contain_text("Proof")
    assert not axe_findings(page)
    page.set_viewport_size({"width": 700, "height": 800})
    assert not axe_findings(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
