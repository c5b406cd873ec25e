"""A readable name of one node."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from inroads.columns.adjacency import KEPT
from inroads.model import native_id
from inroads.text import printable

if TYPE_CHECKING:
    from inroads.network.access_graph import AccessGraph

_LABELS: Final = "_labels"
"""Where a graph keeps the labels of the nodes that were named last."""


def label(graph: AccessGraph, node: str) -> str:
    """Return a readable name of a node: `b@example.com`, `BillSpring (77128)`, `account Xr82w`.

    A name or email in which nothing can be seen counts as none.
    """
    if "fold" not in vars(graph):  # a view or a copy, which may change
        return _written(graph, node)
    known: Callable[[str], str] | None = vars(graph).get(_LABELS)
    if known is None:
        known = vars(graph)[_LABELS] = lru_cache(KEPT)(partial(_written, graph))
    return known(node)


def _written(graph: AccessGraph, node: str) -> str:
    data, native = graph.nodes[node], native_id(node)
    if _is_visible(email := data.get("email") or ""):
        return printable(email)
    if _is_visible(name := data.get("name") or ""):
        return f"{printable(name)} ({native})"
    return printable(f"{data['kind'].lower()} {native}")


def _is_visible(text: str) -> bool:
    if text.isprintable():
        return bool(text) and not text.isspace()
    return any(each.isprintable() and not each.isspace() for each in text)
