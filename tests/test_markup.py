"""Tables for notebooks: a total first, bounded, and nothing of a document is markup."""

from __future__ import annotations

from inroads.markup import CELL, ROWS, table


def test_rows_are_limited_and_counted() -> None:
    """A table shows its first rows and says how many more there are."""
    html = table("many", ({"n": number} for number in range(1_000)), 1_000)
    assert html.count("<tr>") == ROWS + 1
    assert f"<p>… {1_000 - ROWS} more</p>" in html


def test_documents_cannot_inject() -> None:
    """Markup, steering characters and endless texts of documents come out as short text."""
    html = table("<b>\x1b", [{"<i>": ["<script>", "x" * 10_000]}], 1)
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<script" not in html
    assert "\x1b" not in html
    assert "x" * CELL not in html


def test_nothing_to_show() -> None:
    """Without rows there is the line alone; a missing value is an empty cell."""
    assert table("none", [], 0) == "<p>none</p>"
    assert "></td>" in table("one", [{"a": None}], 1)
