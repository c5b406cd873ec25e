"""The full screen: keys, dialogs, what is shown, and a process that is killed."""

from __future__ import annotations

import asyncio
import datetime as dt
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

import campaigns
from campaigns import NOW, begin, me, member
from commands import INROADS
from inroads.errors import LedgerError
from inroads.explorer import Explorer
from inroads.review import Campaign, Filter, campaign
from inroads.store.ledger import Ledger
from inroads_api.cli.worklist.screen import Worklist
from inroads_api.cli.worklist.session import Session
from worlds import explore

SMALL, LARGE = (80, 24), (120, 40)
EVE = "eve@example.com"


@pytest.fixture(scope="module")
def twins() -> Explorer:
    return explore([(body, NOW) for body in campaigns.twins()])


@pytest.fixture
def begun(tmp_path: Path, twins: Explorer) -> Iterator[Campaign]:
    with Ledger(tmp_path / "inroads.db") as opened:
        yield begin(opened, twins)


class Screen:
    """A screen that is typed on; `texts` is all that it shows now."""

    def __init__(self, app: Worklist, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        names = {" ": "space", ":": "colon", "@": "at"}
        await self.press(*(names.get(letter, letter) for letter in text))

    @property
    def texts(self) -> str:
        shown = (each for screen in self.app.screen_stack for each in screen.query(Static))
        return "\n".join(str(each.visual) for each in shown)

    def part(self, name: str) -> str:
        return str(self.app.screen_stack[0].query_one(f"#{name}", Static).visual)


def on_screen(
    begun: Campaign,
    test: Callable[[Screen], Awaitable[None]],
    size: tuple[int, int] = SMALL,
    by: str = EVE,
) -> None:
    async def run() -> None:
        app = Worklist(Session(begun, by, lambda: NOW))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await test(Screen(app, pilot))

    asyncio.run(run())


def decided(begun: Campaign) -> list[tuple[int, str, str]]:
    items = begun.items(Filter(decided=True))
    return [
        (each.number, each.decision.verdict, each.decision.why) for each in items if each.decision
    ]


def test_the_keys(begun: Campaign) -> None:
    """A key decides and shows the next item; a reason is typed once, and taken again with Enter."""

    async def test(screen: Screen) -> None:
        assert "Item 1 of 6" in screen.part("item")
        await screen.press("k")
        assert "Item 2 of 6" in screen.part("item")
        assert "1 of 6 decided" in screen.part("head")
        await screen.press("r")
        assert "Revoke item 2" in screen.texts
        await screen.press("enter")
        assert "the reason is needed" in screen.texts
        await screen.write("left")
        await screen.press("enter", "space", "u", "enter")
        assert decided(begun) == [(1, "KEEP", ""), (2, "REVOKE", "left"), (4, "UNSURE", "left")]
        await screen.press("z")
        assert "Item 4" in screen.part("item")
        assert "Taken back: 1 item" in screen.part("note")
        await screen.press("r", "escape", "j")
        assert len(decided(begun)) == 2
        await screen.press("z", "z", "z")
        assert "nothing to take back" in screen.part("note")
        assert decided(begun) == []

    on_screen(begun, test)


def test_many_at_once(begun: Campaign) -> None:
    """Marked items, or all that match a filter, are decided for one reason."""

    async def test(screen: Screen) -> None:
        await screen.press("m", "m", "R")
        assert "Revoke 2 items, all marked" in screen.texts
        await screen.write("both")
        await screen.press("enter")
        assert decided(begun) == [(1, "REVOKE", "both"), (2, "REVOKE", "both")]
        await screen.press("f")
        await screen.write("rol:x")
        await screen.press("enter")
        assert "did you mean role:?" in screen.texts
        await screen.press(*["backspace"] * 5)
        await screen.write("state:latent c@example")
        await screen.press("enter")
        assert "state:latent c@example · 1 to decide" in screen.part("filter")
        await screen.press("K", "enter")
        assert decided(begun)[2:] == [(6, "KEEP", "")]
        assert "Nothing is left to decide under this filter" in screen.part("item")
        await screen.press("k", "j", "m")
        assert len(decided(begun)) == 3
        await screen.press("K")
        assert "none is left under this filter" in screen.part("note")

    on_screen(begun, test)


def test_help_and_leaving(begun: Campaign) -> None:
    """`?` shows the keys and any of four keys leaves them; `q` leaves, and all is kept."""

    async def test(screen: Screen) -> None:
        for key in ("q", "escape", "enter", "question_mark"):
            await screen.press("question_mark")
            assert "A filter is words" in screen.texts
            await screen.press(key)
            assert "A filter is words" not in screen.texts
        await screen.press("k", "q")
        assert not screen.app.is_running

    on_screen(begun, test)
    assert decided(begun) == [(1, "KEEP", "")]


def test_the_proof(begun: Campaign) -> None:
    """`e` shows all records, and the first three again."""

    async def test(screen: Screen) -> None:
        assert "more record" in screen.part("item")
        await screen.press("e")
        assert "more record" not in screen.part("item")
        await screen.press("e")
        assert "more record" in screen.part("item")

    on_screen(begun, test)


def test_another_reviewer(begun: Campaign) -> None:
    """What another decided meanwhile is shown and not overruled; their progress counts."""

    async def test(screen: Screen) -> None:
        with Ledger(begun.ledger.path) as opened:
            theirs = campaign(opened, "Q1")
            theirs.decide([1, 2], "revoke", by="adam", now=NOW, why="left")
        await screen.press("k")
        assert "adam decided REVOKE since it was shown" in screen.part("note")
        assert "adam decided REVOKE on 2026-06-01: left" in screen.part("item")
        assert [each.by for each in begun.history(1)] == ["adam"]
        await screen.press("j")
        assert "Item 3 of 6" in screen.part("item")
        assert "2 of 6 decided" in screen.part("head")

    on_screen(begun, test)


def test_a_ledger_that_cannot_be_read(begun: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that is busy ends nothing: the screen says so, and the next key works."""

    async def test(screen: Screen) -> None:
        with monkeypatch.context() as busy:
            refused = LedgerError("another process holds it", "LEDGER_BUSY")
            busy.setattr(begun.ledger, "_open_to_read", Mock(side_effect=refused))
            await screen.press("j")
            assert "another process holds it. Nothing is lost" in screen.part("note")
        await screen.press("k")
        assert "1 of 6 decided" in screen.part("head")

    on_screen(begun, test)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    "name",
    [
        "\x1b[2J\x1b]0;x\x07\r\n",
        "long " * 400,
        "\u202egnp\u202c \u05d0\u05d1",
        "[bold]x[/bold] [@click=quit]y[/]",
    ],
    ids=["control", "long", "rtl", "markup"],
)
def test_hostile_names(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    """A name is only text, and the keys still fit on the screen."""
    world = me(1, member(1, "owner", 1, "A", name=name), email=f"{name}@x.org")

    async def test(screen: Screen) -> None:
        await screen.press("r")
        await screen.write("so")
        assert "\x1b" not in screen.texts
        assert "\u202e" not in screen.texts
        assert "[bold]" not in name or "[bold]x[/bold]" in screen.part("item")
        await screen.press("enter")
        for each in ("head", "filter", "note", "keys"):
            region = screen.app.screen.query_one(f"#{each}").region
            assert 0 < region.height <= 3
            assert region.bottom <= size[1]

    with Ledger(tmp_path / "inroads.db") as opened:
        begun = begin(opened, explore([(world, NOW)]), name[:150])
        on_screen(begun, test, size, by=f"{name}x"[:200])
        assert len(decided(begun)) == 1


def test_two_hundred_keys(tmp_path: Path) -> None:
    """Two hundred items are decided by two hundred keys."""
    world = [(me(n, member(n, "manager", n)), NOW) for n in range(1, 202)]

    async def test(screen: Screen) -> None:
        await screen.press(*"k" * 200)
        assert "200 of 201 decided" in screen.part("head")

    with Ledger(tmp_path / "inroads.db") as opened:
        begun = begin(opened, explore(world))
        on_screen(begun, test)
        assert [number for number, _, _ in decided(begun)] == list(range(1, 201))


class Terminal:
    """`inroads review work` in a process of its own, on a terminal of 80 by 24."""

    def __init__(self, ledger: Path, **settings: str) -> None:
        words = [INROADS, "review", "work", "Q1", "--by", EVE, "--ledger", str(ledger)]
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.environ.pop("NO_COLOR", None)
            os.environ.update({"TERM": "xterm-256color"} | settings)
            os.execv(INROADS, words)  # noqa: S606  # our own command
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.output = b""

    def wait_for(self, done: Callable[[], bool]) -> None:
        """Read what is shown until something is so, for a minute at most."""
        end = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end, self.output[-500:]
            if select.select([self.file], [], [], 0.01)[0]:
                self.output += os.read(self.file, 65536)

    def end(self) -> int:
        """Wait for its end, and return the exit status."""
        while True:
            try:
                if not os.read(self.file, 65536):
                    break
            except OSError:  # the other end is closed
                break
        _, status = os.waitpid(self.pid, 0)
        os.close(self.file)
        return status


def colours(output: bytes) -> set[int]:
    """The codes of colours among the sequences that a terminal was sent."""
    sent = re.findall(rb"\x1b\[([0-9;]*)m", output)
    codes = {int(code) for each in sent for code in each.split(b";") if code}
    return codes & {38, 48, *range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}


@pytest.mark.parametrize("plain", [True, False])
def test_no_color(tmp_path: Path, plain: bool) -> None:
    """With NO_COLOR no colour is sent to the terminal, and without it one is."""
    ledger = tmp_path / "inroads.db"
    with Ledger(ledger) as opened:
        begin(opened, explore([(me(n, member(n, "manager", n)), NOW) for n in (1, 2)]))
    terminal = Terminal(ledger, **({"NO_COLOR": "1"} if plain else {}))
    terminal.wait_for(lambda: b"reaches" in terminal.output)
    os.write(terminal.file, b"k")
    terminal.wait_for(lambda: b"takes it back" in terminal.output)
    os.write(terminal.file, b"q")
    assert terminal.end() == 0
    assert (not colours(terminal.output)) is plain


def test_killed(tmp_path: Path) -> None:
    """A process that is killed in the midst loses no decision whose next item was shown."""
    world = [(me(n, member(n, "manager", n)), NOW) for n in range(1, 101)]
    ledger = tmp_path / "inroads.db"
    with Ledger(ledger) as opened:
        begun = begin(opened, explore(world))
        for round_ in (1, 2):
            terminal, before = Terminal(ledger), begun.count(Filter(decided=True))
            terminal.wait_for(lambda terminal=terminal: b"reaches" in terminal.output)
            os.write(terminal.file, b"k" * 30)
            terminal.wait_for(
                lambda before=before: begun.count(Filter(decided=True)) >= before + 10
            )
            os.kill(terminal.pid, signal.SIGKILL)
            assert os.WTERMSIG(terminal.end()) == signal.SIGKILL
            numbers = begun.numbers(Filter(decided=True))
            assert numbers == list(range(1, len(numbers) + 1))
            assert len(numbers) >= 10 * round_
            assert opened.verify() == []
        assert {each.by for each in map(begun.history, numbers) for each in each} == {EVE}
        terminal = Terminal(ledger)
        terminal.wait_for(lambda: f"Item {len(numbers) + 1} of 100".encode() in terminal.output)
        os.write(terminal.file, b"q")
        assert terminal.end() == 0


def test_decided_before_the_next_item_shows(begun: Campaign) -> None:
    """When an item shows, another process sees the decision about the one before."""

    async def test(screen: Screen) -> None:
        with Ledger(begun.ledger.path, read_only=True) as opened:
            theirs = campaign(opened, "Q1")
            for number in range(1, 6):
                assert f"Item {number} of" in screen.part("item")
                assert theirs.count(Filter(decided=True)) == number - 1
                await screen.press("k")

    on_screen(begun, test)


def test_moments_are_those_of_the_clock(begun: Campaign) -> None:
    """A decision has the moment at which it was taken."""
    moments = iter(NOW + dt.timedelta(minutes=n) for n in range(9))

    async def run() -> None:
        app = Worklist(Session(begun, EVE, lambda: next(moments)))
        async with app.run_test(size=SMALL) as pilot:
            await pilot.press("k", "k")

    asyncio.run(run())
    assert [begun.history(n)[0].moment[11:16] for n in (1, 2)] == ["00:00", "00:01"]
