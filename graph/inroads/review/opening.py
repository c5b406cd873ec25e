"""Opening a campaign: its items, frozen as they are."""

from __future__ import annotations

import datetime as dt
import sqlite3
import zlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from inroads.model import Coverage
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
    pairs,
    resolved,
    risk,
    selected,
)
from inroads.review.rows import DECISION, find_campaign, insert_decision
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
    chosen = pairs(graph, selected(graph, scope))
    if not chosen:
        raise ReviewError("the scope has no access", "CAMPAIGN_EMPTY")
    if most is not None and len(chosen) > most:
        raise ReviewError(
            f"the scope has {len(chosen)} accesses; a campaign may have at most {most}",
            "CAMPAIGN_TOO_LARGE",
        )
    made = [_Made.of(graph, each) for each in frozen(graph, chosen)]
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
    """An access ready to be written; its first fields are the sort key."""

    risk: Risk
    fingerprint: bytes
    columns: tuple[str, ...]
    packed: bytes

    @classmethod
    def of(cls, graph: AccessGraph, each: Frozen) -> _Made:
        business = business_of(graph, each.resource)
        marks = [CONTESTED] if each.contested_roles else []
        roles = f" {' '.join([*each.roles, *marks])} "
        columns = (
            each.principal,
            each.who,
            each.resource,
            business,
            roles,
            each.certainty,
            each.state,
        )
        return cls(
            risk(graph, each, business),
            each.fingerprint,
            columns,
            zlib.compress(msgspec.json.encode(each)),
        )


def _open(
    rows: sqlite3.Connection,
    number: int,
    graph: AccessGraph,
    made: Sequence[_Made],
    before: dict[Pair, _Left],
) -> None:
    """Write a campaign's items in the order of review, with the previous decisions."""
    lefts = [before.pop(Pair(each.risk.principal, each.risk.resource), None) for each in made]
    opened = [_opened(left, each.fingerprint) for each, left in zip(made, lefts, strict=True)]
    order = sorted(
        range(len(made)), key=lambda at: (opened[at] is not Opened.STILL_THERE, made[at].risk)
    )
    rows.executemany(
        f"INSERT INTO review_items ({_COLUMNS}) VALUES ({', '.join('?' * 13)})",  # noqa: S608  # our own names
        (
            (
                number,
                place,
                *made[at].columns,
                opened[at],
                made[at].fingerprint,
                left and left.decision,
                made[at].packed,
            )
            for place, at in enumerate(order, 1)
            for left in (lefts[at],)
        ),
    )
    for place, at in enumerate(order, 1):
        left = lefts[at]
        if left and opened[at] is Opened.CARRIED:
            insert_decision(rows, number, place, *left.carried)
    endings = ((number, *pair, _gone(graph, pair), left.decision) for pair, left in before.items())
    rows.executemany("INSERT INTO review_endings VALUES (?, ?, ?, ?, ?)", endings)


_COLUMNS: Final = (
    "campaign, number, principal, label, resource, business, roles, certainty, state, opened, fingerprint, previous,"
    " frozen"
)


class _Left(NamedTuple):
    """An access of the previous campaign: its fingerprint and last decision, if any."""

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


def _opened(left: _Left | None, fingerprint: bytes) -> Opened:
    """Return why an item is opened. Only a KEEP about an unchanged access is carried over."""
    if left is None:
        return Opened.NEW
    if left.verdict is None:
        return Opened.UNDECIDED
    if left.verdict == Verdict.KEEP:
        return Opened.CARRIED if left.fingerprint == fingerprint else Opened.CHANGED
    return Opened.STILL_THERE if left.verdict == Verdict.REVOKE else Opened.UNSURE


def _gone(graph: AccessGraph, pair: Pair) -> Gone:
    if pair.principal not in graph or pair.resource not in graph:
        return Gone.UNSEEN
    return Gone.OUT_OF_SCOPE if access(graph, *pair) else Gone.ENDED


def _left(rows: sqlite3.Connection, number: int) -> dict[Pair, _Left]:
    """Return what a campaign left of each access, for the campaign after it."""
    query = f"""
        SELECT i.principal, i.resource, i.fingerprint, d.{DECISION.format("d")} FROM review_items i
        LEFT JOIN review_decisions d ON d.sequence = i.decision WHERE i.campaign = ?"""  # noqa: S608  # our own names
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
