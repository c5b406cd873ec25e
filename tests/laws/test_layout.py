"""The tests mirror the rooms, and the rooms stay small and say what they are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PACKAGES = [TOP / "graph" / "inroads", TOP / "api" / "inroads_api"]
APART = {"benchmarks", "clients", "docs", "laws", "page", "soak", "support"}
"""Folders of tests about many modules at once, or about none."""

MOST_LINES, MOST_ENTRIES = 500, 12
LONG: dict[str, str] = {}
"""Files of more lines, each with its reason."""

FULL = {
    "graph/inroads": "the ten rooms, and the files that everything stands on",
    "graph/inroads/columns": "the engine: its tables, their union, the fold and its increments",
    "graph/inroads/analysis": "twelve kinds of answers, and the findings",
}
"""Folders of more entries, each with its reason."""

NO_SUBJECT = re.compile(r"(What|Whether|Who|Where|Those|The same)\b")
"""Beginnings of docstrings that name no subject."""

FILES = [
    file
    for file in sorted((TOP / "tests").rglob("test_*.py"))
    if not APART & set(file.relative_to(TOP / "tests").parts)
]


def name(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


def modules() -> list[Path]:
    return [file for package in PACKAGES for file in sorted(package.rglob("*.py"))]


def docstrings(file: Path) -> Iterator[str]:
    """Each docstring of a module, its classes and its functions."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, documented):
            yield ast.get_docstring(node) or ""


def is_module(path: Path) -> bool:
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TOP / "tests")))
def test_each_test_file_has_its_module(file: Path) -> None:
    """A file of tests has the place and the name of the module or package that it is about.

    The tests of a module may also be a folder of its name, in which files are named for what they claim.
    """
    place = file.relative_to(TOP / "tests").with_name(file.stem.removeprefix("test_"))
    package, *_ = PACKAGES
    if place.parts[0] == "api":
        package, place = PACKAGES[1], Path(*place.parts[1:])
    module = package / place
    folder = module.parent.with_name(module.parent.name.removeprefix("test_"))
    assert is_module(module) or (folder != module.parent and is_module(folder))


def test_files_are_short() -> None:
    """No file of the packages has more lines than a reader takes in, but for those listed, each with its reason."""
    lines = {name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in modules()}
    assert {file for file, count in lines.items() if count > MOST_LINES} == LONG.keys()


def test_folders_are_small() -> None:
    """No folder of the packages has more entries of code beside its `__init__.py` than one can survey."""
    counts = {
        name(folder): sum(
            each.suffix == ".py" or any(each.glob("*.py"))
            for each in folder.iterdir()
            if each.name != "__init__.py"
        )
        for folder in {file.parent for file in modules()}
    }
    assert {folder for folder, count in counts.items() if count > MOST_ENTRIES} == FULL.keys()


def test_docstrings_name_their_subject() -> None:
    """No docstring begins with a word that leaves out what it is about."""
    counts = {
        name(file): sum(bool(NO_SUBJECT.match(text)) for text in docstrings(file))
        for file in modules()
    }
    assert not {file: count for file, count in counts.items() if count}
