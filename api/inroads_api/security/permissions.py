"""Which operations a caller may ask."""

from __future__ import annotations

from typing import Final

from graphql import OperationType

from inroads_api.execution.documents import Prepared
from inroads_api.security import callers
from inroads_api.security.callers import Caller, Denied

MUTATIONS: Final = {
    "ingest": callers.Scope.INGEST,
    "startReview": callers.Scope.REVIEW,
    "decideReview": callers.Scope.REVIEW,
    "signOffReview": callers.Scope.REVIEW,
}
"""The scope of each mutation; one that is not listed needs `admin`."""

INTROSPECTION: Final = frozenset({"__schema", "__type", "__typename"})


def permit(caller: Caller, prepared: Prepared, name: str | None, *, pseudonymised: bool = False) -> None:
    """Raises Denied where a caller may not have this operation of a document executed.

    `pseudonymised` tells that the answers are; only then `read:pseudonymised` is enough to read.
    """
    operation = prepared.operation(name)
    if operation is None:
        return  # it will not be executed
    fields = prepared.roots(name)
    if caller.id is None:
        if operation is OperationType.QUERY and fields <= INTROSPECTION:
            return
        raise _anonymous()
    if operation is OperationType.SUBSCRIPTION and caller.businesses is not None:
        # Its cursors count the ledger, and what is hidden with it.
        raise Denied(403, "LIMITED", "a token that is limited to businesses has no streams", "insufficient_scope")
    reading = callers.Scope.READ_PSEUDONYMISED if pseudonymised else callers.Scope.READ
    needed = {MUTATIONS.get(field, callers.Scope.ADMIN) for field in fields - INTROSPECTION}
    for scope in sorted(needed if operation is OperationType.MUTATION else {reading}):
        if not caller.may(scope):
            raise Denied(
                403, "INSUFFICIENT_SCOPE", f"this needs a token with the scope {scope}", "insufficient_scope", scope
            )


def _anonymous() -> Denied:
    return Denied(401, "UNAUTHENTICATED", "send Authorization: Bearer and a token")
