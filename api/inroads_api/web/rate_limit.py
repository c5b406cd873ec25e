"""The rate limiter: the cost that each caller has spent within the last minute.

A request spends its cost before it is executed. There is no refund for a short answer, since its
work is done, too. Only callers with a valid token are remembered, for a minute; all callers without
a token share one limit.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from inroads.errors import InroadsError
from inroads.text import many
from inroads_api.limits import MAX_COST
from inroads_api.security.callers import Caller

COST_PER_MINUTE: Final = 10 * MAX_COST
"""The default limit of a token per minute on a server that other machines can reach."""

WINDOW: Final = 60
"""The seconds of a minute.

A cost counts for one second more, so that no minute exceeds the limit.
"""


class Budget(NamedTuple):
    """The budget of a caller: its limit, the rest of it, and the seconds until it is full again."""

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
    """A request that exceeds the budget of its caller.

    `retry` is the number of seconds until the budget suffices; None if the cost exceeds the whole
    limit.
    """

    def __init__(self, cost: int, standing: Budget, retry: int | None) -> None:
        self.cost, self.standing, self.retry = cost, standing, retry
        if retry is None:
            self.status, self.code = 400, "COST_LIMIT"
            self.message = (
                f"the document costs more than the limit per minute of {standing.limit:,}"
            )
        else:
            self.status, self.code = 429, "THROTTLED"
            self.message = (
                f"the cost limit for this minute is reached: retry in {many(retry, 'second')}"
            )

    def headers(self) -> dict[str, str]:
        """The headers of the budget and of the retry."""
        return self.standing.headers() | (
            {} if self.retry is None else {"retry-after": str(self.retry)}
        )


class RateLimiter:
    """The rate limiter of one process, safe for threads.

    `share` is the number of processes that share each limit. A `limit` of 0 means no limit, except
    for tokens with a limit of their own. `clock` is monotonic, in seconds. Raises InroadsError
    BAD_COST for a limit that is less than 1 for each process.
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
        """Spend a cost and return the remaining budget; None without a limit. Raises Throttled."""
        return self._spend(caller, cost, refuses=True)

    def charge(self, caller: Caller | None, cost: int) -> Budget | None:
        """Spend the cost of work that was done, even if the budget does not suffice."""
        return self._spend(caller, cost, refuses=False)

    def _spend(self, caller: Caller | None, cost: int, *, refuses: bool) -> Budget | None:
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
            if refuses and cost > left:
                raise Throttled(
                    cost, _standing(limit, left, spent, now), _retry(cost - left, spent, now)
                )
            spent[now] = spent.get(now, 0) + cost
            return _standing(limit, left - cost, spent, now)

    def _sweep(self, now: int) -> None:
        """Once a minute, forget callers that have spent nothing within it."""
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
    # A limit that was lowered meanwhile may leave less than nothing.
    return Budget(limit, max(0, left), max(spent) + WINDOW + 1 - now if spent else 0)


def _retry(missing: int, spent: dict[int, int], now: int) -> int | None:
    """The seconds until the budget has grown by `missing`; None if it never does."""
    for second, cost in spent.items():  # the oldest first
        missing -= cost
        if missing <= 0:
            return second + WINDOW + 1 - now
    return None
