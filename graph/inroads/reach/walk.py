"""Walks of the grammar over lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from inroads.cancellation import check
from inroads.columns.arrays import Ints, distinct
from inroads.columns.claimset import NONE, ROLES
from inroads.columns.touched import keeps_at
from inroads.model import Certainty, GrantFacts, NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import (
    ACTING,
    BACKWARD,
    CONVEYS,
    FORWARD,
    OUTSIDE,
    PHASES,
    RESOLVE,
    Conveys,
    Phase,
)
from inroads.reach import limits
from inroads.reach.answers import CERTAINTY_RANKS
from inroads.reach.closed_form import PathSummaries, PathTable
from inroads.reach.filters import AccessFilter, Allowed
from inroads.reach.paths import PathFacts, PathHop

BACK: Final = 32
"""One full walk of a hub costs as much as walks back from one in this many of its ends."""


class Level(NamedTuple):
    """The partial paths of one length.

    `parent` is a place in the level before. `passed` says that a step before the last one is no
    RESOLVE. `conveying` is the grant whose roles the path conveys, NONE before there is one. `sound`
    says that no grant of it is contested.
    """

    node: list[int]
    phase: list[int]
    parent: list[int]
    grant: list[int]
    alive: list[bool]
    passed: list[bool]
    conveying: list[int]
    sound: list[bool]


class Walk:
    """Every simple path inside the grammar from an identity forward, or from a resource backward.

    Few paths, and paths of unusual shape, are walked over lists. For many paths, `merged` has the
    summaries in closed form, and `table` has the paths once they are written out.
    """

    def __init__(
        self, graph: AccessGraph, start: str, chosen: AccessFilter, *, forward: bool
    ) -> None:
        self.graph, self.index, self.chosen, self.forward = graph, graph.index, chosen, forward
        self.start, self.origin = start, graph.number(start)
        self.allowed = Allowed.of(graph, chosen)
        self.truncated: set[int] = set()
        self.levels: list[Level] = []
        self.merged: PathSummaries | None = None
        self.passed: tuple[list[Ints], list[Ints]] = [], []
        self.back = 0
        if start in chosen.avoid or (kind_of(start) is not NodeKind.IDENTITY) is forward:
            return
        phases = [ACTING] if forward else list(range(len(PHASES)))
        count = len(phases)
        alive = not self.index.dead[self.origin]
        self.levels.append(
            Level(
                [self.origin] * count,
                phases,
                [NONE] * count,
                [NONE] * count,
                [alive] * count,
                [False] * count,
                [NONE] * count,
                [True] * count,
            )
        )
        self.kept: defaultdict[int, int] = defaultdict(int)
        few = True
        while self._goes_on() or self.truncated:
            if few and (self.truncated or self._are_many()):
                few = False
                table = self._table()
                if table.unfinished is None:
                    self.passed = table.passed()
                    self.merged, crowded = table.summaries()
                    self.truncated = set(crowded.tolist())
            if self.merged is not None or not self._goes_on():
                break
            self.levels.append(self._lists())
        if self.merged is None and self.truncated:
            # Paths that go on from a truncated node are incomplete, too.
            self.truncated |= {
                node
                for node, places in self.found.items()
                for place in places
                if self._passes(*place, self.truncated)
            }

    @cached_property
    def table(self) -> PathTable:
        """The paths as columns, made on first use: most questions write out few paths or none."""
        return self._table()

    def _table(self) -> PathTable:
        return PathTable(
            self.index,
            np.array([self.origin]),
            self.allowed and self.allowed.column,
            forward=self.forward,
            longest=self.chosen.max_steps,
        )

    def _goes_on(self) -> bool:
        return len(self.levels[-1].node) > 0 and len(self.levels) - 1 != self.chosen.max_steps

    def _are_many(self) -> bool:
        """Return whether there are too many partial paths, or hops of one, to loop over."""
        nodes = self.levels[-1].node
        if len(nodes) > limits.VECTORISED:
            return True
        starts = self.index.out_starts if self.forward else self.index.in_starts
        for node in nodes:  # noqa: SIM110  # a generator costs more than the few hops themselves
            if starts[node + 1] - starts[node] > limits.VECTORISED:
                return True
        return False

    def _lists(self) -> Level:
        """Return the next level, hop by hop."""
        check()
        index, forward, allowed, kept = self.index, self.forward, self.allowed, self.kept
        table, conveys, active, dead, contested = (
            (FORWARD if forward else BACKWARD),
            index.conveys,
            index.active,
            index.dead,
            index.contested,
        )
        starts, hops = (
            (index.out_starts, index.out_hops) if forward else (index.in_starts, index.in_hops)
        )
        ahead, behind = (
            (index.resource, index.principal) if forward else (index.principal, index.resource)
        )
        level, first = self.levels[-1], len(self.levels) == 1
        after = Level([], [], [], [], [], [], [], [])
        for place, (node, phase, _, last, alive, passed, conveying, sound) in enumerate(
            zip(*level, strict=True)
        ):
            row = table[phase]
            for at in range(starts[node], starts[node + 1]):
                hop = hops[at]
                grant = hop if hop >= 0 else ~hop
                step = conveys[grant]
                entered = row[step]
                if entered == OUTSIDE:
                    continue
                other = ahead[hop] if hop >= 0 else behind[grant]
                if self._visited(other, place) or (
                    allowed is not None and not allowed(node, other, grant)
                ):
                    continue
                key = other * len(PHASES) + entered
                kept[key] += 1
                if kept[key] > limits.MAX_PATHS:
                    self.truncated.add(other)
                    continue
                after.node.append(other)
                after.phase.append(entered)
                after.parent.append(place)
                after.grant.append(grant)
                after.alive.append(bool(alive and active[grant] and not dead[other]))
                after.sound.append(sound and not contested[grant])
                if forward:
                    after.passed.append(passed or (step != RESOLVE and not first))
                    after.conveying.append(conveying if step == RESOLVE else grant)
                else:
                    after.passed.append(passed or (last != NONE and conveys[last] != RESOLVE))
                    after.conveying.append(
                        grant if conveying == NONE and step != RESOLVE else conveying
                    )
        return after

    def _visited(self, other: int, place: int) -> bool:
        """Return whether the partial path at a place of the last level passes through a node."""
        for level in reversed(self.levels):
            if level.node[place] == other:
                return True
            place = level.parent[place]
        return False

    @cached_property
    def found(self) -> dict[int, list[tuple[int, int]]]:
        """The paths to or from each node, as places of levels."""
        found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, level in enumerate(self.levels[1:], 1):
            for place, (node, phase) in enumerate(zip(level.node, level.phase, strict=True)):
                if self._arrives(node, phase):
                    found[node].append((number, place))
        return found

    def _arrives(self, node: int, phase: int) -> bool:
        return self.forward or (phase == ACTING and self.index.kind(node) is NodeKind.IDENTITY)

    def _passes(self, number: int, place: int, nodes: set[int]) -> bool:
        while number:
            if self.levels[number].node[place] in nodes:
                return True
            number, place = number - 1, self.levels[number].parent[place]
        return self.origin in nodes

    def paths(self, other: str) -> list[tuple[PathHop, ...]]:
        """Return the paths to a node, or from it."""
        node = self.graph.number(other)
        if self.merged is None:
            return [self._hops(*place) for place in self.found.get(node, ())]
        if "table" not in vars(self) and self.back * BACK < len(self.merged.node):
            self.back += 1
            back = Walk(self.graph, other, self.chosen, forward=not self.forward)
            if back.merged is None and not back.truncated:
                return back.paths(self.start)
        return [tuple(path) for path in self.table.paths(node)]

    def _hops(self, number: int, place: int) -> tuple[PathHop, ...]:
        hops, level = [], self.levels[number]
        here = level.node[place]
        while number:
            number, parent = number - 1, level.parent[place]
            there = self.levels[number].node[parent]
            ends = (there, here) if self.forward else (here, there)
            hops.append((*ends, level.grant[place]))
            level, place, here = self.levels[number], parent, there
        return tuple(reversed(hops) if self.forward else hops)

    def grants(self) -> Ints:
        """Return the grants that the walk passed, by number, whatever it found at their ends.

        Some may come twice.
        """
        if self.merged is None:
            passed = {grant for level in self.levels[1:] for grant in level.grant}
            return np.fromiter(passed, np.int64, len(passed))
        grants, kept = self.passed
        nodes = distinct(np.concatenate([*kept, np.zeros(0, np.int64)]))
        keeps = keeps_at(self.index.out_entries, nodes, self.index.fold.grants)
        return np.concatenate([*grants, keeps])

    def path_summaries(self) -> PathSummaries:
        """Summarise the paths to each node, or from each node."""
        if self.merged is not None:
            return self.merged
        found = self._gathered()
        return found if not self.truncated else self._with_truncated(found)

    def _gathered(self) -> PathSummaries:
        said: dict[int, list[int]] = {}
        forward, roles = self.forward, self.index.roles
        for length, level in enumerate(self.levels[1:], 1):
            for node, phase, _, _, alive, passed, conveying, sound in zip(*level, strict=True):
                if not (forward or self._arrives(node, phase)):
                    continue
                before, bits = said.get(node), roles[conveying]
                if before is None:
                    said[node] = [int(passed), not alive, length, bits, bits if sound else 0]
                else:
                    before[0] = min(before[0], passed)
                    before[1] = min(before[1], not alive)
                    before[3] |= bits
                    if sound:
                        before[4] |= bits
        return PathSummaries(
            list(said), *([each[place] for each in said.values()] for place in range(5))
        )

    def _with_truncated(self, found: PathSummaries) -> PathSummaries:
        """Replace the summaries of truncated accesses by exact ones, computed from path facts."""
        rows = {row[0]: list(row) for row in zip(*found, strict=True)}
        for node in self.truncated & rows.keys():
            facts = self.whole[self.index.name(node)]
            rows[node] = [
                node,
                min(CERTAINTY_RANKS[each.certainty] for each in facts),
                min(bool(each.reasons) for each in facts),
                min(each.length for each in facts),
                sum({1 << ROLES.index(role) for each in facts for role in each.roles}),
                sum({1 << ROLES.index(r) for each in facts for r in each.roles if each.sound}),
            ]
        return PathSummaries(
            *([row[place] for row in rows.values()] for place in range(len(PathSummaries._fields)))
        )

    @cached_property
    def whole(self) -> dict[str, list[PathFacts]]:
        """The facts of all walks by node, including paths that were cut off.

        Only truncated accesses without a table need them. The walks could be too many, so only
        states with different facts are followed, alive ones first.
        """
        found: defaultdict[str, list[PathFacts]] = defaultdict(list)
        for alive in (True, False):
            frontier: list[tuple[str, Phase, GrantFacts | None, int, bool]] = [
                (self.start, phase, None, 0, True)
                for phase in ([Phase.ACTING] if self.forward else Phase)
            ]
            seen: set[tuple[str, Phase, str | None, int, bool]] = {
                (node, phase, None, 0, True) for node, phase, *_ in frontier
            }
            length = 0
            if alive and self.graph.latent(self.start):
                continue
            while frontier and length != self.chosen.max_steps:
                length += 1
                after = []
                for node, phase, grant, taken, fine in frontier:
                    check()
                    for hop in (
                        self.graph.hops_from(node) if self.forward else self.graph.hops_to(node)
                    ):
                        other = hop.resource if self.forward else hop.principal
                        if not self.chosen.allows(hop):
                            continue
                        if alive and (not hop.grant.active or self.graph.latent(other)):
                            continue
                        steps = min(2, taken + (hop.conveys is not Conveys.RESOLVE))
                        conveying = (
                            grant
                            if hop.conveys is Conveys.RESOLVE or (grant and not self.forward)
                            else hop.grant
                        )
                        sound = fine and not hop.grant.contested
                        for entered in self._phases(phase, hop.conveys):
                            name = conveying.id if conveying else None
                            key = (other, entered, name, steps, sound)
                            if key in seen:
                                continue
                            seen.add(key)
                            after.append((other, entered, conveying, steps, sound))
                            certainty = Certainty.INFERRED if steps > 1 else Certainty.STATED
                            reasons = () if alive else ("latent",)
                            arrived = self.forward or (
                                kind_of(other) is NodeKind.IDENTITY and entered is Phase.ACTING
                            )
                            if conveying and arrived:
                                found[other].append(
                                    PathFacts(certainty, reasons, conveying.roles, length, sound)
                                )
                frontier = after
        return found

    def _phases(self, phase: Phase, conveys: Conveys) -> Sequence[Phase]:
        entered = (FORWARD if self.forward else BACKWARD)[PHASES.index(phase)][
            CONVEYS.index(conveys)
        ]
        return () if entered == OUTSIDE else (PHASES[entered],)
