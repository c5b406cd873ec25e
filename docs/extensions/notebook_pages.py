"""Notebook pages: each notebook is executed, and written into its page with what its cells show."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
from nbclient import NotebookClient

FOLDER = "notebooks/"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def executed(file: Path) -> Any:
    """The cells of a notebook with their outputs."""
    notebook = jupytext.read(file)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    resources = {"metadata": {"path": str(file.parent)}}
    NotebookClient(notebook, timeout=120, iopub_timeout=60, resources=resources).execute()
    return notebook.cells


def shown(output: Any) -> str:
    """What one output shows: a picture as it is, everything else as text."""
    data = output.get("data", {})
    html = str(data.get("text/html", ""))
    if html.startswith("<svg"):
        html = html.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)
        return f"```{{raw}} html\n{html}\n```\n"
    text = str(output.get("text", "") or data.get("text/plain", "")).rstrip()
    return f"```text\n{text}\n```\n" if text else ""


def markdown(cells: Any) -> Iterator[str]:
    """The cells as Markdown, with headings one level down, below the title of the page."""
    for cell in cells:
        if cell.cell_type == "markdown":
            yield "".join(
                f"#{line}" if line.startswith("#") else line
                for line in cell.source.splitlines(keepends=True)
            )
        else:
            yield f"```python\n{cell.source}\n```\n"
            yield from map(shown, cell.get("outputs", ()))
        yield ""


def append(app: Any, page: str, source: list[str]) -> None:
    """Write an executed notebook below the text of its page."""
    if page.startswith(FOLDER):
        file = NOTEBOOKS / f"{page.removeprefix(FOLDER)}.py"
        app.env.note_dependency(str(file))
        source[0] += "\n" + "\n".join(markdown(executed(file)))


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", append)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
