"""The bytes of a ledger's files."""

from __future__ import annotations

import contextlib
import zlib
from pathlib import Path


def raw(path: Path) -> bytes:
    """Every byte in the folder of a ledger: the file, its write-ahead log, and whatever else was left."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def inflated(data: bytes) -> bytes:
    """All that can be decompressed from any place of some bytes, damaged ends included."""
    found: list[bytes] = []
    place = data.find(b"\x78")
    while place >= 0:
        stream = zlib.decompressobj()
        with contextlib.suppress(zlib.error):
            # bit by bit: what comes before the damage counts
            found.extend(
                stream.decompress(data[at : at + 8]) for at in range(place, place + 4096, 8)
            )
        place = data.find(b"\x78", place + 1)
    return b"".join(found)
