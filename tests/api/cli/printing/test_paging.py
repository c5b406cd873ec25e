"""The pager of a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import DOCUMENTS, run, run_terminal

ASK = ("reach", "b@example.com", *DOCUMENTS)


@pytest.fixture
def pager(tmp_path: Path) -> dict[str, str]:
    """A pager that says that it was there."""
    file = tmp_path / "pager"
    file.write_text("#!/bin/sh\necho PAGED\ncat\n")
    file.chmod(0o700)
    return {"PAGER": str(file)}


def test_what_is_longer_than_the_screen_is_paged(pager: dict[str, str]) -> None:
    """$PAGER shows a table that is longer than the screen; the notes come after it."""
    long = run_terminal(*ASK, lines=10, env=pager).stdout
    assert long.startswith("PAGED\n6 accesses")
    assert long.index("account:e6Wmk") < long.index("evidence of")
    assert "PAGED" not in run_terminal(*ASK, lines=60, env=pager).stdout


def test_what_is_not_paged(pager: dict[str, str]) -> None:
    """No pager is used with --no-pager, for other formats, for `cat`, or if it is not there."""
    plain = run_terminal(*ASK, lines=10, env={"PAGER": "cat"}).stdout
    for words, env in (
        (("--no-pager",), pager),
        ((), {"PAGER": ""}),
        ((), {"PAGER": "/no/such/pager"}),
    ):
        assert run_terminal(*ASK, *words, lines=10, env=env).stdout == plain
    assert "PAGED" not in run_terminal(*ASK, "-f", "json", lines=10, env=pager).stdout
    assert "PAGED" not in run(*ASK, "-f", "table", env=pager).stdout
