"""Bars of plots: small SVG elements that a page lays out and colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from markupsafe import Markup

WIDTH, HEIGHT = 1000, 16
LEAST: Final = 4
"""The least width of a part, so that one among thousands is seen."""


def in_words(parts: Sequence[tuple[str, int]]) -> str:
    """Return the parts of a bar as words: `11 stated, 2 inferred`."""
    return ", ".join(f"{number:,} {word}" for word, number in parts if number)


def bar(parts: Sequence[tuple[str, int]], most: int) -> Markup:
    """Draw a bar of parts side by side, as long as their share of `most`.

    Each part is a word with a number. The word is the class of its part, and its label for readers
    of the screen: our own words, never a text of a document.
    """
    words = in_words(parts)
    size = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "preserveAspectRatio": "none"}
    root = ET.Element("svg", {"class": "bar", "role": "img", "aria-label": words, **size})
    ET.SubElement(root, "title").text = words
    at = 0.0
    for word, number in parts:
        if number:
            width = max(LEAST, number / most * WIDTH)
            place = {"x": f"{min(at, WIDTH - width):.1f}", "y": "0"}
            box = {"width": f"{width:.1f}", "height": str(HEIGHT), "class": word}
            ET.SubElement(root, "rect", {**place, **box})
            at += width
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  # escaped by ElementTree
