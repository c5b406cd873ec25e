"""An operation that a request asks for, as one value."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from graphql import OperationType

from inroads_api.clock import Deadline
from inroads_api.execution.answer_cache import Question, is_brief, is_settled
from inroads_api.execution.cost import ANOTHER_VERSION
from inroads_api.execution.documents import PreparedDocument
from inroads_api.limits import MAX_COST
from inroads_api.schema.fields import once
from inroads_api.security.callers import Caller
from inroads_api.versions.marks import SIGN

SMALL: Final = 2**13
"""In bytes: larger bodies have variables that would hold up the event loop."""


class Operation(msgspec.Struct, frozen=True, dict=True):
    """A GraphQL operation of a request, made once and read by each stage.

    It holds the prepared document, so that no stage looks it up again. `question` is the key in the
    answer cache, None if the answer is not cached. `size` is the size of the request in bytes.
    """

    document: PreparedDocument
    variables: dict[str, Any] | None
    name: str | None
    question: Question | None
    caller: Caller | None
    posted: bool
    media_type: str
    size: int
    deadline: Deadline

    @property
    def type(self) -> OperationType | None:
        """The type of the operation; None if the document has no operation of this name."""
        return self.document.operation(self.name)

    @once
    def cost(self) -> int | None:
        """The estimated cost; None if the document is invalid or too deep to be priced.

        Ids of another version cost as much as a moment does.
        """
        cost = self.document.cost(self.variables)
        if cost is None or cost > MAX_COST or not self._marked:
            return cost
        return min(cost + ANOTHER_VERSION, MAX_COST)

    @once
    def text(self) -> str:
        """The document, and the variables in JSON."""
        given = self.question.variables if self.question else msgspec.json.encode(self.variables)
        return self.document.text + given.decode()

    @property
    def _marked(self) -> bool:
        """Return whether an id may have the mark of a version, also one behind an escape."""
        escaped = "\\u" in self.document.text
        return SIGN in self.text or (
            escaped and any(SIGN in each for each in self.document.literals)
        )

    @property
    def spends(self) -> int:
        """The cost that the caller pays; 1 for an operation that will be refused."""
        cost = self.cost or 1
        return cost if cost <= MAX_COST else 1

    @property
    def settled(self) -> bool:
        """Return whether it is a query that waits for nothing, since one version answers it."""
        return is_settled(self.document, self.name)

    @property
    def brief(self) -> bool:
        """Return whether most operations of the document take an event loop a few milliseconds."""
        return self.document.short and is_brief(self.document, self.name)

    @property
    def quick(self) -> bool:
        """Return whether answering in the event loop is cheaper than in a thread."""
        # The graph of a restricted caller may have to be made first.
        restricted = self.caller is not None and self.caller.restricted
        # The line of a mutation is synced to the disk before it begins, even if it is refused.
        if self.size > SMALL or restricted or self.type is OperationType.MUTATION:
            return False
        brief = is_brief(self.document, self.name)
        return self.document.is_quick(self.variables, self.name, brief=brief)
