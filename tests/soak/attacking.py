"""Attackers of a server on this machine, bounded in count and time, and a probe that measures beside them.

Attackers connect from 127.0.0.1. The probe connects from another address of this machine, since a
server bounds the connections of each address.
"""

from __future__ import annotations

import resource
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from statistics import median
from typing import Any, Final, NamedTuple

import msgspec

from soaking import Server

PROBE: Final = "127.0.0.2"
PATIENCE: Final = 60.0
"""In seconds: no attack takes longer."""

HEALTH: Final = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def head(length: int | None, token: str | None = None) -> bytes:
    """The head of a GraphQL request, whose body comes in chunks for None."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = ["POST /graphql HTTP/1.1", "Host: localhost", "Content-Type: application/json", size]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join((*lines, "", "")).encode()


def request(query: str, token: str | None = None, **variables: Any) -> bytes:
    """A whole GraphQL request."""
    body = msgspec.json.encode({"query": query, "variables": variables})
    return head(len(body), token) + body


class Answer(NamedTuple):
    """The status and the body of a response."""

    status: int
    body: bytes

    @property
    def codes(self) -> set[str]:
        errors = msgspec.json.decode(self.body).get("errors", ())
        return {error["extensions"]["code"] for error in errors}


class Client:
    """One connection, which reads all that it is answered."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE, (source, 0))

    def ask(self, sent: bytes) -> Answer:
        """Send a request, and read its response."""
        self.socket.sendall(sent)
        return self.read()

    def read(self) -> Answer:
        """Read one response."""
        with self.socket.makefile("rb") as reader:
            status = int(reader.readline().split()[1])
            length = 0
            while line := reader.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            return Answer(status, reader.read(length))

    def close(self) -> None:
        self.socket.close()


def many(server: Server, count: int, opened: ExitStack) -> list[socket.socket]:
    """Open so many connections that do nothing, and close them at the end."""
    allow_files(count + 200)
    return [
        opened.enter_context(socket.create_connection(("127.0.0.1", server.port), PATIENCE))
        for _ in range(count)
    ]


def allow_files(count: int) -> None:
    """Let this process open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def ended(connections: list[socket.socket], count: int) -> int:
    """Wait until the server has ended so many of these connections, and return how many it has."""
    until = time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as selector:
        for each in connections:
            selector.register(each, selectors.EVENT_READ)
        gone = 0
        while gone < count and time.monotonic() < until:
            for key, _ in selector.select(1):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                received = b""
                with suppress(ConnectionError):
                    received = connection.recv(2**16)
                if not received:
                    selector.unregister(connection)
                    gone += 1
        return gone


def taken(connection: socket.socket, piece: bytes, most: int) -> int:
    """Send pieces until the server ends the connection, and return how many bytes were taken."""
    sent = 0
    with suppress(ConnectionError):
        while sent < most:
            sent += connection.send(piece)
    return sent


class Probe:
    """Asks for the health of a server every few milliseconds, and reads how much memory it has."""

    def __init__(self, server: Server) -> None:
        self._server, self._client = server, Client(server.port, PROBE)
        self.seconds: list[float] = []
        self.resident: list[int] = []

    def once(self) -> None:
        """Measure once."""
        begun = time.perf_counter()
        assert self._client.ask(HEALTH) == (200, b"ok\n")
        self.seconds.append(time.perf_counter() - begun)
        self.resident.append(self._server.resident())

    @property
    def usual(self) -> float:
        """The median of the measured seconds."""
        return median(self.seconds)

    def close(self) -> None:
        self._client.close()


@contextmanager
def probed(server: Server) -> Iterator[Probe]:
    """Measure in a thread while something is done to a server; what fails there is raised at the end."""
    probe, over = Probe(server), threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            while not over.wait(0.02):
                probe.once()
        except BaseException as error:  # noqa: BLE001  # the main thread raises it
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    probe.once()
    thread.start()
    try:
        yield probe
    finally:
        over.set()
        thread.join(PATIENCE)
        probe.close()
    if failures:
        raise failures[0]
    assert not thread.is_alive()
