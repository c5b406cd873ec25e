"""The arguments of a compiled field: what a document decides of them is converted once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.executor import Executor
from graphql.execution.values import VariableValues, get_argument_values
from strawberry import Schema
from strawberry.types.arguments import StrawberryArgument, convert_argument, convert_arguments
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryOptional,
    get_object_definition,
    has_object_definition,
)
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType


def _varies(value: ValueNode) -> bool:
    """Return whether a value contains a variable."""
    if isinstance(value, ListValueNode):
        return any(map(_varies, value.values))
    return isinstance(value, VariableNode) or (
        isinstance(value, ObjectValueNode) and any(_varies(each.value) for each in value.fields)
    )


class _Varying(NamedTuple):
    """An argument whose value is a variable.

    A `plain` value is passed as it was coerced; others are converted to `kind`.
    """

    name: str
    variable: str
    nullable: bool
    omissible: bool
    plain: bool
    kind: Any


class _VaryingObject:
    """An argument that is an input object, of which some fields are variables by name.

    An object that was converted is the `sample` of those that follow, in which all else is equal.
    """

    def __init__(self, name: str, variables: dict[str, str]) -> None:
        self.name, self.variables = name, variables
        self.sample: Any = None

    def filled(self, coerced: dict[str, Any]) -> Any:
        """Return the sample with other values; None if one of them is null or missing."""
        values = {field: coerced.get(variable) for field, variable in self.variables.items()}
        if None in values.values():
            return None
        kind = self.sample.__class__
        made = kind.__new__(kind)
        made.__dict__.update(self.sample.__dict__, **values)
        return made


class ArgumentConverter:
    """Converts the arguments of a field to those of its resolver, as strawberry does.

    All that the document decides is converted once. The rest are variables: their values are
    coerced already, and most are passed as they are.
    """

    def __init__(
        self, schema: Schema, definition: GraphQLField, field: StrawberryField, node: FieldNode
    ) -> None:
        converter = schema.schema_converter
        self._definition, self._node, self._arguments = definition, node, field.arguments
        self._registry, self._config = converter.scalar_registry, converter.config
        self._varying: tuple[_Varying, ...] = ()
        self._objects: list[_VaryingObject] = []
        self._same: dict[str, Any] | None = None
        with suppress(Exception):  # then they are converted each time
            self._prepare()

    def __call__(self, executor: Executor[Any]) -> dict[str, Any]:
        """The arguments with the variables of an operation. Raises the errors of any of them."""
        if self._same is None:
            return self._converted(self._definition, self._node, executor.variable_values)
        if not (self._varying or self._objects):
            return self._same
        values, coerced = self._same.copy(), executor.variable_values.coerced
        for name, variable, nullable, omissible, plain, kind in self._varying:
            value = coerced.get(variable, Undefined)
            if value is Undefined and omissible:
                continue
            if value is Undefined or (value is None and not nullable):
                return self._converted(self._definition, self._node, executor.variable_values)
            values[name] = (
                value
                if plain or value is None
                else convert_argument(value, kind, self._registry, self._config)
            )
        for each in self._objects:
            values[each.name] = each.filled(coerced) if each.sample else None
            if values[each.name] is None:
                return self._sampled(executor)
        return values

    def _sampled(self, executor: Executor[Any]) -> dict[str, Any]:
        """Convert everything, and keep the objects as samples if no field is null or missing."""
        values = self._converted(self._definition, self._node, executor.variable_values)
        coerced = executor.variable_values.coerced
        for each in self._objects:
            if None not in map(coerced.get, each.variables.values()):
                each.sample = values[each.name]
        return values

    def _prepare(self) -> None:
        """Convert what does not vary. Raises an error if all has to be converted each time."""
        given = {each.name.value: each for each in self._node.arguments or ()}
        named = {
            name: each.value.name.value
            for name, each in given.items()
            if isinstance(each.value, VariableNode)
        }
        varies = {name for name, each in given.items() if name not in named and _varies(each.value)}
        fixed = [each for name, each in given.items() if name not in named.keys() | varies]
        # A variable without a value stands for an argument that is left out.
        definitions = {
            name: each
            for name, each in self._definition.args.items()
            if name not in varies and (name not in named or not is_required_argument(each))
        }
        definition = GraphQLField(self._definition.type, definitions)
        node = FieldNode(name=self._node.name, arguments=tuple(fixed))
        same = self._converted(definition, node, VariableValues({}, {}))
        name_of = self._config.name_converter.from_argument
        self._varying = tuple(
            _varying(each, named[name], self._definition.args[name])
            for each in self._arguments
            if (name := name_of(each)) in named
        )
        self._objects = [
            _VaryingObject(each.python_name, self._variables(each, given[name].value))
            for each in self._arguments
            if (name := name_of(each)) in varies
        ]
        self._same = same

    def _variables(self, argument: StrawberryArgument, value: ValueNode) -> dict[str, str]:
        """Return the variables in an input object by the python names of its fields.

        Raises TypeError if one of them is no field, or its value is converted.
        """
        definition = get_object_definition(_bare(argument.type), strict=True)
        name_of = self._config.name_converter.from_field
        fields = {name_of(each): each for each in definition.fields}
        if not isinstance(value, ObjectValueNode):
            raise TypeError
        found = dict[str, str]()
        for each in value.fields:
            field = fields[each.name.value]
            if isinstance(each.value, VariableNode):
                kind = _bare(field.type)
                if has_object_definition(kind) or isinstance(kind, StrawberryList):
                    raise TypeError
                found[field.python_name] = each.value.name.value
            elif _varies(each.value):
                raise TypeError
        return found

    def _converted(
        self, definition: GraphQLField, node: FieldNode, variables: VariableValues
    ) -> dict[str, Any]:
        values = get_argument_values(definition, node, variables)
        return convert_arguments(values, self._arguments, self._registry, self._config)


def _bare(kind: Any) -> Any:
    """Return a type that may not be null, which strawberry may resolve later."""
    while isinstance(kind, StrawberryOptional | LazyType):
        kind = kind.of_type if isinstance(kind, StrawberryOptional) else kind.resolve_type()
    return kind


def _varying(argument: StrawberryArgument, variable: str, definition: GraphQLArgument) -> _Varying:
    kind = definition.type
    plain = is_leaf_type(get_nullable_type(kind)) and not isinstance(argument.type, StrawberryMaybe)
    return _Varying(
        argument.python_name,
        variable,
        nullable=not is_non_null_type(kind),
        omissible=not is_required_argument(definition),
        plain=plain,
        kind=argument.type,
    )
