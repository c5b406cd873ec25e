"""Stretches of a large file: whole lines that are left where they are for whoever reads them."""

from __future__ import annotations

import datetime as dt
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from inroads.documents.reader import MAX_BYTES, Observation, read
from inroads.errors import Rejection
from inroads.model import MomentSource
from inroads.moments import rfc3339

BYTES: Final = 2 * 2**20
LINES: Final = 1000
"""The most that a chunk holds, but for a single line that is longer."""


class RawDocument(NamedTuple):
    """One document as it stands in a file, with its moment and source where no envelope says them."""

    raw: bytes
    moment: dt.datetime
    source: str
    file: int
    moment_source: MomentSource

    def observe(self) -> Observation | Rejection:
        """The document as read."""
        found = read(self.raw, self.moment, self.source, self.moment_source)
        return not_of_the_future(found, dt.datetime.now(dt.UTC))


FUTURE: Final = dt.timedelta(days=1)
"""How far ahead of the clock a moment may be: clocks differ, and a later one would hide the truth after it."""


def not_of_the_future(found: Observation | Rejection, now: dt.datetime) -> Observation | Rejection:
    """Return what was read, or a rejection where its moment is more than a day after now."""
    if isinstance(found, Rejection) or found.document.observed_at <= now + FUTURE:
        return found
    moment = rfc3339(found.document.observed_at)
    message = f"it was observed at {moment}, which is in the future"
    return Rejection(found.document.source, "", "future_moment", message)


class FileChunk(NamedTuple):
    """The `lines` from number `first` on, in `size` bytes from `start` on, with `rest` of their file from there.

    `source` is the name of the file, which `inode` tells from another one that takes its place; `file` numbers it.
    """

    path: Path
    inode: tuple[int, int]
    start: int
    size: int
    rest: int
    first: int
    lines: int
    moment: dt.datetime
    source: str
    file: int
    moment_source: MomentSource

    def unread(self) -> Iterator[RawDocument | Rejection]:
        """The documents; ends in a Rejection where the file is not what it was when it was cut."""
        most = (
            self.size if self.lines > 1 else min(self.size, MAX_BYTES + 1)
        )  # of a long line no more is looked at
        try:
            with self.path.open("rb") as stream:
                stream.seek(self.start)
                raw = stream.read(most) if inode(stream) == self.inode else b""
        except OSError as error:
            yield unreadable(self.source, error)
            return
        for number, line in enumerate(io.BytesIO(raw), self.first):
            if not line.isspace():
                yield RawDocument(
                    line[: MAX_BYTES + 1],
                    self.moment,
                    f"{self.source}:{number}",
                    self.file,
                    self.moment_source,
                )
        if len(raw) < most:
            yield Rejection(
                self.source,
                "",
                "unreadable_file",
                "it changed while it was read: what follows is lost",
            )


def file_chunks(
    stream: IO[bytes],
    start: int,
    path: Path,
    moment: tuple[dt.datetime, MomentSource],
    source: str,
    file: int,
) -> Iterator[FileChunk | Rejection]:
    """Yield the chunks of a file whose first line begins at this place; ends in a Rejection where it cannot be read."""
    window, itself, first = np.empty(BYTES, np.uint8), inode(stream), 1
    while True:
        try:
            size, lines = _cut(stream, start, window)
            rest = os.fstat(stream.fileno()).st_size - start
        except OSError as error:
            yield unreadable(source, error)
            return
        if not size:
            return
        yield FileChunk(
            path, itself, start, size, rest, first, lines, moment[0], source, file, moment[1]
        )
        start, first = start + size, first + lines


def _cut(stream: IO[bytes], start: int, window: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Return the bytes and the number of the next lines; the last line of a file may have no end."""
    size = 0
    stream.seek(start)
    while got := stream.readinto(window):  # type: ignore[attr-defined]  # a file reads into arrays
        ends = np.flatnonzero(window[:got] == ord("\n"))[: 1 if size else LINES]
        if len(ends):
            return size + int(ends[-1]) + 1, len(ends)
        size += got
    return size, 1


def is_large(stream: IO[bytes]) -> bool:
    """Return whether an open file is longer than a chunk."""
    found = os.fstat(stream.fileno())
    return stat.S_ISREG(found.st_mode) and found.st_size > BYTES


def inode(stream: IO[bytes]) -> tuple[int, int]:
    """Return the identity of an open file: its device and inode."""
    found = os.fstat(stream.fileno())
    return found.st_dev, found.st_ino


def unreadable(source: str, error: OSError) -> Rejection:
    """Return the rejection of a file that cannot be read, with the system's reason."""
    return Rejection(source, "", "unreadable_file", error.strerror or type(error).__name__)
