"""`inroads census`: formats, order, sources, refusals. Contested accesses: mark, filter, reasons."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyarrow import parquet

import inroads
from commands import DOCUMENTS, HOSTILE, rows, run
from contested import (
    MARKUP,
    STEERING,
    Envelope,
    client_of_vendor,
    leaver_documents,
    moved_documents,
    twice_documents,
    written,
)
from inroads.sources.synthetic import population

TOLD = "tells why\n"
"""The end of the line that counts contested accesses."""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents of a small population."""
    file = tmp_path_factory.mktemp("census") / "people.ndjson"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, population(60, 7))))
    return file


def test_the_example() -> None:
    """Every node of the example with its figures, kind after kind; how much was observed goes to stderr."""
    done = run("census", *DOCUMENTS)
    found = {
        row["id"]: (row["total"], row["latent"], row["owner"], row["client"])
        for row in rows(done.stdout)
    }
    assert found == {
        "identity:712052": (6, 2, 2, 2),
        "business:311394": (1, 1, 0, 0),
        "business:363103": (1, 0, 0, 1),
        "business:77128": (1, 0, 1, 0),
        "account:Xr82w": (1, 0, 0, 1),
        "account:e6Wmk": (1, 1, 0, 0),
        "account:zDmNq": (1, 0, 1, 0),
    }
    assert done.stderr.startswith("6 accesses; coverage NOT complete\n")
    assert done.returncode == 0


def test_formats_agree(people: Path, tmp_path: Path) -> None:
    """Every format holds the rows of the library, on stdout as in a file."""
    expected = list(inroads.census(inroads.load(people)).rows(["BUSINESS"], by="latent", first=5))
    ask = (
        "census",
        "-d",
        str(people),
        "--kind",
        "business",
        "--sort",
        "latent",
        "--top",
        "5",
        "-f",
    )
    assert rows(run(*ask, "ndjson").stdout) == json.loads(run(*ask, "json").stdout) == expected
    table = run(*ask, "csv").stdout
    assert [(row["id"], int(row["total"])) for row in csv.DictReader(io.StringIO(table))] == [
        (row["id"], row["total"]) for row in expected
    ]
    for name in ("csv", "parquet"):
        assert run(*ask, name, "-o", str(tmp_path / name)).stdout == ""
    assert (tmp_path / "csv").read_text(encoding="utf-8") == table
    assert parquet.read_table(tmp_path / "parquet").to_pylist() == expected
    eyes = run(*ask, "table").stdout
    assert expected[0]["id"] in eyes
    assert expected[0]["name"] in eyes


def test_the_policy_and_the_moment_count(tmp_path: Path) -> None:
    """A census is of the graph as of a moment, under a policy."""
    client = {"id": 6, "account_id": "V"}
    business = {"id": 9, "account_id": "A", "business_clients": [client]}
    body = {"id": 1, "business_memberships": [{"id": 4, "role": "manager", "business": business}]}
    file, policy = tmp_path / "documents.json", tmp_path / "policy.toml"
    file.write_text(json.dumps({"observed_at": "2026-01-01T00:00:00Z", "document": body}))
    policy.write_text("[roles.MANAGER]\ncontrols = true\n")
    ask = ("census", "--kind", "identity", "-d", str(file))
    (plain,), (controlling,) = (
        rows(run(*ask, *more).stdout) for more in ((), ("--policy", str(policy)))
    )
    assert (plain["total"], plain["inferred"]) == (2, 0)
    assert (controlling["total"], controlling["inferred"], controlling["client"]) == (3, 1, 1)
    assert rows(run(*ask, "--as-of", "2025-01-01T00:00:00Z").stdout) == []


def test_a_hostile_name() -> None:
    """No cell of the CSV is a formula, and nothing steers the terminal."""
    for output in ("csv", "table"):
        shown = run("census", "-d", "-", "-f", output, stdin=json.dumps(HOSTILE)).stdout
        assert not {"\u001b", "\u202e"} & set(shown)
    assert "'=HYPERLINK" in run("census", "-d", "-", "-f", "csv", stdin=json.dumps(HOSTILE)).stdout


def test_what_is_refused(tmp_path: Path) -> None:
    """A figure that there is not, Parquet without a file, and no documents at all end with one line and code 2."""
    for wrong, reason in (
        (("--sort", "most"), "BAD"),
        (("-f", "parquet"), "-o FILE"),
        (("--kind", "group"), "group"),
    ):
        done = run("census", *DOCUMENTS, *wrong)
        assert done.returncode == 2, done.stderr
        assert reason == "BAD" or reason in done.stderr
    env = {"INROADS_LEDGER": str(tmp_path / "none.db")}
    assert run("census", env=env).returncode == 2
    assert run("census", "-d", "-", "--strict", stdin="<html>").returncode == 3
    assert run("census", "-d", "-", stdin="<html>").returncode == 3


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
@pytest.mark.parametrize(
    "words",
    [
        ("reach", "b@example.com"),
        ("who", "account:Xr82w"),
        ("explain", "b@example.com", "account:Xr82w"),
    ],
)
def test_every_answer_says_when_it_is_cut(
    words: tuple[str, ...], output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that a limit cuts short says so to people and, in machine formats, in its rows."""
    whole = run(*words, *DOCUMENTS, "-f", output)
    assert "cut this answer short" not in whole.stderr
    monkeypatch.setattr("inroads.reach.limits.MAX_PATHS", 1)
    cut = run(*words, *DOCUMENTS, "-f", output)
    if output != "json":
        assert "a limit cut this answer short" in cut.stderr
    if output == "csv":
        assert "True" in cut.stdout
        assert "True" not in whole.stdout
    elif output != "table":
        assert re.search(r'"truncated": ?true', cut.stdout)
        assert not re.search(r'"truncated": ?true', whole.stdout)


@pytest.mark.parametrize(
    ("documents", "email", "contested", "sound"),
    [
        (leaver_documents(), "leaver@example.com", {"account:AccA", "business:1001"}, set()),
        (moved_documents(), "xi@example.com", {"account:AccA", "business:3001"}, {"business:1001"}),
        (twice_documents(), "o@example.com", {"account:AccA", "business:1001"}, set()),
    ],
)
def test_reach(
    tmp_path: Path, documents: list[Envelope], email: str, contested: set[str], sound: set[str]
) -> None:
    """`reach` marks what is contested, tells how many accesses that are, and filters by it."""
    given = "-d", str(written(tmp_path, documents))
    done = run("reach", email, *given)
    assert {row["resource"] for row in rows(done.stdout) if row["contested"]} == contested
    assert f"2 accesses are contested: `inroads explain …` {TOLD}" in done.stderr
    only = run("reach", email, *given, "--contested")
    assert {row["resource"] for row in rows(only.stdout)} == contested
    others = run("reach", email, *given, "--no-contested")
    assert {row["resource"] for row in rows(others.stdout)} == sound
    assert TOLD not in others.stderr
    flat = csv.DictReader(io.StringIO(run("reach", email, *given, "--format", "csv").stdout))
    for row in flat:
        marked = row["resource"] in contested
        assert row["certainty"] == ("STATED; contested" if marked else "STATED")
        assert row["contested_roles"] == ("OWNER" if marked else "")
    whole = json.loads(run("reach", email, *given, "--format", "json").stdout)
    assert (whole["total"], whole["contested"]) == (len(contested | sound), 2)


def test_who(tmp_path: Path) -> None:
    """`who` marks one of two owners in its table."""
    given = "-d", str(written(tmp_path, leaver_documents()))
    done = run("who", "business:1001", *given, "--format", "table", env={"COLUMNS": "160"})
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["identity:1", "OWNER", "STATED", "ACTIVE"] in [line[:4] for line in lines]
    assert ["identity:2", "OWNER", "(contested)", "STATED"] in [line[:4] for line in lines]
    assert f"1 access is contested: `inroads explain …` {TOLD}" in done.stderr
    only = run("who", "business:1001", *given, "--no-contested")
    assert [row["principal"] for row in rows(only.stdout)] == ["identity:1"]


def test_explain(tmp_path: Path) -> None:
    """`explain` prints the contradiction with records of both sides, and the one remedy."""
    given = "-d", str(written(tmp_path, leaver_documents()))
    done = run("explain", "leaver@example.com", "business:1001", *given, "--format", "table")
    assert "[STATED, contested, ACTIVE]" in done.stdout
    _, _, told = done.stdout.partition("\n\ncontested: ")
    assert told.splitlines() == [
        "group row 77 (business:1001#MEMBER@identity:2)",
        "  membership_denied: a row of a group of business:1001 states it, in a document whose"
        " memberships leave business:1001 out",
        "     group row 77: leaver /response/groups/0",
        "     memberships: leaver /response/business_memberships",
        "  to end it, if it is wrong:",
        "     group row 77 (groups): remove leaver@example.com from Bakery (1001); the row goes"
        " with it",
    ]
    sound = run("explain", "owner@example.com", "business:1001", *given, "--format", "table")
    assert "contested" not in sound.stdout


@pytest.mark.parametrize(
    ("documents", "email", "resource", "places"),
    [
        (
            moved_documents(),
            "xi@example.com",
            "business:3001",
            ["role 11: xi /response/roles/0", "document: xi /response", "document: zo /response"],
        ),
        (
            twice_documents(),
            "o@example.com",
            "business:1001",
            [
                "membership 1: before /response/business_memberships/0",
                "document: after /response",
            ],
        ),
    ],
)
def test_both_sides(
    tmp_path: Path, documents: list[Envelope], email: str, resource: str, places: list[str]
) -> None:
    """A side that lacks a record names its document."""
    given = "-d", str(written(tmp_path, documents))
    done = run("explain", email, resource, *given, "--format", "table")
    _, _, told = done.stdout.partition("\n\ncontested: ")
    assert [line.strip() for line in told.splitlines()[2 : 2 + len(places)]] == places


def _remediation(tmp_path: Path, email: str, resource: str) -> dict[str, Any]:
    given = "-d", str(written(tmp_path, client_of_vendor()))
    found: dict[str, Any] = json.loads(
        run("explain", email, resource, *given, "--format", "json").stdout
    )["remediation"]
    return found


def test_remedies_are_of_contested_grants(tmp_path: Path) -> None:
    """A contested access gives no advice to end a sound grant on its path; another access does."""
    member, client = "business:1001#MEMBER@identity:2", "account:V#CLIENT@business:1001"
    assert list(_remediation(tmp_path, "leaver@example.com", "account:V")) == [member]
    owner = "business:1001#MEMBER@identity:1"
    assert list(_remediation(tmp_path, "owner@example.com", "account:V")) == [owner, client]


def test_hostile_texts(tmp_path: Path) -> None:
    """No text of a document steers the terminal or becomes a formula."""
    given = "-d", str(written(tmp_path, moved_documents(MARKUP, STEERING)))
    for command in (
        ("reach", "xi@example.com", *given, "--format", "csv"),
        ("explain", "xi@example.com", "business:3001", *given, "--format", "csv"),
        ("explain", "xi@example.com", "business:3001", *given, "--format", "table"),
    ):
        shown = run(*command).stdout
        assert MARKUP in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_a_campaign(tmp_path: Path) -> None:
    """A review of contested accesses alone, its filter, and what it shows of each."""
    ledger = "--ledger", str(tmp_path / "inroads.db")
    run("ingest", str(written(tmp_path, moved_documents())), *ledger)
    run("review", "start", "All", "--by", "eve", *ledger)
    run("review", "start", "Doubtful", "--contested", "--by", "eve", *ledger)
    run("review", "start", "Sound", "--no-contested", "--by", "eve", *ledger)

    def exported(name: str, *more: str) -> list[tuple[str, ...]]:
        done = run("review", "export", name, *more, *ledger).stdout
        names = ("principal", "resource", "account", "contested", "contradictions")
        return sorted(
            tuple(row[name] for name in names) for row in csv.DictReader(io.StringIO(done))
        )

    doubtful = [("identity:1", "business:3001", "account:AccA", "OWNER", "account_moved")]
    sound = [
        ("identity:1", "business:1001", "", "", ""),
        ("identity:3", "business:3001", "account:AccA", "", ""),
    ]
    assert exported("Doubtful") == exported("All", "--contested") == doubtful
    assert exported("Sound") == exported("All", "--no-contested") == sound
    assert exported("All") == sorted([*doubtful, *sound])
    shown = run("review", "next", "Doubtful", *ledger, "--format", "table").stdout
    assert "as OWNER (contested: OWNER, account_moved)." in shown
