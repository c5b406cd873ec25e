"""The executor of compiled queries. It never compiles one: that takes too long for an event loop.

After any surprise (a forbidden null, a value of another type, an exception) the stock executor
executes the whole root field instead, so that errors and nulls are exactly its own. Resolvers may
therefore run twice, which is safe because they only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
    Undefined,
    default_field_resolver,
    default_type_resolver,
    get_nullable_type,
    get_operation_ast,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
)
from graphql.execution.collect_fields import GroupedFieldSet
from graphql.execution.executor import CollectedErrors
from graphql.execution.get_variable_signature import GraphQLVariableSignature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.pyutils import Path
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_value
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from inroads.cancellation import check
from inroads.errors import InroadsError
from inroads_api.execution.compiler import CompiledQuery, Compiler, Run
from inroads_api.execution.plans import Key, Plans, plans_of

MAX_MESSAGE: Final = 1_000
"""In characters: of a longer message of an error the middle is left out."""


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """An executor that uses compiled plans and leaves the rest to the stock executor."""

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
        """Return an executor, or the errors of variables. Lists of strings are not coerced.

        Such errors suggest nothing: nobody is told it, and graphql-core fails on some letters.
        """
        operation, raw = get_operation_ast(document, operation_name), raw_variable_values or {}
        lists = (
            {name: raw[name] for name in _texts(operation) if _are_texts(raw.get(name))}
            if operation
            else {}
        )
        others = raw | {name: [] for name in lists}
        built = super().build(
            schema,
            document,
            root_value,
            context_value,
            others,
            operation_name,
            *given,
            **named | {"hide_suggestions": True},
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
        plan = self._plan(key := self.key) if path is None else None
        if plan is None:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        results: dict[str, Any] = {}
        for name, details in grouped_field_set.items():
            done = self._done(plan.runs[name], source_value)
            if done is _SURPRISE:
                self.plans.surprised(key)
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

    def handle_field_error(self, raw_error: Exception, *given: Any, **named: Any) -> None:
        """Handle the error of a field.

        A long text in one variable can be quoted by thousands of errors. So a message is cut, and
        the frames that hold such a text are let go.
        """
        if isinstance(raw_error, InroadsError) and len(raw_error.message) > MAX_MESSAGE:
            half = MAX_MESSAGE // 2
            raw_error.message = f"{raw_error.message[:half]}…{raw_error.message[-half:]}"
            raw_error.args, raw_error.__cause__, raw_error.__context__ = (), None, None
            raw_error = raw_error.with_traceback(None)
        super().handle_field_error(raw_error, *given, **named)

    @classmethod
    def of_plan(
        cls,
        schema: GraphQLSchema,
        plan: CompiledQuery,
        root: Any,
        context: Any,
        raw: dict[str, Any],
    ) -> CompiledExecutor | None:
        """Return an executor of a compiled query, which looks at no definition again.

        None if a variable is not valid, or is an object.
        """
        values = _coerced(plan.signatures, raw)
        if values is None:
            return None
        return cls(
            schema,
            plan.fragment_definitions,
            plan.fragments,
            root,
            context,
            plan.operation,
            values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
        )

    def planned(self, plans: Plans, key: Key) -> dict[str, Any] | None:
        """The data by the plan alone; None without a plan, and after any surprise.

        The executor is of no use afterwards: it drops all that it holds, since an executor refers
        to itself, and only the garbage collector would free it.
        """
        try:
            return self._planned(plans, key)
        finally:
            vars(self).clear()

    def _planned(self, plans: Plans, key: Key) -> dict[str, Any] | None:
        self.plans = plans
        plan = self._plan(key)
        if plan is None:
            return None
        results: dict[str, Any] = {}
        for name, run in plan.runs.items():
            done = self._done(run, self.root_value)
            if done is _SURPRISE:
                self.plans.surprised(key)
                return None
            if done is not Undefined:
                results[name] = done
        return results

    @property
    def key(self) -> Key:
        """The key of the plan for the operation and its variables."""
        fragments, coerced = self.fragment_definitions.values(), self.variable_values.coerced
        return self.plans.key(self.operation, fragments, coerced)

    def _plan(self, key: Key) -> CompiledQuery | None:
        plan = None if self.middleware_manager else self.plans.find(key)
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


class CompilingExecutor(CompiledExecutor):
    """An executor that compiles a plan of its operation instead of executing it.

    It holds no context, so that a plan holds no version of the graph.
    """

    fields = 0

    def execute_fields(self, parent_type: GraphQLObjectType, *given: Any, **_: Any) -> Any:
        """Compile root fields, and keep their plan."""
        compiler = Compiler(self)
        plan = compiler.plan(parent_type, given[2])
        self.fields = compiler.fields
        self.plans.keep(self.key, plan, compiler.fields)
        return {}


def _coerced(
    signatures: Iterable[GraphQLVariableSignature], raw: Mapping[str, Any]
) -> VariableValues | None:
    """Return the values of variables as the stock executor coerces them.

    None if one is not valid, or is neither a scalar nor a list of texts.
    """
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for signature in signatures:
        name, kind = signature.name, signature.type
        value = raw.get(name, Undefined)
        sources[name] = VariableValueSource(signature, value)
        if value is Undefined:
            if signature.default:
                coerced[name] = coerce_default_value(signature)
            elif is_non_null_type(kind):
                return None
            continue
        bare = get_nullable_type(kind)
        if is_leaf_type(bare):
            value = coerce_input_value(value, kind)
        elif not (is_list_type(bare) and _is_text(bare.of_type) and _are_texts(value)):
            return None
        if value is Undefined:
            return None
        coerced[name] = value
    return VariableValues(sources, coerced)


def _is_text(kind: GraphQLInputType) -> bool:
    named = get_nullable_type(kind)
    return is_scalar_type(named) and named.name in ("ID", "String")


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
