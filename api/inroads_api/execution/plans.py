"""The compiled plans of one document."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Final

from cachetools import LRUCache
from graphql import (
    BooleanValueNode,
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)

from inroads_api.execution.compiler import CompiledQuery

MAX_PLANS: Final = 8
"""The most plans of one document, each for other values of its conditions."""

MAX_COMPILED: Final = 4_000
"""The most fields of all plans of one document."""

MAX_NOTICED: Final = 16
"""The most combinations of conditions that are remembered until they come again."""

FIELD_BYTES: Final = 2_000
"""The measured bytes of a compiled field."""

RESTS: Final = 0.05
"""In seconds: how long threads have a plan to themselves after it took too long in an event loop."""

Key = Hashable
"""The key of a plan: its operation, and the values of the operation's conditions."""


class Plans:
    """The compiled plans of one document, by operation and by the values of its conditions.

    The first combinations of conditions that come again have plans. The others are left to the
    stock executor, so that a document with many conditions neither fills the memory nor is compiled
    for each request.
    """

    def __init__(self) -> None:
        self._conditions: dict[int, Mapping[str, bool | None]] = {}
        self._noticed: LRUCache[Key, None] = LRUCache(MAX_NOTICED)
        self._plans: dict[Key, CompiledQuery | None] = {}
        self._surprising: set[Key] = set()
        self._rests: dict[Key, float] = {}
        self._fields = 0

    def __len__(self) -> int:
        return len(self._plans)

    @property
    def weight(self) -> int:
        """The estimated bytes of memory of all plans."""
        return FIELD_BYTES * self._fields

    def key(
        self,
        operation: OperationDefinitionNode,
        fragments: Iterable[FragmentDefinitionNode],
        variables: Mapping[str, Any] | None,
    ) -> Key:
        """The key of the plan for these variables. The nodes must be those of the document."""
        conditions = self._conditions.get(id(operation))
        if conditions is None:
            conditions = self._conditions[id(operation)] = _conditions(operation, fragments)
        given = variables or {}
        values = (given.get(name, default) for name, default in conditions.items())
        # Values that are no booleans are refused before a plan is used.
        return id(operation), *(value if value.__class__ is bool else None for value in values)

    def find(self, key: Key) -> CompiledQuery | None:
        """The plan of a key; None without one, and for a query that cannot be compiled."""
        return self._plans.get(key)

    def is_quick(self, key: Key) -> bool:
        """Return whether a plan has each root field, none of which has surprised yet, and does not
        rest.
        """
        plan = self._plans.get(key)
        if plan is None or None in plan.runs.values() or key in self._surprising:
            return False
        return time.monotonic() >= self._rests.get(key, 0.0)

    def is_sure(self, key: Key) -> bool:
        """Return whether no field of a plan has surprised yet."""
        return key not in self._surprising

    def took_long(self, key: Key) -> None:
        """Let a plan rest that took too long in an event loop."""
        self._rests[key] = time.monotonic() + RESTS

    def surprised(self, key: Key) -> None:
        """Note that the stock executor had to execute a field of a plan."""
        self._surprising.add(key)

    def wants(self, operation: OperationDefinitionNode, key: Key) -> bool:
        """Return whether to compile a query, which is so when it comes again and has room."""
        if (
            operation.operation is not OperationType.QUERY
            or operation.directives
            or key in self._plans
            or len(self._plans) >= MAX_PLANS
            or self._fields >= MAX_COMPILED
        ):
            return False
        again = key in self._noticed
        self._noticed[key] = None
        return again

    def keep(self, key: Key, plan: CompiledQuery | None, fields: int) -> None:
        """Keep the plan of a key, None if the query cannot be compiled."""
        self._plans[key] = plan
        self._fields += fields if plan else 0


def plans_of(tree: DocumentNode) -> Plans:
    """The plans of a document, stored on its (frozen) tree so that they live as long."""
    attributes = vars(tree)
    plans: Plans | None = attributes.get("plans")  # which may be empty
    return attributes.setdefault("plans", Plans()) if plans is None else plans


def _conditions(
    operation: OperationDefinitionNode, fragments: Iterable[FragmentDefinitionNode]
) -> Mapping[str, bool | None]:
    """The variables in directives, which decide `@include` and `@skip`, with their defaults."""
    names = {name for part in (operation, *fragments) for name in _conditional(part.selection_set)}
    defaults = {
        each.variable.name.value: each.default_value.value
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, BooleanValueNode)
    }
    return {name: defaults.get(name) for name in sorted(names)}


def _conditional(selections: SelectionSetNode) -> Iterator[str]:
    for each in selections.selections:
        arguments = (
            argument
            for directive in each.directives or ()
            for argument in directive.arguments or ()
        )
        yield from (
            each.value.name.value for each in arguments if isinstance(each.value, VariableNode)
        )
        if inner := getattr(each, "selection_set", None):
            yield from _conditional(inner)
