"""The pairs of an identity and a business that listings of team members name.

A row of a listing decides for its own pair as a team does for a whole business: what older
documents say of the membership, in whatever dialect, ends with it. It needs no cover, since it is a
claim itself: the newest row of each pair is kept in every claim set, even where a newer document
covers it, since what it ended does not come back.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Flags, Ints, firsts, ranges
from inroads.columns.claimset import SECTIONS
from inroads.model import Section

LISTED: Final = SECTIONS.index(Section.LISTED_MEMBER)
"""The section of the rows of listings."""


class ListedPairs(NamedTuple):
    """Pairs of nodes that rows of listings name, and the rank of the moment of the newest row.

    A pair is the identity times the number of nodes, `size`, plus the other node; they ascend.
    """

    pair: Ints
    latest: Ints
    size: int

    @classmethod
    def of(cls, claims: Any, era: Ints, size: int) -> ListedPairs:
        """Return the pairs of some claims; `era` is the rank of the moment of each document."""
        rows = np.flatnonzero(claims.section == LISTED)
        moment = era[claims.document[rows]]
        return cls._newest(claims.principal[rows], claims.resource[rows], moment, size)

    @classmethod
    def _newest(cls, identity: Ints, other: Ints, moment: Ints, size: int) -> ListedPairs:
        pair = identity.astype(np.int64) * size + other
        order = np.lexsort((moment, pair))
        last = order[np.roll(firsts(pair[order]), -1)]
        return cls(pair[last], moment[last], size)

    def on_accounts(self, keeps: Any) -> ListedPairs:
        """Return the pairs of the identities and the accounts that the businesses keep.

        A role on such an account is the membership's grant, in the older dialect.
        """
        order = np.argsort(keeps.principal, kind="stable")
        keeper, account = keeps.principal[order], keeps.resource[order]
        identity, business = np.divmod(self.pair, max(self.size, 1))
        first = np.searchsorted(keeper, business)
        count = np.searchsorted(keeper, business, side="right") - first
        kept = account[ranges(first, count)]
        named = np.repeat(identity, count), np.repeat(self.latest, count)
        return self._newest(named[0], kept, named[1], self.size)

    def allow(self, claims: Any, rows: Ints, era: Ints) -> Flags:
        """Return a mask of these claims: those that no newer row of a listing decides."""
        allowed = np.ones(len(rows), np.bool_)
        if len(self.pair):
            pair = claims.principal[rows].astype(np.int64) * self.size + claims.resource[rows]
            places = np.minimum(np.searchsorted(self.pair, pair), len(self.pair) - 1)
            named = self.pair[places] == pair
            allowed = ~named | (self.latest[places] <= era[claims.document[rows]])
        return allowed


def newest_rows(claims: Any, rows: Ints, moment: Ints, size: int) -> Flags:
    """Return a mask of these rows of listings: those at the newest moment of their pair.

    `moment` is the rank of the moment of each claim.
    """
    pair = claims.principal[rows].astype(np.int64) * size + claims.resource[rows]
    when = moment[rows]
    order = np.lexsort((when, pair))
    last = np.roll(firsts(pair[order]), -1)
    sizes = np.diff(np.flatnonzero(np.append(True, last)))
    newest = np.empty(len(rows), np.bool_)
    newest[order] = when[order] == np.repeat(when[order][last], sizes)
    return newest
