"""The application of one server process."""

from __future__ import annotations

import gc
from functools import partial
from types import ModuleType

from starlette.types import ASGIApp

from inroads.errors import extra_missing
from inroads.explorer import load
from inroads.policy.tables import STOCK
from inroads_api.clock import utcnow
from inroads_api.versions.following import follow, position
from inroads_api.versions.versions import Version
from inroads_api.web.app import create_app
from inroads_api.web.services import Services, open_services
from inroads_api.web.settings import ServerSettings


def application(version: Version, settings: ServerSettings, services: Services) -> ASGIApp:
    """The application that serves a version, with traces if the settings say so.

    Raises InroadsError EXTRA_MISSING.
    """
    made = create_app(version, settings, services)
    return traced(made) if settings.traces else made


def worker(settings: ServerSettings) -> ASGIApp:
    """The application of one worker, which opens and follows the ledger itself.

    All workers share the memory of the ledger's snapshot. Raises the errors of `load`.
    """
    assert settings.ledger  # noqa: S101  # the command has checked it
    reload = partial(
        load,
        settings.ledger,
        observed_at=settings.observed_at,
        policy=settings.policy or STOCK,
    )
    # Read before loading: documents that arrive meanwhile are then added again, not missed.
    reached = position(settings.ledger)
    gc.disable()  # loading makes no garbage, and collections take a quarter of its time
    try:
        graph = reload()
    finally:
        gc.enable()
    following = follow(settings.ledger, reload, utcnow)
    services = open_services(settings, following)
    made = application(Version(graph, utcnow(), reached), settings, services)
    gc.freeze()  # collections skip what the process keeps until its end
    return made


def traced(app: ASGIApp) -> ASGIApp:
    """Add traces to an application. Raises InroadsError EXTRA_MISSING."""
    telemetry = require_telemetry()
    made: ASGIApp = telemetry.Traced(app, telemetry.exporting())
    return made


def require_telemetry() -> ModuleType:
    """Import the telemetry module. Raises InroadsError EXTRA_MISSING."""
    try:
        from inroads_api.server import telemetry  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise extra_missing("--traces needs OpenTelemetry", "otel") from None
    return telemetry
