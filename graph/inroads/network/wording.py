"""Labels and sentences for nodes, grants and paths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from inroads.documents.pointers import pointer
from inroads.model import (
    RECORD_NOUN,
    Certainty,
    Contradiction,
    Coverage,
    Evidence,
    Grant,
    MomentSource,
    NodeKind,
    Path,
    Relation,
    Role,
    Section,
    Step,
    kind_of,
)
from inroads.network.access_graph import AccessGraph

# As itself, so that whoever takes words from here finds it among them.
from inroads.network.names.label import label as label  # noqa: PLC0414
from inroads.text import LISTED, SHOWN, more, printable, shortened

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


MORE_PATHS: Final = "… more paths than are listed"
"""The line after a list of paths that a limit cut short."""

_SAYS_WHEN: Final = {
    MomentSource.ENVELOPE: "its envelope",
    MomentSource.GIVEN: "whoever handed it in",
    MomentSource.FILE: "only the modification time of its file",
    None: "something that was not recorded",
}


def moment_words(source: MomentSource | None) -> str:
    """Return what says when a document was observed, as the subject of "says"."""
    return _SAYS_WHEN[source]


def counted(number: int, noun: str) -> str:
    """Return a number of things: `1 identity`, `3 businesses`, `2 documents`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {_PLURALS.get(noun, f'{noun}s')}"


_PLURALS: Final = {"identity": "identities", "business": "businesses", "access": "accesses"}


def coverage_words(coverage: Coverage) -> str:
    """Return how much was observed of what an answer is about.

    Complete are only the documents of what was asked about: others may be missing.
    """
    return "own documents complete" if coverage.complete else "coverage NOT complete"


def record_label(record: Evidence) -> str:
    """Return a readable name of a record: `role 994207`.

    Evidence of what is missing names the document, or the section, that does not have it.
    """
    if record.section is Section.DOCUMENT:
        return "document"
    if record.index < 0 and record.section is Section.MEMBERSHIP:
        return "memberships"
    noun = RECORD_NOUN[record.section]
    if record.section is Section.LISTED_MEMBER:
        return noun  # none has a number: it is known by its person
    return f"{noun} {record.record_id or '(no id)'}"


def grant_label(grant: Grant) -> str:
    """The record of a grant that speaks first, and others of its kind beside it: `role 9 and role
    10`.
    """
    first = grant.evidence[0]
    if first.record_id is None:
        return grant.id
    alike = (each for each in grant.evidence if each.section is first.section)
    return listed(dict.fromkeys(map(record_label, alike)), SHOWN)


def listed(words: Iterable[str], most: int = LISTED) -> str:
    """Return words as part of a sentence: all of them, or the first and the number of the others.

    For example `a and b`, `a and b and 7 more`.
    """
    told = list(words)
    left = [f"{len(told) - most:,} more"] if len(told) > most else []
    return " and ".join([*told[:most], *left])


def own_first(
    graph: AccessGraph, records: Iterable[Evidence], ends: Iterable[int]
) -> list[Evidence]:
    """Return records, those in the own documents of these nodes first; nodes are given by number.

    Among equals they keep their order.
    """
    subjects, own = graph.fold.said.documents.subject, set(ends)
    return sorted(records, key=lambda record: int(subjects[record.document]) not in own)


def records_of(graph: AccessGraph, grant: Grant) -> list[Evidence]:
    """Return the records of a grant, those in the own documents of its two ends first."""
    return own_first(graph, grant.evidence, map(graph.number, (grant.principal, grant.resource)))


def records(graph: AccessGraph, grant: Grant) -> str:
    """Return the names of a grant's records: `membership 168372 = group row 168372 = role 682608`.

    One of each dialect fits in; of more records the number is given.
    """
    return " = ".join(shortened([*dict.fromkeys(map(record_label, records_of(graph, grant)))]))


def evidence_lines(
    graph: AccessGraph,
    grant: Grant,
    most: int | None = SHOWN,
    told: Callable[[str], str] = str,
) -> list[str]:
    """Return the sources of so many records of a grant, its own first, and the number of others.

    For example `membership 168372: bruce.json /response/business_memberships/0`. None means all.
    `told` says how a source is written, as of `short_sources`.
    """
    found = records_of(graph, grant)
    left = len(found) - len(found[:most])
    return [evidence_line(graph, each, told) for each in found[:most]] + [more(left)] * bool(left)


def evidence_line(graph: AccessGraph, record: Evidence, told: Callable[[str], str] = str) -> str:
    """Return the source of one record."""
    document = graph.documents[record.document]
    place = pointer(document, record.section, record.index, record.sub)
    return printable(f"{record_label(record)}: {told(document.source)} {place}".rstrip())


def short_sources(sources: Iterable[str]) -> Callable[[str], str]:
    """Return a function that writes one of these sources as the name of its file.

    Folders stand before it only as far as they tell two files apart. An address stays whole.

    >>> short = short_sources(["/in/a/me.ndjson:1", "/in/b/me.ndjson:1", "/in/b/team.json"])
    >>> short("/in/a/me.ndjson:1"), short("/in/b/team.json"), short("generated:me/7")
    ('a/me.ndjson:1', 'team.json', 'generated:me/7')
    """
    alike = Counter(
        tail for file in {_IN_FILE.sub("", each) for each in sources} for tail in _tails(file)
    )

    def short(source: str) -> str:
        file = _IN_FILE.sub("", source)
        tail = next((each for each in _tails(file) if alike[each] == 1), file)
        return tail + source[len(file) :]

    return short


_IN_FILE: Final = re.compile(r"(:|#/)[0-9]+\Z")
"""The place of a document in a file of many."""


def _tails(file: str) -> list[str]:
    """Return the ends of a path, the shortest first: its name, its name in its folder, and so on."""
    first, *parts = file.split("/")
    if ":" in first:  # an address, of a service or of generated documents
        return []
    parts = [first, *parts]
    return ["/".join(parts[place:]) for place in reversed(range(len(parts)))]


def contradiction_line(contradiction: Contradiction) -> str:
    """Return a contradiction in one line: its code and its sentence."""
    return printable(f"{contradiction.code}: {contradiction.sentence}")


def both_sides(grant: Grant, contradiction: Contradiction, most: int | None) -> list[Evidence]:
    """Return so many pieces of evidence of a contradiction, of each side before more of one.

    Records of the grant that say different words are different sides, and so is all other evidence.
    """
    words = dict(zip(grant.evidence, grant.words, strict=True))
    of_side: Counter[tuple[bool, str | None]] = Counter()
    ranked = []
    for record in contradiction.evidence:
        side = record in words, words.get(record)
        ranked.append((of_side[side], record))
        of_side[side] += 1
    # The order is stable: within one rank the evidence keeps its order.
    return [record for _, record in sorted(ranked, key=lambda each: each[0])[:most]]


def path_sentence(graph: AccessGraph, path: Path) -> str:
    """A path in plain English, latent reasons included."""
    first = path.steps[0]
    text = f"{label(graph, first.principal)} {_clause(first)} {label(graph, first.resource)}"
    for step in path.steps[1:]:
        text += f", {_relative(step)} {label(graph, step.resource)}"
    if path.certainty is Certainty.ASSOCIATED:
        text += " (connected, which is not access)"
    if path.reasons:
        text += f" (latent: {reasons_of(path.reasons)})"
    return f"{text}."


def reasons_of(reasons: Sequence[str]) -> str:
    """Return the reasons for being latent as part of a sentence."""
    return ", ".join(shortened([*map(printable, reasons)]))


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
