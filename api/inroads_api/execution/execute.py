"""The GraphQL schema, and the execution of documents on it."""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, lru_cache, partial
from typing import Any, Final, cast

import strawberry
from graphql import (
    GraphQLError,
    GraphQLFormattedError,
    GraphQLInputObjectType,
    GraphQLSyntaxError,
    OperationType,
    VariableDefinitionNode,
    execute_sync,
    print_ast,
)
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.config import StrawberryConfig

from inroads.cancellation import check, checked
from inroads.documents.reader import parse_moment
from inroads.errors import InroadsError, LedgerError, extensions
from inroads.moments import rfc3339
from inroads_api.clock import Deadline, Late
from inroads_api.execution.documents import DocumentCache, PreparedDocument
from inroads_api.execution.executor import CompiledExecutor, CompilingExecutor
from inroads_api.execution.tracing import part
from inroads_api.schema.analysis.changes import GrantCause, NodeCause
from inroads_api.schema.context import Context
from inroads_api.schema.graph.accounts import Account
from inroads_api.schema.graph.businesses import Business
from inroads_api.schema.graph.groups import Group
from inroads_api.schema.graph.identities import Identity
from inroads_api.schema.mutations import MUTATIONS
from inroads_api.schema.query import Query
from inroads_api.schema.subscriptions import Subscription
from inroads_api.versions.cursors import Feed
from inroads_api.versions.ingestion import Intake
from inroads_api.versions.review_desk import Desk
from inroads_api.versions.versions import ServedVersions

log = logging.getLogger(__name__)


def _extensions(error: GraphQLError, *, executed: bool) -> dict[str, Any]:
    if isinstance(error.original_error, InroadsError):
        return extensions(error.original_error)
    if error.extensions and "code" in error.extensions:
        return error.extensions
    return {"code": _code(error, executed=executed)}


def _message(error: GraphQLError) -> str:
    """The message without the path of a ledger, and without the value of a variable.

    Such a value may be a document with secrets.
    """
    if isinstance(error.original_error, LedgerError):
        return _PLACE.sub("the ledger: ", error.message)
    variable = next(iter(error.nodes or ()), None)
    head, invalid, _ = error.message.partition(" has invalid value")
    ours = (error.extensions or {}).get("code") != "BAD_USER_INPUT"
    if ours or not invalid or not isinstance(variable, VariableDefinitionNode):
        return error.message
    return f"{head}{invalid}: expected {print_ast(variable.type)}"


_PLACE: Final = re.compile(r"^the ledger .+: ", re.DOTALL)


def _code(error: GraphQLError, *, executed: bool) -> str:
    if isinstance(error, GraphQLSyntaxError):
        # The parser has no classes for its limits.
        over = {"tokens. Parsing aborted": "TOKEN_LIMIT", "nested too deeply": "DEPTH_LIMIT"}
        return next(
            (code for words, code in over.items() if words in error.message), "GRAPHQL_PARSE_FAILED"
        )
    inner = error.original_error or error
    if not isinstance(inner, GraphQLError) or inner.original_error is not None:
        return "INTERNAL_ERROR"
    if error.path is None:
        return "BAD_USER_INPUT" if executed else "GRAPHQL_VALIDATION_FAILED"
    # Coercion errors of arguments have a location in the document; those of results do not.
    return (
        "BAD_USER_INPUT"
        if inner.nodes or isinstance(inner, StrawberryInputCoercionError)
        else "INTERNAL_ERROR"
    )


@lru_cache(4096)  # many documents share a moment
def _rfc3339(moment: dt.datetime | str) -> str:
    """A moment of a document or graph in UTC, which is also the default offset."""
    given = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    aware = given if given.tzinfo else given.replace(tzinfo=dt.UTC)
    try:
        return rfc3339(aware)
    except OverflowError:  # at the edge of the calendar
        return aware.isoformat()


def _moment(given: object) -> dt.datetime:
    """Parse a moment of a query, which must have an offset, since any default is a guess."""
    moment = parse_moment(given) if isinstance(given, str) and _OFFSET.search(given) else None
    if moment is None:
        raise GraphQLError(
            "expected a moment with an offset, such as 2026-03-01T00:00:00Z",
            extensions={"code": "BAD_MOMENT"},
        )
    return moment


STREAM_REQUIRED: Final = "EVENT_STREAM_REQUIRED"
"""The error code of a subscription that is requested without a stream."""

_OFFSET: Final = re.compile(r"([zZ]|[+-]\d\d:?\d\d)$")


class Schema(strawberry.Schema):
    """A schema with a cache of prepared documents, and a compiler of those that come again."""

    _compiling = threading.Lock()

    @cached_property
    def documents(self) -> DocumentCache:
        """The cache of parsed and validated documents."""
        # Strawberry has no public name for the schema of graphql-core.
        return DocumentCache(self._schema)

    @cached_property
    def sdl(self) -> str:
        """The schema in the schema definition language."""
        return f"{self.as_str().rstrip()}\n"

    def compile(
        self, document: PreparedDocument, variables: dict[str, Any] | None, name: str | None
    ) -> int:
        """Compile an operation that comes again, and return the number of compiled fields.

        This takes long, so it is not for an event loop. One operation is compiled at a time: while
        another one is, this one is left to the stock executor.
        """
        if self.execution_context_class is not CompiledExecutor:
            return 0
        if not self._compiling.acquire(blocking=False):
            return 0
        try:
            if not document.wants_plan(variables, name):
                return 0
            with part("compile"):
                built = CompilingExecutor.build(
                    self._schema, document.tree, None, None, document.given(variables), name
                )
                if not isinstance(built, CompilingExecutor):  # errors of the variables
                    return 0
                built.execute_operation()
        finally:
            self._compiling.release()
        self.documents.keep(document)  # it has become heavier
        return built.fields

    def planned(
        self,
        document: PreparedDocument,
        variables: dict[str, Any] | None,
        name: str | None,
        context: Context,
    ) -> dict[str, Any] | None:
        """The data of a query by its plan alone; None without a plan, and after any surprise."""
        key = document.key(variables, name)
        plan = document.plans.find(key) if key else None
        # Other documents of a pattern need not surprise, and without their plan they are parsed.
        if key is None or plan is None or not (document.pattern or document.plans.is_sure(key)):
            return None
        root, given = Query(seen=context.version), document.given(variables)
        built = CompiledExecutor.of_plan(self._schema, plan, root, context, given)
        if built is None:
            built = CompiledExecutor.build(self._schema, document.tree, root, context, given, name)
        # Errors of variables are told by the stock executor.
        plans = document.plans
        return built.planned(plans, key) if isinstance(built, CompiledExecutor) else None


def build_schema(
    *, allow_ingest: bool = False, allow_review: bool = False, compiled: bool = True
) -> Schema:
    """Build the schema of the API, whose SDL is its `str()`.

    It has mutations if documents can be ingested or reviews decided. With `compiled`, recurring
    queries are compiled; otherwise the stock executor executes all.
    """
    moment = strawberry.scalar(
        name="DateTime",
        description="A moment in UTC by RFC 3339: `2016-01-26T16:01:23Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_rfc3339,
        parse_value=_moment,
    )
    schema = Schema(
        Query,
        MUTATIONS.get((allow_ingest, allow_review)),
        Subscription,
        types=[Identity, Business, Account, Group, GrantCause, NodeCause],
        execution_context_class=CompiledExecutor if compiled else None,
        config=StrawberryConfig(scalar_map={dt.datetime: moment}),
    )
    lookup = cast("GraphQLInputObjectType", schema._schema.type_map["IdentityLookup"])
    lookup.is_one_of = True  # strawberry does not set it for the rules of graphql-core
    return schema


def failure(code: str, message: str) -> dict[str, Any]:
    """A response with one error and no data."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def execute(
    schema: Schema,
    versions: ServedVersions,
    query: str | PreparedDocument,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
    intake: Intake | None = None,
    deadline: Deadline | None = None,
    feed: Feed | None = None,
    desk: Desk | None = None,
    seat: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> dict[str, Any]:
    """The response to a GraphQL request, as plain JSON values; every error has `extensions.code`.

    A request that is refused before execution has no `data`. Mutations need an `intake`, or a
    `desk` that decides. A subscription returns the next event of its `feed`; without a feed it is
    refused with EVENT_STREAM_REQUIRED. `seat` holds a seat of the caller while the request waits
    for a version. After the `deadline` the response is the error DEADLINE.
    """
    document = schema.documents.get(query) if isinstance(query, str) else query
    writes = intake is not None or (desk is not None and desk.deciding)
    try:
        with desk or nullcontext():
            refusal = _refusal(document, variables, operation_name, feed is not None, writes)
            if refusal:
                return refusal
            # A mutation has no deadline: its effects stay, so its answer must be sent.
            timed = document.operation(operation_name) is not OperationType.MUTATION
            with checked(deadline.check, deadline.long) if deadline and timed else nullcontext():
                context = Context(versions, versions.current, intake, feed, desk, seat)
                return context.run(
                    partial(_executed, schema, document, variables, operation_name, context)
                )
    except Late:
        return _refused("DEADLINE", "the request took too long: request less at once")


def _refusal(
    document: PreparedDocument,
    variables: dict[str, Any] | None,
    name: str | None,
    streams: bool,
    writes: bool,
) -> dict[str, Any] | None:
    """The response to a refused request; None for a request that may be executed."""
    if document.tree.definitions:
        operation = document.operation(name)
        if operation is None:
            return _refused(
                "BAD_USER_INPUT", "the document has no operation, or no operation with this name"
            )
        if operation is OperationType.SUBSCRIPTION and not streams:
            return _refused(
                STREAM_REQUIRED,
                "a subscription needs a stream: send it to a server with Accept: text/event-stream",
            )
        if operation is OperationType.MUTATION and not writes:
            return _refused("OPERATION_NOT_SUPPORTED", "mutations are not enabled here")
    with part("validate"):
        errors = document.errors(variables, name)
    return {"errors": _formatted(errors)} if errors else None


def _executed(
    schema: Schema,
    document: PreparedDocument,
    variables: dict[str, Any] | None,
    name: str | None,
    context: Context,
) -> dict[str, Any]:
    operation = document.operation(name)
    with part("execute"):
        check()
        if data := schema.planned(document, variables, name, context):
            return {"data": data}
        result = execute_sync(
            schema._schema,
            document.located(),
            Subscription()
            if operation is OperationType.SUBSCRIPTION
            else Query(seen=context.version),
            context,
            variables,
            name,
            executor_class=schema.execution_context_class,
            hide_suggestions=True,
        )
    errors = result.errors or []
    refused = result.data is None and not any(error.path for error in errors)
    formatted = {"errors": _formatted(errors, executed=True)} if errors else {}
    return formatted | ({} if refused else {"data": result.data})


def _refused(code: str, message: str) -> dict[str, Any]:
    log.info("%s at ''", code)
    return failure(code, message)


def _formatted(
    errors: list[GraphQLError], *, executed: bool = False
) -> list[GraphQLFormattedError]:
    """Format errors with codes. Only the code and path are logged, never texts of the request."""
    for error in errors:
        error.extensions = _extensions(error, executed=executed)
        error.message = _message(error)
        path = ".".join(map(str, error.path or ()))
        if error.extensions["code"] == "INTERNAL_ERROR":
            log.error(
                "INTERNAL_ERROR at %r: %s", path, type(error.original_error or error).__name__
            )
            error.message = "internal error"
        else:
            log.info("%s at %r", error.extensions["code"], path)
    return [error.formatted for error in errors]
