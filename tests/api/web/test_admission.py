"""Turns: new documents one after the other, a few requests of each token at once, and a place for everybody else."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from inroads_api.web import admission as turns_
from inroads_api.web.admission import (
    BURST,
    LONGEST,
    MOST,
    MOST_EACH,
    MOST_OWING,
    WORKING_EACH,
    AdmissionControl,
    Overloaded,
    PenaltyQueue,
)


def test_new_documents_are_looked_at_in_turn() -> None:
    """One at a time, and who sends many is overtaken by who sends one."""
    done: list[str] = []

    async def look(turns: AdmissionControl, who: str, name: str) -> None:
        async with turns.place(who) as caller, turns.look(caller):
            before = len(done)
            await asyncio.sleep(0)
            assert len(done) == before  # nobody else was at it
            done.append(name)

    async def all_of_them() -> None:
        turns = AdmissionControl()
        await asyncio.gather(
            *(look(turns, "many", f"many {n}") for n in range(MOST_EACH)),
            look(turns, "other", "other"),
        )

    asyncio.run(all_of_them())
    assert done[:3] == ["many 0", "other", "many 1"] or done[:3] == ["many 0", "many 1", "other"]
    assert len(done) == MOST_EACH + 1


def test_a_token_has_a_few_in_work() -> None:
    """However many requests show it; those of another token, and those without one, do not wait for them."""
    working: Counter[str | None] = Counter()
    most: Counter[str | None] = Counter()

    async def work(turns: AdmissionControl, who: str | None) -> None:
        async with turns.place(who) as caller, caller.working:
            working[who] += 1
            most[who] = max(most[who], working[who])
            await asyncio.sleep(0.01)
            working[who] -= 1

    async def all_of_them() -> None:
        turns = AdmissionControl()
        await asyncio.gather(*(work(turns, who) for who in (["a"] * 30 + ["b"] * 5 + [None] * 20)))
        assert not turns._callers, "nothing is remembered of those who are gone"

    asyncio.run(all_of_them())
    assert most == {"a": WORKING_EACH, "b": 5, None: 20}


def test_who_was_refused_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused documents take a small part of the time, after a few at once; nobody else's wait for them."""
    monkeypatch.setattr(turns_, "PART", 1 / 10)
    done: list[str] = []

    async def look(turns: AdmissionControl, who: str | None, spent: float) -> None:
        async with turns.place(who) as caller, turns.look(caller) as told:
            done.append(f"{who} {spent:g}")
            told(spent)

    async def all_of_them() -> None:
        turns = AdmissionControl()
        for _ in range(3):
            await look(turns, "bad", BURST / 3)
        assert not turns._lines["bad"].pause, "mistakes cost nothing"
        await look(turns, "bad", 0.05)
        begun = time.monotonic()
        many = [look(turns, "bad", 0) for _ in range(5)]
        await asyncio.gather(*many, look(turns, "good", 0), look(turns, None, 0))
        assert 0.2 < time.monotonic() - begun < 5, "what was spent makes up a part of the time"
        assert not turns._lines["bad"].pause, "it is waited for once"
        await look(turns, "bad", 0)
        assert len(turns._lines) < 4
        await asyncio.sleep(10 * BURST)
        await look(turns, "another", 0)
        assert set(turns._lines) == {"another"}, "nothing is remembered of those who owe nothing"

    asyncio.run(all_of_them())
    assert done[4:6] == ["good 0", "None 0"]


def test_connections_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of which the last document was good wait for nobody; all others for each other, new ones among them."""
    monkeypatch.setattr(turns_, "MOST_GOOD", 2)
    turns = AdmissionControl()

    async def look(connection: str | None, spent: float = 0) -> float:
        begun = time.monotonic()
        async with turns.place(None, connection) as caller, turns.look(caller) as told:
            told(spent)
        return time.monotonic() - begun

    async def all_of_them() -> None:
        await look("good")
        await look("mixed")
        assert list(turns._good) == ["good", "mixed"]
        await look("bad", 1.0)
        assert turns._lines[None].pause
        assert await look("good") < turns._lines[None].pause
        await look("mixed", 1.0)
        assert list(turns._good) == ["good"]
        waited = await asyncio.gather(*map(look, ("mixed", "new", None)))
        assert all(each > 0.3 for each in waited)
        await look("mixed", 1.0)
        assert turns._lines[None].pause, "what it costs, all pay who are not told apart"
        assert list(turns._good) == ["new"]
        await look("new")
        await look("newer")
        await look("newest")
        assert list(turns._good) == ["newer", "newest"], "the last ones are remembered"

    asyncio.run(all_of_them())


def test_nobody_waits_for_long() -> None:
    """Whatever was spent, on however slow a machine."""
    line = PenaltyQueue()
    for _ in range(3):
        line.owes(5.0)
    assert 0.5 < line.pause <= LONGEST


def test_a_line_ends() -> None:
    """Where refused documents make others wait, only a few do: the next is refused without being looked at."""

    async def all_of_them() -> None:
        turns = AdmissionControl()

        async def look(who: str, spent: float = 0) -> None:
            async with turns.place(who) as caller, turns.look(caller) as told:
                told(spent)

        await asyncio.gather(*(look("good") for _ in range(MOST_EACH)))
        await look("bad", 1.0)
        came = await asyncio.gather(
            *(look("bad") for _ in range(MOST_EACH)), return_exceptions=True
        )
        assert Counter(map(type, came)) == {
            type(None): MOST_OWING,
            Overloaded: MOST_EACH - MOST_OWING,
        }

    asyncio.run(all_of_them())


def test_there_is_a_place_for_others() -> None:
    """One token fills its own places only; all together fill those that there are, and a place that is left is free."""

    async def fill() -> None:
        turns = AdmissionControl()
        async with AsyncExitStack() as stack:
            for _ in range(MOST_EACH):
                await stack.enter_async_context(turns.place("a"))
            with pytest.raises(Overloaded):
                await stack.enter_async_context(turns.place("a"))
            for _ in range(MOST - MOST_EACH):
                await stack.enter_async_context(turns.place(None))
            with pytest.raises(Overloaded):
                await stack.enter_async_context(turns.place("b"))
        async with turns.place("a"), turns.place("b"):
            pass

    asyncio.run(fill())
