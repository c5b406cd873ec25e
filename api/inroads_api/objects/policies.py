"""The judgement that answers are given under, as GraphQL types."""

from __future__ import annotations

from inroads.model import Capability, Role
from inroads_api.objects.fields import described, value


@described
class RoleRule:
    """A row of the policy: what a role can do."""

    role: Role = value("The role.")
    capabilities: list[Capability] = value("What it can do.")
    controls: bool = value("Whether its holder acts for the business.")


@described
class Policy:
    """The judgement that the answers are given under."""

    digest: str = value("A hash that two policies share exactly when their tables are equal.")
    roles: list[RoleRule] = value("What each role can do.")
    alive: list[str] = value("The subscription statuses under which an account works.")
