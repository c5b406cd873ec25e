"""The permissions of callers: the scopes that operations need."""

from __future__ import annotations

from typing import Final

from graphql import OperationType

from inroads_api.execution.documents import PreparedDocument
from inroads_api.security import callers
from inroads_api.security.callers import AccessDenied, Caller

MUTATIONS: Final = {
    "ingest": callers.TokenScope.INGEST,
    "startReview": callers.TokenScope.REVIEW,
    "decideReview": callers.TokenScope.REVIEW,
    "withdrawReview": callers.TokenScope.REVIEW,
    "signOffReview": callers.TokenScope.REVIEW,
}
"""The scope of each mutation; unlisted ones need `admin`."""

INTROSPECTION: Final = frozenset({"__schema", "__type", "__typename"})


def authorise(
    caller: Caller, prepared: PreparedDocument, name: str | None, *, pseudonymised: bool = False
) -> None:
    """Raise AccessDenied if a caller may not execute an operation of a document.

    `pseudonymised` answers can be read with the scope `read:pseudonymised`.
    """
    operation = prepared.operation(name)
    if operation is None:
        return  # the executor refuses it
    fields = prepared.roots(name)
    if caller.id is None:
        if operation is OperationType.QUERY and fields <= INTROSPECTION:
            return
        raise anonymous()
    if operation is OperationType.SUBSCRIPTION and caller.businesses is not None:
        # Cursors count all documents of the ledger, including hidden ones.
        raise AccessDenied(
            403,
            "LIMITED",
            "a token that is limited to businesses cannot subscribe to streams",
            "insufficient_scope",
        )
    reading = callers.TokenScope.READ_PSEUDONYMISED if pseudonymised else callers.TokenScope.READ
    needed = {MUTATIONS.get(field, callers.TokenScope.ADMIN) for field in fields - INTROSPECTION}
    for scope in sorted(needed if operation is OperationType.MUTATION else {reading}):
        if not caller.may(scope):
            raise AccessDenied(
                403,
                "INSUFFICIENT_SCOPE",
                f"this needs a token with the scope {scope}",
                "insufficient_scope",
                scope,
            )


def anonymous() -> AccessDenied:
    return AccessDenied(401, "UNAUTHENTICATED", "send a token in the header Authorization: Bearer")
