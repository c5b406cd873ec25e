"""Reading on several processes: the same as on one."""

from __future__ import annotations

import pickle
from pathlib import Path

import msgspec
import pytest

from inroads import gather as gathering
from inroads.explorer import Explorer, load
from inroads.generate import population
from inroads.ledger import Ledger
from worlds import same


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three hundred identities, with broken lines among them."""
    path = tmp_path / "population.ndjson"
    lines = [msgspec.json.encode(each) for each in population(300, 1)]
    lines[10:10] = [b"{", b'{"id": "x"}', b"[]"]
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is already much: processes start at once, and bodies go to disk."""
    monkeypatch.setattr(gathering, "PARALLEL_FROM", 0)
    monkeypatch.setattr(gathering, "CHUNK_DOCUMENTS", 40)
    monkeypatch.setattr(gathering, "KEPT_BYTES", 20_000)


@pytest.mark.usefixtures("small")
def test_two_processes_read_what_one_reads(file: Path) -> None:
    """The graph, the rejections and the bodies are the same, whoever read them."""
    one, two = load(file), load(file, workers=2)
    assert same([one, two])
    assert one.rejections == two.rejections
    assert len(one.rejections) == 3
    assert [each.body for each in one.documents] == [each.body for each in two.documents]


@pytest.mark.usefixtures("small")
def test_two_processes_read_a_ledger(file: Path, tmp_path: Path) -> None:
    """A ledger's documents are read by several processes, and their bodies stay in the ledger."""
    graph = load(file)
    with Ledger(tmp_path / "inroads.db") as ledger:
        ledger.add(graph.documents)
    two = load(ledger.path, workers=2)
    assert same([graph, two])
    assert [each.body for each in graph.documents] == [each.body for each in two.documents]


@pytest.mark.usefixtures("small")
def test_bodies_on_disk_travel(file: Path) -> None:
    """A graph whose bodies are in a temporary file can be pickled, and has them with it."""
    graph = load(file)
    again = pickle.loads(pickle.dumps(graph))  # noqa: S301  # its own
    assert isinstance(again, Explorer)
    assert same([graph, again])
    assert [each.body for each in graph.documents] == [each.body for each in again.documents]


@pytest.mark.usefixtures("small")
def test_too_many_rejections_in_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of nothing but refuse is left, also when several processes read it; the next file is read."""
    monkeypatch.setattr("inroads.sources.MAX_REJECTED", 100)
    (tmp_path / "a.ndjson").write_bytes(b"{}\n" * 5_000)
    (tmp_path / "b.json").write_bytes(b'{"id": 1}')
    for workers in (1, 2):
        graph = load(tmp_path, workers=workers)
        assert "identity:1" in graph
        assert "too_many_rejections" in {each.code for each in graph.rejections}
        assert len(graph.rejections) < 1_000
