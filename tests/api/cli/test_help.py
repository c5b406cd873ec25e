"""The help of commands: one screen, in panels."""

from __future__ import annotations

import re

import pytest

from commands import run
from inroads_api.cli.examples import EXAMPLES
from inroads_api.cli.main import COMMANDS

MOST = 40


def shown(*words: str, columns: int = 80, option: str = "--help") -> str:
    done = run(*words, option, env={"COLUMNS": str(columns)})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_screen(name: str) -> None:
    """At 80 columns the help of a command has at most 40 lines, none wider, and its examples."""
    text = shown(*name.split())
    lines = text.rstrip().splitlines()
    assert len(lines) <= MOST
    assert max(map(len, lines)) <= 80
    words = " ".join(text.split())
    assert all(" ".join(line.split()) in words for line in EXAMPLES[name])


def test_commands_are_in_groups() -> None:
    """Each command is listed in the part that COMMANDS names, in that order; options have a line."""
    listed = re.findall(r"^ (\w*) +([a-z-]+)  +(\w.*\.) *$", shown(), re.MULTILINE)
    part, parts = "", []
    for title, name, line in listed:
        part = title or part
        parts.append((name, part, line))
    assert parts == [(name, panel, line) for name, (panel, _, line) in COMMANDS.items()]
    assert [title for title, _, _ in listed if title] == [
        *dict.fromkeys(part for _, part, _ in parts)
    ]
    assert re.search("^ Options .*--version .*-h, --help", shown(), re.MULTILINE)


def test_shared_options_are_apart() -> None:
    """The options that choose the documents stand in a panel after those of the command."""
    own, _, shared = shown("reach").partition("Documents and policy")
    for option in ("--role", "--sort", "--limit", "--format"):
        assert option in own
        assert option not in shared
    for option in ("--documents", "--ledger", "--as-of", "--policy", "--strict", "--example"):
        assert option in shared
        assert option not in own.partition("Arguments")[2]


def test_what_few_people_need_is_named() -> None:
    """`serve --help` names every option; `--help-all` says what each of them does."""
    brief, whole = shown("serve"), shown("serve", option="--help-all")
    named = set(re.findall(r"(?<!\w)--[a-z-]+", whole))
    assert len(named) > 30
    assert named < set(re.findall(r"(?<!\w)--[a-z-]+", brief))
    assert "inroads serve --help-all" in brief
    assert "Signed by a key of it." not in brief
    assert "Signed by a key of it." in whole
    assert "--help-all" not in shown("reach")


def test_defaults_and_requirements_are_told() -> None:
    """A default and a required option are said in words; a pair of flags is one."""
    assert "Default: 8000." in shown("serve")
    assert "Required." in shown("mask")
    assert "--[no-]contested" in shown("reach")
    assert "Default: 90d." in " ".join(shown("token", "create").split())
