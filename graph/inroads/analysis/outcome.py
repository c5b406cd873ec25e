"""The outcome of a what-if for one access."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from inroads.analysis.changes import Kind, alterations
from inroads.model import Access, Path

WORSE: Final = frozenset(
    {Kind.LOWERED, Kind.CHANGED, Kind.TURNED_LATENT, Kind.NOW_INFERRED, Kind.TURNED_CONTESTED}
)
BETTER: Final = frozenset(
    {Kind.RAISED, Kind.CHANGED, Kind.TURNED_ACTIVE, Kind.NOW_STATED, Kind.SETTLED}
)


class Fate(StrEnum):
    """The fate of an access in one word.

    It ends, loses, loses and gains, stays by other paths, gains, or is new.
    """

    ENDS = "ENDS"
    LOWERED = "LOWERED"
    CHANGED = "CHANGED"
    STAYS = "STAYS"
    RAISED = "RAISED"
    GAINED = "GAINED"


_FATES: Final = {fate: rank for rank, fate in enumerate(Fate)}


class Outcome(msgspec.Struct, frozen=True):
    """The outcome for one access: before and after, None where there is no access.

    `kinds` are the kinds of changes: LOST, GAINED, or alterations; empty if the access stays as it
    was by other paths. `gone` are the paths that exist only before.
    """

    kinds: tuple[Kind, ...]
    principal: str
    resource: str
    before: Access | None
    after: Access | None
    gone: tuple[Path, ...]

    @property
    def fate(self) -> Fate:
        """The outcome in one word."""
        if self.after is None:
            return Fate.ENDS
        if self.before is None:
            return Fate.GAINED
        worse, better = (not side.isdisjoint(self.kinds) for side in (WORSE, BETTER))
        return (
            (Fate.CHANGED if better else Fate.LOWERED)
            if worse
            else (Fate.RAISED if better else Fate.STAYS)
        )

    @property
    def key(self) -> tuple[int, str, str]:
        """The total order of outcomes: by fate, principal, resource."""
        return _FATES[self.fate], self.principal, self.resource


def outcome_of(identity: str, resource: str, old: Access | None, new: Access | None) -> Outcome:
    kinds: tuple[Kind, ...] = (Kind.LOST,) if new is None else (Kind.GAINED,)
    if old and new:
        kinds = tuple(alterations(old, new))
    remaining = {_grants(path) for path in new.paths} if new else set()
    gone = tuple(path for path in old.paths if _grants(path) not in remaining) if old else ()
    return Outcome(kinds, identity, resource, old, new, gone)


def _grants(path: Path) -> tuple[str, ...]:
    return tuple(step.grant for step in path.steps)
