"""Documents that are handed in: read, written to a ledger in one batch, and answered for one by one."""

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
from inroads.store.ledger import BUSY_SECONDS, Ledger
from inroads_api.clock import utcnow
from inroads_api.limits import MAX_FIRST
from inroads_api.versions.cache import Room
from inroads_api.versions.versions import token

SOURCE: Final = "ingest"
"""The source of a document whose envelope names none: the same for all, so that the same observation is the same."""

MAX_HANDING_IN: Final = 8
"""The most requests that write, or wait for another to have written."""


class IngestStatus(StrEnum):
    """The outcome for a document that was handed in."""

    ADDED = "ADDED"
    KNOWN = "KNOWN"
    REJECTED = "REJECTED"
    FORGOTTEN = "FORGOTTEN"


class Receipt(NamedTuple):
    """The answer for one document: `sha256` where the ledger has it, the rest where it was rejected."""

    status: IngestStatus
    sha256: str | None = None
    code: str | None = None
    pointer: str | None = None
    message: str | None = None


class Ingested(NamedTuple):
    """A receipt for each document in their order, and the token of a version that holds what was added."""

    receipts: tuple[Receipt, ...]
    token: str


class Intake:
    """The intake of documents, for any thread. `committed` is called after each batch that was written.

    `busy` is how many seconds a ledger is waited for that another process, or another request, holds.
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
        """Take documents or envelopes, as JSON values, all in one transaction: this returns when it is committed.

        A document without an envelope was observed now. Raises InroadsError TOO_MANY_DOCUMENTS, BUSY and the codes of
        LedgerError; then nothing was taken.
        """
        if len(documents) > MAX_FIRST:
            raise InroadsError(
                f"{len(documents)} documents: the most is {MAX_FIRST}", "TOO_MANY_DOCUMENTS"
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
        """The ledger, for one request at a time."""
        with self._room.seat():
            if not self._writing.acquire(timeout=self._busy):
                raise InroadsError("the ledger: other requests are writing to it", "LEDGER_BUSY")
            try:
                with Ledger(self._ledger, create=False, busy=self._busy) as ledger:
                    yield ledger
            finally:
                self._writing.release()


def _read(value: object, moment: dt.datetime) -> Observation | Rejection:
    try:
        return read(json.dumps(value, allow_nan=False).encode(), moment, SOURCE)
    except (ValueError, RecursionError):  # says nothing of the value
        return Rejection(
            SOURCE, "", "not_json", "it holds a number or a nesting that JSON texts cannot carry"
        )


def _added(ledger: Ledger, documents: Sequence[Document]) -> list[IngestStatus]:
    """The outcome for each document, after all of them were committed."""
    known = {_observation(each) for each in documents if _holds(ledger, each)}
    if documents:
        ledger.add(documents, batch=len(documents))
    statuses = []
    for each in documents:
        if _observation(each) in known:
            statuses.append(IngestStatus.KNOWN)
        elif _holds(ledger, each):
            statuses.append(IngestStatus.ADDED)
            known.add(_observation(each))  # the same one again in this batch is known
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
