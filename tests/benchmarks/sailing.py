"""Sail in a process of its own, and the same documents on one machine.

`python sailing.py` starts Sail in cluster mode with two workers, which are threads of this process. It writes its port
as a line, and ends with its standard input.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from typing import NamedTuple

from inroads.analysis.census import Census
from inroads.analysis.findings import review
from inroads.explorer import load

WORKERS = 2
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Serve until standard input ends."""
    from pysail.spark import SparkConnectServer  # noqa: PLC0415  # it is optional

    server = SparkConnectServer(port=0)
    server.start(background=True)
    sys.stdout.write(f"{server.listening_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


class Spent(NamedTuple):
    """All that an engine has used so far: seconds, seconds of processors, and bytes between workers.

    The bytes are those of the loopback interface, over which workers and driver send each other what
    is shuffled, as they send it; of a quiet machine they are the engine's alone.
    """

    seconds: float
    cpu: float
    moved: int


class Engine:
    """A running Sail."""

    def __init__(self, process: int, port: int) -> None:
        self.place, self.remote = Path(f"/proc/{process}"), f"sc://127.0.0.1:{port}"

    def spent(self) -> Spent:
        """What it has used so far."""
        fields = (self.place / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) / _TICKS
        lines = Path("/proc/net/dev").read_text(encoding="ascii").splitlines()
        moved = sum(int(each.split()[1]) for each in lines if each.split()[0] == "lo:")
        return Spent(perf_counter(), cpu, moved)

    def peak(self) -> int:
        """The most bytes of memory that it had since it was last asked, where the system can tell."""
        found = _peak(self.place)
        (self.place / "clear_refs").write_text("5", encoding="ascii")
        return found


def _peak(place: Path) -> int:
    lines = (place / "status").read_text(encoding="ascii").splitlines()
    return sum(int(each.split()[1]) * 1024 for each in lines if each.startswith("VmHWM:"))


@contextmanager
def sailing() -> Iterator[Engine]:
    """An engine, until the block ends."""
    settings = {
        "SAIL_MODE": "local-cluster",
        "SAIL_CLUSTER__WORKER_INITIAL_COUNT": str(WORKERS),
        "SAIL_EXECUTION__BATCH_SIZE": "2048",
        "RUST_LOG": "off",
    }
    with subprocess.Popen(  # noqa: S603  # our own script
        [sys.executable, __file__],
        env=os.environ | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        yield Engine(server.pid, int(server.stdout.readline()))


def one_machine(path: Path, rules: frozenset[str]) -> dict[str, float]:
    """Seconds of each step on one machine, with two processes that read, and the most bytes of memory."""
    laps = [perf_counter()]
    graph = load(path, workers=WORKERS)
    laps.append(perf_counter())
    Census(graph)
    laps.append(perf_counter())
    review(graph, rules)
    laps.append(perf_counter())
    load_s, census_s, findings_s = (after - before for before, after in pairwise(laps))
    peak = _peak(Path("/proc/self")) + WORKERS * getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024
    return {"load": load_s, "census": census_s, "findings": findings_s, "peak": peak}


if __name__ == "__main__":
    main()
