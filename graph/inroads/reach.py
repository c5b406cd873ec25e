"""reach, reached_by, access: pure functions from a graph to values.

A path conveys access when the classes of its steps read `(CONTROL | RESOLVE)* REACH? RESOLVE*` (see `policy`).
Paths are simple in nodes and told apart by their grants. The cost is proportional to what the question touches.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import count
from typing import Final, NamedTuple, overload

import msgspec

from inroads.errors import BadId, InroadsError, NotFound
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
from inroads.network import AccessGraph, Hop
from inroads.policy import GRAMMAR, Conveys, Phase

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
            and (self.roles is None or not self.roles.isdisjoint(summary.roles))
            and (
                self.capabilities is None or not self.capabilities.isdisjoint(graph.policy.capabilities(summary.roles))
            )
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

    `truncated` tells that a limit cut the search itself; `coverage` how much was observed; `version` which graph.
    """

    def __init__(
        self,
        graph: AccessGraph,
        summaries: Iterable[Summary],
        write: Callable[[Summary], Access],
        coverage: Coverage,
        *,
        truncated: bool,
    ) -> None:
        self.summaries = sorted(summaries, key=lambda summary: summary.key)
        self.graph = graph
        self.coverage = coverage
        self.truncated = truncated
        self._write = write

    @property
    def version(self) -> str:
        """The version of the graph that answers."""
        return self.graph.version

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
    return _answer(graph, walk, association, wanted, graph.coverage_of_reach(principal))


def reached_by(graph: AccessGraph, resource: str, chosen: AccessFilter = ALL, mode: Mode = Mode.ACCESS) -> Answer:
    """Every identity that reaches a business or an account. `resource` must be a node of the graph."""
    _find_avoided(graph, chosen)
    walk = _Walk(graph, resource, chosen, forward=False)
    association = _Association(graph, resource, chosen, forward=False) if mode is Mode.ASSOCIATION else None
    wanted = frozenset({NodeKind.IDENTITY})
    return _answer(graph, walk, association, wanted, graph.coverage_of_reached_by(resource))


def access(
    graph: AccessGraph, principal: str, resource: str, chosen: AccessFilter = ALL, mode: Mode = Mode.ACCESS
) -> Access | None:
    """The access of one identity to one resource, or None when there is none. Both must be nodes of the graph."""
    answer = reach(graph, principal, {kind_of(resource)}, chosen, mode)
    found = (index for index, summary in enumerate(answer.summaries) if summary.other == resource)
    return next((answer[index] for index in found), None)


def _find_avoided(graph: AccessGraph, chosen: AccessFilter) -> None:
    """An id that names nothing would be avoided by every path: a slip must not pass for an answer."""
    for each in sorted(chosen.avoid):
        if each not in graph and each not in graph.grants:
            raise NotFound(f"no document names {each!r}, which is to be avoided")


def reachable(graph: AccessGraph, principal: str, avoid: frozenset[str] = frozenset()) -> set[str]:
    """Just the businesses and accounts that an identity reaches when these nodes and grants are gone."""
    chosen = AccessFilter(avoid=avoid)
    seen = {(principal, Phase.ACTING)}
    frontier = list(seen)
    while frontier:
        node, phase = frontier.pop()
        for hop in graph.hops_from(node):
            after = GRAMMAR.get((phase, hop.conveys))
            if after is not None and (hop.resource, after) not in seen and chosen.allows(hop):
                seen.add((hop.resource, after))
                frontier.append((hop.resource, after))
    return {node for node, _ in seen if kind_of(node) in RESOURCES}


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


_BACKWARD: Final = defaultdict(list)
for (_before, _conveys), _after in GRAMMAR.items():
    _BACKWARD[_after, _conveys].append(_before)


class _Walk:
    """Every simple path inside the grammar from an identity forward, or from a resource backward."""

    def __init__(self, graph: AccessGraph, start: str, chosen: AccessFilter, *, forward: bool) -> None:
        self.graph, self.start, self.chosen, self.forward = graph, start, chosen, forward
        self.found: defaultdict[str, list[_Link]] = defaultdict(list)
        self.truncated: set[str] = set()
        if start in chosen.avoid or (kind_of(start) is not NodeKind.IDENTITY) is forward:
            return
        kept: defaultdict[tuple[str, Phase], int] = defaultdict(int)
        phases = [Phase.ACTING] if forward else list(Phase)
        frontier: list[tuple[str, Phase, _Link | None]] = [(start, phase, None) for phase in phases]
        length = 0
        while frontier and length != chosen.max_steps:
            length += 1
            after: list[tuple[str, Phase, _Link | None]] = []
            for node, phase, link in frontier:
                for hop in graph.hops_from(node) if forward else graph.hops_to(node):
                    other = hop.resource if forward else hop.principal
                    for entered in self._phases(phase, hop.conveys):
                        if other == start or (link and other in link.nodes()) or not chosen.allows(hop):
                            continue
                        kept[other, entered] += 1
                        if kept[other, entered] > MAX_PATHS:
                            self.truncated.add(other)
                            continue
                        taken = _Link(hop, link, length)
                        if forward or (kind_of(other) is NodeKind.IDENTITY and entered is Phase.ACTING):
                            self.found[other].append(taken)
                        after.append((other, entered, taken))
            frontier = after
        if self.truncated:
            # What goes on from a node whose paths were cut short has lost paths, too.
            passed = ((other, link) for other, links in self.found.items() for link in links)
            self.truncated |= {other for other, link in passed if not self.truncated.isdisjoint(link.nodes())}

    def _phases(self, phase: Phase, conveys: Conveys) -> Sequence[Phase]:
        if not self.forward:
            return _BACKWARD.get((phase, conveys), ())
        after = GRAMMAR.get((phase, conveys))
        return () if after is None else (after,)

    def paths(self, other: str) -> list[tuple[Hop, ...]]:
        return [link.hops(forward=self.forward) for link in self.found.get(other, ())]

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
    coverage: Coverage,
) -> Answer:
    others: Iterable[str] = association.distances if association else walk.found
    all_summaries = (
        _summary(graph, walk, association, other)
        for other in others
        if kind_of(other) in wanted and other != walk.start
    )
    summaries = [summary for summary in all_summaries if walk.chosen.keeps(summary, graph)]

    def write(summary: Summary) -> Access:
        hops, cut_off = walk.paths(summary.other), summary.other in walk.truncated
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
            graph.policy.capabilities(conveyed),
            summary.certainty,
            summary.state,
            tuple(sorted({reason for path in paths for reason in path.reasons})) if latent else (),
            summary.distance,
            tuple(paths[:MAX_PATHS]),
            cut_off or len(paths) > MAX_PATHS,
        )

    return Answer(graph, summaries, write, coverage, truncated=bool(walk.truncated))


def _summary(graph: AccessGraph, walk: _Walk, association: _Association | None, other: str) -> Summary:
    facts = walk.whole[other] if other in walk.truncated else [_facts(graph, hops) for hops in walk.paths(other)]
    roles = graph.policy.maximal(role for each in facts for role in each.roles) if facts else (Role.UNKNOWN,)
    certainty = min((each.certainty for each in facts), key=_CERTAINTIES.__getitem__, default=Certainty.ASSOCIATED)
    if association:
        alive, distance = other in association.alive, association.distances[other]
    else:
        alive, distance = any(not each.reasons for each in facts), min(each.length for each in facts)
    return Summary(certainty, AccessState.ACTIVE if alive else AccessState.LATENT, distance, other, roles)


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
