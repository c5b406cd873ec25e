"""What a document claims: accounts, clients and members, as its rows say them."""

from __future__ import annotations

from typing import Any

import pytest

from inroads.documents.pointers import pointer, record
from inroads.documents.reader import reread
from inroads.documents.records import Team
from inroads.model import Relation, Section
from reading import Body, client_row, member, problems, said, taken, team

# ---- accounts


@pytest.mark.parametrize(
    "account", ["007", "2016-01-26", "1e5", "null", "7", "zDmNq", "ZDMNQ", "a/b", "a~b", "true"]
)
def test_account_ids_are_never_converted(account: str) -> None:
    """An account id may look like a number, a date or a word of JSON, and stays what it is."""
    found = said(
        {
            "id": 7,
            "business_memberships": [member(1, account_id=account)],
            "roles": [{"role": "admin", "accountid": account}],
            "subscription_statuses": {account: "active"},
        }
    )
    assert {claim.resource for claim in found.claims if claim.relation is not Relation.MEMBER} == {
        f"account:{account}"
    }
    assert f"account:{account}" in {each.node for each in found.attributes}


@pytest.mark.parametrize(
    "account", [7, 1e5, True, ["x"], "", " ", " x", "x\n", "a b", "\x1b[31m", "\u202ex", "x" * 65]
)
def test_account_id_that_is_no_string(account: Any) -> None:
    """An account id that is a number or no plain word is reported, not converted, and is not "no account"."""
    given = {"id": 7, "business_memberships": [member(1, account_id=account)]}
    place = "/business_memberships/0/business/account_id"
    assert problems(given) == [(place, "unreadable_account")]
    assert [claim.relation for claim in said(given).claims] == [Relation.MEMBER]
    assert "account business:1" not in said(given).covers


@pytest.mark.parametrize("table", ["permissions", "subscription_statuses", "business_statuses"])
def test_tables_are_keyed_by_account_ids(table: str) -> None:
    """A key of a table that can be no account id is left out and told with its place."""
    value = {"a.b": True} if table == "permissions" else "active"
    given = {
        "identity_id": 7,
        table: {"": value, "a b": value, "\x1b/": value, "x": value, "y": None},
    }
    assert problems(given) == [
        (f"/{table}/", "wrong_type"),
        (f"/{table}/\x1b~1", "wrong_type"),
        (f"/{table}/a b", "wrong_type"),
    ]
    content = taken(given).content
    assert getattr(content, table) == {"x": value, "y": None}


def test_null_account_says_something() -> None:
    """`account_id` null says that there is no account; where the key is missing nothing is said."""
    assert (
        "account business:1"
        in said({"id": 7, "business_memberships": [member(1, account_id=None)]}).covers
    )
    assert "account business:1" not in said({"id": 7, "business_memberships": [member(1)]}).covers


def test_emptiness_in_a_business() -> None:
    """An empty name and null parts of an address or phone number are values, not problems."""
    address = {
        "id": None,
        "street": None,
        "city": None,
        "province": None,
        "country": None,
        "postal_code": None,
    }
    phones: list[Any] = [
        None,
        {"title": None, "phone_number": None},
        "555",
        [None, {"phone_number": None}],
    ]
    for phone in phones:
        assert (
            problems(
                {
                    "id": 7,
                    "business_memberships": [
                        member(1, name="", address=address, phone_number=phone)
                    ],
                }
            )
            == []
        )


@pytest.mark.parametrize(
    ("changes", "edges", "conflicts"),
    [
        ({}, [("business:1", "account:Xr82w"), ("business:9", "account:Xr82w")], []),
        ({"account_business": None}, [("business:1", "account:Xr82w")], []),
        (
            {"client_business": None},
            [("business:1", "account:Xr82w"), ("business:9", "account:Xr82w")],
            [],
        ),
        (
            {"account_id": None},
            [("business:1", "account:Xr82w"), ("business:9", "account:Xr82w")],
            [],
        ),
        (
            {"business_id": 5},
            [("business:1", "account:Xr82w"), ("business:9", "account:Xr82w")],
            ["business_id"],
        ),
        (
            {"client_business": {"business_id": 5}},
            [("business:1", "account:Xr82w"), ("business:9", "account:Xr82w")],
            ["client_business/business_id"],
        ),
        (
            {"account_business": {"account_business_id": 9, "account_id": "other"}},
            [("business:1", "account:Xr82w")],
            ["account_business/account_id"],
        ),
        (
            {
                "business_id": 5,
                "client_business": {"business_id": 5},
                "account_business": {"account_business_id": 1, "account_id": "Xr82w"},
            },
            [("business:5", "account:Xr82w"), ("business:1", "account:Xr82w")],
            [],
        ),
        ({"account_id": None, "account_business": None}, [], ["unreadable"]),
    ],
)
def test_client_rows(changes: Body, edges: list[tuple[str, str]], conflicts: list[str]) -> None:
    """A client row names both ends; the enclosing business and the row's own account win over what disagrees."""
    found = said(
        {"id": 7, "business_memberships": [member(1, business_clients=[client_row(**changes)])]}
    )
    rows = [claim for claim in found.claims if claim.place.section is Section.CLIENT]
    assert [(claim.principal, claim.resource) for claim in rows] == edges
    assert [issue.message.split()[0] for issue in found.issues] == [
        each if each != "unreadable" else "left" for each in conflicts
    ]
    assert {issue.pointer for issue in found.issues} <= {
        "/business_memberships/0/business/business_clients/0"
    }


def test_business_clients_say_something_only_where_the_key_is() -> None:
    """Null and empty clients say "none", a missing key says nothing, and a wrong type is reported and says nothing."""
    for clients, covered in ((None, True), ([], True), ({}, False), ("", False)):
        given = {"id": 7, "business_memberships": [member(1, business_clients=clients)]}
        assert ("clients business:1" in said(given).covers) is covered
        assert bool(problems(given)) is not covered
    assert "clients business:1" not in said({"id": 7, "business_memberships": [member(1)]}).covers


# ---- teams


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("nested", [True, False])
def test_team_nested_and_flat(nested: bool, wrapped: bool) -> None:
    """A team's business record may be nested or the document itself: the same claims, each where it is said."""
    row = {
        "id": 500,
        "group_id": 80,
        "role": "owner",
        "identity_id": 7,
        "email": "a@example.com",
        "business_id": 8,
    }
    group = {"id": 80, "category": "business", "members": [None, row]}
    record_ = {
        "id": 8,
        "name": "x",
        "account_id": "acc",
        "business_clients": [client_row(business_id=8, client_business=None)],
    }
    given: Body = (
        {"business": record_, "business_group": group}
        if nested
        else {**record_, "business_group": group}
    )
    document = taken({"response": given} if wrapped else given).document
    found = said({"response": given} if wrapped else given)
    assert (document.kind, document.subject) == ("team", "business:8")
    assert isinstance(reread(document).content, Team)
    assert found.issues == ()
    prefix = "/response" if wrapped else ""
    inside = f"{prefix}/business" if nested else prefix
    said_where = {(claim.relation, pointer(document, *claim.place)) for claim in found.claims}
    assert said_where == {
        (Relation.KEEPS, inside),
        (Relation.CLIENT, f"{inside}/business_clients/0"),
        (Relation.KEEPS, f"{inside}/business_clients/0"),
        (Relation.GROUP_OF, f"{prefix}/business_group"),
        (Relation.MEMBER, f"{prefix}/business_group/members/1"),
    }
    assert record(document, f"{prefix}/business_group/members/1") == row
    assert record(document, f"{inside}/business_clients/0")["id"] == 22347
    assert record(document, inside)["account_id"] == "acc"


def test_team_rows() -> None:
    """Members that name nobody are left out with their place; those who contradict their team are kept and reported."""
    found = said(
        team(
            {"id": 1, "role": "owner"},
            5,
            {"identity_id": 7, "role": "owner", "business_id": 9, "group_id": 81},
        )
    )
    assert [
        (claim.principal, claim.place.index)
        for claim in found.claims
        if claim.relation is Relation.MEMBER
    ] == [("identity:7", 2)]
    assert sorted((issue.pointer, issue.code) for issue in found.issues) == [
        ("/business_group/members/0", "unreadable_row"),
        ("/business_group/members/1", "unreadable_row"),
        ("/business_group/members/2", "reference_conflict"),
        ("/business_group/members/2", "reference_conflict"),
    ]


def test_empty_team() -> None:
    """A team that lists nobody is a statement."""
    assert said(team()).covers == (
        "team business:8",
        "team_group business:8",
        "keyless_team business:8",
    )
