"""All options of a server, as one value."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inroads.errors import InroadsError
from inroads_api.clock import SECONDS
from inroads_api.versions.versions import PATIENCE
from inroads_api.web.streams import KEEP_ALIVE

_ORIGIN: Final = re.compile(r"https?://([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
"""A serialised origin (RFC 6454, 6.2), as browsers send it."""


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """All options of a server: paths, names and numbers. Each worker opens its own services.

    Raises InroadsError UNGUARDED and BAD_OIDC for options that contradict each other, and
    BAD_ORIGIN for an origin that a browser would write otherwise.
    """

    # The ledger that is followed, and how documents in it are read.
    ledger: Path | None = None
    alone: bool = True
    """The ledger is the only source of the graph, so that streams can report its changes."""
    observed_at: dt.datetime | None = None
    policy: Path | None = None
    pseudonymised: bool = False
    """Answers hold pseudonyms. The scope `read:pseudonymised` suffices, and reviews are hidden."""
    poll: float = 0.5
    """The seconds between two looks at the ledger."""

    # Requests that write to the ledger.
    allow_ingest: bool = False
    allow_review: bool = False

    # Callers and their permissions.
    hosts: tuple[str, ...] = ()
    """The names in the Host header that are answered, `*` for any.

    The default is any name with tokens, and the local names without.
    """
    origins: tuple[str, ...] = ()
    """The origins whose pages may ask, beside the server's own: `http://localhost:5173`."""
    auth: Path | None = None
    introspection: bool = False
    """Requests without a token may read the schema."""
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_jwks: str | None = None
    oidc_businesses: str | None = None
    oidc_scope: str | None = None
    """The claim with the scopes of a provider's tokens; the default is `scope`."""
    audit: Path | None = None
    trusted: Path | None = None
    trusted_only: bool = False
    cost_per_minute: int = 0
    """The cost that a token may spend per minute, 0 for no limit; workers share it evenly."""

    # Processes, and times in seconds.
    workers: int = 1
    deadline: float = SECONDS
    """The longest time of a query; then its answer is the error DEADLINE."""
    patience: float = PATIENCE
    """The longest wait of a query for a version that is not served yet."""
    keep_alive: float = KEEP_ALIVE
    """The longest silence of a stream before it sends a keep-alive comment."""
    traces: bool = False

    def __post_init__(self) -> None:
        if self.audit and not self.auth:
            raise InroadsError(
                "--audit records the ids of tokens, so it needs --auth FILE", "UNGUARDED"
            )
        for each in self.origins:
            if not _ORIGIN.fullmatch(each):
                raise InroadsError(
                    f"--allow-origin {each!r} is no origin such as http://localhost:5173: a scheme,"
                    " a host in lower case, perhaps a port, and no path",
                    "BAD_ORIGIN",
                )
        complete = self.auth and self.oidc_issuer and self.oidc_audience
        if self.has_provider and not complete:
            raise InroadsError(
                "OpenID Connect needs --oidc-issuer, --oidc-audience and --auth", "BAD_OIDC"
            )

    @property
    def has_provider(self) -> bool:
        """Return whether the server accepts tokens of an OpenID Connect provider."""
        named = self.oidc_issuer, self.oidc_audience, self.oidc_jwks
        return any((*named, self.oidc_businesses, self.oidc_scope))
