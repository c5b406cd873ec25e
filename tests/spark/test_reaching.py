"""Accesses by buckets are those of the graph: each fact, the number of paths, and the first path."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
from collections import Counter, defaultdict
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import pyarrow as pa

from inroads.explorer import Explorer, load
from inroads.model import Access, Path
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK
from inroads.reach.everyone import path_tables
from inroads.reach.paths import path_order
from inroads.reach.questions import reach
from inroads.sources.synthetic import population
from inroads.spark.folding import folded
from inroads.spark.reaching.answering import accesses, answered
from inroads.spark.reaching.neighbourhoods import ROWS, gathered
from inroads.spark.reading import documents_at, part, read
from inroads.spark.tables import GRANTS, NODES, SAID
from lake import grants_of, nodes_of, people, shifted, together
from strategies import random_world
from worlds import explore

Rows = dict[tuple[str, str], dict[str, Any]]


def tables(graphs: list[Explorer]) -> tuple[pa.Table, pa.Table]:
    """The grants and nodes of several worlds."""
    grants = together(grants_of(graph, world) for world, graph in enumerate(graphs))
    return grants, together(nodes_of(graph, world) for world, graph in enumerate(graphs))


def answered_by(spark: Any, graphs: list[Explorer], **options: Any) -> Rows:
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
    """Of 250 random worlds, all in one job."""
    graphs = [explore(random_world(random.Random(seed), 6 + seed % 12)) for seed in range(250)]
    rows = answered_by(spark, graphs, buckets=7)
    assert check(rows, graphs) > 2_500
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


def hubs(people: int, businesses: int) -> tuple[pa.Table, pa.Table]:
    """A vendor whose clients are all businesses, each owned by somebody; an accountant works for some."""
    grants = [("business:1", "KEEPS", "account:hub", [])]
    nodes = [("business:1", "business:1"), ("account:hub", "business:1"), ("identity:1", None)]
    for number in range(2, people + 2):
        owner, business, kept = f"identity:{number}", f"business:{number}", f"account:a{number}"
        nodes += [(owner, None), (business, business), (kept, business)]
        grants += [
            (owner, "MEMBER", business, ["OWNER"]),
            (business, "KEEPS", kept, []),
            (business, "CLIENT", "account:hub", ["CLIENT"]),
        ]
        if number < businesses + 2:
            grants.append(("identity:1", "MEMBER", business, ["ACCOUNTANT"]))
    principal, relation, resource, roles = map(list, zip(*grants, strict=True))
    node, cluster = map(list, zip(*nodes, strict=True))
    return (
        filled(
            GRANTS,
            {
                "grant": [f"{held}#{word}@{holder}" for holder, word, held, _ in grants],
                "principal": principal,
                "relation": relation,
                "resource": resource,
                "roles": roles,
            },
        ),
        filled(
            NODES,
            {
                "node": node,
                "cluster": cluster,
                "kind": [each.partition(":")[0].upper() for each in node],
            },
        ),
    )


def filled(schema: pa.Schema, columns: dict[str, list[Any]]) -> pa.Table:
    """Columns as a table; of the others there is nothing."""
    size = len(next(iter(columns.values())))
    arrays = []
    for field in schema:
        nothing: Any = None
        if not field.nullable:
            nothing = [] if pa.types.is_list(field.type) else pa.scalar(0).cast(field.type).as_py()
        arrays.append(pa.array(columns.get(field.name, [nothing] * size), field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def test_hubs(spark: Any, stage: Any) -> None:
    """A bucket has as many rows as its identities need, whatever hub they are at.

    Here that is for each owner the own grant, and of the business the KEEPS, the CLIENT and two
    nodes, and the identity; the vendor comes once a bucket. The accountant's 500 businesses come
    with a grant, the KEEPS and two nodes, and without their clients.
    """
    made = hubs(100_000, 500)
    grants, nodes = (
        stage(name, spark.createDataFrame(each))
        for name, each in zip(("grants", "nodes"), made, strict=True)
    )
    rows = gathered(grants, nodes, STOCK, 20).groupBy("bucket").count().collect()
    sizes = sorted(each["count"] for each in rows)
    assert len(sizes) == 20
    assert sum(sizes) <= 6 * 100_000 + 4 * 500 + 20 * 3 + 1
    assert sizes[-1] < 6 * 6_000 + 4 * 500


def test_hubs_are_answered(spark: Any, stage: Any) -> None:
    """All owners reach the vendor of their businesses, and the accountant all that it works for."""
    made = hubs(2_000, 500)
    grants, nodes = (
        stage(name, spark.createDataFrame(each))
        for name, each in zip(("grants", "nodes"), made, strict=True)
    )
    found = accesses(grants, nodes, buckets=4).toArrow().to_pylist()
    reached = Counter(each["resource"] for each in found)
    assert reached["business:1"] == reached["account:hub"] == 2_000
    assert Counter(each["identity"] for each in found)["identity:1"] == 2 * 500


def bucket(graph: Explorer) -> pa.Table:
    """All of a graph as the rows of one bucket."""
    parts = []
    for made, is_grant in ((grants_of(graph), True), (nodes_of(graph), False)):
        rows = [
            {
                **{name: row.get(name) for name in ROWS.names},
                "bucket": 0,
                "evidence": row["evidence"][0] if is_grant else None,
            }
            for row in made.to_pylist()
        ]
        parts.append(pa.Table.from_pylist(rows, ROWS))
    return pa.concat_tables(parts)


def by_ends(rows: pa.Table) -> Rows:
    return {(row["identity"], row["resource"]): row for row in rows.to_pylist()}


def test_paths_that_are_walked() -> None:
    """Identities whose paths the closed form leaves unfinished are walked."""
    walked = 0
    for seed in range(75):
        graph = explore(random_world(random.Random(seed), 14))
        for table in path_tables(graph, np.arange(*graph.fold.kind_starts[:2])):
            if table.unfinished is not None:
                walked += int(table.unfinished.sum())
                check(by_ends(answered(STOCK)(bucket(graph))), [graph])
    assert walked > 4


def test_many_reasons() -> None:
    """More statuses than an integer has bits."""
    me = {
        "id": 1,
        "confirmed_at": None,
        "roles": [{"id": n, "role": "admin", "accountid": f"a{n}"} for n in range(1, 101)],
        "subscription_statuses": {f"a{n}": f"odd {n}" for n in range(1, 101)},
    }
    graph = explore([(me, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))])
    rows = by_ends(answered(STOCK)(bucket(graph)))
    assert check(rows, [graph]) == 100
    reasons = {tuple(row["state_reasons"]) for row in rows.values()}
    assert ("identity_unconfirmed", "odd 7") in reasons
    assert len(reasons) == 100


POLICY = """
[roles.MANAGER]
controls = true
[relations.ROLE]
controlling = "CONTROL"
otherwise = "NONE"
[subscriptions]
alive = ["cancelled"]
"""


def test_another_policy(spark: Any) -> None:
    """Under another policy, by which accounts are controlled, too."""
    policy = load_policy(POLICY)
    graphs = [explore(random_world(random.Random(seed), 10), policy) for seed in range(30)]
    assert check(answered_by(spark, graphs, buckets=3), graphs) > 250


PEOPLE = int(os.environ.get("INROADS_SPARK_PEOPLE", "1000"))
"""How many people the generated population has; 20000 takes some minutes."""


def test_a_population(spark: Any, stage: Any, tmp_path: FilePath) -> None:
    """From the documents of a generated population, read and folded on Spark as well."""
    bodies = list(population(PEOPLE, 7))
    file = tmp_path / "population.ndjson"
    file.write_text("".join(json.dumps(body) + "\n" for body in bodies), "utf-8")
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    said = stage("said", read(documents_at(spark, str(file)), observed_at=moment))
    found = folded({name: part(said, name) for name in SAID}, stage, buckets=3)
    grants = stage("grants", found.grants)
    rows = accesses(grants, found.nodes, buckets=4).toArrow().to_pylist()
    graph = load(file, observed_at=moment)
    assert check({(row["identity"], row["resource"]): row for row in rows}, [graph]) == len(rows)
