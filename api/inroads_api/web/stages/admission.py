"""Admission of operations: places, permissions, the rate limit and the audit log.

All threads share one interpreter with the event loop. A client can send new documents as fast as
they are refused, so they are prepared one at a time, and few requests of one token run at once. Its
other requests wait without delaying other clients.
"""

from __future__ import annotations

import logging
from asyncio import Lock, Semaphore, timeout
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

from inroads.errors import InroadsError
from inroads_api.security.audit import AuditEntry, AuditLog
from inroads_api.security.callers import AccessDenied, Caller
from inroads_api.security.permissions import authorise
from inroads_api.web.rate_limit import Budget, RateLimiter, Throttled
from inroads_api.web.refusals import Overloaded, Refused
from inroads_api.web.stages.operation import Operation

log = logging.getLogger(__name__)

MOST: Final = 120
"""The most requests of a server that run or wait."""

MOST_EACH: Final = 40
"""The most requests of one token that run or wait."""

WORKING_EACH: Final = 8
"""The most requests of one token that run at once."""


SHORT: Final = 4_000
"""The highest cost of an operation that is expected to take a few milliseconds."""

SHORT_AT_ONCE: Final = 1
"""The most short operations that threads begin at once.

With two of them and four connections each took a fifth more of the processor than alone.
"""

TURN_SECONDS: Final = 0.02
"""How long a short operation waits for its turn. Then it begins beside those that take longer."""


class ClientLimits:
    """Limits that all requests of one token share; a request without a token has its own."""

    def __init__(self, preparing: Lock) -> None:
        self.working, self.preparing, self.count = Semaphore(WORKING_EACH), preparing, 0


class Admission(NamedTuple):
    """The admission of an operation: its audit entry, and the remaining budget of its caller."""

    entry: AuditEntry | None
    budget: Budget | None


class AdmissionControl:
    """The admission control of one server: bounded places, permissions, budget and audit."""

    def __init__(
        self,
        audit: AuditLog | None = None,
        limiter: RateLimiter | None = None,
        *,
        pseudonymised: bool = False,
    ) -> None:
        self._audit, self._limiter = audit, limiter or RateLimiter()
        self._pseudonymised = pseudonymised
        self._preparing, self._anonymous, self._count = Lock(), Lock(), 0
        self._short = Semaphore(SHORT_AT_ONCE)
        self._clients: WeakValueDictionary[str, ClientLimits] = WeakValueDictionary()

    @asynccontextmanager
    async def place(self, token: str | None) -> AsyncIterator[ClientLimits]:
        """Hold a place for a request of a token, or of none. Raises Overloaded if all are taken."""
        client = (
            self._clients.setdefault(token, ClientLimits(Lock()))
            if token
            else ClientLimits(self._anonymous)
        )
        if self._count >= MOST or client.count >= MOST_EACH:
            raise Overloaded
        self._count += 1
        client.count += 1
        try:
            yield client
        finally:
            self._count -= 1
            client.count -= 1

    @asynccontextmanager
    async def preparing(self, client: ClientLimits) -> AsyncIterator[None]:
        """Hold the lock to prepare a new document, for which one request of each token queues."""
        async with client.preparing, self._preparing:
            yield

    @asynccontextmanager
    async def turn(self, operation: Operation) -> AsyncIterator[None]:
        """Wait for the turn of an operation in a thread, if it is expected to be short."""
        taken = operation.settled and (operation.brief or operation.spends <= SHORT)
        if taken:
            try:
                async with timeout(TURN_SECONDS if self._short.locked() else None):
                    await self._short.acquire()
            except TimeoutError:
                taken = False
        try:
            yield
        finally:
            if taken:
                self._short.release()

    def admit(self, operation: Operation) -> Admission:
        """Admit an operation: check its caller, spend its cost, and write its audit entry.

        Raises AccessDenied and Throttled, and Refused if the audit log cannot be written.
        """
        with self.auditing():
            entry = self._entry(operation)
            try:
                self.authorise(operation, operation.caller)
                budget = self._limiter.spend(operation.caller, operation.spends)
            except (AccessDenied, Throttled) as refused:
                if entry:
                    entry.refused(refused.status, refused.code)
                raise
            if entry:
                entry.begins()
            return Admission(entry, budget)

    def charge(self, operation: Operation, cost: int) -> Budget | None:
        """Charge the caller of an operation for work that was done, and return the budget."""
        return self._limiter.charge(operation.caller, cost)

    def _entry(self, operation: Operation) -> AuditEntry | None:
        if self._audit is None:
            return None
        caller, document = operation.caller, operation.document
        token, businesses = (caller.id, caller.businesses) if caller else (None, None)
        return self._audit.entry(
            token, document, operation.variables, operation.name, operation.cost or 1, businesses
        )

    def authorise(self, operation: Operation, caller: Caller | None) -> None:
        """Raise AccessDenied if the caller lacks the scope for an operation."""
        if caller:  # a server without tokens allows everything
            document, name = operation.document, operation.name
            authorise(caller, document, name, pseudonymised=self._pseudonymised)

    def at_once(self) -> AbstractContextManager[bool]:
        """Return a context manager for the event loop, which must not wait for the audit log.

        Its value is False if lines of the log would have to wait.
        """
        return self._audit.at_once() if self._audit else nullcontext(True)

    @contextmanager
    def auditing(self) -> Iterator[None]:
        """Raise Refused instead of answering if the audit log cannot be written."""
        try:
            yield
        except (InroadsError, RecursionError) as error:
            if self._audit is None:
                raise
            log.error("AUDIT_UNAVAILABLE, an answer was withheld: %s", type(error).__name__)
            raise Refused(
                503, "AUDIT_UNAVAILABLE", "the audit log cannot be written, so no answer is sent"
            ) from None
