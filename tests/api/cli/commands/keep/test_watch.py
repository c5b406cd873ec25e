"""Watching: a ledger stays fresh, nothing that fails ends the watch, and whoever ends it loses nothing."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import INROADS, run
from inroads.errors import Rejection
from inroads.explorer import Explorer
from inroads.store.ledger import Ledger
from inroads_api.cli.commands.keep.watch import TICK, Folders
from service import CLIENT_SECRET, REFRESH, Reply, Service, delayed, errors, silent
from worlds import same

PATIENCE = 60.0  # seconds: the machine may be slow


def me(number: int, day: int = 1) -> str:
    body = {"id": number, "email": f"i{number}@x.org"}
    return json.dumps(
        {"observed_at": f"2026-01-{day:02}T00:00:00Z", "source": "test", "document": body}
    )


class Watching:
    """A running `inroads watch`, and what it says on stderr line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._said: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._said.put(line.rstrip())
        self._said.put(None)

    def until(self, words: str) -> str:
        """The next line that has these words."""
        deadline = time.monotonic() + PATIENCE
        while (line := self._said.get(timeout=max(0.0, deadline - time.monotonic()))) is not None:
            self.lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"it ended without {words!r}: {self.lines}")

    def round(self, words: str = "added") -> str:
        """The next line that tells of a round and has these words."""
        while not re.fullmatch(
            r"20\S+Z .*: \d+ added, \d+ already known, \d+ rejected.*", line := self.until(words)
        ):
            pass
        return line

    def stop(self, number: int = signal.SIGTERM) -> float:
        """End it; how many seconds that took. It must end well."""
        start = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(PATIENCE) == 0
        taken = time.monotonic() - start
        while (line := self._said.get(timeout=PATIENCE)) is not None:
            self.lines.append(line)
        return taken


@contextmanager
def watch(*words: str, every: str = "1s", **env: str) -> Iterator[Watching]:
    command = [INROADS, "watch", *words, "--every", every]
    environment = {**os.environ, **env}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603  # our own
        try:
            watching = Watching(process)
            watching.until("watching ")
            yield watching
        finally:
            process.kill()  # does nothing to one that has ended


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "documents"
    path.mkdir()
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "inroads.db"


def documents(ledger: Path) -> list[str]:
    """What the documents of a ledger are about, in order of arrival."""
    with Ledger(ledger, read_only=True) as opened:
        assert opened.verify() == []
        return [row.subject for row in opened.rows()]


def tokens(folder: Path, *names: str) -> Path:
    file = folder / "tokens.json"
    file.write_text(
        json.dumps([{"label": name, "access_token": f"access-token-{name}"} for name in names])
    )
    file.chmod(0o600)
    return file


class TestFolders:
    def test_new_and_modified_files(self, folder: Path, ledger: Path) -> None:
        """Each round reads what is new or modified since, and says in one line what came of it."""
        (folder / "a.json").write_text(me(1))
        with watch(str(folder), "--ledger", str(ledger)) as watching:
            assert "1 added, 0 already known, 0 rejected" in watching.round("1 added")
            watching.round("0 added, 0 already known")
            (folder / "b.ndjson").write_text(me(2) + "\n" + me(3) + "\n")
            watching.round("2 added")
            (folder / "a.json").write_text(me(1, day=2))
            watching.round("1 added")
            watching.stop()
        assert documents(ledger) == ["identity:1", "identity:2", "identity:3", "identity:1"]

    def test_a_file_that_is_still_being_written(self, folder: Path, ledger: Path) -> None:
        """A document that is cut off is told once, and taken when it is whole, even if its time says nothing."""
        file = folder / "a.json"
        file.write_text(me(1)[:-20] + " " * 20)
        os.utime(file, (0, 0))
        with watch(str(folder), "--ledger", str(ledger)) as watching:
            watching.round("1 rejected")
            watching.round("1 rejected")
            file.write_text(me(1))
            os.utime(file, (0, 0))
            watching.round("1 added, 0 already known, 0 rejected")
            watching.stop()
        assert sum("rejected " in line and "truncated" in line for line in watching.lines) == 1
        assert documents(ledger) == ["identity:1"]

    def test_folders_come_and_go(self, folder: Path, ledger: Path) -> None:
        """A folder that is not there is told each time that it goes missing, and read when it is there."""
        late = folder / "late"
        (folder / "a.json").write_text(me(1))
        with watch(str(late), str(folder / "a.json"), "--ledger", str(ledger)) as watching:
            watching.until(f"rejected {late}: missing: no such file or folder")
            watching.round("1 added, 0 already known, 1 rejected")
            late.mkdir()
            (late / "b.json").write_text(me(2))
            watching.round("1 added, 0 already known, 0 rejected")
            (late / "b.json").unlink()
            late.rmdir()
            watching.until(f"rejected {late}: missing")
            watching.stop()
        assert documents(ledger) == ["identity:1", "identity:2"]

    def test_what_cannot_be_read_is_told_and_tried_again(self, folder: Path, ledger: Path) -> None:
        """A link that leads nowhere, and a gzip file that is damaged, end nothing."""
        (folder / "link.json").symlink_to(folder / "elsewhere")
        (folder / "b.json.gz").write_bytes(b"\x1f\x8b damaged")
        (folder / "c.json").write_text(me(3))
        with watch(str(folder), "--ledger", str(ledger)) as watching:
            watching.round("1 added, 0 already known, 2 rejected")
            (folder / "elsewhere").write_text(me(1))
            watching.round("1 added, 0 already known, 1 rejected")
            watching.stop()
        assert documents(ledger) == ["identity:3", "identity:1"]

    def test_a_ledger_that_fails_for_a_while(self, folder: Path, ledger: Path) -> None:
        """A round that cannot write loses nothing: the next one that can adds what it gave."""
        with watch(str(folder), "--ledger", str(ledger)) as watching:
            watching.round("0 added")
            aside = ledger.rename(ledger.with_name("aside.db"))
            ledger.mkdir()
            (folder / "a.json").write_text(me(1))
            watching.until("error: the ledger")
            ledger.rmdir()
            aside.rename(ledger)
            watching.round("1 added")
            watching.stop()
        assert documents(ledger) == ["identity:1"]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_it_ends_at_once_while_it_sleeps(self, folder: Path, ledger: Path, number: int) -> None:
        """Exit code 0, long before the next look, and without a word of alarm."""
        with watch(str(folder), "--ledger", str(ledger), every="1d") as watching:
            watching.round()
            assert watching.stop(number) < PATIENCE / 2
        assert not any("Traceback" in line for line in watching.lines)

    def test_it_ends_between_batches(self, folder: Path, ledger: Path) -> None:
        """In the middle of much work it ends soon; what it has told is in the ledger, and the next watch goes on."""
        size = 20_000
        (folder / "a.ndjson").write_text(
            "".join(f"{me(number)}\n" for number in range(1, size + 1))
        )
        with watch(str(folder), "--ledger", str(ledger), every="1d") as watching:
            deadline = time.monotonic() + PATIENCE
            while not len(documents(ledger)) and time.monotonic() < deadline:
                time.sleep(0.01)
            watching.stop()
        told = next(line for line in watching.lines if " added" in line)
        some = documents(ledger)
        assert f" {len(some)} added" in told
        assert some == [f"identity:{number}" for number in range(1, len(some) + 1)]
        with watch(str(folder), "--ledger", str(ledger)) as watching:
            watching.round(f"{size - len(some)} added, {len(some)} already known")
            watching.stop()
        assert len(documents(ledger)) == size


class TestCollecting:
    def test_each_round_asks_again(self, tmp_path: Path, folder: Path, ledger: Path) -> None:
        """Documents of each token come in every round, beside those of folders; no token is shown."""
        (folder / "a.json").write_text(me(9))
        with Service() as service:
            service.sign_in("ann", 1, {10: "owner"})
            words = (
                "--collect",
                "--teams",
                "--tokens",
                str(tokens(tmp_path, "ann")),
                "--base-url",
                service.base_url,
            )
            with watch(str(folder), *words, "--ledger", str(ledger)) as watching:
                watching.round("3 added")
                watching.round("2 added")
                watching.stop()
        assert documents(ledger)[:3] == ["identity:9", "identity:1", "business:10"]
        assert "access-token" not in "".join(watching.lines)

    def test_what_fails_is_told_and_asked_again(self, tmp_path: Path, ledger: Path) -> None:
        """A revoked token, an ailing service and none at all: told for each token, and the next round goes on."""
        with ExitStack() as stack:
            service = stack.enter_context(Service())
            service.sign_in("ann", 1)
            service.sign_in("ben", 2)
            service.revoke("access-token-ben")
            words = (
                "--collect",
                "--tokens",
                str(tokens(tmp_path, "ann", "ben")),
                "--base-url",
                service.base_url,
            )
            with watch(*words, "--ledger", str(ledger)) as watching:
                watching.until("token ben: unauthorized: ")
                watching.round("1 added, 0 already known, 1 rejected")
                service.script["/auth/api/v1/users/me"] += [errors(404)] * 2
                watching.until("token ann: http_404: ")
                service.access["access-token-ben"] = 2
                watching.round("2 added, 0 already known, 0 rejected")
                stack.close()
                watching.until("token ann: unreachable: ")
                watching.stop()
        assert not any("Traceback" in line for line in watching.lines)

    def test_a_token_file_that_fails_for_a_while(self, tmp_path: Path, ledger: Path) -> None:
        """When others may read it the round is told, and the next one tries again."""
        with Service() as service:
            service.sign_in("ann", 1)
            file = tokens(tmp_path, "ann")
            words = ("--collect", "--tokens", str(file), "--base-url", service.base_url)
            with watch(*words, "--ledger", str(ledger)) as watching:
                watching.round("1 added")
                file.chmod(0o644)
                watching.until("error: ")
                file.chmod(0o600)
                watching.round("1 added")
                watching.stop()

    @pytest.mark.parametrize(
        "scripted", [silent, delayed(Reply(503, b"", (("Retry-After", "100"),)), 0.0)]
    )
    def test_it_ends_at_once_while_it_waits(
        self, tmp_path: Path, ledger: Path, scripted: Callable[..., Reply]
    ) -> None:
        """Neither an answer that does not come nor a service that asks for patience keeps it from ending."""
        with Service() as service:
            service.sign_in("ann", 1)
            service.script["/auth/api/v1/users/me"] += [scripted]
            words = (
                "--collect",
                "--tokens",
                str(tokens(tmp_path, "ann")),
                "--base-url",
                service.base_url,
            )
            with watch(*words, "--ledger", str(ledger), every="1d") as watching:
                deadline = time.monotonic() + PATIENCE
                while not service.requests and time.monotonic() < deadline:
                    time.sleep(0.01)
                assert watching.stop() < PATIENCE / 2
        assert documents(ledger) == []

    def test_a_token_that_is_being_refreshed_is_waited_for(
        self, tmp_path: Path, ledger: Path
    ) -> None:
        """The pair that a service gives while the watch is asked to end, twice, is in the token file afterwards."""
        file = tokens(tmp_path, "ann")
        (entry,) = json.loads(file.read_text())
        secret = {
            "refresh_token": "refresh-token-ann",
            "client_id": "it",
            "client_secret": CLIENT_SECRET,
        }
        file.write_text(json.dumps([{**entry, **secret}]))
        pair = {"access_token": "access-token-next", "refresh_token": "refresh-token-next"}
        with Service() as service:
            service.script[REFRESH] += [delayed(Reply(200, pair), 2.0)]
            words = ("--collect", "--tokens", str(file), "--base-url", service.base_url)
            with watch(*words, "--ledger", str(ledger), every="1d") as watching:
                deadline = time.monotonic() + PATIENCE
                while REFRESH not in service.paths() and time.monotonic() < deadline:
                    time.sleep(0.01)
                watching.process.send_signal(signal.SIGINT)
                time.sleep(0.2)
                watching.stop()
        (kept,) = json.loads(file.read_text())["tokens"]
        assert (kept["access_token"], kept["refresh_token"]) == (
            "access-token-next",
            "refresh-token-next",
        )


class TestWords:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ((), "say what to watch"),
            (("here", "--every", "1w"), "'1w' is not a duration like 30s, 5m, 1h or 1d"),
            (("here", "--every", "0s"), "not a duration"),
            (("here", "--every", "9999d"), "not a duration"),
            (("here", "--every", "1.5h"), "not a duration"),
            (("-",), "use ingest for standard input"),
            (("here", "--teams"), "need --collect"),
            (("--collect",), "INROADS_TOKENS is not set"),
            (("here", "--ledger", "none/inroads.db"), "there is no such folder"),
        ],
    )
    def test_what_cannot_work_is_refused_at_once(
        self, tmp_path: Path, words: tuple[str, ...], said: str
    ) -> None:
        """One clear line and exit code 2."""
        environment = {"INROADS_LEDGER": str(tmp_path / "inroads.db"), "INROADS_TOKENS": ""}
        done = run("watch", *words, env=environment)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert said in done.stderr


class TestLooking:
    def test_what_was_not_kept_is_given_again(self, folder: Path) -> None:
        """A look whose documents did not reach the ledger does not count."""
        file = folder / "a.json"
        file.write_text(me(1))
        os.utime(file, (0, 0))
        looking = Folders([str(folder)])
        assert len(list(looking.look())) == len(list(looking.look())) == 1
        looking.keep()
        assert list(looking.look()) == []

    def test_a_file_changed_within_a_tick(self, folder: Path) -> None:
        """What may change without a sign is read once more; later it is known."""
        file = folder / "a.json"
        file.write_text(me(1))
        modified = file.stat().st_mtime_ns
        times = iter([modified + 1, modified + TICK + 1])
        looking = Folders([str(folder)], clock=lambda: next(times))
        for expected in (1, 1, 0):
            assert len(list(looking.look())) == expected
            looking.keep()

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_nothing_is_lost(self, data: st.DataObject) -> None:
        """However files are written, cut off, moved and looked at: in the end all documents are in the ledger."""
        whole = [(me(number) + "\n").encode() for number in range(1, 7)]
        with tempfile.TemporaryDirectory() as name, Ledger(Path(name, "inroads.db")) as ledger:
            folder = Path(name, "in")
            folder.mkdir()
            looking = Folders([str(folder)], clock=lambda: 2**62)

            def look() -> None:
                ledger.add(
                    each.document for each in looking.look() if not isinstance(each, Rejection)
                )
                if data.draw(st.booleans()):
                    looking.keep()

            for number, text in enumerate(whole):
                file = folder / data.draw(
                    st.sampled_from(["a.ndjson", "b.ndjson", f"{number}.json"])
                )
                before = file.read_bytes() if file.exists() else b""
                for size in (data.draw(st.integers(0, len(text))), len(text)):
                    file.write_bytes(before + text[:size])
                    if data.draw(st.booleans()):
                        look()
            look()
            looking.keep()
            assert {row.subject for row in ledger.rows()} == {
                f"identity:{number}" for number in range(1, 7)
            }
            assert same(
                [
                    Explorer.observe(ledger.observations()),
                    Explorer.observe(Folders([str(folder)]).look()),
                ]
            )
            assert list(looking.look()) == []
