"""Small named worlds as data: what is reached, exactly, and every question asked in every way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agreement import check, identities
from inroads.analysis.explain import explain
from inroads.documents.reader import parse_moment
from inroads.model import Access
from worlds import FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_world(file: Path) -> None:
    """The world's own list of accesses is complete and right, and all questions about it agree with the oracle."""
    world = json.loads(file.read_text())
    graph = check(
        [(each["document"], parse_moment(each["observed_at"])) for each in world["documents"]]
    )
    found = {
        identity: {access.resource: facts(access) for access in graph.reach(identity)}
        for identity in identities(graph)
    }
    for identity, resources in world["reach"].items():
        for resource, expected in resources.items():
            access = graph.access(identity, resource)
            assert access is not None, f"{identity} must reach {resource}"
            explanation = explain(graph, access)
            assert explanation.independent_routes == expected.pop("routes")
            assert sorted(grant.id for grant in explanation.cut) == sorted(expected.pop("cut"))
    assert found == world["reach"]
    assert sorted({issue.code for issue in graph.issues}) == world["issues"]


def facts(access: Access) -> dict[str, Any]:
    """What a world states of an access, routes and cut apart."""
    return {
        "roles": list(access.roles),
        "certainty": access.certainty,
        "state": access.state,
        "reasons": list(access.reasons),
        "distance": access.distance,
    }
