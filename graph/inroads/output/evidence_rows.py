"""Evidence and contradictions as rows, and the mark of what is contested."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from inroads.documents.pointers import pointer
from inroads.model import Contradiction, Evidence
from inroads.moments import rfc3339
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import record_label

Row: TypeAlias = dict[str, Any]

CONTESTED: Final = "contested"
"""The word that marks a contested access, path, step or grant."""


def evidence_row(graph: AccessGraph, record: Evidence, label: str, within: str = "") -> Row:
    """Return a piece of evidence under a label; `within` points at a part of the record."""
    document = graph.documents[record.document]
    return {
        "record": label,
        "record_id": record.record_id,
        "source": document.source,
        "pointer": pointer(document, record.section, record.index, record.sub) + within,
        "observed_at": rfc3339(document.observed_at),
        "moment_source": document.moment_source,
        "document": document.sha256,
    }


def contradiction_rows(graph: AccessGraph, found: Iterable[Contradiction]) -> list[Row]:
    """Return contradictions as JSON objects, with the evidence of both sides."""
    return [
        {
            "code": each.code,
            "sentence": each.sentence,
            "evidence": [
                evidence_row(graph, record, record_label(record)) for record in each.evidence
            ],
        }
        for each in found
    ]


def contradiction_cells(contradictions: Iterable[Row]) -> list[str]:
    """Return the rows of contradictions as lines: the code of each, and its sentence."""
    return [f"{each['code']}: {each['sentence']}" for each in contradictions]


def certainty_cell(certainty: str, *, contested: bool) -> str | list[str]:
    """Return a certainty as a cell, of two lines where it is contested."""
    return [certainty, CONTESTED] if contested else certainty
