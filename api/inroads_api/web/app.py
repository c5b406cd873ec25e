"""The HTTP application: GraphQL over HTTP, for whoever is on this machine or has a token."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from inroads.errors import LedgerError
from inroads.network.access_graph import AccessGraph
from inroads_api.clock import SECONDS, utcnow
from inroads_api.execution.execute import build_schema
from inroads_api.execution.trusted_documents import Trusted
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import AccessDenied
from inroads_api.versions import following as following_
from inroads_api.versions.following import Follower, Following
from inroads_api.versions.ingestion import Intake
from inroads_api.versions.limited import LimitedVersionsByBusinesses
from inroads_api.versions.review_desk import Reviews
from inroads_api.versions.versions import PATIENCE, Versions
from inroads_api.web.admission import AdmissionControl
from inroads_api.web.answers import Answerer
from inroads_api.web.endpoint import GraphQLEndpoint
from inroads_api.web.media_types import LEGACY
from inroads_api.web.metrics import Metrics
from inroads_api.web.middleware import LOCAL, AuthenticationMiddleware, SecurityHeaders
from inroads_api.web.rate_limit import RateLimiter
from inroads_api.web.requests import RequestParser
from inroads_api.web.responses import denied_response, respond
from inroads_api.web.streams import KEEP_ALIVE, Streams

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
    meter: RateLimiter | None = None,
    alone: bool = True,
    keep_alive: float = KEEP_ALIVE,
    review: bool = False,
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
    `ledger` is the one that the graph is of, which `/readyz` and `/metrics` tell about; its reviews are shown unless
    answers are pseudonymised, and with `review` they are decided here, too. With `alone` the graph is of nothing else,
    and streams tell what became of it. `meter` limits what each caller spends in a minute; without it there are no
    such limits. A stream that is silent for `keep_alive` seconds says that it is there.
    """
    versions = Versions(
        graph,
        built_at,
        position,
        patience,
        logged=following_.logged(ledger) if ledger and alone else None,
    )
    follower = Follower(versions, following, every) if following else None
    intake = Intake(ingest, follower.nudge if follower else None) if ingest else None
    metrics = Metrics(versions, ledger)
    reviews = Reviews(ledger) if ledger and not pseudonymised else None
    schema = build_schema(allow_ingest=intake is not None, allow_review=review)
    streams = Streams(metrics, keep_alive)
    seen = LimitedVersionsByBusinesses(versions, auth.key if auth else bytes)
    trusted = trusted or Trusted()
    trusted.check(schema._schema)
    endpoint = GraphQLEndpoint(
        RequestParser(schema.documents, trusted, seconds, ingests=intake is not None),
        AdmissionControl(audit, meter, pseudonymised=pseudonymised),
        Answerer(schema, seen, intake, reviews, deciding=review),
        streams,
        metrics,
    )

    def refused(request: Request, denied: AccessDenied) -> Response:
        if audit:
            audit.turned_away(denied.code, denied.who)
        return denied_response(request, denied)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if follower:
            follower.start()
        if audit:
            audit.start()
        with streams.until_signal(), auth.running() if auth else nullcontext():
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
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
            *(
                [
                    Middleware(
                        AuthenticationMiddleware,
                        tokens=auth,
                        introspection=introspection,
                        refused=refused,
                    )
                ]
                if auth
                else []
            ),
        ],
    )


async def _page(_: Request) -> Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(_PAGE, headers={"content-security-policy": policy})


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _readyz(versions: Versions, ledger: Path | None, _: Request) -> Response:
    """Ready is who has a graph, and can read the ledger that it is of."""
    served = versions.current
    age = round((utcnow() - served.built_at).total_seconds())
    told: dict[str, object] = {"version": served.name, "age_seconds": age}
    if ledger is not None:
        try:
            reached = await run_in_threadpool(following_.position, ledger)
        except LedgerError as error:
            return respond(
                msgspec.json.encode({"ready": False, "code": error.code, **told}), 503, LEGACY
            )
        told |= {"position": served.position, "ledger": reached}
    return respond(msgspec.json.encode({"ready": True, **told}), 200, LEGACY)


async def _metrics(metrics: Metrics, _: Request) -> Response:
    return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE_LATEST)
