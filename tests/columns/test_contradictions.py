"""What contradicts what is found in time and memory that grow with the documents, not with their square."""

from __future__ import annotations

import tracemalloc
from typing import Final

from records import DAY, me, membership
from worlds import explore

PEOPLE: Final = 3_000


def test_a_crowd_of_one_moment() -> None:
    """Thousands of documents of one moment name one account: each pair of a grant and a scope is seen once."""
    documents = [
        (
            me(n, business_memberships=[membership(n, 7, "business_employee", account_id="hub")]),
            DAY[0],
        )
        for n in range(1, PEOPLE + 1)
    ]
    tracemalloc.start()
    graph = explore(documents)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(graph.grants) == PEOPLE + 1
    assert not graph.issues
    # All pairs of them took 799 MB.
    assert peak < 100_000_000
