"""Commands that write files for others: export, report, pseudonyms."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from inroads.errors import InroadsError
from inroads.output.export import check, stream, write
from inroads.output.report import report as html_report
from inroads.text import printable
from inroads_api.cli.options import (
    AsOf,
    Documents,
    Given,
    LedgerFile,
    ObservedAt,
    finish,
    grouped,
    names_of,
)
from inroads_api.cli.terminal import failing, many, now, say_coverage


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
        typer.Option(
            "--out",
            "-o",
            metavar="PATH",
            help="A file (gzipped if it ends in .gz; - is stdout) or folder.",
        ),
    ],
    given: Given,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write the graph as files that other tools open.

    graphml, gexf and cypher are one file; the others are written to a folder. What exists is not replaced without
    --force, and nothing is half-written.
    """
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


KeyFile = Annotated[
    Path, typer.Option("--key-file", metavar="FILE", help="The key of the pseudonyms.")
]


def mask(
    original: Annotated[
        str, typer.Argument(metavar="EMAIL|NODE|GRANT", help="As the documents have it.")
    ],
    key_file: KeyFile,
) -> None:
    """The pseudonym of an email, a node or a grant under a key."""
    with failing():
        typer.echo(names_of(key_file).mask(original))


def unmask(
    pseudonym: Annotated[
        str, typer.Argument(metavar="PSEUDONYM", help="Of an email, a node or a grant.")
    ],
    key_file: KeyFile,
    documents: Documents = None,
    ledger: LedgerFile = None,
    as_of: AsOf = None,
    observed_at: ObservedAt = None,
) -> None:
    """What a pseudonym stands for in the original documents; an error where the key is another one."""
    with failing():
        names = names_of(key_file)
        graph = Given(documents, ledger, as_of, observed_at).graph()
        typer.echo(printable(names.unmask(pseudonym, graph)))


@grouped
def report(
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.html", help="Where the report goes.")
    ],
    identity: Annotated[
        str | None, typer.Option(metavar="EMAIL|NODE", help="Only of this identity.")
    ] = None,
    business: Annotated[
        str | None, typer.Option(metavar="NODE", help="Only of this business.")
    ] = None,
    top: Annotated[
        int, typer.Option(min=1, max=1000, metavar="N", help="So many of each thing are shown.")
    ] = 10,
    given: Given,
) -> None:
    """Write one HTML file with findings, evidence and pictures, which fetches nothing and runs no script."""
    with failing():
        if identity and business:
            raise InroadsError("a report is of an identity or of a business, not of both")
        graph = given.graph()
        pieces = html_report(graph, identity or business, top=top, now=given.as_of or now())
        with out.open("w", encoding="utf-8", errors="replace") as stream:
            stream.writelines(pieces)
        say_coverage(str(out), graph.coverage())
        finish(graph)
