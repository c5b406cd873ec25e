"""Commands about documents: check, generate."""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from inroads.documents.reader import unknown_keys
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.model import MomentSource
from inroads.network.coverage import file_moments
from inroads.output.rows import json_row
from inroads.sources.synthetic import population
from inroads.text import many
from inroads_api.cli.options import AsOf, ObservedAt, PolicyFile, Pseudonymise, load_graph
from inroads_api.cli.printing.shown import Limit, NoPager, Shown
from inroads_api.cli.terminal import REJECTED, Output, failing, print_rows, say


def check(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="DOCS...", help="Files and folders; `-` is standard input."),
    ],
    as_of: AsOf = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
    pseudonymise: Pseudonymise = None,
    limit: Limit = None,
    no_pager: NoPager = False,
    output: Output = None,
) -> None:
    """Read documents and list every problem: rejections, unread keys and contradictions."""
    with failing():
        graph = load_graph(paths, observed_at, policy, as_of, pseudonymise)
        rows = [json_row(each, graph) for each in sorted(graph.rejections)]
        rows += [json_row(each, graph) for each in graph.issues]
        rows += _unknown_keys(graph)
        shown = Shown(limit, no_pager, output)
        with shown.paged():
            print_rows(shown.first(rows), output)
            shown.tell_rest(len(rows))
        if count := sum(each.moment_source is MomentSource.FILE for each in graph.documents):
            say(file_moments(count))
        say(
            f"{many(len(graph.documents), 'document')} taken, {len(graph.rejections)} rejected, "
            f"{many(len(graph.issues), 'issue')}; "
            f"{many(graph.number_of_nodes(), 'node')}, {many(len(graph.grants), 'grant')}"
        )
        raise typer.Exit(REJECTED if graph.rejections else 0)


def _unknown_keys(graph: Explorer) -> list[dict[str, Any]]:

    found: Counter[str] = Counter()
    for document in graph.documents:
        found += unknown_keys(document)
    return [
        {
            "problem": "unknown key",
            "code": "unknown_key",
            "source": "",
            "pointer": key,
            "message": f"kept unread, {many(times, 'time')}",
        }
        for key, times in sorted(found.items())
    ]


def generate(
    identities: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many people; each is an identity.")
    ],
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="The same seed gives the same bytes.")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="A file; a name in .gz is gzipped. Default: -, which is stdout.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write the documents of a synthetic population as NDJSON.

    One person in ten has no document of their own, and is there only where others name them. Older
    documents and those of teams come on top.
    """
    with failing():
        out = None if str(out) == "-" else out
        if out and out.is_file() and not force:
            raise InroadsError(f"{out} exists; --force replaces it", "EXISTS")
        encoder = msgspec.json.Encoder()
        lines = (encoder.encode(each) + b"\n" for each in population(identities, seed))
        with _opened(out) as stream:
            written = sum(stream.write(line) > 0 for line in lines)
        if out:
            say(f"{out}: {many(written, 'document')} about {_people(identities)} written")


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _opened(out: Path | None) -> AbstractContextManager[Any]:

    if out is None:
        return nullcontext(sys.stdout.buffer)
    if out.suffix != ".gz":
        return out.open("wb")
    return gzip.GzipFile(
        out, "wb", compresslevel=1, mtime=0
    )  # no clock in it: the same seed, the same bytes
