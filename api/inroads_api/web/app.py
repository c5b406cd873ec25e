"""The HTTP application: GraphQL over HTTP, for local callers or callers with a token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from inroads.errors import LedgerError
from inroads.network.access_graph import AccessGraph
from inroads_api import pages
from inroads_api.clock import utcnow
from inroads_api.execution.execute import Schema, build_schema
from inroads_api.security.callers import AccessDenied
from inroads_api.versions import following as following_
from inroads_api.versions.following import Follower
from inroads_api.versions.ingestion import Intake
from inroads_api.versions.limited import LimitedVersionsByBusinesses
from inroads_api.versions.review_desk import Reviews
from inroads_api.versions.versions import Version, Versions
from inroads_api.versions.warming import Warmer
from inroads_api.web.endpoint import GraphQLEndpoint
from inroads_api.web.media_types import LEGACY
from inroads_api.web.metrics import Metrics
from inroads_api.web.middleware import (
    ASKED_HEADERS,
    GRAPHQL,
    LOCAL,
    READY,
    SCHEMA,
    TOLD_HEADERS,
    AuthenticationMiddleware,
    RequestIds,
    SameOrigin,
    SecurityHeaders,
    sees_all,
)
from inroads_api.web.services import Services, open_services
from inroads_api.web.settings import ServerSettings
from inroads_api.web.stages.admission import AdmissionControl
from inroads_api.web.stages.answers import Answerer
from inroads_api.web.stages.requests import RequestParser
from inroads_api.web.stages.responses import LargeResponse, denied_response, respond
from inroads_api.web.streams import Streams


def create_app(
    graph: AccessGraph | Version,
    settings: ServerSettings | None = None,
    services: Services | None = None,
) -> Starlette:
    """Return the application that answers from a graph, or from a version of a ledger's graph.

    Services are opened from the settings if they are not given. A new version replaces the served
    one as a whole, and a running query ends on the version it began with. Raises InroadsError
    BAD_DOCUMENTS if the schema rejects a trusted document.
    """
    settings = settings or ServerSettings()
    services = services or open_services(settings)
    auth, audit, ledger = services.auth, services.audit, settings.ledger
    versions = _versions(
        graph if isinstance(graph, Version) else Version(graph, utcnow()), settings
    )
    views = LimitedVersionsByBusinesses(versions, auth.key if auth else bytes)
    warmer, following = Warmer(views), services.following
    follower = Follower(versions, following, settings.poll, warmer.wake) if following else None
    metrics = Metrics(versions, ledger)
    streams = Streams(metrics, settings.keep_alive)
    schema = build_schema(
        allow_ingest=bool(ledger and settings.allow_ingest), allow_review=settings.allow_review
    )
    endpoint = _endpoint(
        schema, views, settings, services, streams, follower.nudge if follower else None
    )

    # Without tokens only local names are answered: a page of another name may be DNS rebinding.
    hosts = settings.hosts or (("*",) if auth else LOCAL)

    def refused(request: Request, denied: AccessDenied) -> Response:
        if audit:
            audit.turned_away(denied.code, denied.who)
        return denied_response(request, denied)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if follower:
            follower.start()
            warmer.start()
        if audit:
            audit.start()
        with streams.until_signal(), auth.running() if auth else nullcontext():
            yield
        if follower:
            follower.stop()
            warmer.stop()
        if audit:
            audit.close()

    middleware = [
        Middleware(RequestIds),
        Middleware(SecurityHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
    ]
    if settings.origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.origins,
                allow_methods=("GET", "POST"),
                allow_headers=ASKED_HEADERS,
                expose_headers=TOLD_HEADERS,
            )
        )
    if auth:
        introspection = settings.introspection
        middleware.append(
            Middleware(
                AuthenticationMiddleware, tokens=auth, introspection=introspection, refused=refused
            )
        )
    else:
        middleware.append(Middleware(SameOrigin, allowed=settings.origins))
    app = Starlette(
        lifespan=lifespan,
        routes=[
            Route(GRAPHQL, endpoint, methods=["GET", "POST"]),  # the first one that is looked at
            *pages.routes(),
            Route("/healthz", _healthz, methods=["GET"]),
            Route(READY, partial(_readyz, versions, ledger), methods=["GET"]),
            Route("/metrics", partial(_metrics, metrics), methods=["GET"]),
            Route(SCHEMA, partial(_schema, schema), methods=["GET"]),
        ],
        middleware=middleware,
    )
    # A redirect would name a scheme and a path that a proxy may have changed, and send a body there.
    app.router.redirect_slashes = False
    return app


def _versions(version: Version, settings: ServerSettings) -> Versions:
    logged = following_.logged(settings.ledger) if settings.ledger and settings.alone else None
    graph, built_at, position = version.graph, version.built_at, version.position
    return Versions(graph, built_at, position, settings.patience, logged=logged)


def _endpoint(
    schema: Schema,
    views: LimitedVersionsByBusinesses,
    settings: ServerSettings,
    services: Services,
    streams: Streams,
    committed: Callable[[], None] | None,
) -> GraphQLEndpoint:
    ledger = settings.ledger
    intake = Intake(ledger, committed) if ledger and settings.allow_ingest else None
    reviews = Reviews(ledger) if ledger and not settings.pseudonymised else None
    services.trusted.check(schema._schema)
    return GraphQLEndpoint(
        RequestParser(
            schema.documents, services.trusted, settings.deadline, ingests=intake is not None
        ),
        AdmissionControl(services.audit, services.limiter, pseudonymised=settings.pseudonymised),
        Answerer(schema, views, intake, reviews, deciding=settings.allow_review),
        streams,
    )


async def _schema(schema: Schema, _: Request) -> Response:
    """Return the whole contract in the schema definition language, as a file has it."""
    return LargeResponse(await run_in_threadpool(lambda: schema.sdl), media_type="text/plain")


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _readyz(versions: Versions, ledger: Path | None, request: Request) -> Response:
    """Return 200 if the server has a graph and can read its ledger.

    The figures are only for a caller who may see the whole graph.
    """
    served = versions.current
    age = round((utcnow() - served.built_at).total_seconds())
    told: dict[str, object] = {"ready": True}
    figures: dict[str, object] = {"version": served.name, "age_seconds": age}
    if ledger is not None:
        try:
            reached = await run_in_threadpool(following_.position, ledger)
        except LedgerError as error:
            told = {"ready": False, "code": error.code}
        else:
            figures |= {"position": served.position, "ledger": reached}
    status = 200 if told["ready"] else 503
    told |= figures if sees_all(request) else {}
    return respond(msgspec.json.encode(told), status, LEGACY)


async def _metrics(metrics: Metrics, _: Request) -> Response:
    return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE_LATEST)
