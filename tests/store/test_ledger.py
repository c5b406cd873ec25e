"""The ledger: what was acknowledged stays, what was forgotten is gone, and every fault is told as what it is."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inroads.columns.claimset import MOMENT_SOURCES
from inroads.documents.reader import Observation, read
from inroads.documents.records import Members
from inroads.errors import BadId, LedgerError
from inroads.explorer import Explorer, load
from inroads.model import Document, MomentSource
from inroads.sources.synthetic import population
from inroads.store import document_log, schema
from inroads.store.ledger import Added, Forgotten, Ledger, is_ledger
from inroads.store.rows import observation_key
from ledger_files import inflated, raw
from records import members
from strategies import worlds
from worlds import World, observations, same

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
KILLS = int(os.environ.get("INROADS_KILLS", "25"))

BRUCE = {
    "id": 712052,
    "email": "Bruce@Example.com",
    "first_name": "Brucella",
    "identity_uuid": "4ed7cf06-22c8-4b7e-a0a6-2b6d5d1f0d11",
    "business_memberships": [
        {"id": 1, "role": "owner", "business": {"id": 77128, "name": "Toolbox"}}
    ],
}
CLAIRE = {"id": 8, "email": "claire@example.com", "first_name": "Claire"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "documents.ledger"


def member(identity: int | None, email: str, first_name: str) -> dict[str, Any]:
    return {"identity_id": identity, "email": email, "first_name": first_name, "role": "manager"}


def team(*members: dict[str, Any], number: int = 77128, **more: Any) -> dict[str, Any]:
    return {
        "response": {
            "id": number,
            "name": "Toolbox",
            **more,
            "business_group": {"id": 5, "members": members},
        }
    }


def taken(body: dict[str, Any], moment: dt.datetime = START, source: str = "somewhere") -> Document:
    found = read(msgspec.json.encode(body), moment, source)
    assert isinstance(found, Observation), found
    return found.document


def generated(size: int, seed: int = 1) -> list[Document]:
    """About `size` documents of a synthetic population."""
    return [taken(envelope) for envelope in population(size, seed)]


def documents(world: World) -> list[Document]:
    return [each.document for each in observations(world)]


def _row(document: Document) -> tuple[Any, ...]:
    body = document_log.compressed(document.body)
    return *observation_key(document), document.kind, document.subject, body


def kept(ledger: Ledger, **asked: Any) -> list[Document]:
    return [each.document for each in ledger.observations(**asked)]


def code(call: Callable[[], object]) -> str:
    """The code of the LedgerError that a call raises."""
    with pytest.raises(LedgerError) as caught:
        call()
    return caught.value.code


def child(script: str, *given: object, **more: Any) -> subprocess.Popen[str]:
    """Another process that runs a script."""
    command = [sys.executable, "-c", script, *map(str, given)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **more)  # noqa: S603 - our own script


def told(script: str, *given: object) -> str:
    """What another process prints, which must end well."""
    process = child(script, *given)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return said.strip()


class TestAdding:
    def test_what_is_added_is_read_back(self, path: Path) -> None:
        """Every field of every observation comes back as it was, issues included, in the order of arrival."""
        seen = [each for each in map(_observed, population(60, 3)) if each]
        with Ledger(path) as ledger:
            assert ledger.add(each.document for each in seen) == Added(len(seen), 0, 0)
            assert list(ledger.observations()) == seen
            assert ledger.sequence == len(seen)
            assert ledger.verify() == []

    def test_adding_again_changes_nothing(self, path: Path) -> None:
        """The same observation is known the second time, within a batch or later; another moment or source is new."""
        one = taken(BRUCE)
        with Ledger(path) as ledger:
            assert ledger.add([one, one]) == Added(1, 1, 0)
            assert ledger.add([one]) == Added(0, 1, 0)
            assert ledger.sequence == 1
            others = [taken(BRUCE, NOW), taken(BRUCE, START, "elsewhere")]
            assert ledger.add([one, *others]) == Added(2, 1, 0)
            assert kept(ledger) == [one, *others]

    def test_the_surest_word_on_a_moment_is_kept(self, path: Path) -> None:
        """How a moment is known is read back; a document added again makes it surer, never less sure."""
        one, other = taken(BRUCE), taken(BRUCE, source="elsewhere")
        for order in permutations(MOMENT_SOURCES):
            file = path.with_name(f"{order}.ledger")
            with Ledger(file) as ledger:
                for how in order:
                    ledger.add([replace(one, moment_source=how)])
                ledger.add([replace(other, moment_source=how) for how in order])
                assert ledger.sequence == 2
                found = [each.moment_source for each in kept(ledger)]
                assert found == [MomentSource.ENVELOPE] * 2
                assert [each.moment_source for each in ledger.rows()] == found
        with Ledger(path) as ledger:
            ledger.add([one, replace(other, moment_source=MomentSource.FILE)])
            ledger.forget("identity:712052", NOW)
            ledger.add([taken(BRUCE, NOW + dt.timedelta(1))])
            assert [each.moment_source for each in kept(ledger)] == [MomentSource.GIVEN]

    def test_a_surer_moment_removes_snapshots(self, path: Path) -> None:
        """A snapshot that was made before a moment was known more surely is not used."""
        less = replace(taken(BRUCE), moment_source=MomentSource.FILE)
        with Ledger(path) as ledger:
            ledger.add([less])
            folder = path.with_name(f"{path.name}.snapshot-1")
            folder.mkdir()
            ledger.add([less])
            assert folder.exists()
            ledger.add([taken(BRUCE)])
            assert not folder.exists()

    def test_progress_is_told_what_is_committed(self, path: Path) -> None:
        """At each call another process already sees as much as progress is told."""
        seen: list[tuple[Added, int]] = []
        with Ledger(path) as ledger, Ledger(path, read_only=True) as other:
            some = generated(40)[:25]
            ledger.add(some, batch=10, progress=lambda added: seen.append((added, other.sequence)))
        assert seen == [(Added(n, 0, 0), n) for n in (10, 20, 25)]

    def test_what_was_acknowledged_outlives_a_failing_source(self, path: Path) -> None:
        """When the documents break off, the batches before are in, and nothing of the broken one."""

        def breaking() -> Iterator[Document]:
            yield from generated(40)[:25]
            raise ConnectionError

        with Ledger(path) as ledger:
            with pytest.raises(ConnectionError):
                ledger.add(breaking(), batch=10)
            assert ledger.sequence == 20
            assert ledger.add(generated(40)[:25]) == Added(5, 20, 0)

    @pytest.mark.parametrize(
        "source", ["naïve 漢字", "with\0nul", "bytes \udcff of a file name", "'; DROP TABLE x"]
    )
    def test_any_source(self, path: Path, source: str) -> None:
        """A source may be any text, a file name that is no UTF-8 included."""
        one = taken(BRUCE, START, source)
        with Ledger(path) as ledger:
            assert ledger.add([one]) == Added(1, 0, 0)
            assert ledger.add([one]) == Added(0, 1, 0)
            assert kept(ledger) == [one]

    @pytest.mark.parametrize(
        "moment",
        ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.000001Z", "9999-12-31T23:59:59.999999Z"],
    )
    def test_any_moment(self, path: Path, moment: str) -> None:
        """Every moment of the calendar is kept to the microsecond."""
        one = taken(BRUCE, dt.datetime.fromisoformat(moment))
        with Ledger(path) as ledger:
            ledger.add([one])
            assert kept(ledger) == [one]

    def test_a_large_document_ends_its_batch(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Large documents are committed before many of them fill the memory."""
        monkeypatch.setattr(document_log, "BATCH_BYTES", 1)
        seen: list[int] = []
        with Ledger(path) as ledger:
            ledger.add(generated(20)[:3], progress=lambda added: seen.append(added.added))
        assert seen == [1, 2, 3]


def _observed(envelope: dict[str, Any]) -> Observation | None:
    found = read(msgspec.json.encode(envelope), START, "population")
    return found if isinstance(found, Observation) else None


class TestReading:
    def test_listing(self, path: Path) -> None:
        """Rows are chosen by kind, subject, moment and number; their size is that of the compressed body."""
        mine, later, ours = (
            taken(BRUCE),
            taken(CLAIRE, NOW),
            taken(team(member(8, "c@example.com", "C"))),
        )
        with Ledger(path) as ledger:
            ledger.add([mine, later, ours])
            rows = list(ledger.rows())
            assert [(row.sequence, row.sha256) for row in rows] == [
                (1, mine.sha256),
                (2, later.sha256),
                (3, ours.sha256),
            ]
            assert rows[0].size == len(zlib.compress(mine.body))
            asked: dict[str, Any]
            for asked, numbers in (
                ({"kind": "me"}, [1, 2]),
                ({"subject": "business:77128"}, [3]),
                ({"as_of": START}, [1, 3]),
                ({"after": 1, "limit": 1}, [2]),
            ):
                assert [row.sequence for row in ledger.rows(**asked)] == numbers

    def test_finding_by_the_beginning_of_a_sha256(self, path: Path) -> None:
        """4 digits or more, an odd number too, in either case; less, or what is no hex, is refused."""
        one = taken(BRUCE)
        with Ledger(path) as ledger:
            ledger.add([one, taken(BRUCE, NOW), taken(CLAIRE)])
            for length in (7, 16, 63, 64):
                assert [row.sequence for row in ledger.find(one.sha256[:length].upper())] == [1, 2]
            assert ledger.find("0" * 64) == []
            for bad in ("", "abc", "wxyz", one.sha256 + "0"):
                with pytest.raises(BadId):
                    ledger.find(bad)

    def test_info(self, path: Path) -> None:
        """Counts, moments and numbers of what is there; zeros and nothing for an empty ledger."""
        with Ledger(path) as ledger:
            empty = ledger.info()
            assert (empty.documents, empty.kinds, empty.oldest, empty.newest) == (0, {}, None, None)
            assert (empty.first, empty.last, empty.version, empty.tombstones) == (
                0,
                0,
                len(schema.STEPS),
                0,
            )
            ledger.add([taken(BRUCE, NOW), taken(BRUCE), taken(CLAIRE), taken(team())])
            info = ledger.info()
            assert (info.documents, info.kinds, info.identities, info.businesses) == (
                4,
                {"me": 3, "team": 1},
                2,
                1,
            )
            assert (info.oldest, info.newest, info.first, info.last) == (START, NOW, 1, 4)
            assert info.bytes == sum(
                file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal"))
            )

    def test_one_reading_is_one_state(self, path: Path) -> None:
        """What is added or forgotten while somebody reads does not change what they read."""
        some = [taken(BRUCE), taken(CLAIRE), taken(team(member(712052, "b@example.com", "B")))]
        with Ledger(path, busy=0.01) as ledger:
            ledger.add(some)
            reading = ledger.observations()
            first = next(reading).document
            ledger.add([taken(CLAIRE, NOW)])
            with pytest.raises(LedgerError):  # forgotten, but the reader still holds the bytes
                ledger.forget("identity:712052", NOW)
            assert [first, *(each.document for each in reading)] == some
            assert len(kept(ledger)) == 3

    def test_counting_in_several_steps_is_one_state(self, path: Path) -> None:
        """Questions asked of one state agree with each other, although somebody adds between them."""
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
            with ledger._snapshot() as state:
                count = "SELECT count(*) FROM documents"
                before = state.execute(count).fetchone()
                ledger.add([taken(CLAIRE)])
                assert state.execute(count).fetchone() == before == (1,)

    @given(worlds())
    @settings(max_examples=25, deadline=None)
    def test_as_of_every_moment(self, world: World) -> None:
        """The log until a moment folds to the graph of the documents observed until then."""
        seen = observations(world)
        with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder, "ledger")) as ledger:
            ledger.add(each.document for each in seen)
            for moment in {each.document.observed_at for each in seen}:
                until = [each for each in seen if each.document.observed_at <= moment]
                assert same(
                    [Explorer.observe(ledger.observations(as_of=moment)), Explorer.observe(until)]
                )

    @given(worlds(), st.randoms(use_true_random=False))
    @settings(max_examples=25, deadline=None)
    def test_any_order_any_batches_any_reopening(self, world: World, rng: random.Random) -> None:
        """However documents are added, and however often, the ledger folds to the graph of the documents."""
        seen = observations(world)
        arriving = [
            each.document for each in rng.sample(seen, len(seen)) + rng.choices(seen, k=len(seen))
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "ledger")
            while arriving:
                cut = rng.randint(1, len(arriving))
                with Ledger(path) as ledger:
                    ledger.add(arriving[:cut], batch=rng.randint(1, 4))
                arriving = arriving[cut:]
            with Ledger(path, read_only=True) as ledger:
                assert same([Explorer.observe(ledger.observations()), Explorer.observe(seen)])
                assert ledger.verify() == []

    @given(worlds(), st.randoms(use_true_random=False))
    @settings(max_examples=25, deadline=None)
    def test_as_of_every_moment_after_any_history(self, world: World, rng: random.Random) -> None:
        """However the log came about, through restarts too, it answers as of every moment in it and just before."""
        seen = observations(world)
        arriving = [each.document for each in rng.sample(seen, len(seen))]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "ledger")
            while arriving:
                cut = rng.randint(1, len(arriving))
                with Ledger(path) as ledger:
                    ledger.add(arriving[:cut], batch=rng.randint(1, 4))
                arriving = arriving[cut:]
                with Ledger(path, read_only=True) as ledger:
                    moments = {row.observed_at for row in ledger.rows()}
                    assert same([load(path), Explorer.observe(ledger.observations())])
            assert moments == {each.document.observed_at for each in seen}
            for moment in moments | {each - dt.timedelta(microseconds=1) for each in moments}:
                until = [each for each in seen if each.document.observed_at <= moment]
                assert same([load(path, as_of=moment), Explorer.observe(until)])
            assert same([load(path), Explorer.observe(seen)])

    @given(worlds(), st.data())
    @settings(max_examples=25, deadline=None)
    def test_reading_on_from_a_number(self, world: World, data: st.DataObject) -> None:
        """The log until a number and the log after it are the log."""
        seen = documents(world)
        with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder, "ledger")) as ledger:
            cut = data.draw(st.integers(0, len(seen)))
            ledger.add(seen[:cut])
            before, reached = kept(ledger), ledger.sequence
            ledger.add(seen[cut:])
            assert before + kept(ledger, after=reached) == kept(ledger)


def crowd() -> list[Document]:
    """Enough documents for pages to split, with one person in some of them and unmistakable words about them."""
    others = [
        taken({"id": n, "email": f"i{n}@example.com", "created_at": "2020-01-01T00:00:00Z"})
        for n in range(1, 400)
    ]
    mine = [
        taken(
            {**BRUCE, "unconfirmed_email": f"new{n}@bruce.example"},
            START + dt.timedelta(n),
            f"Bruce {n}",
        )
        for n in range(30)
    ]
    rows = [member(n, f"i{n}@example.com", f"Other {n}") for n in range(1, 9)]
    teams = [
        taken(team(*rows[:n], member(712052, "b2@example.com", "Brucella"), number=n))
        for n in range(1, 9)
    ]
    arrived = others + mine + teams
    random.Random(5).shuffle(arrived)
    return arrived


PERSONAL = (
    b"712052",
    b"Brucella",
    b"bruce.example",
    b"b2@example.com",
    b"Bruce@Example.com",
    b"Bruce 1",
)


class TestForgetting:
    def test_no_byte_stays(self, path: Path) -> None:
        """Neither the file nor its log hold anything of the person: no text, no sha-256, no compressed body.

        Before the forgetting the same search finds each of them.
        """
        arrived = crowd()
        about = [
            each for each in arrived if each.subject == "identity:712052" or b"712052" in each.body
        ]
        prints = [bytes.fromhex(each.sha256) for each in about] + [
            zlib.compress(each.body)[20:52] for each in about
        ]
        with Ledger(path) as ledger:
            ledger.add(arrived, batch=20)
            before = raw(path)
            content = before + inflated(before)
            assert all(word in content for word in PERSONAL)
            assert all(each in before for each in prints)
            assert ledger.forget("identity:712052", NOW) == Forgotten(30, 8)
            after = raw(path)
            assert ledger.verify() == []
        for data in (after, raw(path)):
            content = data + inflated(data)
            assert b"Other 3" in content
            assert [word for word in PERSONAL if word in content] == []
            assert not any(each in data for each in prints)

    def test_a_listing_of_members(self, path: Path) -> None:
        """The rows of the person go, by id or by address; a whole listing stays whole, an empty one goes, too."""
        mine = {"identity_id": 712052, "uuid": "u", "email": "b@example.com"}
        rows = [(712052, "owner"), (2, "manager"), (None, "owner")]
        listing = members(77128, *rows)
        listing["response"][0] |= mine
        listing["response"][2] |= {"email": "B@example.com"}
        alone = members(5, (712052, "owner"))
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE), taken(listing), taken(alone)])
            assert ledger.info().kinds == {"me": 1, "members": 2}
            assert (ledger.info().identities, ledger.info().businesses) == (1, 2)
            assert ledger.forget("identity:712052", NOW) == Forgotten(1, 2)
            [rest] = ledger.observations()
            assert ledger.verify() == []
        body = json.loads(rest.document.body)
        assert [each["identity_id"] for each in body["response"]] == [2]
        assert (rest.document.kind, body["meta"]["total"]) == ("members", 1)
        assert isinstance(rest.content, Members)
        assert rest.content.is_whole

    def test_the_rest_is_as_if_the_person_had_not_been(self, path: Path) -> None:
        """What remains folds to the graph of the documents without the person; numbers are never given twice."""
        rows = [
            member(1, "a@example.com", "A"),
            member(712052, "b@example.com", "B"),
            member(2, "c@example.com", "C"),
        ]
        with Ledger(path) as ledger:
            ledger.add([taken(team(*rows)), taken(CLAIRE), taken(BRUCE)])
            assert ledger.forgetting == 0
            assert ledger.forget("identity:712052", NOW) == Forgotten(1, 1)
            assert [row.sequence for row in ledger.rows()] == [2, 4]
            assert ledger.sequence == ledger.forgetting == 5  # whoever read up to 3 notices
            rewritten = taken(team(rows[0], rows[2]))
            assert kept(ledger) == [taken(CLAIRE), rewritten]
            ledger.add([taken(CLAIRE, NOW)])
            assert ledger.sequence == 6
            assert ledger.info().tombstones == 1

    def test_what_was_forgotten_is_not_taken_again(self, path: Path) -> None:
        """Not from another source or an earlier moment either; a later observation is a new document."""
        later = NOW + dt.timedelta(days=1)
        ours = taken(team(member(712052, "b@example.com", "B")))
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE), ours])
            ledger.forget("identity:712052", NOW)
            again = [
                taken(BRUCE),
                ours,
                taken(BRUCE, START - dt.timedelta(9), "elsewhere"),
                taken(CLAIRE),
            ]
            assert ledger.add(again) == Added(1, 0, 3)
            assert ledger.add([taken(BRUCE, later)]) == Added(1, 0, 0)

    def test_forgetting_a_document_from_the_future(self, path: Path) -> None:
        """A body observed after the forgetting is refused at its own moment too."""
        ahead = taken(BRUCE, NOW + dt.timedelta(days=9))
        with Ledger(path) as ledger:
            ledger.add([ahead])
            ledger.forget("identity:712052", NOW)
            assert ledger.add([ahead]) == Added(0, 0, 1)

    def test_records_without_the_id_go_by_the_address(self, path: Path) -> None:
        """A row that names nobody by id goes when it has an address of the person; another's row stays whole."""
        rows = [
            member(None, " bruce@EXAMPLE.com ", "Brucella"),
            member(9, "bruce@example.com", "Shares the address"),
            member(712052, "b2@example.com", "Brucella"),
            member(None, "B2@example.com", "Brucella"),
            member(None, "claire@example.com", "Claire"),
        ]
        extra: dict[str, Any] = {
            "identity_id": 712052,
            "contact": "bruce@example.com",
            "owner": {"identity_id": "712052", "age": 3},
        }
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE), taken(team(*rows, **extra))])
            assert ledger.forget("identity:712052", NOW) == Forgotten(1, 1)
            assert kept(ledger) == [taken(team(rows[1], rows[4]))]

    def test_a_team_record_of_somebody_else_is_searched(self, path: Path) -> None:
        """A business record that bears another identity's id still lists the person among its members."""
        with Ledger(path) as ledger:
            ledger.add([taken(team(member(712052, "b@example.com", "B"), identity_id=3))])
            assert ledger.forget("identity:712052", NOW) == Forgotten(0, 1)
            assert kept(ledger) == [taken(team(identity_id=3))]

    def test_forgetting_nobody(self, path: Path) -> None:
        """An identity that no document names leaves no tombstone; what is no identity is an error."""
        with Ledger(path) as ledger:
            ledger.add([taken(CLAIRE)])
            assert ledger.forget("identity:712052", NOW) == Forgotten(0, 0)
            assert (ledger.sequence, ledger.info().tombstones) == (1, 0)
            for bad in ("business:8", "claire@example.com", "8x"):
                with pytest.raises(BadId):
                    ledger.forget(bad, NOW)

    def test_a_reader_delays_only_the_erasing(self, path: Path) -> None:
        """With somebody reading, forgetting says LEDGER_BUSY and `verify` tells; the next opening erases the rest."""
        with Ledger(path, busy=0.01) as ledger:
            ledger.add(crowd())
            reading = ledger.observations()
            next(reading)
            assert code(lambda: ledger.forget("identity:712052", NOW)) == "LEDGER_BUSY"
            assert not list(ledger.rows(subject="identity:712052"))
            assert [problem.code for problem in ledger.verify()] == ["ERASURE"]
            with Ledger(path, busy=0.01) as other:
                assert [problem.code for problem in other.verify()] == ["ERASURE"]
            reading.close()  # type: ignore[attr-defined]
        with Ledger(path) as ledger:
            assert ledger.verify() == []
            data = raw(path)
        assert [word for word in PERSONAL if word in data + inflated(data)] == []

    @given(worlds(), st.data())
    @settings(max_examples=25, deadline=None)
    def test_any_world(self, world: World, data: st.DataObject) -> None:
        """Afterwards no document names the person's id, all others are as they were, and the ledger is sound."""
        seen = documents(world)
        identity = data.draw(st.sampled_from([1, 2, 3]))
        with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder, "ledger")) as ledger:
            ledger.add(seen)
            before = kept(ledger)
            ledger.forget(f"identity:{identity}", NOW)
            after = kept(ledger)
            assert not any(each.subject == f"identity:{identity}" for each in after)
            teams = [each for each in ledger.observations() if each.document.kind != "me"]
            assert not any(str(row.identity_id) == str(identity) for row in _members(teams))
            assert sorted(each for each in before if each.kind == "me" and each in after) == sorted(
                each
                for each in before
                if each.kind == "me" and each.subject != f"identity:{identity}"
            )
            assert ledger.verify() == []


def _members(teams: Iterable[Observation]) -> Iterator[Any]:
    for each in teams:
        content: Any = each.content
        rows = content.rows if isinstance(content, Members) else content.business_group.members
        yield from (row for row in rows if row)


class TestCompacting:
    def test_compacting_changes_nothing_but_the_size(self, path: Path) -> None:
        """The same documents under the same numbers, in a smaller file and without a log."""
        with Ledger(path) as ledger:
            ledger.add(crowd(), batch=5)
            before, size = list(ledger.rows()), ledger.info().bytes
            ledger.compact()
            assert list(ledger.rows()) == before
            assert ledger.info().bytes < size
            assert ledger.verify() == []


class TestFiles:
    def test_missing(self, path: Path) -> None:
        """No file, no folder, or nothing in the file: missing, and nothing is made, unless a new one is wanted."""
        assert code(lambda: Ledger(path, create=False)) == "LEDGER_MISSING"
        assert code(lambda: Ledger(path, read_only=True)) == "LEDGER_MISSING"
        assert code(lambda: Ledger(path / "deeper")) == "LEDGER_MISSING"
        assert not path.exists()
        path.touch()
        assert code(lambda: Ledger(path, create=False)) == "LEDGER_MISSING"
        assert code(lambda: Ledger(path, read_only=True)) == "LEDGER_MISSING"
        with Ledger(path) as ledger:
            assert ledger.sequence == 0

    def test_foreign(self, path: Path) -> None:
        """A text, a folder, or a database of something else is no ledger, and is left as it is."""
        path.write_bytes(b"A letter, longer than the header of a database.\n" * 99)
        other = path.with_name("other.db")
        with contextlib.closing(sqlite3.connect(other)) as database:
            database.execute("CREATE TABLE letters (body)")
        before = path.read_bytes(), other.read_bytes()
        for each in (path, other, path.parent):
            assert code(partial(Ledger, each)) == "LEDGER_FOREIGN"
        assert before == (path.read_bytes(), other.read_bytes())

    def test_without_moment_sources(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a file of the format before, no moment source is known; it is read, and migrated when it is written."""
        with monkeypatch.context() as past:
            past.setattr(schema, "STEPS", schema.STEPS[:4])
            with Ledger(path) as ledger:
                ledger._connection.execute(document_log._INSERT, (1, *_row(taken(BRUCE))))
        with Ledger(path, read_only=True) as ledger:
            assert [each.moment_source for each in kept(ledger)] == [None]
            assert [each.moment_source for each in ledger.rows()] == [None]
            assert (ledger.verify(), ledger.info().version) == ([], 4)
        with Ledger(path) as ledger:
            assert ledger.add([taken(BRUCE)]) == Added(0, 1, 0)
            assert [each.moment_source for each in ledger.rows()] == [MomentSource.GIVEN]
            assert ledger.verify() == []

    def test_newer(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file of a newer format is not touched."""
        with monkeypatch.context() as future:
            future.setattr(schema, "STEPS", (*schema.STEPS, ("CREATE TABLE extra (value)",)))
            with Ledger(path) as ledger:
                ledger.add([taken(BRUCE)])
                assert ledger.info().version == len(schema.STEPS)
        before = path.read_bytes()
        for read_only in (True, False):
            assert code(partial(Ledger, path, read_only=read_only)) == "LEDGER_NEWER"
        assert path.read_bytes() == before

    def test_older(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file of an older format is read as it is, and brought forward with all that is in it for writing."""
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
        older = len(schema.STEPS)
        monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, ("CREATE TABLE extra (value)",)))
        with Ledger(path, read_only=True) as ledger:
            assert (kept(ledger), ledger.info().version) == ([taken(BRUCE)], older)
        with Ledger(path) as ledger:
            assert (kept(ledger), ledger.info().version) == ([taken(BRUCE)], older + 1)
        monkeypatch.setattr(schema, "READABLE", older + 2)
        monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, ("CREATE TABLE another (value)",)))
        assert code(lambda: Ledger(path, read_only=True)) == "LEDGER_READ_ONLY"

    def test_a_step_that_fails_leaves_the_older_format(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A migration happens whole or not at all."""
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
        with monkeypatch.context() as future:
            future.setattr(
                schema, "STEPS", (*schema.STEPS, ("CREATE TABLE extra (value)", "CREATE NONSENSE"))
            )
            assert code(lambda: Ledger(path)) == "LEDGER_CORRUPT"
        with Ledger(path) as ledger:
            assert (kept(ledger), ledger.info().version) == ([taken(BRUCE)], len(schema.STEPS))

    def test_an_awkward_name(self, tmp_path: Path) -> None:
        """A path may hold what means something in a URI."""
        path = tmp_path / "50% of? #1 &mode=memory.ledger"
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
            assert kept(ledger) == [taken(BRUCE)]
        assert [each.name for each in tmp_path.iterdir()] == [path.name]

    def test_opened_for_reading(self, path: Path) -> None:
        """A ledger opened for reading reads beside a writer, and refuses to change anything."""
        with Ledger(path) as writer, Ledger(path, read_only=True) as ledger:
            writer.add([taken(BRUCE)])
            assert kept(ledger) == [taken(BRUCE)]
            changes: list[Callable[[], object]] = [
                lambda: ledger.add([taken(CLAIRE)]),
                lambda: ledger.add([taken(BRUCE)]),
                lambda: ledger.forget("identity:8", NOW),
                ledger.compact,
            ]
            assert [code(change) for change in changes] == ["LEDGER_READ_ONLY"] * 4

    def test_a_closed_ledger_is_a_mistake_of_the_caller(self, path: Path) -> None:
        """Using it is not reported as a damaged file."""
        with Ledger(path) as ledger:
            pass
        ledger.close()
        with pytest.raises(sqlite3.ProgrammingError):
            _ = ledger.sequence


class TestDamage:
    @pytest.fixture
    def sound(self, path: Path) -> bytes:
        with Ledger(path) as ledger:
            ledger.add(generated(120), batch=30)
        return path.read_bytes()

    def test_a_flipped_bit_is_found_or_changes_nothing(self, path: Path, sound: bytes) -> None:
        """Opening refuses the file, or `verify` tells, or every document is as it was; nothing else is raised."""
        with Ledger(path) as ledger:
            before = list(ledger.observations())
        rng, outcomes = random.Random(7), []
        places = [*range(16, 100, 7), *(rng.randrange(len(sound)) for _ in range(150))]
        for place in places:
            damaged = bytearray(sound)
            damaged[place] ^= 1 << rng.randrange(8)
            path.write_bytes(damaged)
            outcomes.append(_outcome(path, before))
            for leftover in path.parent.glob("*-*"):
                leftover.unlink()
        assert "changed" not in outcomes
        assert {"refused", "told", "unchanged"} == set(outcomes)

    def test_a_truncated_file_is_found(self, path: Path, sound: bytes) -> None:
        """Cut anywhere, the file is refused or `verify` tells, and reading it raises no less than LEDGER_CORRUPT."""
        rng = random.Random(8)
        for size in [
            50,
            512,
            4096,
            len(sound) - 1,
            *(rng.randrange(100, len(sound)) for _ in range(30)),
        ]:
            path.write_bytes(sound[:size])
            assert _outcome(path, []) in ("refused", "told"), size
            with contextlib.suppress(LedgerError), Ledger(path, read_only=True) as ledger:
                assert code(partial(list, ledger.observations())) == "LEDGER_CORRUPT"

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ("UPDATE documents SET body = x'00' WHERE sequence = 2", "BODY"),
            (
                "UPDATE documents SET body = (SELECT body FROM documents WHERE sequence = 3) WHERE sequence = 2",
                "SHA256",
            ),
            ("UPDATE documents SET subject = 'identity:1' WHERE sequence = 2", "COLUMN"),
            ("UPDATE documents SET kind = 'yours' WHERE sequence = 2", "COLUMN"),
            ("UPDATE documents SET observed_at = 'today' WHERE sequence = 2", "BODY"),
            ("UPDATE documents SET sha256 = 5 WHERE sequence = 2", "SHA256"),
        ],
    )
    @pytest.mark.usefixtures("sound")
    def test_each_column_is_checked(self, path: Path, change: str, expected: str) -> None:
        """A row that was tampered with is named by its number."""
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute(change)
        with Ledger(path, read_only=True) as ledger:
            found = ledger.verify()
        assert (expected, 2) in [(problem.code, problem.sequence) for problem in found]
        assert {problem.sequence for problem in found} == {2}

    def test_a_body_out_of_form_is_told(self, path: Path) -> None:
        """A body that is not canonical JSON is found, although its sha-256 agrees."""
        loose = taken(BRUCE)
        body = msgspec.json.format(loose.body)
        with Ledger(path) as ledger:
            ledger.add([msgspec.structs.replace(loose, kept=body)])
            assert [problem.code for problem in ledger.verify()] == ["CANONICAL", "SHA256"]

    @pytest.mark.usefixtures("sound")
    def test_a_document_that_cannot_be_read_names_itself(self, path: Path) -> None:
        """Reading stops there with LEDGER_CORRUPT and the number of the document."""
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE documents SET body = x'789c00' WHERE sequence = 5")
        with Ledger(path, read_only=True) as ledger:
            reading = ledger.observations()
            assert len([next(reading) for _ in range(4)]) == 4
            with pytest.raises(LedgerError, match="document 5 ") as caught:
                next(reading)
            assert caught.value.code == "LEDGER_CORRUPT"

    def test_a_damaged_header_of_a_ledger_is_damage(self, path: Path, sound: bytes) -> None:
        """A ledger that SQLite no longer knows as a database is called corrupt, not foreign."""
        path.write_bytes(b"XQLite" + sound[6:])
        assert code(lambda: Ledger(path)) == "LEDGER_CORRUPT"


def _outcome(path: Path, before: Sequence[Observation]) -> str:
    try:
        with Ledger(path, busy=0.01) as ledger:
            if ledger.verify():
                return "told"
            return "unchanged" if list(ledger.observations()) == before else "changed"
    except LedgerError:
        return "refused"


class TestLooking:
    def test_what_is_one(self, path: Path, tmp_path: Path) -> None:
        """A database, damaged or not, is taken for a ledger; a text, an empty file, a folder and nothing are not."""
        Ledger(path).close()
        damaged, text, empty = (tmp_path / name for name in ("damaged", "text", "empty"))
        damaged.write_bytes(b"SQLite format 3\0" + bytes(4096))
        text.write_text("{}")
        empty.touch()
        assert [
            each
            for each in (path, damaged, text, empty, tmp_path, tmp_path / "none")
            if is_ledger(each)
        ] == [
            path,
            damaged,
        ]

    @pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
    def test_a_pipe_is_left_unread(self, tmp_path: Path) -> None:
        """What comes through a pipe can be read once, and not by who only looks."""
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        with open(os.open(pipe, os.O_RDWR), "wb", buffering=0) as writing:  # noqa: PTH123  # by its descriptor
            writing.write(b"{}")
            assert not is_ledger(pipe)
            with pipe.open("rb", buffering=0) as reading:
                assert reading.read(2) == b"{}"


class TestBackup:
    def test_a_backup_is_the_ledger(self, path: Path, tmp_path: Path) -> None:
        """The same documents under the same numbers in one file, and copied back the same again."""
        with Ledger(path) as ledger:
            ledger.add(crowd())
            ledger.forget("identity:712052", NOW)
            ledger.backup(tmp_path / "copy")
            rows, observations = list(ledger.rows()), list(ledger.observations())
        assert {each.name for each in tmp_path.iterdir()} == {path.name, "copy"}
        with Ledger(tmp_path / "copy", read_only=True) as copy:
            copy.backup(tmp_path / "restored")
        with Ledger(tmp_path / "restored") as restored:
            assert (list(restored.rows()), list(restored.observations())) == (rows, observations)
            assert restored.verify() == []
            assert restored.add(crowd()).forgotten, "what was forgotten stays so"

    def test_a_backup_replaces_nothing(self, path: Path, tmp_path: Path) -> None:
        """Another file, the ledger itself, or what is left of one that was in its place: refused and left alone."""
        other = tmp_path / "other"
        other.write_text("mine")
        (tmp_path / "new-wal").write_text("left over")
        with Ledger(path) as ledger:
            for target in (other, path, tmp_path / "new"):
                assert code(partial(ledger.backup, target)) == "LEDGER_EXISTS"
            assert code(lambda: ledger.backup(tmp_path / "none" / "copy")) == "LEDGER_MISSING"
        assert other.read_text() == "mine"

    def test_a_backup_while_others_write(self, path: Path, tmp_path: Path) -> None:
        """Every copy is sound, and holds what the log held at one moment."""
        expected = [each.sha256 for each in generated(400)]
        writer = child(INGEST, path, 400, 10)
        assert writer.stdout
        assert writer.stdout.readline() == "open\n"
        with Ledger(path, read_only=True) as ledger:
            sizes = []
            while not sizes or (writer.poll() is None and len(sizes) < 20):
                least = ledger.sequence
                ledger.backup(tmp_path / f"copy {len(sizes)}")
                with Ledger(tmp_path / f"copy {len(sizes)}", read_only=True) as copy:
                    seen = [each.sha256 for each in kept(copy)]
                assert seen == expected[: len(seen)]
                assert len(seen) >= least
                sizes.append(len(seen))
        writer.communicate()
        assert sizes == sorted(sizes)

    def test_a_damaged_ledger_gives_no_backup(self, path: Path, tmp_path: Path) -> None:
        """What `verify` would complain of gets no name."""
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
        with contextlib.closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE documents SET sha256 = zeroblob(32)")
        with Ledger(path) as ledger:
            assert code(lambda: ledger.backup(tmp_path / "copy")) == "LEDGER_CORRUPT"
        assert {each.name for each in tmp_path.iterdir()} == {path.name}

    def test_only_the_owner_reads(self, path: Path, tmp_path: Path) -> None:
        """A new ledger, what SQLite puts beside it, and a backup are private; a mode that the owner chose stays."""
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
            ledger.backup(tmp_path / "copy")
            assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
        path.chmod(0o640)
        with Ledger(path) as ledger:
            ledger.add([taken(CLAIRE)])
        assert path.stat().st_mode & 0o777 == 0o640


LOCKED_UP = """
import os, sys, datetime as dt
from inroads.store.ledger import Ledger
from inroads.documents.reader import read
from inroads.errors import LedgerError
document = read(b'{"identity_id": 1}', dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "child").document
if os.geteuid() == 0:
    os.setuid(65534)
said = []
try:
    with Ledger(sys.argv[1]) as ledger:
        ledger.add([document])
except LedgerError as error:
    said.append(error.code)
with Ledger(sys.argv[1], read_only=True) as ledger:
    said.append(sum(1 for _ in ledger.observations()))
    said.append(len(ledger.verify()))
print(*said)
"""

CRAMPED = """
import resource, sys, datetime as dt
from inroads.store.ledger import Ledger
from inroads.documents.reader import read
from inroads.errors import LedgerError
moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
body = b'{"identity_id": %d, "note": "%d"}'
documents = [read(body % (n, n ** 99), moment, "child").document for n in range(1, 2001)]
acknowledged = 0
def note(added):
    global acknowledged
    acknowledged = added.added
with Ledger(sys.argv[1]) as ledger:
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        ledger.add(documents, batch=50, progress=note)
    except LedgerError as error:
        print(error.code, acknowledged, ledger.sequence, len(ledger.verify()))
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user of the machine can reach."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def mounted(folder: Path, options: str) -> Iterator[Path]:
    """The folder as a small file system of its own, where that is allowed."""
    mount = shutil.which("mount")
    tried = mount and subprocess.run(  # noqa: S603 - the system's own command
        [mount, "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if not tried or tried.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)  # noqa: S603 - as above


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    yield from mounted(tmp_path, "size=1m")


def _as_is(
    connect: Callable[[Ledger, str], sqlite3.Connection],
) -> Callable[[Ledger, str], sqlite3.Connection]:
    """A way to connect that fails as in a folder without permission, until the file is taken as it is."""

    def connecting(self: Ledger, mode: str) -> sqlite3.Connection:
        if mode == "mode=ro":
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return connect(self, mode)

    return connecting


class TestDisk:
    @pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
    @pytest.mark.parametrize(
        ("folder_mode", "file_mode"),
        [(0o555, 0o444), (0o755, 0o444), (0o777, 0o444), (0o555, 0o666)],
    )
    def test_a_file_or_folder_without_permission_to_write(
        self, public: Path, folder_mode: int, file_mode: int
    ) -> None:
        """Writing is refused as LEDGER_READ_ONLY; reading works all the same."""
        path = public / "ledger"
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
        path.chmod(file_mode)
        public.chmod(folder_mode)
        assert told(LOCKED_UP, path) == "LEDGER_READ_ONLY 1 0"
        public.chmod(0o755)

    @pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
    def test_reading_without_permission_beside_a_writer(self, public: Path) -> None:
        """Who may read the file and not write the folder still reads what a writer has just committed."""
        (public / "ledger").touch(0o644)
        with Ledger(public / "ledger") as ledger:
            ledger.add([taken(BRUCE)])
            public.chmod(0o555)
            assert told(LOCKED_UP, ledger.path) == "LEDGER_READ_ONLY 1 0"
            public.chmod(0o755)

    def test_a_change_under_a_reader_without_permission(
        self, public: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever reads the file as it is, while somebody else writes it, is told so in the end."""
        with Ledger(public / "ledger") as ledger:
            ledger.add([taken(BRUCE), taken(CLAIRE)])
        monkeypatch.setattr(Ledger, "_connect", _as_is(Ledger._connect))
        monkeypatch.setattr(os, "access", lambda *_: False)
        with Ledger(public / "ledger", read_only=True) as ledger:
            assert len(kept(ledger)) == 2
            reading = ledger.observations()
            next(reading)
            os.utime(ledger.path, ns=(1, 1))
            assert code(lambda: list(reading)) == "LEDGER_BUSY"

    def test_a_read_only_medium(self, small: Path) -> None:
        """On a medium that takes no writing, a ledger is read as it is and refuses the rest."""
        path = small / "ledger"
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
        command = [shutil.which("mount") or "mount", "-o", "remount,ro", str(small)]
        subprocess.run(command, check=True)  # noqa: S603 - the system's own command
        assert code(lambda: Ledger(path).add([taken(CLAIRE)])) == "LEDGER_READ_ONLY"
        assert code(lambda: Ledger(small / "new")) == "LEDGER_READ_ONLY"
        with Ledger(path, read_only=True) as ledger:
            assert kept(ledger) == [taken(BRUCE)]

    def test_a_log_that_cannot_be_read_is_not_passed_over(self, small: Path) -> None:
        """On such a medium, with acknowledged documents still in the write-ahead log, nothing older is shown."""
        path = small / "ledger"
        told(KILLED, path)
        assert path.with_name("ledger-wal").stat().st_size
        path.with_name("ledger-shm").unlink()
        command = [shutil.which("mount") or "mount", "-o", "remount,ro", str(small)]
        subprocess.run(command, check=True)  # noqa: S603 - the system's own command
        assert code(lambda: Ledger(path, read_only=True)) == "LEDGER_READ_ONLY"

    def test_a_full_disk(self, small: Path) -> None:
        """LEDGER_FULL; every acknowledged document is there, no other; with room again the rest is added."""
        path = small / "ledger"
        said, acknowledged, sequence, problems = told(CRAMPED, path).split()
        assert (said, problems) == ("LEDGER_FULL", "0")
        assert 0 < int(acknowledged) == int(sequence) < 2000

    def test_a_limit_on_the_size_of_files(self, path: Path) -> None:
        """As on a full disk; without the limit the same documents are added to the end."""
        said, acknowledged, sequence, problems = told(CRAMPED, path, 300_000).split()
        assert (said, problems) == ("LEDGER_FULL", "0")
        assert 0 < int(acknowledged) == int(sequence) < 2000
        assert told(CRAMPED, path) == ""
        with Ledger(path, read_only=True) as ledger:
            assert ledger.sequence == 2000
            assert ledger.verify() == []

    def test_no_room_for_another_page(self, path: Path) -> None:
        """A batch that does not fit is left out whole, and the ledger stays usable."""
        some = generated(60)
        with Ledger(path) as ledger:
            ledger.add(some[:10])
            (pages,) = ledger._connection.execute("PRAGMA page_count").fetchone()
            ledger._connection.execute(f"PRAGMA max_page_count = {pages}")
            assert code(lambda: ledger.add(some)) == "LEDGER_FULL"
            assert kept(ledger) == some[:10]
            ledger._connection.execute("PRAGMA max_page_count = 1000000")
            assert ledger.add(some) == Added(len(some) - 10, 10, 0)
            assert kept(ledger) == some


KILLED = """
import os, signal, sys, datetime as dt
from inroads.store.ledger import Ledger
from inroads.documents.reader import read
ledger = Ledger(sys.argv[1])
ledger.add([read(b'{"identity_id": 7}', dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "child").document])
os._exit(0)
"""

INGEST = """
import sys, datetime as dt, msgspec
from inroads.store.ledger import Ledger
from inroads.documents.reader import read
from inroads.sources.synthetic import population
start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
size, batch = int(sys.argv[2]), int(sys.argv[3])
documents = (read(msgspec.json.encode(each), start, "").document for each in population(size, 1))
with Ledger(sys.argv[1]) as ledger:
    print("open", flush=True)
    ledger.add(documents, batch=batch, progress=lambda added: print(ledger.sequence, flush=True))
"""

FORGET = """
import sys, datetime as dt
from inroads.store.ledger import Ledger
print("start", flush=True)
with Ledger(sys.argv[1]) as ledger:
    print("open", flush=True)
    ledger.forget("identity:712052", dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    print("done", flush=True)
"""

OPEN = """
import sys
from inroads.store.ledger import Ledger
print("ready", flush=True)
for line in sys.stdin:
    with Ledger(line.strip()) as ledger:
        print(ledger.sequence, flush=True)
"""

VISIT = """
import sys, datetime as dt
from inroads.store.ledger import Ledger
from inroads.documents.reader import read
moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
for number in range(1, int(sys.argv[2]) + 1):
    with Ledger(sys.argv[1]) as ledger:
        ledger.add([read(b'{"identity_id": %d}' % number, moment, "child").document])
    print(number, flush=True)
"""


class TestProcesses:
    def test_locked(self, path: Path) -> None:
        """While another writes, adding waits, then says LEDGER_BUSY; reading goes on; afterwards adding works."""
        with Ledger(path, busy=0.01) as ledger, contextlib.closing(sqlite3.connect(path)) as other:
            ledger.add([taken(BRUCE)])
            other.execute("BEGIN IMMEDIATE")
            assert code(lambda: ledger.add([taken(CLAIRE)])) == "LEDGER_BUSY"
            assert code(lambda: ledger.forget("identity:712052", NOW)) == "LEDGER_BUSY"
            assert code(ledger.compact) == "LEDGER_BUSY"
            assert kept(ledger) == [taken(BRUCE)]
            with Ledger(path, busy=0.01) as third:
                assert third.sequence == 1
            other.rollback()
            assert ledger.add([taken(CLAIRE)]) == Added(1, 0, 0)

    def test_many_create_one_ledger(self, tmp_path: Path) -> None:
        """Processes that open a new ledger at one moment all get the same one, each time."""
        processes = [child(OPEN, stdin=subprocess.PIPE) for _ in range(4)]
        pipes = [(each.stdin, each.stdout) for each in processes if each.stdin and each.stdout]
        assert [said.readline() for _, said in pipes] == ["ready\n"] * 4
        for number in range(40):
            path = tmp_path / str(number)
            for asked, _ in pipes:
                asked.write(f"{path}\n")
                asked.flush()
            assert [said.readline() for _, said in pipes] == ["0\n"] * 4
            with Ledger(path, read_only=True) as ledger:
                assert (ledger.info().version, ledger.verify()) == (len(schema.STEPS), [])
        for each in processes:
            each.communicate()

    def test_readers_come_and_go_beside_a_writer_that_comes_and_goes(self, path: Path) -> None:
        """Whoever opens a ledger that is being opened, written and closed sees at least what was acknowledged."""
        Ledger(path).close()
        writer = child(VISIT, path, 100)
        assert writer.stdout
        for line in writer.stdout:
            with Ledger(path, read_only=True) as ledger:
                assert ledger.sequence >= int(line)
                assert len(kept(ledger)) >= int(line)
        writer.stdout.close()
        assert writer.wait() == 0

    def test_looking_whether_it_is_one_leaves_its_locks(self, path: Path) -> None:
        """Who asks in the process that has it open does not let another process take its log away."""
        with Ledger(path) as ledger:
            ledger.add([taken(BRUCE)])
            assert is_ledger(path)
            told(
                "import sys; from inroads.store.ledger import Ledger; Ledger(sys.argv[1]).close()",
                path,
            )
            ledger.add([taken(CLAIRE)])
            count = "import sys; from inroads.store.ledger import Ledger; print(len(list(Ledger(sys.argv[1]).rows())))"
            assert told(count, path) == "2"

    def test_two_writers_lose_nothing(self, path: Path) -> None:
        """Two processes that add the same documents at once: each document is there once."""
        both = [child(INGEST, path, 300, 20) for _ in range(2)]
        for each in both:
            each.communicate()
        assert [each.returncode for each in both] == [0, 0]
        with Ledger(path) as ledger:
            rows = list(ledger.rows())
            assert sorted(row.sha256 for row in rows) == sorted(
                each.sha256 for each in generated(300)
            )
            assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))

    def test_every_read_is_a_prefix(self, path: Path) -> None:
        """While a process writes, whoever reads sees the log as it was after some batch, and never less later."""
        expected = [each.sha256 for each in generated(400)]
        writer = child(INGEST, path, 400, 10)
        assert writer.stdout
        assert writer.stdout.readline() == "open\n"
        reads: list[int] = []
        with Ledger(path, read_only=True) as one, Ledger(path, read_only=True) as two:
            done = False
            while not done:
                done = writer.poll() is not None  # one more reading after the end
                for ledger in (one, two):
                    seen = [each.sha256 for each in kept(ledger)]
                    assert seen == expected[: len(seen)]
                    reads.append(len(seen))
        writer.stdout.close()
        assert writer.returncode == 0
        assert reads == sorted(reads)
        assert all(count % 10 == 0 or count == len(expected) for count in reads)
        assert reads[-1] == len(expected)

    @pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
    def test_killed_at_any_instant(self, tmp_path: Path) -> None:
        """No kill during an ingest loses an acknowledged document; going on ends in the log of an unbroken ingest."""
        size, rng, kills, attempt = 400, random.Random(11), 0, 0
        whole = Ledger(tmp_path / "whole")
        whole.add(generated(size), batch=50)
        path = tmp_path / "0"
        while kills < KILLS:
            killed, acknowledged = _kill(
                child(INGEST, path, size, 5), rng.randrange(0, 12), rng.random() * 0.02
            )
            kills += killed
            if killed and acknowledged is None and not path.exists():
                continue
            with Ledger(path) as ledger:
                assert ledger.verify() == []
                assert ledger.sequence >= (acknowledged or 0)
                rows = list(ledger.rows())
                assert rows == list(whole.rows(limit=len(rows)))
            if (
                not killed or rng.random() < 0.2
            ):  # anew now and then: the beginning is an instant too
                attempt += 1
                path = tmp_path / str(attempt)
        told(INGEST, path, size, 5)
        with Ledger(path) as ledger, whole:
            assert list(ledger.rows()) == list(whole.rows())
            assert same(
                [Explorer.observe(ledger.observations()), Explorer.observe(whole.observations())]
            )

    @pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
    def test_killed_while_forgetting(self, tmp_path: Path) -> None:
        """The person is wholly there or wholly gone, never half; the next opening finishes the erasing."""
        rng = random.Random(12)
        for number in range(max(3, KILLS // 4)):
            path = tmp_path / str(number) / "ledger"
            path.parent.mkdir()
            with Ledger(path) as ledger:
                ledger.add(crowd())
            _kill(child(FORGET, path), 2, rng.random() * 0.03)
            with Ledger(path) as ledger:
                assert ledger.verify() == []
                left = len(list(ledger.rows(subject="identity:712052")))
                named = sum(b"712052" in each.body for each in kept(ledger))
                assert (left, named, ledger.info().tombstones) in [(30, 38, 0), (0, 0, 1)]
                data = raw(path)
                assert left or [word for word in PERSONAL if word in data + inflated(data)] == []


def _kill(process: subprocess.Popen[str], lines: int, delay: float) -> tuple[bool, int | None]:
    """Kill a process some seconds after it wrote so many lines. Whether it was still at work, and its last number."""
    assert process.stdout
    said = [line for _ in range(lines) if (line := process.stdout.readline())]
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    numbers = [int(line) for line in [*said, *rest.splitlines()] if line.strip().isdigit()]
    return process.returncode == -signal.SIGKILL, numbers[-1] if numbers else None


class TestRetracting:
    def test_a_document_goes_with_all_its_observations(self, tmp_path: Path) -> None:
        """A retracted document is answered from no more, now and in the past; its hash and the reason stay."""
        owner = b'{"id": 1, "business_memberships": [{"id": 2, "role": "owner", "business": {"id": 3}}]}'
        nothing = b'{"id": 1, "business_memberships": []}'
        january, may = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (1, 5))
        path = tmp_path / "x.db"
        with Ledger(path) as ledger:
            found = [read(owner, january, "a"), read(nothing, may, "a"), read(nothing, may, "b")]
            ledger.add(each.document for each in found if isinstance(each, Observation))
            wrong = next(ledger.rows(after=1)).sha256
            assert list(load(path).reach("identity:1")) == []
            before = ledger.forgetting
            assert ledger.retract(wrong, "an export without rows", may) == 2
            assert ledger.forgetting > before
            (kept,) = ledger.retractions(wrong[:6])
            assert (kept.sha256, kept.moment, kept.why) == (wrong, may, "an export without rows")
            assert ledger.retractions("0" * 8) == []
            assert ledger.verify() == []
            again = read(nothing, may, "c")
            assert isinstance(again, Observation)
            assert ledger.add([again.document]).forgotten == 1
            assert ledger.retract(wrong, "again", may) == 0
        assert [each.resource for each in load(path).reach("identity:1")] == ["business:3"]
        assert len(load(path, as_of=may).documents) == 1
        assert nothing not in path.read_bytes()
