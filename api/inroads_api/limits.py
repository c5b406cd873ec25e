"""How much one question may ask: tokens, depth, cost; all known before anything is validated or executed.

The stock validation compares every field with every other one, and execution does what the document says. So the
document is measured first, in one walk that looks at each fragment once: its cost is linear in the document.
"""

from __future__ import annotations

from typing import Final

MAX_FIRST: Final = 100
"""The most items that one page, list or `nodes` question gives."""

MAX_ROWS: Final = 500
"""The most accesses of one page, if their paths are not asked for."""

MAX_BODY: Final = 2**20
"""The most bytes of a request that may hand documents in."""

MAX_ASKED: Final = 2**17
"""The most bytes of any other request; a document can take 64 KiB of them, the rest is for variables."""

MAX_QUERY: Final = 2**16
"""The most characters of a document."""

MAX_TOKENS: Final = 2_000
"""The most tokens of a document; the introspection query of a user interface takes 300."""

MAX_DEPTH: Final = 16
"""The most fields inside each other, but for those of the introspection."""

MAX_NESTING: Final = 64
"""The most selection sets and fragments inside each other, which recursion has to walk."""

MAX_BRACKETS: Final = 2 * MAX_NESTING
"""The most brackets of any kind inside each other: those of selections, and of the values of their arguments."""

MAX_COST: Final = 100_000
"""The most that a document may cost: about so many fields in the answer."""

MAX_STREAMS: Final = 100
"""The most streams that one process has open at the same time."""

MAX_STREAMS_OF_ONE: Final = 10
"""The most of them with one token."""

MAX_EVENTS_MADE: Final = 4
"""The most events of all streams that are made at the same time: queries are not to wait for them."""
