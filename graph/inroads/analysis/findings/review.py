"""A review: the rules run over one version of a graph, and all findings in one total order."""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, NamedTuple, overload

import msgspec

from inroads.analysis.findings.context import RuleContext
from inroads.analysis.findings.finding import (
    Finding,
    Match,
    Proof,
    RuleRun,
    Suppressed,
    finding_identity,
)
from inroads.analysis.findings.proofs import FindingWriter
from inroads.analysis.findings.registry import RULES, Rule
from inroads.analysis.findings.rules import accesses, control, grants, identities, resources  # noqa: F401  # each registers its rules
from inroads.analysis.findings.sentences import sentence
from inroads.cancellation import check, long_work
from inroads.columns.arrays import Lazily
from inroads.columns.claimset import NONE
from inroads.errors import InroadsError
from inroads.markup import table
from inroads.moments import EPOCH
from inroads.network.access_graph import AccessGraph
from inroads.network.frames import Column, Framed, Kind, columns
from inroads.policy.rule_settings import Judgement, Severity, Suppression
from inroads.text import SHOWN, more

PRINTED: Final = 20
"""The most findings that are printed, since every access may have one."""

LEADING: Final = 100
"""The first findings, which are kept as they are written: they are asked for again and again."""

MANY: Final = 2_000
"""More findings than these take long to go through one by one."""

COLUMNS: Final = {
    "severity": Kind.CATEGORY,
    "rule": Kind.CATEGORY,
    "finding": Kind.TEXT,
    "subjects": Kind.TEXT,
    "sentence": Kind.TEXT,
    "suppressed": Kind.FLAG,
    "evidence": Kind.NUMBER,
}
"""The columns of findings in a frame."""

_LONG_AGO: Final = EPOCH


def review(
    graph: AccessGraph,
    rules: Iterable[str] | None = None,
    severity: Severity | str | None = None,
    *,
    suppressed: bool | None = None,
    now: dt.datetime | None = None,
    since: AccessGraph | None = None,
) -> Findings:
    """Run these rules, or all that the policy enables, and keep findings of at least this severity.

    `suppressed` keeps only suppressed findings, or only the others. Ages and the expiry of
    suppressions count at `now` (aware); without it at the newest document's moment, since the graph
    knows no clock. `since` is the earlier version for `new-since`. Raises InroadsError
    UNKNOWN_RULE, BAD_SEVERITY, BAD_MOMENT and NOT_WHOLE.
    """
    if "fold" not in vars(graph):
        raise InroadsError(
            "a review needs the whole graph, not a view or a copy of it", "NOT_WHOLE"
        )
    if now is not None and now.tzinfo is None:
        raise InroadsError("the moment of a review needs a UTC offset", "BAD_MOMENT")
    judged = graph.policy.judgement
    chosen = _chosen(rules, judged)
    least = least_severity(severity)
    newest = graph.documents[-1].observed_at if graph.documents else _LONG_AGO
    matter = RuleContext(graph, now.astimezone(dt.UTC) if now else newest, since)
    # Sorted within each rule and severity, which is quicker than all together.
    parts: defaultdict[tuple[Severity, str], list[_UnwrittenFinding]] = defaultdict(list)
    looked = []
    for each in RULES.values():
        if each.id not in chosen:
            looked.append(RuleRun(each.id, each.population, skipped="not asked for"))
            continue
        row = judged.rules[each.id]
        if rules is None and not row.enabled:
            looked.append(RuleRun(each.id, each.population, skipped="disabled by the policy"))
            continue
        if each.id == "new-since" and since is None:
            looked.append(
                RuleRun(
                    each.id, each.population, skipped="no earlier version to compare with was given"
                )
            )
            continue
        check()
        outcome = each.look(matter, row)
        for hit in sorted(outcome.hits, key=attrgetter("subjects")):
            severity = hit.severity or row.severity
            parts[severity, each.id].append(_UnwrittenFinding(each, hit, severity))
        told = outcome.looked, outcome.unseen, outcome.notes
        looked.append(RuleRun(each.id, each.population, *told, findings=len(outcome.hits)))
    order = sorted(parts, key=lambda part: (-part[0].rank, part[1]))
    found = [each for part in order for each in parts[part]]
    standing = _Standing.at(matter.now, judged)
    if standing.findings or standing.subjects:
        found = [each._replace(suppressed=standing.suppressed(each)) for each in found]
    asked = _Asked(sorted(chosen), Severity.INFO, None, since.version if since else None)
    whole = Findings(matter, found, tuple(looked), standing.expired, asked, _worst(found))
    return whole.only(least, suppressed)


def _worst(found: Iterable[_UnwrittenFinding]) -> Severity | None:
    """Return the worst severity of findings in their order that are not suppressed."""
    return next((each.severity for each in found if each.suppressed is None), None)


def _chosen(rules: Iterable[str] | None, judged: Judgement) -> set[str]:
    if rules is None:
        return set(RULES)
    chosen = set([rules] if isinstance(rules, str) else rules)
    for unknown in sorted(chosen - judged.rules.keys()):
        raise InroadsError(
            f"there is no rule {unknown!r}; there are {', '.join(RULES)}", "UNKNOWN_RULE"
        )
    return chosen


def least_severity(given: Severity | str | None) -> Severity:
    """Parse the name of a severity; INFO if it is None. Raises InroadsError BAD_SEVERITY."""
    word = str(given or Severity.INFO).upper()
    if word not in Severity.__members__:
        raise InroadsError(f"{given!r} is not one of {', '.join(Severity).lower()}", "BAD_SEVERITY")
    return Severity[word]


class _Standing(NamedTuple):
    """The suppressions in force, by finding or by rule and subject, and the expired ones."""

    findings: dict[str, Suppression]
    subjects: dict[tuple[str | None, str], Suppression]
    expired: tuple[Suppression, ...]

    @classmethod
    def at(cls, now: dt.datetime, judged: Judgement) -> _Standing:
        today = now.astimezone(dt.UTC).date()
        standing = cls({}, {}, tuple(each for each in judged.suppressions if today > each.expires))
        for each in judged.suppressions:
            if today <= each.expires:
                if each.finding is not None:
                    standing.findings.setdefault(each.finding, each)
                if each.subject is not None:
                    standing.subjects.setdefault((each.rule, each.subject), each)
        return standing

    def suppressed(self, found: _UnwrittenFinding) -> Suppressed | None:
        keys = ((found.rule.id, subject) for subject in found.hit.subjects)
        given = (self.findings and self.findings.get(found.identity)) or next(
            filter(None, map(self.subjects.get, keys)), None
        )
        if given is None or given.rule not in (None, found.rule.id):
            return None
        return Suppressed(given.reason, given.expires)


class _UnwrittenFinding(NamedTuple):
    """A finding whose evidence is not written out yet."""

    rule: Rule
    hit: Match
    severity: Severity
    suppressed: Suppressed | None = None

    @property
    def identity(self) -> str:
        return finding_identity(self.rule.id, self.hit.subjects)

    @property
    def key(self) -> tuple[int, str, tuple[str, ...]]:
        return -self.severity.rank, self.rule.id, self.hit.subjects


class BareFinding:
    """A finding without evidence, and its sentence."""

    def __init__(self, graph: AccessGraph, finding: Finding) -> None:
        self.graph, self.finding = graph, finding

    @cached_property
    def sentence(self) -> str:
        """The finding in plain English."""
        return sentence(self.graph, self.finding)


class _Asked(NamedTuple):
    """The question: rules, the least severity, suppressed findings or not, an earlier version."""

    rules: Sequence[str]
    least: Severity
    suppressed: bool | None
    since: str | None


class Tally(msgspec.Struct, frozen=True):
    """The number of findings of one rule and severity, and how many of them are suppressed."""

    rule: str
    severity: Severity
    count: int
    suppressed: int


class Findings(Sequence[Finding], Framed):
    """All findings of one review, the most severe first. Evidence is written out on access.

    `looked` says for every rule what it looked at, and `worst` is the highest severity of the
    findings that are not suppressed; filters change neither. `expired` are the suppressions that no
    longer apply, `version` names the graph, and `moment` is the moment against which ages count.
    `identity` names the result: the graph, the rules, their judgement, the moment and the question.
    """

    def __init__(
        self,
        matter: RuleContext,
        found: Sequence[_UnwrittenFinding],
        looked: tuple[RuleRun, ...],
        expired: tuple[Suppression, ...],
        asked: _Asked,
        worst: Severity | None,
        most: int | None = None,
    ) -> None:
        self._matter, self.graph, self.moment = matter, matter.graph, matter.now
        self.looked, self.expired, self.worst = looked, expired, worst
        self._found, self._asked, self._most = found, asked, most
        self._writer = FindingWriter(matter.graph, most)
        self._leading: dict[int, BareFinding] = {}

    def only(
        self, severity: Severity | str | None = None, suppressed: bool | None = None
    ) -> Findings:
        """Return this review with only the findings of this severity or worse, suppressed or not.

        Raises InroadsError BAD_SEVERITY.
        """
        least = least_severity(severity)
        if least is Severity.INFO and suppressed is None:
            return self
        found = self._found[: bisect_right(self._found, -least.rank, key=lambda each: each.key[0])]
        if suppressed is not None:
            self._if_long()
            found = [each for each in found if (each.suppressed is not None) is suppressed]
        asked = self._asked._replace(least=least, suppressed=suppressed)
        return self._with(found, asked)

    def of_rules(self, rules: Iterable[str]) -> Findings | None:
        """Return the review of these rules alone; None if one of them did not run in this one.

        Raises InroadsError UNKNOWN_RULE.
        """
        self._if_long()
        chosen = _chosen(rules, self.graph.policy.judgement)
        if any(each.skipped for each in self.looked if each.rule in chosen):
            return None
        looked = tuple(
            each if each.rule in chosen else RuleRun(each.rule, each.what, skipped="not asked for")
            for each in self.looked
        )
        found = [each for each in self._found if each.rule.id in chosen]
        asked = self._asked._replace(rules=sorted(chosen))
        return Findings(self._matter, found, looked, self.expired, asked, _worst(found), self._most)

    def brief(self, most: int | None = SHOWN) -> Findings:
        """Return this review with so many proofs of each finding, and `evidence_count` for all."""
        return self._with(self._found, self._asked, most)

    def of(self, node: str) -> Findings:
        """Return this review with only the findings about a node."""
        return self._with([each for each in self._found if node in each.hit.subjects], self._asked)

    def by_rule(self) -> dict[str, Findings]:
        """Return the findings of each rule, what is not suppressed first."""
        parts: defaultdict[str, list[_UnwrittenFinding]] = defaultdict(list)
        for each in sorted(self._found, key=lambda each: each.suppressed is not None):
            parts[each.rule.id].append(each)
        return {name: self._with(part, self._asked) for name, part in parts.items()}

    @property
    def severities(self) -> Counter[Severity]:
        """The number of findings of each severity."""
        return Counter(each.severity for each in self._found)

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """The number of findings of each rule at each severity, the worst first, then by rule."""
        self._if_long()
        found = Counter((each.key[:2], each.rule.id, each.severity) for each in self._found)
        hidden = Counter(each.key[:2] for each in self._found if each.suppressed is not None)
        return tuple(
            Tally(rule, severity, count, hidden[key])
            for (key, rule, severity), count in found.items()
        )

    def _with(
        self, found: Sequence[_UnwrittenFinding], asked: _Asked, most: int | None = NONE
    ) -> Findings:
        kept = self._most if most == NONE else most
        told = self.looked, self.expired, asked, self.worst
        return Findings(self._matter, found, *told, kept)

    def _if_long(self) -> None:
        """Tell the caller before all findings are looked at, if they are many."""
        if len(self._found) > MANY:
            long_work()

    @property
    def version(self) -> str:
        """The version of the graph that was reviewed."""
        return self.graph.version

    @cached_property
    def identity(self) -> str:
        """The name of the result."""
        versions = [(each.id, each.version) for each in RULES.values()]
        named = [
            self.version,
            self.graph.policy.judgement.digest,
            self.moment,
            versions,
            self._asked,
        ]
        return hashlib.sha256(msgspec.json.encode(named)).hexdigest()[:16]

    @property
    def identities(self) -> list[str]:
        """The identity of each finding, without its evidence being written out."""
        return [each.identity for each in self._found]

    @property
    def keys(self) -> Sequence[tuple[int, str, str]]:
        """The sort keys of the findings, as plain values."""
        return Lazily(len(self), self._key)

    def _key(self, place: int) -> tuple[int, str, str]:
        rank, rule, subjects = self._found[place].key
        # The joined text has the order of the tuple: a line end sorts before all characters of ids.
        return (
            rank,
            rule,
            "\n".join(subjects),
        )

    def counts(self) -> tuple[int, int]:
        """The number of findings that are not suppressed, and of those that are."""
        hidden = sum(each.suppressed is not None for each in self._found)
        return len(self._found) - hidden, hidden

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        if isinstance(index, slice):
            return list(map(self._written, self._found[index]))
        return self._written(self._found[index])

    def __iter__(self) -> Iterator[Finding]:
        return map(self._written, self._found)

    def without_evidence(self, part: slice) -> list[Finding]:
        """Return findings without any evidence, which is most of the work of writing one."""
        return [self._written(each, ((), 0)) for each in self._found[part]]

    def bare(self, place: int) -> BareFinding:
        """Return a finding without evidence; the first ones are kept, since lists begin with them."""
        kept = self._leading.get(place)
        if kept is None:
            kept = BareFinding(self.graph, self._written(self._found[place], ((), 0)))
            if place < LEADING:
                self._leading[place] = kept
        return kept

    def _written(
        self, found: _UnwrittenFinding, proved: tuple[tuple[Proof, ...], int] | None = None
    ) -> Finding:
        proofs, count = proved or self._writer.proofs(found.hit.sources)
        head = found.identity, found.rule.id, found.rule.version, found.severity
        facts = found.hit.subjects, found.hit.facts
        return Finding(*head, *facts, proofs, found.suppressed, count)

    def __str__(self) -> str:
        told = [
            f"{each.severity}  {each.rule}  {sentence(self.graph, each)}"
            for each in self.brief(1)[:PRINTED]
        ]
        left = [more(len(self) - PRINTED)] if len(self) > PRINTED else []
        return "\n".join([*told, *left]) or "no findings"

    def __repr__(self) -> str:
        found = Counter(each.severity for each in self._found)
        told = ", ".join(
            f"{found[each]:,} {each.lower()}" for each in reversed(Severity) if found[each]
        )
        return f"Findings: {told or 'none'}"

    def _repr_html_(self) -> str:
        rows = (
            {"severity": each.severity, "rule": each.rule, "what": sentence(self.graph, each)}
            for each in self.brief(1)
        )
        return table(repr(self), rows, len(self))

    def columns_of_frame(self) -> dict[str, Column]:
        """Return the findings as columns, with the number of their pieces of evidence."""
        return columns(COLUMNS, map(self._row, self.brief(1)))

    def _row(self, found: Finding) -> dict[str, Any]:
        return {
            "severity": found.severity.lower(),
            "rule": found.rule,
            "finding": found.identity,
            "subjects": list(found.subjects),
            "sentence": sentence(self.graph, found),
            "suppressed": found.suppressed is not None,
            "evidence": found.evidence_count,
        }
