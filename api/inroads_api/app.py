"""The HTTP application: GraphQL over HTTP, for whoever is on this machine."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inroads.network import AccessGraph
from inroads_api.deadline import SECONDS, Deadline
from inroads_api.intake import Intake
from inroads_api.limits import MAX_BODY, MAX_COST
from inroads_api.live import Follower, Following
from inroads_api.schema import Schema, build_schema, execute, failure
from inroads_api.versions import PATIENCE, Versions

log = logging.getLogger(__name__)

LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
"""The names by which a browser may ask: any other name is a page that was bound to this address (DNS rebinding)."""

MODERN: Final = "application/graphql-response+json"
"""Where a refused request has an error status."""

LEGACY: Final = "application/json"
"""Where every well-formed request is answered with status 200."""

MAX_RUNNING: Final = 120
"""The most requests that are answered in threads, or wait for one; what comes on top is told to come again."""

RETRY_AFTER: Final = "1"
"""In seconds."""

_FAULTS: Final = {"INTERNAL_ERROR": 500, "DEADLINE": 503}
"""The statuses of refusals that are not the asker's fault."""

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Inroads</title>
<style>body{font:1rem/1.5 system-ui;max-width:46rem;margin:3rem auto;padding:0 1rem}pre{overflow:auto}</style>
<h1>Inroads</h1>
<p>Which businesses can this email reach, and how? This is the GraphQL API, at <code>/graphql</code>.</p>
<pre>curl -s http://localhost:8000/graphql -H 'content-type: application/json' -d @- &lt;&lt;'JSON'
{"query": "query ($email: String!) {
  identity(by: {email: $email}) {
    reach { totalCount nodes { resource { id } roles state explanation { sentence } } coverage { complete notes } }
  } }", "variables": {"email": "b@example.com"}}
JSON</pre>
<p>Any GraphQL client reads the schema from there: every type, field and argument has a description.</p>
</html>
"""


class _Request(msgspec.Struct, rename="camel"):
    """The parameters of GraphQL over HTTP; what else a client sends is ignored."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


class _Refused(Exception):
    """A request that is not one of GraphQL over HTTP: a status, and why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


def create_app(
    graph: AccessGraph,
    built_at: dt.datetime,
    hosts: Sequence[str] = LOCAL,
    following: Following | None = None,
    every: float = 0.5,
    position: int | None = None,
    patience: float = PATIENCE,
    ingest: Path | None = None,
    seconds: float = SECONDS,
) -> Starlette:
    """The application that answers from a version of the graph, built at an aware moment.

    `hosts` are the names in the Host header that are answered; `*` is any. `following` is asked for the next version
    every so many seconds, in a thread of its own; a version is swapped in whole, and a query that has begun ends on
    the one it began with. `position` is how far of the log of a ledger the graph holds, and `patience` how many
    seconds a query waits for a later version. Documents that are handed in go to the ledger `ingest`; without one
    there are no mutations. A query that is not answered within so many `seconds` is answered with DEADLINE.
    """
    versions = Versions(graph, built_at, position, patience)
    follower = Follower(versions, following, every) if following else None
    intake = Intake(ingest, follower.nudge if follower else None) if ingest else None
    endpoint = _GraphQL(build_schema(allow_ingest=intake is not None), versions, intake, seconds)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if follower:
            follower.start()
        yield
        if follower:
            follower.stop()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", _page, methods=["GET"]),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/graphql", endpoint.answer, methods=["GET", "POST"]),
        ],
        middleware=[
            Middleware(_SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        ],
    )


async def _page(_: Request) -> Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(_PAGE, headers={"content-security-policy": policy})


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


class _GraphQL:
    """The endpoint: reads a request, has it executed in the thread pool, writes the response."""

    def __init__(self, schema: Schema, versions: Versions, intake: Intake | None, seconds: float) -> None:
        self.schema, self.versions, self.intake, self.seconds = schema, versions, intake, seconds
        self.running = 0

    async def answer(self, request: Request) -> Response:
        media_type = acceptable(",".join(request.headers.getlist("accept")))
        try:
            if media_type is None:
                raise _Refused(406, "NOT_ACCEPTABLE", f"accept {MODERN} or {LEGACY}")
            asked = await _read(request)
            body, status = await self._answered(asked, request.method, media_type)
        except _Refused as refused:
            body = msgspec.json.encode(failure(refused.code, refused.message))
            response = _json(body, refused.status, media_type or LEGACY)
            if refused.status == 503:
                response.headers["retry-after"] = RETRY_AFTER
            return response
        except ClientDisconnect:
            return Response(status_code=400)
        response = _json(body, status, media_type)
        if status == 405:
            response.headers["allow"] = "POST"
        return response

    async def _answered(self, asked: _Request, method: str, media_type: str) -> tuple[bytes, int]:
        deadline = Deadline.after(self.seconds)
        known = self.schema.documents.known(asked.query)
        if known and known.quick:  # another thread would cost more, and take turns with this one
            return self._execute(asked, method, media_type, deadline)
        if self.running >= MAX_RUNNING:
            raise _Refused(503, "OVERLOADED", "too many requests are being answered: ask again later")
        self.running += 1
        try:
            return await run_in_threadpool(self._execute, asked, method, media_type, deadline)
        finally:
            self.running -= 1

    def _execute(self, asked: _Request, method: str, media_type: str, deadline: Deadline) -> tuple[bytes, int]:
        try:
            intake = self.intake if method == "POST" else None  # a URL never changes anything
            response = execute(
                self.schema, self.versions, asked.query, asked.variables, asked.operation_name, intake, deadline
            )
            return self._written(response, asked), _status(response, method, media_type)
        except Exception as error:  # noqa: BLE001  # the server would log the message, which may quote what was asked
            log.error("INTERNAL_ERROR outside of the execution: %s", type(error).__name__)
            return msgspec.json.encode(failure("INTERNAL_ERROR", "internal error")), 500

    def _written(self, response: dict[str, Any], asked: _Request) -> bytes:
        """The response; where it has data, with what that cost: as reckoned before, and how many fields it has."""
        prepared = self.schema.documents.known(asked.query)
        measure = prepared.measures.measure(asked.variables or {}) if prepared else None
        if measure is None or "data" not in response:
            return msgspec.json.encode(response)
        data = msgspec.json.encode(response["data"])
        # A quote that ends a name has no backslash before it, one inside a text always has.
        fields = data.count(b'":') - data.count(b'\\":')
        cost = {"requested": measure.cost, "actual": fields, "maximum": MAX_COST}
        return msgspec.json.encode({**response, "data": msgspec.Raw(data), "extensions": {"cost": cost}})


def _status(response: dict[str, Any], method: str, media_type: str) -> int:
    codes = {error["extensions"]["code"] for error in response.get("errors", ())}
    if method != "POST" and "OPERATION_NOT_SUPPORTED" in codes:
        return 405
    if media_type == LEGACY or "data" in response:
        return 200
    return max((_FAULTS.get(code, 400) for code in codes), default=400)


def _json(body: bytes, status: int, media_type: str) -> Response:
    return Response(body, status, media_type=f"{media_type}; charset=utf-8")


async def _read(request: Request) -> _Request:
    if request.method != "POST":
        return _from_url(request.scope["query_string"])
    media_type, parameters = _media_type(request.headers.get("content-type", ""))
    if media_type != LEGACY or not _is_utf8(parameters):
        raise _Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"send {LEGACY} in UTF-8")
    asked: _Request = _decoded(await _body(request), _Request)
    return asked


async def _body(request: Request) -> bytes:
    """The body, as long as it is not too long, whatever its headers say of it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise _Refused(413, "BODY_TOO_LARGE", f"the most is {MAX_BODY:,} bytes")
    return bytes(body)


def _from_url(text: bytes) -> _Request:
    try:
        pairs = parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise _Refused(400, "BAD_REQUEST", "the URL is not UTF-8, or has too many parameters") from None
    given: dict[str, Any] = {name: value for name, value in pairs if value}
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _decoded(given[name].encode(), dict[str, Any] | None)
    try:
        return msgspec.convert(given, _Request)
    except msgspec.ValidationError as error:
        raise _Refused(400, "BAD_REQUEST", str(error)) from None


def _decoded(text: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:  # says the expected type and the place, never the value
        raise _Refused(400, "BAD_REQUEST", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _Refused(400, "BAD_REQUEST", "this is not JSON in UTF-8") from None


def acceptable(accept: str) -> str | None:
    """The media type that an Accept header prefers of the two there are; None when it accepts neither.

    Where it prefers none, the one that it names; where it names both, the modern one; where it names none, the one
    that those expect who know of no other (GraphQL over HTTP, "Legacy watershed").

    >>> acceptable("application/graphql-response+json, */*"), acceptable("*/*"), acceptable("text/html")
    ('application/graphql-response+json', 'application/json', None)
    """
    if not accept.strip():
        return LEGACY
    ranges = [_media_type(each) for each in accept.split(",")]
    best: tuple[float, int, bool] | None = None
    chosen = None
    for media_type in (LEGACY, MODERN):
        matching = [
            (specificity, _quality(parameters))
            for wanted, parameters in ranges
            for specificity, pattern in enumerate(("*/*", "application/*", media_type))
            if wanted == pattern and _is_utf8(parameters)
        ]
        if matching:
            specificity, quality = max(matching)  # the most specific range speaks for a type
            rank = quality, specificity, specificity == 2 and media_type == MODERN
            if quality > 0 and (best is None or rank > best):
                best, chosen = rank, media_type
    return chosen


def _media_type(text: str) -> tuple[str, dict[str, str]]:
    """A media type, with its parameters, in lower case."""
    first, *rest = (each.strip().lower() for each in text.split(";"))
    pairs = (each.partition("=") for each in rest)
    return first, {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _quality(parameters: dict[str, str]) -> float:
    try:
        return min(float(parameters.get("q", "1")), 1.0)
    except ValueError:
        return 0.0


def _is_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8") in ("utf-8", "utf8")


class _SecurityHeaders:
    """Answers are for this asker, now, and as what they say they are: never framed, stored or sniffed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
                headers["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, guarded)
