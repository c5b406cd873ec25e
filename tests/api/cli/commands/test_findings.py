"""`inroads findings` and `inroads rules`: formats, SARIF, exit codes, refusals."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

import inroads
from commands import DOCUMENTS, rows, run, run_terminal
from inroads.analysis.findings import RULES
from inroads.documents.pointers import record
from inroads.output.sarif import FINGERPRINT

AT = ("--as-of", "2027-01-01T00:00:00Z")


def test_formats_agree() -> None:
    """Every format holds the same findings in the same order; populations are told whatever the format."""
    ask = ("findings", *DOCUMENTS, *AT, "-f")
    plain = rows(run(*ask, "ndjson").stdout)
    whole = json.loads(run(*ask, "json").stdout)
    assert whole["findings"] == plain
    assert whole["total"] == len(plain) == 8
    assert {each["rule"] for each in whole["looked"]} == set(RULES)
    done = run(*ask, "csv")
    table = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [each["finding"] for each in table] == [each["finding"] for each in plain]
    log = json.loads(run(*ask, "sarif").stdout)
    results = log["runs"][0]["results"]
    assert [each["partialFingerprints"][FINGERPRINT] for each in results] == [
        each["finding"] for each in plain
    ]
    eyes = run(*ask, "table", env={"COLUMNS": "200"}).stdout
    topics = [each for each in plain if each["finding"] in eyes]
    assert len(plain) - len(topics) == 1 + eyes.count("And 1 more about")
    assert re.search(r"^medium +3  redundant-route.2, ", eyes, re.MULTILINE), eyes
    assert "single-owner: 0 in 0 businesses whose team was observed, 3 more unseen" in done.stderr
    assert "new-since: not run" in done.stderr
    assert done.returncode == 0


def test_sarif(tmp_path: Path) -> None:
    """The log has what SARIF 2.1.0 requires, and its locations lead to the records, whatever the source is called."""
    source = "a b:ü\u202e%.json"
    file = tmp_path / "documents.json"
    body = json.loads((inroads.EXAMPLE / "bruce.json").read_text())
    file.write_text(
        json.dumps({"observed_at": "2026-01-01T00:00:00Z", "source": source, "document": body})
    )
    policy = tmp_path / "policy.toml"
    policy.write_text(
        '[[suppressions]]\nrule = "bridge"\nsubject = "identity:712052"\nreason = "known"\nexpires = 2999-01-01\n'
        '[[suppressions]]\nrule = "bridge"\nsubject = "identity:1"\nreason = "old"\nexpires = 2020-01-01\n'
        '[[suppressions]]\nrule = "bridge"\nsubject = "business:1"\nreason = "idle"\nexpires = 2998-01-01\n'
    )
    done = run("findings", "-d", str(file), "--policy", str(policy), "-f", "sarif")
    assert "\u202e" not in done.stdout
    log = json.loads(done.stdout)
    assert log["version"] == "2.1.0"
    assert log["$schema"].startswith("https://")
    (ran,) = log["runs"]
    rules = ran["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == list(RULES)
    for each in rules:
        assert each["shortDescription"]["text"]
        assert each["help"]["text"]
        assert each["defaultConfiguration"]["level"] in {"note", "warning", "error"}
    (document,) = inroads.load(file).documents
    for each in ran["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["level"] in {"note", "warning", "error"}
        assert each["message"]["text"]
        assert len(each["suppressions"]) == (each["ruleId"] == "bridge")
        for place in each["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)
            assert unquote(uri) == source
            (logical,) = place["logicalLocations"]
            record(document, logical["fullyQualifiedName"])
    notes = [
        each["message"]["text"] for each in ran["invocations"][0]["toolExecutionNotifications"]
    ]
    assert "a suppression expired on 2020-01-01: old" in notes
    assert "expired on 2020-01-01" in done.stderr
    assert "a suppression until 2998-01-01 suppresses nothing: idle" in notes
    idle = "a suppression in force until 2998-01-01 suppresses nothing: bridge of business:1: idle"
    assert idle in done.stderr
    assert done.stderr.count("in force until") == 1


def test_fail_on(tmp_path: Path) -> None:
    """Exit code 5 says that there is a finding this bad that is not suppressed, whatever is listed."""
    ask = ("findings", *DOCUMENTS, *AT)
    assert run(*ask, "--fail-on", "high").returncode == 0
    assert run(*ask, "--fail-on", "medium").returncode == 5
    listed = run(*ask, "--fail-on", "medium", "--severity", "critical")
    assert (listed.returncode, listed.stdout) == (5, "")
    assert run(*ask, "--fail-on", "low", "--rule", "duplicate-group").returncode == 0
    policy = tmp_path / "policy.toml"
    reason = 'reason = "known"\nexpires = 2027-01-01'
    policy.write_text(
        f'[[suppressions]]\nrule = "lapsed-subscription"\nsubject = "account:e6Wmk"\n{reason}\n'
    )
    lapsed = (*ask, "--rule", "lapsed-subscription", "--policy", str(policy), "--fail-on", "info")
    done = run(*lapsed)
    assert done.returncode == 0
    assert [each["suppressed"]["reason"] for each in rows(done.stdout)] == ["known"]
    assert run(*lapsed, "--unsuppressed").stdout == ""
    again = run(*lapsed, "--as-of", "2027-01-02T00:00:00Z")
    assert again.returncode == 5


def test_about() -> None:
    """`--about` lists and judges the findings of one node, which may be named, and says which it is."""
    done = run("findings", *DOCUMENTS, *AT, "--about", "BillSpring", "--fail-on", "medium")
    assert done.returncode == 0, "the medium ones are about others"
    found = rows(done.stdout)
    assert [each["rule"] for each in found] == ["duplicate-group"]
    assert "business:77128" in found[0]["subjects"]
    assert "'BillSpring' is business:77128 (BillSpring), by its name" in done.stderr
    assert "1 finding about BillSpring (77128), 0 suppressed" in done.stderr
    unknown = run("findings", *DOCUMENTS, "--about", "bb@example.com")
    assert (unknown.returncode, unknown.stdout) == (4, "")
    assert "did you mean b@example.com?" in unknown.stderr


def test_since(tmp_path: Path) -> None:
    """`--since` compares with the graph of an earlier moment."""
    file = tmp_path / "two.ndjson"
    business: dict[str, Any] = {"id": 1, "role": "owner", "business": {"id": 1}}
    both = [
        {
            "observed_at": f"2026-0{month}-01T00:00:00Z",
            "document": {"id": 1, "business_memberships": held},
        }
        for month, held in ((1, []), (3, [business]))
    ]
    file.write_bytes(b"\n".join(map(msgspec.json.encode, both)))
    ask = ("findings", "-d", str(file), "--rule", "new-since", "--since")
    assert [each["subjects"] for each in rows(run(*ask, "2026-02-01T00:00:00Z").stdout)] == [
        ["identity:1", "business:1"]
    ]
    assert run(*ask, "2026-04-01T00:00:00Z").stdout == ""
    assert "nothing had been observed by 2025" in run(*ask, "2025-01-01T00:00:00Z").stderr


def test_refusals() -> None:
    """A wrong question is one line on stderr and exit code 2."""
    for options, word in (
        (("--rule", "nonsense"), "--rule 'nonsense' is not one of indirect-only"),
        (("--severity", "awful"), "is not one of info"),
        (("--fail-on", "awful"), "is not one of info"),
        (("--since", "yesterday"), "is not a moment"),
        (("--since", "2027-02-01T00:00:00Z", *AT), "is before --since"),
    ):
        done = run("findings", *DOCUMENTS, *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert word in done.stderr


def test_rules(tmp_path: Path) -> None:
    """The rules are explained as the policy judges them."""
    policy = tmp_path / "policy.toml"
    policy.write_text('[findings.old-grant]\nseverity = "high"\ndays = 30\nenabled = false\n')
    found = {each["rule"]: each for each in rows(run("rules", "--policy", str(policy)).stdout)}
    assert list(found) == list(RULES)
    old = found["old-grant"]
    assert (old["severity"], old["options"], old["enabled"]) == ("high", ["days = 30"], False)
    assert found["bridge"]["options"] == ["clients = false"]
    assert "role-disagreement" in run("rules", "-f", "table").stdout


def test_the_overview_of_many(tmp_path: Path) -> None:
    """A terminal has counts, the worst topics and two lines of rules that found nothing, on one screen."""
    people = str(tmp_path / "people.ndjson")
    assert run("generate", "--identities", "300", "-o", people).returncode == 0
    plain = rows(run("findings", "-d", people, *AT).stdout)
    done = run_terminal("findings", "-d", people, *AT)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) <= 60
    counted = Counter(each["severity"] for each in plain)
    for severity, number in counted.items():
        assert re.search(rf"^{severity} +{number:,} ", done.stdout, re.MULTILINE)
    assert re.search(r"showing 10 of [0-9,]+ topics", done.stdout)
    assert done.stdout.count("\n  - ") == 10
    assert "not run: new-since" in done.stdout
    one = run_terminal("findings", "-d", people, *AT, "--top", "1")
    assert one.stdout.count("\n  - ") == 1
    low = run_terminal("findings", "-d", people, *AT, "--severity", "high")
    assert not re.search("^(medium|low|info) ", low.stdout, re.MULTILINE)
    quiet = run("findings", "-d", people, *AT, "--severity", "high").stderr
    assert "unconfirmed-access: " in quiet
    assert "old-grant: " not in quiet
