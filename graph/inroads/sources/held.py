"""Documents that a program holds: dicts, JSON text, and sequences or columns of them."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from inroads.errors import InroadsError, Rejection
from inroads.model import MomentSource
from inroads.sources.chunks import RawDocument
from inroads.sources.files import Refusals, unread_stream

Held: TypeAlias = Mapping[str, Any] | str | bytes | Iterable[Mapping[str, Any] | str | bytes]
"""A document or envelope, JSON text of one or many, or a sequence or column of both."""

_BEGINNINGS: Final = ("{", "[")
_MARK: Final = "\ufeff"


def is_held(given: object) -> bool:
    """Return whether a value is a document or documents, and no path: JSON text begins as JSON."""
    if isinstance(given, str):
        begins = given.removeprefix(_MARK).lstrip().startswith(_BEGINNINGS)
        return begins and not os.path.exists(given)  # noqa: PTH110  # any text
    return not isinstance(given, os.PathLike)


def unread_held(
    held: Iterable[Held], observed_at: dt.datetime | None, refusals: Refusals
) -> Iterator[RawDocument | Rejection]:
    """Yield each document of values in memory.

    One without an envelope was observed at `observed_at` (aware), else now. An entry that is no
    document, such as a missing value of a column, is a rejection. Raises InroadsError
    BAD_DOCUMENTS for a value that is neither.
    """
    moment = observed_at or dt.datetime.now(dt.UTC)
    for number, each in enumerate(held, 1):
        if hasattr(each, "columns"):
            raise InroadsError("give the column of a frame that holds documents", "BAD_DOCUMENTS")
        source = "document" if number == 1 else f"document {number}"
        if isinstance(each, str | bytes | bytearray | memoryview):
            yield from unread_stream(
                io.BytesIO(_text(each)), source, moment, None, -number, refusals
            )
        elif isinstance(each, Mapping):
            yield _raw(each, moment, source, number)
        elif isinstance(each, Iterable) and getattr(each, "shape", None) != ():
            for place, entry in enumerate(each):
                yield _raw(entry, moment, f"{source}[{place}]", number)
        else:
            raise InroadsError(
                f"a {type(each).__name__} is no path, no document and no list of documents",
                "BAD_DOCUMENTS",
            )


def _raw(entry: object, moment: dt.datetime, source: str, number: int) -> RawDocument | Rejection:
    try:
        given = entry.as_py() if hasattr(entry, "as_py") else entry  # a value of Arrow
        raw = (
            _text(given)
            if isinstance(given, str | bytes | bytearray | memoryview)
            else _json(given)
        )
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        return Rejection(source, "", "not_json", f"it is no JSON: {error}")
    return RawDocument(raw, moment, source, -number, MomentSource.GIVEN)


def _text(given: str | bytes | bytearray | memoryview) -> bytes:
    return given.encode("utf-8", "surrogatepass") if isinstance(given, str) else bytes(given)


def _json(entry: object) -> bytes:
    """Return a value as JSON. Raises ValueError for NaN, which is a missing value in a frame.

    As null it would say that there is nothing: it would end what older documents tell.
    """
    raw = msgspec.json.encode(entry, enc_hook=_plain)
    if b"null" in raw:  # which msgspec writes for NaN
        try:
            json.dumps(msgspec.to_builtins(entry, enc_hook=_plain), allow_nan=False)
        except ValueError:
            raise ValueError(
                "NaN, which a frame holds for a missing value: leave the key out, or give null"
            ) from None
    return raw


def _plain(value: Any) -> Any:
    """Return a value of NumPy, pandas or another mapping as a plain one.

    Frames hold lists as arrays.
    """
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, dt.datetime) and value == value:  # noqa: PLR0124  # NaT is not equal to itself
        return value.isoformat()
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} has no JSON")
