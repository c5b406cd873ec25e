"""A server process that benchmarks ask, and the process that asks it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

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
                        word.rstrip(",")
                        for word in line.split()
                        if word.startswith("http://127.0.0.1:")
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
