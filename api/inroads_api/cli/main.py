"""The `inroads` command, put together; every answer comes from the library."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inroads_api.cli.commands import accesses, files, findings, review, security, serve, what_if
from inroads_api.cli.commands import ledger as ledgers
from inroads_api.cli.options import (
    AsOf,
    Documents,
    Given,
    LedgerFile,
    ObservedAt,
    PolicyFile,
    Pseudonymise,
    Strict,
    finish,
    grouped,
    load_graph,
)
from inroads_api.cli.terminal import (
    REJECTED,
    USAGE,
    Output,
    failing,
    many,
    moment,
    now,
    print_rows,
    problem_row,
    say,
    write_json,
)

if TYPE_CHECKING:
    from inroads.explorer import Explorer


app = typer.Typer(
    name="inroads",
    help="Which businesses can this email reach, and how?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with locals would show documents
    context_settings={"help_option_names": ["-h", "--help"]},
)


def check(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="DOCS...", help="Files and folders; `-` is standard input."),
    ],
    as_of: AsOf = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
    pseudonymise: Pseudonymise = None,
    output: Output = None,
) -> None:
    """Read documents and report every problem: what was rejected, what could not be read, what contradicts itself."""
    with failing():
        graph = load_graph(paths, observed_at, policy, as_of, pseudonymise)
        rows = [problem_row("rejected", each) for each in sorted(graph.rejections)]
        rows += [problem_row("issue", each) for each in graph.issues]
        rows += _unknown_keys(graph)
        print_rows(rows, output)
        say(
            f"{many(len(graph.documents), 'document')} taken, {len(graph.rejections)} rejected, "
            f"{many(len(graph.issues), 'issue')}; {graph.number_of_nodes()} nodes, {len(graph.grants)} grants"
        )
        raise typer.Exit(REJECTED if graph.rejections else 0)


@grouped
def query(
    text: Annotated[str, typer.Argument(metavar="GRAPHQL", help="A GraphQL document, or @FILE.")],
    given: Given,
    variables: Annotated[
        str | None, typer.Option(metavar="JSON", help="The variables as a JSON object.")
    ] = None,
    operation: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which operation of the document.")
    ] = None,
) -> None:
    """Answer a GraphQL query without a server, from exactly the schema that the server serves."""

    from inroads.store.ledger import is_ledger
    from inroads_api.execution.execute import build_schema, execute
    from inroads_api.versions.review_desk import Desk, Reviews
    from inroads_api.versions.versions import Versions

    with failing():
        values = {} if variables is None else _json_object(variables)
        if text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8")
        graph, known = given.graph(), given.places
        shown = len(known) == 1 and is_ledger(known[0]) and not given.pseudonymise
        desk = Desk(Reviews(Path(known[0]), now)) if shown else None
        response = execute(
            build_schema(), Versions(graph, now()), text, values, operation, desk=desk
        )
        write_json(response, pretty=True)
        if "errors" in response:
            raise typer.Exit(USAGE)
        finish(graph)


def changes(
    since: Annotated[
        str, typer.Option(metavar="MOMENT", help="The moment of the last review (RFC 3339).")
    ],
    until: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Default: everything that was observed.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only changes of this kind: gained, lost, observed, …"),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="access|cause",
            help="What a row is about. Default: cause in a table, else access.",
        ),
    ] = None,
    documents: Documents = None,
    ledger: LedgerFile = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
    pseudonymise: Pseudonymise = None,
    strict: Strict = False,
    output: Output = None,
) -> None:
    """Who gained, lost or changed access between two moments, and because of which grants.

    What was OBSERVED for the first time is kept apart from what was GAINED.
    """
    from inroads.analysis.changes import changes as compare
    from inroads.errors import InroadsError
    from inroads_api.cli.commands.changes import By, ChangesView, kinds, only

    with failing():
        wanted = kinds(kind)
        if by not in (None, *By):
            raise InroadsError(f"--by {by!r} is neither access nor cause")
        start, end = moment(since, "--since"), moment(until, "--until")
        if start and end and end < start:
            raise InroadsError(f"--until {until} is before --since {since}", "BAD_MOMENT")
        given = Given(documents, ledger, until, observed_at, policy, pseudonymise, strict)
        if "-" in given.places:
            raise InroadsError(
                "changes reads its documents twice, and standard input can be read once"
            )
        after = given.graph()
        before = given.until(since)
        view = ChangesView(before, after, only(compare(before, after), wanted))
        view.show(output, By(by) if by else None)
        view.summarise()
        if not before.documents:
            say(f"nothing had been observed by {since}")
        finish(after)


def schema() -> None:
    """Print the GraphQL schema with all that `serve` may serve: mutations need its --allow-ingest or --allow-review."""
    from inroads_api.execution.execute import build_schema

    typer.echo(build_schema(allow_ingest=True, allow_review=True).as_str())


def generate(
    identities: Annotated[int, typer.Option(min=1, help="How many identities.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A file; a name in .gz is gzipped. Default: stdout."),
    ] = None,
) -> None:
    """Write the documents of a synthetic population as NDJSON."""
    import msgspec

    from inroads.sources.synthetic import population

    with failing():
        encoder = msgspec.json.Encoder()
        with _opened(out) as stream:
            for envelope in population(identities, seed):
                stream.write(encoder.encode(envelope) + b"\n")


def _opened(out: Path | None) -> AbstractContextManager[Any]:
    import gzip

    if out is None:
        return nullcontext(sys.stdout.buffer)
    if out.suffix != ".gz":
        return out.open("wb")
    return gzip.GzipFile(
        out, "wb", compresslevel=1, mtime=0
    )  # no clock in it: the same seed, the same bytes


for each in (
    accesses.demo,
    check,
    accesses.reach,
    accesses.who,
    accesses.explain,
    query,
    changes,
    serve.serve,
    schema,
    generate,
    ledgers.ingest,
    ledgers.collect,
    ledgers.watch,
    accesses.census,
    what_if.what_if,
    what_if.plan,
    what_if.choke_points,
    what_if.duties,
    findings.findings,
    findings.rules,
    files.export,
    files.mask,
    files.unmask,
    files.report,
):
    app.command()(each)
for group in (ledgers.app, review.app, security.tokens, security.audit):
    app.add_typer(group)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True)
    ] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("inroads"))
        raise typer.Exit


def main() -> None:
    """The entry point of the installed command."""
    try:
        app()
    except BrokenPipeError:  # the reader of a pipe has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _json_object(text: str) -> dict[str, Any]:
    import msgspec

    from inroads.errors import InroadsError

    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InroadsError(f"--variables is not a JSON object: {error}", "BAD_VARIABLES") from None


def _unknown_keys(graph: Explorer) -> list[dict[str, Any]]:
    from collections import Counter

    from inroads.documents.reader import unknown_keys

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
