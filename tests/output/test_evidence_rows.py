"""Rows of contested accesses: the mark in each form, and the evidence of both sides."""

from __future__ import annotations

import pytest

from contested import MARKUP, STEERING, disagreeing, leaver, moved, twice
from inroads.explorer import Explorer
from inroads.model import Role
from inroads.network.wording import both_sides, contradiction_line, evidence_line
from inroads.output.rows import csv_row, json_row, table_row
from inroads.output.step_rows import step_cells, step_rows


@pytest.mark.parametrize(
    ("graph", "email", "resource", "code", "places"),
    [
        (
            leaver(),
            "leaver@example.com",
            "business:1001",
            "membership_denied",
            ["/response/groups/0", "/response/business_memberships"],
        ),
        (
            moved(),
            "xi@example.com",
            "business:3001",
            "account_moved",
            ["/response/roles/0", "/response", "/response"],
        ),
        (
            twice(),
            "o@example.com",
            "business:1001",
            "equal_moment",
            ["/response/business_memberships/0", "/response"],
        ),
    ],
)
def test_an_access(
    graph: Explorer, email: str, resource: str, code: str, places: list[str]
) -> None:
    """JSON has the facts apart; CSV and the table mark the certainty and the role."""
    access = graph.access(email, resource)
    assert access is not None
    row = json_row(access, graph)
    assert row == access.to_dict()
    assert (row["certainty"], row["contested"], row["contested_roles"]) == (
        "STATED",
        True,
        ["OWNER"],
    )
    (told,) = row["contradictions"]
    assert told["code"] == code
    assert [each["pointer"] for each in told["evidence"]] == places
    flat = csv_row(access, graph)
    assert flat["certainty"] == ["STATED", "contested"]
    assert flat["contradictions"] == [f"{code}: {told['sentence']}"]
    cells = table_row(access, graph)
    assert cells["certainty"] == ["STATED", "contested"]
    assert cells["roles"] == ["OWNER (contested)"]
    assert "STATED, contested" in str(access)


def test_a_sound_access_beside_it() -> None:
    """What no record contradicts has no mark: the same person owns the seller."""
    graph = moved()
    access = graph.access("xi@example.com", "business:1001")
    assert access is not None
    row = json_row(access, graph)
    assert (row["contested"], row["contested_roles"], row["contradictions"]) == (False, [], [])
    assert csv_row(access, graph) == row
    assert table_row(access, graph)["roles"] == ["OWNER"]
    assert "contested" not in str(access)


def test_steps() -> None:
    """A step is contested by its own grant, its path by any step."""
    graph = moved()
    access = graph.access("xi@example.com", "business:3001")
    assert access is not None
    rows = list(step_rows(graph, access))
    assert [(row["relation"], row["contested"], row["path_contested"]) for row in rows] == [
        ("ROLE", True, True),
        ("KEEPS", False, True),
    ]
    role, keeps = map(step_cells, rows)
    assert role["certainty"] == keeps["certainty"] == ["STATED", "contested"]
    assert role["contradictions"][0].startswith("account_moved: it is older than the move of")
    assert keeps["contradictions"] == []


def test_a_grant() -> None:
    """A grant has its contradictions as JSON, and as lines in CSV; a choke point ends with them."""
    graph = leaver()
    grant = graph.grants["business:1001#MEMBER@identity:2"]
    row = json_row(grant, graph)
    assert row["contested"]
    assert [each["code"] for each in row["contradictions"]] == ["membership_denied"]
    assert csv_row(grant, graph)["contradictions"][0].startswith("membership_denied: a row of")
    (point,) = [each for each in graph.choke_points() if each.grant == grant.id]
    assert list(csv_row(point, graph))[-2:] == ["contested", "contradictions"]
    assert table_row(point, graph)["records"] == ["group row 77", "contested"]
    assert not json_row(graph.grants["business:1001#MEMBER@identity:1"], graph)["contested"]


def test_a_frame() -> None:
    """A DataFrame marks what is contested, and a filter leaves it out."""
    frame = moved().reach("xi@example.com").to_pandas()
    assert frame.set_index("resource")["contested"].to_dict() == {
        "account:AccA": True,
        "business:1001": False,
        "business:3001": True,
    }
    only = moved().reach("xi@example.com", contested=False).to_pandas()
    assert list(only["resource"]) == ["business:1001"]
    assert frame.set_index("resource")["contested_roles"]["business:3001"] == "OWNER"


def test_both_sides_are_shown() -> None:
    """Of many records those that disagree come first, whatever number states one side."""
    graph = disagreeing()
    grant = graph.grants["business:1001#MEMBER@identity:1"]
    (told,) = grant.contradictions
    words = dict(zip(grant.evidence, grant.words, strict=True))
    assert grant.words[:2] == ("manager", "manager")
    assert [words[each] for each in both_sides(grant, told, 2)] == ["manager", "admin"]
    assert grant.roles == (Role.MANAGER, Role.OWNER)


def test_hostile_texts() -> None:
    """The lines of a contradiction are printable, whatever a document says."""
    graph = moved(MARKUP, STEERING)
    access = graph.access("xi@example.com", "business:3001")
    assert access is not None
    (told,) = access.contradictions
    assert MARKUP in contradiction_line(told)
    lines = [evidence_line(graph, each) for each in told.evidence]
    assert lines[0] == "role 11: xi\ufffd\ufffd[31m<script> /response/roles/0"
    assert all(line.isprintable() for line in [*lines, contradiction_line(told)])
