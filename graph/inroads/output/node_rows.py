"""The nodes that a search found as rows."""

from __future__ import annotations

from inroads.model import kind_of
from inroads.network.access_graph import AccessGraph
from inroads.network.search import Match
from inroads.output.evidence_rows import Row


def match_row(graph: AccessGraph, match: Match) -> Row:
    """Return a match with the email or the name of its node."""
    data = graph.nodes[match.node]
    whole = " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
    return {
        "id": match.node,
        "kind": kind_of(match.node).value,
        "email": data.get("email"),
        "name": data.get("name") or whole or None,
        "field": match.field.value,
        "place": match.place.value,
    }
