"""The trace of a request: its parts and figures, without texts of the request."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any, Final, NamedTuple, Protocol

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


class TraceFigures(NamedTuple):
    """The figures of a request; `kind` is the operation type, `shape` that of the document."""

    name: str
    outcome: str
    version: str
    cost: int | None
    kind: str | None
    shape: str | None


class Trace(Protocol):
    """The trace of one request."""

    def part(self, name: str) -> AbstractContextManager[object]:
        """Return a context manager for a part of the request."""

    def tell(self, told: TraceFigures) -> None:
        """Add the figures of the request. Called once, when it is answered."""


TRACE: Final[ContextVar[Trace | None]] = ContextVar("TRACE", default=None)
"""The trace of the current request."""

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("REQUEST_ID", default=None)
"""The id of the current request, which its response, span, log records and audit lines share."""

_UNTRACED: Final = nullcontext()


def part(name: str) -> AbstractContextManager[object]:
    """Return a context manager that traces a part of the current request."""
    trace = TRACE.get()
    return trace.part(name) if trace else _UNTRACED


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
