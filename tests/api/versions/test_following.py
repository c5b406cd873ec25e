"""A served ledger that grows: every version is that of a reload, and every answer that of one version."""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inroads.explorer import Explorer, load
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.execution.execute import Schema, execute
from inroads_api.versions.following import Follower, Following, follow, position
from inroads_api.versions.versions import Version, Versions, token
from questions import NOON
from records import DAY, me, membership, team
from strategies import random_world
from worlds import World, observations, same

SOON = 30


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.db"
    add(file, [(me(1, business_memberships=[membership(1, 10)]), DAY[0])])
    return file


def add(file: Path, world: World) -> None:
    with Ledger(file) as ledger:
        ledger.add(each.document for each in observations(world))


def forget(file: Path, identity: str) -> None:
    with Ledger(file) as ledger:
        ledger.forget(identity, NOON)


def reloading(file: Path) -> tuple[Following, list[str]]:
    """What follows a ledger, and the versions that were loaded as a whole."""
    loaded: list[str] = []

    def reload() -> Explorer:
        graph = load(file)
        loaded.append(graph.version)
        return graph

    return follow(file, reload, lambda: NOON), loaded


def served(file: Path) -> Version:
    reached = position(file)
    return Version(load(file), NOON, reached, reached)


def next_of(following: Following, version: Version) -> Version:
    found = following(version)
    assert found is not None
    return found


class TestFollow:
    def test_nothing_new(self, ledger: Path) -> None:
        """As long as the ledger stays as it is there is no next version, and nothing is read."""
        following, loaded = reloading(ledger)
        assert following(served(ledger)) is None
        assert loaded == []

    def test_what_is_added_is_added(self, tmp_path: Path) -> None:
        """On random worlds, in any order of arrival, growing bit by bit is the same as loading all of it."""
        for seed in range(25):
            rng = random.Random(seed)
            world = list(random_world(rng, size=8))
            rng.shuffle(world)
            file = tmp_path / f"{seed}.db"
            add(file, [])
            following, loaded = reloading(file)
            version = served(file)
            while world:
                some = [world.pop() for _ in range(min(len(world), rng.randint(1, 3)))]
                add(file, some)
                before, version = (
                    version,
                    next_of(following, version) if position(file) != version.position else version,
                )
                assert isinstance(version.graph, Explorer)
                assert same([version.graph, load(file)])
                assert (version.position, version.base) == (position(file), before.base)
            assert loaded == []

    def test_a_forgetting_reloads(self, ledger: Path) -> None:
        """After a forgetting everything is loaded, whatever else was added; then it goes on by adding."""
        version = served(ledger)
        following, loaded = reloading(ledger)
        add(ledger, [(team(10, (1, 1, "owner"), (2, 2, "manager")), DAY[1])])
        forget(ledger, "identity:2")
        add(ledger, [(me(3), DAY[2])])
        second = next_of(following, version)
        assert loaded == [second.name] == [load(ledger).version]
        assert second.base == second.position == position(ledger)
        assert "identity:2" not in second.graph
        add(ledger, [(me(4), DAY[3])])
        third = next_of(following, second)
        assert third.base == second.base
        assert len(loaded) == 1

    def test_a_forgetting_while_it_is_read(
        self, ledger: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was forgotten between two looks into the log is never served, half of it gone."""
        version = served(ledger)
        following, loaded = reloading(ledger)
        add(ledger, [(me(2), DAY[1])])
        plain = Ledger.unread

        def unread(self: Ledger, **given: Any) -> Any:
            found = list(plain(self, **given))
            forget(ledger, "identity:1")
            return found

        monkeypatch.setattr(Ledger, "unread", unread)
        second = next_of(following, version)
        assert "identity:1" not in second.graph
        assert loaded == [second.name]

    def test_what_is_written_while_it_is_read(
        self, ledger: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A version holds the log exactly as far as it says, though more is there by the time it is read."""
        version = served(ledger)
        following, _ = reloading(ledger)
        add(ledger, [(me(2), DAY[1])])
        plain = Ledger.unread

        def unread(self: Ledger, **given: Any) -> Any:
            add(ledger, [(me(3), DAY[2])])
            return plain(self, **given)

        with monkeypatch.context() as patch:
            patch.setattr(Ledger, "unread", unread)
            second = next_of(following, version)
        assert (second.position, len(second.graph.documents)) == (2, 2)
        third = next_of(following, second)
        assert (third.position, len(third.graph.documents)) == (3, 3)

    def test_not_alone(self, ledger: Path) -> None:
        """Beside other files, which may differ by now, everything is loaded."""
        following = follow(ledger, lambda: load(ledger), lambda: NOON, alone=False)
        version = served(ledger)
        add(ledger, [(me(2), DAY[1])])
        assert next_of(following, version).base == 2

    def test_a_ledger_that_cannot_be_read(
        self, ledger: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """When the ledger is gone or damaged the served version stays, and the log says so."""
        following, _ = reloading(ledger)
        version = served(ledger)
        ledger.write_bytes(b"SQLite format 3\0" + bytes(4096))
        assert following(version) is None
        assert "the served version stays" in caplog.text


@contextmanager
def followed(versions: Versions, following: Following, every: float) -> Iterator[Follower]:
    follower = Follower(versions, following, every)
    follower.start()
    try:
        yield follower
    finally:
        follower.stop()
        follower.join(SOON)
        assert not follower.is_alive()


class TestFollower:
    def test_another_version_is_told(self, bruce: AccessGraph) -> None:
        """Whoever makes something of each version is called after it is served, once."""
        versions, told = Versions(bruce, NOON, 1), []
        nexts = [Version(bruce, NOON, 2)]
        follower = Follower(
            versions,
            lambda _: nexts.pop() if nexts else None,
            0.01,
            lambda: told.append(versions.current.position),
        )
        follower.start()
        until = time.monotonic() + SOON
        while not told and time.monotonic() < until:
            time.sleep(0.01)
        follower.stop()
        follower.join(SOON)
        assert told == [2]

    def test_a_nudge_is_heard_at_once(self, ledger: Path) -> None:
        """Who follows slowly looks at once when nudged, and who waits for that is woken."""
        first = served(ledger)
        versions = Versions(first.graph, NOON, first.position)
        with followed(versions, reloading(ledger)[0], every=600) as follower:
            add(ledger, [(me(2), DAY[1])])
            follower.nudge()
            assert versions.at_least(token(2), time.monotonic() + SOON).position == 2

    def test_whatever_happens_it_goes_on(
        self, ledger: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """An unexpected error leaves its name in the log, nothing else, and the next look is taken."""
        first = served(ledger)
        versions, calls = Versions(first.graph, NOON, first.position), []

        def following(version: Version) -> Version | None:
            calls.append(version)
            if len(calls) == 1:
                raise ValueError("about secret@example.com")
            return Version(version.graph, NOON, 9)

        with followed(versions, following, every=0.01), caplog.at_level(logging.DEBUG):
            assert versions.at_least(token(9), time.monotonic() + SOON).position == 9
        assert "ValueError" in caplog.text
        assert "secret" not in caplog.text


QUESTION = """{ graph { version documents position identities businesses grants }
  nodes(ids: ["identity:1", "identity:2", "identity:3", "business:10", "business:11"]) { id
    ... on Identity { reach { totalCount nodes { resource { id } roles state paths { nodes { sentence } } } } }
    ... on Business { reachedBy { nodes { principal { id } roles } } } } }"""


def test_readers_see_whole_versions_while_it_grows(schema: Schema, tmp_path: Path) -> None:
    """Readers in threads, while the ledger grows, see the answer of a whole version each time, and ever later ones."""
    world: list[tuple[dict[str, Any], dt.datetime]] = []
    for number in range(30):
        rng = random.Random(number)
        rows = [
            membership(who, who, rng.choice(["owner", "manager"]))
            for who in rng.sample([10, 11, 12], 2)
        ]
        world.append(
            (
                me(1 + number % 3, business_memberships=rows),
                DAY[0] + dt.timedelta(hours=rng.randrange(500)),
            )
        )
    arriving = observations(world)
    wanted = {}
    for count in range(len(arriving) + 1):
        graph = Explorer.observe(arriving[:count])
        wanted[graph.version] = answer(schema, graph, count)
    file = tmp_path / "ledger.db"
    add(file, [])
    versions = Versions(Explorer.observe([]), NOON, 0)
    seen: list[list[dict[str, Any]]] = [[] for _ in range(2)]
    stop = threading.Event()

    def read(into: list[dict[str, Any]]) -> None:
        while not stop.is_set():
            into.append(execute(schema, versions, QUESTION))

    readers = [threading.Thread(target=read, args=(into,)) for into in seen]
    with followed(versions, reloading(file)[0], every=0.001):
        for reader in readers:
            reader.start()
        for observation in arriving:
            with Ledger(file) as ledger:
                ledger.add([observation.document])
            time.sleep(0.02)
        reached = versions.at_least(token(position(file)), time.monotonic() + SOON)
        stop.set()
        for reader in readers:
            reader.join(SOON)
    assert reached.name == load(file).version
    for answers in seen:
        assert answers
        assert all(each == wanted[each["data"]["graph"]["version"]] for each in answers)
        positions = [each["data"]["graph"]["position"] for each in answers]
        assert positions == sorted(positions)
    assert len({each["data"]["graph"]["version"] for answers in seen for each in answers}) > 3


def answer(schema: Schema, graph: AccessGraph, position: int) -> dict[str, Any]:
    return execute(schema, Versions(graph, NOON, position), QUESTION)
