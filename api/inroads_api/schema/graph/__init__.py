"""The GraphQL types of nodes, grants, records, accesses and paths."""

from __future__ import annotations

import inroads_api.schema.enums  # noqa: F401  # declares the enums that the types use
from inroads_api.schema.fields import (
    ID,
    describe,
    described,
    described_interface,
    field,
    mirror,
    optional,
    stated,
    value,
)
from inroads_api.schema.graph.accesses import (
    RESOURCES,
    Access,
    AccessFacts,
    Explanation,
    ModeArgument,
)
from inroads_api.schema.graph.accounts import Account
from inroads_api.schema.graph.businesses import Business
from inroads_api.schema.graph.coverage import Coverage, Issue, Policy, RoleRule
from inroads_api.schema.graph.evidence import Evidence
from inroads_api.schema.graph.grants import Grant
from inroads_api.schema.graph.groups import Group
from inroads_api.schema.graph.identities import Identity
from inroads_api.schema.graph.node import Node, identity, node
from inroads_api.schema.graph.paths import PathList
from inroads_api.schema.pages import Connection, First, Page, Window, connection, within, written

__all__ = [
    "ID",
    "RESOURCES",
    "Access",
    "AccessFacts",
    "Account",
    "Business",
    "Connection",
    "Coverage",
    "Evidence",
    "Explanation",
    "First",
    "Grant",
    "Group",
    "Identity",
    "Issue",
    "ModeArgument",
    "Node",
    "Page",
    "PathList",
    "Policy",
    "RoleRule",
    "Window",
    "connection",
    "describe",
    "described",
    "described_interface",
    "field",
    "identity",
    "mirror",
    "node",
    "optional",
    "stated",
    "value",
    "within",
    "written",
]
