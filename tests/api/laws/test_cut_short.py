"""Every door that lists says so when a limit cut its list, and only then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands import run
from inroads import review
from inroads.analysis.changes import changes
from inroads.analysis.explain import explain
from inroads.explorer import Explorer, load
from inroads.output.report import report
from inroads.store.ledger import Ledger
from inroads_api.execution.execute import build_schema
from questions import asker

ROUTES = 4
WHO, WHAT = "identity:1", "account:V"


def client(number: int) -> dict[str, Any]:
    row = {"id": 90 + number, "account_id": "V", "userid": number}
    return {"id": number, "role": "owner", "business": {"id": number, "business_clients": [row]}}


WORLD = [
    {
        "observed_at": f"2026-0{month}-01T00:00:00Z",
        "source": "test",
        "document": {"id": 1, "email": "a@x.org", "business_memberships": rows},
    }
    for month, rows in ((1, []), (3, [client(number) for number in range(1, ROUTES + 1)]))
]
"""One identity, which reaches an account through as many businesses as there are routes."""


@pytest.fixture(params=[True, False], ids=["cut", "whole"])
def cut(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the limit is below the number of routes."""
    monkeypatch.setattr("inroads.reach.limits.MAX_PATHS", 2 if request.param else ROUTES)
    return bool(request.param)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "world.ndjson"
    path.write_text("\n".join(map(json.dumps, WORLD)))
    return path


def _asked(graph: Explorer) -> Any:
    found = graph.access(WHO, WHAT)
    assert found
    return found


def _change(graph: Explorer) -> Any:
    return changes(Explorer.observe(()), graph)


def _html(graph: Explorer) -> str:
    return "".join(report(graph, WHO, now=graph.documents[-1].observed_at))


LIBRARY: dict[str, Callable[[Explorer], bool]] = {
    "answers": lambda g: "more paths" in repr(g.reach(WHO)) or "cut" in repr(g.reach(WHO)),
    "answers of who": lambda g: "more paths" in repr(g.reached_by(WHAT)),
    "associations": lambda g: "more paths" in repr(g.reach(WHO, mode="ASSOCIATION")),
    "rows": lambda g: any(row["truncated"] for row in g.reach(WHO).to_dicts()),
    "frame": lambda g: bool(g.reach(WHO).to_pandas().truncated.any()),
    "picture of answers": lambda g: "a limit cut" in g.reach(WHO)._repr_svg_(),
    "access": lambda g: "more paths" in repr(_asked(g)),
    "row of an access": lambda g: bool(_asked(g).to_dict()["truncated"]),
    "picture of an access": lambda g: "a limit cut" in _asked(g)._repr_svg_(),
    "explanation": lambda g: "more paths" in explain(g, _asked(g)).sentence,
    "report": lambda g: "More paths than are listed" in _html(g),
    "what-if": lambda g: "limit" in repr(g.without("business:1#MEMBER@identity:1")),
    "changes": lambda g: _change(g).truncated,
}


@pytest.mark.parametrize("door", LIBRARY)
def test_the_library(door: str, file: Path, *, cut: bool) -> None:
    """Answers, pictures, rows, reports and analyses say it."""
    assert LIBRARY[door](load(file)) is cut


COMMANDS = {
    "reach": ("reach", WHO),
    "who": ("who", WHAT),
    "associations": ("reach", WHO, "--association"),
    "explain": ("explain", WHO, WHAT),
    "changes": ("changes", "--since", "2026-02-01T00:00:00Z"),
    "what-if": ("what-if", "--remove", "business:1#MEMBER@identity:1"),
    "plan": ("plan", WHO, WHAT),
}


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_line(command: str, output: str, file: Path, *, cut: bool) -> None:
    """Each command says it in each format: in the rows, or beside them."""
    done = run(*COMMANDS[command], "-d", str(file), "-f", output)
    assert done.returncode == 0
    said = (
        '"truncated":true' in "".join(done.stdout.split()) or "… more paths" in done.stdout,
        ",True" in done.stdout or "limit cut" in done.stderr,
    )
    assert any(said) is cut


QUERY = """{
  node(id: "identity:1") { ... on Identity { reach {
    truncated nodes { resource { id } paths { truncated } explanation { sentence } } } } }
  plan(principal: "identity:1", resource: "account:V") { truncated whatIf { truncated } }
  whatIf(remove: ["business:1#MEMBER@identity:1"]) { truncated }
  changes(since: "2026-02-01T00:00:00Z") { truncated }
}"""


def test_graphql(file: Path, *, cut: bool) -> None:
    """Each list that a limit of paths can cut has a field that says so."""
    told = asker(build_schema(), load(file))(QUERY)
    assert "errors" not in told
    data = told["data"]
    reach = data["node"]["reach"]
    (access,) = (each for each in reach["nodes"] if each["resource"]["id"] == WHAT)
    assert access["paths"]["truncated"] is cut
    assert ("more paths" in access["explanation"]["sentence"]) is cut
    for name in ("plan", "whatIf", "changes"):
        assert data[name]["truncated"] is cut, name


def test_reviews(file: Path, tmp_path: Path, *, cut: bool) -> None:
    """A frozen access says it in the item, in the sheet and in the report."""
    ledger = str(tmp_path / "documents.ledger")
    assert run("ingest", str(file), "--ledger", ledger).returncode == 0
    started = run("review", "start", "Q1", "--by", "me", "--ledger", ledger)
    assert started.returncode == 0, started.stderr
    asked = [("export", "Q1", "-f", each) for each in ("csv", "ndjson", "markdown")]
    with Ledger(Path(ledger), read_only=True) as opened:
        items = list(review.campaign(opened, "Q1").items())
    number = next(each.number for each in items if each.access.resource == WHAT)
    for words in (*asked, ("show", "Q1", str(number), "-f", "table")):
        done = run("review", *words, "--ledger", ledger)
        assert done.returncode == 0, done.stderr
        assert ("more paths than are listed" in done.stdout) is cut, words


def test_lists_that_the_caller_limits(file: Path) -> None:
    """Where --top leaves rows out, the command says that there are more."""
    limited = run("choke-points", "--top", "1", "-d", str(file))
    assert "there are more" in limited.stderr
    assert "there are more" not in run("choke-points", "-d", str(file)).stderr
    counted = run("census", "--top", "1", "-d", str(file))
    assert f"{ROUTES - 1} more rows not listed" in counted.stderr
    assert "not listed" not in run("census", "-d", str(file)).stderr
