"""The web explorer: its page and its assets, as they were built into the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC: Final = Path(__file__).parent / "static"
"""The folder of the built page; without an `index.html` if it was not built."""

ASSETS: Final = "/assets/"
"""The path of the files whose names hold a digest of their content."""

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' blob:",  # the picture becomes a PNG by way of a blob
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_ABSENT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Inroads</title>
<h1>Inroads</h1>
<p>Which businesses can this email reach, and how? The GraphQL API answers at <code>graphql</code>.</p>
<p>This installation was built without its page. To have it, install the package again where npm's
registry can be reached; <code>INROADS_WEB=require pip install .</code> says what fails.</p>
</html>
"""


def routes() -> list[BaseRoute]:
    """Return the routes of the page and its assets."""
    found: list[BaseRoute] = [Route("/", _page, methods=["GET"])]
    if built():
        found.append(Mount(ASSETS.rstrip("/"), _Assets(directory=STATIC / "assets")))
    return found


def built() -> bool:
    """Return whether this installation has its page."""
    return (STATIC / "index.html").is_file()


async def _page(_: Request) -> Response:
    headers = {"content-security-policy": _POLICY, "cache-control": "no-cache"}
    if not built():
        return HTMLResponse(_ABSENT, headers=headers)
    return FileResponse(STATIC / "index.html", headers=headers)


class _Assets(StaticFiles):
    """The files of the page, which never change under their names."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
