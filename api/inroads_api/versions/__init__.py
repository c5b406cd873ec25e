"""The versions of the graph: served, superseded, past, and limited to some businesses."""
