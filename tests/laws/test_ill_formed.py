"""Documents that are not well formed: each kind of fault that tools for access meet, and what is answered to it."""

from __future__ import annotations

import datetime as dt
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import inroads
from inroads.documents.reader import Observation, read
from inroads.errors import Rejection
from inroads.explorer import Explorer
from inroads.model import fold_email
from inroads.store.ledger import Ledger
from inroads_api.cli.main import app
from records import DAY, me, membership, partial_me, team

Body = dict[str, Any]

OWNER = me(8801, business_memberships=[membership(51, 12, account_id="Zzz11")])
"""A whole document of January, which nothing here may undo."""


def taken(value: Any) -> Observation | Rejection:
    raw = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return read(raw, DAY[1], "a file")


def refused(value: Any) -> Rejection:
    found = taken(value)
    assert isinstance(found, Rejection), found
    return found


def after(*bodies: Any) -> Explorer:
    """January's document, and what came in February, as far as it was taken."""
    january = read(msgspec.json.encode(OWNER), DAY[0], "january")
    return Explorer.observe([january, *map(taken, bodies)])


names = st.text(max_size=8)
numbers = st.integers(0, 10**17)

BUSINESS = st.fixed_dictionaries(
    {"id": numbers, "account_id": st.none() | st.just("Qd1aB")},
    optional={"name": names, "active": st.booleans(), "business_clients": st.just([])},
)
LISTED = st.fixed_dictionaries(
    {"business_id": numbers, "business_role_name": st.sampled_from(["owner", "manager"])},
    optional={"identity_id": numbers, "email": names, "uuid": names, "active": st.booleans()},
)
GROUP_ROW = st.fixed_dictionaries(
    {"id": numbers, "group_id": numbers, "role": st.just("owner"), "identity_id": numbers},
    optional={"business_id": numbers, "email": names},
)
MEMBERSHIP_ROW = st.fixed_dictionaries(
    {"id": numbers, "role": st.just("owner"), "business": st.fixed_dictionaries({"id": numbers})}
)
ROLE_ROW = st.fixed_dictionaries(
    {"id": numbers, "role": st.just("admin"), "accountid": st.just("A")}
)
CLIENT_ROW = st.fixed_dictionaries(
    {"id": numbers, "client_business": st.fixed_dictionaries({"business_id": numbers})},
    optional={"account_id": st.just("A"), "userid": numbers},
)
RENAMED = st.fixed_dictionaries(
    {"id": numbers, "businessMemberships": st.just([])},
    optional={"email": names, "firstName": names},
)
BARE = st.fixed_dictionaries({"id": numbers}, optional={"name": names, "x": numbers})
LOGGED = st.fixed_dictionaries(
    {"status": st.just(200), "response": st.just(OWNER["response"])},
    optional={"headers": st.just({}), "url": names},
)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        BUSINESS, LISTED, GROUP_ROW, MEMBERSHIP_ROW, ROLE_ROW, CLIENT_ROW, RENAMED, BARE, LOGGED
    ),
    st.booleans(),
)
def test_what_is_no_document_undoes_nothing(body: Body, wrapped: bool) -> None:
    """A record, a row, a log entry or a renamed document is refused, with what it looks like, and no access ends."""
    found = refused({"response": body} if wrapped and "response" not in body else body)
    assert found.code == "not_a_document"
    assert found.message
    graph = after(body)
    assert [access.resource for access in graph.reach("identity:8801")] == [
        "business:12",
        "account:Zzz11",
    ]
    assert len(graph.documents) == 1


@pytest.mark.parametrize(
    ("body", "looks"),
    [
        ({"id": 1, "business_uuid": "x"}, "business record"),
        ({"business_id": 1, "business_role_name": "owner", "email": "a"}, "team_members listing"),
        ({"id": 1, "email": "a", "firstName": "b"}, "first_name is spelled 'firstName'"),
        ({"id": 1, "members": []}, "the group of a team"),
        ({"id": 1, "email": "a", "accounting_systemid": "A"}, "client or staff record"),
        ({"status": 200, "response": {"id": 1, "email": "a"}}, "logged response"),
        ({"id": 1, "response": {"id": 2, "email": "a"}}, "id beside the response"),
        ({"document": {"id": 1, "email": "a"}}, "an envelope, which has no keys but"),
        ({"id": 1}, "no sign of an identity"),
    ],
)
def test_it_is_told_what_it_looks_like(body: Body, looks: str) -> None:
    """The message names what the document looks like."""
    assert looks in refused(body).message


def test_other_keys_beside_a_response_are_told() -> None:
    """Beside a response only `meta` is known; another key is reported, and the document is taken."""
    found = taken({"response": {"id": 1, "email": "a"}, "meta": {}, "trace": "x"})
    assert isinstance(found, Observation)
    assert [(each.pointer, each.code) for each in found.issues] == [("/trace", "unknown_key")]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["observedAt", "observed", "moment", "date", "id2", "kind"]), names)
def test_an_envelope_with_another_key_is_refused(key: str, value: str) -> None:
    """A misspelled key of an envelope is refused: its moment would be a guess."""
    assert refused({key: value, "source": "x", "document": OWNER}).code == "unknown_envelope_key"


SECTIONS = ("business_memberships", "groups", "roles")


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(SECTIONS)), st.sampled_from([[], None]))
def test_only_sections_that_are_there_revoke(shown: set[str], nothing: list[Any] | None) -> None:
    """Of a newer document the sections that it has revoke, empty or null; the others stand, and are told as older."""
    role = {"id": 5, "role": "client", "accountid": "Vvv"}
    old = me(1, business_memberships=[membership(1, 10)], roles=[role])
    newer = partial_me(1, **dict.fromkeys(shown, nothing))
    graph = Explorer.observe([read(msgspec.json.encode(old), DAY[0], "old"), taken(newer)])
    answer = graph.reach("identity:1")
    expected = {"business:10"} - ({"business:10"} if "business_memberships" in shown else set())
    expected |= {"account:Vvv"} - ({"account:Vvv"} if "roles" in shown else set())
    assert {access.resource for access in answer} == expected
    assert answer.coverage.complete is (shown == set(SECTIONS))
    for section in set(SECTIONS) - shown:
        assert section in " ".join(answer.coverage.notes)


@pytest.mark.parametrize("section", [*SECTIONS, "subscription_statuses", "permissions"])
@pytest.mark.parametrize("value", [5, "none", True, "[]"])
def test_a_section_of_a_wrong_type_refuses_all(section: str, value: Any) -> None:
    """A section that is no list, or no table, refuses the document: half of it would be a wrong answer."""
    assert refused(partial_me(1, **{section: value})).code == "wrong_type"


@pytest.mark.parametrize("account", [12345, 1.5, True, ["x"], "", "a b"])
def test_a_record_that_cannot_be_read_leaves_the_answer_open(account: Any) -> None:
    """An account id that is none is told, and the answer is not complete; a number is named as one."""
    graph = after(me(1, business_memberships=[membership(3, 5, account_id=account)]))
    answer = graph.reach("identity:1")
    assert [access.resource for access in answer] == ["business:5"]
    assert not answer.coverage.complete
    (issue,) = graph.issues
    assert issue.code == "unreadable_account"
    if account == 12345:
        assert "this is a number" in issue.message


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**53 - 1), st.sampled_from(["{}.0", '"{}.0"', '"{}"', "{}.00", "{}"]))
def test_a_whole_float_is_its_integer(number: int, written: str) -> None:
    """An id that a spreadsheet or a data frame wrote as 712052.0 is that integer, wherever ids are."""
    raw = (
        '{"id": %s, "email": "a", "business_memberships": [{"id": %s, "role": "owner",'
        ' "business": {"id": %s}}]}' % ((written.format(number),) * 3)
    )
    graph = after(raw.encode())
    assert f"business:{number}" in graph
    assert f"business:{number}#MEMBER@identity:{number}" in graph.grants


def test_a_float_that_is_no_integer_is_no_id() -> None:
    """An id with a fraction, or too large to be exact, is not rounded."""
    for number in ("7.5", "1e300", "9007199254740993.0"):
        assert refused(f'{{"id": {number}, "email": "a"}}'.encode()).code == "no_identity"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("indent", [None, 1])
def test_utf_16_is_named(encoding: str, indent: int | None, tmp_path: Path) -> None:
    """A file in UTF-16 is refused by that name, with what to do."""
    file = tmp_path / "x.json"
    file.write_bytes(json.dumps(OWNER, indent=indent).encode(encoding))
    rejections = inroads.load(file).rejections
    assert {each.code for each in rejections} == {"not_json"}
    assert "UTF-16" in rejections[0].message


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("josé@example.com", "jose\u0301@example.com", True),
        (" Ann@Example.COM ", "ann@example.com", True),
        ("a@bücher.example", "a@xn--bcher-kva.example", True),
        ("a@BÜCHER.example", "a@bu\u0308cher.example", True),
        ("straße@example.com", "strasse@example.com", False),
        ("a@straße.example", "a@strasse.example", False),
        ("ann@example.com", "an@example.com", False),
        ("a@..example", "a@..Example", True),
    ],
)
def test_emails_compare_as_mail_does(one: str, other: str, *, same: bool) -> None:
    """Emails compare trimmed, in NFC, in lower case, the domain in its IDNA form; `ß` is not `ss`."""
    assert (fold_email(one) == fold_email(other)) is same
    if same:
        graph = after(me(1, email=one))
        assert graph.find(other) == graph.find(one) == "identity:1"


def test_a_moment_of_the_future_hides_nothing(tmp_path: Path) -> None:
    """A document observed more than a day after now is rejected at every door; one of tomorrow's clock is taken."""
    empty, now = me(8801, business_memberships=[]), dt.datetime.now(dt.UTC)
    for days, count in ((300, 2), (0.5, 0)):
        lines = [
            {"observed_at": "2026-01-01T00:00:00Z", "document": OWNER},
            {"observed_at": (now + dt.timedelta(days=days)).isoformat(), "document": empty},
        ]
        file = tmp_path / "x.ndjson"
        file.write_text("\n".join(map(json.dumps, lines)))
        graph = inroads.load(file)
        assert len(list(graph.reach("identity:8801"))) == count
        assert [each.code for each in graph.rejections] == ["future_moment"] * bool(count)
        ledger = tmp_path / f"{count}.db"
        done = CliRunner().invoke(app, ["ingest", str(file), "--ledger", str(ledger)])
        assert ("future_moment" in done.output) is bool(count)
        with Ledger(ledger) as opened:
            assert opened.info().documents == (1 if count else 2)


def test_an_account_that_moved_has_one_owner() -> None:
    """When an account moves, who acts for the business before does not own it any more."""
    seller = me(1, business_memberships=[membership(101, 1001, account_id="AccA")])
    buyer = me(3, business_memberships=[membership(301, 3001, account_id="AccA")])
    graph = Explorer.observe([read(msgspec.json.encode(seller), DAY[0], "seller"), taken(buyer)])
    assert [access.resource for access in graph.reach("identity:1")] == ["business:1001"]
    assert {access.resource for access in graph.reach("identity:3")} == {
        "business:3001",
        "account:AccA",
    }


def test_a_ledger_of_before_is_read_as_it_was(tmp_path: Path) -> None:
    """What a ledger holds was taken when it came; it is not judged again, and shows nothing that it does not say."""
    with Ledger(tmp_path / "old.db") as ledger:
        body = msgspec.json.encode({"id": 8801, "name": "Quist"}, order="sorted")
        found = taken(OWNER)
        assert isinstance(found, Observation)
        earlier = msgspec.structs.replace(found.document, observed_at=DAY[0])
        later = msgspec.structs.replace(
            found.document, sha256=sha256(body).hexdigest(), prefix="", kept=body
        )
        ledger.add([earlier, later])
        assert ledger.verify() == []
    graph = inroads.load(tmp_path / "old.db")
    assert len(graph.documents) == 2
    assert len(list(graph.reach("identity:8801"))) == 2


def test_a_team_still_revokes() -> None:
    """A whole team ends memberships in every dialect, also beside a document that lacks sections."""
    role = {"id": 5, "role": "admin", "accountid": "Acc"}
    mine = me(1, business_memberships=[membership(1, 10, account_id="Acc")], roles=[role])
    newer = team(10, (2, 2, "owner"), account_id="Acc")
    graph = Explorer.observe([read(msgspec.json.encode(mine), DAY[0], "me"), taken(newer)])
    assert list(graph.reach("identity:1")) == []
