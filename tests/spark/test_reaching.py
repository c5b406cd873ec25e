"""Accesses by buckets are those of the graph: each fact, the number of paths, and the first path."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pyarrow as pa

from inroads.explorer import Explorer
from inroads.model import Access, Path
from inroads.reach.paths import path_order
from inroads.reach.questions import reach
from inroads.spark.reaching.answering import accesses
from lake import grants_of, nodes_of, people, shifted, together
from strategies import random_world
from worlds import explore

Rows = dict[tuple[str, str], dict[str, Any]]


def tables(graphs: list[Explorer]) -> tuple[pa.Table, pa.Table]:
    """The grants and nodes of several worlds."""
    grants = together(grants_of(graph, world) for world, graph in enumerate(graphs))
    return grants, together(nodes_of(graph, world) for world, graph in enumerate(graphs))


def answered(spark: Any, graphs: list[Explorer], **options: Any) -> Rows:
    """The accesses of several worlds, by both ends."""
    grants, nodes = (spark.createDataFrame(each) for each in tables(graphs))
    found = accesses(grants, nodes, graphs[0].policy, **options).toArrow().to_pylist()
    rows = {(row["identity"], row["resource"]): row for row in found}
    assert len(rows) == len(found), "an access came twice"
    return rows


def check(rows: Rows, graphs: list[Explorer]) -> int:
    """All facts are those of the graphs; the number of accesses."""
    wanted = 0
    for world, graph in enumerate(graphs):
        for identity in people(graph):
            for access in reach(graph, identity):
                wanted += 1
                row = rows[shifted(identity, world), shifted(access.resource, world)]
                check_access(row, access)
                check_witness(row, access, graph, world)
    assert len(rows) == wanted
    return wanted


def check_access(row: dict[str, Any], access: Access) -> None:
    assert row["roles"] == list(access.roles)
    assert row["capabilities"] == list(access.capabilities)
    assert row["certainty"] == access.certainty
    assert row["state"] == access.state
    assert row["state_reasons"] == list(access.reasons)
    assert row["contested"] == access.contested
    assert row["contested_roles"] == list(access.contested_roles)
    assert row["distance"] == access.distance
    assert row["paths"] == len(access.paths) or (access.truncated and row["paths"] >= 1000)


def check_witness(row: dict[str, Any], access: Access, graph: Explorer, world: int) -> None:
    """The witness is the first path of the access, by the printed forms that it has among all worlds."""

    def key(path: Path) -> Any:
        *ranks, text, grants = path_order(path)
        return *ranks, shifted(text, world), tuple(shifted(each, world) for each in grants)

    first = min(access.paths, key=key)
    steps = [
        (step.principal, str(step.relation), step.resource, step.grant) for step in first.steps
    ]
    assert [
        (step["from"], step["relation"], step["to"], step["grant"]) for step in row["witness"]
    ] == [tuple(shifted(each, world) for each in step) for step in steps]
    for step, told in zip(first.steps, row["witness"], strict=True):
        evidence = graph.grants[step.grant].evidence[0]
        assert told["evidence"]["document"] == graph.documents[evidence.document].sha256
        assert told["evidence"]["record"] == (evidence.record_id and int(evidence.record_id))


def test_random_worlds(spark: Any) -> None:
    """Of 500 random worlds, all in one job."""
    graphs = [explore(random_world(random.Random(seed), 6 + seed % 12)) for seed in range(500)]
    rows = answered(spark, graphs, buckets=7)
    assert check(rows, graphs) > 5_000
    told = defaultdict(set)
    for row in rows.values():
        for name in ("certainty", "state", "contested", "distance"):
            told[name].add(row[name])
        told["paths"].add(min(row["paths"], 5))
    assert {name: len(values) for name, values in told.items()} == {
        "certainty": 2,
        "state": 2,
        "contested": 2,
        "distance": 6,
        "paths": 5,
    }
