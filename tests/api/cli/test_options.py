"""Options that choose the documents: the example, and the advice to keep a ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import DOCUMENTS, run
from inroads import EXAMPLE
from inroads_api.cli import options


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--example asks the bundled documents; who names none is told of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INROADS_LEDGER", raising=False)
    done = run("reach", "b@example.com", "--example")
    assert done.stdout == run("reach", "b@example.com", *DOCUMENTS).stdout != ""
    none = run("reach", "b@example.com")
    assert none.returncode == 2
    assert "--example for the bundled ones" in none.stderr
    assert run("changes", "--since", "2020-01-01T00:00:00Z", "--example").returncode == 0


def test_slow_files_are_worth_a_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads files that take long, or are large, is told what to type; of a ledger nothing."""
    ask = ("reach", "b@example.com", *DOCUMENTS)
    advice = f"after `inroads ingest {EXAMPLE}` the ledger opens in some 1 s"
    assert advice not in run(*ask).stderr
    with monkeypatch.context() as patch:
        patch.setattr(options, "LARGE", 10)
        done = run(*ask)
        assert advice in done.stderr
        assert "ingest" not in done.stdout
        ledger = str(tmp_path / "l.db")
        assert run("ingest", str(EXAMPLE), "--ledger", ledger).returncode == 0
        assert "ingest" not in run("reach", "b@example.com", "--ledger", ledger).stderr
        assert "ingest" not in run("reach", "b@example.com", "-d", ledger).stderr
    monkeypatch.setattr(options, "SLOW_SECONDS", -1)
    assert advice in run(*ask).stderr


def test_demo_ends_with_what_to_try() -> None:
    """The three commands that `demo` names are answered."""
    told = run("demo").stdout.partition("Try next:")[2].strip().splitlines()
    assert len(told) == 3
    for line in told:
        words = line.replace("'role 994207'", "role_994207").split()[1:]
        done = run(*(word.replace("_", " ") for word in words))
        assert done.returncode == 0
        assert done.stdout


@pytest.mark.parametrize("option", ["--policy", "--ledger", "--pseudonymise"])
def test_a_file_that_cannot_be_used(option: str, tmp_path: Path) -> None:
    """A missing file and a folder are an error in one line that names it, without a raw errno."""
    for file in (tmp_path / "missing", tmp_path):
        done = run("reach", "b@example.com", "--example", option, str(file))
        assert done.returncode == 2
        assert str(file) in done.stderr
        assert "Errno" not in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_ledger_that_is_none(tmp_path: Path) -> None:
    """Documents are no ledger: the message says which option takes them."""
    file = tmp_path / "me.json"
    file.write_text("{}")
    done = run("reach", "b@example.com", "--ledger", str(file))
    assert done.returncode == 2
    assert done.stderr == f"error: --ledger {file} is not a ledger; -d reads documents\n"
