"""The faces of problems: each is that of a code which the product has."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).parents[2]
OWN = {"NETWORK", "NO_DATA", "PAGE_ERROR"}
"""Codes of the page itself."""


def test_each_face_is_of_a_code_that_is_given() -> None:
    """A code of the table in problem.ts stands in the sources, so that none is misspelled or gone."""
    table = (TOP / "api" / "web" / "src" / "state" / "problem.ts").read_text(encoding="utf-8")
    faces = set(re.findall(r"^  ([A-Z_]+):", table.partition("FACES")[2], re.MULTILINE))
    sources = "\n".join(
        file.read_text(encoding="utf-8")
        for package in ("api/inroads_api", "graph/inroads")
        for file in (TOP / package).rglob("*.py")
    )
    assert len(faces) > 30
    assert {code for code in faces - OWN if f'"{code}"' not in sources} == set()
