"""Looking hops up by both ends."""

from __future__ import annotations

import random

from strategies import random_world
from worlds import explore


def test_the_grants_between_two_nodes() -> None:
    """The grants between two nodes are those of the hops of the one that end at the other."""
    found = 0
    for seed in range(40):
        index = explore(random_world(random.Random(seed), 10)).index
        for near in range(index.size):
            hops = list(index.hops_from(near))
            for far in range(index.size):
                grants = list(index.grants_between(near, far))
                assert grants == [grant for other, grant in hops if other == far]
                found += len(grants) > 1
    assert found > 10
