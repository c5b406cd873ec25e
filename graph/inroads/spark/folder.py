"""The folder of a run on Spark: its tables in Parquet, and the marker that says that it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from inroads.errors import InroadsError, extra_missing

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MARKER: Final = "complete"
"""The table of one row that is written last: a folder without it is of a run that did not finish."""


class Marker(msgspec.Struct, frozen=True):
    """All that a marker says: the format of the tables, what was asked, and the rows of each table."""

    format: int
    asked: dict[str, str]
    rows: dict[str, int]


class Folder:
    """A new folder, at a path or address that the engine can write to.

    Raises InroadsError BAD_FOLDER for a name without a letter: it would be the root of all files.
    """

    def __init__(self, spark: SparkSession, place: str) -> None:
        self.spark, self.place = spark, place.rstrip("/")
        if not self.place.strip():
            raise InroadsError(f"{place!r} names no folder", "BAD_FOLDER")
        self.rows: dict[str, int] = {}

    def keep(self, name: str, frame: DataFrame) -> DataFrame:
        """Write a table, and return it as it now stands in the folder.

        What is computed from it later starts from there: nothing is computed twice, and a lost
        worker costs no more than its own stage. Raises InroadsError FOLDER_IN_USE if the table is
        there already.
        """
        self._write(name, frame)
        kept = self.spark.read.parquet(f"{self.place}/{name}")
        if not kept.columns:  # Sail writes no file for no rows
            kept = self.spark.createDataFrame([], frame.schema)
        self.rows[name] = kept.count()
        return kept

    def commit(self, number: int, asked: dict[str, str]) -> Marker:
        """Write the marker: the number of the tables' format, and what was asked of the run."""
        from pyspark.sql import functions  # noqa: PLC0415  # it is optional

        made = Marker(number, asked, dict(self.rows))
        told = functions.lit(msgspec.json.encode(made).decode()).alias("told")
        self._write(MARKER, self.spark.range(1).select(told))
        return made

    def _write(self, name: str, frame: DataFrame) -> None:
        from pyspark.errors import AnalysisException  # noqa: PLC0415  # it is optional

        try:
            frame.write.mode("error").parquet(f"{self.place}/{name}")
        except AnalysisException as error:
            if "exist" not in str(error).lower():
                raise
            raise InroadsError(
                f"{self.place} has tables already: give a new folder, or delete this one first",
                "FOLDER_IN_USE",
            ) from None


def marker(place: str) -> Marker:
    """Return the marker of a folder; `place` is a path, or an address that Arrow can read, as s3://….

    Raises InroadsError NO_MARKER if there is no folder, or its run did not finish, and
    EXTRA_MISSING without Arrow.
    """
    try:
        import pyarrow.dataset as ds  # noqa: PLC0415  # it is optional
    except ImportError:
        raise extra_missing("this needs pyarrow", "spark") from None
    try:
        rows = ds.dataset(f"{place.rstrip('/')}/{MARKER}", format="parquet").to_table()
    except (OSError, ValueError):  # no such place, or a half-written file
        rows = None
    if not rows:
        raise InroadsError(f"{place} is not the folder of a finished run", "NO_MARKER")
    try:
        return msgspec.json.decode(rows["told"][0].as_py(), type=Marker)
    except (KeyError, TypeError, msgspec.MsgspecError) as error:  # the first two: a table of others
        raise InroadsError(f"the marker of {place} cannot be read: {error}", "BAD_MARKER") from None


def readable(place: str, policy: str | None = None) -> Marker:
    """Return the marker of a folder that this version can read, of a run under a policy of this digest.

    Without a digest any policy will do. Raises InroadsError OTHER_FORMAT and OTHER_POLICY, and what
    `marker` raises.
    """
    made = marker(place)
    from inroads.spark.tables import FORMAT  # noqa: PLC0415  # it needs Arrow, of which `marker` tells

    if made.format != FORMAT:
        raise InroadsError(
            f"the tables of {place} have format {made.format}, and this version reads {FORMAT}: "
            "run it again, or open it with the version that wrote it",
            "OTHER_FORMAT",
        )
    told = made.asked.get("policy", "")
    if policy not in (None, told):
        raise InroadsError(
            f"the run of {place} was under another policy ({told[:8] or 'it names none'}) than this "
            f"one ({policy[:8]}): open it with that one, or run it again",
            "OTHER_POLICY",
        )
    return made
