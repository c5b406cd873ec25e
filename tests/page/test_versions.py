"""A page that stays open: its ledger grows, its server goes and comes back, and nothing is forced."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browsing import Complaints, Served
from inroads import EXAMPLE
from processes import command

EMAIL = "b@example.com"
SEEN = """Object.defineProperty(document, "visibilityState", {value: "STATE", configurable: true});
document.dispatchEvent(new Event("visibilitychange"))"""
PATIENCE = 60_000  # milliseconds: the machine may be slow


def ingest(ledger: Path, document: Path) -> None:
    words = ["ingest", str(document), "--ledger", str(ledger)]
    code = "from inroads_api.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True)  # noqa: S603  # our own


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with the example."""
    ingest(tmp_path / "l.db", EXAMPLE / "bruce.json")
    return tmp_path / "l.db"


@pytest.fixture
def newcomer(tmp_path: Path) -> Path:
    """A document of somebody whom the example does not know."""
    person = {
        "id": 9,
        "email": "new@example.com",
        "business_memberships": [{"id": 90, "role": "owner", "business": {"id": 77128}}],
    }
    (tmp_path / "new.json").write_text(json.dumps({"response": person}), encoding="utf-8")
    return tmp_path / "new.json"


def people(page: Page) -> str:
    return page.get_by_role("region", name="People who reach the most").inner_text()


def test_a_newer_version_is_offered_and_taken(
    page: Page, served: Served, ledger: Path, newcomer: Path
) -> None:
    """What is shown stays until someone wants the newer documents; then each question is asked anew."""
    page.goto(served("--ledger", str(ledger), "--trusted-only"))
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()
    expect(page.get_by_role("link", name="All changes")).to_be_visible()
    ingest(ledger, newcomer)
    offer = page.get_by_text("Newer documents were read.")
    expect(offer).to_be_visible(timeout=PATIENCE)
    assert "new@example.com" not in people(page)
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_role("link", name="new@example.com")).to_be_visible()
    expect(offer).to_have_count(0)


def test_a_second_version_is_offered_too(
    page: Page, served: Served, ledger: Path, newcomer: Path
) -> None:
    """The stream goes on after one version was taken, and on another view."""
    page.goto(f"{served('--ledger', str(ledger))}/#who=identity:712052")
    expect(page).to_have_title(f"{EMAIL} · Inroads")
    expect(page.locator("#view[aria-busy=false]")).to_be_visible()
    ingest(ledger, newcomer)
    show = page.get_by_role("button", name="Show them")
    expect(show).to_be_visible(timeout=PATIENCE)
    show.click()
    expect(show).to_have_count(0)
    newcomer.write_text(newcomer.read_text().replace("new@", "newer@"), encoding="utf-8")
    ingest(ledger, newcomer)
    expect(show).to_be_visible(timeout=PATIENCE)


def test_a_page_that_nobody_sees_asks_nothing(
    page: Page, served: Served, ledger: Path, newcomer: Path
) -> None:
    """A hidden page ends its stream, and finds out what it missed once it is seen."""
    page.goto(served("--ledger", str(ledger)))
    expect(page.get_by_role("link", name="All changes")).to_be_visible()
    with page.expect_event("requestfailed", lambda request: request.failure == "net::ERR_ABORTED"):
        page.evaluate(SEEN.replace("STATE", "hidden"))
    ingest(ledger, newcomer)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3_000)
    assert asked == []
    page.evaluate(SEEN.replace("STATE", "visible"))
    expect(page.get_by_text("Newer documents were read.")).to_be_visible(timeout=PATIENCE)


def test_a_server_without_a_ledger_is_silent(page: Page, served: Served) -> None:
    """No stream is asked for where none can be had, so that nothing is refused."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.headers.get("accept", "")))
    page.goto(served("--example"))
    expect(page.get_by_role("link", name="All changes")).to_be_visible()
    assert any("graphql-response" in each for each in asked)
    assert not any("event-stream" in each for each in asked)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """The servers that a test started, which end with it."""
    running: list[subprocess.Popen[str]] = []
    yield running
    for each in running:
        each.kill()
        each.wait()
        if each.stderr:
            each.stderr.close()


def start(running: list[subprocess.Popen[str]], *words: str) -> str:
    """Start a server, and return its URL once it answers."""
    server = subprocess.Popen(command(*words), stderr=subprocess.PIPE, text=True)  # noqa: S603  # our own
    running.append(server)
    assert server.stderr
    line = next(line for line in server.stderr if "http://127.0.0.1:" in line)
    return f"http://127.0.0.1:{line.partition('127.0.0.1:')[2].partition('/')[0]}"


def test_a_lost_server_is_told_and_found_again(
    page: Page,
    complaints: Complaints,
    origins: set[str],
    started: list[subprocess.Popen[str]],
    ledger: Path,
    newcomer: Path,
) -> None:
    """The page says that nobody answers, keeps what it shows and what was typed, and recovers by itself."""
    complaints.forgive("ERR_")
    base = start(started, "--ledger", str(ledger))
    origins.add(base)
    page.goto(base)
    expect(page.get_by_role("link", name="All changes")).to_be_visible()
    started[0].kill()
    started[0].wait()
    box = page.get_by_role("combobox", name="Who or what")
    box.fill("bruce")
    lost = page.get_by_text("what it shows stays")
    expect(lost).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("link", name=EMAIL)).to_be_visible()
    ingest(ledger, newcomer)
    port = base.rpartition(":")[2]
    start(started, "--ledger", str(ledger), "--port", port)
    expect(lost).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_text("Newer documents were read.")).to_be_visible(timeout=PATIENCE)
    expect(box).to_have_value("bruce")
    expect(page.get_by_role("option").first).to_be_visible()
