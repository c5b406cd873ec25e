"""A cache of parsed, priced and validated GraphQL documents, including invalid ones."""

from __future__ import annotations

import hashlib
import sys
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
from inroads_api.execution.plans import Key, Plans, plans_of
from inroads_api.execution.tracing import part
from inroads_api.execution.weighed_cache import WeighedCache
from inroads_api.limits import MAX_QUERY

MAX_REFUSED: Final = 4 * 2**20
"""The most bytes of cached documents that are invalid or not validated yet."""

QUICK: Final = 1_000
"""The highest cost of a document that the event loop executes itself."""

MAX_ERRORS: Final = 20
"""The most errors that are reported of one document, since each takes time to find."""

TOKEN_BYTES: Final = 400
"""The measured bytes of a token of a parsed document: nodes, locations and costs."""

BASE_BYTES: Final = 30_000
"""The measured bytes of a prepared document without its tokens."""


class PreparedDocument:
    """A GraphQL document that is parsed, priced and validated once, on first use.

    A text that cannot be parsed has no operations, and `errors` has the reason. `refused` marks a
    document that is known to be refused with any variables, and `cheap` one that is known to be
    cheap to answer with any.
    """

    def __init__(self, text: str, schema: GraphQLSchema) -> None:
        self.text, self._schema = text, schema
        self._roots: dict[str | None, frozenset[str]] = {}
        self._tokens = 0
        self._refusal: GraphQLError | None = None
        self._errors: list[GraphQLError] | None = None
        self.refused, self.cheap = len(text) > MAX_QUERY, False

    @cached_property
    def tree(self) -> DocumentNode:
        """The syntax tree; it has no definitions if the text cannot be parsed."""
        try:
            with part("parse"):
                if not self.text:
                    raise GraphQLError(
                        "the document is empty", extensions={"code": "GRAPHQL_PARSE_FAILED"}
                    )
                tree, self._tokens = parsed(self.text)
                return tree
        except GraphQLError as error:
            self._refusal, self.refused = error.with_traceback(None), True
            return DocumentNode(definitions=())

    @cached_property
    def measures(self) -> Measures:
        """The measures of the document."""
        return Measures(self.tree, self._schema)

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """The strings and integers of its arguments, except page sizes."""
        return tuple(dict.fromkeys(_literals(self.tree)))

    @cached_property
    def shape(self) -> str | None:
        """A hash that documents share if they differ only in values; None if it is no GraphQL."""
        return shape(self.tree) if self.tree.definitions else None

    @property
    def weight(self) -> int:
        """The estimated bytes of memory, including compiled plans."""
        plans = self.plans.weight if self._tokens else 0
        return BASE_BYTES + sys.getsizeof(self.text) + TOKEN_BYTES * self._tokens + plans

    @cached_property
    def _operations(self) -> list[OperationDefinitionNode]:
        definitions = self.tree.definitions
        return [node for node in definitions if isinstance(node, OperationDefinitionNode)]

    @cached_property
    def _fragments(self) -> dict[str, list[SelectionSetNode]]:
        """The selections of fragments by name. Validation rejects two of one name later."""
        fragments: dict[str, list[SelectionSetNode]] = {}
        for node in self._fragment_nodes:
            fragments.setdefault(node.name.value, []).append(node.selection_set)
        return fragments

    @cached_property
    def _fragment_nodes(self) -> list[FragmentDefinitionNode]:
        definitions = self.tree.definitions
        return [node for node in definitions if isinstance(node, FragmentDefinitionNode)]

    def operation(self, name: str | None) -> OperationType | None:
        """The type of the operation of this name, or of the first one; None if there is none."""
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
        """The name of the operation that this `operationName` selects; None if it has no name."""
        names = [node.name.value for node in self._operations if node.name]
        if name in names:
            return name
        return names[0] if name is None and len(self._operations) == 1 and names else None

    def roots(self, name: str | None) -> frozenset[str]:
        """The names of the root fields of this operation, including those in fragments."""
        if name not in self._roots:
            node = self.definition(name)
            self._roots[name] = self._begins(node.selection_set) if node else frozenset()
        return self._roots[name]

    def _begins(self, selections: SelectionSetNode) -> frozenset[str]:
        """Collect root fields; each fragment is visited once, so cycles end."""
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
        """The cost with these variables; None if the text is no GraphQL or too deep to price."""
        measure = self.measures.measure(variables or {}) if self.tree.definitions else None
        return measure.cost if measure else None

    @property
    def plans(self) -> Plans:
        """The compiled plans of the document."""
        return plans_of(self.tree)

    def key(self, variables: Mapping[str, Any] | None, name: str | None) -> Key | None:
        """The key of the plan of an operation; None if there is no such operation."""
        node = self.definition(name)
        return self.plans.key(node, self._fragment_nodes, variables) if node else None

    def is_quick(self, variables: Mapping[str, Any] | None, name: str | None) -> bool:
        """Return whether the document is refused, or cheap with a plan: quick in an event loop."""
        if self.refused:
            return True
        key = self.key(variables, name) if self.cheap else None
        return key is not None and self.plans.is_quick(key)

    def wants_plan(self, variables: Mapping[str, Any] | None, name: str | None) -> bool:
        """Return whether an operation that comes with these variables is to be compiled."""
        node = self.definition(name) if self.valid else None
        key = self.key(variables, name)
        return node is not None and key is not None and self.plans.wants(node, key)

    @property
    def settled(self) -> bool:
        """Return whether validation has ended. Limits may still depend on variables."""
        return self.refused or self._errors is not None

    @property
    def valid(self) -> bool:
        """Return whether validation has found no error."""
        return self._errors == []

    def errors(self, variables: Mapping[str, Any] | None, name: str | None) -> list[GraphQLError]:
        """The errors of the document with these variables: limits first, then the stock rules."""
        tree = self.tree
        if self._refusal:
            return [self._refusal]
        if over := self.measures.over(variables):
            self.refused = self.refused or self.measures.same
            return [over]
        if self._errors is None:
            most = self.measures.measure({})
            self._errors = validate(self._schema, tree, max_errors=MAX_ERRORS)
            reads = all(node.operation is OperationType.QUERY for node in self._operations)
            self.refused = bool(self._errors)
            self.cheap = reads and most is not None and most.cost <= QUICK
        if self._errors:
            return self._errors
        if name is None and len(self._operations) > 1:
            message = "the document has several operations: `operationName` must select one"
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
    """A cache of the documents of a schema by text. Thread-safe.

    Valid documents are in `kept`, beside answers. The others have a cache of their own, so that a
    flood of invalid documents cannot evict what is kept.
    """

    def __init__(
        self, schema: GraphQLSchema, kept: WeighedCache | None = None, refused: int = MAX_REFUSED
    ) -> None:
        self._schema = schema
        self.kept = WeighedCache() if kept is None else kept
        self.refused = WeighedCache(refused)

    def get(self, text: str) -> PreparedDocument:
        """The document of a text. A request gets it once and holds it until its end."""
        if len(text) > MAX_QUERY:
            return PreparedDocument(text, self._schema)  # refused without parsing
        found: PreparedDocument | None = self.kept.find(text)
        if found:
            return found
        return self.keep(self.refused.find(text) or PreparedDocument(text, self._schema))

    def keep(self, document: PreparedDocument) -> PreparedDocument:
        """Cache a document again, after its validity or weight has changed."""
        if document.valid:
            self.refused.drop(document.text)
            self.kept.keep(document.text, document, document.weight)
        elif len(document.text) <= MAX_QUERY:
            self.refused.keep(document.text, document, document.weight)
        return document


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
