"""The report of a review: one HTML file without scripts, from which no request leaves."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from inroads.analysis.census import Census, census
from inroads.analysis.explain import explain
from inroads.analysis.findings.finding import Finding
from inroads.analysis.findings.registry import RULES, Rule
from inroads.analysis.findings.review import Findings, review
from inroads.analysis.findings.sentences import sentence
from inroads.analysis.plan import plan
from inroads.analysis.remediation import FACTS
from inroads.analysis.what_if import WhatIf, outcome_sentence
from inroads.model import Access, NodeKind, Path, kind_of
from inroads.moments import rfc3339
from inroads.network.access_graph import AccessGraph
from inroads.network.names.lookup import named
from inroads.network.wording import (
    contradiction_line,
    counted,
    coverage_words,
    evidence_lines,
    label,
    path_sentence,
    short_sources,
)
from inroads.output.picture.drawing import THEME, svg
from inroads.output.picture.scenes import of_paths
from inroads.output.plots import bar, in_words
from inroads.policy.rule_settings import Severity
from inroads.reach.answers import RESOURCES
from inroads.reach.questions import access, reach, reached_by
from inroads.text import SHOWN, more, printable, shortened

TOP: Final = 10
"""The default number of findings of a rule, people, businesses and accesses that a report shows."""

DETAILED: Final = 3
"""The number of findings of a rule, and of accesses of a subject, that have a picture."""

LINES: Final = 12
"""The most lines of evidence, outcomes or notes under one picture."""

THEMES: Final = {
    "accesses": "Accesses",
    "control": "Control of businesses",
    "grants": "Grants and roles",
    "identities": "Identities",
    "resources": "Businesses and accounts",
}
"""The headings over findings, by the file of their rules."""

REVOKED: Final = frozenset(
    {
        "bridge",
        "indirect-only",
        "new-since",
        "old-grant",
        "redundant-route",
        "role-without-membership",
    }
)
"""The rules whose findings a revocation may settle; the report adds its outcome."""

PATHS_SHOWN: Final = 5
"""The most paths of one access that are listed and drawn, and the most of its contradictions."""


class _ShownPath(NamedTuple):
    """A path as the report lists it."""

    sentence: str
    contested: bool


class _Route(NamedTuple):
    """An access as the report shows it."""

    access: Access
    principal: str
    resource: str
    sentence: str
    contradictions: tuple[str, ...]
    paths: tuple[_ShownPath, ...]
    evidence: Sequence[str]
    picture: Markup


class _Fix(NamedTuple):
    """The steps that would resolve a finding, and their outcomes for every access over it."""

    steps: Sequence[str]
    outcomes: Sequence[str]
    left_out: int
    notes: Sequence[str]


class _Row(NamedTuple):
    """An access as one row of a table."""

    access: Access
    principal: str
    resource: str
    sentence: str


class _Subject(NamedTuple):
    """A person or a business with its accesses: some with pictures, some as rows, some counted."""

    node: str
    anchor: str
    label: str
    total: int
    routes: Iterable[_Route]
    rows: Iterable[_Row]
    left_out: int
    cut: bool


class _Bar(NamedTuple):
    """A row of a plot: a label, where it leads, its bar, and what that is in words."""

    label: str
    anchor: str | None
    picture: Markup
    words: str


class _Ruled(NamedTuple):
    """The findings of one rule: some with pictures, some as rows, some counted."""

    rule: Rule
    severity: Severity
    found: Findings
    detailed: Iterable[Mapping[str, Any]]
    rows: Iterable[Mapping[str, Any]]
    left_out: int


class _Theme(NamedTuple):
    """Findings about one matter, rule by rule, the worst first."""

    title: str
    anchor: str
    total: int
    rules: Sequence[_Ruled]


class _Extent(NamedTuple):
    """The extent of a report; None means everything.

    `top` bounds each list, `detailed` the pictures of each, `records` the evidence of each finding,
    and `lines` the lines under a picture. `source` is how the source of a record is written.
    """

    top: int | None
    detailed: int | None
    records: int | None
    lines: int | None
    source: Callable[[str], str]


def report(
    graph: AccessGraph,
    subject: str | None = None,
    *,
    top: int = TOP,
    full: bool = False,
    now: dt.datetime | None = None,
    read: Sequence[str] = (),
) -> Iterator[str]:
    """The report as pieces of HTML, about everything or about one identity or business.

    `subject` is an id, an email or a name. At most `top` of each thing are shown, and the report says how
    many were left out; with `full` nothing is. `read` names what was read, such as files.
    Raises as `named` before the first piece.
    For an Explorer the report also lists rejections and pseudonyms.
    """
    kinds = NodeKind.IDENTITY, NodeKind.BUSINESS
    node = named(graph, subject, kinds).node if subject else None
    source = short_sources(graph.fold.said.documents.source.texts())
    extent = _Extent(top, top if node else DETAILED, SHOWN, LINES, source)
    if full:
        extent = _Extent(None, None, None, None, source)
    found = review(graph, now=now)
    about = found.about(node) if node else found
    parts = _parts(about)
    figures = census(graph)
    people = node is None or kind_of(node) is NodeKind.IDENTITY
    values: dict[str, Any] = {
        "graph": graph,
        "theme": Markup(THEME),  # noqa: S704  # a constant of our own
        "scope": _scope(graph, node, extent, read),
        "moment": rfc3339(found.moment.replace(microsecond=0)),
        "source": source,
        "written": rfc3339,
        "coverage": _coverage(graph, node),
        "counts": {kind.lower(): graph.counts[kind] for kind in NodeKind},
        "accesses": _accesses(figures, node),
        "severities": _severities(parts),
        "total": len(about),
        "exposure": [] if node else _exposure(graph, figures, extent),
        "ruled": _ruled_bars(parts),
        "themes": _themes(graph, parts, extent),
        "looked": found.looked,
        "subject": node,
        "people": _Subjects(graph, figures, NodeKind.IDENTITY, node, extent) if people else (),
        "businesses": (
            _Subjects(graph, figures, NodeKind.BUSINESS, node, extent)
            if not people or node is None
            else ()
        ),
        "left_out": {kind: _left_out(graph, kind, node, extent) for kind in NodeKind},
        "coverage_words": coverage_words,
        "counted": counted,
        "more": more,
    }
    return _ENVIRONMENT.get_template("report.html.jinja").generate(values)


def _scope(
    graph: AccessGraph, node: str | None, extent: _Extent, read: Sequence[str]
) -> dict[str, str]:
    """Return the scope of a report: its title, what was read, of when, and how much is shown."""
    seen, kinds = graph.coverage(), (NodeKind.IDENTITY, NodeKind.BUSINESS)
    when = sorted({each.date().isoformat() for each in (seen.oldest, seen.newest) if each})
    everything = " and ".join(counted(graph.counts[kind], kind.lower()) for kind in kinds)
    name = label(graph, node) if node else everything
    return {
        "title": name,
        "read": ", ".join([*shortened(read), counted(len(graph.documents), "document")]),
        "observed": " to ".join(when) or "never",
        "about": f"only {name}, among {everything}" if node else f"all, {everything}",
        "shown": "all" if extent.top is None else f"at most {extent.top:,} of each list",
    }


def _coverage(graph: AccessGraph, node: str | None) -> Any:
    if node is None:
        return graph.coverage()
    return (
        graph.coverage_of_reach(node)
        if kind_of(node) is NodeKind.IDENTITY
        else graph.coverage_of_reached_by(node)
    )


def _left_out(graph: AccessGraph, kind: NodeKind, node: str | None, extent: _Extent) -> int:
    if node is not None or extent.top is None:
        return 0
    return max(0, graph.counts[kind] - extent.top)


# ---- the summary


def _accesses(counted: Census, node: str | None) -> dict[str, int]:
    """Return the figures of accesses, of all or of one subject."""
    names = ("total", "inferred", "latent", "contested")
    if node:
        own = counted.counts(node)
        return {name: getattr(own, name) for name in names}
    columns = counted.of(NodeKind.IDENTITY)
    return {name: int(columns[name].sum()) for name in names}


class _Part(NamedTuple):
    """The findings of one rule, and how many there are of each severity: counted once."""

    rule: Rule
    found: Findings
    severities: Mapping[Severity, int]

    @property
    def worst(self) -> Severity:
        """The worst severity of these findings."""
        return max(self.severities, key=lambda each: each.rank)


def _parts(found: Findings) -> list[_Part]:
    """Return the rules with findings, by their worst severity, then by the number of findings."""
    parts = [_Part(RULES[name], part, part.severities) for name, part in found.by_rule().items()]
    return sorted(parts, key=lambda part: (-part.worst.rank, -len(part.found)))


def _severities(parts: Iterable[_Part]) -> list[tuple[Severity, int]]:
    """Return the number of findings of each severity, the worst first."""
    counts: Counter[Severity] = Counter()
    for part in parts:
        counts.update(part.severities)
    return [(each, counts[each]) for each in reversed(Severity) if counts[each]]


def _exposure(graph: AccessGraph, counted: Census, extent: _Extent) -> list[_Bar]:
    """Return the businesses that most identities reach, by stated and inferred accesses."""
    rows = [row for row in counted.rows([NodeKind.BUSINESS], first=TOP) if row["total"]]
    most = max((row["total"] for row in rows), default=0)
    return [
        _Bar(
            label(graph, row["id"]),
            _anchor(NodeKind.BUSINESS, number) if number <= (extent.top or number) else None,
            bar(parts, most),
            in_words(parts),
        )
        for number, row in enumerate(rows, 1)
        for parts in [[(name, row[name]) for name in ("stated", "inferred")]]
    ]


def _ruled_bars(parts: Sequence[_Part]) -> list[_Bar]:
    """Return the rules with findings, the worst first, by severity."""
    most = max((len(part.found) for part in parts), default=0)
    return [
        _Bar(
            part.rule.id,
            f"rule-{part.rule.id}",
            bar(told, most),
            in_words(told),
        )
        for part in parts
        for told in [[(each.lower(), count) for each, count in _severities([part])]]
    ]


# ---- the findings


def _themes(graph: AccessGraph, parts: Iterable[_Part], extent: _Extent) -> list[_Theme]:
    themes: dict[str, list[_Ruled]] = {}
    for part in parts:
        theme = part.rule.look.__module__.rpartition(".")[2]
        themes.setdefault(theme, []).append(_ruled(graph, part, extent))
    return [
        _Theme(THEMES[name], f"theme-{name}", sum(len(each.found) for each in rules), rules)
        for name, rules in themes.items()
    ]


def _ruled(graph: AccessGraph, part: _Part, extent: _Extent) -> _Ruled:
    found = part.found.brief(extent.records)
    shown = len(found) if extent.top is None else min(extent.top, len(found))
    detailed = shown if extent.detailed is None else min(extent.detailed, shown)
    less = found if extent.top is None else found.brief(1)
    return _Ruled(
        part.rule,
        part.worst,
        found,
        (_told(graph, found[place], extent) for place in range(detailed)),
        (_brief(graph, less[place]) for place in range(detailed, shown)),
        len(found) - shown,
    )


def _brief(graph: AccessGraph, finding: Finding) -> dict[str, Any]:
    return {
        "it": finding,
        "sentence": sentence(graph, finding),
        "left": finding.evidence_count - len(finding.evidence),
    }


def _told(graph: AccessGraph, finding: Finding, extent: _Extent) -> dict[str, Any]:
    about = _access(graph, finding)
    return {
        **_brief(graph, finding),
        "picture": _picture(graph, about.paths[:PATHS_SHOWN], extent) if about else None,
        "fix": _fix(graph, finding, about, extent.lines) if finding.rule in REVOKED else None,
    }


def _access(graph: AccessGraph, finding: Finding) -> Access | None:
    """The access that a finding is about, if any."""
    if len(finding.subjects) != 2 or any("#" in each for each in finding.subjects):
        return None
    who, what = finding.subjects
    if kind_of(who) is not NodeKind.IDENTITY or kind_of(what) not in RESOURCES:
        return None
    return access(graph, who, what)


def _fix(
    graph: AccessGraph, finding: Finding, about: Access | None, most: int | None
) -> _Fix | None:
    """Compute the what-if of a finding's grants, or of the cut that ends its access.

    Return None if the finding names neither.
    """
    grants = [
        each
        for each in finding.subjects
        if each in graph.grants and graph.grants[each].relation not in FACTS
    ]
    if not grants and not about:
        return None
    what = WhatIf[AccessGraph](graph, grants) if grants or not about else plan(graph, about).what_if
    told = tuple(outcome_sentence(what, each) for each in what.outcomes[:most])
    return _Fix(
        shortened([each.sentence for each in what.remedies], most),
        told,
        len(what.outcomes) - len(told),
        shortened(what.notes, most),
    )


# ---- people and businesses


class _Subjects:
    """The subjects of one kind with most accesses, or one subject; each pass asks anew.

    `anchors` are the labels with the anchors, so that the contents need no access.
    """

    def __init__(
        self,
        graph: AccessGraph,
        counted: Census,
        kind: NodeKind,
        node: str | None,
        extent: _Extent,
    ) -> None:
        self._graph, self._kind, self._extent = graph, kind, extent
        ranked = counted.rows([kind], first=extent.top)
        self._nodes = [node] if node else [str(row["id"]) for row in ranked]
        names = [] if extent.top is None and not node else self._nodes
        self.anchors = [
            (label(graph, each), _anchor(kind, number)) for number, each in enumerate(names, 1)
        ]

    def __iter__(self) -> Iterator[_Subject]:
        ask = reach if self._kind is NodeKind.IDENTITY else reached_by
        for number, node in enumerate(self._nodes, 1):
            found = ask(self._graph, node)
            shown = range(len(found))[: self._extent.top]
            detailed = shown[: self._extent.detailed]
            yield _Subject(
                node,
                _anchor(self._kind, number),
                label(self._graph, node),
                len(found),
                (_route(self._graph, found[place], self._extent) for place in detailed),
                (_row(self._graph, found[place]) for place in shown[len(detailed) :]),
                len(found) - len(shown),
                found.truncated,
            )


def _anchor(kind: NodeKind, number: int) -> str:
    return f"{kind.lower()}-{number}"


def _row(graph: AccessGraph, about: Access) -> _Row:
    ends = label(graph, about.principal), label(graph, about.resource)
    return _Row(about, *ends, path_sentence(graph, about.paths[0]))


def _route(graph: AccessGraph, about: Access, extent: _Extent) -> _Route:
    paths = about.paths[:PATHS_SHOWN]
    grants = dict.fromkeys(step.grant for path in paths for step in path.steps)
    return _Route(
        about,
        label(graph, about.principal),
        label(graph, about.resource),
        explain(graph, about).sentence,
        tuple(map(contradiction_line, about.contradictions[:PATHS_SHOWN])),
        tuple(_ShownPath(path_sentence(graph, path), path.contested) for path in paths),
        shortened(list(_evidence(graph, grants, extent)), extent.lines),
        _picture(graph, paths, extent),
    )


def _evidence(graph: AccessGraph, grants: Iterable[str], extent: _Extent) -> Iterator[str]:
    for grant in grants:
        yield from evidence_lines(graph, graph.grants[grant], extent.records, extent.source)


def _picture(graph: AccessGraph, paths: Sequence[Path], extent: _Extent) -> Markup:
    return Markup(svg(of_paths(graph, paths, told=extent.source), alone=False))  # noqa: S704  # made by ElementTree, which escapes every text


def _shown(value: Any) -> Any:
    """Texts without characters that could reorder them; autoescape does the rest."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)


_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("inroads.output", "."),
    autoescape=True,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
