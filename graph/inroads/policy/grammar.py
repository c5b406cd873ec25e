"""The grammar of paths: which classes of steps convey access, as a table of states."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np


class Conveys(StrEnum):
    """The class of a step.

    A path conveys access when its classes read `(CONTROL | RESOLVE)* REACH? RESOLVE*`.
    """

    CONTROL = "CONTROL"
    REACH = "REACH"
    RESOLVE = "RESOLVE"
    NONE = "NONE"


class Phase(StrEnum):
    """The state of a walk: acting for the nodes it passes, or holding the node reached."""

    ACTING = "ACTING"
    HOLDING = "HOLDING"


GRAMMAR: dict[tuple[Phase, Conveys], Phase] = {
    (Phase.ACTING, Conveys.CONTROL): Phase.ACTING,
    (Phase.ACTING, Conveys.RESOLVE): Phase.ACTING,
    (Phase.ACTING, Conveys.REACH): Phase.HOLDING,
    (Phase.HOLDING, Conveys.RESOLVE): Phase.HOLDING,
}
"""`(CONTROL | RESOLVE)* REACH? RESOLVE*` as a machine.

Every phase accepts; a missing row is outside the grammar.
"""

CONVEYS: Final = tuple(Conveys)
"""The classes of a step by number."""


PHASES: Final = tuple(Phase)
ACTING: Final = PHASES.index(Phase.ACTING)
OUTSIDE: Final = -1


def _table(*, forward: bool) -> list[list[int]]:
    """Number the grammar: the phase after, or before, a step of each class in each phase."""
    table = [[OUTSIDE] * len(CONVEYS) for _ in PHASES]
    for (before, conveys), after in GRAMMAR.items():
        here, there = (before, after) if forward else (after, before)
        row = table[PHASES.index(here)]
        if row[CONVEYS.index(conveys)] != OUTSIDE:
            raise ValueError("the grammar is not the same machine in both directions")
        row[CONVEYS.index(conveys)] = PHASES.index(there)
    return table


FORWARD: Final = _table(forward=True)
BACKWARD: Final = _table(forward=False)
TABLES: Final = {True: np.array(FORWARD, np.int8), False: np.array(BACKWARD, np.int8)}
RESOLVE: Final = CONVEYS.index(Conveys.RESOLVE)
