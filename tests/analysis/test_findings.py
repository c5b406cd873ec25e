"""The rules of a review: each fires where it must, is silent where it must be, and says what it looked at."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inroads
from inroads.analysis.explain import explain
from inroads.analysis.findings import RULES, Findings, Proof, Severity, sentence
from inroads.analysis.findings.rules.accesses import independent
from inroads.columns.claimset import NONE
from inroads.columns.fold import fold
from inroads.documents.pointers import record
from inroads.documents.reader import parse_moment
from inroads.errors import BadPolicy, InroadsError
from inroads.explorer import Explorer
from inroads.policy.loading import load_policy
from inroads.policy.rule_settings import RULES as ROWS
from inroads.policy.tables import STOCK, Policy
from strategies import worlds
from worlds import explore

WORLDS = Path(__file__).parents[1] / "cases" / "findings"
ACTING = load_policy("""
relations.ROLE.controlling = "CONTROL"
relations.MEMBER.otherwise = "NONE"
roles.CLIENT.controls = true
""")
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def built(world: dict[str, Any]) -> tuple[Explorer, dict[str, Any]]:
    """The graph of a world of a rule, and what the question needs."""
    moments = world.get("moments") or ["2026-01-01T00:00:00Z"] * len(world["documents"])
    policy = load_policy(world.get("policy", ""))
    documents = [
        (body, parse_moment(each)) for body, each in zip(world["documents"], moments, strict=True)
    ]
    asked: dict[str, Any] = {"now": parse_moment(world["now"]) if "now" in world else None}
    if "since" in world:
        until = parse_moment(world["since"])
        asked["since"] = explore([each for each in documents if each[1] <= until], policy)
    return explore(documents, policy), asked


def worlds_of(which: str) -> list[Any]:
    return [
        pytest.param(name, json.loads((WORLDS / f"{name}.json").read_text())[which], id=name)
        for name in ROWS
    ]


def proofs_hold(graph: Explorer, found: Findings) -> None:
    """Every proof of every finding leads to a value in a document of the graph."""
    documents = {each.sha256: each for each in graph.documents}
    for finding in found:
        for proof in finding.evidence:
            value = record(documents[proof.document], proof.pointer)
            if proof.record_id is not None and isinstance(value, dict) and "id" in value:
                assert str(value["id"]) == proof.record_id
        assert "{" not in sentence(graph, finding)


class TestTheCatalogue:
    """Every rule, on its own worlds and on the vendor's example."""

    def test_every_rule_has_worlds_and_a_row(self) -> None:
        """The registry, the table of judgement and the worlds name the same rules."""
        assert set(RULES) == set(ROWS) == {file.stem for file in WORLDS.glob("*.json")}
        for rule in RULES.values():
            assert rule.definition
            assert rule.population
            assert rule.remediation
            assert rule.version.count(".") == 2

    @pytest.mark.parametrize(("rule", "world"), worlds_of("fires"))
    def test_fires(self, rule: str, world: dict[str, Any]) -> None:
        """A rule finds exactly what its world says, with evidence that is there."""
        graph, asked = built(world)
        found = graph.findings([rule], **asked)
        assert [list(each.subjects) for each in found] == world["findings"]
        assert all(each.evidence for each in found) or rule in {"no-owner", "orphan-account"}
        if "severities" in world:
            assert [each.severity for each in found] == world["severities"]
        proofs_hold(graph, found)
        (looked,) = (each for each in found.looked if each.rule == rule)
        assert (looked.skipped, looked.findings) == (None, len(found))
        assert looked.looked >= 1

    @pytest.mark.parametrize(("rule", "world"), worlds_of("silent"))
    def test_silent(self, rule: str, world: dict[str, Any]) -> None:
        """A rule finds nothing in a world that is nearly the same, and says that it looked."""
        graph, asked = built(world)
        found = graph.findings([rule], **asked)
        assert [each.subjects for each in found] == []
        (looked,) = (each for each in found.looked if each.rule == rule)
        assert looked.skipped is None

    def test_the_example(self) -> None:
        """The vendor's example has these findings and no others."""
        found = inroads.load(inroads.EXAMPLE).findings()
        assert [(each.rule, *each.subjects[:2], each.severity) for each in found] == [
            ("lapsed-subscription", "account:e6Wmk", "MEDIUM"),
            ("redundant-route", "identity:712052", "account:Xr82w", "MEDIUM"),
            ("redundant-route", "identity:712052", "business:363103", "MEDIUM"),
            ("bridge", "identity:712052", "business:311394", "LOW"),
            ("old-grant", "identity:712052", "business:311394", "LOW"),
            ("role-without-membership", "identity:712052", "account:Xr82w", "LOW"),
            ("unlimited-on-lapsed", "account:e6Wmk", "LOW"),
            ("duplicate-group", "identity:712052", "business:77128", "INFO"),
        ]
        records = {each.rule: [proof.record for proof in each.evidence] for each in found}
        assert "role 994207" in records["role-without-membership"]
        assert "role 938330" in records["old-grant"]
        looked = {each.rule: each for each in found.looked}
        assert (looked["no-owner"].looked, looked["no-owner"].unseen) == (0, 3)
        assert looked["group-without-membership"].unseen == 1
        assert looked["new-since"].skipped


class TestLaws:
    """What holds of every review."""

    @given(worlds(), st.sampled_from([STOCK, ACTING]))
    @settings(max_examples=80, deadline=None)
    def test_agrees_with_explain(self, world: Any, policy: Policy) -> None:
        """An access is a redundant route exactly when `explain` finds two independent ones, and as many."""
        graph = explore(world, policy)
        found = {
            each.subjects: dict(each.facts)["routes"]
            for each in graph.findings(["redundant-route"])
        }
        expected = {}
        for identity in [
            node for node, data in graph.nodes(data=True) if data["kind"] == "IDENTITY"
        ]:
            for access in graph.reach(identity):
                if (
                    not access.truncated
                    and (routes := explain(graph, access).independent_routes) > 1
                ):
                    expected[access.principal, access.resource] = routes
        assert found == expected

    @given(worlds())
    @settings(max_examples=40, deadline=None)
    def test_accesses_are_those_of_reach(self, world: Any) -> None:
        """Rules about accesses find what `reach` says of each, one by one; and every proof is there."""
        graph = explore(world)
        found = graph.findings()
        proofs_hold(graph, found)
        identities = [node for node, data in graph.nodes(data=True) if data["kind"] == "IDENTITY"]
        accesses = [access for each in identities for access in graph.reach(each)]
        inferred = {
            (each.principal, each.resource) for each in accesses if each.certainty == "INFERRED"
        }
        assert {each.subjects for each in found if each.rule == "indirect-only"} == inferred
        reached = {each.resource for each in accesses}
        lapsed = {
            (node,)
            for node, data in graph.nodes(data=True)
            if data.get("subscription_status", "active") not in STOCK.alive and node in reached
        }
        assert {each.subjects for each in found if each.rule == "lapsed-subscription"} == lapsed
        disagreeing = sum(each.code == "role_disagreement" for each in graph.issues)
        assert sum(each.rule == "role-disagreement" for each in found) == disagreeing
        keys = [each.key for each in found]
        assert keys == sorted(keys)
        assert len({each.identity for each in found}) == len(found)
        assert list(found.keys) == sorted(found.keys)

    def test_the_identity_outlives_versions(self) -> None:
        """A finding keeps its identity when other documents come, and when its evidence does."""
        first = inroads.load(inroads.EXAMPLE)
        body = msgspec.json.decode(first.documents[0].body)
        later = explore([(body, NOW), ({"response": {"identity_id": 1}}, NOW)])
        one, two = first.findings(), later.findings()
        assert one.version != two.version
        assert {each.identity for each in one} == {each.identity for each in two}
        assert [each.evidence for each in one] != [each.evidence for each in two]

    def test_independent_routes_are_a_matching(self) -> None:
        """Routes through one client's grant, or through one grant of the identity, are one; others are moved over."""
        assert independent([(1, 7), (2, 7)]) == 1
        assert independent([(1, 7), (1, 8)]) == 1
        assert independent([(1, 7), (1, 8), (2, 7)]) == 2
        assert independent([(1, 7), (1, 8), (2, 7), (2, 9), (3, 7)]) == 3
        assert independent([(1, NONE), (1, 7)]) == 1
        assert independent([]) == 0

    def test_ids_that_look_like_something_else(self) -> None:
        """Account ids and flags made of what pointers, grants and formulas are made of lead to their places."""
        account, flag = "=a~1/b#@:{0}", "x/~y"
        body = {
            "id": 1,
            "email": "{0}@example.com",
            "business_memberships": [
                {"id": 2, "role": "{word}", "business": {"id": 3, "account_id": account}}
            ],
            "roles": [
                {
                    "id": 4,
                    "accountid": account,
                    "role": "owner",
                    "created_at": "2001-01-01T00:00:00Z",
                }
            ],
            "subscription_statuses": {account: "{status}"},
            "permissions": {account: {flag: -1}},
        }
        graph = explore([(body, NOW)])
        found = graph.findings()
        for finding in found:
            for proof in finding.evidence:
                record(graph.documents[0], proof.pointer)
        assert {each.rule for each in found} >= {
            "unmapped-role",
            "unlimited-on-lapsed",
            "old-grant",
        }
        said = {each.rule: sentence(graph, each) for each in found}
        assert f"no limit for {flag}" in said["unlimited-on-lapsed"]
        assert "{word}" in said["unmapped-role"]

    def test_bodies_that_are_not_as_they_should_be(self) -> None:
        """A body with fields of wrong types is read leniently: the rest of it still counts."""
        body = {
            "id": 1,
            "unconfirmed_email": 7,
            "created_at": "2020-01-01T00:00:00Z",
            "roles": [
                {"id": 3, "accountid": "a", "role": "client", "created_at": "2010-01-01T00:00:00"},
                None,
                5,
            ],
            "groups": None,
        }
        found = explore([(body, NOW)]).findings(["role-predates-identity", "email-collision"])
        assert [each.rule for each in found] == ["role-predates-identity"]

    def test_a_collision_names_the_addresses(self) -> None:
        """Which email is shared, pending or in a row of another is in the sentence, not in a record alone."""
        shared = [{"id": 1, "email": "a@x.org"}, {"id": 2, "email": "A@x.org"}]
        pending = {"id": 3, "email": "c@x.org", "unconfirmed_email": "d@x.org"}
        group = {"id": 9, "group_id": 7, "role": "owner", "identity_id": 4, "email": "old@x.org"}
        other = {"id": 4, "email": "d@x.org", "groups": [group]}
        graph = explore([(body, NOW) for body in [*shared, pending, other]])
        assert [sentence(graph, each) for each in graph.findings(["email-collision"])] == [
            "Emails of a@x.org and A@x.org collide: one email, a@x.org.",
            "Emails of c@x.org and d@x.org collide: d@x.org is the email of one, and the"
            " unconfirmed address of the other.",
            "Emails of d@x.org collide: a group row gives it old@x.org.",
        ]


class TestAsking:
    """What a review is asked for."""

    def test_filters(self) -> None:
        """Rules, severities and suppression filter what is listed, and not what was looked at."""
        graph = inroads.load(inroads.EXAMPLE)
        assert {each.severity for each in graph.findings(severity="medium")} == {Severity.MEDIUM}
        assert len(graph.findings(["bridge"], severity="high")) == 0
        found = graph.findings(["bridge"], severity="high")
        assert found.worst is Severity.LOW
        assert {each.rule for each in found.looked if not each.skipped} == {"bridge"}
        assert len(graph.findings(suppressed=True)) == 0
        assert len(graph.findings(suppressed=False)) == 8

    def test_some_rules_of_a_review(self) -> None:
        """Rules taken from a review of all are the review of these rules, except those that did not run."""
        policy = load_policy("[findings.bridge]\nenabled = false")
        graph = inroads.load(inroads.EXAMPLE, policy=policy)
        whole = graph.findings()
        for rules in ([], *([name] for name in RULES), ["no-owner", "redundant-route"]):
            alone, part = graph.findings(rules), whole.of_rules(rules)
            if rules in (["bridge"], ["new-since"]):
                assert part is None
                continue
            assert part is not None
            assert list(part) == list(alone)
            for name in ("identity", "looked", "worst", "expired", "idle"):
                assert getattr(part, name) == getattr(alone, name)
        with pytest.raises(InroadsError, match="there is no rule 'nonsense'"):
            whole.of_rules(["nonsense"])
        assert len(graph.findings([])) == 0
        every = graph.findings()
        assert len({each.severity for each in every}) > 2
        for least in Severity:
            some = [each for each in every if each.severity.rank >= least.rank]
            for only in (
                graph.findings(severity=least),
                every.only(least),
                every.only().only(least, False),
            ):
                assert list(only) == some
                assert (only.worst, only.looked) == (every.worst, every.looked)
            assert every.only(least).identity == graph.findings(severity=least).identity
        assert (
            len(
                {
                    every.only(least, kept).identity
                    for least in Severity
                    for kept in (None, True, False)
                }
            )
            == 15
        )

    def test_what_is_asked_wrongly(self) -> None:
        """An unknown rule, severity or a naive moment is an error with a code."""
        graph = inroads.load(inroads.EXAMPLE)
        for code, asked in (
            ("UNKNOWN_RULE", {"rules": ["nonsense"]}),
            ("BAD_SEVERITY", {"severity": "awful"}),
            ("BAD_MOMENT", {"now": dt.datetime(2026, 1, 1)}),  # noqa: DTZ001  # naive is what is wrong
        ):
            with pytest.raises(InroadsError) as error:
                graph.findings(**asked)  # type: ignore[arg-type]  # wrong on purpose
            assert error.value.code == code

    def test_nothing(self) -> None:
        """A graph of nothing has no findings, and every rule says that it looked at nothing."""
        found = Explorer.observe(()).findings()
        assert list(found) == []
        assert {each.looked for each in found.looked} == {0}
        assert found.worst is None

    def test_the_moment(self) -> None:
        """Without a moment ages count at the newest document's, and the moment is part of the result's identity."""
        graph = inroads.load(inroads.EXAMPLE)
        found = graph.findings()
        assert found.moment == graph.documents[-1].observed_at
        early = graph.findings(now=dt.datetime(2017, 1, 1, tzinfo=dt.UTC))
        assert "old-grant" not in {each.rule for each in early}
        assert early.identity != found.identity
        assert graph.findings().identity == found.identity


SUPPRESSING = """
[findings.redundant-route]
severity = "critical"
[findings.bridge]
enabled = false
[findings.old-grant]
days = 36500
[[suppressions]]
rule = "redundant-route"
subject = "account:Xr82w"
reason = "the vendor knows"
expires = 2026-06-30
[[suppressions]]
finding = "7e3d9416efd7d2097e1140d318f2f855"
reason = "closing down"
expires = "2025-12-31"
"""


IDLE = """
[findings.old-grant]
enabled = false
[[suppressions]]
rule = "redundant-route"
subject = "account:Xr82w"
reason = "it is a finding"
expires = 2999-01-01
[[suppressions]]
rule = "redundant-route"
subject = "account:Xr82v"
reason = "a typing error"
expires = 2999-01-01
[[suppressions]]
finding = "00000000000000000000000000000000"
reason = "settled long ago"
expires = 2999-01-01
[[suppressions]]
rule = "old-grant"
subject = "business:1"
reason = "of a rule that is disabled"
expires = 2999-01-01
[[suppressions]]
rule = "new-since"
subject = "account:Xr82w"
reason = "of a rule that needs an earlier version"
expires = 2999-01-01
"""


class TestThePolicy:
    """What the policy file says of findings."""

    def test_rows_and_suppressions(self) -> None:
        """Severities, options and suppressions count; what is suppressed is shown, and what expired is told."""
        graph = inroads.load(inroads.EXAMPLE, policy=load_policy(SUPPRESSING))
        found = graph.findings(now=dt.datetime(2026, 6, 30, 23, 59, tzinfo=dt.UTC))
        by_subject = {each.subjects: each for each in found if each.rule == "redundant-route"}
        hidden = by_subject["identity:712052", "account:Xr82w"].suppressed
        assert hidden is not None
        assert (hidden.reason, hidden.expires) == ("the vendor knows", dt.date(2026, 6, 30))
        assert by_subject["identity:712052", "business:363103"].suppressed is None
        assert {each.severity for each in by_subject.values()} == {Severity.CRITICAL}
        assert {"bridge", "old-grant"}.isdisjoint(each.rule for each in found)
        assert found.counts() == (5, 1)
        (expired,) = found.expired
        assert expired.finding == next(
            each.identity for each in found if each.rule == "lapsed-subscription"
        )
        later = graph.findings(now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
        assert later.counts() == (6, 0)
        assert len(later.expired) == 2
        assert [each.rule for each in graph.findings(["bridge"])] == ["bridge"]  # asked for by name

    def test_suppressions_of_nothing_are_told(self) -> None:
        """One in force that names no finding of the rules that ran is idle, however the review is then filtered."""
        policy = load_policy(IDLE)
        graph = inroads.load(inroads.EXAMPLE, policy=policy)
        known, typo, missing, off, unrun = policy.judgement.suppressions
        whole = graph.findings()
        assert known not in whole.idle
        assert set(whole.idle) == {typo, missing}
        for part in (whole.only("high"), whole.about("business:77128"), whole.brief()):
            assert part.idle == whole.idle
        assert graph.findings(["bridge"]).idle == ()
        assert graph.findings(["redundant-route"]).idle == (typo,)
        assert unrun not in graph.findings([*RULES]).idle
        assert off in graph.findings(["old-grant"]).idle

    def test_the_version_stays(self) -> None:
        """What is said of findings changes no version of a graph, and does change the identity of a result."""
        graph = inroads.load(inroads.EXAMPLE)
        policy = load_policy(SUPPRESSING)
        assert policy.digest == STOCK.digest
        other = Explorer.build(fold(graph.fold.said, policy), policy)
        assert other.version == graph.version
        assert other.findings().identity != graph.findings().identity

    def test_every_problem_is_listed(self) -> None:
        """A wrong file is refused with all its problems, each with its place."""
        with pytest.raises(BadPolicy) as error:
            load_policy(
                """
                findings.nonsense.severity = "low"
                findings.bridge = 3
                findings.old-grant = {severity = "awful", days = 0, hours = 4, enabled = "yes"}
                findings.concentration.businesses = true
                suppressions = [
                    {},
                    {rule = "bridge", subject = "identity:1", reason = " ", expires = 2026-01-01T00:00:00Z},
                    {finding = "xyz", reason = "r", expires = "2026-01-01", rule = "nonsense", more = 1},
                    {subject = "identity:1", reason = "r", expires = 2026-01-01},
                    7,
                ]
                """
            )
        assert [problem.partition(":")[0] for problem in error.value.problems] == [
            "findings.bridge",
            "findings.concentration.businesses",
            "findings.nonsense",
            "findings.old-grant.days",
            "findings.old-grant.enabled",
            "findings.old-grant.hours",
            "findings.old-grant.severity",
            "suppressions.0.expires",
            "suppressions.0.reason",
            "suppressions.0",
            "suppressions.1.expires",
            "suppressions.1.reason",
            "suppressions.2.finding",
            "suppressions.2.more",
            "suppressions.2.rule",
            "suppressions.3.rule",
            "suppressions.4",
        ]
        for text in ("findings = 1", "suppressions = 1"):
            with pytest.raises(BadPolicy):
                load_policy(text)


def test_a_proof_is_plain() -> None:
    """A finding survives JSON whole, for reviews and exports."""
    for each in inroads.load(inroads.EXAMPLE).findings():
        again = msgspec.json.decode(msgspec.json.encode(each), type=type(each))
        assert again == each
        assert all(isinstance(proof, Proof) for proof in again.evidence)


def test_the_guide_lists_the_rules() -> None:
    """The table of the guide is that of the registry."""
    guide = Path(__file__).parents[2] / "docs/guides/findings.md"
    listed = [
        line
        for line in guide.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `") and line.count(" | ") == 2
    ]
    rows = [
        f"| `{each.id}` | {each.severity.lower()} | {each.definition} |" for each in RULES.values()
    ]
    assert [line for line in listed if line.split("`")[1] in RULES] == rows
