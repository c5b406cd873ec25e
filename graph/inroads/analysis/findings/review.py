"""A review: the rules run over one version of a graph, and all findings in one total order."""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, Final, NamedTuple, overload

import msgspec
import numpy as np

from inroads.analysis.findings.context import RuleContext
from inroads.analysis.findings.finding import (
    Finding,
    Proof,
    RuleRun,
    Source,
)
from inroads.analysis.findings.parts import (
    IneffectiveSuppressions,
    Part,
    Standing,
    UnwrittenFinding,
)
from inroads.analysis.findings.proofs import FindingWriter
from inroads.analysis.findings.registry import RULES
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
from inroads.network.places import with_accounts
from inroads.policy.rule_settings import Judgement, Severity
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
    about: str | None = None,
) -> Findings:
    """Run these rules, or all that the policy enables, and keep findings of at least this severity.

    `suppressed` keeps only suppressed findings, or only the others, and `about` only those about a
    node of the graph, see `Findings.about`. Ages and the expiry of
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
    standing = Standing.at(matter.now, graph)
    parts, looked = [], []
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
        hits = (row.severity, outcome.hits), *outcome.others
        parts += [Part.of(matter, each, *part, standing) for part in hits]
        told = outcome.looked, outcome.unseen, outcome.notes
        count = sum(len(part) for _, part in hits)
        looked.append(RuleRun(each.id, each.population, *told, findings=count))
    parts.sort(key=lambda part: (-part.severity.rank, part.rule.id))
    asked = _Asked(sorted(chosen), Severity.INFO, None, since.version if since else None)
    ran = {each.rule for each in looked if not each.skipped}
    ineffective = standing.ineffective(graph, ran if rules is not None else ran | {None})
    whole = Findings(matter, parts, tuple(looked), ineffective, asked, _worst(parts))
    kept = whole if about is None else whole.about(about)
    return kept.only(least, suppressed)


def _worst(parts: Iterable[Part]) -> Severity | None:
    """Return the worst severity of findings in their order that are not suppressed."""
    return next((each.severity for each in parts if not each.hidden.all()), None)


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


class BareFinding:
    """A finding without evidence, and its sentence."""

    def __init__(self, graph: AccessGraph, finding: Finding) -> None:
        self.graph, self.finding = graph, finding

    @cached_property
    def sentence(self) -> str:
        """The finding in plain English."""
        return sentence(self.graph, self.finding)


class _Asked(NamedTuple):
    """The question: rules, the least severity, suppressed findings or not, an earlier version, and
    the node that findings are about.
    """

    rules: Sequence[str]
    least: Severity
    suppressed: bool | None
    since: str | None
    about: str | None = None


class Tally(msgspec.Struct, frozen=True):
    """The number of findings of one rule and severity, and how many of them are suppressed."""

    rule: str
    severity: Severity
    count: int
    suppressed: int


class Findings(Sequence[Finding], Framed):
    """All findings of one review, the most severe first. Evidence is written out on access.

    `looked` says for every rule what it looked at, and `worst` is the highest severity of the
    findings that are not suppressed; a filter by severity or suppression changes neither. `expired`
    are the suppressions that no longer apply, and `idle` those that suppress none of all findings.
    `version` names the graph, and `moment` is the moment against which ages count.
    `identity` names the result: the graph, the rules, their judgement, the moment and the question.
    """

    def __init__(
        self,
        matter: RuleContext,
        parts: Iterable[Part],
        looked: tuple[RuleRun, ...],
        ineffective: IneffectiveSuppressions,
        asked: _Asked,
        worst: Severity | None,
        most: int | None = None,
    ) -> None:
        self._matter, self.graph, self.moment = matter, matter.graph, matter.now
        self.looked, self.worst, self._ineffective = looked, worst, ineffective
        self.expired, self.idle = ineffective
        self._parts, self._asked, self._most = [each for each in parts if each.hits], asked, most
        self._ends = list(accumulate(len(each.hits) for each in self._parts))
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
        parts = [each for each in self._parts if each.severity.rank >= least.rank]
        if suppressed is not None:
            parts = [each.only(each.hidden == suppressed) for each in parts]
        asked = self._asked._replace(least=least, suppressed=suppressed)
        return self._with(parts, asked)

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
        parts = [each for each in self._parts if each.rule.id in chosen]
        asked = self._asked._replace(rules=sorted(chosen))
        told = looked, self._ineffective.of_rules(chosen), asked, _worst(parts)
        return Findings(self._matter, parts, *told, self._most)

    def brief(self, most: int | None = SHOWN) -> Findings:
        """Return this review with so many proofs of each finding, and `evidence_count` for all."""
        return self._with(self._parts, self._asked, most)

    def about(self, node: str) -> Findings:
        """Return this review with only the findings about an identity, a business or an account.

        A finding is about its subjects: whoever has the access, and what is reached. A business
        answers for the accounts that it keeps, since its team decides on them too; what is said of
        the business itself, such as who owns it, is not about each of its accounts. What only
        explains a finding, such as the business that an access passes through, is not what it is
        about: to settle the finding, somebody else must act. `worst` is that of these findings,
        and `looked` stays. Raises InroadsError NOT_FOUND.
        """
        self._if_long()
        wanted = with_accounts(self.graph, node)
        numbers = {each: self.graph.index.number(each) for each in wanted}
        marks = ([each.hits.about(*one) for one in numbers.items()] for each in self._parts)
        parts = [
            each.only(np.logical_or.reduce(some))
            for each, some in zip(self._parts, marks, strict=True)
        ]
        told = self.looked, self._ineffective, self._asked._replace(about=node), _worst(parts)
        return Findings(self._matter, parts, *told, self._most)

    def by_rule(self) -> dict[str, Findings]:
        """Return the findings of each rule, what is not suppressed first."""
        parts: defaultdict[str, list[Part]] = defaultdict(list)
        for suppressed in (False, True):
            for each in self._parts:
                if some := each.only(each.hidden == suppressed).hits:
                    parts[each.rule.id].append(each._replace(hits=some))
        return {name: self._with(part, self._asked) for name, part in parts.items()}

    @property
    def severities(self) -> Counter[Severity]:
        """The number of findings of each severity."""
        found: Counter[Severity] = Counter()
        for each in self._parts:
            found[each.severity] += len(each.hits)
        return found

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """The number of findings of each rule at each severity, the worst first, then by rule."""
        return tuple(
            Tally(each.rule.id, each.severity, len(each.hits), int(each.hidden.sum()))
            for each in self._parts
        )

    def _with(self, parts: Iterable[Part], asked: _Asked, most: int | None = NONE) -> Findings:
        kept = self._most if most == NONE else most
        told = self.looked, self._ineffective, asked, self.worst
        return Findings(self._matter, parts, *told, kept)

    @property
    def _found(self) -> Sequence[UnwrittenFinding]:
        return Lazily(len(self), self._at)

    def _at(self, place: int) -> UnwrittenFinding:
        number = bisect_right(self._ends, place)
        part = self._parts[number]
        return part.finding(place - self._ends[number] + len(part.hits))

    @property
    def subject(self) -> str | None:
        """The node that the findings are about, if only those about one were asked for."""
        return self._asked.about

    def _if_long(self) -> None:
        """Tell the caller before all findings are looked at, if they are many."""
        if len(self) > MANY:
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
            # Without a node the name is as ever, so that cursors stay valid.
            self._asked if self._asked.about else self._asked[:-1],
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
        found = self._at(place)
        # The joined text has the order of the tuple: a line end sorts before all characters of ids.
        return -found.severity.rank, found.rule.id, "\n".join(found.hit.subjects)

    def counts(self) -> tuple[int, int]:
        """The number of findings that are not suppressed, and of those that are."""
        hidden = sum(int(each.hidden.sum()) for each in self._parts)
        return len(self) - hidden, hidden

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

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

    def sources(self, part: slice) -> list[tuple[Source, ...]]:
        """Return what proves each of some findings, without looking up where it is stated."""
        return [each.hit.sources for each in self._found[part]]

    def bare(self, place: int) -> BareFinding:
        """Return a finding without evidence; the first ones are kept, since lists begin with them."""
        kept = self._leading.get(place)
        if kept is None:
            kept = BareFinding(self.graph, self._written(self._found[place], ((), 0)))
            if place < LEADING:
                self._leading[place] = kept
        return kept

    def _written(
        self, found: UnwrittenFinding, proved: tuple[tuple[Proof, ...], int] | None = None
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
        found = self.severities
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
