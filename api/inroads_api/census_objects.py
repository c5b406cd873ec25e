"""The GraphQL types of a census, each made from `inroads.analysis.census.Counts`."""

from __future__ import annotations

from inroads.model import Role
from inroads_api import objects


@objects.described
class RoleCount:
    """How many accesses have a role."""

    role: Role = objects.value("The role.")
    count: int = objects.value("How many accesses have it as a maximal role.")


@objects.described
class AccessCounts:
    """How many accesses there are, each of one identity to one business or account.

    An access with two maximal roles counts under both.
    """

    total: int = objects.value("All of them.")
    stated: int = objects.value("Those of which a path is stated.")
    inferred: int = objects.value("Those of which every path is inferred.")
    active: int = objects.value("Those of which a path is active.")
    latent: int = objects.value("Those of which every path is latent.")
    by_role: list[RoleCount] = objects.stated(
        lambda self: [RoleCount(role=role, count=count) for role, count in self.roles.items()],
        "How many have each role; roles that none has are left out.",
    )
