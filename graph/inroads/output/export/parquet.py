"""Nodes and edges as Parquet, batch after batch; needs the extra `inroads[arrow]`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, Final

from inroads.errors import extra_missing
from inroads.network.access_graph import AccessGraph
from inroads.output.export.rows import EDGE, NODE, edges, nodes, texts
from inroads.text import escaped

_PART: Final = 2**13


def write_nodes(graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write one row a node."""
    _write(stream, NODE, nodes(graph))


def write_edges(graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write one row a grant; lists are lists of texts."""
    _write(stream, EDGE, edges(graph))


def _write(stream: IO[bytes], fields: dict[str, type], rows: Iterator[dict[str, Any]]) -> None:
    try:
        import pyarrow as pa  # noqa: PLC0415  # an optional extra
        from pyarrow import parquet  # noqa: PLC0415  # likewise
    except ImportError:
        raise extra_missing("this needs Arrow", "arrow") from None
    types = {str: pa.string(), bool: pa.bool_(), list: pa.list_(pa.string())}
    schema = pa.schema([(name, types[kind]) for name, kind in fields.items()])
    with parquet.ParquetWriter(stream, schema) as writer:
        while part := list(islice(rows, _PART)):
            shown = [{name: _value(value) for name, value in row.items()} for row in part]
            writer.write_batch(pa.RecordBatch.from_pylist(shown, schema=schema))


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(escaped, texts(value)))
    return escaped(value) if isinstance(value, str) else value
