"""The tests mirror the rooms, and the rooms stay small and say what they are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PACKAGES = [TOP / "graph" / "inroads", TOP / "api" / "inroads_api"]
APART = {"benchmarks", "clients", "docs", "laws", "soak", "support"}
"""Folders of tests about many modules at once, or about none."""

MOST_LINES, MOST_ENTRIES = 500, 12
LONG = {
    "api/inroads_api/cli/commands/review.py": "the subcommands of one group, a function each",
    "api/inroads_api/execution/compiler.py": "one compiler, whose cases call each other",
    "graph/inroads/analysis/changes.py": "not yet split",
    "graph/inroads/analysis/what_if.py": "not yet split",
    "graph/inroads/columns/incremental.py": "not yet split",
    "graph/inroads/network/access_graph.py": "one class, the graph that users hold",
    "graph/inroads/review/campaign.py": "one class, the campaign",
    "graph/inroads/store/ledger.py": "not yet split",
}
"""Files of more lines, each with its reason."""

FULL = {"graph/inroads": "the ten rooms, and the five files that everything stands on"}
"""Folders of more entries, each with its reason."""

NO_SUBJECT = re.compile(r"(What|Whether|Who|Where|Those|The same)\b")
"""Beginnings of docstrings that name no subject."""

WITHOUT_SUBJECT = {
    "graph/inroads/analysis/__init__.py": 1,
    "graph/inroads/analysis/census.py": 1,
    "graph/inroads/analysis/changes.py": 7,
    "graph/inroads/analysis/findings/context.py": 2,
    "graph/inroads/analysis/findings/document_scan.py": 3,
    "graph/inroads/analysis/findings/finding.py": 4,
    "graph/inroads/analysis/findings/review.py": 5,
    "graph/inroads/analysis/findings/rules/accesses.py": 1,
    "graph/inroads/analysis/findings/rules/control.py": 1,
    "graph/inroads/analysis/findings/rules/grants.py": 1,
    "graph/inroads/analysis/findings/sentences.py": 1,
    "graph/inroads/analysis/remediation.py": 2,
    "graph/inroads/analysis/what_if.py": 10,
    "graph/inroads/documents/claims.py": 1,
    "graph/inroads/documents/pseudonyms.py": 1,
    "graph/inroads/documents/records.py": 1,
    "graph/inroads/documents/redaction.py": 3,
    "graph/inroads/policy/grammar.py": 1,
    "graph/inroads/policy/rule_settings.py": 1,
    "graph/inroads/policy/separation.py": 1,
    "graph/inroads/policy/tables.py": 1,
    "graph/inroads/review/campaign.py": 3,
    "graph/inroads/review/frozen_access.py": 10,
    "graph/inroads/review/opening.py": 3,
    "graph/inroads/review/report.py": 2,
    "graph/inroads/review/spreadsheet.py": 1,
    "graph/inroads/review/values.py": 3,
    "graph/inroads/sources/__init__.py": 1,
    "graph/inroads/sources/chunks.py": 1,
    "graph/inroads/sources/files.py": 3,
    "graph/inroads/sources/loader.py": 8,
    "graph/inroads/sources/private_file.py": 1,
    "graph/inroads/sources/service_collector.py": 1,
    "graph/inroads/sources/synthetic.py": 1,
    "graph/inroads/store/__init__.py": 1,
    "graph/inroads/store/ledger.py": 5,
    "graph/inroads/store/snapshot.py": 2,
    "api/inroads_api/cli/commands/accesses.py": 3,
    "api/inroads_api/cli/commands/changes.py": 2,
    "api/inroads_api/cli/commands/files.py": 1,
    "api/inroads_api/cli/commands/findings.py": 2,
    "api/inroads_api/cli/commands/security.py": 1,
    "api/inroads_api/cli/commands/watch.py": 3,
    "api/inroads_api/cli/commands/what_if.py": 2,
    "api/inroads_api/cli/main.py": 1,
    "api/inroads_api/cli/options.py": 1,
    "api/inroads_api/cli/terminal.py": 3,
    "api/inroads_api/execution/answer_cache.py": 2,
    "api/inroads_api/execution/compiler.py": 2,
    "api/inroads_api/execution/cost.py": 2,
    "api/inroads_api/execution/tracing.py": 2,
    "api/inroads_api/security/audit.py": 4,
    "api/inroads_api/security/authentication.py": 4,
    "api/inroads_api/security/callers.py": 2,
    "api/inroads_api/security/jwks_url.py": 1,
    "api/inroads_api/security/oidc.py": 1,
    "api/inroads_api/security/tokens.py": 2,
    "api/inroads_api/server/processes.py": 1,
    "api/inroads_api/server/settings.py": 1,
    "api/inroads_api/server/telemetry.py": 1,
    "api/inroads_api/versions/cache.py": 1,
    "api/inroads_api/versions/cursors.py": 2,
    "api/inroads_api/versions/following.py": 2,
    "api/inroads_api/versions/ingestion.py": 4,
    "api/inroads_api/versions/limited.py": 1,
    "api/inroads_api/versions/review_desk.py": 2,
    "api/inroads_api/versions/versions.py": 5,
    "api/inroads_api/web/admission.py": 2,
    "api/inroads_api/web/endpoint.py": 5,
    "api/inroads_api/web/metrics.py": 2,
    "api/inroads_api/web/middleware.py": 2,
    "api/inroads_api/web/rate_limit.py": 2,
    "api/inroads_api/web/requests.py": 1,
    "api/inroads_api/web/streams.py": 2,
}
"""How many docstrings of a file begin so and are not yet mended."""

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
    """No docstring begins with a word that leaves out what it is about; the list holds no file that is mended."""
    counts = {
        name(file): sum(bool(NO_SUBJECT.match(text)) for text in docstrings(file))
        for file in modules()
    }
    assert {file: count for file, count in counts.items() if count} == WITHOUT_SUBJECT
