"""`--pseudonymise`, `inroads mask` and `inroads unmask`: keys, answers without originals, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import DOCUMENTS, rows, run

ORIGINALS = (
    "712052",
    "77128",
    "zDmNq",
    "b@example",
    "Bruce",
    "BillSpring",
    "168372",
    "74353",
    "bruce.json",
    "Toronto",
)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key file for its owner alone."""
    file = tmp_path / "review.key"
    file.write_text("0f1e2d3c4b5a69788796a5b4c3d2e1f0\n")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("output", ["table", "ndjson"])
def test_answers_hold_no_originals(key: Path, output: str) -> None:
    """Every command that answers does so with pseudonyms, on stdout as on stderr, in every format."""
    who = run("mask", "b@example.com", "--key-file", str(key)).stdout.strip()
    what = run("mask", "account:Xr82w", "--key-file", str(key)).stdout.strip()
    hidden = ("--pseudonymise", str(key), "-f", output)
    since = ("--since", "2000-01-01T00:00:00Z")
    for words in (
        ["reach", who],
        ["who", what],
        ["explain", who, what],
        ["census"],
        ["changes", *since, "--observed"],
    ):
        done = run(*words, *DOCUMENTS, *hidden, env={"COLUMNS": "200"})
        assert done.returncode == 0, done.stderr
        assert not [each for each in ORIGINALS if each in done.stdout + done.stderr], words
        assert "pseudonym.invalid" in done.stdout or words[0] == "explain"


def test_graphql(key: Path) -> None:
    """Over GraphQL an original address finds nobody, and a pseudonym the record behind each access."""
    who = run("mask", "b@example.com", "--key-file", str(key)).stdout.strip()
    proof = "paths { nodes { steps { grant { evidence { record document { source } } } } } }"
    ask = '{ identity(by: {email: "%s"}) { reach { nodes { ' + proof + " } } } }"
    found = run("query", ask % who, *DOCUMENTS, "--pseudonymise", str(key)).stdout
    assert len(json.loads(found)["data"]["identity"]["reach"]["nodes"]) == 6
    assert not [each for each in ORIGINALS if each in found]
    none = run("query", ask % "b@example.com", *DOCUMENTS, "--pseudonymise", str(key)).stdout
    assert json.loads(none)["data"]["identity"] is None


def test_the_way_back(key: Path, tmp_path: Path) -> None:
    """What a report names comes back with the key and the documents; with another key it is an error."""
    other = tmp_path / "other.key"
    other.write_text("ffeeddccbbaa99887766554433221100")
    other.chmod(0o600)
    found = rows(
        run(
            "census", *DOCUMENTS, "--kind", "identity", "-f", "ndjson", "--pseudonymise", str(key)
        ).stdout
    )
    assert (
        run("unmask", found[0]["id"], "--key-file", str(key), *DOCUMENTS).stdout
        == "identity:712052\n"
    )
    wrong = run("unmask", found[0]["id"], "--key-file", str(other), *DOCUMENTS)
    assert (wrong.returncode, wrong.stdout) == (4, "")
    assert "under this key" in wrong.stderr


def test_the_key_file(key: Path, tmp_path: Path) -> None:
    """A key that others can read, that is weak or not there ends the command before anything is answered."""
    weak = tmp_path / "weak.key"
    weak.write_text("password")
    weak.chmod(0o600)
    key.chmod(0o644)
    for file, words in (
        (key, "chmod 600"),
        (weak, "too weak"),
        (tmp_path / "none", "does not exist"),
    ):
        done = run("census", *DOCUMENTS, "--pseudonymise", str(file))
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert "password" not in done.stderr


def test_documents_are_not_taken(key: Path, tmp_path: Path) -> None:
    """A server of pseudonyms takes no documents: whoever hands one in would see its original hash."""
    done = run(
        "serve", "--ledger", str(tmp_path / "l.db"), "--allow-ingest", "--pseudonymise", str(key)
    )
    assert done.returncode == 2
    assert "--pseudonymise" in done.stderr
    assert not (tmp_path / "l.db").exists()
