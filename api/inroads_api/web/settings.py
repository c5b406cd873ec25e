"""All options of a server, as one value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from inroads.errors import InroadsError
from inroads_api.clock import SECONDS
from inroads_api.versions.versions import PATIENCE
from inroads_api.web.streams import KEEP_ALIVE


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """All options of a server: paths, names and numbers, of which each worker process opens its own services.

    Raises InroadsError UNGUARDED and BAD_OIDC for options that do not go together.
    """

    # The ledger that is followed, and how documents in it are read.
    ledger: Path | None = None
    alone: bool = True
    """The graph is of the ledger and of nothing else, so streams report what became of it."""
    observed_at: dt.datetime | None = None
    policy: Path | None = None
    pseudonymised: bool = False
    """Answers are pseudonyms, which lets in more tokens and shows no reviews."""
    poll: float = 0.5
    """How many seconds pass until the ledger is looked at again."""

    # Requests that write to the ledger.
    allow_ingest: bool = False
    allow_review: bool = False

    # Callers, and what they may ask.
    hosts: tuple[str, ...] = ()
    """The names in the Host header that are answered, `*` for any. By default, those of this machine without tokens."""
    auth: Path | None = None
    introspection: bool = False
    """Anybody may read the schema without a token."""
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_jwks: str | None = None
    oidc_businesses: str | None = None
    audit: Path | None = None
    trusted: Path | None = None
    trusted_only: bool = False
    cost_per_minute: int = 0
    """How much a token may spend in a minute, 0 for no limit; each of several workers has its share."""

    # Processes, and times in seconds.
    workers: int = 1
    deadline: float = SECONDS
    """A query that is not answered in this time is answered with DEADLINE."""
    patience: float = PATIENCE
    """How long a query waits for a version that is not served yet."""
    keep_alive: float = KEEP_ALIVE
    """How long a stream may be silent before it says that it is still there."""
    traces: bool = False

    def __post_init__(self) -> None:
        if self.audit and not self.auth:
            raise InroadsError(
                "--audit tells who asked, and --auth FILE is what tells it", "UNGUARDED"
            )
        complete = self.auth and self.oidc_issuer and self.oidc_audience
        if self.has_provider and not complete:
            raise InroadsError(
                "--oidc-issuer and --oidc-audience go together, and with --auth", "BAD_OIDC"
            )

    @property
    def has_provider(self) -> bool:
        """Return whether tokens of an OpenID Connect provider are taken."""
        return any((self.oidc_issuer, self.oidc_audience, self.oidc_jwks, self.oidc_businesses))
