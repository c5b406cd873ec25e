"""Lines for people, which wrap between words on a terminal and stay whole in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from inroads.text import printable
from inroads_api.cli.printing.tables import console

NARROWEST: Final = 20
"""The fewest columns that the words of an indented line have."""


def wrapped(line: Text, to: Console, hang: int = 0) -> Iterator[Text]:
    """Yield the lines of a text that fits a console, each indented as the first one and `hang` more."""
    start = len(line) - len(line.plain.lstrip(" ")) + hang
    head, rest = line[:start], line[start:]
    for number, each in enumerate(rest.wrap(to, max(NARROWEST, to.width - start))):
        each.rstrip()
        yield (Text(" " * start) if number else head.copy()).append_text(each)


def print_line(line: str | Text, hang: int = 0) -> None:
    """Print a line to stdout, without characters that could control the terminal."""
    text = line if isinstance(line, Text) else Text(printable(line))
    to = console()
    for each in wrapped(text, to, hang) if sys.stdout.isatty() and text.plain else [text]:
        to.print(each, soft_wrap=True)


def say(line: str) -> None:
    """Print a line to stderr, without characters that could control the terminal."""
    told = printable(line)
    if sys.stderr.isatty() and told:
        told = "\n".join(each.plain for each in wrapped(Text(told), Console(stderr=True)))
    typer.echo(told, err=True)
