"""A world in which one step rests on a thousand records, as a file of documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from records import DAY, me, membership, partial_me, team

CROWD = 1_000
"""The number of employees, each of whose own documents states which account the business keeps."""


def crowd_documents() -> list[dict[str, Any]]:
    """On the first day an owner alone; on the second the owner's team, and each of its employees.

    All documents of the second day say that business 20 keeps account V, and what V's subscription
    is. The team's own document comes last.
    """
    people = [(0, "owner"), *((number, "employee") for number in range(1, CROWD + 1))]
    documents = [
        me(
            900_000 + number,
            business_memberships=[membership(5_000 + number, 20, role, account_id="V")],
            subscription_statuses={"V": "trial_expired"},
        )
        for number, role in people
    ]
    rows = [(5_000 + number, 900_000 + number, role) for number, role in people]
    alone = partial_me(900_000, business_memberships=[membership(5_000, 20)])
    later = [*documents, team(20, *rows, account_id="V")]
    moments = [DAY[0], *[DAY[1]] * len(later)]
    return [
        {"observed_at": moment.isoformat(), "source": f"document {place}", "document": body}
        for place, (moment, body) in enumerate(zip(moments, [alone, *later], strict=True))
    ]


def crowd_file(folder: Path) -> Path:
    """Write the documents as NDJSON."""
    file = folder / "crowd.ndjson"
    file.write_text("".join(f"{json.dumps(each)}\n" for each in crowd_documents()))
    return file
