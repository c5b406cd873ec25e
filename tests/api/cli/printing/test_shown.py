"""How many rows of an answer are shown, and in which order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import DOCUMENTS, rows, run, run_terminal


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("people") / "people.ndjson"
    assert run("generate", "--identities", "400", "-o", str(file)).returncode == 0
    return str(file)


@pytest.fixture(scope="module")
def hub(people: str) -> tuple[str, int]:
    """The account that most identities reach."""
    (row,) = rows(run("census", "-d", people, "--kind", "account", "--top", "1").stdout)
    assert row["total"] > 50
    return row["id"], row["total"]


def test_fifty_on_a_terminal_and_all_in_a_pipe(people: str, hub: tuple[str, int]) -> None:
    """A terminal has the total first and 50 rows; a pipe has them all, in a table, too."""
    account, total = hub
    text = run_terminal("who", account, "-d", people, "--no-pager").stdout
    assert text.startswith(f"{total} accesses; coverage")
    assert f"showing 50 of {total} · --limit 0 shows all" in text
    assert len({word for word in text.split() if word.startswith("identity:")}) == 50
    whole = run_terminal("who", account, "-d", people, "--no-pager", "--limit", "0").stdout
    piped = run("who", account, "-d", people, "-f", "table").stdout
    for each in (whole, piped):
        assert "showing" not in each
        assert len({word for word in each.split() if word.startswith("identity:")}) == total
    assert len(rows(run("who", account, "-d", people).stdout)) == total


def test_a_limit_is_kept_in_every_format(people: str, hub: tuple[str, int]) -> None:
    """--limit cuts rows of each format, and the total stays what it is."""
    account, total = hub
    ask = ("who", account, "-d", people, "--limit", "3")
    done = run(*ask)
    assert len(rows(done.stdout)) == 3
    assert f"showing 3 of {total}" in done.stderr
    whole = json.loads(run(*ask, "-f", "json").stdout)
    assert (len(whole["accesses"]), whole["total"]) == (3, total)
    assert run("who", account, "-d", people, "--limit", "-1").returncode == 2


def test_sort() -> None:
    """Accesses are sorted by name, role, state or distance; the default has the best first."""
    ask = ("reach", "b@example.com", *DOCUMENTS)
    plain = rows(run(*ask).stdout)
    assert rows(run(*ask, "--sort", "best").stdout) == plain
    by_role = [row["roles"][0] for row in rows(run(*ask, "--sort", "role").stdout)]
    assert by_role == ["OWNER", "OWNER", "MANAGER", "MANAGER", "CLIENT", "CLIENT"]
    by_state = rows(run(*ask, "--sort", "state").stdout)
    assert [row["state"] for row in by_state] == ["ACTIVE"] * 4 + ["LATENT"] * 2
    assert [row["resource"] for row in rows(run(*ask, "--sort", "id").stdout)] == sorted(
        row["resource"] for row in plain
    )


def test_census_on_a_terminal(people: str) -> None:
    """A census has five columns, and some rows of each kind; --top has precedence."""
    lines = run_terminal("census", "-d", people, "--no-pager").stdout.splitlines()
    heading = ["node", "total", "inferred", "latent", "roles"]
    assert heading in [line.split() for line in lines]
    for kind in ("identity:", "business:", "account:"):
        assert len([line for line in lines if line.strip().startswith(kind)]) == 16
    assert any("showing 16 of each kind" in line for line in lines)
    few = run_terminal("census", "-d", people, "--no-pager", "--top", "2").stdout
    assert "not listed: a larger --top lists them" in few


def test_changes_on_a_terminal(people: str) -> None:
    """What was only observed for the first time is a count; --observed shows it."""
    ask = ("changes", "--since", "2025-01-01T00:00:00Z", "-d", people, "--no-pager")
    few = run_terminal(*ask).stdout
    assert "--observed lists them" in few
    assert "identity:" not in few
    many = run_terminal(*ask, "--observed").stdout
    assert "identity:" in many
    assert "showing 50 of" in many


def test_a_cut_list_counts_roles(people: str, hub: tuple[str, int]) -> None:
    """A list that is cut counts the accesses of each role, since its first rows may all be clients."""
    ask = ("reached-by", hub[0], "-d", people, "--no-pager")
    (told,) = [line for line in run_terminal(*ask).stdout.splitlines() if "of all: " in line]
    assert "OWNER 1, " in told
    assert told.endswith(" · --sort role lists the best first")
    sorted_by_role = run_terminal(*ask, "--sort", "role").stdout
    assert told.removesuffix(" · --sort role lists the best first") in sorted_by_role.splitlines()
    assert "of all: " not in run_terminal(*ask, "--limit", "0").stdout
