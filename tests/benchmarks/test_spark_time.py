"""How long a run on Spark takes, stage by stage, beside the same documents on one machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.policy.tables import STOCK
from inroads.spark.reaching.answering import buckets_of
from inroads.spark.reaching.findings import COVERED
from inroads.spark.reaching.neighbourhoods import gathered
from inroads.spark.running import run
from inroads.spark.sessions import connected
from measuring import Populations, Report, timed
from sailing import Engine, one_machine, sailing

FILES: Final = 8
"""The documents are given in so many files: an engine reads each by itself."""

TOLD: Final = (
    "A run on Spark: Sail in cluster mode, two workers that are threads of one process. moved: what workers and driver "
    "send each other; written: Parquet; peak: of the whole engine. one machine: two processes that read, then one"
)

HUBS: Final = (
    "A run on Spark over owners of clients: all of one vendor and in one business, and each with others; rows: of the "
    "buckets in which accesses are answered"
)

COLUMNS: Final = ("s", "cpu_s", "moved_MB", "written_MB", "peak_MB")
STAGES: Final = {
    "grants": "grants and nodes",
    "keeps": "grants and nodes",
    "nodes": "grants and nodes",
    "accesses": "accesses",
    "exposure": "census",
    "blast_radius": "census",
    "findings": "findings",
}
"""The stages of the tables that come after the reading."""


def test_a_run_by_stages(
    benchmark: BenchmarkFixture,
    populations: Populations,
    report: Report,
    size: int,
    tmp_path: Path,
) -> None:
    """Every stage grows with the documents; one machine that holds them all is quicker."""
    pytest.importorskip("pysail.spark", reason="no engine: install pysail")
    file, given, place = populations.file(size), tmp_path / "given", tmp_path / "answers"
    documents = split(file, given)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        alone = pool.submit(one_machine, given, COVERED).result()
    with sailing() as engine:
        stages, taken = timed(benchmark, lambda: staged(engine, given, place))
    peak = alone.pop("peak")
    whole = {"all": {"s": taken, "peak_MB": max(each["peak_MB"] for each in stages.values())}}
    beside = {
        f"one machine: {name}": {"s": seconds, "peak_MB": peak / 1e6}
        for name, seconds in alone.items()
    }
    for name, cells in (stages | whole | beside).items():
        figures = {"documents": documents, "documents_per_s": documents / cells["s"]}
        report.row(TOLD, size=size, stage=name, **cells, **figures)
    benchmark.extra_info.update(stages=stages, one_machine=alone, peak=peak)
    shutil.rmtree(place)


def split(file: Path, place: Path) -> int:
    """Write the lines of a file into several files, and return how many there are."""
    place.mkdir()
    with file.open("rb") as lines:
        count = sum(1 for _ in lines)
        lines.seek(0)
        for part in range(FILES):
            share = -(-count // FILES)
            (place / f"{part}.ndjson").write_bytes(b"".join(islice(lines, share)))
    return count


def staged(engine: Engine, given: Path, place: Path) -> dict[str, dict[str, float]]:
    """Run, and return what each stage took."""
    stages: dict[str, dict[str, float]] = {}
    before = engine.spent()
    engine.peak()

    def told(line: str) -> None:
        nonlocal before
        name, now = line.partition(":")[0], engine.spent()
        stage = "grants and nodes" if name.startswith(("current_", "grants_")) else "read"
        cells = stages.setdefault(STAGES.get(name, stage), dict.fromkeys(COLUMNS, 0.0))
        written = sum(each.stat().st_size for each in (place / name).rglob("*.parquet"))
        cells["s"] += now.seconds - before.seconds
        cells["cpu_s"] += now.cpu - before.cpu
        cells["moved_MB"] += (now.moved - before.moved) / 1e6
        cells["written_MB"] += written / 1e6
        cells["peak_MB"] = max(cells["peak_MB"], engine.peak() / 1e6)
        before = now

    with connected(engine.remote) as spark:
        run(spark, str(given), str(place), told=told)
    return stages


@pytest.mark.parametrize("shared", [False, True], ids=["without_hubs", "with_hubs"])
def test_hubs(
    benchmark: BenchmarkFixture, report: Report, size: int, shared: bool, tmp_path: Path
) -> None:
    """A vendor of all businesses and a business of all people fill no bucket more than the others."""
    pytest.importorskip("pysail.spark", reason="no engine: install pysail")
    file, place = tmp_path / "given.ndjson", tmp_path / "answers"
    with file.open("wb") as lines:
        lines.writelines(msgspec.json.encode(each) + b"\n" for each in owners(size, shared))
    given = tmp_path / "given"
    split(file, given)
    with sailing() as engine:
        stages, taken = timed(benchmark, lambda: staged(engine, given, place))
        with connected(engine.remote) as spark:
            grants, nodes = (spark.read.parquet(f"{place}/{name}") for name in ("grants", "nodes"))
            buckets = buckets_of(nodes)
            rows = gathered(grants, nodes, STOCK, buckets).groupBy("bucket").count().collect()
    figures = {
        "s": taken,
        "cpu_s": sum(each["cpu_s"] for each in stages.values()),
        "moved_MB": sum(each["moved_MB"] for each in stages.values()),
        "peak_MB": max(each["peak_MB"] for each in stages.values()),
        "buckets": buckets,
        "rows": sum(each["count"] for each in rows),
        "rows_of_the_largest": max(each["count"] for each in rows),
    }
    benchmark.extra_info.update(figures)
    report.row(HUBS, size=size, hubs="yes" if shared else "no", **figures)


def owners(size: int, shared: bool) -> Iterator[dict[str, Any]]:
    """Owners of a business that is a client, all of one vendor and employees of one business if shared;
    and an accountant of the first 500 businesses.
    """
    for number in range(1, size + 1):
        vendor, employer = ("V", 7) if shared else (f"V{number}", 5_000_000 + number)
        client = {"id": number, "account_id": vendor, "userid": number}
        own = {"id": 1_000_000 + number, "account_id": f"A{number}", "business_clients": [client]}
        members = [_member(number, "owner", own)]
        members.append(_member(size + number, "business_employee", {"id": employer}))
        yield _person(number, members)
    books = [
        _member(3 * size + number, "business_accountant", {"id": 1_000_000 + number})
        for number in range(1, min(size, 500) + 1)
    ]
    yield _person(size + 1, books)


def _person(number: int, members: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": number, "email": f"i{number}@x.org", "business_memberships": members}


def _member(number: int, role: str, business: dict[str, Any]) -> dict[str, Any]:
    return {"id": number, "role": role, "business": business}
