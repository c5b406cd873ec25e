"""The site builds without a warning, and its pages ask nobody else for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ELSEWHERE = re.compile(
    r"""<(?:script|img|iframe|source|object|embed|video|audio)\b[^>]*\b(?:src|data)=["']?(?:https?:)?//"""
    r"""|<link\b(?![^>]*rel=["']?(?:canonical|author))[^>]*\bhref=["']?(?:https?:)?//"""
    r"""|url\(["']?(?:https?:)?//|@import\s+["'](?:https?:)?//"""
)
"""What makes a browser load something from another host."""


GENERATED = {
    "reference/commands.html": ["inroads reach", "inroads ledger backup", "--certainty"],
    "reference/graphql.html": ["AccessConnection", "Queries", "Mutations", "Subscriptions"],
    "reference/python.html": ["inroads.load", "inroads.Explorer", "without"],
    "notebooks/explore.html": ["by 2 independent routes", "<svg"],
    "notebooks/review.html": ["ends: True", "<svg"],
}
"""Pages that are made from code, and some of the words that must be on each."""


def test_site(tmp_path: Path) -> None:
    """The site is built without a warning; its pages load nothing from another host, and none is empty.

    It is one test, since the build takes longer than all else here.
    """
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-nW",
        "--keep-going",
        "-q",
        "-d",
        tmp_path / "trees",
    ]
    done = subprocess.run(  # noqa: S603  # Sphinx of this environment
        [*command, ROOT / "docs", tmp_path / "site"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    files = {
        file.relative_to(tmp_path / "site").as_posix(): file.read_text(encoding="utf-8")
        for file in (tmp_path / "site").rglob("*")
        if file.suffix in {".css", ".html", ".svg"}
    }
    assert len(files) > 20
    assert {
        name: found[0] for name, text in files.items() if (found := ELSEWHERE.search(text))
    } == {}
    for page, words in GENERATED.items():
        text = re.sub(r"<(?!svg)[^>]*>", "", files[page])
        assert [word for word in words if word not in text] == [], page


@pytest.mark.parametrize(
    ("tag", "asks"),
    [
        ('<script src="https://cdn.example/x.js">', True),
        ('<link rel="stylesheet" href="//fonts.example/css">', True),
        ("@font-face { src: url(https://fonts.example/a.woff2) }", True),
        ('<img alt="badge" src="https://badges.example/a.svg">', True),
        ('<a href="https://networkx.org">', False),
        ('<script src="_static/doctools.js">', False),
    ],
)
def test_what_asks_elsewhere_is_seen(tag: str, asks: bool) -> None:
    """The pattern of the test above knows what a browser loads by itself, and takes no link for it."""
    assert bool(ELSEWHERE.search(tag)) is asks
