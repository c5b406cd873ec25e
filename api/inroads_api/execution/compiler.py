"""The query compiler: each selection becomes a Python function that builds its part of an answer.

The stock executor of graphql-core decides for each value again what the document decides once for
all objects. Fields that are not plain are left to the stock executor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails, GroupedFieldSet
from graphql.execution.executor import Executor
from graphql.execution.get_variable_signature import GraphQLVariableSignature
from graphql.pyutils import Path, is_iterable
from msgspec import UNSET
from strawberry import Schema
from strawberry.schema.schema_converter import CustomGraphQLEnumType
from strawberry.types.base import (
    get_object_definition,
)
from strawberry.types.cast import get_strawberry_type_cast
from strawberry.types.field import StrawberryField

from inroads.cancellation import check
from inroads_api.execution.arguments import ArgumentConverter
from inroads_api.schema.fields import READS, STATED

MAX_FIELDS: Final = 2_000
"""The most fields of a compiled query; fields of fragments count at each spread."""

MAX_TOGETHER: Final = 50
"""The most fields of one generated function; a larger selection has several functions."""

Run = Callable[[Any, Any, Any], Any]
"""A compiled part of a query: a function of an object, the executor and the object's path."""


class CompiledQuery(NamedTuple):
    """The function of each root field, None for the stock executor; and argument converters.

    The rest is of the operation: its variables, and the nodes that an executor of it has.
    """

    runs: dict[str, Run | None]
    arguments: list[Callable[[Executor[Any]], dict[str, Any]]]
    signatures: tuple[GraphQLVariableSignature, ...]
    operation: OperationDefinitionNode
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]


class _TooLarge(Exception):
    """A query with too many fields to compile."""


class Compiler:
    """Generates the functions of one operation, inner selections first."""

    def __init__(self, executor: Executor[Any]) -> None:
        self.executor = executor
        # Strawberry sets this attribute on the schema of graphql-core.
        self.schema: Schema = executor.schema._strawberry_schema  # type: ignore[attr-defined]  # strawberry sets it
        self.names: dict[str, Any] = {
            "Path": Path,
            "is_iterable": is_iterable,
            "check": check,
            "UNSET": UNSET,
            "LISTS": (list, tuple),
        }
        self.functions: list[list[str]] = []
        self.arguments: list[Callable[[Executor[Any]], dict[str, Any]]] = []
        self.made: dict[tuple[str, int], _Function] = {}
        self.fields = 0

    def plan(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> CompiledQuery | None:
        """Compile root fields; None if they have too many fields or cannot be collected."""
        try:
            roots = {name: self._root(kind, name, details) for name, details in fields.items()}
        # For example a condition is null: the stock executor reports that with its location.
        except (_TooLarge, GraphQLError):
            return None
        for lines in self.functions:
            # The interpreter runs no other thread while it compiles, so it gets little at once.
            # The code is generated; names of a document are only literals in it.
            exec(compile("\n".join(lines), "<query>", "exec"), self.names)  # noqa: S102  # our own lines; values are names
        return CompiledQuery(
            {name: self.names[root] if root else None for name, root in roots.items()},
            self.arguments,
            tuple(each.signature for each in self.executor.variable_values.sources.values()),
            self.executor.operation,
            self.executor.fragment_definitions,
            self.executor.fragments,
        )

    def _root(self, kind: GraphQLObjectType, name: str, details: FieldDetailsList) -> str | None:
        if self._strawberry(kind, details) is None and details[0].node.name.value != "__typename":
            return None
        body: list[str] = []
        self._field(kind, name, details, "v", body)
        return self._write(kind, [*body, "return v"])

    def _function(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> _Function:
        """Generate the function that returns the dict of a selection from an object."""
        if len(fields) > MAX_TOGETHER:
            pairs = list(fields.items())
            parts = [
                self._function(kind, dict(pairs[start : start + MAX_TOGETHER]))
                for start in range(0, len(pairs), MAX_TOGETHER)
            ]
            merged = " | ".join(f"{part.name}(o, x, p)" for part in parts)
            located = any(part.located for part in parts)
            return _Function(self._write(kind, [f"return {merged}"]), located)
        body: list[str] = []
        located = False
        for place, (name, details) in enumerate(fields.items()):
            located |= self._field(kind, name, details, f"v{place}", body)
        made = ", ".join(f"{response!r}: v{place}" for place, response in enumerate(fields))
        return _Function(self._write(kind, [*body, f"return {{{made}}}"]), located)

    def _write(self, kind: GraphQLObjectType, body: list[str]) -> str:
        name = f"f{len(self.functions)}_{kind.name}"
        self.functions.append([f"def {name}(o, x, p):", *(f"    {line}" for line in body)])
        return name

    def _field(
        self,
        kind: GraphQLObjectType,
        name: str,
        details: FieldDetailsList,
        var: str,
        body: list[str],
    ) -> bool:
        """Generate the lines of a field; return whether they need the path of the object."""
        self.fields += 1
        if self.fields > MAX_FIELDS:
            raise _TooLarge
        node = details[0].node
        if node.name.value == "__typename":
            body.append(f"{var} = {kind.name!r}")
            return False
        path = f"Path(p, {name!r}, {kind.name!r})"
        field = self._strawberry(kind, details)
        if field is None:
            body.append(
                f"{var} = x.execute_field("
                f"{self._name(kind)}, o, {self._name(details)}, {path}, None)"
            )
            return True
        definition = kind.fields[node.name.value]
        needs_info = False
        resolver: Any = field.base_resolver and field.base_resolver.wrapped_func
        read = READS.get(resolver) if resolver else field.python_name
        attributes = STATED.get(resolver)
        if field.base_resolver is None or read:
            body.append(f"{var} = o.{read}")
        elif attributes:
            body += [f"{var} = o.{attributes}", f"if {var} is UNSET: {var} = None"]
        else:
            given = ["o"] if field.base_resolver.self_parameter else []
            if definition.args:
                given.append(f"**x.given[{self._argument(definition, field, node)}]")
            if info := field.base_resolver.info_parameter:
                needs_info = True
                self.names["Info"] = self.schema.config.info_class
                nodes = [each.node for each in details]
                raw = (
                    f"x.build_resolve_info({self._name(definition)}, "
                    f"{self._name(nodes)}, {self._name(kind)}, {path})"
                )
                given.append(f"{info.name}=Info({raw}, {self._name(field)})")
            body.append(
                f"{var} = {self._name(field.base_resolver.wrapped_func)}({', '.join(given)})"
            )
        return self._complete(definition.type, var, details, path, body) or needs_info

    def _strawberry(
        self, kind: GraphQLObjectType, details: FieldDetailsList
    ) -> StrawberryField | None:
        """The definition of a field if it can be compiled, else None."""
        definition = kind.fields.get(details[0].node.name.value)
        field = definition.extensions.get("strawberry-definition") if definition else None
        plain = (
            isinstance(field, StrawberryField)
            and not field.extensions
            and not field.is_async
            and (
                field.default_resolver is getattr
                if field.base_resolver is None
                else not (
                    field.base_resolver.parent_parameter or field.base_resolver.root_parameter
                )
            )
        )
        return field if plain else None

    def _argument(self, definition: GraphQLField, field: StrawberryField, node: FieldNode) -> int:
        self.arguments.append(ArgumentConverter(self.schema, definition, field, node))
        return len(self.arguments) - 1

    def _complete(
        self, kind: Any, var: str, details: FieldDetailsList, path: str, body: list[str]
    ) -> bool:
        """Generate the completion of a value; return whether it needs the path of the object."""
        if is_non_null_type(kind):
            body.append(f"if {var} is None: raise ValueError")
            return self._present(kind.of_type, var, details, path, body)
        inner: list[str] = []
        located = self._present(kind, var, details, path, inner)
        body += [f"if {var} is not None:", *(f"    {line}" for line in inner)]
        return located

    def _present(
        self, kind: Any, var: str, details: FieldDetailsList, path: str, body: list[str]
    ) -> bool:
        if is_list_type(kind):
            return self._list(kind.of_type, var, details, path, body)
        if is_leaf_type(kind):
            body += self._leaf(kind, var)
            return False
        call, located = (
            self._object(kind, var, details)
            if is_object_type(kind)
            else self._abstract(kind, var, details)
        )
        body += [line.replace("PATH", path if located else "None") for line in call]
        return located

    def _list(
        self, kind: Any, var: str, details: FieldDetailsList, path: str, body: list[str]
    ) -> bool:
        item, items, place = f"{var}i", f"{var}s", f"{var}n"
        inner: list[str] = []
        located = self._complete(kind, item, details, f"{path}.add_key({place}, None)", inner)
        head = f"for {place}, {item} in enumerate({var}):" if located else f"for {item} in {var}:"
        body += [
            f"if {var}.__class__ not in LISTS and not is_iterable({var}): raise TypeError",
            f"{items} = []",
            head,
            *([] if is_leaf_type(get_named_type(kind)) else ["    check()"]),
            *(f"    {line}" for line in inner),
            f"    {items}.append({item})",
            f"{var} = {items}",
        ]
        return located

    def _leaf(self, kind: GraphQLLeafType, var: str) -> list[str]:
        """Keep a value of the usual type, and coerce other values as the stock executor does."""
        coerced = f"{var} = {self._name(partial(Executor.complete_leaf_value, kind))}({var})"
        if isinstance(kind, CustomGraphQLEnumType):
            values = {each.value: name for name, each in kind.values.items()}
            chosen = f"{var} = {self._name(values)}[{var}._value_]"
            return [
                f"if {var}.__class__ is {self._name(kind.wrapped_cls)}: {chosen}",
                f"else: {coerced}",
            ]
        usual = _USUAL.get(kind.name)
        return [f"if {usual.format(var)}: {coerced}" if usual else coerced]

    def _object(
        self, kind: GraphQLObjectType, var: str, details: FieldDetailsList
    ) -> tuple[list[str], bool]:
        function = self._selected(kind, details)
        admitted: set[type] = set()

        def admit(value: Any) -> None:
            """Admit the class of an object to the kind. Raises TypeError if it is of another."""
            if isinstance(value, Exception) or get_strawberry_type_cast(value) is not None:
                raise TypeError
            if kind.is_type_of and not kind.is_type_of(value, _NO_INFO):
                raise TypeError
            admitted.add(value.__class__)

        return [
            f"if {var}.__class__ not in {self._name(admitted)}: {self._name(admit)}({var})",
            f"{var} = {function.name}({var}, x, PATH)",
        ], function.located

    def _abstract(self, kind: Any, var: str, details: FieldDetailsList) -> tuple[list[str], bool]:
        possible = {each.name: each for each in self.executor.schema.get_possible_types(kind)}
        functions = {name: self._selected(each, details) for name, each in possible.items()}
        known: dict[type, Any] = {}
        names = self.names  # and not self, since a plan must not hold an executor

        def admit(value: Any) -> Any:
            """The function for objects of this class. Raises TypeError."""
            definition = get_object_definition(value.__class__)
            if (
                definition is None
                or definition.is_graphql_generic
                or get_strawberry_type_cast(value) is not None
            ):
                raise TypeError
            if possible[definition.name].extensions["strawberry-definition"] is not definition:
                raise TypeError
            return known.setdefault(value.__class__, names[functions[definition.name].name])

        found = f"{self._name(known)}.get({var}.__class__) or {self._name(admit)}({var})"
        return [f"{var} = ({found})({var}, x, PATH)"], any(
            each.located for each in functions.values()
        )

    def _selected(self, kind: GraphQLObjectType, details: FieldDetailsList) -> _Function:
        key = kind.name, id(details)  # the executor keeps its lists alive
        if key not in self.made:
            fields = self.executor.collect_subfields(kind, details).grouped_field_set
            self.made[key] = self._function(kind, fields)
        return self.made[key]

    def _name(self, value: Any) -> str:
        """Bind a value to a new name that the generated functions can use."""
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name


class _Function(NamedTuple):
    """A generated function, and whether it needs the path of its object."""

    name: str
    located: bool


_NO_INFO: Final = cast("GraphQLResolveInfo[Any]", None)
"""No info, since strawberry's type checks use the value only."""

_USUAL: Final = {
    "ID": "{0}.__class__ is not str",
    "String": "{0}.__class__ is not str",
    "Boolean": "{0}.__class__ is not bool",
    "Int": "{0}.__class__ is not int or not -2147483648 <= {0} <= 2147483647",
}
"""The condition on which the stock executor coerces a value of a scalar."""
