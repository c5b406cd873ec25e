"""How fast documents go into a ledger, when a server shows them, and how long a comparison of two moments takes."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.analysis.changes import changes
from inroads.explorer import load
from inroads.model import Document
from inroads.store.ledger import Ledger
from measuring import MOMENT, Populations, Report, alone, documents, seconds, timed, times

INGESTED: Final = (
    "Documents in memory into a new ledger (Ledger.add), against bare INSERTs of the compressed bytes in transactions "
    "of the same size (WAL, synchronous=FULL); the best of 3 rounds, in turn"
)
VISIBLE: Final = (
    "From the commit of one document by another process to its version being served, polled every 5 ms, against a load "
    "of the whole ledger in this process"
)
COMPARED: Final = (
    "The changes between two moments, between which 1 % of the identities left all that they had"
)
LATER: Final = MOMENT + dt.timedelta(days=100)
ONE_BY_ONE: Final = 500
NEWCOMERS: Final = 5
PERIOD: Final = 0.005  # seconds


@pytest.mark.parametrize("batch", [1000, 1])
def test_ingest_against_bare_inserts(
    benchmark: BenchmarkFixture,
    populations: Populations,
    report: Report,
    tmp_path: Path,
    size: int,
    batch: int,
) -> None:
    """A ledger takes documents at a known multiple of what SQLite alone takes for the bytes that it keeps of them."""
    given = documents(populations.lines(size))
    if batch == 1:
        given = given[:ONE_BY_ONE]
    bodies = [zlib.compress(each.body) for each in given]
    ways = (partial(_inserted, bodies, batch), partial(_added, given, batch))
    rounds, _ = timed(
        benchmark,
        lambda: [[seconds(partial(way, tmp_path / f"{n}")) for way in ways] for n in range(3)],
    )
    bare, taken = map(min, zip(*rounds, strict=True))
    figures = {
        "documents": len(given),
        "MB": sum(len(each.body) for each in given) / 1e6,
        "compressed_MB": sum(map(len, bodies)) / 1e6,
        "seconds": taken,
        "documents_per_s": len(given) / taken,
        "bare_s": bare,
        "times_bare": taken / bare,
    }
    benchmark.extra_info.update(figures)
    report.row(INGESTED, size=size, batch=batch, **figures)


def test_from_ingest_to_visible(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, tmp_path: Path, size: int
) -> None:
    """A server shows a new document after a known multiple of the time that a load of its ledger takes."""
    path = tmp_path / "inroads.db"
    with Ledger(path) as ledger:
        ledger.add(documents(populations.lines(size)))
    with alone():
        bare = seconds(lambda: load(path))
    with (
        _served(path) as port,
        closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection,
    ):
        _version(connection)
        waits, _ = timed(
            benchmark, lambda: [_wait(connection, path, number) for number in range(NEWCOMERS)]
        )
    each = times(waits)
    figures = {"newcomers": NEWCOMERS, "p50_s": each.p50, "max_s": each.worst, "load_s": bare}
    figures["times_load"] = each.p50 / bare
    benchmark.extra_info.update(figures)
    report.row(VISIBLE, size=size, **figures)


def test_changes_between_two_moments(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, tmp_path: Path, size: int
) -> None:
    """A comparison takes a known share of the time that it takes to load the two graphs."""
    path, lines = tmp_path / "inroads.db", populations.lines(size)
    with Ledger(path) as ledger:
        ledger.add(documents([*lines, *_again(lines)]))
    with alone():
        start = time.perf_counter()
        before, after = load(path, as_of=LATER), load(path)
        loading = time.perf_counter() - start
        found, taken = timed(benchmark, lambda: changes(before, after))
    assert found.changes
    figures = {
        "documents": len(after.documents),
        "changes": len(found.changes),
        "causes": len(found.groups),
        "seconds": taken,
        "loading_both_s": loading,
        "times_loading": taken / loading,
    }
    benchmark.extra_info.update(figures)
    report.row(COMPARED, size=size, **figures)


def _added(documents: Sequence[Document], batch: int, path: Path) -> None:
    with Ledger(path.with_suffix(".ledger")) as ledger:
        assert ledger.add(documents, batch=batch).added == len(documents)


def _inserted(bodies: Sequence[bytes], batch: int, path: Path) -> None:
    with closing(sqlite3.connect(path.with_suffix(".bare"), isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(
            "CREATE TABLE documents (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL)"
        )
        for start in range(0, len(bodies), batch):
            connection.execute("BEGIN IMMEDIATE")
            rows = ((body,) for body in bodies[start : start + batch])
            connection.executemany("INSERT INTO documents (body) VALUES (?)", rows)
            connection.execute("COMMIT")


def _again(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Some of the documents as they are observed later, with nothing in them but the identity."""
    rng, moments = random.Random(4), count(1)
    bodies: list[dict[str, Any]] = [msgspec.json.decode(line) for line in lines]
    mine = [body for body in bodies if body["document"]["response"].get("business_memberships")]
    for envelope in rng.sample(mine, max(1, len(lines) // 100)):
        envelope["document"]["response"].update(business_memberships=[], groups=[], roles=[])
        envelope["observed_at"] = (LATER + dt.timedelta(seconds=next(moments))).isoformat()
        yield msgspec.json.encode(envelope)


def _wait(connection: HTTPConnection, path: Path, number: int) -> float:
    """How long it takes until one more document is served."""
    before = _version(connection)
    body = msgspec.json.encode({"id": 10**9 + number, "email": f"newcomer{number}@example.org"})
    with Ledger(path) as ledger:
        ledger.add(documents([body]))
    start = time.perf_counter()
    while _version(connection) == before:
        assert time.perf_counter() - start < 600
        time.sleep(PERIOD)
    return time.perf_counter() - start


def _version(connection: HTTPConnection) -> str:
    connection.request(
        "POST",
        "/graphql",
        b'{"query": "{ graph { version } }"}',
        {"Content-Type": "application/json"},
    )
    found: str = msgspec.json.decode(connection.getresponse().read())["data"]["graph"]["version"]
    return found


@contextmanager
def _served(ledger: Path) -> Iterator[int]:
    """The port of a server of a ledger; it is ended afterwards."""
    command = [
        str(Path(sys.executable).with_name("inroads")),
        "serve",
        "--ledger",
        str(ledger),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own command
        try:
            assert server.stderr
            said = server.stderr.readline()
            assert "http://127.0.0.1:" in said, said
            yield int(said.split("http://127.0.0.1:")[1].split("/")[0])
        finally:
            server.terminate()
            server.wait(timeout=30)
