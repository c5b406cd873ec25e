"""Counts and changes on Spark are those of the library."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pytest

from inroads.analysis.census import census
from inroads.analysis.changes import Change, changes
from inroads.explorer import Explorer
from inroads.model import NodeKind
from inroads.spark import summaries
from inroads.spark.reaching.answering import accesses
from lake import grants_of, nodes_of, shifted, together
from strategies import random_world
from worlds import World, explore

WORLDS = [random_world(random.Random(seed), 10) for seed in range(60)]


def frames(spark: Any, graphs: list[Explorer]) -> tuple[Any, Any]:
    """The accesses and the nodes of several worlds."""
    made: Iterable[pa.Table] = (
        together(make(graph, world) for world, graph in enumerate(graphs))
        for make in (grants_of, nodes_of)
    )
    grants, nodes = map(spark.createDataFrame, made)
    return accesses(grants, nodes, buckets=3), nodes


def early(world: World) -> World:
    """The documents of a world but for those of its last moment."""
    last = max(moment for _, moment in world)
    return [each for each in world if each[1] < last] or world


@pytest.fixture(scope="module")
def later(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Explorer], Any, Any]:
    """The worlds, their accesses and their nodes."""
    graphs = [explore(each) for each in WORLDS]
    found, nodes = frames(spark, graphs)
    place = str(tmp_path_factory.mktemp("later") / "accesses")
    found.write.parquet(place)
    return graphs, spark.read.parquet(place), nodes


def test_counts(later: tuple[list[Explorer], Any, Any]) -> None:
    """Each figure of each node is that of the census, nodes without an access included."""
    graphs, found, nodes = later
    wanted = [
        {**row, "id": shifted(row["id"], world)}
        for world, graph in enumerate(graphs)
        for row in census(graph).rows()
    ]
    rows = [
        row
        for counted in (summaries.blast_radius, summaries.exposure)
        for row in counted(found, nodes).toArrow().to_pylist()
    ]
    assert sorted(rows, key=lambda row: row["id"]) == sorted(wanted, key=lambda row: row["id"])
    identities = summaries.blast_radius(found, nodes).select("kind").distinct().collect()
    assert [row["kind"] for row in identities] == [NodeKind.IDENTITY]


def test_changes(spark: Any, later: tuple[list[Explorer], Any, Any]) -> None:
    """What differs is what `changes` tells, in either direction."""
    graphs, now, _ = later
    earlier = [explore(early(each)) for each in WORLDS]
    then, _ = frames(spark, earlier)
    for pairs, given in (
        (zip(earlier, graphs, strict=True), (then, now)),
        (zip(graphs, earlier, strict=True), (now, then)),
    ):
        wanted = [
            told(change, world)
            for world, pair in enumerate(pairs)
            for change in changes(*pair).changes
        ]
        rows = summaries.changes(*given).toArrow().to_pylist()
        assert {row["kind"] for row in rows} == {"gained", "lost", "altered"}
        key = "identity", "resource"
        assert sorted(rows, key=lambda row: [row[name] for name in key]) == sorted(
            wanted, key=lambda row: [row[name] for name in key]
        )


def told(change: Change, world: int) -> dict[str, Any]:
    """A change as a row of the table."""
    kind = "gained" if not change.before else "lost" if not change.after else "altered"
    row: dict[str, Any] = {
        "identity": shifted(change.principal, world),
        "resource": shifted(change.resource, world),
        "kind": kind,
    }
    for side, facts in (("before", change.before), ("after", change.after)):
        row[f"{side}_roles"] = facts and list(facts.roles)
        row[f"{side}_certainty"] = facts and facts.certainty
        row[f"{side}_state"] = facts and facts.state
        row[f"{side}_contested"] = facts and facts.contested
    return row
