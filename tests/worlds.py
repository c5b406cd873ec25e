"""Small worlds of documents, turned into graphs the way a user's documents are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from inroads.documents import Observation, read
from inroads.explorer import Explorer
from inroads.policy import STOCK, Policy

World = Sequence[tuple[dict[str, Any], dt.datetime]]
"""Bodies of documents with the moment at which each was observed."""


def observations(world: World) -> list[Observation]:
    """The documents of a world as read; every one must be taken."""
    found = [read(msgspec.json.encode(body), moment, f"document {n}") for n, (body, moment) in enumerate(world)]
    assert all(isinstance(each, Observation) for each in found), found
    return [each for each in found if isinstance(each, Observation)]


def explore(world: World, policy: Policy = STOCK) -> Explorer:
    """The graph of a world."""
    return Explorer.observe(observations(world), policy)


def same(graphs: Iterable[Explorer]) -> bool:
    """Whether graphs hold the same nodes, grants and attributes, evidence included."""
    first, *others = ((graph.version, dict(graph.nodes(data=True)), graph.grants, graph.issues) for graph in graphs)
    return all(other == first for other in others)
