"""Opening a campaign: its items, frozen as they are."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import Any, Final, NamedTuple

import msgspec

from inroads.model import Coverage, NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.reach.questions import access
from inroads.review.campaign import Campaign
from inroads.review.frozen_access import (
    Frozen,
    Pair,
    Risk,
    Scope,
    business_of,
    frozen,
    resolved,
    risk,
    selected,
)
from inroads.review.grouping import Group, grouped
from inroads.review.rows import DECISION, accesses_in, find_campaign, insert_decision, pack
from inroads.review.values import (
    CONTESTED,
    Gone,
    Head,
    Opened,
    ReviewError,
    Verdict,
    checked_line,
    rfc3339,
)
from inroads.store.ledger import Ledger


def start(
    ledger: Ledger,
    graph: AccessGraph,
    scope: Scope,
    name: str,
    *,
    by: str,
    now: dt.datetime,
    as_of: dt.datetime | None = None,
    due: dt.datetime | None = None,
    previous: Campaign | None = None,
    position: int | None = None,
    most: int | None = None,
) -> Campaign:
    """Freeze the accesses of a scope into a new campaign of a ledger.

    With a `previous` campaign its decisions are carried over. A KEEP about an access that has not
    changed since counts again; all other items are opened again, and say what changed. `position`
    is the ledger's sequence up to which the graph has read, so that a person who was forgotten
    since does not come back. `most` is the most accesses of a campaign. Raises ReviewError
    CAMPAIGN_EXISTS, CAMPAIGN_EMPTY, CAMPAIGN_TOO_LARGE and STALE_GRAPH, and NotFound for a scope
    that names an unknown node.
    """
    name, by = checked_line(name, "the name", 200), checked_line(by, "who starts it", 200)
    if name.isdecimal():
        raise ReviewError(
            "the name of a campaign must not be a number: numbers identify campaigns", "BAD_NAME"
        )
    scope = resolved(graph, scope)
    groups = grouped(graph, selected(graph, scope))
    chosen = list(chain.from_iterable(groups))
    if not chosen:
        raise ReviewError("the scope has no access", "CAMPAIGN_EMPTY")
    if most is not None and len(chosen) > most:
        raise ReviewError(
            f"the scope has {len(chosen)} accesses; a campaign may have at most {most}",
            "CAMPAIGN_TOO_LARGE",
        )
    made = list(_made(graph, groups))
    head = Head(
        scope,
        graph.version,
        graph.policy.digest,
        rfc3339(as_of) if as_of else None,
        by,
        rfc3339(now),
        rfc3339(due) if due else None,
        _coverage(graph, scope),
        len(made),
        previous.id if previous else None,
    )
    encoded = msgspec.json.encode(head)
    # Decisions made while the accesses were frozen are carried over, too.
    with ledger.changing() as rows:
        if find_campaign(rows, name) is not None:
            raise ReviewError(f"the ledger already has a campaign {name!r}", "CAMPAIGN_EXISTS")
        if position is not None and ledger.forgetting > position:
            raise ReviewError(
                "a person was forgotten since the graph was made: ask again", "STALE_GRAPH"
            )
        added = rows.execute(
            "INSERT INTO campaigns (name, head, forgotten) VALUES (?, ?, 0)", (name, encoded)
        )
        number = added.lastrowid or 0
        _open(rows, number, graph, made, _left(rows, previous.id) if previous else {})
    return Campaign(ledger, number, name, encoded, None, 0)


class _Made(NamedTuple):
    """An item ready to be written, with the accesses that it covers."""

    risk: Risk
    accesses: tuple[_Access, ...]
    columns: tuple[str, ...]
    packed: bytes

    @classmethod
    def of(cls, graph: AccessGraph, accesses: Sequence[Frozen]) -> _Made:
        first = accesses[0]
        business = business_of(graph, first.resource)
        marks = [CONTESTED] if first.contested_roles else []
        roles = f" {' '.join([*first.roles, *marks])} "
        columns = (
            first.principal,
            first.who,
            first.resource,
            business,
            roles,
            first.certainty,
            first.state,
        )
        return cls(
            risk(graph, first, business),
            tuple(
                _Access(Pair(each.principal, each.resource), each.what, each.fingerprint)
                for each in accesses
            ),
            columns,
            pack(accesses),
        )

    @property
    def fingerprint(self) -> bytes:
        """The fingerprint of the item: that of its access, or a digest of those of both."""
        if len(self.accesses) == 1:
            return self.accesses[0].fingerprint
        together = b"".join(each.fingerprint for each in self.accesses)
        return hashlib.sha256(together).digest()[:16]


class _Access(NamedTuple):
    pair: Pair
    label: str
    fingerprint: bytes


def _made(graph: AccessGraph, groups: Sequence[Group]) -> Iterator[_Made]:
    """Yield the items of these accesses. Groups are those of one principal after the other."""
    of = {
        principal: list(mine)
        for principal, mine in groupby(groups, lambda group: group[0].principal)
    }
    every = frozen(graph, chain.from_iterable(groups))
    for principal, accesses in groupby(every, lambda access: access.principal):
        stands = {Pair(each.principal, each.resource): each for each in accesses}
        for group in of[principal]:
            if known := [stands[pair] for pair in group if pair in stands]:
                yield _Made.of(graph, known)


def _open(
    rows: sqlite3.Connection,
    number: int,
    graph: AccessGraph,
    made: Sequence[_Made],
    before: dict[Pair, _Left],
) -> None:
    """Write a campaign's items in the order of review, with the previous decisions."""
    lefts = [
        _left_together([before.pop(access.pair, None) for access in each.accesses], each.accesses)
        for each in made
    ]
    order = sorted(
        range(len(made)),
        key=lambda at: (lefts[at].opened is not Opened.STILL_THERE, made[at].risk),
    )
    rows.executemany(
        f"INSERT INTO review_items ({_COLUMNS}) VALUES ({', '.join('?' * 13)})",  # noqa: S608  # our own names
        (
            (
                number,
                place,
                *made[at].columns,
                lefts[at].opened,
                made[at].fingerprint,
                lefts[at].decision,
                made[at].packed,
            )
            for place, at in enumerate(order, 1)
        ),
    )
    rows.executemany(
        "INSERT INTO review_accesses VALUES (?, ?, ?, ?, ?, ?)",
        (
            (number, *each.pair, place, each.label, each.fingerprint)
            for place, at in enumerate(order, 1)
            for each in made[at].accesses
        ),
    )
    for place, at in enumerate(order, 1):
        if carried := lefts[at].carried:
            insert_decision(rows, number, place, *carried)
    rows.executemany(
        "INSERT INTO review_endings VALUES (?, ?, ?, ?, ?)",
        ((number, *pair, kind, decision) for pair, kind, decision in _endings(graph, before)),
    )


def _endings(
    graph: AccessGraph, before: dict[Pair, _Left]
) -> Iterator[tuple[Pair, Gone, int | None]]:
    """Yield the accesses that are not in the new campaign.

    A business and its account that were one item, and have the same fate, are told once.
    """
    told = set()
    for pair, left in sorted(before.items(), key=lambda each: (_is_account(each[0]), each[0])):
        kind = _gone(graph, pair)
        if (left.item, kind) not in told:
            told.add((left.item, kind))
            yield pair, kind, left.decision


def _is_account(pair: Pair) -> bool:
    return kind_of(pair.resource) is NodeKind.ACCOUNT


_COLUMNS: Final = (
    "campaign, number, principal, label, resource, business, roles, certainty, state, opened, fingerprint, previous,"
    " frozen"
)


class _Left(NamedTuple):
    """An access of the previous campaign: its item, its fingerprint and the last decision, if any."""

    item: int
    fingerprint: bytes
    decision: int | None
    verdict: str | None
    by: str | None
    moment: str | None
    why: str | None
    origin: int | None

    @property
    def carried(self) -> tuple[Any, ...]:
        """The decision for the next campaign. It keeps its decider, moment, reason and origin."""
        return self.verdict, self.by, self.moment, self.why, self.origin or self.decision


class _Before(NamedTuple):
    """The reason why an item is opened, the decision before, and the one that is carried over."""

    opened: Opened
    decision: int | None = None
    carried: tuple[Any, ...] | None = None


_URGENT: Final = (Verdict.REVOKE, Verdict.UNSURE, None)
"""Verdicts that open an item again, the most urgent first; None is no decision."""


def _left_together(lefts: Sequence[_Left | None], accesses: Sequence[_Access]) -> _Before:
    """Join what the campaign before left of the accesses of an item.

    A KEEP is carried over only if each access was kept and none has changed. Otherwise the most
    urgent decision about any of them says why the item is opened again.
    """
    known = [left for left in lefts if left]
    if not known:
        return _Before(Opened.NEW)
    for verdict in _URGENT:
        for left in known:
            if left.verdict == verdict:
                return _Before(_AGAIN[verdict], left.decision)
    same = [left and left.fingerprint for left in lefts] == [each.fingerprint for each in accesses]
    first = known[0]
    if same:
        return _Before(Opened.CARRIED, first.decision, first.carried)
    return _Before(Opened.CHANGED, first.decision)


_AGAIN: Final = {
    Verdict.REVOKE: Opened.STILL_THERE,
    Verdict.UNSURE: Opened.UNSURE,
    None: Opened.UNDECIDED,
}


def _gone(graph: AccessGraph, pair: Pair) -> Gone:
    if pair.principal not in graph or pair.resource not in graph:
        return Gone.UNSEEN
    return Gone.OUT_OF_SCOPE if access(graph, *pair) else Gone.ENDED


def _left(rows: sqlite3.Connection, number: int) -> dict[Pair, _Left]:
    """Return what a campaign left of each access, for the campaign after it."""
    query = f"""
        SELECT a.principal, a.resource, a.item, a.fingerprint, d.{DECISION.format("d")} FROM {accesses_in(rows)} a
        JOIN review_items i ON i.campaign = a.campaign AND i.number = a.item
        LEFT JOIN review_decisions d ON d.sequence = i.decision WHERE a.campaign = ?"""  # noqa: S608  # ours
    return {Pair(*row[:2]): _Left(*row[2:]) for row in rows.execute(query, (number,))}


def _coverage(graph: AccessGraph, scope: Scope) -> Coverage:
    """Return the coverage of a scope, with the notes of the nodes that it names."""
    whole = graph.coverage()
    parts = [graph.coverage_of_reach(each) for each in scope.identities]
    if not parts:
        parts = [graph.coverage_of_reached_by(each) for each in scope.resources]
    if not parts:
        return whole
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    return msgspec.structs.replace(
        whole, complete=all(part.complete for part in parts), notes=notes
    )
