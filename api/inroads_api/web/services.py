"""The services that the settings of a server name, opened for one process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inroads.errors import extra_missing
from inroads_api.execution.trusted_documents import Trusted, read_folder
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.tokens import TokenFile
from inroads_api.versions.following import Following
from inroads_api.web.rate_limit import RateLimiter
from inroads_api.web.settings import ServerSettings

if TYPE_CHECKING:
    from inroads_api.security.oidc import Issuer


@dataclass(frozen=True, kw_only=True)
class Services:
    """Services of one process.

    With `auth`, requests need a token. `following` finds the next version of the graph.
    """

    auth: Auth | None = None
    audit: AuditLog | None = None
    trusted: Trusted = field(default_factory=Trusted)
    limiter: RateLimiter = field(default_factory=RateLimiter)
    following: Following | None = None


def open_services(settings: ServerSettings, following: Following | None = None) -> Services:
    """Open the services of the settings. Raises InroadsError for an unusable file."""
    auth, audit, folder = settings.auth, settings.audit, settings.trusted
    return Services(
        auth=Auth(auth, provider=_provider(settings)) if auth else None,
        audit=AuditLog(audit, TokenFile(auth).key()) if audit and auth else None,
        trusted=Trusted(read_folder(folder) if folder else {}, only=settings.trusted_only),
        limiter=RateLimiter(settings.cost_per_minute, settings.workers),
        following=following,
    )


def _provider(settings: ServerSettings) -> Issuer | None:
    issuer, audience, jwks = settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks
    if not (issuer and audience):
        return None
    try:
        from inroads_api.security.jwks import KeyFile  # noqa: PLC0415  # of the same extra
        from inroads_api.security.jwks_url import KeyUrl  # noqa: PLC0415  # an optional extra
        from inroads_api.security.oidc import SCOPE_CLAIM, Issuer  # noqa: PLC0415  # of the same extra
    except ImportError:
        raise extra_missing("OpenID Connect needs PyJWT", "oidc") from None
    keys = KeyFile(Path(jwks)) if jwks and "://" not in jwks else KeyUrl(issuer, jwks)
    scope = settings.oidc_scope or SCOPE_CLAIM
    return Issuer(issuer, audience, keys, settings.oidc_businesses, scope)
