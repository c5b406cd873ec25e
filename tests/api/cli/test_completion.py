"""Completion of nodes from a ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import DOCUMENTS, run
from inroads import EXAMPLE


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INROADS_LEDGER", raising=False)
    assert run("ingest", str(EXAMPLE)).returncode == 0
    return tmp_path / "inroads.db"


def offered(words: str) -> list[str]:
    """Return the words that bash would be offered, in the place of the last one."""
    env = {"_INROADS_COMPLETE": "complete_bash", "COMP_WORDS": f"inroads {words}"}
    env["COMP_CWORD"] = str(len(words.split(" ")))
    done = run(env=env)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.usefixtures("ledger")
def test_nodes_of_the_ledger() -> None:
    """Emails and ids are offered where they fit, of the kind that the command takes."""
    assert offered("reach b@") == ["b@example.com"]
    assert offered("reach identity:71") == ["identity:712052"]
    assert offered("who account:X") == ["account:Xr82w"]
    assert set(offered("explain b@example.com business:3")) == {
        "business:311394",
        "business:363103",
    }
    assert offered("who BillS") == ["BillSpring"]
    assert offered("who b@") == []


def test_another_ledger(ledger: Path, tmp_path: Path) -> None:
    """The ledger that the command names is asked, in place of the default one."""
    ledger.rename(tmp_path / "other.db")
    assert offered("reach b@") == []
    assert offered("reach --ledger other.db b@") == ["b@example.com"]


def test_no_ledger_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a ledger, or with one that cannot be read, nothing is offered and nothing said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INROADS_LEDGER", raising=False)
    assert offered("reach b@") == []
    (tmp_path / "inroads.db").write_text("no ledger")
    assert offered("reach b@") == []
    assert run("reach", "b@example.com", *DOCUMENTS).returncode == 0
