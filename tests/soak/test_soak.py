"""A server of a ledger under readers and writers for a while: no error, no wrong answer, no growing.

`INROADS_SOAK=600 python -m pytest tests/soak -s -o addopts=` does so for ten minutes and prints figures; without the
variable it is ten seconds.
"""

from __future__ import annotations

import os
import random
import sys
import time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from inroads.explorer import Explorer
from inroads.store.ledger import Ledger
from inroads_api import pages
from inroads_api.clock import utcnow
from inroads_api.execution.execute import build_schema, execute
from inroads_api.versions.versions import Versions
from soaking import (
    INGEST,
    QUERIES,
    VISIBLE,
    Asker,
    Question,
    Seen,
    Server,
    Stream,
    Team,
    digest,
    ingest_by_library,
    ingest_by_process,
    served,
)

SECONDS: Final = float(os.environ.get("INROADS_SOAK", "10"))
IDENTITIES: Final = 150
READERS: Final = 3
REBUILT: Final = 6 if SECONDS < 60 else 40
"""The most versions that are built again alone, of all that were seen."""

MORE: Final = 1.5
SLACK: Final = 48 * 2**20
"""After all its versions the server may weigh so many times, and so many bytes more, than a new one of the same ledger
that has swapped a few: it held two versions at the same time in both cases, and all others are gone."""


class Sample(NamedTuple):
    """The server's memory in bytes, at a time in seconds, with so many documents in the ledger."""

    at: float
    resident: int
    documents: int


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_soak(tmp_path: Path) -> None:
    """Every answer is the one that its version gives when it is built alone, and memory follows the documents only."""
    ledger, stream, seen = tmp_path / "inroads.db", Stream(IDENTITIES, seed=5), Seen()
    ingest_by_library(ledger, stream.first)
    samples: list[Sample] = []
    visible: list[float] = []
    with served(ledger, tmp_path / "server.log") as server:
        team = Team(SECONDS)
        for number in range(READERS):
            team.start(0.02, reader(server, seen, stream.questions(), number))
        pace = max(1.0, SECONDS / 120)  # so that a long soak does not drown in documents
        team.start(4 * pace, lambda: ingest_by_process(ledger, stream.take(8)))
        team.start(pace, lambda: ingest_by_library(ledger, stream.take(2)))
        team.start(2 * pace, mutating(server, stream, visible))
        start = time.monotonic()
        while not team.over:
            with Ledger(ledger, read_only=True) as opened:
                samples.append(
                    Sample(time.monotonic() - start, server.resident(), opened.info().documents)
                )
            time.sleep(min(1.0, SECONDS / 20))
        team.finish()
        last = server.resident()
    log = (tmp_path / "server.log").read_text()
    assert log.count("\n") == (1 if pages.built() else 2), log
    rebuilt = rebuild(ledger, seen)
    fresh = weigh(ledger, tmp_path, stream)
    tell(seen, rebuilt, samples, visible, last, fresh)
    assert len(seen.documents) > 2, "the server never followed"
    assert last < MORE * fresh + SLACK


def reader(server: Server, seen: Seen, questions: list[Question], seed: int) -> partial[None]:
    """Asks one question after the other over one connection."""
    return partial(_read, server.asker(), seen, questions, random.Random(seed))


def _read(asker: Asker, seen: Seen, questions: list[Question], rng: random.Random) -> None:
    question = rng.choice(questions)
    seen.note(question, asker.ask(QUERIES[question.query], asked=question.asked))


def mutating(server: Server, stream: Stream, visible: list[float]) -> partial[None]:
    """Hands documents in over HTTP, and waits until they are served."""
    return partial(_mutate, server.asker(), stream, visible)


def _mutate(asker: Asker, stream: Stream, visible: list[float]) -> None:
    done = asker.ask(INGEST, documents=stream.take(3))["ingest"]
    assert [each["status"] for each in done["documents"]] == ["ADDED"] * 3
    start = time.monotonic()
    asker.ask(VISIBLE, token=done["token"])
    visible.append(time.monotonic() - start)
    asker.close()  # it opens again by itself: a server does not wait for long between two requests


def rebuild(ledger: Path, seen: Seen) -> int:
    """Build some of the versions alone, from the beginning of the log, and ask them again. How many answers agreed."""
    versions = sorted(seen.documents, key=lambda version: seen.documents[version])
    chosen = {
        versions[0],
        versions[-1],
        *random.Random(1).sample(versions, min(REBUILT, len(versions))),
    }
    schema, agreed = build_schema(), 0
    with Ledger(ledger, read_only=True) as opened:
        assert opened.verify() == []
        for version in sorted(chosen):
            graph = Explorer.observe(islice(opened.observations(), seen.documents[version]))
            assert graph.version == version, (
                "a version is the fold of the first documents of the log"
            )
            for (query, asked), said in seen.answers[version].items():
                alone = execute(schema, Versions(graph, utcnow()), QUERIES[query], {"asked": asked})
                assert digest(alone["data"]) == said, (version, query, asked)
                agreed += 1
    return agreed


def weigh(ledger: Path, folder: Path, stream: Stream) -> int:
    """The memory of a new server of the same ledger, after a few questions and versions."""
    seen = Seen()
    with served(ledger, folder / "fresh.log") as server:
        read, write = reader(server, seen, stream.questions(), 99), mutating(server, stream, [])
        for _ in range(4):
            for _ in range(40):
                read()
            write()
        return server.resident()


def tell(
    seen: Seen, rebuilt: int, samples: list[Sample], visible: list[float], last: int, fresh: int
) -> None:
    """Print what happened, which `-s` shows."""
    first, middle = samples[0], samples[len(samples) // 2]
    end = samples[-1]
    grown = max(1, end.documents - middle.documents)
    print(  # noqa: T201
        f"\nsoak of {SECONDS:.0f} s: {seen.requests:,} requests, 0 errors, {len(seen.documents)} versions seen, "
        f"{rebuilt:,} answers rebuilt alone and equal",
        f"documents: {first.documents:,} first, {middle.documents:,} half way, {end.documents:,} last",
        f"RSS MB: {first.resident / 1e6:.0f} first, {middle.resident / 1e6:.0f} half way, {last / 1e6:.0f} last; "
        f"a new server of the same ledger {fresh / 1e6:.0f}",
        f"second half: {(last - middle.resident) / grown / 1e3:.1f} kB more for each document more",
        f"from the receipt of an ingest to visible: {max(visible, default=0):.2f} s at most, "
        f"median {sorted(visible)[len(visible) // 2]:.2f} s"
        if visible
        else "",
        sep="\n",
    )
