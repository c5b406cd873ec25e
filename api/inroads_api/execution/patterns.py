"""The pattern of documents that differ in their literals alone.

Programs write ids and emails into the text of a document, so that each text is new. Parsing and
validating it takes longer than answering it. All that the literals cannot change is known from
another document of the same pattern: its tree, in which each literal is a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from graphql import (
    SKIP,
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_nullable_type,
    is_scalar_type,
    visit,
)

from inroads_api.execution.cost import Measures

MAX_TEXT: Final = 2**13
"""The most characters of a document with a pattern, since they are read in an event loop."""

MAX_LITERALS: Final = 100
"""The most literals of a document with a pattern."""

KINDS: Final = frozenset({"ID", "String", "Int", "DateTime"})
"""The scalars whose literals can be variables."""

_UNUSUAL: Final = re.compile(r'"""|\\|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]')
"""Marks of texts without a pattern: a string could be spelled in two ways, or not be one."""

_LITERAL: Final = re.compile(
    r"""
    ( \#[^\n\r]*                                                   # a comment
    | =\s*(?: "[^"\n\r]*" | -?[0-9]+ )                             # a default
    )
    | ( "[^"\n\r]*"                                                # a string
      | (?<![-_0-9A-Za-z.]) (?: 0 | -?[1-9][0-9]{0,9} ) (?![_0-9A-Za-z.])    # an integer
      )
    """,
    re.VERBOSE,
)
"""What stays as it is, or a literal."""


class Literals(NamedTuple):
    """The literals of a text in their order, each with its place, and the key of its pattern.

    In the key each literal is its kind and the number of its value, so that texts share a key only
    if equal literals are at equal places: two fields of one name must have equal arguments.
    """

    key: str
    values: tuple[str, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Literals | None:
        """The literals of a text; None if it has none, too many, or unusual ones.

        >>> Literals.of('{ a: node(id: "b") { id } c: node(id: 5) { id } }').values
        ('"b"', '5')
        """
        if len(text) > MAX_TEXT or _UNUSUAL.search(text):
            return None
        numbers = dict[str, int]()
        parts, values, places, end = list[str](), list[str](), list[int](), 0
        for found in _LITERAL.finditer(text):
            literal = found[2]
            if literal is None:  # it stays as it is
                continue
            if len(values) == MAX_LITERALS:
                return None
            start, kind = found.start(), "s" if literal[0] == '"' else "i"
            number = numbers.setdefault(literal, len(numbers))
            parts += (text[end:start], f"\0{kind}{number}\0")
            values.append(literal)
            places.append(start)
            end = found.end()
        key = "".join((*parts, text[end:]))
        return cls(key, tuple(values), tuple(places)) if values else None


class Pattern:
    """The tree of a valid document, in which literals are variables, and its measures.

    The variables are numbered, so that no document can name them. The `shape` is that of any
    document of the pattern, once it is known.
    """

    def __init__(
        self, key: str, tree: DocumentNode, kinds: list[GraphQLScalarType], measures: Measures
    ) -> None:
        self.key, self.tree, self.measures, self._kinds = key, tree, measures, kinds
        self.shape: str | None = None
        self.tokens = 0

    @classmethod
    def made(
        cls, schema: GraphQLSchema, tree: DocumentNode, written: Literals, tokens: int
    ) -> Pattern | None:
        """The pattern of a valid document of queries; None if a literal cannot be a variable."""
        operations = [
            each for each in tree.definitions if isinstance(each, OperationDefinitionNode)
        ]
        if any(each.operation is not OperationType.QUERY for each in operations):
            return None
        types = TypeInfo(schema)
        replacing = _Replacing(types, written)
        bare = visit(tree, TypeInfoVisitor(types, replacing))
        if len(replacing.kinds) != len(written.places):
            return None
        kinds = [kind for _, kind in sorted(replacing.kinds.items())]
        added = tuple(_declared(number, kind) for number, kind in enumerate(kinds))
        definitions = tuple(
            _with_variables(each, added) if isinstance(each, OperationDefinitionNode) else each
            for each in bare.definitions
        )
        made = DocumentNode(definitions=definitions)
        pattern = cls(written.key, made, kinds, Measures(made, schema))
        pattern.tokens = tokens + 4 * len(added)
        return pattern

    def given(self, written: Literals) -> dict[str, str | int] | None:
        """The values of the variables for these literals; None if one is not valid."""
        try:
            return {
                str(number): _value(kind, literal)
                for number, (kind, literal) in enumerate(
                    zip(self._kinds, written.values, strict=True)
                )
            }
        except GraphQLError:
            return None


def spelled(document: DocumentNode, given: Mapping[str, str | int]) -> Iterator[str]:
    """The strings and integers of arguments, except page sizes, and those of variables `given`."""
    waiting: list[object] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, StringValueNode | IntValueNode):
            yield node.value
        elif isinstance(node, VariableNode):
            if node.name.value in given:
                yield str(given[node.name.value])
        elif isinstance(node, VariableDefinitionNode):
            waiting.append(node.default_value)
        elif isinstance(node, Node) and not (
            isinstance(node, ArgumentNode) and node.name.value == "first"
        ):
            waiting += (getattr(node, key, None) for key in node.keys)
        elif isinstance(node, tuple | list):
            waiting += node


class _Replacing(Visitor):
    """Replaces literals by variables, and collects the kind of each."""

    def __init__(self, types: TypeInfo, written: Literals) -> None:
        super().__init__()
        self._types = types
        self._numbers = {place: number for number, place in enumerate(written.places)}
        self.kinds: dict[int, GraphQLScalarType] = {}

    def enter_variable_definition(self, *_: Any) -> object:
        return SKIP  # a default is a constant

    def enter_string_value(self, node: StringValueNode, *_: Any) -> VariableNode | None:
        return self._replaced(node)

    def enter_int_value(self, node: IntValueNode, *_: Any) -> VariableNode | None:
        return self._replaced(node)

    def _replaced(self, node: StringValueNode | IntValueNode) -> VariableNode | None:
        kind = get_nullable_type(self._types.get_input_type())
        number = self._numbers.get(node.loc.start) if node.loc else None
        if number is None or not is_scalar_type(kind) or kind.name not in KINDS:
            return None
        self.kinds[number] = kind
        return VariableNode(name=NameNode(value=str(number)))


def _declared(number: int, kind: GraphQLScalarType) -> VariableDefinitionNode:
    return VariableDefinitionNode(
        variable=VariableNode(name=NameNode(value=str(number))),
        type=NamedTypeNode(name=NameNode(value=kind.name)),
    )


def _with_variables(
    node: OperationDefinitionNode, added: tuple[VariableDefinitionNode, ...]
) -> OperationDefinitionNode:
    parts = {key: getattr(node, key) for key in node.keys}
    parts["variable_definitions"] = (*(node.variable_definitions or ()), *added)
    return OperationDefinitionNode(**parts)


def _value(kind: GraphQLScalarType, literal: str) -> str | int:
    """The value of a literal as a variable. Raises GraphQLError if it is not valid."""
    if literal[0] == '"':
        text = literal[1:-1]
        if kind.name == "DateTime":
            kind.parse_value(text)
        return text
    if kind.name == "ID":
        return literal
    number = int(literal)
    kind.parse_value(number)
    return number
