"""Serving: several workers of one ledger, and a restart under load that drops nothing."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
import pytest
import uvicorn
from starlette.testclient import TestClient

from applications import application
from inroads import EXAMPLE
from inroads.documents.reader import Observation, read
from inroads.errors import InroadsError
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Ledger
from inroads_api.security.callers import TokenScope
from inroads_api.security.tokens import TokenFile
from inroads_api.server.application import worker
from inroads_api.server.listening import place
from inroads_api.web.settings import ServerSettings
from inroads_api.web.stages import answers, requests
from processes import PATIENCE, command, serving
from questions import NOON

QUERY = msgspec.json.encode({"query": "{ graph { version documents } }"})
JSON = {"content-type": "application/json"}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    taken = read((EXAMPLE / "bruce.json").read_bytes(), NOON, "bruce.json")
    assert isinstance(taken, Observation)
    with Ledger(tmp_path / "l.db") as opened:
        opened.add([taken.document])
    return tmp_path / "l.db"


def ask(port: int) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", "/graphql", QUERY, JSON)
    response = connection.getresponse()
    answer = response.status, msgspec.json.decode(response.read())
    connection.close()
    return answer


def children(pid: int) -> set[int]:
    words = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)]
    found = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603  # our own
    return {int(line.split()[0]) for line in found.stdout.splitlines() if "spawn_main" in line}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")
def test_a_worker_that_dies_is_replaced(ledger: Path) -> None:
    """Also one that hangs before, so that its supervisor waits for it; and the server still ends when it is told to."""
    with serving("--ledger", str(ledger), "--workers", "2") as (server, port):
        assert ask(port)[0] == 200
        victim = min(children(server.pid))
        os.kill(victim, signal.SIGSTOP)
        time.sleep(1.5)  # its supervisor looks twice a second
        os.kill(victim, signal.SIGKILL)
        until = time.monotonic() + PATIENCE
        while (
            victim in children(server.pid) or len(children(server.pid)) < 2
        ) and time.monotonic() < until:
            time.sleep(0.1)
        assert victim not in children(server.pid)
        assert len(children(server.pid)) == 2
    assert server.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGHUP")
def test_a_restart_under_load_drops_nothing(ledger: Path) -> None:
    """While both workers are replaced a client that asks all the time gets every answer, and all are counted."""
    with serving("--ledger", str(ledger), "--workers", "2") as (server, port):
        wanted = ask(port)
        assert wanted[0] == 200
        before, replies, over = children(server.pid), [], threading.Event()

        def looping() -> None:
            while not over.is_set():
                replies.append(ask(port))
                time.sleep(0.01)

        asking = threading.Thread(target=looping)
        asking.start()
        os.kill(server.pid, signal.SIGHUP)
        until = time.monotonic() + PATIENCE
        while (
            children(server.pid) & before or len(children(server.pid)) < 2
        ) and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(0.2)
        over.set()
        asking.join(PATIENCE)
        after = children(server.pid)
        assert len(before) == len(after) == 2
        assert before.isdisjoint(after)
        assert replies
        assert all(each == wanted for each in replies)
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as figures:
            told = figures.read().decode()
        # Whichever worker is asked, it tells of all, also of those that are gone.
        assert (
            f'inroads_requests_total{{operation="(unnamed)",outcome="ok"}} {len(replies) + 1:.1f}'
            in told
        )
    assert server.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
@pytest.mark.parametrize("workers", [(), ("--workers", "2")])
def test_who_was_let_in_is_heard(ledger: Path, workers: tuple[str, ...]) -> None:
    """A request that comes on an open connection just after the server was told to end is answered; silence is not."""
    with serving("--ledger", str(ledger), *workers) as (server, port):
        wanted = ask(port)
        asking, silent = (HTTPConnection("127.0.0.1", port, timeout=PATIENCE) for _ in range(2))
        with closing(asking), closing(silent):
            asking.connect()
            silent.connect()
            assert ask(port) == wanted  # they came before, so they were let in
            server.terminate()
            time.sleep(0.3)
            asking.request("POST", "/graphql", QUERY, JSON)
            response = asking.getresponse()
            assert (response.status, msgspec.json.decode(response.read())) == wanted
            assert silent.sock.recv(1) == b""
    assert server.returncode in (0, -signal.SIGTERM)


@pytest.mark.parametrize("more", [("-d", str(EXAMPLE)), ("--as-of", "2027-01-01T00:00:00Z")])
def test_workers_need_a_ledger(ledger: Path, more: tuple[str, ...]) -> None:
    """Several processes share one ledger, and nothing else."""
    done = subprocess.run(  # noqa: S603  # our own command
        command("--workers", "2", "--ledger", str(ledger), *more),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 2
    assert "--workers goes with one ledger" in done.stderr


def test_a_running_request_ends(bruce: AccessGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is told to stop answers what it has begun, and takes no more."""
    begun, real = threading.Event(), answers.execute

    def slowly(*given: Any) -> Any:
        begun.set()
        time.sleep(0.5)
        return real(*given)

    monkeypatch.setattr(answers, "execute", slowly)
    sock = place("127.0.0.1", 0, guarded=False).bound()
    server = uvicorn.Server(
        uvicorn.Config(application(bruce), log_level="critical", timeout_graceful_shutdown=30)
    )
    running = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    running.start()
    port, replies = sock.getsockname()[1], []
    asking = threading.Thread(target=lambda: replies.append(ask(port)))
    asking.start()
    assert begun.wait(PATIENCE)
    server.should_exit = True
    asking.join(PATIENCE)
    running.join(PATIENCE)
    sock.close()
    assert [status for status, _ in replies] == [200]
    with pytest.raises(ConnectionError):
        ask(port)


def test_a_slow_body(bruce: AccessGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that does not come in time is 408, and its connection is closed."""
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.2)
    sock = place("127.0.0.1", 0, guarded=False).bound()
    server = uvicorn.Server(uvicorn.Config(application(bruce), log_level="critical"))
    running = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    running.start()
    try:
        with socket.create_connection(sock.getsockname(), timeout=PATIENCE) as slow:
            slow.sendall(
                b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            )
            slow.sendall(b'Content-Length: 100\r\n\r\n{"query"')
            answer = b"".join(iter(lambda: slow.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"BODY_TOO_SLOW" in answer
    finally:
        server.should_exit = True
        running.join(PATIENCE)
        sock.close()


def test_workers_let_in_whom_a_single_server_does(ledger: Path, tmp_path: Path) -> None:
    """Each worker asks for tokens, and all write one audit log, as the server that made them was told to."""
    auth, audit = tmp_path / "auth.json", tmp_path / "audit.log"
    _, token = TokenFile(auth).create("reader", [TokenScope.READ], dt.timedelta(days=36_500), NOON)
    settings = ServerSettings(ledger=ledger, auth=auth, audit=audit)
    made = pickle.loads(pickle.dumps(partial(worker, settings)))()  # noqa: S301  # our own, as it is sent
    with TestClient(made, base_url="http://localhost") as client:
        assert client.post("/graphql", content=QUERY, headers=JSON).status_code == 401
        response = client.post(
            "/graphql", content=QUERY, headers={**JSON, "authorization": f"Bearer {token}"}
        )
    assert response.json()["data"]["graph"]["documents"] == 1
    assert len(audit.read_bytes().splitlines()) > 0
    with pytest.raises(InroadsError, match="--auth"):
        ServerSettings(audit=audit)
