"""The executor of compiled queries. A query is compiled when it comes again.

After any surprise (a forbidden null, a value of another type, an exception) the stock executor
executes the whole root field instead, so that errors and nulls are exactly its own. Resolvers may
therefore run twice, which is safe because they only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    GraphQLObjectType,
    GraphQLSchema,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeNode,
    Undefined,
    VariableNode,
    get_operation_ast,
)
from graphql.execution.collect_fields import GroupedFieldSet
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from inroads.cancellation import check
from inroads_api.execution.compiler import CompiledQuery, Compiler, Run

MAX_COMPILED: Final = 10_000
"""The most fields of all plans of one document."""

FIELD_BYTES: Final = 2_000
"""The measured bytes of a compiled field."""


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """An executor that compiles recurring queries and leaves the rest to the stock executor."""

    given: list[dict[str, Any]]
    plans: Plans

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        raw_variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        *given: Any,
        **named: Any,
    ) -> Any:
        """Return an executor, or the errors of variables. Lists of strings are not coerced."""
        operation, raw = get_operation_ast(document, operation_name), raw_variable_values or {}
        lists = (
            {name: raw[name] for name in _texts(operation) if _are_texts(raw.get(name))}
            if operation
            else {}
        )
        others = raw | {name: [] for name in lists}
        built = super().build(
            schema, document, root_value, context_value, others, operation_name, *given, **named
        )
        if isinstance(built, cls):
            built.plans = plans_of(document)
            variables = built.variable_values
            variables.coerced.update(lists)
            variables.sources.update(
                {name: variables.sources[name]._replace(value=raw[name]) for name in lists}
            )
        return built

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        """Execute root fields by their compiled functions, other fields by the stock executor."""
        check()
        plan = self._plan(parent_type, grouped_field_set) if path is None else None
        if plan is None:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        results: dict[str, Any] = {}
        for name, details in grouped_field_set.items():
            done = self._done(plan.runs[name], source_value)
            if done is _SURPRISE:
                done = self.execute_field(
                    parent_type,
                    source_value,
                    details,
                    Path(None, name, parent_type.name),
                    position_context,
                )
            if done is not Undefined:
                results[name] = done
        return results

    def _plan(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> CompiledQuery | None:
        if (
            self.operation.operation is not OperationType.QUERY
            or self.operation.directives
            or self.middleware_manager
        ):
            return None
        plan = self.plans.find(self, kind, fields)
        try:
            self.given = [convert(self) for convert in plan.arguments] if plan else []
        except Exception:  # noqa: BLE001  # the stock executor reports it
            return None
        return plan

    def _done(self, run: Run | None, source: Any) -> Any:
        """The value of a root field, or _SURPRISE if the stock executor must execute it."""
        if run is None:
            return _SURPRISE
        before, self.collected_errors = self.collected_errors, CollectedErrors()
        try:
            done = run(source, self, None)
            return _SURPRISE if self.collected_errors.errors else done
        except Exception:  # noqa: BLE001  # the stock executor meets and reports it
            return _SURPRISE
        finally:
            self.collected_errors = before


_SURPRISE: Final = object()


def _texts(operation: OperationDefinitionNode) -> Iterator[str]:
    """The variables that are lists of strings, which coercion does not change."""
    for each in operation.variable_definitions or ():
        kind = _unwrapped(each.type)
        item = _unwrapped(kind.type) if isinstance(kind, ListTypeNode) else None
        if isinstance(item, NamedTypeNode) and item.name.value in ("ID", "String"):
            yield each.variable.name.value


def _unwrapped(kind: TypeNode) -> TypeNode:
    return kind.type if isinstance(kind, NonNullTypeNode) else kind


def _are_texts(value: object) -> bool:
    return value.__class__ is list and all(
        each.__class__ is str for each in cast("list[object]", value)
    )


class Plans:
    """The compiled plans of one document, by operation and by the values of its conditions."""

    def __init__(self) -> None:
        self._conditions: dict[int, tuple[str, ...]] = {}
        self._plans: dict[tuple[object, ...], CompiledQuery | None] = {}
        self._fields = 0

    @property
    def weight(self) -> int:
        """The estimated bytes of memory of all plans."""
        return FIELD_BYTES * self._fields

    def find(
        self, executor: CompiledExecutor, kind: GraphQLObjectType, fields: GroupedFieldSet
    ) -> CompiledQuery | None:
        """The plan of a recurring operation; None for a new one, or one that cannot be compiled."""
        operation, coerced = id(executor.operation), executor.variable_values.coerced
        if operation not in self._conditions:
            self._conditions[operation] = _conditions(executor)
            return None
        key = operation, *(coerced.get(name) for name in self._conditions[operation])
        if key not in self._plans and self._fields < MAX_COMPILED:
            compiler = Compiler(executor)
            self._plans[key] = compiler.plan(kind, fields)
            self._fields += compiler.fields
        return self._plans.get(key)


def plans_of(tree: DocumentNode) -> Plans:
    """The plans of a document, stored on its (frozen) tree so that they live as long."""
    attributes = vars(tree)
    plans: Plans = attributes.get("plans") or attributes.setdefault("plans", Plans())
    return plans


def _conditions(executor: CompiledExecutor) -> tuple[str, ...]:
    """The variables in directives, which decide `@include` and `@skip`."""
    parts = [executor.operation, *executor.fragment_definitions.values()]
    return tuple(sorted({name for part in parts for name in _conditional(part.selection_set)}))


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
