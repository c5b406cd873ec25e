"""Streams of server-sent events, over real connections: what comes, who may have it, and that it ends."""

from __future__ import annotations

import datetime as dt
import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from applications import application
from inroads.errors import InroadsError
from inroads.explorer import load
from inroads_api.execution.execute import Schema
from inroads_api.execution.trusted_documents import Trusted, document_id
from inroads_api.security.audit import AuditLog
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.server.listening import place
from inroads_api.versions.following import follow, position
from inroads_api.versions.versions import Versions
from inroads_api.web import streams
from inroads_api.web.media_types import EVENTS
from inroads_api.web.streams import Streams
from processes import serving
from questions import NOON
from records import DAY, me, membership, team
from streaming import ASK, SAME, Served, add

PATIENCE = 30.0  # seconds: the machine may be slow
STREAM = {"accept": EVENTS}
CURSORS = "subscription ($since: String) { changes(since: $since) { cursor } }"
Told = dict[str, Any]


class Server:
    """A server of a ledger that looks for news all the time, at an address of its own."""

    def __init__(self, file: Path, sock: socket.socket, **more: Any) -> None:
        self.file = file
        more = {"poll": 0.02, "keep_alive": PATIENCE, "ingest": file, "ledger": file} | more
        following = follow(file, lambda: load(file), lambda: NOON)
        self.app = application(
            load(file), NOON, following=following, position=position(file), **more
        )
        endpoint: Any = self.app.routes[0]
        self.versions: Versions = endpoint.endpoint.versions
        self.streams: Streams = endpoint.endpoint.streams
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self.client = httpx2.Client(base_url=self.url, timeout=PATIENCE)

    @contextmanager
    def stream(
        self, query: str = ASK, headers: dict[str, str] | None = None, **variables: Any
    ) -> Iterator[Any]:
        """The response to a subscription, to be read as it comes."""
        sent = {"query": query, "variables": variables}
        with self.client.stream(
            "POST", "/graphql", json=sent, headers=STREAM | (headers or {})
        ) as response:
            yield response

    def ingest(self, *documents: dict[str, Any]) -> None:
        query = "mutation ($documents: [JSON!]!) { ingest(documents: $documents) { token } }"
        sent = {"query": query, "variables": {"documents": list(documents)}}
        token = self.client.post("/graphql", json=sent).json()["data"]["ingest"]["token"]
        ask = {"query": f'{{ graph(atLeast: "{token}") {{ version }} }}'}
        assert "errors" not in self.client.post("/graphql", json=ask).json()

    def figure(self, name: str) -> float:
        lines = self.client.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    @property
    def idle(self) -> bool:
        """Whether nothing is left of any stream."""
        kept = (
            self.streams._open,
            self.streams._wakes,
            self.versions._listeners,
            self.versions._left,
        )
        return not any(kept) and self.figure("inroads_streams") == 0.0


Start = Callable[..., Server]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    add(tmp_path / "l.db", [(me(1, business_memberships=[membership(1, 10)]), DAY[0])])
    return tmp_path / "l.db"


@pytest.fixture
def start(ledger: Path) -> Iterator[Start]:
    """Starts a server of the ledger, and ends it after the test."""
    running = []

    def starting(**more: Any) -> Server:
        sock = place("127.0.0.1", 0, guarded=False).bound()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # what is not read fills up soon
        found = Server(ledger, sock, **more)
        server = uvicorn.Server(
            uvicorn.Config(found.app, log_level="critical", timeout_graceful_shutdown=5)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        running.append((found, server, thread, sock))
        return found

    yield starting
    for found, server, thread, sock in running:
        found.client.close()
        found.streams.end()  # a thread gets no signal
        server.should_exit = True
        thread.join(PATIENCE)
        sock.close()


def read(response: Any) -> Iterator[Told]:
    """Each event that comes, and each comment as `{"event": "ping"}`."""
    told: Told = {}
    for line in response.iter_lines():
        name, _, said = line.partition(":")
        if line == ":":
            yield {"event": "ping"}
        elif line:
            told[name] = said.removeprefix(" ")
        elif told:
            if told["event"] == "next":
                told["data"] = json.loads(told["data"])
            yield told
            told = {}


def result(told: Told) -> dict[str, Any]:
    (found,) = told["data"]["data"].values()
    return dict(found)


def code(told: Told) -> str:
    (error,) = told["data"]["errors"]
    return str(error["extensions"]["code"])


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def manager(number: int) -> dict[str, Any]:
    document = me(number, business_memberships=[membership(number, 10, "manager")])
    return {"observed_at": DAY[number].isoformat(), "source": "s", "document": document}


def test_two_sessions_see_what_the_query_says(start: Start) -> None:
    """While documents come in a client is cut off, and comes back with the id it saw last: all in all each change is
    told exactly once, in the words of the query `changes`.
    """
    server, seen = start(), list[dict[str, Any]]()
    with server.stream() as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        coming = read(response)
        last = next(coming)
        assert last["event"] == "next"
        assert last["id"] == result(last)["cursor"]
        for number in (2, 3):
            server.ingest(manager(number))
            last = next(coming)
            seen += result(last)["changes"]
    for number in (4, 5, 6):
        server.ingest(manager(number))
    with server.stream(
        headers={"last-event-id": last["id"]}, since="ledger:0", first=1
    ) as response:
        coming = read(response)
        for _ in range(3):
            seen += result(next(coming))["changes"]
        server.ingest(manager(7))
        seen += result(next(coming))["changes"]
    answer = server.client.post(
        "/graphql", json={"query": SAME, "variables": {"since": DAY[0].isoformat()}}
    ).json()
    wanted = answer["data"]["changes"]["nodes"]
    assert [each["principal"]["id"] for each in seen] == [
        f"identity:{number}" for number in range(2, 8)
    ]
    assert seen == sorted(wanted, key=lambda each: str(each["principal"]["id"]))
    assert server.figure("inroads_stream_events_total") == 7.0


def test_who_leaves_leaves_nothing(start: Start) -> None:
    """When its client has left nothing of a stream is left: no count, no version, no task."""
    server = start()
    with server.stream() as response:
        coming = read(response)
        next(coming)
        server.ingest(manager(2))
        next(coming)
        assert server.figure("inroads_streams") == 1.0
        assert not server.idle
    wait_for(lambda: server.idle)


def test_a_silent_stream_says_that_it_is_there(start: Start) -> None:
    """Comments come while there is nothing to tell, and a stream lives longer than a request may take."""
    server = start(keep_alive=0.25, deadline=2.0)
    with server.stream() as response:
        coming, begun = read(response), time.monotonic()
        assert [next(coming)["event"] for _ in range(10)] == ["next", *["ping"] * 9]
        assert time.monotonic() - begun > 2.0
        add(server.file, [(me(2, business_memberships=[membership(2, 10)]), DAY[2])])
        told = next(each for each in coming if each["event"] != "ping")
        assert len(result(told)["changes"]) == 1


def test_an_event_that_takes_too_long(start: Start) -> None:
    """The time of a request is the time of one event; who is out of it is told, and has no id to go on from."""
    server = start(deadline=0.0)
    with server.stream() as response:
        told, end = read(response)
    assert (code(told), end["event"]) == ("DEADLINE", "complete")
    assert "id" not in told
    wait_for(lambda: server.idle)


def test_what_cannot_be_made_just_now(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many ask at once an event is tried again, a while."""
    monkeypatch.setattr(streams, "AGAIN", 0.02)
    real, tries = Versions.compare, list[int]()

    def busy(*given: Any) -> Any:
        tries.append(1)
        if len(tries) < 4:
            raise InroadsError("later", "BUSY")
        return real(*given)

    monkeypatch.setattr(Versions, "compare", busy)
    server = start()
    with server.stream() as response:
        assert "errors" not in next(read(response))["data"]
    assert len(tries) == 4
    tries.clear()
    server.versions.patience = 0.0
    with server.stream() as response:
        told, end = read(response)
    assert (code(told), end["event"]) == ("BUSY", "complete")


def test_an_event_that_is_hard_to_make(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """After it the server rests for longer than it took: what comes meanwhile is one event."""
    monkeypatch.setattr(streams, "REST", 100)
    real = Versions.compare

    def slowly(*given: Any) -> Any:
        time.sleep(0.1)
        return real(*given)

    monkeypatch.setattr(Versions, "compare", slowly)
    server = start()
    with server.stream() as response:
        coming = read(response)
        next(coming)
        for number in (2, 3):
            server.ingest(manager(number))
        assert len(result(next(coming))["changes"]) == 2


def test_a_client_that_does_not_read(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who leaves events unread is sent no more, has none made for it, and is taken for gone after a while."""
    monkeypatch.setattr(streams, "STUCK", 0.3)
    server = start()
    server.ingest(
        *(
            {"observed_at": DAY[1].isoformat(), "document": team(10 + n, *_members(n))}
            for n in range(9)
        )
    )
    large = " ".join(f"a{n}: sentence" for n in range(40))
    query = f'subscription {{ changes(since: "ledger:0") {{ changes {{ {large} }} }} }}'
    body = json.dumps({"query": query}).encode()
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.socket() as unread:
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        unread.connect((host, int(port)))
        head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: {EVENTS}\r\n"
        unread.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        wait_for(lambda: server.figure("inroads_stream_events_total") > 0)
        wait_for(lambda: server.idle)
        assert server.figure("inroads_stream_events_total") < 5  # of nine
    monkeypatch.setattr(streams, "STUCK", PATIENCE)
    with server.stream(query) as response:
        assert [event["event"] for event in islice(read(response), 9)] == ["next"] * 9


def _members(business: int) -> list[tuple[int, int, str]]:
    return [(1000 * business + n, 1000 * business + n, "manager") for n in range(1, 101)]


class TestOperations:
    """What is a stream, and what is not."""

    @pytest.mark.parametrize(
        "accept", ["application/json", "application/graphql-response+json", "*/*"]
    )
    def test_a_subscription_as_a_query(self, start: Start, accept: str) -> None:
        """Whoever does not accept a stream is told to, with a status, in the media type that was asked for."""
        server = start()
        response = server.client.post("/graphql", json={"query": ASK}, headers={"accept": accept})
        assert response.status_code == 406
        assert response.json()["errors"][0]["extensions"]["code"] == "EVENT_STREAM_REQUIRED"
        assert server.idle

    def test_a_query_as_a_stream(self, start: Start) -> None:
        """A query is one event; where JSON is accepted too, it is answered as ever."""
        server, sent = start(), {"query": "{ graph { documents } }"}
        response = server.client.post("/graphql", json=sent, headers=STREAM)
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        told, end = read(response)
        assert told["data"]["data"] == {"graph": {"documents": 1}}
        assert end == {"event": "complete", "data": ""}
        response = server.client.post(
            "/graphql", json=sent, headers={"accept": f"application/json, {EVENTS}"}
        )
        assert response.json()["data"] == {"graph": {"documents": 1}}

    def test_by_get(self, start: Start) -> None:
        """`EventSource` asks by GET."""
        server = start()
        with server.client.stream(
            "GET", "/graphql", params={"query": CURSORS}, headers=STREAM
        ) as response:
            assert next(read(response))["id"].startswith("ledger:1:")

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("subscription {", "GRAPHQL_PARSE_FAILED"),
            ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { changes @skip(if: true) { cursor } }", "GRAPHQL_VALIDATION_FAILED"),
            (
                "subscription { a: changes { cursor } b: changes { cursor } }",
                "GRAPHQL_VALIDATION_FAILED",
            ),
            ("subscription { changes(first: 101) { cursor } }", "FIRST_OUT_OF_RANGE"),
            ('subscription { changes(since: "x") { cursor } }', "CURSOR_INVALID"),
            ('subscription { findings(rules: ["x"]) { cursor } }', "UNKNOWN_RULE"),
            (
                "subscription { changes { changes { causes { ... on GrantCause { after { evidence { record } } } }"
                " principal { reach(first: 100) { nodes { explanation { sentence } } } } } } }",
                "COST_LIMIT",
            ),
        ],
    )
    def test_what_is_refused(self, start: Start, query: str, wanted: str) -> None:
        """By the protocol, what is refused is told within the stream, which is then complete."""
        server = start()
        with server.stream(query) as response:
            assert response.status_code == 200
            told, end = read(response)
        assert (code(told), end["event"]) == (wanted, "complete")
        wait_for(lambda: server.idle)

    def test_a_trusted_document(self, start: Start) -> None:
        """A subscription may be named by its id, and another one is not taken where only trusted ones are."""
        server = start(trusted=Trusted({"cursors.graphql": CURSORS}, only=True))
        sent = {"documentId": document_id(CURSORS)}
        with server.client.stream("POST", "/graphql", json=sent, headers=STREAM) as response:
            assert "cursor" in result(next(read(response)))
        response = server.client.post("/graphql", json={"query": ASK}, headers=STREAM)
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_REQUIRED"


class TestHowMany:
    """So many streams, and no more."""

    def test_of_a_server(self, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        """One too many is told to come again later, and may when another has ended."""
        monkeypatch.setattr(streams, "MAX_STREAMS", 2)
        server = start()
        with server.stream() as one, server.stream() as two:
            coming = read(one), read(two)
            assert [next(each)["event"] for each in coming] == ["next", "next"]
            with server.stream() as third:
                assert third.status_code == 503
                assert third.headers["retry-after"] == "1"
                assert third.headers["content-type"].startswith("application/json")
        wait_for(lambda: server.idle)
        with server.stream() as response:
            assert response.status_code == 200

    def test_of_a_token(
        self, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One token cannot take all."""
        monkeypatch.setattr(streams, "MAX_STREAMS_OF_ONE", 1)
        tokens, one = granted(tmp_path)
        _, other = tokens.create(
            "other", [TokenScope.READ], dt.timedelta(days=1), dt.datetime.now(dt.UTC)
        )
        server = start(auth=Auth(tokens.path))
        with server.stream(headers=bearer(one)) as first:
            coming = read(first)
            assert next(coming)["event"] == "next"
            with (
                server.stream(headers=bearer(one)) as second,
                server.stream(headers=bearer(other)) as third,
            ):
                assert (second.status_code, third.status_code) == (503, 200)


def granted(folder: Path, scope: TokenScope = TokenScope.READ) -> tuple[TokenFile, str]:
    tokens = TokenFile(folder / "auth.json")
    return tokens, tokens.create("a", [scope], dt.timedelta(days=1), dt.datetime.now(dt.UTC))[1]


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


class TestWho:
    """A stream is for whoever may ask, as long as they may."""

    def test_who_may_not(self, start: Start, tmp_path: Path) -> None:
        """Without a token, or the scope, there is no stream: the status says so."""
        tokens, ingester = granted(tmp_path, TokenScope.INGEST)
        server = start(auth=Auth(tokens.path), introspection=True)
        with server.stream() as nobody, server.stream(headers=bearer(ingester)) as other:
            assert (nobody.status_code, other.status_code) == (401, 403)
        assert server.streams._open.total() == 0

    def test_who_may_no_longer(self, start: Start, tmp_path: Path) -> None:
        """A token that is revoked ends its stream within one keep-alive, told why."""
        tokens, text = granted(tmp_path)
        server = start(auth=Auth(tokens.path), keep_alive=0.1)
        with server.stream(headers=bearer(text)) as response:
            coming = read(response)
            assert [next(coming)["event"] for _ in range(2)] == ["next", "ping"]
            tokens.revoke(tokens.tokens()[0].id, dt.datetime.now(dt.UTC))
            *_, told, end = coming
        assert (code(told), end["event"]) == ("UNAUTHENTICATED", "complete")
        assert "id" not in told

    def test_an_event_after_that(self, start: Start, tmp_path: Path) -> None:
        """No event is sent with a token that has expired since, however soon it comes."""
        tokens, text = granted(tmp_path)
        clock = [dt.datetime.now(dt.UTC)]
        server = start(auth=Auth(tokens.path, lambda: clock[0]))
        with server.stream(headers=bearer(text)) as response:
            coming = read(response)
            next(coming)
            clock[0] += dt.timedelta(days=2)
            add(server.file, [(me(2, business_memberships=[membership(2, 10)]), DAY[2])])
            told, end = coming
        assert (code(told), end["event"]) == ("UNAUTHENTICATED", "complete")

    def test_the_audit_log(self, start: Start, tmp_path: Path) -> None:
        """A line when a stream begins, before anything is sent, and one when it has ended, with counts."""
        tokens, text = granted(tmp_path)
        path = tmp_path / "audit.log"
        server = start(auth=Auth(tokens.path), audit=AuditLog(path, tokens.key()))

        def lines() -> list[dict[str, Any]]:
            return [json.loads(line) for line in path.read_bytes().splitlines()][1:]

        with server.stream(headers=bearer(text), since="ledger:0") as response:
            coming = read(response)
            told = next(coming)
            (begun,) = lines()
            add(server.file, [(me(2, business_memberships=[membership(2, 10)]), DAY[2])])
            later = next(coming)
        wait_for(lambda: len(lines()) == 2)
        ended = lines()[1]
        size = sum(
            len(json.dumps(each["data"], separators=(",", ":"), ensure_ascii=False))
            for each in (told, later)
        )
        assert (begun["event"], begun["operation"], len(begun["asked"])) == (
            "begun",
            "subscription",
            1,
        )
        assert (ended["event"], ended["status"], ended["times"], ended["bytes"]) == (
            "asked",
            200,
            2,
            size,
        )
        assert ended["who"] == begun["who"] == tokens.tokens()[0].id
        assert ended["milliseconds"] > 0
        assert b"ledger:0" not in path.read_bytes()


@pytest.mark.parametrize("workers", [(), ("--workers", "2")])
def test_the_end_of_a_server(ledger: Path, schema: Schema, workers: tuple[str, ...]) -> None:
    """A server that is told to end ends its streams at once, not complete, so that clients come back; where they do,
    to whoever serves then, they go on where they were.
    """
    with serving("--ledger", str(ledger), *workers) as (server, port):
        sent = {"json": {"query": CURSORS}, "headers": STREAM, "timeout": PATIENCE}
        with httpx2.stream("POST", f"http://127.0.0.1:{port}/graphql", **sent) as response:
            coming = read(response)
            first = next(coming)
            add(ledger, [(me(2), DAY[1])])
            second = next(coming)
            assert (first["id"][:9], second["id"][:9]) == ("ledger:1:", "ledger:2:")
            begun = time.monotonic()
            server.send_signal(signal.SIGTERM)
            assert list(coming) == []
        server.wait(PATIENCE)
        assert time.monotonic() - begun < 10  # it would wait longer for a request
    other = Served(ledger, schema)
    assert next(other.events(other.feed(first["id"])))["cursor"] == second["id"]
