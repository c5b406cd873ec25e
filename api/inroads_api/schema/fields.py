"""How a GraphQL type and its fields are declared."""

from __future__ import annotations

from collections.abc import Callable
from enum import EnumMeta
from inspect import cleandoc
from typing import Any, Final, Generic, TypeVar, cast, dataclass_transform

import strawberry
from msgspec import UNSET

ID = strawberry.ID
_T = TypeVar("_T")


@dataclass_transform(field_specifiers=(strawberry.field,), kw_only_default=True)
def described(cls: type[_T]) -> type[_T]:
    """An object type whose description is its docstring."""
    return strawberry.type(cls, description=cleandoc(cls.__doc__ or ""))


@dataclass_transform(field_specifiers=(strawberry.field,), kw_only_default=True)
def described_interface(cls: type[_T]) -> type[_T]:
    """An interface whose description is its docstring."""
    return strawberry.interface(cls, description=cleandoc(cls.__doc__ or ""))


def field(resolver: Callable[..., Any], name: str | None = None) -> Any:
    """A field whose description is the docstring of its resolver."""
    return strawberry.field(
        resolver=resolver, name=name, description=cleandoc(resolver.__doc__ or "")
    )


def stated(read: Callable[[Any], Any], description: str) -> Any:
    """A field that gives a value as it stands, null where the documents do not have it."""

    def resolver(self: Any) -> Any:
        return known(read(self))

    return strawberry.field(resolver=resolver, description=description)


READS: Final[dict[Callable[..., Any], str]] = {}
"""What a resolver reads of its object, for whoever compiles a query and would rather not call it."""


class once(Generic[_T]):  # noqa: N801  # it is written as a decorator
    """A property that is read when it is first asked for; that of `functools` waits for a lock before Python 3.12."""

    def __init__(self, read: Callable[[Any], _T]) -> None:
        self._read = read

    def __get__(self, instance: Any, owner: type) -> _T:
        value: _T = self._read(instance)
        instance.__dict__[self._read.__name__] = value  # found before this from now on
        return value


def attribute(name: str, description: str) -> Any:
    """A field that gives what the graph knows of a node, null where it does not."""

    def resolver(self: Any) -> Any:
        return self.attributes.get(name)

    READS[resolver] = f"attributes.get({name!r})"
    return strawberry.field(resolver=resolver, description=description)


def value(description: str) -> Any:
    """A field that is given when the object is made."""
    return strawberry.field(description=description)


def optional(description: str) -> Any:
    """A field of an input that may be left out."""
    return strawberry.field(description=description, default=strawberry.UNSET)


def describe(
    kind: EnumMeta, description: str, values: dict[str, str], name: str | None = None
) -> None:
    """Make a GraphQL enum of one of the library's, without a second copy of its values."""
    strawberry.enum(kind, name=name, description=description)
    for each in cast("Any", kind).__strawberry_definition__.values:
        each.description = values[each.name]


def known(given: Any) -> Any:
    """The value of an optional field of a document; None where the document does not have it."""
    return None if given is UNSET else given


def mirror(kind: type[_T], struct: object) -> _T:
    """The GraphQL object with the fields of the same names."""
    return kind(**{name: known(getattr(struct, name)) for name in kind.__annotations__})


def maybe(kind: type[_T], struct: Any) -> _T | None:
    """The GraphQL object of a part that a document may lack."""
    return mirror(kind, struct) if known(struct) is not None else None
