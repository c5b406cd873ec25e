"""A page in a real Firefox, which is told what to do in WebDriver BiDi, the protocol that it speaks itself.

Playwright speaks it too, with `channel="moz-firefox"`, but to Firefox 159 and newer alone: when the
long-term release is that new, its pages take the place of this file.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

from browsing import TOLD, missing

PATIENCE: Final = 60.0  # seconds: the machine may be slow

BROWSERS: Final = ("firefox-esr", "firefox")

PREFERENCES: Final = {
    # Whatever is not our own server is asked of a proxy that is not there.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    # And it is not even tried to.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.region.network.url": "",
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.unified": False,
    # The system's theme is light, and nothing moves.
    "ui.systemUsesDarkTheme": 0,
    "ui.prefersReducedMotion": 1,
}

OWN: Final = 'Error: Permission denied to access property "length"'
"""Without a place it is of Firefox 140 itself: it tells it now and then of a page without scripts."""

KEYS: Final = {"Tab": "\ue004", "Enter": "\ue007", "ArrowDown": "\ue015", "ArrowRight": "\ue014"}
"""Keys that write no letter, by the numbers that WebDriver gives them."""


class FirefoxPage:
    """The one page of a Firefox, and what it did and must not."""

    def __init__(self, spoken: ClientConnection) -> None:
        self.complaints: list[str] = []
        self.origin = ""
        self._spoken, self._numbers = spoken, count(1)
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        # A window of its own: the first one has no focus while no one sits before it.
        self._page = self._send("browsingContext.create", type="window")["context"]
        self._send("browsingContext.activate", context=self._page)
        self._send("script.addPreloadScript", functionDeclaration=f"() => {{ {TOLD} }}")

    def goto(self, address: str) -> None:
        """Load an address of a server of ours, the only one that the page may ask."""
        self.origin = "/".join(address.split("/")[:3]) + "/"
        self._send("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def resize(self, width: int, height: int) -> None:
        view = {"width": width, "height": height}
        self._send("browsingContext.setViewport", context=self._page, viewport=view)

    def press(self, *keys: str) -> None:
        """Press keys one by one: names of `KEYS`, or the letters of a text."""
        letters = [letter for key in keys for letter in KEYS.get(key, key)]
        actions = [
            {"type": kind, "value": each} for each in letters for kind in ("keyDown", "keyUp")
        ]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self._send("input.performActions", context=self._page, actions=[source])

    def evaluate(self, expression: str) -> Any:
        """The value of an expression: a text, a number, a truth value or nothing."""
        answer = self._send(
            "script.evaluate",
            expression=expression,
            target={"context": self._page},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return answer["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.05)

    def named(self, role: str, name: str) -> int:
        """The number of elements of a role and a name, as Firefox tells them to a screen reader."""
        locator = {"type": "accessibility", "value": {"role": role, "name": name}}
        found = self._send("browsingContext.locateNodes", context=self._page, locator=locator)
        return len(found["nodes"])

    def screenshot(self, path: Path) -> None:
        shot = self._send("browsingContext.captureScreenshot", context=self._page)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _send(self, method: str, **params: object) -> Any:
        number = next(self._numbers)
        self._spoken.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self._spoken.recv(PATIENCE))
            if told["type"] == "event":
                self._watch(told["method"], told["params"])
            elif told.get("id") == number:
                assert told["type"] == "success", f"{method}: {told['message']}"
                return told["result"]

    def _watch(self, event: str, told: dict[str, Any]) -> None:
        if event == "log.entryAdded" and told["level"] == "error":
            has_place = (told.get("stackTrace") or {}).get("callFrames")
            if has_place or told["text"] != OWN:
                self.complaints.append(f"console: {told['text']}")
        if event == "network.beforeRequestSent":
            address = told["request"]["url"]
            if not address.startswith((self.origin, "about:", "blob:", "data:")):
                self.complaints.append(f"asked outside: {address}")


@contextmanager
def firefox(profile: Path) -> Iterator[FirefoxPage]:
    """A headless Firefox with a profile of its own, and its page."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        missing("the page is not tested: there is no Firefox on PATH (apt-get install firefox-esr)")
    assert program
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    words = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([program, *words], stdout=quiet, stderr=quiet) as running:  # noqa: S603  # our own words
        try:
            port = _port(profile / "WebDriverBiDiServer.json", running)
            with connect(f"ws://127.0.0.1:{port}/session", max_size=None, proxy=None) as spoken:
                yield FirefoxPage(spoken)
        finally:
            running.terminate()
            try:
                running.wait(PATIENCE)
            finally:
                running.kill()


def _port(told: Path, running: subprocess.Popen[bytes]) -> int:
    """The port that a Firefox listens on, once it has written it down."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and running.poll() is None:
        if told.is_file() and (text := told.read_text(encoding="utf-8")):
            port: int = json.loads(text)["ws_port"]
            return port
        time.sleep(0.05)
    raise AssertionError("Firefox did not start")
