"""The shape of a document: what it asks for, without what it asks about."""

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
    """The SHA-256 of a document without its values and aliases: who guesses a value cannot check it against this.

    >>> from graphql import parse
    >>> one, other = parse('{ a: node(id: "b@example.com") { id } }'), parse('{node(id:"")  {id}}')
    >>> shape(one) == shape(other), shape(one) == shape(parse("{ node { id } }"))
    (True, False)
    """
    return hashlib.sha256(print_ast(visit(document, _Bare())).encode()).hexdigest()


class _Bare(Visitor):
    """Takes out what a caller may have written freely."""

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        return FieldNode(**{key: getattr(node, key) for key in node.keys if key != "alias"}) if node.alias else None

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
