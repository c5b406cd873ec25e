"""The command that compares two moments, where an email changed."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from commands import rows, run


@pytest.fixture
def given(tmp_path: Path) -> tuple[str, ...]:
    """Documents of an identity whose email changed, and whose access did not."""
    lines = [
        {
            "observed_at": f"2026-0{month}-01T00:00:00Z",
            "source": "test",
            "document": {
                "id": 9,
                "email": email,
                "business_memberships": [{"id": 1, "role": "owner", "business": {"id": 1}}],
            },
        }
        for month, email in ((1, "old@example.com"), (3, "new@example.com"))
    ]
    file = tmp_path / "documents.ndjson"
    file.write_text("\n".join(map(json.dumps, lines)))
    return "-d", str(file)


def test_an_email_that_changed_is_a_line_of_its_own(given: tuple[str, ...]) -> None:
    """Every format tells the old and the new email; the count is said, and the kind can be chosen."""
    asked = ("changes", "--since", "2026-02-01T00:00:00Z", *given)
    done = run(*asked)
    (row,) = rows(done.stdout)
    assert (row["change"], row["principal"]) == (["EMAIL_CHANGED"], "identity:9")
    assert (row["before"], row["after"]) == (
        {"email": "old@example.com"},
        {"email": "new@example.com"},
    )
    assert "1 EMAIL_CHANGED" in done.stderr
    assert json.loads(run(*asked, "-f", "json").stdout) == [row]
    (cells,) = csv.DictReader(io.StringIO(run(*asked, "-f", "csv").stdout))
    assert (cells["change"], cells["before"], cells["after"]) == (
        "EMAIL_CHANGED",
        "old@example.com",
        "new@example.com",
    )
    table = run(*asked, "-f", "table").stdout
    assert "Emails" in table
    assert "old@example.com" in table
    assert rows(run(*asked, "--kind", "gained").stdout) == []
    assert rows(run(*asked, "--kind", "email-changed").stdout) == [row]
    assert "email-changed" in run(*asked, "--kind", "renamed").stderr
    assert rows(run(*asked, "--about", "new@example.com").stdout) == [row]
    assert rows(run(*asked, "--about", "business:1").stdout) == []
    unknown = run(*asked, "--about", "business:7")
    assert (unknown.returncode, unknown.stdout) == (4, "")


def test_a_date_is_its_first_moment(given: tuple[str, ...]) -> None:
    """A date asks as 00:00 UTC of it does, and the heading tells both moments."""
    by_date = run("changes", "--since", "2026-02-01", "--until", "2026-03-01", *given)
    exact = ("--since", "2026-02-01T00:00:00Z", "--until", "2026-03-01T01:00:00+01:00")
    by_moment = run("changes", *exact, *given)
    assert (by_date.stdout, by_date.stderr) == (by_moment.stdout, by_moment.stderr)
    assert rows(by_date.stdout)
    assert "0 changes from 2026-02-01 to 2026-03-01 (versions " in by_date.stderr
    late = run("changes", "--since", "2026-02-01T09:30:00Z", *given).stderr
    assert "0 changes from 2026-02-01T09:30:00Z to now (versions " in late


def test_moments_of_files_are_told(given: tuple[str, ...], tmp_path: Path) -> None:
    """Where nothing is old because each moment is only that of a file, the way out is told."""
    file = tmp_path / "me.json"
    file.write_text('{"id": 9, "email": "ann@example.com"}')
    hint = "these moments are only file times: give others with `ingest --observed-at`\n"
    asked = ("changes", "--since", "2020-01-01")
    assert run(*asked, "-d", str(file)).stderr.endswith(hint)
    assert hint not in run(*asked, *given).stderr
    assert hint not in run(*asked, "-d", str(file), "--observed-at", "2026-01-01").stderr


def test_who_asks_by_a_former_email_is_told_whose_it_was(given: tuple[str, ...]) -> None:
    """The answer is still that nobody has it, with the identity and the moment."""
    for asked in (("reach", "old@example.com"), ("explain", "old@example.com", "business:1")):
        done = run(*asked, *given)
        assert done.returncode == 4
        assert (
            "old@example.com was the email of identity:9 until 2026-03-01T00:00:00Z"
            " (now new@example.com)"
        ) in done.stderr


@pytest.fixture
def widely_recorded(tmp_path: Path) -> tuple[str, ...]:
    """Documents of a membership that has five records, and whose role changed."""
    lines = [
        {
            "observed_at": f"2026-0{month}-01T0{hour}:00:00Z",
            "source": f"s{hour}",
            "document": {
                "id": 9,
                "email": "a@example.com",
                "business_memberships": [
                    {"id": number, "role": role, "business": {"id": 1}} for number in range(1, 6)
                ],
            },
        }
        for month, hour, role in ((1, 1, "employee"), (3, 2, "owner"))
    ]
    file = tmp_path / "documents.ndjson"
    file.write_text("\n".join(map(json.dumps, lines)))
    return "-d", str(file)


def test_a_cause_has_three_records(widely_recorded: tuple[str, ...]) -> None:
    """They are of both sides, and the others are counted; `--all-evidence` has them all."""
    asked = ("changes", "--since", "2026-02-01T00:00:00Z", *widely_recorded, "-f", "table")
    lines = run(*asked).stdout.splitlines()
    causes = [at for at, line in enumerate(lines) if "sha256" not in line and ": " in line]
    records = [line for line in lines if "sha256" in line]
    assert causes
    assert 0 < len(records) <= 3 * len(causes)
    counted = [int(each) for line in lines for each in re.findall(r"… (\d+) more", line)]
    whole = [line for line in run(*asked, "--all-evidence").stdout.splitlines() if "sha256" in line]
    assert len(records) + sum(counted) == len(whole) > len(records)
    assert set(records) < set(whole)


def test_nothing_was_observed_since(given: tuple[str, ...]) -> None:
    """Where no document is newer than the first moment, the answer says that no change can show."""
    told = "no document was observed after 2026-09-01T00:00:00Z: the newest is of "
    assert told in run("changes", "--since", "2026-09-01", *given).stderr
    assert "no document was observed" not in run("changes", "--since", "2026-02-01", *given).stderr


def test_causes_are_in_the_order_of_their_changes(tmp_path: Path) -> None:
    """What was gained stands before what was lost, whichever grant has the lower id."""
    lines = [
        {
            "observed_at": f"2026-0{month}-01T00:00:00Z",
            "source": "s",
            "document": {
                "id": 9,
                "email": "a@example.com",
                "business_memberships": [
                    {"id": business, "role": "owner", "business": {"id": business}}
                ],
            },
        }
        for month, business in ((1, 1), (3, 2))
    ]
    file = tmp_path / "documents.ndjson"
    file.write_text("\n".join(map(json.dumps, lines)))
    asked = ("changes", "--since", "2026-02-01", "-d", str(file), "-f", "table")
    text = run(*asked).stdout
    assert text.index("business:2#MEMBER@identity:9: ") < text.index(
        "business:1#MEMBER@identity:9: "
    )
