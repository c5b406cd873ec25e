"""All views, under each condition that changes what can be asked: none is broken, and none shuts anyone out."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import Complaints, Served, axe_findings
from commands import run
from inroads import EXAMPLE, load, review
from inroads.store.ledger import Ledger
from records import me, membership
from visits import WIDER, World

BRUCE, BILL_SPRING = "identity:712052", "business:77128"
NO_REVIEWS: Final = {"review": "No reviews here"}
PEOPLE = 5_000


def reviewed(file: Path, scope: review.Scope) -> str:
    """The name of a ledger, in which a campaign was begun."""
    with Ledger(file) as opened:
        now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        review.start(opened, load(file), scope, "Q1", by="eve@example.com", now=now)
    return str(file)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger of the example and of somebody who gained an access later, with a campaign."""
    folder = tmp_path_factory.mktemp("small")
    ledger = str(folder / "inroads.db")
    later = folder / "later.ndjson"
    documents = [
        ("2026-05-01T00:00:00Z", me(2)),
        ("2026-05-20T00:00:00Z", me(2, business_memberships=[membership(12, 77128, "manager")])),
    ]
    lines = ({"observed_at": at, "source": "me", "document": each} for at, each in documents)
    later.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    observed = ["--observed-at", "2026-05-01T00:00:00Z"]
    assert run("ingest", str(EXAMPLE), "--ledger", ledger, *observed).returncode == 0
    assert run("ingest", str(later), "--ledger", ledger).returncode == 0
    return reviewed(Path(ledger), review.Scope())


def on_files(served: Served, small: str, folder: Path, page: Page) -> World:
    """The example as it comes: files of one moment, without a ledger."""
    calm = NO_REVIEWS | {"changes": "There is nothing to compare yet"}
    return World(served("--example"), BRUCE, BILL_SPRING, calm)


def with_trusted_documents_only(served: Served, small: str, folder: Path, page: Page) -> World:
    return World(served("--ledger", small, "--trusted-only"), BRUCE, BILL_SPRING)


def with_a_limited_token(served: Served, small: str, folder: Path, page: Page) -> World:
    auth = str(folder / "auth.json")
    made = run("token", "create", "bo", "--auth", auth, "--business", "77128")
    page.set_extra_http_headers({"authorization": f"Bearer {made.stdout.split()[-1]}"})
    calm = NO_REVIEWS | {"changes": "This token has no past"}
    return World(served("--ledger", small, "--auth", auth), BRUCE, BILL_SPRING, calm)


def with_pseudonyms(served: Served, small: str, folder: Path, page: Page) -> World:
    key = folder / "key"
    key.write_text(secrets.token_hex(32), encoding="utf-8")
    key.chmod(0o600)
    words = ("--ledger", small, "--pseudonymise", str(key))
    business = _first("census", *words, "--kind", "business", "--top", "1")["id"]
    owner = _first("reached-by", business, *words, "--role", "owner", "--limit", "1")["principal"]
    return World(served(*words), owner, business, NO_REVIEWS)


def of_a_population(served: Served, small: str, folder: Path, page: Page) -> World:
    file, ledger = str(folder / "people.ndjson"), folder / "inroads.db"
    assert run("generate", "--identities", str(PEOPLE), "-o", file).returncode == 0
    business = _first("census", "-d", file, "--kind", "business", "--top", "2")["id"]
    owner = _first("reached-by", business, "-d", file, "--role", "owner")["principal"]
    assert run("ingest", file, "--ledger", str(ledger)).returncode == 0
    reviewed(ledger, review.Scope(resources=frozenset({business})))
    words = ("--ledger", str(ledger), "--allow-review", "--deadline", "5m")  # however slow it is
    return World(served(*words), owner, business)


def _first(*words: str) -> Any:
    return json.loads(run(*words, "--format", "ndjson").stdout.splitlines()[0])


CONDITIONS: Final = (
    on_files,
    with_trusted_documents_only,
    with_a_limited_token,
    with_pseudonyms,
    of_a_population,
)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda each: each.__name__)
def test_every_view_opens(
    condition: Callable[..., World], page: Page, served: Served, small: str, tmp_path: Path
) -> None:
    """Each has its heading and its content, or says calmly why not; nothing complains."""
    world = condition(served, small, tmp_path, page)
    for view in world.tour(page):
        alerts = page.get_by_role("alert")
        if condition is with_a_limited_token and view.name == "start":
            expect(alerts).to_have_text(
                "Your token is limited to some businesses, and sees the graph of now only."
            )
        else:
            expect(alerts).to_have_count(0)


@pytest.fixture
def example(served: Served, small: str) -> World:
    return World(served("--ledger", small, "--trusted-only"), BRUCE, BILL_SPRING)


def test_every_view_is_accessible(page: Page, example: World) -> None:
    """axe finds nothing, in light and in dark."""
    found = [f"{view.name}: {each}" for view in example.tour(page) for each in axe_findings(page)]
    assert found == []


def test_every_view_is_accessible_in_forced_colours(page: Page, example: World) -> None:
    """Where someone's own colours replace those of the page, axe finds nothing either.

    It cannot judge their contrast: it is told the colours of the style sheet, which nobody sees.
    """
    page.emulate_media(forced_colors="active")
    found = [
        f"{view.name}: {each}"
        for view in example.tour(page)
        for each in axe_findings(page, ("light",), contrast=False)
    ]
    assert found == []


@pytest.fixture
def zoomed(browser: Browser, complaints: Complaints) -> Iterator[Page]:
    """A page at 200 %: half as many pixels of the style sheet, each twice as large."""
    context = browser.new_context(
        locale="en-GB", viewport={"width": 640, "height": 400}, device_scale_factor=2
    )
    complaints.watch(context)
    yield context.new_page()
    context.close()


def test_every_view_is_accessible_at_twice_the_size(zoomed: Page, example: World) -> None:
    """axe finds nothing, and one scrolls in one direction only."""
    found = [
        f"{view.name}: {each}"
        for view in example.tour(zoomed)
        for each in [*zoomed.evaluate(WIDER), *axe_findings(zoomed, ("light",))]
    ]
    assert found == []
