"""Helpers that declare GraphQL types and fields, with docstrings as their descriptions."""

from __future__ import annotations

from collections.abc import Callable
from enum import EnumMeta
from inspect import cleandoc
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar, cast, dataclass_transform

import strawberry
from msgspec import UNSET

ID = strawberry.ID
_T = TypeVar("_T")


@dataclass_transform(field_specifiers=(strawberry.field,), kw_only_default=True)
def described(cls: type[_T]) -> type[_T]:
    """Declare an object type whose description is its docstring."""
    return strawberry.type(cls, description=cleandoc(cls.__doc__ or ""))


@dataclass_transform(field_specifiers=(strawberry.field,), kw_only_default=True)
def described_interface(cls: type[_T]) -> type[_T]:
    """Declare an interface whose description is its docstring."""
    return strawberry.interface(cls, description=cleandoc(cls.__doc__ or ""))


def field(resolver: Callable[..., Any], name: str | None = None) -> Any:
    """Declare a field whose description is the docstring of its resolver."""
    return strawberry.field(
        resolver=resolver, name=name, description=cleandoc(resolver.__doc__ or "")
    )


def stated(given: str | Callable[[Any], Any], description: str) -> Any:
    """Declare a field that returns a value unchanged, or null if the documents do not have it.

    The value is at a path of attributes, or what a function reads.
    """
    read = attrgetter(given) if isinstance(given, str) else given

    def resolver(self: Any) -> Any:
        return known(read(self))

    if isinstance(given, str):
        STATED[resolver] = given
    return strawberry.field(resolver=resolver, description=description)


def former(read: Callable[[Any], Any], name: str) -> Any:
    """Declare a field under its former name; `name` is the present one."""

    def resolver(self: Any) -> Any:
        return read(self)

    return strawberry.field(
        resolver=resolver,
        description=f"The former name of `{name}`.",
        deprecation_reason=f"`{name}` says what it is.",
    )


def own_id(name: str, description: str) -> Any:
    """Declare the id of an object of a graph: an attribute, and the mark of the graph's version."""
    read = attrgetter(name)

    def resolver(self: Any) -> ID:
        return ID(read(self) + self.graph.mark)

    READS[resolver] = f"{name} + o.graph.mark"
    return strawberry.field(resolver=resolver, description=description)


READS: Final[dict[Callable[..., Any], str]] = {}
"""The expression that a resolver reads from its object, by resolver.

The query compiler inlines the expression, after `o.`, instead of calling the resolver.
"""


STATED: Final[dict[Callable[..., Any], str]] = {}
"""The attributes that a resolver reads from its object, by resolver.

A value that the documents do not have is null. The query compiler inlines them as it does READS.
"""


class once(Generic[_T]):  # noqa: N801  # it is written as a decorator
    """A property that is computed on first access and then cached.

    Unlike `functools.cached_property`, it takes no lock before Python 3.12.
    """

    def __init__(self, read: Callable[[Any], _T]) -> None:
        self._read = read

    def __get__(self, instance: Any, owner: type) -> _T:
        value: _T = self._read(instance)
        instance.__dict__[self._read.__name__] = value  # shadows this descriptor from now on
        return value


def attribute(name: str, description: str) -> Any:
    """Declare a field that returns an attribute of a node, or null if it is not known."""

    def resolver(self: Any) -> Any:
        return self.attributes.get(name)

    READS[resolver] = f"attributes.get({name!r})"
    return strawberry.field(resolver=resolver, description=description)


def value(description: str) -> Any:
    """Declare a field whose value is passed when the object is constructed."""
    return strawberry.field(description=description)


def optional(description: str) -> Any:
    """Declare an input field that may be left out."""
    return strawberry.field(description=description, default=strawberry.UNSET)


def describe(
    kind: EnumMeta, description: str, values: dict[str, str], name: str | None = None
) -> None:
    """Declare an enum of the library as a GraphQL enum, without a second copy of its values."""
    strawberry.enum(kind, name=name, description=description)
    for each in cast("Any", kind).__strawberry_definition__.values:
        each.description = values[each.name]


def known(given: Any) -> Any:
    """Return the value of an optional field of a document, or None if the document lacks it."""
    return None if given is UNSET else given


def mirror(kind: type[_T], struct: object) -> _T:
    """Return a GraphQL object of `kind` with the fields of `struct` that have the same names."""
    return kind(**{name: known(getattr(struct, name)) for name in kind.__annotations__})


def maybe(kind: type[_T], struct: Any) -> _T | None:
    """Return the GraphQL object of an optional part of a document, or None if it is missing."""
    return mirror(kind, struct) if known(struct) is not None else None
