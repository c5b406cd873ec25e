"""Small worlds in which records contradict each other, as graphs and as files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from inroads.documents.reader import Observation, read
from inroads.explorer import Explorer

MARKUP = "=1+1<script>&'"
"""An account's id that must stay text; other characters are not taken."""

STEERING = "xi\u202e\x1b[31m<script>"
"""The source of a document that must stay text, and must not steer a terminal."""

_UNUSED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""The moment of a document without an envelope, of which there is none."""

Envelope = dict[str, Any]


def _envelope(month: int, source: str, response: dict[str, Any]) -> Envelope:
    moment = f"2026-0{month}-01T00:00:00Z"
    return {"observed_at": moment, "source": source, "document": {"response": response}}


def _me(number: int, name: str, **sections: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"business_memberships": [], "roles": [], "groups": []}
    return {
        "id": number,
        "email": f"{name}@example.com",
        "confirmed_at": "2020-01-01T00:00:00Z",
        **(empty | sections),
    }


def _owner(record: int, business: int, name: str, account: str) -> dict[str, Any]:
    kept = {"id": business, "name": name, "account_id": account, "business_clients": []}
    return {"id": record, "role": "owner", "business": kept}


def _admin(record: int, account: str) -> dict[str, Any]:
    return {
        "id": record,
        "role": "admin",
        "systemid": 500,
        "userid": 1,
        "created_at": "2020-01-01T00:00:00Z",
        "accountid": account,
    }


def leaver_documents() -> list[Envelope]:
    """A team in January; in February a leaver whose only trace is a row of the team's group."""
    member = {
        "id": 1,
        "group_id": 7,
        "role": "owner",
        "identity_id": 1,
        "email": "owner@example.com",
        "business_id": 1001,
        "active": True,
    }
    row = {
        "id": 77,
        "group_id": 7,
        "role": "owner",
        "identity_id": 2,
        "business_id": 1001,
        "active": True,
    }
    team = {
        "id": 1001,
        "name": "Bakery",
        "account_id": "AccA",
        "business_group": {"id": 7, "category": "business", "members": [member]},
    }
    return [
        _envelope(1, "team", team),
        _envelope(2, "leaver", _me(2, "leaver", groups=[row])),
    ]


def moved_documents(account: str = "AccA", source: str = "xi") -> list[Envelope]:
    """An account that Seller keeps in January and Buyer in February, with a role from before."""
    xi = _me(
        1,
        "xi",
        business_memberships=[_owner(101, 1001, "Seller", account)],
        roles=[_admin(11, account)],
    )
    zo = _me(
        3,
        "zo",
        business_memberships=[_owner(301, 3001, "Buyer", account)],
        roles=[_admin(31, account)],
    )
    return [_envelope(1, source, xi), _envelope(2, "zo", zo)]


def twice_documents() -> list[Envelope]:
    """Two states of one `me` at one moment: one has the membership, one has not."""
    return [
        _envelope(
            1, "before", _me(1, "o", business_memberships=[_owner(1, 1001, "Bakery", "AccA")])
        ),
        _envelope(1, "after", _me(1, "o")),
    ]


def client_of_vendor() -> list[Envelope]:
    """The leaver's business is also a client of a vendor, which no record contests."""
    team, leaver = leaver_documents()
    team["document"]["response"]["business_clients"] = [{"id": 6, "account_id": "V", "userid": 7}]
    return [team, leaver]


def graph_of(envelopes: list[Envelope]) -> Explorer:
    """The graph of documents in envelopes; every one must be taken."""
    found = [read(msgspec.json.encode(each), _UNUSED, "-") for each in envelopes]
    assert all(isinstance(each, Observation) for each in found), found
    return Explorer.observe(found)


def leaver() -> Explorer:
    return graph_of(leaver_documents())


def moved(account: str = "AccA", source: str = "xi") -> Explorer:
    return graph_of(moved_documents(account, source))


def twice() -> Explorer:
    return graph_of(twice_documents())


def disagreeing() -> Explorer:
    """A membership and a group row that say manager, and a role of the same grant that says owner."""
    manager = _owner(1, 1001, "Bakery", "AccA") | {"role": "manager"}
    row = {"id": 1, "group_id": 7, "role": "manager", "identity_id": 1, "business_id": 1001}
    me = _me(1, "o", business_memberships=[manager], groups=[row], roles=[_admin(11, "AccA")])
    team = {"id": 1001, "business_group": {"id": 7, "category": "business", "members": []}}
    # The older team tells that the group is the business's own.
    return graph_of([_envelope(1, "team", team), _envelope(2, "me", me)])


def written(folder: Path, envelopes: list[Envelope]) -> Path:
    """Write documents in envelopes into a file, one a line."""
    file = folder / "documents.ndjson"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, envelopes)) + b"\n")
    return file
