"""The part of a request's context that review resolvers use."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Protocol

import strawberry

from inroads.errors import InroadsError
from inroads.review import Campaign
from inroads_api.versions.review_desk import Desk
from inroads_api.versions.versions import ServedVersions, Version


class Asker(Protocol):
    """The part of a request's context that review resolvers use."""

    versions: ServedVersions
    version: Version
    desk: Desk | None

    def at_least(self, wanted: str | None) -> Version:
        """Return the version that the request began with, or a later one."""

    def until(self, version: Version, moment: dt.datetime | None) -> Version:
        """Return a version as of a moment."""


Info = strawberry.Info[Asker, None]


def desk_of(asker: Asker) -> Desk:
    """Return the review desk of a request. Raises InroadsError REVIEWS_UNAVAILABLE."""
    if asker.desk is None:
        raise InroadsError(
            "there are no reviews here: they need a ledger without pseudonyms, and a caller who sees all of it",
            "REVIEWS_UNAVAILABLE",
        )
    return asker.desk


@dataclass(frozen=True)
class Seen:
    """A campaign with the request that reads it."""

    asker: Asker
    campaign: Campaign


LASTING: Final = "review"
"""The version in cursors of frozen lists.

Frozen accesses have a single version, so their cursors do not expire with the graph.
"""


def mark_of(campaign: Campaign) -> str:
    """Return the text that distinguishes the cursors of a campaign from those of others."""
    return f"review {campaign.id} {campaign.head.started}"
