"""Tables for people: their width and their colours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import inroads
from commands import DOCUMENTS, run, run_terminal
from inroads_api.cli.printing.tables import coloured

COLOUR = "\x1b[38;5;"


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "words",
    [
        ("demo",),
        ("who", "account:Xr82w", *DOCUMENTS),
        ("census", *DOCUMENTS),
        ("findings", *DOCUMENTS),
        ("what-if", "--remove", "role 994207", *DOCUMENTS),
        ("changes", "--since", "2020-01-01T00:00:00Z", "--observed", *DOCUMENTS),
        ("choke-points", *DOCUMENTS),
        ("rules",),
    ],
)
def test_a_table_fits_its_terminal(words: tuple[str, ...], columns: int) -> None:
    """No line of a table is wider than the terminal, and nothing of an id is cut off."""
    text = run_terminal(*words, columns=columns).stdout
    rules = [at for at, line in enumerate(text.splitlines()) if "───" in line]
    for at in rules:
        for line in text.splitlines()[at:]:
            if not line.strip():
                break
            assert len(line.rstrip()) <= columns
    assert "…" not in text.replace("inroads explain …", "")


def test_ids_and_emails_stay_whole() -> None:
    """At 80 columns other columns wrap before those whose text a reader copies."""
    text = run_terminal("what-if", "--remove", "role 994207", *DOCUMENTS, columns=80).stdout
    for whole in ("identity:712052", "account:Xr82w", "business:363103"):
        assert whole in text
    assert "- b@example.com still reaches account Xr82w as CLIENT, by 1 path:" in text
    grants = run_terminal("choke-points", *DOCUMENTS, columns=80).stdout
    assert " business:77128#MEMBER@identity:712052 " in grants


def test_what_is_empty_is_left_out() -> None:
    """A column in which nothing stands is not shown."""
    text = run_terminal("plan", "b@example.com", "account:Xr82w", *DOCUMENTS, columns=80).stdout
    assert "outcome" in text
    assert "remaining" not in text


def test_a_row_too_wide(tmp_path: Path) -> None:
    """A single row that is wider than the terminal has a line for each column."""
    ledger = str(tmp_path / "inroads.db")
    run("ingest", "--ledger", ledger, DOCUMENTS[1])
    lines = run_terminal("ledger", "info", "--ledger", ledger, columns=80).stdout.splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [
        ["documents", "1"],
        ["kinds", "me"],
        ["of", "identities"],
    ]
    wide = run_terminal("ledger", "info", "--ledger", ledger, columns=200).stdout
    assert "documents  kinds" in wide


def test_colours_mean_something() -> None:
    """Inferred, latent and contested differ; the words stay, and NO_COLOR or a pipe has no colours."""
    ask = ("reach", "b@example.com", *DOCUMENTS)
    assert COLOUR in run_terminal(*ask, env={"NO_COLOR": ""}).stdout
    plain = run_terminal(*ask).stdout
    assert COLOUR not in run_terminal(*ask, env={"NO_COLOR": "1"}).stdout
    assert "LATENT" in plain
    piped = run(*ask, "-f", "table", env={"COLUMNS": "80"}).stdout
    assert "\x1b" not in piped
    styles = {
        str(coloured(word).spans[0].style)
        for word in ("INFERRED", "LATENT", "contested", "ENDS", "critical", "high", "low")
    }
    assert len(styles) == 7
    assert not coloured("STATED, ACTIVE").spans


def test_names_have_no_colours(tmp_path: Path) -> None:
    """A business that is called as a severity is no warning."""
    file = tmp_path / "documents.json"
    business = {"id": 9, "name": "high"}
    held = [{"id": 4, "role": "owner", "business": business}]
    file.write_text(json.dumps({"id": 1, "email": "a@x.org", "business_memberships": held}))
    shown = run_terminal("reach", "a@x.org", "-d", str(file), env={"NO_COLOR": ""}).stdout
    (line,) = (line for line in shown.splitlines() if line.strip().startswith("high"))
    assert "\x1b[1;38;5;160m" not in line
    assert "\x1b[1;38;5;160m" in run_terminal("rules", env={"NO_COLOR": ""}).stdout


def test_narrow_tables_join_columns() -> None:
    """Below 100 columns roles, certainty and state are one column, so that paths have room."""
    narrow = run_terminal("demo").stdout.splitlines()
    wide = run_terminal("demo", columns=120).stdout.splitlines()
    assert ["resource", "access", "how"] in [line.split() for line in narrow]
    assert ["resource", "roles", "certainty", "state", "how"] in [line.split() for line in wide]


def test_a_long_source_keeps_its_name(tmp_path: Path) -> None:
    """A deep path is cut in its middle, so that the name of the file is whole in its cell."""
    deep = tmp_path / ("a" * 40) / ("b" * 40)
    deep.mkdir(parents=True)
    (deep / "one.json").write_text("{")
    for columns in (80, 120):
        told = run_terminal("check", str(tmp_path), columns=columns).stdout
        assert "bbb/one.json" in told
        assert "a" * 20 not in told


def test_sentences_need_room(tmp_path: Path) -> None:
    """Where other columns leave no room for paths, these stand below the table, as on a narrow terminal."""
    email = "somebody.with.a.long.name@accounting.example.com"
    file = tmp_path / "me.json"
    body = (inroads.EXAMPLE / "bruce.json").read_text()
    file.write_text(body.replace("b@example.com", email))
    ask = ("what-if", "--remove", "role 994207", "-d", str(file), "--no-pager")
    text = run_terminal(*ask, columns=100).stdout
    assert "remaining" not in text
    assert f"- {email} still reaches account Xr82w as CLIENT, by 1 path:" in text
    assert "remaining" in run_terminal(*ask, columns=160).stdout
