"""Middleware: authentication and security headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inroads_api.security.authentication import Auth
from inroads_api.security.callers import AccessDenied, Caller
from inroads_api.security.permissions import anonymous

OPEN: Final = frozenset({"/", "/healthz", "/readyz"})
"""Paths whose answers hold nothing of the graph; every other path needs a token."""

GRAPHQL: Final = "/graphql"

_CALLER: Final = "inroads.caller"
_AGAIN: Final = "inroads.caller.again"


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
        if scope["type"] == "http" and scope["path"] not in OPEN:
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
        if caller.id is None and not (self.introspection and scope["path"] == GRAPHQL):
            raise anonymous()
        if caller.businesses is not None and scope["path"] != GRAPHQL:
            message = "a token that is limited to businesses can only be used for /graphql"
            raise AccessDenied(
                403, "INSUFFICIENT_SCOPE", message, "insufficient_scope", who=caller.id
            )
        return caller


def caller_of(request: Request) -> Caller | None:
    """The authenticated caller of a request; None without authentication."""
    found: Caller | None = request.scope.get(_CALLER)
    return found


def caller_now(request: Request) -> Caller | None:
    """Authenticate a request again, since its token may have ended; None without authentication.

    Raises AccessDenied.
    """
    again: Callable[[], Caller] | None = request.scope.get(_AGAIN)
    return again() if again else None


LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
"""The host names that a server without tokens answers.

A page with another name may be bound to this address (DNS rebinding).
"""


class SecurityHeaders:
    """Adds headers to each response, so that browsers do not frame, store or sniff it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault(
                    "content-security-policy", "default-src 'none'; frame-ancestors 'none'"
                )
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
                headers["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, guarded)
