"""The folded columns beside their ledger, memory-mapped, so that a new process need not fold them again.

A snapshot is a folder of NumPy's own .npy files and a manifest. Everything in it is derived from
the ledger: where one is missing, stale or damaged it is made anew. A file that is damaged is never
used: all checksums are compared when a snapshot is opened.
"""

from __future__ import annotations

import mmap
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, get_type_hints

import msgspec
import numpy as np

from inroads.columns.adjacency import Adjacency, Derived
from inroads.columns.fold import Fold
from inroads.columns.overlay import whole
from inroads.policy.tables import Policy
from inroads.store.ledger import Bodies, Ledger, snapshots, sync

FORMAT: Final = 4
"""Counts up whenever the columns change."""

_MANIFEST: Final = "manifest.json"


class _File(msgspec.Struct, frozen=True):
    """The size and the checksum of one file."""

    bytes: int
    crc32: int


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    policy: str
    position: int
    forgetting: int
    fingerprint: str
    version: str
    kind_starts: tuple[int, ...]
    files: dict[str, _File]


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A manifest with its checksum."""

    crc32: int
    manifest: msgspec.Raw


class Snapshot(NamedTuple):
    """The columns that were kept, and the position up to which they hold the ledger's log."""

    columns: Adjacency
    position: int


def find(ledger: Ledger, policy: Policy) -> Snapshot | None:
    """The latest snapshot that can be used; those that cannot are passed over."""
    for folder in sorted(_folders(ledger.path, policy), key=_position, reverse=True):
        with suppress(OSError, ValueError, KeyError, TypeError, msgspec.DecodeError):
            manifest = _manifest(folder)
            if _fits(manifest, ledger, policy):
                return Snapshot(_opened(folder, manifest, ledger.path, policy), manifest.position)
    return None


def _fits(manifest: _Manifest, ledger: Ledger, policy: Policy) -> bool:
    """Return whether the snapshot is of this ledger as it is now; a restored backup may be another
    under the same name.
    """
    return (
        (manifest.format, manifest.policy, manifest.forgetting)
        == (FORMAT, policy.digest, ledger.forgetting)
        and manifest.position <= ledger.sequence
        and manifest.fingerprint == ledger.fingerprint(manifest.position)
    )


def save(index: Adjacency, ledger: Ledger, position: int, forgetting: int) -> Path | None:
    """Keep a graph of this ledger alone, which holds its log up to a position, and was read after that forgetting.

    None where the place beside the ledger cannot be written, and where somebody was forgotten since.
    """
    if index.fold.said.stores != (Bodies(ledger.path),):
        raise ValueError("the graph holds documents of other places")
    name = f"{_prefix(ledger.path, index.policy)}{position}"
    folder, making = ledger.path.with_name(name), ledger.path.with_name(f".{name}.{os.getpid()}")
    try:
        making.mkdir(mode=0o700)
        files = {}
        for column, array in _flat(whole({"fold": index.fold, "derived": index.derived})):
            path = making / f"{column}.npy"
            np.save(path, array, allow_pickle=False)
            files[column] = _File(path.stat().st_size, _crc32(path))
            sync(path)
        fold = index.fold
        manifest = _Manifest(
            FORMAT,
            index.policy.digest,
            position,
            forgetting,
            ledger.fingerprint(position),
            fold.version,
            tuple(fold.kind_starts),
            files,
        )
        body = msgspec.json.encode(manifest)
        (making / _MANIFEST).write_bytes(
            msgspec.json.encode(_Sealed(zlib.crc32(body), msgspec.Raw(body)))
        )
        sync(making / _MANIFEST)
        sync(making)
        making.rename(folder)
        sync(folder.parent)
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
        return None
    for older in _folders(ledger.path, index.policy):
        if _position(older) < position:
            shutil.rmtree(older, ignore_errors=True)
    if (
        ledger.forgetting != forgetting
    ):  # someone was forgotten meanwhile: what is in here must not stay
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return folder


def damage(folder: Path) -> list[str]:
    """The files of a snapshot that are not what was written."""
    try:
        return _damaged(folder, _manifest(folder))
    except (OSError, msgspec.DecodeError):
        return [_MANIFEST]


def _damaged(folder: Path, manifest: _Manifest) -> list[str]:
    """Return the names of columns whose file is not what was written; a checksum lets go of the
    lock of the interpreter, so that threads share the work.
    """
    with ThreadPoolExecutor() as pool:
        whole = pool.map(
            lambda item: _is_whole(folder / f"{item[0]}.npy", item[1]), manifest.files.items()
        )
        return [name for name, is_whole in zip(manifest.files, whole, strict=True) if not is_whole]


def _is_whole(path: Path, expected: _File) -> bool:
    try:
        return path.stat().st_size == expected.bytes and _crc32(path) == expected.crc32
    except OSError:
        return False


def _prefix(ledger: Path, policy: Policy) -> str:
    return f"{ledger.name}.snapshot-{FORMAT}-{policy.digest[:8]}-"


def _folders(ledger: Path, policy: Policy) -> list[Path]:
    prefix = _prefix(ledger, policy)
    return [folder for folder in snapshots(ledger) if folder.name.startswith(prefix)]


def _position(folder: Path) -> int:
    last = folder.name.rpartition("-")[2]
    return int(last) if last.isdecimal() else -1


def _manifest(folder: Path) -> _Manifest:
    sealed = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=_Sealed)
    if zlib.crc32(sealed.manifest) != sealed.crc32:
        raise msgspec.DecodeError(f"{folder / _MANIFEST} is damaged")
    return msgspec.json.decode(sealed.manifest, type=_Manifest)


def _crc32(path: Path) -> int:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return zlib.crc32(content)


def _opened(folder: Path, manifest: _Manifest, ledger: Path, policy: Policy) -> Adjacency:
    if broken := _damaged(folder, manifest):
        raise ValueError(f"{folder} is damaged: {', '.join(broken)}")
    arrays = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)
        for name in manifest.files
    }
    given = {
        "fold.kind_starts": manifest.kind_starts,
        "fold.version": manifest.version,
        "fold.said.stores": (Bodies(ledger),),
    }
    return Adjacency(
        _shaped(Fold, "fold", arrays, given), policy, _shaped(Derived, "derived", arrays, given)
    )


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Every array inside tables and mappings, by the names that lead to it."""
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            yield name, value
            continue
        inner = (
            value
            if isinstance(value, Mapping)
            else value._asdict()
            if hasattr(value, "_asdict")
            else {}
        )
        yield from _flat({f"{name}.{key}": each for key, each in inner.items()})


def _shaped(kind: Any, name: str, arrays: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """A table again, from the arrays by name."""
    values = {}
    for field, inner in get_type_hints(kind).items():
        place = f"{name}.{field}"
        if place in given:
            values[field] = given[place]
        elif place in arrays:
            values[field] = arrays[place]
        elif hasattr(inner, "_fields"):
            values[field] = _shaped(inner, place, arrays, given)
        else:
            values[field] = {
                key.removeprefix(f"{place}."): each
                for key, each in arrays.items()
                if key.startswith(f"{place}.")
            }
    return kind(**values)
