"""What a server tells of itself: figures, whether it is ready, and a log, without anything that was asked."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applications import application
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.web.logs import REQUESTS, Lines
from inroads_api.web.metrics import MAX_NAMES
from questions import NOON

Serve = Callable[..., httpx2.Client]
MARKERS = ("marker@example.com", "marker_value", "marker_variable", "marker_alias")
ASKED = (
    {"query": 'query Review { identity(by: {email: "marker@example.com"}) { id } }'},
    {
        "query": "query Review($e: String!) { identity(by: {email: $e}) { id } }",
        "variables": {"e": "marker_variable"},
    },
    {"query": '{ marker_alias: node(id: "marker_value") { id } }'},
    {"query": '{ nothing(of: "marker_value") }', "operationName": "marker@example.com"},
    {"query": "{ marker_value", "operationName": "marker_value"},
    {"query": {"marker_value": 1}},
)


def told(client: httpx2.Client) -> str:
    return client.get("/metrics").text


def test_requests_are_counted(client: httpx2.Client, bruce: AccessGraph) -> None:
    """By operation and outcome, with cost and time; the graph is told by its version."""
    for body in (*ASKED, {"query": "query Review { graph { version } }"}):
        client.post("/graphql", json=body)
    text = told(client)
    assert 'inroads_requests_total{operation="Review",outcome="ok"} 3.0' in text
    assert 'inroads_requests_total{operation="(unnamed)",outcome="BAD_ID"} 1.0' in text
    assert (
        'inroads_requests_total{operation="(unnamed)",outcome="GRAPHQL_PARSE_FAILED"} 1.0' in text
    )
    assert 'inroads_requests_total{operation="(unnamed)",outcome="BAD_REQUEST"} 1.0' in text
    assert 'inroads_request_seconds_count{operation="Review"} 3.0' in text
    assert 'inroads_request_cost_sum{operation="Review"} 6.0' in text
    assert f'inroads_graph_info{{version="{bruce.version}"}} 1.0' in text
    assert f"inroads_graph_documents {len(bruce.documents):.1f}" in text


def test_names_are_bounded(client: httpx2.Client) -> None:
    """Whoever names each operation anew makes no more labels than there may be."""
    for number in range(MAX_NAMES + 20):
        client.post("/graphql", json={"query": f"query N{number} {{ __typename }}"})
    text = told(client)
    assert f'operation="N{MAX_NAMES - 1}"' in text
    assert f'operation="N{MAX_NAMES}"' not in text
    assert 'inroads_requests_total{operation="(other)",outcome="ok"} 20.0' in text


def test_nothing_asked_is_told(client: httpx2.Client) -> None:
    """Neither the figures nor a line of the log has an email, a value, a variable, or a name that names nothing."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    logger = logging.getLogger(REQUESTS)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        for body in ASKED:
            client.post("/graphql", json=body)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["outcome"] for line in lines] == [
        "ok",
        "ok",
        "BAD_ID",
        "BAD_USER_INPUT",
        "GRAPHQL_PARSE_FAILED",
        "BAD_REQUEST",
    ]
    assert {line["operation"] for line in lines} == {"Review", "(unnamed)"}
    assert all(line["level"] == "INFO" and line["time"].endswith("Z") for line in lines)
    assert not any(
        marker in text for marker in MARKERS for text in (stream.getvalue(), told(client))
    )


def test_an_exception_is_told_by_its_type() -> None:
    """The message of an exception, which may quote a document, is in no line."""
    try:
        raise ValueError("marker@example.com")
    except ValueError as error:
        record = logging.LogRecord(
            "a", logging.ERROR, "", 0, "it %s", ("broke",), (ValueError, error, None)
        )
    line = json.loads(Lines().format(record))
    assert (line["message"], line["exception"]) == ("it broke", "ValueError")
    assert "marker" not in str(line)


def test_ready(bruce: AccessGraph, serve: Serve, tmp_path: Path) -> None:
    """Ready is who has a graph and can read its ledger; the age and the version of the graph are told."""
    file = tmp_path / "l.db"
    Ledger(file).close()
    client = serve(application(bruce, position=0, ledger=file))
    response = client.get("/readyz")
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["ready"], body["version"]) == (200, True, bruce.version)
    assert (body["position"], body["ledger"]) == (0, 0)
    assert body["age_seconds"] > 0
    assert "inroads_ledger_bytes" in told(client)
    file.write_bytes(b"this is no ledger" * 1000)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["ready"]) == (503, False)
    assert response.json()["code"].startswith("LEDGER_")
    assert serve(application(bruce)).get("/readyz").json()["ready"] is True


def test_ready_tells_figures_to_tokens_of_the_whole_graph(
    bruce: AccessGraph, serve: Serve, tmp_path: Path
) -> None:
    """Anybody is told whether the server is ready, and a code if not; only such a token how much there is."""
    tokens, file = TokenFile(tmp_path / "auth.json"), tmp_path / "l.db"
    day, read = dt.timedelta(days=1), [TokenScope.READ]
    _, whole = tokens.create("a", read, day, NOON)
    _, some = tokens.create("b", read, day, NOON, businesses=["363103"])
    Ledger(file).close()
    auth = Auth(tokens.path, lambda: NOON)
    client = serve(application(bruce, position=0, ledger=file, auth=auth, introspection=True))

    def asked(token: str = "") -> tuple[int, dict[str, Any]]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        response = client.get("/readyz", headers=headers)
        return response.status_code, response.json()

    assert asked() == asked(some) == (200, {"ready": True})
    status, told = asked(whole)
    assert (status, told["version"], told["ledger"]) == (200, bruce.version, 0)
    assert asked("unknown")[0] == 401
    file.write_bytes(b"this is no ledger" * 1000)
    assert asked() == asked(some) == (503, {"ready": False, "code": "LEDGER_FOREIGN"})
    status, told = asked(whole)
    assert (status, told["code"], told["version"]) == (503, "LEDGER_FOREIGN", bruce.version)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_only_looked_at(client: httpx2.Client, method: str) -> None:
    """Figures are read, and nothing else."""
    assert client.request(method, "/metrics").status_code == 405
