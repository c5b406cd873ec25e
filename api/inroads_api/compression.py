"""The wish of a client for a compressed answer."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

_GZIP: Final = re.compile(
    r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)", re.I
)


def takes_gzip(scope: Scope) -> bool:
    """Return whether gzip is wanted; starlette looks for its letters alone, also in `gzip;q=0`."""
    return _GZIP.search(Headers(scope=scope).get("accept-encoding", "")) is not None
