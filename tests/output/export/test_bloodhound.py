"""The BloodHound export: its paths are our accesses, and its files follow the published rules."""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from typing import Any

import jsonschema
import networkx as nx
import pytest

from contested import moved
from engines import accesses, graphs
from inroads.explorer import Explorer
from inroads.model import Role
from inroads.output.export import bloodhound
from inroads.text import unescaped

PRIMITIVE: dict[str, Any] = {
    "anyOf": [
        {"type": ["string", "number", "boolean"]},
        *({"type": "array", "items": {"type": kind}} for kind in ("string", "number", "boolean")),
    ]
}
PROPERTIES: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-z0-9_]+$", "not": {"const": "objectid"}},
    "additionalProperties": PRIMITIVE,
}
KIND = {"type": "string", "pattern": "^[A-Za-z0-9_]+$"}
END = {
    "type": "object",
    "required": ["value"],
    "properties": {"value": {"type": "string", "pattern": "^[^:]+$"}, "match_by": {"const": "id"}},
    "additionalProperties": False,
}
OPEN_GRAPH: dict[str, Any] = {
    "type": "object",
    "required": ["graph"],
    "additionalProperties": False,
    "properties": {
        "metadata": {
            "type": "object",
            "properties": {"source_kind": KIND},
            "additionalProperties": False,
        },
        "graph": {
            "type": "object",
            "required": ["nodes", "edges"],
            "additionalProperties": False,
            "properties": {
                "nodes": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["id", "kinds", "properties"],
                        "additionalProperties": False,
                        "properties": {
                            "id": {"type": "string", "pattern": "^[^:]+$"},
                            "kinds": {"type": "array", "items": KIND, "minItems": 1, "maxItems": 3},
                            "properties": PROPERTIES,
                        },
                    },
                },
                "edges": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["kind", "start", "end", "properties"],
                        "additionalProperties": False,
                        "properties": {
                            "kind": KIND,
                            "start": END,
                            "end": END,
                            "properties": PROPERTIES,
                        },
                    },
                },
            },
        },
    },
}
"""The published rules of OpenGraph files, as a schema of our own."""


def open_graph(graph: Explorer) -> dict[str, Any]:
    out = io.BytesIO()
    bloodhound.write_graph(graph, out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def ingested(graph: Explorer) -> tuple[dict[str, Any], dict[tuple[str, str, str], Any]]:
    """The nodes by id and the edges by kind and ends as BloodHound keeps them: ids in upper case, the last one is."""
    said = open_graph(graph)["graph"]
    nodes = {each["id"].upper(): each for each in said["nodes"]}
    edges = {
        (each["kind"], each["start"]["value"].upper(), each["end"]["value"].upper()): each[
            "properties"
        ]
        for each in said["edges"]
    }
    return nodes, edges


def test_paths_in_bloodhound_are_the_accesses() -> None:
    """From an identity, traversable paths to resources are its accesses, and their last edges the roles."""
    for graph in graphs():
        nodes, edges = ingested(graph)
        names = {
            name: unescaped(each["properties"]["node"])
            for name, each in nodes.items()
            if "Control" not in each["kinds"][0]
        }
        ways = nx.MultiDiGraph()
        ways.add_nodes_from(nodes)
        for kind, start, end in edges:
            if kind in bloodhound.TRAVERSABLE:
                ways.add_edge(start, end, kind=kind)
        words = {kind: role.upper() for role, kind in bloodhound.ACCESS.items()}
        found = {}
        for start, person in names.items():
            if not person.startswith("identity"):
                continue
            roles = defaultdict(set)
            for node in (start, *nx.descendants(ways, start)):
                for _, end, data in ways.out_edges(node, data=True):
                    if data["kind"] in words:
                        roles[names[end]].add(Role(words[data["kind"]]))
            found |= {
                (person, resource): graph.policy.maximal(each) for resource, each in roles.items()
            }
        assert found == accesses(graph)


def test_bloodhound_files_follow_the_published_rules() -> None:
    """Ids, kinds and properties are such as BloodHound takes, and each edge ends at nodes."""
    validator = jsonschema.Draft202012Validator(OPEN_GRAPH)
    for graph in graphs():
        validator.validate(open_graph(graph))
        nodes, edges = ingested(graph)
        assert {end for _, *ends in edges for end in ends} <= set(nodes)


def test_bloodhound_loses_nothing() -> None:
    """It ignores the case of ids and keeps one edge of a kind between two nodes: nodes and grants stay apart still."""
    both = 0
    for graph in graphs():
        nodes, edges = ingested(graph)
        said = open_graph(graph)["graph"]
        assert (len(nodes), len(edges)) == (len(said["nodes"]), len(said["edges"]))
        raw = [
            properties
            for (kind, *_), properties in edges.items()
            if kind in bloodhound.RAW.values()
        ]
        assert sorted(unescaped(each["grant"]) for each in raw) == sorted(graph.grants)
        named = {unescaped(each["properties"]["node"]) for each in nodes.values()}
        assert named == set(graph.nodes)
        both += {"account:zDmNq", "account:ZDMNQ"} <= named
    assert both


def test_the_extension_tells_every_kind() -> None:
    """Each kind in a file is defined once, and just the derived ones are traversable."""
    out = io.BytesIO()
    bloodhound.write_extension(graphs()[0], out)
    told = json.loads(out.getvalue())
    traversable = {each["name"]: each["is_traversable"] for each in told["relationship_kinds"]}
    assert not traversable["Inroads_MemberGrant"]
    assert not traversable["Inroads_GroupOfGrant"]
    assert not traversable["Inroads_RoleClientGrant"]
    assert traversable["Inroads_CanAccessAsOwner"]
    assert traversable["Inroads_CanControl"]
    nodes = {each["name"] for each in told["node_kinds"]}
    assert all(
        name.startswith(f"{told['schema']['namespace']}_") for name in (*nodes, *traversable)
    )
    # nodes and relationships share one space of names
    assert len(nodes | set(traversable)) == len(told["node_kinds"]) + len(
        told["relationship_kinds"]
    )
    assert re.fullmatch(r"v\d+\.\d+\.\d+", told["schema"]["version"])
    for graph in graphs():
        said = open_graph(graph)["graph"]
        assert {kind for node in said["nodes"] for kind in node["kinds"]} <= nodes
        assert {edge["kind"] for edge in said["edges"]} <= set(traversable)


def test_the_rules_can_be_broken() -> None:
    """The schema refuses what BloodHound refuses."""
    node = {"id": "a", "kinds": ["A"], "properties": {"x": 1}}
    for wrong in (
        {"id": "a:b"},
        {"kinds": ["A"] * 4},
        {"kinds": ["A b"]},
        {"properties": {"X": 1}},
        {"properties": {"x": None}},
        {"properties": {"x": {}}},
        {"properties": {"x": [1, "a"]}},
        {"properties": {"objectid": "a"}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"graph": {"nodes": [node | wrong], "edges": []}}, OPEN_GRAPH)
    jsonschema.validate({"graph": {"nodes": [node], "edges": []}}, OPEN_GRAPH)


def test_contested_grants() -> None:
    """A contested grant has the mark as properties; the access that it conveys is there all the same."""
    _, edges = ingested(moved())
    marked = {
        kind: each["contradictions"] for (kind, *_), each in edges.items() if each.get("contested")
    }
    assert marked == {bloodhound.RAW["ROLE"]: ["account_moved"]}
    access = bloodhound.ACCESS["owner"], "IDENTITY.1", "BUSINESS.3001"
    assert edges[access] == {}
