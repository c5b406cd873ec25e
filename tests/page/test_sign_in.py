"""A server that asks for tokens: who signs in, who is refused, and who sees a part of the graph."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browsing import Complaints, Served, axe_findings
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from processes import serving

EMAIL = "b@example.com"
DAY = dt.timedelta(days=1)


@pytest.fixture
def tokens(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "auth.json")


def made(tokens: TokenFile, **limits: frozenset[str]) -> str:
    """A token that may read."""
    now = dt.datetime.now(dt.UTC)
    return tokens.create("reader", [TokenScope.READ], DAY, now, **limits)[1]


@pytest.fixture(autouse=True)
def expected(complaints: Complaints) -> None:
    """A browser reports each answer with such a status, although it is what a test asks for."""
    complaints.forgive("status of 40[13]")


def give(page: Page, token: str) -> None:
    """Paste a token into the dialog."""
    dialog = page.get_by_role("dialog", name="Sign in")
    expect(dialog).to_be_visible()
    field = dialog.get_by_role("textbox", name="Token")
    expect(field).to_be_focused()
    field.fill(token)
    field.press("Enter")


def test_whoever_signs_in_goes_on_where_they_were(
    page: Page, served: Served, tokens: TokenFile, tmp_path: Path
) -> None:
    """A pasted token answers each open question, and stays out of storage and URLs."""
    token = made(tokens)
    base = served("--example", "--auth", str(tmp_path / "auth.json"))
    page.goto(f"{base}/#who=identity:712052")
    give(page, f"  Bearer {token}\n")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_title(f"{EMAIL} · Inroads")
    assert (
        page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    )
    assert token not in page.url
    page.get_by_role("link", name="Inroads").click()
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()


def test_signing_out_leaves_nothing(
    page: Page, served: Served, tokens: TokenFile, tmp_path: Path
) -> None:
    """All that one was told is gone, and the dialog asks for another token."""
    token = made(tokens)
    page.goto(served("--example", "--auth", str(tmp_path / "auth.json")))
    give(page, token)
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
    assert EMAIL not in page.content()
    give(page, token)
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()


def test_a_wrong_token_is_refused_in_words(
    page: Page, served: Served, tokens: TokenFile, tmp_path: Path
) -> None:
    """The dialog says so, and another token is taken."""
    token = made(tokens)
    page.goto(served("--example", "--auth", str(tmp_path / "auth.json")))
    give(page, "inr_wrong")
    refused = page.get_by_role("dialog").get_by_role("alert")
    expect(refused).to_have_text("The server refused this token. This token is unknown.")
    give(page, token)
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()


def test_whoever_does_not_sign_in_can_still_do_so(
    page: Page, served: Served, tokens: TokenFile, tmp_path: Path
) -> None:
    """The view says that a token is wanted, the bar leads to the dialog, and what was typed stays."""
    token = made(tokens)
    page.goto(served("--example", "--auth", str(tmp_path / "auth.json")))
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    box = page.get_by_role("combobox", name="Who or what")
    box.fill("bruce")
    expect(page.get_by_text("What you typed stays.")).to_be_visible()
    page.get_by_role("banner").get_by_role("button", name="Sign in").click()
    give(page, token)
    expect(box).to_have_value("bruce")
    box.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    expect(page).to_have_title(f"{EMAIL} · Inroads")


def test_a_token_that_ends_is_told(
    page: Page, served: Served, tokens: TokenFile, tmp_path: Path
) -> None:
    """A revoked token is refused with the reason at the next question."""
    token = made(tokens)
    made(tokens)
    page.goto(served("--example", "--auth", str(tmp_path / "auth.json")))
    give(page, token)
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()
    tokens.revoke(token.split("_")[1], dt.datetime.now(dt.UTC))
    page.get_by_role("combobox", name="Who or what").fill("bruce")
    refused = page.get_by_role("dialog").get_by_role("alert")
    expect(refused).to_contain_text("This token is revoked")


def test_a_limited_token_sees_a_calm_page(
    page: Page, served: Served, tokens: TokenFile, tmp_path: Path
) -> None:
    """What such a token may not ask says so alone: changes and the past; the rest is there."""
    token = made(tokens, businesses=frozenset({"77128"}))
    page.goto(served("--example", "--auth", str(tmp_path / "auth.json")))
    give(page, token)
    expect(page.get_by_role("link", name="BillSpring")).to_be_visible()
    expect(page.get_by_role("link", name="All findings")).to_be_visible()
    changes = page.get_by_role("region", name="Changes in the last 30 days")
    limited = "Your token is limited to some businesses, and sees the graph of now only."
    expect(changes.get_by_role("alert")).to_contain_text(limited)
    page.goto(f"{page.url}#at=2020-01-01T00:00:00Z")
    expect(page.locator(".band.past")).to_contain_text(limited)
    page.locator(".band.past").get_by_role("link", name="Back to now").click()
    expect(page.get_by_role("link", name="BillSpring")).to_be_visible()


def test_a_token_without_the_scope_is_told(
    page: Page, served: Served, tokens: TokenFile, tmp_path: Path
) -> None:
    """A token that may only ingest is no reader, and the view says so, once."""
    now = dt.datetime.now(dt.UTC)
    _, token = tokens.create("sender", [TokenScope.INGEST], DAY, now)
    page.goto(served("--example", "--auth", str(tmp_path / "auth.json")))
    give(page, token)
    expect(page.get_by_role("alert")).to_contain_text("Your token does not let you ask this.")


def test_the_dialog_is_accessible(
    page: Page, served: Served, tokens: TokenFile, tmp_path: Path
) -> None:
    """axe finds nothing while a token is asked for, nor after one was refused."""
    made(tokens)
    page.goto(served("--example", "--auth", str(tmp_path / "auth.json")))
    give(page, "inr_wrong")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    assert not axe_findings(page)


def test_no_log_holds_a_place_or_a_token(
    page: Page, origins: set[str], tokens: TokenFile, tmp_path: Path
) -> None:
    """Both logs name operations, and neither has a fragment, a token, an id or an email."""
    token, audit = made(tokens), tmp_path / "audit.log"
    words = ["--auth", str(tmp_path / "auth.json"), "--audit", str(audit), "--log", "json"]
    with serving("--example", *words) as (server, port):
        origins.add(f"http://127.0.0.1:{port}")
        page.goto(f"http://127.0.0.1:{port}/#who=identity:712052&text=a-secret-note")
        give(page, token)
        expect(page).to_have_title(f"{EMAIL} · Inroads")
        page.context.close()  # so that no connection keeps the server
        server.terminate()
        assert server.stderr
        logged = server.stderr.read()
    asked = audit.read_text(encoding="utf-8")
    assert "Subject" in logged
    assert "Subject" in asked
    for secret in ("a-secret-note", "#who", token, "712052", EMAIL):
        assert secret not in asked + logged
