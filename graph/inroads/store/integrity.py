"""Checks of a ledger file, and the problems that they report."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from inroads.documents.reader import restore
from inroads.moments import moment_of
from inroads.store.schema import UNREADABLE


class Problem(NamedTuple):
    """A fault of the file; `sequence` names the document if it is the fault of one.

    `code` is DATABASE (SQLite's own check), BODY (does not decompress, or is no document),
    CANONICAL (not in canonical form), SHA256, COLUMN (disagrees with the body), REVIEW (an item of
    a campaign cannot be read) or ERASURE (forgotten, but bytes of it may remain: `compact`).
    """

    code: str
    sequence: int | None
    message: str


def review_problems(snapshot: sqlite3.Connection) -> Iterator[Problem]:
    if not snapshot.execute(
        "SELECT count(*) FROM sqlite_master WHERE name = 'review_items'"
    ).fetchone()[0]:
        # The file has an older format, without reviews.
        return
    for campaign, number, frozen in snapshot.execute(
        "SELECT campaign, number, frozen FROM review_items"
    ):
        try:
            msgspec.json.decode(zlib.decompress(frozen))
        except UNREADABLE as error:
            yield Problem(
                "REVIEW", None, f"item {number} of campaign {campaign} cannot be read: {error}"
            )


def problems_of(
    sequence: int, sha256: Any, kind: Any, subject: Any, moment: Any, source: Any, body: Any
) -> Iterator[Problem]:
    try:
        plain = zlib.decompress(body)
        digest = hashlib.sha256(plain).digest()
        document = restore(plain, digest.hex(), moment_of(moment), source).document
    except UNREADABLE as error:
        yield Problem("BODY", sequence, f"it cannot be read: {error}")
        return
    if msgspec.json.encode(msgspec.json.decode(plain), order="sorted") != plain:
        yield Problem("CANONICAL", sequence, "its body is not in canonical form")
    if digest != sha256:
        yield Problem("SHA256", sequence, "its sha-256 does not match its body")
    for name, said, shown in (
        ("kind", kind, document.kind),
        ("subject", subject, document.subject),
    ):
        if said != shown:
            yield Problem("COLUMN", sequence, f"its {name} differs from its body")
