"""The rate limiter: how much each caller has spent within the last minute, in the cost of its requests.

A request spends its cost before it is executed, and gets nothing back: the work is done also where the answer turns
out short. Only callers with a good token are remembered, for a minute; all callers without one share one limit.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from inroads.errors import InroadsError
from inroads_api.limits import MAX_COST
from inroads_api.security.callers import Caller

COST_PER_MINUTE: Final = 10 * MAX_COST
"""The default of how much a token may spend in a minute where other machines can ask."""

WINDOW: Final = 60
"""The seconds of a minute. What was spent counts until the second after, so that no minute has more than the limit."""


class Budget(NamedTuple):
    """The budget of a caller: its limit, how much is left, and in how many seconds all of it is there again."""

    limit: int
    remaining: int
    reset: int

    def told(self, now: dt.datetime) -> dict[str, Any]:
        """The value of `extensions.cost.throttle`; `now` is aware."""
        reset = now.astimezone(dt.UTC) + dt.timedelta(seconds=self.reset)
        return {
            "limit": self.limit,
            "remaining": self.remaining,
            "resetAt": f"{reset:%Y-%m-%dT%H:%M:%SZ}",
        }

    def headers(self) -> dict[str, str]:
        """The headers of draft-ietf-httpapi-ratelimit-headers."""
        return {
            "ratelimit-policy": f'"cost";q={self.limit};qu="cost";w={WINDOW}',
            "ratelimit": f'"cost";r={self.remaining};t={self.reset}',
        }


class Throttled(Exception):
    """A request that would spend too much: its cost, the budget of its caller, and in how many seconds to retry.

    Without these seconds it would be too much at any time.
    """

    def __init__(self, cost: int, standing: Budget, retry: int | None) -> None:
        self.cost, self.standing, self.retry = cost, standing, retry
        if retry is None:
            self.status, self.code = 400, "COST_LIMIT"
            self.message = f"the document asks for more than may be spent in a minute; the most is {standing.limit:,}"
        else:
            self.status, self.code = 429, "THROTTLED"
            self.message = f"too much was asked for within a minute: ask again in {retry} seconds"

    def headers(self) -> dict[str, str]:
        """Return the headers of the budget, and when to ask again."""
        return self.standing.headers() | (
            {} if self.retry is None else {"retry-after": str(self.retry)}
        )


class RateLimiter:
    """The limits of one process, of which several `share` each limit; 0 is none, but for a token with its own.

    `clock` gives seconds and only goes forward. Any thread may spend. Raises InroadsError BAD_COST for a limit of
    which no share is left.
    """

    def __init__(
        self, limit: int = 0, share: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if 0 < limit < share:
            raise InroadsError(
                f"--cost-per-minute must be at least {share}, 1 for each worker", "BAD_COST"
            )
        self._limit, self._share, self._clock = limit, share, clock
        self._lock = threading.Lock()
        self._spent: dict[str | None, dict[int, int]] = {}
        self._swept = int(clock())

    def spend(self, caller: Caller | None, cost: int) -> Budget | None:
        """Let a caller spend so much, and return its budget then; None without a limit. Raises Throttled."""
        own = caller.cost_per_minute if caller else None
        if own is None and not self._limit:
            return None
        limit = (own or self._limit) // self._share
        with self._lock:
            now = int(self._clock())
            self._sweep(now)
            spent = self._spent.setdefault(caller.id if caller else None, {})
            _forget(spent, now)
            left = limit - sum(spent.values())
            if cost > left:
                raise Throttled(
                    cost, _standing(limit, left, spent, now), _retry(cost - left, spent, now)
                )
            spent[now] = spent.get(now, 0) + cost
            return _standing(limit, left - cost, spent, now)

    def _sweep(self, now: int) -> None:
        """Forget, once a minute, callers that have spent nothing within it."""
        if now - self._swept > WINDOW:
            self._swept = now
            for who, spent in list(self._spent.items()):
                _forget(spent, now)
                if not spent:
                    del self._spent[who]


def _forget(spent: dict[int, int], now: int) -> None:
    for second in [each for each in spent if each + WINDOW < now]:
        del spent[second]


def _standing(limit: int, left: int, spent: dict[int, int], now: int) -> Budget:
    """With a limit that was lowered meanwhile, less than nothing may be left."""
    return Budget(limit, max(0, left), max(spent) + WINDOW + 1 - now if spent else 0)


def _retry(missing: int, spent: dict[int, int], now: int) -> int | None:
    """In how many seconds so much more will be left."""
    for second, cost in spent.items():  # the oldest first
        missing -= cost
        if missing <= 0:
            return second + WINDOW + 1 - now
    return None
