"""Which operations a caller may ask."""

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
    "signOffReview": callers.TokenScope.REVIEW,
}
"""The scope of each mutation; one that is not listed needs `admin`."""

INTROSPECTION: Final = frozenset({"__schema", "__type", "__typename"})


def authorise(
    caller: Caller, prepared: PreparedDocument, name: str | None, *, pseudonymised: bool = False
) -> None:
    """Raises AccessDenied where a caller may not have this operation of a document executed.

    `pseudonymised` tells that the answers are; only then `read:pseudonymised` is enough to read.
    """
    operation = prepared.operation(name)
    if operation is None:
        return  # it will not be executed
    fields = prepared.roots(name)
    if caller.id is None:
        if operation is OperationType.QUERY and fields <= INTROSPECTION:
            return
        raise anonymous()
    if operation is OperationType.SUBSCRIPTION and caller.businesses is not None:
        # Its cursors count the ledger, and what is hidden with it.
        raise AccessDenied(
            403,
            "LIMITED",
            "a token that is limited to businesses has no streams",
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
    return AccessDenied(401, "UNAUTHENTICATED", "send Authorization: Bearer and a token")
