"""Changes of accesses as values, and how an access can change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, overload

import msgspec

from inroads.analysis.causes import Cause
from inroads.model import Access, AccessState, Capability, Certainty, Role
from inroads.network import frames

if TYPE_CHECKING:
    from inroads.analysis.outcome import Outcome


class Kind(StrEnum):
    """A kind of change: at most one word each for an access's being there, its roles, state, certainty,
    and whether it is contested.

    RAISED: it has more capabilities and lost none; LOWERED: the other way round; CHANGED: neither, as when it gained
    some and lost others, or when roles without capabilities differ.
    """

    GAINED = "GAINED"
    OBSERVED = "OBSERVED"
    LOST = "LOST"
    UNOBSERVED = "UNOBSERVED"
    RAISED = "RAISED"
    LOWERED = "LOWERED"
    CHANGED = "CHANGED"
    TURNED_ACTIVE = "TURNED_ACTIVE"
    TURNED_LATENT = "TURNED_LATENT"
    NOW_STATED = "NOW_STATED"
    NOW_INFERRED = "NOW_INFERRED"
    TURNED_CONTESTED = "TURNED_CONTESTED"
    SETTLED = "SETTLED"


class AccessFacts(msgspec.Struct, frozen=True):
    """The facts of an access in one version; the fields are those of `Access`."""

    roles: tuple[Role, ...]
    capabilities: tuple[Capability, ...]
    certainty: Certainty
    state: AccessState
    reasons: tuple[str, ...]
    contested_roles: tuple[Role, ...]

    @property
    def contested(self) -> bool:
        """Some role rests on contested paths alone."""
        return bool(self.contested_roles)


class Change(msgspec.Struct, frozen=True):
    """A change of one access; `kinds` has at least one word, in the order of the enumeration.

    `causes` holds only what differs between the versions and decides this access: what makes or ends its paths, where
    no path is common to both versions; what conveys a role that it has in one of them only; what makes or ends the
    paths of its better certainty; what makes or ends its active paths, or turns them latent; what makes its paths
    contested. At least one, unless a limit cut the search. `before` or `after` is None where there is no access.
    """

    kinds: tuple[Kind, ...]
    principal: str
    resource: str
    before: AccessFacts | None
    after: AccessFacts | None
    causes: tuple[Cause, ...]

    @property
    def kind(self) -> Kind:
        """The first of the kinds: its being there before its roles, these before state and certainty."""
        return self.kinds[0]

    @property
    def key(self) -> tuple[tuple[int, ...], str, str]:
        """The total order of changes: by kinds, principal, resource."""
        return order_of(self.kinds), self.principal, self.resource


_ORDER: Final = {kind: rank for rank, kind in enumerate(Kind)}


def order_of(kinds: tuple[Kind, ...]) -> tuple[int, ...]:
    """Return what sorts changes of these kinds before all else."""
    return tuple(map(_ORDER.__getitem__, kinds))


COLUMNS: Final = {
    "change": frames.Kind.TEXT,
    "principal": frames.Kind.TEXT,
    "resource": frames.Kind.TEXT,
    "before": frames.Kind.TEXT,
    "after": frames.Kind.TEXT,
}
"""The columns of changes in a frame; `before` and `after` are the roles."""


def row_of(change: Change | Outcome) -> dict[str, Any]:
    """Return a change of an access as a row of a frame."""
    sides = {"before": change.before, "after": change.after}
    return {
        "change": list(change.kinds),
        "principal": change.principal,
        "resource": change.resource,
        **{name: list(side.roles) if side else "no access" for name, side in sides.items()},
    }


class UnwrittenChanges(Sequence[Change]):
    """Changes in their total order, each written out with its causes where it is read.

    `kinds` has those of each, so that changes are counted and filtered without being written.
    """

    def __init__(
        self, write: Callable[[str, str], Change], rows: Sequence[tuple[tuple[Kind, ...], str, str]]
    ) -> None:
        self._write, self._rows = write, rows

    @property
    def kinds(self) -> list[tuple[Kind, ...]]:
        """The kinds of each change."""
        return [kinds for kinds, _, _ in self._rows]

    @property
    def ends(self) -> list[tuple[str, str]]:
        """The identity and the resource of each change."""
        return [(principal, resource) for _, principal, resource in self._rows]

    def at(self, places: Iterable[int]) -> UnwrittenChanges:
        """Return the changes at these places."""
        return UnwrittenChanges(self._write, [self._rows[place] for place in places])

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | Sequence[Change]:
        if isinstance(index, slice):
            return tuple(self._write(*ends) for _, *ends in self._rows[index])
        return self._write(*self._rows[index][1:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def kinds_of(found: Sequence[Change]) -> Sequence[tuple[Kind, ...]]:
    """Return the kinds of each of some changes, none of which is written out for it."""
    return found.kinds if isinstance(found, UnwrittenChanges) else [each.kinds for each in found]


def ends_of(found: Sequence[Change]) -> Sequence[tuple[str, str]]:
    """Return the identity and the resource of each of some changes, none of which is written out."""
    if isinstance(found, UnwrittenChanges):
        return found.ends
    return [(each.principal, each.resource) for each in found]


def alterations(old: Access | AccessFacts, new: Access | AccessFacts) -> Iterator[Kind]:
    """Yield how an access that stands on both sides differs, in the order of the kinds."""
    if old.roles != new.roles:
        could, can = set(old.capabilities), set(new.capabilities)
        yield Kind.RAISED if could < can else Kind.LOWERED if can < could else Kind.CHANGED
    if old.state is not new.state:
        yield Kind.TURNED_ACTIVE if new.state is AccessState.ACTIVE else Kind.TURNED_LATENT
    if old.certainty is not new.certainty:
        yield Kind.NOW_STATED if new.certainty is Certainty.STATED else Kind.NOW_INFERRED
    if old.contested is not new.contested:
        yield Kind.TURNED_CONTESTED if new.contested else Kind.SETTLED


def facts(access: Access | None) -> AccessFacts | None:
    """Return the facts of an access, None if there is none."""
    if access is None:
        return None
    return AccessFacts(*(getattr(access, name) for name in AccessFacts.__struct_fields__))


def kinds_between(
    old: Access | AccessFacts | None, new: Access | AccessFacts | None, *, may_be_there: bool
) -> Iterator[Kind]:
    """Yield the kinds of a change; of none of both sides where nothing differs.

    `may_be_there` tells of an access on one side that it may be on the other, for all that is known there.
    """
    if old and new:
        yield from alterations(old, new)
    elif new:
        yield Kind.OBSERVED if may_be_there else Kind.GAINED
    else:
        yield Kind.UNOBSERVED if may_be_there else Kind.LOST
