"""Random operations over a whole schema: every type, every argument, good values and bad ones."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

DEPTH: Final = 5
REFUSED: Final = {"after", "before", "rules", "about", "asOf", "atLeast", "avoid"}
"""Arguments whose drawn values are nearly always refused, and are seldom given."""
_SCALARS: Final[Mapping[str, Sequence[Any]]] = {
    "Int": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 50, 100, 0, 101),
    "Boolean": (True, False),
    "DateTime": ("2026-03-01T00:00:00Z",) * 8 + ("2026-03-01T00:00:00",),
    "JSON": (1, "two", None),
    "Float": (1.5,),
}


class Operations:
    """Draws operations; `texts` are what ids and other texts are made of."""

    def __init__(self, schema: GraphQLSchema, rng: random.Random, texts: Sequence[str]) -> None:
        self.schema, self.rng, self.texts = schema, rng, texts

    def draw(self) -> tuple[str, dict[str, Any]]:
        """A query, and values for its variables."""
        self.variables: dict[str, tuple[str, Any]] = {}
        self.fragments: list[str] = []
        assert self.schema.query_type
        body = self._selection(self.schema.query_type, 0)
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in self.variables.items())
        head = f"query Q({declared})" if declared else "query Q"
        values = {
            name: value for name, (_, value) in self.variables.items() if self.rng.random() < 0.99
        }
        return " ".join([head, body, *self.fragments]), values

    def _selection(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        fields = [
            name
            for name, each in kind.fields.items()
            if depth < DEPTH or is_leaf_type(get_named_type(each.type))
        ]
        chosen = self.rng.sample(fields, min(len(fields), self.rng.randint(1, 5)))
        parts = [self._field(kind, name, depth) for name in chosen]
        if self.rng.random() < 0.2:
            parts.append("__typename")
        if isinstance(kind, GraphQLInterfaceType):
            some = self.rng.choice(self.schema.get_possible_types(kind))
            parts.append(f"... on {some.name} {self._selection(some, depth + 1)}")
        elif self.rng.random() < 0.1:
            parts.append(f"...{self._condition()} {self._selection(kind, depth + 1)}")
        if self.rng.random() < 0.1:
            name = f"F{len(self.fragments)}"
            self.fragments.append("")  # holds the name while its own fragments are drawn
            place = len(self.fragments) - 1
            self.fragments[place] = (
                f"fragment {name} on {kind.name} {self._selection(kind, depth + 1)}"
            )
            parts += [f"...{name}{self._condition()}"] * self.rng.randint(1, 2)
        self.rng.shuffle(parts)
        return "{ " + " ".join(parts) + " }"

    def _field(self, kind: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        field = kind.fields[name]
        given = [
            f"{argument}: {self._given(each.type)}"
            for argument, each in field.args.items()
            if is_non_null_type(each.type)
            or self.rng.random() < (0.04 if argument in REFUSED else 0.4)
        ]
        alias = f"a{self.rng.randrange(10**6)}: " if given or self.rng.random() < 0.2 else ""
        inner = get_named_type(field.type)
        below = f" {self._selection(inner, depth + 1)}" if isinstance(inner, _COMPOSITE) else ""
        arguments = f"({', '.join(given)})" if given else ""
        return f"{alias}{name}{arguments}{self._condition()}{below}"

    def _condition(self) -> str:
        if self.rng.random() > 0.1:
            return ""
        constant = self.rng.choice(["true", "false", ""])
        value = constant or self._variable("Boolean!", self.rng.random() < 0.5)
        return f" @{self.rng.choice(['include', 'skip'])}(if: {value})"

    def _given(self, kind: Any) -> str:
        if self.rng.random() < 0.3:
            return self._variable(str(kind), self._value(kind))
        return _literal(self._value(kind), kind)

    def _variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = kind, value
        return f"${name}"

    def _value(self, kind: Any) -> Any:
        if is_non_null_type(kind):
            return self._value(kind.of_type) or self._value(kind.of_type)
        if self.rng.random() < 0.05:
            return None
        if is_list_type(kind):
            return [self._value(kind.of_type) for _ in range(self.rng.randint(0, 3))]
        if isinstance(kind, GraphQLEnumType):
            return self.rng.choice(list(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            names = [each for each in kind.fields if self.rng.random() < 0.4] or [
                self.rng.choice(list(kind.fields))
            ]
            names = names[:1] if kind.is_one_of else names
            return {name: self._value(kind.fields[name].type) for name in names}
        return self.rng.choice(_SCALARS.get(kind.name, self.texts))


_COMPOSITE: Final = (GraphQLObjectType, GraphQLInterfaceType)


def _literal(value: Any, kind: Any) -> str:
    kind = kind.of_type if is_non_null_type(kind) else kind
    if value is None:
        return "null"
    if is_list_type(kind):
        return "[" + ", ".join(_literal(each, kind.of_type) for each in value) + "]"
    if isinstance(kind, GraphQLInputObjectType):
        return (
            "{"
            + ", ".join(
                f"{name}: {_literal(each, kind.fields[name].type)}" for name, each in value.items()
            )
            + "}"
        )
    if isinstance(kind, GraphQLEnumType):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)
