"""What the benchmarks share: populations, one clock, percentiles, and the table at the end."""

from __future__ import annotations

import datetime as dt
import gc
import os
import platform
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import msgspec
import networkx as nx
from pytest_benchmark.fixture import BenchmarkFixture

from inroads.documents.reader import Observation, read
from inroads.explorer import Explorer
from inroads.model import Document
from inroads.sources.synthetic import population
from inroads.store import snapshot
from inroads.store.ledger import Ledger

MOMENT: Final = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
"""Counts for no document of a population, since its envelopes name their own moments."""

Made = TypeVar("Made")

if TYPE_CHECKING:
    Plain = nx.MultiDiGraph[str]
else:
    Plain = nx.MultiDiGraph

Cell = str | int | float
"""What a report shows: words as they are, numbers with three digits that count."""


class Populations:
    """The documents of `population(size, seed=1)` as a file and as a ledger, and their graph; each is made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.graph = lru_cache(maxsize=1)(
            self._graph
        )  # one at a time: a large one takes much memory
        self.plain = lru_cache(maxsize=1)(self._plain)

    def file(self, size: int) -> Path:
        """The NDJSON file of a size."""
        path = self.folder / f"{size}.ndjson"
        if not path.exists():
            with path.open("wb") as file:
                for envelope in population(size, seed=1):
                    file.write(msgspec.json.encode(envelope) + b"\n")
        return path

    def lines(self, size: int) -> list[bytes]:
        """The JSON bytes of each document."""
        return self.file(size).read_bytes().splitlines()

    def ledger(self, size: int) -> Path:
        """A ledger that holds the documents, with a snapshot beside it, which small ones would not get."""
        path = self.folder / f"{size}.db"
        if not path.exists():
            with Ledger(path) as ledger:
                ledger.add(documents(self.lines(size)))
                index = Explorer.observe(()).grown(ledger, 0).index
                assert snapshot.save(index, ledger, ledger.sequence, ledger.forgetting)
        return path

    def _graph(self, size: int) -> Explorer:
        return observe(self.lines(size))

    def _plain(self, size: int) -> Plain:
        return dicts(self.graph(size))


def documents(lines: Sequence[bytes]) -> list[Document]:
    """JSON bytes as documents, without those that cannot be taken."""
    taken = [read(line, MOMENT, "population") for line in lines]
    return [each.document for each in taken if isinstance(each, Observation)]


def dicts(graph: Explorer) -> Plain:
    """The same nodes and edges in networkx's own dicts, each name in memory once."""
    plain, names = Plain(), {name: name for name in graph}
    plain.add_nodes_from(names)
    edges = graph.edges(keys=True, data=True)
    plain.add_edges_from((names[here], names[there], key, data) for here, there, key, data in edges)
    return plain


def decoded(path: Path, part: int, parts: int) -> float:
    """How long the bare decoding takes of every so many lines of a file, which are read before."""
    lines = path.read_bytes().splitlines()[part::parts]
    return seconds(lambda: decode(lines))


def decode(lines: Iterable[bytes]) -> None:
    """The bare decoding of each line, of which nothing is kept."""
    deque(map(msgspec.json.decode, lines), maxlen=0)


def observe(lines: Sequence[bytes]) -> Explorer:
    """JSON bytes to a graph in memory: read, claimed, folded and built, without a disk."""
    return Explorer.observe(read(line, MOMENT, "population") for line in lines)


def weighed(path: Path, way: str) -> dict[str, Any]:
    """What `weighing.py` says of a way."""
    command = [sys.executable, str(Path(__file__).with_name("weighing.py")), str(path), way]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own script
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found


@contextmanager
def alone() -> Iterator[None]:
    """What was there before does not count as work for the garbage collector, as in a process of its own."""
    gc.collect()
    gc.freeze()
    gc.collect()  # also forgets how many objects there were, which decides when the next full collection comes
    try:
        yield
    finally:
        gc.unfreeze()


def seconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def spent(act: Callable[[], object]) -> tuple[float, float]:
    """How long one call takes, and how much of the processors, by this process and by those that it started."""
    before = os.times()
    act()
    taken = [after - then for after, then in zip(os.times(), before, strict=True)]
    return taken[-1], sum(taken[:-1])


def best(act: Callable[[], object], rounds: int = 3) -> float:
    """The least that a call takes in some rounds: what noise adds is left out."""
    return min(seconds(act) for _ in range(rounds))


def timed(
    benchmark: BenchmarkFixture, act: Callable[[], Made], rounds: int = 1
) -> tuple[Made, float]:
    """What the benchmark made, and the least that it took in so many rounds."""
    made: Made = benchmark.pedantic(act, rounds=rounds)  # type: ignore[no-untyped-call]
    return made, benchmark.stats.stats.min if benchmark.stats else 0.0


class Times(NamedTuple):
    """Of many calls, each timed by itself, in seconds."""

    p50: float
    p99: float
    worst: float
    total: float
    calls: int


def times(taken: Sequence[float]) -> Times:
    """The percentiles (nearest rank) of at least one call."""
    ranked = sorted(taken)
    return Times(_at(ranked, 0.5), _at(ranked, 0.99), ranked[-1], sum(ranked), len(ranked))


def _at(ranked: Sequence[float], share: float) -> float:
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)]


def side_by_side(
    ways: Mapping[str, Callable[[str], object]], nodes: Sequence[str]
) -> dict[str, Times]:
    """Ways of asking the same of each node, taken in turn, so that noise falls on all of them alike."""
    for ask in ways.values():
        ask(nodes[0])
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for node in nodes:
        for way, ask in ways.items():
            start = time.perf_counter()
            ask(node)
            taken[way].append(time.perf_counter() - start)
    return {way: times(each) for way, each in taken.items()}


class Report:
    """Rows of figures under headings that say how they were measured."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Cell]]] = {}

    def row(self, heading: str, **cells: Cell) -> None:
        """One more row; the names of its cells are the columns, with `_` for a space."""
        self.tables.setdefault(heading, []).append(cells)

    def lines(self) -> Iterator[str]:
        """The tables as text."""
        if self.tables:
            yield ""
            load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
            yield f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, load {load}"
        for heading, rows in self.tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            texts = [[column.replace("_", " ") for column in columns]]
            texts += [[_text(row.get(column, "")) for column in columns] for row in rows]
            widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
            yield ""
            yield heading
            for text in texts:
                yield "  " + "  ".join(
                    each.rjust(width) for each, width in zip(text, widths, strict=True)
                )


def _text(cell: Cell) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, str):
        return cell
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
