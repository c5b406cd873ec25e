"""Names that no document has: the error suggests the nearest nodes, a few times in a question."""

from __future__ import annotations

import pytest

from inroads.errors import NotFound
from inroads.model import NodeKind
from inroads.network.access_graph import AccessGraph
from inroads.network.limited.view import portion
from inroads_api.schema.resolved import SUGGESTIONS, collected, unknown
from questions import Ask, code


@pytest.mark.parametrize(
    ("principal", "resource", "near"),
    [
        ("bb@example.com", "account:Xr82w", "identity:712052"),
        ("b@example.com", "account:xr82w", "account:Xr82w"),
        ("b@example.com", "business:7712", "business:77128"),
    ],
)
def test_an_access_of_a_wrong_name(ask: Ask, principal: str, resource: str, near: str) -> None:
    """The error says which node may be meant, to people and in its extensions."""
    query = "query ($p: ID!, $r: ID!) { access(principal: $p, resource: $r) { distance } }"
    response = ask(query, p=principal, r=resource)
    (error,) = response["errors"]
    assert (code(response), error["extensions"]["nearest"][0]) == ("NOT_FOUND", near)
    assert "did you mean" in error["message"]


def test_choke_points_of_a_wrong_name(ask: Ask) -> None:
    """The nodes of choke points are suggested, too; what is like nothing has no suggestion."""
    query = "query ($of: [ID!]!) { chokePoints(of: $of) { ended } }"
    response = ask(query, of=["business:7712"])
    assert response["errors"][0]["extensions"]["nearest"] == ("business:77128",)
    assert "nearest" not in ask(query, of=["business:999999999"])["errors"][0]["extensions"]


def test_how_often(bruce: AccessGraph) -> None:
    """A question gets so many suggestions; the audit log hears of every node that they name."""
    with collected() as noted:
        errors = [
            unknown(bruce, "business:7712", [NodeKind.BUSINESS]) for _ in range(SUGGESTIONS + 1)
        ]
    assert [bool(each.nearest) for each in errors] == [True] * SUGGESTIONS + [False]
    assert noted == {"business:77128"}


def test_nothing_else_is_suggested(bruce: AccessGraph) -> None:
    """A limited caller is never led to what the portion does not hold."""
    part = portion(bruce, ["311394"], bytes(32))
    assert bruce.by_email("b@example.com") in part
    found: NotFound = unknown(part, "business:7712", [NodeKind.BUSINESS])
    assert found.nearest == ()
