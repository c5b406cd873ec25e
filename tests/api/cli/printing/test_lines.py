"""Lines that wrap between words on a terminal, and stay whole in a pipe."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from commands import DOCUMENTS, run, run_terminal
from inroads_api.cli.printing.lines import wrapped

WHAT_IF = ("what-if", "--remove", "role 994207", *DOCUMENTS)
EXPLAIN = ("explain", "b@example.com", "account:Xr82w", *DOCUMENTS)


@given(
    st.lists(st.text("abc界", min_size=1, max_size=9), min_size=1, max_size=30), st.integers(0, 8)
)
def test_words_stay_whole_and_in_order(words: list[str], indent: int) -> None:
    """No word is cut or lost, no line is wider than the console, and all are indented alike."""
    lines = list(wrapped(Text(" " * indent + " ".join(words)), Console(width=40)))
    assert " ".join(each.plain.strip() for each in lines).split() == words
    assert all(cell_len(each.plain) <= 40 for each in lines)
    assert {len(each.plain) - len(each.plain.lstrip()) for each in lines} == {indent}


def test_further_lines_hang() -> None:
    """They begin under the text of the first one, and styles go on."""
    text = Text("  1. one two three").append(" four five six", "bold")
    first, *rest = wrapped(text, Console(width=27), 3)
    assert (first.plain, [each.plain for each in rest]) == (
        "  1. one two three four",
        ["     five six"],
    )
    assert {str(span.style) for each in (first, *rest) for span in each.spans} == {"bold"}


@pytest.mark.parametrize("words", [WHAT_IF, EXPLAIN])
def test_what_is_told_fits_a_terminal(words: tuple[str, ...]) -> None:
    """Remedies, notes and what is told beside an answer are wrapped there; a pipe has a line each."""
    shown = run_terminal(*words, "--no-pager").stdout
    assert all(len(line) <= 80 or " " not in line.strip() for line in shown.splitlines())
    piped = run(*words, "-f", "table", env={"COLUMNS": "80"})
    lines = [line for line in (piped.stdout + piped.stderr).splitlines() if len(line) > 80]
    assert lines
    plain = re.sub(r"\s+", " ", shown)
    assert all(re.sub(r"\s+", " ", line).strip() in plain for line in lines)
