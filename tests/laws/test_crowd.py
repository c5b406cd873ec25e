"""One step that rests on a thousand records: every door shows the first three and counts the rest."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from commands import run
from crowd import CROWD, crowd_file
from inroads.explorer import Explorer, load
from inroads.network.wording import evidence_lines, records
from inroads.output.report import report
from inroads.text import MAX_CELL, SHOWN

STATING = CROWD + 2
"""The records that state KEEPS: of the employees, of the owner and of the team."""

OWN = f"business 20: document {CROWD + 2} /response"
KEEPS = "account:V#KEEPS@business:20"
SCREEN = 60
ASKED = ("i900001@example.com", "account:V")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crowd_file(tmp_path_factory.mktemp("crowd"))


@pytest.fixture(scope="module")
def graph(file: Path) -> Explorer:
    return load(file)


def _cells(text: str) -> list[dict[str, str]]:
    before = csv.field_size_limit(2**30)  # it is the whole process's
    try:
        return list(csv.DictReader(io.StringIO(text)))
    finally:
        csv.field_size_limit(before)


def _json(*words: str) -> Any:
    return json.loads(run(*words, "-f", "json").stdout)


def test_lines_of_evidence(graph: Explorer) -> None:
    """The team's own record is first although it speaks last, the count is right, None means all."""
    grant = graph.grants[KEEPS]
    assert len(grant.evidence) == STATING
    lines = evidence_lines(graph, grant)
    assert lines[0] == OWN
    assert lines[SHOWN:] == [f"… {STATING - SHOWN} more"]
    whole = evidence_lines(graph, grant, None)
    assert (len(whole), whole[:SHOWN]) == (STATING, lines[:SHOWN])
    assert records(graph, grant) == "business 20"


def test_explain(file: Path) -> None:
    """A table fits a screen; all evidence is all of it."""
    asked = ("explain", *ASKED, "-d", str(file), "-f", "table")
    lines = run(*asked).stdout.splitlines()
    assert len(lines) <= 40
    keeps = [line.split(maxsplit=1)[1] for line in lines if line.startswith("     KEEPS")]
    assert keeps[0] == OWN
    assert keeps[-1] == f"… {STATING - SHOWN} more"
    whole = run(*asked, "--all-evidence").stdout.splitlines()
    assert sum(line.startswith("     KEEPS") for line in whole) == STATING


def test_explain_for_machines(file: Path) -> None:
    """JSON holds three records with the count, or all of them; no cell of CSV is cut by a reader."""
    asked = ("explain", *ASKED, "-d", str(file))
    (step,) = [each for each in _json(*asked)["steps"] if each["grant"] == KEEPS]
    assert (len(step["evidence"]), step["evidence_count"]) == (SHOWN, STATING)
    assert step["evidence"][0] == OWN
    (whole,) = [each for each in _json(*asked, "--all-evidence")["steps"] if each["grant"] == KEEPS]
    assert (len(whole["evidence"]), whole["evidence_count"]) == (STATING, STATING)
    cells = _cells(run(*asked, "-f", "csv", "--all-evidence").stdout)
    (keeps,) = [each["evidence"] for each in cells if each["grant"] == KEEPS]
    parts = keeps.split("; ")
    assert MAX_CELL - 200 < len(keeps) <= MAX_CELL
    assert parts[-1] == f"… {STATING - len(parts) + 1} more"


def test_graphql_agrees(file: Path) -> None:
    """`Grant.evidence` gives the records of `explain`, in its order."""
    query = (
        '{node(id: "identity:900001") {... on Identity {reach {nodes {paths {nodes {steps'
        " {grant {id evidence {document {source} pointer} evidenceCount}}}}}}}}}"
    )
    told = json.loads(run("query", query, "-d", str(file)).stdout)["data"]["node"]["reach"]
    paths = [path for access in told["nodes"] for path in access["paths"]["nodes"]]
    grants = [step["grant"] for path in paths for step in path["steps"]]
    (keeps, *_) = [grant for grant in grants if grant["id"] == KEEPS]
    assert keeps["evidenceCount"] == STATING
    (step,) = [
        each
        for each in _json("explain", *ASKED, "-d", str(file))["steps"]
        if each["grant"] == KEEPS
    ]
    assert step["evidence"] == [
        f"business 20: {each['document']['source']} {each['pointer']}" for each in keeps["evidence"]
    ]


def test_findings(file: Path, graph: Explorer) -> None:
    """Each finding holds three proofs with the number of all, in every format; all are all."""
    asked = ("findings", "--rule", "lapsed-subscription", "-d", str(file))
    (brief,), (whole,) = (
        _json(*asked)["findings"],
        _json(*asked, "--all-evidence")["findings"],
    )
    assert len(whole["evidence"]) == whole["evidence_count"] == brief["evidence_count"] > CROWD
    assert brief["evidence"] == whole["evidence"][:SHOWN]
    left = f"… {brief['evidence_count'] - SHOWN:,} more"
    assert left not in run(*asked, "-f", "table").stdout  # which leaves evidence to other formats
    (cells,) = _cells(run(*asked, "-f", "csv").stdout)
    assert cells["evidence"].split("; ")[SHOWN] == left
    (cells,) = _cells(run(*asked, "-f", "csv", "--all-evidence").stdout)
    assert max(map(len, cells.values())) <= MAX_CELL
    (result,) = json.loads(run(*asked, "-f", "sarif").stdout)["runs"][0]["results"]
    assert len(result["locations"]) == SHOWN
    assert result["properties"]["evidenceCount"] == brief["evidence_count"]
    for found in (graph.findings(), graph.findings().brief()):
        assert len(str(found).splitlines()) <= SCREEN


def test_counts_of_findings_are_those_of_all_proofs(graph: Explorer) -> None:
    """The number that is told without writing the proofs is the number of the proofs."""
    found = graph.findings()
    for whole, brief in zip(found, found.brief(), strict=True):
        assert brief.evidence_count == whole.evidence_count == len(whole.evidence)
        assert brief.evidence == whole.evidence[:SHOWN]


def test_changes(file: Path) -> None:
    """The cause of a change is told with three of its records, or with all."""
    asked = ("changes", "--since", "2026-01-01T00:00:00Z", "-d", str(file))
    rows = _json(*asked, "--by", "cause")
    (keeps,) = [row for row in rows if row["id"] == KEEPS]
    assert (len(keeps["after"]["evidence"]), keeps["after"]["evidence_count"]) == (SHOWN, STATING)
    rows = _json(*asked, "--by", "cause", "--all-evidence")
    (keeps,) = [row for row in rows if row["id"] == KEEPS]
    assert len(keeps["after"]["evidence"]) == STATING
    cells = _cells(run(*asked, "-f", "csv", "--all-evidence").stdout)
    assert max(len(cell) for row in cells for cell in row.values()) <= MAX_CELL


def test_prints(graph: Explorer) -> None:
    """No answer prints more than a screen or two, and each says how much is left."""
    answer = graph.reached_by("account:V")
    lines = str(answer).splitlines()
    assert len(lines) <= SCREEN
    assert lines[-1] == f"… {len(answer) - len(lines) + 1} more accesses"
    what = graph.without("business:20#MEMBER@identity:900000")
    assert len(str(what).splitlines()) <= SCREEN


def test_pictures(graph: Explorer) -> None:
    """A picture is small, and its tooltip has the own record first and the count."""
    for answer in (graph.reach(ASKED[0]), graph.reached_by("account:V"), graph.access(*ASKED)):
        assert answer is not None
        picture = answer._repr_svg_()
        assert max(len(picture), len(answer._repr_html_())) <= 200_000
        assert f"{OWN}\n" in picture
        assert f"… {STATING - SHOWN} more" in picture


def test_report(graph: Explorer) -> None:
    """The report is small and counts what it leaves out; a full one leaves nothing out."""
    page = "".join(report(graph))
    assert len(page) < 500_000
    assert f"<li>… {STATING - SHOWN} more</li>" in page
    assert "Not shown: 991 identities" in page
    subject = "".join(report(graph, "i900001@example.com", full=True))
    assert subject.count("<li>business 20: document ") >= STATING
