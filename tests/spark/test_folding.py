"""Grants and nodes folded in buckets are those of the graph."""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import inroads
from inroads.documents.pointers import pointer
from inroads.explorer import Explorer
from inroads.model import CONTRADICTIONS, Relation
from inroads.sources.synthetic import population
from inroads.spark import tables
from inroads.spark.folding import SHOWN, folded
from inroads.spark.reading import Columns, documents_at, part, read
from strategies import World, random_world
from worlds import explore

COLUMNS = Columns("document", "moment", "source")
IDENTITIES = int(os.environ.get("INROADS_SPARK_PEOPLE", "1000"))


def shifted(world: World, number: int) -> World:
    """A world whose ids no other world has: numbers are moved on, and accounts have a prefix."""
    return [(_shifted(body, "", number), moment) for body, moment in copy.deepcopy(world)]


NUMBERS = {"id", "identity_id", "business_id", "group_id", "account_business_id"}
ACCOUNTS = {"account_id", "accountid"}
TABLES = {"subscription_statuses", "business_statuses", "permissions"}


def _shifted(value: Any, key: str, number: int) -> Any:
    if isinstance(value, dict):
        named = f"w{number}-" if key in TABLES else ""
        return {f"{named}{name}": _shifted(each, name, number) for name, each in value.items()}
    if isinstance(value, list):
        return [_shifted(each, key, number) for each in value]
    if key in ACCOUNTS and isinstance(value, str):
        return f"w{number}-{value}"
    if key in NUMBERS and value is not None:
        moved = int(value) + 1_000_000 * number
        return str(moved) if isinstance(value, str) else moved
    return value


def frame(spark: Any, documents: Iterable[tuple[Any, Any]], partitions: int) -> Any:
    rows = [
        (msgspec.json.encode(body).decode(), moment.isoformat(), f"document {number}")
        for number, (body, moment) in enumerate(documents)
    ]
    random.Random(0).shuffle(rows)
    made = spark.createDataFrame(rows, "document string, moment string, source string")
    return made.repartition(partitions)


def answers(
    documents: Any, stage: Any, buckets: int, columns: Columns | None, deep: bool | None = None
) -> dict[str, list[Any]]:
    """All rows of the folded tables."""
    said = stage("said", read(documents, columns=columns))
    found = folded(
        {name: part(said, name) for name in tables.SAID}, stage, buckets=buckets, deep=deep
    )
    return {name: getattr(found, name).toArrow().to_pylist() for name in found._fields}


def grants(graph: Explorer) -> dict[str, Any]:
    """The grants of a graph as the table has them."""
    documents = graph.documents
    return {
        grant.id: {
            "grant": grant.id,
            "principal": grant.principal,
            "relation": grant.relation.value,
            "resource": grant.resource,
            "client_role": "/CLIENT@" in grant.id,
            "roles": [role.value for role in grant.roles],
            "active": grant.active,
            "inactive": list(grant.inactive),
            "contested": [each.code for each in grant.contradictions],
            "records": len(grant.evidence),
            "evidence": [
                {
                    "observed_at": documents[each.document].observed_at,
                    "document": documents[each.document].sha256,
                    "pointer": pointer(documents[each.document], *each[1:4]),
                    "record": None if each.record_id is None else int(each.record_id),
                }
                for each in grant.evidence[:SHOWN]
            ],
        }
        for grant in graph.grants.values()
    }


def nodes(graph: Explorer) -> dict[str, Any]:
    return {node: dict(data) for node, data in graph.nodes(data=True)}


def as_data(row: dict[str, Any]) -> dict[str, Any]:
    """A row of nodes as a graph shows the node."""
    plain = {
        name: value
        for name, value in row.items()
        if name not in {"node", "cluster", "listed", "listed_of", "without_login"}
    }
    return {
        name: value
        for name, value in plain.items()
        if value is not None and (value or name not in {"observed", "unconfirmed"})
    }


def check(found: dict[str, list[Any]], graph: Explorer, theirs: dict[str, Any]) -> None:
    ours = {row["grant"]: row for row in found["grants"]}
    assert len(ours) == len(found["grants"])
    assert ours.keys() == theirs.keys()
    for name, grant in theirs.items():
        assert ours[name] == grant, name
    assert {row["node"]: as_data(row) for row in found["nodes"]} == nodes(graph)
    assert len(found["nodes"]) == len(graph)
    cluster = {row["node"]: row["cluster"] for row in found["nodes"]}
    kept = {(row["business"], row["account"]) for row in found["keeps"]}
    assert all(cluster[business] == cluster[account] is not None for business, account in kept)
    assert kept == {
        (each["principal"], each["resource"])
        for each in theirs.values()
        if each["relation"] == Relation.KEEPS
    }


Many = tuple[World, dict[str, Any], Explorer]


@pytest.fixture(scope="module")
def many() -> Many:
    """Hundreds of random worlds: their documents, the grants of all of them, and their graph."""
    documents = [
        each
        for number in range(500)
        for each in shifted(random_world(random.Random(number), 4 + number % 12), number)
    ]
    graph = explore(documents)
    return documents, grants(graph), graph


@pytest.mark.parametrize("deep", [False, True])
def test_random_worlds(spark: Any, stage: Any, many: Many, deep: bool) -> None:
    """Hundreds of random worlds in one job, with and without what newer documents replace."""
    documents, wanted, graph = many
    found = answers(frame(spark, documents, 5), stage, 7, COLUMNS, deep)
    check(found, graph, wanted)
    assert {code for row in found["grants"] for code in row["contested"]} == {*CONTRADICTIONS}


def test_population(spark: Any, stage: Any, tmp_path: Path) -> None:
    """A generated population, with hubs: vendors of many clients, accountants of many businesses."""
    path = tmp_path / "population.ndjson"
    with path.open("wb") as file:
        for envelope in population(IDENTITIES, seed=7, contradictory=0.05, stale=0.1, teams=0.2):
            file.write(msgspec.json.encode(envelope) + b"\n")
    documents = documents_at(spark, str(path)).repartition(3)
    graph = inroads.load(path)
    check(answers(documents, stage, 5, None), graph, grants(graph))
