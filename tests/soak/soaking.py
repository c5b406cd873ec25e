"""What a soak is made of: a server of a ledger, those who add documents, those who ask, and what they saw."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from inroads.documents.reader import Observation, read
from inroads.sources.synthetic import population
from inroads.store.ledger import Ledger

INROADS: Final = str(Path(sys.executable).with_name("inroads"))
START: Final = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
QUERIES: Final = {
    "reach": """query ($asked: String!) { graph { version documents } identity(by: {email: $asked}) { id
        reach(first: 50) { totalCount truncated coverage { complete notes }
        nodes { resource { id } roles certainty state stateReasons distance paths { nodes { sentence } } } } } }""",
    "who": """query ($asked: ID!) { graph { version documents } business(id: $asked) { id
        reachedBy(first: 50) { totalCount truncated coverage { complete notes }
        nodes { principal { id } roles certainty state explanation { independentRoutes sentence } } } } }""",
}
INGEST: Final = "mutation ($documents: [JSON!]!) { ingest(documents: $documents) { token documents { status } } }"
VISIBLE: Final = "query ($token: String!) { graph(atLeast: $token) { version documents } }"

Body = dict[str, Any]


class Question(NamedTuple):
    """Which query is asked of whom."""

    query: str
    asked: str


class Asker:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer, which must have status 200 and no errors."""
        body = msgspec.json.encode({"query": query, "variables": variables})
        self._connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = msgspec.json.decode(response.read())
        assert (response.status, answer.get("errors")) == (200, None), (
            query,
            variables,
            response.status,
            answer,
        )
        data: dict[str, Any] = answer["data"]
        return data

    def close(self) -> None:
        self._connection.close()


class Process(NamedTuple):
    """What a process holds: bytes of memory, open files, threads; and the seconds of processor it has had."""

    resident: int
    files: int
    threads: int
    busy: float


class Server:
    """A running `inroads serve --ledger`."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port
        self.askers: list[Asker] = []

    def asker(self) -> Asker:
        """One more connection, which is closed when the server ends."""
        self.askers.append(Asker(self.port))
        return self.askers[-1]

    def resident(self) -> int:
        """Bytes of memory that it has now."""
        return self.now().resident

    def now(self) -> Process:
        """What its process holds now."""
        proc = Path(f"/proc/{self.process.pid}")
        fields = (
            (proc / "stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        )  # from the third, the state
        user, system, threads, pages = (int(fields[number - 3]) for number in (14, 15, 20, 24))
        busy = (user + system) / os.sysconf("SC_CLK_TCK")
        return Process(
            pages * os.sysconf("SC_PAGE_SIZE"), len(list((proc / "fd").iterdir())), threads, busy
        )


@contextmanager
def served(ledger: Path, log: Path, *more: str) -> Iterator[Server]:
    """A server of a ledger that takes documents, too; what it says goes to a file."""
    command = [INROADS, "serve", "--ledger", str(ledger), "--allow-ingest", "--port", "0", *more]
    with log.open("w") as said, subprocess.Popen(command, stderr=said, text=True) as process:  # noqa: S603  # our own
        try:
            deadline = time.monotonic() + 120
            while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/graphql", log.read_text())):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            server = Server(process, int(found[1]))
            yield server
            for asker in server.askers:
                asker.close()
        finally:
            process.terminate()
            process.wait(60)


def digest(data: dict[str, Any]) -> str:
    """What two answers share exactly when they say the same."""
    return hashlib.sha256(msgspec.json.encode(data, order="sorted")).hexdigest()


class Seen:
    """What the readers were answered: by version, how many documents it holds and a digest for each question."""

    def __init__(self) -> None:
        self.documents: dict[str, int] = {}
        self.answers: dict[str, dict[Question, str]] = {}
        self.requests = 0
        self._lock = threading.Lock()

    def note(self, question: Question, data: dict[str, Any]) -> None:
        """One more answer; the same version never answers otherwise than before."""
        version, documents, said = (
            data["graph"]["version"],
            data["graph"]["documents"],
            digest(data),
        )
        with self._lock:
            self.requests += 1
            assert self.documents.setdefault(version, documents) == documents
            assert self.answers.setdefault(version, {}).setdefault(question, said) == said, (
                version,
                question,
            )


class Stream:
    """Envelopes without an end: those of a population, then any of them observed again with a row less.

    Every one has a moment of its own, so that each is a document of its own.
    """

    def __init__(self, size: int, seed: int) -> None:
        self.first: list[Body] = list(population(size, seed))
        self._rng, self._number, self._lock = random.Random(seed), 0, threading.Lock()

    def take(self, count: int) -> list[Body]:
        """The next so many."""
        with self._lock:
            return [self._next() for _ in range(count)]

    def _next(self) -> Body:
        self._number += 1
        envelope = copy.deepcopy(self._rng.choice(self.first))
        body = envelope["document"]["response"]
        rows = [
            body[name] for name in ("business_memberships", "roles", "groups") if body.get(name)
        ]
        if rows and self._rng.random() < 0.7:
            chosen = self._rng.choice(rows)
            del chosen[self._rng.randrange(len(chosen))]
        envelope["observed_at"] = (START + dt.timedelta(seconds=self._number)).isoformat()
        return envelope

    def questions(self) -> list[Question]:
        """What may be asked of them."""
        bodies = [each["document"]["response"] for each in self.first]
        emails = [Question("reach", body["email"]) for body in bodies if body.get("email")]
        shown = {
            str(row["business"]["id"])
            for body in bodies
            for row in body.get("business_memberships") or ()
        }
        return emails + [Question("who", number) for number in sorted(shown)]


def ingest_by_process(ledger: Path, envelopes: list[Body]) -> None:
    """As a user does on a terminal."""
    text = "\n".join(map(json.dumps, envelopes))
    command = [INROADS, "ingest", "-", "--ledger", str(ledger)]
    done = subprocess.run(  # noqa: S603
        command, input=text, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, f": {len(envelopes)} added" in done.stderr) == (0, True), done.stderr


def ingest_by_library(ledger: Path, envelopes: list[Body]) -> None:
    """As a program does."""
    taken = [read(json.dumps(each).encode(), START, "soak") for each in envelopes]
    documents = [each.document for each in taken if isinstance(each, Observation)]
    with Ledger(ledger) as opened:
        assert opened.add(documents).added == len(envelopes)


class Team:
    """Threads that do their work again and again until time is up; the first thing that goes wrong ends all."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []

    @property
    def over(self) -> bool:
        return bool(self._failures) or time.monotonic() > self._until

    def start(self, pause: float, work: Callable[[], object]) -> None:
        """Have some work done, and a pause after it, until it is over."""

        def run() -> None:
            try:
                while not self.over:
                    work()
                    time.sleep(pause)
            except BaseException as error:  # noqa: BLE001  # the main thread raises it
                self._failures.append(error)

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()

    def finish(self) -> None:
        """Wait for all, and raise what went wrong."""
        for thread in self._threads:
            thread.join(300)
            assert not thread.is_alive()
        if self._failures:
            raise self._failures[0]
