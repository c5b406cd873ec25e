"""Rows of campaigns in the ledger."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from inroads.review.frozen_access import Frozen
from inroads.review.values import Answer, Decided, Decision, ReviewError, Verdict, one_line

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
    point_to(rows, campaign_, item, number)


def point_to(rows: sqlite3.Connection, campaign_: int, item: int, decision: int | None) -> None:
    """Let a decision about an item count, or none."""
    rows.execute(
        "UPDATE review_items SET decision = ? WHERE campaign = ? AND number = ?",
        (decision, campaign_, item),
    )


def standing_decisions(
    rows: sqlite3.Connection, campaign_: int, item: int
) -> list[tuple[int, str]]:
    """Return the decisions about an item that were not withdrawn, as numbers and deciders.

    The last one counts; a withdrawal takes back the one that counted before it.
    """
    query = (
        "SELECT sequence, decider, verdict FROM review_decisions"
        " WHERE campaign = ? AND item = ? ORDER BY sequence"
    )
    standing: list[tuple[int, str]] = []
    for number, decider, verdict in rows.execute(query, (campaign_, item)):
        if verdict == Verdict.WITHDRAWN:
            standing.pop()
        else:
            standing.append((number, decider))
    return standing


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


def accesses_in(rows: sqlite3.Connection) -> str:
    """Return the table of the accesses of items, made of the items in a file of an older format."""
    query = "SELECT count(*) FROM sqlite_master WHERE name = 'review_accesses'"
    if rows.execute(query).fetchone()[0]:
        return "review_accesses"
    return (
        "(SELECT campaign, principal, resource, number AS item, '' AS label, fingerprint"
        " FROM review_items)"
    )


# Made here, since msgspec crashes if two threads use a struct for the first time at once.
_FROZEN: Final = msgspec.json.Decoder(Frozen)
_SEVERAL: Final = msgspec.json.Decoder(tuple[Frozen, ...])


def pack(accesses: Sequence[Frozen]) -> bytes:
    """Return the accesses of an item as they are stored."""
    return zlib.compress(msgspec.json.encode(accesses))


def unpack(packed: bytes) -> tuple[Frozen, ...]:
    """Return the accesses of an item. An item of an older format is a single access, no list."""
    try:
        data = zlib.decompress(packed)
        return _SEVERAL.decode(data) if data.startswith(b"[[") else (_FROZEN.decode(data),)
    except (zlib.error, msgspec.DecodeError) as error:
        raise ReviewError(f"an item cannot be read: {error}", "LEDGER_CORRUPT") from error


class Request(NamedTuple):
    """The identity of a request to decide: salted marks of its sender and its content."""

    mark: bytes
    asked: bytes

    @classmethod
    def of(
        cls, rows: sqlite3.Connection, campaign_: int, by: str, key: str, answers: Sequence[Answer]
    ) -> Request:
        if not 1 <= len(key) <= 200:
            raise ReviewError("a key must have 1 to 200 characters")
        (salt,) = rows.execute("SELECT value FROM salt").fetchone()
        asked = [(each.item, each.verdict.value, each.why, each.expect) for each in answers]
        # This encoding accepts any text.
        said = (repr(each).encode() for each in ((campaign_, by, key), asked))
        return cls(*(hashlib.blake2b(each, key=salt, digest_size=16).digest() for each in said))

    def before(self, rows: sqlite3.Connection) -> Decided | None:
        """Return the earlier result. Raises ReviewError KEY_REUSED for a different request."""
        query = "SELECT asked, new, known FROM review_requests WHERE mark = ?"
        found = rows.execute(query, (self.mark,)).fetchone()
        if found and found[0] != self.asked:
            raise ReviewError("this key was used for other decisions", "KEY_REUSED")
        return Decided(found[1], found[2], again=True) if found else None
