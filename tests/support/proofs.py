"""A world for proofs: many paths, many records behind one step, and names that must stay text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from records import client, me, membership

STEERING = "Ann\u202eegreM <b>Ltd</b>"
"""The name of a business that must neither reorder what is read nor become markup."""

RECORDS = 40
"""The documents that state whose client business 500 is."""

PATHS = 120
"""The businesses by which identity 1 reaches the vendor's account."""


def _envelope(number: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "observed_at": "2026-01-05T10:00:00Z",
        "source": f"crowd/{number}.json",
        "document": body,
    }


def crowded(folder: Path, records: int = RECORDS, paths: int = PATHS) -> Path:
    """Write the world as a file of documents.

    Identity 1 owns many clients of account V. Identities from 100 on are employees of business 500,
    and each document of theirs states that it is a client of V; identity 100 owns it. Identity 99
    is an employee of a business with a hostile name whose trial has expired.
    """
    owned = [
        membership(
            5000 + n, 1000 + n, business_clients=[client(7000 + n, "V", 20, userid=n)], active=True
        )
        for n in range(paths)
    ]
    shown = {"business_clients": [client(6500, "V", 20)], "account_id": "Five"}
    people = [
        me(
            100 + n,
            business_memberships=[
                membership(9000 + n, 500, "owner" if n == 0 else "business_employee", **shown)
            ],
        )
        for n in range(records)
    ]
    hostile = me(
        99,
        first_name=STEERING,
        business_memberships=[
            membership(4, 600, "business_employee", account_id="Six") | {"note": "\u202egnp.exe"}
        ],
        subscription_statuses={"Six": "trial_expired"},
    )
    hostile["response"]["business_memberships"][0]["business"]["name"] = STEERING
    documents = [me(1, business_memberships=owned), *people, hostile]
    file = folder / "crowd.ndjson"
    lines = (json.dumps(_envelope(number, body)) for number, body in enumerate(documents))
    file.write_text("\n".join(lines), encoding="utf-8")
    return file
