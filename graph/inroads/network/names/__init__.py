"""Names of nodes: which node a text means, and the nearest ones where it means none."""
