"""A Spark session for all tests of this folder: Sail with workers, in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Stage = Callable[[str, Any], Any]


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A session of Spark Connect."""
    os.environ.setdefault("SAIL_MODE", "local-cluster")
    os.environ["SAIL_CLUSTER__WORKER_INITIAL_COUNT"] = "2"
    # A batch is one message between workers, of 4 MB at most.
    os.environ.setdefault("SAIL_EXECUTION__BATCH_SIZE", "2048")
    pysail = pytest.importorskip("pysail.spark", reason="no engine: install pysail")
    from pyspark.sql import SparkSession  # noqa: PLC0415  # only where there is an engine

    server = pysail.SparkConnectServer(port=0)
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    yield session
    session.stop()
    server.stop()


@pytest.fixture
def stage(spark: Any, tmp_path: Path) -> Stage:
    """A stage: a DataFrame that was written and is read from there."""

    def write(name: str, frame: Any) -> Any:
        path = str(tmp_path / name)
        frame.write.parquet(path)
        return spark.read.parquet(path)

    return write
