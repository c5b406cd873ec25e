"""Requests as clients send them: empty names, persisted queries, which are declined, and batches."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from inroads_api.web.media_types import LEGACY, MODERN
from questions import code

QUERY = "{ graph { version } }"
PERSISTED = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}


@pytest.mark.parametrize("name", ["", None])
def test_no_name(client: httpx2.Client, name: str | None) -> None:
    """An empty `operationName` is none, with one operation as with several."""
    one = client.post("/graphql", json={"query": f"query A {QUERY}", "operationName": name})
    assert "data" in one.json()
    two = client.post(
        "/graphql", json={"query": f"query A {QUERY} query B {QUERY}", "operationName": name}
    )
    assert code(two.json()) == "BAD_USER_INPUT"


@pytest.mark.parametrize(("accept", "status"), [(LEGACY, 200), (MODERN, 400)])
def test_persisted_queries(client: httpx2.Client, accept: str, status: int) -> None:
    """A hash alone is declined in the form from which clients fall back; with the document it is answered."""
    headers = {"accept": accept}
    for declined in (
        client.post("/graphql", json={"extensions": PERSISTED}, headers=headers),
        client.post("/graphql", json={"query": None, "extensions": PERSISTED}, headers=headers),
        client.get("/graphql", params={"extensions": json.dumps(PERSISTED)}, headers=headers),
    ):
        assert declined.status_code == status
        assert declined.json() == {
            "errors": [
                {
                    "message": "PersistedQueryNotSupported",
                    "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
                }
            ]
        }
    both = client.post("/graphql", json={"query": QUERY, "extensions": PERSISTED}, headers=headers)
    assert "data" in both.json()
    assert code(client.post("/graphql", json={"extensions": {}}).json()) == "BAD_REQUEST"


@pytest.mark.parametrize("body", [[], [{"query": QUERY}], [{"query": QUERY}] * 3])
def test_batches(client: httpx2.Client, body: Any) -> None:
    """A batch is refused, and told why."""
    content = "  " + json.dumps(body)
    headers = {"content-type": "application/json"}
    refused = client.post("/graphql", content=content, headers=headers)
    assert (refused.status_code, code(refused.json())) == (400, "BAD_REQUEST")
    assert "not a batch" in refused.json()["errors"][0]["message"]
