"""Documents and records for small worlds, as tests write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

DAY = [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in range(1, 29)]
CLIENT = {
    "id": 6,
    "business_id": 10,
    "account_id": "V",
    "userid": 7,
    "client_business": {"business_id": 10},
    "account_business": {"account_business_id": 20, "account_id": "V"},
}


def business(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": f"Business {number}", **more}


def me(identity: int = 1, **sections: Any) -> dict[str, Any]:
    """A whole `me`: the sections that are not given are empty."""
    empty: dict[str, Any] = {"business_memberships": [], "groups": [], "roles": []}
    return partial_me(identity, **(empty | sections))


def partial_me(identity: int = 1, **sections: Any) -> dict[str, Any]:
    """A `me` that has these sections alone."""
    return {"response": {"id": identity, "email": f"i{identity}@example.com", **sections}}


def membership(record: int, number: int, role: str = "owner", **more: Any) -> dict[str, Any]:
    return {"id": record, "role": role, "business": business(number, **more)}


def team(number: int, *members: tuple[int, int, str], **more: Any) -> dict[str, Any]:
    rows = [
        {"id": record, "group_id": 900, "identity_id": who, "role": role}
        for record, who, role in members
    ]
    group = {"id": 900, "category": "business", "members": rows}
    return {"response": {**business(number, **more), "business_group": group}}


def members(
    number: int, *rows: tuple[int | None, str], total: int | None = -1, **more: Any
) -> dict[str, Any]:
    """A listing of team members, whole unless another `total` is given; None leaves `meta` out."""
    listed = [
        listed_member(number, who, role, f"{number}-{place}", **more)
        for place, (who, role) in enumerate(rows)
    ]
    meta = {"page": 1, "per_page": 30, "total": len(rows) if total == -1 else total}
    return {"response": listed} | ({} if total is None else {"meta": meta})


def listed_member(
    number: int, who: int | None, role: str, uuid: str, **more: Any
) -> dict[str, Any]:
    """A row of a listing; without an identity it is of somebody without a login."""
    row = {"uuid": uuid, "business_id": number, "business_role_name": role, "active": True}
    return row | {"identity_id": who, "email": f"i{who}@example.com"} | more


def client(
    record: int, client_of: str, vendor: int | None = None, userid: int = 1
) -> dict[str, Any]:
    row: dict[str, Any] = {"id": record, "account_id": client_of, "userid": userid}
    return row | ({"account_business": {"account_business_id": vendor}} if vendor else {})
