"""The commands that keep a ledger, and every other command on what it keeps."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import inroads
from commands import INROADS, rows, run, run_terminal
from inroads.documents.reader import parse_moment
from service import Service

OWNER = '{"id": 4, "role": "owner", "business": {"id": 9, "name": "Nine"}}'
OLDER = f'{{"id": 1, "email": "a@x.org", "business_memberships": [{OWNER}]}}'
DOCUMENTS = "\n".join(
    [
        f'{{"observed_at": "2026-01-01T00:00:00Z", "document": {OLDER}}}',
        "<html>",
        '{"observed_at": "2026-02-01T00:00:00Z", "document":'
        ' {"id": 1, "email": "a@x.org", "business_memberships": []}}',
    ]
)
JANUARY = ("--as-of", "2026-01-15T00:00:00Z")


@pytest.fixture
def ledger(tmp_path: Path) -> tuple[str, str]:
    """A ledger of two documents about one identity: the newer one revokes what the older one says."""
    file = tmp_path / "inroads.db"
    done = run("ingest", "-", "--ledger", str(file), stdin=DOCUMENTS)
    assert done.returncode == 3
    assert [row["code"] for row in rows(done.stdout)] == ["not_json"]
    assert "2 added, 0 already known, 1 rejected" in done.stderr
    return "--ledger", str(file)


def test_ingesting_twice_changes_nothing(ledger: tuple[str, str]) -> None:
    """The second time every document is already known."""
    assert "0 added, 2 already known" in run("ingest", "-", *ledger, stdin=DOCUMENTS).stderr
    (info,) = rows(run("ledger", "info", *ledger).stdout)
    assert (info["documents"], info["identities"], info["last"]) == (2, 1, 2)


def test_a_path_that_is_not_there_makes_no_ledger(tmp_path: Path) -> None:
    """A slip in a path leaves nothing behind."""
    file = tmp_path / "new.db"
    assert run("ingest", str(tmp_path / "none"), "--ledger", str(file)).returncode == 2
    assert not file.exists()


def test_time_travel(ledger: tuple[str, str]) -> None:
    """Every command answers as of a moment: the graph is the fold of what was observed until then."""
    assert rows(run("reach", "a@x.org", *ledger).stdout) == []
    assert [row["resource"] for row in rows(run("reach", "a@x.org", *ledger, *JANUARY).stdout)] == [
        "business:9"
    ]
    assert len(rows(run("who", "business:9", *ledger, *JANUARY).stdout)) == 1
    assert len(rows(run("explain", "a@x.org", "business:9", *ledger, *JANUARY).stdout)) == 1
    answer = json.loads(run("query", "{ graph { documents } }", *ledger, *JANUARY).stdout)
    assert answer["data"]["graph"]["documents"] == 1
    assert run("reach", "a@x.org", *ledger, "--as-of", "2025-01-01T00:00:00Z").returncode == 4
    assert run("reach", "a@x.org", *ledger, "--as-of", "yesterday").returncode == 2


def test_the_library_reads_a_ledger_too(ledger: tuple[str, str]) -> None:
    """`load` takes a ledger like any file, and a moment."""
    assert len(inroads.load(ledger[1]).reach("a@x.org")) == 0
    assert len(inroads.load(ledger[1], as_of=parse_moment(JANUARY[1])).reach("a@x.org")) == 1


def test_changes(ledger: tuple[str, str], tmp_path: Path) -> None:
    """What was lost since a moment is told with the grant; a first observation is no gain."""
    (lost,) = rows(run("changes", "--since", JANUARY[1], *ledger).stdout)
    assert (lost["change"], lost["resource"]) == (["LOST"], "business:9")
    (cause,) = lost["causes"]
    assert (cause["id"], cause["witnessed"], cause["after"]) == (
        "business:9#MEMBER@identity:1",
        True,
        None,
    )
    (record,) = cause["before"]["evidence"]
    stored = rows(run("ledger", "list", *ledger).stdout)[0]
    assert (record["document"], record["source"]) == (stored["sha256"], stored["source"])
    assert (record["pointer"], record["record_id"]) == ("/business_memberships/0", "4")
    since = ("--since", "2025-01-01T00:00:00Z", "--until", JANUARY[1])
    (seen,) = rows(run("changes", *since, *ledger).stdout)
    assert seen["change"] == ["OBSERVED"]
    file = tmp_path / "documents.ndjson"
    file.write_text(DOCUMENTS)
    assert [row["how"] for row in rows(run("changes", *since, "-d", str(file)).stdout)] == [
        seen["how"]
    ]
    assert run("changes", *since, "-d", "-", stdin=DOCUMENTS).returncode == 2


REVIEWED = ("--since", "2026-01-15T00:00:00Z")


@pytest.fixture
def review(tmp_path: Path) -> tuple[str, str]:
    """Documents by which one gains and loses access, one keeps it latent, and one is seen for the first time."""
    nine = {"id": 4, "role": "owner", "business": {"id": 9, "name": "Nine", "account_id": "A9"}}
    ten = {"id": 5, "role": "manager", "business": {"id": 10, "name": "Ten"}}
    seven = {"id": 7, "role": "manager", "business": {"id": 7, "account_id": "A7"}}
    documents = [
        ("2026-01-01", {"id": 1, "email": "a@x.org", "business_memberships": [nine]}),
        (
            "2026-01-01",
            {"id": 3, "business_memberships": [seven], "subscription_statuses": {"A7": "active"}},
        ),
        ("2026-02-01", {"id": 1, "email": "a@x.org", "business_memberships": [ten]}),
        ("2026-02-01", {"id": 2, "business_memberships": [{**ten, "id": 6}]}),
        (
            "2026-02-01",
            {
                "id": 3,
                "business_memberships": [seven],
                "subscription_statuses": {"A7": "cancelled"},
            },
        ),
    ]
    file = tmp_path / "review.ndjson"
    file.write_text(
        "".join(
            json.dumps({"observed_at": f"{day}T00:00:00Z", "source": day, "document": body}) + "\n"
            for day, body in documents
        )
    )
    return "-d", str(file)


def test_changes_of_one_kind(review: tuple[str, str]) -> None:
    """--kind repeats, in any spelling; what is observed for the first time is not what is gained."""
    found = rows(run("changes", *REVIEWED, *review).stdout)
    assert sorted(row["change"][0] for row in found) == [
        *("GAINED", "LOST", "LOST", "OBSERVED", "TURNED_LATENT", "TURNED_LATENT")
    ]
    (gained,) = rows(run("changes", *REVIEWED, *review, "--kind", "gained").stdout)
    assert (gained["principal"], gained["resource"]) == ("identity:1", "business:10")
    done = run("changes", *REVIEWED, *review, "--kind", "OBSERVED", "--kind", "turned-latent")
    assert len(rows(done.stdout)) == 3
    assert "1 OBSERVED, 2 TURNED_LATENT" in done.stderr
    wrong = run("changes", *REVIEWED, *review, "--kind", "found")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "gained, observed, lost" in wrong.stderr


def test_changes_by_cause(review: tuple[str, str]) -> None:
    """One row a cause, with its evidence on both sides and all accesses that it changed, in every format."""
    found = {
        row["id"]: row for row in rows(run("changes", *REVIEWED, *review, "--by", "cause").stdout)
    }
    lost, latent = found["business:9#MEMBER@identity:1"], found["account:A7"]
    assert [change["resource"] for change in lost["changes"]] == ["account:A9", "business:9"]
    assert (lost["after"], lost["what"]) == (None, "membership 4 of a@x.org was removed")
    assert [latent[side]["subscription_status"] for side in ("before", "after")] == [
        "active",
        "cancelled",
    ]
    assert [latent[side]["evidence"][0]["source"] for side in ("before", "after")] == [
        "2026-01-01",
        "2026-02-01",
    ]
    table = list(
        csv.DictReader(
            io.StringIO(run("changes", *REVIEWED, *review, "--by", "cause", "-f", "csv").stdout)
        )
    )
    assert [row["id"] for row in table] == list(found)
    for row in table:
        for side in ("before", "after"):
            for each in (found[row["id"]][side] or {"evidence": []})["evidence"]:
                assert f"{each['source']} {each['pointer']}" in row[f"evidence_{side}"]
                assert each["document"] in row[f"evidence_{side}"]
    assert run("changes", *REVIEWED, *review, "--by", "magic").returncode == 2


def test_changes_on_a_terminal(review: tuple[str, str]) -> None:
    """Each cause is a heading with its records, over the accesses that it changed; what is uncertain stands apart."""
    text = run("changes", *REVIEWED, *review, "-f", "table", "--observed").stdout
    text = text.partition("Changed\n")[2]  # below the counts
    sure, _, unsure = text.partition("Observed for the first time, or no longer observed")
    heading, before = (
        "business:9#MEMBER@identity:1: membership 4 of a@x.org was removed",
        "before: membership 4: 2026-01-01",
    )
    assert (
        sure.index(heading)
        < sure.index(before)
        < sure.index("account:A9")
        < sure.index("business:9 ")
    )
    assert "GAINED" in sure
    assert "GAINED" not in unsure
    assert "OBSERVED" in unsure
    assert "OBSERVED" not in sure
    flat = run("changes", *REVIEWED, *review, "-f", "table", "--by", "access").stdout
    assert "membership 4" not in flat


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--since", "2026-02-01T00:00:00Z", "--until", "2026-01-01T00:00:00Z"),
            "is before --since",
        ),
        (("--since", "last week"), "--since 'last week' is not a moment like 2026-03-01T00:00:00Z"),
        (
            (*REVIEWED, "--until", "2026-02-30T00:00:00Z"),
            "--until '2026-02-30T00:00:00Z' is not a moment",
        ),
        (("--since", "2026-02-30"), "or a date like 2026-03-01 (00:00 UTC)"),
        ((), "--since"),
    ],
)
def test_moments_that_cannot_be_compared(
    review: tuple[str, str], words: tuple[str, ...], said: str
) -> None:
    """Moments that are none, or in the wrong order, are named in one clear line."""
    done = run("changes", *words, *review)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_check_as_of(ledger: tuple[str, str]) -> None:
    """`check` looks at a ledger or at documents as of a moment, too."""
    assert run("check", ledger[1]).stderr.startswith("2 documents taken")
    assert run("check", ledger[1], *JANUARY).stderr.startswith("1 document taken")


def test_backup(ledger: tuple[str, str], tmp_path: Path) -> None:
    """A backup answers as the ledger does, replaces nothing, and is restored by the same command."""
    copy, restored = str(tmp_path / "backup.db"), str(tmp_path / "restored.db")
    assert "2 documents, verified" in run("ledger", "backup", copy, *ledger).stderr
    assert run("ledger", "backup", copy, *ledger).returncode == 2
    assert run("ledger", "backup", restored, "--ledger", copy).returncode == 0
    assert (
        run("ledger", "list", "--ledger", restored).stdout == run("ledger", "list", *ledger).stdout
    )
    assert run("ledger", "verify", "--ledger", restored).returncode == 0


def test_the_default_ledger(ledger: tuple[str, str]) -> None:
    """INROADS_LEDGER stands for --ledger where neither it nor --documents is given."""
    env = {"INROADS_LEDGER": ledger[1]}
    assert run("reach", "a@x.org", env=env).returncode == 0
    assert run("reach", "a@x.org", "-d", "-", stdin='{"identity_id": 2}', env=env).returncode == 4
    assert run("ledger", "verify", env=env).returncode == 0


def test_list_and_show(ledger: tuple[str, str]) -> None:
    """The log lists its documents, and a few digits of a hash show one."""
    first, second = rows(run("ledger", "list", *ledger).stdout)
    table = run("ledger", "list", *ledger, "-f", "table").stdout
    assert first["sha256"][:12] in table
    assert first["sha256"][:13] not in table
    assert (first["subject"], first["source"], second["sequence"]) == ("identity:1", "-:1", 2)
    assert rows(run("ledger", "list", *ledger, "--after", "1").stdout) == [second]
    shown = json.loads(run("ledger", "show", first["sha256"][:8], *ledger).stdout)
    assert shown["business_memberships"][0]["business"]["name"] == "Nine"
    assert first["moment_source"] in ("envelope", "given", "file")
    said = run("ledger", "show", first["sha256"][:8], *ledger).stderr
    assert f"was observed at {first['observed_at']}, as its envelope says" in said
    assert run("ledger", "show", "0000000", *ledger).returncode == 4
    assert run("ledger", "show", "xyz", *ledger).returncode == 2


def test_forget(ledger: tuple[str, str]) -> None:
    """A forgotten person is gone from the answers and from the file, and does not come back with the same documents."""
    assert run("ledger", "forget", "identity:1", *ledger).returncode != 0, "it asks first"
    assert "2 documents removed" in run("ledger", "forget", "identity:1", "--yes", *ledger).stderr
    assert run("reach", "a@x.org", *ledger).returncode == 4
    assert b"a@x.org" not in Path(ledger[1]).read_bytes()
    assert "2 forgotten" in run("ingest", "-", *ledger, stdin=DOCUMENTS).stderr
    assert run("ledger", "forget", "identity:1", "--yes", *ledger).returncode == 4
    assert run("ledger", "compact", *ledger).returncode == 0


def test_retract(ledger: tuple[str, str]) -> None:
    """A document is taken back by the beginning of its hash, with a reason, and `show` tells so afterwards."""
    (_, newer) = rows(run("ledger", "list", *ledger).stdout)
    sha, why = newer["sha256"], ("--why", "no rows")
    assert run("ledger", "retract", sha[:8], *ledger).returncode == 2, "it needs a reason"
    assert run("ledger", "retract", sha[:8], "--why", " ", "--yes", *ledger).returncode == 2
    assert run("ledger", "retract", sha[:8], *why, *ledger).returncode != 0, "it asks first"
    assert rows(run("reach", "a@x.org", *ledger).stdout) == []
    done = run("ledger", "retract", sha[:8], *why, "--yes", *ledger)
    assert (done.returncode, "1 observation" in done.stderr) == (0, True)
    assert [row["resource"] for row in rows(run("reach", "a@x.org", *ledger).stdout)] == [
        "business:9"
    ]
    shown = run("ledger", "show", sha[:8], *ledger)
    assert (shown.returncode, shown.stdout) == (4, "")
    assert f"{sha} was retracted at" in shown.stderr
    assert "no rows" in shown.stderr
    assert run("ledger", "retract", "0" * 8, *why, "--yes", *ledger).returncode == 4


def test_what_is_no_ledger(ledger: tuple[str, str], tmp_path: Path) -> None:
    """A missing, foreign or damaged file is one clear line and exit code 2; verify finds damage."""
    assert run("ledger", "info", "--ledger", str(tmp_path / "none.db")).returncode == 2
    foreign = tmp_path / "foreign.db"
    foreign.write_bytes(b"SQLite format 3\0" + bytes(4096))
    done = run("reach", "a@x.org", "--ledger", str(foreign))
    assert done.returncode == 2
    assert done.stderr.startswith("error: the ledger")


def test_collect(tmp_path: Path) -> None:
    """Documents of each token and its teams go into the ledger; a failed token is told and leaves the others alone."""
    file, tokens = str(tmp_path / "inroads.db"), tmp_path / "tokens.json"
    names = ("ann", "ben", "gone")
    tokens.write_text(
        json.dumps([{"label": name, "access_token": f"access-token-{name}"} for name in names])
    )
    tokens.chmod(0o600)
    with Service() as service:
        service.sign_in("ann", 1, {10: "owner", 11: "business_manager"})
        service.sign_in("ben", 2)
        words = (
            "collect",
            "--tokens",
            str(tokens),
            "--teams",
            "--ledger",
            file,
            "--base-url",
            service.base_url,
        )
        done = run(*words)
        again = run(*words, "--resume", "2020-01-01T00:00:00Z")
    report = {row["label"]: row for row in rows(done.stdout)}
    assert done.returncode == 3
    assert (report["ann"]["fetched"], report["ben"]["fetched"], report["gone"]["failed"]) == (
        2,
        1,
        "unauthorized",
    )
    assert {row["label"]: row["skipped"] for row in rows(again.stdout)} == {
        "ann": 2,
        "ben": 1,
        "gone": 0,
    }
    listed = rows(run("ledger", "list", "--ledger", file).stdout)
    assert sorted(row["subject"] for row in listed) == ["business:10", "identity:1", "identity:2"]
    assert "access-token" not in done.stdout + done.stderr + again.stdout + again.stderr
    tokens.chmod(0o644)
    refused = run(*words)
    assert refused.returncode == 2
    assert "chmod 600" in refused.stderr


def test_a_server_follows_its_ledger(ledger: tuple[str, str]) -> None:
    """New documents of a served ledger are served soon, as a new version; a port in use is a clear error."""
    third = '{"observed_at": "2026-03-01T00:00:00Z", "document": {"id": 2, "email": "b@x.org"}}'
    with subprocess.Popen(  # noqa: S603
        [INROADS, "serve", *ledger, "--port", "0"], stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stderr is not None
            address = re.search(r"http://127\.0\.0\.1:(\d+)/graphql", server.stderr.readline())
            assert address is not None
            first = asked(address[0])
            assert first["documents"] == 2
            assert run("ingest", "-", *ledger, stdin=third).returncode == 0
            deadline = time.monotonic() + 30
            while (newer := asked(address[0])) == first and time.monotonic() < deadline:
                time.sleep(0.1)
            assert newer["documents"] == 3
            assert newer["version"] != first["version"]
            assert newer["builtAt"] > first["builtAt"]
            assert run("serve", *ledger, "--port", address[1]).returncode == 2
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)


def asked(address: str) -> dict[str, Any]:
    body = json.dumps({"query": "{ graph { version documents builtAt } }"}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310  # the loopback
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310  # the loopback
        found: dict[str, Any] = json.load(response)["data"]["graph"]
    return found


def test_a_long_list_is_short_on_a_terminal(tmp_path: Path) -> None:
    """A terminal shows the first documents and how to go on; a pipe has all of them."""
    people, ledger = tmp_path / "people.ndjson", str(tmp_path / "kept.db")
    run("generate", "--identities", "80", "-o", str(people))
    run("ingest", str(people), "--ledger", ledger)
    whole = run("ledger", "list", "--ledger", ledger).stdout.splitlines()
    assert len(whole) > 60
    told = run_terminal("ledger", "list", "--ledger", ledger, "--no-pager", columns=120).stdout
    assert "there are more: --after 50 goes on, --limit 0 shows all" in told
    rest = run("ledger", "list", "--ledger", ledger, "--after", "50").stdout.splitlines()
    assert whole[50:] == rest
