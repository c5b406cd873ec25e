"""Server processes that tests start and end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 60.0  # seconds: the machine may be slow


def command(*words: str) -> list[str]:
    return [
        sys.executable,
        "-c",
        "from inroads_api.cli.main import main; main()",
        "serve",
        "--port",
        "0",
        *words,
    ]


@contextmanager
def serving(*words: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server and its port."""
    with subprocess.Popen(command(*words), stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own
        try:
            assert server.stderr
            line = next(line for line in server.stderr if "http://127.0.0.1:" in line)
            yield server, int(line.partition("127.0.0.1:")[2].partition("/")[0])
        finally:
            server.terminate()
            try:
                server.wait(PATIENCE)
            finally:
                server.kill()
