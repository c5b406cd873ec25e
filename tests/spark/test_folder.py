"""The folder of a run: a table is written once, and the marker last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from inroads.errors import InroadsError
from inroads.spark.folder import MARKER, Folder, Marker, marker


def test_a_marker_says_what_was_written(spark: Any, tmp_path: Path) -> None:
    """The rows of each table, what was asked, and the format are read back."""
    folder = Folder(spark, f"{tmp_path}/made/")
    kept = folder.keep("numbers", spark.range(10))
    assert kept.count() == 10
    with pytest.raises(InroadsError, match="not the folder of a finished run"):
        marker(f"{tmp_path}/made")
    told = Marker(3, {"as_of": "2026-03-01T00:00:00Z"}, {"numbers": 10})
    assert folder.commit(told.format, told.asked) == told
    assert marker(f"{tmp_path}/made/") == told


def test_no_table_is_written_over(spark: Any, tmp_path: Path) -> None:
    """A folder that a run has begun is refused, and stays as it was."""
    Folder(spark, f"{tmp_path}/made").keep("numbers", spark.range(3))
    with pytest.raises(InroadsError, match="has tables already") as refused:
        Folder(spark, f"{tmp_path}/made").keep("numbers", spark.range(5))
    assert refused.value.code == "FOLDER_IN_USE"
    assert spark.read.parquet(f"{tmp_path}/made/numbers").count() == 3


@pytest.mark.parametrize("place", ["", " ", "/", "//"])
def test_the_root_is_no_folder(spark: Any, place: str) -> None:
    """A name that is empty, as of a variable that is not set, is refused before anything is written."""
    with pytest.raises(InroadsError, match="names no folder") as refused:
        Folder(spark, place)
    assert refused.value.code == "BAD_FOLDER"


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all"])
def test_a_marker_that_is_half_written_is_none(tmp_path: Path, content: bytes) -> None:
    """A job that was killed while it wrote the marker has not finished."""
    (tmp_path / MARKER).mkdir()
    (tmp_path / MARKER / "part-0.parquet").write_bytes(content)
    with pytest.raises(InroadsError) as refused:
        marker(str(tmp_path))
    assert refused.value.code == "NO_MARKER"


@pytest.mark.parametrize("rows", [{"x": [1]}, {"told": [1]}, {"told": ["{}"]}])
def test_a_marker_of_others_is_told(tmp_path: Path, rows: dict[str, Any]) -> None:
    """A table of its name that says something else is an error in words."""
    (tmp_path / MARKER).mkdir()
    pq.write_table(pa.table(rows), tmp_path / MARKER / "part-0.parquet")
    with pytest.raises(InroadsError, match="cannot be read") as refused:
        marker(str(tmp_path))
    assert refused.value.code == "BAD_MARKER"
