"""The graph that a user holds, as networkx sees it."""
