"""The accesses of many identities as columns, each with the number of its paths and the first path.

The first path is that of the total order of paths, see `reach.paths.path_order`. It is looked for
among the columns of the closed form; only paths that are equal but for their printed form are
written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from inroads.columns.arrays import Flags, Ints, firsts, take
from inroads.columns.claimset import KEEPS, NONE, ROLES, edge_keys
from inroads.columns.fold import INACTIVE
from inroads.model import Access
from inroads.network.access_graph import AccessGraph
from inroads.reach.answers import CERTAINTY_RANKS, STATE_RANKS
from inroads.reach.closed_form import PathTable, Steps
from inroads.reach.everyone import path_tables
from inroads.reach.questions import reach


class Witnesses(NamedTuple):
    """Accesses as columns, as `everyone.Accesses`, and the paths of each.

    `paths` is the number of paths; where `truncated`, a limit cut the search. `reasons` are bits of
    `Reasons.words`. `size` is the number of steps of the first path; see `StepRows`.
    """

    principal: Ints
    resource: Ints
    certainty: Ints
    state: Ints
    distance: Ints
    roles: Ints
    sound: Ints
    paths: Ints
    truncated: Flags
    reasons: Ints
    size: Ints


class StepRows(NamedTuple):
    """The steps of witnesses, one after the other: both ends in walking order, and the grant."""

    here: Ints
    there: Ints
    grant: Ints


class Reasons:
    """Why paths are latent, as bits: of each node together with what it keeps, and of each grant."""

    def __init__(self, graph: AccessGraph) -> None:
        fold, policy = graph.fold, graph.policy
        statuses = list(fold.said.words.texts())
        lapsed = [word for word in statuses if word not in policy.alive]
        self.words = sorted({*INACTIVE, "business_inactive", "identity_unconfirmed", *lapsed})
        # More words than an integer has bits only where statuses are nonsense.
        self.kind: Any = np.int64 if len(self.words) < 63 else object
        bit = {word: 1 << place for place, word in enumerate(self.words)}
        self.of_node = self._of_nodes(graph, bit, statuses)
        self.of_grant = self._column(len(fold.grants.principal))
        for place, word in enumerate(INACTIVE):
            self.of_grant[fold.grants.inactive >> place & 1 != 0] |= bit[word]

    def _column(self, size: int) -> Any:
        return np.array([0] * size, self.kind)

    def _of_nodes(self, graph: AccessGraph, bit: dict[str, int], statuses: Sequence[str]) -> Any:
        fold, starts = graph.fold, graph.fold.kind_starts
        own = self._column(len(fold.said.nodes))
        own[: starts[1]][fold.unconfirmed] = bit["identity_unconfirmed"]
        own[starts[1] : starts[2]][fold.attributes["active"] == 0] = bit["business_inactive"]
        by_status = np.array([bit.get(word, 0) for word in statuses] + [0], self.kind)
        own[starts[2] : starts[3]] = by_status[fold.attributes["subscription_status"]]
        keeps = np.flatnonzero(fold.grants.relation == KEEPS)
        found = own.copy()
        ends = fold.grants.principal[keeps], fold.grants.resource[keeps]
        for here, there in (ends, ends[::-1]):
            np.bitwise_or.at(found, here, own[there])
        return found

    def bits(self, words: Sequence[str]) -> int:
        """Return reasons as bits."""
        return sum(1 << self.words.index(word) for word in words)


class _Shape(NamedTuple):
    """The paths of one shape: the nodes and the grants of each, from the first one on."""

    nodes: list[Ints]
    grants: list[Ints]


def witnesses(graph: AccessGraph) -> Iterator[tuple[Witnesses, StepRows, Reasons]]:
    """Yield the accesses of all identities of a graph, many identities at a time."""
    reasons = Reasons(graph)
    keeping = _Keeping(graph)
    for table in path_tables(graph, np.arange(*graph.fold.kind_starts[:2])):
        shapes = list(table.shapes)
        yield *_of_table(graph, table, shapes, keeping, reasons), reasons
        if table.unfinished is not None:
            for each in table.origins[table.unfinished].tolist():
                yield *_walked(graph, graph.index.name(each), reasons), reasons


class _Keeping:
    """The KEEPS grants by both ends."""

    def __init__(self, graph: AccessGraph) -> None:
        grants = graph.fold.grants
        self.size = len(graph.fold.said.nodes)
        self.rows = np.flatnonzero(grants.relation == KEEPS)
        self.keys = edge_keys(take(grants, self.rows), self.size)

    def between(self, one: Ints, other: Ints) -> Ints:
        """Return the grant between a business and its account, in whatever order."""
        business = np.minimum(one, other).astype(np.int64)
        account = np.maximum(one, other)
        keys = ((business * self.size + account) * 8 + KEEPS) * 2
        return self.rows[np.searchsorted(self.keys, keys)]


def _of_table(
    graph: AccessGraph,
    table: PathTable,
    shapes: list[Steps],
    keeping: _Keeping,
    reasons: Reasons,
) -> tuple[Witnesses, StepRows]:
    finished = (
        np.ones(len(table.origins), np.bool_) if table.unfinished is None else ~table.unfinished
    )
    places = [np.flatnonzero(finished[steps.origin]) for steps in shapes]
    key = _joined([table.keys(each)[rows] for each, rows in zip(shapes, places, strict=True)])
    rank = _joined([table.quality(*each) for each in zip(shapes, places, strict=True)])
    shape = np.repeat(np.arange(len(shapes)), list(map(len, places)))
    place = _joined(places)
    order = np.lexsort((rank, key))
    key, rank, shape, place = (each[order] for each in (key, rank, shape, place))
    starts = np.flatnonzero(firsts(key))
    sizes = np.diff(starts, append=len(key))
    summaries, _ = table.summaries()
    origin, node = _ends(table, summaries.node)
    summaries = take(summaries._replace(node=node), finished[origin])
    best = starts.copy()
    ties = np.flatnonzero(sizes > 1)
    ties = ties[rank[starts[ties] + 1] == rank[starts[ties]]]
    for each in ties.tolist():
        start = int(starts[each])
        last = start + int(np.searchsorted(rank[start : start + sizes[each]], rank[start], "right"))
        best[each] = min(
            range(start, last),
            key=lambda at: _printed(graph, table, shapes[shape[at]], int(place[at]), keeping),
        )
    latent = np.repeat(summaries.state != 0, sizes)
    why = _reasons(table, shapes, reasons, (shape, place), latent)
    together = np.bitwise_or.reduceat(why, starts) if len(starts) else why
    steps, size = _steps(table, shapes, keeping, shape[best], place[best])
    found = Witnesses(
        table.origins[origin[finished[origin]]],
        *summaries[:4],
        *summaries[4:],
        sizes,
        np.zeros(len(sizes), np.bool_),
        together,
        size,
    )
    return found, steps


def _joined(columns: list[Ints]) -> Ints:
    return np.concatenate([*columns, np.zeros(0, np.int64)])


def _ends(table: PathTable, keys: Ints) -> tuple[Ints, Ints]:
    """Return the places of the origins and the nodes of keys of a table."""
    if len(table.origins) == 1:
        return np.zeros(len(keys), np.int64), keys
    return np.divmod(keys, table.index.size)


def _of_shape(table: PathTable, steps: Steps, places: Ints, keeping: _Keeping) -> _Shape:
    """Return the nodes and grants of some paths of a shape."""
    nodes, grants = [], []
    last: Steps | None = steps
    while last is not None:
        node, near = last.node[places], last.near[places]
        before = table.origins[near] if last.before is None else last.before.node[near]
        grants.append(keeping.between(before, node) if last.grant is None else last.grant[places])
        nodes.append(node)
        places = near
        last = last.before
    nodes.append(table.origins[places])
    return _Shape(nodes[::-1], grants[::-1])


def _printed(
    graph: AccessGraph, table: PathTable, steps: Steps, place: int, keeping: _Keeping
) -> tuple[str, tuple[str, ...]]:
    """Return the printed form of a path and its grants; see `reach.paths.path_order`."""
    found = _of_shape(table, steps, np.array([place]), keeping)
    nodes = [graph.index.name(int(each[0])) for each in found.nodes]
    grants = [graph.index.grant(int(each[0])) for each in found.grants]
    text = nodes[0] + "".join(
        f" -{grant.relation}{f'[{grant.roles[0]}]' if grant.roles else ''}-> {node}"
        for grant, node in zip(grants, nodes[1:], strict=True)
    )
    return text, tuple(grant.id for grant in grants)


def _reasons(
    table: PathTable, shapes: list[Steps], reasons: Reasons, paths: tuple[Ints, Ints], wanted: Flags
) -> Any:
    """Return why these paths are latent, for those that are wanted; 0 for the others."""
    shape, place = paths
    found = np.array([0] * len(shape), reasons.kind)
    for number, steps in enumerate(shapes):
        rows = np.flatnonzero(wanted & (shape == number))
        here = place[rows]
        why = np.array([0] * len(rows), reasons.kind)
        last: Steps | None = steps
        while last is not None:
            why |= reasons.of_node[last.node[here]]
            if last.grant is not None:
                why |= reasons.of_grant[last.grant[here]]
            here = last.near[here]
            last = last.before
        found[rows] = why | reasons.of_node[table.origins[here]]
    return found


def _steps(
    table: PathTable, shapes: list[Steps], keeping: _Keeping, shape: Ints, place: Ints
) -> tuple[StepRows, Ints]:
    """Return the steps of paths, one path after the other, and their numbers."""
    parts = []
    size = np.zeros(len(shape), np.int64)
    for number, steps in enumerate(shapes):
        rows = np.flatnonzero(shape == number)
        found = _of_shape(table, steps, place[rows], keeping)
        size[rows] = len(found.grants)
        parts.append((rows, found))
    starts = np.cumsum(size) - size
    columns = StepRows(*(np.full(int(size.sum()), NONE, np.int64) for _ in StepRows._fields))
    for rows, found in parts:
        for step, grant in enumerate(found.grants):
            at = starts[rows] + step
            columns.here[at] = found.nodes[step]
            columns.there[at] = found.nodes[step + 1]
            columns.grant[at] = grant
    return columns, size


def _walked(graph: AccessGraph, identity: str, reasons: Reasons) -> tuple[Witnesses, StepRows]:
    """Return the accesses of an identity whose paths are walked one by one."""
    answer = reach(graph, identity)
    rows, steps = [], []
    number, grant = graph.number, graph.index.grant_number
    for each in answer:
        rows.append(_row(graph, each, reasons))
        steps += [
            (number(step.principal), number(step.resource), grant(step.grant))
            for step in each.paths[0].steps
        ]
    columns = zip(*rows, strict=True) if rows else [()] * len(Witnesses._fields)
    found = Witnesses(*map(np.array, columns))
    return found, StepRows(*np.array(steps, np.int64).reshape(-1, len(StepRows._fields)).T)


def _row(graph: AccessGraph, access: Access, reasons: Reasons) -> tuple[Any, ...]:
    roles, doubtful = (
        sum(1 << ROLES.index(role) for role in some)
        for some in (access.roles, access.contested_roles)
    )
    return (
        graph.number(access.principal),
        graph.number(access.resource),
        CERTAINTY_RANKS[access.certainty],
        STATE_RANKS[access.state],
        access.distance,
        roles,
        roles & ~doubtful,
        len(access.paths),
        access.truncated,
        reasons.bits(access.reasons),
        len(access.paths[0].steps),
    )
