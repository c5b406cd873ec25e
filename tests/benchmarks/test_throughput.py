"""How fast documents become a graph, and in which stage the time goes."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final

import msgspec
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.columns.builder import ClaimSetBuilder
from inroads.columns.fold import fold
from inroads.columns.union import union
from inroads.documents.reader import Observation, read
from inroads.explorer import Explorer, load
from inroads.policy.tables import STOCK
from inroads.sources.loader import CHUNK_DOCUMENTS, PARALLEL_FROM
from measuring import (
    MOMENT,
    Made,
    Populations,
    Report,
    alone,
    best,
    decode,
    decoded,
    observe,
    spent,
    timed,
)

OBSERVED: Final = "JSON bytes in memory to a graph (Explorer.observe), against the bare msgspec.json.decode of them"
STAGES: Final = (
    "The stages apart, one after the other; µs of CPU a document, ratio to the smallest population"
)
STAGE_NAMES: Final = ("decode", "read", "claim", "pack", "union", "fold", "build")
LOADED: Final = (
    "A file to a graph (load, 2 workers), against two processes that each do the bare msgspec.json.decode of half "
    f"of it; the best of some rounds, in turn. Below {PARALLEL_FROM / 2**20:.0f} MiB one process loads it"
)


def test_observe_against_bare_decoding(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """Reading, claiming, folding and building cost a known multiple of decoding the same JSON bytes."""
    lines = populations.lines(size)
    bare = best(lambda: decode(lines))
    with alone():
        graph, taken = timed(benchmark, lambda: observe(lines), rounds=3 if size <= 1_000 else 1)
    assert not graph.rejections
    figures = {
        "documents": len(lines),
        "MB": sum(map(len, lines)) / 1e6,
        "edges": graph.number_of_edges(),
        "seconds": taken,
        "documents_per_s": len(lines) / taken,
        "decode_s": bare,
        "times_decode": taken / bare,
    }
    benchmark.extra_info.update(figures)
    report.row(OBSERVED, size=size, **figures)


def test_load_against_bare_decoding_on_both_cores(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """Loading a file on two processes, their start included, costs a known multiple of decoding it on two."""
    path = populations.file(size)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool, alone():
        bare = partial(pool.map, decoded, (path, path), (0, 1), (2, 2))
        list(bare())  # starts them
        loads = [partial(load, path, workers=workers) for workers in (1, 2)]
        repeated = range(3 if size <= 10_000 else 1)
        rounds, _ = timed(
            benchmark, lambda: [(max(bare()), *spent(loads[0]), *spent(loads[1])) for _ in repeated]
        )
    decoding, one, one_cpu, taken, cpu = map(min, zip(*rounds, strict=True))
    count = len(populations.lines(size))
    figures = {
        "documents": count,
        "MB": path.stat().st_size / 1e6,
        "seconds": taken,
        "documents_per_s": count / taken,
        "decode_s": decoding,
        "times_decode": taken / decoding,
        "one_process_s": one,
        "speedup": one / taken,
        "cpu_s": cpu,
        "one_process_cpu_s": one_cpu,
    }
    benchmark.extra_info.update(figures)
    report.row(LOADED, size=size, **figures)


def test_stages_grow_with_the_documents(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, sizes: list[int]
) -> None:
    """No stage takes more for each document in a larger population, but for what memory and its collection take."""
    figures: dict[int, dict[str, float]] = {}

    def measure() -> None:
        for size in (max(100, sizes[0] // 10), *sizes):
            lines = populations.lines(size)
            rounds = [
                _stages(lines) for _ in range(5 if size < 1_000 else 3 if size == 1_000 else 1)
            ]
            figures[size] = {
                name: min(each[name] for each in rounds) / len(lines) * 1e6 for name in rounds[0]
            }

    timed(benchmark, measure)
    smallest = next(iter(figures.values()))
    for size, costs in figures.items():
        for stage in STAGE_NAMES:
            ratio, collecting = costs[stage] / smallest[stage], costs[f"{stage} gc"]
            cells = {"us": costs[stage], "of_it_collecting": collecting, "times_smallest": ratio}
            report.row(STAGES, size=size, stage=stage, **cells)
        benchmark.extra_info[str(size)] = costs


def _stages(lines: list[bytes]) -> dict[str, float]:
    """CPU seconds of each stage, and of the garbage collector in it."""
    taken: dict[str, float] = {}
    collecting: list[float] = [0.0]

    def watch(phase: str, _: dict[str, int]) -> None:
        collecting[0] += time.process_time() * (1 if phase == "stop" else -1)

    def run(name: str, act: Callable[[], Made]) -> Made:
        collecting[0] = 0.0
        start = time.process_time()
        made = act()
        taken[name], taken[f"{name} gc"] = time.process_time() - start, collecting[0]
        return made

    with alone():
        gc.callbacks.append(watch)
        try:
            run("decode", lambda: [msgspec.json.decode(line) for line in lines])
            found = run("read", lambda: [read(line, MOMENT, "population") for line in lines])
            taken_in = [each for each in found if isinstance(each, Observation)]
            chunks = [
                taken_in[at : at + CHUNK_DOCUMENTS]
                for at in range(0, len(taken_in), CHUNK_DOCUMENTS)
            ]
            builders = run("claim", lambda: [_packed(chunk) for chunk in chunks])
            parts = run("pack", lambda: [union([builder.part()]) for builder in builders])
            said = run("union", lambda: union(parts))
            folded = run("fold", lambda: fold(said, STOCK))
            run("build", lambda: Explorer.build(folded))
        finally:
            gc.callbacks.remove(watch)
    return taken


def _packed(chunk: list[Observation]) -> ClaimSetBuilder:
    builder = ClaimSetBuilder()
    for each in chunk:
        builder.read(each, STOCK)
    return builder
