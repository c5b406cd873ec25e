"""The command line as a user types it: results, formats, exit codes, streams."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import DOCUMENTS, HOSTILE, INROADS, rows, run, run_process
from inroads_api.cli.main import COMMANDS, app

RECORDS = '{ business(id: "9") { name members { nodes { grant { evidence { record } } } } } }'


class TestAnswers:
    def test_demo(self) -> None:
        """The example comes out exactly: six accesses, two of them by two independent routes."""
        done = run("demo", "--format", "ndjson")
        found = {
            row["resource"]: (row["roles"], row["certainty"], row["state"], len(row["paths"]))
            for row in rows(done.stdout)
        }
        assert found == {
            "business:77128": (["OWNER"], "STATED", "ACTIVE", 1),
            "account:zDmNq": (["OWNER"], "STATED", "ACTIVE", 1),
            "business:311394": (["MANAGER"], "STATED", "LATENT", 1),
            "account:e6Wmk": (["MANAGER"], "STATED", "LATENT", 1),
            "account:Xr82w": (["CLIENT"], "STATED", "ACTIVE", 2),
            "business:363103": (["CLIENT"], "STATED", "ACTIVE", 2),
        }
        assert done.returncode == 0
        text = run("demo").stdout
        assert text.count("by 2 independent routes") == 2
        assert "role 994207 and client 22347" in text

    def test_a_pipe_gets_ndjson_and_the_notes_go_to_stderr(self) -> None:
        """Without --format a pipe gets one JSON object a line and nothing else."""
        done = run("reach", "b@example.com", *DOCUMENTS)
        assert len(rows(done.stdout)) == 6
        assert done.stderr.startswith("6 accesses; own documents complete\n")
        assert "coverage NOT complete" in run("who", "account:Xr82w", *DOCUMENTS).stderr

    def test_formats_agree(self) -> None:
        """JSON, NDJSON and CSV hold the same accesses."""
        lines = rows(run("who", "account:Xr82w", *DOCUMENTS, "-f", "ndjson").stdout)
        whole = json.loads(run("who", "account:Xr82w", *DOCUMENTS, "-f", "json").stdout)
        table = list(
            csv.DictReader(io.StringIO(run("who", "account:Xr82w", *DOCUMENTS, "-f", "csv").stdout))
        )
        assert whole["accesses"] == lines
        assert whole["coverage"]["complete"] is False
        assert (
            [row["principal"] for row in table]
            == [row["principal"] for row in lines]
            == ["identity:712052"]
        )

    def test_filters_in_any_case(self) -> None:
        """Filter words are understood in any case, and repeat."""
        done = run(
            "reach",
            "b@example.com",
            *DOCUMENTS,
            "--role",
            "owner",
            "--role",
            "Manager",
            "--state",
            "active",
        )
        assert [row["resource"] for row in rows(done.stdout)] == ["business:77128", "account:zDmNq"]
        done = run("reach", "b@example.com", *DOCUMENTS, "--max-steps", "1", "--via", "role")
        assert [row["resource"] for row in rows(done.stdout)] == ["account:Xr82w"]

    def test_explain(self) -> None:
        """Each step comes with its records, in every format; no access is told apart from unknown."""
        steps = rows(run("explain", "b@example.com", "account:Xr82w", *DOCUMENTS).stdout)
        assert [(step["path"], step["step"], step["relation"]) for step in steps] == [
            (1, 1, "ROLE"),
            (2, 1, "MEMBER"),
            (2, 2, "CLIENT"),
        ]
        assert steps[1]["records"] == "membership 168372 = group row 168372 = role 682608"
        whole = json.loads(
            run("explain", "b@example.com", "account:Xr82w", *DOCUMENTS, "-f", "json").stdout
        )
        assert [grant["records"] for grant in whole["explanation"]["cut"]] == [
            "role 994207",
            "client 22347",
        ]
        none = run("explain", "b@example.com", "group:96277", *DOCUMENTS)
        assert (none.returncode, none.stdout) == (0, "")
        assert "no access" in none.stderr

    def test_association(self) -> None:
        """--association follows project groups too, and marks them."""
        done = run(
            "explain", "b@example.com", "group:23738", *DOCUMENTS, "--association", "-f", "table"
        )
        assert "which is not access" in done.stdout

    def test_several_documents_and_stdin(self) -> None:
        """-d repeats, and `-` is standard input; the later observation decides."""
        body = {"id": 712052, "business_memberships": [], "groups": [], "roles": []}
        moment = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        newer = json.dumps({"observed_at": moment.isoformat(), "document": body})
        done = run("reach", "identity:712052", *DOCUMENTS, "-d", "-", stdin=newer)
        assert (done.returncode, done.stdout) == (0, "")
        done = run(
            "reach",
            "identity:712052",
            *DOCUMENTS,
            "-d",
            "-",
            "--observed-at",
            "2020-13-01",
            stdin='{"identity_id": 5}',
        )
        assert done.returncode == 2

    def test_policy(self, tmp_path: Path) -> None:
        """--policy replaces rows, and a wrong file lists all its problems."""
        file = tmp_path / "p.toml"
        file.write_text('[relations.CLIENT]\notherwise = "NONE"\n')
        done = run("explain", "b@example.com", "account:Xr82w", *DOCUMENTS, "--policy", str(file))
        assert len(rows(done.stdout)) == 1
        file.write_text("[roles.BOSS]\n[relations.KEEPS]\notherwise = 'REACH'\n")
        done = run("reach", "b@example.com", *DOCUMENTS, "--policy", str(file))
        assert done.returncode == 2
        assert "roles.BOSS" in done.stderr
        assert "relations.KEEPS.otherwise" in done.stderr


class TestExitCodes:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("reach", "b@example.com", *DOCUMENTS), 0),
            (("reach", "nobody@example.com", *DOCUMENTS), 4),
            (("who", "business:1", *DOCUMENTS), 4),
            (("who", "identity:712052", *DOCUMENTS), 2),
            (("reach", "nobody", *DOCUMENTS), 4),
            (("reach", "b@example.com"), 2),
            (("reach", "b@example.com", "-d", "no/such/file"), 2),
            (("reach", "b@example.com", *DOCUMENTS, "--role", "boss"), 2),
            (("reach", "b@example.com", *DOCUMENTS, "--avoid", "role 994207"), 0),
            (("reach", "b@example.com", *DOCUMENTS, "--avoid", "role 994206"), 4),
            (("reach", "b@example.com", *DOCUMENTS, "--observed-at", "yesterday"), 2),
            (("reach", "b@example.com", *DOCUMENTS, "--format", "xml"), 2),
            (("query", "{ graph { version } }", *DOCUMENTS), 0),
            (("query", "{ nothing }", *DOCUMENTS), 2),
            (("query", "{ graph { version } }", *DOCUMENTS, "--variables", "[1]"), 2),
            (("reach", "b@example.com", *DOCUMENTS, "--certainty", ""), 2),
            (("reach", "b@example.com", *DOCUMENTS, "--avoid", "business:771280"), 4),
            (("query", "{ graph { version } }", *DOCUMENTS, "--variables", '{"a": "\udcff"}'), 2),
            (("generate", "--identities", "0"), 2),
            (("generate", "--identities", "2", "--seed", "-5"), 2),
            (("nonsense",), 2),
        ],
    )
    def test_code(self, words: tuple[str, ...], code: int) -> None:
        """0 is an answer, 2 a wrong request, 4 an unknown id; what is wrong is said on stderr in few words."""
        done = run(*words)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith(("error:", "Usage")) is (
            code != 0 and "{ nothing }" not in words
        )

    @pytest.mark.parametrize(
        ("words", "stdin"),
        [
            (("reach", "b@example.com", *DOCUMENTS), ""),
            (("reach", "nobody@example.com", *DOCUMENTS), ""),
            (("reach", "b@example.com", "-d", "-"), "<html>"),
            (("query", "{ graph { version } }", *DOCUMENTS, "--variables", '{"a": "\udcff"}'), ""),
            (("nonsense",), ""),
        ],
    )
    def test_a_process_says_the_same(self, words: tuple[str, ...], stdin: str) -> None:
        """The installed command prints and returns what tests see that run it in their own process."""
        process, here = run_process(*words, stdin=stdin), run(*words, stdin=stdin)
        assert (process.returncode, process.stdout) == (here.returncode, here.stdout)
        assert process.stderr == here.stderr

    def test_rejected_documents(self, tmp_path: Path) -> None:
        """3 with the answer given, each rejection on stderr; with --strict no answer; check lists them on stdout."""
        file = tmp_path / "documents.ndjson"
        file.write_text('{"id": 1, "email": "a@x.org"}\n<html>\n{"response": null}\n')
        done = run("reach", "a@x.org", "-d", str(file), "-f", "json")
        assert done.returncode == 3
        assert json.loads(done.stdout)["total"] == 0
        assert f"rejected {file.as_posix()}:2: not_json" in done.stderr
        assert f"rejected {file.as_posix()}:3 at /response: empty_response" in done.stderr
        strict = run("reach", "a@x.org", "-d", str(file), "--strict", "-f", "json")
        assert (strict.returncode, strict.stdout) == (3, "")
        checked = run("check", str(file))
        assert checked.returncode == 3
        assert [row["code"] for row in rows(checked.stdout)] == ["not_json", "empty_response"]


class TestOutput:
    def test_nothing_hostile_is_printed(self) -> None:
        """Formulas are made harmless in CSV, control characters never reach a terminal, secrets never anything."""
        text = json.dumps(HOSTILE)
        for words in (
            ("reach", "identity:1", "-d", "-", "-f", "csv"),
            ("reach", "identity:1", "-d", "-", "-f", "table"),
            ("reach", "identity:1", "-d", "-", "-f", "ndjson"),
            ("explain", "identity:1", "business:9", "-d", "-", "-f", "table"),
            ("check", "-", "-f", "table"),
            ("query", RECORDS, "-d", "-"),
        ):
            done = run(*words, stdin=text)
            assert done.returncode == 0, done.stderr
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", done.stdout + done.stderr), words
            assert "eyJ" not in done.stdout + done.stderr
        cells = list(
            csv.DictReader(
                io.StringIO(run("reach", "identity:1", "-d", "-", "-f", "csv", stdin=text).stdout)
            )
        )
        assert cells[0]["email"] == "'=HYPERLINK(1)@x.org"
        assert cells[0]["name"].startswith("'+1")

    def test_a_closed_pipe_is_no_error(self) -> None:
        """`inroads … | head -1` ends quietly."""
        command = f"{INROADS} generate --identities 2000 | head -c 10"
        done = subprocess.run(  # noqa: S603
            ["/bin/bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.stderr == ""

    def test_help_is_quick(self) -> None:
        """--help imports neither the graph nor the web."""
        heavy = ("networkx", "strawberry", "starlette", "inroads")
        code = f"import sys, inroads_api.cli.main; print([name for name in {heavy} if name in sys.modules])"
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "[]"
        for command in (
            "",
            "demo",
            "check",
            "reach",
            "reached-by",
            "search",
            "explain",
            "query",
            "serve",
            "schema",
            "generate",
        ):
            done = run(*filter(None, [command]), "--help", env={"COLUMNS": "100"})
            assert done.returncode == 0
            assert "Usage" in done.stdout

    def test_help_lists_commands_without_importing_them(self) -> None:
        """--help lists every command, none of which is imported for it."""
        code = (
            "import sys, inroads_api.cli.main as main; main.app(['--help'], standalone_mode=False);"
            "assert not [each for each in sys.modules if each.startswith('inroads_api.cli.commands.')];"
            "assert 'inroads' not in sys.modules"
        )
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert not [name for name in COMMANDS if f" {name} " not in done.stdout]

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_is_there(self, name: str) -> None:
        """Each command that is listed can be asked for its own help."""
        done = CliRunner().invoke(app, [name, "--help"])
        assert (done.exit_code, f"inroads {name}" in done.stdout) == (0, True)

    def test_version(self) -> None:
        """--version prints the version."""
        assert re.fullmatch(r"\d+\.\d+\.\d+\n", run("--version").stdout)

    def test_schema_is_the_committed_one(self) -> None:
        """`inroads schema` prints schema.graphql."""
        committed = (Path(__file__).parents[3] / "schema.graphql").read_text(encoding="utf-8")
        assert run("schema").stdout.strip() == committed.strip()


class TestGenerate:
    def test_it_is_read_without_a_word(self, tmp_path: Path) -> None:
        """A generated population is taken whole, gzipped or not, the same for the same seed."""
        file = tmp_path / "people.ndjson.gz"
        made = run("generate", "--identities", "30", "--seed", "4", "-o", str(file))
        assert made.returncode == 0
        plain = run("generate", "--identities", "30", "--seed", "4").stdout
        zipped, piped = run("check", str(file)), run("check", "-", stdin=plain)
        assert zipped.returncode == piped.returncode == 0
        assert zipped.stderr == piped.stderr
        assert run("generate", "--identities", "30", "--seed", "5").stdout != plain
        before = file.read_bytes()
        time.sleep(1.1)
        again = ("generate", "--identities", "30", "--seed", "4", "-o", str(file))
        assert run(*again, "--force").returncode == 0
        assert file.read_bytes() == before, "no clock in the bytes"

    def test_no_file_is_replaced_unasked(self, tmp_path: Path) -> None:
        """A file that exists stays as it is without --force; the count of documents is told."""
        file = tmp_path / "people.ndjson"
        asked = ("generate", "--identities", "5", "-o", str(file))
        told = run(*asked).stderr
        written = file.read_text()
        assert told == f"{file}: {len(written.splitlines())} documents about 5 people written\n"
        file.write_text("mine")
        refused = run(*asked)
        assert (refused.returncode, file.read_text()) == (2, "mine")
        assert refused.stderr == f"error: {file} exists; --force replaces it\n"
        assert run(*asked, "--force").returncode == 0
        assert file.read_text() == written

    def test_a_dash_is_standard_output(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`-o -` prints the documents, and makes no file of that name."""
        monkeypatch.chdir(tmp_path)
        asked = ("generate", "--identities", "2", "--seed", "4")
        assert run(*asked, "-o", "-").stdout == run(*asked).stdout != ""
        assert list(tmp_path.iterdir()) == []


class TestServe:
    def test_it_answers_on_loopback_and_ends_cleanly(self) -> None:
        """`serve` binds 127.0.0.1, answers what `query` prints, and ends on SIGINT."""
        question = '{ identity(by: {email: "b@example.com"}) { reach { totalCount nodes { resource { id } } } } }'
        with subprocess.Popen(  # noqa: S603  # our own command
            [INROADS, "serve", *DOCUMENTS, "--port", "0"], stderr=subprocess.PIPE, text=True
        ) as server:
            try:
                assert server.stderr is not None
                address = re.search(r"http://127\.0\.0\.1:\d+/graphql", server.stderr.readline())
                assert address is not None
                request = urllib.request.Request(  # noqa: S310  # the loopback
                    address[0],
                    json.dumps({"query": question}).encode(),
                    {"Content-Type": "application/json"},
                )
                with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310  # the loopback
                    served = json.load(response)
            finally:
                server.send_signal(signal.SIGINT)
                server.wait(timeout=20)
        assert served.pop("extensions")["cost"]["requested"] > 0
        assert served == json.loads(run("query", question, *DOCUMENTS).stdout)
        assert served["data"]["identity"]["reach"]["totalCount"] == 6
