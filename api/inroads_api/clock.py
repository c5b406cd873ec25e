"""The moment now, and how long a request may take."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final, NamedTuple

SECONDS: Final = 10.0
"""How long a request may take before it is answered with DEADLINE."""


class Late(BaseException):
    """The time of a request is over. As a cancellation it is no Exception: nobody on its way answers it."""


class Deadline(NamedTuple):
    """A moment of the monotonic clock, in seconds."""

    moment: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    def check(self) -> None:
        """Raises Late when the moment has passed."""
        if time.monotonic() > self.moment:
            raise Late


def utcnow() -> dt.datetime:
    """The moment by this machine's clock."""
    return dt.datetime.now(dt.UTC)
