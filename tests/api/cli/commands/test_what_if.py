"""`inroads what-if`, `plan`, `choke-points` and `duties`: formats, exit codes, hostile text."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest

from commands import DOCUMENTS, rows, run

ROLE = "account:Xr82w#ROLE/CLIENT@identity:712052"


class TestWhatIf:
    def test_the_role_alone_ends_nothing(self) -> None:
        """Both accesses stay by the owner's route; the note goes to stderr where rows are for tools."""
        done = run("what-if", "--remove", "role 994207", *DOCUMENTS, "-f", "ndjson")
        assert done.returncode == 0
        assert [
            (row["outcome"], row["resource"], row["remaining"]) for row in rows(done.stdout)
        ] == [
            (
                "LOWERED",
                "account:Xr82w",
                ["b@example.com owns BillSpring (77128), which is a client of account Xr82w."],
            ),
            (
                "LOWERED",
                "business:363103",
                [
                    "b@example.com owns BillSpring (77128), which is a client of account Xr82w,"
                    " kept by business 363103."
                ],
            ),
        ]
        assert "both name client 74353" in done.stderr
        assert "2 LOWERED; coverage NOT complete" in done.stderr

    def test_formats_agree(self) -> None:
        """JSON has the rows and all records that must go; CSV and the table the same outcomes."""
        ask = ("what-if", "--remove", ROLE, "--remove", "client 22347", *DOCUMENTS, "-f")
        whole = json.loads(run(*ask, "json").stdout)
        assert whole["outcomes"] == rows(run(*ask, "ndjson").stdout)
        assert [each["outcome"] for each in whole["outcomes"]] == ["ENDS", "ENDS"]
        assert [
            [each["record"] for each in grant["remediation"]] for grant in whole["removed"]
        ] == [
            ["role 994207"],
            ["client 22347"],
        ]
        table = list(csv.DictReader(io.StringIO(run(*ask, "csv").stdout)))
        assert [(row["outcome"], row["resource"], row["after"]) for row in table] == [
            ("ENDS", "account:Xr82w", "no access"),
            ("ENDS", "business:363103", "no access"),
        ]
        eyes = run(*ask, "table").stdout
        assert "links.destroy: /service/auth/api/v1/users/role/994207" in eyes
        assert "ENDS" in eyes

    def test_what_is_added_and_single_records(self) -> None:
        """An imagined membership raises; a record that others state as well ends nothing, and it says so."""
        added = run(
            "what-if",
            "--add",
            "business:363103#MEMBER@identity:712052=owner",
            *DOCUMENTS,
            "-f",
            "json",
        )
        assert {each["outcome"] for each in json.loads(added.stdout)["outcomes"]} == {"RAISED"}
        ask = ("what-if", "--add", "363103#MEMBER@b@example.com=owner", *DOCUMENTS, "-f", "table")
        narrow = run(*ask, env={"COLUMNS": "80"}).stdout
        assert "\n- b@example.com still reaches business 363103 as OWNER" in narrow
        assert "\n  b@example.com owns BillSpring (77128), which is a client of" in narrow
        record = run("what-if", "--remove-record", "role 682608", *DOCUMENTS, "-f", "table")
        assert "of b@example.com alone does not end its grant on " in record.stdout
        assert record.stdout.startswith("no access would change; coverage")

    def test_a_record_by_its_grant(self) -> None:
        """A grant with named ends stands for its only record; of several, one must be named."""
        ask = ("what-if", *DOCUMENTS, "--remove-record")
        alone = run(*ask, "Xr82w#CLIENT@BillSpring")
        assert "'Xr82w#CLIENT@BillSpring' is client 22347" in alone.stderr
        assert rows(alone.stdout) == rows(run(*ask, "client 22347").stdout)
        several = run(*ask, "BillSpring#MEMBER@b@example.com")
        assert several.returncode == 2
        assert "name one of membership 168372, group row 168372, role 682608" in several.stderr

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            (["--remove", "role 1"], 4),
            (["--remove", "wizard"], 2),
            ([], 2),
            (["--add", "business:77128#MEMBER@identity:712052"], 2),
        ],
    )
    def test_what_is_refused(self, given: list[str], code: int) -> None:
        """Exit codes are those of the README, with one line on stderr and nothing on stdout."""
        done = run("what-if", *given, *DOCUMENTS)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("error: ")

    def test_hostile_text(self, tmp_path: Path) -> None:
        """No name and no link of a document steers the terminal or runs in a spreadsheet."""
        links = {"destroy": "=cmd()\x1b[2J\u202e"}
        body = {
            "id": 1,
            "email": "=x\x1b[31m@example.com",
            "roles": [{"id": 5, "role": "client", "accountid": "A", "links": links}],
        }
        (tmp_path / "me.json").write_bytes(msgspec.json.encode(body))
        for command, output in (
            (("what-if", "--remove", "role 5"), "table"),
            (("what-if", "--remove", "role 5"), "csv"),
            (("what-if", "--remove", "role 5"), "json"),
            (("plan", "identity:1", "account:A"), "table"),
            (("plan", "identity:1", "account:A"), "csv"),
        ):
            done = run(*command, "-d", str(tmp_path), "-f", output)
            assert done.returncode == 0, done.stderr
            assert "role 5" in done.stdout + done.stderr or output == "csv"
            assert "\x1b" not in done.stdout + done.stderr
            assert "\u202e" not in done.stdout + done.stderr
            cells = [cell for row in csv.reader(io.StringIO(done.stdout)) for cell in row]
            assert output != "csv" or not any(cell.startswith("=") for cell in cells)


def test_a_plan() -> None:
    """Each record that must go, what else would change, and whether it works."""
    ask = ("plan", "b@example.com", "account:Xr82w", *DOCUMENTS, "-f")
    whole = json.loads(run(*ask, "json").stdout)
    assert whole["verified"] is True
    assert [(each["outcome"], each["resource"]) for each in whole["also"]] == [
        ("ENDS", "business:363103")
    ]
    done = run(*ask, "ndjson")
    assert rows(done.stdout) == whole["steps"]
    assert done.stderr.startswith("also ENDS: b@example.com no longer reaches business 363103")
    assert "the access ends" in done.stderr
    assert "It would also change" in run(*ask, "table").stdout
    nothing = run("plan", "b@example.com", "group:23738", *DOCUMENTS, "-f", "json")
    assert (nothing.returncode, nothing.stdout) == (0, "null\n")
    assert run("plan", "x@example.com", "account:Xr82w", *DOCUMENTS).returncode == 4


def test_explanations_carry_what_to_do() -> None:
    """Each grant on the paths of an explanation has its records with what to do."""
    whole = json.loads(
        run("explain", "b@example.com", "account:Xr82w", *DOCUMENTS, "-f", "json").stdout
    )
    assert whole["remediation"].keys() == {row["grant"] for row in whole["steps"]}
    assert whole["remediation"][ROLE][0]["destroy"] == "/service/auth/api/v1/users/role/994207"


def test_choke_points() -> None:
    """Those that end most first; of a node only its accesses."""
    found = rows(run("choke-points", *DOCUMENTS, "-f", "ndjson").stdout)
    assert [(row["grant"], row["ended"], row["inferred"]) for row in found] == [
        ("business:311394#MEMBER@identity:712052", 2, 0),
        ("business:77128#MEMBER@identity:712052", 2, 0),
    ]
    assert rows(run("choke-points", "--of", "account:Xr82w", *DOCUMENTS).stdout) == []
    assert run("choke-points", "--of", "business:1", *DOCUMENTS).returncode == 4
    assert run("choke-points", "--sort", "wizard", *DOCUMENTS).returncode == 2


def test_duties(tmp_path: Path) -> None:
    """Both sides with their sentences; without duties it says that there are none."""
    policy = tmp_path / "policy.toml"
    policy.write_text(
        "[[separation_of_duty]]\nname = 'n'\nreason = 'r'\nleft = {roles = ['OWNER']}\n"
        "right = {roles = ['MANAGER']}\nscope = 'any'\n"
    )
    done = run("duties", *DOCUMENTS, "--policy", str(policy), "-f", "ndjson")
    (row,) = rows(done.stdout)
    assert (row["duty"], row["where"], row["left"][0]) == (
        "n",
        None,
        "b@example.com owns BillSpring (77128).",
    )
    assert (
        "b@example.com" in run("duties", *DOCUMENTS, "--policy", str(policy), "-f", "table").stdout
    )
    assert "names no [[separation_of_duty]]" in run("duties", *DOCUMENTS).stderr


def test_what_may_be_meant() -> None:
    """A bare number brings the records that have it, and a word that is no role the roles."""
    told = run("what-if", "--remove", "168372", *DOCUMENTS).stderr
    assert "did you mean membership 168372 or group row 168372?" in told
    assert "did you mean" not in run("what-if", "--remove", "74353", *DOCUMENTS).stderr
    wrong = run("what-if", "--add", "BillSpring#MEMBER@b@example.com=boss", *DOCUMENTS)
    assert "roles are OWNER, ADMIN" in wrong.stderr
    assert wrong.returncode == 2
