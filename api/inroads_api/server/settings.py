"""All options of a server as one value."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from starlette.applications import Starlette
from starlette.types import ASGIApp

from inroads.errors import InroadsError
from inroads.explorer import load
from inroads.policy.tables import STOCK
from inroads_api.clock import SECONDS, utcnow
from inroads_api.execution.trusted_documents import Trusted, read_folder
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.tokens import TokenFile
from inroads_api.versions.following import follow, position
from inroads_api.web.app import create_app
from inroads_api.web.middleware import LOCAL
from inroads_api.web.rate_limit import RateLimiter
from inroads_api.web.streams import KEEP_ALIVE

if TYPE_CHECKING:
    from inroads_api.security.oidc import Issuer


NO_TLS: Final[Mapping[str, Any]] = MappingProxyType({})


class ServerSettings(NamedTuple):
    """Security options of a server, as paths and names that each worker process opens itself."""

    auth: Path | None = None
    introspection: bool = False
    audit: Path | None = None
    trusted: Path | None = None
    trusted_only: bool = False
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_jwks: str | None = None
    oidc_businesses: str | None = None
    cost_per_minute: int = 0
    workers: int = 1
    traces: bool = False

    def opened(self) -> dict[str, Any]:
        """What `create_app` takes of it. Raises InroadsError where the files do not go together, or are none."""
        if self.audit and not self.auth:
            raise InroadsError(
                "--audit tells who asked, and --auth FILE is what tells it", "UNGUARDED"
            )
        if self.traces:
            _telemetry()  # workers would tell too late that it is missing
        provider = self._provider()
        tokens = Auth(self.auth, provider=provider) if self.auth else None
        return {
            "hosts": ("*",)
            if tokens
            else LOCAL,  # a page that was bound to this address has no token
            "auth": tokens,
            "introspection": self.introspection,
            "meter": RateLimiter(self.cost_per_minute, self.workers),
            "audit": AuditLog(self.audit, TokenFile(self.auth).key())
            if self.audit and self.auth
            else None,
            "trusted": Trusted(
                read_folder(self.trusted) if self.trusted else {}, only=self.trusted_only
            ),
        }

    def traced(self, application: Starlette) -> ASGIApp:
        """The application, whose requests are traced if that is wanted. Raises InroadsError EXTRA_MISSING."""
        if not self.traces:
            return application
        telemetry = _telemetry()
        traced: ASGIApp = telemetry.Traced(application, telemetry.exporting())
        return traced

    def _provider(self) -> Issuer | None:
        if not any((self.oidc_issuer, self.oidc_audience, self.oidc_jwks, self.oidc_businesses)):
            return None
        if not (self.auth and self.oidc_issuer and self.oidc_audience):
            raise InroadsError(
                "--oidc-issuer and --oidc-audience go together, and with --auth", "BAD_OIDC"
            )
        try:
            from inroads_api.security.jwks import KeyFile  # noqa: PLC0415  # of the same extra
            from inroads_api.security.jwks_url import KeyUrl  # noqa: PLC0415  # an optional extra
            from inroads_api.security.oidc import Issuer  # noqa: PLC0415  # of the same extra
        except ImportError:
            raise InroadsError("this needs PyJWT: install inroads[oidc]", "EXTRA_MISSING") from None
        jwks = self.oidc_jwks
        keys = KeyFile(Path(jwks)) if jwks and "://" not in jwks else KeyUrl(self.oidc_issuer, jwks)
        return Issuer(self.oidc_issuer, self.oidc_audience, keys, self.oidc_businesses)


def _telemetry() -> ModuleType:
    try:
        from inroads_api.server import telemetry  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise InroadsError(
            "--traces needs OpenTelemetry: install inroads[otel]", "EXTRA_MISSING"
        ) from None
    return telemetry


class WorkerSettings(NamedTuple):
    """A ledger to serve, which each worker opens and follows by itself; of its snapshot all share one memory."""

    ledger: Path
    observed_at: dt.datetime | None = None
    policy: Path | None = None
    ingest: bool = False
    seconds: float = SECONDS
    doors: ServerSettings = ServerSettings()
    keep_alive: float = KEEP_ALIVE
    review: bool = False

    def application(self) -> ASGIApp:
        """The application of one worker. Raises as `load`."""
        reload = partial(
            load, self.ledger, observed_at=self.observed_at, policy=self.policy or STOCK
        )
        reached = position(
            self.ledger
        )  # before it is loaded: what is added meanwhile is seen again
        gc.disable()  # as for a single server
        try:
            graph = reload()
        finally:
            gc.enable()
        application = create_app(
            graph,
            utcnow(),
            following=follow(self.ledger, reload, utcnow),
            position=reached,
            ingest=self.ledger if self.ingest else None,
            seconds=self.seconds,
            ledger=self.ledger,
            keep_alive=self.keep_alive,
            review=self.review,
            **self.doors.opened(),
        )
        gc.freeze()  # what a process keeps until it ends is not looked through each time
        return self.doors.traced(application)
