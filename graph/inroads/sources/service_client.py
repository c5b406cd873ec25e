"""HTTP requests to the service: limits, retries, pacing."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import logging
import re
import ssl
import zlib
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, NamedTuple

import httpx2
import msgspec

from inroads.documents.reader import MAX_BYTES
from inroads.errors import InroadsError

MAX_REDIRECTS: Final = 3
"""The most redirects that are followed, all on the host of the request."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The load that is put on the service, for all tokens together. Times are in seconds.

    `attempts` is the most for one document, `backoff` the longest wait before the first retry
    (doubled for each further one, up to `longest_backoff`), `longest_pause` the longest Retry-After
    that is obeyed, `silence` the longest time between two pieces of an answer, `total` the longest
    time of a whole answer. Raises InroadsError for an invalid limit.
    """

    concurrency: int = 4
    per_second: float = 4.0
    attempts: int = 4
    backoff: float = 0.5
    longest_backoff: float = 30.0
    longest_pause: float = 120.0
    connect: float = 10.0
    silence: float = 30.0
    total: float = 120.0
    max_bytes: int = MAX_BYTES

    def __post_init__(self) -> None:
        for name, value in msgspec.structs.asdict(self).items():
            if not 0 < value < float("inf"):
                raise InroadsError(f"{name} must be a positive number", "BAD_LIMITS")


def service_root(base_url: str) -> httpx2.URL:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        url = httpx2.URL()
    bare = not (url.userinfo or url.query or url.fragment) and url.path in ("", "/")
    name = re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", url.host)
    address = _address(url.host)
    here = url.host == "localhost" or (address is not None and address.is_loopback)
    if bare and (name or address) and (url.scheme == "https" or (url.scheme == "http" and here)):
        return url
    # The URL is not quoted: it may hold a password.
    raise InroadsError(
        "the base URL must be https://host, or http:// on this machine", "BAD_BASE_URL"
    )


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def http_client(root: httpx2.URL, limits: Limits) -> httpx2.AsyncClient:
    secure = root.scheme == "https"
    return httpx2.AsyncClient(
        headers={
            "User-Agent": "inroads",
            "Api-Version": "alpha",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        },
        timeout=httpx2.Timeout(limits.silence, connect=limits.connect),
        # Servers close idle connections, mostly after 5 seconds or more. Closing them earlier
        # avoids that a server does it while a request is on its way.
        limits=httpx2.Limits(max_connections=limits.concurrency, keepalive_expiry=2.0),
        follow_redirects=False,
        # A cookie set for one token must not be sent with another.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        # Through a proxy https is safe, but plain http would show it the bearer.
        trust_env=secure,
        # Without TLS no certificate is loaded, and none is trusted.
        verify=True if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )


TALKATIVE: Final = (
    "httpx2",
    *(f"httpcore2.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
)
"""Loggers that repeat the head of an answer, with cookies and other secrets."""

COLLECTING: ContextVar[bool] = ContextVar("_COLLECTING", default=False)


def silenced(_: logging.LogRecord) -> bool:
    return not COLLECTING.get()


class ServiceAnswer(NamedTuple):
    status: int
    body: bytes
    moment: dt.datetime
    retry_after: str


class RequestFailure(NamedTuple):
    code: str
    message: str


RequestOutcome = ServiceAnswer | RequestFailure


class RequestQueue:
    """The way to the service, shared by all tokens: evenly spaced requests, retries, limits."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        root: httpx2.URL,
        limits: Limits,
        now: Callable[[], dt.datetime],
        sleep: Callable[[float], Awaitable[object]],
        clock: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        self.client, self.root, self.limits, self.now = client, root, limits, now
        self._sleep, self._clock, self._jitter = sleep, clock, jitter
        self._next = self._resumes = clock()

    async def ask(
        self, request: httpx2.Request, retried: Callable[[], None], *, repeatable: bool = True
    ) -> RequestOutcome:
        """Return the last of at most `attempts` outcomes.

        A request that is not repeatable is sent again only if it did not reach the service.
        """
        for attempt in range(1, self.limits.attempts + 1):
            await self._turn()
            outcome = await self._attempt(request)
            if attempt == self.limits.attempts or not _is_passing(outcome, repeatable):
                break
            retried()
            await self._wait(outcome, attempt)
        return outcome

    async def _turn(self) -> None:
        start = max(self._clock(), self._next)
        self._next = start + 1 / self.limits.per_second
        while (left := max(start, self._resumes) - self._clock()) > 0:
            await self._sleep(left)

    async def _wait(self, outcome: RequestOutcome, attempt: int) -> None:
        """Wait as long as the service asks for, all tokens together; else a random back-off."""
        asked = self._asked(outcome.retry_after) if isinstance(outcome, ServiceAnswer) else None
        if asked is not None:
            self._resumes = max(self._resumes, self._clock() + asked)
        else:
            longest = min(self.limits.longest_backoff, self.limits.backoff * 2 ** (attempt - 1))
            await self._sleep(self._jitter() * longest)

    def _asked(self, retry_after: str) -> float | None:
        if re.fullmatch(r"[0-9]{1,9}", retry_after, re.ASCII):
            seconds = float(retry_after)
        else:
            try:
                moment = parsedate_to_datetime(retry_after)
                # A zone of `-0000` is UTC, too.
                if moment.tzinfo is None:
                    moment = moment.replace(tzinfo=dt.UTC)
                seconds = (moment - self.now()).total_seconds()
            except (ValueError, OverflowError):
                return None
        return min(max(seconds, 0.0), self.limits.longest_pause)

    async def _attempt(self, request: httpx2.Request) -> RequestOutcome:
        """Return one outcome as a value.

        No exception leaves this method, since its frames and text could carry the bearer.
        """
        try:
            async with asyncio.timeout(self.limits.total):
                for _ in range(MAX_REDIRECTS + 1):
                    response = await self.client.send(request, stream=True)
                    try:
                        following = response.next_request
                        if following is None:
                            return await self._answer(response, self.now())
                    finally:
                        await response.aclose()
                    if request.method != "GET" or _origin(following.url) != _origin(self.root):
                        return RequestFailure(
                            "redirected",
                            "the service redirects to another host, which must not get the token",
                        )
                    request = following
                return RequestFailure("redirected", f"more than {MAX_REDIRECTS} redirects")
        except (TimeoutError, httpx2.TimeoutException):
            return RequestFailure("timeout", "the whole answer did not arrive in time")
        except httpx2.ConnectError as error:
            # Nothing was sent, so the text cannot repeat a secret.
            return RequestFailure("unreachable", f"no connection: {error}")
        except httpx2.HTTPError:
            return RequestFailure("broken", "the connection broke, or the answer is not HTTP")

    async def _answer(self, response: httpx2.Response, moment: dt.datetime) -> RequestOutcome:
        most = self.limits.max_bytes
        body = bytearray()
        try:
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > most:
                    return _too_large(most)
        except (httpx2.ReadError, httpx2.RemoteProtocolError):
            return RequestFailure("truncated", "the connection ended before the document did")
        content = bytes(body)
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding == "gzip":
            inflater = zlib.decompressobj(31)
            try:
                content = inflater.decompress(content, most + 1)
            except zlib.error:
                return RequestFailure("truncated", "the gzip data is damaged")
            if len(content) > most:
                return _too_large(most)
            if not inflater.eof:
                return RequestFailure("truncated", "the gzip data is cut off")
        elif encoding != "identity":
            return RequestFailure("encoded", "it is encoded in a way that was not asked for")
        return ServiceAnswer(
            response.status_code, content, moment, response.headers.get("retry-after", "").strip()
        )


def _too_large(most: int) -> RequestFailure:
    return RequestFailure("too_large", f"more than {most:,} bytes")


def _is_passing(outcome: RequestOutcome, repeatable: bool) -> bool:
    """Return whether another attempt may succeed: the service is busy, failing or silent."""
    if isinstance(outcome, RequestFailure):
        return repeatable and outcome.code == "timeout"
    return outcome.status == 429 or (repeatable and outcome.status >= 500)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
