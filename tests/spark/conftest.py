"""A session of Spark Connect for all tests of this folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inroads.spark.sessions import connected

Stage = Callable[[str, Any], Any]


@pytest.fixture(scope="session")
def remote() -> Iterator[str]:
    """The address of an engine: the one of INROADS_SPARK, or else Sail with two workers, in this process."""
    if given := os.environ.get("INROADS_SPARK"):
        yield given
        return
    os.environ.setdefault("SAIL_MODE", "local-cluster")
    os.environ["SAIL_CLUSTER__WORKER_INITIAL_COUNT"] = "2"
    os.environ.setdefault("RUST_LOG", "off")
    # A batch is one message between workers, of 4 MB at most.
    os.environ.setdefault("SAIL_EXECUTION__BATCH_SIZE", "2048")
    pysail = pytest.importorskip("pysail.spark", reason="no engine: install pysail")
    server = pysail.SparkConnectServer(port=0)
    server.start(background=True)
    _, port = server.listening_address
    # The client takes a main module without a file, as that of a process of xdist, for doctests of its own.
    vars(sys.modules["__main__"]).setdefault("__file__", __file__)
    yield f"sc://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(scope="session")
def spark(remote: str) -> Iterator[Any]:
    """A session of Spark Connect."""
    with connected(remote) as session:
        yield session


@pytest.fixture
def stage(spark: Any, tmp_path: Path) -> Stage:
    """A stage: a DataFrame that was written and is read from there."""

    def write(name: str, frame: Any) -> Any:
        path = str(tmp_path / name)
        frame.write.parquet(path)
        return spark.read.parquet(path)

    return write
