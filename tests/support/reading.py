"""Documents as the reader takes or refuses them, and pieces to build them of."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import inroads
from inroads.documents.claims import Statement, state
from inroads.documents.reader import Observation, read
from inroads.errors import Rejection
from inroads.policy.tables import STOCK

Body = dict[str, Any]


MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3MTIwNTIifQ.c2lnbmF0dXJlLW9mLXRva2Vu"


BRUCE: Body = json.loads((Path(inroads.EXAMPLE) / "bruce.json").read_bytes())


def encode(value: Any) -> bytes:
    return json.dumps(value).encode()


def taken(value: Any) -> Observation:
    raw = value if isinstance(value, bytes) else encode(value)
    found = read(raw, MONDAY, "a file")
    assert isinstance(found, Observation), found
    return found


def refused(value: Any) -> Rejection:
    raw = value if isinstance(value, bytes) else encode(value)
    found = read(raw, MONDAY, "a file")
    assert isinstance(found, Rejection), found
    assert found.source == "a file"
    assert found.message
    return found


def said(value: Any) -> Statement:
    return state(taken(value), STOCK)


def problems(value: Any) -> list[tuple[str, str]]:
    return [(issue.pointer, issue.code) for issue in taken(value).issues]


def body(value: Any) -> Any:
    return msgspec.json.decode(taken(value).document.body)


def member(business: Any, role: str = "owner", **more: Any) -> Body:
    return {"id": 500, "role": role, "business": {"id": business, **more}}


def team(*members: Any, **more: Any) -> Body:
    return {
        "business": {"id": 8},
        "business_group": {"id": 80, "category": "business", "members": list(members)},
    } | more


def client_row(**changes: Any) -> Body:
    row: Body = {
        "id": 22347,
        "business_id": 1,
        "account_id": "Xr82w",
        "userid": 3,
        "client_business": {"business_id": 1},
        "account_business": {"account_business_id": 9, "account_id": "Xr82w"},
    }
    return row | changes


def nested(levels: int, kind: str) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if kind == "array" else {"x": value}
    return value


def escaped(text: str) -> bytes:
    """A JSON string that spells every character as an escape."""
    return b'"' + b"".join(b"\\u%04x" % ord(each) for each in text) + b'"'
