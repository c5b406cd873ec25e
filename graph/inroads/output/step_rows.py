"""The steps of the paths of an access as rows, with the records behind each."""

from __future__ import annotations

from collections.abc import Iterator

from inroads.model import Access
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import evidence_line, records, records_of
from inroads.output.evidence_rows import (
    Row,
    certainty_cell,
    contradiction_cells,
    contradiction_rows,
)
from inroads.text import SHOWN


def step_rows(graph: AccessGraph, access: Access, most: int | None = SHOWN) -> Iterator[Row]:
    """Yield a row for each step of each path, with so many records behind it; None means all."""
    for number, path in enumerate(access.paths, 1):
        for place, step in enumerate(path.steps, 1):
            grant = graph.grants[step.grant]
            yield {
                "path": number,
                "step": place,
                "principal": step.principal,
                "relation": step.relation.value,
                "resource": step.resource,
                "role": step.role.value if step.role else None,
                "raw_role": step.raw_role,
                "certainty": path.certainty.value,
                "state": path.state.value,
                "grant": grant.id,
                "records": records(graph, grant),
                "evidence": [
                    evidence_line(graph, each) for each in records_of(graph, grant)[:most]
                ],
                "evidence_count": len(grant.evidence),
                "truncated": access.truncated,
                "contested": step.contested,
                "path_contested": path.contested,
                "contradictions": contradiction_rows(graph, [grant], most),
            }


def step_cells(row: Row) -> Row:
    """Return a row of a step as a row of CSV."""
    return {
        **row,
        "certainty": certainty_cell(row["certainty"], contested=row["path_contested"]),
        "contradictions": contradiction_cells(row["contradictions"]),
    }
