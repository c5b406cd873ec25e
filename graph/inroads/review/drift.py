"""The differences between the frozen accesses of a campaign and another graph."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import NamedTuple

from inroads.analysis.explain import explain
from inroads.network.access_graph import AccessGraph
from inroads.reach.questions import access
from inroads.review.frozen_access import Difference, Freezer, Frozen, Pair, Scope, frozen, selected
from inroads.review.grouping import compare, grouped
from inroads.review.items import find_item
from inroads.review.rows import accesses_in
from inroads.review.values import Drift, Item, Standing


class _Kept(NamedTuple):
    """An access of an item, with its fingerprint."""

    pair: Pair
    fingerprint: bytes


def drift_of(rows: sqlite3.Connection, number: int, scope: Scope, graph: AccessGraph) -> Drift:
    """Compare the items of a campaign with a graph; revocations are left out.

    An item has ended when none of its accesses is left, and has changed when one of them has.
    """
    items: defaultdict[int, list[_Kept]] = defaultdict(list)
    query = (
        f"SELECT item, principal, resource, fingerprint FROM {accesses_in(rows)} WHERE campaign = ?"  # noqa: S608  # ours
    )
    for item, principal, resource, fingerprint in rows.execute(query, (number,)):
        items[item].append(_Kept(Pair(principal, resource), fingerprint))
    query = "SELECT number, principal, resource FROM review_items WHERE campaign = ?"
    ends = {item: Pair(*pair) for item, *pair in rows.execute(query, (number,))}
    known = {kept.pair for each in items.values() for kept in each}
    stands = {Pair(each.principal, each.resource): each for each in frozen(graph, known)}
    changed: list[tuple[int, Pair, Difference]] = []
    ended: list[tuple[int, Pair]] = []
    unseen: list[tuple[int, Pair]] = []
    same = 0
    for item, pair in sorted(ends.items()):
        if not any(kept.pair in stands for kept in items[item]):
            (ended if all(each in graph for each in pair) else unseen).append((item, pair))
        elif all(_is_same(stands.get(kept.pair), kept.fingerprint) for kept in items[item]):
            same += 1
        else:
            before = find_item(rows, number, item).accesses
            after = [stands[kept.pair] for kept in items[item] if kept.pair in stands]
            changed.append((item, pair, compare(before, after)))
    appeared = _appeared(graph, scope, known)
    return Drift(graph.version, same, tuple(changed), tuple(ended), tuple(unseen), appeared)


def _is_same(now: Frozen | None, fingerprint: bytes) -> bool:
    return now is not None and now.fingerprint == fingerprint


def _appeared(graph: AccessGraph, scope: Scope, known: set[Pair]) -> tuple[Pair, ...]:
    """Return the accesses in a scope that no item has; those that would be one item count once."""
    new = ([pair for pair in group if pair not in known] for group in _groups(graph, scope))
    return tuple(sorted(pairs[0] for pairs in new if pairs))


def _groups(graph: AccessGraph, scope: Scope) -> list[tuple[Pair, ...]]:
    return grouped(graph, selected(graph, scope))


def standing_of(item: Item, graph: AccessGraph) -> Standing:
    """Return the standing of an item in a graph; the first access that stands is explained."""
    pairs = [(each.principal, each.resource) for each in item.accesses]
    known = (access(graph, *pair) for pair in pairs if all(end in graph for end in pair))
    stands = [each for each in known if each]
    if not stands:
        return Standing(None, None)
    freezer = Freezer(graph)
    after = [freezer.freeze(each) for each in stands]
    return Standing(compare(item.accesses, after), explain(graph, stands[0]))
