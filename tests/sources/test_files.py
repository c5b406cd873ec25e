"""Every form in which documents arrive, and everything that may be wrong with it."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest

import inroads
from inroads.documents import reader, records
from inroads.documents.reader import Observation
from inroads.errors import Rejection
from inroads.explorer import load
from inroads.model import MomentSource
from inroads.sources import files as files_
from inroads.sources.files import arrivals, files, observe, observe_stream

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 3, tzinfo=UTC)
BRUCE = (Path(inroads.EXAMPLE) / "bruce.json").read_bytes()
LINE = json.dumps(json.loads(BRUCE)).encode()
Told = list[tuple[str, str]]


def told(stream: IO[bytes] | bytes, source: str = "x") -> Told:
    """What arrives: its source with whom it is about, or with the code of its rejection."""
    opened = io.BytesIO(stream) if isinstance(stream, bytes) else stream
    return [
        (each.source, each.code)
        if isinstance(each, Rejection)
        else (each.document.source, each.document.subject)
        for each in observe_stream(opened, source, MONDAY)
    ]


LISTED = b'{"uuid": "u", "business_id": 7, "business_role_name": "owner", "identity_id": 1}'
LISTING = b'{"response": [' + LISTED + b'], "meta": {"page": 1, "per_page": 30, "total": 1}}'


def me(number: int) -> bytes:
    return b'{"id": %d, "email": "i%d@example.com", "groups": [{"id": 1, "group_id": 2}]}' % (
        number,
        number,
    )


def pretty(number: int) -> bytes:
    return json.dumps(json.loads(me(number)), indent=1).encode()


TWO = [("x#/0", "identity:1"), ("x#/1", "identity:2")]
NONE = [(f"x#/{n}", "not_an_object") for n in range(4)]
FORMS: list[tuple[bytes, Told]] = [
    (me(1), [("x", "identity:1")]),
    (me(1) + b"\n", [("x", "identity:1")]),
    (b"\n \r\n" + me(1) + b"\n\n", [("x", "identity:1")]),
    (b"\xef\xbb\xbf" + me(1), [("x", "identity:1")]),
    (pretty(1), [("x", "identity:1")]),
    (b"\xef\xbb\xbf\r\n" + pretty(1).replace(b"\n", b"\r\n") + b"\r\n", [("x", "identity:1")]),
    (BRUCE, [("x", "identity:712052")]),
    (b"[]", []),
    (b" [\n ] \n", []),
    (b"[" + me(1) + b"]", [("x#/0", "identity:1")]),
    (b"\xef\xbb\xbf\n [" + me(1) + b"\n,\r\n" + pretty(2) + b" ,\t" + me(3) + b"]\n\n", [*TWO, ("x#/2", "identity:3")]),
    (b'[null, 5, "],[", [[]], {}, ' + me(6) + b"]", [*NONE, ("x#/4", "no_identity"), ("x#/5", "identity:6")]),
    (b'[{"id": 1, "email": "]},\\\\\\"{["}, {"id": 2, "email": "\\\\"}]', TWO),
    (me(1) + b"\n" + me(2), [("x:1", "identity:1"), ("x:2", "identity:2")]),
    (me(1) + b"\r\n" + me(2) + b"\r\n", [("x:1", "identity:1"), ("x:2", "identity:2")]),
    (b"\n\n" + me(1) + b"\n \n\r\n" + me(2) + b"\n\n", [("x:3", "identity:1"), ("x:6", "identity:2")]),
    (b"\xef\xbb\xbf" + me(1) + b"\n\xef\xbb\xbf" + me(2), [("x:1", "identity:1"), ("x:2", "identity:2")]),
    (b'{"source": 0, "document": ' + me(1) + b'}\n{"response": ' + me(2) + b"}",
     [("x:1", "identity:1"), ("x:2", "identity:2")]),
    (LISTING, [("x", "business:7")]),
    (LISTING + b"\n" + me(2), [("x:1", "business:7"), ("x:2", "identity:2")]),
    (b"[" + LISTING + b", " + LISTED + b"]", [("x#/0", "business:7"), ("x#/1", "not_a_document")]),
    (b'{"source": 0, "document": ' + LISTING + b"}", [("x", "business:7")]),
    (b"[" + LISTED + b"]", [("x#/0", "not_a_document")]),
    (b"", [("x", "empty")]),
    (b"\n \n", [("x", "empty")]),
    (b"<html>\n<body>\n</html>", [("x", "not_json")]),
    (b"\x1f", [("x", "not_json")]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), FORMS)
@pytest.mark.parametrize("name", ["x", "x.json", "x.txt"])
def test_every_form(raw: bytes, expected: Told, name: str) -> None:
    """A document, an array and lines arrive alike, plain and gzipped, told from their content, with their places."""
    named = [(source.replace("x", name, 1), outcome) for source, outcome in expected]
    assert told(raw, name) == named
    assert told(gzip.compress(raw), name) == named
    assert told(gzip.compress(raw), f"{name}.zip") == [
        (f"{name}.zip{s[len(name) :]}", outcome) for s, outcome in named
    ]


@pytest.mark.parametrize("name", ["x.jsonl", "x.ndjson", "x.NDJSON.gz"])
def test_lines_by_name(name: str) -> None:
    """A file named for lines tells its line even where there is only one; its name does not make a document lines."""
    assert told(me(1), name) == [(f"{name}:1", "identity:1")]
    assert told(b"\n" + me(1) + b"\n", name) == [(f"{name}:2", "identity:1")]
    assert told(BRUCE, name) == [(name, "identity:712052")]
    assert told(b"[" + me(1) + b"]", name) == [(f"{name}#/0", "identity:1")]
    assert told(b"nonsense\nnonsense\n", name) == [
        (f"{name}:1", "not_json"),
        (f"{name}:2", "not_json"),
    ]


BROKEN = [
    b"nonsense",
    b"{",
    b'{"id": 9',
    b'{"id": 9, "groups": [',
    b'{"id": 9,',
    b'{"id": 9}}',
    b"}",
    b'"',
    b"\x00",
    b"\xff",
]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_one_broken_line(broken: bytes, place: int) -> None:
    """A line that is broken, the first and the last one too, is told with its number, and the others go on."""
    lines = [me(1), me(2), me(3)]
    lines.insert(place, broken)
    found = told(b"\n".join(lines) + b"\n")
    assert [source for source, _ in found] == ["x:1", "x:2", "x:3", "x:4"]
    assert [subject for _, subject in found if subject.startswith("identity")] == [
        "identity:1",
        "identity:2",
        "identity:3",
    ]
    assert found[place][1] in ("not_json", "truncated")


def test_first_line_cut_anywhere() -> None:
    """Wherever the first line of lines is cut, the others are taken."""
    for cut in range(1, len(LINE)):
        found = told(LINE[:cut] + b"\n" + me(2) + b"\n" + me(3))
        assert found[1:] == [("x:2", "identity:2"), ("x:3", "identity:3")], LINE[:cut][-40:]


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
def test_a_row_never_passes_for_a_document(name: str) -> None:
    """Of a document over many lines that is cut off anywhere nothing is taken, though its rows look like documents."""
    for cut in range(1, len(BRUCE.rstrip()) - 1):
        ((source, code),) = told(BRUCE[:cut], name)
        assert source == name
        assert code == "truncated" or BRUCE[:cut].endswith(b"-"), BRUCE[:cut][
            -40:
        ]  # half a number is malformed


def test_a_broken_array_ends_where_it_breaks() -> None:
    """Elements before the break are taken; after it nothing is, since it may stand anywhere."""
    for gap, code in (
        (b" ", "not_json"),
        (b",,", "not_json"),
        (b", }", "not_json"),
        (b', "', "truncated"),
        (b", {", "truncated"),
    ):
        found = told(b"[" + me(1) + gap + me(2) + b"]")
        assert found[0] == ("x#/0", "identity:1")
        assert found[-1][1] in (code, "not_json")
        assert ("x#/1", "identity:2") not in found
    assert told(b"[" + me(1) + b",") == [("x#/0", "identity:1"), ("x#/1", "truncated")]
    assert told(b"[" + me(1)) == [("x#/0", "identity:1"), ("x#/1", "truncated")]
    assert told(b"[") == [("x#/0", "truncated")]
    assert told(b"[" + me(1) + b",]") == [("x#/0", "identity:1"), ("x#/1", "not_json")]
    assert told(b"[" + me(1) + b"]\n[" + me(2) + b"]") == [
        ("x#/0", "identity:1"),
        ("x", "not_json"),
    ]
    assert told(b"[2026-03-01 00:00:00] started\n" + me(1)) == [
        ("x#/0", "not_an_object"),
        ("x#/1", "not_json"),
    ]


def test_a_row_never_passes_for_an_element() -> None:
    """Of an array cut off anywhere, or with any one byte lost, nothing but its own elements is taken."""
    whole = b"[" + me(1) + b", " + BRUCE.rstrip() + b"]"
    for cut in range(len(whole)):
        for raw in (whole[:cut], whole[:cut] + whole[cut + 1 :]):
            try:
                json.loads(raw)
            except ValueError:
                assert {outcome for _, outcome in told(raw) if ":" in outcome} <= {
                    "identity:1",
                    "identity:712052",
                }, raw


def test_element_by_element_equals_all_at_once() -> None:
    """However an array comes in pieces, its elements are those of the JSON value."""
    rng = random.Random(1)
    pieces = ['"', "\\", "[", "]", "{", "}", ",", ":", "a", " ", "é"]

    def value(depth: int) -> Any:
        kind = rng.randrange(7 if depth else 4)
        if kind < 3:
            return "".join(rng.choices(pieces, k=rng.randrange(6)))
        if kind == 3:
            return rng.choice([None, True, 1.5, -7])
        if kind < 5:
            return [value(depth - 1) for _ in range(rng.randrange(4))]
        return {str(value(0)): value(depth - 1) for _ in range(rng.randrange(4))}

    for _ in range(300):
        expected = [value(3) for _ in range(rng.randrange(6))]
        raw = json.dumps(
            expected, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 1])
        ).encode()
        for size in (1, 2, 7, 10_000):
            arrivals = list(files_._split(io.BufferedReader(Trickle(raw, size), 16), "x"))
            assert not any(isinstance(each, Rejection) for each in arrivals)
            assert [
                json.loads(each.raw) for each in arrivals if not isinstance(each, Rejection)
            ] == expected


class Trickle(io.RawIOBase):
    """A stream that gives few bytes at a time, and can neither seek nor peek nor say who it is."""

    def __init__(self, raw: bytes, size: int = 1) -> None:
        self.rest, self.size = raw, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self.rest[: min(self.size, len(buffer))]
        self.rest = self.rest[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize(("raw", "expected"), FORMS)
@pytest.mark.parametrize("zipped", [False, True])
def test_streams_that_cannot_seek_or_peek(raw: bytes, expected: Told, zipped: bool) -> None:
    """Every form arrives from a raw stream that trickles, from a buffered one, and from a pipe, gzipped too."""
    sent = gzip.compress(raw) if zipped else raw
    assert told(Trickle(sent)) == expected  # type: ignore[arg-type]  # as much of IO as there is
    assert told(io.BufferedReader(Trickle(sent), 3)) == expected
    receiver, sender = os.pipe()

    def send() -> None:
        with os.fdopen(sender, "wb", 0) as pipe:
            for start in range(0, len(sent), 1000) or [0]:
                pipe.write(sent[: start + 1] if start == 0 else sent[start : start + 1000])
                if start == 0:
                    time.sleep(0.001)  # the first byte comes alone
                    pipe.write(sent[1:1000])

    thread = threading.Thread(target=send)
    thread.start()
    with os.fdopen(receiver, "rb") as pipe:
        assert told(pipe) == expected
    thread.join()


def test_too_long_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is too long is refused wherever it stands, skipped to its end, and the others go on."""
    limit = len(me(1)) + 20
    monkeypatch.setattr(files_, "MAX_BYTES", limit)
    monkeypatch.setattr(reader, "MAX_BYTES", limit)
    for length in (limit + 1, limit + 2, 2 * limit + 1, 2 * limit + 2, 5 * limit + 3):
        long = b'{"id": 9, "x": "' + b"x" * (length - 18) + b'"}'
        assert len(long) == length
        assert told(long) == told(long + b"\n") == [("x", "too_large")]
        for place in range(3):
            lines = [me(1), me(2)]
            lines.insert(place, long)
            expected = [
                (f"x:{n}", f"identity:{line[7:8].decode()}") for n, line in enumerate(lines, 1)
            ]
            expected[place] = (f"x:{place + 1}", "too_large")
            assert told(b"\n".join(lines)) == expected
            assert told(gzip.compress(b"\r\n".join(lines) + b"\r\n")) == expected


def test_too_large_for_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document over many lines that is too large is refused as one; lines with a broken first one have no limit."""
    monkeypatch.setattr(files_, "MAX_BYTES", 200)
    monkeypatch.setattr(reader, "MAX_BYTES", 200)
    assert told(BRUCE) == [("x", "too_large")]
    lines = [me(number) for number in range(1, 50)]
    found = told(b"\n".join([b"broken", *lines]))
    assert found == [("x:1", "not_json"), *((f"x:{n}", f"identity:{n - 1}") for n in range(2, 51))]


def test_too_large_element(monkeypatch: pytest.MonkeyPatch) -> None:
    """An array may be of any length, its elements may not."""
    monkeypatch.setattr(files_, "MAX_BYTES", 200)
    monkeypatch.setattr(reader, "MAX_BYTES", 200)
    monkeypatch.setattr(files_, "_CHUNK", 16)
    many = [me(number) for number in range(50)]
    assert told(b"[" + b",\n".join(many) + b"]") == [
        (f"x#/{n}", f"identity:{n}") for n in range(50)
    ]
    long = b'{"id": 9, "x": "' + b"x" * 300 + b'"}'
    assert told(b"[" + me(1) + b"," + long + b"," + me(2) + b"]") == [
        ("x#/0", "identity:1"),
        ("x#/1", "too_large"),
    ]


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 30, 200])
def test_cut_off_gzip(cut: int) -> None:
    """A gzip file that is cut off or damaged says so, and gives no document but whole ones that came before."""
    for raw, before in ((BRUCE, []), (me(1), []), (b"[" + me(1) + b"]", [])):
        packed = gzip.compress(raw)
        found = told(packed[: -min(cut, len(packed) - 2)])
        assert found[-1] == ("x", "unreadable_file")
        assert [outcome for _, outcome in found[:-1] if "712052" in outcome] == before
    damaged = bytearray(gzip.compress(LINE))
    damaged[len(damaged) // 2] ^= 0x55
    assert told(bytes(damaged))[-1][1] in ("unreadable_file", "not_json")


def test_lines_before_the_end_of_a_cut_off_gzip() -> None:
    """Lines that came whole before a gzip file breaks are taken, the only one too."""
    rng = random.Random(2)
    noise = [
        b'{"id": %d, "x": "%s"}' % (n, rng.randbytes(20_000).hex().encode()[:30] * 1)
        for n in range(5_000)
    ]
    packed = gzip.compress(b"\n".join(noise))
    found = told(packed[: len(packed) // 2])
    assert found[-1] == ("x", "unreadable_file")
    assert len(found) > 1000
    assert [source for source, _ in found[:-1]] == [f"x:{n}" for n in range(1, len(found))]
    flushed = io.BytesIO()
    with gzip.GzipFile(fileobj=flushed, mode="wb") as writer:
        writer.write(me(1) + b"\n")
        writer.flush()
        whole = flushed.getvalue()
    assert told(whole) == [("x:1", "identity:1"), ("x", "unreadable_file")]


def test_what_follows_a_gzip() -> None:
    """Gzip members in a row are one text; anything else after one is damage."""
    assert told(gzip.compress(me(1) + b"\n") + gzip.compress(me(2))) == [
        ("x:1", "identity:1"),
        ("x:2", "identity:2"),
    ]
    assert told(gzip.compress(me(1)) + b"garbage")[-1] == ("x", "unreadable_file")
    assert told(gzip.compress(gzip.compress(me(1)))) == [("x", "not_json")]


@pytest.mark.parametrize(
    ("opening", "unit", "outcome"),
    [
        (b'{"id": 1, "x": "', b"x" * 2**20, "too_large"),
        (b'[{"id": 1, "x": "', b"x" * 2**20, "too_large"),
        (b"{", b"\n" * 2**20, "too_large"),
        (b"[", b" " * 2**20, "truncated"),
        (b"[", b"[" * 2**20, "too_deep"),
        (b"[0", b",0" * 2**19, "too_many_rejections"),
        (b"", b"0\n" * 2**19, "too_large"),
        (b"{}\n", b"{}\n" * 2**18, "too_many_rejections"),
        (b"", b"\n" * 2**18, "empty"),
    ],
)
def test_gzip_bombs(
    opening: bytes, unit: bytes, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small gzip file of a huge text is answered with a few documents' worth of memory."""
    monkeypatch.setattr(files_, "MAX_BYTES", 4 * 2**20)
    monkeypatch.setattr(reader, "MAX_BYTES", 4 * 2**20)
    monkeypatch.setattr(files_, "MAX_REJECTED", 1_000)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as writer:
        writer.write(opening)
        for _ in range(64 if len(unit) > 2**18 and b"\n" not in unit else 8):
            writer.write(unit)
    last, count = "", 0
    tracemalloc.start()
    for each in observe_stream(io.BytesIO(packed.getvalue()), "x", MONDAY):
        last, count = each.code if isinstance(each, Rejection) else each.document.subject, count + 1
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (last, count <= 1_001) == (outcome, True)
    assert most < 6 * 4 * 2**20


def test_too_many_rejections_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rejections end the reading of a source only where no document comes between them."""
    monkeypatch.setattr(files_, "MAX_REJECTED", 3)
    assert told(b"\n".join([b"{}", b"{}", me(1)] * 3))[-1] == ("x:9", "identity:1")
    assert told(b"\n".join([me(1), b"{}", b"{}", b"{}", me(2)])) == [
        ("x:1", "identity:1"),
        *((f"x:{n}", "no_identity") for n in (2, 3, 4)),
        ("x", "too_many_rejections"),
    ]


# ---- moments, sources, progress


def test_moments(tmp_path: Path) -> None:
    """An envelope's moment wins over the one that is given, and that over the file's modification time."""
    file = tmp_path / "x.jsonl"
    file.write_bytes(
        me(1)
        + b'\n{"observed_at": "2026-03-03T00:00:00Z", "source": "ledger", "document": '
        + me(2)
        + b"}\n"
    )
    os.utime(file, (0, 1_000_000_000))

    def moments(given: datetime | None) -> list[tuple[datetime, str, str | None]]:
        return [
            (each.document.observed_at, each.document.source, each.document.moment_source)
            for each in observe(file, given)
            if not isinstance(each, Rejection)
        ]

    changed = datetime.fromtimestamp(1_000_000_000, UTC)
    second, name = (TUESDAY, "ledger", "envelope"), f"{file.as_posix()}:1"
    assert moments(None) == [(changed, name, "file"), second]
    assert moments(MONDAY) == [(MONDAY, name, "given"), second]
    for given, how in ((None, MomentSource.FILE), (MONDAY, MomentSource.GIVEN)):
        graph = load(file, observed_at=given)
        assert {each.moment_source for each in graph.documents} == {how, MomentSource.ENVELOPE}


def test_moments_of_a_large_file(tmp_path: Path) -> None:
    """Documents of a file that is read in chunks know their moments as those of a small one do."""
    file = tmp_path / "large.jsonl"
    filler = b" " * 1000
    file.write_bytes(b"\n".join(me(number) + filler for number in range(1, 3000)))
    assert {each.moment_source for each in load(file).documents} == {MomentSource.FILE}
    given = load(file, observed_at=MONDAY).documents
    assert {each.moment_source for each in given} == {MomentSource.GIVEN}


def test_moment_of_a_stream_without_a_file() -> None:
    """A stream that has no modification time was observed now; so was a file from beyond the calendar."""
    before = datetime.now(UTC)
    for stream in (io.BytesIO(me(1)), Trickle(me(1))):
        (found,) = observe_stream(stream, "-")  # type: ignore[arg-type]  # as much of IO as there is
        assert not isinstance(found, Rejection)
        assert before <= found.document.observed_at <= datetime.now(UTC)


def test_modification_time_beyond_the_calendar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A modification time that is no date stops nothing."""
    file = tmp_path / "x.json"
    file.write_bytes(me(1))
    real = os.fstat

    def fstat(number: int) -> os.stat_result:
        return os.stat_result((*real(number)[:8], 10**15, *real(number)[9:]))

    monkeypatch.setattr(os, "fstat", fstat)
    (found,) = observe(file)
    assert not isinstance(found, Rejection)


def test_progress(tmp_path: Path) -> None:
    """Progress tells the bytes of the file, packed ones where it is packed: never backwards, the whole at the end."""
    for raw in (
        me(1),
        BRUCE,
        b"\n".join(me(n) for n in range(5_000)),
        b"[" + b",".join(me(n) for n in range(5_000)) + b"]",
    ):
        for sent in (raw, gzip.compress(raw)):
            file = tmp_path / "x.json"
            file.write_bytes(sent)
            calls: list[int] = []
            arrived = sum(1 for _ in observe(file, progress=calls.append))
            assert len(calls) == arrived
            assert calls == sorted(calls)
            assert calls[-1] == len(sent)


def test_progress_is_silent_where_there_is_no_place() -> None:
    """A stream that cannot say where it is tells no progress."""
    calls: list[int] = []
    assert len(list(observe_stream(Trickle(me(1)), "-", MONDAY, calls.append))) == 1  # type: ignore[arg-type]
    assert calls == []


def test_an_error_of_progress_is_the_callers(tmp_path: Path) -> None:
    """What the caller's own function raises does not pass for an unreadable file."""
    file = tmp_path / "x.json"
    file.write_bytes(me(1))

    def broken(position: int) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        list(observe(file, progress=broken))


# ---- folders and files


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(me(1)) if name.endswith(".gz") else me(1))


def test_folder(tmp_path: Path) -> None:
    """A folder is searched at any depth, in a stable order, for document files alone."""
    write(
        tmp_path,
        "b.json",
        "a/deep/er/x.ndjson",
        "a/c.jsonl.gz",
        "a/D.JSON",
        "z.json.gz",
        "x.json/inside.json",
    )
    write(
        tmp_path,
        "readme.md",
        "json",
        "x.json.bak",
        "x.gz",
        "y.csv",
        ".json",
        ".hidden.json",
        ".git/x.json",
        "a/.b/c/d.json",
    )
    found = [path.relative_to(tmp_path).as_posix() for path in files([tmp_path])]
    assert found == [
        "a/D.JSON",
        "a/c.jsonl.gz",
        "a/deep/er/x.ndjson",
        "b.json",
        "x.json/inside.json",
        "z.json.gz",
    ]
    assert files([tmp_path / "x.json"]) == [tmp_path / "x.json" / "inside.json"]
    (tmp_path / "empty").mkdir()
    assert files([tmp_path / "empty"]) == []


def test_named_files_are_read_whatever_their_name(tmp_path: Path) -> None:
    """A file that is named is taken whatever its name, hidden or not; the same file twice is one."""
    write(tmp_path, ".hidden", ".git/x.json", "a.json")
    named = [tmp_path / ".hidden", tmp_path / "a.json"]
    assert files([*named, tmp_path / "a.json", tmp_path]) == named
    assert files([tmp_path / ".git"]) == [tmp_path / ".git" / "x.json"]


def test_missing(tmp_path: Path) -> None:
    """A path that is not there is an error before anything is read."""
    for name in ("missing.json", "a\0b", "missing/x.json"):
        with pytest.raises(FileNotFoundError):
            files([tmp_path, tmp_path / name])


def test_symbolic_links(tmp_path: Path) -> None:
    """Links to files are followed, loops of folders are not; a link to nothing is left to whoever reads it to tell."""
    write(tmp_path, "a/x.json")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "link.json").symlink_to(tmp_path / "a" / "x.json")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nothing")
    (tmp_path / "self.json").symlink_to(tmp_path / "self.json")
    names = ("a/x.json", "gone.json", "link.json", "self.json")
    assert files([tmp_path]) == [tmp_path / name for name in names]


def test_what_is_no_file_in_a_folder(tmp_path: Path) -> None:
    """A pipe in a folder is passed over: reading it would never end."""
    write(tmp_path, "x.json")
    os.mkfifo(tmp_path / "pipe.json")
    assert files([tmp_path]) == [tmp_path / "x.json"]


def refuse(path: Path, *args: Any, **kwargs: Any) -> Any:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("method", ["is_file", "open"])
def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """A file that cannot be read is a rejection, and does not end the reading of a folder."""
    write(tmp_path, "a.json", "b.json")
    real: Callable[..., Any] = getattr(Path, method)
    monkeypatch.setattr(
        Path,
        method,
        lambda self, *a, **k: (refuse if self.name == "a.json" else real)(self, *a, **k),
    )
    found = files([tmp_path])
    assert [path.name for path in found] == ["a.json", "b.json"]
    if method == "open":
        assert [told_ for path in found for told_ in outcomes(observe(path, MONDAY))] == [
            ((tmp_path / "a.json").as_posix(), "unreadable_file"),
            ((tmp_path / "b.json").as_posix(), "identity:1"),
        ]


def outcomes(arrivals: Iterator[Any]) -> Told:
    return [
        (each.source, each.code)
        if isinstance(each, Rejection)
        else (each.document.source, each.document.subject)
        for each in arrivals
    ]


def test_folder_as_a_file(tmp_path: Path) -> None:
    """A folder in the place of a file is a rejection."""
    assert outcomes(observe(tmp_path)) == [(tmp_path.as_posix(), "unreadable_file")]


def test_stream_that_breaks() -> None:
    """A stream that fails while it is read ends in a rejection, after whole lines that came before."""

    class Breaking(Trickle):
        def readinto(self, buffer: Any) -> int:
            if not self.rest:
                raise OSError(5, "Input/output error")
            return super().readinto(buffer)

    lines = b"\n".join(me(n) for n in range(3)) + b"\n"
    found = told(Breaking(lines, 100_000))  # type: ignore[arg-type]  # as much of IO as there is
    assert found[-1] == ("x", "unreadable_file")
    assert set(found[:-1]) <= {(f"x:{n + 1}", f"identity:{n}") for n in range(3)}


# ---- speed


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("form", ["lines", "array", "blank", "tail"])
def test_many_small_pieces_take_linear_time(form: str, zipped: bool) -> None:
    """Four times as much takes about four times as long, in any form; never sixteen times."""

    def seconds(count: int) -> float:
        unit = b'{"identity_id": 1}'
        raw = {
            "lines": b"\n".join([unit] * count),
            "array": b"[" + b",".join([unit] * count) + b"]",
            "blank": unit + b"\n" * count * 4 + unit,
            "tail": b"{\n" + b"{ \n" * count * 2,
        }[form]
        sent = gzip.compress(raw, 1) if zipped else raw
        calls: list[int] = []
        start = time.perf_counter()
        assert sum(1 for _ in observe_stream(io.BytesIO(sent), "x", MONDAY, calls.append))
        return time.perf_counter() - start

    seconds(1_000)
    assert (
        min(seconds(40_000) for _ in range(2)) < 10 * min(seconds(10_000) for _ in range(3)) + 0.05
    )


def test_half_an_emoji_costs_no_document() -> None:
    """A lone surrogate becomes U+FFFD, and the rest of the document is kept; a pair and an escaped backslash stay."""
    raw = b'{"identity_id": 1, "first_name": "Al \\ud83d", "last_name": "\\ud83d\\ude42 \\\\ud83d"}'
    (taken,) = observe_stream(io.BytesIO(raw), "x", MONDAY)
    assert isinstance(taken, Observation)
    assert isinstance(taken.content, records.Me)
    assert (taken.content.first_name, taken.content.last_name) == (
        "Al \ufffd",
        "\U0001f642 \\ud83d",
    )


def test_a_dangling_link_is_told(tmp_path: Path) -> None:
    """A link that leads nowhere is a document that cannot be read, not one that is not there."""
    (tmp_path / "x.json").symlink_to(tmp_path / "none")
    (file,) = files([tmp_path])
    (rejection,) = observe(file)
    assert isinstance(rejection, Rejection)
    assert rejection.code == "unreadable_file"


def test_a_folder_without_documents_says_what_it_has(tmp_path: Path) -> None:
    """A folder whose files are none of ours is told, with what was passed over; one with a document is not."""
    for name in ("a.csv", "b.CSV", "c.xlsx", "d"):
        (tmp_path / name).touch()
    (rejection,) = arrivals([tmp_path])
    assert isinstance(rejection, Rejection)
    assert rejection.code == "no_documents"
    assert rejection.message.endswith("passed over: 2 .csv, 1 .xlsx, 1 no ending")
    (tmp_path / "e.json").write_bytes(me(1))
    (taken,) = arrivals([tmp_path])
    assert isinstance(taken, Observation)
