"""The picture of an answer as a widget: the picture of the web explorer, in a notebook.

Needs the extra `inroads[widget]`, and an installation that was built with its page.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import anywidget
from traitlets import Dict, Int, Unicode

from inroads.errors import InroadsError
from inroads.output.picture.scenes import Box, Scene

BUILT: Final = Path(__file__).parent / "built"
"""The folder of the built script and its styles; the page's build writes them."""

HEIGHT: Final = 420
"""The height of a picture in a notebook, in pixels."""


class PictureWidget(anywidget.AnyWidget):
    """A picture that is panned, zoomed and picked from; `picked` has the id of what is picked.

    That is the id of a node, or those of the two ends of a line, as `identity:1>business:2`. It is
    empty where nothing is picked, and may be set. Everything is drawn on the page that shows the
    notebook; nothing is asked elsewhere.
    """

    _esm = Unicode().tag(sync=True)
    _css = Unicode().tag(sync=True)
    scene = Dict().tag(sync=True)
    picked = Unicode().tag(sync=True)
    unfold = Unicode().tag(sync=True)
    """The id of the last bundle of nodes that someone wished to open."""
    height = Int(HEIGHT).tag(sync=True)


def widget(scene: Scene, root: str, ends: Collection[str], *, inverse: bool) -> PictureWidget:
    """Return a scene as a widget. Raises InroadsError NOT_BUILT without the built script."""
    try:
        script, styles = (
            (BUILT / name).read_text(encoding="utf-8") for name in ("widget.js", "widget.css")
        )
    except FileNotFoundError:
        raise InroadsError(
            "this installation was built without the picture's script: install it again where npm's"
            " registry can be reached, with INROADS_WEB=require to see what fails",
            "NOT_BUILT",
        ) from None
    told = told_of(scene, root, ends, inverse=inverse)
    return PictureWidget(_esm=script, _css=styles, scene=told)


def told_of(scene: Scene, root: str, ends: Collection[str], *, inverse: bool) -> dict[str, Any]:
    """Return a scene as the page knows it: spots and lines, as JSON takes them."""
    return {
        "root": root,
        "inverse": inverse,
        "note": scene.note or "",
        "spots": [_spot(key, box, end=key in ends) for key, box in scene.boxes.items()],
        "lines": [
            {
                "id": ">".join(pair),
                "from": pair[0],
                "to": pair[1],
                "label": line.words,
                "certainty": line.certainty.value,
                "latent": line.latent,
                "contested": line.contested,
                "tip": line.tip,
            }
            for pair, line in scene.lines.items()
        ],
    }


def _spot(key: str, box: Box, *, end: bool) -> dict[str, Any]:
    return {
        "id": key,
        "kind": "more" if box.many else box.kind.value.lower(),
        "title": box.title,
        "sub": box.below,
        "end": end,
        "latent": box.latent,
        "tip": box.tip,
    }
