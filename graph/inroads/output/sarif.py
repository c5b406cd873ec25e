"""Findings as SARIF 2.1.0, which code hosts and scanner dashboards read.

A finding's place is a document, with the JSON pointers of its records as logical locations. If the
document was a line of a file, the place is that line. The finding's identity is a partial
fingerprint, so that it is followed from one run to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import IO, Any, Final
from urllib.parse import quote

from inroads.analysis.findings import RULES, Finding, Findings, Judgement, Proof, Severity, sentence
from inroads.text import json_text

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT: Final = "inroadsFinding/v1"

LEVELS: Final = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}

_LINE: Final = re.compile(r"(.+\.(?:ndjson|jsonl)):([1-9][0-9]{0,8})", re.DOTALL | re.IGNORECASE)
"""The source of a document that was a line of a file.

Lines of a packed file cannot be shown.
"""


def write(found: Findings, stream: IO[str]) -> None:
    """Write a review as one SARIF log, result by result."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{**_run(found), "results": []}]}
    head, tail = json_text(log).rsplit("[]", 1)
    stream.write(f"{head}[")
    for number, result in enumerate(_results(found)):
        stream.write(f"{',' if number else ''}\n{json_text(result)}")
    stream.write(f"]{tail}\n")


def _run(found: Findings) -> dict[str, Any]:
    judged = found.graph.policy.judgement
    notes = [
        *(f"{each.rule} was not run: {each.skipped}" for each in found.looked if each.skipped),
        *(f"a suppression expired on {each.expires}: {each.reason}" for each in found.expired),
        *(
            f"a suppression until {each.expires} suppresses nothing: {each.reason}"
            for each in found.idle
        ),
        *found.graph.coverage().notes,
    ]
    return {
        "tool": {
            "driver": {
                "name": "inroads",
                "semanticVersion": version("inroads"),
                "rules": list(_rules(judged)),
            }
        },
        "automationDetails": {"id": f"inroads/findings/{found.identity}"},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": each}} for each in notes
                ],
            }
        ],
        "properties": {
            "graphVersion": found.version,
            "moment": found.moment,
            "looked": found.looked,
        },
    }


def _rules(judged: Judgement) -> Iterator[dict[str, Any]]:
    for each in RULES.values():
        row = judged.rules[each.id]
        yield {
            "id": each.id,
            "shortDescription": {"text": each.definition.partition(". ")[0].rstrip(".") + "."},
            "fullDescription": {"text": each.definition},
            "help": {
                "text": f"{each.definition} It looks at {each.population}. {each.remediation}"
            },
            "defaultConfiguration": {"enabled": row.enabled, "level": LEVELS[row.severity]},
            "properties": {
                "version": each.version,
                "maturity": each.maturity.lower(),
                "severity": row.severity.lower(),
                "tags": ["security", "access"],
            },
        }


def _results(found: Findings) -> Iterator[dict[str, Any]]:
    places = {name: place for place, name in enumerate(RULES)}
    for each in found:
        yield {
            "ruleId": each.rule,
            "ruleIndex": places[each.rule],
            "level": LEVELS[each.severity],
            "message": {"text": f"{sentence(found.graph, each)} {RULES[each.rule].remediation}"},
            "locations": list(map(_location, each.evidence)),
            "partialFingerprints": {FINGERPRINT: each.identity},
            "suppressions": _suppressions(each),
            "properties": {
                "severity": each.severity.lower(),
                "subjects": each.subjects,
                "facts": dict(each.facts),
                "evidenceCount": each.evidence_count,
            },
        }


def _location(proof: Proof) -> dict[str, Any]:
    return {
        "physicalLocation": _place(proof.source),
        "logicalLocations": [
            {
                "name": proof.record,
                "fullyQualifiedName": proof.pointer,
                "kind": "object" if proof.record_id else "value",
            }
        ],
        "properties": {
            "sha256": proof.document,
            "observedAt": proof.observed_at,
            "recordId": proof.record_id,
        },
    }


def _place(source: str) -> dict[str, Any]:
    line = _LINE.fullmatch(source)
    place = {"artifactLocation": {"uri": _uri(line[1] if line else source)}}
    return {**place, "region": {"startLine": int(line[2])}} if line else place


def _uri(source: str) -> str:
    """Return a source as a relative reference (RFC 3986); one without a name is standard input."""
    return quote(source, safe="/", errors="surrogatepass") or "-"


def _suppressions(each: Finding) -> list[dict[str, Any]]:
    if each.suppressed is None:
        return []
    reason, expires = each.suppressed.reason, each.suppressed.expires
    return [
        {
            "kind": "external",
            "status": "accepted",
            "justification": reason,
            "properties": {"expires": expires.isoformat()},
        }
    ]
