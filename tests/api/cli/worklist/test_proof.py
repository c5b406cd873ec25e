"""An item in plain sentences: who, what, how, and the first records."""

from __future__ import annotations

from pathlib import Path

from campaigns import NOW, begin, me, member
from inroads import EXAMPLE, load
from inroads.store.ledger import Ledger
from inroads_api.cli.worklist.proof import lines
from worlds import explore


def told(folder: Path, graph: object, number: int, peers: int = 0, **more: bool) -> list[str]:
    with Ledger(folder / "inroads.db") as opened:
        item = begin(opened, graph).item(number)  # type: ignore[arg-type]  # an Explorer
        return [each.text for each in lines(item, peers, **more)]


def test_the_example(tmp_path: Path) -> None:
    """Both routes to the vendor are there, three records, and how many more there are."""
    found = told(tmp_path, load(EXAMPLE), 2, 3)
    assert found[:4] == [
        "b@example.com reaches business 363103 as CLIENT.",
        "This includes account Xr82w, which the business keeps.",
        "Stated: a record states it. Active.",
        "3 others hold CLIENT here.",
    ]
    assert found[4] == "How"
    assert [each.rsplit(". ", 1)[1] for each in found[5:7]] == [
        "STATED, ACTIVE",
        "INFERRED, ACTIVE",
    ]
    assert found[7] == "Records"
    assert [each.split(",")[0] for each in found[8:11]] == [
        "role 994207",
        "client 22347",
        "membership 168372",
    ]
    assert found[11:] == ["… 2 more records (e shows all)"]


def test_the_whole_proof(tmp_path: Path) -> None:
    """All records are shown when they are asked for."""
    found = told(tmp_path, load(EXAMPLE), 2, whole=True)
    assert "Nobody else holds CLIENT here." in found
    assert len(found[found.index("Records") :]) == 6
    assert not any(each.startswith("…") for each in found)


def test_hostile_names(tmp_path: Path) -> None:
    """No name steers the terminal."""
    world = me(1, member(1, "owner", 1, "A"), email="\x1b[2J\u202eevil\r\n@x.org")
    for each in told(tmp_path, explore([(world, NOW)]), 1):
        assert each.isprintable()
