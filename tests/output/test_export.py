"""Exports of the whole graph: they open elsewhere, lose nothing, and stream."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import tracemalloc
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

import inroads
from contested import leaver, moved, twice
from exported import HOSTILE, hostile, populated
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.output import export
from inroads.output.export.rows import EDGE, NODE, edges, flat, nodes, texts
from inroads.text import cell, original, plain_id, unescaped
from inroads_api.cli.main import app
from strategies import random_world
from worlds import explore


def worlds() -> list[Explorer]:
    found = [inroads.load(inroads.EXAMPLE), hostile(), explore([]), leaver(), moved(), twice()]
    return found + [explore(random_world(random.Random(seed), 6)) for seed in range(8)]


def made(graph: Explorer, name: str, file: str) -> bytes:
    out = io.BytesIO()
    export.FORMATS[name][file](graph, out)
    return out.getvalue()


def shown(rows: Any) -> list[dict[str, str]]:
    return [{name: flat(value) or "" for name, value in row.items()} for row in rows]


def test_csv_is_read_back_whole() -> None:
    """Every cell of nodes and edges comes back, and none is a formula."""
    for graph in worlds():
        for file, rows in (("nodes.csv", nodes(graph)), ("edges.csv", edges(graph))):
            found = list(csv.DictReader(io.StringIO(made(graph, "csv", file).decode(), newline="")))
            assert not any(
                each.startswith(("=", "+", "-", "@")) for row in found for each in row.values()
            )
            assert [{name: original(each) for name, each in row.items()} for row in found] == shown(
                rows
            )


def test_graphml_is_read_back_by_networkx() -> None:
    """networkx reads the same nodes and edges, with their attributes."""
    for graph in worlds():
        found = nx.read_graphml(
            io.BytesIO(made(graph, "graphml", "graph.graphml")), force_multigraph=True
        )
        expected = {
            row.pop("id"): {name: value for name, value in row.items() if value}
            for row in shown(nodes(graph))
        }
        said = {
            unescaped(node): {
                name: unescaped(flat(value) or "") for name, value in data.items() if value != ""
            }
            for node, data in found.nodes(data=True)
        }
        assert said == expected
        assert {
            (unescaped(a), unescaped(b), unescaped(key)) for a, b, key in found.edges(keys=True)
        } == {(grant.principal, grant.resource, grant.id) for grant in graph.grants.values()}
        for _, _, key, data in found.edges(keys=True, data=True):
            grant = graph.grants[unescaped(key)]
            assert json.loads(unescaped(data["roles"])) == [role.value for role in grant.roles]
            evidence = json.loads(unescaped(data["evidence"]))
            assert [each["record"] for each in evidence] == [
                each.record_id for each in grant.evidence
            ]


def test_gexf_is_read_back_by_networkx() -> None:
    """networkx reads the same nodes and edges, with their attributes, whatever the names hold."""
    for graph in worlds():
        found = nx.read_gexf(io.BytesIO(made(graph, "gexf", "graph.gexf")), version="1.3")
        assert {
            unescaped(node): unescaped(data.get("name", ""))
            for node, data in found.nodes(data=True)
        } == {row["id"]: row["name"] or "" for row in nodes(graph)}
        ways = {
            unescaped(data["id"]): (unescaped(a), unescaped(b), data)
            for a, b, data in found.edges(data=True)
        }
        assert ways.keys() == set(graph.grants)
        for name, (principal, resource, data) in ways.items():
            grant = graph.grants[name]
            assert (principal, resource) == (grant.principal, grant.resource)
            assert json.loads(unescaped(data["roles"])) == [role.value for role in grant.roles]
            assert len(json.loads(unescaped(data["evidence"]))) == len(grant.evidence)


def test_parquet_is_read_back() -> None:
    """Rows and lists come back as they are."""
    for graph in worlds():
        for file, rows in (("nodes.parquet", nodes(graph)), ("edges.parquet", edges(graph))):
            found = parquet.read_table(io.BytesIO(made(graph, "parquet", file))).to_pylist()
            assert [_unescaped(row) for row in found] == [
                {
                    name: texts(value) if isinstance(value, list) else value
                    for name, value in row.items()
                }
                for row in rows
            ]


def _unescaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unescaped(each) for name, each in value.items()}
    if isinstance(value, list):
        return list(map(_unescaped, value))
    return unescaped(value) if isinstance(value, str) else value


def test_neo4j_headers_and_ends() -> None:
    """Headers are those of `neo4j-admin database import`, ids and ends are those of the graph, and a line is a row."""
    for graph in worlds():
        found = list(
            csv.reader(io.StringIO(made(graph, "neo4j", "nodes.csv").decode(), newline=""))
        )
        assert found[0][:4] == ["id:ID(Node)", ":LABEL", "native_id", "email"]
        assert "active:boolean" in found[0]
        assert [unescaped(row[0]) for row in found[1:]] == list(graph.nodes)
        ways = list(csv.reader(io.StringIO(made(graph, "neo4j", "edges.csv").decode(), newline="")))
        assert ways[0][:4] == [":START_ID(Node)", ":END_ID(Node)", ":TYPE", "id"]
        assert "roles:string[]" in ways[0]
        for file, rows in (("nodes.csv", found), ("edges.csv", ways)):
            assert len(made(graph, "neo4j", file).splitlines()) == len(rows)
            assert len({len(row) for row in rows}) == 1
        assert {tuple(map(unescaped, row[:4])) for row in ways[1:]} == {
            (grant.principal, grant.resource, grant.relation.value, grant.id)
            for grant in graph.grants.values()
        }


def test_cypher_literals_cannot_be_left() -> None:
    """Constraints come first, and with its texts taken out a script holds nothing but its own words."""
    for graph in worlds():
        script = made(graph, "cypher", "graph.cypher").decode()
        assert script.startswith("CREATE CONSTRAINT identity_id")
        bare = re.sub(r"'(?:[^'\\]|\\u[0-9a-f]{4})*'", "''", script)
        assert not re.search(r"[^A-Za-z_ \n{}()\[\]:,.;='>-]", bare)
        assert script.count("known: {id: ") == len(graph.grants)


def test_spicedb_relationships_fit_the_schema() -> None:
    """Ids are of the characters that SpiceDB takes, and each relation is one of the schema's; nothing recurses."""
    schema = made(worlds()[0], "spicedb", "schema.zed").decode()
    assert "client_scope->acts" in schema
    assert "->" not in schema[schema.index("permission acts") :].splitlines()[0]
    relations = {
        (kind, name)
        for kind, body in re.findall(r"definition (\w+) \{(.*?)\}", schema, re.DOTALL)
        for name in re.findall(r"relation (\w+):", body)
    }
    for graph in worlds():
        for line in made(graph, "spicedb", "relationships.txt").decode().splitlines():
            found = re.fullmatch(
                r"(\w+):[a-zA-Z0-9/_|\-=+]{1,1024}#(\w+)@\w+:[a-zA-Z0-9/_|\-=+]{1,1024}", line
            )
            assert found
            assert (found[1], found[2]) in relations


def test_escapes_are_injective() -> None:
    """Different ids stay different, and cells give their texts back."""
    strange = [*HOSTILE, "a=20b", "a b", "=", "=3d", "", "'", "''", "\\", "\\\\", "\\u0000", "\x00"]
    assert len({plain_id(each) for each in strange}) == len(set(strange))
    assert [original(cell(each)) for each in strange] == strange


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """Nothing is replaced without force, and a failure leaves what was there."""
    graph = inroads.load(inroads.EXAMPLE)
    graph.export("graphml", tmp_path / "g.graphml.gz")
    whole = (tmp_path / "g.graphml.gz").read_bytes()
    assert gzip.decompress(whole) == made(graph, "graphml", "graph.graphml")
    with pytest.raises(InroadsError, match="exists") as caught:
        graph.export("graphml", tmp_path / "g.graphml.gz")
    assert caught.value.code == "EXISTS"
    graph.export("graphml", tmp_path / "g.graphml.gz", force=True)
    assert (tmp_path / "g.graphml.gz").read_bytes() == whole
    graph.export("csv", tmp_path / "csv")
    with pytest.raises(InroadsError, match="already has"):
        graph.export("csv", tmp_path / "csv")
    with pytest.raises(InroadsError, match="no format 'png'"):
        graph.export("png", tmp_path / "x")
    assert sorted(each.name for each in tmp_path.rglob("*")) == [
        "csv",
        "edges.csv",
        "g.graphml.gz",
        "nodes.csv",
    ]


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file nor a part of one is left where writing fails."""

    def fail(_graph: object, out: Any) -> None:
        out.write(b"half")
        raise OSError("no space")

    monkeypatch.setitem(export.FORMATS, "graphml", {"graph.graphml": fail})
    with pytest.raises(OSError, match="no space"):
        inroads.load(inroads.EXAMPLE).export("graphml", tmp_path / "g.graphml")
    assert not list(tmp_path.iterdir())


def test_memory_does_not_grow_with_the_graph() -> None:
    """For five times the people, nodes need no more memory, and edges less than three times, for the largest grant."""
    peaks = []
    for people in (150, 750):
        graph = populated(people)
        for table in (
            "nodes.csv",
            "edges.csv",
        ):  # what a graph remembers is bounded, and is not the export's
            export.FORMATS["csv"][table](graph, Nowhere())
        tracemalloc.start()
        export.FORMATS["csv"]["nodes.csv"](graph, Nowhere())
        small = tracemalloc.get_traced_memory()[1]
        export.FORMATS["csv"]["edges.csv"](graph, Nowhere())
        peaks.append((small, tracemalloc.get_traced_memory()[1]))
        tracemalloc.stop()
    assert peaks[1][0] < 1.5 * peaks[0][0], peaks
    assert peaks[1][1] < 3 * peaks[0][1], peaks


class Nowhere(io.RawIOBase):
    """A stream that keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def test_the_command(tmp_path: Path) -> None:
    """The command writes files and stdout, and tells what it cannot do."""
    run = CliRunner().invoke
    given = ["-d", str(inroads.EXAMPLE)]
    for name in export.FORMATS:
        assert run(app, ["export", name, "-o", str(tmp_path / name), *given]).exit_code == 0
    again = run(app, ["export", "csv", "-o", str(tmp_path / "csv"), *given])
    assert again.exit_code == 2
    assert "already has" in again.output
    assert (
        run(app, ["export", "csv", "-o", str(tmp_path / "csv"), "--force", *given]).exit_code == 0
    )
    assert run(app, ["export", "csv", "-o", "-", *given]).exit_code == 2
    assert run(app, ["export", "png", "-o", "x", *given]).exit_code == 2
    assert NODE.keys() & EDGE.keys() >= {"id", "active"}


def test_contested_grants() -> None:
    """A contested grant is exported as any other, and marked where the format has attributes."""
    graph, contested = moved(), "account:AccA#ROLE@identity:1"
    assert {row["id"]: row["contradictions"] for row in edges(graph) if row["contested"]} == {
        contested: ["account_moved"]
    }
    (row,) = [
        row
        for row in csv.DictReader(io.StringIO(made(graph, "csv", "edges.csv").decode()))
        if row["id"] == contested
    ]
    assert (row["contested"], json.loads(original(row["contradictions"]))) == (
        "true",
        ["account_moved"],
    )
    told = nx.read_graphml(
        io.BytesIO(made(graph, "graphml", "graph.graphml")), force_multigraph=True
    )
    assert [data["contested"] for *_, data in told.edges(data=True)].count(True) == 1
    assert (
        "contested: true, contradictions: ['account_moved']"
        in made(graph, "cypher", "graph.cypher").decode()
    )
    rows = csv.DictReader(io.StringIO(made(graph, "neo4j", "edges.csv").decode()))
    assert [
        row["contradictions:string[]"] for row in rows if row["contested:boolean"] == "true"
    ] == ["account_moved"]


def test_engines_are_told_access_alone() -> None:
    """Tuples of a contested access are those of a sound one: xi owns the account, zo the scope."""
    told = made(moved(), "spicedb", "relationships.txt").decode()
    assert "contested" not in told + made(moved(), "openfga", "tuples.csv").decode()
    assert "identity:1" in told


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The error names the folder that was asked for, not a file of our own."""
    with pytest.raises(InroadsError) as error:
        export.write(inroads.load(inroads.EXAMPLE), "graphml", tmp_path / "none" / "graph.graphml")
    assert error.value.code == "NO_FOLDER"
    assert (
        error.value.message == f"there is no folder {tmp_path / 'none'} to write graph.graphml into"
    )
