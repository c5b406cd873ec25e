"""reach, reached_by, access: pure functions from a graph to values.

A path conveys access when the classes of its steps read `(CONTROL | RESOLVE)* REACH? RESOLVE*` (see `policy`).
Paths are simple in nodes and told apart by their grants. The cost is proportional to what the question touches.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence
from functools import cache, cached_property, partial
from itertools import count
from typing import Any, Final, NamedTuple, overload

import msgspec
import numpy as np

from inroads.cancellation import check
from inroads.columns.adjacency import Adjacency
from inroads.columns.arrays import Flags, Ints, Lazily, firsts, ranges, stack, take
from inroads.columns.claimset import KIND_BITS, KINDS, NONE, RELATIONS, ROLES
from inroads.errors import BadId, InroadsError, NotFound
from inroads.hub import Gathered, gathered, roles_held
from inroads.model import (
    Access,
    AccessState,
    Capability,
    Certainty,
    Coverage,
    Grant,
    Mode,
    NodeKind,
    Path,
    Relation,
    Role,
    Step,
    is_grant_id,
    kind_of,
    node_id,
)
from inroads.network.access_graph import AccessGraph, Hop
from inroads.policy.grammar import (
    _TABLES,
    ACTING,
    BACKWARD,
    CONVEYS,
    FORWARD,
    GRAMMAR,
    OUTSIDE,
    PHASES,
    RESOLVE,
    Conveys,
    Phase,
)

MAX_PATHS: Final = 1000
"""The most paths that are kept for one access; more are told as `truncated`."""

MAX_WORK: Final = 5_000
"""The most partial associations that are looked at for the paths of one access, alive or not."""

RESOURCES: Final = frozenset({NodeKind.BUSINESS, NodeKind.ACCOUNT})


class AccessFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which accesses a question is about; everything not given is allowed.

    `via` keeps the paths that use only these relations (KEEPS is always allowed), `avoid` drops paths through these
    nodes or grants, `max_steps` drops longer paths. What remains of an access is then kept if it has any of `roles`,
    any of `capabilities`, this `certainty` and this `state`. Raises BadId where `avoid` holds what is no id, and
    BAD_FILTER where `max_steps` is less than 1.
    """

    roles: frozenset[Role] | None = None
    capabilities: frozenset[Capability] | None = None
    certainty: Certainty | None = None
    state: AccessState | None = None
    via: frozenset[Relation] | None = None
    avoid: frozenset[str] = frozenset()
    max_steps: int | None = None

    def __post_init__(self) -> None:
        avoid = frozenset(each.strip() if is_grant_id(each.strip()) else _node_to_avoid(each) for each in self.avoid)
        msgspec.structs.force_setattr(self, "avoid", avoid)  # in the form that hops have
        if self.max_steps is not None and self.max_steps < 1:
            raise InroadsError("max_steps is less than 1", "BAD_FILTER")

    def allows(self, hop: Hop) -> bool:
        """Whether a path may take this hop."""
        relation = hop.grant.relation
        if self.via is not None and relation is not Relation.KEEPS and relation not in self.via:
            return False
        return not self.avoid or self.avoid.isdisjoint((hop.principal, hop.resource, hop.grant.id))

    def keeps(self, summary: Summary, graph: AccessGraph) -> bool:
        """Whether an access as a whole is asked for."""
        return (
            (self.certainty is None or summary.certainty is self.certainty)
            and (self.state is None or summary.state is self.state)
            and self.suits(summary, graph)
        )

    def suits(self, summary: Summary, graph: AccessGraph) -> bool:
        """Whether the roles of an access are asked for."""
        return (self.roles is None or not self.roles.isdisjoint(summary.roles)) and (
            self.capabilities is None or not self.capabilities.isdisjoint(graph.policy.capabilities(summary.roles))
        )


def _node_to_avoid(text: str) -> str:
    if "#" in text and "@" in text:
        raise BadId(f"{text!r} is not a grant id like account:Xr82w#CLIENT@business:77128")
    return node_id(text)


ALL: Final = AccessFilter()

_CERTAINTIES = {certainty: rank for rank, certainty in enumerate(Certainty)}
_STATES = {state: rank for rank, state in enumerate(AccessState)}


class Summary(NamedTuple):
    """What orders and filters an access, before its paths are written out. `other` is the end that was not asked."""

    certainty: Certainty
    state: AccessState
    distance: int
    other: str
    roles: tuple[Role, ...]

    @property
    def key(self) -> tuple[int, int, int, str]:
        """The total order of accesses: by certainty, state, distance, printed form."""
        return _CERTAINTIES[self.certainty], _STATES[self.state], self.distance, self.other


class Answer(Sequence[Access]):
    """The accesses of one question in their total order, each written out with its paths when it is looked at.

    `summaries` are the same accesses without their paths, `keys` what orders them. `truncated` tells that a limit cut
    the search itself; `coverage` how much was observed; `version` which graph.
    """

    def __init__(
        self,
        graph: AccessGraph,
        summaries: Sequence[Summary],
        write: Callable[[Summary], Access],
        coverage: Callable[[], Coverage],
        *,
        truncated: bool,
    ) -> None:
        self.summaries = summaries
        self.graph = graph
        self.truncated = truncated
        self._write, self._coverage = write, coverage

    @property
    def version(self) -> str:
        """The version of the graph that answers."""
        return self.graph.version

    @property
    def coverage(self) -> Coverage:
        """How much was observed."""
        return self._coverage()

    @property
    def keys(self) -> Sequence[tuple[int, int, int, str]]:
        """What orders the accesses."""
        return Lazily(len(self), lambda place: self.summaries[place].key)

    def __len__(self) -> int:
        return len(self.summaries)

    @overload
    def __getitem__(self, index: int) -> Access: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Access]: ...
    def __getitem__(self, index: int | slice) -> Access | Sequence[Access]:
        if isinstance(index, slice):
            return [self._write(summary) for summary in self.summaries[index]]
        return self._write(self.summaries[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and self.version == other.version and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # compared by value, made anew by every question


def reach(
    graph: AccessGraph,
    principal: str,
    kinds: Iterable[NodeKind] = RESOURCES,
    chosen: AccessFilter = ALL,
    mode: Mode = Mode.ACCESS,
) -> Answer:
    """Every resource of these kinds that an identity reaches, or with ASSOCIATION is connected to.

    `principal` must be a node of the graph. Groups are reached only by association. Raises NotFound where
    `chosen.avoid` names what the graph does not have.
    """
    wanted = frozenset(kinds)
    _find_avoided(graph, chosen)
    walk = _Walk(graph, principal, chosen, forward=True)
    association = _Association(graph, principal, chosen, forward=True) if mode is Mode.ASSOCIATION else None
    return _answer(graph, walk, association, wanted, partial(graph.coverage_of_reach, principal))


def reached_by(graph: AccessGraph, resource: str, chosen: AccessFilter = ALL, mode: Mode = Mode.ACCESS) -> Answer:
    """Every identity that reaches a business or an account. `resource` must be a node of the graph."""
    _find_avoided(graph, chosen)
    walk = _Walk(graph, resource, chosen, forward=False)
    association = _Association(graph, resource, chosen, forward=False) if mode is Mode.ASSOCIATION else None
    wanted = frozenset({NodeKind.IDENTITY})
    return _answer(graph, walk, association, wanted, partial(graph.coverage_of_reached_by, resource))


def access(
    graph: AccessGraph, principal: str, resource: str, chosen: AccessFilter = ALL, mode: Mode = Mode.ACCESS
) -> Access | None:
    """The access of one identity to one resource, or None when there is none. Both must be nodes of the graph."""
    if mode is Mode.ASSOCIATION:
        answer = reach(graph, principal, {kind_of(resource)}, chosen, mode)
        found = (index for index, summary in enumerate(answer.summaries) if summary.other == resource)
        return next((answer[index] for index in found), None)
    _find_avoided(graph, chosen)
    walk = _Walk(graph, principal, chosen, forward=True)
    said = walk.gathered()
    for place in np.flatnonzero(np.asarray(said.node) == graph.number(resource)).tolist():
        summary = _summary(graph, *(int(column[place]) for column in said))
        if chosen.keeps(summary, graph):
            return _written(graph, walk, None, summary)
    return None


def _find_avoided(graph: AccessGraph, chosen: AccessFilter) -> None:
    """An id that names nothing would be avoided by every path: a slip must not pass for an answer."""
    for each in sorted(chosen.avoid):
        if each not in graph and each not in graph.grants:
            raise NotFound(f"no document names {each!r}, which is to be avoided")


class Held(Mapping[int, int]):
    """The roles of each node as bits: two columns, of which the first ascends, and a dict once one is asked for."""

    def __init__(self, nodes: Ints, roles: Ints) -> None:
        self.nodes, self.roles = nodes, roles

    @cached_property
    def _each(self) -> dict[int, int]:
        return dict(zip(self.nodes.tolist(), self.roles.tolist(), strict=True))

    def __getitem__(self, node: int) -> int:
        return self._each[node]

    def __iter__(self) -> Iterator[int]:
        return iter(self._each)

    def __len__(self) -> int:
        return len(self.nodes)

    def keys(self) -> KeysView[int]:
        """The nodes, as those of a dict, which compares them quickly."""
        return self._each.keys()

    def items(self) -> ItemsView[int, int]:
        """The nodes with their roles, likewise."""
        return self._each.items()


def held(graph: AccessGraph, node: str, avoid: frozenset[str] = frozenset()) -> Mapping[int, int]:
    """Just what an identity reaches, or who reaches a business or an account: node numbers, and the roles as bits.

    The roles are those of all paths, not only the maximal ones. Exact whatever the number of paths: not the paths are
    followed but the states (node, phase, conveyed), which tell as much unless a walk could come back to its own
    nodes. Then, and for hubs, the shapes of the paths tell (see `hub`); all four facts of an access are gathered only
    where an account is shared. `avoid` as in AccessFilter.
    """
    check()
    forward = kind_of(node) is NodeKind.IDENTITY
    chosen = AccessFilter(avoid=avoid) if avoid else ALL
    allowed = _Allowed.of(graph, chosen)
    states = _states(graph, graph.number(node), allowed, forward=forward)
    if states is None:
        columns = roles_held(graph.index, graph.number(node), allowed and allowed.column, forward=forward)
        if columns is not None:
            return Held(*columns)
        found = _Walk(graph, node, chosen, forward=forward).gathered()
        nodes, roles = (np.asarray(each, np.int64) for each in (found.node, found.roles))
        kinds = graph.index.codes_column[nodes] >> KIND_BITS
        kept = np.isin(kinds, [KINDS.index(kind) for kind in RESOURCES]) == forward
        return dict(zip(nodes[kept].tolist(), roles[kept].tolist(), strict=True))
    result: dict[int, int] = {}
    for (other, phase, conveyed), bits in states.items():
        if conveyed and (forward or phase == ACTING) and forward is _is_resource(graph, other):
            result[other] = result.get(other, 0) | bits
    return result


def reachable(graph: AccessGraph, principal: str, avoid: frozenset[str] = frozenset()) -> set[str]:
    """Just the businesses and accounts that an identity reaches when these nodes and grants are gone."""
    return set(map(graph.index.name, held(graph, principal, avoid)))


def _is_resource(graph: AccessGraph, node: int) -> bool:
    return graph.index.kind(node) in RESOURCES


def _states(
    graph: AccessGraph, start: int, allowed: _Allowed | None, *, forward: bool
) -> dict[tuple[int, int, bool], int] | None:
    """The roles of each state that a walk passes; None for hubs, and where walks are not as good as simple paths.

    Steps before the conveying one are taken while acting, steps after it while holding. Where no node is passed in
    both ways, what a walk repeats can be left out of it without another role, so that a simple path remains.
    """
    index = graph.index
    if allowed is not None and start in allowed.nodes:
        return {}
    table, conveys, roles = (FORWARD if forward else BACKWARD), index.conveys, index.roles
    starts, hops = (index.out_starts, index.out_hops) if forward else (index.in_starts, index.in_hops)
    ahead, behind = (index.resource, index.principal) if forward else (index.principal, index.resource)
    frontier = [(start, phase, False) for phase in ([ACTING] if forward else range(len(PHASES)))]
    states = dict.fromkeys(frontier, 0)
    while frontier:
        here = frontier.pop()
        node, phase, conveyed = here
        first, last = starts[node], starts[node + 1]
        if last - first > VECTORISED or len(states) > 2 * VECTORISED:
            return None
        bits, row = states[here], table[phase]
        for hop in hops[first:last]:
            grant = hop if hop >= 0 else ~hop
            step = conveys[grant]
            entered = row[step]
            if entered == OUTSIDE:
                continue
            other = ahead[hop] if hop >= 0 else behind[grant]
            if allowed is not None and not allowed(node, other, grant):
                continue
            kept = step == RESOLVE or (conveyed and not forward)
            there = (other, entered, conveyed if kept else True)
            before, now = states.get(there), (bits if kept else roles[grant])
            if before is None or now | before != before:
                states[there] = now | (before or 0)
                frontier.append(there)
    acting = {node for node, phase, conveyed in states if phase == ACTING and (forward or conveyed)}
    holding = {node for node, phase, _ in states if phase != ACTING}
    return states if acting.isdisjoint(holding) else None


class Accesses(NamedTuple):
    """Accesses as columns: who and what by number, the ranks of certainty and of state, and the roles as bits."""

    principal: Ints
    resource: Ints
    certainty: Ints
    state: Ints
    roles: Ints


def every_access(graph: AccessGraph) -> Iterator[Accesses]:
    """What each identity of the graph reaches, exactly as `reach` gives it, many identities at a time.

    How much is held at once is bounded, however many accesses there are.
    """
    identities = np.arange(*graph.fold.kind_starts[:2])
    waiting = [identities[at : at + TOGETHER] for at in range(0, len(identities), TOGETHER)]
    while waiting:
        starts = waiting.pop()
        found = _walked_together(graph, starts)
        if found is None:
            waiting += np.array_split(starts, 2)
        else:
            yield found


def accesses_of(graph: AccessGraph, node: str) -> Accesses:
    """What an identity reaches, or who reaches a business or an account, as columns without an order."""
    forward = kind_of(node) is NodeKind.IDENTITY
    walk = _Walk(graph, node, ALL, forward=forward)
    there, certainty, state, _, roles = (np.asarray(each, np.int64) for each in walk.gathered())
    here = np.full(len(there), walk.origin)
    return _to_resources(graph.index, *((here, there) if forward else (there, here)), certainty, state, roles)


def _to_resources(index: Adjacency, principal: Ints, resource: Ints, *facts: Ints) -> Accesses:
    """The accesses, where what is reached is a business or an account."""
    kinds = index.codes_column[resource] >> KIND_BITS
    return take(Accesses(principal, resource, *facts), np.isin(kinds, [KINDS.index(kind) for kind in RESOURCES]))


VECTORISED: Final = 32
"""Frontiers of more partial paths than this are walked as columns."""

BACK: Final = 32
"""Walking all paths of a hub takes as long as walking back from one in so many of those that it reaches."""

TOGETHER: Final = 2**16
"""How many identities are walked from at the same time."""

MOST_AHEAD: Final = 2**23
"""The most hops that are looked at together, unless they are all of one identity."""


class _Allowed(NamedTuple):
    """A filter of hops by number."""

    by_number: Adjacency
    relations: frozenset[int] | None
    nodes: frozenset[int]
    grants: frozenset[int]

    @classmethod
    def of(cls, graph: AccessGraph, chosen: AccessFilter) -> _Allowed | None:
        if chosen.via is None and not chosen.avoid:
            return None
        index = graph.index
        relations = None
        if chosen.via is not None:
            relations = frozenset(map(RELATIONS.index, {*chosen.via, Relation.KEEPS}))
        nodes = (index.number(each) for each in chosen.avoid)
        grants = (index.grant_number(each) for each in chosen.avoid)
        return cls(index, relations, _known(nodes), _known(grants))

    def __call__(self, node: int, other: int, grant: int) -> bool:
        return (
            (self.relations is None or self.by_number.relation[grant] in self.relations)
            and grant not in self.grants
            and node not in self.nodes
            and other not in self.nodes
        )

    def column(self, others: Ints, grants: Ints) -> Flags:
        """The same of many hops, from nodes that are allowed."""
        allowed = ~np.isin(others, list(self.nodes)) & ~np.isin(grants, list(self.grants))
        if self.relations is not None:
            allowed &= np.isin(self.by_number.fold.grants.relation[grants], list(self.relations))
        return allowed


def _known(numbers: Iterable[int | None]) -> frozenset[int]:
    return frozenset(number for number in numbers if number is not None)


class _Level(NamedTuple):
    """The partial paths of one length: lists while they are few, columns when they are many.

    `parent` is a place in the level before. `passed` tells that a step before the last one walked is no RESOLVE,
    `conveying` is the grant whose roles the path conveys, NONE before there is one.
    """

    node: Any
    phase: Any
    parent: Any
    grant: Any
    alive: Any
    passed: Any
    conveying: Any


def _onward(index: Adjacency, levels: Sequence[_Level], allowed: _Allowed | None, *, forward: bool) -> _Level:
    """The level after these, of which the last one is columns: all hops at once, from one start or from many."""
    check()
    level, rows = levels[-1], index.fold.grants
    entries = index.out_entries if forward else index.in_entries
    size = entries.starts[level.node + 1] - entries.starts[level.node]
    parent = np.repeat(np.arange(len(size)), size)
    hops = entries.hops[ranges(entries.starts[level.node], size)]
    grant = np.where(hops < 0, ~hops, hops)
    step = index.conveys_column[grant]
    entered = _TABLES[forward][level.phase[parent], step]
    fine = np.flatnonzero(entered != OUTSIDE)
    parent, hops, grant, step, entered = (each[fine] for each in (parent, hops, grant, step, entered))
    other = np.where((hops < 0) == forward, rows.principal[grant], rows.resource[grant])
    simple = np.ones(len(other), np.bool_) if allowed is None else allowed.column(other, grant)
    place = parent
    for before in reversed(levels):
        simple &= np.asarray(before.node)[place] != other
        place = np.asarray(before.parent)[place]
    fine = np.flatnonzero(simple)
    parent, grant, step, entered, other = (each[fine] for each in (parent, grant, step, entered, other))
    moved, passed, conveying = step != RESOLVE, level.passed[parent], level.conveying[parent]
    if forward:
        if len(levels) > 1:
            passed = passed | moved
        conveying = np.where(moved, grant, conveying)
    else:
        last = level.grant[parent]
        passed = passed | ((last != NONE) & (index.conveys_column[last] != RESOLVE))
        conveying = np.where((conveying == NONE) & moved, grant, conveying)
    alive = level.alive[parent] & (rows.active[grant] != 0) & ~index.dead_column[other]
    return _Level(other, entered, parent, grant, alive, passed, conveying)


class _Walk:
    """Every simple path inside the grammar from an identity forward, or from a resource backward.

    Of hubs `merged` has what the paths say, and they are walked only to be written out; see `hub`.
    """

    def __init__(self, graph: AccessGraph, start: str, chosen: AccessFilter, *, forward: bool) -> None:
        self.graph, self.index, self.chosen, self.forward = graph, graph.index, chosen, forward
        self.start, self.origin = start, graph.number(start)
        self.allowed = _Allowed.of(graph, chosen)
        self.truncated: set[int] = set()
        self.levels: list[_Level] = []
        self.merged: Gathered | None = None
        self.back = 0
        if start in chosen.avoid or (kind_of(start) is not NodeKind.IDENTITY) is forward:
            return
        phases = [ACTING] if forward else list(range(len(PHASES)))
        count = len(phases)
        alive = not self.index.dead[self.origin]
        self.levels.append(
            _Level(
                [self.origin] * count,
                phases,
                [NONE] * count,
                [NONE] * count,
                [alive] * count,
                [False] * count,
                [NONE] * count,
            )
        )
        self.kept: defaultdict[int, int] = defaultdict(int)
        self.walked = 0
        while self._goes_on():
            if not isinstance(self.levels[-1].node, list) or len(self.levels[-1].node) > VECTORISED or self._is_hub():
                if chosen.max_steps is None and not self.truncated:
                    allows = self.allowed.column if self.allowed else None
                    self.merged = gathered(self.index, self.origin, allows, MAX_PATHS, forward=forward)
                break
            self.levels.append(self._lists())
        if self.merged is None:
            self._by_columns()

    def _goes_on(self) -> bool:
        return len(self.levels[-1].node) > 0 and len(self.levels) - 1 != self.chosen.max_steps

    def _by_columns(self) -> None:
        """Walk on to the end."""
        while self._goes_on():
            self.levels.append(self._columns())
        if self.truncated:
            # What goes on from a node whose paths were cut short has lost paths, too.
            self.truncated |= {
                node for node, places in self.found.items() for place in places if self._passes(*place, self.truncated)
            }

    def _is_hub(self) -> bool:
        """Whether a node of the last level has more hops than are worth going through one by one."""
        starts = self.index.out_starts if self.forward else self.index.in_starts
        for node in self.levels[-1].node:  # noqa: SIM110  # a generator costs more than the few hops themselves
            if starts[node + 1] - starts[node] > VECTORISED:
                return True
        return False

    def _lists(self) -> _Level:
        """The next level, one hop after the other."""
        check()
        index, forward, allowed, kept = self.index, self.forward, self.allowed, self.kept
        table, conveys, active, dead = (FORWARD if forward else BACKWARD), index.conveys, index.active, index.dead
        starts, hops = (index.out_starts, index.out_hops) if forward else (index.in_starts, index.in_hops)
        ahead, behind = (index.resource, index.principal) if forward else (index.principal, index.resource)
        level, first = self.levels[-1], len(self.levels) == 1
        after = _Level([], [], [], [], [], [], [])
        for place, (node, phase, _, last, alive, passed, conveying) in enumerate(zip(*level, strict=True)):
            row = table[phase]
            for at in range(starts[node], starts[node + 1]):
                hop = hops[at]
                grant = hop if hop >= 0 else ~hop
                step = conveys[grant]
                entered = row[step]
                if entered == OUTSIDE:
                    continue
                other = ahead[hop] if hop >= 0 else behind[grant]
                if self._visited(other, place) or (allowed is not None and not allowed(node, other, grant)):
                    continue
                key = other * len(PHASES) + entered
                kept[key] += 1
                if kept[key] > MAX_PATHS:
                    self.truncated.add(other)
                    continue
                after.node.append(other)
                after.phase.append(entered)
                after.parent.append(place)
                after.grant.append(grant)
                after.alive.append(bool(alive and active[grant] and not dead[other]))
                if forward:
                    after.passed.append(passed or (step != RESOLVE and not first))
                    after.conveying.append(conveying if step == RESOLVE else grant)
                else:
                    after.passed.append(passed or (last != NONE and conveys[last] != RESOLVE))
                    after.conveying.append(grant if conveying == NONE and step != RESOLVE else conveying)
        self.walked += len(after.node)
        return after

    def _visited(self, other: int, place: int) -> bool:
        """Whether the partial path at a place of the last level passes through a node."""
        for level in reversed(self.levels):
            if level.node[place] == other:
                return True
            place = level.parent[place]
        return False

    def _columns(self) -> _Level:
        """The next level, all hops at once; otherwise as `_lists`."""
        self.levels[-1] = _Level(*map(np.asarray, self.levels[-1]))
        level = _onward(self.index, self.levels, self.allowed, forward=self.forward)
        return self._within(level)

    def _within(self, level: _Level) -> _Level:
        """Those partial paths that are within the limit of their node and phase, counted in their order."""
        self.walked += len(level.node)
        if self.walked <= MAX_PATHS:
            return level
        walked = np.sort(np.concatenate([_arrivals(each) for each in self.levels[1:]] or [level.node[:0]]))
        keys, inverse, counts = np.unique(_arrivals(level), return_inverse=True, return_counts=True)
        before = np.searchsorted(walked, keys, "right") - np.searchsorted(walked, keys)
        if not (before + counts > MAX_PATHS).any():
            return level
        order = np.argsort(inverse, kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order)) - (np.cumsum(counts) - counts)[inverse[order]]
        within = rank + before[inverse] < MAX_PATHS
        self.truncated.update(level.node[~within].tolist())
        return take(level, within)

    @cached_property
    def found(self) -> dict[int, list[tuple[int, int]]]:
        """By node the paths that lead to it, or from it, as places of levels."""
        found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, level in enumerate(self.levels[1:], 1):
            nodes, phases = (each.tolist() if isinstance(each, np.ndarray) else each for each in level[:2])
            for place, (node, phase) in enumerate(zip(nodes, phases, strict=True)):
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

    def paths(self, other: str) -> list[tuple[Hop, ...]]:
        """The paths that lead to a node, or from it."""
        node = self.graph.number(other)
        if self.merged is not None and self._goes_on() and self.back * BACK < len(self.merged.node):
            self.back += 1
            back = _Walk(self.graph, other, self.chosen, forward=not self.forward)
            if back.merged is None and not back.truncated:
                return back.paths(self.start)
        if self.merged is not None:
            self._by_columns()
        return [
            self._hops(length, place)
            for length, level in enumerate(self.levels[1:], 1)
            for place in _places(level, node)
            if self._arrives(node, level.phase[place])
        ]

    def _hops(self, number: int, place: int) -> tuple[Hop, ...]:
        hops = []
        while number:
            level, before = self.levels[number], self.levels[number - 1]
            grant, here, there = int(level.grant[place]), int(level.node[place]), int(before.node[level.parent[place]])
            ends = (there, here) if self.forward else (here, there)
            hops.append(self.graph.hop(*ends, grant))
            number, place = number - 1, level.parent[place]
        return tuple(reversed(hops) if self.forward else hops)

    def gathered(self) -> Gathered:
        """What the paths to each node say together, or from each."""
        if self.merged is not None:
            return self.merged
        if all(isinstance(level.node, list) for level in self.levels):
            found = self._gathered_one_by_one()
        else:
            found = self._gathered_by_columns()
        return found if not self.truncated else self._with_truncated(found)

    def _gathered_one_by_one(self) -> Gathered:
        said: dict[int, list[int]] = {}
        forward, roles = self.forward, self.index.roles
        for length, level in enumerate(self.levels[1:], 1):
            for node, phase, _, _, alive, passed, conveying in zip(*level, strict=True):
                if not (forward or self._arrives(node, phase)):
                    continue
                before = said.get(node)
                if before is None:
                    said[node] = [int(passed), not alive, length, roles[conveying]]
                else:
                    before[0] = min(before[0], passed)
                    before[1] = min(before[1], not alive)
                    before[3] |= roles[conveying]
        return Gathered(list(said), *([each[place] for each in said.values()] for place in range(4)))

    def _gathered_by_columns(self) -> Gathered:
        walked = _Walked.of([_Level(*map(np.asarray, level)) for level in self.levels[1:]])
        if not self.forward:
            here = self.index.codes_column[walked.node] >> KIND_BITS == KINDS.index(NodeKind.IDENTITY)
            walked = take(walked, here & (walked.phase == ACTING))
        return walked.gathered(self.index, walked.node)

    def _with_truncated(self, found: Gathered) -> Gathered:
        """The same, where what is said of truncated accesses is what all walks say."""
        rows = {row[0]: list(row) for row in zip(*(np.asarray(each).tolist() for each in found), strict=True)}
        for node in self.truncated & rows.keys():
            facts = self.whole[self.index.name(node)]
            rows[node] = [
                node,
                min(_CERTAINTIES[each.certainty] for each in facts),
                min(bool(each.reasons) for each in facts),
                min(each.length for each in facts),
                sum({1 << ROLES.index(role) for each in facts for role in each.roles}),
            ]
        return Gathered(*([row[place] for row in rows.values()] for place in range(len(Gathered._fields))))

    @cached_property
    def whole(self) -> dict[str, list[_Facts]]:
        """What all walks together say of each node, paths that were cut short included: for truncated accesses only.

        Not the walks are followed but the few facts that tell them apart, alive ones first.
        """
        found: defaultdict[str, list[_Facts]] = defaultdict(list)
        for alive in (True, False):
            start = [(self.start, phase, None, 0) for phase in ([Phase.ACTING] if self.forward else Phase)]
            frontier: list[tuple[str, Phase, Grant | None, int]] = list(start)
            seen: set[tuple[str, Phase, str | None, int]] = {(node, phase, None, 0) for node, phase, _, _ in frontier}
            length = 0
            if alive and self.graph.latent(self.start):
                continue
            while frontier and length != self.chosen.max_steps:
                length += 1
                after = []
                for node, phase, grant, taken in frontier:
                    check()
                    for hop in self.graph.hops_from(node) if self.forward else self.graph.hops_to(node):
                        other = hop.resource if self.forward else hop.principal
                        if not self.chosen.allows(hop):
                            continue
                        if alive and (not hop.grant.active or self.graph.latent(other)):
                            continue
                        steps = min(2, taken + (hop.conveys is not Conveys.RESOLVE))
                        conveying = (
                            grant if hop.conveys is Conveys.RESOLVE or (grant and not self.forward) else hop.grant
                        )
                        for entered in self._phases(phase, hop.conveys):
                            key = (other, entered, conveying.id if conveying else None, steps)
                            if key in seen:
                                continue
                            seen.add(key)
                            after.append((other, entered, conveying, steps))
                            certainty = Certainty.INFERRED if steps > 1 else Certainty.STATED
                            reasons = () if alive else ("latent",)
                            arrived = self.forward or (kind_of(other) is NodeKind.IDENTITY and entered is Phase.ACTING)
                            if conveying and arrived:
                                found[other].append(_Facts(certainty, reasons, conveying.roles, length))
                frontier = after
        return found

    def _phases(self, phase: Phase, conveys: Conveys) -> Sequence[Phase]:
        entered = (FORWARD if self.forward else BACKWARD)[PHASES.index(phase)][CONVEYS.index(conveys)]
        return () if entered == OUTSIDE else (PHASES[entered],)


def _places(level: _Level, node: int) -> list[int]:
    """Where a level has a node."""
    if isinstance(level.node, list):
        return [place for place, each in enumerate(level.node) if each == node]
    places: list[int] = np.flatnonzero(level.node == node).tolist()
    return places


def _arrivals(level: _Level) -> Ints:
    """The node and phase of each partial path as one number."""
    arrivals: Ints = np.asarray(level.node, np.int64) * len(PHASES) + np.asarray(level.phase)
    return arrivals


class _Walked(NamedTuple):
    """Partial paths of all lengths as columns, each an access by itself."""

    node: Ints
    phase: Ints
    alive: Flags
    passed: Flags
    conveying: Ints
    length: Ints

    @classmethod
    def of(cls, levels: Sequence[_Level]) -> _Walked:
        """Those of levels from the first step on."""
        lengths = np.repeat(np.arange(1, len(levels) + 1), [len(level.node) for level in levels])
        node, phase, _, _, alive, passed, conveying = (np.concatenate(each) for each in zip(*levels, strict=True))
        return cls(node, phase, alive.astype(np.bool_), passed.astype(np.bool_), conveying, lengths)

    def gathered(self, index: Adjacency, key: Ints) -> Gathered:
        """What those of each key say together; the key stands for the node."""
        order = np.argsort(key)
        key = key[order]
        starts = np.flatnonzero(firsts(key))
        if not len(starts):
            return Gathered([], [], [], [], [])
        return Gathered(
            key[starts],
            np.logical_and.reduceat(self.passed[order], starts).astype(np.int8),
            (~np.logical_or.reduceat(self.alive[order], starts)).astype(np.int8),
            np.minimum.reduceat(self.length[order], starts),
            np.bitwise_or.reduceat(index.fold.grants.roles[self.conveying[order]], starts),
        )


def _walked_together(graph: AccessGraph, starts: Ints) -> Accesses | None:
    """What these identities reach; None where it is too much at once.

    Who has more partial paths than the limit of one access is walked alone, so that nothing here is cut short.
    """
    index, nothing = graph.index, np.full(len(starts), NONE)
    alive, passed = ~index.dead_column[starts], np.zeros(len(starts), np.bool_)
    levels = [_Level(starts, np.full(len(starts), ACTING), nothing, nothing, alive, passed, nothing)]
    origins, paths = [np.arange(len(starts))], np.zeros(len(starts), np.int64)
    while len(levels[-1].node):
        check()
        ahead = index.out_entries.starts[levels[-1].node + 1] - index.out_entries.starts[levels[-1].node]
        if len(starts) > 1 and ahead.sum() > MOST_AHEAD:
            return None
        level = _onward(index, levels, None, forward=True)
        origin = origins[-1][level.parent]
        paths += np.bincount(origin, minlength=len(starts))
        few = np.flatnonzero((paths <= MAX_PATHS)[origin])
        levels.append(take(level, few))
        origins.append(origin[few])
    origin = np.concatenate(origins[1:])
    few = np.flatnonzero((paths <= MAX_PATHS)[origin])
    walked, origin = take(_Walked.of(levels[1:]), few), origin[few]
    found = walked.gathered(index, origin * index.size + walked.node)
    origin, node = np.divmod(np.asarray(found.node, np.int64), index.size)
    facts = (np.asarray(each, np.int64) for each in (found.certainty, found.state, found.roles))
    together = _to_resources(index, starts[origin], node, *facts)
    return stack([together, *(accesses_of(graph, index.name(each)) for each in starts[paths > MAX_PATHS].tolist())])


class _Link(NamedTuple):
    """A partial path as a linked list: the hop last taken, and what was walked before it."""

    hop: Hop
    before: _Link | None
    length: int

    def nodes(self) -> Iterator[str]:
        link: _Link | None = self
        while link:
            yield link.hop.principal
            yield link.hop.resource
            link = link.before

    def hops(self, *, forward: bool) -> tuple[Hop, ...]:
        found = []
        link: _Link | None = self
        while link:
            found.append(link.hop)
            link = link.before
        return tuple(reversed(found) if forward else found)


class _Association:
    """Distances over every edge in its direction, whatever its class: over all nodes, and over those alive."""

    def __init__(self, graph: AccessGraph, start: str, chosen: AccessFilter, *, forward: bool) -> None:
        self.graph, self.start, self.chosen, self.forward = graph, start, chosen, forward
        self.before: dict[bool, defaultdict[str, list[tuple[str, Hop]]]] = {}
        self.distances = self._search(alive=False)
        self.alive = self._search(alive=True)

    def _hops(self, node: str, *, alive: bool) -> Iterator[tuple[str, Hop]]:
        for hop in self.graph.hops_from(node) if self.forward else self.graph.hops_to(node):
            other = hop.resource if self.forward else hop.principal
            if self.chosen.allows(hop) and not (alive and (not hop.grant.active or self.graph.latent(other))):
                yield other, hop

    def _search(self, *, alive: bool) -> dict[str, int]:
        """The distance of each node, noting the hops that led to it for the way back."""
        before = self.before[alive] = defaultdict(list)
        if self.start in self.chosen.avoid or (alive and self.graph.latent(self.start)):
            return {}
        distances, frontier = {self.start: 0}, [self.start]
        while frontier:
            after = []
            for node in frontier:
                check()
                if distances[node] == self.chosen.max_steps:
                    continue
                for other, hop in self._hops(node, alive=alive):
                    before[other].append((node, hop))
                    if other not in distances:
                        distances[other] = distances[node] + 1
                        after.append(other)
            frontier = after
        return distances

    def paths(self, other: str) -> tuple[list[tuple[Hop, ...]], bool]:
        """The simple paths to `other`, those alive first, shortest first; and whether a limit cut them off."""
        found: dict[tuple[Hop, ...], None] = {}
        truncated = False
        for alive, distances in ((True, self.alive), (False, self.distances)):
            for path in self._shortest_first(other, distances, alive=alive):
                if path is None or len(found) >= MAX_PATHS:
                    truncated = True
                    break
                found[path] = None
        return list(found), truncated

    def _shortest_first(
        self, other: str, distances: dict[str, int], *, alive: bool
    ) -> Iterator[tuple[Hop, ...] | None]:
        """Walk from `other` back to the start, the shortest completion first; None when the work became too much."""
        if other not in distances:
            return
        longest = self.chosen.max_steps if self.chosen.max_steps is not None else len(distances)
        order = count()
        queue: list[tuple[int, int, str, _Link | None]] = [(distances[other], next(order), other, None)]
        for _ in range(MAX_WORK):
            check()
            if not queue:
                return
            _, _, node, link = heapq.heappop(queue)
            if node == self.start:
                if link:
                    yield link.hops(forward=not self.forward)
                continue
            length = link.length if link else 0
            for nearer, hop in self.before[alive][node]:
                if nearer != other and not (link and nearer in link.nodes()):
                    least = length + 1 + distances[nearer]
                    if least <= longest:
                        heapq.heappush(queue, (least, next(order), nearer, _Link(hop, link, length + 1)))
        yield None


def _answer(
    graph: AccessGraph,
    walk: _Walk,
    association: _Association | None,
    wanted: frozenset[NodeKind],
    coverage: Callable[[], Coverage],
) -> Answer:
    found = walk.gathered()
    summaries: Sequence[Summary]
    if association:
        summaries = _associated(graph, walk, association, found, wanted)
    elif isinstance(found.node, list):
        summaries = _sorted(graph, found, walk.chosen, wanted)
    else:
        summaries = _ordered(graph, found, walk.chosen, wanted)

    write = partial(_written, graph, walk, association)
    return Answer(graph, summaries, write, coverage, truncated=bool(walk.truncated))


def _written(graph: AccessGraph, walk: _Walk, association: _Association | None, summary: Summary) -> Access:
    """An access with its paths."""
    hops = walk.paths(summary.other)
    cut_off = bool(walk.truncated) and graph.number(summary.other) in walk.truncated
    if association:
        more, cut_off_more = association.paths(summary.other)
        hops, cut_off = list(dict.fromkeys([*hops, *more])), cut_off or cut_off_more
    paths = sorted((_path(graph, each) for each in hops), key=_path_order)
    ends = (walk.start, summary.other) if walk.forward else (summary.other, walk.start)
    conveyed = () if summary.certainty is Certainty.ASSOCIATED else summary.roles
    latent = summary.state is AccessState.LATENT
    return Access(
        *ends,
        summary.roles,
        graph.capabilities(conveyed),
        summary.certainty,
        summary.state,
        tuple(sorted({reason for path in paths for reason in path.reasons})) if latent else (),
        summary.distance,
        tuple(paths[:MAX_PATHS]),
        cut_off or len(paths) > MAX_PATHS,
    )


_BY_RANK: Final = tuple(Certainty)
_STATE_BY_RANK: Final = tuple(AccessState)


def _summary(graph: AccessGraph, node: int, certainty: int, state: int, distance: int, roles: int) -> Summary:
    return Summary(_BY_RANK[certainty], _STATE_BY_RANK[state], distance, graph.index.name(node), graph.roles_of(roles))


def _sorted(graph: AccessGraph, found: Gathered, chosen: AccessFilter, wanted: frozenset[NodeKind]) -> list[Summary]:
    """A few summaries in their order: sorted as numbers, which compare in no time."""
    name, kind, roles_of = graph.index.name, graph.index.kind, graph.roles_of
    rows = sorted(
        (certainty, state, distance, name(node), roles)
        for node, certainty, state, distance, roles in zip(*found, strict=True)
        if kind(node) in wanted
    )
    summaries = [
        Summary(_BY_RANK[certainty], _STATE_BY_RANK[state], distance, other, roles_of(roles))
        for certainty, state, distance, other, roles in rows
    ]
    return summaries if chosen is ALL else [each for each in summaries if chosen.keeps(each, graph)]


def _ordered(
    graph: AccessGraph, found: Gathered, chosen: AccessFilter, wanted: frozenset[NodeKind]
) -> Sequence[Summary]:
    """Many summaries in their order, each made when it is looked at."""
    index = graph.index
    keep = np.array([kind in wanted for kind in KINDS])[index.codes_column[found.node] >> KIND_BITS]
    if chosen.certainty is not None:
        keep &= found.certainty == _CERTAINTIES[chosen.certainty]
    if chosen.state is not None:
        keep &= found.state == _STATES[chosen.state]
    if chosen.roles is not None or chosen.capabilities is not None:
        sample = Summary(_BY_RANK[0], _STATE_BY_RANK[0], 0, "", ())
        held = [
            bits
            for bits in np.unique(found.roles).tolist()
            if chosen.suits(sample._replace(roles=graph.roles_of(bits)), graph)
        ]
        keep &= np.isin(found.roles, held)
    kept = take(found, keep)

    @cache
    def rows() -> Gathered:
        """In their order, which who only counts them does not wait for."""
        ranks = kept.certainty * len(_STATES) + kept.state
        return take(kept, index.printed_after(ranks * (kept.distance.max(initial=0) + 1) + kept.distance, kept.node))

    return Lazily(len(kept.node), lambda place: _summary(graph, *(int(each[place]) for each in rows())))


def _associated(
    graph: AccessGraph, walk: _Walk, association: _Association, found: Gathered, wanted: frozenset[NodeKind]
) -> list[Summary]:
    """The summaries of everything that is connected, with what conveys access to some of it."""
    conveyed = {row[0]: row for row in zip(*(np.asarray(each).tolist() for each in found), strict=True)}
    summaries = []
    for other, distance in association.distances.items():
        if kind_of(other) in wanted and other != walk.start:
            row = conveyed.get(graph.number(other))
            state = AccessState.ACTIVE if other in association.alive else AccessState.LATENT
            certainty = _BY_RANK[row[1]] if row else Certainty.ASSOCIATED
            roles = graph.roles_of(row[4]) if row else (Role.UNKNOWN,)
            summaries.append(Summary(certainty, state, distance, other, roles))
    return sorted((each for each in summaries if walk.chosen.keeps(each, graph)), key=lambda summary: summary.key)


class _Facts(NamedTuple):
    certainty: Certainty
    reasons: tuple[str, ...]
    roles: tuple[Role, ...]
    length: int


def _facts(graph: AccessGraph, hops: tuple[Hop, ...]) -> _Facts:
    """What the steps of a path say together."""
    phase: Phase | None = Phase.ACTING
    roles: tuple[Role, ...] = ()
    reasons = set(graph.latent(hops[0].principal))
    for hop in hops:
        phase = GRAMMAR.get((phase, hop.conveys)) if phase else None
        if hop.conveys is not Conveys.RESOLVE:
            roles = hop.grant.roles
        reasons.update(graph.latent(hop.resource))
        if not hop.grant.active:
            reasons.add("group_inactive")
    certainty = Certainty.STATED
    if phase is None:
        certainty, roles = Certainty.ASSOCIATED, (Role.UNKNOWN,)
    elif any(hop.conveys is not Conveys.RESOLVE for hop in hops[1:]):
        certainty = Certainty.INFERRED  # it passes through a business that the identity controls: rule, not record
    return _Facts(certainty, tuple(sorted(reasons)), roles, len(hops))


def _path(graph: AccessGraph, hops: tuple[Hop, ...]) -> Path:
    check()
    certainty, reasons, roles, _ = _facts(graph, hops)
    steps = tuple(
        Step(
            hop.principal,
            hop.grant.relation,
            hop.resource,
            hop.grant.id,
            hop.grant.roles[0] if hop.grant.roles else None,
            hop.grant.words[0] if hop.grant.roles else None,
        )
        for hop in hops
    )
    return Path(steps, roles, certainty, AccessState.LATENT if reasons else AccessState.ACTIVE, reasons)


def _path_order(path: Path) -> tuple[int, int, int, str, tuple[str, ...]]:
    """The total order of paths: by certainty, state, length, printed form, grants."""
    grants = tuple(step.grant for step in path.steps)
    return _CERTAINTIES[path.certainty], _STATES[path.state], len(path.steps), str(path), grants
