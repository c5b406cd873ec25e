"""Commands that write files for others, and pseudonyms: export, report, mask, unmask."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from inroads import EXAMPLE
from inroads.errors import InroadsError
from inroads.model import NodeKind
from inroads.output.export import FORMATS, check, stream, write
from inroads.output.report import report as html_report
from inroads.text import many, printable
from inroads_api.cli.choices import choice_argument
from inroads_api.cli.naming import said_node
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
from inroads_api.cli.terminal import failing, now, say_coverage


@grouped
def export(
    name: Annotated[
        str,
        choice_argument("FORMAT", of=FORMATS, told="{}."),
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
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Write the graph as files that other tools open.

    graphml, gexf and cypher are one file; the others are written to a folder. A file that exists
    is replaced only with --force, and no file is half-written.
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
        str, typer.Argument(metavar="EMAIL|NODE|GRANT", help="The original, as in the documents.")
    ],
    key_file: KeyFile,
) -> None:
    """Print the pseudonym of an email, a node or a grant under a key."""
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
    """Print the original of a pseudonym, found in the documents. Another key is an error."""
    with failing():
        names = names_of(key_file)
        graph = Given(documents, ledger, as_of, observed_at).graph()
        typer.echo(printable(names.unmask(pseudonym, graph)))


@grouped
def report(
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.html", help="The file to write.")
    ],
    identity: Annotated[
        str | None, typer.Option(metavar="EMAIL|NODE", help="Only of this identity.")
    ] = None,
    business: Annotated[
        str | None, typer.Option(metavar="NODE", help="Only of this business.")
    ] = None,
    top: Annotated[
        int, typer.Option(min=1, max=1000, metavar="N", help="The most rows of each list.")
    ] = 10,
    full: Annotated[
        bool, typer.Option("--full", help="Everything, however large the file becomes.")
    ] = False,
    given: Given,
) -> None:
    """Write findings, evidence and pictures as one HTML file without scripts or requests."""
    with failing():
        if identity and business:
            raise InroadsError("a report is of an identity or of a business, not of both")
        graph = given.graph()
        about = None
        if identity or business:
            kind = NodeKind.IDENTITY if identity else NodeKind.BUSINESS
            about = said_node(graph, identity or business or "", kind)
        names = {str(EXAMPLE): "the example", "-": "standard input"}
        read = [names.get(each, Path(each).name) for each in given.places if not graph.masked]
        pieces = html_report(graph, about, top=top, full=full, now=given.as_of or now(), read=read)
        with out.open("w", encoding="utf-8", errors="replace") as stream:
            stream.writelines(pieces)
        say_coverage(str(out), graph.coverage())
        finish(graph)
