"""Reading GraphQL requests from HTTP, and refusing malformed ones."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from inroads_api.execution.execute import failure
from inroads_api.security.callers import AccessDenied
from inroads_api.web.streams import EVENTS

MODERN: Final = "application/graphql-response+json"
"""Where a refused request has an error status."""

LEGACY: Final = "application/json"
"""Where every well-formed request is answered with status 200."""

BODY_SECONDS: Final = 10.0
"""How long a body may take to come."""

RETRY_AFTER: Final = "1"
"""In seconds."""


class Sent(msgspec.Struct, rename="camel"):
    """The parameters of GraphQL over HTTP; what else a client sends is ignored."""

    query: str | None = None
    document_id: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


class Refused(Exception):
    """A request that is not one of GraphQL over HTTP: a status, and why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


def denied_response(request: Request, denied: AccessDenied) -> Response:
    """Return the response to a request that was denied, in the media type that it accepts.

    The status is that of the denial, also in the older media type.
    """
    media_type = acceptable(",".join(request.headers.getlist("accept"))) or LEGACY
    response = json_response(
        msgspec.json.encode(failure(denied.code, denied.message)), denied.status, media_type
    )
    if denied.status == 503:
        response.headers["retry-after"] = RETRY_AFTER
    else:
        response.headers["www-authenticate"] = denied.challenge
    return response


def json_response(body: bytes, status: int, media_type: str) -> Response:
    return Response(body, status, media_type=f"{media_type}; charset=utf-8")


async def read_request(request: Request, most: int) -> tuple[Sent, int]:
    """What was sent, and in how many bytes."""
    if request.method != "POST":
        text = request.scope["query_string"]
        return _from_url(text), len(text)
    media_type, parameters = _media_type(request.headers.get("content-type", ""))
    if media_type != LEGACY or not _is_utf8(parameters):
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"send {LEGACY} in UTF-8")
    body = await _body(request, most)
    return _decoded(body, Sent), len(body)


async def _body(request: Request, most: int) -> bytes:
    """The body, as long as it is not too long: if its headers say so, it is not even read."""
    body = bytearray()
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise _too_large(most)
    except TimeoutError:
        raise Refused(
            408, "BODY_TOO_SLOW", f"the body did not come within {BODY_SECONDS:g} seconds"
        ) from None
    return bytes(body)


def _too_large(most: int) -> Refused:
    return Refused(413, "BODY_TOO_LARGE", f"the most is {most:,} bytes")


def _from_url(text: bytes) -> Sent:
    try:
        pairs = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20
        )
    except ValueError:
        raise Refused(
            400, "BAD_REQUEST", "the URL is not UTF-8, or has too many parameters"
        ) from None
    given: dict[str, Any] = {name: value for name, value in pairs if value}
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _decoded(given[name].encode(), dict[str, Any] | None)
    try:
        return msgspec.convert(given, Sent)
    except msgspec.ValidationError as error:
        raise Refused(400, "BAD_REQUEST", str(error)) from None


def _decoded(text: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    except (
        msgspec.ValidationError
    ) as error:  # says the expected type and the place, never the value
        raise Refused(400, "BAD_REQUEST", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "BAD_REQUEST", "this is not JSON in UTF-8") from None


def acceptable(accept: str) -> str | None:
    """The media type that an Accept header prefers of the two there are; None when it accepts neither.

    Where it prefers none, the one that it names; where it names both, the modern one; where it names none, the one
    that those expect who know of no other (GraphQL over HTTP, "Legacy watershed").

    >>> acceptable("application/graphql-response+json, */*"), acceptable("*/*"), acceptable("text/html")
    ('application/graphql-response+json', 'application/json', None)
    """
    if not accept.strip():
        return LEGACY
    ranges = [_media_type(each) for each in accept.split(",")]
    best: tuple[float, int, bool] | None = None
    chosen = None
    for media_type in (LEGACY, MODERN):
        matching = [
            (specificity, _quality(parameters))
            for wanted, parameters in ranges
            for specificity, pattern in enumerate(("*/*", "application/*", media_type))
            if wanted == pattern and _is_utf8(parameters)
        ]
        if matching:
            specificity, quality = max(matching)  # the most specific range speaks for a type
            rank = quality, specificity, specificity == 2 and media_type == MODERN
            if quality > 0 and (best is None or rank > best):
                best, chosen = rank, media_type
    return chosen


def accepts_events(accept: str) -> bool:
    """Return whether an Accept header names the media type of streams: who knows nothing of them takes anything, too.

    >>> accepts_events("application/json, text/event-stream"), accepts_events("text/event-stream;q=0, */*")
    (True, False)
    """
    ranges = [_media_type(each) for each in accept.split(",")]
    return any(wanted == EVENTS and _quality(parameters) > 0 for wanted, parameters in ranges)


def _media_type(text: str) -> tuple[str, dict[str, str]]:
    """A media type, with its parameters, in lower case."""
    first, *rest = (each.strip().lower() for each in text.split(";"))
    pairs = (each.partition("=") for each in rest)
    return first, {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _quality(parameters: dict[str, str]) -> float:
    try:
        return min(float(parameters.get("q", "1")), 1.0)
    except ValueError:
        return 0.0


def _is_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8") in ("utf-8", "utf8")
