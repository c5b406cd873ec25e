"""The picture of paths: an inline SVG, left to right, hop by hop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final
from xml.etree import ElementTree as ET

from inroads.model import AccessState, Certainty, Grant, NodeKind, Path, Relation, Step, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import contradiction_line, evidence_lines, label, records
from inroads.output.evidence_rows import CONTESTED
from inroads.text import more, printable, shortened

MAX_NODES: Final = 40
"""The most nodes in one picture; further paths are counted as "… n more"."""

TOLD: Final = 3
"""The most parallel grants of which a tooltip tells the records."""

MAX_LINE: Final = 300
"""The most characters in a line of a tooltip: names and sources may be of any length."""

ROOMY: Final = 22
"""The most characters of a name that fit into a box in the usual size."""

_Edge = tuple[str, str]
# A slot is a node, or an edge on its way through a column.
_Slot = str | tuple[_Edge, int]

_BOX, _HIGH, _COLUMN, _ROW, _MARGIN = 184, 46, 320, 82, 20
_FILL: Final = {
    NodeKind.IDENTITY: "#dbeafe",
    NodeKind.BUSINESS: "#dcfce7",
    NodeKind.ACCOUNT: "#fef3c7",
    NodeKind.GROUP: "#f3e8ff",
}
_STROKE: Final = {
    Certainty.STATED: "#1f2937",
    Certainty.INFERRED: "#b45309",
    Certainty.ASSOCIATED: "#9ca3af",
}


def _note(paths: int, hidden: int, *, truncated: bool) -> str | None:
    """Return the line below a picture: what it does not show."""
    if not paths:
        return "no access"
    if truncated:
        return f"… at least {hidden + 1} more: a limit cut this answer short"
    return f"… {hidden} more" if hidden else None


def svg(graph: AccessGraph, paths: Sequence[Path], *, truncated: bool = False) -> str:
    """Draw the paths as one SVG element, with roles on edges and evidence in tooltips.

    Every text of a document is escaped. Solid is stated, orange is inferred, grey is a mere
    association, dashed is latent. A contested step is a double line with the word `contested`.
    `truncated` tells that there are more paths than these.
    """
    shown = _shown(paths)
    edges = _edges(shown)
    columns = _columns(shown, edges)
    places = {
        slot: (_MARGIN + column * _COLUMN, _MARGIN + row * _ROW + _offset(columns, column))
        for column, slots in enumerate(columns)
        for row, slot in enumerate(slots)
    }
    note = _note(len(paths), len(paths) - len(shown), truncated=truncated)
    width = 2 * _MARGIN + max(0, len(columns) - 1) * _COLUMN + _BOX
    height = (
        2 * _MARGIN
        + max(map(len, columns), default=1) * _ROW
        - (_ROW - _HIGH)
        + (24 if note else 0)
    )
    size = {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height)}
    root = ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font-family": "sans-serif", **size},
    )
    _add(root, "title", text=f"{len(shown)} paths")
    _add(root, "rect", width=width, height=height, fill="#ffffff")
    for edge, steps in edges.items():
        between = [
            places[edge, column] for column in range(len(columns)) if (edge, column) in places
        ]
        _draw_edge(root, graph, [places[edge[0]], *between, places[edge[1]]], steps)
    for slots in columns:
        for slot in slots:
            if isinstance(slot, str):
                _draw_node(root, graph, slot, places[slot])
    if note:
        _add(root, "text", note, x=_MARGIN, y=height - 10, fill="#6b7280", font_size=13)
    return ET.tostring(root, encoding="unicode")


def _shown(paths: Sequence[Path]) -> list[Path]:
    nodes: set[str] = set()
    shown: list[Path] = []
    for path in paths:
        more = nodes | {path.steps[0].principal} | {step.resource for step in path.steps}
        if len(more) > MAX_NODES and shown:
            break
        nodes = more
        shown.append(path)
    return shown


def _columns(paths: Sequence[Path], edges: Iterable[_Edge]) -> list[list[_Slot]]:
    """Place every node in the column of its farthest place on any path, in order of appearance.

    An edge that spans columns gets a slot in each column between, so that it crosses no box.
    """
    column: dict[str, int] = {}
    for path in paths:
        for place, node in enumerate(
            [path.steps[0].principal, *(step.resource for step in path.steps)]
        ):
            column[node] = max(place, column.get(node, 0))
    used = {place: rank for rank, place in enumerate(sorted(set(column.values())))}
    columns: list[list[_Slot]] = [[] for _ in used]
    for node, place in column.items():
        columns[used[place]].append(node)
    for edge in edges:
        for place in range(used[column[edge[0]]] + 1, used[column[edge[1]]]):
            columns[place].insert(0, (edge, place))
    return columns


def _offset(columns: list[list[_Slot]], column: int) -> int:
    """Return the offset that centres a column against the tallest one."""
    return (max(map(len, columns)) - len(columns[column])) * _ROW // 2


def _edges(paths: Sequence[Path]) -> dict[_Edge, dict[Step, list[Path]]]:
    """Return the steps between each pair of nodes, with the paths that take them."""
    edges: defaultdict[_Edge, dict[Step, list[Path]]] = defaultdict(dict)
    for path in paths:
        for step in path.steps:
            edges[step.principal, step.resource].setdefault(step, []).append(path)
    return dict(edges)


def _draw_node(root: ET.Element, graph: AccessGraph, node: str, place: tuple[int, int]) -> None:
    x, y = place
    kind = kind_of(node)
    latent = graph.latent(node)
    box = _add(root, "g")
    _add(box, "title", text="\n".join([node, label(graph, node), *map(printable, latent)]))
    dash = {"stroke_dasharray": "5 4"} if latent else {}
    _add(
        box,
        "rect",
        x=x,
        y=y,
        width=_BOX,
        height=_HIGH,
        rx=8,
        fill=_FILL[kind],
        stroke="#374151",
        **dash,
    )
    _add(
        box,
        "text",
        (name := _short(label(graph, node))),
        x=x + _BOX / 2,
        y=y + 20,
        text_anchor="middle",
        font_size=13 if len(name) <= ROOMY else 11,
    )
    below = f"{kind.lower()} · {', '.join(latent)}" if latent else kind.lower()
    _add(
        box,
        "text",
        _short(below),
        x=x + _BOX / 2,
        y=y + 36,
        text_anchor="middle",
        font_size=10,
        fill="#6b7280",
    )


def _draw_edge(
    root: ET.Element,
    graph: AccessGraph,
    places: Sequence[tuple[int, int]],
    steps: dict[Step, list[Path]],
) -> None:
    forward = places[-1][0] > places[0][0]
    points = [(x + _BOX / 2, y + _HIGH / 2) for x, y in places]
    side = _BOX / 2 if forward else -_BOX / 2
    points[0] = (points[0][0] + side, points[0][1])
    points[-1] = (points[-1][0] - side, points[-1][1])
    arc = f"M{points[0][0]} {points[0][1]}"
    for (x1, y1), (x2, y2) in pairwise(points):
        bend = (x2 - x1) / 2 if forward else -60
        arc += f" C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    paths = [path for taken in steps.values() for path in taken]
    colour = _STROKE[min((path.certainty for path in paths), key=list(Certainty).index)]
    latent = all(path.state is AccessState.LATENT for path in paths)
    edge = _add(root, "g")
    grants = [graph.grants[step.grant] for step in steps]
    lines = [line for grant in grants[:TOLD] for line in _told(graph, grant)]
    lines += [more(len(grants) - TOLD)] * (len(grants) > TOLD)
    _add(edge, "title", text="\n".join(lines))
    dash = {"stroke_dasharray": "5 4"} if latent else {}
    contested = any(step.contested for step in steps)
    width = 6 if contested else 1.6
    _add(edge, "path", d=arc, fill="none", stroke=colour, stroke_width=width, **dash)
    if contested:  # a white line along the middle makes two of one
        _add(edge, "path", d=arc, fill="none", stroke="#ffffff", stroke_width=2.8)
    (x, y), tip = points[-1], -7 if forward else 7
    _add(edge, "path", d=f"M{x} {y} l{tip} -4 v8 z", fill=colour)
    words = dict.fromkeys(_word(step) for step in steps)
    label_x, label_y = (
        points[1] if len(points) > 2 else ((points[0][0] + x) / 2, (points[0][1] + y) / 2)
    )
    halo = {"paint_order": "stroke", "stroke": "#ffffff", "stroke_width": 4}
    place = {"x": label_x, "y": label_y - 5, "text_anchor": "middle", "font_size": 11}
    if contested:  # on a line of its own, so that no long role cuts it off
        _add(edge, "text", CONTESTED, fill=colour, **place, **halo)
        place["y"] = label_y - 17
    _add(edge, "text", _short(" + ".join(words)), fill=colour, **place, **halo)


def _told(graph: AccessGraph, grant: Grant) -> list[str]:
    """Return the lines of a grant in a tooltip: its records, and what contradicts them."""
    contradictions = map(contradiction_line, grant.contradictions)
    return [records(graph, grant), *evidence_lines(graph, grant), *shortened([*contradictions])]


def _word(step: Step) -> str:
    if step.role is None:
        return step.relation.replace("_", " ").lower()
    return f"{step.role} in project" if step.relation is Relation.GROUP else step.role.value


def _short(text: str) -> str:
    return text if len(text) <= 26 else f"{text[:25]}…"


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: object) -> ET.Element:
    """Add a child element; ElementTree escapes its text."""
    child = ET.SubElement(
        parent, tag, {name.replace("_", "-"): str(value) for name, value in attributes.items()}
    )
    child.text = (
        text if text is None else "\n".join(printable(line[:MAX_LINE]) for line in text.split("\n"))
    )
    return child
