"""The shape of a GraphQL document, which names it in traces."""

from __future__ import annotations

import hashlib
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    Visitor,
    print_ast,
    visit,
)


def shape(document: DocumentNode) -> str:
    """The SHA-256 of a document without values and aliases, so that it cannot confirm a guess.

    >>> from graphql import parse
    >>> one = parse('{ a: node(id: "b@example.com") { id } }')
    >>> other = parse('{node(id:"")  {id}}')
    >>> shape(one) == shape(other), shape(one) == shape(parse("{ node { id } }"))
    (True, False)
    """
    return hashlib.sha256(print_ast(visit(document, _Bare())).encode()).hexdigest()


class _Bare(Visitor):
    """Removes the values and aliases of a document."""

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        return (
            FieldNode(**{key: getattr(node, key) for key in node.keys if key != "alias"})
            if node.alias
            else None
        )

    def enter_string_value(self, *_: Any) -> StringValueNode:
        return StringValueNode(value="", block=False)

    def enter_int_value(self, *_: Any) -> IntValueNode:
        return IntValueNode(value="0")

    def enter_float_value(self, *_: Any) -> FloatValueNode:
        return FloatValueNode(value="0")

    def enter_list_value(self, *_: Any) -> ListValueNode:
        return ListValueNode(values=())

    def enter_object_value(self, *_: Any) -> ObjectValueNode:
        return ObjectValueNode(fields=())
