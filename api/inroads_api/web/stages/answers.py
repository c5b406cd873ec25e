"""Answering an operation: from the cache, or by executing it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from graphql import GraphQLFormattedError

from inroads.errors import InroadsError
from inroads_api.clock import Deadline, Unfinished
from inroads_api.execution.answer_cache import AnswerCache
from inroads_api.execution.compiler import MAX_FIELDS
from inroads_api.execution.execute import Schema, execute, failure
from inroads_api.schema.pages import leads_elsewhere
from inroads_api.schema.resolved import collected
from inroads_api.security.callers import Caller, TokenScope
from inroads_api.versions.cursors import Feed
from inroads_api.versions.ingestion import Intake
from inroads_api.versions.limited import LimitedVersionsByBusinesses
from inroads_api.versions.review_desk import Desk, Done, Reviews
from inroads_api.web.stages.operation import Operation
from inroads_api.web.stages.seats import Seats

log = logging.getLogger(__name__)

FIELD_COST: Final = 5
"""The cost of compiling a field, measured against a field that the stock executor answers."""

AT_ONCE: Final = 0.005
"""In seconds of the processor: how long an event loop works on an operation. A busy thread keeps
the interpreter as long from it.
"""

NODE_BYTES: Final = 200
"""The measured bytes of a node id in a set."""

MAX_COMPILING: Final = FIELD_COST * MAX_FIELDS
"""The most that compiling an operation costs."""


class OperationResult(NamedTuple):
    """The result of an operation.

    `data` is JSON, None if the operation was refused. `fields` is the number of fields in it.
    `reviews` are the changes to review campaigns. `broken` marks an internal failure. `resolved`
    are the ids of the nodes that the operation was found to name.
    """

    data: bytes | None = None
    errors: Sequence[GraphQLFormattedError] = ()
    fields: int = 0
    reviews: Sequence[Done] = ()
    broken: bool = False
    resolved: Collection[str] = ()

    @property
    def codes(self) -> list[str]:
        """The codes of the errors."""
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def outcome(self) -> str:
        """The code of the first error, or `ok`."""
        return next(iter(self.codes), "ok")

    @property
    def empty(self) -> bool:
        """Return whether the result has no data, or null because of an error."""
        return self.data in (None, b"null")


class Answerer:
    """Answers operations of a schema. Mutations need an `intake`, or reviews and `deciding`."""

    def __init__(
        self,
        schema: Schema,
        seen: LimitedVersionsByBusinesses,
        intake: Intake | None = None,
        reviews: Reviews | None = None,
        *,
        deciding: bool = False,
    ) -> None:
        self.versions = seen.whole
        self._schema, self._seen, self._intake = schema, seen, intake
        self._reviews, self._deciding = reviews, deciding
        self._seats = Seats()
        self._cache = AnswerCache[OperationResult](schema.documents.kept)

    def find(self, operation: Operation) -> OperationResult | None:
        """The cached answer to an operation, if any."""
        question = operation.question
        return self._cache.find(self.versions.current, question) if question else None

    def stays(self, operation: Operation) -> bool:
        """Return whether the served version is there to answer an operation, and no other one."""
        return not leads_elsewhere(operation.text, self.versions.current.name)

    def prepare(self, operation: Operation) -> None:
        """Parse, price and validate a new document, once for all requests."""
        operation.document.errors(operation.variables, operation.name)
        self._schema.documents.learn(operation.document)
        self._schema.documents.keep(operation.document)

    def compile(self, operation: Operation) -> int:
        """Compile an operation that comes again, and return the cost of that. Not for the loop.

        One that cannot be compiled is answered without a plan, and logged as any other.
        """
        try:
            fields = self._schema.compile(operation.document, operation.variables, operation.name)
        except Exception as error:  # noqa: BLE001  # the stock executor meets and reports it
            log.error("a query was not compiled: %s", type(error).__name__)
            return 0
        return FIELD_COST * fields

    def answer(self, operation: Operation, feed: Feed | None = None) -> OperationResult:
        """The answer to an operation; of a subscription, the next event of a feed."""
        served = self.versions.current
        with collected() as resolved:
            result = self._tried(operation, feed)._replace(resolved=resolved)
        question = operation.question
        if question and result.outcome == "ok" and result.data and self.versions.current is served:
            size = len(result.data) + NODE_BYTES * len(resolved)
            self._cache.keep(served, question, result, size)
        return result

    def answer_at_once(self, operation: Operation) -> OperationResult | None:
        """The answer to an operation; None if it takes too long for an event loop."""
        try:
            deadline = Deadline.after_work(AT_ONCE)
            return self.answer(msgspec.structs.replace(operation, deadline=deadline))
        except Unfinished:
            operation.document.took_long(operation.variables, operation.name)
            return None

    def _tried(self, operation: Operation, feed: Feed | None) -> OperationResult:
        try:
            return self._executed(operation, feed)
        # uvicorn would log the message, which may quote the request.
        except Exception as error:  # noqa: BLE001  # answered as INTERNAL
            log.error("INTERNAL_ERROR outside the execution: %s", type(error).__name__)
            return _failed("INTERNAL_ERROR", "internal error", broken=True)

    def _executed(self, operation: Operation, feed: Feed | None) -> OperationResult:
        caller = operation.caller
        intake = self._intake if operation.posted else None  # a GET request never writes
        desk = self._desk(caller, deciding=operation.posted and self._deciding)
        try:
            response = execute(
                self._schema,
                self._seen.of(caller.businesses if caller else None),
                operation.document,
                operation.variables,
                operation.name,
                intake,
                operation.deadline,
                feed,
                desk,
                partial(self._seats.seat, caller.id if caller else None),
            )
        except InroadsError as error:  # there is no graph to query
            return _failed(error.code, str(error))
        errors, done = response.get("errors", ()), desk.done if desk else ()
        if "data" not in response:
            return OperationResult(errors=errors, reviews=done)
        data = response["data"]
        text = msgspec.json.encode(data)
        return OperationResult(text, errors, _fields(data, text), done)

    def _desk(self, caller: Caller | None, *, deciding: bool) -> Desk | None:
        """The review desk of a caller, who decides under the name of their token."""
        if self._reviews is None or (caller and caller.restricted):
            return None
        name = (caller.name or caller.id or "") if caller else None
        entitled = self._deciding and (caller is None or caller.may(TokenScope.REVIEW))
        return Desk(self._reviews, name, deciding=deciding, entitled=entitled)


def _failed(code: str, message: str, *, broken: bool = False) -> OperationResult:
    return OperationResult(errors=failure(code, message)["errors"], broken=broken)


def _fields(data: Any, text: bytes) -> int:
    """Return the number of fields in data, whose JSON has `":` after each name and nowhere else.

    Only where a string has it, too, the data is walked.
    """
    return count_fields(data) if b'\\":' in text else text.count(b'":')


def count_fields(data: Any) -> int:
    """The number of fields in the data of an answer, at all depths.

    >>> count_fields({"nodes": [{"id": 1}, {"id": 2, "of": {}}], "more": None})
    5
    """
    count = 0
    if data.__class__ is dict:
        count, data = len(data), data.values()
    elif data.__class__ is not list:
        return 0
    for value in data:
        if value.__class__ is dict or value.__class__ is list:
            count += count_fields(value)
    return count
