"""The GraphQL endpoint over HTTP: each request is parsed, admitted, answered and responded to."""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext, suppress
from typing import NamedTuple

import msgspec
from graphql import OperationType
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from inroads_api.clock import Deadline
from inroads_api.execution.tracing import TRACE, TraceFigures
from inroads_api.limits import MAX_FIRST
from inroads_api.security.callers import AccessDenied
from inroads_api.versions.cursors import Feed
from inroads_api.web.logs import REQUESTS
from inroads_api.web.media_types import EVENTS, LEGACY, MODERN, acceptable, accepts_events
from inroads_api.web.metrics import Names
from inroads_api.web.middleware import caller_now
from inroads_api.web.rate_limit import Budget, Throttled
from inroads_api.web.refusals import Refused
from inroads_api.web.stages.admission import Admission, AdmissionControl, ClientLimits
from inroads_api.web.stages.answers import MAX_COMPILING, Answerer, OperationResult
from inroads_api.web.stages.operation import Operation
from inroads_api.web.stages.requests import RequestParser
from inroads_api.web.stages.responses import (
    denied_response,
    envelope,
    refusal_response,
    respond,
    status_of,
    throttled_response,
)
from inroads_api.web.streams import COMPLETE, Event, EventStream, Streams, event

requests = logging.getLogger(REQUESTS)


class _Answered(NamedTuple):
    """An operation that was answered: the body and status of its response."""

    body: bytes
    status: int
    outcome: str
    budget: Budget | None


class GraphQLEndpoint:
    """The GraphQL endpoint, which runs the stages of a request in the event loop or a thread."""

    def __init__(
        self,
        parser: RequestParser,
        admission: AdmissionControl,
        answerer: Answerer,
        streams: Streams,
    ) -> None:
        self._parser, self._admission, self._answerer = parser, admission, answerer
        self.streams, self._metrics, self._names = streams, streams.metrics, Names()
        self.versions = answerer.versions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(Request(scope, receive, send))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """The response to a request."""
        accept = ",".join(request.headers.getlist("accept"))
        media_type, streamed = acceptable(accept), accepts_events(accept)
        try:
            if not (media_type or streamed):
                raise Refused(
                    406,
                    "NOT_ACCEPTABLE",
                    f"the Accept header must allow {MODERN}, {LEGACY} or {EVENTS}",
                )
            operation = await self._parser.parse(request, media_type or MODERN)
            if streamed and await self._subscribes(operation):
                return await self._stream(request, operation)
            begun = time.perf_counter()
            answered = await self._answered(operation)
            seconds = time.perf_counter() - begun
            self._record(operation, answered.outcome, answered.status, seconds, operation.cost)
        except Refused as refused:
            self._record(None, refused.code, refused.status)
            return refusal_response(refused, media_type)
        except Throttled as throttled:
            self._record(operation, throttled.code, throttled.status, cost=throttled.cost)
            return throttled_response(throttled, media_type)
        except AccessDenied as denied:
            return denied_response(request, denied)
        except ClientDisconnect:
            return Response(status_code=400)
        if media_type is None:
            return Response(event(answered.body) + COMPLETE, media_type=EVENTS)
        return respond(answered.body, answered.status, media_type, answered.budget)

    async def _answered(self, operation: Operation) -> _Answered:
        kept = self._answerer.find(operation)
        begun = self._at_once(operation, kept)
        if isinstance(begun, _Answered):
            return begun
        caller = operation.caller
        async with self._admission.place(caller.id if caller else None) as client:
            if not operation.document.settled:
                await self._prepare(operation, client)
                begun = self._at_once(operation)
                if isinstance(begun, _Answered):
                    return begun
            # An operation that was begun is known to take long.
            turn = nullcontext() if begun else self._admission.turn(operation)
            async with client.working, turn:
                return await run_in_threadpool(self._work, operation, kept, begun)

    def _at_once(
        self, operation: Operation, kept: OperationResult | None = None
    ) -> _Answered | Admission | None:
        """Answer an operation in the event loop, if that takes little and waits for nothing.

        Return its admission if it has begun, and takes too long.
        """
        if not (len(kept.resolved) <= MAX_FIRST if kept else self._is_quick(operation)):
            return None
        with self._admission.at_once() as free:
            if not free:
                return None
            admission = self._admission.admit(operation)
            result = kept or self._answerer.answer_at_once(operation)
            return self._finish(operation, result, admission) if result else admission

    def _is_quick(self, operation: Operation) -> bool:
        late = operation.deadline.passed
        return not late and operation.quick and self._answerer.stays(operation)

    async def _prepare(self, operation: Operation, client: ClientLimits) -> None:
        async with self._admission.preparing(client):
            await run_in_threadpool(self._answerer.prepare, operation)

    def _work(
        self, operation: Operation, kept: OperationResult | None, begun: Admission | None
    ) -> _Answered:
        """Admit an operation, compile it when it comes again, and answer it; not for the loop.

        The audit log has a line about it before an answer is sent or a mutation begins.
        """
        entry, budget = begun or self._admission.admit(operation)
        # A caller whose budget is small is answered without a plan rather than throttled for one.
        affords = budget is None or budget.remaining >= MAX_COMPILING
        if not kept and affords and (cost := self._answerer.compile(operation)):
            budget = self._admission.charge(operation, cost)
        result = kept or self._answerer.answer(operation)
        return self._finish(operation, result, Admission(entry, budget))

    def _finish(
        self, operation: Operation, result: OperationResult, admission: Admission
    ) -> _Answered:
        entry, budget = admission
        body, status = envelope(operation, result, budget), status_of(operation, result)
        if entry:
            with self._admission.auditing():
                done, resolved = result.reviews, result.resolved
                entry.answered(status, result.codes, result.fields, len(body), done, resolved)
        return _Answered(body, status, result.outcome, budget)

    def _record(
        self,
        operation: Operation | None,
        outcome: str,
        status: int,
        seconds: float = 0.0,
        cost: int | None = None,
    ) -> None:
        """Count, trace and log a request.

        The name of the operation is the only text of the caller that is used.
        """
        document = operation.document if operation else None
        name = self._names.told(document.label(operation.name) if operation and document else None)
        self._metrics.count(name, outcome, seconds, cost)
        version = self.versions.current.name
        if trace := TRACE.get():
            type_ = operation.type if operation else None
            shape = document.shape if document else None
            trace.tell(
                TraceFigures(name, outcome, version, cost, type_.value if type_ else None, shape)
            )
        if requests.isEnabledFor(logging.INFO):
            figures = {"operation": name, "outcome": outcome, "status": status}
            figures |= {"seconds": round(seconds, 6), "cost": cost, "version": version}
            requests.info("request", extra={"figures": figures})

    async def _subscribes(self, operation: Operation) -> bool:
        if not operation.document.settled:
            caller = operation.caller
            async with self._admission.place(caller.id if caller else None) as client:
                await self._prepare(operation, client)
        return operation.type is OperationType.SUBSCRIPTION

    async def _stream(self, request: Request, operation: Operation) -> Response:
        """Return the stream of a subscription, once it is admitted and in the audit log."""
        caller, begun = operation.caller, time.perf_counter()
        token = caller.id if caller else None
        self.streams.enter(token)
        try:
            admission = await run_in_threadpool(self._admission.admit, operation)
        except BaseException:
            self.streams.leave(token)
            raise

        def make(feed: Feed) -> Event:
            feed.reached = None
            now = msgspec.structs.replace(operation, deadline=Deadline.after(self._parser.seconds))
            result = self._answerer.answer(now, feed)
            # An event whose data became null was made, but cannot be sent.
            if result.empty:
                feed.reached = None
            return Event(envelope(operation, result), result.outcome, result.fields)

        def check() -> None:
            if caller := caller_now(request):
                self._admission.authorise(operation, caller)

        def ended(stream: EventStream) -> None:
            self._record(operation, stream.why or "ok", 200, time.perf_counter() - begun)
            self._close(admission, stream)

        resumed = request.headers.get("last-event-id")
        return EventStream(self.streams, self.versions, token, resumed, make, check, ended)

    def _close(self, admission: Admission, stream: EventStream) -> None:
        if admission.entry:
            with suppress(Refused), self._admission.auditing():
                admission.entry.streamed(stream.events, stream.bytes, stream.fields, stream.why)
