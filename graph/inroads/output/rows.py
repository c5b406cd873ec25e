"""Values of answers as rows: as JSON objects, as rows of CSV, and as rows of a table for people."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Final

import msgspec

from inroads.analysis.causes import Cause, NodeCause, stated
from inroads.analysis.change_sentences import ChangeWriter
from inroads.analysis.changes import AccessFacts, CausedChanges, Change
from inroads.analysis.choke_points import ChokePoint
from inroads.analysis.duties import Conflict, conflict_sentence
from inroads.analysis.explain import contested_grants
from inroads.analysis.findings import RULES, Finding, Judgement
from inroads.analysis.findings import sentence as finding_sentence
from inroads.analysis.findings.registry import Rule
from inroads.analysis.outcome import Outcome
from inroads.analysis.remediation import Remedy
from inroads.analysis.what_if import WhatIf, outcome_sentence
from inroads.columns.claimset import ROLES
from inroads.errors import Issue, Rejection
from inroads.model import Access, Grant
from inroads.network.access_graph import AccessGraph
from inroads.network.names.former_emails import EMAIL_CHANGED, EmailChange
from inroads.network.wording import MORE_PATHS, path_sentence, records
from inroads.output.evidence_rows import (
    CONTESTED,
    Row,
    certainty_cell,
    contradiction_cells,
    contradiction_rows,
    document_row,
    evidence_cells,
    evidence_row,
    evidence_rows,
    side_cells,
)
from inroads.text import SHOWN, more, shortened

NAMES: Final = {"principal": "email", "resource": "name"}
"""The column that names the node in another column."""


@singledispatch
def json_row(value: Any, of: Any) -> Row:
    """Return a value as a JSON object.

    `of` is the graph that the value belongs to. A change needs its `ComparedGraphs`, an outcome its
    `WhatIf`, a remedy the id of its grant, and a rule its judgement.
    """
    raise TypeError(f"{value!r} of {of!r} has no row")


@singledispatch
def csv_row(value: Any, of: Any) -> Row:
    """Return a value as a row whose cells are texts, numbers or lists of texts."""
    return json_row(value, of)


@singledispatch
def table_row(value: Any, of: Any) -> Row:
    """Return a value as a row of few columns, for people."""
    return csv_row(value, of)


# ---- accesses


@json_row.register
def _access(value: Access, graph: AccessGraph) -> Row:
    facts = _facts(value)
    contested_roles = facts.pop("contested_roles")
    return {
        **_ends(value, graph),
        **facts,
        "distance": value.distance,
        "paths": [path_sentence(graph, path) for path in value.paths],
        "truncated": value.truncated,
        "contested": value.contested,
        "contested_roles": contested_roles,
        "contradictions": contradiction_rows(graph, contested_grants(graph, value)),
    }


@csv_row.register
def _flat_access(value: Access, graph: AccessGraph) -> Row:
    row = json_row(value, graph)
    return {
        **row,
        "certainty": certainty_cell(row["certainty"], contested=value.contested),
        "contradictions": contradiction_cells(row["contradictions"]),
    }


@table_row.register
def _access_cells(value: Access, graph: AccessGraph) -> Row:
    row = csv_row(value, graph)
    paths = row["paths"]
    if len(paths) > 1:
        paths = shortened([f"{number}. {path}" for number, path in enumerate(paths, 1)])
    return {
        **_named_ends(row),
        "roles": [
            f"{role} ({CONTESTED})" if role in value.contested_roles else role
            for role in value.roles
        ],
        "certainty": row["certainty"],
        "state": [row["state"], *shortened(row["reasons"])],
        "how": paths + [MORE_PATHS] * row["truncated"],
    }


def census_cells(row: Row) -> Row:
    """Return a row of a census as a row for people."""
    figures = {name: row[name] for name in ("total", "inferred", "latent")}
    roles = [f"{each} {n}" for each in (*ROLES, CONTESTED) if (n := row[each.lower()])]
    return {"node": _named(row, "id", "name"), **figures, "roles": roles}


def _ends(value: Access | Change | Outcome, graph: AccessGraph) -> Row:
    return {
        "principal": value.principal,
        "email": graph.nodes[value.principal].get("email"),
        "resource": value.resource,
        "name": graph.nodes[value.resource].get("name"),
    }


def _named_ends(row: Row) -> Row:
    return {end: _named(row, end, name) for end, name in NAMES.items()}


def _named(row: Row, node: str, name: str) -> list[str]:
    return [row[node], *filter(None, [row[name]])]


def _facts(access: Access | AccessFacts) -> Row:
    return {
        "roles": [role.value for role in access.roles],
        "capabilities": [capability.value for capability in access.capabilities],
        "certainty": access.certainty.value,
        "state": access.state.value,
        "reasons": list(access.reasons),
        "contested_roles": [role.value for role in access.contested_roles],
    }


def _words(facts: Row | None) -> list[str]:
    if facts is None:
        return ["no access"]
    words = [*facts["roles"], facts["certainty"], facts["state"], *shortened(facts["reasons"])]
    return words + [CONTESTED] * bool(facts["contested_roles"])


# ---- grants


@json_row.register
def _grant(value: Grant, graph: AccessGraph) -> Row:
    roles = [role.value for role in value.roles]
    return {
        "grant": value.id,
        "roles": roles,
        "records": records(graph, value),
        "contested": value.contested,
        "contradictions": contradiction_rows(graph, [value]),
    }


@csv_row.register
def _flat_grant(value: Grant, graph: AccessGraph) -> Row:
    row = json_row(value, graph)
    return {**row, "contradictions": contradiction_cells(row["contradictions"])}


@json_row.register
def _choke_point(value: ChokePoint, graph: AccessGraph) -> Row:
    return _counted(value, json_row(graph.grants[value.grant], graph))


@csv_row.register
def _flat_choke_point(value: ChokePoint, graph: AccessGraph) -> Row:
    return _counted(value, csv_row(graph.grants[value.grant], graph))


@table_row.register
def _choke_point_cells(value: ChokePoint, graph: AccessGraph) -> Row:
    row = csv_row(value, graph)
    told = ("grant", "roles", "records", "ended", "inferred")
    mark = [CONTESTED] if row["contested"] else []
    return {name: row[name] for name in told} | {"records": [row["records"], *mark]}


def _counted(value: ChokePoint, grant: Row) -> Row:
    figures = {"ended": value.ended, "inferred": value.inferred}
    marks = {name: grant.pop(name) for name in ("contested", "contradictions")}
    return {**grant, **figures, **marks}


@json_row.register
def _remedy(value: Remedy, grant: str) -> Row:
    return {"grant": grant, **msgspec.structs.asdict(value)}


# ---- what would change


@json_row.register
def _outcome(value: Outcome, what: WhatIf[Any]) -> Row:
    after = value.after.paths if value.after else ()
    return {
        "outcome": value.fate.value,
        "changes": [kind.value for kind in value.kinds],
        **_ends(value, what.base),
        "before": _facts(value.before) if value.before else None,
        "after": _facts(value.after) if value.after else None,
        "gone": [path_sentence(what.base, path) for path in value.gone],
        "remaining": [path_sentence(what.base, path) for path in after],
        "how": outcome_sentence(what, value),
    }


@csv_row.register
def _flat_outcome(value: Outcome, what: WhatIf[Any]) -> Row:
    row = json_row(value, what)
    return {**row, "before": _words(row["before"]), "after": _words(row["after"])}


@table_row.register
def _outcome_cells(value: Outcome, what: WhatIf[Any]) -> Row:
    row = csv_row(value, what)
    changes = row["changes"] if value.before and value.after else ()
    return {
        "outcome": list(dict.fromkeys([row["outcome"], *changes])),
        **_named_ends(row),
        **{name: shortened(row[name]) for name in ("before", "after", "remaining")},
    }


# ---- changes


class ComparedGraphs:
    """Two graphs, and the causes of changes between them as rows."""

    def __init__(self, before: AccessGraph, after: AccessGraph, most: int | None = SHOWN) -> None:
        """Compare two graphs; of the records of a cause so many are told, and None means all."""
        self.before, self.after, self.most = before, after, most
        self._causes: dict[tuple[int, str], Row] = {}
        self._writer = ChangeWriter(before, after)

    def cause(self, cause: Cause) -> Row:
        """Return a cause as a JSON object. It is made once: many changes may have one cause."""
        if cause.key not in self._causes:
            self._causes[cause.key] = {
                "id": cause.id,
                "what": self._writer.cause(cause),
                "witnessed": cause.witnessed,
                "before": _side(self.before, cause, cause.before, self.most),
                "after": _side(self.after, cause, cause.after, self.most),
                "absent_from": self._absent_from(cause),
            }
        return self._causes[cause.key]

    def _absent_from(self, cause: Cause) -> Row | None:
        if isinstance(cause, NodeCause) or cause.absent_from is None:
            return None
        there = self.before if cause.before is None else self.after
        return document_row(there.documents[cause.absent_from])

    def change(self, change: Change) -> Row:
        """Return a change without what was before and after."""
        return {
            "change": [kind.value for kind in change.kinds],
            **_ends(change, self.after),
            "how": self._writer.sentence(change),
        }


def _side(
    graph: AccessGraph, cause: Cause, side: Grant | str | None, most: int | None
) -> Row | None:
    """One side of a cause with its evidence: a grant, or the value of an attribute."""
    if isinstance(side, Grant):
        return {
            "roles": [role.value for role in side.roles],
            "active": side.active,
            **evidence_rows(graph, side, most),
        }
    if side is None or not isinstance(cause, NodeCause):
        return None
    record = stated(graph, cause)
    evidence = [evidence_row(graph, record, cause.attribute, cause.pointer)] if record else []
    return {cause.attribute: side, "evidence": evidence, "evidence_count": len(evidence)}


@json_row.register
def _change(value: Change, graphs: ComparedGraphs) -> Row:
    row = graphs.change(value)
    how = row.pop("how")
    for when, facts in (("before", value.before), ("after", value.after)):
        row[when] = _facts(facts) if facts else None
        if facts:
            del row[when]["capabilities"]
    return {**row, "causes": list(map(graphs.cause, value.causes)), "how": how}


@json_row.register
def _email_change(value: EmailChange, _graphs: ComparedGraphs) -> Row:
    return {
        "change": [EMAIL_CHANGED],
        "principal": value.identity,
        "email": value.after,
        "resource": None,
        "name": None,
        "before": {"email": value.before},
        "after": {"email": value.after},
        "causes": [],
        "how": value.sentence,
    }


@table_row.register
def _email_change_cells(value: EmailChange, _graphs: ComparedGraphs) -> Row:
    return {"principal": value.identity, "before": value.before, "after": value.after}


@csv_row.register(Change)
@csv_row.register(EmailChange)
def _flat_change(value: Change | EmailChange, graphs: ComparedGraphs) -> Row:
    row = json_row(value, graphs)
    causes = row["causes"]
    return {
        **row,
        **side_cells(row),
        "causes": [f"{cause['id']}: {cause['what']}" for cause in causes],
        **evidence_cells(causes),
    }


@table_row.register
def _change_cells(value: Change, graphs: ComparedGraphs) -> Row:
    row = graphs.change(value)
    return {
        "change": row["change"],
        **_named_ends(row),
        "before": _words(_facts(value.before) if value.before else None),
        "after": _words(_facts(value.after) if value.after else None),
    }


@json_row.register
def _caused(value: CausedChanges, graphs: ComparedGraphs) -> Row:
    return {**graphs.cause(value.cause), "changes": list(map(graphs.change, value.changes))}


@csv_row.register
def _flat_caused(value: CausedChanges, graphs: ComparedGraphs) -> Row:
    row = json_row(value, graphs)
    changes = [
        " ".join([*change["change"], *(change[end] for end in NAMES)]) for change in row["changes"]
    ]
    return {**row, **side_cells(row), "changes": changes, **evidence_cells([row])}


# ---- separation of duty


@json_row.register
def _conflict(value: Conflict, graph: AccessGraph) -> Row:
    return {
        "duty": value.duty.name,
        "reason": value.duty.reason,
        "principal": value.principal,
        "email": graph.nodes[value.principal].get("email"),
        "where": value.where,
        "left": [path_sentence(graph, access.paths[0]) for access in value.left],
        "right": [path_sentence(graph, access.paths[0]) for access in value.right],
        "how": conflict_sentence(graph, value),
    }


@table_row.register
def _conflict_cells(value: Conflict, graph: AccessGraph) -> Row:
    row = json_row(value, graph)
    return {
        "duty": [row["duty"], row["reason"]],
        "principal": _named(row, "principal", "email"),
        **{name: row[name] for name in ("where", "left", "right")},
    }


# ---- findings


@json_row.register
def _finding(value: Finding, graph: AccessGraph) -> Row:
    return {
        "severity": value.severity.lower(),
        "rule": value.rule,
        "rule_version": value.rule_version,
        "finding": value.identity,
        "subjects": list(value.subjects),
        "sentence": finding_sentence(graph, value),
        "facts": {
            name: list(fact) if isinstance(fact, tuple) else fact for name, fact in value.facts
        },
        "remediation": RULES[value.rule].remediation,
        "suppressed": value.suppressed,
        "evidence": list(value.evidence),
        "evidence_count": value.evidence_count,
    }


@csv_row.register
def _flat_finding(value: Finding, graph: AccessGraph) -> Row:
    hidden, row = value.suppressed, json_row(value, graph)
    facts = (
        (name, " ".join(map(str, fact)) if isinstance(fact, list) else fact)
        for name, fact in row["facts"].items()
    )
    return {
        **row,
        "facts": [f"{name}={fact}" for name, fact in facts],
        "suppressed": f"until {hidden.expires}: {hidden.reason}" if hidden else None,
        "evidence": [
            f"{proof.record}: {proof.source} {proof.pointer}, sha256 {proof.document}"
            for proof in value.evidence
        ]
        + _left(value),
    }


@table_row.register
def _finding_cells(value: Finding, graph: AccessGraph) -> Row:
    row = csv_row(value, graph)
    hidden = row["suppressed"]
    return {
        "severity": [row["severity"], *([f"suppressed {hidden}"] if hidden else [])],
        "rule": [row["rule"], row["finding"]],
        "what": [row["sentence"], row["remediation"]],
        "evidence": [f"{proof.record}: {proof.source} {proof.pointer}" for proof in value.evidence]
        + _left(value),
    }


def _left(value: Finding) -> list[str]:
    """Return a line that counts the records which a finding does not hold."""
    left = value.evidence_count - len(value.evidence)
    return [more(left)] * bool(left)


@json_row.register
def _rule(value: Rule, judgement: Judgement) -> Row:
    settings = judgement.rules[value.id]
    return {
        "rule": value.id,
        "version": value.version,
        "severity": settings.severity.lower(),
        "maturity": value.maturity.lower(),
        "enabled": settings.enabled,
        "options": [f"{name} = {_toml(option)}" for name, option in settings.options.items()],
        "definition": value.definition,
        "population": value.population,
        "remediation": value.remediation,
    }


@table_row.register
def _rule_cells(value: Rule, judgement: Judgement) -> Row:
    row = json_row(value, judgement)
    judged = [row["severity"], row["maturity"], *([] if row["enabled"] else ["disabled"])]
    return {"rule": [row["rule"], *row["options"]], "judged": judged, "finds": row["definition"]}


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value.lower()}"' if isinstance(value, str) else str(value)


# ---- problems of documents


@json_row.register(Issue)
@json_row.register(Rejection)
def _problem(value: Issue | Rejection, _graph: AccessGraph | None) -> Row:
    return {
        "problem": "issue" if isinstance(value, Issue) else "rejected",
        "code": value.code,
        "source": value.source,
        "pointer": value.pointer,
        "message": value.message,
    }
