"""The GraphQL schema: resolvers of a few lines, which decide nothing, and the one way to execute a document."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterator
from typing import Any, Final, cast

import strawberry
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    VariableDefinitionNode,
    print_ast,
)
from strawberry.exceptions import MissingQueryError, StrawberryInputCoercionError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from inroads.documents import parse_moment
from inroads.errors import InroadsError, extensions
from inroads_api.changes import GrantCause, NodeCause
from inroads_api.entry import Context, Mutation, Query
from inroads_api.intake import Intake
from inroads_api.limits import Limits
from inroads_api.objects import Account, Business, Group, Identity
from inroads_api.versions import Versions

log = logging.getLogger(__name__)


class OneOperation(SchemaExtension):
    """Refuses a document of several operations when none is named: strawberry would take the first."""

    def on_validate(self) -> Iterator[None]:
        """Runs after `Limits` has validated."""
        context = self.execution_context
        definitions = context.graphql_document.definitions if context.graphql_document else ()
        operations = sum(isinstance(each, OperationDefinitionNode) for each in definitions)
        named = context._provided_operation_name is not None  # operation_name falls back to the first
        if operations > 1 and not named and not context.pre_execution_errors:
            error = GraphQLError("name the operation: the document has several", extensions={"code": "BAD_USER_INPUT"})
            context.pre_execution_errors = [error]
        yield


class Schema(strawberry.Schema):
    """A schema whose errors all carry a code, and which logs nothing of what was asked."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Give each error its code; only the code and the response path are logged, never the query or a value."""
        executed = execution_context is not None and execution_context.result is not None
        for error in errors:
            error.extensions = _extensions(error, executed=executed)
            error.message = _message(error)
            path = ".".join(map(str, error.path or ()))
            if error.extensions["code"] == "INTERNAL_ERROR":
                log.error("INTERNAL_ERROR at %r: %s", path, type(error.original_error or error).__name__)
                error.message = "internal error"
            else:
                log.info("%s at %r", error.extensions["code"], path)


def _extensions(error: GraphQLError, *, executed: bool) -> dict[str, Any]:
    if isinstance(error.original_error, InroadsError):
        return extensions(error.original_error)
    if error.extensions and "code" in error.extensions:
        return error.extensions
    return {"code": _code(error, executed=executed)}


def _message(error: GraphQLError) -> str:
    """The message without the value of a variable, which may be a document, with all that is secret in it."""
    variable = next(iter(error.nodes or ()), None)
    head, invalid, _ = error.message.partition(" has invalid value")
    ours = (error.extensions or {}).get("code") != "BAD_USER_INPUT"
    if ours or not invalid or not isinstance(variable, VariableDefinitionNode):
        return error.message
    return f"{head}{invalid}: it is not {print_ast(variable.type)}"


def _code(error: GraphQLError, *, executed: bool) -> str:
    if isinstance(error, GraphQLSyntaxError):
        # The parser has no classes for its limits.
        over = {"tokens. Parsing aborted": "TOKEN_LIMIT", "nested too deeply": "DEPTH_LIMIT"}
        return next((code for words, code in over.items() if words in error.message), "GRAPHQL_PARSE_FAILED")
    inner = error.original_error or error
    if not isinstance(inner, GraphQLError) or inner.original_error is not None:
        return "INTERNAL_ERROR"
    if error.path is None:
        return "BAD_USER_INPUT" if executed else "GRAPHQL_VALIDATION_FAILED"
    # An argument that cannot be coerced is told with its place in the document; a result that cannot, is ours.
    return "BAD_USER_INPUT" if inner.nodes or isinstance(inner, StrawberryInputCoercionError) else "INTERNAL_ERROR"


def _rfc3339(moment: dt.datetime | str) -> str:
    """A moment as documents and graphs hold it, in UTC; without an offset it is taken as UTC."""
    given = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    aware = given if given.tzinfo else given.replace(tzinfo=dt.UTC)
    try:
        return aware.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:  # at the edge of the calendar
        return aware.isoformat()


def _moment(given: object) -> dt.datetime:
    """A moment that a question names: with an offset, since what it would be taken for without one is a guess."""
    moment = parse_moment(given) if isinstance(given, str) and _OFFSET.search(given) else None
    if moment is None:
        raise GraphQLError("not a moment with an offset like 2026-03-01T00:00:00Z", extensions={"code": "BAD_MOMENT"})
    return moment


_OFFSET: Final = re.compile(r"([zZ]|[+-]\d\d:?\d\d)$")


def build_schema(*, allow_ingest: bool = False) -> Schema:
    """The schema of the API, with mutations where documents can be handed in; `str()` prints it."""
    moment = strawberry.scalar(
        name="DateTime",
        description="A moment in UTC by RFC 3339: `2016-01-26T16:01:23Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_rfc3339,
        parse_value=_moment,
    )
    schema = Schema(
        Query,
        Mutation if allow_ingest else None,
        types=[Identity, Business, Account, Group, GrantCause, NodeCause],
        extensions=[Limits, OneOperation],
        config=StrawberryConfig(scalar_map={dt.datetime: moment}),
    )
    lookup = cast("GraphQLInputObjectType", schema._schema.type_map["IdentityLookup"])
    lookup.is_one_of = True  # strawberry does not tell graphql-core, whose rules know @oneOf
    return schema


_REFUSED: Final[dict[type[Exception], tuple[str, str]]] = {
    MissingQueryError: ("GRAPHQL_PARSE_FAILED", "the document is empty"),
    CannotGetOperationTypeError: ("BAD_USER_INPUT", "the document has no operation, or none of this name"),
    InvalidOperationTypeError: ("OPERATION_NOT_SUPPORTED", "there are only queries here"),
}


def failure(code: str, message: str) -> dict[str, Any]:
    """A response that is only an error."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def execute(
    schema: Schema,
    versions: Versions,
    query: str,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
    intake: Intake | None = None,
) -> dict[str, Any]:
    """The response to a GraphQL request, as plain JSON values; every error has `extensions.code`.

    There is no `data` when the request was refused before it was executed. Mutations are refused where there is no
    `intake`.
    """
    context = Context(versions, versions.current, intake)
    allowed = (OperationType.QUERY, OperationType.MUTATION) if intake else (OperationType.QUERY,)
    try:
        result = schema.execute_sync(
            query,
            variables,
            context,
            root_value=Query(seen=context.version),
            operation_name=operation_name,
            allowed_operation_types=allowed,
        )
    except tuple(_REFUSED) as error:
        code, message = _REFUSED[type(error)]
        log.info("%s at ''", code)
        return failure(code, message)
    errors = [error.formatted for error in result.errors or ()]
    refused = result.data is None and not any(error.path for error in result.errors or ())
    return ({"errors": errors} if errors else {}) | ({} if refused else {"data": result.data})
