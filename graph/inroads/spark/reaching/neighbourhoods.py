"""Buckets of identities: for each one the rows of `grants` and `nodes` that decide its accesses.

A path is an own grant, KEEPS, perhaps a CLIENT grant of a business that the identity controls, KEEPS.
So a bucket needs the grants of its identities, all KEEPS in the clusters of what these hold, the
CLIENT grants of the clusters that they control, the KEEPS in the clusters of the vendors' accounts,
and the nodes of all these clusters. Each row comes once a bucket, however many of its identities
lead to it, and nothing is walked backward: the members of a business and the clients of a vendor
are spread over the buckets of those who hold the grants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from inroads.model import NodeKind, Relation
from inroads.policy.grammar import Conveys
from inroads.policy.tables import Policy
from inroads.spark import tables

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

BUCKET: Final = 10_000
"""Some so many identities are in a bucket."""

_GRANT: Final = (
    *("grant", "principal", "relation", "resource"),
    *("client_role", "roles", "inactive", "contested"),
)
_NODE: Final = ("observed", "email", "unconfirmed", "name", "active", "subscription_status")

ROWS: Final = pa.schema(
    [
        pa.field("bucket", pa.int32()),
        pa.field("node", pa.string()),
        *(tables.GRANTS.field(name).with_nullable(True) for name in _GRANT),
        pa.field("evidence", tables.EVIDENCE),
        *(tables.NODES.field(name).with_nullable(True) for name in _NODE),
    ]
)
"""The rows of buckets: a grant with the record that speaks first, or, where `node` is given, a node."""


def gathered(
    grants: DataFrame, nodes: DataFrame, policy: Policy, buckets: int, *, groups: bool = False
) -> DataFrame:
    """Return the rows of all buckets, in the columns of ROWS; with `groups` also those of groups."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    relation = F.col("relation")
    holding = [Relation.MEMBER.value, Relation.ROLE.value]
    if groups:
        holding.append(Relation.GROUP.value)
    place = nodes.select("node", F.coalesce("cluster", "node").alias("cluster"))
    own = grants.where(relation.isin(holding)).withColumn("bucket", _bucket("principal", buckets))
    reached = _clusters(own, place)
    clients = (
        grants.where(relation == Relation.CLIENT.value)
        .join(place, F.col("principal") == F.col("node"))
        .drop("node")
        .join(_clusters(own.where(_controls(policy)), place), "cluster")
        .drop("cluster")
    )
    clusters = reached.union(_clusters(clients, place)).distinct()
    keeps = (
        grants.where(relation == Relation.KEEPS.value)
        .join(place, F.col("principal") == F.col("node"))
        .drop("node")
        .join(clusters, "cluster")
        .drop("cluster")
    )
    around = (
        nodes.withColumn("cluster", F.coalesce("cluster", "node"))
        .join(clusters, "cluster")
        .unionByName(
            nodes.where(F.col("kind") == NodeKind.IDENTITY.value).withColumn(
                "bucket", _bucket("node", buckets)
            )
        )
    )
    held = [each.select("bucket", *_held()) for each in (own, keeps, clients)]
    described = around.select("bucket", *_described())
    return held[0].union(held[1]).union(held[2]).union(described)


def _bucket(column: str, buckets: int) -> Column:
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    return F.pmod(F.xxhash64(column), F.lit(buckets)).cast("int")


def _clusters(grants: DataFrame, place: DataFrame) -> DataFrame:
    """Return the clusters of what some grants of buckets are held on: each once a bucket."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    ends = grants.select("bucket", "resource").distinct()
    found = ends.join(place, F.col("resource") == F.col("node"))
    return found.select("bucket", "cluster").distinct()


def _controls(policy: Policy) -> Column:
    """Return a condition on grants: a step over them is one of control."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    roles = [role.value for role, row in policy.roles.items() if row.controls]
    held = F.arrays_overlap("roles", F.array(*map(F.lit, roles))) if roles else F.lit(False)
    found = F.lit(False)
    for relation in (Relation.MEMBER, Relation.ROLE):
        row = policy.relations[relation]
        controls = F.lit(row.otherwise is Conveys.CONTROL) & ~held
        controls |= F.lit(row.controlling is Conveys.CONTROL) & held
        found |= (F.col("relation") == relation.value) & controls
    return found


def _held() -> list[Column]:
    """The columns of ROWS after the bucket, out of those of grants."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    first = F.get("evidence", F.lit(0)).alias("evidence")
    return [_null("node"), *map(F.col, _GRANT), first, *map(_null, _NODE)]


def _described() -> list[Column]:
    """The columns of ROWS after the bucket, out of those of nodes."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    return [F.col("node"), *map(_null, _GRANT), _null("evidence"), *map(F.col, _NODE)]


def _null(name: str) -> Column:
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    kind = tables.spark_schema(pa.schema([ROWS.field(name)])).fields[0].dataType
    return F.lit(None).cast(kind).alias(name)
