"""Paths of ASSOCIATION mode, which follow every edge."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

import networkx as nx
import numpy as np

from inroads.cancellation import check
from inroads.columns.arrays import Ints
from inroads.network.access_graph import AccessGraph
from inroads.network.mappings import Hop
from inroads.reach import limits
from inroads.reach.filters import AccessFilter
from inroads.reach.paths import PathHop


class _Link(NamedTuple):
    """A partial path as a linked list: the last hop, and the path before it."""

    hop: Hop
    before: _Link | None
    length: int

    def nodes(self) -> Iterator[str]:
        link: _Link | None = self
        while link:
            yield link.hop.principal
            yield link.hop.resource
            link = link.before

    def hops(self, number: Callable[[str], int], *, forward: bool) -> tuple[PathHop, ...]:
        found = []
        link: _Link | None = self
        while link:
            ends = number(link.hop.principal), number(link.hop.resource)
            found.append((*ends, link.hop.grant.number))
            link = link.before
        return tuple(reversed(found) if forward else found)


class AssociationWalk:
    """Distances over every edge in its direction, whatever its class.

    Distances over all nodes, over alive nodes, and over grants that are not contested (`sound`) are
    kept apart. Unlike `Walk`, there is no grammar, and cycles and chains may have any length.
    """

    def __init__(
        self, graph: AccessGraph, start: str, chosen: AccessFilter, *, forward: bool
    ) -> None:
        self.graph, self.start, self.chosen, self.forward = graph, start, chosen, forward
        self.before: dict[bool, defaultdict[str, list[tuple[str, Hop]]]] = {}
        self.sound = self._search(alive=False, sound=True)
        self.distances = self._search(alive=False)
        self.alive = self._search(alive=True)

    def _hops(self, node: str, *, alive: bool, sound: bool) -> Iterator[tuple[str, Hop]]:
        for hop in self.graph.hops_from(node) if self.forward else self.graph.hops_to(node):
            other = hop.resource if self.forward else hop.principal
            if self.chosen.allows(hop) and not (
                (alive and (not hop.grant.active or self.graph.latent(other)))
                or (sound and hop.grant.contested)
            ):
                yield other, hop

    def _search(self, *, alive: bool, sound: bool = False) -> dict[str, int]:
        """Return the distance of each node, and note the hops that led to it for the way back."""
        before = self.before[alive] = defaultdict(list)
        if self.start in self.chosen.avoid or (alive and self.graph.latent(self.start)):
            return {}
        distances, frontier = {self.start: 0}, [self.start]
        while frontier:
            after = []
            for node in frontier:
                check()
                if distances[node] == self.chosen.max_steps:
                    continue
                for other, hop in self._hops(node, alive=alive, sound=sound):
                    before[other].append((node, hop))
                    if other not in distances:
                        distances[other] = distances[node] + 1
                        after.append(other)
            frontier = after
        return distances

    def grants(self) -> Ints:
        """Return the grants of all simple paths, by number.

        A hop is on one if the way to it need not pass the node to which it leads.
        """
        hops = [(*way, other) for other, ways in self.before[False].items() for way in ways]
        passed = nx.DiGraph([(node, other) for node, _, other in hops])
        passed.add_node(self.start)
        above = nx.immediate_dominators(passed, self.start)
        tree = nx.DiGraph([(over, node) for node, over in above.items() if node != self.start])
        tree.add_node(self.start)
        first, last = (
            {node: place for place, node in enumerate(order(tree, self.start))}
            for order in (nx.dfs_preorder_nodes, nx.dfs_postorder_nodes)
        )
        found = {
            hop.grant.number
            for node, hop, other in hops
            if first[node] < first[other] or last[other] < last[node]
        }
        return np.array(sorted(found), np.int64)

    def paths(self, other: str) -> tuple[list[tuple[PathHop, ...]], bool]:
        """Return the simple paths to `other`, alive and short ones first, and whether a limit cut."""
        found: dict[tuple[PathHop, ...], None] = {}
        truncated = False
        for alive, distances in ((True, self.alive), (False, self.distances)):
            for path in self._shortest_first(other, distances, alive=alive):
                if path is None or (len(found) >= limits.MAX_PATHS and path not in found):
                    truncated = True
                    break
                found[path] = None
        return list(found), truncated

    def _shortest_first(
        self, other: str, distances: dict[str, int], *, alive: bool
    ) -> Iterator[tuple[PathHop, ...] | None]:
        """Walk from `other` back to the start, shortest completion first.

        Yields None when the limit of work is reached.
        """
        if other not in distances:
            return
        longest = self.chosen.max_steps if self.chosen.max_steps is not None else len(distances)
        order = count()
        queue: list[tuple[int, int, str, _Link | None]] = [
            (distances[other], next(order), other, None)
        ]
        for _ in range(limits.MAX_WORK):
            check()
            if not queue:
                return
            _, _, node, link = heapq.heappop(queue)
            if node == self.start:
                if link:
                    yield link.hops(self.graph.number, forward=not self.forward)
                continue
            length = link.length if link else 0
            for nearer, hop in self.before[alive][node]:
                if nearer != other and not (link and nearer in link.nodes()):
                    least = length + 1 + distances[nearer]
                    if least <= longest:
                        heapq.heappush(
                            queue, (least, next(order), nearer, _Link(hop, link, length + 1))
                        )
        yield None
