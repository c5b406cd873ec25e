"""A request that takes too long is answered with DEADLINE and with nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applications import application
from inroads.cancellation import checked
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.clock import Deadline, Late
from inroads_api.versions.cache import Cache, Room
from inroads_api.web.media_types import LEGACY, MODERN
from questions import code

Serve = Callable[..., httpx2.Client]
QUERY = "{ a: graph { version } b: graph { version } }"


@pytest.mark.parametrize(("accept", "status"), [(LEGACY, 200), (MODERN, 503)])
def test_late(bruce: AccessGraph, serve: Serve, accept: str, status: int) -> None:
    """However often it is asked, compiled or not, there is no data, and the status is the server's fault."""
    client = serve(application(bruce, deadline=-1))
    for _ in range(4):
        response = client.post("/graphql", json={"query": QUERY}, headers={"accept": accept})
        assert (response.status_code, code(response.json())) == (status, "DEADLINE")
        assert "data" not in response.json()
    refused = client.post("/graphql", json={"query": "{ nothing }"}, headers={"accept": accept})
    assert code(refused.json()) == "GRAPHQL_VALIDATION_FAILED"


def test_late_in_the_middle(
    bruce: AccessGraph, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At whatever check the time is over, what was found until then is not given away as an answer."""
    client, query = (
        serve(application(bruce)),
        "{ identity(by: {id: 712052}) { reach { nodes { distance } } } }",
    )
    wanted = client.post("/graphql", json={"query": query}).json()
    for allowed in range(40):
        left = iter(range(allowed))

        def soon(_: Deadline, left: Any = left) -> None:
            if next(left, None) is None:
                raise Late

        monkeypatch.setattr(Deadline, "check", soon)
        response = client.post("/graphql", json={"query": query}).json()
        if "errors" not in response:
            break
        assert (code(response), "data" in response) == ("DEADLINE", False)
    assert allowed > 5
    assert response == wanted


def test_a_mutation_is_answered(tmp_path: Path, bruce: AccessGraph, serve: Serve) -> None:
    """What a mutation did stays done, so it is told, however long it took."""
    Ledger(tmp_path / "l.db").close()
    client = serve(application(bruce, position=0, ingest=tmp_path / "l.db", deadline=-1))
    query = "mutation { ingest(documents: [{id: 1, n: 1e999}]) { documents { status code } } }"
    for _ in range(2):
        response = client.post("/graphql", json={"query": query}).json()
        assert [each["status"] for each in response["data"]["ingest"]["documents"]] == ["REJECTED"]


def test_who_waits_is_not_ended_with_the_maker() -> None:
    """A value that its maker had no time for is made by the next who waits; who has no time waits no longer."""
    cache = Cache[str, int](Room(4), threading.Semaphore(1))
    begun, found = threading.Event(), []

    def slowly() -> int:
        begun.set()
        time.sleep(0.3)
        raise Late

    def first() -> None:
        with pytest.raises(Late):
            cache.get("key", slowly)
        found.append("late")

    maker = threading.Thread(target=first)
    maker.start()
    assert begun.wait(5)
    with pytest.raises(Late), checked(Deadline.after(-1).check):
        cache.get("key", lambda: 1)
    assert cache.get("key", lambda: 2) == 2
    maker.join(5)
    assert found == ["late"]
