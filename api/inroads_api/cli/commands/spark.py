"""Commands for populations that one machine does not hold: spark run, spark describe."""

from __future__ import annotations

import datetime as dt
import shlex
from typing import Annotated, Any

import typer

from inroads.errors import InroadsError
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK
from inroads.spark.folder import readable
from inroads.spark.sessions import TOKEN, connected
from inroads_api.cli.options import AsOf, ObservedAt, PolicyFile, moment_option
from inroads_api.cli.terminal import Output, failing, print_rows, say

app = typer.Typer(
    help="Answer for populations that one machine does not hold.", no_args_is_help=True
)


@app.command()
def run(
    documents: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENTS",
            help="Where the engine finds them: lines of JSON, parquet:PLACE or delta:PLACE.",
        ),
    ],
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="A new folder for the tables, as it names it.")
    ],
    remote: Annotated[
        str,
        typer.Option(
            "--remote",
            metavar="sc://HOST:PORT",
            envvar="SPARK_REMOTE",
            help=f"The server of Spark Connect. Its token comes from ${TOKEN}.",
        ),
    ],
    column: Annotated[
        str,
        typer.Option("--column", metavar="NAME", help="The column of the documents in a table."),
    ] = "document",
    since: Annotated[
        dt.datetime | None,
        moment_option("--since", "Also compare all accesses with those of this moment."),
    ] = None,
    as_of: AsOf = None,
    observed_at: ObservedAt = None,
    policy: PolicyFile = None,
) -> None:
    """Answer for all identities of documents in a lake, as tables in a new folder."""
    with failing():
        rules = load_policy(policy.read_text(encoding="utf-8")) if policy else STOCK
        with connected(remote) as spark:
            from inroads.spark.reading import Columns  # noqa: PLC0415  # they need the extra
            from inroads.spark.running import Asked  # noqa: PLC0415
            from inroads.spark.running import run as run_all  # noqa: PLC0415

            asked = Asked(rules, Columns(column), as_of, since, observed_at)
            run_all(spark, documents, folder, asked, say)
    say(f"{folder} is complete; its tables: inroads spark describe {shlex.quote(folder)}")


@app.command()
def describe(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The folder of a finished run.")],
    name: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="One of its tables, to see its columns.")
    ] = None,
    output: Output = None,
) -> None:
    """Show the tables of a folder with their rows, or the columns of one with their meaning."""
    with failing():
        made = readable(folder)
        from inroads.spark.tables import TABLES, meaning, typed  # noqa: PLC0415  # it needs the extra

        if name is None:
            rows: list[dict[str, Any]] = [
                {"table": each, "rows": count, "meaning": TABLES[each][1]}
                for each, count in made.rows.items()
                if each in TABLES
            ]
            for fact, value in made.asked.items():
                say(f"{fact}: {value}")
        elif name in made.rows and name in TABLES:
            if name == "findings":
                _say_which_rules()
            rows = [
                {"column": each.name, "type": typed(each.type), "meaning": meaning(each)}
                for each in TABLES[name][0]
            ]
        else:
            known = ", ".join(each for each in made.rows if each in TABLES)
            raise InroadsError(f"there is no table {name!r}, only {known}", "NO_TABLE")
        print_rows(rows, output)


def _say_which_rules() -> None:
    """Say which rules run on Spark, and of each other one why it does not."""
    from inroads.spark.reaching.findings import COVERED, NOT_COVERED  # noqa: PLC0415  # it needs the extra

    say(f"rules that run here: {', '.join(sorted(COVERED))}")
    for rule, reason in NOT_COVERED.items():
        say(f"{rule} does not: {reason}")
