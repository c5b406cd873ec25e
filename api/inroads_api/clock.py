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
    """A moment of a clock, in seconds, and what to raise when it has passed.

    It cannot have passed before `earliest` of the monotonic clock, which is the quickest to read.
    """

    moment: float
    earliest: float
    clock: Callable[[], float] = time.monotonic
    error: type[BaseException] = Late

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        moment = time.monotonic() + seconds
        return cls(moment, moment)

    @classmethod
    def after_work(cls, seconds: float) -> Deadline:
        """After so many seconds of the processor in this thread; then Unfinished is raised."""
        earliest = time.monotonic() + seconds
        return cls(time.thread_time() + seconds, earliest, time.thread_time, Unfinished)

    @property
    def passed(self) -> bool:
        """Return whether the moment has passed."""
        return time.monotonic() > self.earliest and self.clock() > self.moment

    def check(self) -> None:
        """Raises the error when the moment has passed."""
        if time.monotonic() > self.earliest and self.clock() > self.moment:
            raise self.error

    def long(self) -> None:
        """Raise Unfinished before long work or a wait, if the deadline is that of an event loop."""
        if self.error is Unfinished:
            raise Unfinished


def utcnow() -> dt.datetime:
    """The moment by this machine's clock."""
    return dt.datetime.now(dt.UTC)
