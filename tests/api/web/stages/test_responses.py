"""Responses: large answers in gzip."""

from __future__ import annotations

import gzip
import json

import httpx2
import pytest

from applications import application
from inroads.network.access_graph import AccessGraph
from inroads_api.web.media_types import EVENTS
from inroads_api.web.stages.responses import LARGE
from questions import Serve

QUERY = "{ graph { version } }"
PAGE = "http://localhost:5173"
ROWS = "{ " + " ".join(f'b{n}: business(id: "77128") {{ id label }}' for n in range(80)) + " }"


def unread(client: httpx2.Client, query: str, accepted: str | None) -> tuple[httpx2.Headers, bytes]:
    """The headers of an answer, and its body as it was sent."""
    headers = {"accept-encoding": accepted} if accepted is not None else {}
    with client.stream("POST", "/graphql", json={"query": query}, headers=headers) as response:
        assert response.status_code == 200
        return response.headers, b"".join(response.iter_raw())


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "br;q=0, gzip;q=0.5"])
def test_large_answers_are_compressed(client: httpx2.Client, accepted: str) -> None:
    """A large answer is a fraction of its length for a client that accepts gzip, and the same."""
    headers, sent = unread(client, ROWS, accepted)
    plain_headers, plain = unread(client, ROWS, "identity")
    assert (headers["content-encoding"], int(headers["content-length"])) == ("gzip", len(sent))
    assert gzip.decompress(sent) == plain
    assert len(plain) >= LARGE > 3 * len(sent)
    assert headers["vary"] == plain_headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain_headers


@pytest.mark.parametrize(
    "accepted",
    [
        *("", "identity", "br", "gzip;q=0", "gzip; q=0.000, br", "*"),
        *("notgzip", "gzip-ish", "br;note=gzip", "gzip;level=1;q=0", "gzip;q=0;note=1"),
    ],
)
def test_who_accepts_no_gzip(client: httpx2.Client, accepted: str) -> None:
    """A client that does not name gzip, or refuses it, is sent the text."""
    headers, sent = unread(client, ROWS, accepted)
    assert "content-encoding" not in headers
    assert len(json.loads(sent)["data"]) == 80


def test_small_answers_are_not_compressed(client: httpx2.Client) -> None:
    headers, sent = unread(client, QUERY, "gzip")
    assert not {"content-encoding", "vary"} & set(headers)
    assert json.loads(sent)["data"]


def test_streams_are_not_compressed(client: httpx2.Client) -> None:
    """An event would wait in the compressor for the next one."""
    headers = {"accept-encoding": "gzip", "accept": EVENTS}
    response = client.post("/graphql", json={"query": ROWS}, headers=headers)
    assert "content-encoding" not in response.headers
    assert len(response.content) > LARGE


def test_compressed_head(client: httpx2.Client) -> None:
    """HEAD has the headers of GET."""
    asked = {"accept-encoding": "gzip"}
    head, whole = (
        client.request(each, "/schema.graphql", headers=asked) for each in ("HEAD", "GET")
    )
    assert whole.headers["content-encoding"] == "gzip"
    assert head.headers.items() - whole.headers.items() <= {
        ("x-request-id", head.headers["x-request-id"])
    }


def test_compression_beside_origins(bruce: AccessGraph, serve: Serve) -> None:
    """What an answer depends on is told whole: the encoding and the origin."""
    client = serve(application(bruce, origins=(PAGE,)))
    headers = {"accept-encoding": "gzip", "origin": PAGE}
    response = client.post("/graphql", json={"query": ROWS}, headers=headers)
    assert response.headers["content-encoding"] == "gzip"
    assert {each.strip() for each in response.headers["vary"].split(",")} == {
        "Origin",
        "Accept-Encoding",
    }
