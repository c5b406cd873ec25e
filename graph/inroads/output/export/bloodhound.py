"""BloodHound OpenGraph: every grant as stated, and derived edges whose paths are the accesses.

Grants are raw kinds, which BloodHound does not traverse. Traversable are `CanAccessAs<Role>` from
an identity to everything that its own grant conveys, and `CanControl` from an identity to the
control of a scope (a node of its own, since the business may also be held without acting for it),
from which `CanAccessAsClient` leads to the scope's vendors. Businesses and accounts have no
traversable edge out, so no path goes on from a resource that was merely reached.

Contested access is access: a raw grant has the properties `contested` and `contradictions`, a
derived edge has none.

BloodHound upper-cases ids, and keeps one edge of a kind from one node to another. So ids mark their
case with other characters, and a client's role, which may stand beside another role on the same
account, is a kind of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import IO, Any, Final

import msgspec
import numpy as np

from inroads.columns.claimset import ROLES
from inroads.model import NodeKind, Relation, kind_of, native_id
from inroads.network.access_graph import AccessGraph
from inroads.output.export.rows import edges, nodes, texts
from inroads.output.export.tuples import Scopes, roles
from inroads.text import escaped, plain_id

SOURCE: Final = "Inroads"
_ICONS: Final = {
    "Identity": ("user", "#17e625"),
    "Business": ("building", "#f5c542"),
    "Account": ("book", "#42a5f5"),
    "Group": ("users", "#b0bec5"),
    "Control": ("key", "#ef5350"),
}
_UPPER: Final = re.compile("[A-Z]")
_NOT_LETTERS: Final = re.compile("[^A-Za-z]")
_CONTROL_NODE: Final = "Control of a business and the account it keeps"
CONTROL: Final = f"{SOURCE}_CanControl"
RAW: Final = {
    word: f"{SOURCE}_{_NOT_LETTERS.sub('', word.title())}Grant"
    for word in (*map(str, Relation), f"{Relation.ROLE}/CLIENT")
}
ACCESS: Final = {role.lower(): f"{SOURCE}_CanAccessAs{role.title()}" for role in ROLES}
TRAVERSABLE: Final = (CONTROL, *ACCESS.values())
"""The kinds that convey access. The RAW kinds, by the word in a grant's id, do not."""


def write_graph(graph: AccessGraph, stream: IO[bytes]) -> None:
    """The nodes and edges, for BloodHound's file ingest."""
    scopes = Scopes(graph)
    stream.write(b'{"metadata":{"source_kind":"' + SOURCE.encode() + b'"},"graph":{"nodes":[\n')
    _write(stream, _nodes(graph, scopes))
    stream.write(b'\n],"edges":[\n')
    _write(stream, _edges(graph, scopes))
    stream.write(b"\n]}}\n")


def write_kinds(_graph: AccessGraph, stream: IO[bytes]) -> None:
    """The icons of the kinds of nodes, for BloodHound's `/api/v2/custom-nodes`."""
    icons = {
        f"{SOURCE}_{kind}": {"icon": {"type": "font-awesome", "name": name, "color": color}}
        for kind, (name, color) in _ICONS.items()
    }
    stream.write(msgspec.json.format(msgspec.json.encode({"custom_types": icons})) + b"\n")


def write_extension(_graph: AccessGraph, stream: IO[bytes]) -> None:
    """Write the extension definition, for BloodHound's `/api/v2/extensions`.

    It states which kinds are traversable.
    """
    told = {
        "schema": {
            "name": SOURCE,
            "display_name": SOURCE,
            "version": "v1.0.0",
            "namespace": SOURCE,
        },
        "node_kinds": [
            {
                "name": f"{SOURCE}_{kind}",
                "display_name": kind,
                "description": _CONTROL_NODE
                if kind == "Control"
                else f"A FreshBooks {kind.lower()}",
                "is_display_kind": True,
                "icon": icon,
                "color": color,
            }
            for kind, (icon, color) in _ICONS.items()
        ],
        "relationship_kinds": [
            {"name": kind, "description": text, "is_traversable": kind in TRAVERSABLE}
            for kind, text in (
                *((kind, f"{word}, as documents say it") for word, kind in RAW.items()),
                (CONTROL, "Acts for a business towards its vendors"),
                *((kind, f"Has access as {role}") for role, kind in ACCESS.items()),
            )
        ],
    }
    stream.write(msgspec.json.format(msgspec.json.encode(told)) + b"\n")


def _write(stream: IO[bytes], rows: Iterable[dict[str, Any]]) -> None:
    between = b""
    for row in rows:
        stream.write(between + msgspec.json.encode(row))
        between = b",\n"


def node_id(node: str) -> str:
    """Return the id of a node in BloodHound: upper case, without colons.

    A `^` stands before a character that was upper case already.

    >>> node_id("account:zDmNq")
    'ACCOUNT.Z^DM^NQ'
    """
    marked = _UPPER.sub(r"^\g<0>", plain_id(native_id(node)))
    return f"{kind_of(node)}.{marked}".upper()


def _nodes(graph: AccessGraph, scopes: Scopes) -> Iterator[dict[str, Any]]:
    for row in nodes(graph):
        shown = escaped(row["email"] or row["name"] or row["id"])
        properties = {**_properties(row), "name": shown, "node": escaped(row["id"])}
        if row["name"]:
            properties["known_name"] = escaped(row["name"])
        kinds = [f"{SOURCE}_{NodeKind(row['kind']).title()}"]
        yield {"id": node_id(row["id"]), "kinds": kinds, "properties": properties}
    for scope in sorted({client for client, _ in scopes.clients()}):
        name = graph.index.name(scope)
        properties = {"name": f"control of {escaped(name)}", "node": escaped(name)}
        yield {"id": _control(name), "kinds": [f"{SOURCE}_Control"], "properties": properties}


def _control(first: str) -> str:
    return f"CONTROL.{node_id(first)}"


def _edges(graph: AccessGraph, scopes: Scopes) -> Iterator[dict[str, Any]]:
    for row in edges(graph):
        principal, resource, name = row["principal"], row["resource"], row["id"]
        word = name[len(resource) + 1 : -len(principal) - 1]
        yield _edge(
            RAW[word],
            node_id(principal),
            node_id(resource),
            {**_properties(row), "grant": escaped(name)},
        )
    yield from _derived(graph, scopes)


def _derived(graph: AccessGraph, scopes: Scopes) -> Iterator[dict[str, Any]]:
    """Yield the traversable edges, without repetitions."""
    name, parts = graph.index.name, _Members(scopes)
    clients, own = scopes.clients(), set(scopes.own_clients())
    acting = {client for client, _ in clients}
    for principal, grants in groupby(scopes.held(), lambda held: held.principal):
        found: dict[tuple[str, int], None] = {}
        for held in grants:
            if held.acting and held.scope in acting:
                found[CONTROL, held.scope] = None
            for role in roles(held.roles):
                found[ACCESS[role], held.scope] = None
        start = node_id(name(principal))
        for kind, scope in found:
            if kind == CONTROL:
                yield _edge(kind, start, _control(name(scope)), {})
            else:
                for node in parts.of(scope):
                    yield _edge(kind, start, node_id(name(node)), {})
                    if kind == ACCESS["client"]:
                        own.discard((principal, node))
    for person, resource in sorted(own):
        yield _edge(ACCESS["client"], node_id(name(person)), node_id(name(resource)), {})
    for client, vendor in clients:
        for node in parts.of(vendor):
            yield _edge(ACCESS["client"], _control(name(client)), node_id(name(node)), {})


class _Members:
    """The nodes of each scope."""

    def __init__(self, scopes: Scopes) -> None:
        self.order = np.argsort(scopes.of, kind="stable")
        self.sorted = scopes.of[self.order]

    def of(self, scope: int) -> list[int]:
        first, last = np.searchsorted(self.sorted, [scope, scope + 1])
        found: list[int] = self.order[first:last].tolist()
        return found


def _edge(kind: str, start: str, end: str, properties: dict[str, Any]) -> dict[str, Any]:
    ends = {"start": {"value": start, "match_by": "id"}, "end": {"value": end, "match_by": "id"}}
    return {"kind": kind, **ends, "properties": properties}


def _properties(row: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that BloodHound accepts: no null, no object, no empty list."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in {"id", "principal", "resource"} or value is None or value == []:
            continue
        if isinstance(value, list):
            found[name] = list(map(escaped, texts(value)))
        else:
            found[name] = escaped(value) if isinstance(value, str) else value
    return found
