"""The command line, run in tests."""

from __future__ import annotations

import fcntl
import json
import os
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from inroads import EXAMPLE
from inroads_api.cli.main import app

INROADS = str(Path(sys.executable).with_name("inroads"))
DOCUMENTS = ("-d", str(EXAMPLE))
HOSTILE = {
    "id": 1,
    "email": "=HYPERLINK(1)@x.org",
    "fasttrack_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.x",
    "business_memberships": [
        {"id": 4, "role": "owner", "business": {"id": 9, "name": "+1\u001b[31m,\n\u202e"}}
    ],
}


def run(
    *words: str, stdin: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which spares its imports: see `run_process` for the other way."""
    done = CliRunner().invoke(app, words, input=stdin, env=env)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def run_process(
    *words: str, stdin: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a process of its own, as a user does."""
    return subprocess.run(  # noqa: S603  # our own command
        [INROADS, *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONUTF8": "1", **(env or {})},
    )


def run_terminal(
    *words: str, columns: int = 80, lines: int = 200, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the installed command on a terminal, where it prints errors, too. It has no colours unless
    `env` says NO_COLOR is empty.
    """
    told = {**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    told |= env or {}
    for name in ("COLUMNS", "LINES"):
        told.pop(name, None)
    leader, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    with subprocess.Popen(  # noqa: S603  # our own command
        [INROADS, *words], stdin=terminal, stdout=terminal, stderr=terminal, env=told
    ) as process:
        os.close(terminal)
        read = b"".join(iter(lambda: _read(leader), b""))
    os.close(leader)
    text = read.decode().replace("\r\n", "\n")
    if told["NO_COLOR"]:
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return subprocess.CompletedProcess(words, process.returncode, text, "")


def _read(terminal: int) -> bytes:
    """Read from a terminal, b"" when the last process that writes to it has ended."""
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says so
        return b""


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
