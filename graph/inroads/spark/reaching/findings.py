"""Findings on Spark, by the same rules: those that need no more than one identity's neighbourhood.

A rule runs on the graph of each bucket. It may look at the accesses of the bucket's identities, at
their grants, and at the nodes around these: all of that is there, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from inroads.analysis.findings import Finding, review, sentence
from inroads.analysis.findings.finding import Source, Ways
from inroads.columns.arrays import Ints
from inroads.moments import EPOCH
from inroads.policy.tables import STOCK, Policy
from inroads.spark import tables
from inroads.spark.parsing import plain
from inroads.spark.reaching.answering import buckets_of, first_records
from inroads.spark.reaching.excerpts import Excerpt, excerpt
from inroads.spark.reaching.neighbourhoods import gathered
from inroads.spark.reaching.witnesses import witnesses
from inroads.spark.rows import table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

COVERED: Final = frozenset(
    {
        *("indirect-only", "redundant-route", "contested-access"),
        *("client-only", "unconfirmed-access", "concentration"),
        *("role-without-membership", "role-disagreement", "group-without-membership"),
    }
)
"""The rules whose findings are about one identity, and follow from its neighbourhood."""

SHOWN: Final = 8
"""How many grants of a finding are told."""

_BODIES: Final = "it looks into the bodies of documents"
_EVERYONE: Final = "it counts everyone who reaches or controls a business or an account"
NOT_COVERED: Final = {
    "new-since": "it compares two versions: see the table `changes`",
    "membership-without-role": _BODIES,
    "unmapped-role": "it names the documents' own words, which stand in `claims` alone",
    "duplicate-group": "it compares the rows of groups one by one",
    "old-grant": _BODIES,
    "role-predates-identity": _BODIES,
    "email-collision": "it compares the emails of all identities",
    "inactive-business": _EVERYONE,
    "lapsed-subscription": _EVERYONE,
    "orphan-account": _EVERYONE,
    "unlimited-on-lapsed": _BODIES,
    "reference-conflict": "it compares accounts with each other, and reads issues of documents",
    "single-owner": _EVERYONE,
    "no-owner": _EVERYONE,
    "client-chain": "it is about businesses, whoever controls them",
    "bridge": "it looks at everyone who controls the other business",
}
"""The other rules, and why a bucket of identities cannot answer them. Open the neighbourhood of a
business (`opening`) to run those that are about one."""


def findings(
    grants: DataFrame,
    nodes: DataFrame,
    policy: Policy = STOCK,
    *,
    now: dt.datetime = EPOCH,
    buckets: int | None = None,
) -> DataFrame:
    """Return the findings of the rules that are COVERED and that the policy enables.

    The columns are those of `tables.FINDINGS`. Suppressions expire at `now` (aware). `buckets` is as
    in `answering.accesses`.
    """
    from inroads.spark.gathering import applied  # noqa: PLC0415  # workers need none

    count = buckets or buckets_of(nodes)
    rows = gathered(grants, nodes, policy, count, groups=True)
    return applied(rows, reviewed(policy, now), tables.FINDINGS, count)


def reviewed(policy: Policy, now: dt.datetime) -> Callable[[pa.Table], pa.Table]:
    """Return the function that a worker applies to the rows of a bucket."""
    enabled = sorted(each for each in COVERED if policy.judgement.rules[each].enabled)

    def run(rows: pa.Table) -> pa.Table:
        with _uncollected():
            return judged(rows)

    def judged(rows: pa.Table) -> pa.Table:
        part = excerpt(rows, policy)
        found = review(part.graph, enabled, now=now)
        told = found.without_evidence(slice(None))
        columns = {
            "rule": [each.rule for each in told],
            "severity": [each.severity.value for each in told],
            "subjects": [each.subjects for each in told],
            "sentence": [sentence(part.graph, each) for each in told],
            "evidence": _proofs(part, told, found.sources(slice(None))),
            "finding": [each.identity for each in told],
            "suppressed": [each.suppressed and each.suppressed.reason for each in told],
        }
        return table(tables.FINDINGS, columns)

    return run


@contextmanager
def _uncollected() -> Iterator[None]:
    """Put off the collection of cycles, which took a third of the time: it would look again and again
    at findings, which have none.

    Where several threads do so, only the first one begins it again.
    """
    begins = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if begins:
            gc.enable()


def _proofs(part: Excerpt, told: list[Finding], sources: list[tuple[Source, ...]]) -> Any:
    """Return the grants that prove findings, each with the record that speaks first."""
    first_path = _first_paths(part)

    def proving(finding: Finding, given: tuple[Source, ...]) -> list[int]:
        grants: dict[int, None] = {}
        # Only a contradiction has none here, since its records are in no table: it is of an access.
        for source in given or [Ways(*finding.subjects[:2])]:
            if isinstance(source, int):
                grants[source] = None
            elif isinstance(source, Ways):
                grants |= dict.fromkeys(first_path(source))
            if len(grants) >= SHOWN:
                break
        return [*grants][:SHOWN]

    shown = list(map(proving, told, sources))
    starts = pa.array(np.cumsum([0, *map(len, shown)]), pa.int32())
    grants = pa.array([*chain.from_iterable(shown)], pa.int64())
    columns = [plain(part.grants["grant"]).take(grants), first_records(part).take(grants)]
    return pa.ListArray.from_arrays(
        starts, pa.StructArray.from_arrays(columns, fields=list(tables.PROOF))
    )


def _first_paths(part: Excerpt) -> Callable[[Ways], list[int]]:
    """Return a function that tells the grants on the first path of an access."""
    place: dict[tuple[str, str], tuple[Ints, int, int]] = {}
    for found, steps, _ in witnesses(part.graph):
        ends = (part.names.take(pa.array(each)).to_pylist() for each in found[:2])
        stops = np.cumsum(found.size)
        spans = zip(
            repeat(steps.grant), (stops - found.size).tolist(), stops.tolist(), strict=False
        )
        place |= zip(zip(*ends, strict=True), spans, strict=True)

    def of(way: Ways) -> list[int]:
        grants, start, stop = place[way]
        path: list[int] = grants[start:stop].tolist()
        return path

    return of
