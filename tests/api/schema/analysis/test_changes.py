"""Changes of emails in GraphQL, and former emails."""

from __future__ import annotations

from typing import Any

from inroads_api.execution.execute import build_schema
from questions import asker, graph_of

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
