"""The keys of a provider that are fetched by its URL: in a thread of their own, never for a request.

They are fetched every few minutes, and sooner where a token names a key that is not known, but never more often than
the pause allows. While the provider does not answer, its last keys are taken for a bounded time.
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
"""In seconds: how old keys become while all is well, so that one that was withdrawn is refused after that."""

PAUSE: Final = 30.0
"""In seconds: the least between two attempts, whatever tokens name and however often one fails."""

KEPT: Final = 3_600.0
"""In seconds: how long the last keys are taken while there are no newer ones."""

PATIENCE: Final = 10.0
"""In seconds: how long an attempt may take in all."""

DISCOVERY: Final = "/.well-known/openid-configuration"


class KeyUrl:
    """The keys of an issuer: by the URL of its JWKS, or without one by that of its discovery document.

    They are fetched when this is made, and then while it is `running`. `clock` gives seconds and only goes forward.
    Raises InroadsError BAD_OIDC for a URL that is neither https nor of this machine, JWKS_UNAVAILABLE where nothing
    usable can be fetched.
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
        # Workers make this in a thread that has an event loop.
        with ThreadPoolExecutor(1) as beside:
            self._keys = beside.submit(self._fetched).result()
        if not self._keys:
            raise InroadsError("the JWKS of the provider has no key that signs", "JWKS_UNAVAILABLE")

    def refresh(self) -> None:
        """Nothing is learnt while somebody waits."""

    def find(self, kid: str | None) -> jwt.PyJWK:
        """The key of an id. Raises KeyError; AccessDenied 503 where the keys are too old, or are just being fetched."""
        if self._clock() - self._good > KEPT:
            raise AccessDenied(
                503,
                "AUTH_UNAVAILABLE",
                "the keys of the provider cannot be fetched: ask again later",
            )
        keys = self._keys
        if kid is not None and kid not in keys and self._asked_for():
            raise AccessDenied(
                503, "AUTH_UNAVAILABLE", "the keys of the provider are being fetched: ask again"
            )
        return keys[kid]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Fetch the keys when it is time."""
        thread = threading.Thread(target=self._run, name="jwks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._wanted.set()  # it wakes up; what is being fetched is not waited for

    def tick(self) -> None:
        """Fetch the keys, if it is time. Called by one thread."""
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
            if str(error) != self._failed:  # told once, not for each attempt
                log.error(
                    "JWKS_UNAVAILABLE: %s; the last keys are taken for up to %d minutes",
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
        """In how many seconds to fetch."""
        after = PAUSE if self._failed or self._wanted.is_set() else EVERY
        return self._tried + after - self._clock()

    def _asked_for(self) -> bool:
        """Return whether keys are being fetched, as they are from now on unless they have just been."""
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
        except Exception as error:  # noqa: BLE001  # of the network, or of TLS: whatever it is, it is tried again
            raise InroadsError(
                f"the provider: {type(error).__name__}", "JWKS_UNAVAILABLE"
            ) from None


async def _fetch(issuer: str, url: str | None) -> ById:
    return keys_of(await _body(url or await _discovered(issuer)), "the JWKS of the provider")


async def _discovered(issuer: str) -> str:
    """The URL of the keys in the discovery document of an issuer (OpenID Connect Discovery 1.0, 4)."""
    try:
        told = msgspec.json.decode(
            await _body(issuer.removesuffix("/") + DISCOVERY), type=dict[str, Any]
        )
        if told["issuer"] == issuer and isinstance(told["jwks_uri"], str):
            return told["jwks_uri"]
    except (KeyError, ValueError, RecursionError):
        pass
    raise InroadsError(
        "the discovery document of the provider is none of this issuer", "JWKS_UNAVAILABLE"
    )


async def _body(address: str) -> bytes:
    url = _checked(address)
    secure = url.scheme == "https"  # a proxy is for what leaves this machine
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
        # As it comes: what is packed could unpack without end.
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_JWKS:
                raise InroadsError(
                    f"the answer of the provider has more than {MAX_JWKS:,} bytes",
                    "JWKS_UNAVAILABLE",
                )
        return bytes(body)


def _checked(address: str) -> httpx2.URL:
    """The URL, if nobody on the way could give other keys. It is not quoted: it may hold a password."""
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
        "the keys of a provider come by https://, or http:// on this machine", "BAD_OIDC"
    )


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
