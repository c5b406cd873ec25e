"""Findings over GraphQL: pages, filters, populations, rules."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import inroads
from inroads.analysis.findings import RULES, review
from inroads.network.access_graph import AccessGraph
from inroads.policy.loading import load_policy
from inroads_api.execution.execute import Schema
from questions import Ask, asker, code

PAGE = """query ($first: Int, $after: String, $rules: [String!], $severity: FindingSeverity, $suppressed: Boolean) {
  findings(first: $first, after: $after, rules: $rules, severity: $severity, suppressed: $suppressed) {
    totalCount identity moment pageInfo { hasNextPage endCursor }
    populations { rule what looked unseen findings notes skipped } expiredSuppressions { rule reason expires }
    nodes { identity severity sentence subjectIds facts subjects { id } rule { id enabled options }
      suppressed { reason expires } evidence { record recordId source pointer observedAt document } } } }"""


@pytest.fixture
def ask(schema: Schema) -> Ask:
    return asker(schema, inroads.load(inroads.EXAMPLE))


def test_pages_are_the_library_s(ask: Ask) -> None:
    """Page after page gives all findings of the library, each once, in its order."""
    expected = inroads.load(inroads.EXAMPLE).findings()
    found = []
    after = None
    while True:
        page = ask(PAGE, first=3, after=after)["data"]["findings"]
        assert page["totalCount"] == len(expected)
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert [each["identity"] for each in found] == [each.identity for each in expected]
    assert [each["subjectIds"] for each in found] == [list(each.subjects) for each in expected]
    assert [[one["pointer"] for one in each["evidence"]] for each in found] == [
        [one.pointer for one in each.evidence] for each in expected
    ]
    populations = {each["rule"]: each for each in page["populations"]}
    assert set(populations) == set(RULES)
    assert populations["no-owner"]["unseen"] == 3
    assert "earlier version" in populations["new-since"]["skipped"]


def test_rules_run_once(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many severities of one version are asked for, one after the other: each is a part of the same review."""
    reviewed = []

    def told(*given: Any, **named: Any) -> Any:
        reviewed.append(given)
        return review(*given, **named)

    monkeypatch.setattr("inroads_api.versions.versions.review", told)
    for _ in range(2):
        for severity in (None, "INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"):
            for suppressed in (None, True, False):
                assert "errors" not in ask(PAGE, severity=severity, suppressed=suppressed)
    for rule in RULES.keys() - {"new-since"}:
        assert "errors" not in ask(PAGE, rules=[rule])
    assert len(reviewed) == 1, "one rule is a part of all"
    assert "errors" not in ask(PAGE, rules=["new-since"])
    assert len(reviewed) == 2, "it does not run by itself"


COUNTS = """query ($rules: [String!], $severity: FindingSeverity, $suppressed: Boolean) {
  findings(first: 0, rules: $rules, severity: $severity, suppressed: $suppressed) {
    totalCount counts { rule severity count suppressed } } }"""

SUPPRESSING = """
[[suppressions]]
rule = "redundant-route"
subject = "account:Xr82w"
reason = "the vendor knows"
expires = 2100-01-01
"""


def test_counts(schema: Schema, people: AccessGraph) -> None:
    """The counts by rule and severity are those of all pages, for every filter, the worst first."""
    example = inroads.load(inroads.EXAMPLE, policy=load_policy(SUPPRESSING))
    for graph in (example, people):
        ask = asker(schema, graph)
        for rules in (None, ["bridge", "redundant-route"], ["new-since"]):
            for severity in (None, "LOW", "CRITICAL"):
                for suppressed in (None, True, False):
                    given = {"rules": rules, "severity": severity, "suppressed": suppressed}
                    found = ask(COUNTS, **given)["data"]["findings"]
                    listed = review(graph, rules, severity, suppressed=suppressed)
                    keys = [(str(each.severity), each.rule) for each in listed]
                    hidden = Counter(
                        key for key, each in zip(keys, listed, strict=True) if each.suppressed
                    )
                    assert found == {
                        "totalCount": len(listed),
                        "counts": [
                            {"rule": key[1], "severity": key[0], "count": count}
                            | {"suppressed": hidden[key]}
                            for key, count in Counter(keys).items()
                        ],
                    }
    assert review(example, suppressed=True), "one is suppressed"


def test_filters(ask: Ask, people: AccessGraph, schema: Schema) -> None:
    """Rules, severity and suppression filter; a cursor of one question is none of another, an unknown rule an error."""
    one = ask(PAGE, rules=["bridge"], first=1)["data"]["findings"]
    assert [each["rule"]["id"] for each in one["nodes"]] == ["bridge"]
    assert ask(PAGE, severity="MEDIUM")["data"]["findings"]["totalCount"] == 3
    assert ask(PAGE, suppressed=True)["data"]["findings"]["totalCount"] == 0
    assert ask(PAGE, suppressed=False)["data"]["findings"]["totalCount"] == 8
    assert code(ask(PAGE, rules=["nonsense"])) == "UNKNOWN_RULE"
    assert code(ask(PAGE, after=one["pageInfo"]["endCursor"])) in {
        "CURSOR_EXPIRED",
        "CURSOR_INVALID",
    }
    many = asker(schema, people)(PAGE, first=100)
    assert "errors" not in many
    assert len(many["data"]["findings"]["nodes"]) == 100


ABOUT = """query ($about: ID, $first: Int, $after: String, $severity: FindingSeverity) {
  findings(about: $about, first: $first, after: $after, severity: $severity) {
    totalCount identity pageInfo { hasNextPage endCursor } counts { count }
    nodes { identity subjectIds evidence { pointer } } } }"""


def test_about(ask: Ask) -> None:
    """An email, an id and a marked id mean a node; counts, pages and cursors are of its findings alone."""
    graph = inroads.load(inroads.EXAMPLE)
    for text, node in (
        ("B@example.com", "identity:712052"),
        ("business:363103", "business:363103"),
        ("account:Xr82w", "account:Xr82w"),
    ):
        expected = graph.findings(about=node)
        assert 0 < len(expected) < 8 or node == "identity:712052"
        first = ask(ABOUT, about=text, first=1)["data"]["findings"]
        assert first["totalCount"] == sum(each["count"] for each in first["counts"])
        assert (first["totalCount"], first["identity"]) == (len(expected), expected.identity)
        rest = ask(ABOUT, about=node, first=50, after=first["pageInfo"]["endCursor"])
        found = first["nodes"] + rest["data"]["findings"]["nodes"]
        assert [each["identity"] for each in found] == [each.identity for each in expected]
        assert [len(each["evidence"]) for each in found] == [len(e.evidence) for e in expected]
        worse = ask(ABOUT, about=node, severity="MEDIUM")["data"]["findings"]["totalCount"]
        assert worse == len(graph.findings(severity="medium", about=node))
        assert code(ask(ABOUT, first=1, after=first["pageInfo"]["endCursor"])) in {
            "CURSOR_EXPIRED",
            "CURSOR_INVALID",
        }
    assert ask(ABOUT, about=None)["data"]["findings"]["totalCount"] == 8
    for text, wrong in (
        ("identity:1", "NOT_FOUND"),
        ("nobody@example.com", "NOT_FOUND"),
        ("group:23738", "WRONG_KIND"),
        ("nonsense", "BAD_ID"),
    ):
        assert code(ask(ABOUT, about=text)) == wrong


def test_suppressions_of_nothing(schema: Schema) -> None:
    """Those that have expired and those that are idle are told apart, and the one that suppresses is neither."""
    days = {"Xr82w": "2999-01-01", "Xr82v": "2999-01-01", "Xr82u": "2020-01-01"}
    policy = "".join(
        f'[[suppressions]]\nrule = "redundant-route"\nsubject = "account:{each}"\nreason = "r"\nexpires = {day}\n'
        for each, day in days.items()
    )
    asked = asker(schema, inroads.load(inroads.EXAMPLE, policy=load_policy(policy)))
    told = "{ rule finding subject reason expires }"
    found = asked(f"{{ findings {{ idleSuppressions {told} expiredSuppressions {told} }} }}")
    (idle,), (expired,) = found["data"]["findings"].values()
    assert (idle["subject"], idle["expires"]) == ("account:Xr82v", "2999-01-01")
    assert (expired["subject"], expired["expires"]) == ("account:Xr82u", "2020-01-01")
    without = asked('{ findings(rules: ["bridge"]) { idleSuppressions { rule } } }')
    assert without["data"]["findings"]["idleSuppressions"] == []


def test_rules(ask: Ask) -> None:
    """Every rule is explained."""
    answer = ask(
        "{ rules { id version severity maturity enabled options definition population remediation } }"
    )
    assert [each["id"] for each in answer["data"]["rules"]] == list(RULES)
    assert all(each["definition"] for each in answer["data"]["rules"])
