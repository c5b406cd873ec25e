"""Findings on Spark are those of the rules on the whole graph."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from inroads.analysis.findings import RULES, sentence
from inroads.analysis.findings.finding import Ways
from inroads.explorer import Explorer
from inroads.policy.loading import load_policy
from inroads.reach.paths import path_order
from inroads.reach.questions import access
from inroads.spark.reaching.findings import COVERED, NOT_COVERED, SHOWN, findings
from lake import grants_of, nodes_of, shifted, together
from strategies import random_world
from worlds import explore

LARGE = random_world(random.Random(117), 60)
"""A world with findings of nearly all rules."""


def test_every_rule_is_told_of() -> None:
    """A rule is covered, or it is said why not."""
    assert COVERED | NOT_COVERED.keys() == RULES.keys()
    assert COVERED.isdisjoint(NOT_COVERED)


def key(row: dict[str, Any]) -> tuple[str, list[str]]:
    return row["rule"], row["subjects"]


def rows_of(graph: Explorer, world: int) -> list[dict[str, Any]]:
    """The findings of a graph, with the ids of its world."""
    return [
        {
            "rule": each.rule,
            "severity": each.severity.value,
            "subjects": [shifted(subject, world) for subject in each.subjects],
            "sentence": sentence(graph, each),
        }
        for each in graph.findings(COVERED).without_evidence(slice(None))
    ]


def test_random_worlds(spark: Any) -> None:
    """Of 80 random worlds, the first of them a large one, all in one job."""
    graphs = [explore(LARGE), *(explore(random_world(random.Random(n), 12)) for n in range(79))]
    grants, nodes = (
        spark.createDataFrame(together(make(graph, world) for world, graph in enumerate(graphs)))
        for make in (grants_of, nodes_of)
    )
    found = sorted(findings(grants, nodes, buckets=5).toArrow().to_pylist(), key=key)
    wanted = sorted(
        (row for world, graph in enumerate(graphs) for row in rows_of(graph, world)), key=key
    )
    for name in ("rule", "severity", "subjects"):
        assert [row[name] for row in found] == [row[name] for row in wanted]
    assert {row["rule"] for row in found} == COVERED
    first = {each.identity: sentence(graphs[0], each) for each in graphs[0].findings(COVERED)}
    told = {row["finding"]: row["sentence"] for row in found}
    assert {name: told[name] for name in first} == first
    assert len(first) > 300
    check_evidence(graphs[0], {row["finding"]: row["evidence"] for row in found})


def check_evidence(graph: Explorer, told: dict[str, list[dict[str, Any]]]) -> None:
    """Proofs are the grants that a rule names, or those of the first path of the first access."""
    review, rules = graph.findings(COVERED), set()
    for each, sources in zip(review, review.sources(slice(None)), strict=True):
        grants = [grant["grant"] for grant in told[each.identity]]
        assert 0 < len(grants) <= SHOWN
        named = [graph.index.grant(source).id for source in sources if isinstance(source, int)]
        ways = [source[:2] for source in sources if isinstance(source, Ways)]
        if each.rule == "contested-access":
            ways = [each.subjects]
        if ways and (found := access(graph, *ways[0])):
            named = [step.grant for step in min(found.paths, key=path_order).steps]
        assert grants[: len(named)] == named[:SHOWN]
        rules.add(each.rule)
        for grant in told[each.identity]:
            first = graph.grants[grant["grant"]].evidence[0]
            assert grant["evidence"]["document"] == graph.documents[first.document].sha256
            assert grant["evidence"]["record"] == (first.record_id and int(first.record_id))
    assert rules >= COVERED - {"client-only"}


POLICY = """
[findings.indirect-only]
enabled = false
[findings.concentration]
businesses = 2
[[suppressions]]
rule = "redundant-route"
subject = "{subject}"
reason = "known"
expires = {expires}
"""


def test_the_policy_judges(spark: Any) -> None:
    """A disabled rule does not run, options count, and suppressions hold until their day."""
    first = explore(LARGE).findings(["redundant-route"])[0].subjects[0]
    for expires, reason in (("2026-06-01", "known"), ("2026-03-01", None)):
        policy = load_policy(POLICY.format(subject=first, expires=expires))
        graph = explore(LARGE, policy)
        frames = (spark.createDataFrame(made(graph)) for made in (grants_of, nodes_of))
        now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        found = findings(*frames, policy, now=now, buckets=2).toArrow().to_pylist()
        wanted = graph.findings(sorted(COVERED - {"indirect-only"}), now=now)
        assert sorted(row["finding"] for row in found) == sorted(wanted.identities)
        assert {
            row["suppressed"]
            for row in found
            if row["rule"] == "redundant-route" and first in row["subjects"]
        } == {reason}
