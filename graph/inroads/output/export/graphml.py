"""GraphML and GEXF, each element from a template; texts are escaped as `escape.escaped` does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, Final

# This writes XML and reads none.
from xml.sax.saxutils import escape

from inroads.network.access_graph import AccessGraph
from inroads.output.export.rows import EDGE, NODE, edges, flat, nodes
from inroads.text import escaped

_ENDS: Final = ("id", "principal", "resource")
_FIELDS: Final = {
    "node": {name: kind for name, kind in NODE.items() if name not in _ENDS},
    "edge": {name: kind for name, kind in EDGE.items() if name not in _ENDS},
}


def write_graphml(graph: AccessGraph, stream: IO[bytes]) -> None:
    """GraphML 1.0 with directed, keyed edges; lists are JSON texts."""
    _write(stream, _graphml(graph))


def write_gexf(graph: AccessGraph, stream: IO[bytes]) -> None:
    """GEXF 1.3, as Gephi opens it; lists are JSON texts."""
    _write(stream, _gexf(graph))


def _graphml(graph: AccessGraph) -> Iterator[str]:
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for of, fields in _FIELDS.items():
        for name, kind in fields.items():
            yield f'<key id="{of}_{name}" for="{of}" attr.name="{name}" attr.type="{_type(kind)}"/>'
    yield '<graph edgedefault="directed">'
    data = {
        of: {name: f'<data key="{of}_{name}">%s</data>' for name in fields}
        for of, fields in _FIELDS.items()
    }
    for row in nodes(graph):
        yield f'<node id="{_text(row["id"])}">{_filled(data["node"], row)}</node>'
    for row in edges(graph):
        yield f"<edge {_ends(row)}>{_filled(data['edge'], row)}</edge>"
    yield "</graph></graphml>"


def _gexf(graph: AccessGraph) -> Iterator[str]:
    yield '<gexf xmlns="http://gexf.net/1.3" version="1.3"><graph defaultedgetype="directed" mode="static">'
    for of, fields in _FIELDS.items():
        yield f'<attributes class="{of}">'
        for name, kind in fields.items():
            yield f'<attribute id="{name}" title="{name}" type="{_type(kind)}"/>'
        yield "</attributes>"
    data = {
        of: {name: f'<attvalue for="{name}" value="%s"/>' for name in fields}
        for of, fields in _FIELDS.items()
    }
    yield "<nodes>"
    for row in nodes(graph):
        label = _text(row["email"] or row["name"] or row["id"])
        values = _filled(data["node"], row)
        yield f'<node id="{_text(row["id"])}" label="{label}"><attvalues>{values}</attvalues></node>'
    yield "</nodes><edges>"
    for row in edges(graph):
        values = _filled(data["edge"], row)
        yield f'<edge {_ends(row)} label="{row["relation"]}"><attvalues>{values}</attvalues></edge>'
    yield "</edges></graph></gexf>"


def _write(stream: IO[bytes], lines: Iterator[str]) -> None:
    stream.write(b'<?xml version="1.0" encoding="utf-8"?>\n')
    for line in lines:
        stream.write(f"{line}\n".encode())


def _type(kind: type) -> str:
    return "boolean" if kind is bool else "string"


def _ends(row: dict[str, Any]) -> str:
    return f'id="{_text(row["id"])}" source="{_text(row["principal"])}" target="{_text(row["resource"])}"'


def _filled(templates: dict[str, str], row: dict[str, Any]) -> str:
    """Fill the templates with the values of a row; a value that is not known is left out."""
    texts = ((template, flat(row[name])) for name, template in templates.items())
    return "".join([template % _text(text) for template, text in texts if text is not None])


def _text(text: str) -> str:
    """Escape a text for content and attributes."""
    return escape(escaped(text), {'"': "&quot;"})
