"""The command line, run in tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from inroads import EXAMPLE

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
    environment = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
    return subprocess.run(  # noqa: S603  # our own command
        [INROADS, *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment,
    )


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
