"""What contradicts what: the evidence of both sides, found in time and memory that grow with the documents."""

from __future__ import annotations

import tracemalloc
from typing import Final

from inroads.documents.pointers import pointer
from records import DAY, me, membership, partial_me, team
from worlds import explore

PEOPLE: Final = 3_000


def test_a_crowd_of_one_moment() -> None:
    """Thousands of documents of one moment name one account: each pair of a grant and a scope is seen once."""
    documents = [
        (
            me(n, business_memberships=[membership(n, 7, "business_employee", account_id="hub")]),
            DAY[0],
        )
        for n in range(1, PEOPLE + 1)
    ]
    tracemalloc.start()
    graph = explore(documents)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(graph.grants) == PEOPLE + 1
    assert not graph.issues
    # All pairs of them took 799 MB.
    assert peak < 100_000_000


def test_a_document_without_memberships_denies_none() -> None:
    """The evidence of a denied membership is of documents that list memberships, each told once."""
    row = {"id": 77, "group_id": 900, "role": "owner"}
    documents = [
        (team(10, (1, 1, "owner")), DAY[0]),
        (me(2, groups=[row, row]), DAY[1]),
        (partial_me(2, groups=[row]), DAY[1]),
    ]
    graph = explore(documents)
    (denied, *_) = graph.grants["business:10#MEMBER@identity:2"].contradictions
    assert denied.code == "membership_denied"
    said = [(graph.documents[each.document], each) for each in denied.evidence]
    assert [pointer(document, *each[1:4]) for document, each in said] == [
        "/response/groups/0",
        "/response/groups/1",
        "/response/business_memberships",
    ]
