"""The GraphQL types of a security review, each made from a value of `inroads.analysis.findings`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from inroads.analysis import findings as review
from inroads.analysis.findings import (
    RULES,
    BareFinding,
    Findings,
    Maturity,
    RuleRun,
    Severity,
    sentence,
)
from inroads.network.access_graph import AccessGraph
from inroads.policy.rule_settings import Judgement, Suppression
from inroads_api.schema.fields import ID, describe, described, field, mirror, stated, value
from inroads_api.schema.graph import node
from inroads_api.schema.graph.node import Node
from inroads_api.schema.pages import Connection, Page, Window

describe(
    Severity,
    "How bad a finding is, the least first.",
    {
        "INFO": "Worth knowing, and nothing to act on by itself.",
        "LOW": "To be tidied up.",
        "MEDIUM": "To be looked at in the next review.",
        "HIGH": "To be looked at soon.",
        "CRITICAL": "To be looked at now; no rule says so unless the policy does.",
    },
    name="FindingSeverity",
)
describe(
    Maturity,
    "How settled a rule is.",
    {
        "EXPERIMENTAL": "Its meaning may change with a new minor version.",
        "STABLE": "Its meaning stays.",
    },
    name="RuleMaturity",
)

RuleIds = Annotated[
    list[str] | None,
    strawberry.argument(description="Only these rules, even if the policy disables them."),
]
Least = Annotated[
    Severity | None, strawberry.argument(description="Only this severity and worse ones.")
]
IsSuppressed = Annotated[
    bool | None,
    strawberry.argument(description="Only those that are suppressed, or only those that are not."),
]
Now = Annotated[
    dt.datetime | None,
    strawberry.argument(
        description="The moment at which ages and the days of suppressions count; that of the"
        " newest document if none."
    ),
]


@described
class FindingRule:
    """A rule of a security review, as the policy judges it."""

    rule: strawberry.Private[review.Rule]
    judgement: strawberry.Private[Judgement]

    id: ID = stated("rule.id", "Its stable name.")
    version: str = stated("rule.version", "The version of its meaning, by Semantic Versioning.")
    maturity: Maturity = stated("rule.maturity", "How settled it is.")
    definition: str = stated("rule.definition", "What it finds, exactly.")
    population: str = stated("rule.population", "What it looks at.")
    remediation: str = stated("rule.remediation", "What to do about a finding.")

    @field
    def severity(self) -> Severity:
        """The severity of its findings, by the policy."""
        return self.judgement.rules[self.rule.id].severity

    @field
    def enabled(self) -> bool:
        """True if the rule runs by default, without being named in the query."""
        return self.judgement.rules[self.rule.id].enabled

    @field
    def options(self) -> JSON:
        """Its own options by name."""
        return JSON(self.judgement.rules[self.rule.id].options)


@described
class FindingEvidence:
    """A record that states a fact behind a finding."""

    record: str = value("What a person calls the record: `role 994207`.")
    record_id: ID | None = value("The record's own id, when it has one.")
    source: str = value("Where the document came from.")
    pointer: str = value("The JSON pointer (RFC 6901) in the document.")
    observed_at: dt.datetime = value("The moment at which the document was true.")
    document: str = value("The SHA-256 of the kept body, in hexadecimal.")


@described
class FindingSuppression:
    """The suppression of a finding: its reason and its last day."""

    reason: str = value("Who answers for it, and why.")
    expires: str = value("The last day (UTC) on which it suppresses.")


@described
class Finding:
    """A finding of one rule."""

    graph: strawberry.Private[AccessGraph]
    found: strawberry.Private[review.Finding]
    bare: strawberry.Private[BareFinding | None] = None
    proved: strawberry.Private[Callable[[], review.Finding] | None] = None

    identity: ID = stated(
        "found.identity",
        "The same for the same rule and subjects in every version of the graph.",
    )
    severity: Severity = stated("found.severity", "How bad it is.")
    subject_ids: list[ID] = stated(
        lambda self: [ID(each + self.graph.mark) for each in self.found.subjects],
        "The ids of what it is about: nodes, and a grant where nodes do not tell.",
    )

    @field
    def rule(self) -> FindingRule:
        """The rule that found it."""
        return FindingRule(rule=RULES[self.found.rule], judgement=self.graph.policy.judgement)

    @field
    def subjects(self) -> list[Node]:
        """The nodes that it is about."""
        return [node(self.graph, each) for each in self.found.subjects if each in self.graph]

    @field
    def sentence(self) -> str:
        """The finding in plain English."""
        return self.bare.sentence if self.bare else sentence(self.graph, self.found)

    @field
    def facts(self) -> JSON:
        """The figures and words behind the sentence, by name."""
        return JSON(
            {
                name: list(each) if isinstance(each, tuple) else each
                for name, each in self.found.facts
            }
        )

    @field
    def evidence(self) -> list[FindingEvidence]:
        """The records behind it."""
        proved = self.proved() if self.proved else self.found
        return [mirror(FindingEvidence, each) for each in proved.evidence]

    @field
    def suppressed(self) -> FindingSuppression | None:
        """The suppression of the finding; null if it is not suppressed."""
        given = self.found.suppressed
        return (
            FindingSuppression(reason=given.reason, expires=given.expires.isoformat())
            if given
            else None
        )


@described
class RulePopulation:
    """The population that a rule examined.

    It distinguishes a rule without findings from a rule that examined nothing.
    """

    looked_at: strawberry.Private[RuleRun]

    rule: str = stated("looked_at.rule", "The id of the rule.")
    what: str = stated("looked_at.what", "What it looks at.")
    looked: int = stated("looked_at.looked", "How many of them it looked at.")
    unseen: int = stated("looked_at.unseen", "How many more the documents do not tell enough of.")
    findings: int = stated("looked_at.findings", "How many findings it has, before any filter.")
    notes: list[str] = stated("looked_at.notes", "What stays a lower bound.")
    skipped: str | None = stated("looked_at.skipped", "Why it was not run; null when it was.")


@described
class ExpiredSuppression:
    """A suppression that suppresses nothing: it has expired, or is idle."""

    suppression: strawberry.Private[Suppression]

    rule: str | None = stated("suppression.rule", "The id of its rule, when it names one.")
    finding: ID | None = stated(
        "suppression.finding", "The identity of its finding, if it names one."
    )
    subject: ID | None = stated("suppression.subject", "Its subject, when it names one.")
    reason: str = stated("suppression.reason", "Why it should suppress.")

    @field
    def expires(self) -> str:
        """The last day (UTC) on which it suppresses."""
        return self.suppression.expires.isoformat()


@described
class FindingCount:
    """The number of findings of one rule that have one severity."""

    rule: str = value("The id of the rule.")
    severity: Severity = value("Their severity.")
    count: int = value("How many there are, with those that are suppressed.")
    suppressed: int = value("How many of them are suppressed.")


@described
class FindingConnection(Connection[Finding]):
    """A page of findings, the worst first, then by rule and subjects."""

    all: strawberry.Private[Findings]

    identity: str = stated(
        "all.identity",
        "The name of the whole result: the graph, the judgement, the moment, the question.",
    )
    moment: dt.datetime = stated("all.moment", "The moment at which ages counted.")

    @field
    def counts(self) -> list[FindingCount]:
        """The number of findings of each rule at each severity, on all pages, the worst first."""
        return [mirror(FindingCount, each) for each in self.all.tallies]

    @field
    def populations(self) -> list[RulePopulation]:
        """The population that each rule examined."""
        return [RulePopulation(looked_at=each) for each in self.all.looked]

    @field
    def expired_suppressions(self) -> list[ExpiredSuppression]:
        """The suppressions that suppress nothing any more."""
        return [ExpiredSuppression(suppression=each) for each in self.all.expired]

    @field
    def idle_suppressions(self) -> list[ExpiredSuppression]:
        """The suppressions in force of which there is no finding by the rules that ran."""
        return [ExpiredSuppression(suppression=each) for each in self.all.idle]


def findings_page(graph: AccessGraph, found: Findings, page: Page) -> FindingConnection:
    """Return a page of the findings in a graph; evidence is written only if it is read."""

    def load(part: slice) -> list[Finding]:
        return [
            Finding(
                graph=graph,
                found=(bare := found.bare(place)).finding,
                bare=bare,
                proved=partial(found.__getitem__, place),
            )
            for place in range(len(found))[part]
        ]

    window = Window(graph, ("findings",), found.keys, load, page, found.identity)
    return FindingConnection(window=window, all=found)


def all_rules(judgement: Judgement) -> list[FindingRule]:
    """Return every rule, with the severity and options that a policy gives to it."""
    return [FindingRule(rule=each, judgement=judgement) for each in RULES.values()]
