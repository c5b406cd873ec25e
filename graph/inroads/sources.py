"""Where documents arrive from: files, folders and streams, split into single documents.

Its own room, beside the core, because it reads the disk. A file holds one document or envelope, a JSON array of them,
or one on each line (NDJSON), any of them gzipped; which of these it is, is told from its content.
"""

from __future__ import annotations

import datetime as dt
import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

import msgspec

from inroads.documents import MAX_BYTES, Observation, read
from inroads.errors import Rejection

MAX_ARRAY: Final = 2 * 2**30
"""The largest JSON array file that is read at once; larger collections come as NDJSON, which is streamed."""

ENDINGS: Final = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
"""What a folder is searched for, at any depth; its other files and those with a dot in front are passed over."""

_LINE_ENDINGS: Final = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")


class _Arrival(NamedTuple):
    raw: bytes
    source: str


def files(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The document files behind these paths, folders searched. Raises FileNotFoundError for what is not there."""
    found: dict[Path, None] = {}
    for each in map(Path, paths):
        if each.is_dir():
            inside = (path for path in each.rglob("*") if path.name.endswith(ENDINGS) and path.is_file())
            found.update(dict.fromkeys(sorted(path for path in inside if not path.name.startswith("."))))
        elif each.exists():
            found[each] = None
        else:
            raise FileNotFoundError(f"no such file or folder: {each}")
    return list(found)


def observe(
    path: Path, observed_at: dt.datetime | None = None, progress: Callable[[int], None] | None = None
) -> Iterator[Observation | Rejection]:
    """Every document of one file. Without an envelope its moment is `observed_at`, else the file's modification time.

    `progress` is told how many bytes of the file have been read so far. A file that cannot be read, or only in part,
    ends in a Rejection that says so.
    """
    try:
        with path.open("rb") as stream:
            yield from observe_stream(stream, path.as_posix(), observed_at, progress)
    except OSError as error:
        yield Rejection(path.as_posix(), "", "unreadable_file", error.strerror or type(error).__name__)


def observe_stream(
    stream: IO[bytes],
    source: str,
    observed_at: dt.datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Observation | Rejection]:
    """Every document of an open binary stream, such as standard input; otherwise as `observe`."""
    moment = observed_at or _modified(stream)
    magic = stream.peek(2)[:2] if hasattr(stream, "peek") else b""
    content: IO[bytes] = gzip.GzipFile(fileobj=stream) if magic == b"\x1f\x8b" else stream  # type: ignore[assignment]  # a GzipFile reads like any binary stream
    try:
        for arrival in _split(content, source):
            if progress and stream.seekable():
                progress(stream.tell())
            if isinstance(arrival, Rejection):
                yield arrival
            else:
                yield read(arrival.raw, moment, arrival.source)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        yield Rejection(source, "", "unreadable_file", "the gzip data is damaged or cut off: what follows is lost")


def _modified(stream: IO[bytes]) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, dt.UTC)
    except OSError:  # a stream without a file behind it
        return dt.datetime.now(dt.UTC)


def _split(stream: IO[bytes], source: str) -> Iterator[_Arrival | Rejection]:
    head = b""
    for head in iter(lambda: stream.readline(MAX_BYTES + 1), b""):
        if head.strip():
            break
    if source.endswith(_LINE_ENDINGS) or _is_object(head):
        yield from _lines(head, stream, source)
        return
    is_array = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    whole = head + stream.read((MAX_ARRAY if is_array else MAX_BYTES + 1) - len(head) + 1)
    if is_array:
        yield from _array(whole, source)
    elif not _is_object(whole) and any(map(_is_object, whole.splitlines()[1:])):
        yield from _numbered(whole.splitlines(), source)  # NDJSON whose first line is broken
    else:
        yield _Arrival(whole, source)


def _lines(head: bytes, stream: IO[bytes], source: str) -> Iterator[_Arrival | Rejection]:
    def lines() -> Iterator[bytes]:
        line = head
        while line:
            yield line
            while len(line) > MAX_BYTES and not line.endswith(b"\n"):  # the rest of a line that is too long
                line = stream.readline(MAX_BYTES + 1)
            line = stream.readline(MAX_BYTES + 1)

    yield from _numbered(lines(), source)


def _numbered(lines: Iterable[bytes], source: str) -> Iterator[_Arrival]:
    """Each line with its number in the source; a file of a single line keeps its plain name."""
    first: _Arrival | None = None
    several = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        arrival = _Arrival(line, f"{source}:{number}")
        if first is None:
            first = arrival
            continue
        if not several:
            yield first
            several = True
        yield arrival
    if first and not several:
        yield first if source.endswith(_LINE_ENDINGS) else first._replace(source=source)


def _array(whole: bytes, source: str) -> Iterator[_Arrival | Rejection]:
    if len(whole) > MAX_ARRAY:
        yield Rejection(source, "", "too_large", f"an array of more than {MAX_ARRAY:,} bytes: write NDJSON instead")
        return
    try:
        items = msgspec.json.decode(whole.removeprefix(b"\xef\xbb\xbf"), type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield _Arrival(whole, source)  # the reader says what is wrong with it
        return
    for index, item in enumerate(items):
        yield _Arrival(bytes(item), f"{source}#/{index}")


def _is_object(line: bytes) -> bool:
    text = line.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"{"):
        return False
    try:
        msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
