"""Contested accesses in campaigns: frozen with their codes, compared, shown, and old campaigns."""

from __future__ import annotations

import csv
import io
import sqlite3
import zlib
from contextlib import closing

import msgspec
import pytest

from campaigns import BRUCE, NOW, begin
from contested import graph_of, leaver, moved, twice_documents
from inroads.explorer import Explorer
from inroads.model import Role
from inroads.review import (
    Campaign,
    Filter,
    Opened,
    Pair,
    Scope,
    campaign,
    opening,
    report,
    spreadsheet,
)
from inroads.review.frozen_access import pairs
from inroads.store.ledger import Ledger

FINGERPRINTS = [
    "079524eda0b3d96194f2b406520ae525",
    "87cf95f93d2cd8d571f6f47a5a36d173",
    "b066402475d1a39354305f32f7cdf0be",
    "c005e28bdf3a1ef4e0872c1cd7eeac03",
    "6ae570c703b03e48045aac23672864ad",
    "2f52ae2c7bc87e1ed543b1249ccf25d9",
]
MOVED = {("identity:1", "account:AccA"), ("identity:1", "business:3001")}


def ends_of(found: Campaign, chosen: Filter | None = None) -> set[tuple[str, str]]:
    items = found.items(chosen) if chosen else found.items()
    return {(each.principal, each.resource) for item in items for each in item.accesses}


def test_frozen(ledger: Ledger) -> None:
    """An item keeps its contested roles and the codes, and says so in its sentence."""
    found = begin(ledger, leaver())
    told = {
        each.access.principal: each.access
        for each in found.items()
        if each.access.resource == "business:1001"
    }
    doubtful, sound = told["identity:2"], told["identity:1"]
    assert doubtful.contested_roles == (Role.OWNER,)
    assert doubtful.contradictions == ("membership_denied",)
    assert doubtful.sentence == (
        "leaver@example.com reaches Bakery (1001) as OWNER (contested: OWNER, membership_denied)."
    )
    assert (sound.contested_roles, sound.contradictions) == ((), ())
    assert sound.sentence == "owner@example.com reaches Bakery (1001) as OWNER."


def test_scope_and_filter(ledger: Ledger) -> None:
    """A campaign, or a list of its items, may be of contested accesses alone, or of the others."""
    whole = begin(ledger, moved())
    everything = ends_of(whole)
    assert ends_of(whole, Filter(contested=True)) == MOVED
    assert ends_of(whole, Filter(contested=False)) == everything - MOVED
    assert ends_of(whole, Filter(role=Role.OWNER)) == everything
    assert ends_of(begin(ledger, moved(), "Q2", scope=Scope(contested=True))) == MOVED
    assert ends_of(begin(ledger, moved(), "Q3", scope=Scope(contested=False))) == everything - MOVED


def test_turning_contested_is_drift(ledger: Ledger) -> None:
    """A second document of the same moment, which leaves the membership out, changes the item."""
    first, second = twice_documents()
    found = begin(ledger, graph_of([first]))
    drift = found.drift(graph_of([first, second]))
    assert drift.same == 0
    expected = "contested_roles none -> OWNER", "contradictions none -> equal_moment"
    assert {pair.resource: each.facts for _, pair, each in drift.changed} == {
        "business:1001": expected,
    }
    settled = begin(ledger, graph_of([first, second]), "Q2").drift(graph_of([first]))
    assert {each.facts[0] for _, _, each in settled.changed} == {"contested_roles OWNER -> none"}
    assert found.drift(graph_of([first])).same == 1


def test_kept_access_that_turns_contested_is_asked_again(ledger: Ledger) -> None:
    """A `keep` is not carried over where the access is contested since."""
    first, second = twice_documents()
    before = begin(ledger, graph_of([first]))
    before.decide([1], "keep", by="eve", now=NOW)
    after = begin(ledger, graph_of([first, second]), "Q2", previous=before)
    assert {each.opened for each in after.items()} == {"CHANGED"}


def test_sheet_and_report(ledger: Ledger) -> None:
    """The sheet has the roles and the codes, the reports say them."""
    found = begin(ledger, moved())
    text = io.StringIO()
    spreadsheet.write(found.items(), text)
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert {
        (row["principal"], row[column])
        for row in rows
        for column in ("resource", "account")
        if (row["contested"], row["contradictions"]) == ("OWNER", "account_moved")
    } == MOVED
    assert {row["contested"] for row in rows} == {"OWNER", ""}
    markdown = "".join(report.markdown(found))
    assert markdown.count("(contested: OWNER, account\\_moved)") == 1
    lines = [msgspec.json.decode(line) for line in "".join(report.ndjson(found)).splitlines()]
    items = [line["item"]["access"] for line in lines if "item" in line]
    assert [each["contradictions"] for each in items if "contested_roles" in each] == [
        ["account_moved"],
    ]
    kept = [line["item"]["kept"] for line in lines if "kept" in line.get("item", {})]
    assert [each["resource"] for each in kept if "contested_roles" in each] == ["account:AccA"]


def test_the_doubtful_come_first(ledger: Ledger) -> None:
    """A contested manager stands before a sound one."""
    first, second = twice_documents()
    for envelope in (first, second):
        for row in envelope["document"]["response"]["business_memberships"]:
            row["role"] = "manager"
    sound = msgspec.json.decode(msgspec.json.encode(first))
    sound["document"]["response"] |= {"id": 9, "email": "a@example.com"}
    sound["document"]["response"]["business_memberships"][0]["business"]["id"] = 1000
    sound["document"]["response"]["business_memberships"][0]["business"]["account_id"] = "A0"
    items = list(begin(ledger, graph_of([sound, first, second])).items())
    assert [each.access.principal for each in items] == ["identity:1", "identity:9"]


def test_an_older_campaign(
    ledger: Ledger, bruce: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A campaign that was frozen before opens, compares equal, and keeps the digest of its report.

    It has an item for each access. It is read as it is, and migrated when it is opened for writing.
    """
    with monkeypatch.context() as past:
        past.setattr(opening, "grouped", lambda *given: [(each,) for each in pairs(*given)])
        older = begin(ledger, bruce)
    older.decide([1, 2, 3], "keep", by="eve", now=NOW)
    older.decide([4], "revoke", by="eve", now=NOW, why="left")
    signed = report.sign_off(older, by="chief", now=NOW, partial=True)
    with closing(sqlite3.connect(ledger.path)) as rows, rows:
        for number, packed in rows.execute("SELECT number, frozen FROM review_items").fetchall():
            # An older item is its access alone, without a list around it.
            [[*access, roles, codes]] = msgspec.json.decode(zlib.decompress(packed))
            assert (roles, codes) == ([], [])
            rows.execute(
                "UPDATE review_items SET frozen = ? WHERE number = ?",
                (zlib.compress(msgspec.json.encode(access)), number),
            )
        rows.execute("DROP TABLE review_accesses")
        rows.execute("PRAGMA user_version = 5")
    for read_only in (True, False):
        with Ledger(ledger.path, read_only=read_only) as opened:
            found = campaign(opened, "Q1")
            assert len(ends_of(found)) == len(ends_of(found, Filter(contested=False))) == 6
            assert all(each.access.contradictions == () for each in found.items())
            assert [each.kept for each in found.items()] == [None] * 6
            assert ends_of(found, Filter(of="account:Xr82w")) == {(BRUCE, "account:Xr82w")}
            assert len(ends_of(found, Filter(text="B@EXAMPLE"))) == 6
            assert found.item(Pair(BRUCE, "account:Xr82w")).access.resource == "account:Xr82w"
            assert found.drift(bruce).same == 6
            text = "".join(report.ndjson(found))
            assert "contest" not in text
            assert '"kept":' not in text
            assert signed.signed is not None
            assert report.is_signed(found, text.encode())
            # These are the fingerprints that were made before accesses could be contested.
            assert [each.fingerprint for each in found.items()] == FINGERPRINTS
            assert opened.verify() == []
    left = {each.access.resource: each.decision and each.decision.verdict for each in found.items()}
    following = {
        each.access.resource: each for each in begin(ledger, bruce, "Q2", previous=found).items()
    }
    assert len(following) == 3
    for resource, item in following.items():
        both = [left[each.resource] for each in item.accesses]
        expected = Opened.CARRIED if both == ["KEEP", "KEEP"] else Opened.UNDECIDED
        if "REVOKE" in both:
            expected = Opened.STILL_THERE
        assert (resource, item.opened) == (resource, expected)
    assert {each.opened for each in following.values()} == {"CARRIED", "STILL_THERE", "UNDECIDED"}
