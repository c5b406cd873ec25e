"""The context that every resolver gets: one request's version, services and deadline."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Final

import strawberry

from inroads.errors import InroadsError
from inroads_api.versions.cursors import Feed
from inroads_api.versions.ingestion import Intake
from inroads_api.versions.review_desk import Desk
from inroads_api.versions.versions import NotReached, ServedVersions, Version

MAX_MOMENTS: Final = 4
"""The number of past moments that one query may ask about."""


@dataclass
class Context:
    """The state of one query: the version it reads, and the moments it has asked about so far.

    `version` is the one served when the query begins. `intake` takes documents and `desk` holds
    reviews; each is None where the server does not offer it. `feed` is the feed of the stream for
    whose event the query runs, None for an ordinary query. `seat` holds a seat of the caller
    while the query waits for a version.
    """

    versions: ServedVersions
    version: Version
    intake: Intake | None = None
    feed: Feed | None = None
    desk: Desk | None = None
    seat: Callable[[], AbstractContextManager[None]] = nullcontext
    moments: set[tuple[str, dt.datetime]] = attribute(default_factory=set)
    deadline: float | None = None

    def at_least(self, wanted: str | None) -> Version:
        """Return the version that the query began with, or a later one that has reached `wanted`.

        All waits of one query share one deadline: the patience of the server. Raises NotReached,
        and InroadsError BAD_VERSION and BUSY.
        """
        if not wanted:
            return self.version
        self.deadline = self.deadline or time.monotonic() + self.versions.patience
        with suppress(NotReached):
            return self.versions.at_least(wanted, 0.0)  # what is served needs no seat
        with self.seat():
            return self.versions.at_least(wanted, self.deadline)

    def until(self, version: Version, moment: dt.datetime | None) -> Version:
        """Return a version as of a moment, or the version itself if `moment` is None.

        Raises InroadsError TOO_MANY_MOMENTS and BUSY.
        """
        if not moment:
            return version
        self.moments.add((version.name, moment))
        if len(self.moments) > MAX_MOMENTS:
            raise InroadsError(
                f"a query can ask about at most {MAX_MOMENTS} moments", "TOO_MANY_MOMENTS"
            )
        return self.versions.until(version, moment)


Info = strawberry.Info[Context, None]
