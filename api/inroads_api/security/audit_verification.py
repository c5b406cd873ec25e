"""The verification of an audit log: its lines are complete, and chained by their hashes."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from inroads_api.security.audit import FIRST, AuditLine


class Problem(NamedTuple):
    """A problem of a log: its code, file, line and message."""

    code: str
    source: str
    line: int
    message: str


class Verified(NamedTuple):
    """The result of a verification; `head` is the hash of the last line."""

    lines: int
    first: int
    last: int
    head: str
    problems: tuple[Problem, ...]


def verify(paths: Sequence[Path], head: str | None = None) -> Verified:
    """Check the files of one log, the oldest first: lines are complete and chained.

    `head` is the hash from an earlier verification, which some line must have. Raises OSError.
    """
    problems: list[Problem] = []
    lines = first = last = 0
    before: str | None = None
    seen = head is None
    for path in paths:
        for place, raw in enumerate(_lines(path), 1):
            lines += 1
            digest = hashlib.sha256(raw.removesuffix(b"\n")).hexdigest()
            line = _decoded(raw)
            if line is None:
                torn = not raw.endswith(b"\n")
                said = "the line is incomplete" if torn else "this is not a line of an audit log"
                problems.append(Problem("TORN" if torn else "BAD_LINE", str(path), place, said))
            elif before is None:
                first = line.number
                if (line.number == 1) != (line.previous == FIRST):
                    problems.append(
                        Problem(
                            "BROKEN",
                            str(path),
                            place,
                            "the number and the previous hash of the line contradict each other",
                        )
                    )
            elif line.previous != before or line.number != last + 1:
                said = f"line {line.number} does not follow the line {last} before it"
                problems.append(Problem("BROKEN", str(path), place, said))
            last = line.number if line else last + 1
            before = digest
            seen = seen or digest == head
    if not seen:
        problems.append(Problem("HEAD_MISSING", str(paths[-1]), 0, "no line has the expected hash"))
    return Verified(lines, first, last, before or FIRST, tuple(problems))


def _decoded(raw: bytes) -> AuditLine | None:
    try:
        return msgspec.json.decode(raw, type=AuditLine) if raw.endswith(b"\n") else None
    except ValueError:
        return None


def _lines(path: Path) -> Iterable[bytes]:
    """The lines that were complete when the file was opened."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        size = os.fstat(file.fileno()).st_size
        fcntl.flock(file, fcntl.LOCK_UN)
        while file.tell() < size:
            yield file.readline()
