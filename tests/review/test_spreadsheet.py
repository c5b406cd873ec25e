"""Sheets of a campaign go out and come back, and every bad row is told."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns import NOW, begin, code, me
from inroads.explorer import Explorer
from inroads.review import (
    Decided,
    ReviewError,
    spreadsheet,
)
from inroads.store.ledger import Ledger
from worlds import explore


class TestSheet:
    def test_round_trip(self, ledger: Ledger, twins: Explorer) -> None:
        """What is exported and taken back changes nothing; what a reviewer fills in is decided."""
        campaign = begin(ledger, twins)
        campaign.decide([1], "revoke", by="eve", now=NOW, why="=cmd|' /C calc'!A0")
        text = io.StringIO()
        spreadsheet.write(campaign.items(), text)
        rows = list(csv.DictReader(io.StringIO(text.getvalue())))
        assert rows[0]["why"] == "'=cmd|' /C calc'!A0"
        data = text.getvalue().encode()
        assert campaign.answer(spreadsheet.read(data), by="adam", now=NOW, keeping=True) == Decided(
            0, 1
        )
        for row in rows[1:]:
            row |= {"decision": " Revoke", "why": "'-1"}
        filled = io.StringIO()
        writer = csv.DictWriter(filled, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        data = b"\xef\xbb\xbf" + filled.getvalue().encode()
        assert campaign.answer(spreadsheet.read(data), by="adam", now=NOW, keeping=True) == Decided(
            5, 1
        )
        assert [each.decision.why for each in campaign.items() if each.decision] == [
            "=cmd|' /C calc'!A0"
        ] + ["-1"] * 5

    @pytest.mark.parametrize("start", ["", "="])
    def test_a_long_name(self, ledger: Ledger, start: str) -> None:
        """A cell is no longer than spreadsheets take, and the sheet can be taken back."""
        name = start + "x" * 140_000
        row = {"id": 1, "role": "owner", "business": {"id": 1, "name": name, "account_id": "A"}}
        campaign = begin(ledger, explore([(me(1, row), NOW)]))
        text = io.StringIO()
        spreadsheet.write(campaign.items(), text)
        assert spreadsheet.read(text.getvalue().encode()) == []
        cells = next(csv.reader(io.StringIO(text.getvalue().split("\n", 1)[1])))
        assert max(map(len, cells)) <= 32_000
        assert any(cell.endswith("…") for cell in cells)

    def test_every_bad_row_is_told(self, ledger: Ledger, twins: Explorer) -> None:
        """Each bad row is told with its line, also after a cell of several lines, and nothing is taken."""
        campaign = begin(ledger, twins)
        text = 'number,decision,why\n1,keep,"two\nlines"\nx,keep,\n2,maybe,\n1,revoke,no\n3,,why\n\n4,,\n'
        with pytest.raises(ReviewError) as caught:
            spreadsheet.read(text.encode())
        assert [each.split(":")[0] for each in caught.value.problems] == [
            "line 4",
            "line 5",
            "line 6",
            "line 7",
        ]
        lines = b'{"number":1,"decision":"keep"}\n[1]\n{"number":true,"decision":"keep"}\n{"number":2,"decision":3}\n'
        with pytest.raises(ReviewError) as caught:
            spreadsheet.read(lines)
        assert [each.split(":")[0] for each in caught.value.problems] == [
            "line 2",
            "line 3",
            "line 4",
        ]
        for bad in (
            b"\xff\xfe",
            b"a,b\n1,2\n",
            b"number,decision,why\n" + b"1" * 200_000 + b",,\n",
        ):
            assert code(lambda bad=bad: spreadsheet.read(bad)) in ("BAD_SHEET", "BAD_DECISION")
        stale = b"number,decision,why,fingerprint\n1,keep,,00000000\n2,revoke,,\n"
        with pytest.raises(ReviewError) as caught:
            campaign.answer(spreadsheet.read(stale), by="eve", now=NOW)
        assert [each.split(":")[0] for each in caught.value.problems] == ["line 2", "line 3"]
        assert campaign.progress()[""].undecided == 6

    @given(st.text())
    @example("'=1")
    @example("''")
    def test_cells(self, text: str) -> None:
        """No guarded cell begins a formula, and what can be printed comes back as it was."""
        cell = spreadsheet.guarded(text)
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        if text.isprintable():
            assert spreadsheet.bare(cell) == text


def test_another_file_is_not_a_sheet() -> None:
    """JSON without the keys of a sheet is an error, not a sheet without decisions."""
    with pytest.raises(ReviewError) as error:
        spreadsheet.read(b'{"a": 1}')
    assert error.value.message == "no decision was taken, because of problems in 1 row"
