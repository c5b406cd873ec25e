"""Completion of node ids, names and emails from the default ledger, or from that of the command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final

from inroads.explorer import Explorer, load
from inroads.model import NodeKind
from inroads.network.search import MatchPlace
from inroads.policy.tables import STOCK
from inroads.store import snapshot
from inroads.store.ledger import Ledger

MOST: Final = 20
"""The most words that a shell is offered."""

SMALL: Final = 2_000
"""A ledger of so many documents is read at once. Of a larger one the snapshot is asked."""


def identities(ctx: Any, incomplete: str) -> list[str]:
    """Complete an email or the id of an identity."""
    return _nodes(ctx, incomplete, NodeKind.IDENTITY)


def resources(ctx: Any, incomplete: str) -> list[str]:
    """Complete the id of a business or an account."""
    return _nodes(ctx, incomplete, NodeKind.BUSINESS, NodeKind.ACCOUNT)


def subjects(ctx: Any, incomplete: str) -> list[str]:
    """Complete what a list can be about: an identity, a business or an account."""
    return _nodes(ctx, incomplete, NodeKind.IDENTITY, NodeKind.BUSINESS, NodeKind.ACCOUNT)


def _nodes(ctx: Any, incomplete: str, *kinds: NodeKind) -> list[str]:
    # A shell shows whatever is printed, so that no error may come out of here.
    with suppress(Exception):
        return list(islice(_found(_ledger(ctx), incomplete, kinds), MOST))
    return []


def _ledger(ctx: Any) -> Path:
    from inroads_api.cli.options import default_ledger  # noqa: PLC0415  # options imports this module

    given = ctx.params.get("ledger")
    return Path(given) if given else default_ledger()


def _found(path: Path, incomplete: str, kinds: tuple[NodeKind, ...]) -> Iterator[str]:
    """Yield emails, names and ids that begin so, of the snapshot or of a small ledger."""
    graph = _graph(path) if path.is_file() else None
    if graph is None:
        return
    for match in graph.matches(incomplete, kinds):
        if match.place is MatchPlace.WITHIN:
            return  # the others come first
        fields = graph.nodes[match.node]
        words = match.node, fields.get("email"), fields.get("name")
        told = (word for word in words if word and word.startswith(incomplete))
        yield from (word for word in told if " " not in word)  # which a shell would part


def _graph(path: Path) -> Explorer | None:
    """Return the graph of a ledger if it can be had at once."""
    with Ledger(path, create=False, read_only=True) as ledger:
        kept = snapshot.find(ledger, STOCK)
        if kept:
            return Explorer.of(kept.columns)
        return load(path) if ledger.sequence <= SMALL else None
