"""Campaigns of small worlds, and documents to make them of."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from inroads import EXAMPLE, review
from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads.review import (
    Campaign,
    Opened,
    Scope,
)
from inroads.store.ledger import Ledger

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


BRUCE, VENDOR = "identity:712052", "account:Xr82w"


def twins() -> list[dict[str, Any]]:
    """The example twice: b@example.com, and c@example.com with grants of their own: six items."""
    text = (EXAMPLE / "bruce.json").read_text(encoding="utf-8")
    body = json.loads(text.replace("712052", "712053").replace("b@example.com", "c@example.com"))
    for section in ("business_memberships", "groups", "roles"):
        for row in body["response"][section]:
            row["id"] += 1
    return [json.loads(text), body]


def business(number: int, account: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": f"business {number}", "account_id": account, **more}


def me(number: int, *memberships: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "email": f"i{number}@example.com",
        "business_memberships": list(memberships),
        **more,
    }


def member(
    record: int, role: str, number: int, account: str | None = None, **more: Any
) -> dict[str, Any]:
    return {"id": record, "role": role, "business": business(number, account, **more)}


def begin(ledger: Ledger, graph: Explorer, name: str = "Q1", **more: Any) -> Campaign:
    scope = more.pop("scope", Scope())
    return review.start(ledger, graph, scope, name, by="eve", now=NOW, **more)


def code(call: Any) -> str:
    with pytest.raises(InroadsError) as caught:
        call()
    return caught.value.code


def ends(campaign: Campaign) -> dict[tuple[str, str], Opened]:
    return {(each.access.principal, each.access.resource): each.opened for each in campaign.items()}
