"""The cost of a GraphQL document, computed before it runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
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
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
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
    MAX_TOKENS,
)

_LISTED: Final = 3
"""How many items a list has that nobody limits, such as the steps of a path."""

_INTROSPECTED: Final = {
    "types": 60,
    "fields": 6,
    "possibleTypes": 4,
    "enumValues": 8,
    "args": 2,
    "inputFields": 2,
}
"""How many items the lists of the introspection have, on average."""

_ENTRY: Final = {
    "access": 20,
    "search": 1_000,  # looks at every node, a tenth of a second at a million: too long for the loop of a server
    "changes": 5_000,  # may fold two versions of the past, and compares them
    "changesByCause": 5_000,
    "largestBlastRadius": 5_000,  # counts every access, once for a version
    "mostExposed": 5_000,
    "whatIf": 5_000,  # folds the columns anew where grants are added
    "plan": 1_000,
    "chokePoints": 5_000,
    "dutyConflicts": 5_000,
    "findings": 5_000,  # runs the rules over the whole graph, once for a version and a question
    "rules": 30,
}

_WEIGHTS: Final = {
    ("Identity", "reach"): 20,
    ("Identity", "blastRadius"): 20,
    ("Business", "exposure"): 20,
    ("Account", "exposure"): 20,
    ("Business", "reachedBy"): 20,
    ("Account", "reachedBy"): 20,
    **{(kind, name): weight for kind in ("Query", "GraphInfo") for name, weight in _ENTRY.items()},
    ("Subscription", "changes"): 5_000,
    ("Subscription", "findings"): 5_000,
    ("Access", "explanation"): 50,  # a minimum cut, and what else it would end
    ("Evidence", "record"): 10,
    ("Grant", "remediation"): 10,
    ("Finding", "evidence"): 20,
    ("AttributeFact", "evidence"): 20,  # looks through the documents
    ("Mutation", "ingest"): 1_000,
    ("Mutation", "startReview"): 50_000,  # freezes up to 100,000 accesses
    ("Mutation", "decideReview"): 1_000,
    ("Mutation", "signOffReview"): 20_000,  # writes the whole report, to hash it
    ("Query", "reviewCampaigns"): 1_000,  # opens the ledger
    ("Query", "reviewCampaign"): 1_000,
    ("ReviewCampaign", "progress"): 500,  # counts all items
    ("ReviewCampaign", "parts"): 500,
    ("ReviewCampaign", "endings"): 500,
    ("ReviewCampaign", "items"): 100,
    ("ReviewCampaign", "drift"): 20_000,  # freezes all of it again, once for a version
    ("ReviewItem", "standing"): 70,
    ("ReviewItem", "history"): 10,
}
"""The fields that do more than to give a value they have."""

_ANOTHER_VERSION: Final = 5_000
"""The price of the graph as of another moment, and of the wait for another version."""

_COUNTS: Final = ("last", "first", "ids", "documents")
"""The arguments that say how many objects a field gives: the first of these that it has, and `last` if it is given."""

_PAIR: Final = 4
"""The price of two selections under one name: the stock validation compares every pair of them."""

_META: Final = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


class Measure(NamedTuple):
    """How much a part of a document asks: fields in the answer, fields in each other, selections in each other."""

    cost: int = 0
    depth: int = 0
    nesting: int = 0

    def beside(self, other: Measure) -> Measure:
        """Both parts; the cost is capped so that its digits do not grow with the document."""
        cost = min(self.cost + other.cost, MAX_COST + 1)
        return Measure(cost, max(self.depth, other.depth), max(self.nesting, other.nesting))


class Measures:
    """How much a parsed document asks, measured once for all variables that ask as much.

    Any document will do: unknown fields count one, unknown fragments nothing, a fragment inside itself nothing.
    """

    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._document, self._schema = document, schema
        self._counting: frozenset[str] | None = None
        self._known: dict[tuple[tuple[str, object], ...], Measure | None] = {}

    @property
    def same(self) -> bool:
        """Return whether it has been measured, and found to ask as much with any variables."""
        return self._counting == frozenset()

    def over(self, variables: Mapping[str, Any] | None) -> GraphQLError | None:
        """The limit that the document is over, DEPTH_LIMIT or COST_LIMIT; None when it is within all of them."""
        measure = self.measure(variables or {})
        if measure is None:
            return _limit(
                "DEPTH_LIMIT", f"the document nests more than {MAX_NESTING} selections", MAX_NESTING
            )
        if measure.depth > MAX_DEPTH:
            return _limit("DEPTH_LIMIT", f"the document is {measure.depth} fields deep", MAX_DEPTH)
        if measure.cost > MAX_COST:
            message = "the document asks for too much at once: ask for fewer, or page by page"
            return _limit("COST_LIMIT", message, MAX_COST)
        return None

    def measure(self, variables: Mapping[str, Any]) -> Measure | None:
        """How much the document asks with these variables; None for one that is too deep to walk."""
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
            (name, None if variables[name] is None else _count(variables[name]))
            for name in counting
        )


def _limit(code: str, message: str, limit: int) -> GraphQLError:
    return GraphQLError(
        f"{message}; the most is {limit:,}", extensions={"code": code, "limit": limit}
    )


class Parsed(NamedTuple):
    """A parsed document, and how many tokens its text has."""

    tree: DocumentNode
    tokens: int


def parsed(query: str) -> Parsed:
    """The parsed document of a query.

    Raises GraphQLError where it is no GraphQL, TOKEN_LIMIT for one that is too long, and DEPTH_LIMIT.
    """
    if len(query) > MAX_QUERY:
        raise _limit("TOKEN_LIMIT", "the document has too many characters", MAX_QUERY)
    tokens = _scan(query)
    tree = parse(query, max_tokens=MAX_TOKENS)
    _unlink(tree)
    return Parsed(tree, tokens)


def _unlink(document: DocumentNode) -> None:
    """Forget which token came before which: in a circle, they would stay until a collection that holds up everybody."""
    token = document.loc.start_token if document.loc else None
    while token:
        following = token.next
        token.prev = token.next = None
        token = following


_TOKEN: Final = re.compile(
    r"""
    "{3}(?:[^"\\]|\\(?:"{3})?+|"(?!""))*+(?:"{3}|\Z)   # a block string, to the end where nothing ends it
    | "(?:[^"\\\n\r]|\\.)*+"?
    | \#[^\n\r]*+                             # the parser counts comments, too
    | [_A-Za-z][_0-9A-Za-z]*+
    | -?[0-9][-+.0-9Ee]*+                     # of several numbers without a blank between them, one
    | \.\.\.
    | (?P<opens>[{\[(])
    | (?P<closes>[}\])])
    | [^ \t\n\r,\ufeff]
    """,
    re.DOTALL | re.VERBOSE,
)
"""A token, or more than one, but never a part of one: in any text in linear time, since nothing is tried twice."""


def _scan(query: str) -> int:
    """Count the tokens of a text, at a tenth of the parser's cost.

    Raises GraphQLError for too many tokens, and for brackets that nest too deep.
    """
    depth = count = 0
    for count, token in enumerate(_TOKEN.finditer(query), 1):
        if count > MAX_TOKENS:
            raise _limit("TOKEN_LIMIT", "the document has too many tokens", MAX_TOKENS)
        depth += (token.lastgroup == "opens") - (token.lastgroup == "closes")
        if depth > MAX_BRACKETS:
            raise _limit("DEPTH_LIMIT", "the document nests too many brackets", MAX_BRACKETS)
    return count


class _TooDeep(Exception):
    """Carries a refusal out of the walk."""


class _Walk:
    """One walk over a document that measures each fragment once."""

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
        """The most that any operation asks, and any fragment, used or not, since validation reads them all."""
        measures = [self._fragment(name, 0) for name in self.fragments]
        for operation in self.operations:
            root = self.schema.get_root_type(operation.operation)
            measures.append(self._selections(operation.selection_set, root, 0))
        return Measure(*map(max, zip(*measures, Measure(), strict=True)))

    def _selections(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None, level: int
    ) -> Measure:
        found = Measure()
        if level > MAX_NESTING:
            raise _TooDeep
        nodes = selections.selections if selections else ()
        for each in nodes:
            found = found.beside(self._selection(each, parent, level))
        names = Counter(
            (each.alias or each.name).value for each in nodes if isinstance(each, FieldNode)
        )
        pairs = sum(count * (count - 1) // 2 for count in names.values())
        found = found.beside(Measure(_PAIR * pairs))
        found = found._replace(nesting=found.nesting + 1)
        if found.nesting > MAX_NESTING:
            raise _TooDeep
        return found

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
            # What it is inside itself, and for a name that is not known.
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
        weight = _WEIGHTS.get(place, 1)
        if place == ("Query", "graph") and node.arguments:
            weight = _ANOTHER_VERSION
        times = self._times(node, definition, parent) if definition else 1
        return Measure(
            min(weight + times * inside.cost, MAX_COST + 1), inside.depth + 1, inside.nesting
        )

    def _times(
        self, node: FieldNode, definition: GraphQLField, parent: GraphQLNamedType | None
    ) -> int:
        """How many objects a field gives at most, as far as the document says."""
        # All are looked at, whichever counts: the variables that decide must not depend on what these are.
        given = {
            each.name.value: self._value(each.value)
            for each in node.arguments or ()
            if each.name.value in _COUNTS
        }
        for name in _COUNTS:
            if name in definition.args and (name != "last" or given.get(name) is not None):
                return _count(given.get(name, definition.args[name].default_value))
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
        """The value of an argument, None for null and a missing one: both stand for the default, or the most."""
        if isinstance(node, VariableNode):
            name = node.name.value
            self.counting.add(name)
            return self.variables[name] if name in self.variables else self.defaults.get(name)
        return _literal(node)

    def _defaults(self) -> dict[str, object]:
        """The default of each variable; the most where operations differ, since fragments are measured for all."""
        found: dict[str, object] = {}
        for operation in self.operations:
            for each in operation.variable_definitions or ():
                name = each.variable.name.value
                default = _literal(each.default_value)
                found[name] = default if found.get(name, default) == default else MAX_FIRST
        return found


def _count(asked: object) -> int:
    """How many items a `first` or a list asks for, at most the most; null and what is no number ask for all."""
    count = len(asked) if isinstance(asked, list | tuple) else asked
    return max(1, min(count, MAX_FIRST)) if isinstance(count, int) else MAX_FIRST


@lru_cache(maxsize=8)
def _paged(schema: GraphQLSchema) -> frozenset[str]:
    """The types of lists that a `first` on the field before has limited already, as `nodes` of a connection."""
    fields = (each for kind in schema.type_map.values() for each in _fields(kind).values())
    return frozenset(get_named_type(each.type).name for each in fields if "first" in each.args)


def _literal(node: ValueNode | None) -> object:
    if isinstance(node, IntValueNode):
        return int(node.value) if len(node.value) <= 3 else MAX_FIRST
    return node.values if isinstance(node, ListValueNode) else None


def _fields(kind: GraphQLNamedType | None) -> Mapping[str, GraphQLField]:
    return kind.fields if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else {}
