"""The command that writes files for other tools: `inroads export`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from inroads_api.given import Given, finish, grouped
from inroads_api.terminal import failing, many, say_coverage


@grouped
def export(
    name: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="graphml, gexf, csv, parquet, neo4j, cypher, openfga, spicedb or bloodhound.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="PATH", help="A file (gzipped if it ends in .gz; - is stdout) or folder."),
    ],
    given: Given,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write the graph as files that other tools open.

    graphml, gexf and cypher are one file; the others are written to a folder. What exists is not replaced without
    --force, and nothing is half-written.
    """
    from inroads.output.export import check, stream, write

    with failing():
        check(name)
        graph = given.graph()
        if str(out) == "-":
            with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as binary:
                stream(graph, name, binary)
        else:
            write(graph, name, out, force=force)
        found = f"{many(len(graph), 'node')}, {many(len(graph.grants), 'grant')}"
        say_coverage(found, graph.coverage())
        finish(graph)
