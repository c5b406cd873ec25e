"""The trace of a request: the parts that take its time, and nothing that was asked."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Final, NamedTuple, Protocol


class TraceFigures(NamedTuple):
    """The figures of a request in its trace, with the type of its operation and the shape of its document."""

    name: str
    outcome: str
    version: str
    cost: int | None
    kind: str | None
    shape: str | None


class Trace(Protocol):
    """The trace of one request."""

    def part(self, name: str) -> AbstractContextManager[object]:
        """Entered while a part of the request is done."""

    def tell(self, told: TraceFigures) -> None:
        """TraceFigures once, when the request is answered."""


TRACE: Final[ContextVar[Trace | None]] = ContextVar("TRACE", default=None)
"""The trace of the request that is being answered."""

_UNTRACED: Final = nullcontext()


def part(name: str) -> AbstractContextManager[object]:
    """Enter this while a part of a request is done."""
    trace = TRACE.get()
    return trace.part(name) if trace else _UNTRACED
