"""The command that counts everyone's reach: `inroads census`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inroads_api.given import Given, finish, grouped
from inroads_api.terminal import Format, default_format, failing, many, print_rows, say_coverage

if TYPE_CHECKING:
    from inroads.analysis.census import Census


class Kind(StrEnum):
    """What is counted."""

    IDENTITY = "identity"
    BUSINESS = "business"
    ACCOUNT = "account"


class CensusFormat(StrEnum):
    """How a census is printed."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


@grouped
def census(
    *,
    kind: Annotated[
        Kind | None, typer.Option(help="Only what identities reach, or who reaches businesses or accounts.")
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only so many of each kind.")] = None,
    sort: Annotated[
        str, typer.Option(metavar="FIGURE", help="Those with most of it first: total, inferred, latent, owner, …")
    ] = "total",
    given: Given,
    output: Annotated[
        CensusFormat | None,
        typer.Option("--format", "-f", help="Default: a table on a terminal, NDJSON in a pipe or a file."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: stdout.")] = None,
) -> None:
    """How many accesses each identity has, and how many lead to each business and account.

    An access with two roles of which neither covers the other counts under both.
    """
    from inroads.analysis.census import SUBJECTS, figure
    from inroads.analysis.census import census as count
    from inroads.errors import InroadsError

    with failing():
        if output is CensusFormat.PARQUET and out is None:
            raise InroadsError("Parquet is not for a terminal: name a file with -o FILE", "BAD_FORMAT")
        chosen: dict[str, Any] = {"by": figure(sort), "first": top}
        chosen["kinds"] = [each for each in SUBJECTS if kind in (None, each.lower())]
        graph = given.graph()
        found = count(graph)
        if output is CensusFormat.PARQUET and out is not None:
            found.to_parquet(out, **chosen)
        else:
            with _into(out):
                _print(found, Format(output or default_format()), chosen)
        total = int(found.of(SUBJECTS[0])["total"].sum())
        say_coverage(many(total, "access", "es"), graph.coverage())
        finish(graph)


@contextmanager
def _into(out: Path | None) -> Iterator[None]:
    """Let what is printed go into a file."""
    if out is None:
        yield
    else:
        with out.open("w", encoding="utf-8", newline="") as stream, redirect_stdout(stream):
            yield


def _print(found: Census, output: Format, chosen: dict[str, Any]) -> None:
    if output is Format.CSV:
        found.to_csv(sys.stdout, **chosen)
    elif output is Format.TABLE:
        print_rows(map(_cells, found.rows(**chosen)), output)
    else:
        print_rows(found.rows(**chosen), output)


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """A row as few columns, for eyes."""
    from inroads.columns.claimset import ROLES

    held = [(role, row[role.lower()]) for role in ROLES]
    plain = {name: row[name] for name in ("total", "stated", "inferred", "active", "latent")}
    return {
        "node": [row["id"], *filter(None, [row["name"]])],
        **plain,
        "roles": [f"{role} {count}" for role, count in held if count],
    }
