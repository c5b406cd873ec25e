"""A server at 70 % of the most that it can answer, for a while: no error, flat memory, nothing left open.

`INROADS_SOAK=600 python -m pytest tests/soak/test_pace.py -s -o addopts=` does so for ten minutes and prints figures;
without the variable it is a few seconds.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from inroads_api import pages
from soaking import Asker, Process, Server, Stream, ingest_by_library, served

SECONDS: Final = float(os.environ.get("INROADS_SOAK", "4"))
LONG: Final = SECONDS >= 60
IDENTITIES: Final = 10_000 if LONG else 300
WARM: Final = 30 if LONG else 1
"""How many seconds the server is asked before anything counts, so that all that it keeps is full."""

FASTEST: Final = 10 if LONG else 1
"""For how many seconds the most that it can answer is measured, twice."""

SHARE: Final = 0.7
CONNECTIONS: Final = 16
ASKED: Final = 20_000 if LONG else 2_000
"""How many requests there are, of which any may come at any time."""

GROWN: Final = (16 if LONG else 40) * 2**20
"""So many bytes more, along the straight line through the second half of the samples, are no growth: some 40 bytes a
request in ten minutes, and a few seconds do not fill the 32 MiB of answers that are kept."""

FEW: Final = 8
"""So many more threads or files in the second half are no growth: each thread has the ledger open."""

NODES: Final = "... on Identity { email } ... on Business { name } ... on Account { accountId }"
MIX: Final = {
    "headline": (
        45,
        """query ($email: String!) { identity(by: {email: $email}) { id reach(first: 50) { totalCount truncated
        coverage { complete notes } nodes { resource { id } roles certainty state stateReasons distance
        paths { nodes { sentence } } } } } }""",
    ),
    "reachedBy": (
        20,
        """query ($business: ID!, $after: String) { business(id: $business) { id reachedBy(first: 5, after: $after) {
        totalCount coverage { complete } pageInfo { endCursor hasNextPage }
        nodes { principal { id email } roles certainty state } } } }""",
    ),
    "search": (
        10,
        f"query ($text: String!) {{ search(text: $text) {{ nodes {{ id {NODES} }} }} }}",
    ),
    "findings": (
        5,
        """query ($severity: FindingSeverity, $after: String) {
        findings(severity: $severity, first: 20, after: $after) { totalCount
        pageInfo { endCursor hasNextPage } nodes { identity severity sentence subjects { id } } } }""",
    ),
    "nodes": (10, f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ id {NODES} }} }}"),
    "typename": (10, "{ __typename }"),
}
"""Each kind of question, and how many of a hundred are of it."""

WRONG: Final = "wrong.txt"
"""The file in which a pacer tells what was not answered whole."""

Rows = npt.NDArray[np.float64]
"""When each request was due, how long it took, its kind, whether it was answered whole."""


class Sample(NamedTuple):
    """The server at a time in seconds."""

    at: float
    process: Process


@pytest.mark.skipif(sys.platform != "linux", reason="the process is read from /proc")
def test_an_even_pace(tmp_path: Path) -> None:
    """At 70 % of the most that one process answers, however long, all is answered and nothing grows."""
    ledger, stream = tmp_path / "inroads.db", Stream(IDENTITIES, seed=7)
    ingest_by_library(ledger, stream.first)
    with served(ledger, tmp_path / "server.log") as server:
        asked = mixed(server, [each["document"]["response"] for each in stream.first])
        run(server, asked, tmp_path, WARM)
        most = max(len(run(server, asked, tmp_path, FASTEST)[0]) / FASTEST for _ in range(2))
        rows, samples = run(server, asked, tmp_path, SECONDS, most * SHARE)
    tell(most, rows, samples)
    assert len(rows) == round(SECONDS * most * SHARE)
    assert rows[:, 3].all(), Counter((tmp_path / WRONG).read_text().splitlines()).most_common(5)
    assert (tmp_path / "server.log").read_text().count("\n") == (1 if pages.built() else 2)
    assert grown(samples) < GROWN
    early, late = samples[: len(samples) // 2], samples[len(samples) // 2 :]
    for held in ("threads", "files"):
        before, after = (
            max(getattr(each.process, held) for each in half) for half in (early, late)
        )
        assert after <= before + FEW, held


def mixed(server: Server, bodies: Sequence[dict[str, Any]]) -> bytes:
    """Requests as the pacer reads them, of all kinds, about all identities and businesses."""
    rng, asker = random.Random(11), server.asker()
    emails = [body["email"] for body in bodies if body.get("email")]
    ids = [f"identity:{body['identity_id']}" for body in bodies if "identity_id" in body]
    shown = {
        str(row["business"]["id"])
        for body in bodies
        for row in body.get("business_memberships") or ()
    }
    pages = [
        {"business": business, "after": after}
        for business in rng.sample(sorted(shown), min(500, len(shown)))
        for after in cursors(asker, "reachedBy", business=business)
    ]
    found = [
        {"severity": severity, "after": after}
        for severity in (None, "LOW", "MEDIUM", "HIGH")
        for after in islice(cursors(asker, "findings", severity=severity), 10)
    ]

    def variables(kind: str) -> dict[str, Any]:
        email: str = rng.choice(emails)
        given: dict[str, dict[str, Any]] = {
            "headline": {"email": email},
            "reachedBy": rng.choice(pages),
            "search": {"text": email[: rng.randrange(4, 12)]},
            "findings": rng.choice(found),
            "nodes": {"ids": rng.choices(ids, k=100)},
            "typename": {},
        }
        return given[kind]

    kinds = [kind for kind, (share, _) in MIX.items() for _ in range(share)]
    chosen = [rng.choice(kinds) for _ in range(ASKED)]
    asked = [
        (kind, {"query": MIX[kind][1], "variables": variables(kind)}) for kind in (*MIX, *chosen)
    ]
    return b"\n".join(map(msgspec.json.encode, asked))


def cursors(asker: Asker, kind: str, **variables: str | None) -> Iterator[str | None]:
    """Where each page begins of what a question gives."""
    page: dict[str, Any] = {"endCursor": None, "hasNextPage": True}
    while page["hasNextPage"]:
        yield page["endCursor"]
        data = asker.ask(MIX[kind][1], after=page["endCursor"], **variables)
        page = data.get("business", data)[kind]["pageInfo"]


def run(
    server: Server, asked: bytes, folder: Path, seconds: float, rate: float = 0
) -> tuple[Rows, list[Sample]]:
    """What a pacer measured, and the server meanwhile."""
    requests, answered, wrong = folder / "asked.ndjson", folder / "rows.npy", folder / WRONG
    requests.write_bytes(asked)
    words = [
        f"http://127.0.0.1:{server.port}/graphql",
        str(CONNECTIONS),
        str(seconds),
        str(rate),
        str(answered),
    ]
    samples: list[Sample] = []
    every, start = min(30, seconds / 20), time.monotonic()
    with (
        requests.open("rb") as given,
        wrong.open("wb") as told,
        subprocess.Popen(  # noqa: S603  # our own
            [sys.executable, str(Path(__file__).with_name("pacing.py")), *words],
            stdin=given,
            stderr=told,
        ) as pacer,
    ):
        while pacer.poll() is None:
            if len(samples) * every <= time.monotonic() - start:
                samples.append(Sample(time.monotonic() - start, server.now()))
            time.sleep(0.02)
    assert pacer.returncode == 0, wrong.read_text()[-2000:]
    return np.load(answered), samples


def grown(samples: Sequence[Sample]) -> float:
    """By how many bytes the second half of the samples rises, along its straight line."""
    half = samples[len(samples) // 2 :]
    times = np.array([each.at for each in half])
    slope = np.polyfit(times, [each.process.resident for each in half], 1)[0]
    return float(slope * (times[-1] - times[0]))


def tell(most: float, rows: Rows, samples: Sequence[Sample]) -> None:
    """Print what happened, which `-s` shows."""
    print("\n" + "\n".join(_lines(most, rows, samples)))  # noqa: T201


def _lines(most: float, rows: Rows, samples: Sequence[Sample]) -> Iterator[str]:
    wrong = int((rows[:, 3] == 0).sum())
    yield f"{IDENTITIES:,} identities, {CONNECTIONS} connections; the most: {most:,.0f} requests/s"
    yield f"{SECONDS:.0f} s at {most * SHARE:,.0f} requests/s: {len(rows):,} answered, {wrong:,} errors"
    yield f"{'seconds':>12} {'requests':>9} {'p50 ms':>8} {'p99 ms':>8} {'worst':>8}"
    width = 60 if SECONDS >= 120 else SECONDS / 4
    for begin in np.arange(0, SECONDS, width):
        yield _timed(
            f"{begin:.0f}-{begin + width:.0f}",
            rows[(rows[:, 0] >= begin) & (rows[:, 0] < begin + width)],
        )
    for number, kind in enumerate(MIX):
        yield _timed(kind, rows[rows[:, 2] == number])
    yield _timed("all", rows)
    yield f"{'second':>12} {'RSS MB':>9} {'files':>8} {'threads':>8} {'busy %':>8}"
    for before, each in pairwise(samples):
        resident, files, threads, busy = each.process
        share = (busy - before.process.busy) / (each.at - before.at) * 100
        yield f"{each.at:12.0f} {resident / 1e6:9.1f} {files:8} {threads:8} {share:8.0f}"
    span = (samples[-1].at - samples[len(samples) // 2].at) / 60
    yield f"second half: {grown(samples) / 1e6 / span:+.2f} MB a minute"


def _timed(name: str, rows: Rows) -> str:
    if not len(rows):
        return f"{name:>12} {0:9}"
    p50, p99 = np.percentile(rows[:, 1], (50, 99)) * 1e3
    return f"{name:>12} {len(rows):9,} {p50:8.2f} {p99:8.2f} {rows[:, 1].max() * 1e3:8.1f}"
