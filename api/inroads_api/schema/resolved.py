"""The nodes that a question resolved to, for the audit log.

A person can be named by an email in many spellings, by an id or by a search. The log is told whom
it was about, however that was spelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from inroads.errors import AmbiguousEmail, NotFound
from inroads.model import NodeKind
from inroads.network.access_graph import AccessGraph
from inroads.network.names.lookup import nearest_to

SUGGESTIONS: Final = 3
"""How many unknown names of one question get suggestions: each looks through all names."""

_RESOLVED: Final[ContextVar[set[str] | None]] = ContextVar("RESOLVED", default=None)
_LEFT: Final[ContextVar[list[int] | None]] = ContextVar("LEFT", default=None)


@contextmanager
def collected() -> Iterator[set[str]]:
    """Collect the ids of the nodes that questions inside resolve to."""
    nodes: set[str] = set()
    token, left = _RESOLVED.set(nodes), _LEFT.set([SUGGESTIONS])
    try:
        yield nodes
    finally:
        _RESOLVED.reset(token)
        _LEFT.reset(left)


def resolved(key: str) -> str:
    """Note a node id that a question names, also if the graph does not know it, and return it."""
    note((key,))
    return key


def note(keys: Iterable[str]) -> None:
    """Note node ids."""
    nodes = _RESOLVED.get()
    if nodes is not None:
        nodes.update(keys)


def unknown(graph: AccessGraph, text: str, kinds: Iterable[NodeKind]) -> NotFound:
    """Return the error that no document names a text, with the nearest nodes of this graph, noted.

    The graph of a limited caller has nothing else in it, so that nothing else is suggested.
    """
    left = _LEFT.get()
    if left is not None:
        if not left[0]:
            return NotFound(f"no document names {text.strip()!r}")
        left[0] -= 1
    found = nearest_to(graph, text, kinds)
    note(found.nearest)
    return found


def by_email(graph: AccessGraph, email: str) -> str | None:
    """The identity with an email, noted. Raises AmbiguousEmail after noting each of them."""
    with _noting_all():
        return _noted(graph.by_email(email))


def find(graph: AccessGraph, text: str) -> str | None:
    """The node of an email or a node id, noted. Raises BadId, and AmbiguousEmail as above."""
    with _noting_all():
        return _noted(graph.find(text))


def _noted(key: str | None) -> str | None:
    return resolved(key) if key else None


@contextmanager
def _noting_all() -> Iterator[None]:
    try:
        yield
    except AmbiguousEmail as error:  # its message names them
        note(error.ids)
        raise
