"""`inroads census`: formats, order, sources, refusals."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import msgspec
import pytest
from pyarrow import parquet

import inroads
from commands import DOCUMENTS, HOSTILE, rows, run
from inroads.sources.synthetic import population


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
