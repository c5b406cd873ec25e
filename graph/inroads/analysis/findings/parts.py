"""Parts of a review: the findings of one rule and severity, of which some are suppressed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from inroads.analysis.findings.context import RuleContext
from inroads.analysis.findings.finding import Match, Suppressed, finding_identity
from inroads.analysis.findings.hits import Hits
from inroads.analysis.findings.registry import Rule
from inroads.columns.arrays import Flags
from inroads.network.access_graph import AccessGraph
from inroads.policy.rule_settings import Severity, Suppression


class IneffectiveSuppressions(NamedTuple):
    """The suppressions that suppress nothing: those that have expired, and those that are idle.

    An idle one is in force, and what it names is no finding of a rule that ran.
    """

    expired: tuple[Suppression, ...]
    idle: tuple[Suppression, ...]

    def of_rules(self, rules: Collection[str]) -> IneffectiveSuppressions:
        """Return those of a review of these rules alone."""
        return self._replace(idle=tuple(each for each in self.idle if each.rule in rules))


class Standing(NamedTuple):
    """The suppressions in force, by finding or by rule and subject, and the expired ones.

    `used` are those in force that suppress a finding, as far as rules have run.
    """

    findings: dict[str, Suppression]
    subjects: dict[tuple[str | None, str], Suppression]
    expired: tuple[Suppression, ...]
    used: set[Suppression]

    @classmethod
    def at(cls, now: dt.datetime, graph: AccessGraph) -> Standing:
        judged, today = graph.policy.judgement, now.astimezone(dt.UTC).date()
        expired = tuple(
            each for each in judged.suppressions if today > each.expires and _told(graph, each)
        )
        standing = cls({}, {}, expired, set())
        for each in judged.suppressions:
            if today <= each.expires:
                if each.finding is not None:
                    standing.findings.setdefault(each.finding, each)
                if each.subject is not None:
                    standing.subjects.setdefault((each.rule, each.subject), each)
        return standing

    def suppressed(self, rule: str, hit: Match) -> Suppressed | None:
        named = self.findings and self.findings.get(finding_identity(rule, hit.subjects))
        of_subjects = (self.subjects.get((rule, subject)) for subject in hit.subjects)
        given = [each for each in (named, *of_subjects) if each and each.rule in (None, rule)]
        self.used.update(given)
        return Suppressed(given[0].reason, given[0].expires) if given else None

    def ineffective(
        self, graph: AccessGraph, ran: Collection[str | None]
    ) -> IneffectiveSuppressions:
        """Return what suppresses nothing in a review of these rules; None is for the unnamed rule."""
        idle = (
            each
            for each in (*self.findings.values(), *self.subjects.values())
            if each not in self.used and each.rule in ran and _told(graph, each)
        )
        return IneffectiveSuppressions(self.expired, tuple(idle))

    def about(self, graph: AccessGraph, rule: str, hits: Hits) -> Hits:
        """Return the findings of a rule that may be suppressed."""
        marks = np.full(len(hits), bool(self.findings))
        if not self.findings:
            for of, subject in self.subjects:
                if of == rule:
                    marks |= hits.about(subject, graph.index.number(subject))
        return hits.only(marks)


def _told(graph: AccessGraph, suppression: Suppression) -> bool:
    """Return whether a suppression that suppresses nothing is told: not if it may be about what is
    hidden.
    """
    subject = suppression.subject
    return not graph.limited or (
        subject is not None and (subject in graph or subject in graph.grants)
    )


class UnwrittenFinding(NamedTuple):
    """A finding whose evidence is not written out yet."""

    rule: Rule
    hit: Match
    severity: Severity
    suppressed: Suppressed | None = None

    @property
    def identity(self) -> str:
        return finding_identity(self.rule.id, self.hit.subjects)


class Part(NamedTuple):
    """The findings of one rule and severity in order; some are suppressed, by their places."""

    rule: Rule
    severity: Severity
    hits: Hits
    suppressed: Mapping[int, Suppressed]

    @classmethod
    def of(
        cls,
        matter: RuleContext,
        rule: Rule,
        severity: Severity,
        found: Sequence[Match],
        standing: Standing,
    ) -> Part:
        hits = Hits.of(found)
        some = standing.about(matter.graph, rule.id, hits)
        given = zip(
            some.places.tolist(), (standing.suppressed(rule.id, each) for each in some), strict=True
        )
        return cls(rule, severity, hits, {place: each for place, each in given if each})

    @property
    def hidden(self) -> Flags:
        """Marks of the findings that are suppressed."""
        if not self.suppressed:
            return np.zeros(len(self.hits), np.bool_)
        found: Flags = np.isin(self.hits.places, list(self.suppressed))
        return found

    def only(self, kept: Flags) -> Part:
        """Return the marked findings."""
        return self._replace(hits=self.hits.only(kept))

    def finding(self, place: int) -> UnwrittenFinding:
        """Return the finding at a place in the order."""
        suppressed = self.suppressed.get(int(self.hits.places[place]))
        return UnwrittenFinding(self.rule, self.hits[place], self.severity, suppressed)
