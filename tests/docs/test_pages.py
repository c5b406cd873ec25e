"""The README and the pages of `docs` are true: their commands and snippets are run, and print what it says."""

from __future__ import annotations

import datetime as dt
import doctest
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from inroads import EXAMPLE
from inroads.documents.reader import Observation, read
from inroads.explorer import load
from inroads.policy.loading import load_policy
from inroads_api.cli.main import app
from inroads_api.execution.execute import build_schema
from inroads_api.execution.trusted_documents import Trusted

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in FILES}
BLOCKS = [
    (page, language, block)
    for page, text in PAGES.items()
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
]


def blocks(language: str, page: str = "") -> list[str]:
    """The blocks in a language, of one page or of all."""
    return [block for at, written, block in BLOCKS if written == language and page in ("", at)]


AGE = re.compile(r"(?<=^evidence ).*, \d+ days? old$", re.MULTILINE)
"""The age of evidence: it grows each day, and the moment of the example is that of its file."""
RUN = {"bash", "console", "graphql", "json", "pycon", "sh", "toml"}
"""Languages whose blocks are run, parsed or read by a test below."""
SHOWN = {"ini"}
"""Languages whose blocks only show: a unit of systemd."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a checkout in which the tutorial's `people.json` was made, so that none is littered."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("docs", "graph"):
        (folder / name).symlink_to(ROOT / name)
    (made,) = (
        line
        for block in blocks("sh", "docs/tutorial.md")
        for line in block.splitlines()
        if line.startswith("inroads generate")
    )
    assert run(made, folder) == "people.json: 30 documents about 30 people written\n"
    return folder


def run(command: str, folder: Path) -> str:
    """What a command prints on a terminal of 100 columns, errors included."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONUTF8": "1"}
    done = subprocess.run(  # noqa: S602  # the pages' own commands
        command,
        check=False,
        shell=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def test_every_block_is_held_by_a_test() -> None:
    """Each fenced block names a language that a test knows, so that none is only prose."""
    assert {language for _, language, _ in BLOCKS} <= RUN | SHOWN
    fences = sum(len(re.findall(r"^```", text, re.MULTILINE)) for text in PAGES.values())
    directives = sum(len(re.findall(r"^```\{", text, re.MULTILINE)) for text in PAGES.values())
    assert fences == 2 * (len(BLOCKS) + directives)


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.splitlines()[0][2:50])
def test_commands(block: str, checkout: Path) -> None:
    """A command prints what its page shows below it."""
    first, _, expected = block.partition("\n")
    assert AGE.sub("", run(first.removeprefix("$ "), checkout)) == AGE.sub("", expected)


@pytest.mark.parametrize("block", blocks("bash"), ids=lambda block: block.splitlines()[0][:30])
def test_scripts(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script runs from top to bottom in an empty folder, without an error."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("INROADS_LEDGER", raising=False)
    done = subprocess.run(  # noqa: S603  # the pages' own commands
        ["/bin/bash", "-euo", "pipefail", "-c", block],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    if "inroads review" in block:
        assert '"campaign":"2026-Q1"' in (tmp_path / "q1.report.ndjson").read_text()
    elif "inroads ingest" in block:
        assert (tmp_path / "inroads.db").exists()
        assert (tmp_path / "changes.csv").read_text().startswith("change,principal")
    elif "inroads export" in block:
        assert (tmp_path / "graph.graphml.gz").exists()
        assert (tmp_path / "fga" / "model.fga").read_text().startswith("model")
    else:
        assert done.stdout.startswith("kind,id,name,total")


@pytest.mark.parametrize("block", blocks("sh"), ids=lambda block: block.splitlines()[0][:30])
def test_shell(block: str) -> None:
    """What cannot be run here is shell, and each `inroads` in it is a command with such options."""
    subprocess.run(["/bin/bash", "-n", "-c", block], check=True)  # noqa: S603  # it only parses
    for line in block.splitlines():
        if line.startswith("inroads "):
            command: Any = typer.main.get_command(app)
            rest = shlex.split(line, comments=True)[1:]
            rest = rest[: rest.index(">")] if ">" in rest else rest
            context = command.make_context("inroads", rest)
            while isinstance(command, TyperGroup):
                name, command, rest = command.resolve_command(context, rest)
                context = command.make_context(name, list(rest), parent=context)


def test_what_curl_sends() -> None:
    """Each request that a page shows is JSON, and its document and variables are valid."""
    stub = (
        'inroads() { :; }; curl() { while [ "$1" != -d ]; do shift; done; printf "%s\\0" "$2"; }\n'
    )
    sent = [
        body
        for block in blocks("sh")
        if "curl " in block and "graphql" in block
        for body in subprocess.run(  # noqa: S603  # the pages' own commands, but for what they start
            ["/bin/bash", "-eu", "-c", stub + block],
            check=True,
            cwd=ROOT,
            env={**os.environ, "TOKEN": "inr_"},
            capture_output=True,
            text=True,
        ).stdout.split("\0")[:-1]
    ]
    assert len(sent) >= 5
    schema, trusted = build_schema(allow_ingest=True, allow_review=True), Trusted()
    for body in sent:
        given = json.loads(body)
        prepared = schema.documents.get(trusted.text(given.get("query"), given.get("documentId")))
        assert not prepared.errors(given.get("variables"), None)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks("pycon", page)])
def test_snippets(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python snippets of a page, typed one after the other into one session, do as they show."""
    monkeypatch.chdir(ROOT)
    session = "\n".join(blocks("pycon", page))
    test = doctest.DocTestParser().get_doctest(session, {}, page, page, 0)
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("block", blocks("graphql"), ids=lambda block: block[:40].strip())
def test_questions(block: str) -> None:
    """A GraphQL document is answered on the example, without an error."""
    done = subprocess.run(  # noqa: S603  # the pages' own questions
        [Path(sys.executable).parent / "inroads", "query", block, "-d", EXAMPLE],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "errors" not in json.loads(done.stdout)


def test_links() -> None:
    """Each link to a file or a heading of this repository leads there."""
    lost = []
    for file in FILES:
        text = re.sub(
            r"^```.*?^```$", "", PAGES[file.relative_to(ROOT).as_posix()], flags=re.M | re.S
        )
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, heading = link.partition("#")
            at = (file.parent / path).resolve() if path else file
            if "://" not in link and not (at.exists() and (not heading or heading in anchors(at))):
                lost.append((file.name, link))
    assert lost == []


def anchors(file: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts and the site make them."""
    headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_picture() -> None:
    """The committed picture is what a notebook shows."""
    drawn = load(EXAMPLE).reach("b@example.com")._repr_svg_().replace(EXAMPLE.as_posix(), "example")
    assert (ROOT / "notebooks/example.svg").read_text(encoding="utf-8") == drawn


def test_the_envelope_and_the_policy() -> None:
    """The sample envelope is taken with its moment and source, and the sample policy is valid."""
    (envelope,) = blocks("json")
    observed = read(envelope.encode(), dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "elsewhere")
    assert isinstance(observed, Observation)
    assert observed.document.source == json.loads(envelope)["source"]
    (toml,) = blocks("toml")
    assert (
        load_policy(toml).role("membership", "bookkeeper")
        == tomllib.loads(toml)["words"]["membership"]["bookkeeper"]
    )


def test_what_a_contributor_runs_is_what_ci_runs() -> None:
    """The two install commands stand in the README in one form, and CI takes them from there."""
    commands = [
        line
        for block in blocks("sh", "README.md")
        for line in block.splitlines()
        if line.startswith("python3 -m venv")
    ]
    assert [command.split("&&")[-1].strip() for command in commands] == [
        ".venv/bin/inroads demo",
        ".venv/bin/python -m pytest -q -n auto",
    ]
    assert "README.md" in (ROOT / ".ci/run").read_text(encoding="utf-8")
