"""The next version of the served graph, made when its ledger has grown."""

from __future__ import annotations

import datetime as dt
import gc
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from inroads.cancellation import check
from inroads.errors import BadCursor, LedgerError
from inroads.explorer import Explorer
from inroads.policy.tables import Policy
from inroads.store import snapshot
from inroads.store.ledger import Ledger
from inroads_api.versions.versions import Logged, Version, Versions

log = logging.getLogger(__name__)

SETTLE_PAUSE: Final = 20
"""How many times longer than it took it is before old versions are looked for again."""

Following = Callable[[Version], Version | None]
"""Gives the version after the one that is served, None where there is none yet."""


def position(ledger: Path) -> int:
    """How far a ledger has come; a forgetting moves it on, too."""
    with Ledger(ledger, create=False, read_only=True) as opened:
        return opened.sequence


def follow(
    ledger: Path,
    load: Callable[[], Explorer],
    now: Callable[[], dt.datetime],
    *,
    alone: bool = True,
) -> Following:
    """A function that gives the next version once the ledger has moved on from the one that is served.

    Where documents were only added, they are added to the served version. After a forgetting, and where the ledger is
    not `alone` and other files may differ by now, everything is loaded. A ledger that cannot be read just now is told
    in the log, and the version that is served stays.
    """

    def following(served: Version) -> Version | None:
        try:
            with Ledger(ledger, create=False, read_only=True) as opened:
                reached = opened.sequence
                if reached == served.position:
                    return None
                graph = _grown(opened, served, reached) if alone else None
            return (
                Version(graph, now(), reached, served.base)
                if graph
                else Version(load(), now(), reached, reached)
            )
        except LedgerError as error:
            log.warning("%s: the served version stays", error.code)
            return None

    return following


def _grown(ledger: Ledger, served: Version, reached: int) -> Explorer | None:
    """The served graph with what was added to the log up to a number; None where anything was taken out of it."""
    known = served.position
    if (
        known is None
        or reached < known
        or ledger.forgetting > known
        or not isinstance(served.graph, Explorer)
    ):
        return None
    grown = served.graph.grown(ledger, known, reached)
    # Asked once more, since what was forgotten meanwhile is missing from what was read.
    return None if ledger.forgetting > known else grown


def logged(ledger: Path) -> Logged:
    """A function that reads the log of a ledger up to a number, from its snapshot on where that is no newer.

    A forgetting takes out of the log what was in it before: no number before it stands for what it stood for.
    """

    def read(position: int, policy: Policy) -> Explorer:
        with Ledger(ledger, create=False, read_only=True) as opened:
            _check_kept(opened, position)
            kept = snapshot.find(opened, policy)
            begin = kept if kept and kept.position <= position else None
            graph = Explorer.of(begin.columns) if begin else Explorer.observe((), policy)
            graph = graph.grown(
                opened, begin.position if begin else 0, position, progress=lambda _: check()
            )
            # Once more, since what was forgotten meanwhile is missing.
            _check_kept(opened, position)
            return graph

    return read


def _check_kept(ledger: Ledger, position: int) -> None:
    if 0 < position < ledger.forgetting:
        raise BadCursor(
            "somebody was forgotten since this cursor was given: start again", "CURSOR_EXPIRED"
        )


class Follower(threading.Thread):
    """Swaps in the next version whenever there is one; looks every so many seconds, and at once when nudged."""

    def __init__(self, versions: Versions, following: Following, every: float) -> None:
        super().__init__(name="inroads-follower", daemon=True)
        self._versions, self._following, self._every = versions, following, every
        self._nudged, self._stopped = threading.Event(), threading.Event()
        self._settle_after = 0.0

    def nudge(self) -> None:
        """Look now."""
        self._nudged.set()

    def stop(self) -> None:
        """Look no more; a version that is just being made is not waited for."""
        self._stopped.set()
        self._nudged.set()

    def run(self) -> None:
        """Look until stopped."""
        while not self._stopped.is_set():
            self._nudged.wait(self._every)
            self._nudged.clear()
            if not self._stopped.is_set():
                self._look()

    def _look(self) -> None:
        try:
            version = self._following(self._versions.current)
        except Exception as error:  # noqa: BLE001  # whatever it is, the version that is served goes on
            log.error("no new version: %s", type(error).__name__)
            return
        if version is not None and not self._stopped.is_set():
            self._versions.swap(version)
            del version
            self._settle()

    def _settle(self) -> None:
        """Let go of versions that are no longer served, and keep the collector's hands off the one that is.

        Everything stands still meanwhile, so it is done for a small part of the time only.
        """
        begun = time.monotonic()
        if begun >= self._settle_after:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            ended = time.monotonic()
            self._settle_after = ended + SETTLE_PAUSE * (ended - begun)
