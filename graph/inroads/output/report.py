"""The report of a review: one HTML file without scripts, from which no request leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from inroads.analysis.census import census
from inroads.analysis.explain import explain
from inroads.analysis.findings.finding import Finding
from inroads.analysis.findings.registry import RULES
from inroads.analysis.findings.review import review
from inroads.analysis.findings.sentences import sentence
from inroads.analysis.plan import plan
from inroads.analysis.remediation import FACTS
from inroads.analysis.what_if import WhatIf, outcome_sentence
from inroads.errors import InroadsError, NotFound
from inroads.model import Access, NodeKind, Path, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import contradiction_line, evidence_lines, label, path_sentence
from inroads.output.drawing import svg
from inroads.output.scenes import of_paths
from inroads.reach.answers import RESOURCES
from inroads.reach.questions import access, reach, reached_by
from inroads.text import printable

TOP: Final = 10
"""The default number of findings, people, businesses and accesses that a report shows."""

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
    evidence: tuple[str, ...]
    picture: Markup


class _Fix(NamedTuple):
    """The steps that would resolve a finding, and their outcomes for every access over it."""

    steps: tuple[str, ...]
    outcomes: tuple[str, ...]
    left_out: int
    notes: tuple[str, ...]


class _Subject(NamedTuple):
    """A person or a business with its accesses."""

    node: str
    label: str
    total: int
    routes: Iterator[_Route]
    cut: bool


def report(
    graph: AccessGraph,
    subject: str | None = None,
    *,
    top: int = TOP,
    now: dt.datetime | None = None,
) -> Iterator[str]:
    """The report as pieces of HTML, about everything or about one identity or business.

    `subject` is an email or node id. At most `top` of each thing are shown, and the report says how
    many were left out. Raises NotFound, BadId and InroadsError WRONG_KIND before the first piece.
    For an Explorer the report also lists rejections and pseudonyms.
    """
    node = graph.find(subject) if subject else None
    if subject and node is None:
        raise NotFound(f"no document names {subject.strip()!r}")
    if node and kind_of(node) not in (NodeKind.IDENTITY, NodeKind.BUSINESS):
        raise InroadsError(f"{node} is neither an identity nor a business", "WRONG_KIND")
    found = review(graph, now=now)
    about = [each for each in found if node is None or node in each.subjects]
    people = node is None or kind_of(node) is NodeKind.IDENTITY
    businesses = node is None or not people
    values: dict[str, Any] = {
        "graph": graph,
        "subject": label(graph, node) if node else None,
        "moment": found.moment,
        "coverage": _coverage(graph, node),
        "counts": {kind.lower(): graph.counts[kind] for kind in NodeKind},
        "findings": [_told(graph, each, top) for each in about[:top]],
        "left_out": max(0, len(about) - top),
        "looked": found.looked,
        "people": _subjects(graph, NodeKind.IDENTITY, node, top) if people else iter(()),
        "businesses": _subjects(graph, NodeKind.BUSINESS, node, top) if businesses else iter(()),
        "people_left_out": max(0, graph.counts[NodeKind.IDENTITY] - top) if node is None else 0,
        "businesses_left_out": max(0, graph.counts[NodeKind.BUSINESS] - top) if node is None else 0,
        "top": top,
    }
    return _ENVIRONMENT.get_template("report.html.jinja").generate(values)


def _coverage(graph: AccessGraph, node: str | None) -> Any:
    if node is None:
        return graph.coverage()
    return (
        graph.coverage_of_reach(node)
        if kind_of(node) is NodeKind.IDENTITY
        else graph.coverage_of_reached_by(node)
    )


def _told(graph: AccessGraph, finding: Finding, top: int) -> dict[str, Any]:
    about = _access(graph, finding)
    return {
        "it": finding,
        "sentence": sentence(graph, finding),
        "rule": RULES[finding.rule],
        "picture": _picture(graph, about.paths[:PATHS_SHOWN]) if about else None,
        "fix": _fix(graph, finding, about, top) if finding.rule in REVOKED else None,
    }


def _access(graph: AccessGraph, finding: Finding) -> Access | None:
    """The access that a finding is about, if any."""
    if len(finding.subjects) != 2 or any("#" in each for each in finding.subjects):
        return None
    who, what = finding.subjects
    if kind_of(who) is not NodeKind.IDENTITY or kind_of(what) not in RESOURCES:
        return None
    return access(graph, who, what)


def _fix(graph: AccessGraph, finding: Finding, about: Access | None, top: int) -> _Fix | None:
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
    told = tuple(outcome_sentence(what, each) for each in what.outcomes[:top])
    return _Fix(
        tuple(each.sentence for each in what.remedies),
        told,
        len(what.outcomes) - len(told),
        what.notes,
    )


def _subjects(graph: AccessGraph, kind: NodeKind, node: str | None, top: int) -> Iterator[_Subject]:
    """Yield `node`, or the subjects with most accesses, so that only one is held at a time."""
    counted = census(graph)
    nodes = [node] if node else [str(row["id"]) for row in counted.rows([kind], first=top)]
    ask = reach if kind is NodeKind.IDENTITY else reached_by
    for each in nodes:
        found = ask(graph, each)
        routes = (_route(graph, found[place]) for place in range(min(top, len(found))))
        yield _Subject(each, label(graph, each), len(found), routes, found.truncated)


def _route(graph: AccessGraph, about: Access) -> _Route:
    paths = about.paths[:PATHS_SHOWN]
    grants = dict.fromkeys(step.grant for path in paths for step in path.steps)
    return _Route(
        about,
        label(graph, about.principal),
        label(graph, about.resource),
        explain(graph, about).sentence,
        tuple(map(contradiction_line, about.contradictions[:PATHS_SHOWN])),
        tuple(_ShownPath(path_sentence(graph, path), path.contested) for path in paths),
        tuple(line for grant in grants for line in evidence_lines(graph, graph.grants[grant])),
        _picture(graph, paths),
    )


def _picture(graph: AccessGraph, paths: Sequence[Path]) -> Markup:
    return Markup(svg(of_paths(graph, paths)))  # noqa: S704  # made by ElementTree, which escapes every text


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
