"""Labels and sentences for nodes, grants and paths."""

from __future__ import annotations

from typing import Final

from inroads.documents.pointers import pointer
from inroads.model import (
    RECORD_NOUN,
    Certainty,
    Evidence,
    Grant,
    NodeKind,
    Path,
    Relation,
    Role,
    Section,
    Step,
    kind_of,
    native_id,
)
from inroads.network.access_graph import AccessGraph
from inroads.text import printable

_HOLDS: Final = {
    Role.OWNER: "owns",
    Role.ADMIN: "is an admin of",
    Role.MANAGER: "is a manager of",
    Role.EMPLOYEE: "is an employee of",
    Role.ACCOUNTANT: "is an accountant of",
    Role.CONTRACTOR: "is a contractor of",
    Role.CLIENT: "is a client of",
    Role.STAFF: "is on the staff of",
}


def label(graph: AccessGraph, node: str) -> str:
    """Return a readable name of a node: `b@example.com`, `BillSpring (77128)`, `account Xr82w`.

    A name or email in which nothing can be seen counts as none.
    """
    data, native = graph.nodes[node], native_id(node)
    if _is_visible(email := data.get("email") or ""):
        return printable(email)
    if _is_visible(name := data.get("name") or ""):
        return f"{printable(name)} ({native})"
    return printable(f"{data['kind'].lower()} {native}")


def _is_visible(text: str) -> bool:
    return any(each.isprintable() and not each.isspace() for each in text)


def record_label(record: Evidence) -> str:
    """Return a readable name of a record: `role 994207`; of a whole section or document its noun."""
    if record.index < 0 and record.record_id is None:
        return (
            "memberships" if record.section is Section.MEMBERSHIP else RECORD_NOUN[record.section]
        )
    return f"{RECORD_NOUN[record.section]} {record.record_id or '(no id)'}"


def grant_label(grant: Grant) -> str:
    """The record of a grant that speaks first, and others of its kind beside it: `role 9 and role
    10`.
    """
    first = grant.evidence[0]
    if first.record_id is None:
        return grant.id
    return " and ".join(
        dict.fromkeys(
            record_label(each) for each in grant.evidence if each.section is first.section
        )
    )


def records(grant: Grant) -> str:
    """All records of a grant: `membership 168372 = group row 168372 = role 682608`."""
    return " = ".join(dict.fromkeys(map(record_label, grant.evidence)))


def evidence_lines(graph: AccessGraph, grant: Grant) -> list[str]:
    """Return the source of each record of a grant.

    For example `membership 168372: bruce.json /response/business_memberships/0`.
    """
    lines = []
    for each in grant.evidence:
        document = graph.documents[each.document]
        place = pointer(document, each.section, each.index, each.sub)
        lines.append(printable(f"{record_label(each)}: {document.source} {place}"))
    return lines


def path_sentence(graph: AccessGraph, path: Path) -> str:
    """A path in plain English, latent reasons included."""
    first = path.steps[0]
    text = f"{label(graph, first.principal)} {_clause(first)} {label(graph, first.resource)}"
    for step in path.steps[1:]:
        text += f", {_relative(step)} {label(graph, step.resource)}"
    if path.certainty is Certainty.ASSOCIATED:
        text += " (connected, which is not access)"
    if path.reasons:
        text += f" (latent: {', '.join(map(printable, path.reasons))})"
    return f"{text}."


def _clause(step: Step) -> str:
    if step.relation is Relation.KEEPS:
        return "keeps" if kind_of(step.principal) is NodeKind.BUSINESS else "is kept by"
    if step.relation is Relation.GROUP_OF:
        return "is a group of"
    word = printable(step.raw_role) if step.raw_role else "no role"
    if step.relation is Relation.GROUP:
        return f"is {word!r} in"
    return _HOLDS.get(step.role, f"holds {word!r} in") if step.role else "holds"


def _relative(step: Step) -> str:
    if step.relation is Relation.KEEPS and kind_of(step.principal) is NodeKind.ACCOUNT:
        return "kept by"
    return f"which {_clause(step)}"
