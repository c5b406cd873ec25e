"""A readable name of one node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inroads.model import native_id
from inroads.text import printable

if TYPE_CHECKING:
    from inroads.network.access_graph import AccessGraph


def label(graph: AccessGraph, node: str) -> str:
    """Return a readable name of a node: `b@example.com`, `BillSpring (77128)`, `account Xr82w`.

    A name or email in which nothing can be seen counts as none.
    """
    return graph.labels(node)


def written_label(graph: AccessGraph, node: str) -> str:
    """Return the label of a node from its attributes."""
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
