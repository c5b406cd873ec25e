"""Output on a terminal: rows, messages on stderr, exit codes."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from inroads.errors import InroadsError, Rejection, file_words
from inroads.model import Coverage
from inroads.network.wording import coverage_words
from inroads.output.rows import csv_row, json_row, table_row
from inroads.sources.files import files
from inroads.text import fitting, harmless, json_text, many
from inroads_api.cli import choices
from inroads_api.cli.printing import lines
from inroads_api.cli.printing.tables import cell_parts, print_table, print_text

USAGE, REJECTED, NOT_FOUND, FAILED, AMBIGUOUS = choices.USAGE, 3, 4, 5, 6
"""Exit codes: wrong request, rejected documents, unknown node, findings as bad as `--fail-on`, a
name of several nodes.
"""

_EXIT_CODES: Final = {
    "NOT_FOUND": NOT_FOUND,
    "AMBIGUOUS_NAME": AMBIGUOUS,
    "AMBIGUOUS_EMAIL": AMBIGUOUS,
}

RFC3339: Final = "%Y-%m-%dT%H:%M:%SZ"
"""The format of printed moments, in UTC."""

MAX_SAID: Final = 20
"""The most rejections that a command lists beside its answer."""


class Format(StrEnum):
    """Formats of results."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


def format_option(of: type[StrEnum]) -> Any:
    """Return the option that chooses one of some formats."""
    told = "{}. Default in a pipe: ndjson."
    return choices.choice_option("--format", "-f", of=of, told=told, metavar="FORMAT")


Output = Annotated[Format | None, format_option(Format)]


@contextmanager
def failing() -> Iterator[None]:
    """Turn an error of the caller into one line on stderr and an exit code."""

    try:
        yield
    except InroadsError as error:
        say(f"error: {error}")
        for problem in getattr(error, "problems", ()):
            say(f"  {problem}")
        raise typer.Exit(_EXIT_CODES.get(error.code, USAGE)) from None
    except BrokenPipeError:
        raise
    except (OSError, UnicodeError) as error:
        say(f"error: {file_words(error)}")
        raise typer.Exit(USAGE) from None


def now() -> dt.datetime:

    return dt.datetime.now(dt.UTC)


@contextmanager
def progress_bar(paths: Iterable[str]) -> Iterator[Callable[[int], None]]:
    """Show a progress bar for a long read on a terminal. Yield a function that adds bytes read."""

    size = sum(file.stat().st_size for file in files(path for path in paths if path != "-"))
    columns = TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    shown = console.is_terminal and size > 5_000_000
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("reading", total=size)
        yield lambda more: bar.advance(task, more)


def default_format() -> Format:
    return Format.TABLE if sys.stdout.isatty() else Format.NDJSON


def print_rows(rows: Iterable[dict[str, Any]], output: Format | None) -> None:
    """Print rows of one shape to stdout: as a table, a JSON array, NDJSON or CSV."""
    chosen = output or default_format()
    if chosen is Format.TABLE:
        print_table(list(rows))
    elif chosen is Format.CSV:
        _print_csv(rows)
    elif chosen is Format.JSON:
        write_json(list(rows), pretty=True)
    else:
        for row in rows:
            write_json(row)


def print_values(values: Iterable[Any], of: Any, output: Format | None) -> None:
    """Print values as rows. `of` is their graph, or what `json_row` takes."""
    chosen = output or default_format()
    row = {Format.TABLE: table_row, Format.CSV: csv_row}.get(chosen, json_row)
    print_rows((row(value, of) for value in values), chosen)


def _print_csv(rows: Iterable[dict[str, Any]]) -> None:

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow([harmless(fitting(cell_parts(cell), "; ")) for cell in row.values()])


def write_json(value: Any, *, pretty: bool = False) -> None:
    """Print a JSON value and a line end."""

    sys.stdout.write(json_text(value, pretty=pretty) + "\n")


say = lines.say


def say_rejections(rejections: Iterable[Rejection]) -> None:
    """Print a line for each rejection: its place and reason."""
    listed = sorted(rejections)
    for each in listed[:MAX_SAID]:
        place = f" at {each.pointer}" if each.pointer else ""
        say(f"rejected {each.source}{place}: {each.code}: {each.message}")
    if len(listed) > MAX_SAID:
        say(f"… and {len(listed) - MAX_SAID} more; `inroads check` lists them all")


def say_no_access(principal: str, resource: str) -> None:
    """Print that no path connects two known nodes. An unknown node is an error instead."""
    say(
        f"no access: {principal} and {resource} are both known, and no path leads from one to the other"
    )


def say_age(coverage: Coverage) -> None:
    """Print how old the evidence is: `evidence from 2026-01-01 to 2026-03-01, 9 days old`."""
    if coverage.oldest is None or coverage.newest is None:
        say("no document bears on this")
        return
    first, last = coverage.oldest.date(), coverage.newest.date()
    span = f"from {first} to {last}" if first != last else f"of {last}"
    say(f"evidence {span}, {many(max(0, (now() - coverage.newest).days), 'day')} old")


def say_coverage(what: str, coverage: Coverage) -> None:
    """Print the result with its coverage, so that "nobody else" is never claimed falsely."""
    say(_covered(what, coverage))
    say_notes(coverage)


def print_total(what: str, coverage: Coverage) -> None:
    """Print the result with its coverage above a table of it."""
    print_text(_covered(what, coverage), "bold")


def say_notes(coverage: Coverage) -> None:
    """Print why an answer is a lower bound."""
    for note in coverage.notes:
        say(f"  {note}")


def _covered(what: str, coverage: Coverage) -> str:
    return f"{what}; {coverage_words(coverage)}"
