"""Admission of operations: a place to work, the right to ask, what that costs, and a line in the audit log.

All threads share one interpreter with the event loop. So new documents, which anybody can send as fast as they are
refused, are prepared one after the other, and no token has more than a few requests at work. Its other requests wait
for these, and nobody else's do.
"""

from __future__ import annotations

import logging
from asyncio import Lock, Semaphore
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
"""The most requests that are worked on, or wait for it."""

MOST_EACH: Final = 40
"""The most of them that show one token."""

WORKING_EACH: Final = 8
"""The most requests of one token that are worked on at once."""


class ClientLimits:
    """Limits that the requests of one token share while there are any. Each request without a token has its own."""

    def __init__(self, preparing: Lock) -> None:
        self.working, self.preparing, self.count = Semaphore(WORKING_EACH), preparing, 0


class Admission(NamedTuple):
    """An operation that may be executed: its entry in the audit log, and what its caller may still spend."""

    entry: AuditEntry | None
    budget: Budget | None


class AdmissionControl:
    """The places of one server, and who may have which operation executed."""

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
        self._clients: WeakValueDictionary[str, ClientLimits] = WeakValueDictionary()

    @asynccontextmanager
    async def place(self, token: str | None) -> AsyncIterator[ClientLimits]:
        """A place for a request of a token, or without one. Raises Overloaded where there is none."""
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
        """The turn to prepare a new document. Of each token only one request waits beside those of others."""
        async with client.preparing, self._preparing:
            yield

    def admit(self, operation: Operation) -> Admission:
        """Let an operation be executed from now on, which its caller has paid for and the audit log tells of.

        Raises AccessDenied and Throttled; Refused where the audit log cannot be written.
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

    def _entry(self, operation: Operation) -> AuditEntry | None:
        if self._audit is None:
            return None
        caller, document = operation.caller, operation.document
        token, businesses = (caller.id, caller.businesses) if caller else (None, None)
        return self._audit.entry(
            token, document, operation.variables, operation.name, operation.cost or 1, businesses
        )

    def authorise(self, operation: Operation, caller: Caller | None) -> None:
        """Raises AccessDenied where a caller may not have an operation executed."""
        if caller:  # without tokens everybody may
            document, name = operation.document, operation.name
            authorise(caller, document, name, pseudonymised=self._pseudonymised)

    @contextmanager
    def auditing(self) -> Iterator[None]:
        """Withhold an answer, with Refused, where the audit log cannot be written."""
        try:
            yield
        except (InroadsError, RecursionError) as error:
            if self._audit is None:
                raise
            log.error("AUDIT_UNAVAILABLE, an answer was withheld: %s", type(error).__name__)
            raise Refused(
                503, "AUDIT_UNAVAILABLE", "the audit log cannot be written: no answer is given"
            ) from None
