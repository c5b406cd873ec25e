"""The moment now, and how long a request may take."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Final, NamedTuple

SECONDS: Final = 10.0
"""How long a request may take before it is answered with DEADLINE."""


class Late(BaseException):
    """The time of a request is over. As a cancellation it is no Exception: nobody on its way answers it."""


class Unfinished(BaseException):
    """An event loop has given a request all the time that it gives to one. A thread begins it again."""


class Deadline(NamedTuple):
    """A moment of a clock, in seconds, and what to raise when it has passed."""

    moment: float
    clock: Callable[[], float] = time.monotonic
    error: type[BaseException] = Late

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    @classmethod
    def after_work(cls, seconds: float) -> Deadline:
        """After so many seconds of the processor in this thread; then Unfinished is raised."""
        return cls(time.thread_time() + seconds, time.thread_time, Unfinished)

    @property
    def passed(self) -> bool:
        """Return whether the moment has passed."""
        return self.clock() > self.moment

    def check(self) -> None:
        """Raises the error when the moment has passed."""
        if self.passed:
            raise self.error


def utcnow() -> dt.datetime:
    """The moment by this machine's clock."""
    return dt.datetime.now(dt.UTC)
