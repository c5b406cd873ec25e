"""Documents of a DataFrame or a path, read by the code that reads files, as the tables of `tables.SAID`.

Each partition is read by one worker, which puts together what its documents say before it hands it
on, so many of them at a time: claims that a newer document of these replaces never travel. Secrets
are dropped there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from inroads.columns.arrays import firsts, take
from inroads.columns.claimset import ATTRIBUTES, NONE, TABLE_SLOTS, ClaimSet
from inroads.documents.reader import parse_moment
from inroads.documents.redaction import redact
from inroads.errors import InroadsError, Rejection
from inroads.model import MomentSource
from inroads.moments import moment_of
from inroads.policy.tables import STOCK, Policy
from inroads.sources.chunks import RawDocument
from inroads.sources.loader import Given, Merging, work
from inroads.spark import tables
from inroads.spark.rows import SOURCE_WORDS, Printed, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROWS: Final = 2**16
"""How many rows a worker hands on at a time."""

TOGETHER: Final = 2**16
"""A worker puts together what so many documents say, and hands that on before it reads more."""


class Columns(NamedTuple):
    """The names of columns: of documents or envelopes as JSON text or bytes, and, where there are any,
    of moments (timestamps, or texts in RFC 3339) and sources (texts) for those without an envelope.
    """

    document: str = "document"
    observed_at: str | None = None
    source: str | None = None


_TEXTS: Final = ("string", "varchar", "char", "void")
_TYPES: Final = {
    "document": (*_TEXTS, "binary"),
    "observed_at": (*_TEXTS, "timestamp", "timestamp_ntz"),
    "source": _TEXTS,
}
"""The types that columns may have, as Spark names them."""


def documents_at(session: SparkSession, path: str, columns: Columns | None = None) -> DataFrame:
    """Return the documents at a path: a table of Parquet or Delta, or a document in each line.

    A name such as `delta:/lake/me` or `parquet:/lake/me` says which table it is, and so does one
    that ends in `.parquet`.
    """
    kind, _, place = path.partition(":")
    if kind in {"delta", "parquet"}:
        return session.read.format(kind).load(place)
    if path.rstrip("/").endswith((".parquet", ".pq")):
        return session.read.parquet(path)
    name = (columns or Columns()).document
    lines = session.read.text(path)
    lines = lines.where(lines["value"].rlike(r"\S"))  # the others are blank
    return lines.withColumnRenamed("value", name)


def read(
    documents: DataFrame,
    policy: Policy = STOCK,
    *,
    columns: Columns | None = None,
    name: str = "documents",
    observed_at: dt.datetime | None = None,
    as_of: dt.datetime | None = None,
) -> DataFrame:
    """Return all that documents say as one table with the columns of `tables.WIDE`; see `part`.

    Documents without a moment of their own were observed at `observed_at` (aware), else now. With
    `as_of` (aware), only those until a moment count. Raises InroadsError BAD_COLUMN for a column
    that is not there, or has another type than `Columns` says.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    chosen = columns or Columns()
    types = {field.name: field.dataType.typeName() for field in documents.schema.fields}
    given = [F.monotonically_increasing_id().alias("place")]
    for use, column in chosen._asdict().items():
        if column is None:
            given.append(F.lit(None).cast("string").alias(use))
            continue
        if column not in types:
            raise InroadsError(f"there is no column {column!r}", "BAD_COLUMN")
        if types[column] not in _TYPES[use]:
            wanted = " or ".join(each for each in _TYPES[use] if each not in _TEXTS[1:])
            raise InroadsError(
                f"the column {column!r} is {types[column]}, and must be {wanted}", "BAD_COLUMN"
            )
        quoted = F.col("`" + column.replace("`", "``") + "`")
        # Bytes, since a text of an engine may be none in Python.
        given.append((quoted.cast("binary") if use == "document" else quoted).alias(use))
    moment = observed_at or dt.datetime.now(dt.UTC)
    rows = documents.select(*given)
    return rows.mapInArrow(reader(policy, name, moment, as_of), tables.spark_schema(tables.WIDE))


def part(said: DataFrame, name: str) -> DataFrame:
    """Return one table of `tables.SAID` out of what `read` returns.

    What two partitions say of one document stands in most of them twice; the fold takes it once.
    Documents and issues come once here, with the first source by name and the surest moment.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415  # Spark's own name for it; workers need none

    names = tables.SAID[name].names
    rows = said.where(f"table = '{name}'").select(*names)
    if name not in ("documents", "issues"):
        return rows
    words = F.array(*map(F.lit, SOURCE_WORDS[1:]))
    surest = F.element_at(words, F.max(F.array_position(words, F.col("moment_source"))).cast("int"))
    found = {"source": F.min("source"), "moment_source": surest}
    told = [column.alias(each) for each, column in found.items() if each in names]
    return rows.groupBy(*(each for each in names if each not in found)).agg(*told).select(*names)


def reader(
    policy: Policy,
    name: str,
    moment: dt.datetime,
    as_of: dt.datetime | None,
    together: int = TOGETHER,
) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Return the function that a worker applies to the batches of a partition."""

    def read_partition(batches: Iterable[Any]) -> Iterator[Any]:
        merging, documents = Merging(), 0
        for batch in batches:
            items = list(_documents(batch, name, moment))
            done = work(Given(items, policy, as_of, None, []), _Bodiless())
            merging.add(done.said)
            places = compress(batch.column("place").to_pylist(), map(any, done.rejected))
            yield from _sent("issues", _refused(done.rejections, list(places)))
            documents += len(items)
            if documents >= together:
                yield from _all_sent(merging.whole())
                documents = 0
        if documents:
            yield from _all_sent(merging.whole())

    return read_partition


def _all_sent(said: ClaimSet) -> Iterator[Any]:
    """Yield all tables of a claim set, one after the other, so that one is in memory."""
    printed = Printed(_last_stated(said))
    for name in tables.SAID:
        yield from _sent(name, getattr(printed, name)())


def _sent(name: str, rows: pa.Table) -> Iterator[Any]:
    """Yield the rows of a table as batches with the columns of `tables.WIDE`."""
    for first in range(0, len(rows), ROWS):
        yield from wide(name, rows.slice(first, ROWS)).to_batches()


def _last_stated(said: ClaimSet) -> ClaimSet:
    """Return a claim set with the last statement of each attribute, which is the one that counts.

    Those of a table may end, and another identity's may then count; of emails each is known.
    """
    rows = said.attributes
    last = np.roll(firsts(rows.node, rows.name), -1)
    last |= (TABLE_SLOTS[rows.name] != NONE) | (rows.name == ATTRIBUTES.index("email_key"))
    return said._replace(attributes=take(rows, last))


class _Bodiless:
    """Leaves the bodies of documents where they came from."""

    def keep(self, said: ClaimSet) -> ClaimSet:
        """Return the claim set without bodies; see `loader.Bodies`."""
        return said._replace(stores=())


def _documents(batch: Any, name: str, moment: dt.datetime) -> Iterator[RawDocument | Rejection]:
    """Yield the documents of a batch, as they are found in files."""
    raws, sources, places = (
        batch.column(each).to_pylist() for each in ("document", "source", "place")
    )
    moments = _numbers(batch.column("observed_at")).to_pylist()
    sources = redact(sources, sum(len(each or "") for each in sources))
    for raw, given, source, place in zip(raws, moments, sources, places, strict=True):
        where = source or f"{name}:{place}"
        when = moment if given is None else _moment(given)
        if raw is None:
            yield Rejection(where, "", "empty", "there is nothing in it")
        elif when is None:
            message = "its column of moments has none like 2026-03-01T00:00:00Z"
            yield Rejection(where, "", "bad_moment", message)
        else:
            yield RawDocument(raw, when, where, 0, MomentSource.GIVEN)


def _numbers(moments: Any) -> Any:
    """Return timestamps as microseconds since 1970, and texts as they are."""
    if not pa.types.is_timestamp(moments.type):
        return moments
    return moments.cast(pa.timestamp("us", moments.type.tz), safe=False).cast(pa.int64())


def _moment(given: int | str) -> dt.datetime | None:
    """Return the moment that a cell holds, in UTC; None if it holds none."""
    try:
        return moment_of(given) if isinstance(given, int) else parse_moment(given)
    except OverflowError:  # of a year that has more or less than four digits
        return None


def _refused(rejected: Sequence[Rejection], places: Sequence[int]) -> pa.Table:
    """Return rejections as issues, each with the number of its row."""
    size = len(rejected)
    columns = {
        "observed_at": pa.nulls(size, tables.MOMENT),
        "document": pa.nulls(size, pa.string()),
        "place": pa.array(places, pa.int64()),
    }
    for name in ("source", "pointer", "code", "message"):
        columns[name] = pa.array([getattr(each, name) for each in rejected], pa.string())
    return table(tables.ISSUES, columns)


def wide(name: str, rows: pa.Table) -> pa.Table:
    """Return the rows of a table with the columns of `tables.WIDE`."""
    size = len(rows)
    columns = [
        rows[field.name] if field.name in rows.schema.names else pa.nulls(size, field.type)
        for field in tables.WIDE
        if field.name != "table"
    ]
    names = pa.DictionaryArray.from_arrays(pa.array([0] * size, pa.int8()), pa.array([name]))
    return pa.Table.from_arrays([names.cast(pa.string()), *columns], schema=tables.WIDE)
