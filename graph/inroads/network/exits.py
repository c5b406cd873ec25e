"""Exits of a graph in bulk: plain networkx, a frame of its edges, and a sparse matrix.

The views of an AccessGraph make each name and each dict when they are looked at. To take all of
them at once is several times faster from the columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import networkx as nx
import numpy as np

from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Ints, firsts
from inroads.columns.claimset import NONE, RELATIONS, ROLES
from inroads.errors import InroadsError
from inroads.network import frames
from inroads.network.access_graph import AccessGraph
from inroads.network.frames import Column, Kind

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Plain = nx.MultiDiGraph[str]
else:
    Plain = nx.MultiDiGraph

COLUMNS: Final = ("principal", "resource", "grant", "relation", "role", "contested")
"""The columns of a frame of edges; `role` and `contested` are null where an edge has none."""


class SparseGraph(NamedTuple):
    """The number of edges from each node to each other one, and the nodes in their order."""

    matrix: csr_array[Any, Any]
    nodes: list[str]


class _Edges(NamedTuple):
    """All edges by the number of their near end, then of their far end."""

    principal: Ints
    resource: Ints
    grant: Ints


def to_networkx(graph: AccessGraph) -> Plain:
    """Copy a graph into the dicts of networkx, where it can be changed."""
    plain, index, names = Plain(), graph.index, graph.index.names()
    attributes = map(graph._attributes, range(index.size))
    plain.add_nodes_from(zip(names, attributes, strict=True))
    edges = _edges(index)
    grants = _grant_names(index, names)
    data = _edge_data(index)
    plain.add_edges_from(  # the stub knows edges without keys only
        zip(  # type: ignore[arg-type]  # the stub knows no keys
            map(names.__getitem__, edges.principal.tolist()),
            map(names.__getitem__, edges.resource.tolist()),
            map(grants.__getitem__, places := edges.grant.tolist()),
            map(data.__getitem__, places),
            strict=True,
        )
    )
    return plain


def edges_frame(graph: AccessGraph, library: str | None = None) -> Any:
    """Return the edges as a frame of pandas, polars or Arrow, or of the first that is installed.

    Raises InroadsError BAD_LIBRARY, and EXTRA_MISSING if it is not installed.
    """
    make = frames.maker(library)  # before the work
    index, names, edges = graph.index, graph.index.names(), _edges(graph.index)
    data = _edge_data(index)
    by_node = np.array(names, np.object_)
    by_grant: dict[str, list[Any]] = {
        "grant": _grant_names(index, names),
        "relation": [each["relation"] for each in data],
        "role": [each.get("role") for each in data],
        "contested": [each.get("contested") for each in data],
    }
    columns = {"principal": by_node[edges.principal], "resource": by_node[edges.resource]}
    for name, values in by_grant.items():
        columns[name] = np.array(values, np.object_)[edges.grant]
    return make({name: Column(Kind.TEXT, columns[name].tolist()) for name in COLUMNS})


def to_sparse(graph: AccessGraph) -> SparseGraph:
    """Return the adjacency as a scipy CSR array, with the order of the nodes.

    Raises InroadsError EXTRA_MISSING without scipy.
    """
    try:
        from scipy.sparse import csr_array  # noqa: PLC0415  # it is optional
    except ImportError:
        raise InroadsError("this needs scipy: install scipy", "EXTRA_MISSING") from None
    index, edges = graph.index, _edges(graph.index)
    starts = np.asarray(index.out_entries.starts)
    matrix = csr_array(
        (np.ones(len(edges.grant), np.int64), edges.resource, starts), (index.size, index.size)
    )
    matrix.sum_duplicates()
    return SparseGraph(matrix, index.names())


def _grant_names(index: Adjacency, names: list[str]) -> list[str]:
    """The printed ids of all grants, in their order."""
    grants = index.fold.grants
    relations = [each.value for each in RELATIONS]
    words = [f"#{each}{client}@" for client in ("", "/CLIENT") for each in relations]
    kinds = grants.relation.astype(np.int64) + len(relations) * (grants.client_role != 0)
    return [
        f"{names[resource]}{words[kind]}{names[principal]}"
        for resource, kind, principal in zip(
            grants.resource.tolist(), kinds.tolist(), grants.principal.tolist(), strict=True
        )
    ]


def _edges(index: Adjacency) -> _Edges:
    hops = np.asarray(index.out_entries.hops)
    grant = np.where(hops >= 0, hops, ~hops)
    grants = index.fold.grants
    ends = grants.principal[grant], grants.resource[grant]
    return _Edges(
        np.where(hops >= 0, ends[0], ends[1]), np.where(hops >= 0, ends[1], ends[0]), grant
    )


def _edge_data(index: Adjacency) -> list[dict[str, str]]:
    """The attributes of the edge of each grant; equal ones are one dict."""
    grants, relations, roles = index.fold.grants, [each.value for each in RELATIONS], _roles(index)
    made = [
        {"relation": relation} | ({"role": role.value} if role else {})
        for relation in relations
        for role in (None, *ROLES)
    ]
    kinds = grants.relation.astype(np.int64) * (len(ROLES) + 1) + roles + 1
    found = list(map(made.__getitem__, kinds.tolist()))
    for grant in np.flatnonzero(grants.contested).tolist():
        found[grant] = index.data(grant)
    return found


def _roles(index: Adjacency) -> Ints:
    """The role that speaks first for each grant, by its place in ROLES; NONE without a role."""
    rows, bits = index.fold.evidence, index.fold.grants.roles
    grant = np.repeat(np.arange(len(bits)), np.diff(index.fold.evidence_of))
    speaks = (rows.role != NONE) & (bits[grant] >> np.maximum(rows.role, 0) & 1).astype(np.bool_)
    grant, role = grant[speaks], rows.role[speaks]
    found = np.full(len(bits), NONE, np.int64)
    if len(grant):
        begins = firsts(grant)
        found[grant[begins]] = role[begins]
    return found
