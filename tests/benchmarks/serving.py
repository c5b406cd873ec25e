"""Servers that benchmarks ask, in a process of their own or here, and the process that asks one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.types import ASGIApp, Message

SECONDS: Final = 15


def ask(
    url: str, bodies: Sequence[bytes], connections: int, seconds: float = SECONDS
) -> dict[str, Any]:
    """The replies to these requests, which are lines of `asking.py`, and the seconds of all."""
    command = [
        sys.executable,
        str(Path(__file__).with_name("asking.py")),
        url,
        str(connections),
        str(seconds),
    ]
    done = subprocess.run(command, input=b"\n".join(bodies), check=True, stdout=subprocess.PIPE)  # noqa: S603  # our own
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found


@contextmanager
def served(file: Path, *options: str) -> Iterator[str]:
    """The address of a server of the documents in a file; it is ended afterwards."""
    command = [
        sys.executable,
        "-c",
        "from inroads_api.cli.main import main; main()",
        "serve",
        "-d",
        str(file),
        "--port",
        "0",
        *options,
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own command
        try:
            assert server.stderr
            said = []
            for line in server.stderr:
                said.append(line)
                found = next(
                    (
                        word.rstrip(";")
                        for word in line.split()
                        if word.startswith("http://127.0.0.1:") and "/graphql" in word
                    ),
                    None,
                )
                if found:
                    yield found
                    assert server.poll() is None, "the server has ended by itself"
                    return
            raise AssertionError("the server did not start: " + "".join(said))
        finally:
            server.terminate()
            server.wait(timeout=30)


async def ask_here(app: ASGIApp, body: bytes) -> bytes:
    """The JSON that an application in this process answers with."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    names = {
        "host": "localhost",
        "content-type": "application/json",
        "content-length": str(len(body)),
    }
    headers = [(name.encode(), value.encode()) for name, value in names.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": headers,
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 200
    answer: bytes = sent[1]["body"]
    return answer
