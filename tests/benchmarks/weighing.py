"""Reads a file of documents in a process of its own and says what the graph weighs, as JSON.

`python weighing.py FILE resident` compares the resident memory before and after; `traced` counts what Python allocated
and still holds, which is exact and slow.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import tracemalloc
from pathlib import Path

import msgspec

from inroads.explorer import load


def _resident() -> int:
    """Bytes of memory that this process has now; 0 where the system does not tell."""
    status = Path("/proc/self/statm")
    return int(status.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.exists() else 0


def main(file: str, way: str) -> None:
    """Write the figures to standard output."""
    if way == "traced":
        tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0] if way == "traced" else _resident()
    graph = load(file)
    gc.collect()
    after = tracemalloc.get_traced_memory()[0] if way == "traced" else _resident()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    bodies = sum(sys.getsizeof(document.body) for document in graph.documents)
    figures = {"held": after - before, "bodies": bodies, "edges": graph.number_of_edges(), "peak": peak}
    sys.stdout.buffer.write(msgspec.json.encode(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
