"""Large files are read in stretches, and say what they say as a stream."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inroads.documents.reader import Observation
from inroads.errors import Rejection
from inroads.explorer import load
from inroads.sources import chunks, files
from inroads.sources import loader as gathering
from inroads.sources.chunks import FileChunk, RawDocument
from inroads.sources.files import Refusals, observe, observe_stream, unread
from worlds import same

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
PIECES = [
    b"\n",
    b" \r\n",
    b'{"id": 7}\n',
    b'{"id": 8, "email": "\xc3\xa9@x.org"}\r\n',
    b"{\n",
    b"[]\n",
    b"\xff\n",
    b"x" * 90,
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch is short, so that a small file has many."""
    monkeypatch.setattr(chunks, "BYTES", 64)
    monkeypatch.setattr(chunks, "LINES", 5)


def outcomes(found: Iterator[Observation | Rejection]) -> list[object]:
    """What was taken, where it stands, and what was not."""
    return [each if isinstance(each, Rejection) else each.document for each in found]


def as_stream(path: Path) -> list[object]:
    """The same file where it cannot be cut."""
    return outcomes(observe_stream(io.BytesIO(path.read_bytes()), path.as_posix(), MONDAY))


@pytest.mark.parametrize("name", ["x.ndjson", "x.json", "x"])
@pytest.mark.parametrize("seed", range(8))
def test_stretches_say_what_the_stream_says(tmp_path: Path, name: str, seed: int) -> None:
    """The same documents and rejections with the same line numbers, whatever stands on the lines and ends them."""
    rng, path = random.Random(seed), tmp_path / name
    starts = [
        b'{"id": 1}\n{"id": 2}\n',
        b'\xef\xbb\xbf{"id": 1}\n',
        b"\n{}\n",
        b'[{"id": 1},\n',
        b"{\n",
        b'{"id": 1}',
    ]
    for start in starts:
        path.write_bytes(start + b"".join(rng.choices(PIECES, k=60)))
        assert outcomes(observe(path, MONDAY)) == as_stream(path)


def test_large_files_of_lines_are_left_where_they_are(tmp_path: Path) -> None:
    """Only what has a document on each line is cut: by its name, or since there is a second line."""
    raw = b'{"id": 1, "email": "a@x.org"}\n' * 20
    for name, content, cut in (
        ("x.ndjson", raw, True),
        ("x.json", raw, True),
        ("x.json", raw[:60], False),
        ("x.json", b"[" + raw.replace(b"}\n", b"},\n"), False),
        ("x.ndjson", b'{"id": 1, "x": "%s"}' % (b"x" * 99), True),
        ("x.json", b'{"id": 1, "x": "%s"}' % (b"x" * 99), False),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        found = list(unread([path], MONDAY, None, None, Refusals()))
        assert [isinstance(each, FileChunk) for each in found] == [cut] * len(found)
        assert len(found) > 0
        assert outcomes(observe(path, MONDAY)) == as_stream(path)


def test_no_more_of_a_long_line_is_read_than_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that is too long for a document is one rejection, and the lines behind it keep their numbers."""
    for module in (files, chunks):
        monkeypatch.setattr(module, "MAX_BYTES", 300)
    monkeypatch.setattr("inroads.documents.reader.MAX_BYTES", 300)
    path = tmp_path / "x.ndjson"
    path.write_bytes(
        b'{"identity_id": 1}\n{"x": "%s"}\n{"identity_id": 2}\n{"identity_id": 3}' % (b"x" * 1_000)
    )
    first, long, second, third = observe(path, MONDAY)
    assert isinstance(long, Rejection)
    assert (long.source, long.code) == (f"{path.as_posix()}:2", "too_large")
    places = [
        each.document.source for each in (first, second, third) if isinstance(each, Observation)
    ]
    assert places == [f"{path.as_posix()}:{number}" for number in (1, 3, 4)]


@pytest.mark.parametrize("how", ["replaced", "cut", "gone"])
def test_a_file_that_changes_is_told(tmp_path: Path, how: str) -> None:
    """What another file has in its place is never taken for it, and what is lost is told."""
    path, other = tmp_path / "x.ndjson", tmp_path / "other"
    path.write_bytes(b'{"id": 1, "email": "a@x.org"}\n' * 4)
    other.write_bytes(b'{"id": 2, "email": "b@x.org"}\n' * 4)
    cut = [
        each
        for each in unread([path], MONDAY, None, None, Refusals())
        if isinstance(each, FileChunk)
    ]
    if how == "replaced":
        other.rename(path)
    elif how == "cut":
        os.truncate(path, cut[1].start + 30)
    else:
        path.unlink()
    found = list(cut[1].unread())
    assert [each.code for each in found if isinstance(each, Rejection)] == ["unreadable_file"]
    taken = [each.observe() for each in found if isinstance(each, RawDocument)]
    subjects = [each.document.subject for each in taken if isinstance(each, Observation)]
    assert subjects == (["identity:1"] if how == "cut" else [])


def test_a_refused_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many rejections in a row end the reading, across the ends of stretches; one document begins the count anew."""
    monkeypatch.setattr(files, "MAX_REJECTED", 40)
    path = tmp_path / "x.ndjson"
    path.write_bytes(
        b'{"identity_id": 1}\n' + b"{}\n" * 39 + b'{"identity_id": 1}\n' + b"{}\n" * 5_000
    )
    found = list(observe(path, MONDAY))
    assert isinstance(found[-1], Rejection)
    assert (found[-1].source, found[-1].code) == (path.as_posix(), "too_many_rejections")
    assert 1 + 39 + 1 + 40 <= len(found) - 1 < 1 + 39 + 1 + 40 + 5


def test_processes_read_stretches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that read the file themselves find what one finds, and keep the bodies in one file."""
    monkeypatch.setattr(gathering, "PARALLEL_FROM", 0)
    monkeypatch.setattr(gathering, "CHUNK_DOCUMENTS", 10)
    monkeypatch.setattr(gathering, "MERGED_PARTS", 3)
    monkeypatch.setattr(chunks, "BYTES", 2_000)
    row = (
        b'{"id": %d, "email": "%d@x.org", "business_memberships":'
        b' [{"id": %d, "role": "owner", "business": {"id": 5}}]}'
    )
    lines = [row % (number, number, number) for number in range(500)]
    lines[100] = b"{"
    path = tmp_path / "x.ndjson"
    path.write_bytes(b"\n".join(lines))
    told: list[int] = []
    one, two = (
        load(path, observed_at=MONDAY),
        load(path, observed_at=MONDAY, workers=2, progress=told.append),
    )
    assert same([one, two])
    assert one.rejections == two.rejections != ()
    assert [each.body for each in one.documents] == [each.body for each in two.documents]
    assert len(two.fold.said.stores) == 1
    assert sum(told) == path.stat().st_size
    assert len(told) > 10
