"""The time that a request may take, by the clock that only goes forward."""

from __future__ import annotations

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
