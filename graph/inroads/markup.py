"""HTML of answers, for notebooks: one line that sums up, and a table of the first rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import islice
from typing import Final

from inroads.text import printable

ROWS: Final = 20
"""The most rows of a table in a notebook."""

CELL: Final = 300
"""The most characters of a cell in a notebook."""

_LOOK: Final = ' style="padding: .2em .8em; text-align: left; vertical-align: top"'
"""Marimo gives the cells of a table no room, and Jupyter sets words to the right."""


def table(headline: str, rows: Iterable[Mapping[str, object]], total: int, more: str = "") -> str:
    """Return a line and a table of the first rows, with the number of those that are left out.

    A list in a cell has one entry a line. `more` says how all rows are had. There are no colours
    and no scripts, so that the theme of a notebook applies, and an untrusted one shows it too.
    """
    shown = list(islice(rows, ROWS))
    parts = [f"<p>{_text(headline)}</p>"]
    if shown:
        head = "".join(f"<th{_LOOK}>{_text(name)}</th>" for name in shown[0])
        body = "".join(f"<tr>{''.join(map(_cell, row.values()))}</tr>" for row in shown)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if total > len(shown):
        parts.append(f"<p>{_text(f'… {total - len(shown):,} more{more}')}</p>")
    return "\n".join(parts)


def _cell(value: object) -> str:
    lines = value if isinstance(value, list | tuple) else [value]
    text = "<br>".join(_text("" if each is None else str(each)) for each in lines)
    return f"<td{_LOOK}>{text}</td>"


def _text(text: str) -> str:
    return escape(printable(text if len(text) <= CELL else f"{text[: CELL - 1]}…"))
