"""The tables `grants` and `nodes` straight from a graph, and many small worlds as one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import networkx as nx
import pyarrow as pa

from inroads.documents.pointers import pointer
from inroads.explorer import Explorer
from inroads.model import NodeKind, Relation
from inroads.spark import tables

APART = 10**6
"""By so much the ids of worlds are apart."""


def shifted(text: str, world: int) -> str:
    """A node or grant of a world, with ids that no other world has."""
    if not world:
        return text
    numbers = re.sub(
        r"(identity|business|group):(\d+)",
        lambda found: f"{found[1]}:{int(found[2]) + world * APART}",
        text,
    )
    return numbers.replace("account:", f"account:w{world}x")


def grants_of(graph: Explorer, world: int = 0) -> pa.Table:
    """All grants of a graph."""
    rows = [
        {
            "grant": shifted(grant.id, world),
            "principal": shifted(grant.principal, world),
            "relation": grant.relation.value,
            "resource": shifted(grant.resource, world),
            "client_role": "/CLIENT@" in grant.id,
            "roles": list(map(str, grant.roles)),
            "active": grant.active,
            "inactive": list(grant.inactive),
            "contested": [each.code for each in grant.contradictions],
            "records": len(grant.evidence),
            "evidence": [_evidence(graph, each) for each in grant.evidence[:3]],
        }
        for grant in graph.grants.values()
    ]
    return pa.Table.from_pylist(rows, tables.GRANTS)


def _evidence(graph: Explorer, each: Any) -> dict[str, Any]:
    document = graph.documents[each.document]
    return {
        "observed_at": document.observed_at,
        "document": document.sha256,
        "pointer": pointer(document, each.section, each.index, each.sub),
        "record": each.record_id and int(each.record_id),
    }


def nodes_of(graph: Explorer, world: int = 0) -> pa.Table:
    """All nodes of a graph; the cluster of a node is what KEEPS joins."""
    keeps: nx.Graph[str] = nx.Graph()
    for grant in graph.grants.values():
        if grant.relation is Relation.KEEPS:
            keeps.add_edge(grant.principal, grant.resource)
    cluster = {
        node: min(each for each in part if each.startswith("business"))
        for part in nx.connected_components(keeps)
        for node in part
    }
    rows = [
        {
            **dict.fromkeys(tables.NODES.names),
            **{name: value for name, value in data.items() if name in tables.NODES.names},
            "node": shifted(node, world),
            "observed": data.get("observed", False),
            "unconfirmed": data.get("unconfirmed", False),
            "cluster": shifted(cluster[node], world) if node in cluster else None,
        }
        for node, data in graph.nodes(data=True)
    ]
    return pa.Table.from_pylist(rows, tables.NODES)


def together(parts: Iterable[pa.Table]) -> pa.Table:
    """Tables of several worlds as one."""
    return pa.concat_tables(parts)


def people(graph: Explorer) -> list[str]:
    """The identities of a graph."""
    return [node for node, kind in graph.nodes(data="kind") if kind == NodeKind.IDENTITY]
