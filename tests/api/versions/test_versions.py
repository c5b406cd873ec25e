"""The versions that a process answers from: what is kept, what is waited for, and who is told to come again."""

from __future__ import annotations

import datetime as dt
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from inroads.errors import InroadsError
from inroads.explorer import Explorer
from inroads_api.versions import marks
from inroads_api.versions import versions as room
from inroads_api.versions.cache import Cache, Room
from inroads_api.versions.following import Follower
from inroads_api.versions.versions import NotReached, Version, Versions, token
from questions import NOON
from records import DAY, me
from worlds import explore

SOON = 10
"""Seconds, for any machine: what is waited for here takes milliseconds."""


def days(count: int) -> Explorer:
    """A graph of one document a day."""
    return explore([(me(day), DAY[day]) for day in range(1, count + 1)])


def spin(condition: Callable[[], bool]) -> None:
    """Wait until something that other threads do is so."""
    deadline = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


class TestCache:
    def cache(self, seats: int = 8, makers: int = 2, kept: int = 2) -> Cache[int, object]:
        return Cache(Room(seats), threading.Semaphore(makers), kept)

    def test_made_once(self) -> None:
        """Whoever asks while a value is being made gets that one, and it is made once."""
        cache, begin, made = self.cache(), threading.Event(), []

        def make() -> object:
            made.append(threading.get_ident())
            assert begin.wait(SOON)
            return object()

        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(cache.get, 1, make) for _ in range(8)]
            spin(lambda: bool(made))
            begin.set()
            found = {id(each.result(SOON)) for each in asked}
        assert len(found) == len(made) == 1
        assert cache.get(1, lambda: pytest.fail("it is there")) is not None

    def test_the_last_used_are_kept(self) -> None:
        """A few values are kept, and those that nobody used for longest go first."""
        cache = self.cache(kept=2)
        made: list[int] = []
        for key in (1, 2, 1, 3, 1, 2):
            cache.get(key, lambda key=key: made.append(key))  # type: ignore[misc]  # bound now
        assert made == [1, 2, 3, 2]

    def test_few_at_a_time(self) -> None:
        """No more are made at once than there are makers, and who finds no seat is told so at once."""
        cache, begin, making = self.cache(seats=4, makers=2), threading.Event(), []

        def make() -> None:
            making.append(1)
            assert begin.wait(SOON)

        with ThreadPoolExecutor(5) as pool:
            asked = [pool.submit(cache.get, key, make) for key in range(4)]
            spin(lambda: len(making) == 2 and self.full(cache))
            with pytest.raises(InroadsError) as error:
                cache.get(9, make)
            assert error.value.code == "BUSY"
            assert len(making) == 2
            begin.set()
            for each in asked:
                each.result(SOON)
        assert len(making) == 4

    def full(self, cache: Cache[int, object]) -> bool:
        try:
            with cache._room.seat():
                return False
        except InroadsError:
            return True

    def test_a_failure_is_not_kept(self) -> None:
        """What could not be made is raised to all who waited, and tried again by the next one."""
        cache = self.cache()

        def fail() -> object:
            raise InroadsError("no", "NO")

        for _ in range(2):
            with pytest.raises(InroadsError, match="no"):
                cache.get(1, fail)
        assert cache.get(1, lambda: 5) == 5


class TestUntil:
    def versions(self, count: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Versions, list[int]]:
        """Versions of so many days, and how many documents each fold since has had."""
        versions, folded = Versions(days(count), NOON), []
        plain = Explorer.observe

        def observe(arriving: Any, policy: Any) -> Explorer:
            graph = plain(arriving, policy)
            folded.append(len(graph.documents))
            return graph

        monkeypatch.setattr(room.Explorer, "observe", observe)
        return versions, folded

    def test_moments_between_two_documents_are_one_version(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where no document lies between two moments it is one version, and after the last document the served one."""
        versions, folded = self.versions(4, monkeypatch)
        served = versions.current
        hours = [DAY[2] + dt.timedelta(hours=hour) for hour in (0, 1, 23)]
        assert len({id(versions.until(served, hour).graph) for hour in hours}) == 1
        assert folded == [2]
        assert versions.until(served, DAY[4]) is served
        assert versions.until(served, dt.datetime.max.replace(tzinfo=dt.UTC)) is served

    def test_what_is_added_later_leaves_the_past_alone(self) -> None:
        """A version that grew by adding shares the past with the one before, unless what was added lies in it."""
        versions = Versions(days(4), NOON)
        first = versions.current
        past = versions.until(first, DAY[2])
        grown = Version(days(5), NOON, 5, first.base)
        assert versions.until(grown, DAY[2]).graph is past.graph
        assert versions.until(grown, DAY[2]).position == 5
        late = Version(
            explore([*((me(day), DAY[day]) for day in (1, 2, 3, 4)), (me(9), DAY[2])]),
            NOON,
            6,
            first.base,
        )
        assert len(versions.until(late, DAY[2]).graph.documents) == 3
        reloaded = Version(days(5), NOON, 7, base=7)
        assert versions.until(reloaded, DAY[2]).graph is not past.graph

    def test_the_past_of_the_past(self) -> None:
        """From a version of the past one goes further back, never forward."""
        versions = Versions(days(4), NOON)
        third = versions.until(versions.current, DAY[3])
        assert versions.until(third, DAY[4]) is third
        assert len(versions.until(third, DAY[1]).graph.documents) == 1


class TestMarked:
    """A version that is not served any more, by the mark in its ids and cursors."""

    def test_it_is_kept_for_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Just after a swap the version before is there without a fold, later it is folded, and then once."""
        versions, folded = Versions(days(2), NOON), list[int]()
        third, fourth = days(3), days(4)
        plain = Explorer.observe

        def observe(arriving: Any, policy: Any) -> Explorer:
            folded.append(1)
            return plain(arriving, policy)

        first, mark = versions.current, marks.parse(marks.own(versions.current.graph))
        versions.swap(Version(third, NOON))
        second = marks.parse(marks.own(versions.current.graph))
        monkeypatch.setattr(room.Explorer, "observe", observe)
        found = versions.marked(mark)
        assert (found.name, found.graph.mark, first.graph.mark) == (first.name, str(mark), "")
        assert found.graph.fold is first.graph.fold
        monkeypatch.setattr(room, "KEPT_SECONDS", 0.0)
        assert not versions.release()
        versions.swap(Version(fourth, NOON))
        assert (versions.release(), versions.release()) == (True, False)
        assert folded == []
        for _ in range(2):
            assert versions.marked(second).name == third.version
        assert folded == [1]

    def test_it_is_not_kept_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What nobody goes on in takes no memory once its time is over, though nothing else is served since."""
        monkeypatch.setattr(room, "KEPT_SECONDS", 0.0)
        versions = Versions(days(2), NOON)
        before = weakref.ref(versions.current.graph)
        follower = Follower(versions, lambda _: None, 0.01)
        follower.start()
        versions.swap(Version(days(3), NOON))
        spin(lambda: before() is None)
        follower.stop()
        follower.join(SOON)

    def test_the_served_one_has_a_mark_too(self) -> None:
        """Another process may serve another version: each answers for all that it has the documents of."""
        versions = Versions(days(3), NOON)
        mark = marks.parse(marks.own(versions.current.graph))
        assert versions.marked(mark).graph.mark == str(mark)
        assert versions.current.graph.mark == ""
        behind = Versions(days(2), NOON)
        with pytest.raises(InroadsError) as error:
            behind.marked(mark)
        assert error.value.code == "VERSION_EXPIRED"


class TestAtLeast:
    def test_what_is_served_or_was_is_there_at_once(self) -> None:
        """The served version, one served before, and a number of the log that it holds are not waited for."""
        versions = Versions(days(1), NOON, 10)
        old = versions.current
        versions.swap(Version(days(2), NOON, 12, 10))
        for wanted in (versions.current.name, old.name, token(11), token(12)):
            assert versions.at_least(wanted, time.monotonic()) is versions.current

    def test_a_swap_wakes(self) -> None:
        """Who waits is woken by the version that comes, by its name and by a number, long before patience ends."""
        versions, next_ = Versions(days(1), NOON, 1), Version(days(2), NOON, 2, 1)
        with ThreadPoolExecutor(2) as pool:
            deadline = time.monotonic() + 600
            asked = [
                pool.submit(versions.at_least, wanted, deadline)
                for wanted in (next_.name, token(2))
            ]
            spin(lambda: len(versions._swapped._waiters) == 2)  # type: ignore[attr-defined]  # the Condition's own
            versions.swap(Version(days(3), NOON, 1, 1))  # another one wakes nobody
            assert not any(each.done() for each in asked)
            versions.swap(next_)
            assert [each.result(SOON) for each in asked] == [next_, next_]

    def test_it_ends(self) -> None:
        """What does not come in time is an error that says what is served."""
        versions = Versions(days(1), NOON, 7)
        for wanted in ("0123456789abcdef", token(8)):
            with pytest.raises(NotReached) as error:
                versions.at_least(wanted, time.monotonic() + 0.05)
            assert error.value.code == "VERSION_NOT_REACHED"
            assert (error.value.served, error.value.position) == (versions.current.name, 7)

    @pytest.mark.parametrize(
        "wanted", ["x", "ledger:", "ledger:-1", "ledger:1x", "0123456789ABCDEF", "a" * 10_000]
    )
    def test_a_wrong_name_is_not_waited_for(self, wanted: str) -> None:
        """What cannot be a version at all is refused at once, without a word of it."""
        with pytest.raises(InroadsError) as error:
            Versions(days(1), NOON).at_least(wanted, time.monotonic() + 600)
        assert error.value.code == "BAD_VERSION"
        assert "aaaa" not in error.value.message

    def test_few_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No more wait than there are seats; the next is told at once, and who need not wait needs no seat."""
        monkeypatch.setattr(room, "MAX_WAITING", 2)
        versions = Versions(days(1), NOON, 1)
        with waiting(versions, 2):
            with pytest.raises(InroadsError) as error:
                versions.at_least(token(9), time.monotonic() + 600)
            assert error.value.code == "BUSY"
            assert versions.at_least(token(1), time.monotonic()) is versions.current

    def test_names_are_forgotten_in_the_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """So many names are remembered and no more, the oldest go first."""
        monkeypatch.setattr(room, "REMEMBERED", 2)
        served = [Version(days(count), NOON) for count in (1, 2, 3)]
        versions = Versions(served[0].graph, NOON)
        for each in served[1:]:
            versions.swap(each)
        assert list(versions._served) == [each.name for each in served[1:]]


@contextmanager
def waiting(versions: Versions, count: int) -> Iterator[list[Future[Version]]]:
    """So many threads that wait for the number 9 of the log, which comes in the end."""
    with ThreadPoolExecutor(count) as pool:
        asked = [
            pool.submit(versions.at_least, token(9), time.monotonic() + 600) for _ in range(count)
        ]
        try:
            spin(lambda: len(versions._swapped._waiters) == count)  # type: ignore[attr-defined]  # the Condition's own
            yield asked
        finally:
            versions.swap(Version(versions.current.graph, NOON, 9))
        assert all(each.result(SOON).position == 9 for each in asked)
