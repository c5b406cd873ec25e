"""Changes of emails in GraphQL, and former emails."""

from __future__ import annotations

from typing import Any

import pytest

from inroads.cancellation import checked
from inroads.errors import InroadsError
from inroads_api.execution.execute import build_schema
from questions import asker, code, graph_of

ASKED = """
query Asked($email: String!, $first: Int) {
  identity(by: {email: $email}) { id }
  formerEmails(email: $email) { identity { id } until email }
  changes(since: "2026-02-01T00:00:00Z") {
    totalCount emails(first: $first) { nodes { identity before after } totalCount truncated } }
}"""


def envelope(number: int, month: int, email: str) -> dict[str, Any]:
    document = {"id": number, "email": email}
    return {"observed_at": f"2026-0{month}-01T00:00:00Z", "source": "test", "document": document}


def test_emails_that_changed() -> None:
    """They are told beside the changes of accesses; a lookup by the old one is null, and its owner can be asked."""
    graph = graph_of(
        *(
            envelope(number, month, f"{word}{number}@example.com")
            for number in (8, 9)
            for month, word in ((1, "old"), (3, "new"))
        )
    )
    ask = asker(build_schema(), graph)
    told = ask(ASKED, email="OLD9@example.com", first=1)
    assert "errors" not in told
    data = told["data"]
    assert data["identity"] is None
    assert data["formerEmails"] == [
        {
            "identity": {"id": "identity:9"},
            "until": "2026-03-01T00:00:00Z",
            "email": "new9@example.com",
        }
    ]
    first = {"identity": "identity:8", "before": "old8@example.com", "after": "new8@example.com"}
    assert data["changes"] == {
        "totalCount": 0,
        "emails": {"nodes": [first], "totalCount": 2, "truncated": True},
    }
    again = ask(ASKED, email="new9@example.com", first=2)["data"]
    assert again["identity"] == {"id": "identity:9"}
    assert again["formerEmails"] == []
    assert again["changes"]["emails"]["truncated"] is False


def owner(number: int, month: int, *businesses: int) -> dict[str, Any]:
    """A document of somebody who owns these businesses."""
    held = [{"id": each, "role": "owner", "business": {"id": each}} for each in businesses]
    told = envelope(number, month, f"p{number}@example.com")
    told["document"]["business_memberships"] = held
    return told


def test_the_document_without_a_grant() -> None:
    """A cause names the newest document that would have shown a grant to the version that lacks it."""
    graph = graph_of(owner(1, 1, 10), owner(1, 3, 11), owner(2, 3, 12))
    told = asker(build_schema(), graph)(
        """{ changesByCause(since: "2026-02-01T00:00:00Z") { nodes { cause {
          ... on GrantCause { id before { id } after { id } absentFrom { observedAt subject { id } } } } } } }"""
    )
    causes = [each["cause"] for each in told["data"]["changesByCause"]["nodes"]]
    assert [
        (each["id"], each["absentFrom"] and each["absentFrom"]["observedAt"]) for each in causes
    ] == [
        ("business:10#MEMBER@identity:1", "2026-03-01T00:00:00Z"),
        ("business:11#MEMBER@identity:1", "2026-01-01T00:00:00Z"),
        ("business:12#MEMBER@identity:2", None),
    ]
    assert causes[0]["after"] is causes[1]["before"] is None


def test_many_are_not_counted_in_an_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever must not be kept waiting is told before all of many changes are looked at."""
    ask = asker(build_schema(), graph_of(owner(1, 1, 10), owner(1, 3, 11)))
    changes = 'changes(since: "2026-02-01T00:00:00Z"{}) {{ totalCount {} }}'
    listed = f"{{ {changes.format('', 'nodes { sentence }')} }}"
    counted = f"{{ {changes.format('', 'counts { count }')} }}"
    filtered = [
        f"{{ {changes.format(each, '')} }}" for each in (" kinds: GAINED", ' about: "identity:1"')
    ]
    assert ask(listed)["data"]["changes"]["totalCount"] == 2

    def wait() -> None:
        raise InroadsError("it takes long", "LONG")

    with checked(lambda: None, wait):
        assert not any("errors" in ask(each) for each in (listed, counted, *filtered))
        monkeypatch.setattr("inroads_api.schema.analysis.changes.FEW", 1)
        assert "errors" not in ask(listed)
        assert [code(ask(each)) for each in (counted, *filtered)] == ["LONG"] * 3


ABOUT = """query ($about: ID, $kinds: [ChangeKind!], $first: Int, $after: String) {
  changes(since: "2026-02-01T00:00:00Z", about: $about, kinds: $kinds, first: $first, after: $after) {
    totalCount counts { kind count } pageInfo { endCursor } nodes { principal { id } resource { id } }
    emails { totalCount } }
  changesByCause(since: "2026-02-01T00:00:00Z", about: $about, kinds: $kinds) {
    totalCount counts { kind count } nodes { changes { totalCount } } } }"""


def test_about() -> None:
    """Pages, counts, causes and emails are those of one person or place, and cursors of that question."""

    def seen(number: int, month: int, *businesses: int) -> dict[str, Any]:
        held = [{"id": each, "role": "owner", "business": {"id": each}} for each in businesses]
        told = envelope(number, month, f"p{number}-{month}@example.com")
        told["document"]["business_memberships"] = held
        return told

    graph = graph_of(seen(8, 1), seen(9, 1), seen(8, 3, 1, 2), seen(9, 3, 1))
    ask = asker(build_schema(), graph)
    for text, total, emails in (
        (None, 3, 2),
        ("identity:8", 2, 1),
        ("p8-3@example.com", 2, 1),
        ("business:1", 2, 0),
        ("business:2", 1, 0),
    ):
        data = ask(ABOUT, about=text, first=1)["data"]
        assert data["changes"]["totalCount"] == total
        assert data["changes"]["counts"] == [{"kind": "GAINED", "count": total}]
        assert data["changesByCause"]["counts"] == data["changes"]["counts"]
        causes = data["changesByCause"]["nodes"]
        assert sum(each["changes"]["totalCount"] for each in causes) == total
        assert data["changes"]["emails"]["totalCount"] == emails
        cursor = data["changes"]["pageInfo"]["endCursor"]
        rest = ask(ABOUT, about=text, after=cursor)["data"]["changes"]["nodes"]
        assert len(rest) == total - 1
        if text:
            assert code(ask(ABOUT, after=cursor)) in {"CURSOR_INVALID", "CURSOR_EXPIRED"}
    unknown = ask(ABOUT, about="account:none")["errors"]
    assert [each["extensions"]["code"] for each in unknown] == ["NOT_FOUND"] * 2
    assert ask(ABOUT, kinds=[])["data"]["changes"]["totalCount"] == 0
