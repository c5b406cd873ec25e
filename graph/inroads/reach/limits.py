"""How much is searched for one access; what lies beyond is reported as `truncated`."""

from typing import Final

MAX_PATHS: Final = 1000
"""The most paths that are kept for one access."""

MAX_WORK: Final = 5_000
"""The most partial associations that are looked at for the paths of one access, alive or not."""
