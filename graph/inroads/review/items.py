"""Items of a campaign, read from the rows of a ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

from inroads.review.frozen_access import Pair
from inroads.review.grouping import compare
from inroads.review.rows import DECISION, accesses_in, read_decision, unpack
from inroads.review.values import Filter, Item, Opened, Order, ReviewError

ITEMS: Final = f"""
    SELECT i.number, i.business, i.opened, i.fingerprint, i.frozen,
        d.{DECISION.format("d")}, p.{DECISION.format("p")}, q.frozen
    FROM review_items i
        LEFT JOIN review_decisions d ON d.sequence = i.decision
        LEFT JOIN review_decisions p ON p.sequence = i.previous
        LEFT JOIN review_items q ON q.campaign = p.campaign AND q.number = p.item AND i.opened != 'CARRIED'
    WHERE i.campaign = ?"""  # noqa: S608  # our own names


def part_of(
    rows: sqlite3.Connection,
    campaign_: int,
    chosen: Filter,
    after: int,
    limit: int | None,
    before: int | None,
    backwards: bool = False,
) -> tuple[str, list[object]]:
    """Return the rest of a query of items, and its parameters."""
    where, given = chosen.where(campaign_, accesses_in(rows))
    # Few items: their own index leads to them, not the index of numbers.
    number = "+i.number" if chosen.of else "i.number"
    upto = "" if before is None else f" AND {number} < ?"
    order = " DESC" if backwards else ""
    ends = [after] if before is None else [after, before]
    values = [*ends, *given, -1 if limit is None else limit]
    return f" AND {number} > ?{upto}{where} ORDER BY {number}{order} LIMIT ?", values


def numbered(
    rows: sqlite3.Connection,
    campaign_: int,
    chosen: Filter,
    after: int = 0,
    limit: int | None = None,
    before: int | None = None,
) -> tuple[str, list[object]]:
    """Return a query of numbers of items, and its parameters."""
    where, given = part_of(rows, campaign_, chosen, after, limit, before)
    joined = " LEFT JOIN review_decisions d ON d.sequence = i.decision" if chosen.verdict else ""
    return f"SELECT i.number FROM review_items i{joined} WHERE i.campaign = ?{where}", [  # noqa: S608  # ours
        campaign_,
        *given,
    ]


def numbers_of(
    rows: sqlite3.Connection,
    number: int,
    chosen: Filter,
    after: int = 0,
    limit: int | None = None,
    before: int | None = None,
) -> list[int]:
    query, given = numbered(rows, number, chosen, after, limit, before)
    return [each for (each,) in rows.execute(query, given)]


_ORDERS: Final = {
    Order.RISK: "number",
    Order.BUSINESS: "business, number",
    # By name, as people look for each other; two people may have one name.
    Order.PERSON: "lower(label), principal, number",
}


def numbers_by(
    rows: sqlite3.Connection, number: int, chosen: Filter, order: Order, most: int
) -> list[int]:
    """Return the numbers of items in an order, at most some of them."""
    query, given = numbered(rows, number, chosen)
    found = f"""
        SELECT number FROM review_items WHERE campaign = ? AND number IN ({query})
        ORDER BY {_ORDERS[order]} LIMIT ?"""  # noqa: S608  # our own names
    return [each for (each,) in rows.execute(found, (number, *given, most))]


def items_of(rows: sqlite3.Connection, number: int, wanted: Sequence[int]) -> Iterator[Item]:
    """Yield items by their numbers, in no certain order; those that are not there are left out."""
    places = ", ".join("?" * len(wanted))
    for row in rows.execute(f"{ITEMS} AND i.number IN ({places})", (number, *wanted)):
        yield read_item(row)


def find_item(rows: sqlite3.Connection, number: int, key: int | Pair) -> Item:
    where = " AND i.number = ?"
    if isinstance(key, Pair):
        where = (
            f" AND i.number = (SELECT a.item FROM {accesses_in(rows)} a"  # noqa: S608  # ours
            " WHERE a.campaign = i.campaign AND a.principal = ? AND a.resource = ?)"
        )
    row = rows.execute(
        ITEMS + where, (number, *(key if isinstance(key, Pair) else (key,)))
    ).fetchone()
    if row is None:
        shown = " ".join(key) if isinstance(key, Pair) else key
        raise ReviewError(f"the campaign has no item {shown}", "ITEM_UNKNOWN")
    return read_item(row)


def read_item(row: Sequence[Any]) -> Item:
    number, business, opened, print_, packed = row[:5]
    now, before = unpack(packed), row[17]
    compared = compare(unpack(before), now, *_PARTS) if before is not None else None
    decisions = read_decision(*row[5:11]), read_decision(*row[11:17])
    return Item(
        number, business, Opened(opened), print_.hex(), now[0], *decisions, compared, *now[1:]
    )


_PARTS: Final = ("{} is no part of this item now", "{} is part of this item now")
"""The sentences about accesses that only one of two campaigns has in this item."""
