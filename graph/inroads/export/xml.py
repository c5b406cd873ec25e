"""GraphML and GEXF, written element by element; texts are escaped as `escape.escaped` does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any, Final
from xml.sax.saxutils import XMLGenerator  # writes XML and reads none
from xml.sax.xmlreader import AttributesImpl  # likewise

from inroads.export.escape import escaped
from inroads.export.rows import EDGE, NODE, edges, flat, nodes
from inroads.network import AccessGraph

_ENDS: Final = ("id", "principal", "resource")
_NODE_FIELDS: Final = {name: kind for name, kind in NODE.items() if name != "id"}
_EDGE_FIELDS: Final = {name: kind for name, kind in EDGE.items() if name not in _ENDS}


def _type(kind: type) -> str:
    return "boolean" if kind is bool else "string"


class _Xml(XMLGenerator):
    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, "utf-8", short_empty_elements=True)
        self.startDocument()

    def open(self, name: str, **attributes: str) -> None:
        self.startElement(name, AttributesImpl(attributes))

    def close(self, name: str) -> None:
        self.endElement(name)
        self.ignorableWhitespace("\n")

    def leaf(self, name: str, text: str = "", **attributes: str) -> None:
        self.startElement(name, AttributesImpl(attributes))
        if text:
            self.characters(text)
        self.close(name)


def write_graphml(graph: AccessGraph, stream: IO[bytes]) -> None:
    """GraphML 1.0 with directed, keyed edges; lists are JSON texts."""
    xml = _Xml(stream)
    xml.open("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    for of, fields in (("node", _NODE_FIELDS), ("edge", _EDGE_FIELDS)):
        for name, kind in fields.items():
            xml.leaf("key", id=f"{of}_{name}", **{"for": of, "attr.name": name, "attr.type": _type(kind)})
    xml.open("graph", edgedefault="directed")
    for row in nodes(graph):
        xml.open("node", id=escaped(row["id"]))
        _data(xml, "node", row, _NODE_FIELDS)
        xml.close("node")
    for row in edges(graph):
        ends = {"source": escaped(row["principal"]), "target": escaped(row["resource"])}
        xml.open("edge", id=escaped(row["id"]), **ends)
        _data(xml, "edge", row, _EDGE_FIELDS)
        xml.close("edge")
    xml.close("graph")
    xml.close("graphml")


def _data(xml: _Xml, of: str, row: dict[str, Any], fields: Iterable[str]) -> None:
    for name in fields:
        value = flat(row[name])
        if value is not None:
            xml.leaf("data", escaped(value), key=f"{of}_{name}")


def write_gexf(graph: AccessGraph, stream: IO[bytes]) -> None:
    """GEXF 1.3, as Gephi opens it; lists are JSON texts."""
    xml = _Xml(stream)
    xml.open("gexf", xmlns="http://gexf.net/1.3", version="1.3")
    xml.open("graph", defaultedgetype="directed", mode="static")
    for of, fields in (("node", _NODE_FIELDS), ("edge", _EDGE_FIELDS)):
        xml.open("attributes", **{"class": of})
        for name, kind in fields.items():
            xml.leaf("attribute", id=name, title=name, type=_type(kind))
        xml.close("attributes")
    xml.open("nodes")
    for row in nodes(graph):
        xml.open("node", id=escaped(row["id"]), label=escaped(row["email"] or row["name"] or row["id"]))
        _values(xml, row, _NODE_FIELDS)
        xml.close("node")
    xml.close("nodes")
    xml.open("edges")
    for row in edges(graph):
        ends = {"source": escaped(row["principal"]), "target": escaped(row["resource"])}
        xml.open("edge", id=escaped(row["id"]), label=row["relation"], **ends)
        _values(xml, row, _EDGE_FIELDS)
        xml.close("edge")
    for name in ("edges", "graph", "gexf"):
        xml.close(name)


def _values(xml: _Xml, row: dict[str, Any], fields: Iterable[str]) -> None:
    xml.open("attvalues")
    for name in fields:
        value = flat(row[name])
        if value is not None:
            xml.leaf("attvalue", value=escaped(value), **{"for": name})
    xml.close("attvalues")
