"""What a question about reviews sees of the request that it is part of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Protocol

import strawberry

from inroads.errors import InroadsError
from inroads.review import Campaign
from inroads_api.versions.review_desk import Desk
from inroads_api.versions.versions import Version, Versions


class Asker(Protocol):
    """What a question about reviews sees of the request that it is part of."""

    versions: Versions
    version: Version
    desk: Desk | None

    def at_least(self, wanted: str | None) -> Version:
        """The version that the request began with, or a later one."""

    def until(self, version: Version, moment: dt.datetime | None) -> Version:
        """A version as of a moment."""


Info = strawberry.Info[Asker, None]


def desk_of(asker: Asker) -> Desk:
    """The reviews that a request sees. Raises InroadsError REVIEWS_UNAVAILABLE."""
    if asker.desk is None:
        raise InroadsError(
            "there are no reviews here: they are kept in a ledger", "REVIEWS_UNAVAILABLE"
        )
    return asker.desk


@dataclass(frozen=True)
class Seen:
    """A campaign as one request sees it."""

    asker: Asker
    campaign: Campaign


LASTING: Final = "review"
"""What stands in cursors for the version of a graph: they last, since what was frozen has no other."""


def mark_of(campaign: Campaign) -> str:
    """What tells the cursors of a campaign from those of another."""
    return f"review {campaign.id} {campaign.head.started}"
