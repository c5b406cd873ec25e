"""How long a run on Spark takes, stage by stage, beside the same documents on one machine."""

from __future__ import annotations

import shutil
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.spark.reaching.findings import COVERED
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
