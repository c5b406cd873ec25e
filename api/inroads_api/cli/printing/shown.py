"""Options that say how much of an answer is shown, and how."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from inroads_api.cli.printing.paging import paged
from inroads_api.cli.printing.tables import GREY, ROWS, print_text
from inroads_api.cli.terminal import Format, Output, default_format, say

Limit = Annotated[
    int | None,
    typer.Option(
        "--limit", min=0, metavar="N", help=f"The most rows, 0 for all. On a terminal {ROWS}."
    ),
]
NoPager = Annotated[
    bool, typer.Option("--no-pager", help="Print long tables, too, without $PAGER.")
]

_T = TypeVar("_T")


@dataclass(frozen=True)
class Shown:
    """Options of commands that print rows."""

    limit: Limit = None
    no_pager: NoPager = False
    output: Output = None

    @property
    def format(self) -> Format:
        """The format that is asked for, or that suits where stdout leads."""
        return self.output or default_format()

    @property
    def most(self) -> int | None:
        """The most rows; None for all, as in a pipe."""
        if self.limit is None:
            return ROWS if self.format is Format.TABLE and sys.stdout.isatty() else None
        return self.limit or None

    def first(self, rows: Sequence[_T]) -> Sequence[_T]:
        """Return the rows that are shown."""
        return rows if self.most is None else rows[: self.most]

    def paged(self) -> AbstractContextManager[None]:
        """Show long tables in the pager of the terminal."""
        return paged(wanted=not self.no_pager and self.format is Format.TABLE)

    def tell_rest(self, total: int) -> None:
        """Print how many rows are shown, if that is not all."""
        if self.most is None or total <= self.most:
            return
        line = f"showing {self.most:,} of {total:,} · --limit 0 shows all"
        if self.format is Format.TABLE:
            print_text(line, GREY)
        else:
            say(line)
