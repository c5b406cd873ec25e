"""Findings on Spark, by the same rules: those that need no more than one identity's neighbourhood.

A rule runs on the graph of each bucket. It may look at the accesses of the bucket's identities, at
their grants, and at the nodes around these: all of that is there, and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from inroads.analysis.findings import review, sentence
from inroads.moments import EPOCH
from inroads.policy.tables import STOCK, Policy
from inroads.spark import tables
from inroads.spark.reaching.answering import buckets_of
from inroads.spark.reaching.excerpts import excerpt
from inroads.spark.reaching.neighbourhoods import gathered

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
        graph = excerpt(rows, policy).graph
        return pa.Table.from_pylist([*_rows(graph, enabled, now)], tables.FINDINGS)

    return run


def _rows(graph: Any, rules: list[str], now: dt.datetime) -> Iterator[dict[str, Any]]:
    for each in review(graph, rules, now=now).without_evidence(slice(None)):
        yield {
            "rule": each.rule,
            "severity": each.severity.value,
            "subjects": list(each.subjects),
            "sentence": sentence(graph, each),
            "finding": each.identity,
            "suppressed": each.suppressed and each.suppressed.reason,
        }
