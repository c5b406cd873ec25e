"""Where streams go on: whoever was away, or reads slowly, misses nothing and is told nothing twice."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from inroads.analysis.changes import changes
from inroads.analysis.findings import review
from inroads.errors import BadCursor
from inroads.explorer import Explorer, load
from inroads.model import NodeKind, kind_of
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.execution.execute import Schema, execute
from inroads_api.versions.cursors import Cursor, Feed
from inroads_api.versions.following import logged
from inroads_api.versions.versions import MAX_LEFT, Version, Versions
from questions import NOON, code, unmarked
from records import DAY, me, membership, team
from strategies import random_world
from streaming import ASK, SAME, Served, add

REVIEW = """subscription ($since: String, $first: Int, $rules: [String!]) {
  findings(since: $since, first: $first, rules: $rules) {
  cursor more before after appeared { identity sentence evidence { pointer } } settled { identity sentence } } }"""


@pytest.fixture
def served(tmp_path: Path, schema: Schema) -> Served:
    add(tmp_path / "l.db", [(me(1, business_memberships=[membership(1, 10)]), DAY[0])])
    return Served(tmp_path / "l.db", schema)


def accesses(graph: AccessGraph) -> dict[tuple[str, str], list[str]]:
    """Each access with its roles."""
    assert isinstance(graph, Explorer)
    people = [each for each in graph if kind_of(each) is NodeKind.IDENTITY]
    found = ((each, access) for each in people for access in graph.reach(each))
    return {
        (each, access.resource): [role.value for role in access.roles] for each, access in found
    }


def test_cursors() -> None:
    """A cursor reads as it is written, and nothing else is one."""
    for each in (Cursor(7), Cursor(7, "a" * 16), Cursor(7, "a" * 16, 9, "b" * 16, 100, "c" * 16)):
        assert Cursor.parse(str(each)) == each
    for text in (
        "",
        "7",
        "ledger:",
        "ledger:-1",
        "ledger:1:zz",
        "ledger:٣",
        "ledger:1\n",
        f"ledger:{'1' * 19}",
    ):
        with pytest.raises(BadCursor, match="expected the cursor of a stream"):
            Cursor.parse(text)


def test_nothing_is_lost_and_nothing_told_twice(tmp_path: Path, schema: Schema) -> None:
    """On random worlds, however often a client leaves and comes back, to whichever process: each step is told as
    `changes` has it, from one version to the next, and all steps together lead from what was reached to what is.
    """
    for seed in range(10):
        rng = random.Random(seed)
        world = list(random_world(rng, size=8))
        file = tmp_path / f"{seed}.db"
        add(file, world[:1])
        server, start = Served(file, schema), load(file)
        told: list[dict[str, Any]] = []
        feed, left = server.feed(), world[1:]
        while left or feed.behind:
            if left and rng.random() < 0.5:
                add(file, [left.pop() for _ in range(min(len(left), rng.randint(1, 3)))])
                server.look()
            for event in server.events(feed, since="ledger:1", first=rng.choice([1, 2, 100])):
                told.append(event)
                if rng.random() < 0.3:
                    server = rng.choice([server, Served(file, schema)])
                    feed = server.feed(event["cursor"])
                    break
        end = load(file)
        assert told[0]["before"] == start.version
        assert told[-1]["after"] == end.version
        graphs = {start.version: start, end.version: end}
        reached = accesses(start)
        while told:
            before, after, step = told[0]["before"], told[0]["after"], list[dict[str, Any]]()
            while (told and not step) or (told and step[-1]["more"]):
                step.append(told.pop(0))
            assert {(each["before"], each["after"]) for each in step} == {(before, after)}
            assert not told or told[0]["before"] == after
            if after not in graphs:
                graphs[after] = logged(file)(step[-1]["position"], end.policy)
            wanted = changes(graphs[before], graphs[after]).changes
            found = unmarked([change for each in step for change in each["changes"]])
            assert [
                (each["principal"]["id"], each["resource"]["id"], each["kinds"]) for each in found
            ] == [
                (each.principal, each.resource, [kind.value for kind in each.kinds])
                for each in wanted
            ]
            for each in found:
                key = each["principal"]["id"], each["resource"]["id"]
                reached.pop(key, None)
                if each["after"]:
                    reached[key] = each["after"]["roles"]
        assert reached == accesses(end)


def test_the_query_says_the_same(served: Served) -> None:
    """Where each access changes once, what two sessions saw is what `changes` lists, in its form, each exactly once."""
    seen = list[Any]()
    feed = served.feed()
    seen += next(served.events(feed))["changes"]
    cursor = None
    for number in range(2, 8):
        add(
            served.file,
            [(me(number, business_memberships=[membership(number, 10, "manager")]), DAY[number])],
        )
        if number != 5:  # two of them come as one
            served.look()
        for event in served.events(feed, first=1):
            seen += event["changes"]
            cursor = event["cursor"]
        if number == 4:
            feed = served.feed(cursor)
    answer = execute(served.schema, served.versions, SAME, {"since": DAY[0].isoformat()})
    wanted = answer["data"]["changes"]["nodes"]
    assert len(wanted) == len(seen) == 6

    def key(each: dict[str, Any]) -> str:
        return str(each["principal"]["id"])

    assert sorted(seen, key=key) == sorted(wanted, key=key)


def test_findings_appear_and_are_settled(tmp_path: Path, schema: Schema) -> None:
    """On random worlds, what has appeared, without what was settled, is what the rules find: at each event."""
    for seed in range(5):
        rng = random.Random(seed)
        world = list(random_world(rng, size=8))
        file = tmp_path / f"{seed}.db"
        add(file, [])
        server = Served(file, schema)
        feed, standing = server.feed(), set[str]()
        while world:
            add(file, [world.pop() for _ in range(min(len(world), 3))])
            server.look()
            for event in server.events(
                feed, REVIEW, since="ledger:0", first=rng.choice([1, 3, 100])
            ):
                appeared, settled = (
                    {each["identity"] for each in event[side]} for side in ("appeared", "settled")
                )
                assert appeared.isdisjoint(standing)
                assert settled <= standing
                standing = standing - settled | appeared
                if rng.random() < 0.2:
                    feed = server.feed(event["cursor"])
                    break
            if feed.cursor and not feed.behind:
                assert standing == set(review(server.versions.current.graph).identities)
        for event in server.events(feed, REVIEW, since="ledger:0"):
            standing -= {each["identity"] for each in event["settled"]}
            standing |= {each["identity"] for each in event["appeared"]}
        assert standing == set(review(load(file)).identities)


def test_a_finding_that_is_settled(served: Served) -> None:
    """A business whose team has one owner is found, and no longer when a newer document of the team has two."""
    feed = served.feed()
    assert [each["appeared"] for each in served.events(feed, REVIEW, rules=["single-owner"])] == [
        []
    ]
    add(served.file, [(team(10, (1, 1, "owner")), DAY[1])])
    served.look()
    (event,) = served.events(feed, REVIEW, rules=["single-owner"])
    (found,) = event["appeared"]
    assert "10" in found["sentence"]
    assert event["settled"] == []
    add(served.file, [(team(10, (1, 1, "owner"), (2, 2, "business_partner")), DAY[2])])
    served.look()
    (event,) = served.events(feed, REVIEW, rules=["single-owner"])
    assert event["appeared"] == []
    assert [(each["identity"], each["sentence"]) for each in event["settled"]] == [
        (found["identity"], found["sentence"])
    ]


class TestWhereItBegins:
    """A stream begins with what comes next, or after a cursor that still says what it said."""

    def test_by_default_with_what_comes_next(self, served: Served) -> None:
        """The first event comes at once and is empty: its cursor is where the stream begins."""
        (event,) = served.events(served.feed())
        assert event["changes"] == []
        assert event["position"] == 1
        assert event["before"] == event["after"] == served.versions.current.name
        assert event["cursor"] == f"ledger:1:{event['after']}"

    def test_after_the_token_of_an_ingest(self, served: Served) -> None:
        """`ledger:0` is before everything, and the token of an ingest after what was handed in."""
        (event,) = served.events(served.feed(), since="ledger:0")
        assert [each["resource"]["id"] for each in event["changes"]] == ["business:10"]
        (event,) = served.events(served.feed(), since="ledger:1")
        assert event["changes"] == []

    def test_the_last_event_id_wins(self, served: Served) -> None:
        """Who comes back goes on where it was, whatever `since` says."""
        (event,) = served.events(served.feed("ledger:1"), since="ledger:0")
        assert event["changes"] == []

    @pytest.mark.parametrize(
        ("cursor", "wanted"),
        [
            ("yesterday", "CURSOR_INVALID"),
            ("ledger:0:0123456789abcdef", "CURSOR_EXPIRED"),  # of another ledger, or another policy
            ("ledger:99", "VERSION_NOT_REACHED"),
        ],
    )
    def test_no_cursor_of_this_log(self, served: Served, cursor: str, wanted: str) -> None:
        """What cannot be gone on from has a code, and no id that a client could come back with."""
        for query in (ASK, REVIEW):
            feed = served.feed(cursor)
            assert code(served.next(feed, query)) == wanted
            assert feed.reached is None

    def test_the_cursor_of_another_question(self, served: Served) -> None:
        """Within a step items of one question were counted: those of another would be passed over unseen."""
        add(
            served.file, [(team(10, (1, 1, "owner"), (2, 2, "manager"), (3, 3, "manager")), DAY[1])]
        )
        served.look()
        event = next(served.events(served.feed(), since="ledger:0", first=1))
        assert event["more"]
        assert code(served.next(served.feed(event["cursor"]), REVIEW)) == "CURSOR_INVALID"
        rest = next(served.events(served.feed(event["cursor"])))
        assert len(rest["changes"]) == 2

    def test_without_a_ledger(self, bruce: AccessGraph, schema: Schema) -> None:
        """A graph of files does not grow: there is nothing to follow."""
        versions = Versions(bruce, NOON)
        response = execute(schema, versions, ASK, feed=Feed(versions, lambda: None))
        assert code(response) == "OPERATION_NOT_SUPPORTED"

    @pytest.mark.parametrize("first", [0, 101])
    def test_no_more_than_a_page(self, served: Served, first: int) -> None:
        """An event has at least one item, or it would never end, and at most as many as a page."""
        assert code(served.next(served.feed(), first=first)) == "FIRST_OUT_OF_RANGE"


class TestForgetting:
    """Who was forgotten is in no event, and no cursor before that can be gone on from."""

    def test_cursors_expire(self, served: Served) -> None:
        """A cursor from before a forgetting has expired, in an open stream, too, before the forgotten is shown."""
        add(served.file, [(team(10, (1, 1, "owner"), (2, 2, "manager")), DAY[1])])
        served.look()
        feed = served.feed()
        with served.versions.listening(feed):
            (event,) = served.events(feed)
            with Ledger(served.file) as ledger:
                ledger.forget("identity:2", NOON)
            served.look()
            assert code(served.next(feed)) == "CURSOR_EXPIRED"
        assert code(served.next(served.feed(event["cursor"]))) == "CURSOR_EXPIRED"
        assert code(served.next(served.feed("ledger:1"))) == "CURSOR_EXPIRED"
        assert code(served.next(served.feed(event["cursor"]), REVIEW)) == "CURSOR_EXPIRED"

    def test_those_after_it_do_not(self, served: Served) -> None:
        """What is added after a forgetting is told as ever."""
        add(served.file, [(me(2), DAY[1])])
        with Ledger(served.file) as ledger:
            ledger.forget("identity:2", NOON)
        served.look()
        feed = served.feed()
        (event,) = served.events(feed)
        add(served.file, [(me(3, business_memberships=[membership(3, 10)]), DAY[2])])
        served.look()
        (later,) = Served(served.file, served.schema).events(served.feed(event["cursor"]))
        assert [each["principal"]["id"] for each in later["changes"]] == ["identity:3"]


class TestWhatIsKept:
    """A stream holds no version: the server keeps a few of those that streams stand at, while they do."""

    def grow(self, served: Served, number: int) -> None:
        add(served.file, [(me(number, business_memberships=[membership(number, 10)]), DAY[1])])
        served.look()

    def test_who_keeps_up_has_nothing_folded_anew(self, served: Served) -> None:
        """What became of the version before is told without reading the log again."""
        feed = served.feed()
        with served.versions.listening(feed):
            for number in range(2, 8):
                (event,) = served.events(feed)
                assert len(event["changes"]) == (number > 2)
                self.grow(served, number)
                assert len(served.versions._left) == 1
        assert served.folded == []
        assert served.versions._left == {}

    def test_who_is_slow_keeps_one(self, served: Served) -> None:
        """However many versions come meanwhile, a slow client costs one of them, and is told all in one step."""
        feed = served.feed()
        with served.versions.listening(feed):
            list(served.events(feed))
            for number in range(2, 9):
                self.grow(served, number)
            assert list(served.versions._left) == [1]
            (event,) = served.events(feed)
            assert len(event["changes"]) == 7
        assert served.folded == []

    def test_many_who_are_slow(self, served: Served) -> None:
        """Clients that stand at many versions cost a few; the oldest are folded anew when they go on."""
        feeds = []
        for number in range(2, 12):
            feed = served.feed()
            served.versions._listeners.append(feed)
            feeds.append(feed)
            list(served.events(feed))
            self.grow(served, number)
            assert len(served.versions._left) <= MAX_LEFT
        assert [len(event["changes"]) for feed in feeds for event in served.events(feed)] == list(
            range(10, 0, -1)
        )
        assert set(served.folded) == set(range(1, 8))

    def test_nobody_listens(self, served: Served) -> None:
        """Without streams no version is kept."""
        self.grow(served, 2)
        assert served.versions._left == {}

    def test_a_version_of_another_base(self, served: Served) -> None:
        """After everything was loaded anew nothing of before is left."""
        feed = served.feed()
        with served.versions.listening(feed):
            list(served.events(feed))
            self.grow(served, 2)
            current = served.versions.current
            assert served.versions._left
            served.versions.swap(Version(current.graph, NOON, 9, 9))
            assert served.versions._left == {}
