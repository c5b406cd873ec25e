"""Tables for people: their widths, their limit, and the colours of words that matter."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any, Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from inroads.text import middle_cut, printable

ROWS: Final = 50
"""The most rows of a table on a terminal."""

NARROW: Final = 100
"""Below so many columns a table joins some of its own."""

IN_A_FILE: Final = 160
"""The width of a table that is written to a pipe or a file, unless $COLUMNS says another."""

# Each can be read on white as on black. The word itself is there, so none is the only sign.
ORANGE, RED, GREEN, BLUE, VIOLET, GREY = (
    "dark_orange3",
    "red3",
    "green4",
    "dodger_blue2",
    "medium_purple3",
    "grey50",
)
SHOWN_DIGITS: Final = 12
"""How many digits of a document's hash are shown to people."""

SOURCE, WIDE_SOURCE = 28, 44
"""The most characters of a source, the path of a file, in a narrow and in a wide table."""

UNBROKEN: Final = {
    "principal": 28,
    "resource": 28,
    "grant": 48,
    "sha256": SHOWN_DIGITS,
    "source": WIDE_SOURCE,
}
"""Columns of ids and names, which a reader copies: other columns wrap before these do, and up to so
many characters they are never made narrower for others.
"""

UPRIGHT: Final = 8
"""From so many columns a single row that is too wide has a line for each of them."""

STYLES: Final = {
    "INFERRED": ORANGE,  # as in pictures
    "ASSOCIATED": BLUE,
    "LATENT": GREY,
    "contested": f"bold {VIOLET}",
    "ENDS": RED,
    "LOST": RED,
    "UNOBSERVED": GREY,
    "LOWERED": ORANGE,
    "GAINED": GREEN,
    "BEGINS": GREEN,
    "RAISED": GREEN,
    "OBSERVED": GREY,
    "critical": f"bold reverse {RED}",
    "high": f"bold {RED}",
    "medium": ORANGE,
    "low": BLUE,
    "info": GREY,
    "rejected": RED,
    "suppressed": GREY,
}
"""Words of answers with their colours."""

JUDGED: Final = frozenset(
    {
        "access",
        "after",
        "before",
        "certainty",
        "change",
        "judged",
        "outcome",
        "problem",
        "records",
        "roles",
        "severity",
        "state",
    }
)
"""Columns whose words have colours. Names of nodes may be anything, and have none."""

_WORDS: Final = re.compile(rf"\b({'|'.join(STYLES)})\b")


def console() -> Console:
    """Return the console of stdout. It has no colours in a pipe or under $NO_COLOR."""
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else IN_A_FILE
    return Console(width=wide, highlight=False)


def is_narrow() -> bool:
    """Return whether tables join columns to fit."""
    return console().width < NARROW


def width_beside(rows: Sequence[dict[str, Any]], name: str) -> int:
    """Return the width that is left for a column of a table if nothing breaks in the others."""
    others = [each for each in rows[0] if each != name] if rows else []
    taken = 0
    for each in others:
        parts = [each, *(part for row in rows for part in cell_parts(row[each]))]
        taken += max(map(cell_len, parts)) + GAP
    return console().width - taken


GAP: Final = 2
"""The columns of the terminal between two columns of a table."""


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print rows of one shape, without columns in which nothing stands."""
    if not rows:
        return
    names = [name for name in rows[0] if any(cell_parts(row[name]) for row in rows)]
    cells = {name: [_text(name, row[name]) for row in rows] for name in names}
    table = Table(*names, box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name, column in zip(names, table.columns, strict=True):
        column.overflow = "fold"
        value = rows[0][name]
        if isinstance(value, int) and not isinstance(value, bool):
            column.justify = "right"
        widest = max(cell_len(line) for cell in cells[name] for line in cell.plain.split("\n"))
        if widest <= UNBROKEN.get(name, 0):
            column.width = max(widest, len(name))
    for row in zip(*cells.values(), strict=True):
        table.add_row(*row)
    to = console()
    needed = to.measure(table, options=to.options.update(max_width=IN_A_FILE * 10)).maximum
    if len(rows) == 1 and len(names) >= UPRIGHT and needed > to.width:
        table = _upright(cells)
    to.print(table)


def _upright(cells: dict[str, list[Text]]) -> Table:
    """Return a row that is too wide as a line for each of its columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, (cell,) in cells.items():
        grid.add_row(Text(name, "bold"), cell)
    return grid


def print_text(line: str, style: str = "") -> None:
    """Print a line in one style."""
    console().print(Text(printable(line), style), soft_wrap=True)


def coloured(line: str) -> Text:
    """Return text in which the words of STYLES have their colours."""
    text = Text(line)
    for found in _WORDS.finditer(line):
        text.stylize(STYLES[found[0]], *found.span())
    return text


def cell_parts(value: Any) -> list[str]:
    """Return the texts of a cell: those of a list's items."""
    if isinstance(value, list):
        return list(map(str, value))
    return [] if value is None else [str(value)]


def _text(name: str, cell: Any) -> Text:
    lines = "\n".join(map(printable, "\n".join(cell_parts(cell)).split("\n")))
    if name == "source":
        lines = middle_cut(lines, SOURCE if is_narrow() else WIDE_SOURCE)
    return coloured(lines) if name in JUDGED else Text(lines)
