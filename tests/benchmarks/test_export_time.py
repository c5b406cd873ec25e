"""How long each export takes, against plain JSON of the same rows."""

from __future__ import annotations

import io
from typing import IO, Final

import msgspec
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.network.access_graph import AccessGraph
from inroads.output.export import FORMATS
from inroads.output.export.rows import edges, nodes
from measuring import Populations, Report, seconds, timed

WRITTEN: Final = "Exports: every file of each format, written to nowhere; the peer encodes the same rows as plain JSON"


class Nowhere(io.RawIOBase):
    """A stream that counts what it is given."""

    def __init__(self) -> None:
        self.size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: bytes) -> int:  # type: ignore[override]  # no stream gives it anything else
        self.size += len(data)
        return len(data)


def plain(graph: AccessGraph, stream: IO[bytes]) -> None:
    """The peer."""
    for rows in (nodes(graph), edges(graph)):
        for row in rows:
            stream.write(msgspec.json.encode(row))


def test_formats(
    benchmark: BenchmarkFixture, populations: Populations, report: Report, size: int
) -> None:
    """A format costs a small multiple of the rows that it writes, whatever the size of the graph."""
    graph = populations.graph(size)
    ways = {
        "plain JSON": [plain],
        **{name: list(files.values()) for name, files in FORMATS.items()},
    }

    def measure() -> list[tuple[str, float, int]]:
        found = []
        for name, writers in ways.items():
            out = Nowhere()
            taken = seconds(lambda: [writer(graph, out) for writer in writers])  # noqa: B023  # called at once
            found.append((name, taken, out.size))
        return found

    found, _ = timed(benchmark, measure)
    floor = found[0][1]
    for name, taken, written in found:
        figures = {"ms": taken * 1000, "times_plain": taken / floor, "MB": written / 1e6}
        benchmark.extra_info[name] = figures
        report.row(WRITTEN, size=size, rows=len(graph) + len(graph.grants), format=name, **figures)
