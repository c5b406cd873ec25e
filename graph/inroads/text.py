"""Text of documents made fit for terminals, spreadsheets, JSON and XML: safe, and of a bounded length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

_STEERING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Characters that steer terminals, are invalid in XML or have no UTF-8. A backslash escapes them."""
_ESCAPED: Final = re.compile(r"\\(\\|u[0-9a-f]{4})")
_FORMULA: Final = ("=", "+", "-", "@")
"""The characters with which a spreadsheet begins a formula (OWASP: CSV injection)."""
SHOWN: Final = 3
"""The most records of one thing that are shown before "… n more"."""

LISTED: Final = 5
"""The most names that a sentence, a line or a cell of a table lists before "… n more"."""

MAX_CELL: Final = 31_999
"""The most characters in a cell of CSV, before the quote that keeps it from being a formula.

Spreadsheets cut off what is beyond 32,767.
"""

_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_-]")


def escaped(text: str) -> str:
    r"""A text without characters that a file cannot hold or that steer a terminal; see `unescaped`.

    >>> print(escaped("a\x1b[0m\\"))
    a\u001b[0m\\
    """
    return _STEERING.sub(lambda each: f"\\u{ord(each[0]):04x}", text.replace("\\", "\\\\"))


def unescaped(text: str) -> str:
    r"""The text that `escaped` was given.

    >>> unescaped(escaped("a\x1b[0m\\u0041"))
    'a\x1b[0m\\u0041'
    """
    return _ESCAPED.sub(lambda each: "\\" if each[1] == "\\" else chr(int(each[1][1:], 16)), text)


def cell(text: str) -> str:
    """An escaped text that no spreadsheet runs as a formula; `original` gives the text back.

    >>> cell("=1+1"), cell("plain")
    ("'=1+1", 'plain')
    """
    shown = escaped(text)
    return f"'{shown}" if shown.startswith((*_FORMULA, "'")) else shown


def original(shown: str) -> str:
    """The text that `cell` was given.

    >>> original(cell("'=1")), original("plain")
    ("'=1", 'plain')
    """
    return unescaped(shown.removeprefix("'"))


def plain_id(text: str) -> str:
    """An id of `A-Z a-z 0-9 _ - =` alone, different for different texts: any other character is `=` and its hex bytes.

    >>> plain_id("zDmNq"), plain_id("a b=:")
    ('zDmNq', 'a=20b=3d=3a')
    """
    return _NOT_PLAIN.sub(
        lambda each: "".join(f"={b:02x}" for b in each[0].encode("utf-8", "surrogatepass")), text
    )


def printable(text: str) -> str:
    """The text without characters that could steer a terminal or reorder what is read: each becomes U+FFFD."""
    return text if text.isprintable() else _STEERING.sub("\ufffd", text)


def harmless(text: str) -> str:
    """A printable text that no spreadsheet runs as a formula. Unlike with `cell`, the way back is lost."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def shortened(parts: Sequence[str], most: int | None = LISTED) -> list[str]:
    """The first parts, and how many more there are.

    >>> shortened(["a", "b", "c", "d"], 3), shortened(["a", "b"], 3)
    (['a', 'b', 'c', '… 1 more'], ['a', 'b'])
    """
    if most is None or len(parts) <= most:
        return list(parts)
    return [*parts[:most], more(len(parts) - most)]


def many(number: int, noun: str, plural: str = "s") -> str:
    """The number with its noun, with this end if it is not one.

    >>> many(1, "business", "es"), many(1200, "business", "es")
    ('1 business', '1,200 businesses')
    """
    return f"{number:,} {noun}{'' if number == 1 else plural}"


def more(number: int) -> str:
    """The line or word for so many more.

    >>> more(8908)
    '… 8,908 more'
    """
    return f"… {number:,} more"


def middle_cut(text: str, most: int) -> str:
    """The text in at most so many characters: its middle goes, so that a path keeps its name.

    >>> middle_cut("/data/exports/2026/people.json:12", 24), middle_cut("a.json", 24)
    ('/data…026/people.json:12', 'a.json')
    """
    if len(text) <= most:
        return text
    name = len(text) - text.rfind("/") - 1
    end = min(most - 2, max(most * 3 // 4, name))
    return f"{text[: most - end - 1]}…{text[-end:]}"


def fitting(parts: Sequence[str], between: str, size: int = MAX_CELL) -> str:
    """The parts in one text of at most so many characters, with the number of those left out.

    >>> fitting(["abc", "def", "ghi"], "; ", 18), fitting(["abc", "def"], "; ", 8)
    ('abc; def; ghi', 'abc; def')
    >>> fitting(["abc" * 9, "def"], "; ", 20)
    'abcabcabc…; … 1 more'
    """
    whole = between.join(parts)
    if len(whole) <= size:
        return whole
    room = size - len(between) - len(more(len(parts)))
    kept, used = 0, 0
    for part in parts:
        used += len(part) + len(between) * (kept > 0)
        if used > room:
            break
        kept += 1
    first = list(parts[:kept]) or [f"{parts[0][: max(0, room - 1)]}…"]
    left = len(parts) - len(first)
    return between.join([*first, more(left)] if left else first)


def json_text(value: Any, *, pretty: bool = False) -> str:
    """A value as JSON; characters that could steer a terminal are escaped, which JSON allows."""
    data = msgspec.json.encode(value)
    text = (msgspec.json.format(data) if pretty else data).decode()
    return re.sub(
        r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]", lambda each: f"\\u{ord(each[0]):04x}", text
    )
