"""Files and pictures that are made from a graph."""
