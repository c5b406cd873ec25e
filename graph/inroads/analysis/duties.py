"""Separation of duty: identities that hold both sides of a duty of the policy.

A side is held by an access as answers show it: by its maximal roles and their capabilities,
inferred and latent accesses included. One access may hold both sides, as an owner's often does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from inroads.columns.arrays import Ints, Lazily, distinct, offsets, ranges, take
from inroads.columns.claimset import KEEPS, NONE
from inroads.errors import InroadsError
from inroads.markup import table
from inroads.model import Access, NodeKind, Role, kind_of
from inroads.network import frames
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import label, path_sentence
from inroads.policy.separation import Duty, DutyScope, Side
from inroads.reach.everyone import Accesses, every_access
from inroads.reach.questions import reach

SHOWN: Final = 3
"""The most accesses shown for each side of a conflict, the best first."""


class Conflict(msgspec.Struct, frozen=True):
    """An identity that holds both sides of a duty.

    `where` is the business of both sides, or an account that no business is known to keep; None for
    the scope `any`. `left` and `right` are the best accesses that hold each side, at most SHOWN,
    with their paths as evidence.
    """

    duty: Duty
    principal: str
    where: str | None
    left: tuple[Access, ...]
    right: tuple[Access, ...]


class Conflicts(Lazily[Conflict], frames.Framed):
    """Conflicts in order, made on access; `keys` order them by duty, principal and place."""

    def __init__(self, graph: AccessGraph, rows: Sequence[tuple[int, str, str | None]]) -> None:
        super().__init__(len(rows), lambda place: _conflict(graph, *rows[place]))
        self.keys = Lazily(len(rows), lambda place: (*rows[place][:2], rows[place][2] or ""))
        self._duties = Counter(graph.policy.separation[number].name for number, *_ in rows)

    def __repr__(self) -> str:
        told = ", ".join(f"{count:,} {name}" for name, count in self._duties.items())
        return f"Conflicts: {told or 'none'}"

    def _repr_html_(self) -> str:
        return table(repr(self), map(_row, self), len(self))

    def columns_of_frame(self) -> dict[str, frames.Column]:
        """Return the conflicts as columns, with the roles that hold each side."""
        return frames.columns(COLUMNS, map(_row, self))


COLUMNS: Final = dict.fromkeys(("duty", "principal", "where", "left", "right"), frames.Kind.TEXT)
"""The columns of conflicts in a frame; `left` and `right` are the roles that hold a side."""


def _row(conflict: Conflict) -> dict[str, Any]:
    return {
        "duty": conflict.duty.name,
        "principal": conflict.principal,
        "where": conflict.where,
        "left": _roles(conflict.left),
        "right": _roles(conflict.right),
    }


def _roles(side: tuple[Access, ...]) -> list[str]:
    return sorted({role for access in side for role in access.roles})


def duties(graph: AccessGraph) -> Conflicts:
    """Return the conflicts with the policy's duties, by duty, principal and place; made on access.

    Duties keep their order in the policy. Everyone's accesses are read once. Raises InroadsError
    NOT_WHOLE.
    """
    if "fold" not in vars(graph):
        raise InroadsError(
            "the question needs the whole graph, not a view or a copy of it", "NOT_WHOLE"
        )
    separated = graph.policy.separation
    pairs: list[list[_Pairs]] = [[] for _ in separated]
    keepers = _Keepers.of(graph)
    for found in every_access(graph) if separated else ():
        for part, duty in zip(pairs, separated, strict=True):
            part.append(_conflicting(graph, found, duty, keepers))
    return Conflicts(
        graph,
        [(number, *ends) for number, part in enumerate(pairs) for ends in _ordered(graph, part)],
    )


class _Pairs(NamedTuple):
    """Pairs of an identity in conflict and the node where it is, by number. NONE means anywhere."""

    principal: Ints
    where: Ints


class _Keepers(NamedTuple):
    """The businesses that keep each account, as compressed columns."""

    starts: Ints
    businesses: Ints

    @classmethod
    def of(cls, graph: AccessGraph) -> _Keepers:
        keeps = take(graph.fold.grants, graph.fold.grants.relation == KEEPS)
        order = np.argsort(keeps.resource, kind="stable")
        return cls(offsets(keeps.resource[order], graph.index.size), keeps.principal[order])


def _conflicting(graph: AccessGraph, found: Accesses, duty: Duty, keepers: _Keepers) -> _Pairs:
    size = graph.index.size
    sides = []
    for side in (duty.left, duty.right):
        bits = np.unique(found.roles)
        held = (
            bits[[_held(graph, side, graph.roles_of(each)) for each in bits.tolist()]]
            if len(bits)
            else bits
        )
        rows = take(found, np.isin(found.roles, held))
        if duty.scope is DutyScope.ANY:
            sides.append(distinct(rows.principal.astype(np.int64) * size))
        else:
            sides.append(distinct(_places(rows, keepers, size)))
    keys = np.intersect1d(sides[0], sides[1], assume_unique=True)
    where = np.full(len(keys), NONE) if duty.scope is DutyScope.ANY else keys % size
    return _Pairs(keys // size, where)


def _places(rows: Accesses, keepers: _Keepers, size: int) -> Ints:
    """Return principal and place as one number.

    The place is a business, the businesses that keep an account, or an account without a keeper.
    """
    count = keepers.starts[rows.resource + 1] - keepers.starts[rows.resource]
    kept = np.repeat(np.arange(len(count)), count)
    own = np.flatnonzero(count == 0)
    principal = np.concatenate([rows.principal[own], rows.principal[kept]]).astype(np.int64)
    businesses = keepers.businesses[ranges(keepers.starts[rows.resource], count)]
    places: Ints = principal * size + np.concatenate([rows.resource[own], businesses])
    return places


def _held(graph: AccessGraph, side: Side, roles: tuple[Role, ...]) -> bool:
    return not side.roles.isdisjoint(roles) or not side.capabilities.isdisjoint(
        graph.capabilities(roles)
    )


def _ordered(graph: AccessGraph, parts: Sequence[_Pairs]) -> list[tuple[str, str | None]]:
    """The pairs by printed ids."""
    name = graph.index.name
    pairs = [
        (name(principal), None if where == NONE else name(where))
        for part in parts
        for principal, where in zip(part.principal.tolist(), part.where.tolist(), strict=True)
    ]
    return sorted(pairs, key=lambda pair: (pair[0], pair[1] or ""))


def _conflict(graph: AccessGraph, number: int, principal: str, where: str | None) -> Conflict:
    duty, answer = graph.policy.separation[number], reach(graph, principal)
    near = {where, *graph.kept(where)} if where and kind_of(where) is NodeKind.BUSINESS else {where}
    places = [
        (place, summary.roles)
        for place, summary in enumerate(answer.summaries)
        if where is None or summary.other in near
    ]
    left, right = (
        tuple(
            answer[place]
            for place in [place for place, roles in places if _held(graph, side, roles)][:SHOWN]
        )
        for side in (duty.left, duty.right)
    )
    return Conflict(duty, principal, where, left, right)


def conflict_sentence(graph: AccessGraph, conflict: Conflict) -> str:
    """A conflict in plain English, with the best path of each side."""
    where = f" in {label(graph, conflict.where)}" if conflict.where else ""
    left, right = (
        path_sentence(graph, side[0].paths[0]) for side in (conflict.left, conflict.right)
    )
    both = left if left == right else f"{left} {right}"
    return f"{label(graph, conflict.principal)} holds both sides of {conflict.duty.name}{where}: {both}"
