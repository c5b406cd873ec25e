"""Places: a business together with the accounts that it keeps."""

from __future__ import annotations

from inroads.errors import NotFound
from inroads.model import NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.network.names.lookup import Named, named


def with_accounts(graph: AccessGraph, node: str) -> frozenset[str]:
    """Return a node by itself, and a business with the accounts that it keeps. Raises NotFound."""
    if node not in graph:
        raise NotFound(f"no document names {node!r}")
    accounts = graph.kept(node) if kind_of(node) is NodeKind.BUSINESS else ()
    return frozenset((node, *accounts))


def with_accounts_in_either(before: AccessGraph, after: AccessGraph, node: str) -> frozenset[str]:
    """Return a node with the accounts that it keeps in either of two versions.

    Raises NotFound where neither knows it.
    """
    known = [graph for graph in (before, after) if node in graph] or [after]
    return frozenset(each for graph in known for each in with_accounts(graph, node))


def named_in_either(before: AccessGraph, after: AccessGraph, text: str) -> Named:
    """Return the identity, business or account that a text means in the later version, or else in
    the earlier one.

    Raises as `named` of the later version.
    """
    kinds = NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT
    try:
        return named(after, text, kinds)
    except NotFound as unknown:
        try:
            return named(before, text, kinds)
        except NotFound:
            raise unknown from None
