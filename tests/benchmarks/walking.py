"""The peer of a question in C: `walk.c`, compiled for this run, over the columns of a graph."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from inroads.columns.claimset import KIND_BITS, KINDS
from inroads.explorer import Explorer
from inroads.model import NodeKind, Role
from inroads.policy.grammar import ACTING, BACKWARD, FORWARD, PHASES, RESOLVE
from inroads.reach.answers import RESOURCES

_FOUND: Final = 1 << 30
_Arrays: Final = ctypes.c_void_p * 11


class _Walk(ctypes.Structure):
    _fields_ = (("arrays", _Arrays), ("count", ctypes.c_int32), ("forward", ctypes.c_int32))


def compiled(folder: Path) -> ctypes.CDLL:
    """The library of `walk.c`; without a compiler the benchmark is skipped."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no gcc to compile the peer with")
    source, library = Path(__file__).with_name("walk.c"), folder / "walk.so"
    command = [
        compiler,
        "-O2",
        "-Wall",
        "-Werror",
        "-shared",
        "-fPIC",
        "-o",
        str(library),
        str(source),
    ]
    subprocess.run(command, check=True)  # noqa: S603  # our own source
    return ctypes.CDLL(str(library))


class Walked:
    """The walk from an identity to what it reaches, or with `forward=False` from a resource to who reaches it."""

    def __init__(self, library: ctypes.CDLL, graph: Explorer, *, forward: bool) -> None:
        index, grants = graph.index, graph.fold.grants
        assert (RESOLVE, ACTING, len(FORWARD[0])) == (2, 0, 4)  # as walk.c has them
        kinds = index.codes_column >> KIND_BITS
        if forward:
            entries, ends = index.out_entries, (grants.resource, grants.principal)
            wanted = np.isin(kinds, [KINDS.index(kind) for kind in RESOURCES]) * (
                (1 << len(PHASES)) - 1
            )
        else:
            entries, ends = index.in_entries, (grants.principal, grants.resource)
            wanted = (kinds == KINDS.index(NodeKind.IDENTITY)) * (1 << ACTING)
        wide = (np.ascontiguousarray(each, np.int32) for each in (*entries, *ends, grants.roles))
        table = FORWARD if forward else BACKWARD
        narrow = (np.ascontiguousarray(each, np.int8) for each in (index.conveys_column, table))
        self.held, self.found = np.zeros(index.size, np.int32), np.zeros(index.size, np.int32)
        passed = np.zeros(index.size, np.uint8)
        # In the order of walk.c; they must live as long as their addresses are used.
        self._arrays: list[Any] = [
            *wide,
            *narrow,
            wanted.astype(np.uint8),
            passed,
            self.held,
            self.found,
        ]
        self._walk = _Walk(_Arrays(*(each.ctypes.data for each in self._arrays)), 0, forward)
        self._graph, self._walked, self._phases = (
            graph,
            library.walked,
            1 if forward else len(PHASES),
        )

    def __call__(self, node: str) -> int:
        """How many nodes there are; they and their roles stay where they are until the next question."""
        count: int = self._walked(ctypes.byref(self._walk), self._graph.number(node), self._phases)
        return count

    def printed(self, node: str) -> set[tuple[str, tuple[Role, ...]]]:
        """The nodes and their roles as the summaries of an answer have them."""
        index, roles_of = self._graph.index, self._graph.roles_of
        nodes = self.found[: self(node)]
        roles = self.held[nodes] - _FOUND
        return {
            (index.name(each), roles_of(held))
            for each, held in zip(nodes.tolist(), roles.tolist(), strict=True)
        }
