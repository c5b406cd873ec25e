"""A cache of parsed, priced and validated GraphQL documents, including invalid ones."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

from cachetools import LRUCache
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
from inroads_api.execution.executor import plans_of
from inroads_api.execution.tracing import part
from inroads_api.limits import MAX_QUERY

MAX_VALID: Final = 64 * 2**20
"""The most bytes of valid documents that are kept, with their plans: those used last."""

MAX_REFUSED: Final = 4 * 2**20
"""The most bytes of documents that are kept to be refused again, or are new: those used last."""

QUICK: Final = 1_000
"""A document that costs no more, whatever its variables, is executed without a thread of its own."""

MAX_ERRORS: Final = 20
"""The most errors that are told of one document: each has its price, and a caller needs the first few."""

TOKEN_BYTES: Final = 400
"""How many bytes a token of a parsed document takes, measured: nodes, places and prices."""

BASE_BYTES: Final = 30_000
"""How many bytes any prepared document takes beside its tokens, measured."""


class PreparedDocument:
    """A GraphQL document that is parsed, priced and validated once, when that is first needed.

    A text that is no document is one without operations, whose `errors` say so. `quick` tells that the document is
    known to be cheap to answer whatever its variables are, be it with a refusal.
    """

    def __init__(self, text: str, schema: GraphQLSchema) -> None:
        self.text, self._schema = text, schema
        self._roots: dict[str | None, frozenset[str]] = {}
        self._tokens = 0
        self._refusal: GraphQLError | None = None
        self._errors: list[GraphQLError] | None = None
        self.quick = len(text) > MAX_QUERY

    @cached_property
    def tree(self) -> DocumentNode:
        """The parsed text; without definitions where it cannot be parsed."""
        try:
            with part("parse"):
                if not self.text:
                    raise GraphQLError(
                        "the document is empty", extensions={"code": "GRAPHQL_PARSE_FAILED"}
                    )
                tree, self._tokens = parsed(self.text)
                return tree
        except GraphQLError as error:
            self._refusal, self.quick = error.with_traceback(None), True
            return DocumentNode(definitions=())

    @cached_property
    def measures(self) -> Measures:
        """How much it asks for."""
        return Measures(self.tree, self._schema)

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """The texts and whole numbers that its arguments have, but for the sizes of pages."""
        return tuple(dict.fromkeys(_literals(self.tree)))

    @cached_property
    def shape(self) -> str | None:
        """A hash that is equal for documents that differ only in what they ask about; None for no document."""
        return shape(self.tree) if self.tree.definitions else None

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes by now, with its compiled plans."""
        plans = plans_of(self.tree).weight if self._tokens else 0
        return BASE_BYTES + sys.getsizeof(self.text) + TOKEN_BYTES * self._tokens + plans

    @cached_property
    def _operations(self) -> list[OperationDefinitionNode]:
        definitions = self.tree.definitions
        return [node for node in definitions if isinstance(node, OperationDefinitionNode)]

    @cached_property
    def _fragments(self) -> dict[str, list[SelectionSetNode]]:
        """The selections of fragments by name: two of one name are refused later."""
        fragments: dict[str, list[SelectionSetNode]] = {}
        for node in self.tree.definitions:
            if isinstance(node, FragmentDefinitionNode):
                fragments.setdefault(node.name.value, []).append(node.selection_set)
        return fragments

    def operation(self, name: str | None) -> OperationType | None:
        """The type of the operation of this name, or of the first one; None where there is none."""
        node = self.definition(name)
        return node.operation if node else None

    def definition(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or the first one."""
        named = (
            node
            for node in self._operations
            if name is None or (node.name and node.name.value == name)
        )
        return next(named, None)

    def label(self, name: str | None) -> str | None:
        """The name of the operation that a request of this `operationName` means; None where it has none."""
        names = [node.name.value for node in self._operations if node.name]
        if name in names:
            return name
        return names[0] if name is None and len(self._operations) == 1 and names else None

    def roots(self, name: str | None) -> frozenset[str]:
        """The names of the fields that this operation begins with, also those in fragments."""
        if name not in self._roots:
            node = self.definition(name)
            self._roots[name] = self._begins(node.selection_set) if node else frozenset()
        return self._roots[name]

    def _begins(self, selections: SelectionSetNode) -> frozenset[str]:
        """Look into each fragment once, however often, and in however many circles, it is spread."""
        roots, seen, waiting = set(), set(), [selections]
        while waiting:
            for node in waiting.pop().selections:
                if isinstance(node, FieldNode):
                    roots.add(node.name.value)
                elif isinstance(node, InlineFragmentNode):
                    waiting.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                    seen.add(node.name.value)
                    waiting += self._fragments.get(node.name.value, ())
        return frozenset(roots)

    def cost(self, variables: Mapping[str, Any] | None) -> int | None:
        """The price with these variables; None for no document, and for one that is too deep to be priced."""
        measure = self.measures.measure(variables or {}) if self.tree.definitions else None
        return measure.cost if measure else None

    @property
    def settled(self) -> bool:
        """Return whether it is known if it can be executed; what is over a limit may be so only with some variables."""
        return self.quick or self._errors is not None

    @property
    def valid(self) -> bool:
        """Return whether it has been found valid."""
        return self._errors == []

    def errors(self, variables: Mapping[str, Any] | None, name: str | None) -> list[GraphQLError]:
        """Why it cannot be executed with these variables: its limits first, then the stock rules."""
        tree = self.tree
        if self._refusal:
            return [self._refusal]
        if over := self.measures.over(variables):
            self.quick = self.quick or self.measures.same
            return [over]
        if self._errors is None:
            most = self.measures.measure({})
            self._errors = validate(self._schema, tree, max_errors=MAX_ERRORS)
            reads = all(node.operation is OperationType.QUERY for node in self._operations)
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

    Valid documents are kept apart from refused and new ones, so that no flood of these drives them out.
    """

    def __init__(
        self, schema: GraphQLSchema, valid: int = MAX_VALID, refused: int = MAX_REFUSED
    ) -> None:
        self._schema = schema
        self._valid = LRUCache[str, PreparedDocument](valid, attrgetter("weight"))
        self._refused = LRUCache[str, PreparedDocument](refused, attrgetter("weight"))
        self._lock = threading.Lock()

    def get(self, text: str) -> PreparedDocument:
        """The document of a text. A request gets it once, and keeps it to its end."""
        if len(text) > MAX_QUERY:
            return PreparedDocument(text, self._schema)  # there is nothing to be saved
        with self._lock:
            if document := self._valid.get(text):
                return document
            document = self._refused.get(text)
        return self.keep(document or PreparedDocument(text, self._schema))

    def keep(self, document: PreparedDocument) -> PreparedDocument:
        """Keep a document by what is known of it, with the weight that it has since it was prepared or executed."""
        with self._lock:
            if document.valid:
                self._refused.pop(document.text, None)
                self._valid[document.text] = document
            elif len(document.text) <= MAX_QUERY:
                self._refused[document.text] = document
        return document


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
