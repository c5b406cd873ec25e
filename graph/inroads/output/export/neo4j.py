"""Neo4j: CSV for `neo4j-admin database import`, and Cypher for a running database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, Final

from inroads.model import NodeKind, Relation
from inroads.network.access_graph import AccessGraph
from inroads.output.export.csv_files import table
from inroads.output.export.rows import EDGE, NODE, edges, flat, nodes, texts, valid
from inroads.text import escaped

_TYPES: Final = {str: "", bool: ":boolean", list: ":string[]"}
_ENDS: Final = ("principal", "resource", "relation")
_BETWEEN: Final = ";"
_PART: Final = 1_000
_UNSAFE: Final = re.compile("[\\\\'\x00-\x1f\x7f-\x9f\u2028\u2029]")


def write_nodes(graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write `nodes.csv`: one id space of printed ids, labelled by kind."""
    header = ("id:ID(Node)", ":LABEL", *_header(NODE, "id", "kind"))
    rows = ([escaped(row["id"]), _label(row), *_cells(row, "id", "kind")] for row in nodes(graph))
    table(stream, header, rows)


def write_edges(graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write `edges.csv`; a text array is separated by `;`, and a `;` within it becomes a comma."""
    header = (":START_ID(Node)", ":END_ID(Node)", ":TYPE", *_header(EDGE, *_ENDS))
    rows = ([*(escaped(row[end]) for end in _ENDS), *_cells(row, *_ENDS)] for row in edges(graph))
    table(stream, header, rows)


def _header(fields: dict[str, type], *without: str) -> list[str]:
    return [f"{name}{_TYPES[kind]}" for name, kind in fields.items() if name not in without]


def _label(row: dict[str, Any]) -> str:
    return str(row["kind"].title())


def _cells(row: dict[str, Any], *without: str) -> Iterator[str | None]:
    """Texts are escaped, since a line end within a cell would stop the import."""
    for name, value in row.items():
        if name not in without:
            if isinstance(value, list):
                yield escaped(_BETWEEN.join(each.replace(_BETWEEN, ",") for each in texts(value)))
            else:
                text = flat(value)
                yield text if text is None else escaped(text)


def write_cypher(graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write a script for `cypher-shell` that may run again: constraints, then nodes, then edges.

    A statement has a bounded number of rows.
    """
    for kind in NodeKind:
        label = kind.title()
        stream.write(
            f"CREATE CONSTRAINT {kind.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE;\n".encode()
        )
    for label, rows in _runs(nodes(graph), _label):
        listed = ",\n".join(_literal(_known(row, "kind")) for row in rows)
        stream.write(
            f"UNWIND [\n{listed}\n] AS row MERGE (n:{label} {{id: row.id}}) SET n = row;\n".encode()
        )
    for (start, relation, end), rows in _runs(edges(graph), _shape):
        listed = ",\n".join(
            _literal(
                {"start": row["principal"], "end": row["resource"], "known": _known(row, *_ENDS)}
            )
            for row in rows
        )
        stream.write(
            (
                f"UNWIND [\n{listed}\n] AS row MATCH (p:{start} {{id: row.start}}), (r:{end} {{id: row.end}}) "
                f"MERGE (p)-[e:{relation} {{id: row.known.id}}]->(r) SET e = row.known;\n"
            ).encode()
        )


def _shape(row: dict[str, Any]) -> tuple[str, Relation, str]:
    start, end = (row[name].partition(":")[0].title() for name in ("principal", "resource"))
    return start, Relation(row["relation"]), end


def _runs(rows: Iterator[dict[str, Any]], key: Any) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Yield the rows in groups of one key, none larger than a statement should be."""
    while part := list(islice(rows, _PART)):
        groups: dict[Any, list[dict[str, Any]]] = {}
        for row in part:
            groups.setdefault(key(row), []).append(row)
        yield from groups.items()


def _known(row: dict[str, Any], *without: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and name not in without}


def _literal(value: Any) -> str:
    r"""A value in Cypher.

    >>> print(_literal({"name": "O'Hara\\", "active": True, "roles": ["OWNER"]}))
    {name: 'O\u0027Hara\u005c', active: true, roles: ['OWNER']}
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_literal(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, texts(value))) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + _UNSAFE.sub(lambda each: f"\\u{ord(each[0]):04x}", valid(value)) + "'"
