"""`inroads review`: a campaign from its start to its sign-off and the next one, in a terminal and in pipes."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from campaigns import twins
from inroads_api.cli.main import app

EVE = ("--by", "eve@example.com")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INROADS_LEDGER", raising=False)
    (tmp_path / "twins.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in twins()))
    run("ingest", "twins.ndjson")
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    """What a command prints to stdout and stderr; it must end with this exit code."""
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def review(*arguments: str, code: int = 0) -> str:
    return run("review", *arguments, code=code)


def test_a_whole_campaign(folder: Path) -> None:
    """Start, next, decide, status, sign-off, verify, and the next campaign from the first."""
    assert "6 items; coverage NOT complete" in review("start", "Q1", *EVE)
    item = json.loads(review("next", "Q1"))
    assert (item["number"], item["explanation"]["cut"], item["since"]) == (
        1,
        ["membership 168372"],
        None,
    )
    assert "2 decisions taken" in review("decide", "Q1", "keep", "1", "2", *EVE)
    assert "4 items undecided" in review("sign-off", "Q1", *EVE, code=2)
    assert "the reason is needed for REVOKE: give it by --why TEXT" in review(
        "decide", "Q1", "revoke", "--all-of", "business:363103", *EVE, code=2
    )
    told = review("decide", "Q1", "revoke", "--all-of", "business:363103", "--why", "left", *EVE)
    assert "2 decisions taken, 0 known already; 2 items undecided" in told
    review("export", "Q1", "--undecided", "-o", "q1.csv")
    with (folder / "q1.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["state"] for row in rows] == ["LATENT", "LATENT"]
    with (folder / "q1.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(row | {"decision": "unsure", "why": "=ask"} for row in rows)
    assert "2 decisions taken" in review("decide", "Q1", "--file", "q1.csv", *EVE)
    assert "nothing is undecided" in review("next", "Q1")
    assert "0 in effect, 2 not yet" in review("status", "Q1")
    assert "signed off; SHA-256" in review("sign-off", "Q1", *EVE)
    for form, name in (("report", "q1.ndjson"), ("markdown", "q1.md")):
        review("export", "Q1", "-f", form, "-o", name)
        assert "signed off by eve@example.com" in review("verify", name, "--campaign", "Q1")
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace("UNSURE", "KEEP", 1))
        assert "changed" in review("verify", name, code=3)
    assert "6 items" in review("start", "Q2", "--from", "Q1", *EVE)
    assert "STILL_THERE" in review("show", "Q2", "1", "-f", "table")
    listed = [json.loads(line) for line in review("list").splitlines()]
    assert [(each["name"], each["state"], each["carried"]) for each in listed] == [
        ("Q1", "signed off", 0),
        ("Q2", "open", 2),
    ]


def test_a_report_of_another_campaign() -> None:
    """A report that holds together and was not signed off for the campaign is refused."""
    review("start", "Q1", *EVE)
    review("export", "Q1", "-f", "report", "-o", "draft")
    review("sign-off", "Q1", "--partial", *EVE)
    assert "unchanged" in review("verify", "draft")
    assert "not the report that was signed off" in review(
        "verify", "draft", "--campaign", "Q1", code=3
    )


def test_items_of_a_name() -> None:
    """`--of` and `--all-of` take an email, a name or a part of it, and say what they took."""
    review("start", "Q1", *EVE)
    assert json.loads(review("next", "Q1", "--of", "c@example.com"))["access"]["principal"] == (
        "identity:712053"
    )
    told = review("export", "Q1", "--of", "Bill", "-f", "ndjson")
    assert "'Bill' is business:77128 (BillSpring), by a part of its name" in told
    assert told.count('"resource":"business:77128"') == 2
    assert "2 decisions taken" in review("decide", "Q1", "keep", "--all-of", "77128", *EVE)
    assert "did you mean b@example.com" in review("next", "Q1", "--of", "bb@example.com", code=4)
    assert "has no item of business:9" in review("next", "Q1", "--of", "business:9")


def test_ndjson_comes_back(folder: Path) -> None:
    """Exported rows in NDJSON are taken back like those in CSV."""
    review("start", "Q1", *EVE)
    rows = [json.loads(line) for line in review("export", "Q1", "-f", "ndjson").splitlines()]
    (folder / "rows").write_text(
        "".join(f"{json.dumps(row | {'decision': 'keep'})}\n" for row in rows)
    )
    assert "6 decisions taken" in review("decide", "Q1", "--file", "rows", *EVE)
    assert "0 decisions taken, 6 known" in review("decide", "Q1", "--file", "rows", "--by", "adam")


def test_what_is_wrong(folder: Path) -> None:
    """Every mistake is told in one line, bad rows each with theirs, and nothing is made or changed by it."""
    assert "no campaign 'Q9'" in review("status", "Q9", code=2)
    assert "no document names" in review(
        "start", "Q1", "--identity", "nobody@example.com", *EVE, code=4
    )
    assert "is not a moment" in review("start", "Q1", "--due", "tomorrow", *EVE, code=2)
    assert "--role 'king' is not one of owner, admin" in review(
        "start", "Q1", "--role", "king", *EVE, code=2
    )
    review("start", "Q1", "--due", "2020-01-01T00:00:00Z", *EVE)
    assert "overdue since 2020" in review("status", "Q1")
    (folder / "bad.csv").write_text("number,decision,why\n1,revoke,\n77,keep,\n2,keep,\n")
    told = review("decide", "Q1", "--file", "bad.csv", *EVE, code=2)
    assert "line 2: the reason is needed" in told
    assert "line 3: the campaign has no such item" in told
    assert "say a verdict" in review("decide", "Q1", "keep", *EVE, code=2)
    assert "fingerprint" in review(
        "decide", "Q1", "keep", "1", "--expect", "00000000", *EVE, code=2
    )
    assert json.loads(review("list"))["undecided"] == 6
    assert "there is no such file" in review("list", "--ledger", "nowhere.db", code=2)


def test_forgetting_says_so() -> None:
    """`ledger forget` tells how many items of reviews went, too."""
    review("start", "Q1", *EVE)
    assert "3 items of reviews removed" in run("ledger", "forget", "identity:712052", "--yes")
    assert "3 items went with persons who were forgotten" in review("status", "Q1", "--no-drift")


def test_a_summary_for_people() -> None:
    """A table is a summary with names; programs get every business."""
    told = review("start", "Q1", *EVE, "-f", "table")
    assert "Q1: 6 items, 6 undecided" in told
    assert "scope      every access" in told
    assert "business with its account 6" in told
    assert "roles      CLIENT 2, MANAGER 2, OWNER 2" in told
    assert "item 1: b@example.com reaches BillSpring (77128) as OWNER." in told
    assert "… 1 more; decide them with `inroads review work Q1 --by WHO`" in told
    assert "2 of 2: BillSpring (77128)" in told
    review("decide", "Q1", "revoke", "1", "--why", "left", *EVE)
    shown = review("status", "Q1", "-f", "table")
    assert "decided    keep 0, revoke 1, unsure 0" in shown
    assert "1: eve@example.com" in shown
    assert "still there: item 1 b@example.com -> BillSpring (77128)" in shown
    rows = [json.loads(line) for line in review("status", "Q1", "--no-drift").splitlines()]
    assert [row["business"] for row in rows] == [
        "(all)",
        "business:311394",
        "business:363103",
        "business:77128",
    ]


def test_a_list_for_people(folder: Path) -> None:
    """A table has what fits a terminal: no more than the progress and the day that it is due."""
    review("start", "Q1", *EVE, "--due", "2099-03-01")
    review("decide", "Q1", "keep", "1", *EVE)
    lines = review("list", "-f", "table").splitlines()
    cells = [line.split() for line in lines if line.strip() and "──" not in line]
    assert cells == [
        ["name", "state", "decided", "due"],
        ["Q1", "open", "1", "of", "6", "2099-03-01"],
    ]
    assert json.loads(review("list"))["due"] == "2099-03-01T00:00:00Z"


def test_an_item_of_two(folder: Path) -> None:
    """An item that covers an account says so, and so does its row in a sheet."""
    review("start", "Q1", *EVE)
    shown = review("show", "Q1", "3", "-f", "table")
    assert "the same access to account Xr82w, which this business keeps" in shown
    assert "KEEPS" in shown
    assert json.loads(review("show", "Q1", "3"))["kept"]["resource"] == "account:Xr82w"
    row = json.loads(review("export", "Q1", "-f", "ndjson").splitlines()[2])
    assert (row["resource"], row["account"]) == ("business:363103", "account:Xr82w")


def test_the_full_screen_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its extra, a terminal, an open campaign or a name it is refused with what to do."""
    review("start", "Q1", *EVE)
    assert "the full screen needs a terminal" in review("work", "Q1", *EVE, code=2)
    assert "who decides is needed" in review("work", "Q1", "--by", " ", code=2)
    assert "no campaign 'Q9'" in review("work", "Q9", *EVE, code=2)
    for name in [each for each in sys.modules if each.startswith("inroads_api.cli.worklist.")]:
        monkeypatch.delitem(sys.modules, name)
    with monkeypatch.context() as missing:
        missing.setitem(sys.modules, "textual.app", None)
        told = f"{sys.executable} -m pip install '.[review]'"
        assert told in review("work", "Q1", *EVE, code=2)
        missing.setattr("inroads_api.cli.campaigns.find_spec", lambda _: None)
        told = "decide them with `inroads review next Q1` and `inroads review decide Q1 …`"
        assert told in review("status", "Q1", "--no-drift", "-f", "table")
    review("sign-off", "Q1", "--partial", *EVE)
    assert "was signed off" in review("work", "Q1", *EVE, code=2)
