"""An operation that a request asks for, as one value."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import msgspec
from graphql import OperationType

from inroads_api.clock import Deadline
from inroads_api.execution.answer_cache import Question
from inroads_api.execution.documents import PreparedDocument
from inroads_api.limits import MAX_COST
from inroads_api.security.callers import Caller

SMALL: Final = 2**13
"""In bytes: the variables of larger bodies take longer to read than the event loop can wait."""


class Operation(msgspec.Struct, frozen=True, dict=True):
    """A GraphQL operation that a caller asks for, made once; each stage of the request reads it.

    The prepared document travels with it, so nothing looks it up again. `question` is its key in the answer cache,
    None where its answer is not kept. `size` is that of the request, in bytes.
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
        """The type of the operation; None where the document has none of this name."""
        return self.document.operation(self.name)

    @cached_property
    def cost(self) -> int | None:
        """The price that it was reckoned to have; None for no document, and for one too deep to be priced."""
        return self.document.cost(self.variables)

    @property
    def spends(self) -> int:
        """The price that its caller pays: its cost, and 1 where it will only be looked at."""
        cost = self.cost or 1
        return cost if cost <= MAX_COST else 1

    @property
    def quick(self) -> bool:
        """Return whether another thread would cost more than the answer, and take turns with this one."""
        # Their graph may have to be made first.
        # The graph of a restricted caller may have to be made first.
        restricted = self.caller is not None and self.caller.restricted
        return self.size <= SMALL and self.document.quick and not restricted
