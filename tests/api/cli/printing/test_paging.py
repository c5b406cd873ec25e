"""The pager of a terminal."""

from __future__ import annotations

import os
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


def test_less_says_how_to_go_on(tmp_path: Path) -> None:
    """The prompt of less, to which no key is known before, names two; the user's own $LESS stays."""
    file = tmp_path / "less"
    file.write_text('#!/bin/sh\necho "[$LESS]"\n')
    file.chmod(0o700)
    alone = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PAGER": "less"}
    plain = run_terminal(*ASK, lines=10, env={**alone, "LESS": "-R"}).stdout
    assert plain.startswith("[-R]")
    assert r"space\: more, q\: end" in run_terminal("census", *DOCUMENTS, lines=5, env=alone).stdout


def test_the_demo_is_never_paged(pager: dict[str, str]) -> None:
    """The first command that anybody runs prints everything, to its last line."""
    shown = run_terminal("demo", lines=10, env=pager).stdout
    assert "PAGED" not in shown
    assert shown.rstrip().endswith("inroads findings --example")


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
