"""The trace of a request: its parts and figures, without texts of the request."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Final, NamedTuple, Protocol


class TraceFigures(NamedTuple):
    """The figures of a request; `kind` is the operation type, `shape` that of the document."""

    name: str
    outcome: str
    version: str
    cost: int | None
    kind: str | None
    shape: str | None


class Trace(Protocol):
    """The trace of one request."""

    def part(self, name: str) -> AbstractContextManager[object]:
        """Return a context manager for a part of the request."""

    def tell(self, told: TraceFigures) -> None:
        """Add the figures of the request. Called once, when it is answered."""


TRACE: Final[ContextVar[Trace | None]] = ContextVar("TRACE", default=None)
"""The trace of the current request."""

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("REQUEST_ID", default=None)
"""The id of the current request, which its response, span, log records and audit lines share."""

_UNTRACED: Final = nullcontext()


def part(name: str) -> AbstractContextManager[object]:
    """Return a context manager that traces a part of the current request."""
    trace = TRACE.get()
    return trace.part(name) if trace else _UNTRACED
