"""Accesses that are decided together, as one item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import numpy as np

from inroads.columns.arrays import Flags
from inroads.columns.claimset import KINDS, NONE
from inroads.model import NodeKind
from inroads.network.access_graph import AccessGraph
from inroads.reach.everyone import Accesses
from inroads.review.frozen_access import Difference, Frozen, Pair, difference, pairs

Group = tuple[Pair, ...]
"""The accesses of an item: to a business and to the account that it keeps, or a single one."""


def grouped(graph: AccessGraph, found: Accesses) -> list[Group]:
    """Join a principal's access to a business with that to the account which the business keeps.

    Both are one scope, and KEEPS carries each role from one to the other, so that one decision can
    cover both. They stay two items wherever it would hide something:

    - Their roles, contested roles, certainty or state differ, such as a role on the account that
      the business does not convey. A filter by role, and the order of review, would see one of
      both, and one verdict could not be right for both.
    - Records contradict each other about who keeps the account, or several businesses keep it, or
      the business keeps several. Then it is a judgement which of them are one scope.
    - Only one of both is in the scope of the campaign.

    `found` is sorted by principal and resource, as `selected` returns it.
    """
    index = graph.index
    keys = found.principal.astype(np.int64) * index.size + found.resource
    keeper = index.joined[found.resource].astype(np.int64)
    is_kept = (found.resource >= graph.fold.kind_starts[KINDS.index(NodeKind.ACCOUNT)]) & (
        keeper != NONE
    )
    is_kept &= ~np.isin(found.resource, index.entangled) & ~np.isin(keeper, index.entangled)
    if index.contested_keeps is not None:
        is_kept &= ~index.contested_keeps[found.resource]
    accounts = np.flatnonzero(is_kept)
    wanted = found.principal[accounts].astype(np.int64) * index.size + keeper[accounts]
    businesses = np.searchsorted(keys, wanted)
    there = keys[np.minimum(businesses, len(keys) - 1)] == wanted if len(keys) else wanted == NONE
    accounts, businesses = accounts[there], businesses[there]
    same = _alike(found, accounts, businesses)
    account_of = dict(zip(businesses[same].tolist(), accounts[same].tolist(), strict=True))
    joined, ends = set(account_of.values()), pairs(graph, found)
    return [
        (pair, ends[account_of[place]]) if place in account_of else (pair,)
        for place, pair in enumerate(ends)
        if place not in joined
    ]


def _alike(found: Accesses, some: np.ndarray, others: np.ndarray) -> Flags:
    """Return a mask of the rows that say the same as others but for the resource."""
    same = np.ones(len(some), np.bool_)
    for column in (found.certainty, found.state, found.roles, found.sound):
        same &= column[some] == column[others]
    return same


def compare(
    before: Sequence[Frozen],
    after: Sequence[Frozen],
    gone: str = "{} is no longer reached",
    more: str = "{} is reached, too",
) -> Difference:
    """Compare two states of the accesses of an item; `gone` and `more` tell of whole accesses."""
    olds, news = ({each.resource: each for each in side} for side in (before, after))
    parts = [difference(olds[key], news[key]) for key in olds if key in news]
    facts = [gone.format(olds[key].what) for key in olds if key not in news]
    facts += [more.format(news[key].what) for key in news if key not in olds]

    def united(of: Callable[[Difference], Iterable[str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chain.from_iterable(map(of, parts))))

    return Difference(
        (*united(lambda each: each.facts), *facts),
        united(lambda each: each.gained),
        united(lambda each: each.lost),
        united(lambda each: each.grants),
    )
