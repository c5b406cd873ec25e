"""Seats of tokens: one token cannot take those of others, on however many connections."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from applications import application
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.versions.versions import Version, token
from inroads_api.web.stages.seats import MAX_WAITING_EACH, Seats
from questions import NOON, code

QUERY = "query ($v: String) { graph(atLeast: $v) { position } }"


def test_each_token_has_its_own() -> None:
    """One token fills its own seats; others, and requests without a token, have theirs; what is left is free."""
    seats = Seats(2)
    with ExitStack() as stack:
        for who in ("a", "a", "b", None, None, None):
            stack.enter_context(seats.seat(who))
        with pytest.raises(InroadsError) as caught, seats.seat("a"):
            pass
        assert caught.value.code == "BUSY"
        with seats.seat("b"):
            pass
    assert not seats._taken
    with seats.seat("a"):
        pass


@pytest.fixture
def door(bruce: AccessGraph, tmp_path: Path) -> Iterator[tuple[httpx2.Client, Any, list[str]]]:
    """A client of a server with tokens, whose queries wait long, its endpoint, and two tokens."""
    file, day = TokenFile(tmp_path / "auth.json"), dt.timedelta(days=1)
    tokens = [file.create(name, [TokenScope.READ], day, NOON)[1] for name in ("a", "b")]
    auth = Auth(file.path, lambda: NOON)
    app = application(bruce, position=4, auth=auth, patience=60, deadline=60)
    (endpoint,) = (
        each.endpoint for each in app.routes if isinstance(each, Route) and each.path == "/graphql"
    )
    with TestClient(app, base_url="http://localhost") as client:
        yield client, endpoint, tokens


def test_one_token_cannot_keep_others_waiting(
    bruce: AccessGraph, door: tuple[httpx2.Client, Any, list[str]]
) -> None:
    """A fifth request of a token that would wait is told so at once; another token waits, and gets its version."""
    client, endpoint, (one, other) = door

    def ask(text: str, position: int) -> Any:
        body = {"query": QUERY, "variables": {"v": token(position)}}
        headers = {"authorization": f"Bearer {text}"}
        return client.post("/graphql", json=body, headers=headers).json()

    def waiting() -> int:
        # Not those who wait: a look at what is served waits for no time, before its seat.
        return sum(endpoint._answerer._seats._taken.values())

    def until(count: int) -> None:
        end = time.monotonic() + 20
        while waiting() < count:
            assert time.monotonic() < end
            time.sleep(0.005)

    with ThreadPoolExecutor(8) as pool:
        try:
            own = [pool.submit(ask, one, 9) for _ in range(MAX_WAITING_EACH)]
            until(MAX_WAITING_EACH)
            assert code(ask(one, 9)) == "BUSY"
            assert ask(one, 4)["data"]["graph"]["position"] == 4  # which needs no seat
            foreign = pool.submit(ask, other, 9)
            until(MAX_WAITING_EACH + 1)
        finally:
            endpoint.versions.swap(Version(bruce, NOON, 9, 4))
        for each in (*own, foreign):
            assert each.result(20)["data"]["graph"]["position"] == 9
