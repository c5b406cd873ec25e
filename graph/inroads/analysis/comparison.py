"""The accesses of many identities in two versions, compared as columns without any path written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from inroads.columns.adjacency import Differing
from inroads.columns.arrays import Flags, Ints, contained, distinct, offsets, ranges
from inroads.columns.claimset import (
    KEEPS,
    LISTED,
    MEMBER,
    NONE,
    RELATIONS,
    ROLE,
    ROLES,
    SCOPES,
    SLOTS,
)
from inroads.model import Relation, Role
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import ACTING, OUTSIDE, TABLES
from inroads.reach.closed_form import PathTable, Steps
from inroads.reach.everyone import path_tables

SHOWING: Final = {
    Relation.KEEPS: (("principal", "account"), ("resource", "keeper")),
    Relation.CLIENT: (("principal", "clients"),),
    Relation.MEMBER: (("principal", "memberships"), ("resource", "team")),
    Relation.ROLE: (("principal", "roles"),),
    Relation.GROUP: (("principal", "groups"),),
    Relation.GROUP_OF: (("resource", "team_group"),),
}
"""The scopes of the ends of a grant in which any document would have shown it."""

_CLIENT: Final = 1 << ROLES.index(Role.CLIENT)
_AFTER: Final = np.vstack([TABLES[True], np.full_like(TABLES[True][:1], OUTSIDE)])
"""The phase after a step of each class; what is outside of the grammar stays there."""


class Packed(NamedTuple):
    """The facts of an access: ranks of certainty and state, and roles and sound roles as bits."""

    certainty: int
    state: int
    roles: int
    sound: int

    @classmethod
    def of(cls, number: int) -> Packed:
        """Return the facts that are packed in a number."""
        mask = (1 << _WIDTH) - 1
        return cls(number >> 1 & 1, number & 1, number >> _WIDTH + 2, number >> 2 & mask)


_WIDTH: Final = len(ROLES)


class Compared(NamedTuple):
    """Accesses of either version, by principal and resource in common numbers, ascending.

    `before` and `after` are packed facts, or NONE where the version has no such access. `open`
    marks what may be in the other version too, for all that it has observed. `alone` are the
    identities that have to be asked about one by one; none of their accesses is among these.
    """

    principal: Ints
    resource: Ints
    before: Ints
    after: Ints
    open: Flags
    alone: Ints


def compared(before: AccessGraph, after: AccessGraph, found: Differing, who: Ints) -> Compared:
    """Compare the accesses of identities, which are common numbers, in two versions."""
    size = 1 + max(int(each.max(initial=-1)) for each in found.common)
    keepers = _Keepers(size, before, after, found)
    sides = (
        _Side(before, after, found.common, found.pairs, keepers),
        _Side(after, before, found.common[::-1], found.pairs[::-1], keepers),
    )
    parts = [list(side.parts(who)) for side in sides]
    alone = distinct(np.concatenate([who[:0], *(each.alone for part in parts for each in part)]))
    keys, facts, opens = (
        [np.concatenate([_NO_KEYS, *(each[field] for each in part)]) for part in parts]
        for field in range(3)
    )
    both = distinct(np.concatenate(keys))
    columns, is_open = [], np.zeros(len(both), np.bool_)
    for key, fact, open_ in zip(keys, facts, opens, strict=True):
        place = np.searchsorted(both, key)
        column = np.full(len(both), NONE, np.int64)
        column[place] = fact
        is_open[place[open_ != 0]] = True
        columns.append(column)
    principal, resource = np.divmod(both, size)
    kept = ~contained(principal, alone)
    old, new = (each[kept] for each in columns)
    return Compared(principal[kept], resource[kept], old, new, is_open[kept], alone)


_NO_KEYS: Final = np.zeros(0, np.int64)


class _Part(NamedTuple):
    """Accesses of some identities in one version, by key, and those to be asked about alone."""

    key: Ints
    facts: Ints
    open: Flags
    alone: Ints


class _Keepers:
    """The businesses that keep each account in either version, in common numbers."""

    def __init__(
        self, size: int, before: AccessGraph, after: AccessGraph, found: Differing
    ) -> None:
        self.size = size
        pairs = []
        for graph, common in zip((before, after), found.common, strict=True):
            grants = graph.fold.grants
            rows = np.flatnonzero(grants.relation == KEEPS)
            ends = common[grants.resource[rows]], common[grants.principal[rows]]
            pairs.append(ends[0].astype(np.int64) * size + ends[1])
        account, self._business = np.divmod(distinct(np.concatenate(pairs)), size)
        self._starts = offsets(account, size)

    def of(self, accounts: Ints) -> tuple[Ints, Ints]:
        """Return the keepers of accounts, and before them the place of the account of each."""
        starts = self._starts[accounts]
        many = self._starts[accounts + 1] - starts
        near = np.repeat(np.arange(len(accounts)), many)
        return near, self._business[ranges(starts, many)]


class _Side:
    """One version beside the other, which is `there`."""

    def __init__(
        self,
        here: AccessGraph,
        there: AccessGraph,
        common: tuple[Ints, Ints],
        pairs: tuple[Ints, Ints],
        keepers: _Keepers,
    ) -> None:
        self.here, self.there, self.keepers = here, there, keepers
        self.common, self.size = common[0], keepers.size
        self.number_here, self.number_there = (_numbers(each, self.size) for each in common)
        grants = here.fold.grants
        self.theirs = np.full(len(grants.principal), NONE, np.int64)
        self.theirs[pairs[0]] = pairs[1]

    def parts(self, who: Ints) -> Iterator[_Part]:
        """Yield the accesses of identities in this version, many identities at a time."""
        origins = self.number_here[who]
        for table in path_tables(self.here, origins[origins != NONE]):
            opened = self._open(table)
            (key, certainty, state, _, roles, sound), crowded = table.summaries()
            place, node = np.divmod(key, self.here.index.size)
            apart = np.zeros(len(table.origins), np.bool_)
            apart[crowded // self.here.index.size] = True
            if table.unfinished is not None:
                apart |= table.unfinished
            principal = self.common[table.origins].astype(np.int64)
            facts = (roles.astype(np.int64) << _WIDTH | sound) << 2 | certainty << 1 | state
            both = principal[place] * self.size + self.common[node]
            yield _Part(both, facts, contained(key, opened), principal[apart])

    def _open(self, table: PathTable) -> Ints:
        """Return the keys of the accesses of which the other version may have a path."""
        known: dict[int, Ints] = {}
        found = [table.keys(steps)[self._phases(steps, known) != OUTSIDE] for steps in table.shapes]
        return distinct(np.concatenate([_NO_KEYS, *found]))

    def _phases(self, steps: Steps, known: dict[int, Ints]) -> Ints:
        """Return the phases of paths in the other version; OUTSIDE where it is known to lack one.

        A grant that it lacks without having observed that counts as it is here.
        """
        if id(steps) in known:
            return known[id(steps)]
        before, grant = steps.before, steps.grant
        if before is None:
            phase = np.full(len(steps.near), ACTING, np.int8)
        else:
            phase = self._phases(before, known)[steps.near]
            if grant is None:
                ends = before.node[steps.near], steps.node
                key = np.minimum(*ends).astype(np.int64) * self.here.index.size + np.maximum(*ends)
                grant = self._keeping[1][np.searchsorted(self._keeping[0], key)]
        found: Ints = _AFTER[phase, self._conveys[grant]]
        found[self._denied[grant]] = OUTSIDE
        known[id(steps)] = found
        return found

    @cached_property
    def _conveys(self) -> Ints:
        """The class of a step over each grant, as the other version has it if it has the grant."""
        conveys = self.here.index.conveys_column.copy()
        held = np.flatnonzero(self.theirs != NONE)
        conveys[held] = self.there.index.conveys_column[self.theirs[held]]
        return conveys

    @cached_property
    def _keeping(self) -> tuple[Ints, Ints]:
        """The grants that are KEEPS, with the keys of their ends, ascending."""
        grants = self.here.fold.grants
        rows = np.flatnonzero(grants.relation == KEEPS)
        key = grants.principal[rows].astype(np.int64) * self.here.index.size
        return key + grants.resource[rows], rows

    @cached_property
    def _denied(self) -> Flags:
        """Marks of the grants that the other version lacks, although it read what would show them.

        See the top of `changes`.
        """
        grants = self.here.fold.grants
        rows = np.flatnonzero(self.theirs == NONE)
        common = {
            "principal": self.common[grants.principal[rows]],
            "resource": self.common[grants.resource[rows]],
        }
        found = np.zeros(len(rows), np.bool_)
        for relation, scopes in SHOWING.items():
            mine = np.flatnonzero(grants.relation[rows] == RELATIONS.index(relation))
            for end, scope in scopes:
                found[mine] |= self._covered(common[end][mine], scope)
        held = np.flatnonzero((grants.relation[rows] == ROLE) & (grants.roles[rows] & _CLIENT == 0))
        account = common["resource"][held]
        found[held] |= self._covered(account, "holders")
        near, keeper = self.keepers.of(account)
        found[held[near[self._covered(keeper, "keyless_team")]]] = True
        found[held[near[self._is_listed(common["principal"][held][near], keeper)]]] = True
        marks = np.zeros(len(self.theirs), np.bool_)
        marks[rows] = found
        return marks

    def _covered(self, nodes: Ints, scope: str) -> Flags:
        """Return marks of the nodes of which the other version has read a scope."""
        numbers = self.number_there[nodes]
        scopes = numbers * SLOTS + SCOPES[scope]
        found: Flags = (numbers != NONE) & contained(
            scopes, np.asarray(self.there.fold.said.covers.scope)
        )
        return found

    def _is_listed(self, identity: Ints, business: Ints) -> Flags:
        """Return marks of the pairs of which a listing of the other version states a membership."""
        fold, size = self.there.fold, self.there.index.size
        grant = np.repeat(np.arange(len(fold.grants.principal)), np.diff(fold.evidence_of))
        stating = grant[np.asarray(fold.evidence.section) == LISTED]
        rows = stating[(fold.grants.relation[stating] == MEMBER)]
        rows = rows[fold.grants.client_role[rows] == 0]
        keys = fold.grants.principal[rows].astype(np.int64) * size + fold.grants.resource[rows]
        ends = self.number_there[identity], self.number_there[business]
        found: Flags = (np.minimum(*ends) != NONE) & contained(
            ends[0] * size + ends[1], distinct(keys)
        )
        return found


def _numbers(common: Ints, size: int) -> Ints:
    """Return the own number of each common one; NONE where a version lacks the node."""
    numbers = np.full(size, NONE, np.int64)
    numbers[common] = np.arange(len(common))
    return numbers
