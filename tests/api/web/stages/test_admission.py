"""Admission: new documents one after the other, a few requests of each token at once, a place for everybody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from inroads_api.web.refusals import Overloaded
from inroads_api.web.stages import admission
from inroads_api.web.stages.admission import (
    MOST,
    MOST_EACH,
    SHORT,
    SHORT_AT_ONCE,
    WORKING_EACH,
    AdmissionControl,
)


def test_new_documents_are_looked_at_in_turn() -> None:
    """One at a time, and who sends many is overtaken by who sends one."""
    done: list[str] = []

    async def look(turns: AdmissionControl, who: str, name: str) -> None:
        async with turns.place(who) as caller, turns.preparing(caller):
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
        assert not turns._clients, "nothing is remembered of those who are gone"

    asyncio.run(all_of_them())
    assert most == {"a": WORKING_EACH, "b": 5, None: 20}


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


def operation(*, settled: bool = True, spends: int = SHORT, brief: bool = False) -> Any:
    return SimpleNamespace(settled=settled, spends=spends, brief=brief)


def test_short_operations_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of them are begun at once. Those that wait are not counted, nor those that cost much and are not brief."""
    monkeypatch.setattr(admission, "TURN_SECONDS", 60.0)  # however slow the machine is
    working: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def work(turns: AdmissionControl, kind: str, asked: Any) -> None:
        async with turns.turn(asked):
            working[kind] += 1
            most[kind] = max(most[kind], working[kind])
            await asyncio.sleep(0)
            working[kind] -= 1

    async def all_of_them() -> None:
        turns = AdmissionControl()
        kinds = {
            "short": operation(),
            "dear": operation(spends=SHORT + 1),
            "waits": operation(settled=False),
            "brief": operation(spends=SHORT + 1, brief=True),
        }
        await asyncio.gather(*(work(turns, *each) for each in kinds.items() for _ in range(9)))
        assert not turns._short.locked()

    asyncio.run(all_of_them())
    assert most == {"short": SHORT_AT_ONCE, "brief": SHORT_AT_ONCE, "dear": 9, "waits": 9}


def test_a_turn_is_not_waited_for_long() -> None:
    """Where the operations before take longer than expected, the others begin beside them."""

    async def fill() -> None:
        turns = AdmissionControl()
        async with AsyncExitStack() as stack:
            for _ in range(SHORT_AT_ONCE + 3):
                await stack.enter_async_context(turns.turn(operation()))
        assert not turns._short.locked()
        async with turns.turn(operation()), turns.turn(operation()):
            assert turns._short.locked()

    asyncio.run(asyncio.wait_for(fill(), 10))
