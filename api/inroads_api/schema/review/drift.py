"""The GraphQL types of drift: the differences between a version and a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import strawberry

from inroads import review
from inroads.network.access_graph import AccessGraph
from inroads.review import Pair
from inroads_api.schema.fields import ID, described, stated, value
from inroads_api.schema.pages import Connection, Page, Window, connection
from inroads_api.schema.review.frozen import ReviewDifference, difference_of
from inroads_api.schema.review.seen import Seen, mark_of
from inroads_api.versions.versions import Version


@described
class DriftedAccess:
    """An access that differs from its frozen form."""

    number: int | None = value("The number of its item; null where it is none.")
    principal_id: ID = value("The node id of whose access it is.")
    resource_id: ID = value("The node id of what is reached.")
    difference: ReviewDifference | None = value("What has changed, if it stands and has.")


@described
class ReviewDrift:
    """The differences between the answering version and the frozen accesses of a campaign.

    Cursors are valid as long as the version can be had.
    """

    found: strawberry.Private[review.Drift]
    of: strawberry.Private[Seen]
    graph: strawberry.Private[AccessGraph]

    version: str = stated("found.version", "The name of the version.")
    same: int = stated("found.same", "How many accesses are as they were.")

    @connection
    def changed(self, page: Page) -> Connection[DriftedAccess]:
        """The items that stand and differ."""
        return self._page("changed", self.found.changed, page)

    @connection
    def ended(self, page: Page) -> Connection[DriftedAccess]:
        """The items whose two nodes are known, but that are no longer an access."""
        return self._page("ended", self.found.ended, page)

    @connection
    def unseen(self, page: Page) -> Connection[DriftedAccess]:
        """The items of which at least one node is no longer named by any document."""
        return self._page("unseen", self.found.unseen, page)

    @connection
    def appeared(self, page: Page) -> Connection[DriftedAccess]:
        """The accesses in the campaign's scope that are not among its items."""
        return self._page("appeared", [(None, pair) for pair in self.found.appeared], page)

    @connection
    def revoked_standing(self, page: Page) -> Connection[DriftedAccess]:
        """The items that were decided to be revoked and still stand."""
        return self._page("standing", self.found.revoked_standing, page)

    @connection
    def revoked_ended(self, page: Page) -> Connection[DriftedAccess]:
        """The items that were decided to be revoked and have ended."""
        return self._page("done", self.found.revoked_ended, page)

    def in_version(self, version: Version) -> ReviewDrift:
        """Return the drift of another version."""
        return drift_of(self.of, version)

    def _page(
        self,
        name: str,
        rows: Sequence[tuple[int | None, Pair, *tuple[review.Difference, ...]]],
        page: Page,
    ) -> Connection[DriftedAccess]:
        keys: list[tuple[Any, ...]] = [
            pair if number is None else (number,) for number, pair, *_ in rows
        ]

        def load(part: slice) -> list[DriftedAccess]:
            return [
                DriftedAccess(
                    number=number,
                    principal_id=ID(pair.principal),
                    resource_id=ID(pair.resource),
                    difference=difference_of(next(iter(what), None)),
                )
                for number, pair, *what in rows[part]
            ]

        return Connection(
            window=Window(self.graph, (mark_of(self.of.campaign), name), keys, load, page)
        )


def drift_of(seen: Seen, version: Version) -> ReviewDrift:
    """Return the drift of a version from a campaign."""
    found = seen.asker.versions.drift(version, seen.campaign)
    return ReviewDrift(found=found, of=seen, graph=version.graph)
