"""Consequences of reach: explanations, changes, what-ifs, findings."""
