"""Commands for populations that one machine does not hold: spark run, spark describe."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from inroads.errors import InroadsError
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK
from inroads.spark.folder import marker
from inroads.spark.sessions import TOKEN, connected
from inroads.text import many
from inroads_api.cli.options import AsOf, ObservedAt, PolicyFile, grouped, moment_option
from inroads_api.cli.terminal import Output, failing, print_rows, say

app = typer.Typer(help="Answer for populations that one machine does not hold.", no_args_is_help=True)


@app.command()
def run(
    documents: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENTS", help="A path or address that the engine reads: NDJSON or Parquet."
        ),
    ],
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="A new folder for the tables, there as well.")
    ],
    remote: Annotated[
        str,
        typer.Option(
            "--remote",
            metavar="sc://HOST:PORT",
            envvar="SPARK_REMOTE",
            help=f"The Spark Connect server. Its token comes from ${TOKEN}.",
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="FORMAT", help="ndjson, parquet or delta. Default: by name."),
    ] = None,
    column: Annotated[
        str, typer.Option("--column", metavar="NAME", help="The column of the documents.")
    ] = "document",
    since: Annotated[
        dt.datetime | None,
        moment_option("--since", "Also write what has changed since this moment."),
    ] = None,
    as_of: AsOf = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
) -> None:
    """Answer for all identities of documents in a lake, as tables in a new folder."""
    from inroads.spark.running import run as run_all  # noqa: PLC0415  # an extra brings it

    with failing():
        rules = load_policy(policy.read_text(encoding="utf-8")) if policy else STOCK
        with connected(remote) as spark:
            made = run_all(spark, documents, folder, policy=rules, told=say)
    say(f"{folder} is complete: {many(sum(made.rows.values()), 'row')}")


@app.command()
def describe(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The folder of a finished run.")],
    table: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="One of its tables, to see its columns.")
    ] = None,
    output: Output = None,
) -> None:
    """Show the tables of a folder with their rows, or the columns of one with their meaning."""
    from inroads.spark.tables import TABLES  # noqa: PLC0415  # an extra brings it
