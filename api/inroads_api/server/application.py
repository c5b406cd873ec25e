"""The application of one server process."""

from __future__ import annotations

import gc
from functools import partial
from types import ModuleType

from starlette.types import ASGIApp

from inroads.errors import InroadsError
from inroads.explorer import load
from inroads.policy.tables import STOCK
from inroads_api.clock import utcnow
from inroads_api.versions.following import follow, position
from inroads_api.versions.versions import Version
from inroads_api.web.app import create_app
from inroads_api.web.services import Services, open_services
from inroads_api.web.settings import ServerSettings


def application(version: Version, settings: ServerSettings, services: Services) -> ASGIApp:
    """The application that serves a version, whose requests are traced if that is wanted. Raises EXTRA_MISSING."""
    made = create_app(version, settings, services)
    return traced(made) if settings.traces else made


def worker(settings: ServerSettings) -> ASGIApp:
    """The application of one worker, which opens and follows the ledger by itself. Raises as `load`.

    All workers share the memory of its snapshot.
    """
    assert settings.ledger  # noqa: S101  # the command has checked it
    reload = partial(
        load,
        settings.ledger,
        observed_at=settings.observed_at,
        policy=settings.policy or STOCK,
    )
    reached = position(settings.ledger)  # before it is loaded: later documents are seen again
    gc.disable()  # as for a single server
    try:
        graph = reload()
    finally:
        gc.enable()
    following = follow(settings.ledger, reload, utcnow)
    services = open_services(settings, following)
    made = application(Version(graph, utcnow(), reached), settings, services)
    gc.freeze()  # what a process keeps until it ends is not looked through each time
    return made


def traced(app: ASGIApp) -> ASGIApp:
    """The application, whose requests are traced. Raises InroadsError EXTRA_MISSING."""
    telemetry = require_telemetry()
    made: ASGIApp = telemetry.Traced(app, telemetry.exporting())
    return made


def require_telemetry() -> ModuleType:
    """The module of traces. Raises InroadsError EXTRA_MISSING."""
    try:
        from inroads_api.server import telemetry  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise InroadsError(
            "--traces needs OpenTelemetry: install inroads[otel]", "EXTRA_MISSING"
        ) from None
    return telemetry
