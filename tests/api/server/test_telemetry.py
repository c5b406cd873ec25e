"""Traces: what spans there are, what they tell, and that nothing of the caller is in them."""

from __future__ import annotations

import datetime as dt
import gzip
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from graphql import parse
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import StatusCode
from starlette.testclient import TestClient
from typer.testing import CliRunner

from applications import application
from inroads import EXAMPLE
from inroads.network.access_graph import AccessGraph
from inroads_api.cli.main import app
from inroads_api.execution.tracing import TRACE, part, shape
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.server.application import traced as traced_
from inroads_api.server.telemetry import Traced, exporting
from inroads_api.web.rate_limit import RateLimiter
from inroads_api.web.stages import answers
from questions import NOON, Serve

TRACE_ID, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
MARKER = "marker"
ASKED: tuple[dict[str, Any], ...] = (
    {"query": 'query Review { identity(by: {email: "marker@example.com"}) { id } }'},
    {
        "query": "query Review($e: String!) { identity(by: {email: $e}) { id } }",
        "variables": {"e": "marker@b.com"},
    },
    {"query": '{ marker_alias: node(id: "marker_value") { id } }'},
    {
        "query": '{ nothing(of: "marker_value") marker_field }',
        "operationName": "marker@example.com",
    },
    {
        "query": "query marker { __typename } query marker_two { __typename }",
        "operationName": "marker@example.com",
    },
    {"query": "{ marker_value", "operationName": "marker_value"},
    {"query": {"marker_value": 1}},
    {
        "query": "{ graph { version } }",
        "variables": {"marker": "marker"},
        "extensions": {"marker": "marker"},
    },
    {"documentId": "sha256:marker"},
)


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(spans: InMemorySpanExporter, serve: Serve) -> Callable[..., httpx2.Client]:
    """A client of an application whose spans are kept."""

    def opened(app: Any, **options: Any) -> httpx2.Client:
        provider = TracerProvider(**options)
        provider.add_span_processor(SimpleSpanProcessor(spans))
        client: Any = Traced(app, provider)
        return serve(client)

    return opened


def named(spans: InMemorySpanExporter) -> list[str]:
    return [span.name for span in spans.get_finished_spans()]


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def ids(span: ReadableSpan) -> tuple[int, int | None]:
    """The ids of its trace and of its parent."""
    assert span.context
    return span.context.trace_id, span.parent.span_id if span.parent else None


def test_a_request(
    traced: Callable[..., httpx2.Client], bruce: AccessGraph, spans: InMemorySpanExporter
) -> None:
    """A span for the request, with its figures, and in it those of its parts: parsing and compiling are done once."""
    client = traced(application(bruce))
    body = {"query": 'query Review { business(id: "77128") { id } }'}
    response = client.post("/graphql", json=body)
    assert named(spans) == ["parse", "validate", "execute", "POST /graphql"]
    *parts, request = spans.get_finished_spans()
    assert request.context
    assert all(ids(span) == (request.context.trace_id, request.context.span_id) for span in parts)
    told = attributes(request)
    assert len(told.pop("inroads.document.shape")) == 64
    assert told == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "graphql.operation.type": "query",
        "graphql.operation.name": "Review",
        "inroads.request.id": response.headers["x-request-id"],
        "inroads.cost": 2,
        "inroads.outcome": "ok",
        "inroads.graph.version": bruce.version,
    }
    spans.clear()
    client.post("/graphql", json=body)
    client.get("/healthz")
    assert named(spans) == ["compile", "validate", "execute", "POST /graphql"]


def test_the_parent(
    traced: Callable[..., httpx2.Client], bruce: AccessGraph, spans: InMemorySpanExporter
) -> None:
    """A request continues the trace that its `traceparent` names; what is none begins a new one."""
    client = traced(application(bruce))
    good = f"00-{TRACE_ID}-{PARENT}-01"
    for headers in ([good], [], ["00-marker"], [good, good], [f"00-{'0' * 32}-{PARENT}-01"], ["ÿ"]):
        spans.clear()
        given = [(b"traceparent", each.encode("latin-1")) for each in headers]
        client.post("/graphql", json={"query": "{ __typename }"}, headers=given)
        *_, request = spans.get_finished_spans()
        found = ids(request)
        if headers == [good]:
            assert found == (int(TRACE_ID, 16), int(PARENT, 16))
        else:
            assert (found[0] != int(TRACE_ID, 16), found[1]) == (True, None)


def test_the_request_id(
    traced: Callable[..., httpx2.Client],
    bruce: AccessGraph,
    spans: InMemorySpanExporter,
    tmp_path: Path,
) -> None:
    """A span has the request id of the response, also where a caller is refused; a free text is none."""
    file = TokenFile(tmp_path / "auth.json")
    file.create("a", [TokenScope.READ], dt.timedelta(days=1), NOON)
    client = traced(application(bruce, auth=Auth(file.path, lambda: NOON)))
    for sent in ("trace-me-0001", "marker@example.com"):
        response = client.post(
            "/graphql", json={"query": "{ __typename }"}, headers={"x-request-id": sent}
        )
        assert response.status_code == 401
        *_, request = spans.get_finished_spans()
        found = attributes(request)["inroads.request.id"]
        assert found == response.headers["x-request-id"]
        assert (found == sent) == ("@" not in sent)


def test_nothing_of_the_caller(
    traced: Callable[..., httpx2.Client], bruce: AccessGraph, spans: InMemorySpanExporter
) -> None:
    """No name, attribute, event, link, state or resource of any span has a word that a caller has planted."""
    client = traced(application(bruce, hosts=("*",)))
    headers = {
        "traceparent": f"00-{TRACE_ID}-{PARENT}-01",
        "tracestate": "marker=marker@example.com",
        "baggage": "marker=marker",
        "user-agent": "marker",
        "host": "marker.example.com",
        "authorization": "Bearer marker",
        "x-forwarded-for": "marker",
    }
    for body in ASKED:
        client.post("/graphql", json=body, headers=headers)
    client.get(
        "/graphql",
        params={"query": '{ node(id: "marker") { id } }', "marker": "marker"},
        headers=headers,
    )
    client.request("MARKER", "/graphql", headers=headers)
    client.post("/graphql", content=b"marker", headers={**headers, "content-type": "text/marker"})
    finished = spans.get_finished_spans()
    requests = [span for span in finished if span.kind.name == "SERVER"]
    assert len(requests) == len(ASKED) + 3
    assert {span.name for span in finished} == {
        "parse", "validate", "execute", "POST /graphql", "GET /graphql", "HTTP /graphql",
    }  # fmt: skip
    for span in finished:
        assert span.context
        assert MARKER not in span.to_json().lower()
        assert not any((span.events, span.links, span.status.description, span.context.trace_state))
        assert not (span.parent and span.parent.trace_state)
    shapes = {attributes(span).get("inroads.document.shape") for span in requests[:2]}
    assert len(shapes) == 2


def test_operation_names_are_those_of_the_figures(
    traced: Callable[..., httpx2.Client], bruce: AccessGraph, spans: InMemorySpanExporter
) -> None:
    """A name that is too long to be one is told as any other, and one that is missing as unnamed."""
    client = traced(application(bruce))
    for query in (f"query {'x' * 41} {{ __typename }}", "{ __typename }", "{"):
        client.post("/graphql", json={"query": query})
    found = [attributes(span) for span in spans.get_finished_spans() if span.kind.name == "SERVER"]
    assert [each["graphql.operation.name"] for each in found] == [
        "(other)",
        "(unnamed)",
        "(unnamed)",
    ]
    assert [each["inroads.outcome"] for each in found] == ["ok", "ok", "GRAPHQL_PARSE_FAILED"]


def test_refusals(
    traced: Callable[..., httpx2.Client],
    bruce: AccessGraph,
    spans: InMemorySpanExporter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who is not let in and who is throttled is told by the status; only what is our fault is an error."""
    file = TokenFile(tmp_path / "auth.json")
    _, text = file.create("a", [TokenScope.READ], dt.timedelta(days=1), NOON)
    client = traced(application(bruce, auth=Auth(file.path, lambda: NOON), limiter=RateLimiter(2)))
    headers = {"authorization": f"Bearer {text}"}
    for given in ({}, headers, headers):
        client.post("/graphql", json={"query": "{ graph { version } }"}, headers=given)

    def broken(*_: Any) -> Any:
        raise ValueError("marker@example.com")

    monkeypatch.setattr(answers, "execute", broken)
    traced(application(bruce)).post("/graphql", json={"query": "{ graph { version } }"})
    found = [span for span in spans.get_finished_spans() if span.kind.name == "SERVER"]
    assert [attributes(span)["http.response.status_code"] for span in found] == [401, 200, 429, 500]
    assert [attributes(span).get("inroads.outcome") for span in found] == [
        None,
        "ok",
        "THROTTLED",
        "INTERNAL_ERROR",
    ]
    assert [span.status.status_code for span in found] == [StatusCode.UNSET] * 3 + [
        StatusCode.ERROR
    ]
    assert not any("marker" in span.to_json() for span in found)


def test_what_is_not_recorded(
    traced: Callable[..., httpx2.Client],
    bruce: AccessGraph,
    spans: InMemorySpanExporter,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without traces, and for what a sampler leaves out, a request makes no span and no shape."""
    monkeypatch.setattr(
        "inroads_api.execution.documents.shape", lambda _: pytest.fail("a shape was made")
    )
    body = {"query": "{ graph { version } }"}
    assert (
        traced(application(bruce), sampler=ALWAYS_OFF).post("/graphql", json=body).status_code
        == 200
    )
    assert (
        TestClient(application(bruce), base_url="http://localhost")
        .post("/graphql", json=body)
        .status_code
        == 200
    )
    assert spans.get_finished_spans() == ()
    assert TRACE.get() is None
    assert part("parse") is part("execute")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who wants traces and has not installed what makes them is told so before anything is served."""
    monkeypatch.delitem(sys.modules, "inroads_api.server.telemetry")
    monkeypatch.delattr("inroads_api.server.telemetry")  # the package would still have it
    monkeypatch.setattr(
        "inroads_api.cli.commands.serve.run", lambda *_: pytest.fail("it was served")
    )
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    done = CliRunner().invoke(app, ["serve", "-d", str(EXAMPLE), "--port", "0", "--traces"])
    assert (done.exit_code, "inroads[otel]" in done.stderr) == (2, True)


class Collector:
    """Takes what is sent by OTLP over HTTP."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.bodies.append(
                    gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body
                )
                collector.paths.add(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()
    running = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    running.start()
    yield found
    found.server.shutdown()
    running.join()
    found.server.server_close()


def test_exported(
    bruce: AccessGraph, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server has traced is with the collector when it has ended, under the name that its variables say."""
    monkeypatch.setenv(
        "OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server.server_port}"
    )
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in (None, "the review"):
        if name:
            monkeypatch.setenv("OTEL_SERVICE_NAME", name)
        collector.bodies.clear()
        with TestClient(traced_(application(bruce)), base_url="http://localhost") as client:
            for body in ASKED:
                client.post("/graphql", json=body)
        sent = b"".join(collector.bodies)
        assert collector.paths == {"/v1/traces"}
        assert (name or "inroads").encode() in sent
        assert sent.count(b"POST /graphql") == len(ASKED)
        assert b"marker" not in sent
    exporting().shutdown()


def test_shapes() -> None:
    """Documents that differ in values, aliases and blanks have one shape; those that differ in fields have others."""
    same = [
        'query A($x: Int = 5) { a: search(text: "b@example.com", first: 3) { nodes { id } } }',
        'query A($x: Int = 7) {\n  search(text: """c""", first: 10) { nodes { id } }\n}',
        'query A($x: Int) { search(text: "", first: 1) { nodes { id } } }',
    ]
    shapes = [shape(parse(each)) for each in same]
    assert shapes[0] == shapes[1] != shapes[2]
    assert shape(parse("{ a(b: [1, 2], c: {d: 1.5}) }")) == shape(
        parse("{ e: a(b: [], c: {f: 1}) }")
    )
