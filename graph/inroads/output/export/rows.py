"""The nodes and edges of a graph as plain rows, one at a time, for every format."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import msgspec

from inroads.documents.pointers import pointer
from inroads.model import Document, native_id
from inroads.network.access_graph import AccessGraph
from inroads.policy.grammar import CONVEYS

NODE: Final[dict[str, type]] = {
    "id": str,
    "kind": str,
    "native_id": str,
    "email": str,
    "first_name": str,
    "last_name": str,
    "confirmed_at": str,
    "unconfirmed": bool,
    "name": str,
    "active": bool,
    "subscription_status": str,
    "business_status": str,
    "system_id": str,
    "observed": bool,
    "latent": bool,
}
"""The columns of a node row; None where nothing is known.

`latent` means that access through the node, or through what it keeps, is latent.
"""

EDGE: Final[dict[str, type]] = {
    "id": str,
    "principal": str,
    "resource": str,
    "relation": str,
    "conveys": str,
    "active": bool,
    "roles": list,
    "words": list,
    "clients": list,
    "evidence": list,
    "contested": bool,
    "contradictions": list,
}
"""The columns of an edge row: one edge a grant, KEEPS only from business to account.

`conveys` is the grant's class under the policy. `words` and `clients` are in the order of
`evidence`, "" where a record has none. An item of evidence is a dict of source, sha256,
observed_at, pointer and record. `contested` grants are exported as any other; `contradictions` are
the codes of what contests them.
"""


def nodes(graph: AccessGraph) -> Iterator[dict[str, Any]]:
    """The rows of all nodes, in the order of their numbers."""
    unknown = dict.fromkeys(NODE)
    flags = {"unconfirmed": False, "observed": False}
    dead = iter(graph.index.dead)
    for name, data in graph.nodes(data=True):
        own = {"id": name, "native_id": native_id(name), "latent": bool(next(dead))}
        yield {**unknown, **flags, **data, **own}


def edges(graph: AccessGraph) -> Iterator[dict[str, Any]]:
    """The rows of all grants, in the order of their numbers."""
    index, document = graph.index, lru_cache(256)(graph.documents.__getitem__)
    for number in range(len(index.relation)):
        # This bypasses the cache, which is for the few grants that are asked for again.
        grant = index._grant(number)
        yield {
            "id": grant.id,
            "principal": grant.principal,
            "resource": grant.resource,
            "relation": grant.relation.value,
            "conveys": CONVEYS[index.conveys[number]].value,
            "active": grant.active,
            "roles": [role.value for role in grant.roles],
            "words": [word or "" for word in grant.words],
            "clients": [client or "" for client in grant.clients],
            "evidence": [
                _evidence(
                    document(each.document),
                    pointer(document(each.document), *each[1:4]),
                    each.record_id,
                )
                for each in grant.evidence
            ],
            "contested": grant.contested,
            "contradictions": [each.code for each in grant.contradictions],
        }


def _evidence(document: Document, place: str, record: str | None) -> dict[str, Any]:
    return {
        "source": valid(document.source),
        "sha256": document.sha256,
        "observed_at": document.observed_at,
        "pointer": place,
        "record": record,
    }


def valid(text: str) -> str:
    """Return a text as valid UTF-8: the name of a file may hold other bytes."""
    return text.encode("utf-8", "backslashreplace").decode()


def flat(value: Any) -> str | None:
    """Return a value as one text: flags as `true` and `false`, lists as JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return msgspec.json.encode(
            [valid(each) if isinstance(each, str) else each for each in value]
        ).decode()
    return value if value is None else valid(value)


def texts(values: list[Any]) -> list[str]:
    """Return a list as texts, evidence as JSON."""
    return [
        valid(each) if isinstance(each, str) else msgspec.json.encode(each).decode()
        for each in values
    ]
