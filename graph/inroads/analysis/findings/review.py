"""A review: the rules run over one version of a graph, and all findings in one total order."""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple, overload

import msgspec
import numpy as np

from inroads.analysis.causes import NodeCause, stated
from inroads.analysis.findings.context import RuleContext
from inroads.analysis.findings.finding import (
    Finding,
    LineEvidence,
    Match,
    Proof,
    RuleRun,
    Source,
    Spot,
    Stated,
    Suppressed,
    Ways,
    finding_identity,
)
from inroads.analysis.findings.registry import RULES, Rule
from inroads.analysis.findings.rules import accesses, control, grants, identities, resources  # noqa: F401  # each registers its rules
from inroads.analysis.findings.sentences import sentence
from inroads.cancellation import check
from inroads.columns.arrays import Lazily
from inroads.columns.claimset import ATTRIBUTES, NONE
from inroads.documents.pointers import escape, pointer, record
from inroads.errors import InroadsError
from inroads.markup import table
from inroads.model import Access, Document, Evidence, NodeKind, Section, kind_of, native_id
from inroads.moments import EPOCH
from inroads.network.access_graph import AccessGraph
from inroads.network.frames import Column, Framed, Kind, columns
from inroads.network.wording import record_label
from inroads.policy.rule_settings import Judgement, Severity, Suppression
from inroads.reach.answers import AccessAnswers
from inroads.reach.questions import reach

PRINTED: Final = 100
"""The most findings that are printed, since every access may have one."""

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
    found: list[_UnwrittenFinding] = []
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
        found += (
            _UnwrittenFinding.of(each, hit, hit.severity or row.severity) for hit in outcome.hits
        )
        told = outcome.looked, outcome.unseen, outcome.notes
        looked.append(RuleRun(each.id, each.population, *told, findings=len(outcome.hits)))
    standing = _Standing.at(matter.now, judged)
    if standing.findings or standing.subjects:
        found = [each._replace(suppressed=standing.suppressed(each)) for each in found]
    severities = {each.severity for each in found if each.suppressed is None}
    found.sort(key=lambda each: each.key)
    asked = _Asked(sorted(chosen), Severity.INFO, None, since.version if since else None)
    worst = max(severities, key=lambda each: each.rank, default=None)
    return Findings(matter, found, tuple(looked), standing.expired, asked, worst).only(
        least, suppressed
    )


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
        given = self.findings.get(found.identity) or next(
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
    identity: str
    suppressed: Suppressed | None = None

    @classmethod
    def of(cls, found_by: Rule, hit: Match, severity: Severity) -> _UnwrittenFinding:
        check()
        return cls(found_by, hit, severity, finding_identity(found_by.id, hit.subjects))

    @property
    def key(self) -> tuple[int, str, tuple[str, ...]]:
        return -self.severity.rank, self.rule.id, self.hit.subjects


class _Asked(NamedTuple):
    """The question: rules, the least severity, suppressed findings or not, an earlier version."""

    rules: Sequence[str]
    least: Severity
    suppressed: bool | None
    since: str | None


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
    ) -> None:
        self._matter, self.graph, self.moment = matter, matter.graph, matter.now
        self.looked, self.expired, self.worst = looked, expired, worst
        self._found, self._asked = found, asked
        self._writer = _Writer(matter.graph)

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
            found = [each for each in found if (each.suppressed is not None) is suppressed]
        asked = self._asked._replace(least=least, suppressed=suppressed)
        return Findings(self._matter, found, self.looked, self.expired, asked, self.worst)

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
            return [self._writer.finding(each) for each in self._found[index]]
        return self._writer.finding(self._found[index])

    def __iter__(self) -> Iterator[Finding]:
        return map(self._writer.finding, self._found)

    def __str__(self) -> str:
        told = (
            f"{each.severity}  {each.rule}  {sentence(self.graph, each)}"
            for each in islice(self, PRINTED)
        )
        more = [f"… and {len(self) - PRINTED} more"] if len(self) > PRINTED else []
        return "\n".join([*told, *more]) or "no findings"

    def __repr__(self) -> str:
        found = Counter(each.severity for each in self._found)
        told = ", ".join(
            f"{found[each]:,} {each.lower()}" for each in reversed(Severity) if found[each]
        )
        return f"Findings: {told or 'none'}"

    def _repr_html_(self) -> str:
        rows = (
            {"severity": each.severity, "rule": each.rule, "what": sentence(self.graph, each)}
            for each in self
        )
        return table(repr(self), rows, len(self))

    def columns_of_frame(self) -> dict[str, Column]:
        """Return the findings as columns, with the number of their pieces of evidence."""
        return columns(COLUMNS, map(self._row, self))

    def _row(self, found: Finding) -> dict[str, Any]:
        return {
            "severity": found.severity.lower(),
            "rule": found.rule,
            "finding": found.identity,
            "subjects": list(found.subjects),
            "sentence": sentence(self.graph, found),
            "suppressed": found.suppressed is not None,
            "evidence": len(found.evidence),
        }


class _Writer:
    """A writer of findings, which looks up where the facts behind a finding are stated."""

    def __init__(self, graph: AccessGraph) -> None:
        self.graph = graph
        self.reached = lru_cache(4)(self._reached)

    def finding(self, found: _UnwrittenFinding) -> Finding:
        proofs = {proof: None for source in found.hit.evidence for proof in self.proofs(source)}
        head = found.identity, found.rule.id, found.rule.version, found.severity
        return Finding(*head, found.hit.subjects, found.hit.facts, tuple(proofs), found.suppressed)

    def proofs(self, source: Source) -> Iterator[Proof]:
        if isinstance(source, int):
            yield from map(self.said, self.graph.index.grant(source).evidence)
        elif isinstance(source, Ways):
            for grant in self.ways(source):
                yield from map(self.said, self.graph.grants[grant].evidence)
        elif isinstance(source, Stated):
            yield from self.stated(source)
        elif isinstance(source, LineEvidence):
            yield _proof(self.graph.documents[source.document], source.label, None, source.pointer)
        else:
            yield self.spot(source)

    def said(self, each: Evidence) -> Proof:
        return _proof(
            self.graph.documents[each.document],
            record_label(each),
            each.record_id,
            self.place(each),
        )

    def spot(self, each: Spot) -> Proof:
        document = self.graph.documents[each.document]
        place = pointer(document, each.section, each.row, each.sub) + each.inside
        return _proof(document, each.label, each.record_id, place)

    def ways(self, source: Ways) -> Iterator[str]:
        """Yield the grants on the paths of an access, without repetitions."""
        answer, places = self.reached(source.principal)
        if source.resource in places:
            paths = answer[places[source.resource]].paths
            yield from dict.fromkeys(step.grant for path in paths for step in path.steps)

    def _reached(self, principal: str) -> tuple[AccessAnswers[Access], dict[str, int]]:
        """Return an identity's reach, and the place of each resource in it.

        A small cache is enough, since findings come in the order of principals.
        """
        answer = reach(self.graph, principal)
        return answer, {summary.other: place for place, summary in enumerate(answer.summaries)}

    def stated(self, source: Stated) -> Iterator[Proof]:
        """Yield the latest statements of an attribute, one a document."""
        node, attribute = source
        graph = self.graph
        if attribute == "permissions":
            document = int(graph.fold.attributes["permissions"][graph.number(node)])
            if document != NONE:
                yield self.spot(
                    Spot(
                        document,
                        Section.DOCUMENT,
                        inside=f"/permissions/{escape(native_id(node))}",
                        label=attribute,
                    )
                )
            return
        for number in self._stating(node, attribute):
            yield from self._statement(number, node, attribute)

    def _stating(self, node: str, attribute: str) -> list[int]:
        rows = self.graph.fold.said.attributes
        # Another integer type would convert the whole column.
        number = rows.node.dtype.type(self.graph.number(node))
        first, last = (
            np.searchsorted(rows.node, number),
            np.searchsorted(rows.node, number, "right"),
        )
        here = rows.name[first:last] == ATTRIBUTES.index(attribute)
        return [int(each) for each in rows.document[first:last][here]]

    def _statement(self, number: int, node: str, attribute: str) -> Iterator[Proof]:
        """Return the place where one document states an attribute of a node."""
        document = self.graph.documents[number]
        if attribute == "system_id":
            rows = enumerate(_rows(document, "roles"))
            places = (
                Spot(number, Section.ROLE, row, inside="/systemid", label=attribute)
                for row, each in rows
                if each.get("accountid") == native_id(node) and each.get("systemid") is not None
            )
            yield from map(self.spot, places)
            return
        if document.kind == "team" and node != document.subject and attribute == "email":
            members = enumerate(_rows(document, "business_group", "members"))
            places = (
                Spot(number, Section.TEAM_MEMBER, row, inside="/email", label=attribute)
                for row, each in members
                if str(each.get("identity_id")) == native_id(node) and each.get("email")
            )
            yield from map(self.spot, places)
            return
        if document.kind == "members" and attribute == "email":
            places = (
                Spot(number, Section.LISTED_MEMBER, row, inside="/email", label=attribute)
                for row, each in enumerate(_rows(document, "response"))
                if str(each.get("identity_id")) == native_id(node) and each.get("email")
            )
            yield from map(self.spot, places)
            return
        cause = NodeCause(node, attribute, None, None)
        place = self.record_of(number, node)
        if place is None or not _has(document, self.place(place) + cause.pointer):
            # One document may have a record twice.
            place = stated(self.graph, cause)
        if place is None or place.document != number:
            yield _proof(document, attribute, None, document.prefix)
        else:
            yield _proof(document, attribute, place.record_id, self.place(place) + cause.pointer)

    def place(self, each: Evidence) -> str:
        """The pointer of a record."""
        return pointer(self.graph.documents[each.document], each.section, each.index, each.sub)

    def record_of(self, number: int, node: str) -> Evidence | None:
        """Return the record of a node in a document as far as the columns have it."""
        document, kind = self.graph.documents[number], kind_of(node)
        if kind is not NodeKind.BUSINESS:
            return Evidence(number, Section.DOCUMENT, -1, -1, None)
        fold, place = self.graph.fold, self.graph.number(node)
        if fold.attributes["record"][place] != number:
            return None
        section = Section.TEAM_BUSINESS if document.kind == "team" else Section.BUSINESS
        return Evidence(
            number, section, int(fold.attributes["record_index"][place]), -1, native_id(node)
        )


def _has(document: Document, place: str) -> bool:
    try:
        record(document, place)
    except LookupError:
        return False
    return True


def _rows(document: Document, *keys: str) -> list[dict[str, Any]]:
    """Return the rows of a section of a document; an empty row where a row is no object."""
    value = record(document, "/".join((document.prefix, *keys)))
    return [each if isinstance(each, dict) else {} for each in value]


def _proof(document: Document, label: str, record_id: str | None, place: str) -> Proof:
    return Proof(label, record_id, document.source, place, document.observed_at, document.sha256)
