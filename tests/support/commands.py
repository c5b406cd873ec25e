"""The command line, run in tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
