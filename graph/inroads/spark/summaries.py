"""Counts of accesses by identity and by resource, and what differs between two moments.

They say the same as `analysis.census`, and as `analysis.changes` says of what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from inroads.columns.claimset import ROLES
from inroads.model import AccessState, Certainty, NodeKind
from inroads.spark import tables
from inroads.text import printable

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_ENDS: Final = ["identity", "resource"]
_COMPARED: Final = ("roles", "certainty", "state", "contested")


def blast_radius(accesses: DataFrame, nodes: DataFrame) -> DataFrame:
    """Count the accesses of each identity, in the columns of `tables.COUNTS`."""
    return _counted(accesses, "identity", nodes, [NodeKind.IDENTITY])


def exposure(accesses: DataFrame, nodes: DataFrame) -> DataFrame:
    """Count the accesses to each business and account, in the columns of `tables.COUNTS`."""
    return _counted(accesses, "resource", nodes, [NodeKind.BUSINESS, NodeKind.ACCOUNT])


def _counted(accesses: DataFrame, end: str, nodes: DataFrame, kinds: list[NodeKind]) -> DataFrame:
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    counts = accesses.groupBy(F.col(end).alias("id")).agg(
        *(F.count_if(condition).alias(name) for name, condition in _figures().items())
    )
    wanted = nodes.where(F.col("kind").isin([kind.value for kind in kinds]))
    email = F.when(F.col("kind") == NodeKind.IDENTITY.value, F.col("email"))
    name = F.when(F.col("kind") == NodeKind.BUSINESS.value, F.col("name")).otherwise(email)
    named = wanted.select("kind", F.col("node").alias("id"), name.alias("name"))
    figures = [F.coalesce(each, F.lit(0)).cast("int").alias(each) for each in _figures()]
    found = named.join(counts, "id", "left").select("kind", "id", "name", *figures)
    return found.mapInArrow(_shown, tables.spark_schema(tables.COUNTS))


def _figures() -> dict[str, Column]:
    """Return a condition on accesses for each of `analysis.census.FIGURES`."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    return {
        "total": F.lit(True),
        **{each.lower(): F.col("certainty") == each.value for each in list(Certainty)[:2]},
        **{each.lower(): F.col("state") == each.value for each in AccessState},
        "contested": F.col("contested"),
        **{role.lower(): F.array_contains("roles", role.value) for role in ROLES},
    }


def _shown(batches: Iterable[Any]) -> Iterator[Any]:
    """Yield counts with names that are safe to show."""
    for batch in batches:
        names = [each and printable(each) for each in batch.column("name").to_pylist()]
        columns = [
            pa.array(names, pa.string()) if field.name == "name" else batch.column(field.name)
            for field in tables.COUNTS
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=tables.COUNTS)


def changes(before: DataFrame, after: DataFrame) -> DataFrame:
    """Return the accesses that differ between two tables, in the columns of `tables.CHANGES`.

    As in `analysis.changes`, an access has changed when it is in one table only, or when its roles,
    its certainty, its state or its being contested differ. Both tables must be of one policy. A
    table does not tell whether an access was granted since, or only seen for the first time.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    sides = [
        accesses.select(*_ENDS, *(F.col(name).alias(f"{side}_{name}") for name in _COMPARED))
        for side, accesses in (("before", before), ("after", after))
    ]
    gained, lost = F.col("before_state").isNull(), F.col("after_state").isNull()
    kind = F.when(gained, "gained").when(lost, "lost").otherwise("altered").alias("kind")
    facts = tables.CHANGES.names[3:]
    differs = F.lit(False)
    for name in _COMPARED:
        differs |= ~F.col(f"before_{name}").eqNullSafe(F.col(f"after_{name}"))
    found = sides[0].join(sides[1], _ENDS, "full")
    return found.where(differs).select(*_ENDS, kind, *facts)
