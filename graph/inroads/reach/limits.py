"""Numbers that bound a search, and that choose between its two ways."""

from typing import Final

MAX_PATHS: Final = 1000
"""The most paths that are kept for one access; more are reported as `truncated`."""

MAX_WORK: Final = 5_000
"""The most partial associations that are looked at for the paths of one access, alive or not."""

VECTORISED: Final = 32
"""Frontiers of more partial paths than this are walked as columns."""
