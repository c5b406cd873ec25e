"""The cost of a GraphQL document, computed before it runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    parse,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef

from inroads_api.limits import (
    MAX_BRACKETS,
    MAX_COST,
    MAX_DEPTH,
    MAX_FIRST,
    MAX_NESTING,
    MAX_QUERY,
    MAX_ROWS,
    MAX_TOKENS,
)

_LISTED: Final = 3
"""The estimated length of an unlimited list, such as the steps of a path."""

_LENGTHS: Final = {("Bundle", "members"): 10}
"""The lengths of lists that an argument of their parent limits; see `_WIDTHS`."""

_WIDTHS: Final = {("AccessConnection", "bundles"): ("members", 10)}
"""The arguments that limit a list inside each object, and how much of it `_LENGTHS` counts."""

_INTROSPECTED: Final = {
    "types": 60,
    "fields": 6,
    "possibleTypes": 4,
    "enumValues": 8,
    "args": 2,
    "inputFields": 2,
}
"""The average length of the lists of the introspection."""

ENTRY: Final = {
    "access": 20,
    # A scan of a million nodes takes a tenth of a second, too long for the event loop.
    "search": 1_000,
    "accesses": 2_000,
    "neighbours": 20,
    "allIdentities": 1_000,
    "allBusinesses": 1_000,
    "changes": 5_000,  # may fold two past versions to compare
    "changesByCause": 5_000,
    "largestBlastRadius": 5_000,  # counts every access, once per version
    "mostExposed": 5_000,
    "whatIf": 5_000,  # folds the columns again if grants are added
    "plan": 1_000,
    "chokePoints": 5_000,
    "dutyConflicts": 5_000,
    "findings": 5_000,  # runs the rules on the whole graph
    "rules": 30,
}
"""The weights of root fields that do more than return a value."""

_WEIGHTS: Final = {
    ("Identity", "reach"): 20,
    ("Identity", "blastRadius"): 20,
    ("Business", "exposure"): 20,
    ("Account", "exposure"): 20,
    ("Business", "reachedBy"): 20,
    ("Account", "reachedBy"): 20,
    **{(kind, name): weight for kind in ("Query", "GraphInfo") for name, weight in ENTRY.items()},
    ("WhatIf", "graph"): 5_000,  # folds the columns again
    ("Subscription", "changes"): 5_000,
    ("Subscription", "findings"): 5_000,
    ("AccessConnection", "counts"): 20,
    ("AccessConnection", "scopes"): 20,
    ("AccessConnection", "bundles"): 100,  # builds a tree of all accesses
    ("FindingConnection", "counts"): 20,
    ("ChangeConnection", "counts"): 20,
    ("CausedChangesConnection", "counts"): 20,
    ("Access", "explanation"): 50,  # a minimum cut, and its side effects
    ("Evidence", "record"): 10,
    ("Grant", "remediation"): 10,
    ("Finding", "evidence"): 20,
    ("AttributeFact", "evidence"): 20,  # scans the documents
    ("Mutation", "ingest"): 1_000,
    ("Mutation", "startReview"): 50_000,  # freezes up to 100,000 accesses
    ("Mutation", "decideReview"): 1_000,
    ("Mutation", "withdrawReview"): 1_000,
    ("Mutation", "signOffReview"): 20_000,  # renders the whole report to hash it
    ("Query", "reviewCampaigns"): 1_000,  # opens the ledger
    ("Query", "reviewCampaign"): 1_000,
    ("ReviewCampaign", "progress"): 500,  # counts all items
    ("ReviewCampaign", "parts"): 500,
    ("ReviewCampaign", "endings"): 500,
    ("ReviewCampaign", "items"): 100,
    ("ReviewCampaign", "ordered"): 500,
    ("ReviewCampaign", "picked"): 100,
    ("ReviewCampaign", "drift"): 20_000,  # freezes the scope again, once per version
    ("ReviewItem", "standing"): 70,
    ("ReviewItem", "history"): 10,
    ("ReviewItem", "peers"): 20,  # counts the items of a business
}
"""The weights of fields that do more than return a value; every other field weighs 1."""

ANOTHER_VERSION: Final = 5_000
"""The cost of a past version of the graph, or of the wait for another version."""

_ROWS: Final = frozenset(
    {("Identity", "reach"), ("Business", "reachedBy"), ("Account", "reachedBy")}
)
"""The fields whose pages may have MAX_ROWS items."""

_ONCE: Final = frozenset(
    {
        *(("AccessConnection", name) for name in ("counts", "bundles", "scopes")),
        *((f"{kind}Connection", "counts") for kind in ("Finding", "Change", "CausedChanges")),
    }
)
"""The fields of a page that are about the whole list, and cost more than a value."""

_COUNTS: Final = ("last", "first", "ids", "pairs", "documents", "numbers")
"""The arguments that limit a list; the first one of a field counts, `last` only if given."""

_LONG_NAME: Final = 100
"""In characters: a name in the answer costs 1 for each of so many, since every object repeats it."""

_PAIR: Final = 4
"""The cost of a pair of selections with one name, since the stock validation compares pairs."""

_META: Final = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


class Measure(NamedTuple):
    """The measure of a part of a document: its cost, depth of fields, and nesting of selections.

    `once` is the cost of what a page has once, however many items are on it.
    """

    cost: int = 0
    depth: int = 0
    nesting: int = 0
    once: int = 0

    def beside(self, other: Measure) -> Measure:
        """The measure of both parts. The cost is capped, so that its digits stay few."""
        cost = min(self.cost + other.cost, MAX_COST + 1)
        once = min(self.once + other.once, MAX_COST + 1)
        depth, nesting = max(self.depth, other.depth), max(self.nesting, other.nesting)
        return Measure(cost, depth, nesting, once)


class Measures:
    """The measures of a parsed document, cached by the variables that affect them.

    The document may be invalid: an unknown field counts 1, an unknown or recursive fragment 0.
    """

    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._document, self._schema = document, schema
        self._counting: frozenset[str] | None = None
        self._known: dict[tuple[tuple[str, object], ...], Measure | None] = {}

    @property
    def same(self) -> bool:
        """Return whether the document has been measured, and no variable affects the result."""
        return self._counting == frozenset()

    def over(self, variables: Mapping[str, Any] | None) -> GraphQLError | None:
        """The error DEPTH_LIMIT or COST_LIMIT of the document; None if it is within the limits."""
        measure = self.measure(variables or {})
        if measure is None:
            return _limit(
                "DEPTH_LIMIT",
                f"the document has more than {MAX_NESTING} nested selections",
                MAX_NESTING,
            )
        if measure.depth > MAX_DEPTH:
            return _limit("DEPTH_LIMIT", f"the document is {measure.depth} fields deep", MAX_DEPTH)
        if measure.cost > MAX_COST:
            message = "the document costs too much: request fewer items, or smaller pages"
            return _limit("COST_LIMIT", message, MAX_COST)
        return None

    def measure(self, variables: Mapping[str, Any]) -> Measure | None:
        """Measure the document with these variables; None if it is too deep to walk."""
        if self._counting is not None:
            key = self._key(variables)
            if key in self._known:
                return self._known[key]
        walk = _Walk(self._document, self._schema, variables)
        try:
            found = walk.document()
        except _TooDeep:
            found = None
        self._counting = frozenset(walk.counting)
        if len(self._known) < MAX_FIRST:
            self._known[self._key(variables)] = found
        return found

    def _key(self, variables: Mapping[str, Any]) -> tuple[tuple[str, object], ...]:
        counting = sorted((self._counting or frozenset()) & variables.keys())
        return tuple(
            (name, None if variables[name] is None else _count(variables[name], MAX_ROWS))
            for name in counting
        )


def _limit(code: str, message: str, limit: int) -> GraphQLError:
    return GraphQLError(
        f"{message}; the limit is {limit:,}", extensions={"code": code, "limit": limit}
    )


class Parsed(NamedTuple):
    """A parsed document, and the number of tokens of its text."""

    tree: DocumentNode
    tokens: int


def parsed(query: str) -> Parsed:
    """Parse a query. Raises GraphQLError for a syntax error, TOKEN_LIMIT and DEPTH_LIMIT."""
    if len(query) > MAX_QUERY:
        raise _limit("TOKEN_LIMIT", "the document has too many characters", MAX_QUERY)
    tokens = _scan(query)
    tree = parse(query, max_tokens=MAX_TOKENS)
    _unlink(tree)
    return Parsed(tree, tokens)


def _unlink(document: DocumentNode) -> None:
    """Break the links between tokens.

    Their reference cycle would stay until a full garbage collection, which stops all requests.
    """
    token = document.loc.start_token if document.loc else None
    while token:
        following = token.next
        token.prev = token.next = None
        token = following


_TOKEN: Final = re.compile(
    r"""
    "{3}(?:[^"\\]|\\(?:"{3})?+|"(?!""))*+(?:"{3}|\Z)   # a block string, perhaps unterminated
    | "(?:[^"\\\n\r]|\\.)*+"?
    | \#[^\n\r]*+                             # the parser counts comments, too
    | [_A-Za-z][_0-9A-Za-z]*+
    | -?[0-9][-+.0-9Ee]*+                     # adjacent numbers count as one
    | \.\.\.
    | (?P<opens>[{\[(])
    | (?P<closes>[}\])])
    | [^ \t\n\r,\ufeff]
    """,
    re.DOTALL | re.VERBOSE,
)
"""One or more tokens, never a part of one. It never backtracks, so it takes linear time."""


def _scan(query: str) -> int:
    """Count the tokens of a text in a tenth of the parser's time.

    Raises GraphQLError TOKEN_LIMIT, and DEPTH_LIMIT for deeply nested brackets.
    """
    depth = count = 0
    for count, token in enumerate(_TOKEN.finditer(query), 1):
        if count > MAX_TOKENS:
            raise _limit("TOKEN_LIMIT", "the document has too many tokens", MAX_TOKENS)
        depth += (token.lastgroup == "opens") - (token.lastgroup == "closes")
        if depth > MAX_BRACKETS:
            raise _limit(
                "DEPTH_LIMIT", "the brackets of the document are nested too deeply", MAX_BRACKETS
            )
    return count


class _TooDeep(Exception):
    """A document with too many nested selections."""


class _Walk:
    """One walk over a document, which measures each fragment once."""

    def __init__(
        self, document: DocumentNode, schema: GraphQLSchema, variables: Mapping[str, Any]
    ) -> None:
        self.schema, self.variables = schema, variables
        self.operations = [
            each for each in document.definitions if isinstance(each, OperationDefinitionNode)
        ]
        self.fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self.measured: dict[str, Measure] = {}
        self.defaults = self._defaults()
        self.paged = _paged(schema)
        self.counting: set[str] = set()

    def document(self) -> Measure:
        """The highest measure of any operation or fragment, since validation reads all of them."""
        measures = [self._fragment(name, 0) for name in self.fragments]
        for operation in self.operations:
            root = self.schema.get_root_type(operation.operation)
            measures.append(self._selections(operation.selection_set, root, 0))
        return _most(measures)

    def _selections(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None, level: int
    ) -> Measure:
        if level > MAX_NESTING:
            raise _TooDeep
        always, only = Measure(), dict[str, Measure]()
        nodes = selections.selections if selections else ()
        for each in nodes:
            measure, kind = self._selection(each, parent, level), self._only(each, parent)
            if kind is None:
                always = always.beside(measure)
            else:
                only[kind] = only.get(kind, Measure()).beside(measure)
        found = always.beside(_most(only.values()))
        names = Counter(
            (each.alias or each.name).value for each in nodes if isinstance(each, FieldNode)
        )
        pairs = sum(count * (count - 1) // 2 for count in names.values())
        found = found.beside(Measure(_PAIR * pairs))
        found = found._replace(nesting=found.nesting + 1)
        if found.nesting > MAX_NESTING:
            raise _TooDeep
        return found

    def _only(self, node: SelectionNode, parent: GraphQLNamedType | None) -> str | None:
        """The object type that a fragment asks of an interface or union: an object has one type."""
        part = self.fragments.get(node.name.value) if isinstance(node, FragmentSpreadNode) else node
        condition = getattr(part, "type_condition", None)
        kind = self.schema.get_type(condition.name.value) if condition else None
        return (
            kind.name if isinstance(kind, GraphQLObjectType) and is_abstract_type(parent) else None
        )

    def _selection(
        self, node: SelectionNode, parent: GraphQLNamedType | None, level: int
    ) -> Measure:
        if isinstance(node, FieldNode):
            return self._field(node, parent, level)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, level + 1)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            kind = self.schema.get_type(condition.name.value) if condition else parent
            return self._selections(node.selection_set, kind, level + 1)
        return Measure()

    def _fragment(self, name: str, level: int) -> Measure:
        if name not in self.measured:
            fragment = self.fragments.get(name)
            # The measure of an unknown fragment, and of a fragment inside itself.
            self.measured[name] = Measure()
            if fragment:
                kind = self.schema.get_type(fragment.type_condition.name.value)
                self.measured[name] = self._selections(fragment.selection_set, kind, level)
        return self.measured[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> Measure:
        name = node.name.value
        definition = _META.get(name) or _fields(parent).get(name)
        kind = get_named_type(definition.type) if definition else None
        inside = (
            self._selections(node.selection_set, kind, level + 1)
            if node.selection_set
            else Measure()
        )
        place = parent.name if parent else "", name
        weight = _WEIGHTS.get(place, 1) + len((node.alias or node.name).value) // _LONG_NAME
        if place == ("Query", "graph"):
            # All are read, as in `_times`; those that are null ask for the served version.
            chosen = [self._value(each.value) for each in node.arguments or ()]
            weight += 0 if all(each is None for each in chosen) else ANOTHER_VERSION - 1
        times = self._times(node, definition, parent) if definition else 1
        # Tools that read the schema ask deeper than people; its cost and nesting are limited.
        depth = 1 if name in _META else inside.depth + 1
        cost = min(weight + times * inside.cost + inside.once, MAX_COST + 1)
        if place in _ONCE:
            return Measure(0, depth, inside.nesting, cost)
        return Measure(cost, depth, inside.nesting)

    def _times(
        self, node: FieldNode, definition: GraphQLField, parent: GraphQLNamedType | None
    ) -> int:
        """The most objects that a field returns, as far as the document limits them."""
        place = parent.name if parent else "", node.name.value
        width, counted = _WIDTHS.get(place, (None, 1))
        # All arguments are read, so that the set of relevant variables does not depend on values.
        given = {
            each.name.value: self._value(each.value)
            for each in node.arguments or ()
            if each.name.value in _COUNTS or each.name.value == width
        }
        for name in _COUNTS:
            if name in definition.args and (name != "last" or given.get(name) is not None):
                most = MAX_ROWS if place in _ROWS else MAX_FIRST
                count = _count(given.get(name, definition.args[name].default_value), most)
                if width is None:
                    return count
                wide = given.get(width, definition.args[width].default_value)
                return count * -(-_count(wide, MAX_FIRST) // counted)
        if place in _LENGTHS:
            return _LENGTHS[place]
        if not is_list_type(get_nullable_type(definition.type)) or (
            parent and parent.name in self.paged
        ):
            return 1
        return (
            _INTROSPECTED.get(node.name.value, 1)
            if parent and parent.name.startswith("__")
            else _LISTED
        )

    def _value(self, node: ValueNode) -> object:
        """The value of an argument; None if it is null or missing, which means the most items."""
        if isinstance(node, VariableNode):
            name = node.name.value
            self.counting.add(name)
            return self.variables[name] if name in self.variables else self.defaults.get(name)
        return _literal(node)

    def _defaults(self) -> dict[str, object]:
        """The default of each variable; MAX_ROWS if operations that share fragments differ."""
        found: dict[str, object] = {}
        for operation in self.operations:
            for each in operation.variable_definitions or ():
                name = each.variable.name.value
                default = _literal(each.default_value)
                found[name] = default if found.get(name, default) == default else MAX_ROWS
        return found


def _most(measures: Iterable[Measure]) -> Measure:
    """The highest of each figure."""
    return Measure(*map(max, zip(*measures, Measure(), strict=True)))


def _count(asked: object, most: int) -> int:
    """The number of items that a `first` or list requests; `most` for null and non-numbers."""
    count = len(asked) if isinstance(asked, list | tuple) else asked
    return max(1, min(count, most)) if isinstance(count, int) else most


@lru_cache(maxsize=8)
def _paged(schema: GraphQLSchema) -> frozenset[str]:
    """The types whose lists are limited by a `first` of their parent, such as connections."""
    fields = (each for kind in schema.type_map.values() for each in _fields(kind).values())
    return frozenset(get_named_type(each.type).name for each in fields if "first" in each.args)


def _literal(node: ValueNode | None) -> object:
    if isinstance(node, IntValueNode):
        return int(node.value) if len(node.value) <= 3 else MAX_ROWS
    if isinstance(node, ListValueNode):
        return node.values
    return None if isinstance(node, NullValueNode) else node


def _fields(kind: GraphQLNamedType | None) -> Mapping[str, GraphQLField]:
    return kind.fields if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else {}
