"""Small worlds of documents, turned into graphs the way a user's documents are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from inroads.columns.builder import claim_set
from inroads.columns.fold import edges_of, fold, grants_of
from inroads.documents.claims import Attribute, Claim, Place, Statement
from inroads.documents.reader import Observation, read
from inroads.explorer import Explorer
from inroads.model import CONTRADICTIONS, Document, Grant
from inroads.policy.tables import STOCK, Policy

World = Sequence[tuple[dict[str, Any], dt.datetime]]
"""Bodies of documents with the moment at which each was observed."""


def observations(world: World) -> list[Observation]:
    """The documents of a world as read; every one must be taken."""
    found = [
        read(msgspec.json.encode(body), moment, f"document {n}")
        for n, (body, moment) in enumerate(world)
    ]
    assert all(isinstance(each, Observation) for each in found), found
    return [each for each in found if isinstance(each, Observation)]


def explore(world: World, policy: Policy = STOCK) -> Explorer:
    """The graph of a world."""
    return Explorer.observe(observations(world), policy)


def same(graphs: Iterable[Explorer]) -> bool:
    """Whether graphs hold the same nodes, grants and attributes, evidence included."""
    first, *others = (
        (graph.version, dict(graph.nodes(data=True)), graph.grants, graph.issues)
        for graph in graphs
    )
    return all(other == first for other in others)


def standing(grants: Iterable[Grant], nodes: dict[str, dict[str, Any]]) -> Explorer:
    """A graph in which just these grants stand, between nodes with these attributes."""
    attributes = []
    for node, data in nodes.items():
        plain = {
            name: value
            for name, value in data.items()
            if name not in {"kind", "observed", "unconfirmed"}
        }
        if data.get("unconfirmed"):
            plain["confirmed_at"] = None
        attributes += [Attribute(node, name, value) for name, value in plain.items()]
        attributes.append(
            Attribute(node, "system_id" if node.startswith("account") else "record", None)
        )
    claims = []
    for grant in grants:
        for role in grant.roles or (None,):
            claims.append(
                Claim(
                    grant.principal,
                    grant.relation,
                    grant.resource,
                    Place(grant.evidence[0].section, len(claims)),
                    None,
                    f"me {grant.principal}",
                    role=role,
                    client_role="/CLIENT@" in grant.id,
                    active=grant.active,
                    contested=sum(
                        1 << CONTRADICTIONS.index(each.code) for each in grant.contradictions
                    ),
                )
            )
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    document = Document(
        moment, "00" * 32, "", "me", min(nodes, default="identity:0"), "", "", b"{}"
    )
    said = claim_set([Statement(document, tuple(claims), tuple(attributes), (), (), (), ())])
    edges = edges_of(said.claims, np.arange(len(said.claims.document)))
    rows, evidence_of, evidence, _ = grants_of(edges, said.claims, len(said.nodes))
    return Explorer.build(
        fold(said, STOCK)._replace(grants=rows, evidence_of=evidence_of, evidence=evidence), STOCK
    )


FILES = sorted((Path(__file__).parents[1] / "worlds").glob("*.json"))
