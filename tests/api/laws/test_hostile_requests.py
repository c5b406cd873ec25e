"""The hostile set over HTTP: each is refused with its code, for next to no time of the processor."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2
import pytest

from costs import doubling

SOON = 10.0
"""Seconds of processor time, for any machine under any load: a few milliseconds are usual, see the benchmark."""


def body(query: str, **more: Any) -> bytes:
    return json.dumps({"query": query, **more}).encode()


CYCLE = "{...F0}" + "".join(f"fragment F{n} on Query{{...F{(n + 1) % 50}}}" for n in range(50))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "60 doublings": (body(doubling(60)), "DEPTH_LIMIT"),
    "1,000 duplicates": (body("{" + "graph{version}" * 1_000 + "}"), "TOKEN_LIMIT"),
    "1,000 duplicates of a leaf": (body("{" + "__typename " * 1_000 + "}"), "COST_LIMIT"),
    "1,000 aliases": (
        body("{" + "".join(f"a{n}:__typename " for n in range(1_000)) + "}"),
        "TOKEN_LIMIT",
    ),
    "500 directives": (body("{__typename " + "@skip(if:true)" * 500 + "}"), "TOKEN_LIMIT"),
    "250 directives": (
        body("{__typename " + "@skip(if:true)" * 250 + "}"),
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "depth 2,000": (body("{a" * 2_000 + "}" * 2_000), "DEPTH_LIMIT"),
    "comments of 10 MB": (body("#" + "x" * 10_000_000 + "\n{__typename}"), "BODY_TOO_LARGE"),
    "comments of 1 MB": (body("#" + "x" * 1_000_000 + "\n{__typename}"), "BODY_TOO_LARGE"),
    "comments of 100 kB": (body("#" + "x" * 100_000 + "\n{__typename}"), "TOKEN_LIMIT"),
    "comments of 60 kB": (body("{__typename}" + "#\n" * 30_000), "TOKEN_LIMIT"),
    "a string without an end": (
        body('{a(b:"""' + '\\"""\\' * 10_000 + "){c}}"),
        "GRAPHQL_PARSE_FAILED",
    ),
    "circle of fragments": (body(CYCLE), "GRAPHQL_VALIDATION_FAILED"),
    "deep variables": (
        b'{"query":"query($a:[ID!]!){nodes(ids:$a){id}}","variables":{"a":'
        + b"[" * 60_000
        + b"]" * 60_000
        + b"}}",
        "BAD_REQUEST",
    ),
    "many variables": (
        body("{__typename}", variables={f"v{n}": n for n in range(6_000)}),
        "",
    ),
    "many ids": (
        body("query($a:[ID!]!){nodes(ids:$a){id}}", variables={"a": ["business:1"] * 9_000}),
        "TOO_MANY_IDS",
    ),
    "deep body": (b"[" * 130_000, "BAD_REQUEST"),
    "long number": (
        b'{"query":"{__typename}","variables":{"a":' + b"9" * 130_000 + b"}}",
        "BAD_REQUEST",
    ),
    "unknown names": (
        body("{" + " ".join(f"f{n}" for n in range(900)) + "}"),
        "GRAPHQL_VALIDATION_FAILED",
    ),
}


@pytest.mark.parametrize(("sent", "wanted"), HOSTILE.values(), ids=HOSTILE)
def test_hostile(client: httpx2.Client, sent: bytes, wanted: str) -> None:
    """It is refused with its code, or answered, and the server goes on."""
    started = time.process_time()
    response = client.post("/graphql", content=sent, headers={"content-type": "application/json"})
    spent = time.process_time() - started
    codes = {error["extensions"]["code"] for error in response.json().get("errors", ())}
    assert codes == ({wanted} if wanted else set())
    assert spent < SOON
    assert client.get("/healthz").text == "ok\n"


LONGER = "\u0130"
"""The letter that is two characters in lower case, on which suggestions of graphql-core fail."""

FILTERED = (
    "query ($f: AccessFilter) { business(id: 77128) { reachedBy(filter: $f) { totalCount } } }"
)


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (
            body(f'{{ allIdentities(sort: "{LONGER}") {{ totalCount }} }}'),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (body(r'{ allIdentities(sort: "\u0130") { totalCount } }'), "GRAPHQL_VALIDATION_FAILED"),
        (body(FILTERED, variables={"f": {"certainty": [LONGER]}}), "BAD_USER_INPUT"),
        (body(FILTERED, variables={"f": {LONGER: 1}}), "BAD_USER_INPUT"),
    ],
)
def test_letters_without_a_suggestion(client: httpx2.Client, sent: bytes, wanted: str) -> None:
    """A name that resembles none, in any letters, is refused each time as bad input and is no fault of the server."""
    for _ in range(3):  # the second time a document would be compiled
        response = client.post(
            "/graphql", content=sent, headers={"content-type": "application/json"}
        )
        (error,) = response.json()["errors"]
        assert (response.status_code, error["extensions"]["code"]) == (200, wanted)


@pytest.mark.parametrize("text", ["business:" + "7" * 100_000, "business:7@~" + "1" * 100_000])
def test_long_texts_are_not_repeated(client: httpx2.Client, text: str) -> None:
    """No error repeats the whole of a long text that many fields are asked with, and each says what is wrong."""
    many = " ".join(f"g{n}: graph {{ ...F }}" for n in range(20))
    fields = " ".join(f"n{n}: node(id: $id) {{ id }}" for n in range(20))
    sent = body(
        f"query ($id: ID!) {{ {many} }} fragment F on GraphInfo {{ {fields} }}",
        variables={"id": text},
    )
    response = client.post("/graphql", content=sent, headers={"content-type": "application/json"})
    errors = response.json()["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"BAD_ID"}
    assert len(errors) == 400
    assert len(response.content) < 10 * len(sent)
    assert all("is not " in error["message"] for error in errors)
