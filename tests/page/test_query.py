"""The query view: an editor that completes, runs, streams and marks, under the page's policy."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect

from browsing import Complaints, Served, axe_findings
from inroads import EXAMPLE
from inroads.documents.reader import Observation, read
from inroads.store.ledger import Ledger
from inroads_api.execution.trusted_documents import OWN, document_id
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile

BRUCE = (EXAMPLE / "bruce.json").read_bytes()
VERSION = "{ graph { version } }"


def place(text: str, variables: object = None) -> str:
    """The place of a question in the editor."""
    given = f"&variables={quote(json.dumps(variables))}" if variables else ""
    return f"/#view=query&text={quote(text)}{given}"


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def answer(page: Page) -> str:
    """The lines of the answer in sight."""
    return page.get_by_role("region", name="Answer as JSON").inner_text()


def test_a_question_is_typed_completed_and_run(page: Page, served: Served) -> None:
    """Fields complete from the schema; Ctrl+Enter runs; the answer has its cost and its time."""
    page.goto(served("--example") + place("{ graph { } }"))
    editor = page.get_by_role("textbox", name="GraphQL")
    expect(editor).to_contain_text("graph")
    editor.click()
    page.keyboard.press("Control+Home")
    for _ in range(len("{ graph {")):
        page.keyboard.press("ArrowRight")
    page.keyboard.type(" vers")
    page.get_by_role("option", name="version").click()
    expect(editor).to_have_text("{ graph { version } }")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text('"version":')).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="ms")).to_contain_text("cost")
    expect(page).to_have_url(served("--example") + place(VERSION).replace("%20", "+"))


def test_the_document_of_a_link_is_asked_by_its_id(page: Page, served: Served) -> None:
    """A link names a document and its variables; a server of trusted documents answers it."""
    text = (OWN / "reach.graphql").read_text(encoding="utf-8")
    page.goto(
        served("--example", "--trusted-only")
        + place(document_id(text), {"email": "b@example.com", "first": 2})
    )
    expect(page.get_by_role("textbox", name="GraphQL")).to_contain_text("query Reach")
    run(page)
    expect(page.get_by_role("status").filter(has_text="Done")).to_be_visible()
    assert '"totalCount": 6' in answer(page)


def test_an_arbitrary_text_is_refused_where_only_trusted_ones_are_answered(
    page: Page, served: Served, complaints: Complaints
) -> None:
    """The page says so, and what can be asked."""
    complaints.forgive("status of 40")
    page.goto(served("--example", "--trusted-only") + place(VERSION))
    run(page)
    expect(page.get_by_text("DOCUMENT_REQUIRED").first).to_be_visible()
    expect(page.get_by_text("Only documents of the list can be asked here")).to_be_visible()


def test_errors_are_marked_at_their_places(
    page: Page, served: Served, complaints: Complaints
) -> None:
    """The place of an error is a button that leads to it in the editor."""
    complaints.forgive("status of 400")
    page.goto(served("--example") + place("{ graph {\n  verson\n} }"))
    run(page)
    button = page.get_by_role("button", name="line 2, column 3")
    button.click()
    expect(page.get_by_role("textbox", name="GraphQL")).to_be_focused()
    expect(page.locator(".cm-lintRange-error", has_text="verson")).to_be_visible()


def test_what_cannot_be_sent_is_said(page: Page, served: Served) -> None:
    """A broken document has its place, and broken variables their reason; nothing is sent."""
    page.goto(served("--example") + place("{ graph {"))
    run(page)
    expect(page.get_by_role("alert")).to_contain_text("Syntax Error")
    expect(page.get_by_role("button", name="line 1, column")).to_be_visible()
    page.goto(f"{served('--example')}/#view=query&text={quote(VERSION)}&variables=[1]")
    expect(page.get_by_role("textbox", name="GraphQL")).to_contain_text("version")
    run(page)
    expect(page.get_by_role("alert")).to_contain_text("must be a JSON object")


def test_escape_leaves_the_editor_and_tab_goes_on(page: Page, served: Served) -> None:
    """The editor is no trap, and the keys of the page are letters in it."""
    page.goto(served("--example") + place(VERSION))
    editor = page.get_by_role("textbox", name="GraphQL")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" #/")
    expect(editor).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Variables, as JSON")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    expect(editor).to_contain_text("#/")


def test_a_mutation_is_asked_about_first(
    page: Page, served: Served, complaints: Complaints
) -> None:
    """Nothing is sent before someone agrees; then the server's own refusal is shown."""
    complaints.forgive("status of 40")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.goto(served("--example") + place("mutation M { ingest(documents: []) { version } }"))
    run(page)
    expect(page.get_by_role("alertdialog")).to_contain_text("M is a mutation: it writes")
    assert not [each for each in sent if "ingest" in each]
    expect(page.get_by_role("button", name="Do not run it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    run(page)
    page.get_by_role("button", name="Run the mutation").click()
    expect(page.get_by_role("status").filter(has_text="error")).to_be_visible()
    assert [each for each in sent if "ingest" in each]


def test_a_subscription_streams_until_it_is_stopped(
    page: Page, served: Served, tmp_path: Path
) -> None:
    """Each event is shown as it comes; Stop ends the stream and keeps what was heard."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        page.goto(served("--ledger", str(path)) + place("subscription { changes { position } }"))
        run(page)
        expect(page.get_by_role("status").filter(has_text="Running")).to_be_visible()
        found = read(BRUCE, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "bruce.json")
        assert isinstance(found, Observation)
        ledger.add([found.document])
        expect(page.get_by_text('"position":')).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status").filter(has_text="Stopped")).to_be_visible()


def test_an_answer_folds(page: Page, served: Served) -> None:
    """A fold hides what a line opens, and says how it ends; the count of lines stays."""
    page.goto(served("--example") + place(VERSION))
    run(page)
    expect(page.get_by_text('"version":')).to_be_visible()
    page.get_by_role("button", name="Fold", exact=True).nth(1).click()
    expect(page.get_by_text("{ … }")).to_be_visible()
    expect(page.get_by_text('"version":')).to_have_count(0)
    page.get_by_role("button", name="Unfold").first.click()
    expect(page.get_by_text('"version":')).to_be_visible()


def test_the_view_is_accessible(page: Page, served: Served) -> None:
    """axe finds nothing, in light and in dark, before and after a run."""
    page.goto(served("--example") + place(VERSION))
    expect(page.get_by_role("textbox", name="GraphQL")).to_contain_text("version")
    assert not axe_findings(page)
    run(page)
    expect(page.get_by_text('"version":')).to_be_visible()
    assert not axe_findings(page)


def test_nothing_completes_without_a_token(
    page: Page, served: Served, complaints: Complaints, tmp_path: Path
) -> None:
    """A schema that the server does not give is told, and the editor is there all the same."""
    complaints.forgive("status of 401")
    path = tmp_path / "auth.json"
    now, life = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    TokenFile(path).create("reader", [TokenScope.READ], now=now, lifetime=life)
    page.goto(served("--example", "--auth", str(path)) + place(VERSION))
    expect(page.get_by_text("The server does not give its schema")).to_be_visible()
    expect(page.get_by_label("GraphQL", exact=True)).to_contain_text("version")
