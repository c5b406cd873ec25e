"""A session of Spark Connect, and what goes wrong with one in words."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from inroads.errors import InroadsError, extra_missing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TOKEN: Final = "SPARK_CONNECT_AUTHENTICATE_TOKEN"  # noqa: S105  # the name of Spark's variable
"""The environment variable from which Spark's client takes its token."""

PORT: Final = 15002
"""The port of Spark Connect where an address names none."""

PATIENCE: Final = 10.0
"""How many seconds a server may take until it accepts a connection."""


@contextmanager
def connected(remote: str) -> Iterator[SparkSession]:
    """Open a session at an address such as sc://host:15002, and close it.

    Raises InroadsError EXTRA_MISSING without the client, BAD_REMOTE for an address that is none or
    that has a token, which would stand in the list of processes, and SPARK_FAILED if the engine
    cannot be reached or gives up.
    """
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415  # it is optional
        from pyspark.sql import SparkSession  # noqa: PLC0415  # it is optional
    except ImportError:
        raise extra_missing("this needs Spark's client", "spark") from None
    if "token=" in remote.lower() or "@" in remote.partition(";")[0]:
        raise InroadsError(f"an address must not have a token: put it into {TOKEN}", "BAD_REMOTE")
    shown = remote.partition(";")[0].rstrip("/")  # what follows may be a secret of another kind
    _reached(shown)
    try:
        with warnings.catch_warnings():
            # Frames of pandas are not used here.
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
            spark = SparkSession.builder.remote(remote).create()
        try:
            yield spark
        finally:
            spark.stop()
    except PySparkException as error:
        raise InroadsError(f"Spark at {shown} says: {gist(error)}", "SPARK_FAILED") from error


def _reached(remote: str) -> None:
    """Knock at an address: Spark's client itself would try for ten minutes before it gives up."""
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname, parts.port or PORT
    except ValueError:  # a port that is none
        host = None
    if not host or parts.scheme != "sc":
        raise InroadsError(f"{remote!r} is not an address like sc://host:15002", "BAD_REMOTE")
    try:
        create_connection((host, port), PATIENCE).close()
    except OSError as error:
        raise InroadsError(f"Spark at {remote} does not answer: {error}", "SPARK_FAILED") from None


def gist(error: Exception) -> str:
    """Return the first line of an error, and its last one where a traceback of a worker follows.

    >>> gist(ValueError("the worker says:\\nTraceback of calls\\n  one\\nKeyError: 'a'"))
    "the worker says: KeyError: 'a'"
    """
    text = str(error)
    if told := re.search(r'details = "(.+)"', text):  # of an error of the connection itself
        return told[1]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    traced = any(line.startswith("Traceback") for line in lines)
    return " ".join([*lines[:1], *(lines[-1:] if traced else [])]) or type(error).__name__
