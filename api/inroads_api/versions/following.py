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
"""The pause between collections of old versions, as a multiple of the time one takes."""

Following = Callable[[Version], Version | None]
"""Returns the version after the served one, None if there is none yet."""


def position(ledger: Path) -> int:
    """The last position of a ledger, which a forgetting moves on, too."""
    with Ledger(ledger, create=False, read_only=True) as opened:
        return opened.sequence


def follow(
    ledger: Path,
    load: Callable[[], Explorer],
    now: Callable[[], dt.datetime],
    *,
    alone: bool = True,
) -> Following:
    """Return a function that makes the next version once the ledger has grown.

    It adds new documents to the served version. It loads everything again after a forgetting, and
    if the ledger is not `alone`, since other files may have changed. While the ledger cannot be
    read, it logs that and the served version stays.
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
    """The served graph with the documents added since; None if anything was forgotten."""
    known = served.position
    if (
        known is None
        or reached < known
        or ledger.forgetting > known
        or not isinstance(served.graph, Explorer)
    ):
        return None
    grown = served.graph.grown(ledger, known, reached)
    # A forgetting during the read would leave documents out, so it is checked again.
    return None if ledger.forgetting > known else grown


def logged(ledger: Path) -> Logged:
    """Return a function that reads the log of a ledger up to a position.

    It starts from the snapshot if that is not newer. A forgetting removes documents from the log,
    so earlier positions are invalid.
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
            # A forgetting during the read would leave documents out.
            _check_kept(opened, position)
            return graph

    return read


def _check_kept(ledger: Ledger, position: int) -> None:
    if 0 < position < ledger.forgetting:
        raise BadCursor(
            "a person was forgotten since this cursor was issued: start again", "CURSOR_EXPIRED"
        )


class Follower(threading.Thread):
    """A thread that polls for the next version and serves it; `nudge` makes it look at once.

    It calls `swapped` after another version is served.
    """

    def __init__(
        self,
        versions: Versions,
        following: Following,
        every: float,
        swapped: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name="inroads-follower", daemon=True)
        self._versions, self._following, self._every = versions, following, every
        self._swapped = swapped
        self._nudged, self._stopped = threading.Event(), threading.Event()
        self._settle_after = 0.0

    def nudge(self) -> None:
        """Look for a new version now."""
        self._nudged.set()

    def stop(self) -> None:
        """Stop looking, without waiting for a version that is being made."""
        self._stopped.set()
        self._nudged.set()

    def run(self) -> None:
        """Look for new versions until stopped."""
        while not self._stopped.is_set():
            self._nudged.wait(self._every)
            self._nudged.clear()
            if not self._stopped.is_set():
                self._look()

    def _look(self) -> None:
        if time.monotonic() >= self._settle_after and self._versions.release():
            self._settle()
        try:
            version = self._following(self._versions.current)
        except Exception as error:  # noqa: BLE001  # the served version must survive any error
            log.error("no new version: %s", type(error).__name__)
            return
        if version is not None and not self._stopped.is_set():
            self._versions.swap(version)
            del version
            self._swapped()
            self._settle()

    def _settle(self) -> None:
        """Collect versions that are no longer served, and freeze the served one.

        This stops all threads, so it is limited to a small share of the time.
        """
        begun = time.monotonic()
        if begun >= self._settle_after:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            ended = time.monotonic()
            self._settle_after = ended + SETTLE_PAUSE * (ended - begun)
