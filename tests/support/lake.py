"""The tables `grants` and `nodes` straight from a graph, and many small worlds as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq

from inroads.documents.pointers import pointer
from inroads.explorer import Explorer
from inroads.model import NodeKind, Relation
from inroads.spark import tables
from inroads.spark.folder import MARKER, Marker
from inroads.spark.rows import Printed, tables_of

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
    """All nodes of a graph; the cluster of a node is what claims of KEEPS join."""
    keeps: nx.Graph[str] = nx.Graph()
    for row in Printed(graph.fold.said).claims().to_pylist():
        if row["relation"] == Relation.KEEPS:
            keeps.add_edge(row["principal"], row["resource"])
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


def folder_of(graph: Explorer, place: Path) -> Path:
    """The folder of a run, as far as a graph is made of it; tables have several files."""
    found = tables_of(graph.fold.said) | {"nodes": nodes_of(graph)}
    asked = {"policy": graph.policy.digest}
    made = Marker(tables.FORMAT, asked, {name: len(rows) for name, rows in found.items()})
    written(place, found, made)
    return place


def written(place: Path, found: Mapping[str, pa.Table], made: Marker) -> None:
    """Write tables, each as several files, and their marker."""
    told = pa.table({"told": [msgspec.json.encode(made).decode()]})
    for name, rows in {**found, MARKER: told}.items():
        (place / name).mkdir(parents=True)
        step = max(1, -(-len(rows) // 3))
        for start in range(0, max(len(rows), 1), step):
            pq.write_table(rows.slice(start, step), place / name / f"part-{start}.parquet")


def together(parts: Iterable[pa.Table]) -> pa.Table:
    """Tables of several worlds as one."""
    return pa.concat_tables(parts)


def people(graph: Explorer) -> list[str]:
    """The identities of a graph."""
    return [node for node, kind in graph.nodes(data="kind") if kind == NodeKind.IDENTITY]
