"""A page in Chromium that asks nobody but our own servers, and all that it complains of."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Route, expect

Served = Callable[..., str]
"""The URL of a server of the given words after `inroads serve`."""

TOP: Final = Path(__file__).parents[2]
AXE: Final = TOP / "api" / "web" / "node_modules" / "axe-core" / "axe.min.js"
"""Its findings are about the page's accessibility."""

CHROMIUM: Final = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
"""Names of Chromium. The first one is the engine without the windows: a test takes half the time."""

QUIET: Final = (
    "--no-sandbox",  # a container has none to offer
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
"""Options for a Chromium that starts fast and asks for no other machine."""

TOLD: Final = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.effectiveDirective} ${event.blockedURI}`))"""


def missing(what: str) -> None:
    """Skip a test, except where everything must be there, as in CI: then fail it."""
    if os.environ.get("INROADS_WEB") == "require":
        pytest.fail(what)
    pytest.skip(what)


def chromium() -> str:
    """The path of a Chromium of this machine."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        missing(
            "the page is not tested: there is no Chromium on PATH (apt-get install chromium-headless-shell)"
        )
    assert found
    return found


class Complaints(list[str]):
    """Each thing that a page must not do and did: it fails its test, unless it is forgiven."""

    def __init__(self, origins: set[str]) -> None:
        super().__init__()
        self._origins, self._forgiven = origins, list[str]()

    def forgive(self, pattern: str) -> None:
        """Let complaints that a regular expression is found in pass, such as "status of 401"."""
        self._forgiven.append(pattern)

    @property
    def unforgiven(self) -> list[str]:
        return [
            each for each in self if not any(re.search(known, each) for known in self._forgiven)
        ]

    def watch(self, context: BrowserContext) -> None:
        """Refuse what the pages of a context ask of others, and note it with all errors."""
        context.add_init_script(TOLD)
        context.on("console", self._said)
        context.on("weberror", lambda thrown: self.append(f"uncaught: {thrown.error}"))
        context.route("**/*", self._let)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "assert"}:
            self.append(f"console: {message.text}")

    def _let(self, route: Route) -> None:
        address = route.request.url
        if any(address.startswith(f"{origin}/") for origin in self._origins):
            route.continue_()
        else:
            self.append(f"asked outside: {address}")
            route.abort("blockedbyclient")


def asked_as(page: Page, form: Literal["GraphQL", "Command", "Python"]) -> None:
    """Show the question of a view as one of its forms."""
    tab = page.get_by_role("tab", name=form)
    if not tab.is_visible():
        page.get_by_role("button", name="As GraphQL, command, Python").click()
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")


Scheme = Literal["light", "dark"]


def axe_findings(
    page: Page, schemes: tuple[Scheme, ...] = ("light", "dark"), *, contrast: bool = True
) -> list[str]:
    """What axe finds on a page once its answers are there, in light and in dark: `dark color-contrast: .quiet`.

    It runs through the debugger's protocol, which the page's policy does not bind. A contrast that it
    could not judge for what stands in front of all is a finding, too: it would find nothing any more.
    """
    if not AXE.is_file():
        missing("accessibility is not tested: `npm --prefix api/web ci` brings axe-core")
    page.locator('.view[aria-busy="true"]').wait_for(state="detached")  # a veil lies over it
    debugger = page.context.new_cdp_session(page)
    try:
        if not _evaluate(debugger, "'axe' in window"):
            _evaluate(debugger, AXE.read_text(encoding="utf-8") + "; null")
        options = {"preload": False, "rules": {"color-contrast": {"enabled": contrast}}}
        found: list[str] = []
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            ran = _evaluate(debugger, f"axe.run(document, {json.dumps(options)})")
            found += [
                f"{scheme} {finding['id']}: {' '.join(map(str, node['target']))}"
                for finding in ran["violations"] + ran["incomplete"]
                for node in finding["nodes"]
                if finding in ran["violations"] or _is_covered(node)
            ]
        page.emulate_media(color_scheme=None, reduced_motion=None)
        return found
    finally:
        debugger.detach()


def _is_covered(node: Any) -> bool:
    """True where a pseudo element kept axe from a judgement."""
    told = [each["data"] for each in node["any"] if isinstance(each["data"], dict)]
    return any(each.get("messageKey") == "pseudoContent" for each in told)


def _evaluate(debugger: Any, expression: str) -> Any:
    answer = debugger.send(
        "Runtime.evaluate",
        {"expression": expression, "awaitPromise": True, "returnByValue": True},
    )
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")
