"""Connections before a token is checked: their time, their size, their number, and how they end."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from applications import application
from inroads import EXAMPLE
from inroads.network.access_graph import AccessGraph
from inroads_api.security.authentication import Auth
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.server import protocol
from inroads_api.server.listening import place
from inroads_api.server.protocol import Config, ConnectionLimits, Connections, Server
from processes import PATIENCE, serving
from questions import NOON

SOON = 10.0
"""Seconds that nothing here takes."""

BRIEF = 0.3
"""Seconds for the headers, in tests that wait for the end of it."""

HELD = 30 * 2**20
"""More bytes than the system holds between two sockets."""

LIMITS = ConnectionLimits()
Start = Callable[..., "Asked"]
GOOD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
QUERY = b'{"query": "{ graph { version } }"}'


def post(length: int, *headers: str) -> bytes:
    lines = ("POST /graphql HTTP/1.1", "Host: localhost", "Content-Type: application/json")
    return "\r\n".join((*lines, f"Content-Length: {length}", *headers, "", "")).encode()


CHUNKED = post(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")


class Asked:
    """A server in a thread, and sockets to it."""

    def __init__(self, server: Server, address: tuple[str, int], opened: ExitStack) -> None:
        self.server, self.address, self._opened = server, address, opened

    def connect(self) -> socket.socket:
        return self._opened.enter_context(socket.create_connection(self.address, timeout=SOON))

    def ask(self, *parts: bytes) -> bytes:
        """All that comes until the server closes."""
        connection = self.connect()
        for part in parts:
            connection.sendall(part)
        return rest(connection)

    def wait_for(self, count: int) -> None:
        """Wait until so many connections are open."""
        until = time.monotonic() + SOON
        while len(self.server.server_state.connections) != count:
            assert time.monotonic() < until
            time.sleep(0.01)


def sent_until_closed(connection: socket.socket, part: bytes, pause: float = 0) -> int:
    """Send until the server has closed, which it must do in time; return how many bytes were taken."""
    sent, until = 0, time.monotonic() + SOON
    try:
        while time.monotonic() < until:
            sent += connection.send(part)
            time.sleep(pause)
    except ConnectionError:
        return sent
    raise AssertionError("the connection is still open")


def rest(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(2**16), b""))


def one(connection: socket.socket) -> bytes:
    """One response with a body of a known length."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(1)
    length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while length:
        part = connection.recv(length)
        assert part
        answer, length = answer + part, length - len(part)
    return answer


@pytest.fixture
def start(bruce: AccessGraph) -> Iterator[Start]:
    """Starts a server with limits, and with options of its application."""
    running: list[tuple[Server, threading.Thread, socket.socket]] = []
    with ExitStack() as opened:

        def starting(
            limits: ConnectionLimits = LIMITS, tls: ssl.SSLContext | None = None, **options: object
        ) -> Asked:
            sock = place("127.0.0.1", 0, guarded=False).bound()
            app = application(bruce, **options)
            config = Config(app, limits, log_level="critical", timeout_graceful_shutdown=5)
            config.load()
            config.ssl = tls
            server = Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
            thread.start()
            running.append((server, thread, sock))
            return Asked(server, sock.getsockname()[:2], opened)

        yield starting
    for server, thread, sock in running:
        server.should_exit = True
        thread.join(SOON)
        sock.close()
        assert not thread.is_alive()


class TestTime:
    LIMITS = ConnectionLimits(head_seconds=BRIEF)

    @pytest.mark.parametrize("sent", [b"", b"\r\n"], ids=["nothing", "a line end"])
    def test_silence(self, start: Start, sent: bytes) -> None:
        """A connection without a request is closed in time, with nothing said."""
        asked = start(self.LIMITS)
        assert asked.ask(sent) == b""
        asked.wait_for(0)

    @pytest.mark.parametrize("sent", [b"GET", GOOD[:-2], GOOD[:-4]])
    def test_half_a_head(self, start: Start, sent: bytes) -> None:
        """A head that does not end is 408, at a first request and at a further one."""
        asked = start(self.LIMITS)
        assert asked.ask(sent).startswith(b"HTTP/1.1 408 ")
        first, second = asked.ask(GOOD, sent).split(b"ok\n")
        assert first.startswith(b"HTTP/1.1 200 ")
        assert second.startswith(b"HTTP/1.1 408 ")

    def test_a_drip(self, start: Start) -> None:
        """Single bytes do not prolong the time, nor do line ends between two requests."""
        asked = start(self.LIMITS)
        for first, drop in ((b"GET /", b"x"), (GOOD, b"\r\n")):
            connection = asked.connect()
            connection.sendall(first)
            sent_until_closed(connection, drop, BRIEF / 10)

    def test_a_request_takes_longer(self, start: Start) -> None:
        """The time is that of the head: a body may take longer, and so may the next request."""
        asked = start(self.LIMITS)
        connection = asked.connect()
        connection.sendall(post(len(QUERY)) + QUERY[:5])
        time.sleep(2 * BRIEF)
        connection.sendall(QUERY[5:])
        assert one(connection).startswith(b"HTTP/1.1 200 ")
        time.sleep(2 * BRIEF)
        connection.sendall(GOOD)
        assert one(connection).startswith(b"HTTP/1.1 200 ")

    def test_a_handshake(self, start: Start) -> None:
        """A client that does not go on with TLS is cut off in time."""
        connection = start(self.LIMITS, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)).connect()
        connection.sendall(b"\x16\x03\x01")
        with suppress(ConnectionError):
            assert rest(connection) == b""


class TestSize:
    HEADER = b"X-Large: " + b"x" * 1_000 + b"\r\n"
    HEAD = GOOD[:-2]

    @pytest.mark.parametrize(
        ("sent", "status"),
        {
            "one header": (HEAD + b"X: " + b"x" * protocol.MAX_HEADER_BYTES + b"\r\n\r\n", 431),
            "long headers": (HEAD + HEADER * 33 + b"\r\n", 431),
            "many headers": (HEAD + b"X: y\r\n" * protocol.MAX_HEADERS + b"\r\n", 431),
            "a long URL": (b"GET /" + b"x" * protocol.MAX_URL + b" HTTP/1.1\r\n", 414),
            "many and long": (HEAD + HEADER * 30 + b"X: y\r\n" * 69 + b"\r\n", 200),
        }.values(),
    )
    def test_heads(
        self, start: Start, caplog: pytest.LogCaptureFixture, sent: bytes, status: int
    ) -> None:
        """A head has limits of its bytes and headers, and is answered up to them.

        A refusal has an id, which the log names.
        """
        caplog.set_level("INFO", "inroads_api")
        connection = start().connect()
        connection.sendall(sent)
        answer = one(connection)
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        told = [vars(each)["figures"] for each in caplog.records if each.name == protocol.log.name]
        assert len(told) == (status != 200)
        assert all(f"x-request-id: {each['request']}\r\n".encode() in answer for each in told)

    @pytest.mark.parametrize("begin", [b"GET /", HEAD + b"X: ", HEAD + b"X"])
    def test_without_end(self, start: Start, begin: bytes) -> None:
        """Of what does not end, only a little more than the limit is read."""
        connection = start().connect()
        connection.sendall(begin)
        assert sent_until_closed(connection, b"x" * 2**16) < HELD

    @pytest.mark.parametrize(
        "begin",
        [b"0\r\nX: ", b"5;x=", b"5\r\nxxxxx\r\n0\r\nX: "],
        ids=["trailer", "extension", "end"],
    )
    def test_chunks_without_end(self, start: Start, begin: bytes) -> None:
        """What stands between and after the chunks of a body has a limit, too."""
        connection = start().connect()
        connection.sendall(CHUNKED + begin)
        assert sent_until_closed(connection, b"x" * 2**16) < HELD

    def test_a_body_that_is_none(self, start: Start) -> None:
        """A body that cannot be parsed is refused at once, and once."""
        connection = start().connect()
        connection.sendall(CHUNKED + b"5\r\n")
        time.sleep(BRIEF)  # it is being read by now
        connection.sendall(b"garbage\r\n")
        answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.count(b"HTTP/1.1") == 1


class TestNumber:
    def test_of_one_address(self, start: Start) -> None:
        """One more connection of an address is refused, until one of those before it ends."""
        asked = start(ConnectionLimits(most_each=3))
        connections = [asked.connect() for _ in range(3)]
        asked.wait_for(3)
        assert asked.ask().startswith(b"HTTP/1.1 503 ")
        connections[1].close()
        asked.wait_for(2)
        again = asked.connect()
        again.sendall(GOOD)
        assert one(again).startswith(b"HTTP/1.1 200 ")

    def test_in_all(self) -> None:
        """All addresses together have a limit, too; an address of IPv6 is its network."""
        counted = Connections(ConnectionLimits(most=3, most_each=2))
        networks = [
            protocol.network_of(each)
            for each in ("2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2")
        ]
        assert [counted.enter(each) for each in networks] == [True, True, False, True, False]
        counted.leave(networks[0])
        assert counted.enter(networks[4])

    def test_files_are_spared(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Connections leave open files to the ledger and the logs, whatever was asked for."""
        monkeypatch.setattr(protocol, "_open_files", lambda: protocol.SPARE_FILES + 2)
        counted = Connections(ConnectionLimits(most=1_000))
        assert [counted.enter(str(each)) for each in range(3)] == [True, True, False]

    def test_half_open_connections_leave(self, start: Start) -> None:
        """Many half-open connections are gone after the time for a head, and others are answered."""
        asked = start(ConnectionLimits(most_each=100, head_seconds=BRIEF))
        for _ in range(200):
            asked.connect().sendall(b"GET / HTTP/1.1\r\n")
        until, answer = time.monotonic() + SOON, b""
        while not answer.startswith(b"HTTP/1.1 200 "):
            # It is accepted after them: it is refused while too many of them are open.
            assert time.monotonic() < until
            connection = asked.connect()
            with suppress(ConnectionError):
                connection.sendall(GOOD)
                answer = one(connection)


class TestHost:
    @pytest.mark.parametrize(
        ("hosts", "status"),
        [
            (b"", 400),
            (b"Host: localhost\r\nHost: localhost\r\n", 400),
            (b"Host: localhost\r\nhost: example.com\r\n", 400),
            (b"Host: localhost\r\n", 200),
        ],
    )
    def test_there_is_one(self, start: Start, hosts: bytes, status: int) -> None:
        """A request of HTTP/1.1 names one host."""
        connection = start(hosts=("*",)).connect()
        connection.sendall(b"GET /healthz HTTP/1.1\r\n" + hosts + b"\r\n")
        assert one(connection).startswith(b"HTTP/1.1 %d " % status)

    def test_an_old_client(self, start: Start) -> None:
        """HTTP/1.0 knows no hosts."""
        answer = start(hosts=("*",)).ask(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")


class TestAfterAnAnswer:
    @pytest.fixture
    def asked(self, start: Start, tmp_path: Path) -> Asked:
        file = TokenFile(tmp_path / "auth.json")
        file.create("a", [TokenScope.READ], dt.timedelta(days=1), NOON)
        return start(auth=Auth(file.path, lambda: NOON))

    def test_a_short_body_is_drained(self, asked: Asked) -> None:
        """A request after a 401 is read where it begins, not in the body before it."""
        connection = asked.connect()
        connection.sendall(post(50_000) + b"x" * 100)
        assert one(connection).startswith(b"HTTP/1.1 401 ")
        connection.sendall(b"x" * 49_900 + GOOD)
        assert one(connection).endswith(b"ok\n")

    def test_a_long_body_is_not(self, asked: Asked) -> None:
        """A client that pours on after a 401 is cut off."""
        connection = asked.connect()
        connection.sendall(post(2**40))
        assert one(connection).startswith(b"HTTP/1.1 401 ")
        assert sent_until_closed(connection, b"x" * 2**16) < protocol.MAX_DRAINED + HELD

    def test_a_slow_body_is_not(self, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nor may a client take all the time for the rest."""
        monkeypatch.setattr(protocol, "DRAIN_SECONDS", BRIEF)
        connection = asked.connect()
        connection.sendall(post(2**20))
        assert one(connection).startswith(b"HTTP/1.1 401 ")
        sent_until_closed(connection, b"x", BRIEF / 10)

    def test_a_body_that_was_not_asked_for(self, asked: Asked) -> None:
        """A client that waits to be asked for its body is not: its connection is closed."""
        answer = asked.ask(post(100, "Expect: 100-continue"))
        assert answer.startswith(b"HTTP/1.1 401 ")

    def test_what_comes_after_is_refused_after(self, asked: Asked) -> None:
        """Garbage behind a request neither takes its answer nor comes before it."""
        answer = asked.ask(GOOD + b"GARBAGE\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b"ok\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
class TestSignals:
    @pytest.mark.parametrize("sent", [b"", b"GET", GOOD[:-2], GOOD + b"GET /"])
    def test_the_end_beside_half_a_head(self, sent: bytes) -> None:
        """A server that is told to end does so soon, whatever a client has not finished."""
        with (
            serving("-d", str(EXAMPLE)) as (server, port),
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection,
        ):
            connection.sendall(sent)
            time.sleep(0.2)
            server.terminate()
            server.wait(SOON)
        assert server.returncode in (0, -signal.SIGTERM)

    def test_a_hangup_does_not_end_it(self) -> None:
        """SIGHUP to a single process is ignored."""
        with serving("-d", str(EXAMPLE)) as (server, port):
            for _ in range(2):
                with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                    connection.sendall(GOOD)
                    assert one(connection).startswith(b"HTTP/1.1 200 ")
                os.kill(server.pid, signal.SIGHUP)
                time.sleep(0.2)
            assert server.poll() is None
