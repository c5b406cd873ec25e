"""Moments as numbers, for ordering and storing, and as texts."""

from __future__ import annotations

import datetime as dt
from typing import Final

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


def moment_number(moment: dt.datetime) -> int:
    """Return a moment (aware) as microseconds since 1970, UTC; documents are ordered by it."""
    return (moment - EPOCH) // _MICROSECOND


def moment_of(number: int) -> dt.datetime:
    """Return the moment of such a number, in UTC."""
    return EPOCH + dt.timedelta(microseconds=number)


def rfc3339(moment: dt.datetime) -> str:
    """Return a moment (aware) as a text in UTC.

    >>> rfc3339(EPOCH)
    '1970-01-01T00:00:00Z'
    """
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
