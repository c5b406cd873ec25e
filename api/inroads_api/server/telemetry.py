"""OpenTelemetry traces: a span for each GraphQL request, with child spans for its parts.

A span holds names and figures of the server, never a text of the caller: no document, variable,
header, address or message of an exception. Only the ids of a `traceparent` are read, since a
`tracestate` and a `baggage` are free text. The request id may be the caller's own, in a strict form.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inroads_api.execution.tracing import TRACE, TraceFigures
from inroads_api.web.middleware import GRAPHQL

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""The methods that spans name; any other method is a text of the caller."""

_W3C: Final = TraceContextTextMapPropagator()


def exporting() -> TracerProvider:
    """The provider that exports spans by OTLP over HTTP, configured by variables OTEL_…"""
    named = "OTEL_SERVICE_NAME" in os.environ or SERVICE_NAME in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    provider = TracerProvider(resource=Resource.create({} if named else {SERVICE_NAME: "inroads"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class Traced:
    """An application with traced GraphQL requests. Its shutdown waits until all spans are sent."""

    def __init__(self, app: ASGIApp, provider: TracerProvider) -> None:
        self._app, self._provider = app, provider
        self._tracer = provider.get_tracer("inroads")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def ending(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                await run_in_threadpool(self._provider.shutdown)
            await send(message)

        if scope["type"] == "http" and scope["path"] == GRAPHQL:
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, ending)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"] if scope["method"] in METHODS else None
        with self._tracer.start_as_current_span(
            f"{method or 'HTTP'} {GRAPHQL}",
            _parent(scope),
            SpanKind.SERVER,
            {"http.request.method": method or "_OTHER", "http.route": GRAPHQL},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if request_id := Headers(raw=message["headers"]).get("x-request-id"):
                        span.set_attribute("inroads.request.id", request_id)
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            before = TRACE.set(_RequestTrace(self._tracer, span) if span.is_recording() else None)
            try:
                await self._app(scope, receive, told)
            finally:
                TRACE.reset(before)


class _RequestTrace:
    """The recorded trace of one request."""

    def __init__(self, tracer: Tracer, span: Span) -> None:
        self._tracer, self._span = tracer, span

    def part(self, name: str) -> AbstractContextManager[object]:
        """Start a child span of the request."""
        return self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        )

    def tell(self, told: TraceFigures) -> None:
        """Set the attributes of the span; they hold no text of the caller."""
        given = {
            "graphql.operation.type": told.kind,
            "graphql.operation.name": told.name,
            "inroads.document.shape": told.shape,
            "inroads.cost": told.cost,
            "inroads.outcome": told.outcome,
            "inroads.graph.version": told.version,
        }
        self._span.set_attributes(
            {name: value for name, value in given.items() if value is not None}
        )


def _parent(scope: Scope) -> Context:
    """The parent span that the caller names, if any."""
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"]
    return _W3C.extract({"traceparent": given[0]} if len(given) == 1 else {}, Context())
