"""SARIF logs: their places, and under the official schema, which `.ci/peers` installs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

import inroads
from commands import run
from inroads.sources.synthetic import population

SCHEMA = os.environ.get("SARIF_SCHEMA")


@pytest.mark.skipif(SCHEMA is None, reason="SARIF_SCHEMA names no schema, see .ci/peers")
def test_the_official_schema(tmp_path: Path) -> None:
    """It accepts the findings of a population, suppressed ones and hostile names included, and refuses others."""
    assert SCHEMA
    schema = json.loads(Path(SCHEMA).read_text())
    validator = jsonschema.validators.validator_for(schema)(
        schema, format_checker=jsonschema.FormatChecker()
    )
    named = {"observed_at": "2026-01-01T00:00:00Z", "source": "a b:ü\u202e%\x1b.json"}
    bruce = {**named, "document": json.loads((inroads.EXAMPLE / "bruce.json").read_text())}
    documents, policy = tmp_path / "documents.ndjson", tmp_path / "policy.toml"
    documents.write_text("".join(f"{json.dumps(each)}\n" for each in (bruce, *population(60, 7))))
    policy.write_text(
        '[[suppressions]]\nrule = "bridge"\nsubject = "identity:712052"\nreason = "\u202eknown"\nexpires = 2999-01-01\n'
        '[[suppressions]]\nrule = "bridge"\nsubject = "identity:1"\nreason = "old"\nexpires = 2020-01-01\n'
    )
    log = json.loads(
        run("findings", "-d", str(documents), "--policy", str(policy), "-f", "sarif").stdout
    )
    results = log["runs"][0]["results"]
    assert len({each["ruleId"] for each in results}) > 10
    assert any(each["suppressions"] for each in results)
    validator.validate(log)
    results[0]["level"] = "dire"
    assert not validator.is_valid(log)


def test_the_line_of_a_document(tmp_path: Path) -> None:
    """A place in a file of lines is the line on which the record stands; no other document has a line."""
    bruce = json.loads((inroads.EXAMPLE / "bruce.json").read_text())
    lines = ["", json.dumps({"response": {"id": 5}}), "", json.dumps(bruce)]
    (tmp_path / "a b.NDJSON").write_text("\n".join(lines))
    for name, text in (
        (
            "named.jsonl",
            json.dumps(
                {"source": "march.json:3", "document": {"response": {**bruce["response"], "id": 6}}}
            ),
        ),
        ("whole.json", json.dumps({"response": {**bruce["response"], "id": 7}}, indent=1)),
    ):
        (tmp_path / name).write_text(text)
    log = json.loads(
        run(
            "findings", "-d", str(tmp_path), "--rule", "role-without-membership", "-f", "sarif"
        ).stdout
    )
    places = [place for each in log["runs"][0]["results"] for place in each["locations"]]
    found = {
        each["physicalLocation"]["artifactLocation"]["uri"].rpartition("/")[2]: each
        for each in places
    }
    assert set(found) == {"a%20b.NDJSON", "march.json%3A3", "whole.json"}
    line = found["a%20b.NDJSON"]["physicalLocation"].pop("region")["startLine"]
    record = json.loads(lines[line - 1])
    for part in found["a%20b.NDJSON"]["logicalLocations"][0]["fullyQualifiedName"].split("/")[1:]:
        record = record[int(part) if part.isdecimal() else part]
    assert f"role {record['id']}" == found["a%20b.NDJSON"]["logicalLocations"][0]["name"]
    assert all(set(each["physicalLocation"]) == {"artifactLocation"} for each in found.values())
