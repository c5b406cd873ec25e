"""Documents from files, folders and streams, split into single ones.

This module is apart from the core because it reads the disk. A file holds one document or envelope,
a JSON array of them, or one on each line (NDJSON), any of them gzipped; the content says which.
Only a few documents of a file are held at a time.
"""

from __future__ import annotations

import codecs
import datetime as dt
import gzip
import io
import json
import os
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain, count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

import msgspec

from inroads.documents.reader import MAX_BYTES, Observation
from inroads.errors import Rejection
from inroads.model import MomentSource
from inroads.sources.chunks import FileChunk, RawDocument, file_chunks, is_large, unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


MAX_REJECTED: Final = 100_000
"""The most rejections in a row before the rest of a source is skipped.

A small gzip file may hold billions of broken documents.
"""

ENDINGS: Final = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
"""The endings of the files that are read from folders, at any depth.

Names that begin with a dot are skipped.
"""

_LINE_ENDINGS: Final = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
_BOM: Final = b"\xef\xbb\xbf"
_CHUNK: Final = 2**16


class _Arrival(NamedTuple):
    raw: bytes
    source: str


def files(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Return the document files behind these paths, folders searched. Raises FileNotFoundError."""
    found: dict[Path, None] = {}
    for each in map(Path, paths):
        if each.is_dir():
            found.update(dict.fromkeys(sorted(_inside(each))))
        elif each.exists():
            found[each] = None
        else:
            raise FileNotFoundError(f"no such file or folder: {each}")
    return list(found)


def arrivals(
    paths: Iterable[str | os.PathLike[str]],
    observed_at: dt.datetime | None = None,
    stdin: IO[bytes] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Observation | Rejection]:
    """Yield every document of these files and folders, and of `stdin` for `-`.

    `progress` is called with the number of bytes read since its last call. Raises FileNotFoundError
    before anything else.
    """
    refusals = Refusals()
    return _taken(unread(paths, observed_at, stdin, progress, refusals), refusals)


class Refusals:
    """Files with too many rejected documents in a row, whose rest is not read."""

    def __init__(self) -> None:
        self.files: set[int] = set()
        self._in_a_row: Counter[int] = Counter()

    def note(self, item: object, rejected: bytes) -> Rejection | None:
        """Count the rejected documents of an item; return a Rejection when the limit is reached."""
        if not isinstance(item, RawDocument | FileChunk) or item.file in self.files:
            return None
        runs = [len(run) for run in rejected.split(b"\0")]
        runs[0] += self._in_a_row[item.file]
        self._in_a_row[item.file] = runs[-1]
        if max(runs) < MAX_REJECTED:
            return None
        self.files.add(item.file)
        message = f"{MAX_REJECTED:,} rejections in a row: the rest is not read"
        source = (
            item.source
            if isinstance(item, FileChunk)
            else re.sub(r"(:|#/)[0-9]+\Z", "", item.source)
        )
        return Rejection(source, "", "too_many_rejections", message)


def unread(
    paths: Iterable[str | os.PathLike[str]],
    observed_at: dt.datetime | None,
    stdin: IO[bytes] | None,
    progress: Callable[[int], None] | None,
    refusals: Refusals,
) -> Iterator[RawDocument | FileChunk | Rejection]:
    """Yield the raw documents of these paths, for callers that read them elsewhere; see `arrivals`.

    Documents on the lines of a large file come as chunks of that file.
    """
    names = list(paths)
    found = files(name for name in names if name != "-")

    def items() -> Iterator[RawDocument | FileChunk | Rejection]:
        if "-" in names and stdin is not None:
            yield from unread_stream(stdin, "-", observed_at, None, 0, refusals)
        yield from filter(None, map(_without_documents, map(Path, names)))
        for number, file in enumerate(found, 1):
            yield from _unread_file(file, observed_at, _advance(progress), number, refusals)

    return items()


def _taken(
    items: Iterable[RawDocument | FileChunk | Rejection], refusals: Refusals
) -> Iterator[Observation | Rejection]:
    for item in items:
        rejected = bytearray()
        for each in item.unread() if isinstance(item, FileChunk) else (item,):
            taken = each.observe() if isinstance(each, RawDocument) else each
            yield taken
            rejected.append(isinstance(taken, Rejection))
        if told := refusals.note(item, bytes(rejected)):
            yield told


def _advance(progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    if progress is None:
        return None
    before = 0

    def moved(position: int) -> None:
        nonlocal before
        progress(position - before)
        before = position

    return moved


def _name(path: Path) -> str:
    """Return a path as text, even if its bytes are not UTF-8."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")


def _inside(folder: Path) -> Iterator[Path]:
    closed: list[str] = []
    for root, _, names in os.walk(folder, onerror=lambda error: closed.append(error.filename)):
        yield from (path for name in names if _is_sought(path := Path(root, name), folder))
    # The reader of such a folder reports why it cannot be read.
    yield from map(Path, closed)


def _without_documents(folder: Path) -> Rejection | None:
    """Return what a folder was passed over for, where none of its files is named as documents are."""
    if not folder.is_dir() or next(_inside(folder), None) is not None:
        return None
    endings = Counter(
        file.suffix.lower() or "no ending" for file in folder.rglob("*") if file.is_file()
    )
    others = ", ".join(f"{count} {ending}" for ending, count in endings.most_common(5))
    message = f"no file in it ends in {', '.join(ENDINGS[:3])}, or these with .gz"
    return Rejection(
        _name(folder), "", "no_documents", f"{message}; passed over: {others or 'nothing'}"
    )


def _is_sought(path: Path, folder: Path) -> bool:
    if not path.name.lower().endswith(ENDINGS) or any(
        part[0] == "." for part in path.relative_to(folder).parts
    ):
        return False
    try:
        return path.is_file() or (path.is_symlink() and not path.exists())
    except OSError:
        # The reader of the file reports why it cannot be read.
        return True


def observe(
    path: Path,
    observed_at: dt.datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Observation | Rejection]:
    """Yield every document of one file.

    Without an envelope a document's moment is `observed_at`, else the file's modification time.
    `progress` is called with the number of bytes of the file read so far. A file that cannot be
    read, or only in part, ends in a Rejection that says so.
    """
    refusals = Refusals()
    return _taken(_unread_file(path, observed_at, progress, 1, refusals), refusals)


def observe_stream(
    stream: IO[bytes],
    source: str,
    observed_at: dt.datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Observation | Rejection]:
    """Yield every document of an open binary stream, such as standard input; see `observe`."""
    refusals = Refusals()
    return _taken(unread_stream(stream, source, observed_at, progress, 1, refusals), refusals)


def _unread_file(
    path: Path,
    observed_at: dt.datetime | None,
    progress: Callable[[int], None] | None,
    number: int,
    refusals: Refusals,
) -> Iterator[RawDocument | FileChunk | Rejection]:
    source = _name(path)
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(path.open("rb"))
            start = _begin(stream, source)
        except OSError as error:
            yield unreadable(source, error)
            return
        if start is None:
            yield from unread_stream(stream, source, observed_at, progress, number, refusals)
            return
        for chunk in file_chunks(stream, start, path, _moment(observed_at, stream), source, number):
            if progress and isinstance(chunk, FileChunk):
                progress(chunk.start + chunk.size)
            yield chunk
            if number in refusals.files:
                return


def _begin(stream: IO[bytes], source: str) -> int | None:
    """Return where the lines begin in a large file of one document a line; None for other files."""
    if not is_large(stream):
        return None
    head, second = (stream.readline(MAX_BYTES + 1) for _ in range(2))
    stream.seek(0)
    several = source.lower().endswith(_LINE_ENDINGS) or second.strip()
    return (
        head.startswith(_BOM) * len(_BOM)
        if several and len(head) <= MAX_BYTES and _is_object(head)
        else None
    )


def unread_stream(
    stream: IO[bytes],
    source: str,
    observed_at: dt.datetime | None,
    progress: Callable[[int], None] | None,
    number: int,
    refusals: Refusals,
) -> Iterator[RawDocument | Rejection]:
    """Yield the raw documents of an open binary stream; see `observe`."""
    moment, moment_source = _moment(observed_at, stream)
    for arrival in _arrivals(stream, source):
        if progress and stream.seekable():
            progress(stream.tell())
        yield (
            arrival
            if isinstance(arrival, Rejection)
            else RawDocument(arrival.raw, moment, arrival.source, number, moment_source)
        )
        if number in refusals.files:
            return


def _moment(observed_at: dt.datetime | None, stream: IO[bytes]) -> tuple[dt.datetime, MomentSource]:
    """Return the moment of documents without an envelope, and what says it."""
    if observed_at:
        return observed_at, MomentSource.GIVEN
    return _modified(stream), MomentSource.FILE


def _modified(stream: IO[bytes]) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, dt.UTC)
    except (
        AttributeError,
        OSError,
        OverflowError,
        ValueError,
    ):
        # There is no file behind the stream, or its time is outside the calendar.
        return dt.datetime.now(dt.UTC)


def _arrivals(stream: IO[bytes], source: str) -> Iterator[_Arrival | Rejection]:
    try:
        head = b""
        while len(head) < 2 and (more := stream.read(2 - len(head))):
            head += more
        content: IO[bytes] = io.BufferedReader(_Rejoined(head, stream), _CHUNK)
        if head == b"\x1f\x8b":
            content = gzip.GzipFile(fileobj=content, mode="rb")  # type: ignore[assignment]  # it reads like any binary stream
        yield from _split(content, source)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        yield Rejection(
            source,
            "",
            "unreadable_file",
            "the gzip data is damaged or cut off: the rest is lost",
        )
    except OSError as error:
        yield unreadable(source, error)


class _Rejoined(io.RawIOBase):
    """A stream from its start again after its head was read, without seeking or peeking."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head = head
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        piece = self._head or self._read(len(view)) or b""
        self._head = b""
        view[: len(piece)] = piece
        return len(piece)


def _split(stream: IO[bytes], source: str) -> Iterator[_Arrival | Rejection]:
    head, number = b"", 0
    for line in iter(lambda: stream.readline(MAX_BYTES + 1), b""):
        head, number = line.removeprefix(_BOM), number + 1
        if head.strip():
            break
    if head.lstrip().startswith(b"["):
        yield from _array(head.lstrip()[1:], stream, source)
    elif len(head) > MAX_BYTES or _is_object(head):
        yield from _lines(head, stream, source, number)
    else:
        whole = head + stream.read(MAX_BYTES + 1 - len(head))
        if _is_ndjson(head, whole, source):
            yield from _lines(whole + stream.readline(MAX_BYTES + 1), stream, source, number)
        else:
            yield _Arrival(whole, source)


def _lines(begun: bytes, stream: IO[bytes], source: str, number: int) -> Iterator[_Arrival]:
    """Yield each line with its number in the source; a file of one line keeps its name."""

    def lines() -> Iterator[bytes]:
        for line in chain(io.BytesIO(begun), iter(lambda: stream.readline(MAX_BYTES + 1), b"")):
            yield line
            rest = line
            # Skip the rest of a line that is too long.
            while len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
                rest = stream.readline(MAX_BYTES + 1)

    single = None if source.lower().endswith(_LINE_ENDINGS) else source
    first: _Arrival | None = None
    try:
        for place, line in enumerate(lines(), number):
            if not line.strip():
                continue
            arrival = _Arrival(line, f"{source}:{place}")
            if single is None:
                yield arrival
            elif first is None:
                first = arrival
            else:
                single = None
                yield first
                yield arrival
    except _DAMAGE:
        if single is not None and first is not None:
            yield first
        raise
    if single is not None and first is not None:
        yield first._replace(source=single)


_DAMAGE: Final = (OSError, EOFError, zlib.error)


_BRACED_LINE: Final = re.compile(rb"^\{[^\n]*+", re.MULTILINE)


def _is_ndjson(head: bytes, whole: bytes, source: str) -> bool:
    """Return whether a text is NDJSON although its first line is broken.

    A row of one document laid out over many lines must never pass for a document. So two of three
    signs are required: the name, first lines that cannot begin a longer object, and a later line
    that is a whole object.
    """
    if _is_object(whole):
        return False
    rest = whole[len(head) :]
    second, _, more = rest.lstrip().partition(b"\n")
    named = source.lower().endswith(_LINE_ENDINGS)
    broken = not _may_go_on(head + second + more.lstrip()[:1])
    return named + broken + any(_is_json(line[0]) for line in _BRACED_LINE.finditer(rest)) >= 2


_GAP: Final = re.compile(r"[ \t\r\n]*+(,?)[ \t\r\n]*+(\]?)")
_JSON: Final = json.JSONDecoder()


def _array(begun: bytes, stream: IO[bytes], source: str) -> Iterator[_Arrival | Rejection]:
    """Yield the elements of an array as they are read.

    A broken array ends at its fault, since nothing after it has a certain place.
    """
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    text, at = decode(begun), 0
    for index in count():
        place, size = f"{source}#/{index}", _CHUNK
        while True:
            gap = _GAP.match(text, at)
            start = gap.end() if gap else at
            if gap and gap[2]:
                if gap[1]:
                    yield Rejection(place, "", "not_json", "the array ends after a comma")
                elif text[start:].strip() or stream.read(_CHUNK).strip():
                    yield Rejection(
                        source, "", "not_json", "the file continues after the end of the array"
                    )
                return
            try:
                if index and not (gap and gap[1]):
                    raise ValueError
                _, end = _JSON.raw_decode(text, start)
                break
            except RecursionError:
                yield Rejection(
                    place, "", "too_deep", "the array is nested too deeply here: the rest is lost"
                )
                return
            except ValueError:
                large = len(text) - start > MAX_BYTES
                more = b"" if large else stream.read(size)
            if not more:
                code, message = "not_json", "broken"
                if large:
                    code, message = "too_large", "too large"
                elif _may_go_on(text[start:].encode()):
                    code, message = "truncated", "cut off"
                yield Rejection(place, "", code, f"the array is {message} here: the rest is lost")
                return
            text = ("," if gap and gap[1] else "") + text[start:] + decode(more)
            at, size = 0, min(size * 2, 2**20)
        yield _Arrival(text[start:end].encode(), place)
        at = end


def _is_object(text: bytes) -> bool:
    return text.lstrip(_BOM + b" \t\r\n").startswith(b"{") and _is_json(text.removeprefix(_BOM))


def _is_json(text: bytes) -> bool:
    return _problem(text) is None


def _may_go_on(text: bytes) -> bool:
    """Return whether a text that is no JSON could be the beginning of one."""
    return "truncated" in (_problem(text) or "")


def _problem(text: bytes) -> str | None:
    """Return the fault in the shape of a JSON text; None also if only the reader refuses it."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        return str(error)
    except (UnicodeDecodeError, RecursionError):
        pass
    return None
