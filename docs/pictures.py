"""The pictures of the explorer in `docs/images/`, taken of its real page with invented people.

Run it with `PYTHONPATH=tests/support`. It needs Chromium and the built page. Only the server's clock
differs from run to run: when the graph was built, and how long a question took.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browsing import QUIET, chromium
from inroads import load, review
from inroads.model import Role
from inroads.sources.synthetic import population
from inroads.store.ledger import Ledger
from processes import serving

IMAGES: Final = Path(__file__).parent / "images"
PATIENCE: Final = 30_000  # milliseconds: the machine may be slow

PEOPLE, SEED = 400, 7
"""The population in which the person below reaches one business by three routes."""

PERSON, SHOP = "identity:700013", "business:70263"
PROOF: Final = f"who={PERSON}&to={SHOP}"
STEP: Final = f"business:70071#MEMBER@{PERSON}"

BEGUN: Final = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NOW: Final = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
"""The moment that the page takes for now, so that no picture grows old."""

EVE: Final = "eve@example.com"

EVEN: Final = ("--font-render-hinting=none", "--disable-partial-raster", "--num-raster-threads=1")
"""Options for letters that look alike on all machines."""

QUESTION: Final = """{
  identity(by: {email: "mateo.ito.12@example.org"}) {
    reach(kinds: [BUSINESS], filter: {roles: [CLIENT]}) {
      totalCount
      nodes {
        resource { label }
        certainty
        explanation { independentRoutes cut { label } }
      }
    }
  }
}"""

Envelope = dict[str, Any]


class Shot(NamedTuple):
    """A picture: its name, the place in the page, and what must be there before it is taken."""

    name: str
    place: str
    ready: str
    act: Callable[[Page], None] | None = None
    scheme: Literal["light", "dark"] = "light"


def later(documents: list[Envelope]) -> Iterator[Envelope]:
    """Newer documents of some people: one loses a membership, another gets one of somebody else."""
    people = [
        each
        for each in documents
        if each["source"].startswith("generated:me/")
        and not each["source"].endswith(PERSON.partition(":")[2])
    ]
    for place, (before, other) in enumerate(pairwise(people)):
        body = json.loads(json.dumps(before["document"]))
        mine = body["response"].get("business_memberships")
        theirs = other["document"]["response"].get("business_memberships")
        if not mine or not theirs:
            continue
        if place % 11 == 3:
            lose(body["response"], mine.pop())
        elif place % 17 == 5:
            mine.append({**theirs[0], "id": 900_000 + place, "role": "manager"})
        else:
            continue
        moment = BEGUN + dt.timedelta(days=4 + (place * place) % 83, minutes=place)
        yield {"observed_at": moment.isoformat(), "source": before["source"], "document": body}


def lose(me: Envelope, membership: Envelope) -> None:
    """Take away what else says that a person is a member."""
    account = membership["business"].get("account_id")
    me["groups"] = [each for each in me.get("groups", []) if each["id"] != membership["id"]]
    me["roles"] = [each for each in me.get("roles", []) if each["accountid"] != account]


def ledger(folder: Path) -> Path:
    """A ledger of the population, what changed in three months, and a review that has begun."""
    documents = list(population(PEOPLE, SEED))
    file = folder / "people.ndjson"
    every = [*documents, *later(documents)]
    file.write_text("".join(f"{json.dumps(each)}\n" for each in every), encoding="utf-8")
    kept = folder / "inroads.db"
    with Ledger(kept) as opened:
        opened.add(load(file).documents)
        scope = review.Scope(roles=frozenset({Role.ADMIN, Role.MANAGER}))
        begun = review.start(opened, load(kept), scope, "2026-Q2", by=EVE, now=NOW)
        numbers = [item.number for item in begun.items(limit=60)]
        begun.decide(numbers[1::3], "keep", by=EVE, now=NOW)
        begun.decide(numbers[9::12], "revoke", by=EVE, now=NOW, why="left in May")
    return kept


def begin(page: Page) -> None:
    """Say who decides, as everyone does first."""
    page.get_by_label("You are").fill(EVE)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")


def open_rule(page: Page) -> None:
    page.get_by_role("list", name="Rules with findings").get_by_role("link").first.click()


def run_question(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("region", name="Answer as JSON")).to_be_visible()


SHOTS: Final = (
    Shot("start", "", "main section"),
    Shot("answer", f"who={SHOP}&role=CLIENT", ".ir-picture [data-id]"),
    Shot("proof", PROOF, ".ir-picture [data-id]"),
    Shot("records", f"{PROOF}&step={STEP}", ".record", scheme="dark"),
    Shot("what-if", f"{PROOF}&without=role 200044", ".verdict"),
    Shot("findings", "view=findings", ".rules", open_rule),
    Shot("changes", "view=changes&since=2026-03-02&until=2026-06-01", ".causes"),
    Shot("review", "view=review&campaign=1", ".items .row", begin),
    Shot("matrix", f"view=matrix&who={SHOP}", "[role=grid] .access"),
    Shot("query", f"view=query&text={QUESTION}", ".cm-content", run_question),
)


def take(browser: Browser, base: str, shot: Shot) -> None:
    """Take one picture, once all that its view asks is answered."""
    context = browser.new_context(
        locale="en-GB",
        timezone_id="UTC",
        viewport={"width": 1280, "height": 800},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    page.goto(f"{base}/#{quote(shot.place, safe='=&:,@')}")
    page.locator(shot.ready).first.wait_for()
    if shot.act:
        shot.act(page)
    (IMAGES / f"explorer-{shot.name}.png").write_bytes(smaller(page, settled(page)))
    context.close()


def settled(page: Page) -> bytes:
    """A picture of a page that has drawn all: two in a row are the same.

    Its stream stays open, so the network never falls silent.
    """
    before = b""
    for _ in range(40):
        page.wait_for_timeout(500)
        now = page.screenshot(animations="disabled", caret="hide")
        if now == before:
            return now
        before = now
    raise TimeoutError(page.url)


PIXELS: Final = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const reader = new FileReader();
  reader.readAsDataURL(new Blob([data]));
  await new Promise((done) => (reader.onload = done));
  return [image.width, image.height, reader.result.split(",")[1]];
}"""


def smaller(page: Page, png: bytes) -> bytes:
    """The picture in its 256 most common colours, each other one as the nearest: a third of its size."""
    page.goto("about:blank")
    width, height, data = page.evaluate(PIXELS, base64.b64encode(png).decode())
    rgb = np.frombuffer(base64.b64decode(data), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    colours, which, counts = np.unique(
        rgb @ np.array([65_536, 256, 1], np.int32), return_inverse=True, return_counts=True
    )
    channels = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    palette = channels[np.sort(np.argsort(-counts, kind="stable")[:256])]
    distances = ((channels[:, None] - palette[None]) ** 2).sum(axis=2)
    indices = distances.argmin(axis=1)[which].astype(np.uint8).reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), np.uint8), indices])  # each begins with filter 0
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(name, content)
        for name, content in (
            (b"IHDR", header),
            (b"PLTE", palette.astype(np.uint8).tobytes()),
            (b"IDAT", zlib.compress(rows.tobytes(), 9)),
            (b"IEND", b""),
        )
    )


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of a PNG, between its length and its checksum."""
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def main() -> None:
    """Take all pictures, or those that are named."""
    wanted = set(sys.argv[1:]) or {shot.name for shot in SHOTS}
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        serving("--ledger", str(ledger(Path(folder))), "--allow-review") as (_, port),
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*QUIET, *EVEN])
        for shot in SHOTS:
            if shot.name in wanted:
                take(browser, f"http://127.0.0.1:{port}", shot)
        browser.close()


if __name__ == "__main__":
    main()
