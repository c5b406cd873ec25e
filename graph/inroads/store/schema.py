"""The SQLite schema of a ledger, with its migrations."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping
from typing import Final

APPLICATION_ID: Final = 0x496E7264  # "Inrd"

# One entry a version: the statements that migrate the version before. Only append entries.
STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE documents (
            sequence    INTEGER PRIMARY KEY,  -- never given twice
            sha256      BLOB NOT NULL,        -- of the redacted canonical body, 32 bytes
            kind        TEXT NOT NULL,
            subject     TEXT NOT NULL,
            observed_at INTEGER NOT NULL,     -- microseconds since 1970, UTC
            source      TEXT NOT NULL,
            body        BLOB NOT NULL,        -- zlib; the last column, so that listing does not read it
            UNIQUE (sha256, observed_at, source)
        )
        """,
        "CREATE INDEX documents_by_subject ON documents (kind, subject, observed_at)",
        """
        CREATE TABLE tombstones (
            sequence  INTEGER PRIMARY KEY,    -- numbered with the documents, so that a reader notices
            moment    INTEGER NOT NULL,       -- as observed_at
            removed   INTEGER NOT NULL,
            rewritten INTEGER NOT NULL,
            erased    INTEGER NOT NULL        -- 1 when no byte is left in the file
        )
        """,
        """
        CREATE TABLE forgotten (
            mark  BLOB PRIMARY KEY,           -- see _mark
            until INTEGER NOT NULL            -- as observed_at; an observation after it is a new one
        ) WITHOUT ROWID
        """,
        "CREATE TABLE salt (value BLOB NOT NULL)",
        "INSERT INTO salt VALUES (randomblob(32))",
    ),
    (  # the tables of `review`, which have no part in the sequence of the log
        """
        CREATE TABLE campaigns (
            id        INTEGER PRIMARY KEY,
            name      TEXT NOT NULL,
            head      BLOB NOT NULL,          -- JSON: what was frozen of the whole
            signed    BLOB,                   -- JSON: who signed it off; NULL while it is open
            forgotten INTEGER NOT NULL        -- items that went with the persons they were about
        )
        """,
        """
        CREATE TABLE review_items (
            campaign    INTEGER NOT NULL,
            number      INTEGER NOT NULL,     -- in the order of review, from 1
            principal   TEXT NOT NULL,
            label       TEXT NOT NULL,        -- what the principal is called, such as their email
            resource    TEXT NOT NULL,
            business    TEXT NOT NULL,        -- the resource, or the business that keeps it
            roles       TEXT NOT NULL,        -- with a blank before and after each
            certainty   TEXT NOT NULL,
            state       TEXT NOT NULL,
            opened      TEXT NOT NULL,        -- why it is in the campaign
            fingerprint BLOB NOT NULL,
            previous    INTEGER,              -- the last decision about it in the campaign before
            decision    INTEGER,              -- the last decision about it here
            frozen      BLOB NOT NULL,        -- zlib; the last column, so that listing does not read it
            PRIMARY KEY (campaign, number),
            UNIQUE (campaign, principal, resource)
        )
        """,
        "CREATE INDEX review_items_undecided ON review_items (campaign, number) WHERE decision IS NULL",
        "CREATE INDEX review_items_by_business ON review_items (campaign, business)",
        """
        CREATE TABLE review_decisions (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice
            campaign INTEGER NOT NULL,
            item     INTEGER NOT NULL,
            verdict  TEXT NOT NULL,
            decider  TEXT NOT NULL,
            moment   TEXT NOT NULL,           -- RFC 3339, UTC
            why      TEXT NOT NULL,
            origin   INTEGER                  -- the decision that this one was carried over from
        )
        """,
        "CREATE INDEX review_decisions_by_item ON review_decisions (campaign, item)",
        """
        CREATE TABLE review_endings (
            campaign  INTEGER NOT NULL,
            principal TEXT NOT NULL,
            resource  TEXT NOT NULL,
            kind      TEXT NOT NULL,
            previous  INTEGER,                -- the last decision about it in the campaign before
            PRIMARY KEY (campaign, principal, resource)
        ) WITHOUT ROWID
        """,
    ),
    (  # requests to decide, to recognise a retry; only salted hashes
        """
        CREATE TABLE review_requests (
            mark  BLOB PRIMARY KEY,           -- of the campaign, who decided, and their key; salted
            asked BLOB NOT NULL,              -- of what was to be decided; salted
            new   INTEGER NOT NULL,           -- how many decisions it added
            known INTEGER NOT NULL            -- how many stood already
        ) WITHOUT ROWID
        """,
    ),
    (  # documents that somebody took back
        """
        CREATE TABLE retractions (
            sequence INTEGER PRIMARY KEY,     -- of its tombstone
            sha256   BLOB NOT NULL,
            moment   INTEGER NOT NULL,        -- when it was taken back, as observed_at
            why      TEXT NOT NULL
        )
        """,
    ),
    (  # how the moments of documents are known; those of documents without a row were not recorded
        """
        CREATE TABLE moment_sources (
            sequence INTEGER PRIMARY KEY,     -- of the document
            source   INTEGER NOT NULL         -- see MOMENT_SOURCES in columns/claimset.py; the surest is the largest
        )
        """,
    ),
    (  # the accesses of review items; before, each item had one
        """
        CREATE TABLE review_accesses (
            campaign    INTEGER NOT NULL,
            principal   TEXT NOT NULL,
            resource    TEXT NOT NULL,
            item        INTEGER NOT NULL,     -- the number of its item
            label       TEXT NOT NULL,        -- what the resource is called; empty in older campaigns
            fingerprint BLOB NOT NULL,        -- of this access alone
            PRIMARY KEY (campaign, principal, resource)
        ) WITHOUT ROWID
        """,
        """
        INSERT INTO review_accesses
            SELECT campaign, principal, resource, number, '', fingerprint FROM review_items
        """,
    ),
)

READABLE: Final = 1
"""The oldest format that is readable without migration: later steps only add tables."""

FAULTS: Final[Mapping[int, tuple[str, str]]] = {
    sqlite3.SQLITE_BUSY: ("LEDGER_BUSY", "another process holds it"),
    sqlite3.SQLITE_LOCKED: ("LEDGER_BUSY", "another operation holds it"),
    sqlite3.SQLITE_PROTOCOL: ("LEDGER_BUSY", "too many processes use it at once"),
    sqlite3.SQLITE_READONLY: ("LEDGER_READ_ONLY", "it cannot be written"),
    sqlite3.SQLITE_PERM: ("LEDGER_READ_ONLY", "it may not be opened"),
    sqlite3.SQLITE_CANTOPEN: ("LEDGER_READ_ONLY", "it or its folder may not be written"),
    sqlite3.SQLITE_FULL: ("LEDGER_FULL", "the disk is full"),
    sqlite3.SQLITE_IOERR_WRITE: ("LEDGER_FULL", "the disk is full"),
    sqlite3.SQLITE_IOERR_TRUNCATE: ("LEDGER_FULL", "the disk is full"),
    sqlite3.SQLITE_IOERR_FSYNC: ("LEDGER_FULL", "the disk does not confirm the write"),
    sqlite3.SQLITE_IOERR_DIR_FSYNC: ("LEDGER_FULL", "the disk does not confirm the write"),
    sqlite3.SQLITE_IOERR_SHMSIZE: ("LEDGER_FULL", "the disk is full"),
    sqlite3.SQLITE_IOERR_SHMOPEN: ("LEDGER_READ_ONLY", "it or its folder may not be written"),
}
"""The meanings of SQLite's result codes, extended codes before primary ones.

Any other code means a damaged file.
"""
UNREADABLE: Final = (
    zlib.error,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
)
"""The errors that damaged columns cause."""
