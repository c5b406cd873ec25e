"""Scenes: the boxes and lines of a picture, from the paths or the bundles of an answer.

A scene is never higher than a screen. Of many nodes that hang on one parent in the same way one box
tells the number; what has no place at all is counted below the picture.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Ints
from inroads.model import (
    AccessState,
    Certainty,
    Grant,
    NodeKind,
    Path,
    Relation,
    Role,
    Step,
    kind_of,
)
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import contradiction_line, counted, evidence_lines, label, records
from inroads.output.evidence_rows import CONTESTED
from inroads.reach.answers import AccessAnswers
from inroads.reach.bundles import Bundle
from inroads.reach.contested import are_contested
from inroads.text import more, printable, shortened

ROWS: Final = 9
"""The most boxes of a column."""

PATHS: Final = 200
"""The most paths that a picture considers."""

MEMBERS: Final = 3
"""The most nodes that a bundle shows as boxes of their own."""

TOLD: Final = 3
"""The most parallel grants of which a tooltip tells the records."""

BUNDLES: Final = 100
"""The most bundles that a picture considers."""


class Box(NamedTuple):
    """A node of the picture, or many of one kind. `column` counts from the left."""

    title: str
    below: str
    kind: NodeKind
    latent: bool
    column: int
    tip: str
    many: bool = False


class Line(NamedTuple):
    """A line between two boxes, in the direction of access."""

    words: str
    certainty: Certainty
    latent: bool
    contested: bool
    tip: str


Ends = tuple[str, str]
"""The keys of the boxes that a line joins: who holds, what is held."""


class Scene(NamedTuple):
    """The boxes of a picture by their keys, the lines by their ends, and what it does not show."""

    title: str
    boxes: dict[str, Box]
    lines: dict[Ends, Line]
    note: str | None


def of_paths(
    graph: AccessGraph,
    paths: Sequence[Path],
    *,
    truncated: bool = False,
    told: Callable[[str], str] = str,
) -> Scene:
    """Return the scene of paths, the first of them that fit. `truncated` tells that there are more.

    `told` says how the sources of evidence are written.
    """
    shown, columns = _fitting(paths)
    steps: defaultdict[Ends, dict[Step, list[Path]]] = defaultdict(dict)
    for path in shown:
        for step in path.steps:
            steps[step.principal, step.resource].setdefault(step, []).append(path)
    boxes = {node: _box(graph, node, column) for node, column in columns.items()}
    lines = {ends: _line(graph, taken, told) for ends, taken in steps.items()}
    note = _note(len(paths), len(paths) - len(shown), truncated=truncated)
    return Scene(counted(len(shown), "path"), boxes, lines, note)


def of_answer(answer: AccessAnswers[Any]) -> Scene:
    """Return the scene of an answer: all its paths, or its bundles where the paths do not fit."""
    paths: list[Path] = []
    cut = answer.truncated
    few = len(answer) <= PATHS
    for access in answer if few else answer[:PATHS]:
        paths += access.paths
        cut |= access.truncated
        if len(paths) >= PATHS:
            few = False
            break
    if answer.tree is None or (few and len(_fitting(paths)[0]) == len(paths)):
        return of_paths(answer.graph, paths, truncated=cut or not few)
    return _of_bundles(answer)


def _fitting(paths: Sequence[Path]) -> tuple[list[Path], dict[str, int]]:
    """Return the first paths that fit, and the column of each of their nodes.

    That is the farthest place of the node on any of the paths.
    """
    shown: list[Path] = []
    columns: dict[str, int] = {}
    for path in paths:
        more = dict(columns)
        nodes = [path.steps[0].principal, *(step.resource for step in path.steps)]
        for place, node in enumerate(nodes):
            more[node] = max(place, more.get(node, 0))
        if shown and max(Counter(more.values()).values()) > ROWS:
            break
        shown.append(path)
        columns = more
    ranks = {place: rank for rank, place in enumerate(sorted(set(columns.values())))}
    return shown, {node: ranks[place] for node, place in columns.items()}


def _note(paths: int, hidden: int, *, truncated: bool) -> str | None:
    """Return the line below a picture: what it does not show."""
    if not paths:
        return "no access"
    if truncated:
        return f"… at least {hidden + 1:,} more: a limit cut this answer short"
    return f"… {hidden:,} more" if hidden else None


def _box(graph: AccessGraph, node: str, column: int) -> Box:
    kind, latent = kind_of(node), graph.latent(node)
    below = f"{kind.lower()} · {', '.join(latent)}" if latent else kind.lower()
    tip = "\n".join([node, label(graph, node), *map(printable, latent)])
    return Box(label(graph, node), below, kind, bool(latent), column, tip)


def _line(
    graph: AccessGraph, steps: dict[Step, list[Path]], told: Callable[[str], str] = str
) -> Line:
    paths = [path for taken in steps.values() for path in taken]
    words = dict.fromkeys(_word(step.relation, step.role) for step in steps)
    grants = [graph.grants[step.grant] for step in steps]
    tips = [line for grant in grants[:TOLD] for line in _told(graph, grant, told)]
    tips += [more(len(grants) - TOLD)] * (len(grants) > TOLD)
    return Line(
        " + ".join(words),
        min((path.certainty for path in paths), key=list(Certainty).index),
        all(path.state is AccessState.LATENT for path in paths),
        any(step.contested for step in steps),
        "\n".join(tips),
    )


def _told(graph: AccessGraph, grant: Grant, told: Callable[[str], str] = str) -> list[str]:
    """Return the lines of a grant in a tooltip: its records, and what contradicts them."""
    contradictions = map(contradiction_line, grant.contradictions)
    lines = evidence_lines(graph, grant, told=told)
    return [records(graph, grant), *lines, *shortened([*contradictions])]


def _word(relation: Relation, role: Role | None) -> str:
    if role is None:
        return relation.replace("_", " ").lower()
    return f"{role} in project" if relation is Relation.GROUP else role.value


# ---- bundles


class _Hanging:
    """The tree of an answer's bundles, hung up box by box while there is room."""

    def __init__(self, answer: AccessAnswers[Any]) -> None:
        self.graph, self.tree = answer.graph, answer.bundles
        self.forward = kind_of(answer.root) is NodeKind.IDENTITY
        self.depths = {answer.root: 0}
        self.boxes = {answer.root: _box(self.graph, answer.root, 0)}
        self.lines: dict[Ends, Line] = {}
        self.rows = Counter({0: 1})
        self.shown = 0
        found = answer.columns
        self._asked = found.node
        self._contested = found.node[are_contested(self.graph, found.roles, found.sound)]
        self.doubtful = len(self._contested)

    def hang(self, bundle: Bundle) -> None:
        """Put the members of a bundle beside its parent, as one box if they are many."""
        depth = self.depths[bundle.parent] + 1
        room = ROWS - self.rows[depth]
        if bundle.size <= min(MEMBERS, room):
            for node, number in zip(bundle.members, self.tree.numbers(bundle.key), strict=True):
                self.depths[node] = depth
                contested = bool(np.isin(number, self._contested))
                ends = (bundle.parent, node) if self.forward else (node, bundle.parent)
                tip = "\n".join(self._records(bundle, *ends))
                self._add(bundle, ends, node, _box(self.graph, node, depth), contested, tip)
            self.shown += self._among(bundle, self._asked)
        elif room:
            key = f"bundle {bundle.key}"
            ends = (bundle.parent, key) if self.forward else (key, bundle.parent)
            doubtful = self._among(bundle, self._contested)
            self._add(bundle, ends, key, self._many(bundle, depth, doubtful), doubtful > 0, "")
            self.shown += self._among(bundle, self._asked) + bundle.beyond

    def _add(
        self, bundle: Bundle, ends: Ends, key: str, box: Box, contested: bool, tip: str
    ) -> None:
        self.boxes[key] = box
        self.rows[box.column] += 1
        words = _word(bundle.relation, bundle.role)
        latent = bundle.state is AccessState.LATENT
        self.lines[ends] = Line(words, bundle.certainty, latent, contested, tip or box.tip)

    def _among(self, bundle: Bundle, nodes: Ints) -> int:
        return int(np.isin(self.tree.numbers(bundle.key), nodes).sum())

    def _records(self, bundle: Bundle, principal: str, resource: str) -> Iterator[str]:
        for each in self.graph[principal][resource]:
            grant = self.graph.grants[each]
            if grant.relation is bundle.relation:
                yield from _told(self.graph, grant)

    def _many(self, bundle: Bundle, depth: int, contested: int) -> Box:
        kind = kind_of(bundle.members[0])
        names = [label(self.graph, node) for node in bundle.members]
        more = bundle.size - len(names)
        below = [f"{bundle.beyond:,} more beyond"] * bool(bundle.beyond)
        below += [f"{contested:,} {CONTESTED}"] * bool(contested)
        return Box(
            counted(bundle.size, kind.lower()),
            " · ".join(below) or f"{names[0]}, …",
            kind,
            bundle.state is AccessState.LATENT,
            depth,
            "\n".join([*names, f"… {more:,} more"]),
            many=True,
        )


def _of_bundles(answer: AccessAnswers[Any]) -> Scene:
    hanging = _Hanging(answer)
    for bundle in answer.bundles.listed(BUNDLES, MEMBERS):
        if bundle.parent in hanging.depths:
            hanging.hang(bundle)
    deepest = max(hanging.rows)
    boxes = (
        hanging.boxes
        if hanging.forward
        else {key: box._replace(column=deepest - box.column) for key, box in hanging.boxes.items()}
    )
    hidden = len(answer) - hanging.shown
    note = _note(len(answer), hidden, truncated=answer.truncated)
    if hanging.doubtful:
        note = " · ".join(filter(None, [note, f"{hanging.doubtful:,} of them {CONTESTED}"]))
    title = f"{counted(len(answer), 'access')}, each by its best path"
    return Scene(title, boxes, hanging.lines, note)
