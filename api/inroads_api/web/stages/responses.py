"""HTTP responses: the envelope of a result, its status and headers, and refusals."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.middleware.gzip import GZipMiddleware, IdentityResponder
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from inroads_api.clock import utcnow
from inroads_api.compression import takes_gzip
from inroads_api.execution.execute import STREAM_REQUIRED, failure
from inroads_api.limits import MAX_COST
from inroads_api.security.callers import AccessDenied
from inroads_api.web.media_types import LEGACY, acceptable
from inroads_api.web.rate_limit import Budget, Throttled
from inroads_api.web.refusals import Refused
from inroads_api.web.stages.answers import OperationResult
from inroads_api.web.stages.operation import Operation

RETRY_AFTER: Final = "1"
"""In seconds: when a client should retry."""

LARGE: Final = 4_096
"""The fewest bytes of an answer that is compressed. A smaller one needs few packets as it is."""

LEVEL: Final = 1
"""The level of gzip. Level 6 takes three times as long to make an answer a fifth smaller."""

_FAULTS: Final = {"INTERNAL_ERROR": 500, "DEADLINE": 503, "BUSY": 503, STREAM_REQUIRED: 406}
"""The statuses of error codes, where it is not 400."""


class LargeResponse(Response):
    """A response that is compressed for clients that accept gzip.

    The length of a compressed answer tells of its content, also to eyes that TLS keeps out (BREACH).
    A limited caller learns nothing of what is hidden: an answer is made of what its caller may
    read, and no two answers share a dictionary. A page of another origin cannot make a caller ask,
    since a token is in no cookie; and no answer repeats a token.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if takes_gzip(scope):
            await GZipMiddleware(super().__call__, LARGE, LEVEL)(scope, receive, send)
        else:
            await IdentityResponder(super().__call__, LARGE)(scope, receive, send)


def envelope(operation: Operation, result: OperationResult, budget: Budget | None = None) -> bytes:
    """The JSON of a response, with the cost of its data."""
    response: dict[str, Any] = {"errors": result.errors} if result.errors else {}
    if result.data is not None:
        response["data"] = msgspec.Raw(result.data)
        if (cost := operation.cost) is not None:
            response["extensions"] = {"cost": _cost(cost, budget, actual=result.fields)}
    return msgspec.json.encode(response)


def _cost(requested: int, budget: Budget | None, **more: int) -> dict[str, Any]:
    cost: dict[str, Any] = {"requested": requested, **more, "maximum": MAX_COST}
    if budget:
        cost["throttle"] = budget.told(utcnow())
    return cost


def status_of(operation: Operation, result: OperationResult) -> int:
    """The status of a response."""
    codes = set(result.codes)
    if result.broken:
        return 500
    if not operation.posted and "OPERATION_NOT_SUPPORTED" in codes:
        return 405
    legacy = operation.media_type == LEGACY and STREAM_REQUIRED not in codes
    if legacy or result.data is not None:
        return 200
    return max((_FAULTS.get(code, 400) for code in codes), default=400)


def respond(body: bytes, status: int, media_type: str, budget: Budget | None = None) -> Response:
    """The response with a JSON body, and the headers of its status and budget."""
    kind = LargeResponse if len(body) >= LARGE else Response
    response = kind(body, status, media_type=f"{media_type}; charset=utf-8")
    if budget:
        response.headers.update(budget.headers())
    if status == 405:
        response.headers["allow"] = "POST"
    return response


def refusal_response(refused: Refused, media_type: str | None) -> Response:
    """The response to a refused request."""
    body = msgspec.json.encode(failure(refused.code, refused.message))
    response = respond(body, refused.status, media_type or LEGACY)
    if refused.status == 408:  # else the rest of the body would be parsed as a request
        response.headers["connection"] = "close"
    if refused.status == 503:
        response.headers["retry-after"] = RETRY_AFTER
    return response


def throttled_response(throttled: Throttled, media_type: str | None) -> Response:
    """The response to a throttled request, with its cost and when to retry."""
    extensions = {"cost": _cost(throttled.cost, throttled.standing)}
    body = {**failure(throttled.code, throttled.message), "extensions": extensions}
    response = respond(msgspec.json.encode(body), throttled.status, media_type or LEGACY)
    response.headers.update(throttled.headers())
    return response


def denied_response(request: Request, denied: AccessDenied) -> Response:
    """The response to a denied request, whose status is the same in all media types."""
    media_type = acceptable(",".join(request.headers.getlist("accept"))) or LEGACY
    body = msgspec.json.encode(failure(denied.code, denied.message))
    response = respond(body, denied.status, media_type)
    if denied.status == 503:
        response.headers["retry-after"] = RETRY_AFTER
    else:
        response.headers["www-authenticate"] = denied.challenge
    return response
