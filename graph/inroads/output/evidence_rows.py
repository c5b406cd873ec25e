"""Evidence and contradictions as rows, and the mark of what is contested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from inroads.documents.pointers import pointer
from inroads.model import Contradiction, Document, Evidence, Grant
from inroads.moments import rfc3339
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import both_sides, record_label, records_of
from inroads.text import SHOWN, more

Row: TypeAlias = dict[str, Any]

CONTESTED: Final = "contested"
"""The word that marks a contested access, path, step or grant."""


def evidence_row(graph: AccessGraph, record: Evidence, label: str, within: str = "") -> Row:
    """Return a piece of evidence under a label; `within` points at a part of the record."""
    document = graph.documents[record.document]
    found = document_row(document)
    return {
        "record": label,
        "record_id": record.record_id,
        "source": found.pop("source"),
        "pointer": pointer(document, record.section, record.index, record.sub) + within,
        **found,
    }


def document_row(document: Document) -> Row:
    """Return a document without its body."""
    return {
        "source": document.source,
        "observed_at": rfc3339(document.observed_at),
        "moment_source": document.moment_source,
        "document": document.sha256,
    }


def evidence_rows(graph: AccessGraph, grant: Grant, most: int | None = SHOWN) -> Row:
    """Return so many records of a grant, its own first, with the number of all; None means all."""
    found = records_of(graph, grant)[:most]
    return {
        "evidence": [evidence_row(graph, each, record_label(each)) for each in found],
        "evidence_count": len(grant.evidence),
    }


def contradiction_rows(
    graph: AccessGraph, grants: Iterable[Grant], most: int | None = SHOWN
) -> list[Row]:
    """Return the contradictions of grants as JSON objects, each once, with so many records.

    The records are of both sides; None means all.
    """
    found = {each: grant for grant in grants for each in grant.contradictions}
    return [_contradiction(graph, grant, each, most) for each, grant in found.items()]


def _contradiction(graph: AccessGraph, grant: Grant, told: Contradiction, most: int | None) -> Row:
    shown = told.evidence if most is None else both_sides(grant, told, most)
    return {
        "code": told.code,
        "sentence": told.sentence,
        "evidence": [evidence_row(graph, each, record_label(each)) for each in shown],
        "evidence_count": len(told.evidence),
    }


def contradiction_cells(contradictions: Iterable[Row]) -> list[str]:
    """Return the rows of contradictions as lines: the code of each, and its sentence."""
    return [f"{each['code']}: {each['sentence']}" for each in contradictions]


def certainty_cell(certainty: str, *, contested: bool) -> str | list[str]:
    """Return a certainty as a cell, of two lines where it is contested."""
    return [certainty, CONTESTED] if contested else certainty


def cause_evidence(side: Row | None) -> list[str]:
    """Return a line for each record of one side of a cause."""
    if side is None:
        return []
    lines = [_record_line(record, None) for record in side["evidence"]]
    left = side["evidence_count"] - len(lines)
    return lines + [more(left)] * bool(left)


def cause_lines(cause: Row, digits: int | None, most: int | None) -> list[str]:
    """Return a line for each record of a cause, at most so many of its sides in turn.

    The last lines count the records that are left out, and name the document without the grant.
    """
    sides = [side for side in ("before", "after") if cause[side]]
    told = [
        (at, number, f"{side + ':':<7} {_record_line(record, digits)}")
        for number, side in enumerate(sides)
        for at, record in enumerate(cause[side]["evidence"])
    ]
    shown = sorted(sorted(told)[:most], key=lambda each: each[1])
    left = sum(cause[side]["evidence_count"] for side in sides) - len(shown)
    without = cause["absent_from"]
    missing = [f"not in: {_document(without, digits)}"] if without else []
    return [line for _, _, line in shown] + [more(left)] * bool(left) + missing


def _record_line(record: Row, digits: int | None) -> str:
    return f"{record['record']}: {_document(record, digits, record['pointer'])}"


def _document(row: Row, digits: int | None, place: str = "") -> str:
    return (
        f"{row['source']} {place}".rstrip()
        + f", observed {row['observed_at']}, sha256 {row['document'][:digits]}"
    )


def evidence_cells(causes: Iterable[Row]) -> Row:
    """Return the records of causes as two cells: of what was before, and of what is after."""
    return {
        f"evidence_{when}": [line for cause in causes for line in cause_evidence(cause[when])]
        for when in ("before", "after")
    }


def side_cells(row: Row) -> Row:
    """Return what was before and what is after as two cells of words."""
    return {when: list(_side_words(row[when] or {})) for when in ("before", "after")}


def _side_words(side: Row) -> Iterator[str]:
    for name, value in side.items():
        if isinstance(value, bool):
            yield from () if value else (f"not {name}",)
        elif not name.startswith("evidence"):
            yield from [value] if isinstance(value, str) else value
