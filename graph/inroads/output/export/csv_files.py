"""Nodes and edges as CSV, of which every cell can be read back with `escape.original`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

from inroads.network.access_graph import AccessGraph
from inroads.output.export.rows import EDGE, NODE, edges, flat, nodes
from inroads.text import cell


def table(stream: IO[bytes], header: Iterable[str], rows: Iterable[Iterable[str | None]]) -> None:
    """Write these cells as CSV, unchanged; None is an empty cell."""
    out = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    # Detaching flushes, and leaves the stream open.
    out.detach()


def write_nodes(graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write one row a node."""
    table(stream, NODE, _cells(nodes(graph)))


def write_edges(graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write one row a grant."""
    table(stream, EDGE, _cells(edges(graph)))


def _cells(rows: Iterable[dict[str, Any]]) -> Iterator[list[str | None]]:
    for row in rows:
        texts = map(flat, row.values())
        yield [each if each is None else cell(each) for each in texts]
