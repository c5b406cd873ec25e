"""reach, reached_by, access: pure functions from a graph to values.

A path conveys access when the classes of its steps read `(CONTROL | RESOLVE)* REACH? RESOLVE*` (see
`policy`). Paths are simple in nodes and told apart by their grants. The cost is proportional to
what the question touches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from inroads.columns.arrays import Ints, take
from inroads.columns.claimset import KIND_BITS, KINDS
from inroads.errors import NotFound
from inroads.model import (
    Access,
    AccessState,
    Certainty,
    Contradiction,
    Coverage,
    Mode,
    NodeKind,
    Path,
    Role,
    kind_of,
)
from inroads.network.access_graph import AccessGraph
from inroads.reach import limits
from inroads.reach.answers import (
    CERTAINTY_BY_RANK,
    CERTAINTY_RANKS,
    RESOURCES,
    STATE_BY_RANK,
    STATE_RANKS,
    AccessAnswers,
    ColumnSummaries,
    Summary,
    summary,
)
from inroads.reach.associations import AssociationWalk
from inroads.reach.bundles import BundleTree
from inroads.reach.closed_form import PathSummaries
from inroads.reach.contested import are_contested, contested_roles
from inroads.reach.filters import ALL, AccessFilter
from inroads.reach.paths import ASSOCIATED, LATENT, path_of, path_order
from inroads.reach.walk import Walk


def reach(
    graph: AccessGraph,
    principal: str,
    kinds: Iterable[NodeKind] = RESOURCES,
    chosen: AccessFilter = ALL,
    mode: Mode = Mode.ACCESS,
) -> AccessAnswers[Access]:
    """Return every resource of these kinds that an identity reaches.

    With ASSOCIATION, that is every connected resource; groups are reached only by association.
    `principal` must be a node of the graph. Raises NotFound if `chosen.avoid` names something
    unknown to the graph.
    """
    wanted = frozenset(kinds)
    _find_avoided(graph, chosen)
    walk = Walk(graph, principal, chosen, forward=True)
    association = (
        AssociationWalk(graph, principal, chosen, forward=True)
        if mode is Mode.ASSOCIATION
        else None
    )
    return _answer(graph, walk, association, wanted, partial(graph.coverage_of_reach, principal))


def reached_by(
    graph: AccessGraph, resource: str, chosen: AccessFilter = ALL, mode: Mode = Mode.ACCESS
) -> AccessAnswers[Access]:
    """Return every identity that reaches a business or an account. `resource` must be a node."""
    _find_avoided(graph, chosen)
    walk = Walk(graph, resource, chosen, forward=False)
    association = (
        AssociationWalk(graph, resource, chosen, forward=False)
        if mode is Mode.ASSOCIATION
        else None
    )
    wanted = frozenset({NodeKind.IDENTITY})
    return _answer(
        graph, walk, association, wanted, partial(graph.coverage_of_reached_by, resource)
    )


def access(
    graph: AccessGraph,
    principal: str,
    resource: str,
    chosen: AccessFilter = ALL,
    mode: Mode = Mode.ACCESS,
) -> Access | None:
    """Return the access of one identity to one resource, or None. Both must be nodes."""
    if mode is Mode.ASSOCIATION:
        answer = reach(graph, principal, {kind_of(resource)}, chosen, mode)
        found = (
            index for index, summary in enumerate(answer.summaries) if summary.other == resource
        )
        return next((answer[index] for index in found), None)
    _find_avoided(graph, chosen)
    walk = Walk(graph, principal, chosen, forward=True)
    said = walk.path_summaries()
    for place in np.flatnonzero(np.asarray(said.node) == graph.number(resource)).tolist():
        told = summary(graph, *(int(column[place]) for column in said))
        if chosen.keeps(told, graph):
            return _written(graph, walk, None, told)
    return None


def _find_avoided(graph: AccessGraph, chosen: AccessFilter) -> None:
    """Check that ids to avoid exist.

    An unknown id would be avoided by every path, so a typing error would pass for an answer.
    """
    for each in sorted(chosen.avoid):
        if each not in graph and each not in graph.grants:
            raise NotFound(f"no document names {each!r}, so it cannot be avoided")


def _answer(
    graph: AccessGraph,
    walk: Walk,
    association: AssociationWalk | None,
    wanted: frozenset[NodeKind],
    coverage: Callable[[Ints], Coverage],
) -> AccessAnswers[Access]:
    found = walk.path_summaries()
    summaries: Sequence[Summary]
    if association:
        summaries = _associated(graph, walk, association, found, wanted)
    elif isinstance(found.node, list):
        summaries = _sorted(graph, found, walk.chosen, wanted)
    else:
        summaries = _ordered(graph, found, walk.chosen, wanted)

    tree = None if association else partial(BundleTree, graph, walk)
    write = partial(_written, graph, walk, association)

    def covered() -> Coverage:
        return coverage(association.grants() if association else walk.grants())

    truncated = bool(walk.truncated)
    return AccessAnswers(graph, walk.start, summaries, write, covered, tree, truncated=truncated)


def _written(
    graph: AccessGraph, walk: Walk, association: AssociationWalk | None, summary: Summary
) -> Access:
    """Write out an access with its paths."""
    hops = walk.paths(summary.other)
    cut_off = bool(walk.truncated) and graph.number(summary.other) in walk.truncated
    if association:
        more, cut_off_more = association.paths(summary.other)
        hops, cut_off = list(dict.fromkeys([*hops, *more])), cut_off or cut_off_more
    paths = [path_of(graph, each) for each in hops]
    if len(paths) > 1:
        paths.sort(key=path_order)
    ends = (walk.start, summary.other) if walk.forward else (summary.other, walk.start)
    conveyed = () if summary.certainty is ASSOCIATED else summary.roles
    latent = summary.state is LATENT
    return Access(
        *ends,
        summary.roles,
        graph.capabilities(conveyed),
        summary.certainty,
        summary.state,
        tuple(sorted({reason for path in paths for reason in path.reasons})) if latent else (),
        summary.distance,
        tuple(paths[: limits.MAX_PATHS]),
        cut_off or len(paths) > limits.MAX_PATHS,
        summary.contested,
        _contradictions(graph, paths, summary.contested),
    )


def _contradictions(
    graph: AccessGraph, paths: Iterable[Path], roles: Iterable[Role]
) -> tuple[Contradiction, ...]:
    """Return the contradictions of the paths that give contested roles, each once."""
    wanted = set(roles)
    if not wanted:
        return ()
    grants = {
        step.grant: None
        for path in paths
        if not wanted.isdisjoint(path.roles)
        for step in path.steps
        if step.contested
    }
    found = (each for grant in grants for each in graph.grants[grant].contradictions)
    return tuple(dict.fromkeys(found))


def _sorted(
    graph: AccessGraph, found: PathSummaries, chosen: AccessFilter, wanted: frozenset[NodeKind]
) -> list[Summary]:
    """Sort a few summaries by their keys as numbers, which compare quickly."""
    name, kind, roles_of = graph.index.name, graph.index.kind, graph.roles_of
    rows = sorted(
        (certainty, state, distance, name(node), roles, sound)
        for node, certainty, state, distance, roles, sound in zip(*found, strict=True)
        if kind(node) in wanted
    )
    summaries = [
        Summary(
            CERTAINTY_BY_RANK[certainty],
            STATE_BY_RANK[state],
            distance,
            other,
            roles_of(roles),
            contested_roles(graph, roles, sound),
        )
        for certainty, state, distance, other, roles, sound in rows
    ]
    return summaries if chosen is ALL else [each for each in summaries if chosen.keeps(each, graph)]


def _ordered(
    graph: AccessGraph, found: PathSummaries, chosen: AccessFilter, wanted: frozenset[NodeKind]
) -> Sequence[Summary]:
    """Order many summaries, each made on access."""
    index = graph.index
    keep = np.array([kind in wanted for kind in KINDS])[index.codes_column[found.node] >> KIND_BITS]
    if chosen.certainty is not None:
        keep &= found.certainty == CERTAINTY_RANKS[chosen.certainty]
    if chosen.state is not None:
        keep &= found.state == STATE_RANKS[chosen.state]
    if chosen.contested is not None:
        keep &= are_contested(graph, found.roles, found.sound) == chosen.contested
    if chosen.roles is not None or chosen.capabilities is not None:
        sample = Summary(CERTAINTY_BY_RANK[0], STATE_BY_RANK[0], 0, "", ())
        held = [
            bits
            for bits in np.unique(found.roles).tolist()
            if chosen.suits(sample._replace(roles=graph.roles_of(bits)), graph)
        ]
        keep &= np.isin(found.roles, held)
    return ColumnSummaries(graph, take(found, keep))


def _associated(
    graph: AccessGraph,
    walk: Walk,
    association: AssociationWalk,
    found: PathSummaries,
    wanted: frozenset[NodeKind],
) -> list[Summary]:
    """Return the summaries of all connected nodes, with roles where access is conveyed."""
    conveyed = {
        row[0]: row for row in zip(*(np.asarray(each).tolist() for each in found), strict=True)
    }
    summaries = []
    for other, distance in association.distances.items():
        if kind_of(other) in wanted and other != walk.start:
            row = conveyed.get(graph.number(other))
            state = AccessState.ACTIVE if other in association.alive else AccessState.LATENT
            certainty = CERTAINTY_BY_RANK[row[1]] if row else Certainty.ASSOCIATED
            roles = graph.roles_of(row[4]) if row else (Role.UNKNOWN,)
            doubtful = contested_roles(graph, *row[4:6]) if row else ()
            if not row and other not in association.sound:
                doubtful = roles
            summaries.append(Summary(certainty, state, distance, other, roles, doubtful))
    return sorted(
        (each for each in summaries if walk.chosen.keeps(each, graph)),
        key=lambda summary: summary.key,
    )
