"""Places: a business together with the accounts that it keeps."""

from __future__ import annotations

from inroads.errors import NotFound
from inroads.model import NodeKind, kind_of
from inroads.network.access_graph import AccessGraph


def with_accounts(graph: AccessGraph, node: str) -> frozenset[str]:
    """Return a node by itself, and a business with the accounts that it keeps. Raises NotFound."""
    if node not in graph:
        raise NotFound(f"no document names {node!r}")
    accounts = graph.kept(node) if kind_of(node) is NodeKind.BUSINESS else ()
    return frozenset((node, *accounts))
