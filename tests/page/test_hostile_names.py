"""Names that want to be more than names: in every view, in every picture and in its files they are text."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Dialog, Page, expect

from browsing import Served
from commands import run
from inroads import load, review
from inroads.store.ledger import Ledger
from records import client, me, membership
from visits import WIDER, World

TAG: Final = "<img src=x onerror=alert(1)>"
LINK: Final = "javascript:alert(1)"
NAMES: Final = (
    TAG,
    '"><script>alert(1)</script>',
    LINK,
    "\u202egnp.exe\u202c \u2066\u200fevil",
    "W" * 2_000,
    "one\ntwo\r\nthree\x1b[31m\x00",
    "in\u200bvi\u2060si\ufeffble",
    "👩‍👩‍👧 🏳️‍🌈 e\u0301\u0301\u0301",
    "${alert(1)}{{constructor.constructor('alert(1)')()}}",
)

UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
"""Signs that hide or reorder what stands beside them."""

MADE: Final = "#app :is(img, script, iframe, object, embed, [onerror], [href^='javascript:' i])"
"""Elements that the page makes of no name: it has none of these of its own."""

TOLD: Final = """[document.title, document.body.innerText, ...[...document.querySelectorAll("body *")].flatMap(
  (each) => [...each.attributes].filter(({name}) => name !== "d").map(({value}) => value))]"""
"""All that the page tells: its texts, and what its attributes say to a pointer and a screen reader."""


def person(number: int, name: str, *memberships: dict[str, Any]) -> dict[str, Any]:
    """Somebody whose own names, role, group and account are hostile."""
    document = me(number, business_memberships=list(memberships))
    body = document["response"]
    body |= {"email": f"{name}{number}@x.org", "first_name": name, "last_name": name}
    body["groups"] = [
        {"id": 500 + number, "group_id": 70, "role": name, "identity_id": number, "company": name}
        | {"first_name": name, "email": name, "business_id": 10, "active": True}
    ]
    body["roles"] = [
        {"id": 600 + number, "role": "client", "systemid": 1, "userid": number, "accountid": "<b>V"}
        | {"created_at": "2020-01-01T00:00:00Z", "links": {"destroy": LINK}}
    ]
    return document


@pytest.fixture(scope="module")
def world(served: Served, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A server of hostile people, who joined hostile businesses one after the other, and of a review."""
    places = []
    for n, name in enumerate(NAMES):
        place = membership(200 + n, 20 + n, "owner" if n % 2 else name)
        vendor = client(300 + n, "<b>V", 20 + n)
        place["business"] |= {
            "name": name, "account_id": f"<i>{n}", "business_clients": [vendor], "userid": 1,
        }  # fmt: skip
        places.append(place)
    shared = membership(100, 10, "business_employee")
    shared["business"]["name"] = TAG
    last = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    observed = [
        (last - dt.timedelta(days=9), person(1, TAG)),
        (last, person(1, TAG, *places)),
        *((last, person(2 + n, name, shared | {"id": 100 + n})) for n, name in enumerate(NAMES)),
    ]
    lines = (
        json.dumps(
            {"observed_at": at.isoformat(), "source": NAMES[n % len(NAMES)], "document": each}
        )
        for n, (at, each) in enumerate(observed)
    )
    folder = tmp_path_factory.mktemp("hostile")
    file, ledger = folder / f"{TAG.replace('/', '')}.ndjson", folder / "inroads.db"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert run("ingest", str(file), "--ledger", str(ledger)).returncode == 0
    with Ledger(ledger) as opened:
        review.start(opened, load(ledger), review.Scope(), TAG, by=LINK, now=last)
    return World(served("--ledger", str(ledger), "--allow-review"), "identity:1", "business:21")


@pytest.fixture
def dialogs(page: Page) -> list[str]:
    """The messages of the dialogs that opened."""
    opened: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    return opened


STYLED: Final = (
    "() => [...document.querySelectorAll('link[rel=stylesheet]')].every((each) => each.sheet)"
)
"""True once no styles of a view are still on their way."""


def harm(page: Page) -> list[str]:
    """All that names did to a page, wide and narrow."""
    page.wait_for_function(STYLED)
    done = [
        f"made: {each}"
        for each in page.locator(MADE).evaluate_all("(all) => all.map(each => each.outerHTML)")
    ]
    done += [f"unseen: {each[:200]!r}" for each in page.evaluate(TOLD) if UNSEEN.search(each)]
    for width in (1280, 640):
        page.set_viewport_size({"width": width, "height": 800})
        done += [f"wider: {each}" for each in page.evaluate(WIDER)]
    page.set_viewport_size({"width": 1280, "height": 800})
    return done


def test_every_view_shows_them_as_text(page: Page, world: World, dialogs: list[str]) -> None:
    """No element, dialog or request is made of them; none hides, reorders or widens anything."""
    done, said = list[str](), ""
    for view in world.tour(page):
        done += [f"{view.name}: {each}" for each in harm(page)]
        told = page.locator("#view").inner_text()
        if view.name not in {"findings", "query"}:  # which begin without a name
            assert TAG in told, view.name
        said += told
    assert (done, dialogs) == ([], [])
    assert [each for each in (LINK, NAMES[-1], "gnp.exe", "\\u{200b}") if each not in said] == []


TOGETHER: Final = (
    "who=business:10",
    "who=account:%3Cb%3EV",
    "who=identity:2&to=business:10&step=business:10%23MEMBER@identity:2",
    "view=findings&rule=email-collision",
    "view=findings&rule=unmapped-role",
    "view=findings&rule=bridge",
    "view=matrix&who=business:10",
    "view=review",
    "view=what-if&without=" + ",".join(f"business:{20 + n}%23MEMBER@identity:1" for n in range(9)),
)
"""Places where many of the names are in one list or one picture."""


@pytest.mark.parametrize("place", TOGETHER)
def test_where_they_meet(page: Page, world: World, dialogs: list[str], place: str) -> None:
    """So it is where many of them are in one list, one grid or one picture."""
    page.goto(f"{world.url}/#{place}")
    expect(page.locator("#view").get_by_text(TAG).first).to_be_visible()
    assert (harm(page), dialogs) == ([], [])


def test_each_proof_with_its_records(page: Page, world: World, dialogs: list[str]) -> None:
    """A step tells its records, which carry the names as they are: they are printed as what they are."""
    done = list[str]()
    for n in range(len(NAMES)):
        place, grant = f"business:{20 + n}", f"business:{20 + n}%23MEMBER@identity:1"
        page.goto(f"{world.url}/#who=identity:1&to={place}&step={grant}")
        expect(
            page.get_by_role("region", name="Records").get_by_role("article").first
        ).to_be_visible()
        done += [f"{place}: {each}" for each in harm(page)]
    assert (done, dialogs) == ([], [])


def test_the_files_of_a_picture(page: Page, world: World) -> None:
    """The SVG is one that every reader takes, and only draws; the PNG is a picture."""
    for place in ("who=business:10", "who=identity:1"):
        page.goto(f"{world.url}/#{place}")
        expect(page.locator(".ir-spot").nth(3)).to_be_visible()
        with page.expect_download() as file:
            page.get_by_role("button", name="SVG").click()
        text = file.value.path().read_text(encoding="utf-8")
        drawn = list(ET.fromstring(text).iter())  # noqa: S314  # our own file
        kinds = {each.tag.removeprefix("{http://www.w3.org/2000/svg}") for each in drawn}
        assert kinds <= {"svg", "g", "rect", "circle", "path", "text", "title"}
        names = {name for each in drawn for name in each.attrib}
        assert not [each for each in names if each.startswith("on") or "href" in each]
        assert any(TAG in (each.text or "") for each in drawn)
        assert not UNSEEN.search(text)
        with page.expect_download() as file:
            page.get_by_role("button", name="PNG").click()
        assert file.value.path().read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
