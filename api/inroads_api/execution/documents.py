"""Documents that are parsed, measured and validated once, or refused once, however often they are asked."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    print_ast,
    validate,
    visit,
)

from inroads_api.execution.cost import Measures, parsed
from inroads_api.execution.tracing import part
from inroads_api.limits import MAX_QUERY

MAX_KEPT: Final = 128
"""The most documents that are kept: those used last."""

MAX_REFUSED: Final = 12
"""The most documents that are kept to be refused again: those refused last."""

QUICK: Final = 1_000
"""A document that costs no more, whatever its variables, is executed without a thread of its own."""

MAX_ERRORS: Final = 20
"""The most errors that one document is told: each has its price, and who asks needs the first few."""


class PreparedDocument:
    """A parsed document: what it asks, and why it cannot be executed, if it cannot.

    `quick` tells that it has been found cheap to answer whatever its variables are, be it with a refusal, and `valid`
    that it is none.
    """

    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self.document, self._schema = document, schema
        self.measures = Measures(document, schema)
        self._operations = [
            each for each in document.definitions if isinstance(each, OperationDefinitionNode)
        ]
        self._fragments: dict[str, list[SelectionSetNode]] = {}
        for each in document.definitions:
            if isinstance(each, FragmentDefinitionNode):  # two of one name are refused later
                self._fragments.setdefault(each.name.value, []).append(each.selection_set)
        self._roots: dict[str | None, frozenset[str]] = {}
        self._errors: list[GraphQLError] | None = None
        self.quick = False

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """The texts and whole numbers that its arguments have, but for the sizes of pages."""
        return tuple(dict.fromkeys(_literals(self.document)))

    @cached_property
    def shape(self) -> str:
        """A hash that is equal for documents that differ only in what they ask about."""
        return shape(self.document)

    def operation(self, name: str | None) -> OperationType | None:
        """The type of the operation of this name, or of the first one; None where there is none."""
        found = self.named(name)
        return found.operation if found else None

    def named(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or the first one."""
        named = (
            each
            for each in self._operations
            if name is None or (each.name and each.name.value == name)
        )
        return next(named, None)

    def roots(self, name: str | None) -> frozenset[str]:
        """The names of the fields that this operation begins with, also those in fragments."""
        if name not in self._roots:
            operation = self.named(name)
            self._roots[name] = self._begins(operation.selection_set) if operation else frozenset()
        return self._roots[name]

    def _begins(self, selections: SelectionSetNode) -> frozenset[str]:
        """Each fragment is looked into once, however often, and in however many circles, it is spread."""
        found, seen, waiting = set(), set(), [selections]
        while waiting:
            for each in waiting.pop().selections:
                if isinstance(each, FieldNode):
                    found.add(each.name.value)
                elif isinstance(each, InlineFragmentNode):
                    waiting.append(each.selection_set)
                elif isinstance(each, FragmentSpreadNode) and each.name.value not in seen:
                    seen.add(each.name.value)
                    waiting += self._fragments.get(each.name.value, ())
        return frozenset(found)

    @property
    def settled(self) -> bool:
        """Return whether it is known if it can be executed; what is over a limit may be so only with some variables."""
        return self.quick or self._errors is not None

    @property
    def valid(self) -> bool:
        """Return whether it has been found valid."""
        return self._errors == []

    def name(self, name: str | None) -> str | None:
        """The name of the operation that a request of this `operationName` means; None where it has none."""
        names = [each.name.value for each in self._operations if each.name]
        return (
            name
            if name in names
            else names[0]
            if name is None and len(self._operations) == 1 and names
            else None
        )

    def errors(self, variables: Mapping[str, Any] | None, name: str | None) -> list[GraphQLError]:
        """Why it cannot be executed with these variables: its limits first, then the stock rules."""
        if over := self.measures.over(variables):
            self.quick = self.quick or self.measures.same
            return [over]
        if self._errors is None:
            most = self.measures.measure({})
            self._errors = validate(self._schema, self.document, max_errors=MAX_ERRORS)
            reads = all(each.operation is OperationType.QUERY for each in self._operations)
            self.quick = bool(self._errors) or (reads and most is not None and most.cost <= QUICK)
        if self._errors:
            return self._errors
        if name is None and len(self._operations) > 1:
            message = "name the operation: the document has several"
            return [GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})]
        return []


def _literals(document: DocumentNode) -> Iterator[str]:
    waiting: list[object] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, StringValueNode | IntValueNode):
            yield node.value
        elif isinstance(node, Node) and not (
            isinstance(node, ArgumentNode) and node.name.value == "first"
        ):
            waiting += (getattr(node, key, None) for key in node.keys)
        elif isinstance(node, tuple | list):
            waiting += node


class DocumentCache:
    """The documents of a schema that were used last, by their text, for any thread.

    What is valid is kept apart from what is refused, so that no flood of this drives it out.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, PreparedDocument] = OrderedDict()
        self._refused: OrderedDict[str, PreparedDocument | GraphQLError] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, query: str) -> PreparedDocument | None:
        """A document that is there already."""
        found = self._found(query)
        return found if isinstance(found, PreparedDocument) else None

    def quick(self, query: str) -> bool:
        """Return whether this is quick to answer: it is there already and quick, or known to be no document."""
        if len(query) > MAX_QUERY:
            return True
        found = self._found(query)
        return found.quick if isinstance(found, PreparedDocument) else found is not None

    def settled(self, query: str) -> bool:
        """Return whether nothing has to be found out any more about what this is."""
        found = self._found(query)
        return found.settled if isinstance(found, PreparedDocument) else found is not None

    def get(self, query: str) -> PreparedDocument:
        """The document of a query. Raises GraphQLError, as `limits.parsed` does."""
        found = self._found(query) or self._made(query)
        if isinstance(found, GraphQLError):
            raise found.with_traceback(None)  # else each time it is raised adds to its traceback
        return found

    def _found(self, query: str) -> PreparedDocument | GraphQLError | None:
        with self._lock:
            if query in self._kept:
                self._kept.move_to_end(query)
                return self._kept[query]
            found = self._refused.get(query)
            if isinstance(found, PreparedDocument) and found.valid:  # it was new
                del self._refused[query]
                self._kept[query] = found
                if len(self._kept) > MAX_KEPT:
                    self._kept.popitem(last=False)
            return found

    def _made(self, query: str) -> PreparedDocument | GraphQLError:
        found: PreparedDocument | GraphQLError
        try:
            with part("parse"):
                found = PreparedDocument(parsed(query), self._schema)
        except GraphQLError as error:
            if len(query) > MAX_QUERY:
                raise  # there is nothing to be saved
            found = error
        with self._lock:
            self._refused[query] = found
            if len(self._refused) > MAX_REFUSED:
                self._refused.popitem(last=False)
        return found


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
