"""The command that writes a review to hand on: `inroads report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inroads_api.given import Given, finish, grouped
from inroads_api.terminal import failing, moment, now, say_coverage


@grouped
def report(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.html", help="Where the report goes.")],
    identity: Annotated[str | None, typer.Option(metavar="EMAIL|NODE", help="Only of this identity.")] = None,
    business: Annotated[str | None, typer.Option(metavar="NODE", help="Only of this business.")] = None,
    top: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="So many of each thing are shown.")] = 10,
    given: Given,
) -> None:
    """Write one HTML file with findings, evidence and pictures, which fetches nothing and runs no script."""
    from inroads.errors import InroadsError
    from inroads.output.report import report as write

    with failing():
        if identity and business:
            raise InroadsError("a report is of an identity or of a business, not of both")
        graph = given.graph()
        pieces = write(graph, identity or business, top=top, now=moment(given.as_of, "--as-of") or now())
        with out.open("w", encoding="utf-8", errors="replace") as stream:
            stream.writelines(pieces)
        say_coverage(str(out), graph.coverage())
        finish(graph)
