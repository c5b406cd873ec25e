"""The GraphQL schema: resolvers of a few lines, which decide nothing, and the one way to execute a document."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast

import strawberry
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLSyntaxError, OperationDefinitionNode
from strawberry.exceptions import MissingQueryError, StrawberryInputCoercionError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from inroads import reach
from inroads.errors import BadId, InroadsError, extensions
from inroads.model import Mode, NodeKind, kind_of, node_id
from inroads.network import AccessGraph
from inroads_api.limits import MAX_FIRST, Limits
from inroads_api.objects import (
    ID,
    Access,
    Account,
    Business,
    First,
    GraphInfo,
    Group,
    Identity,
    ModeArgument,
    Node,
    described,
    field,
    node,
    optional,
    within,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Context:
    """What one query sees from start to end: one version of the graph, and when it was built (aware)."""

    graph: AccessGraph
    built_at: dt.datetime


Info = strawberry.Info[Context, None]
NodeId = Annotated[ID, strawberry.argument(description="A node id: `business:77128`.")]
NativeId = Annotated[ID, strawberry.argument(description="The service's own id or the node id.")]


@strawberry.input(one_of=True, description="How to look an identity up: by exactly one of these.")
class IdentityLookup:
    """How to look an identity up."""

    email: str | None = optional("The email, trimmed, in any case.")
    id: ID | None = optional("`712052` or `identity:712052`.")


def _node(graph: AccessGraph, key: str) -> Node | None:
    """The object of a node that is known; None for any other."""
    return node(graph, key) if key in graph else None


@described
class Query:
    """Which businesses can this email reach, and how? A lookup that finds nothing gives null."""

    @field
    def node(self, info: Info, id: NodeId) -> Node | None:  # noqa: A002  # the contract's name
        """Any node by its node id."""
        return _node(info.context.graph, node_id(id))

    @field
    def nodes(
        self,
        info: Info,
        ids: Annotated[list[ID], strawberry.argument(description="Up to 100 node ids.")],
    ) -> list[Node | None]:
        """Nodes in the order of the ids, null for each that is not known."""
        if len(ids) > MAX_FIRST:
            raise InroadsError(f"{len(ids)} ids: the most is {MAX_FIRST}", "TOO_MANY_IDS")
        return [_node(info.context.graph, node_id(each)) for each in ids]

    @field
    def identity(
        self,
        info: Info,
        by: Annotated[IdentityLookup, strawberry.argument(description="The email or the id.")],
    ) -> Identity | None:
        """An identity by its email or its id; AMBIGUOUS_EMAIL where several identities share the email."""
        graph = info.context.graph
        key = graph.by_email(by.email) if by.email else node_id(by.id or "", NodeKind.IDENTITY)
        return cast("Identity | None", _node(graph, key)) if key and kind_of(key) is NodeKind.IDENTITY else None

    @field
    def business(self, info: Info, id: NativeId) -> Business | None:  # noqa: A002  # the contract's name
        """A business by its id."""
        return cast("Business | None", _node(info.context.graph, node_id(id, NodeKind.BUSINESS)))

    @field
    def account(self, info: Info, id: NativeId) -> Account | None:  # noqa: A002  # the contract's name
        """An account by its id, in which case matters."""
        return cast("Account | None", _node(info.context.graph, node_id(id, NodeKind.ACCOUNT)))

    @field
    def group(self, info: Info, id: NativeId) -> Group | None:  # noqa: A002  # as its neighbours
        """A group by its id."""
        return cast("Group | None", _node(info.context.graph, node_id(id, NodeKind.GROUP)))

    @field
    def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="A part of an id, an email or a name.")],
        first: First = 10,
    ) -> list[Node]:
        """Nodes whose id, email or name contains the text, exact matches first, then prefixes."""
        graph = info.context.graph
        return [node(graph, key) for key in graph.search(text, within(first, 10))]

    @field
    def access(
        self,
        info: Info,
        principal: Annotated[ID, strawberry.argument(description="An identity, by its node id or its email.")],
        resource: Annotated[ID, strawberry.argument(description="A business or an account, by its node id.")],
        mode: ModeArgument = Mode.ACCESS,
    ) -> Access | None:
        """The access of one identity to one resource; null when there is none, and when either is not known."""
        graph = info.context.graph
        who, what = graph.find(principal), node_id(resource)
        if who is None or what not in graph:
            return None
        if kind_of(who) is not NodeKind.IDENTITY:
            raise BadId(f"{principal!r} is not an identity")
        found = reach.access(graph, who, what, mode=mode or Mode.ACCESS)
        return Access(graph=graph, found=found) if found else None

    @field
    def graph(self, info: Info) -> GraphInfo:
        """The version of the graph that answers, and what is in it."""
        return GraphInfo(graph=info.context.graph, built_at=info.context.built_at)


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


def build_schema() -> Schema:
    """The schema of the API; `str()` prints it."""
    moment = strawberry.scalar(
        name="DateTime",
        description="A moment in UTC by RFC 3339: `2016-01-26T16:01:23Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_rfc3339,
    )
    schema = Schema(
        Query,
        types=[Identity, Business, Account, Group],
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
    context: Context,
    query: str,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
) -> dict[str, Any]:
    """The response to a GraphQL request, as plain JSON values; every error has `extensions.code`.

    There is no `data` when the request was refused before it was executed.
    """
    try:
        result = schema.execute_sync(
            query, variables, context, operation_name=operation_name, allowed_operation_types=(OperationType.QUERY,)
        )
    except tuple(_REFUSED) as error:
        code, message = _REFUSED[type(error)]
        log.info("%s at ''", code)
        return failure(code, message)
    errors = [error.formatted for error in result.errors or ()]
    refused = result.data is None and not any(error.path for error in result.errors or ())
    return ({"errors": errors} if errors else {}) | ({} if refused else {"data": result.data})
