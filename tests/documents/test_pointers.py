"""Pointers lead from evidence to the record in the document that it came from."""

from __future__ import annotations

from typing import Any

import pytest

from inroads.documents import pointers
from inroads.documents.pointers import pointer, record
from reading import BRUCE, said, taken


def evidence(value: Any) -> dict[str, Any]:
    """Every pointer of a document's claims with the record it resolves to."""
    document = taken(value).document
    return {
        pointer(document, *claim.place): record(document, pointer(document, *claim.place))
        for claim in said(value).claims
    }


@pytest.mark.parametrize("wrapped", [True, False])
def test_pointers_resolve_to_the_very_record(wrapped: bool) -> None:
    """The pointer of every claim leads to the record that makes it, in every section."""
    inner = BRUCE["response"]
    prefix = "/response" if wrapped else ""
    found = evidence(BRUCE if wrapped else inner)
    expected = {
        f"{prefix}/{name}/{index}": row
        for name in ("groups", "roles")
        for index, row in enumerate(inner[name])
    }
    for index, membership in enumerate(inner["business_memberships"]):
        expected[f"{prefix}/business_memberships/{index}"] = membership
        expected[f"{prefix}/business_memberships/{index}/business"] = membership["business"]
        for sub, row in enumerate(membership["business"]["business_clients"]):
            expected[f"{prefix}/business_memberships/{index}/business/business_clients/{sub}"] = row
    assert found == expected


def test_pointers_with_special_characters() -> None:
    """A key's own ~ and / are escaped as ~0 and ~1, and come back."""
    keys = ["a/b", "a~b", "~1", "~0", "/", "~", "", " ", "m~n/o", "0", "-1"]
    document = taken(
        {"identity_id": 7, "x": {key: number for number, key in enumerate(keys)}}
    ).document
    for number, key in enumerate(keys):
        assert record(document, f"/x/{pointers.escape(key)}") == number


@pytest.mark.parametrize(
    "place",
    [
        "/nothing",
        "/x/2",
        "/x/-1",
        "/x/01",
        "/x/1_0",
        "/x/ 1",
        "/x/\u0660",
        "/x/y",
        "/id/0",
        "/x/0/0",
        "/email/x",
        "id",
        "x",
        "/",
    ],
)
def test_pointers_to_nothing(place: str) -> None:
    """A pointer that leads nowhere is a LookupError, not somebody else's record."""
    document = taken({"identity_id": 7, "x": [1, 2], "email": None}).document
    with pytest.raises(LookupError):
        record(document, place)
