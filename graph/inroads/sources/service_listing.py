"""The pages of a listing of team members, joined to one document."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import msgspec

from inroads.documents.reader import Observation, read
from inroads.documents.records import Members
from inroads.errors import Rejection

MEMBERS: Final = "/auth/api/v1/businesses/{}/team_members"
PER_PAGE: Final = 100
MOST_PAGES: Final = 2_000
"""So many pages of a listing are asked for: a team of 200,000 fits into a document, too."""


def page_query(page: int) -> str:
    """Return the query that asks for one page, counted from 1."""
    return f"page={page}&per_page={PER_PAGE}"


class ListingPages:
    """Collects the pages of one listing in their order.

    `moment` is when the first page was asked for: what changed later is not known to be in them.
    """

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment
        self.rows: list[Any] = []
        self.totals: list[int | None] = []
        self._last: list[Any] = []

    @property
    def next(self) -> int:
        """The number of the next page."""
        return len(self.totals) + 1

    def add(self, page: Observation) -> bool:
        """Add a page; return whether there is another one.

        There is none where the page does not say how many people there are, and where it is the
        page before once more, as from a service that gives no pages.
        """
        rows = msgspec.json.decode(page.document.body)["response"]
        total = page.content.total if isinstance(page.content, Members) else None
        self.totals.append(total)
        if rows == self._last:
            return False
        self._last = rows
        self.rows += rows
        return total is not None and len(self.rows) < total

    def document(self, source: str) -> Observation | Rejection:
        """Return all rows as one listing, which says truthfully whether it is whole."""
        meta: dict[str, Any] = {"page": 1, "per_page": len(self.rows)}
        if len(set(self.totals)) == 1:
            meta["total"] = self.totals[0]
        else:
            # Somebody came or went between two pages: nobody knows who else is missing.
            meta |= {"total": None, "totals": self.totals}
        body = msgspec.json.encode({"response": self.rows, "meta": meta})
        return read(body, self.moment, source)
