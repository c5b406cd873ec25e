"""Lists of nodes: all of one kind, filtered and sorted as columns, or the neighbours of one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Ints
from inroads.columns.claimset import KINDS, RELATIONS
from inroads.model import Grant, NodeKind, Relation, fold_text
from inroads.network.access_graph import AccessGraph

_ALPHABET = "_alphabet"


class NodeOrder(StrEnum):
    """An order of nodes."""

    ID = "ID"
    NAME = "NAME"
    ACCESSES = "ACCESSES"


class Direction(StrEnum):
    """A direction of grants, as seen from one of their ends."""

    RESOURCES = "RESOURCES"
    PRINCIPALS = "PRINCIPALS"


class Neighbour(NamedTuple):
    """The other end of a grant of a node."""

    node: str
    direction: Direction
    grant: Grant


class NodeFilter(NamedTuple):
    """A filter of nodes; a field that is None allows everything.

    `text` is what a search finds, `observed` says that a node has a document of its own, `latent`
    that it makes access through it latent.
    """

    text: str | None = None
    observed: bool | None = None
    latent: bool | None = None


class Listing(NamedTuple):
    """Nodes in order, with the figure that sorts them; equal figures follow the printed id."""

    graph: AccessGraph
    nodes: Ints
    figures: Ints

    def name(self, place: int) -> str:
        """Return the printed id of a node of the list."""
        return self.graph.index.name(int(self.nodes[place]))

    def key(self, place: int) -> tuple[int, str]:
        """Return the sort key of a node of the list."""
        return int(self.figures[place]), self.name(place)


def listing(
    graph: AccessGraph, kind: NodeKind, chosen: NodeFilter, figures: Ints | None = None
) -> Listing:
    """Return the nodes of a kind that a filter keeps, by ascending figure, then by printed id.

    `figures` has a number for each node of the kind.
    """
    first, stop = graph.fold.kind_starts[KINDS.index(kind) :][:2]
    kept = np.ones(stop - first, np.bool_)
    if chosen.text is not None:
        kept &= graph.matches(chosen.text, {kind}).found[first:stop]
    if chosen.observed is not None:
        kept &= np.asarray(graph.fold.observed[first:stop]) == chosen.observed
    if chosen.latent is not None:
        kept &= np.asarray(graph.index.dead_column[first:stop]) == chosen.latent
    places = np.flatnonzero(kept)
    sorting = np.zeros(len(places), np.int64) if figures is None else figures[places]
    nodes = places + first
    order = np.lexsort((*graph.index.printed_order(nodes), sorting))
    return Listing(graph, nodes[order], sorting[order])


def by_name(graph: AccessGraph, nodes: Ints) -> Ints:
    """Return the places of the emails of identities, and names of businesses, in their order.

    Nodes without one come last. The texts are sorted once for each graph.
    """
    corpus, starts = graph.corpus, graph.fold.kind_starts
    known: Ints | None = vars(graph).get(_ALPHABET)
    if known is None:
        folded = list(map(fold_text, corpus.texts.texts()))
        order = np.array(sorted(range(len(folded)), key=folded.__getitem__), np.int64)
        known = np.full(len(folded) + 1, len(folded), np.int64)  # the last is for NONE
        known[order] = np.arange(len(folded))
        vars(graph)[_ALPHABET] = known
    places = np.full(len(nodes), len(known), np.int64)
    for kind, column in ((NodeKind.IDENTITY, corpus.email), (NodeKind.BUSINESS, corpus.name)):
        first, stop = starts[KINDS.index(kind) :][:2]
        rows = np.flatnonzero((nodes >= first) & (nodes < stop))
        places[rows] = known[column[nodes[rows] - first]]
    return places


_DIRECTIONS: Final = tuple(Direction)


class NeighbourRows(NamedTuple):
    """The neighbours of a node by number: resources first, then by number and grant."""

    graph: AccessGraph
    rows: list[tuple[int, int, int]]
    """The index of the direction, the number of the neighbour, the number of the grant."""

    def neighbour(self, place: int) -> Neighbour:
        """Return a neighbour with its grant."""
        direction, node, grant = self.rows[place]
        index = self.graph.index
        return Neighbour(index.name(node), _DIRECTIONS[direction], index.grant(grant))


def neighbour_rows(
    graph: AccessGraph, node: str, relations: Iterable[Relation], directions: Iterable[Direction]
) -> NeighbourRows:
    """Return the neighbours of a node over some relations and in some directions."""
    index, number = graph.index, graph.number(node)
    wanted = [RELATIONS.index(relation) for relation in relations]
    rows: list[tuple[int, int, int]] = []
    for direction in directions:
        is_resource = direction is Direction.RESOURCES
        starts, hops = index.out_entries if is_resource else index.in_entries
        grants = hops[int(starts[number]) : int(starts[number + 1])]
        grants = grants[grants >= 0]  # a negative one is KEEPS from its other end
        grants = grants[np.isin(index.fold.grants.relation[grants], wanted)]
        ends = index.fold.grants.resource if is_resource else index.fold.grants.principal
        place = _DIRECTIONS.index(direction)
        rows += [
            (place, end, grant)
            for end, grant in zip(ends[grants].tolist(), grants.tolist(), strict=True)
        ]
    return NeighbourRows(graph, rows)
