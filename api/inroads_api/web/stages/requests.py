"""Parsing an HTTP request into the operation that it asks for."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request

from inroads.errors import InroadsError
from inroads_api.clock import Deadline
from inroads_api.execution.answer_cache import question
from inroads_api.execution.documents import DocumentCache
from inroads_api.execution.trusted_documents import Trusted
from inroads_api.limits import MAX_ASKED, MAX_BODY
from inroads_api.security.callers import Caller
from inroads_api.security.permissions import MUTATIONS
from inroads_api.web.media_types import LEGACY, is_utf8, parse_media_type
from inroads_api.web.middleware import caller_of
from inroads_api.web.refusals import Refused
from inroads_api.web.stages.operation import Operation

BODY_SECONDS: Final = 10.0
"""In seconds: the time in which a body must arrive."""


class Parameters(msgspec.Struct, rename="camel"):
    """The parameters of GraphQL over HTTP; unknown ones are ignored."""

    query: str | None = None
    document_id: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


class RequestParser:
    """Parses requests, whose deadline is in `seconds`. Large bodies need `ingests`."""

    def __init__(
        self, documents: DocumentCache, trusted: Trusted, seconds: float, *, ingests: bool
    ) -> None:
        self._documents, self._trusted = documents, trusted
        self.seconds, self._ingests = seconds, ingests

    async def parse(self, request: Request, media_type: str) -> Operation:
        """Parse the operation of a request. Raises Refused."""
        caller = caller_of(request)
        parameters, size = await _read(request, self._largest(caller))
        document = self._documents.get(self._text(parameters, media_type))
        # An empty name is none, as some clients write it.
        variables, name = parameters.variables, parameters.operation_name or None
        # A document that comes for the first time seldom comes again, so its answer is not cached.
        kept = document.settled and not (caller and caller.restricted)
        return Operation(
            document,
            variables,
            name,
            question(document, variables, name) if kept else None,
            caller,
            request.method == "POST",
            media_type,
            size,
            Deadline.after(self.seconds),
        )

    def _largest(self, caller: Caller | None) -> int:
        """The most bytes of a body, which is large only for documents to ingest."""
        ingests = self._ingests and (caller is None or caller.may(MUTATIONS["ingest"]))
        return MAX_BODY if ingests else MAX_ASKED

    def _text(self, parameters: Parameters, media_type: str) -> str:
        named = parameters.query is not None or parameters.document_id is not None
        if not named and "persistedQuery" in (parameters.extensions or {}):
            # By this message or code a client with automatic persisted queries sends the document.
            raise Refused(
                200 if media_type == LEGACY else 400,
                "PERSISTED_QUERY_NOT_SUPPORTED",
                "PersistedQueryNotSupported",
            )
        try:
            return self._trusted.text(parameters.query, parameters.document_id)
        except InroadsError as error:
            well_formed = error.code != "BAD_REQUEST"
            status = 200 if well_formed and media_type == LEGACY else 400
            raise Refused(status, error.code, str(error)) from None


async def _read(request: Request, largest: int) -> tuple[Parameters, int]:
    """The parameters of a request, and their size in bytes."""
    if request.method != "POST":
        text = request.scope["query_string"]
        return _from_url(text), len(text)
    if not _is_json(request.headers.get("content-type", "")):
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"the content type must be {LEGACY} in UTF-8")
    body = await _body(request, largest)
    if body.lstrip()[:1] == b"[":
        raise Refused(
            400,
            "BAD_REQUEST",
            "a request has one operation, not a batch: send each operation on its own",
        )
    return _decoded(body, Parameters), len(body)


def _is_json(content_type: str) -> bool:
    if content_type == LEGACY:  # as most clients write it
        return True
    media_type, parameters = parse_media_type(content_type)
    return media_type == LEGACY and is_utf8(parameters)


async def _body(request: Request, largest: int) -> bytes:
    """Read the body, unless its header already says that it is too long."""
    body = bytearray()
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > largest:
        raise _too_large(largest)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:  # what `request.stream` does, without a generator for each small body
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                body += message.get("body", b"")
                if len(body) > largest:
                    raise _too_large(largest)
                more = message.get("more_body", False)
    except TimeoutError:
        raise Refused(
            408, "BODY_TOO_SLOW", f"the body did not arrive within {BODY_SECONDS:g} seconds"
        ) from None
    return bytes(body)


def _too_large(largest: int) -> Refused:
    return Refused(413, "BODY_TOO_LARGE", f"the body can have at most {largest:,} bytes")


def _from_url(text: bytes) -> Parameters:
    try:
        pairs = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20
        )
    except ValueError:
        raise Refused(
            400, "BAD_REQUEST", "the URL must be UTF-8 and can have at most 20 parameters"
        ) from None
    given: dict[str, Any] = {name: value for name, value in pairs if value}
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _decoded(given[name].encode(), dict[str, Any] | None)
    try:
        return msgspec.convert(given, Parameters)
    except msgspec.ValidationError as error:
        raise Refused(400, "BAD_REQUEST", str(error)) from None


def _decoded(text: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    # The message has the expected type and the place, never the value.
    except msgspec.ValidationError as error:
        raise Refused(400, "BAD_REQUEST", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "BAD_REQUEST", "expected JSON in UTF-8") from None
