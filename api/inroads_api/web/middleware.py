"""Middleware: authentication, requests of browsers, request ids, and security headers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inroads_api.execution.tracing import REQUEST_ID
from inroads_api.pages import ASSETS
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import AccessDenied, Caller
from inroads_api.security.permissions import anonymous
from inroads_api.web.media_types import acceptable
from inroads_api.web.refusals import Refused
from inroads_api.web.stages.responses import refusal_response

READY: Final = "/readyz"
"""A path for any token and for none. Its figures are for a token of the whole graph."""

OPEN: Final = frozenset({"/", "/healthz"})
"""Paths whose answers hold nothing of the graph; with the page's assets they need no token."""

GRAPHQL: Final = "/graphql"

SCHEMA: Final = "/schema.graphql"

ASKABLE: Final = frozenset({GRAPHQL, SCHEMA})
"""Paths for any token, and for none with `introspection`."""

_CALLER: Final = "inroads.caller"
_AGAIN: Final = "inroads.caller.again"


def _open(path: str) -> bool:
    return path in OPEN or path.startswith(ASSETS)


class AuthenticationMiddleware:
    """Admits requests with a valid token.

    With `introspection`, requests without a token reach GraphQL, too, where `authorise` restricts
    them to the schema.
    """

    def __init__(
        self,
        app: ASGIApp,
        tokens: Auth,
        introspection: bool,
        refused: Callable[[Request, AccessDenied], Response],
    ) -> None:
        self.app, self.tokens, self.introspection, self.refused = (
            app,
            tokens,
            introspection,
            refused,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _open(scope["path"]):
            scope[_AGAIN] = partial(self._caller, scope)
            try:
                scope[_CALLER] = self._caller(scope)
            except AccessDenied as denied:
                await self.refused(Request(scope), denied)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _caller(self, scope: Scope) -> Caller:
        caller = self.tokens.caller(
            [value for name, value in scope["headers"] if name == b"authorization"]
        )
        path = scope["path"]
        if path == READY:
            return caller
        if caller.id is None and not (self.introspection and path in ASKABLE):
            raise anonymous()
        if caller.businesses is not None and path not in ASKABLE:
            message = (
                "a token that is limited to businesses can only be used for /graphql and its schema"
            )
            raise AccessDenied(
                403, "INSUFFICIENT_SCOPE", message, "insufficient_scope", who=caller.id
            )
        return caller


def caller_of(request: Request) -> Caller | None:
    """The authenticated caller of a request; None without authentication."""
    found: Caller | None = request.scope.get(_CALLER)
    return found


def sees_all(request: Request) -> bool:
    """Return whether figures of the whole graph are for the caller of a request."""
    caller = caller_of(request)
    return caller is None or (caller.id is not None and not caller.restricted)


def caller_now(request: Request) -> Caller | None:
    """Authenticate a request again, since its token may have ended; None without authentication.

    Raises AccessDenied.
    """
    again: Callable[[], Caller] | None = request.scope.get(_AGAIN)
    return again() if again else None


class SameOrigin:
    """Refuses requests of pages of other origins, for a server that asks for no tokens.

    Any page that its user opens could otherwise ask that server. A browser says of a request which
    origin or site made it (Fetch Metadata Request Headers). Other clients send no such headers.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self.app, self.allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != READY and not _open(scope["path"]):
            headers = Headers(scope=scope)
            if not self._admits(headers):
                media_type = acceptable(",".join(headers.getlist("accept")))
                await refusal_response(_FOREIGN, media_type)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _admits(self, headers: Headers) -> bool:
        origins = headers.getlist("origin")
        if origins:
            own = {f"{scheme}://{headers.get('host', '')}" for scheme in ("http", "https")}
            return len(origins) == 1 and origins[0] in own.union(self.allowed)
        # A page at another port of this machine is of the same site, and another origin.
        return all(each in ("same-origin", "none") for each in headers.getlist("sec-fetch-site"))


_FOREIGN: Final = Refused(
    403,
    "CROSS_ORIGIN",
    "this server answers no pages of other origins; `inroads serve --allow-origin` names exceptions",
)

ASKED_HEADERS: Final = ("accept", "authorization", "content-type", "last-event-id", "x-request-id")
"""The headers that a page of an allowed origin may send."""

TOLD_HEADERS: Final = ("ratelimit", "ratelimit-policy", "retry-after", "x-request-id")
"""The headers of an answer that such a page may read."""

LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
"""The host names that a server without tokens answers.

A page with another name may be bound to this address (DNS rebinding).
"""


class RequestIds:
    """Gives each request an id, which its response, span, log records and audit lines share.

    An id of the client is taken if it is well formed: 8 to 64 letters, digits, `-`, `_` and `.`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == b"x-request-id"]
        taken = len(given) == 1 and _REQUEST_ID.fullmatch(given[0])
        request_id = given[0] if taken else secrets.token_hex(8).encode()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        token = REQUEST_ID.set(request_id.decode())
        try:
            await self.app(scope, receive, named)
        finally:
            REQUEST_ID.reset(token)


_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")


class SecurityHeaders:
    """Adds headers to each response, so that browsers do not frame, store or sniff it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _guarded(message["headers"])
            await send(message)

        await self.app(scope, receive, guarded)


def _guarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    given = [each for each in headers if each[0] not in _ALWAYS]
    named = {name for name, _ in given}
    defaults = [each for each in _UNLESS_GIVEN if each[0] not in named]
    return [*given, *_ALWAYS.items(), *defaults]


_ALWAYS: Final = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
}
"""The headers of every response."""

_UNLESS_GIVEN: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""The headers of responses that have none of this name."""
