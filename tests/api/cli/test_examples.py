"""The examples that the help of commands shows."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
import typer

from commands import run
from inroads import EXAMPLE
from inroads_api.cli.examples import EXAMPLES
from inroads_api.cli.main import COMMANDS, app

ENDLESS = {"serve", "watch", "collect"}
"""Commands that go on, or ask the service: their examples are parsed, not run."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the examples name, in which they are run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INROADS_LEDGER", raising=False)
    shutil.copytree(EXAMPLE, tmp_path / "documents")
    (tmp_path / "policy.toml").write_text(
        '[[separation_of_duty]]\nname = "n"\nreason = "r"\nscope = "any"\n'
        'left = { roles = ["OWNER"] }\nright = { roles = ["CLIENT"] }\n'
    )
    (tmp_path / "key").write_text("9f86d081884c7d659a2feaa0c55ad015")
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "audit.log").touch()
    assert run("ingest", "documents/").returncode == 0
    assert run("token", "create", "anna", "--auth", "auth.json").returncode == 0
    return tmp_path


def test_each_command_has_two() -> None:
    """No command of the help is without examples, nor is an example of another command."""
    assert set(EXAMPLES) == {"", *COMMANDS}
    for name, lines in EXAMPLES.items():
        assert all(line.startswith(f"inroads {name}".strip()) for line in lines)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in ENDLESS])
def test_they_run(name: str, place: Path) -> None:
    """Each example of a command that ends is answered."""
    pseudonym = run("mask", "b@example.com", "--key-file", "key").stdout.strip()
    assert place.exists()
    for line in EXAMPLES[name]:
        plain, _, _ = line.replace("PSEUDONYM", pseudonym).partition(" > ")
        done = run(*shlex.split(plain)[1:])
        assert done.returncode == 0, (line, done.stderr)


@pytest.mark.parametrize("name", sorted(ENDLESS))
def test_they_are_understood(name: str) -> None:
    """Each example of a command that goes on has options that the command knows."""
    whole = typer.main.get_command(app)
    for line in EXAMPLES[name]:
        words = shlex.split(line)[1:]
        with whole.make_context("inroads", list(words)) as ctx:
            _, command, rest = whole.resolve_command(ctx, words)  # type: ignore[attr-defined]  # of groups
            assert command.make_context(name, list(rest), parent=ctx)
