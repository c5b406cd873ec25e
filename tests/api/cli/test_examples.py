"""The examples that the help of commands shows."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer

from commands import rows, run
from inroads import EXAMPLE
from inroads.spark.folder import MARKER, Marker
from inroads.spark.tables import FORMAT
from inroads_api.cli.examples import EXAMPLES
from inroads_api.cli.main import COMMANDS, app

PARSED = {"serve", "watch", "collect", "review work", "spark run"}
"""Commands that go on, or ask the service or an engine: their examples are parsed, not run."""

GROUPS = ("ledger", "review", "token", "audit", "spark")
WHOLE = typer.main.get_command(app)


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
    for log in ("audit.log", "audit.1.log"):
        (tmp_path / log).touch()
    _answers(tmp_path / "answers")
    done("ingest", "documents/")
    done("token", "create", "anna", "--auth", "auth.json")
    shutil.copy("auth.json", "other.json")
    return tmp_path


def _answers(folder: Path) -> None:
    """A folder as Spark leaves it, with its marker alone."""
    made = Marker(FORMAT, {}, {"accesses": 6, "findings": 3})
    (folder / MARKER).mkdir(parents=True)
    told = pa.table({"told": [msgspec.json.encode(made).decode()]})
    pq.write_table(told, folder / MARKER / "part.parquet")


@pytest.fixture
def campaign(place: Path, name: str) -> Path:
    """The folder, with a campaign that is undecided, decided or signed off as a command needs it."""
    by = ("--by", "a@example.com")
    if name.startswith("review "):
        done("review", "start", "2026-Q1", *by)
    if name == "review sign-off":
        items = [
            each["number"] for each in rows(done("review", "export", "2026-Q1", "-f", "ndjson"))
        ]
        done("review", "decide", "2026-Q1", "keep", *map(str, items), *by)
    if name == "review verify":
        done("review", "sign-off", "2026-Q1", "--partial", *by)
        done("review", "export", "2026-Q1", "-f", "report", "-o", "report.ndjson")
    return place


def done(*words: str) -> str:
    told = run(*words, stdin="y\n")
    assert told.returncode == 0, (words, told.stderr)
    return told.stdout


def test_each_command_has_two() -> None:
    """No command of the help is without examples, nor is an example of another command."""
    inner = {
        f"{group} {name}"
        for group in GROUPS
        for name in _command(group).commands  # type: ignore[attr-defined]  # of groups
    }
    assert set(EXAMPLES) == {"", *COMMANDS, *inner}
    for name, lines in EXAMPLES.items():
        assert all(line.startswith(f"inroads {name}".strip()) for line in lines)


@pytest.mark.parametrize(
    ("name", "line"),
    [(name, line) for name, lines in EXAMPLES.items() if name not in PARSED for line in lines],
)
def test_they_run(line: str, campaign: Path) -> None:
    """Each example of a command that ends is answered."""
    assert campaign.exists()
    meant = {
        "PSEUDONYM": lambda: done("mask", "b@example.com", "--key-file", "key").strip(),
        "SHA": lambda: rows(done("ledger", "list"))[0]["sha256"],
        "ID": lambda: rows(done("token", "list", "--auth", "auth.json"))[0]["token"],
    }
    plain, _, _ = line.partition(" > ")
    done(*(meant[word]() if word in meant else word for word in shlex.split(plain)[1:]))


@pytest.mark.parametrize("name", sorted(PARSED))
def test_they_are_understood(name: str) -> None:
    """Each example of a command that goes on has options that the command knows."""
    for line in EXAMPLES[name]:
        rest = shlex.split(line)[1 + len(name.split()) :]
        assert _command(name).make_context(name, rest)


def _command(name: str) -> Any:
    """The command of some words."""
    command: Any = WHOLE
    for word in name.split():
        _, command, _ = command.resolve_command(typer.Context(command), [word])
    return command
