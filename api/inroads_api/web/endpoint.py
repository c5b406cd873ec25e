"""The GraphQL endpoint over HTTP."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, NamedTuple

import msgspec
from graphql import GraphQLError, OperationType
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from inroads.errors import InroadsError
from inroads_api.clock import Deadline, utcnow
from inroads_api.execution.answer_cache import AnswerCache, Question, question
from inroads_api.execution.documents import PreparedDocument
from inroads_api.execution.execute import STREAM_REQUIRED, Schema, execute, failure
from inroads_api.execution.tracing import TRACE, Told
from inroads_api.execution.trusted_documents import Trusted
from inroads_api.limits import MAX_ASKED, MAX_BODY, MAX_COST
from inroads_api.security.audit import Asking, AuditLog
from inroads_api.security.callers import AccessDenied, Caller
from inroads_api.security.permissions import MUTATIONS, authorise
from inroads_api.versions.cursors import Feed
from inroads_api.versions.ingestion import Intake
from inroads_api.versions.limited import LimitedVersionsByBusinesses
from inroads_api.versions.review_desk import Desk, Done, Reviews
from inroads_api.web.admission import AdmissionControl, Client, Overloaded
from inroads_api.web.logs import REQUESTS
from inroads_api.web.metrics import Metrics, Names
from inroads_api.web.middleware import caller_now, caller_of
from inroads_api.web.rate_limit import Budget, RateLimiter, Throttled
from inroads_api.web.requests import (
    LEGACY,
    MODERN,
    RETRY_AFTER,
    Refused,
    Sent,
    acceptable,
    accepts_events,
    denied_response,
    json_response,
    read_request,
)
from inroads_api.web.streams import COMPLETE, EVENTS, Full, Made, Stream, Streams, event

log = logging.getLogger(__name__)
requests = logging.getLogger(REQUESTS)

SMALL: Final = 2**13
"""In bytes: the variables of larger bodies take longer to be looked at than the loop of the server can wait."""

_FAULTS: Final = {"INTERNAL_ERROR": 500, "DEADLINE": 503, "BUSY": 503, STREAM_REQUIRED: 406}
"""The statuses of refusals that are not the asker's fault, or that have one of their own."""


class _Request(NamedTuple):
    """What is asked, whether its document was sent or named, in a body of so many bytes."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    size: int


class _Answered(NamedTuple):
    """A response to a request, and what the figures tell of it."""

    body: bytes
    status: int
    outcome: str
    cost: int | None = None
    standing: Budget | None = None
    empty: bool = False
    reviews: Sequence[Done] = ()


class GraphQLEndpoint:
    """The endpoint: reads a request, has it executed in the thread pool, writes the response."""

    def __init__(
        self,
        schema: Schema,
        seen: LimitedVersionsByBusinesses,
        intake: Intake | None,
        trusted: Trusted,
        seconds: float,
        metrics: Metrics,
        streams: Streams,
        audit: AuditLog | None = None,
        pseudonymised: bool = False,
        meter: RateLimiter | None = None,
        reviews: Reviews | None = None,
        deciding: bool = False,
    ) -> None:
        self.schema, self.seen, self.intake, self.trusted = schema, seen, intake, trusted
        self.versions = seen.of(None)
        self.seconds, self.metrics, self.names = seconds, metrics, Names()
        self.streams, self.audit, self.pseudonymised, self.meter = (
            streams,
            audit,
            pseudonymised,
            meter or RateLimiter(),
        )
        self.reviews, self.deciding = reviews, deciding
        self.answers = AnswerCache[_Answered]()
        trusted.check(schema._schema)
        self.turns = AdmissionControl()

    async def answer(self, request: Request) -> Response:
        accept = ",".join(request.headers.getlist("accept"))
        media_type, streamed = acceptable(accept), accepts_events(accept)
        try:
            if not (media_type or streamed):
                raise Refused(406, "NOT_ACCEPTABLE", f"accept {MODERN}, {LEGACY} or {EVENTS}")
            caller = caller_of(request)
            asked = self._request(
                *await read_request(request, self._most(caller)), media_type or MODERN
            )
            if streamed and await self._subscribes(asked, caller, request):
                return await self._stream(request, asked)
            begun = time.perf_counter()
            answered = await self._answered(asked, request, media_type or MODERN, caller)
            self._told(asked, answered, time.perf_counter() - begun)
        except Refused as refused:
            self._told(None, _Answered(b"", refused.status, refused.code), 0.0)
            body = msgspec.json.encode(failure(refused.code, refused.message))
            response = json_response(body, refused.status, media_type or LEGACY)
            if refused.status == 408:
                response.headers["connection"] = (
                    "close"  # what comes of the body would be taken for a request
                )
            if refused.status == 503:
                response.headers["retry-after"] = RETRY_AFTER
            return response
        except Throttled as throttled:
            self._told(asked, _Answered(b"", throttled.status, throttled.code, throttled.cost), 0.0)
            return _throttled(throttled, media_type or LEGACY)
        except AccessDenied as denied:
            return denied_response(request, denied)
        except ClientDisconnect:
            return Response(status_code=400)
        if media_type is None:
            return Response(event(answered.body) + COMPLETE, media_type=EVENTS)
        response = json_response(answered.body, answered.status, media_type)
        if answered.standing:
            response.headers.update(answered.standing.headers())
        if answered.status == 405:
            response.headers["allow"] = "POST"
        return response

    def _told(self, asked: _Request | None, answered: _Answered, seconds: float) -> None:
        """Count a request, trace it and log it: by the name of its operation, never by anything else that it says."""
        known = self.schema.documents.known(asked.query) if asked else None
        name = self.names.told(known.name(asked.operation_name) if known and asked else None)
        self.metrics.count(name, answered.outcome, seconds, answered.cost)
        version = self.versions.current.name
        if trace := TRACE.get():
            kind = known.operation(asked.operation_name) if known and asked else None
            shape = known.shape if known else None
            trace.tell(
                Told(
                    name,
                    answered.outcome,
                    version,
                    answered.cost,
                    kind.value if kind else None,
                    shape,
                )
            )
        if requests.isEnabledFor(logging.INFO):
            figures = {"operation": name, "outcome": answered.outcome, "status": answered.status}
            figures |= {"seconds": round(seconds, 6), "cost": answered.cost, "version": version}
            requests.info("request", extra={"figures": figures})

    def _most(self, caller: Caller | None) -> int:
        """How many bytes a body may have."""
        ingests = self.intake is not None and (caller is None or caller.may(MUTATIONS["ingest"]))
        return MAX_BODY if ingests else MAX_ASKED

    def _request(self, sent: Sent, size: int, media_type: str) -> _Request:
        try:
            text = self.trusted.text(sent.query, sent.document_id)
            return _Request(text, sent.variables, sent.operation_name, size)
        except InroadsError as error:
            well_formed = error.code != "BAD_REQUEST"
            raise Refused(
                200 if well_formed and media_type == LEGACY else 400, error.code, str(error)
            ) from None

    async def _answered(
        self, asked: _Request, request: Request, media_type: str, caller: Caller | None
    ) -> _Answered:
        known = self.schema.documents.known(asked.query)
        limited = _is_limited(caller)  # what it sees may have to be made first
        again = (
            question(known, asked.query, asked.variables, asked.operation_name)
            if known and not limited
            else None
        )
        answered = self.answers.find(self.versions.current, again) if again else None
        given = (
            asked,
            request.method,
            media_type,
            caller,
            Deadline.after(self.seconds),
            again,
            answered,
        )
        if answered or (self._quick(asked) and not limited):
            return self._audited(*given)
        async with self._place(caller, request) as turn:
            if not self.schema.documents.settled(asked.query):
                await self._looked(asked, turn)
                if self._quick(asked) and not limited:
                    return self._audited(*given)
            async with turn.working:
                return await run_in_threadpool(self._audited, *given)

    @asynccontextmanager
    async def _place(self, caller: Caller | None, request: Request) -> AsyncIterator[Client]:
        connection = f"{request.client.host}:{request.client.port}" if request.client else None
        try:
            async with self.turns.place(caller.id if caller else None, connection) as turn:
                yield turn
        except Overloaded:
            raise Refused(
                503, "OVERLOADED", "too many requests are being answered: ask again later"
            ) from None

    async def _looked(self, asked: _Request, turn: Client) -> None:
        async with self.turns.look(turn) as told:
            told(await run_in_threadpool(self._look, asked))

    def _quick(self, asked: _Request) -> bool:
        """Return whether another thread would cost more than the answer, and take turns with this one."""
        return asked.size <= SMALL and self.schema.documents.quick(asked.query)

    def _look(self, asked: _Request) -> float:
        """Find out whether the document can be executed, and is quick: it is remembered.

        How many seconds of work that took where it cannot.
        """
        begun = time.thread_time()
        prepared = self._prepared(asked)
        good = prepared is not None and not prepared.errors(asked.variables, asked.operation_name)
        return 0.0 if good else time.thread_time() - begun

    def _execute(
        self,
        asked: _Request,
        method: str,
        media_type: str,
        caller: Caller | None,
        deadline: Deadline,
        again: Question | None = None,
        feed: Feed | None = None,
    ) -> _Answered:
        served = self.versions.current
        try:
            posted = method == "POST"  # a URL never changes anything
            intake = self.intake if posted else None
            desk = self._desk(caller, deciding=posted and self.deciding)
            given = asked.query, asked.variables, asked.operation_name, intake, deadline, feed, desk
            try:
                response = execute(
                    self.schema, self.seen.of(caller.businesses if caller else None), *given
                )
            except InroadsError as error:  # there is no graph to ask
                response = failure(error.code, str(error))
            cost = _cost(self.schema.documents.known(asked.query), asked)
            outcome = response["errors"][0]["extensions"]["code"] if "errors" in response else "ok"
            body, empty = _written(response, cost), response.get("data") is None
            answered = _Answered(
                body,
                _status(response, method, media_type),
                outcome,
                cost,
                None,
                empty,
                desk.done if desk else (),
            )
            if again and outcome == "ok" and self.versions.current is served:
                self.answers.keep(served, again, answered, len(body))
            return answered
        except Exception as error:  # noqa: BLE001  # the server would log the message, which may quote what was asked
            log.error("INTERNAL_ERROR outside of the execution: %s", type(error).__name__)
            body = msgspec.json.encode(failure("INTERNAL_ERROR", "internal error"))
            return _Answered(body, 500, "INTERNAL_ERROR", empty=True)

    def _desk(self, caller: Caller | None, *, deciding: bool) -> Desk | None:
        """Where the caller sees and decides reviews, in the name that their token tells."""
        who = (caller.name or caller.id or "") if caller else None
        return (
            Desk(self.reviews, who, deciding=deciding)
            if self.reviews and not _is_limited(caller)
            else None
        )

    def _audited(
        self,
        asked: _Request,
        method: str,
        media_type: str,
        caller: Caller | None,
        deadline: Deadline,
        again: Question | None,
        answered: _Answered | None,
    ) -> _Answered:
        """No answer is given, and no mutation made, that the caller may not have or the audit log does not tell of."""
        with self._auditing():
            asking, standing = self._begun(asked, caller)
            answered = _metered(
                answered or self._execute(asked, method, media_type, caller, deadline, again),
                standing,
            )
            if asking:
                asking.answered(answered.status, answered.body, answered.reviews)
        return answered

    def _begun(self, asked: _Request, caller: Caller | None) -> tuple[Asking | None, Budget | None]:
        """An operation that may be executed from now on, as the audit log has it. Raises Denied and Throttled."""
        prepared = self._prepared(asked)
        who, limited = (caller.id, caller.businesses) if caller else (None, None)
        named = who, asked.query, asked.variables, asked.operation_name, prepared, limited
        asking = self.audit.asking(*named) if self.audit else None
        try:
            standing = self._admitted(asked, caller, prepared)
        except (AccessDenied, Throttled) as refused:
            if asking:
                asking.refused(refused.status, refused.code)
            raise
        if asking:
            asking.begins()
        return asking, standing

    @contextmanager
    def _auditing(self) -> Iterator[None]:
        try:
            yield
        except (InroadsError, RecursionError) as error:
            if self.audit is None:
                raise
            log.error("AUDIT_UNAVAILABLE, an answer was withheld: %s", type(error).__name__)
            raise Refused(
                503, "AUDIT_UNAVAILABLE", "the audit log cannot be written: no answer is given"
            ) from None

    async def _subscribes(self, asked: _Request, caller: Caller | None, request: Request) -> bool:
        if not self.schema.documents.settled(asked.query):
            async with self._place(caller, request) as turn:
                await self._looked(asked, turn)
        prepared = self._prepared(asked)
        return (
            prepared is not None
            and prepared.operation(asked.operation_name) is OperationType.SUBSCRIPTION
        )

    async def _stream(self, request: Request, asked: _Request) -> Response:
        """The stream of a subscription, which the caller may have and the audit log tells of."""
        caller, begun = caller_of(request), time.perf_counter()
        who = caller.id if caller else None
        try:
            self.streams.enter(who)
        except Full as full:
            raise Refused(503, "OVERLOADED", str(full)) from None
        try:
            asking = await run_in_threadpool(self._entered, asked, caller)
        except BaseException:
            self.streams.leave(who)
            raise

        def make(feed: Feed) -> Made:
            feed.reached = None
            answered = self._execute(
                asked, request.method, MODERN, caller, Deadline.after(self.seconds), feed=feed
            )
            if answered.empty:  # also where an answer was made, and could not be given
                feed.reached = None
            return Made(answered.body, answered.outcome)

        def admitted() -> None:
            now = caller_now(request)
            if now:
                self._permit(asked, now, self._prepared(asked))

        def ended(events: int, size: int, why: str | None) -> None:
            self._told(asked, _Answered(b"", 200, why or "ok"), time.perf_counter() - begun)
            if asking:
                with suppress(Refused), self._auditing():
                    asking.streamed(events, size, why)

        resumed = request.headers.get("last-event-id")
        return Stream(self.streams, self.versions, who, resumed, make, admitted, ended)

    def _entered(self, asked: _Request, caller: Caller | None) -> Asking | None:
        with self._auditing():
            return self._begun(asked, caller)[0]

    def _permit(
        self, asked: _Request, caller: Caller | None, prepared: PreparedDocument | None
    ) -> None:
        if caller and prepared:  # what is no document is refused by the execution
            authorise(caller, prepared, asked.operation_name, pseudonymised=self.pseudonymised)

    def _admitted(
        self, asked: _Request, caller: Caller | None, prepared: PreparedDocument | None
    ) -> Budget | None:
        """Who may have this executed has paid for it then. Raises Denied and Throttled."""
        self._permit(asked, caller, prepared)
        cost = _cost(prepared, asked) or 1
        return self.meter.spend(
            caller, cost if cost <= MAX_COST else 1
        )  # what costs more is only looked at

    def _prepared(self, asked: _Request) -> PreparedDocument | None:
        try:
            return self.schema.documents.get(asked.query) if asked.query else None
        except GraphQLError:
            return None


def _cost(prepared: PreparedDocument | None, asked: _Request) -> int | None:
    """What a request is reckoned to cost; None for what is no document, or one that is too deep to tell."""
    measure = prepared.measures.measure(asked.variables or {}) if prepared else None
    return measure.cost if measure else None


def _throttled(throttled: Throttled, media_type: str | None) -> Response:
    """Who has spent too much is told so, what that is, and when to ask again."""
    throttle = throttled.standing.told(utcnow())
    told = {"cost": {"requested": throttled.cost, "maximum": MAX_COST, "throttle": throttle}}
    body = msgspec.json.encode({**failure(throttled.code, throttled.message), "extensions": told})
    response = json_response(body, throttled.status, media_type or LEGACY)
    response.headers.update(throttled.headers())
    return response


def _is_limited(caller: Caller | None) -> bool:
    """Return whether somebody sees only some businesses."""
    return caller is not None and caller.businesses is not None


def _written(response: dict[str, Any], cost: int | None) -> bytes:
    """The response; where it has data, with what that cost: as reckoned before, and how many fields it has."""
    if cost is None or "data" not in response:
        return msgspec.json.encode(response)
    data = msgspec.json.encode(response["data"])
    # A quote that ends a name has no backslash before it, one inside a text always has.
    fields = data.count(b'":') - data.count(b'\\":')
    told = {"requested": cost, "actual": fields, "maximum": MAX_COST}
    return msgspec.json.encode(
        {**response, "data": msgspec.Raw(data), "extensions": {"cost": told}}
    )


def _metered(answered: _Answered, standing: Budget | None) -> _Answered:
    """The answer with how its caller stands now, which ends what it tells of its cost."""
    if not standing:
        return answered
    body = answered.body
    if body.endswith(b"}}}"):  # `extensions.cost` is the last of all
        body = b'%b,"throttle":%b}}}' % (body[:-3], msgspec.json.encode(standing.told(utcnow())))
    return answered._replace(body=body, standing=standing)


def _status(response: dict[str, Any], method: str, media_type: str) -> int:
    codes = {error["extensions"]["code"] for error in response.get("errors", ())}
    if method != "POST" and "OPERATION_NOT_SUPPORTED" in codes:
        return 405
    if (media_type == LEGACY and STREAM_REQUIRED not in codes) or "data" in response:
        return 200
    return max((_FAULTS.get(code, 400) for code in codes), default=400)
