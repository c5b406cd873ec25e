"""Parts of a review: the findings of one rule and severity, of which some are suppressed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from inroads.analysis.findings.context import RuleContext
from inroads.analysis.findings.finding import Match, Suppressed, finding_identity
from inroads.analysis.findings.hits import Hits
from inroads.analysis.findings.registry import Rule
from inroads.columns.arrays import Flags
from inroads.network.access_graph import AccessGraph
from inroads.policy.rule_settings import Judgement, Severity, Suppression


class Standing(NamedTuple):
    """The suppressions in force, by finding or by rule and subject, and the expired ones."""

    findings: dict[str, Suppression]
    subjects: dict[tuple[str | None, str], Suppression]
    expired: tuple[Suppression, ...]

    @classmethod
    def at(cls, now: dt.datetime, judged: Judgement) -> Standing:
        today = now.astimezone(dt.UTC).date()
        standing = cls({}, {}, tuple(each for each in judged.suppressions if today > each.expires))
        for each in judged.suppressions:
            if today <= each.expires:
                if each.finding is not None:
                    standing.findings.setdefault(each.finding, each)
                if each.subject is not None:
                    standing.subjects.setdefault((each.rule, each.subject), each)
        return standing

    def suppressed(self, rule: str, hit: Match) -> Suppressed | None:
        keys = ((rule, subject) for subject in hit.subjects)
        given = (self.findings and self.findings.get(finding_identity(rule, hit.subjects))) or next(
            filter(None, map(self.subjects.get, keys)), None
        )
        if given is None or given.rule not in (None, rule):
            return None
        return Suppressed(given.reason, given.expires)

    def about(self, graph: AccessGraph, rule: str, hits: Hits) -> Hits:
        """Return the findings of a rule that may be suppressed."""
        marks = np.full(len(hits), bool(self.findings))
        if not self.findings:
            for of, subject in self.subjects:
                if of == rule:
                    marks |= hits.about(subject, graph.index.number(subject))
        return hits.only(marks)


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
