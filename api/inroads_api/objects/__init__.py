"""The GraphQL types, each made from a value of the graph."""

import inroads_api.objects.words  # noqa: F401  # the enums that the types speak in
from inroads_api.objects.accesses import RESOURCES, Access, AccessFacts, Explanation, ModeArgument
from inroads_api.objects.accounts import Account
from inroads_api.objects.businesses import Business
from inroads_api.objects.coverage import Coverage, Issue
from inroads_api.objects.evidence import Evidence
from inroads_api.objects.fields import (
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
from inroads_api.objects.grants import Grant
from inroads_api.objects.groups import Group
from inroads_api.objects.identities import Identity
from inroads_api.objects.node import Node, identity, node
from inroads_api.objects.pages import Connection, First, Page, Window, connection, within, written
from inroads_api.objects.paths import PathList
from inroads_api.objects.policies import Policy, RoleRule

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
