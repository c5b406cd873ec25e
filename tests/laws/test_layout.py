"""The tests mirror the rooms."""

from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
APART = {"benchmarks", "clients", "docs", "laws", "soak", "support"}
"""Folders of tests about many modules at once, or about none."""
FILES = [
    file
    for file in sorted((TOP / "tests").rglob("test_*.py"))
    if not APART & set(file.relative_to(TOP / "tests").parts)
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TOP / "tests")))
def test_each_test_file_has_its_module(file: Path) -> None:
    """A file of tests has the place and the name of the module or package that it is about."""
    place = file.relative_to(TOP / "tests").with_name(file.stem.removeprefix("test_"))
    package = TOP / "graph" / "inroads"
    if place.parts[0] == "api":
        package, place = TOP / "api" / "inroads_api", Path(*place.parts[1:])
    module = package / place
    assert module.with_suffix(".py").is_file() or (module / "__init__.py").is_file()
