"""The HTTP application: GraphQL over HTTP, for whoever is on this machine or has a token."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from graphql import GraphQLError
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inroads.errors import InroadsError, LedgerError
from inroads.network import AccessGraph
from inroads_api import live
from inroads_api.audit import AuditLog
from inroads_api.auth import Auth, Caller, Denied
from inroads_api.deadline import SECONDS, Deadline
from inroads_api.guard import Guard, caller_of, permit
from inroads_api.intake import Intake
from inroads_api.limits import MAX_BODY, MAX_COST
from inroads_api.live import Follower, Following
from inroads_api.logs import REQUESTS
from inroads_api.metrics import Metrics, Names
from inroads_api.portions import Portions
from inroads_api.prepared import Prepared
from inroads_api.schema import Schema, build_schema, execute, failure
from inroads_api.trusted import Trusted
from inroads_api.versions import PATIENCE, Versions, utcnow

log = logging.getLogger(__name__)
requests = logging.getLogger(REQUESTS)

LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
"""The names by which a browser may ask: any other name is a page that was bound to this address (DNS rebinding)."""

MODERN: Final = "application/graphql-response+json"
"""Where a refused request has an error status."""

LEGACY: Final = "application/json"
"""Where every well-formed request is answered with status 200."""

BODY_SECONDS: Final = 10.0
"""How long a body may take to come."""

MAX_RUNNING: Final = 120
"""The most requests that are answered in threads, or wait for one; what comes on top is told to come again."""

RETRY_AFTER: Final = "1"
"""In seconds."""

_FAULTS: Final = {"INTERNAL_ERROR": 500, "DEADLINE": 503, "BUSY": 503}
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


class _Sent(msgspec.Struct, rename="camel"):
    """The parameters of GraphQL over HTTP; what else a client sends is ignored."""

    query: str | None = None
    document_id: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


class _Request(NamedTuple):
    """What is asked, whether its document was sent or named."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


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
    auth: Auth | None = None,
    introspection: bool = False,
    audit: AuditLog | None = None,
    pseudonymised: bool = False,
    trusted: Trusted | None = None,
    seconds: float = SECONDS,
    ledger: Path | None = None,
) -> Starlette:
    """The application that answers from a version of the graph, built at an aware moment.

    `hosts` are the names in the Host header that are answered; `*` is any. `following` is asked for the next version
    every so many seconds, in a thread of its own; a version is swapped in whole, and a query that has begun ends on
    the one it began with. `position` is how far of the log of a ledger the graph holds, and `patience` how many
    seconds a query waits for a later version. Documents that are handed in go to the ledger `ingest`; without one
    there are no mutations. With `auth` whoever asks must show a token; `introspection` lets anybody read the schema,
    and `pseudonymised` tells that the graph is, which lets in more. Each operation is written to `audit`. `trusted`
    are the documents that are known by an id, the package's own without it; raises InroadsError BAD_DOCUMENTS where
    the schema refuses one of them. A query that is not answered within so many `seconds` is answered with DEADLINE.
    `ledger` is the one that the graph is of, which `/readyz` and `/metrics` tell about.
    """
    versions = Versions(graph, built_at, position, patience)
    follower = Follower(versions, following, every) if following else None
    intake = Intake(ingest, follower.nudge if follower else None) if ingest else None
    metrics = Metrics(versions, ledger)
    schema = build_schema(allow_ingest=intake is not None)
    seen = Portions(versions, auth.key if auth else bytes)
    endpoint = _GraphQL(schema, seen, intake, trusted or Trusted(), seconds, metrics, audit, pseudonymised)

    def refused(request: Request, denied: Denied) -> Response:
        if audit:
            audit.turned_away(denied.code, denied.who)
        return _denied(request, denied)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if follower:
            follower.start()
        if audit:
            audit.start()
        yield
        if follower:
            follower.stop()
        if audit:
            audit.close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", _page, methods=["GET"]),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/readyz", partial(_readyz, versions, ledger), methods=["GET"]),
            Route("/metrics", partial(_metrics, metrics), methods=["GET"]),
            Route("/graphql", endpoint.answer, methods=["GET", "POST"]),
        ],
        middleware=[
            Middleware(_SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
            *([Middleware(Guard, tokens=auth, introspection=introspection, refused=refused)] if auth else []),
        ],
    )


async def _page(_: Request) -> Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(_PAGE, headers={"content-security-policy": policy})


def _denied(request: Request, denied: Denied) -> Response:
    """Who is not let in is told so in the media type that was asked for, and with the status in either."""
    media_type = acceptable(",".join(request.headers.getlist("accept"))) or LEGACY
    response = _json(msgspec.json.encode(failure(denied.code, denied.message)), denied.status, media_type)
    if denied.status != 503:
        response.headers["www-authenticate"] = denied.challenge
    return response


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _readyz(versions: Versions, ledger: Path | None, _: Request) -> Response:
    """Ready is who has a graph, and can read the ledger that it is of."""
    served = versions.current
    age = round((utcnow() - served.built_at).total_seconds())
    told: dict[str, object] = {"version": served.name, "age_seconds": age}
    if ledger is not None:
        try:
            reached = await run_in_threadpool(live.position, ledger)
        except LedgerError as error:
            return _json(msgspec.json.encode({"ready": False, "code": error.code, **told}), 503, LEGACY)
        told |= {"position": served.position, "ledger": reached}
    return _json(msgspec.json.encode({"ready": True, **told}), 200, LEGACY)


async def _metrics(metrics: Metrics, _: Request) -> Response:
    return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE_LATEST)


class _Answered(NamedTuple):
    """A response to a request, and what the figures tell of it."""

    body: bytes
    status: int
    outcome: str
    cost: int | None = None


class _GraphQL:
    """The endpoint: reads a request, has it executed in the thread pool, writes the response."""

    def __init__(
        self,
        schema: Schema,
        seen: Portions,
        intake: Intake | None,
        trusted: Trusted,
        seconds: float,
        metrics: Metrics,
        audit: AuditLog | None = None,
        pseudonymised: bool = False,
    ) -> None:
        self.schema, self.seen, self.intake, self.trusted = schema, seen, intake, trusted
        self.seconds, self.metrics, self.names = seconds, metrics, Names()
        self.audit, self.pseudonymised = audit, pseudonymised
        trusted.check(schema._schema)
        self.running = 0

    async def answer(self, request: Request) -> Response:
        media_type = acceptable(",".join(request.headers.getlist("accept")))
        try:
            if media_type is None:
                raise _Refused(406, "NOT_ACCEPTABLE", f"accept {MODERN} or {LEGACY}")
            asked = self._request(await _read(request), media_type)
            begun = time.perf_counter()
            answered = await self._answered(asked, request.method, media_type, caller_of(request))
            self._told(asked, answered, time.perf_counter() - begun)
        except _Refused as refused:
            self._told(None, _Answered(b"", refused.status, refused.code), 0.0)
            body = msgspec.json.encode(failure(refused.code, refused.message))
            response = _json(body, refused.status, media_type or LEGACY)
            if refused.status == 408:
                response.headers["connection"] = "close"  # what comes of the body would be taken for a request
            if refused.status == 503:
                response.headers["retry-after"] = RETRY_AFTER
            return response
        except Denied as denied:
            return _denied(request, denied)
        except ClientDisconnect:
            return Response(status_code=400)
        response = _json(answered.body, answered.status, media_type)
        if answered.status == 405:
            response.headers["allow"] = "POST"
        return response

    def _told(self, asked: _Request | None, answered: _Answered, seconds: float) -> None:
        """Count a request, and log it: by the name of its operation, never by anything else that it says."""
        known = self.schema.documents.known(asked.query) if asked else None
        name = self.names.told(known.name(asked.operation_name) if known and asked else None)
        self.metrics.count(name, answered.outcome, seconds, answered.cost)
        if requests.isEnabledFor(logging.INFO):
            figures = {"operation": name, "outcome": answered.outcome, "status": answered.status}
            figures |= {"seconds": round(seconds, 6), "cost": answered.cost, "version": self.seen.of(None).current.name}
            requests.info("request", extra={"figures": figures})

    def _request(self, sent: _Sent, media_type: str) -> _Request:
        try:
            return _Request(self.trusted.text(sent.query, sent.document_id), sent.variables, sent.operation_name)
        except InroadsError as error:
            well_formed = error.code != "BAD_REQUEST"
            raise _Refused(200 if well_formed and media_type == LEGACY else 400, error.code, str(error)) from None

    async def _answered(self, asked: _Request, method: str, media_type: str, caller: Caller | None) -> _Answered:
        given = asked, method, media_type, caller, Deadline.after(self.seconds)
        known = self.schema.documents.known(asked.query)
        limited = caller is not None and caller.businesses is not None  # it may have to be made first
        if known and known.quick and not limited:  # another thread would cost more, and take turns with this one
            return self._audited(*given)
        if self.running >= MAX_RUNNING:
            raise _Refused(503, "OVERLOADED", "too many requests are being answered: ask again later")
        self.running += 1
        try:
            return await run_in_threadpool(self._audited, *given)
        finally:
            self.running -= 1

    def _execute(
        self, asked: _Request, method: str, media_type: str, caller: Caller | None, deadline: Deadline
    ) -> _Answered:
        try:
            intake = self.intake if method == "POST" else None  # a URL never changes anything
            given = asked.query, asked.variables, asked.operation_name, intake, deadline
            try:
                response = execute(self.schema, self.seen.of(caller.businesses if caller else None), *given)
            except InroadsError as error:  # there is no graph to ask
                response = failure(error.code, str(error))
            prepared = self.schema.documents.known(asked.query)
            measure = prepared.measures.measure(asked.variables or {}) if prepared else None
            cost = measure.cost if measure else None
            outcome = response["errors"][0]["extensions"]["code"] if "errors" in response else "ok"
            return _Answered(_written(response, cost), _status(response, method, media_type), outcome, cost)
        except Exception as error:  # noqa: BLE001  # the server would log the message, which may quote what was asked
            log.error("INTERNAL_ERROR outside of the execution: %s", type(error).__name__)
            body = msgspec.json.encode(failure("INTERNAL_ERROR", "internal error"))
            return _Answered(body, 500, "INTERNAL_ERROR")

    def _audited(
        self, asked: _Request, method: str, media_type: str, caller: Caller | None, deadline: Deadline
    ) -> _Answered:
        """No answer is given, and no mutation made, that the caller may not have or the audit log does not tell of."""
        prepared = self._prepared(asked)
        if self.audit is None:
            self._permit(asked, caller, prepared)
            return self._execute(asked, method, media_type, caller, deadline)
        try:
            who, limited = (caller.id, caller.businesses) if caller else (None, None)
            asking = self.audit.asking(who, asked.query, asked.variables, asked.operation_name, prepared, limited)
            try:
                self._permit(asked, caller, prepared)
            except Denied as denied:
                asking.refused(denied.status, denied.code)
                raise
            asking.begins()
            answered = self._execute(asked, method, media_type, caller, deadline)
            asking.answered(answered.status, answered.body)
        except (InroadsError, RecursionError) as error:
            log.error("AUDIT_UNAVAILABLE, an answer was withheld: %s", type(error).__name__)
            raise _Refused(503, "AUDIT_UNAVAILABLE", "the audit log cannot be written: no answer is given") from None
        return answered

    def _permit(self, asked: _Request, caller: Caller | None, prepared: Prepared | None) -> None:
        if caller and prepared:  # what is no document is refused by the execution
            permit(caller, prepared, asked.operation_name, pseudonymised=self.pseudonymised)

    def _prepared(self, asked: _Request) -> Prepared | None:
        try:
            return self.schema.documents.get(asked.query) if asked.query else None
        except GraphQLError:
            return None


def _written(response: dict[str, Any], cost: int | None) -> bytes:
    """The response; where it has data, with what that cost: as reckoned before, and how many fields it has."""
    if cost is None or "data" not in response:
        return msgspec.json.encode(response)
    data = msgspec.json.encode(response["data"])
    # A quote that ends a name has no backslash before it, one inside a text always has.
    fields = data.count(b'":') - data.count(b'\\":')
    told = {"requested": cost, "actual": fields, "maximum": MAX_COST}
    return msgspec.json.encode({**response, "data": msgspec.Raw(data), "extensions": {"cost": told}})


def _status(response: dict[str, Any], method: str, media_type: str) -> int:
    codes = {error["extensions"]["code"] for error in response.get("errors", ())}
    if method != "POST" and "OPERATION_NOT_SUPPORTED" in codes:
        return 405
    if media_type == LEGACY or "data" in response:
        return 200
    return max((_FAULTS.get(code, 400) for code in codes), default=400)


def _json(body: bytes, status: int, media_type: str) -> Response:
    return Response(body, status, media_type=f"{media_type}; charset=utf-8")


async def _read(request: Request) -> _Sent:
    if request.method != "POST":
        return _from_url(request.scope["query_string"])
    media_type, parameters = _media_type(request.headers.get("content-type", ""))
    if media_type != LEGACY or not _is_utf8(parameters):
        raise _Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"send {LEGACY} in UTF-8")
    sent: _Sent = _decoded(await _body(request), _Sent)
    return sent


async def _body(request: Request) -> bytes:
    """The body, as long as it is not too long, whatever its headers say of it."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    raise _Refused(413, "BODY_TOO_LARGE", f"the most is {MAX_BODY:,} bytes")
    except TimeoutError:
        raise _Refused(408, "BODY_TOO_SLOW", f"the body did not come within {BODY_SECONDS:g} seconds") from None
    return bytes(body)


def _from_url(text: bytes) -> _Sent:
    try:
        pairs = parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise _Refused(400, "BAD_REQUEST", "the URL is not UTF-8, or has too many parameters") from None
    given: dict[str, Any] = {name: value for name, value in pairs if value}
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _decoded(given[name].encode(), dict[str, Any] | None)
    try:
        return msgspec.convert(given, _Sent)
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
