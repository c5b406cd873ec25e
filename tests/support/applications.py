"""Applications of a graph, made of open services and options."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from inroads.network.access_graph import AccessGraph
from inroads_api.versions.versions import Version
from inroads_api.web.app import create_app
from inroads_api.web.services import Services
from inroads_api.web.settings import ServerSettings
from questions import NOON

OPEN = {"auth", "audit", "trusted", "limiter", "following"}
"""Options that are services, which a test opens itself, with a clock of its own."""


def application(
    graph: AccessGraph,
    built_at: dt.datetime = NOON,
    *,
    position: int | None = None,
    ingest: Path | None = None,
    **options: Any,
) -> Starlette:
    """The application of a graph that was built at noon. `ingest` is a ledger that takes documents."""
    services = Services(**{name: options.pop(name) for name in OPEN & options.keys()})
    if ingest:
        options |= {"ledger": ingest, "allow_ingest": True}
    return create_app(Version(graph, built_at, position), ServerSettings(**options), services)
