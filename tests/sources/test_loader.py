"""Reading on several processes: the same as on one."""

from __future__ import annotations

import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inroads.columns.claimset import ClaimSet
from inroads.columns.union import union
from inroads.documents.bulk_reader import RegularDocument, plain
from inroads.explorer import Explorer, load
from inroads.policy.tables import Policy
from inroads.sources import loader as gathering
from inroads.sources.synthetic import population
from inroads.store.ledger import Ledger
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
    monkeypatch.setattr(gathering, "TOGETHER", 2)
    monkeypatch.setattr(gathering, "MERGED_PARTS", 3)
    monkeypatch.setattr(gathering, "_PAGES", 1)


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
def test_help_with_a_ledger_comes_at_once(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How much is in a ledger is known before it is read, so this process need not begin alone."""
    graph = load(file)
    with Ledger(tmp_path / "inroads.db") as ledger:
        ledger.add(graph.documents)
    monkeypatch.setattr(gathering, "PARALLEL_FROM", ledger.path.stat().st_size // 2)
    monkeypatch.setattr(gathering, "work", None)  # which this process would call
    assert same([graph, load(ledger.path, workers=2)])


def test_a_ledger_is_read_in_bulk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most documents of a ledger are read together, and say what each says when it is read alone.

    A body that is not written as this version writes it is read alone, and stays as it is.
    """
    file = tmp_path / "population.ndjson"
    bodies = population(200, 1, contradictory=0.1, stale=0.2, teams=0.3)
    file.write_bytes(b"\n".join(map(msgspec.json.encode, bodies)))
    graph = load(file)
    with Ledger(tmp_path / "inroads.db") as ledger:
        ledger.add(graph.documents)
    body = graph.documents[0].body.replace(b",", b", ", 1)
    with closing(sqlite3.connect(ledger.path)) as database, database:
        database.execute(
            "UPDATE documents SET body = ? WHERE sha256 = ?",
            (zlib.compress(body), bytes.fromhex(graph.documents[0].sha256)),
        )
    together: list[int] = []

    def counted(arrived: list[Any], policy: Policy) -> list[RegularDocument]:
        found = plain(arrived, policy)
        together.append(len(found))
        return found

    monkeypatch.setattr(gathering, "plain", counted)
    bulk = load(ledger.path)
    assert len(graph.documents) * 0.9 < sum(together) < len(graph.documents)
    monkeypatch.setattr("inroads.store.rows.ALONE_FROM", 0)
    together.clear()
    alone = load(ledger.path)
    assert not any(together)
    assert same([graph, bulk, alone])
    wanted = [body, *(each.body for each in graph.documents[1:])]
    assert (
        [each.body for each in bulk.documents] == [each.body for each in alone.documents] == wanted
    )


@pytest.mark.usefixtures("small")
def test_bodies_on_disk_travel(file: Path) -> None:
    """A graph whose bodies are in a temporary file can be pickled, and has them with it."""
    graph = load(file)
    again = pickle.loads(pickle.dumps(graph))  # noqa: S301  # its own
    assert isinstance(again, Explorer)
    assert same([graph, again])
    assert [each.body for each in graph.documents] == [each.body for each in again.documents]


@pytest.mark.usefixtures("small")
def test_what_is_replaced_is_not_held_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the same is said anew, no more is held than a few parts, and what one batch of documents says."""
    body = {
        "id": 1,
        "business_memberships": [
            {"id": n, "role": "owner", "business": {"id": n}} for n in range(20)
        ],
    }
    moments = (
        f"2026-03-01T00:{minute:02}:{second:02}Z" for minute in range(40) for second in range(40)
    )
    path = tmp_path / "again.ndjson"
    path.write_bytes(
        b"\n".join(msgspec.json.encode({"observed_at": each, "document": body}) for each in moments)
    )
    held: list[tuple[int, int]] = []

    def watched(handed: Iterable[ClaimSet]) -> ClaimSet:
        parts = list(handed)
        held.append((len(parts), sum(len(each.claims.document) for each in parts)))
        return union(parts)

    monkeypatch.setattr(gathering, "union", watched)
    graph = load(path)
    assert len(graph.documents) == 1_600
    assert graph.number_of_edges() == 20
    assert max(parts for parts, _ in held) <= 12
    assert max(claims for _, claims in held) <= 40 * 20


@pytest.mark.usefixtures("small")
def test_too_many_rejections_in_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of nothing but refuse is left, also when several processes read it; the next file is read."""
    monkeypatch.setattr("inroads.sources.files.MAX_REJECTED", 100)
    (tmp_path / "a.ndjson").write_bytes(b"{}\n" * 5_000)
    (tmp_path / "b.json").write_bytes(b'{"identity_id": 1}')
    for workers in (1, 2):
        graph = load(tmp_path, workers=workers)
        assert "identity:1" in graph
        assert "too_many_rejections" in {each.code for each in graph.rejections}
        assert len(graph.rejections) < 1_000


def test_processes_end_with_the_one_that_started_them(file: Path, tmp_path: Path) -> None:
    """Whoever is killed in the middle of a load leaves no process behind."""
    script = tmp_path / "load.py"
    script.write_text(
        "import multiprocessing, sys, threading, time\n"
        "from inroads import load\n"
        "from inroads.sources import loader\n"
        "def tell():\n"
        "    while not multiprocessing.active_children(): time.sleep(0.01)\n"
        "    print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "if __name__ == '__main__':\n"
        "    loader.PARALLEL_FROM = 0\n"
        "    threading.Thread(target=tell, daemon=True).start()\n"
        "    while True: load(sys.argv[1], workers=2)\n"
    )
    process = subprocess.Popen([sys.executable, script, file], stdout=subprocess.PIPE)  # noqa: S603  # its own
    assert process.stdout
    with process.stdout:
        started = [int(each) for each in process.stdout.readline().split()]
        process.kill()
        process.wait()
    assert started
    deadline = time.monotonic() + 60
    while any(_runs(each) for each in started):
        assert time.monotonic() < deadline, "they wait for ever"
        time.sleep(0.05)


def _runs(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


INTERRUPTED = """
import signal
import sys
import inroads
from inroads.sources import loader

loader.PARALLEL_FROM = 0
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
told = []


def progress(size):
    told.append(size)
    if len(told) == 3:
        print("reading", flush=True)


if __name__ == "__main__":
    inroads.load(sys.argv[1], workers=2, progress=progress)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no process groups")
def test_an_interruption_ends_all_processes(tmp_path: Path) -> None:
    """Ctrl-C while several processes read, which all of them get, ends them at once; only one says what happened."""
    script, file = tmp_path / "reads.py", tmp_path / "many.ndjson"
    script.write_text(INTERRUPTED)
    one = b"\n".join(map(msgspec.json.encode, population(200, 1))) + b"\n"
    file.write_bytes(one * 300)
    words = [sys.executable, str(script), str(file)]
    with subprocess.Popen(  # noqa: S603  # our own
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as reading:
        assert reading.stdout
        assert reading.stdout.readline() == "reading\n"
        os.killpg(reading.pid, signal.SIGINT)
        _, said = reading.communicate(timeout=60)  # it ends when nobody holds the pipes any more
    assert reading.returncode == -signal.SIGINT
    assert said.count("KeyboardInterrupt") == 1
