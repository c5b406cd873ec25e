"""What is read of a document: every shape and trap that the documents are known to have."""

from __future__ import annotations

import copy
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from inroads.documents import pointers, reader
from inroads.documents.claims import state
from inroads.documents.reader import parse_moment, reread, unknown_keys
from inroads.documents.records import Me, Members
from inroads.documents.redaction import MAX_DEPTH
from inroads.model import Role, Section
from inroads.policy.tables import STOCK
from reading import (
    BRUCE,
    JWT,
    MONDAY,
    Body,
    body,
    encode,
    member,
    nested,
    problems,
    refused,
    said,
    taken,
    team,
)
from worlds import explore

# ---- whose document it is


@pytest.mark.parametrize(
    "ids",
    [
        {"id": 7, "email": "x@example.com"},
        {"identity_id": 7},
        {"id": 7, "identity_id": 7},
        {"id": "7", "setup_complete": None},
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
        "7.5",
        "7e0",
        "\u0667",
        "",
        "1" * 19,
        -7,
        7.5,
        10**18,
        True,
        [7],
    ],
)
def test_what_is_no_numeric_id(number: Any) -> None:
    """Only canonical numerals are ids; what merely resembles one is not rounded, trimmed or converted."""
    assert refused({"identity_id": number}).code == "no_identity"


@pytest.mark.parametrize("number", [0, 1, 10**18 - 1])
def test_numbers_and_numeric_strings_are_one_id(number: int) -> None:
    """A number and its numeral name the same node over the whole range of ids."""
    assert (
        taken({"identity_id": number}).document.subject
        == taken({"identity_id": str(number)}).document.subject
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
    assert said({"identity_id": 7, section: value}).claims == ()
    assert problems({"identity_id": 7, section: value}) == []


@pytest.mark.parametrize("section", ["business_memberships", "groups", "roles"])
@pytest.mark.parametrize("value", [{}, "none", 0, False, {"0": member(1)}])
def test_section_of_a_wrong_type_is_not_empty(section: str, value: Any) -> None:
    """A section that cannot be read must not pass for an empty one, which would revoke what it used to say."""
    found = refused({"response": {"identity_id": 7, section: value}})
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


@pytest.mark.parametrize("word", ["Owner", "OWNER", "oWNER"])
def test_role_in_another_case(word: str) -> None:
    """A role in another case is read like its lower case, and told."""
    found = said({"id": 7, "business_memberships": [{**member(1), "role": word}]})
    assert [(claim.role, claim.word) for claim in found.claims] == [(Role.OWNER, word)]
    assert [issue.code for issue in found.issues] == ["word_case"]


def test_status_in_another_case() -> None:
    """A status in another case is read like its lower case, and told."""
    found = said({"id": 7, "subscription_statuses": {"A": "Active", "B": "active"}})
    statuses = [each.value for each in found.attributes if each.name == "subscription_status"]
    assert statuses == ["active", "active"]
    assert [(issue.code, issue.message) for issue in found.issues] == [
        ("word_case", "the status 'Active' is read as 'active'")
    ]


@pytest.mark.parametrize("word", ["wizard", " owner", "admin", "staff", "", None])
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
    given = {"identity_id": 7, "confirmed_at": text, "created_at": text}
    assert problems(given) == [("/confirmed_at", "wrong_type"), ("/created_at", "wrong_type")]
    assert [each.name for each in said(given).attributes] == ["record"]


def test_null_moment_says_something() -> None:
    """`confirmed_at` given as null is a statement, a missing one is not."""
    assert [each.name for each in said({"identity_id": 7, "confirmed_at": None}).attributes] == [
        "record",
        "confirmed_at",
    ]
    assert [each.name for each in said({"identity_id": 7}).attributes] == ["record"]


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
    given = {"identity_id": 7, "error": "x", "errors": ["x"]}
    assert taken(given).document.subject == "identity:7"


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
        (b'{"response": []}', "empty_listing"),
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
    assert (
        b"\xef\xbf\xbd"
        in taken(b'{"identity_id": 7, "email": "' + text + b'", "x": 1}').document.body
    )
    assert taken(b'{"identity_id": 7, "' + text + b'": 1}').document.subject == "identity:7"


def test_byte_order_mark() -> None:
    """A byte order mark before a document is no part of it."""
    assert taken(b"\xef\xbb\xbf" + encode(BRUCE)).document == taken(BRUCE).document


def test_huge_numbers() -> None:
    """Numbers beyond 64 bits survive where nothing is read of them and are no ids where something is."""
    assert body({"identity_id": 7, "x": 10**30, "y": -(10**30)}) == {
        "identity_id": 7,
        "x": 10**30,
        "y": -(10**30),
    }
    assert problems({"id": 10**30, "identity_id": 7}) == [("/id", "wrong_type")]
    assert refused({"id": 10**30, "email": None}).code == "no_identity"


def test_duplicate_keys() -> None:
    """Of a key that is there twice the last one counts, in the body, its hash and its claims alike."""
    twice = taken(b'{"id": 6, "groups": [{"group_id": 1}], "groups": [], "id": 7}')
    assert twice.document == taken({"id": 7, "groups": []}).document
    assert twice.document.subject == "identity:7"


@pytest.mark.parametrize("kind", ["array", "object"])
def test_depth(kind: str) -> None:
    """Nesting is read to the limit, and refused beyond it, however deep it goes."""
    assert taken({"identity_id": 7, "x": nested(MAX_DEPTH - 1, kind)})
    for levels in (MAX_DEPTH, 500):
        assert refused({"identity_id": 7, "x": nested(levels, kind)}).code == "too_deep"
    opening = b"[" if kind == "array" else b'{"x":'
    assert refused(b'{"identity_id": 7, "x": ' + opening * 1_000_000).code == "too_deep"


def test_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document is read up to the limits of its bytes and of its values, and refused beyond either."""
    raw = encode({"identity_id": 7, "x": [1, 2, 3]})
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
    "envelope", [{"observed_at": None}, {"source": None}, {"source": ""}, {"source": 5}]
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
    inner = {"source": "x", "document": BRUCE}
    assert refused({"source": "a file", "document": inner}).code == "not_a_document"
    assert refused({"document": BRUCE}).code == "not_a_document"


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
    assert taken({"identity_id": 7, "email": text, "x": {text: 1}}).document.subject == "identity:7"


def test_many_unreadable_rows_are_read_quickly() -> None:
    """A document of nothing but problems is read at nearly the speed of a good one: 50,000 of them in a moment."""
    start = time.process_time()
    assert len(taken(team(*[{"identity_id": 7, "email": 5}, {"id": 5}] * 25_000)).issues) == 50_000
    assert time.process_time() - start < 5


def test_unreadable_rows_show_in_the_coverage() -> None:
    """Rows that could not be read, of whatever type, make the coverage of the answer say so."""
    graph = explore([({"id": 7, "business_memberships": [5, {"id": 2}, member(1)]}, MONDAY)])
    coverage = graph.reach("identity:7").coverage
    assert "2 records of the newest documents" in " ".join(coverage.notes)
    assert not coverage.complete
    graph = explore([({"id": 7, "business_memberships": [member(1, account_id=5)]}, MONDAY)])
    assert "1 record of the newest documents" in " ".join(graph.reach("identity:7").coverage.notes)


def test_a_document_that_is_a_secret() -> None:
    """A text that is nothing but a token is refused as what it is, without a word of it."""
    found = refused(JWT)
    assert (found.code, found.message) == ("not_an_object", "a JSON string, not an object")
    assert refused({"document": JWT}).code == "no_identity"
    assert refused({"response": JWT}).code == "no_identity"
    assert refused([JWT]).code == "not_an_object"


# ---- listings of team members

LISTED = {"uuid": "u-1", "business_id": 7, "business_role_name": "owner", "identity_id": 5}


def listing(*rows: Any, **beside: Any) -> Body:
    return {
        "response": list(rows),
        "meta": {"page": 1, "per_page": 30, "total": len(rows)},
        **beside,
    }


@pytest.mark.parametrize(
    ("given", "code", "pointer", "words"),
    [
        ({"response": []}, "empty_listing", "/response", "of which business"),
        (listing(None), "not_a_document", "/response", "no row"),
        (listing("owner", 7), "not_a_document", "/response", "business_role_name"),
        (listing({"id": 1, "email": "a@b.c"}), "not_a_document", "/response", "no row"),
        (
            listing({"businessId": 7, "identity_id": 5}),
            "not_a_document",
            "/response/0",
            "businessId",
        ),
        (listing({"business_id": 7, "role": "x"}), "not_a_document", "/response", "no row"),
        (
            listing(LISTED, {**LISTED, "business_id": 8}),
            "business_conflict",
            "/response",
            "2 businesses",
        ),
        (listing({**LISTED, "business_id": None}), "no_business", "/response", "whose team"),
        (listing({**LISTED, "business_id": "seven"}), "no_business", "/response", "whose team"),
        (listing({**LISTED, "business_id": 7.5}), "no_business", "/response", "whose team"),
        (listing(LISTED, id=7), "not_a_document", "/id", "id beside the response"),
        (listing(LISTED, status=200), "not_a_document", "/status", "logged response"),
        (listing(LISTED, error="expired"), "error_body", "/error", "expired"),
        ({"business_id": 7, **LISTED}, "not_a_document", "", "team_members listing"),
        ([LISTED], "not_an_object", "", "array"),
    ],
)
def test_what_is_no_listing(given: Any, code: str, pointer: str, words: str) -> None:
    """What is no listing of one business's members is rejected whole, with what it looks like."""
    found = refused(given)
    assert (found.code, found.pointer) == (code, pointer)
    assert words in found.message


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**LISTED, "identity_id": "nobody"}, "identity_id"),
        ({**LISTED, "identity_id": 1.5}, "identity_id"),
        ({**LISTED, "identity_id": True}, "identity_id"),
        ({key: LISTED[key] for key in LISTED if key != "identity_id"}, "identity_id"),
        ({key: LISTED[key] for key in LISTED if key != "business_id"}, "business_id"),
        ({**LISTED, "business_id": {}}, "business_id"),
        (7, "not an object"),
        ([LISTED], "not an object"),
    ],
)
def test_an_unreadable_row_of_a_listing(row: Any, field: str) -> None:
    """It is left out and told once, and the rest is no longer the whole team."""
    found = taken(listing(LISTED, row))
    assert isinstance(found.content, Members)
    assert (len(found.content.rows), found.content.is_whole) == (1, False)
    [issue] = found.issues
    assert (issue.pointer, issue.code) == ("/response/1", "unreadable_row")
    assert field in issue.message


def test_the_parts_of_a_listing() -> None:
    """Ids are numbers or texts or whole floats; the pointer of a row leads to it; unknown keys are counted."""
    rows = [
        {**LISTED, "business_id": "7", "seat": 1, "api_token": JWT},
        {**LISTED, "uuid": "u-2", "business_id": 7.0, "identity_id": "6"},
        {**LISTED, "uuid": None, "identity_id": None, "active": None},
    ]
    found = taken({"response": rows, "meta": {"page": 1.0, "total": "3", "sort": "x"}})
    assert isinstance(found.content, Members)
    assert (found.document.kind, found.document.subject) == ("members", "business:7")
    assert found.content.is_whole
    assert JWT not in found.document.body.decode()
    assert "api_token" not in found.document.body.decode()
    claims = state(found, STOCK).claims
    assert [(each.principal, each.resource, each.role) for each in claims] == [
        ("identity:5", "business:7", Role.OWNER),
        ("identity:6", "business:7", Role.OWNER),
    ]
    places = [pointers.pointer(found.document, *each.place) for each in claims]
    assert places == ["/response/0", "/response/1"]
    assert pointers.record(found.document, places[1])["identity_id"] == "6"
    assert unknown_keys(found.document) == {"/response/*/seat": 1, "/meta/sort": 1}
    assert reread(found.document) == found


@pytest.mark.parametrize(
    ("word", "role", "codes"),
    [
        ("owner", "OWNER", []),
        ("Owner", "OWNER", ["word_case"]),
        ("Business Partner", "ADMIN", ["word_case"]),
        ("Admin", "UNKNOWN", ["unmapped_role"]),
        ("no_seat_employee", "UNKNOWN", ["unmapped_role"]),
        (None, "UNKNOWN", ["unmapped_role"]),
    ],
)
def test_words_of_a_listing(word: str | None, role: str, codes: list[str]) -> None:
    """Words are read as those of memberships, in any case; one of another dialect gives no control."""
    found = state(taken(listing({**LISTED, "business_role_name": word})), STOCK)
    [claim] = found.claims
    assert (claim.role, claim.word) == (role, word)
    assert [each.code for each in found.issues] == codes


def test_a_listing_in_an_envelope() -> None:
    """An envelope has a listing as it has any document."""
    found = taken({"observed_at": "2026-03-02T00:00:00Z", "document": listing(LISTED)})
    assert (found.document.kind, found.document.prefix) == ("members", "")
    assert found.document.observed_at == datetime(2026, 3, 2, tzinfo=UTC)
