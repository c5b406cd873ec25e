"""The names of nodes and scopes while the claims of a document are collected."""

from __future__ import annotations

from typing import Any

Node = Any
"""The printed id of a node, or its number while a claim set is built; see `Names`."""

Scope = Any
"""The name of a scope, or its number."""


class Names:
    """The names of nodes and scopes. A subclass may number them instead."""

    def identity(self, number: int) -> Node:
        """Return the name of an identity."""
        return f"identity:{number}"

    def business(self, number: int) -> Node:
        """Return the name of a business."""
        return f"business:{number}"

    def group(self, number: int) -> Node:
        """Return the name of a group."""
        return f"group:{number}"

    def account(self, native: str) -> Node:
        """Return the name of an account."""
        return f"account:{native}"

    def scope(self, kind: str, node: Node) -> Scope:
        """Return the name of a scope of a node."""
        return f"{kind} {node}"
