"""What a resolver knows of its request."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Final

import strawberry

from inroads.errors import InroadsError
from inroads_api.versions.cursors import Feed
from inroads_api.versions.ingestion import Intake
from inroads_api.versions.review_desk import Desk
from inroads_api.versions.versions import Version, Versions

MAX_MOMENTS: Final = 4
"""The most moments of the past that one query may ask about."""


@dataclass
class Context:
    """What one query sees from start to end, and what it has asked for so far.

    `version` is served as it begins; `intake` is where documents are handed in, `desk` where reviews are: None where
    they are not. `feed` is that of the stream whose event this is, None where it is none.
    """

    versions: Versions
    version: Version
    intake: Intake | None = None
    feed: Feed | None = None
    desk: Desk | None = None
    moments: set[tuple[str, dt.datetime]] = attribute(default_factory=set)
    deadline: float | None = None

    def at_least(self, wanted: str | None) -> Version:
        """The version that the query began with, or where it is not yet the wanted one, a later one.

        However often a query waits, it waits no longer than the patience of the server.
        """
        if not wanted:
            return self.version
        self.deadline = self.deadline or time.monotonic() + self.versions.patience
        return self.versions.at_least(wanted, self.deadline)

    def until(self, version: Version, moment: dt.datetime | None) -> Version:
        """A version as of a moment; the version itself for None. Raises InroadsError TOO_MANY_MOMENTS and BUSY."""
        if not moment:
            return version
        self.moments.add((version.name, moment))
        if len(self.moments) > MAX_MOMENTS:
            raise InroadsError(f"a query can ask about {MAX_MOMENTS} moments", "TOO_MANY_MOMENTS")
        return self.versions.until(version, moment)


Info = strawberry.Info[Context, None]
