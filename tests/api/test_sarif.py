"""SARIF logs under the official schema, which `.ci/peers` installs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest
from test_cli import run

import inroads
from inroads.generate import population

SCHEMA = os.environ.get("SARIF_SCHEMA")


@pytest.mark.skipif(SCHEMA is None, reason="SARIF_SCHEMA names no schema, see .ci/peers")
def test_the_official_schema(tmp_path: Path) -> None:
    """It accepts the findings of a population, suppressed ones and hostile names included, and refuses others."""
    assert SCHEMA
    schema = json.loads(Path(SCHEMA).read_text())
    validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    named = {"observed_at": "2026-01-01T00:00:00Z", "source": "a b:ü\u202e%\x1b.json"}
    bruce = {**named, "document": json.loads((inroads.EXAMPLE / "bruce.json").read_text())}
    documents, policy = tmp_path / "documents.ndjson", tmp_path / "policy.toml"
    documents.write_text("".join(f"{json.dumps(each)}\n" for each in (bruce, *population(60, 7))))
    policy.write_text(
        '[[suppressions]]\nrule = "bridge"\nsubject = "identity:712052"\nreason = "\u202eknown"\nexpires = 2999-01-01\n'
        '[[suppressions]]\nrule = "bridge"\nsubject = "identity:1"\nreason = "old"\nexpires = 2020-01-01\n'
    )
    log = json.loads(run("findings", "-d", str(documents), "--policy", str(policy), "-f", "sarif").stdout)
    results = log["runs"][0]["results"]
    assert len({each["ruleId"] for each in results}) > 10
    assert any(each["suppressions"] for each in results)
    validator.validate(log)
    results[0]["level"] = "dire"
    assert not validator.is_valid(log)
