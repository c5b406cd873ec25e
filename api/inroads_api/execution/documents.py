"""A cache of parsed, priced and validated GraphQL documents, including invalid ones."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    validate,
)

from inroads_api.execution.cost import Measures, parsed
from inroads_api.execution.patterns import Literals, Pattern, spelled
from inroads_api.execution.plans import Key, Plans, plans_of
from inroads_api.execution.tracing import part, shape
from inroads_api.execution.weighed_cache import WeighedCache
from inroads_api.limits import MAX_COST, MAX_QUERY

MAX_REFUSED: Final = 4 * 2**20
"""The most bytes of cached documents that are invalid or not validated yet."""

QUICK: Final = 1_000
"""The highest cost of a document that the event loop executes itself."""

SHORT: Final = 25_000
"""The highest cost of a brief document that the event loop begins: the price of 50 accesses with
all of their evidence, of which most identities have few.
"""

MAX_ERRORS: Final = 20
"""The most errors that are reported of one document, since each takes time to find."""

TOKEN_BYTES: Final = 400
"""The measured bytes of a token of a parsed document: nodes, locations and costs."""

BASE_BYTES: Final = 30_000
"""The measured bytes of a prepared document without its tokens."""

LIGHT_BYTES: Final = 3_000
"""The measured bytes of a document with a pattern, without its text."""

LITERAL_BYTES: Final = 250
"""The measured bytes of a literal of a document with a pattern."""

MAX_NOTICED: Final = 10_000
"""The most patterns that are noticed until they come again."""


_UNSUGGESTIBLE: Final = re.compile(r"\u0130|\\u")
"""What a suggestion of graphql-core fails on, as it is written or perhaps behind an escape: İ is
two characters in lower case, and no other letter is.
"""


class PreparedDocument:
    """A GraphQL document that is parsed, priced and validated once, on first use.

    A text that cannot be parsed has no operations, and `errors` has the reason. `refused` marks a
    document that is known to be refused with any variables, and `cheap` one that is known to be
    cheap to answer with any, or `short`. A document with a `pattern` is valid: all that the literals do not
    decide is known of the pattern, and its literals are variables of the pattern.
    """

    def __init__(self, text: str, schema: GraphQLSchema, written: Literals | None = None) -> None:
        self.text, self._schema, self.written = text, schema, written
        self.pattern: Pattern | None = None
        self._given: Mapping[str, str | int] = {}
        self._roots: dict[str | None, list[FieldNode]] = {}
        self._entries: dict[str | None, frozenset[str]] = {}
        self._tokens = 0
        self._refusal: GraphQLError | None = None
        self._errors: list[GraphQLError] | None = None
        self.refused, self.cheap, self.short = len(text) > MAX_QUERY, False, False

    def follow(self, pattern: Pattern, given: Mapping[str, str | int]) -> None:
        """Take what is known of a pattern, whose variables have these values here."""
        self.pattern, self._given, self._errors, self.written = pattern, given, [], None
        self._settle()

    def abstracted(self, written: Literals) -> Pattern | None:
        """The pattern of a valid document, if its literals can be variables."""
        return Pattern.made(self._schema, self.tree, written, self._tokens)

    def given(self, variables: Mapping[str, Any] | None) -> dict[str, Any]:
        """The values of all variables of the tree."""
        return {**(variables or {}), **self._given}

    def located(self) -> DocumentNode:
        """The syntax tree with the places of the text, which a pattern does not have."""
        return parsed(self.text).tree if self.pattern else self.tree

    @cached_property
    def tree(self) -> DocumentNode:
        """The syntax tree; it has no definitions if the text cannot be parsed."""
        if self.pattern:
            return self.pattern.tree
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
        return self.pattern.measures if self.pattern else Measures(self.tree, self._schema)

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """The strings and integers of its arguments, except page sizes."""
        return tuple(dict.fromkeys(spelled(self.tree, self._given)))

    @cached_property
    def shape(self) -> str | None:
        """A hash that documents share if they differ only in values; None if it is no GraphQL."""
        if self.pattern:
            self.pattern.shape = self.pattern.shape or shape(self.located())
            return self.pattern.shape
        return shape(self.tree) if self.tree.definitions else None

    @property
    def weight(self) -> int:
        """The estimated bytes of memory, including compiled plans, without those of a pattern."""
        if self.pattern:
            literals = LITERAL_BYTES * len(self._given)
            return LIGHT_BYTES + 2 * sys.getsizeof(self.text) + literals
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
        if name is None:
            return next(iter(self._operations), None)
        named = (each for each in self._operations if each.name and each.name.value == name)
        return next(named, None)

    def label(self, name: str | None) -> str | None:
        """The name of the operation that this `operationName` selects; None if it has no name."""
        names = [node.name.value for node in self._operations if node.name]
        if name in names:
            return name
        return names[0] if name is None and len(self._operations) == 1 and names else None

    def roots(self, name: str | None) -> frozenset[str]:
        """The names of the root fields of this operation, including those in fragments."""
        return frozenset(each.name.value for each in self._begun(name))

    def entries(self, name: str | None) -> frozenset[str]:
        """The names of the root fields; instead of a `graph` without arguments, those inside it."""
        if name in self._entries:
            return self._entries[name]
        found = set[str]()
        for each in self._begun(name):
            if each.name.value != "graph" or each.arguments or not each.selection_set:
                found.add(each.name.value)
            else:
                found.update(inner.name.value for inner in self._begins(each.selection_set))
        self._entries[name] = frozenset(found)
        return self._entries[name]

    def _begun(self, name: str | None) -> list[FieldNode]:
        if name not in self._roots:
            node = self.definition(name)
            self._roots[name] = self._begins(node.selection_set) if node else []
        return self._roots[name]

    def _begins(self, selections: SelectionSetNode) -> list[FieldNode]:
        """Collect the first fields; each fragment is visited once, so cycles end."""
        roots, seen, waiting = list[FieldNode](), set[str](), [selections]
        while waiting:
            for node in waiting.pop().selections:
                if isinstance(node, FieldNode):
                    roots.append(node)
                elif isinstance(node, InlineFragmentNode):
                    waiting.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                    seen.add(node.name.value)
                    waiting += self._fragments.get(node.name.value, ())
        return roots

    def cost(self, variables: Mapping[str, Any] | None) -> int | None:
        """The cost with these variables; None if the text is no GraphQL or too deep to price."""
        measure = self.measures.measure(self.given(variables)) if self.tree.definitions else None
        return measure.cost if measure else None

    @property
    def plans(self) -> Plans:
        """The compiled plans of the document."""
        return plans_of(self.tree)

    def key(self, variables: Mapping[str, Any] | None, name: str | None) -> Key | None:
        """The key of the plan of an operation; None if there is no such operation."""
        node = self.definition(name)
        return self.plans.key(node, self._fragment_nodes, variables) if node else None

    def is_quick(
        self, variables: Mapping[str, Any] | None, name: str | None, *, brief: bool = False
    ) -> bool:
        """Return whether the document is refused, or cheap with a plan: quick in an event loop.

        A `brief` operation may also be short.
        """
        if self.refused:
            return True
        key = self.key(variables, name) if self.cheap or (brief and self.short) else None
        return key is not None and self.plans.is_quick(key)

    def took_long(self, variables: Mapping[str, Any] | None, name: str | None) -> None:
        """Note that an operation took too long for an event loop."""
        if key := self.key(variables, name):
            self.plans.took_long(key)

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
        if over := self.measures.over(self.given(variables)):
            self.refused = self.refused or self.measures.same
            return [over]
        if self._errors is None:
            self._errors = validate(
                self._schema,
                tree,
                max_errors=MAX_ERRORS,
                hide_suggestions=_UNSUGGESTIBLE.search(self.text) is not None,
            )
            self._settle()
        if self._errors:
            return self._errors
        if name is None and len(self._operations) > 1:
            message = "the document has several operations: `operationName` must select one"
            return [GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})]
        return []

    def _settle(self) -> None:
        most = self.measures.measure(self._given)
        reads = all(node.operation is OperationType.QUERY for node in self._operations)
        names = [node.name.value if node.name else None for node in self._operations]
        # A version that variables choose may have to be waited for, which costs nothing to say.
        elsewhere = any("graph" in self.entries(name) for name in names)
        self.refused = bool(self._errors)
        cost = most.cost if reads and most and not elsewhere else MAX_COST
        self.cheap, self.short = cost <= QUICK, cost <= SHORT


class _PatternKey(NamedTuple):
    """The key of a pattern in the cache."""

    pattern: str


class DocumentCache:
    """A cache of the documents of a schema by text. Thread-safe.

    Valid documents are in `kept`, beside answers. The others have a cache of their own, so that a
    flood of invalid documents cannot evict what is kept. A pattern is kept once two documents have
    shown it. It is used whenever one of its documents is, so it never leaves before them.
    """

    def __init__(
        self, schema: GraphQLSchema, kept: WeighedCache | None = None, refused: int = MAX_REFUSED
    ) -> None:
        self._schema = schema
        self.kept = WeighedCache() if kept is None else kept
        self.refused = WeighedCache(refused)
        self._noticing = threading.Lock()
        self._noticed: LRUCache[int, bool] = LRUCache(MAX_NOTICED)

    def get(self, text: str) -> PreparedDocument:
        """The document of a text. A request gets it once and holds it until its end."""
        if len(text) > MAX_QUERY:
            return PreparedDocument(text, self._schema)  # refused without parsing
        found: PreparedDocument | None = self.kept.find(text)
        if found:
            if found.pattern:
                self.kept.find(_PatternKey(found.pattern.key))
            return found
        return self.keep(self.refused.find(text) or self._made(text))

    def _made(self, text: str) -> PreparedDocument:
        document = PreparedDocument(text, self._schema, written := Literals.of(text))
        if written:
            pattern: Pattern | None = self.kept.find(_PatternKey(written.key))
            given = pattern.given(written) if pattern else None
            if pattern and given is not None:
                document.follow(pattern, given)
        return document

    def keep(self, document: PreparedDocument) -> PreparedDocument:
        """Cache a document again, after its validity or weight has changed."""
        if document.valid:
            self.refused.drop(document.text)
            self.kept.keep(document.text, document, document.weight)
            if pattern := document.pattern:
                self.kept.keep(_PatternKey(pattern.key), pattern, _weight(pattern))
        elif len(document.text) <= MAX_QUERY:
            self.refused.keep(document.text, document, document.weight)
        return document

    def learn(self, document: PreparedDocument) -> None:
        """Learn the pattern of a valid document, if it comes again. Not for an event loop."""
        written, document.written = document.written, None  # it would take memory
        if written is None or not document.valid:
            return
        number = hash(written.key)
        if not self._wants(number):
            return
        if pattern := document.abstracted(written):
            self.kept.keep(_PatternKey(pattern.key), pattern, _weight(pattern))
        else:
            with self._noticing:
                self._noticed[number] = False

    def _wants(self, number: int) -> bool:
        """Return whether a pattern comes again, and is not known to be impossible."""
        with self._noticing:
            wanted = self._noticed.get(number)
            if wanted is None:
                self._noticed[number] = True
            return bool(wanted)


def _weight(pattern: Pattern) -> int:
    tokens = TOKEN_BYTES * pattern.tokens
    return BASE_BYTES + sys.getsizeof(pattern.key) + tokens + plans_of(pattern.tree).weight
