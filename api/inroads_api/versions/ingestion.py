"""Ingestion: documents are read, written to the ledger in one batch, and get a receipt each."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from inroads.documents.reader import Observation, read
from inroads.errors import InroadsError, Rejection
from inroads.model import Document
from inroads.sources.chunks import not_of_the_future
from inroads.store.ledger import BUSY_SECONDS, Ledger
from inroads_api.clock import utcnow
from inroads_api.limits import MAX_FIRST
from inroads_api.versions.cache import Room
from inroads_api.versions.versions import token

SOURCE: Final = "ingest"
"""The source of documents without one: constant, so that a repeated observation is known."""

MAX_HANDING_IN: Final = 8
"""The most requests that write or wait to write."""


class IngestStatus(StrEnum):
    """The outcome of the ingestion of a document."""

    ADDED = "ADDED"
    KNOWN = "KNOWN"
    REJECTED = "REJECTED"
    FORGOTTEN = "FORGOTTEN"


class Receipt(NamedTuple):
    """The receipt of a document: its `sha256` if it is in the ledger, or why it was rejected."""

    status: IngestStatus
    sha256: str | None = None
    code: str | None = None
    pointer: str | None = None
    message: str | None = None


class Ingested(NamedTuple):
    """The receipts of documents in order, and the token of a version that includes them."""

    receipts: tuple[Receipt, ...]
    token: str


class Intake:
    """The intake of documents, safe for threads. `committed` is called after each written batch.

    `busy` is the longest wait for a locked ledger, in seconds.
    """

    def __init__(
        self,
        ledger: Path,
        committed: Callable[[], None] | None = None,
        busy: float = BUSY_SECONDS,
        now: Callable[[], dt.datetime] = utcnow,
    ) -> None:
        self._ledger, self._committed, self._busy, self._now = ledger, committed, busy, now
        self._room, self._writing = Room(MAX_HANDING_IN), threading.Lock()

    def take(self, documents: Sequence[object]) -> Ingested:
        """Write documents or envelopes, as JSON values, to the ledger in one transaction.

        A document without an envelope is observed now. Raises InroadsError TOO_MANY_DOCUMENTS,
        BUSY and the codes of LedgerError; then nothing was written.
        """
        if len(documents) > MAX_FIRST:
            raise InroadsError(
                f"there are {len(documents)} documents; the limit is {MAX_FIRST}",
                "TOO_MANY_DOCUMENTS",
            )
        moment = self._now()
        arrived = [_read(each, moment) for each in documents]
        taken = [each.document for each in arrived if isinstance(each, Observation)]
        with self._opened() as ledger:
            statuses = iter(_added(ledger, taken))
            position = ledger.sequence
        if self._committed:
            self._committed()
        receipts = (
            _rejected(each) if isinstance(each, Rejection) else _kept(each, next(statuses))
            for each in arrived
        )
        return Ingested(tuple(receipts), token(position))

    @contextmanager
    def _opened(self) -> Iterator[Ledger]:
        """Open the ledger for one request at a time."""
        with self._room.seat():
            if not self._writing.acquire(timeout=self._busy):
                raise InroadsError(
                    "other requests are writing to the ledger: retry later", "LEDGER_BUSY"
                )
            try:
                with Ledger(self._ledger, create=False, busy=self._busy) as ledger:
                    yield ledger
            finally:
                self._writing.release()


def _read(value: object, moment: dt.datetime) -> Observation | Rejection:
    try:
        found = read(json.dumps(value, allow_nan=False).encode(), moment, SOURCE)
        return not_of_the_future(found, moment)
    except (ValueError, RecursionError):  # their messages may quote the value
        return Rejection(
            SOURCE, "", "not_json", "it has a number or a nesting that JSON cannot represent"
        )


def _added(ledger: Ledger, documents: Sequence[Document]) -> list[IngestStatus]:
    """Commit documents and return the outcome of each."""
    known = {_observation(each) for each in documents if _holds(ledger, each)}
    if documents:
        ledger.add(documents, batch=len(documents))
    statuses = []
    for each in documents:
        if _observation(each) in known:
            statuses.append(IngestStatus.KNOWN)
        elif _holds(ledger, each):
            statuses.append(IngestStatus.ADDED)
            known.add(_observation(each))  # repeated in this batch it is known
        else:
            statuses.append(IngestStatus.FORGOTTEN)
    return statuses


def _observation(document: Document) -> tuple[str, dt.datetime, str]:
    """The identity of an observation."""
    return document.sha256, document.observed_at, document.source


def _holds(ledger: Ledger, document: Document) -> bool:
    found = ledger.find(document.sha256)
    return any(
        (each.sha256, each.observed_at, each.source) == _observation(document) for each in found
    )


def _kept(observation: Observation, status: IngestStatus) -> Receipt:
    return Receipt(
        status, None if status is IngestStatus.FORGOTTEN else observation.document.sha256
    )


def _rejected(rejection: Rejection) -> Receipt:
    return Receipt(
        IngestStatus.REJECTED, None, rejection.code, rejection.pointer, rejection.message
    )
