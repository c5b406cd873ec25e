"""Files of the graph for other tools: a table of formats, and `write`, which is atomic."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads.output.export import bloodhound, csv_files, graphml, neo4j, openfga, parquet, spicedb

Writer = Callable[[AccessGraph, IO[bytes]], None]

FORMATS: Final[dict[str, dict[str, Writer]]] = {
    "graphml": {"graph.graphml": graphml.write_graphml},
    "gexf": {"graph.gexf": graphml.write_gexf},
    "csv": {"nodes.csv": csv_files.write_nodes, "edges.csv": csv_files.write_edges},
    "parquet": {"nodes.parquet": parquet.write_nodes, "edges.parquet": parquet.write_edges},
    "neo4j": {"nodes.csv": neo4j.write_nodes, "edges.csv": neo4j.write_edges},
    "cypher": {"graph.cypher": neo4j.write_cypher},
    "openfga": {"model.fga": openfga.write_model, "tuples.csv": openfga.write_tuples},
    "spicedb": {
        "schema.zed": spicedb.write_schema,
        "relationships.txt": spicedb.write_relationships,
    },
    "bloodhound": {
        "graph.json": bloodhound.write_graph,
        "custom-nodes.json": bloodhound.write_kinds,
        "extension.json": bloodhound.write_extension,
    },
}
"""The files of each format. A format of one file is written to a file, the others to a folder."""


def write(
    graph: AccessGraph, name: str, path: str | os.PathLike[str], *, force: bool = False
) -> None:
    """Write a graph in one of FORMATS to a file, gzipped if its name ends in `.gz`, or to a folder.

    A file appears when it is whole. Raises InroadsError UNKNOWN_FORMAT, NOT_WHOLE, EXTRA_MISSING,
    and EXISTS if something would be replaced without `force`; and OSError.
    """
    files, target = writers(graph, name), Path(path)
    if len(files) == 1:
        with _replacing(target, force=force) as made:
            _write(graph, next(iter(files.values())), made, gzipped=target.suffix == ".gz")
        return
    if target.exists() and not target.is_dir():
        raise InroadsError(f"{target} is not a folder, but {name} needs one", "EXISTS")
    taken = [each for each in files if (target / each).exists()]
    if taken and not force:
        raise InroadsError(f"{target} already has {', '.join(taken)}", "EXISTS")
    target.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target, prefix=".export-"))
    try:
        for each, writer in files.items():
            _write(graph, writer, made / each, gzipped=False)
        for each in files:
            (made / each).replace(target / each)
    finally:
        shutil.rmtree(made)


def stream(graph: AccessGraph, name: str, out: IO[bytes]) -> None:
    """Write a format of one file to a stream. Raises InroadsError as `write`, and NEEDS_FOLDER."""
    files = writers(graph, name)
    if len(files) > 1:
        raise InroadsError(f"{name} has {len(files)} files: name a folder", "NEEDS_FOLDER")
    next(iter(files.values()))(graph, out)


def writers(graph: AccessGraph, name: str) -> dict[str, Writer]:
    """The files of a format of this graph. Raises InroadsError UNKNOWN_FORMAT and NOT_WHOLE."""
    if "fold" not in vars(graph):
        raise InroadsError(
            "an export needs the whole graph, not a view or a copy of it", "NOT_WHOLE"
        )
    check(name)
    return FORMATS[name]


def check(name: str) -> None:
    """Check the name of a format. Raises InroadsError UNKNOWN_FORMAT."""
    if name not in FORMATS:
        raise InroadsError(
            f"there is no format {name!r}; there are {', '.join(FORMATS)}", "UNKNOWN_FORMAT"
        )


@contextmanager
def _replacing(target: Path, *, force: bool) -> Iterator[Path]:
    """Open a file beside the target that replaces it when whole, readable by its owner alone."""
    if target.is_dir() or (target.exists() and not force):
        raise InroadsError(f"{target} already exists", "EXISTS")
    if not target.parent.is_dir():
        raise InroadsError(
            f"there is no folder {target.parent} to write {target.name} into", "NO_FOLDER"
        )
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".export-")
    os.close(handle)
    try:
        yield Path(name)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(graph: AccessGraph, writer: Writer, path: Path, *, gzipped: bool) -> None:
    with path.open("wb") as out:
        if gzipped:
            with gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=0) as packed:
                writer(graph, cast("IO[bytes]", packed))
        else:
            writer(graph, out)
