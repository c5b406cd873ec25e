"""A whole run: from documents in a lake to the tables of a new folder."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from inroads.errors import InroadsError
from inroads.moments import rfc3339
from inroads.policy.tables import STOCK, Policy
from inroads.spark import reading, summaries, tables
from inroads.spark.folder import Folder, Marker
from inroads.spark.folding import folded
from inroads.spark.reaching.answering import accesses
from inroads.spark.reaching.findings import findings
from inroads.text import many

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Keep = Callable[[str, "DataFrame"], "DataFrame"]
"""Writes a table under a name and returns it as read from there."""


class Asked(NamedTuple):
    """All that a run may be asked beside the documents.

    Only documents observed until `as_of` count. With `since`, accesses are also compared with those
    of that moment. Documents without a moment of their own were observed at `observed_at`, else now.
    All three are aware.
    """

    policy: Policy = STOCK
    columns: reading.Columns = reading.Columns()
    as_of: dt.datetime | None = None
    since: dt.datetime | None = None
    observed_at: dt.datetime | None = None

    def facts(self) -> dict[str, str]:
        """Return what of it the marker tells."""
        moments = {"as_of": self.as_of, "since": self.since, "observed_at": self.observed_at}
        told = {name: rfc3339(each) for name, each in moments.items() if each}
        return {"policy": self.policy.digest, **told}


def run(
    spark: SparkSession,
    documents: DataFrame | str,
    place: str,
    asked: Asked | None = None,
    told: Callable[[str], None] = lambda _line: None,
) -> Marker:
    """Answer for all identities, and write the tables of `tables.TABLES` to a new folder.

    `documents` is a DataFrame, or a path that the engine reads; see `reading.documents_at`. `told`
    gets a line for each table. The marker of the folder is written last, and returned. Raises
    InroadsError BAD_FOLDER, FOLDER_IN_USE, BAD_COLUMN, BAD_MOMENT if `as_of` is before `since`, and
    NO_DOCUMENTS if no document was taken.
    """
    asked = asked or Asked()
    if asked.since and asked.as_of and asked.as_of < asked.since:
        raise InroadsError(
            f"as_of {rfc3339(asked.as_of)} is before since {rfc3339(asked.since)}", "BAD_MOMENT"
        )
    begun = dt.datetime.now(dt.UTC)
    asked = asked._replace(observed_at=asked.observed_at or begun)
    folder = Folder(spark, place)
    given = _at(spark, documents, asked) if isinstance(documents, str) else documents

    def keep(name: str, frame: DataFrame) -> DataFrame:
        start = time.monotonic()
        kept = folder.keep(name, frame)
        told(f"{name}: {many(folder.rows[name], 'row')}, {time.monotonic() - start:.0f} s")
        return kept

    now = _accesses(given, asked, asked.as_of, keep)
    if not folder.rows["documents"]:
        raise InroadsError(
            f"no document was taken: see the table issues in {place}", "NO_DOCUMENTS"
        )
    keep("exposure", summaries.exposure(now.accesses, now.nodes))
    keep("blast_radius", summaries.blast_radius(now.accesses, now.nodes))
    keep("findings", findings(now.grants, now.nodes, asked.policy, now=asked.as_of or begun))
    if asked.since:
        then = _accesses(
            given, asked, asked.since, lambda name, frame: keep(f"since_{name}", frame)
        )
        keep("changes", summaries.changes(then.accesses, now.accesses))
    return folder.commit(tables.FORMAT, asked.facts())


def _at(spark: SparkSession, place: str, asked: Asked) -> DataFrame:
    """Return the documents at a place. Raises InroadsError NO_DOCUMENTS if an engine finds no such place."""
    from pyspark.errors import AnalysisException  # noqa: PLC0415  # it is optional

    found = reading.documents_at(spark, place, asked.columns)
    try:
        if found.columns:
            return found
    except AnalysisException as error:
        if error.getCondition() != "PATH_NOT_FOUND":
            raise
    raise InroadsError(f"there is nothing at {place}", "NO_DOCUMENTS")


class _Answered(NamedTuple):
    """The tables that the others follow from."""

    grants: DataFrame
    nodes: DataFrame
    accesses: DataFrame


def _accesses(
    documents: DataFrame, asked: Asked, until: dt.datetime | None, keep: Keep
) -> _Answered:
    """Answer for all identities at a moment; None: by all documents."""
    said = keep(
        "said",
        reading.read(
            documents,
            asked.policy,
            columns=asked.columns,
            observed_at=asked.observed_at,
            as_of=until,
        ),
    )
    parts = {name: keep(name, reading.part(said, name)) for name in tables.SAID}
    found = folded(parts, keep, asked.policy)
    grants = keep("grants", found.grants)
    keep("keeps", found.keeps)
    return _Answered(
        grants,
        found.nodes,
        keep("accesses", accesses(grants, found.nodes, asked.policy)),
    )
