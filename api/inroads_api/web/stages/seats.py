"""The seats of tokens: how many requests of each may wait for a version at the same time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from inroads.errors import InroadsError

MAX_WAITING_EACH: Final = 4
"""The most requests of one token that wait for a version, a quarter of those of all tokens."""


class Seats:
    """The taken seats of each token, over all its connections. Safe for threads."""

    def __init__(self, most: int = MAX_WAITING_EACH) -> None:
        self._most, self._lock = most, threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def seat(self, token: str | None) -> Iterator[None]:
        """Hold a seat of a token. Raises InroadsError BUSY. Without tokens there is no such limit."""
        if token is None:
            yield
            return
        with self._lock:
            if self._taken[token] >= self._most:
                raise InroadsError(
                    f"{self._most} requests with this token are waiting for a version: retry later",
                    "BUSY",
                )
            self._taken[token] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[token] -= 1
                self._taken += Counter()  # drops tokens without seats
