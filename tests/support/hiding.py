"""Worlds with more in them that concerns nobody who may see only some businesses."""

from __future__ import annotations

import copy
import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import networkx as nx

from inroads.model import Relation
from inroads.network.access_graph import AccessGraph

Body = dict[str, Any]
World = list[tuple[Body, dt.datetime]]

FRESH = 500
"""Ids from here on are in no world that is drawn."""


def near(graph: AccessGraph, businesses: list[str]) -> set[str]:
    """The businesses of the same scopes as these: whoever has any role there reaches these, too."""
    keeps = nx.Graph(
        (each.principal, each.resource)
        for each in graph.grants.values()
        if each.relation is Relation.KEEPS
    )
    keeps.add_nodes_from(businesses)
    return {node for each in businesses for node in nx.node_connected_component(keeps, each)}


def altered(world: World, rng: random.Random, untouched: set[str]) -> World:
    """The world with other names of hidden businesses, and more members, businesses, clients, roles and documents.

    No business, account or identity that `untouched` has is given to anybody or taken from anybody.
    """
    bodies = [(copy.deepcopy(body), moment) for body, moment in world]
    fresh = _Fresh(rng, [moment for _, moment in world])
    added: World = []
    for body, moment in bodies:
        inner = body.get("response", body)
        if isinstance(inner, list):
            added += fresh.listed(body, moment, untouched)
            continue
        for record in list(_records(inner)):
            if f"business:{record['id']}" not in untouched:
                fresh.renamed(record)
        if "business_group" in inner:
            business = inner.get("business", inner)
            if f"business:{business['id']}" not in untouched:
                number = fresh.number()
                row = {
                    "id": fresh.number(),
                    "identity_id": number,
                    "role": "business_employee",
                    "email": f"{number}@x.y",
                }
                members = inner["business_group"]["members"]
                members.insert(rng.randint(0, len(members)), row)
                membership = {
                    "id": row["id"],
                    "role": row["role"],
                    "business": copy.deepcopy(business),
                }
                membership["business"].pop("business_group", None)
                added.append(
                    (
                        {"id": number, "email": row["email"], "business_memberships": [membership]},
                        moment,
                    )
                )
        else:
            fresh.rows(inner)
    for _ in range(rng.randint(1, 3)):
        number = fresh.number()
        body: Body = {"id": number, "email": f"{number}@x.y"}
        body |= {name: [] for name in ("business_memberships", "groups", "roles")}
        fresh.rows(body)
        added.append((body, fresh.moment()))
        business = {"id": fresh.number(), "name": "n", "account_id": f"fresh{fresh.number()}"}
        members = [{"id": fresh.number(), "identity_id": number, "role": "owner"}]
        added.append(
            (
                {
                    "business": business,
                    "business_group": {"id": fresh.number(), "members": members},
                },
                fresh.moment(),
            )
        )
    mixed = bodies + added
    rng.shuffle(mixed)
    return mixed


class _Fresh:
    """Things that no other document names."""

    def __init__(self, rng: random.Random, moments: list[dt.datetime]) -> None:
        self.rng, self.moments, self.last = rng, moments, FRESH

    def number(self) -> int:
        self.last += 1
        return self.last

    def moment(self) -> dt.datetime:
        """One of those there are, or another one before, between or after them."""
        return self.rng.choice(self.moments) + dt.timedelta(hours=self.rng.choice((0, -99, 1, 999)))

    def renamed(self, record: Body) -> None:
        record |= {
            "name": f"name {self.number()}",
            "timezone": "UTC",
            "address": {"street": f"{self.number()} Road"},
        }

    def listed(self, body: Body, moment: dt.datetime, untouched: set[str]) -> World:
        """One more person in a listing of a hidden business, who has a document, too."""
        named = next(row["business_id"] for row in body["response"] if row)
        if f"business:{named}" in untouched:
            return []
        number, rows = self.number(), body["response"]
        row = {"uuid": f"{number}", "business_id": named, "identity_id": number}
        row |= {"business_role_name": "business_employee", "email": f"{number}@x.y"}
        rows.insert(self.rng.randint(0, len(rows)), row)
        if "total" in body.get("meta", ()):
            body["meta"]["total"] = int(body["meta"]["total"]) + 1
        membership = {"id": number, "role": "business_employee", "business": {"id": named}}
        return [
            (
                {"id": number, "email": row["email"], "business_memberships": [membership]},
                moment,
            )
        ]

    def rows(self, body: Body) -> None:
        """More rows of every section that somebody's own document has, at any place.

        No section is added: a section says, without a row, what is no longer so.
        """
        rng = self.rng
        account, number = f"fresh{self.number()}", self.number()
        clients = [{"id": self.number(), "account_id": f"fresh{self.number()}", "userid": 1}]
        business = {
            "id": number,
            "name": "secret",
            "account_id": account,
            "business_clients": clients,
        }
        record = self.number()
        group = {"id": record, "group_id": self.number(), "role": "owner", "business_id": number}
        more = {
            "business_memberships": [
                {"id": record, "role": rng.choice(("owner", "contractor")), "business": business}
            ],
            "groups": [group, {"garbage": True}],
            "roles": [
                {
                    "id": self.number(),
                    "role": "admin",
                    "accountid": account,
                    "systemid": 9,
                    "userid": 1,
                },
                None,
            ],
        }
        for name, given in more.items():
            if name not in body:
                continue
            rows = body.get(name) or []
            for row in given[: rng.randint(0, 2)]:
                rows.insert(rng.randint(0, len(rows)), row)
            body[name] = rows
        for name, value in (
            ("subscription_statuses", "cancelled"),
            ("permissions", {"staff.limit": number}),
        ):
            if name in body:  # a table that is there ends what older documents said in it
                body[name] = (body[name] or {}) | {account: value}
        body["phone_numbers"], body["setup_complete"] = (
            [{"title": "home", "phone_number": f"{number}"}],
            True,
        )


def _records(value: Any) -> Iterator[Body]:
    """The records of businesses in a document."""
    if "business_group" in value:
        yield value.get("business", value)
    for row in value.get("business_memberships") or ():
        if row:
            yield row["business"]
