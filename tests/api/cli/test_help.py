"""The help of commands: one screen, in panels."""

from __future__ import annotations

import re

import pytest

from commands import run
from inroads_api.cli.examples import EXAMPLES
from inroads_api.cli.main import COMMANDS

LONG = {"serve": 80}
"""Commands whose options are more than a screen."""


def shown(*words: str, columns: int = 80) -> str:
    done = run(*words, "--help", env={"COLUMNS": str(columns)})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_a_screen(name: str) -> None:
    """At 80 columns the help of a command has at most some 50 lines, none wider, and its examples."""
    text = shown(name)
    lines = text.rstrip().splitlines()
    assert len(lines) <= LONG.get(name, 50)
    assert max(map(len, lines)) <= 80
    words = " ".join(text.split())
    assert all(" ".join(line.split()) in words for line in EXAMPLES[name])


def test_commands_are_in_groups() -> None:
    """Each command is listed under the panel that COMMANDS names, in that order."""
    text = shown()
    titles = re.findall("^╭─ (.*?) ─", text, re.MULTILINE)
    assert titles == [*dict.fromkeys(panel for panel, _, _ in COMMANDS.values()), "Options"]
    panels = dict(zip(titles, re.split("^╭", text, flags=re.MULTILINE)[1:], strict=True))
    for name, (panel, _, line) in COMMANDS.items():
        assert re.search(rf"│ {name} +{re.escape(line)}", panels[panel])


def test_shared_options_are_apart() -> None:
    """The options that choose the documents stand in a panel after those of the command."""
    own, _, shared = shown("reach").partition("Documents and policy")
    for option in ("--role", "--sort", "--limit", "--format"):
        assert option in own
        assert option not in shared
    for option in ("--documents", "--ledger", "--as-of", "--policy", "--strict", "--example"):
        assert option in shared
        assert option not in own.partition("Arguments")[2]


def test_defaults_and_requirements_are_told() -> None:
    """A default and a required option are said in words; a pair of flags is one."""
    assert "Default: 8000." in shown("serve")
    assert "Required." in shown("mask")
    assert "--[no-]contested" in shown("reach")
    assert "Default: 90d." in " ".join(shown("token", "create").split())
