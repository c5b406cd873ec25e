"""The next version of the served graph, made when its ledger has grown."""

from __future__ import annotations

import datetime as dt
import gc
import logging
from collections.abc import Callable
from pathlib import Path

from inroads.errors import LedgerError
from inroads.ledger import Ledger
from inroads.network import AccessGraph
from inroads_api.schema import Context

log = logging.getLogger(__name__)


def position(ledger: Path) -> int:
    """How far a ledger has come; a forgetting moves it on, too."""
    with Ledger(ledger, create=False, read_only=True) as opened:
        return opened.sequence


def follow(
    ledger: Path, load: Callable[[], AccessGraph], now: Callable[[], dt.datetime], since: int
) -> Callable[[], Context | None]:
    """What to ask again and again: the next version when the ledger has moved on from `since`, else None.

    A ledger that cannot be read just now is told in the log, and the version that is served stays.
    """
    at = since

    def following() -> Context | None:
        nonlocal at
        try:
            found = position(ledger)
            if found == at:
                return None
            context = Context(load(), now())
        except LedgerError as error:
            log.warning("%s: the served version stays", error.code)
            return None
        at = found
        return context

    return following


def settle() -> None:
    """Let go of the version that is no longer served, and keep the collector's hands off the one that is."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
