"""A stand-in of the service on this machine: its answers, its two families of errors, and its bad days.

It is a bare server on a socket, since some of what a client must survive no framework would send.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs

Body = dict[str, Any]
ME = "/auth/api/v1/users/me"
REFRESH = "/auth/oauth/token"
CLIENT_SECRET = "client-secret-of-the-application"  # noqa: S105 - it opens nothing


def team_path(number: int) -> str:
    return f"/auth/api/v1/users/business/{number}"


class Request(NamedTuple):
    """One request as it came; the names of headers in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def bearer(self) -> str | None:
        return (
            self.headers["authorization"].removeprefix("Bearer ")
            if "authorization" in self.headers
            else None
        )


class Reply(NamedTuple):
    """One answer; a body that is no bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: tuple[tuple[str, str], ...] = ()

    def encoded(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        head = [f"HTTP/1.1 {self.status} It", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*head, "", ""]).encode() + body


class Raw(NamedTuple):
    """What writes the bytes of an answer by itself; the connection is closed after it."""

    write: Callable[[asyncio.StreamWriter], Awaitable[None]]


Scripted = Reply | Raw | Callable[[Request], Reply]


def listing_path(number: int, page: int = 1) -> str:
    return f"/auth/api/v1/businesses/{number}/team_members?page={page}&per_page=100"


def membership(number: int, role: str) -> Body:
    return {
        "id": 1000 + number,
        "role": role,
        "business": {"id": number, "name": f"B{number}", "account_id": None},
    }


def me(identity: int, roles: dict[int, str] | None = None) -> Body:
    """One identity's own view, with a role word by business."""
    rows = [membership(number, role) for number, role in (roles or {}).items()]
    return {
        "response": {
            "id": identity,
            "email": f"i{identity}@example.com",
            "business_memberships": rows,
        }
    }


def team(number: int) -> Body:
    members = [
        {
            "id": 1,
            "group_id": 2,
            "role": "owner",
            "identity_id": 7,
            "business_id": number,
            "active": True,
        }
    ]
    group = {"id": 2, "category": "business", "members": members}
    return {
        "response": {
            "id": number,
            "name": f"B{number}",
            "account_id": None,
            "business_group": group,
        }
    }


def listing(number: int, *people: int, total: int | None = None, page: int = 1) -> Body:
    """A page of the listing of a business's members."""
    rows = [
        {
            "uuid": f"{number}-{identity}",
            "business_id": number,
            "business_role_name": "owner",
            "active": True,
            "identity_id": identity,
        }
        for identity in people
    ]
    meta = {"page": page, "per_page": 100, "total": len(rows) if total is None else total}
    return {"response": rows, "meta": meta}


def unauthenticated() -> Reply:
    """An error of the first family."""
    return Reply(
        401,
        {"error": "unauthenticated", "error_description": "This action requires authentication."},
    )


def errors(status: int = 200) -> Reply:
    """An error of the other family."""
    return Reply(status, {"response": {"errors": [{"message": "Internal", "errno": 1003}]}})


@dataclass
class Service:
    """Answers `me`, teams and refreshes by its tables; `script` holds what it answers first, by path.

    `access` says whose document an access token opens, `refresh` which identity a refresh token renews: once.
    """

    documents: dict[int, Body] = field(default_factory=dict)
    access: dict[str, int] = field(default_factory=dict)
    refresh: dict[str, int] = field(default_factory=dict)
    script: defaultdict[str, list[Scripted]] = field(default_factory=lambda: defaultdict(list))
    requests: list[Request] = field(default_factory=list)
    issued: int = 0
    together: int = 0
    most_together: int = 0

    def sign_in(self, name: str, identity: int, roles: dict[int, str] | None = None) -> None:
        """A person with an access and a refresh token that are called after them."""
        self.documents[identity] = me(identity, roles)
        self.access[f"access-token-{name}"] = identity
        self.refresh[f"refresh-token-{name}"] = identity

    def revoke(self, access_token: str) -> None:
        del self.access[access_token]

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def answer(self, request: Request) -> Reply:
        if (request.method, request.path) == ("POST", REFRESH):
            return self._renew({name: values[0] for name, values in parse_qs(request.body).items()})
        identity = self.access.get(request.bearer or "")
        if identity is None or request.headers.get("api-version") != "alpha":
            return unauthenticated()
        if request.path == ME:
            return Reply(200, self.documents[identity])
        rows = self.documents[identity]["response"]["business_memberships"]
        for row in rows:
            if request.path == team_path(row["business"]["id"]):
                if row["role"] in ("owner", "business_partner"):
                    return Reply(200, team(row["business"]["id"]))
                return Reply(403, {"error": "forbidden", "error_description": "You may not."})
        return Reply(404, {"response": {"errors": [{"message": "Not found", "errno": 1012}]}})

    def _renew(self, form: dict[str, str]) -> Reply:
        known = (
            form.get("grant_type") == "refresh_token" and form.get("client_secret") == CLIENT_SECRET
        )
        identity = self.refresh.pop(form.get("refresh_token", ""), None) if known else None
        if identity is None:
            return Reply(
                400,
                {"error": "invalid_grant", "error_description": "The token is revoked or spent."},
            )
        self.issued += 1
        access, refresh = (
            f"access-token-issued-{self.issued}",
            f"refresh-token-issued-{self.issued}",
        )
        self.access[access], self.refresh[refresh] = identity, identity
        pair = {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": 43200,
        }
        return Reply(200, pair)

    # The socket

    def __enter__(self) -> Self:
        started = threading.Event()

        def serve() -> None:
            asyncio.run(self._serve(started))

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        await self._stop.wait()
        server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # asyncio logs every handler that is cancelled, so the talk is a task that nobody logs.
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection stays."""
        first = await reader.readexactly(1)
        if first == b"\x16":  # the hello of TLS, which is not spoken here
            await broken(Reply(400).encoded()).write(writer)
            return False
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
        request = Request(method, path, headers, body)
        self.requests.append(request)
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            scripted = self.script[path].pop(0) if self.script[path] else self.answer
            if isinstance(scripted, Raw):
                await scripted.write(writer)
                return False
            reply = scripted if isinstance(scripted, Reply) else scripted(request)
            writer.write(reply.encoded())
            await writer.drain()
            return True
        finally:
            self.together -= 1


def broken(content: bytes) -> Raw:
    """These bytes, and the end of the connection."""

    @Raw
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()

    return write


def slow(content: bytes, pause: float) -> Raw:
    """A good answer whose body comes a byte at a time."""

    @Raw
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content))
        for place in range(len(content)):
            writer.write(content[place : place + 1])
            await writer.drain()
            await asyncio.sleep(pause)

    return write


def delayed(reply: Reply, pause: float) -> Raw:
    """An answer that takes its time to begin."""

    @Raw
    async def write(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(pause)
        writer.write(reply._replace(headers=(*reply.headers, ("Connection", "close"))).encoded())
        await writer.drain()

    return write


@Raw
async def silent(writer: asyncio.StreamWriter) -> None:
    """No answer at all."""
    await asyncio.sleep(60)


@Raw
async def endless(writer: asyncio.StreamWriter) -> None:
    """A body without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[")
    while True:
        writer.write(b"1," * 5000)
        await writer.drain()


@Raw
async def endless_head(writer: asyncio.StreamWriter) -> None:
    """A head without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: 1\r\n" * 1000)
        await writer.drain()


@Raw
async def reset(writer: asyncio.StreamWriter) -> None:
    """The connection is cut without a word."""
    writer.transport.abort()
