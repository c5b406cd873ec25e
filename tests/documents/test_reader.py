"""What is read of a document: every shape and trap that the documents are known to have."""

from __future__ import annotations

import copy
import json
import re
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import inroads
from inroads.documents import pointers, reader, redaction
from inroads.documents.claims import Statement, state
from inroads.documents.pointers import pointer, record
from inroads.documents.reader import Observation, parse_moment, read, reread, unknown_keys
from inroads.documents.records import Me, Team
from inroads.documents.redaction import MAX_DEPTH
from inroads.errors import Rejection
from inroads.model import Relation, Role, Section
from inroads.policy.tables import STOCK
from worlds import explore

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


# ---- whose document it is


@pytest.mark.parametrize(
    "ids",
    [
        {"id": 7},
        {"identity_id": 7},
        {"id": 7, "identity_id": 7},
        {"id": "7"},
        {"identity_id": "7"},
        {"id": "7", "identity_id": 7},
        {"id": None, "identity_id": 7},
        {"id": "not a number", "identity_id": 7},
    ],
)
def test_identity_from_either_name(ids: Body) -> None:
    """Either name of the id may be the only one, as a number or as a numeric string."""
    assert taken(ids).document.subject == "identity:7"


def test_disagreeing_ids_are_nobody() -> None:
    """A document whose two ids name two identities is not taken."""
    found = refused({"response": {"id": 7, "identity_id": "8"}})
    assert (found.code, found.pointer) == ("identity_conflict", "/response/identity_id")


@pytest.mark.parametrize(
    "ids",
    [
        {},
        {"id": None},
        {"id": "x"},
        {"identity_uuid": "7"},
        {"id": [7]},
        {"email": "b@example.com"},
    ],
)
def test_nobody_to_speak_of(ids: Body) -> None:
    """Without a usable id there is no identity to speak of."""
    assert refused({**ids, "business_memberships": [member(1)]}).code == "no_identity"


@pytest.mark.parametrize(
    "number",
    [
        "007",
        "7\n",
        "\n7",
        " 7",
        "7 ",
        "+7",
        "-7",
        "7.0",
        "7e0",
        "\u0667",
        "",
        "1" * 19,
        -7,
        7.0,
        7.5,
        10**18,
        True,
        [7],
    ],
)
def test_what_is_no_numeric_id(number: Any) -> None:
    """Only canonical numerals are ids; what merely resembles one is not rounded, trimmed or converted."""
    assert refused({"id": number}).code == "no_identity"


@pytest.mark.parametrize("number", [0, 1, 10**18 - 1])
def test_numbers_and_numeric_strings_are_one_id(number: int) -> None:
    """A number and its numeral name the same node over the whole range of ids."""
    assert (
        taken({"id": number}).document.subject
        == taken({"id": str(number)}).document.subject
        == f"identity:{number}"
    )


def test_numeric_strings_in_every_row() -> None:
    """Ids as numeric strings make the same claims as numbers, wherever they stand."""

    def strings(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strings(each) for key, each in value.items()}
        if isinstance(value, list):
            return [strings(each) for each in value]
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    given = copy.deepcopy(BRUCE)
    del given["response"]["permissions"]  # flags and limits, not ids
    assert said(strings(given)).claims == said(given).claims


# ---- sections and rows


@pytest.mark.parametrize("section", ["business_memberships", "groups", "roles"])
@pytest.mark.parametrize("value", [None, []])
def test_null_section_reads_as_empty(section: str, value: Any) -> None:
    """A section that is null, empty or absent holds no rows and is no problem."""
    assert said({"id": 7, section: value}).claims == ()
    assert problems({"id": 7, section: value}) == []


@pytest.mark.parametrize("section", ["business_memberships", "groups", "roles"])
@pytest.mark.parametrize("value", [{}, "none", 0, False, {"0": member(1)}])
def test_section_of_a_wrong_type_is_not_empty(section: str, value: Any) -> None:
    """A section that cannot be read must not pass for an empty one, which would revoke what it used to say."""
    found = refused({"response": {"id": 7, section: value}})
    assert (found.code, found.pointer) == ("wrong_type", f"/response/{section}")


def test_placeholder_rows() -> None:
    """Null rows and rows full of nulls are normal: no problem, and the rows around them keep their places."""
    given = {
        "id": 7,
        "addresses": [None],
        "phone_numbers": [{"title": "", "phone_number": None}, None],
        "profession": None,
        "permissions": None,
        "integrations": None,
        "business_memberships": [
            None,
            member(1, address=None, phone_number=None, business_clients=[None]),
        ],
        "groups": [None, {"id": 1, "group_id": 2, "role": "manager"}],
        "roles": [None, {"id": 3, "role": "staff", "accountid": "x"}],
    }
    assert problems(given) == []
    assert [claim.place[:2] for claim in said(given).claims] == [
        (Section.MEMBERSHIP, 1),
        (Section.GROUP, 1),
        (Section.ROLE, 1),
    ]


@pytest.mark.parametrize("row", [5, "row", True, [], [None]])
@pytest.mark.parametrize("section", ["business_memberships", "groups", "roles"])
def test_row_that_is_no_object(section: str, row: Any) -> None:
    """A row that is no object is left out as an unreadable row, in its place."""
    given = {"id": 7, section: [None, row]}
    assert problems(given) == [(f"/{section}/1", "unreadable_row")]
    assert said(given).claims == ()


def test_row_without_what_it_is_about() -> None:
    """A row that names no business, group or account is left out and told with its place; the others stay."""
    given = {
        "id": 7,
        "business_memberships": [
            {"id": 1, "role": "owner", "business": {"name": "nameless"}},
            {"id": 2},
            member(5),
        ],
        "groups": [{"id": 1, "role": "owner"}],
        "roles": [{"id": 1, "role": "admin", "accountid": None}, {"id": 2, "role": "admin"}],
    }
    assert {place for place, code in problems(given) if code == "unreadable_row"} == {
        "/business_memberships/0/business",
        "/business_memberships/0",
        "/business_memberships/1",
        "/groups/0",
        "/roles/0",
        "/roles/1",
    }
    assert [claim.resource for claim in said(given).claims] == ["business:5"]


def test_every_problem_is_told() -> None:
    """Problems are collected with their places, never the first one alone, and never with what was there."""
    given = {
        "id": 7,
        "email": 1,
        "setup_complete": "hush",
        "created_at": "hush",
        "business_memberships": [
            member(1, name=2, active="hush", phone_number=[{"title": 3}], address=["hush"])
        ],
        "subscription_statuses": {"a/b~c": 4, "d": "active"},
    }
    assert set(problems(given)) == {
        (f"/{place}", "wrong_type")
        for place in (
            "email",
            "setup_complete",
            "created_at",
            "business_memberships/0/business/name",
            "business_memberships/0/business/active",
            "business_memberships/0/business/phone_number/0/title",
            "business_memberships/0/business/address",
            "subscription_statuses/a~1b~0c",
        )
    }
    assert "hush" not in str(taken(given).issues)
    content = taken(given).content
    assert isinstance(content, Me)
    assert content.subscription_statuses == {"d": "active"}


def test_unknown_keys_are_counted() -> None:
    """Unknown keys are no problem; each is counted by its place, with * for indexes and its own ~ and / escaped."""
    given = {
        "response": {
            "id": 7,
            "zodiac": {"sign": 1},
            "a/b~": 1,
            "business_memberships": [{**member(1, stars=5), "mood": 1}, {**member(2, stars=4)}],
            "roles": [{"accountid": "x", "role": "staff", "badge": 1}],
        },
        "meta": 1,
    }
    assert problems(given) == []
    assert unknown_keys(taken(given).document) == {
        "/zodiac": 1,
        "/a~1b~0": 1,
        "/business_memberships/*/mood": 1,
        "/business_memberships/*/business/stars": 2,
        "/roles/*/badge": 1,
    }
    assert unknown_keys(taken(BRUCE).document) == {}


@pytest.mark.parametrize("nested", [True, False])
def test_unknown_keys_of_a_team(nested: bool) -> None:
    """Unknown keys of a team are counted whether its business record is nested or the document itself."""
    group = {"id": 80, "members": [{"identity_id": 1, "mood": 2}], "colour": 3}
    record = {"id": 8, "stars": 5, "name": "x"}
    given = (
        {"business": record, "business_group": group}
        if nested
        else {**record, "business_group": group}
    )
    assert unknown_keys(taken(given).document) == {
        "/business/stars" if nested else "/stars": 1,
        "/business_group/colour": 1,
        "/business_group/members/*/mood": 1,
    }


@pytest.mark.parametrize("word", ["wizard", "Owner", "OWNER", " owner", "admin", "staff", "", None])
def test_unknown_role_is_kept(word: Any) -> None:
    """A word that the dialect does not have is kept as it is, UNKNOWN and reported: never control."""
    found = said({"id": 7, "business_memberships": [{**member(1), "role": word}]})
    assert [(claim.role, claim.word) for claim in found.claims] == [(Role.UNKNOWN, word)]
    assert [(issue.pointer, issue.code) for issue in found.issues] == [
        ("/business_memberships/0", "unmapped_role")
    ]


def test_admin_is_a_word_of_two_meanings() -> None:
    """`admin` means OWNER in the deprecated dialect and nothing in the others; `business_partner` is the ADMIN."""
    found = said(
        {
            "id": 7,
            "business_memberships": [member(1, "admin"), member(2, "business_partner")],
            "roles": [{"role": "admin", "accountid": "x"}],
        }
    )
    assert [claim.role for claim in found.claims] == [Role.UNKNOWN, Role.ADMIN, Role.OWNER]


# ---- moments


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-03-01",
        "",
        0,
        True,
        [],
        "2026-03-01T24:00:00Z",
    ],
)
def test_date_that_is_none(text: Any) -> None:
    """What is no moment is left out and reported, and says nothing about confirmation."""
    given = {"id": 7, "confirmed_at": text, "created_at": text}
    assert problems(given) == [("/confirmed_at", "wrong_type"), ("/created_at", "wrong_type")]
    assert [each.name for each in said(given).attributes] == ["record"]


def test_null_moment_says_something() -> None:
    """`confirmed_at` given as null is a statement, a missing one is not."""
    assert [each.name for each in said({"id": 7, "confirmed_at": None}).attributes] == [
        "record",
        "confirmed_at",
    ]
    assert [each.name for each in said({"id": 7}).attributes] == ["record"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T00:00:00Z", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T00:00:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T02:00:00+02:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-02-30T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        (1772323200, None),
        (True, None),
        (None, None),
    ],
)
def test_parse_moment(text: object, moment: datetime | None) -> None:
    """Moments are RFC 3339, in UTC where nothing else is said; what has no place in the calendar is none."""
    assert parse_moment(text) == moment


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
    assert problems(given) == [("/business_memberships/0/business/account_id", "wrong_type")]
    assert [claim.relation for claim in said(given).claims] == [Relation.MEMBER]
    assert "account business:1" not in said(given).covers


@pytest.mark.parametrize("table", ["permissions", "subscription_statuses", "business_statuses"])
def test_tables_are_keyed_by_account_ids(table: str) -> None:
    """A key of a table that can be no account id is left out and told with its place."""
    value = {"a.b": True} if table == "permissions" else "active"
    given = {"id": 7, table: {"": value, "a b": value, "\x1b/": value, "x": value, "y": None}}
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


# ---- client rows


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
            [("business:1", "account:Xr82w"), ("business:9", "account:Xr82w")],
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


@pytest.mark.parametrize(
    ("given", "code", "place"),
    [
        (team(business_group={"id": 80, "members": None}), "no_members", "/business_group/members"),
        (team(business_group={"id": 80}), "no_members", "/business_group/members"),
        (team(business_group={"id": 80, "members": {}}), "no_members", "/business_group/members"),
        (team(business_group=None), "no_members", "/business_group/members"),
        (team(business_group=[]), "no_members", "/business_group/members"),
        (
            team(business_group={"members": [], "category": "project"}),
            "not_a_team",
            "/business_group/category",
        ),
        (
            team(business_group={"members": [], "category": 1}),
            "not_a_team",
            "/business_group/category",
        ),
        (team(business={"name": "x"}), "no_business", "/business"),
        (team(business=None), "no_business", "/business"),
        (team(business={"id": "x"}), "no_business", "/business"),
        ({"business_group": {"members": []}}, "no_business", ""),
    ],
)
def test_no_team(given: Body, code: str, place: str) -> None:
    """A team without its business or its members is not taken: it would say that nobody is in it."""
    assert (refused(given).code, refused(given).pointer) == (code, place)
    wrapped = refused({"response": given})
    assert (wrapped.code, wrapped.pointer) == (code, f"/response{place}")


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
    assert said(team()).covers == ("team business:8",)


# ---- errors and what is no document


@pytest.mark.parametrize(
    ("given", "place", "message"),
    [
        (
            {"error": "unauthenticated", "error_description": "no token"},
            "/error",
            ": unauthenticated",
        ),
        ({"response": {"errors": [{"errno": 1003}]}}, "/response/errors", "error"),
        ({"errors": [{"message": "no"}]}, "/errors", "error"),
        ({"error": {"message": "no"}}, "/error", "error"),
        ({"error": "Some <b>free</b> text"}, "/error", "error"),
    ],
)
def test_error_bodies(given: Body, place: str, message: str) -> None:
    """The error bodies of both families are told as what they are, with nothing of them but a code word."""
    found = refused(given)
    assert (found.code, found.pointer) == ("error_body", place)
    assert found.message.endswith(message)


def test_an_error_key_does_not_hide_a_document() -> None:
    """A document that also has a key named like an error is a document."""
    assert taken({"id": 7, "error": "x", "errors": ["x"]}).document.subject == "identity:7"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!doctype html><html></html>", "not_json"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>", "not_json"),
        (b'{"id": 7, "groups": [', "truncated"),
        (b'{"id": 7', "truncated"),
        (b'{"id": 7}}', "not_json"),
        (b'{"id": 7,}', "not_json"),
        (b"{'id': 7}", "not_json"),
        (b"\x00\x01", "not_json"),
        (b"PK\x03\x04", "not_json"),
        ('{"id": 7}'.encode("utf-16"), "not_json"),
        (b'{"id": 7, "email": "\xff"}', "not_json"),
        (b'{"id": 7, "\xff": 1}', "not_json"),
        (b'{"id": 7, "email": "\xed\xa0\x80"}', "not_json"),
        (b'{"id": 7, "email": "a\x1bb"}', "not_json"),
        (b'{"id": NaN}', "not_json"),
        (b'{"id": 7, "x": -Infinity}', "not_json"),
        (b'{"id": 7, "x": 1e999}', "not_json"),
        (b'{"id": 7, "x": 01}', "not_json"),
        (b'{"id": 7, "x": ' + b"9" * 5000 + b"}", "not_json"),
        (b"null", "not_an_object"),
        (b"true", "not_an_object"),
        (b"7", "not_an_object"),
        (b'"7"', "not_an_object"),
        (b"[]", "not_an_object"),
        (b'{"response": []}', "not_an_object"),
        (b'{"response": "x"}', "not_an_object"),
        (b'{"response": null}', "empty_response"),
        (b'{"response": {}}', "no_identity"),
        (b"{}", "no_identity"),
    ],
)
def test_what_is_no_document(raw: bytes, code: str) -> None:
    """What is no document is told from its kind, whatever it is."""
    assert refused(raw).code == code


@pytest.mark.parametrize("text", [rb"\ud800", rb"\ud800 and more", rb"\udc00"])
def test_lone_surrogates(text: bytes) -> None:
    """Half a character, which no UTF-8 can hold, becomes U+FFFD; the rest is kept."""
    assert b"\xef\xbf\xbd" in taken(b'{"id": 7, "email": "' + text + b'", "x": 1}').document.body
    assert taken(b'{"id": 7, "' + text + b'": 1}').document.subject == "identity:7"


def test_byte_order_mark() -> None:
    """A byte order mark before a document is no part of it."""
    assert taken(b"\xef\xbb\xbf" + encode(BRUCE)).document == taken(BRUCE).document


def test_huge_numbers() -> None:
    """Numbers beyond 64 bits survive where nothing is read of them and are no ids where something is."""
    assert body({"id": 7, "x": 10**30, "y": -(10**30)}) == {"id": 7, "x": 10**30, "y": -(10**30)}
    assert problems({"id": 7, "identity_id": 10**30}) == [("/identity_id", "wrong_type")]
    assert refused({"id": 10**30}).code == "no_identity"


def test_duplicate_keys() -> None:
    """Of a key that is there twice the last one counts, in the body, its hash and its claims alike."""
    twice = taken(b'{"id": 6, "groups": [{"group_id": 1}], "groups": [], "id": 7}')
    assert twice.document == taken({"id": 7, "groups": []}).document
    assert twice.document.subject == "identity:7"


def nested(levels: int, kind: str) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if kind == "array" else {"x": value}
    return value


@pytest.mark.parametrize("kind", ["array", "object"])
def test_depth(kind: str) -> None:
    """Nesting is read to the limit, and refused beyond it, however deep it goes."""
    assert taken({"id": 7, "x": nested(MAX_DEPTH - 1, kind)})
    for levels in (MAX_DEPTH, 500):
        assert refused({"id": 7, "x": nested(levels, kind)}).code == "too_deep"
    opening = b"[" if kind == "array" else b'{"x":'
    assert refused(b'{"id": 7, "x": ' + opening * 1_000_000).code == "too_deep"


def test_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document is read up to the limits of its bytes and of its values, and refused beyond either."""
    raw = encode({"id": 7, "x": [1, 2, 3]})
    monkeypatch.setattr(reader, "MAX_BYTES", len(raw))
    monkeypatch.setattr(reader, "MAX_VALUES", raw.count(b","))
    assert taken(raw)
    assert refused(raw + b" ").code == "too_large"
    monkeypatch.setattr(reader, "MAX_VALUES", raw.count(b",") - 1)
    assert refused(raw).code == "too_large"


# ---- envelopes


def test_envelope() -> None:
    """An envelope's moment and source win; the document inside is the same as without it."""
    given = {"observed_at": "2026-03-01T01:00:00+01:00", "source": "the ledger", "document": BRUCE}
    found = taken(given).document
    assert (found.observed_at, found.source) == (datetime(2026, 3, 1, tzinfo=UTC), "the ledger")
    assert found.body == taken(BRUCE).document.body
    assert said(given).claims == said(BRUCE).claims


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-02-30T00:00:00Z", 5, [], {}, False])
def test_envelope_with_a_bad_moment(moment: Any) -> None:
    """A moment that is none is not replaced by another one: the document is not taken."""
    found = refused({"observed_at": moment, "document": BRUCE})
    assert (found.code, found.pointer) == ("bad_moment", "/observed_at")


@pytest.mark.parametrize(
    "envelope", [{}, {"observed_at": None}, {"source": None}, {"source": ""}, {"source": 5}]
)
def test_envelope_that_says_little(envelope: Body) -> None:
    """Where an envelope says no moment or source, those of the arrival count."""
    found = taken({**envelope, "document": BRUCE}).document
    assert (found.observed_at, found.source) == (MONDAY, "a file")


@pytest.mark.parametrize("inner", [None, [], "x", 5])
def test_envelope_without_a_document(inner: Any) -> None:
    """An envelope around nothing is not taken."""
    assert (
        refused({"observed_at": "2026-03-01T00:00:00Z", "document": inner}).code == "not_an_object"
    )


def test_envelopes_do_not_nest() -> None:
    """An envelope in an envelope is no document."""
    assert refused({"document": {"document": BRUCE}}).code == "no_identity"


def test_a_key_named_document_makes_no_envelope() -> None:
    """A document may have an unknown key that happens to be named `document`."""
    assert taken({"id": 7, "document": {"id": 8}}).document.subject == "identity:7"
    assert taken({"response": {"id": 7}, "document": None}).document.subject == "identity:7"


# ---- one canonical form


def test_wrapped_and_bare_say_the_same() -> None:
    """The wrapper changes where things are said, not what."""
    bare, wrapped = taken(BRUCE["response"]), taken(BRUCE)
    assert state(bare, STOCK).claims == state(wrapped, STOCK).claims
    assert state(bare, STOCK).attributes == state(wrapped, STOCK).attributes
    assert (bare.document.prefix, wrapped.document.prefix) == ("", "/response")
    assert reread(bare.document).content == reread(wrapped.document).content == wrapped.content


def test_order_of_keys_does_not_matter() -> None:
    """The body is canonical: neither the order of keys nor white space changes its hash; a value does."""

    def backwards(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return [backwards(each) for each in value] if isinstance(value, list) else value

    turned = backwards(BRUCE)
    assert list(turned["response"]) != list(BRUCE["response"])
    assert (
        taken(turned).document
        == taken(json.dumps(BRUCE, indent=3).encode()).document
        == taken(BRUCE).document
    )
    turned["response"]["groups"].reverse()
    assert taken(turned).document.sha256 != taken(BRUCE).document.sha256


def evidence(value: Any) -> dict[str, Any]:
    """Every pointer of a document's claims with the record it resolves to."""
    document = taken(value).document
    return {
        pointer(document, *claim.place): record(document, pointer(document, *claim.place))
        for claim in said(value).claims
    }


@pytest.mark.parametrize("wrapped", [True, False])
def test_pointers_resolve_to_the_very_record(wrapped: bool) -> None:
    """The pointer of every claim leads to the record that makes it, in every section."""
    inner = BRUCE["response"]
    prefix = "/response" if wrapped else ""
    found = evidence(BRUCE if wrapped else inner)
    expected = {
        f"{prefix}/{name}/{index}": row
        for name in ("groups", "roles")
        for index, row in enumerate(inner[name])
    }
    for index, membership in enumerate(inner["business_memberships"]):
        expected[f"{prefix}/business_memberships/{index}"] = membership
        expected[f"{prefix}/business_memberships/{index}/business"] = membership["business"]
        for sub, row in enumerate(membership["business"]["business_clients"]):
            expected[f"{prefix}/business_memberships/{index}/business/business_clients/{sub}"] = row
    assert found == expected


def test_pointers_with_special_characters() -> None:
    """A key's own ~ and / are escaped as ~0 and ~1, and come back."""
    keys = ["a/b", "a~b", "~1", "~0", "/", "~", "", " ", "m~n/o", "0", "-1"]
    document = taken({"id": 7, "x": {key: number for number, key in enumerate(keys)}}).document
    for number, key in enumerate(keys):
        assert record(document, f"/x/{pointers.escape(key)}") == number


@pytest.mark.parametrize(
    "place",
    [
        "/nothing",
        "/x/2",
        "/x/-1",
        "/x/01",
        "/x/1_0",
        "/x/ 1",
        "/x/\u0660",
        "/x/y",
        "/id/0",
        "/x/0/0",
        "/email/x",
        "id",
        "x",
        "/",
    ],
)
def test_pointers_to_nothing(place: str) -> None:
    """A pointer that leads nowhere is a LookupError, not somebody else's record."""
    document = taken({"id": 7, "x": [1, 2], "email": None}).document
    with pytest.raises(LookupError):
        record(document, place)


# ---- secrets


@pytest.mark.parametrize(
    "key",
    [
        "fasttrack_token", "fastTrackTokn", "api_token", "API-Key", "apiKey", "refresh_tokens", "client_secret",
        "password", "passphrase", "pwd", "Authorization", "cookie", "bearer", "credentials", "private_key", "jwt",
        "sessionId", "csrf",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["plain", 1234, ["plain"], {"a": "plain"}, None])
def test_keys_that_name_a_secret(key: str, value: Any) -> None:
    """Whatever stands under a key that names a secret is dropped, key included, at any depth."""
    assert body({"id": 7, key: value, "x": [{key: value, "y": 1}]}) == {"id": 7, "x": [{"y": 1}]}


@pytest.mark.parametrize(
    "text",
    [
        JWT,
        f"x={JWT}",
        f"Token {JWT}",
        f"glued{JWT}",
        JWT[:60],
        "Bearer 0123456789abcdef0123",
        "BEARER\tabc.def-0123456789/+==",
        "https://example.com/?access_token=a1b2c3d4e5",
        '{"api_token": "a1b2c3d4e5"}',
        "password: hunter2hunter2",
        "https://bruce:hunter2@example.com/",
        "0123456789abcdef" * 4,
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_values_that_are_a_secret(text: str) -> None:
    """A string that is or holds a secret is dropped wherever it stands; in a list it leaves a placeholder."""
    given = {
        "id": 7,
        "x": text,
        "y": [text, 1],
        text: 1,
        "email": text,
        "subscription_statuses": {text: "active", "a": text},
    }
    assert body(given) == {"id": 7, "y": [None, 1], "subscription_statuses": {}}


def escaped(text: str) -> bytes:
    """A JSON string that spells every character as an escape."""
    return b'"' + b"".join(b"\\u%04x" % ord(each) for each in text) + b'"'


@pytest.mark.parametrize(
    "key",
    [
        "token", "TOKEN", "to\u212aen", "fa\u017ft_track", "\u017fecret", "pas\u017fword", "api_\u212aey",
        "author\u0131zation", "\u00e9_token", "\u00c9 TOKEN", "fast\u00e9track", "t\u00f6ken of a to\u212a\u00e9n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("spell", [encode, escaped])
def test_keys_however_they_are_spelled(key: str, spell: Any) -> None:
    """Neither case nor escapes nor letters that merely pass for others hide a key that names a secret."""
    raw = b'{"id": 7, "x": [{%s: "hush", "y": 1}], %s: {"z": "hush"}}' % (spell(key), spell(key))
    assert body(raw) == {"id": 7, "x": [{"y": 1}]}


SECRETS = [
    JWT,
    "..eyJzdWIiOiI",
    "bEArer 0123456789abcdef",
    "TOKEN=a1b2c3d4",
    "secret = a1b2c3d4",
    "passwd:a1b2c3d4",
    "Password: a1b2c3d4",
    "apikey=a1b2c3d4",
    "API_KEY: a1b2c3d4",
    "ftp://bruce:hush@example.com",
    "-----BEGIN PRIVATE KEY",
    "0123456789ABCDEF" * 2 + "01234567",
    "\u00e9 " + "0123456789abcdef" * 3,
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("spell", [encode, escaped])
def test_values_wherever_they_stand(secret: str, spell: Any) -> None:
    """One secret in an ordinary document is found in every place of it, first or last, and takes nothing else along."""
    raw = encode(BRUCE)
    strings = {text for text in json.dumps(BRUCE).split('"') if re.fullmatch(r"[\w@.]{3,}", text)}
    replaced = [raw.replace(encode(text), spell(secret)) for text in sorted(strings)]
    found = [read(each, MONDAY, "a file") for each in replaced if each != raw]
    assert len(found) > 40
    assert encode(secret)[1:-1] not in b"".join(
        each.document.body for each in found if isinstance(each, Observation)
    )
    assert body(raw[:-2] + b', "x": ' + spell(secret) + b"}}") == BRUCE
    assert body(raw[:-2] + b', "x": {"y": [1, ' + spell(secret) + b"]}}}") == {
        "response": {**BRUCE["response"], "x": {"y": [1, None]}}
    }
    assert body(b'{"x": ' + spell(secret) + b"," + raw[1:]) == BRUCE


@pytest.mark.parametrize("secret", SECRETS)
def test_values_in_an_envelope(secret: str) -> None:
    """A secret beside a document is not taken for its source or its moment, and is in nothing that is kept."""
    found = taken({"source": secret, "observed_at": secret, secret: 1, "document": BRUCE})
    assert found == taken(BRUCE)


@pytest.mark.parametrize("secret", SECRETS)
def test_flags_that_hold_a_secret(secret: str) -> None:
    """A secret among the names of flags is dropped, whatever plain value it has."""
    for value in (True, None, 3, "active", {}, {"a.b": True}):
        given = {"id": 7, "permissions": {"x": {"a.b": True, secret: value}, secret: value}}
        assert body(given) == {"id": 7, "permissions": {"x": {"a.b": True}}}


def test_halves_are_no_secret() -> None:
    """Strings are judged each for itself: what two neighbours would be together is data."""
    halves = [
        "token",
        "= a1b2c3d4e5",
        "Bearer",
        "0123456789abcdef0123",
        "0123456789abcdef",
        "0123456789abcdef01234567",
    ]
    given = {"id": 7, "first_name": "bearer", "last_name": "0123456789abcdef0123", "x": halves}
    assert body(given) == given


def test_known_keys_need_no_judgement() -> None:
    """Every key that is passed without a look would pass the look."""
    assert {"role", "business_memberships", "response"} <= redaction._HARMLESS
    for key in redaction._HARMLESS:
        assert redaction._kept(key, "x", table=False) == "x"


@pytest.mark.parametrize("key", [JWT, "fasttrack_token", "integrations"])
def test_what_is_dropped_may_be_deep(key: str) -> None:
    """What is dropped for its key is not looked into: only what stays has to keep to the depth."""
    kept = {"integrations": None} if key == "integrations" else {}
    assert body({"id": 7, key: nested(200, "array")}) == {"id": 7, **kept}


def test_large_documents_lose_the_same() -> None:
    """A document too large to have its strings judged together comes out as a small one does."""
    given = {
        "id": 7,
        "first_name": "x" * redaction._LARGE,
        "x": [*SECRETS, "\U0001f4a5"],
        "y": {SECRETS[0]: 1, "z": 2},
    }
    assert body(given) == {**given, "x": [None] * len(SECRETS) + ["\U0001f4a5"], "y": {"z": 2}}


def test_memory_of_large_documents() -> None:
    """Looking for secrets takes no copy of a large document: one wide character would make it four times as large."""
    raw = encode({"id": 7, "x": ["a" * 1_000] * 8_000 + ["\U0001f4a5"]})
    tracemalloc.start()
    try:
        assert taken(raw)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(raw)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name",
    [
        "Token Ring Inc.", "Secret Garden", "The Password Company", "KeyJacket.com", "AshleyJohnson.photography",
        "eyjolfur.jonsson@example.is", "Bearer of Good Internationalization", "Cookie: The Bakery", "JWT Holdings",
        "https://example.com/a:b", "5f0c2a9e-7a52-4a0e-9a3c-0d4b1f2e3a4b", "api_key", "Basic Instincts LLC",
        "0123456789abcdef0123456789abcdef", "a" * 500, "Authorization Services, Ltd.", "deadbeef",
    ],
)  # fmt: skip
def test_names_survive(name: str) -> None:
    """A name that merely speaks of secrets, or resembles one, is data."""
    given = {"id": 7, "first_name": name, "business_memberships": [member(1, name=name)]}
    assert body(given) == given


def test_tables_keep_their_accounts() -> None:
    """Account ids and plan flags may spell anything; in their tables only what could hold a secret is dropped."""
    given = {
        "id": 7,
        "permissions": {
            "xJWTq": {
                "api_token.access": True,
                "integrations.limit": 3,
                "password_reset": None,
                "cookie.limit": -1,
            },
            "zDmNq": {"api_token": "a1b2c3"},
        },
        "subscription_statuses": {"Token": "active_trial", "pwd12": None, "api_token": "s3cr3t"},
        "business_statuses": {"cooKie": "suspended"},
    }
    kept = copy.deepcopy(given)
    kept["permissions"]["zDmNq"] = {}
    del kept["subscription_statuses"]["api_token"]
    assert body(given) == kept


@pytest.mark.parametrize("key", ["integrations", "Integrations", "integration_emails"])
def test_integrations_keep_names_alone(key: str) -> None:
    """Of integrations the names are kept, without whatever they hold and without e-mail addresses."""
    given = {"stripe": {"email": "a@b.c"}, "gusto": "a@b.c", "x@y.z": 1, JWT: 1, "api_token": 2}
    assert body({"id": 7, key: given}) == {"id": 7, key: {"stripe": None, "gusto": None}}
    assert body({"id": 7, "x": {key: ["a@b.c"]}}) == {"id": 7, "x": {key: None}}


def test_another_token_is_the_same_document() -> None:
    """The hash is that of the redacted body: two fetches with two tokens are one document."""
    first, second = copy.deepcopy(BRUCE), copy.deepcopy(BRUCE)
    first["response"]["business_memberships"][0]["fasttrack_token"] = JWT
    second["response"]["business_memberships"][0]["fasttrack_token"] = JWT[::-1]
    assert taken(first).document == taken(second).document == taken(BRUCE).document


@pytest.mark.parametrize(
    "unit",
    [
        "eyJ",
        "-eyJ",
        ".eyJ",
        "eyJaaaa",
        "bearer ",
        "token=",
        "token ",
        "://a:",
        "://",
        "-----BEGIN ",
        "abcdef0",
        "aaaaaaa-",
    ],
)
def test_long_strings_take_linear_time(unit: str) -> None:
    """No text makes the search for secrets slow: a million characters are read at once, in time or the test hangs."""
    text = unit * (1_000_000 // len(unit))
    assert taken({"id": 7, "email": text, "x": {text: 1}}).document.subject == "identity:7"


def test_many_unreadable_rows_are_read_quickly() -> None:
    """A document of nothing but problems is read at nearly the speed of a good one: 50,000 of them in a moment."""
    start = time.process_time()
    assert len(taken(team(*[{"identity_id": 7, "email": 5}, {"id": 5}] * 25_000)).issues) == 50_000
    assert time.process_time() - start < 5


def test_unreadable_rows_show_in_the_coverage() -> None:
    """Rows that could not be read, of whatever type, make the coverage of the answer say so."""
    graph = explore([({"id": 7, "business_memberships": [5, {"id": 2}, member(1)]}, MONDAY)])
    assert "2 row(s)" in " ".join(graph.reach("identity:7").coverage.notes)


def test_a_document_that_is_a_secret() -> None:
    """A text that is nothing but a token is refused as what it is, without a word of it."""
    found = refused(JWT)
    assert (found.code, found.message) == ("not_an_object", "a JSON string, not an object")
    assert refused({"document": JWT}).code == "no_identity"
    assert refused({"response": JWT}).code == "no_identity"
    assert refused([JWT]).code == "not_an_object"
