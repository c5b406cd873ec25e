"""All rows that bear on the principals of a bucket, for each bucket.

A bucket is folded by itself, and gives the grants of its own principals only. It answers for them as
the whole does, since it holds what `subset.excerpt` would cut out for them, in two rounds:

- *Keepers*: businesses and groups. A business is with all that keep an account with it (its
  *cluster*), so that each bucket decides alone which accounts its businesses keep.
- *Identities*: each by itself. They are given the KEEPS that stand on the accounts of their roles,
  and nothing of what decided these, so that a business of many members travels once a bucket.

A cluster is a set of businesses and accounts that claims of KEEPS connect, whatever their moment.
It is named by its least business.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812  # as all Spark code names it

from inroads.columns.arrays import connected, distinct, firsts
from inroads.columns.claimset import NONE
from inroads.model import Relation
from inroads.spark import tables
from inroads.spark.parsing import plain

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

CLAIMS_A_BUCKET: Final = 2**18
"""A bucket is sized for about as many claims, which take some hundred megabytes."""

DEEP: Final = 2
"""With so many documents for each subject, what newer ones replace is dropped before anything else."""

PACKED: Final = 2**18
"""A worker packs so many rows at a time, which take some fifty megabytes."""

CELL: Final = 2**20
"""So many bytes of rows are in a cell, before they are compressed: an engine may take no more than
four megabytes in a message."""

_TURNS: Final = BoundedSemaphore(os.cpu_count() or 1)
_OPTIONS: Final = pa.ipc.IpcWriteOptions(compression="lz4")

ROWS_AT_ONCE: Final = 2**16
"""How many rows a worker hands on at a time."""

CLUSTERS: Final = pa.schema(
    [
        pa.field("node", pa.string(), False, {"meaning": "a business or an account"}),
        pa.field("cluster", pa.string(), False, {"meaning": "the least business of its cluster"}),
    ]
)
"""The clusters of more than one business or account."""

CELLS: Final = pa.schema(
    [
        pa.field("bucket", pa.int64(), False, {"meaning": "the bucket"}),
        pa.field("rows", pa.binary(), False, {"meaning": "some of its rows, as a stream of Arrow"}),
    ]
)
"""The form in which the rows of buckets travel."""

ROWS: Final = pa.schema(
    [
        pa.field("bucket", pa.int64(), False, {"meaning": "the bucket"}),
        pa.field("table", pa.string(), False, {"meaning": "the table of the row"}),
        *(field.with_nullable(True) for field in tables.CLAIMS),
    ]
)
"""The rows that are folded to grants. The ends of groups and keepers are principal and resource."""

NODE_ROWS: Final = pa.schema(
    [
        *(ROWS.field(name) for name in ("bucket", "table")),
        *(
            field.with_nullable(True)
            for field in (*tables.ATTRIBUTES, tables.COVERS.field("scope"))
        ),
    ]
)
"""The rows that are folded to nodes. The cluster of a node is a text."""

_ENDS: Final = {"groups": ("group", "business"), "keepers": ("business", "account")}
_OF_PERSON: Final = ("memberships", "groups", "roles")
_OF_TEAM: Final = ("team", "keyless_team", "holders")
_OF_RECORD: Final = ("account", "no_account", "clients", "keeper", "team_group")
_STATUSES: Final = ("subscription_status", "business_status")
_LEFT_OUT: Final = ("record", "permissions", "email_key")
"""Attributes that nodes do not show."""


class Clusters(NamedTuple):
    """The clusters: all of them, and those of more than one business or account, which are few."""

    every: DataFrame
    several: DataFrame


def clusters(claims: DataFrame) -> Clusters:
    """Return the clusters. Most are a business and its account; the others are put together here."""
    pairs = (
        claims.where(F.col("relation") == Relation.KEEPS.value)
        .select(F.col("principal").alias("business"), F.col("resource").alias("account"))
        .distinct()
    )
    counted = pairs.select(
        "*",
        *(
            F.count("*").over(Window.partitionBy(end)).alias(f"of_{end}")
            for end in ("business", "account")
        ),
    )
    is_alone = (F.col("of_business") == 1) & (F.col("of_account") == 1)
    alone = counted.where(is_alone)
    entangled = counted.where(~is_alone).select("business", "account").toArrow()
    several = claims.sparkSession.createDataFrame(
        components(entangled), tables.spark_schema(CLUSTERS)
    )
    ends = [
        alone.select(F.col(end).alias("node"), F.col("business").alias("cluster"))
        for end in ("business", "account")
    ]
    return Clusters(ends[0].unionAll(ends[1]).unionAll(several), several)


def components(pairs: pa.Table) -> pa.Table:
    """Return the connected components of pairs of a business and an account, as CLUSTERS."""
    business, account = (
        pairs[name].combine_chunks().cast(pa.string()) for name in ("business", "account")
    )
    names = pc.unique(pa.concat_arrays([*_arrays(business), *_arrays(account)]))
    # Businesses come before accounts, so a cluster is named by its least business.
    names = names.take(pc.sort_indices(names))
    is_account = pc.starts_with(names, "account:")
    names = pa.concat_arrays([names.filter(pc.invert(is_account)), names.filter(is_account)])
    first, second = (
        np.asarray(pc.index_in(each, value_set=names).cast(pa.int64()))
        for each in (business, account)
    )
    least = connected(len(names), first, second)
    return pa.Table.from_arrays([names, names.take(pa.array(least))], schema=CLUSTERS)


def _arrays(column: Any) -> list[Any]:
    return column.chunks if isinstance(column, pa.ChunkedArray) else [column]


def bucket_count(claims: DataFrame) -> int:
    """Return how many buckets so many claims need."""
    return max(1, -(-claims.count() // CLAIMS_A_BUCKET))


def is_deep(documents: DataFrame) -> bool:
    """Return whether most subjects were observed again and again."""
    counted = documents.agg(F.count("*"), F.countDistinct("subject")).toArrow()
    count, subjects = (column[0].as_py() for column in counted.columns)
    return bool(count > DEEP * subjects)


def current_covers(covers: DataFrame) -> DataFrame:
    """Return the covers of the latest moment of each scope: no older one decides anything."""
    return _latest(covers)


def current_claims(claims: DataFrame, covers: DataFrame) -> DataFrame:
    """Return the claims that no newer document covers, as `union` keeps them.

    Rows of listings stay, since what they end does not come back. `covers` are the current ones.
    """
    newest = covers.groupBy("scope").agg(F.max("observed_at").alias("newest"))
    stands = "newest IS NULL OR newest <= observed_at OR section = 'listed_member'"
    names = tables.CLAIMS.names
    claims = claims.join(newest, "scope", "left").where(stands).select(*names)
    second = newest.withColumnRenamed("scope", "other_scope")
    # Those without a second scope would all be of one key of the join.
    several = claims.where("other_scope IS NOT NULL").join(second, "other_scope", "left")
    single = claims.where("other_scope IS NULL")
    return single.unionAll(several.where(stands).select(*names))


def of_keepers(given: Mapping[str, DataFrame], found: Clusters, buckets: int) -> DataFrame:
    """Return the rows of the buckets of businesses and groups, with the columns of ROWS."""
    claims = given["claims"].where(~F.col("principal").startswith("identity:"))
    of = found.several.select(F.col("node").alias("principal"), "cluster")
    claims = claims.join(of, "principal", "left").withColumn(
        "bucket", _bucket(F.coalesce("cluster", "principal"), buckets)
    )
    keeping = claims.where(F.col("relation") == Relation.KEEPS.value)
    wanted = [_keys(claims, F.col(name)) for name in ("scope", "other_scope")]
    wanted += [
        _keys(keeping, F.concat(F.lit(f"{scope} "), "principal"))
        for scope in ("account", "no_account")
    ]
    covers = given["covers"]
    latest = _latest(covers.where(_kind().isin(*_OF_RECORD)))
    # A group's row of an identity stands until the identity's groups are newer.
    latest = latest.unionAll(covers.where(_kind() == "groups"))
    return _rows(claims, "claims").unionAll(_rows(_wanted(latest, "scope", wanted), "covers"))


def of_identities(
    given: Mapping[str, DataFrame], keeps: DataFrame, moved: DataFrame, buckets: int
) -> DataFrame:
    """Return the rows of the buckets of identities, with the columns of ROWS.

    `keeps` are the grants of KEEPS, and `moved` the keepers that `last_keepers` leaves.
    """
    claims = (
        given["claims"]
        .where(F.col("principal").startswith("identity:"))
        .withColumn("bucket", _bucket(F.col("principal"), buckets))
    )
    is_role = (F.col("relation") == Relation.ROLE.value) & ~F.col("client_role")
    accounts = _keys(claims.where(is_role), F.col("resource"))
    keeping = _wanted(_as_claims(keeps), "resource", [accounts])
    moves = _wanted(moved, "account", [accounts])
    is_grouped = F.col("relation") == Relation.GROUP.value
    named = _keys(claims.where(is_grouped), F.col("resource"))
    groups = _wanted(given["groups"], "group", [named])
    covers = given["covers"]
    own = covers.where(_kind().isin(*_OF_PERSON)).withColumn("bucket", _bucket(_node(), buckets))
    wanted = [
        _keys(claims, F.col("other_scope")),
        _keys(groups, F.concat(F.lit("team "), "business")),
        _keys(keeping, F.concat(F.lit("keyless_team "), "principal")),
    ]
    others = _wanted(_latest(covers.where(_kind().isin(*_OF_TEAM))), "scope", wanted)
    every = _rows(claims, "claims")
    for rows, name in (
        (keeping, "claims"),
        (moves, "keepers"),
        (groups, "groups"),
        (own, "covers"),
        (others, "covers"),
    ):
        every = every.unionAll(_rows(rows, name))
    return every


def of_nodes(given: Mapping[str, DataFrame], found: Clusters, buckets: int) -> DataFrame:
    """Return the rows of the buckets of nodes, with the columns of NODE_ROWS."""
    here = _bucket(F.col("node"), buckets)
    attributes = (
        given["attributes"].where(~F.col("name").isin(*_LEFT_OUT)).withColumn("bucket", here)
    )
    named = given["named"].withColumn("bucket", here)
    covers = given["covers"]
    own = covers.where(_kind().isin("me", "team")).withColumn("bucket", _bucket(_node(), buckets))
    stated = attributes.where(F.col("name").isin(*_STATUSES))
    ending = _keys(stated, F.concat_ws(" ", "name", "subject"))
    tabled = _wanted(_latest(covers.where(_kind().isin(*_STATUSES))), "scope", [ending])
    clustered = found.every.withColumn("bucket", here).withColumnRenamed("cluster", "text")
    every = _padded(attributes, "attributes", NODE_ROWS)
    for rows, name in (
        (named, "named"),
        (own, "covers"),
        (tabled, "covers"),
        (clustered, "clusters"),
    ):
        every = every.unionAll(_padded(rows, name, NODE_ROWS))
    return every


def applied(
    rows: DataFrame, act: Callable[[pa.Table], pa.Table], schema: pa.Schema, buckets: int
) -> DataFrame:
    """Return what a function makes of the rows of each bucket.

    This is `applyInArrow` of groups, without the sort that it needs, and in small messages. Rows are
    packed before they travel: an engine that sends them as they are sends each batch in as many
    pieces as there are buckets, so that the cost of a row grows with their number.
    """
    cells = rows.mapInArrow(packed, tables.spark_schema(CELLS))
    return cells.repartition(buckets, "bucket").mapInArrow(
        each_bucket(act), tables.spark_schema(schema)
    )


def packed(batches: Iterable[Any]) -> Iterator[Any]:
    """Yield the rows of batches as CELLS, many rows at a time."""
    waiting: list[Any] = []
    for batch in batches:
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= PACKED:
            yield from _cells(waiting)
            waiting = []
    yield from _cells(waiting)


def _cells(batches: list[Any]) -> Iterator[Any]:
    """Yield a row for some rows of one bucket."""
    if not any(batch.num_rows for batch in batches):
        return
    rows = pa.Table.from_batches(batches).combine_chunks()
    bucket = np.asarray(rows["bucket"])
    order = np.argsort(bucket, kind="stable")
    rows, bucket = rows.take(pa.array(order)), bucket[order]
    starts = np.flatnonzero(firsts(bucket))
    most = max(1, CELL * len(rows) // max(1, rows.nbytes))
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True):
        for first in range(start, stop, most):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, rows.schema, options=_OPTIONS) as stream:
                stream.write_table(rows.slice(first, min(most, stop - first)))
            cell = sink.getvalue().to_pybytes()
            columns = [pa.array([bucket[start]], pa.int64()), pa.array([cell], pa.binary())]
            yield pa.RecordBatch.from_arrays(columns, schema=CELLS)


def each_bucket(act: Callable[[pa.Table], pa.Table]) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Return a function that a worker applies to the CELLS of a partition of whole buckets.

    All but one of them stay packed meanwhile.
    """

    def act_on_partition(batches: Iterable[Any]) -> Iterator[Any]:
        cells: dict[int, list[bytes]] = {}
        for batch in batches:
            buckets, packs = (column.to_pylist() for column in batch.columns)
            for bucket, cell in zip(buckets, packs, strict=True):
                cells.setdefault(bucket, []).append(cell)
        for bucket in list(cells):
            found = _acted(act, cells.pop(bucket))
            yield from found.to_batches(max_chunksize=ROWS_AT_ONCE)

    return act_on_partition


def _acted(act: Callable[[pa.Table], pa.Table], cells: list[bytes]) -> pa.Table:
    """Return what a function makes of a bucket; no more buckets at once than there are processors.

    Some engines run many tasks of a worker as threads of one Python: they would wait for each other,
    each with its bucket unpacked.
    """
    with _TURNS:
        return act(pa.concat_tables(pa.ipc.open_stream(each).read_all() for each in cells))


def moved_keepers(keepers: DataFrame, buckets: int) -> DataFrame:
    """Return the keepers of the accounts that several businesses have kept, as few as tell when
    each account moved.
    """
    several = (
        keepers.groupBy("account")
        .agg(F.min("business").alias("least"), F.max("business").alias("most"))
        .where("least < most")
        .select("account")
    )
    rows = keepers.join(several, "account").select(
        _bucket(F.col("account"), buckets).alias("bucket"), *tables.KEEPERS.names
    )
    return applied(rows, last_keepers, tables.KEEPERS, buckets)


def last_keepers(keepers: pa.Table) -> pa.Table:
    """Return the rows that `contradictions.last_moves` looks at, of the keepers of some accounts: of
    each the first, the last, the last of another business, and the first that is newer than that.
    """
    order = ("account", "observed_at", "document", "business")
    columns = [keepers[field.name].cast(field.type) for field in tables.KEEPERS]
    rows = pa.Table.from_arrays(columns, schema=tables.KEEPERS).sort_by(
        [(name, "ascending") for name in order]
    )
    account, business = (
        np.asarray(plain(rows[name]).dictionary_encode().indices)
        for name in ("account", "business")
    )
    moment = np.asarray(rows["observed_at"].cast(pa.int64()))
    begins, row = firsts(account), np.arange(len(rows))
    of = np.cumsum(begins) - 1
    starts = np.flatnonzero(begins)
    stops = np.append(starts, len(rows))[1:]
    is_other = business != business[stops - 1][of]
    other = np.maximum.reduceat(np.where(is_other, row, NONE), starts)
    is_newer = (other[of] != NONE) & (moment > moment[other[of]])
    newer = np.minimum.reduceat(np.where(is_newer, row, len(rows)), starts)
    chosen = [starts, stops - 1, other[other != NONE], newer[newer < len(rows)]]
    return rows.take(pa.array(distinct(np.concatenate(chosen))))


def _bucket(name: Column, buckets: int) -> Column:
    return F.pmod(F.xxhash64(name), F.lit(buckets))


def _kind() -> Column:
    """The word of a scope."""
    return F.substring_index("scope", " ", 1)


def _node() -> Column:
    """The node of a scope of an identity or business, whose id has no space."""
    return F.substring_index("scope", " ", -1)


def _latest(covers: DataFrame) -> DataFrame:
    """Return the covers of the latest moment of each scope."""
    newest = F.max("observed_at").over(Window.partitionBy("scope"))
    return covers.withColumn("newest", newest).where("observed_at = newest").drop("newest")


def _keys(frame: DataFrame, name: Column) -> DataFrame:
    """Return the buckets of rows and a key of the name that each wants there, null if it is null."""
    return frame.select("bucket", F.when(name.isNotNull(), F.xxhash64(name)).alias("key"))


def _wanted(rows: DataFrame, name: str, wanted: list[DataFrame]) -> DataFrame:
    """Return the rows that buckets want by a name, for each of these buckets.

    Keys are compared instead of names, since they are far smaller. If two names ever share a key,
    a bucket is given a row that nothing in it asks for, which changes nothing.
    """
    every = wanted[0]
    for each in wanted[1:]:
        every = every.unionAll(each)
    keys = every.where("key IS NOT NULL").distinct()
    return rows.withColumn("key", F.xxhash64(name)).join(keys, "key").drop("key")


def _as_claims(keeps: DataFrame) -> DataFrame:
    """Return grants of KEEPS as claims that stand: no cover of their scope is given."""
    record = F.col("evidence")[0]
    return keeps.select(
        record["observed_at"].alias("observed_at"),
        record["document"].alias("document"),
        "principal",
        "relation",
        "resource",
        F.concat(F.lit("account "), "principal").alias("scope"),
        F.lit(False).alias("client_role"),
        F.lit(True).alias("active"),
        F.lit("business").alias("section"),
        *(F.lit(-1).alias(name) for name in ("row", "sub")),
        F.lit(0).alias("contested"),
        *(F.lit(False).alias(name) for name in ("wrapped", "nested")),
    )


def _rows(frame: DataFrame, name: str) -> DataFrame:
    """Return rows of a table with the columns of ROWS."""
    if name in _ENDS:
        principal, resource = _ENDS[name]
        frame = (
            frame.select("*")
            .withColumn("principal", F.col(principal))
            .withColumn("resource", F.col(resource))
        )
    return _padded(frame, name, ROWS)


def _padded(frame: DataFrame, name: str, schema: pa.Schema) -> DataFrame:
    """Return rows of a table with these columns, null where it has none."""
    types = tables.spark_schema(schema)
    columns = [
        F.col(field.name).cast(field.dataType)
        if field.name in frame.columns
        else F.lit(name if field.name == "table" else None).cast(field.dataType)
        for field in types
    ]
    return frame.select(
        *(column.alias(field.name) for column, field in zip(columns, types, strict=True))
    )
