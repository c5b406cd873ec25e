"""Questions and graphs on which authorization engines and we must agree."""

from __future__ import annotations

import json
import os
import random
from collections import defaultdict
from functools import cache
from typing import Any

import inroads
from exported import hostile
from inroads.columns.claimset import ROLES
from inroads.documents.reader import parse_moment
from inroads.explorer import Explorer
from inroads.model import NodeKind, Role
from inroads.output.export.openfga import object_id
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK
from inroads.reach.everyone import every_access
from strategies import random_world
from worlds import FILES, explore

WORLDS = int(os.environ.get("INROADS_EXPORT_WORLDS", "12"))
POLICIES = {
    "stock": STOCK,
    "controlling": load_policy("""
[roles.MANAGER]
controls = true
[relations.ROLE]
controlling = "CONTROL"
otherwise = "CONTROL"
"""),
    "silent": load_policy("""
[relations.MEMBER]
otherwise = "NONE"
[relations.ROLE]
controlling = "CONTROL"
otherwise = "NONE"
"""),
    "without clients": load_policy(
        'relations.CLIENT.otherwise = "NONE"\nrelations.CLIENT.controlling = "NONE"'
    ),
}
RESOURCES = (NodeKind.BUSINESS, NodeKind.ACCOUNT)


@cache
def graphs() -> list[Explorer]:
    """The example, the named worlds, one of hostile ids, and random worlds under each policy in turn."""
    found = [inroads.load(inroads.EXAMPLE), hostile()]
    for file in FILES:
        documents = json.loads(file.read_text())["documents"]
        found.append(
            explore([(each["document"], parse_moment(each["observed_at"])) for each in documents])
        )
    policies = list(POLICIES.values())
    for seed in range(WORLDS):
        rng = random.Random(seed)
        found.append(
            explore(random_world(rng, rng.choice((3, 6, 12))), policies[seed % len(policies)])
        )
    return found


def accesses(graph: Explorer) -> dict[tuple[str, str], tuple[Role, ...]]:
    """Every access of a graph with its maximal roles."""
    name = graph.index.name
    return {
        (name(int(row[0])), name(int(row[1]))): graph.roles_of(int(row[2]))
        for part in every_access(graph)
        for row in zip(part.principal, part.resource, part.roles, strict=True)
    }


def nodes_of(graph: Explorer, *kinds: NodeKind) -> list[str]:
    return [node for node, data in graph.nodes(data=True) if data["kind"] in kinds]


def held(graph: Explorer) -> dict[tuple[str, str], set[str]]:
    """Every access with its roles, in the words of the model. The engine gives roles that others cover, too."""
    return {pair: {role.lower() for role in found} for pair, found in accesses(graph).items()}


def questions(graph: Explorer, rng: random.Random, most: int) -> dict[str, Any]:
    """Questions to the engine with the answers that we give."""
    known, typed = held(graph), lambda node: ":".join(object_id(node))
    people, resources = nodes_of(graph, NodeKind.IDENTITY), nodes_of(graph, *RESOURCES)
    reached, reaching = defaultdict(set), defaultdict(set)
    for person, resource in known:
        reached[person].add(resource)
        reaching[resource].add(person)
    pairs = [(person, resource) for person in people for resource in resources]
    if len(pairs) > most:
        there = sorted(known)
        pairs = rng.sample(there, min(most // 2, len(there))) + rng.sample(pairs, most // 2)
    checks = []
    for person, resource in dict.fromkeys(pairs):
        roles = known.get((person, resource), set())
        answers = {"access": bool(roles), **dict.fromkeys(roles, True)}
        if not roles:
            answers |= {role.lower(): False for role in ROLES}
        # A role that no other one can cover is held exactly when it is among the maximal ones.
        answers |= {role: role in roles for role in ("owner", "contractor", "client", "unknown")}
        checks.append({"user": typed(person), "object": typed(resource), "assertions": answers})
    by_person = [
        {
            "user": typed(person),
            "type": kind.lower(),
            "assertions": {
                "access": sorted(
                    typed(each) for each in reached[person] if each.startswith(kind.lower())
                ),
                **{
                    role: sorted(
                        typed(each)
                        for each in reached[person]
                        if each.startswith(kind.lower()) and role in known[person, each]
                    )
                    for role in ("owner", "client")
                },
            },
        }
        for person in (people if len(people) <= most else rng.sample(people, most // 5))
        for kind in RESOURCES
    ]
    by_resource = [
        {
            "object": typed(resource),
            "user_filter": [{"type": "identity"}],
            "assertions": {
                "access": {"users": sorted(map(typed, reaching[resource]))},
                **{
                    role: {
                        "users": sorted(
                            typed(each)
                            for each in reaching[resource]
                            if role in known[each, resource]
                        )
                    }
                    for role in ("owner", "client")
                },
            },
        }
        for resource in (resources if len(resources) <= most else rng.sample(resources, most // 5))
        if len(reaching[resource]) < 900  # the engine cuts longer lists silently
    ]
    return {
        "name": "as we say",
        "check": checks,
        "list_objects": by_person,
        "list_users": by_resource,
    }
