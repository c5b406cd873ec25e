"""The keys of a provider that a background thread fetches from a URL.

Keys are fetched every few minutes, and sooner if a token names an unknown key, but with a pause
between attempts. While the provider does not answer, its last keys are used for a bounded time.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import httpx2
import jwt
import msgspec

from inroads.errors import InroadsError
from inroads_api.security.callers import AccessDenied
from inroads_api.security.jwks import MAX_JWKS, ById, keys_of

log = logging.getLogger(__name__)

EVERY: Final = 300.0
"""In seconds: the time between fetches, after which a withdrawn key is refused."""

PAUSE: Final = 30.0
"""In seconds: the shortest time between two attempts, even after a failure."""

KEPT: Final = 3_600.0
"""In seconds: how long the last keys are used without newer ones."""

PATIENCE: Final = 10.0
"""In seconds: the timeout of an attempt."""

DISCOVERY: Final = "/.well-known/openid-configuration"


class KeyUrl:
    """The keys of an issuer, from the URL of its JWKS or from its discovery document.

    They are fetched at construction, and again while `running`. `clock` is monotonic, in seconds.
    Raises InroadsError BAD_OIDC for a URL that is neither https nor local, and JWKS_UNAVAILABLE if
    no usable keys can be fetched.
    """

    def __init__(
        self, issuer: str, url: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer, self._url, self._clock = issuer, url, clock
        _checked(url or issuer + DISCOVERY)
        self._wanted, self._over = threading.Event(), threading.Event()
        self._fetching = False
        self._failed: str | None = None
        self._tried = self._good = clock()
        # Workers construct this in a thread with an event loop, where asyncio.run fails.
        with ThreadPoolExecutor(1) as beside:
            self._keys = beside.submit(self._fetched).result()
        if not self._keys:
            raise InroadsError("the JWKS of the provider has no signing key", "JWKS_UNAVAILABLE")

    def refresh(self) -> None:
        """Do nothing, since keys are fetched in the background only."""

    def find(self, kid: str | None) -> jwt.PyJWK:
        """The key of an id.

        Raises KeyError, and AccessDenied 503 if the keys are too old or being fetched.
        """
        if self._clock() - self._good > KEPT:
            raise AccessDenied(
                503,
                "AUTH_UNAVAILABLE",
                "the keys of the provider cannot be fetched: retry later",
            )
        keys = self._keys
        if kid is not None and kid not in keys and self._asked_for():
            raise AccessDenied(
                503, "AUTH_UNAVAILABLE", "the keys of the provider are being fetched: retry"
            )
        return keys[kid]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the thread that fetches keys when they are due."""
        thread = threading.Thread(target=self._run, name="jwks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._wanted.set()  # wakes the thread, without waiting for its fetch

    def tick(self) -> None:
        """Fetch the keys if they are due. Called by one thread."""
        wait = self._due()
        self._wanted.clear()
        if wait > 0:
            return
        self._tried, self._fetching = self._clock(), True
        try:
            self._keys, self._good = self._fetched(), self._tried
            if self._failed or not self._keys:
                log.warning(
                    "the JWKS of the provider has been fetched: it has %d keys", len(self._keys)
                )
            self._failed = None
        except InroadsError as error:
            if str(error) != self._failed:  # logged once, not for each attempt
                log.error(
                    "JWKS_UNAVAILABLE: %s; the last keys are used for up to %d minutes",
                    error,
                    KEPT // 60,
                )
            self._failed = str(error)
        finally:
            self._fetching = False

    def _run(self) -> None:
        while not self._over.is_set():
            self._wanted.wait(max(0.0, self._due()))
            if not self._over.is_set():
                self.tick()

    def _due(self) -> float:
        """The seconds until the next fetch."""
        after = PAUSE if self._failed or self._wanted.is_set() else EVERY
        return self._tried + after - self._clock()

    def _asked_for(self) -> bool:
        """Request a fetch unless one was just made; return whether keys are being fetched."""
        if self._clock() - self._tried >= PAUSE:
            self._wanted.set()
            return True
        return self._fetching

    def _fetched(self) -> ById:
        try:
            return asyncio.run(asyncio.wait_for(_fetch(self._issuer, self._url), PATIENCE))
        except TimeoutError:
            raise InroadsError(
                f"the provider did not answer within {PATIENCE:g} seconds", "JWKS_UNAVAILABLE"
            ) from None
        except InroadsError:
            raise
        except Exception as error:  # noqa: BLE001  # any error of network or TLS is retried
            raise InroadsError(
                f"the provider cannot be reached: {type(error).__name__}", "JWKS_UNAVAILABLE"
            ) from None


async def _fetch(issuer: str, url: str | None) -> ById:
    return keys_of(await _body(url or await _discovered(issuer)), "the JWKS of the provider")


async def _discovered(issuer: str) -> str:
    """Fetch the JWKS URL from the discovery document (OpenID Connect Discovery 1.0, 4)."""
    try:
        told = msgspec.json.decode(
            await _body(issuer.removesuffix("/") + DISCOVERY), type=dict[str, Any]
        )
        if told["issuer"] == issuer and isinstance(told["jwks_uri"], str):
            return told["jwks_uri"]
    except (KeyError, ValueError, RecursionError):
        pass
    raise InroadsError(
        "the discovery document of the provider does not name this issuer and its keys",
        "JWKS_UNAVAILABLE",
    )


async def _body(address: str) -> bytes:
    url = _checked(address)
    secure = url.scheme == "https"  # plain http is local and needs no proxy
    headers = {"user-agent": "inroads", "accept": "application/json", "accept-encoding": "identity"}
    async with (
        httpx2.AsyncClient(
            headers=headers, timeout=PATIENCE, follow_redirects=False, trust_env=secure
        ) as client,
        client.stream("GET", url) as response,
    ):
        if response.status_code != 200:
            raise InroadsError(
                f"the provider answered with status {response.status_code}", "JWKS_UNAVAILABLE"
            )
        body = bytearray()
        # Raw bytes, since compressed ones could expand without limit.
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_JWKS:
                raise InroadsError(
                    f"the answer of the provider has more than {MAX_JWKS:,} bytes",
                    "JWKS_UNAVAILABLE",
                )
        return bytes(body)


def _checked(address: str) -> httpx2.URL:
    """Parse a URL that is safe from tampering. Errors omit it: it may hold a password."""
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, UnicodeError):
        url = httpx2.URL()
    if (
        url.host
        and not url.userinfo
        and (url.scheme == "https" or (url.scheme == "http" and _here(url.host)))
    ):
        return url
    raise InroadsError(
        "the URL of a provider must begin with https://, or http:// on this machine", "BAD_OIDC"
    )


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
