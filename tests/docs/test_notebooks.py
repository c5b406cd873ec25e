"""The notebooks run from top to bottom and show what they promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext
import pytest
from nbclient import NotebookClient

FILES = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))
SHOWN = {
    "explore": (["by 2 independent routes", "True True"], 3),
    "review": (
        [
            "by 2 independent routes",
            "WhatIf: 2 LOWERED",
            "ends: True",
            "review.html True",
        ],
        1,
    ),
}
"""What each says, and how many pictures it shows."""


@pytest.mark.filterwarnings("ignore")  # the kernel's own machinery warns in its own way
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_notebook(file: Path) -> None:
    """Every cell runs; the story's answers are the example's, and each picture is an image with its data."""
    notebook = jupytext.read(file)
    NotebookClient(
        notebook,
        timeout=120,
        iopub_timeout=60,  # on a busy machine the last output comes late
        resources={"metadata": {"path": str(file.parent)}},
    ).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    text = "\n".join(_text(output) for output in shown)
    words, drawn = SHOWN[file.stem]
    assert not [each for each in words if each not in text]
    pictures = [
        output["data"]["text/html"] for output in shown if "text/html" in output.get("data", {})
    ]
    assert sum(picture.startswith("<img alt=") for picture in pictures) == drawn


def _text(output: Any) -> str:
    return str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
