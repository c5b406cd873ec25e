"""Makes a graph in a process of its own, asks it a hundred questions, and says what it weighs and took, as JSON.

`python weighing.py PATH WAY`: `columns` and `resident` load it, of which the one sums the arrays and the other compares
the resident memory before and after; `opened` is `resident` for a ledger that has a snapshot; `dicts` compares the
memory before and after the edges of an opened one are put into networkx's own dicts as well.
"""

from __future__ import annotations

import gc
import sys
import time
from collections import deque
from pathlib import Path

import msgspec

from inroads.explorer import Explorer, load
from inroads.store.snapshot import _flat

QUESTIONS = 100


def _resident(word: str = "VmRSS") -> int:
    """Bytes of memory that this process has now, or `VmHWM` the most it had; 0 where the system does not tell."""
    gc.collect()
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{word}:"))


def _answered(graph: Explorer, count: int) -> int:
    """Ask what identities from all over the graph reach, and list the first page of each answer."""
    last = graph.fold.kind_starts[1]
    return sum(
        len(graph.reach(graph.index.name(node))[:50])
        for node in range(0, last, last // count)[:count]
    )


def main(path: str, way: str) -> None:
    """Write the figures to standard output."""
    before = _resident()
    start = time.perf_counter()
    graph = load(path)
    made = time.perf_counter()
    _answered(graph, 1)
    answered = time.perf_counter()
    _answered(graph, QUESTIONS)
    held = _resident() - before
    if way == "columns":
        arrays = {
            id(array): array.nbytes
            for _, array in _flat({"fold": graph.fold, "derived": graph.index.derived})
        }
        held = sum(arrays.values())
    elif way == "dicts":
        from measuring import dicts  # noqa: PLC0415  # what it imports weighs something, too

        deque(graph.edges(keys=True, data=True), maxlen=0)  # the columns are in memory before
        before = _resident()
        plain = dicts(graph)
        held = _resident() - before
        assert plain.number_of_edges() == graph.number_of_edges()
    figures = {"held": held, "edges": graph.number_of_edges(), "peak": _resident("VmHWM")}
    seconds = {"made": made - start, "answered": answered - made}
    sys.stdout.buffer.write(msgspec.json.encode(figures | seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
