"""The graph that a user holds, as networkx sees it."""

from inroads.network.access_graph import AccessGraph

__all__ = ["AccessGraph"]
