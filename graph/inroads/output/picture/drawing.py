"""The picture of an answer: an inline SVG, left to right, hop by hop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final
from xml.etree import ElementTree as ET

from inroads.model import Certainty, NodeKind
from inroads.output.evidence_rows import CONTESTED
from inroads.output.picture.scenes import Box, Ends, Line, Scene
from inroads.text import printable

# A slot is the key of a box, or a line on its way through a column.
_Slot = str | tuple[Ends, int]

ROOMY: Final = 22
"""The most characters of a name that fit into a box in the usual size."""

MAX_LINE: Final = 300
"""The most characters in a line of a tooltip: names and sources may be of any length."""

_BOX, _HIGH, _COLUMN, _ROW, _MARGIN, _KEY = 184, 46, 320, 82, 20, 110
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
_PAPER, _INK, _MUTED, _BORDER = "#ffffff", "#111827", "#6b7280", "#374151"
_DARK: Final = {
    _PAPER: "#111418",
    _INK: "#f3f4f6",
    _MUTED: "#9aa4b2",
    _BORDER: "#8b95a3",
    "#dbeafe": "#1e3a5f",
    "#dcfce7": "#1b4332",
    "#fef3c7": "#4d3b0b",
    "#f3e8ff": "#3f2a5c",
    "#1f2937": "#d7dce3",
    "#b45309": "#fb9f3c",
    "#9ca3af": "#6b7280",
}
"""The colour in a dark theme for each of a light one; viewers without themes take the light ones."""

_DARKER: Final = "".join(
    f'.inroads [{part}="{light}"]{{{part}:{dark}}}'
    for light, dark in _DARK.items()
    for part in ("fill", "stroke")
)
THEME: Final = f"@media screen and (prefers-color-scheme: dark){{{_DARKER}}}"
"""The style of all pictures: their colours in a dark theme."""


def svg(scene: Scene, *, alone: bool = True) -> str:
    """Draw a scene as one SVG element, left to right, with roles on lines and evidence in tooltips.

    Every text of a document is escaped. Solid is stated, orange is inferred, grey is a mere
    association, dashed is latent. A contested line is double, with the word `contested`; a box
    with a second edge stands for many nodes. A legend explains what is in it. A picture that
    stands alone has THEME in it, and follows a dark theme; in a page, the page has it once.
    """
    columns = _columns(scene)
    places = {
        slot: (_MARGIN + column * _COLUMN, _MARGIN + row * _ROW + _offset(columns, column))
        for column, slots in enumerate(columns)
        for row, slot in enumerate(slots)
    }
    legend = list(_legend(scene.lines.values()))
    across = 2 * _MARGIN + max(0, len(columns) - 1) * _COLUMN + _BOX
    width = max(across, _MARGIN + _KEY * len(legend))
    below = 2 * _MARGIN + max(map(len, columns), default=1) * _ROW - (_ROW - _HIGH)
    height = below + 24 * bool(scene.note) + 24 * bool(legend)
    size = {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height)}
    named = {"role": "img", "class": "inroads", "font-family": "sans-serif"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **named, **size})
    _add(root, "title", text=scene.title)
    if alone:
        ET.SubElement(root, "style").text = THEME
    _add(root, "rect", width=width, height=height, fill=_PAPER)
    for ends, line in scene.lines.items():
        between = [
            places[ends, column] for column in range(len(columns)) if (ends, column) in places
        ]
        _draw_line(root, [places[ends[0]], *between, places[ends[1]]], line)
    for key, box in scene.boxes.items():
        _draw_box(root, box, places[key])
    if scene.note:
        _add(root, "text", scene.note, x=_MARGIN, y=below + 10, font_size=13, fill=_MUTED)
    for number, (word, line) in enumerate(legend):
        _draw_key(root, word, line, _MARGIN + number * _KEY, height - 14)
    return ET.tostring(root, encoding="unicode")


def _columns(scene: Scene) -> list[list[_Slot]]:
    """Place the boxes in their columns, in order of appearance.

    A line that spans columns gets a slot in each column between, so that it crosses no box.
    """
    last = max((box.column for box in scene.boxes.values()), default=-1)
    columns: list[list[_Slot]] = [[] for _ in range(last + 1)]
    for key, box in scene.boxes.items():
        columns[box.column].append(key)
    for ends in scene.lines:
        first, stop = (scene.boxes[each].column for each in ends)
        for column in range(first + 1, stop):
            columns[column].insert(0, (ends, column))
    return columns


def _offset(columns: list[list[_Slot]], column: int) -> int:
    """Return the offset that centres a column against the tallest one."""
    return (max(map(len, columns)) - len(columns[column])) * _ROW // 2


def _legend(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Yield the words for the kinds of lines of a picture, each with a sample."""
    drawn = list(lines)
    for certainty in sorted({each.certainty for each in drawn}, key=list(Certainty).index):
        yield certainty.lower(), Line("", certainty, False, False, "")
    if any(each.latent for each in drawn):
        yield "latent", Line("", Certainty.STATED, True, False, "")
    if any(each.contested for each in drawn):
        yield CONTESTED, Line("", Certainty.STATED, False, True, "")


def _draw_key(root: ET.Element, word: str, line: Line, x: int, y: int) -> None:
    _stroke(root, f"M{x} {y - 4} h28", line)
    _add(root, "text", word, x=x + 34, y=y, font_size=11, fill=_MUTED)


def _draw_box(root: ET.Element, box: Box, place: tuple[int, int]) -> None:
    x, y = place
    group = _add(root, "g")
    _add(group, "title", text=box.tip)
    dash: dict[str, Any] = {"stroke_dasharray": "5 4"} if box.latent else {}
    shape: dict[str, Any] = {
        "width": _BOX,
        "height": _HIGH,
        "rx": 8,
        "fill": _FILL[box.kind],
        "stroke": _BORDER,
    }
    if box.many:
        _add(group, "rect", x=x + 5, y=y + 5, **shape, **dash)
    _add(group, "rect", x=x, y=y, **shape, **dash)
    middle: dict[str, Any] = {"x": x + _BOX / 2, "text_anchor": "middle"}
    name = _short(box.title)
    letters = 12 if len(name) <= ROOMY else 11
    _add(group, "text", name, y=y + 20, font_size=letters, fill=_INK, **middle)
    _add(group, "text", _short(box.below), y=y + 36, font_size=10, fill=_MUTED, **middle)


def _draw_line(root: ET.Element, places: Sequence[tuple[int, int]], line: Line) -> None:
    forward = places[-1][0] > places[0][0]
    points = [(x + _BOX / 2, y + _HIGH / 2) for x, y in places]
    side = _BOX / 2 if forward else -_BOX / 2
    points[0] = (points[0][0] + side, points[0][1])
    points[-1] = (points[-1][0] - side, points[-1][1])
    arc = f"M{points[0][0]} {points[0][1]}"
    for (x1, y1), (x2, y2) in pairwise(points):
        bend = (x2 - x1) / 2 if forward else -60
        arc += f" C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    edge = _add(root, "g")
    _add(edge, "title", text=line.tip)
    _stroke(edge, arc, line)
    (x, y), tip = points[-1], -7 if forward else 7
    _add(edge, "path", d=f"M{x} {y} l{tip} -4 v8 z", fill=_STROKE[line.certainty])
    label_x, label_y = (
        points[1] if len(points) > 2 else ((points[0][0] + x) / 2, (points[0][1] + y) / 2)
    )
    ink: dict[str, Any] = {
        "fill": _STROKE[line.certainty],
        "paint_order": "stroke",
        "stroke": _PAPER,
        "stroke_width": 4,
    }
    place: dict[str, Any] = {
        "x": label_x,
        "y": label_y - 5,
        "text_anchor": "middle",
        "font_size": 11,
    }
    if line.contested:  # on a line of its own, so that no long role cuts it off
        _add(edge, "text", CONTESTED, **place, **ink)
        place["y"] = label_y - 17
    _add(edge, "text", _short(line.words), **place, **ink)


def _stroke(parent: ET.Element, path: str, line: Line) -> None:
    """Draw the stroke of a line: dashed where it is latent, double where it is contested."""
    dash: dict[str, Any] = {"stroke_dasharray": "5 4"} if line.latent else {}
    width = 6 if line.contested else 1.6
    colour = _STROKE[line.certainty]
    _add(parent, "path", d=path, fill="none", stroke=colour, stroke_width=width, **dash)
    if line.contested:  # a line of the paper's colour along the middle makes two of one
        _add(parent, "path", d=path, fill="none", stroke=_PAPER, stroke_width=2.8)


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: object) -> ET.Element:
    """Add a child element; ElementTree escapes its text."""
    child = ET.SubElement(
        parent, tag, {name.replace("_", "-"): str(value) for name, value in attributes.items()}
    )
    child.text = (
        text if text is None else "\n".join(printable(line[:MAX_LINE]) for line in text.split("\n"))
    )
    return child
