"""Rows of campaigns in the ledger."""

from __future__ import annotations

import sqlite3
import zlib
from typing import Any, Final

import msgspec

from inroads.review.frozen_access import Frozen
from inroads.review.values import Decision, ReviewError, Verdict, one_line

DECISION: Final = "sequence, {0}.verdict, {0}.decider, {0}.moment, {0}.why, {0}.origin"


def insert_decision(
    rows: sqlite3.Connection,
    campaign_: int,
    item: int,
    verdict: str,
    by: str,
    moment: str,
    why: str,
    origin: int | None,
) -> None:
    query = (
        "INSERT INTO review_decisions (campaign, item, verdict, decider, moment, why, origin)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
    )
    number = rows.execute(query, (campaign_, item, verdict, by, moment, why, origin)).lastrowid
    rows.execute(
        "UPDATE review_items SET decision = ? WHERE campaign = ? AND number = ?",
        (number, campaign_, item),
    )


def has_reviews(rows: sqlite3.Connection) -> bool:
    found = rows.execute("SELECT count(*) FROM sqlite_master WHERE name = 'campaigns'").fetchone()
    return bool(found[0])


def find_campaign(rows: sqlite3.Connection, name: str) -> tuple[Any, ...] | None:
    number = int(name) if name.isdecimal() and name.isascii() and len(name) < 19 else 0
    query = "SELECT id, name, head, signed, forgotten FROM campaigns WHERE name = ? OR id = ? ORDER BY id LIMIT 1"
    found: tuple[Any, ...] | None = rows.execute(query, (one_line(name), number)).fetchone()
    return found


def read_decision(number: int | None, verdict: str, *rest: Any) -> Decision | None:
    return None if number is None else Decision(number, Verdict(verdict), *rest)


# Made here, since msgspec crashes if two threads use a struct for the first time at once.
_FROZEN: Final = msgspec.json.Decoder(Frozen)


def unpack(packed: bytes) -> Frozen:
    try:
        return _FROZEN.decode(zlib.decompress(packed))
    except (zlib.error, msgspec.DecodeError) as error:
        raise ReviewError(f"an item cannot be read: {error}", "LEDGER_CORRUPT") from error
