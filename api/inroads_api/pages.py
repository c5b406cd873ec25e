"""The web explorer: its page and its assets, as they were built into the package."""

from __future__ import annotations

import gzip
import hashlib
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inroads_api.compression import takes_gzip

STATIC: Final = Path(__file__).parent / "static"
"""The folder of the built page; without an `index.html` if it was not built."""

ASSETS: Final = "/assets/"
"""The path of the files whose names hold a digest of their content."""

HTML: Final = "text/html"

KINDS: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""The media types of assets. Those that a system knows may be others, which browsers refuse to run."""

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

ABSENT: Final = (
    "this installation was built without its explorer;"
    " INROADS_WEB=require pip install . builds it, or says what fails"
)
"""Why there is no page, and how to get one."""

_ABSENT: Final = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Inroads</title>
<h1>Inroads</h1>
<p>Which businesses can this email reach, and how? The GraphQL API answers at <code>graphql</code>.</p>
<p>{ABSENT[0].upper()}{ABSENT[1:]}.</p>
</html>
"""


class Asset:
    """A file of the page in memory, so that no request can name another file."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content, self.media_type = content, media_type
        self.etag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)


def built() -> bool:
    """Return whether this installation has its page."""
    return (STATIC / "index.html").is_file()


def routes() -> list[Route]:
    """Return the routes of the page and its assets, whose files are read now."""
    content = (STATIC / "index.html").read_bytes() if built() else _ABSENT.encode()
    assets = {
        file.name: Asset(file.read_bytes(), KINDS[file.suffix])
        for file in (STATIC / ASSETS.strip("/")).glob("*")
        if file.suffix in KINDS
    }
    return [
        Route("/", partial(_page, Asset(content, HTML)), methods=["GET"]),
        Route(f"{ASSETS}{{name}}", partial(_asset, assets), methods=["GET"]),
    ]


async def _page(page: Asset, request: Request) -> Response:
    headers = {"content-security-policy": _POLICY, "cache-control": "no-cache"}
    return _respond(request, page, page.content, headers)


async def _asset(assets: dict[str, Asset], request: Request) -> Response:
    asset = assets.get(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    if not takes_gzip(request.scope):
        return _respond(request, asset, asset.content, headers)
    headers["content-encoding"] = "gzip"
    return _respond(request, asset, await run_in_threadpool(lambda: asset.compressed), headers)


def _respond(request: Request, asset: Asset, content: bytes, headers: dict[str, str]) -> Response:
    headers["etag"] = asset.etag
    known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    if known & {asset.etag, "*"}:
        headers.pop("content-encoding", None)
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        headers["content-length"] = str(len(content))
        content = b""
    return Response(content, headers=headers, media_type=asset.media_type)
