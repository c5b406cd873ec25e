"""Attacks on a server: others are answered meanwhile, and its memory stays within what its limits add up to.

`INROADS_SOAK=600 python -m pytest tests/soak/test_attacks.py -s -o addopts=` repeats each of them for
a while and prints figures; without the variable each is made once.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import product
from typing import Final, NamedTuple

import pytest

from attacking import Answer, Client, ended, head, many, probed, request, taken
from inroads_api.clock import utcnow
from inroads_api.execution import weighed_cache
from inroads_api.execution.plans import MAX_PLANS
from inroads_api.limits import MAX_ASKED
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.server.protocol import MAX_DRAINED, MAX_HEAD, ConnectionLimits
from inroads_api.versions import limited
from soaking import Server, Stream, ingest_by_library, served

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is read from /proc, and 127.0.0.2 is another address"
)

SECONDS: Final = float(os.environ.get("INROADS_SOAK", "0"))
"""How long all attacks are repeated."""

IDENTITIES: Final = 300
MB: Final = 2**20
HEAD_SECONDS: Final = 2
EACH: Final = ConnectionLimits().most_each
SLOWER: Final = 20
"""How many times longer than in peace the probe may wait: attackers and server share few cores."""

PAUSE: Final = 0.2
"""In seconds: what it may wait longer beside that, such as for a turn of the interpreter."""

LIMITED: Final = 1_000 if SECONDS else 150
COPIES: Final = 8
LARGE: Final = 2**17
"""The fewest bytes of an answer that is read slowly."""

NEW: Final = 60 if SECONDS else 20
"""How many new documents of each sort are sent."""

READERS: Final = 30  # a token has 40 places
HELD: Final = 30 * MB
"""More bytes than the system holds between two sockets."""

SLACK: Final = 48 * MB
"""What a server may grow beside that, by what it reads for the first time."""

ROWS: Final = """reachedBy(first: 100) { nodes { principal { id label } roles paths(first: 5) { nodes {
  sentence steps { grant { id label } } } } } }"""
REACHED: Final = (
    "query ($id: ID!) { business(id: $id) { "
    + " ".join(f"a{n}: {ROWS}" for n in range(COPIES))
    + " } }"
)
CHOSEN: Final = (
    f"query ({', '.join(f'$b{n}: Boolean!' for n in range(8))}) {{ graph {{ version "
    + " ".join(f"n{n}: documentCount @include(if: $b{n})" for n in range(8))
    + " } }"
)


class Target(NamedTuple):
    """A server, the businesses that it knows, and its tokens."""

    server: Server
    businesses: list[str]
    token: str
    restricted: list[str]

    @property
    def port(self) -> int:
        return self.server.port


class Attack(NamedTuple):
    """An attack, and how many bytes more the server may hold by its limits."""

    run: Callable[[Target], None]
    bytes: int


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server with a token that reads all, and many that are each limited to some businesses."""
    folder, stream = tmp_path_factory.mktemp("attacked"), Stream(IDENTITIES, seed=3)
    ingest_by_library(folder / "inroads.db", stream.first)
    businesses = [each.asked for each in stream.questions() if each.query == "who"]
    file = TokenFile(folder / "auth.json")

    def token(*limit: str) -> str:
        given = utcnow(), None, limit or None
        return file.create("attacker", [TokenScope.READ], dt.timedelta(days=1), *given)[1]

    count = len(businesses)
    restricted = [
        token(businesses[n % count], businesses[(n * 7 + 1) % count]) for n in range(LIMITED)
    ]
    more = ("--auth", str(file.path), "--head-timeout", f"{HEAD_SECONDS}s")
    log = folder / "server.log"
    with served(folder / "inroads.db", log, *more) as server:
        yield Target(server, businesses, token(), restricted)
    assert "Traceback" not in log.read_text()


def asked(target: Target, requests: list[bytes], connections: int = 8) -> list[Answer]:
    """The answers to requests over a few connections."""

    def ask(part: list[bytes]) -> list[Answer]:
        client = Client(target.port)
        try:
            return [client.ask(each) for each in part]
        finally:
            client.close()

    with ThreadPoolExecutor(connections) as pool:
        parts = pool.map(ask, [requests[n::connections] for n in range(connections)])
        return [answer for part in parts for answer in part]


def half_open(target: Target) -> None:
    """2,000 connections begin a request: those of one address that are too many end at once, all others in time."""
    with ExitStack() as opened:
        connections = many(target.server, 2_000, opened)
        for each in connections[:EACH]:
            each.sendall(b"GET /graphql HTTP/1.1\r\n")
        assert ended(connections, len(connections)) == len(connections)


def drip(target: Target) -> None:
    """A header that comes byte by byte does not keep a connection."""
    with ExitStack() as opened:
        connections, until = many(target.server, 100, opened), time.monotonic() + 5 * HEAD_SECONDS
        for each in connections:
            each.sendall(head(0)[:-2] + b"X-Drip: ")
        begun = time.monotonic()
        while time.monotonic() < until and not all(map(dropped, connections)):
            time.sleep(0.1)
        assert all(map(dropped, connections))
        assert time.monotonic() - begun > HEAD_SECONDS / 2  # it was the time, and no other fault


def dropped(connection: socket.socket) -> bool:
    """Send one more byte; return whether the server has ended the connection."""
    try:
        connection.send(b"x")
        return bool(connection.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) or True)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def long_header(target: Target) -> None:
    """Of a header of 150 MB a small part is taken."""
    for _ in range(4):
        with ExitStack() as opened:
            (connection,) = many(target.server, 1, opened)
            connection.sendall(head(0)[:-2] + b"X-Long: ")
            assert taken(connection, b"x" * 2**16, 150 * MB) < HELD


def large_bodies(target: Target) -> None:
    """A body of 16 MB is refused when its head is, or when its chunks exceed the limit."""
    for length in (16 * MB, None):
        for _ in range(10):
            client = Client(target.port)
            client.socket.sendall(head(length, target.token))
            piece = b"x" * MB if length else b"%x\r\n%b\r\n" % (MB, b"x" * MB)
            assert taken(client.socket, piece, 16 * MB) < 16 * MB
            client.close()


def deep_and_wide(target: Target) -> None:
    """Documents beyond the limits are refused, each a new one, and those within are answered."""
    deep = [f"{{ a{n}: graph " + "{ a " * 1_500 + "}" * 1_501 for n in range(NEW)]
    wide = [
        "{ " + "".join(f"a{n}x{m}: __typename " for m in range(1_000)) + "}" for n in range(NEW)
    ]
    fits = ["{ " + "".join(f"a{n}x{m}: __typename " for m in range(400)) + "}" for n in range(NEW)]
    answers = asked(target, [request(each, target.token) for each in (*deep, *wide, *fits)])
    codes = [next(iter(each.codes), "") for each in answers]
    assert {code: codes.count(code) for code in codes} == {
        "DEPTH_LIMIT": NEW,
        "TOKEN_LIMIT": NEW,
        "": NEW,
    }


def limited_tokens(target: Target) -> None:
    """Limited tokens each see a graph of their own."""
    query = "{ graph { version businesses } }"
    answers = asked(target, [request(query, each) for each in target.restricted])
    assert {(each.status, *each.codes) for each in answers} == {(200,)}


def conditions(target: Target) -> None:
    """All 256 combinations of eight conditions are answered, three times each, by few plans."""
    sent = [
        request(CHOSEN, target.token, **{f"b{n}": value for n, value in enumerate(values)})
        for values in product((True, False), repeat=8)
    ]
    answers = asked(target, sent * 3)
    assert {(each.status, *each.codes) for each in answers} == {(200,)}
    lengths = {len(each.body) for each in answers}
    assert len(lengths) > MAX_PLANS


def slow_readers(target: Target) -> None:
    """Large answers that are read byte by byte wait in the server, and keep nobody else from theirs."""
    largest = max(
        (request(REACHED, target.token, id=each) for each in target.businesses[:40]),
        key=lambda each: len(asked(target, [each], 1)[0].body),
    )
    assert len(asked(target, [largest], 1)[0].body) > LARGE
    clients = [Client(target.port) for _ in range(READERS)]
    for each in clients:
        each.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        each.socket.sendall(largest)
    for _ in range(20):
        assert all(len(each.socket.recv(1)) == 1 for each in clients)
        time.sleep(0.05)
    assert asked(target, [largest], 1)[0].status == 200
    for each in clients:
        each.close()


ATTACKS: Final = {
    "half open": Attack(half_open, EACH * MAX_HEAD),
    "drip": Attack(drip, 100 * MAX_HEAD),
    "long header": Attack(long_header, MAX_HEAD),
    "large bodies": Attack(large_bodies, MAX_DRAINED + MAX_ASKED),
    "deep and wide": Attack(deep_and_wide, weighed_cache.MAX_BYTES),
    "limited tokens": Attack(limited_tokens, limited.MAX_BYTES),
    "conditions": Attack(conditions, weighed_cache.MAX_BYTES),
    "slow readers": Attack(slow_readers, READERS * 2 * MB),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks(target: Target, name: str) -> None:
    """Health is told about as quickly as in peace, and memory grows by no more than the limits allow."""
    attack, until = ATTACKS[name], time.monotonic() + SECONDS / len(ATTACKS)
    with probed(target.server) as peace:
        time.sleep(0.5)
    with probed(target.server) as war:
        attack.run(target)
        while time.monotonic() < until:
            attack.run(target)
    grown = max(war.resident) - peace.resident[-1]
    print(  # noqa: T201  # for `-s`
        f"\n{name}: health in {peace.usual * 1e3:.1f} ms in peace, {war.usual * 1e3:.1f} ms under attack, "
        f"{max(war.seconds) * 1e3:.0f} ms at most; {grown / MB:.0f} MB more"
    )
    assert war.usual < SLOWER * peace.usual + PAUSE
    assert grown < attack.bytes + SLACK
