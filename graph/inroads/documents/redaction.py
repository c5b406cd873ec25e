"""Removal of secrets from documents before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

from inroads.documents.records import (
    AccountBusiness,
    Address,
    Business,
    BusinessGroup,
    ClientBusiness,
    ClientRow,
    GroupRow,
    ListedMember,
    ListingMeta,
    Me,
    Members,
    Membership,
    Phone,
    Profession,
    Profile,
    RoleRow,
    Team,
    TeamMember,
)

MAX_DEPTH: Final = 32
"""The deepest nesting that is read; the deepest that the vendor writes is 6."""

MAX_VALUES: Final = 4_000_000
"""The most values in one document, counted by its commas: a small text of tiny values would fill the memory."""


SUBJECTS: Final = frozenset({"id", "identity_id", "business_group"})
"""The keys by which a document says whom or what it is about."""


class RejectedDocument(Exception):
    """Carries the reason out of the reading functions of this file."""

    def __init__(self, code: str, pointer: str, message: str) -> None:
        self.reason = (code, pointer, message)


_SECRET_KEY: Final = re.compile(
    r"tok.?n|secret|pass(?:w|_?phrase|_?code)|pwd|authori[sz]ation|bearer|credential|cookie|csrf|jwt|fast.?track"
    r"|(?:api|access|private|signing)[-_. ]?key|session.?(?:id|key)",
    re.IGNORECASE,
)
_SECRET_LOWER_KEY: Final = re.compile(_SECRET_KEY.pattern)
"""`_SECRET_KEY` for ASCII names in lower case, which is faster.

It is wrong beyond ASCII, where other letters are equal to a k, an s or an i when case is ignored.
"""
# Each alternative begins where no other attempt of its kind can, or is of fixed length: linear on any text.
_SECRET_VALUE = re.compile(
    r"""
      (?<![\w-]) (?-i:eyJ) [\w-]{4,}+ \.                            # the head of a JWT; a name may contain eyJ
    | \. (?-i:eyJ) [\w-]{8}                                         # the claims of a JWT
    | \b bearer \s++ (?=[\w.~+/-]*\d) [\w.~+/-]{16}
    | (?:token|secret|passwo?r?d|api_?key) ["']? \s*+ [=:] \s*+ ["']? (?=[\w.~+/-]*\d) [\w.~+/-]{8}
    | :// [^\s/@:]* : [^\s/@]+ @                                    # a password in a URL
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY
    """,
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
SECRET_MARKS: Final = (
    "eyj",
    "bearer",
    "token",
    "secret",
    "passw",
    "apikey",
    "api_key",
    "://",
    "-----begin",
)
"""One of these is in every text that `_SECRET_VALUE` matches, and is found faster."""
_SHORTEST_SECRET: Final = 12
_SECRET_HEX = re.compile(
    r"(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{40,}+(?![0-9a-z])"
)  # the vendor's tokens; a UUID has 32
SHORTEST_HEX: Final = 40
_HEX_TO_ZERO: Final = bytes(
    ord("0") if chr(each) in "0123456789abcdef" else ord(" ") for each in range(256)
)
"""A table for `bytes.translate`: a run of hexadecimal digits becomes a run of zeros, which is found faster."""
_ACCOUNT_TABLES: Final = frozenset({"permissions", "subscription_statuses", "business_statuses"})
_STRUCTS: Final = (
    Me,
    Profile,
    Profession,
    Address,
    Phone,
    Membership,
    Business,
    ClientRow,
    ClientBusiness,
    AccountBusiness,
    GroupRow,
    RoleRow,
    Team,
    BusinessGroup,
    TeamMember,
    Members,
    ListedMember,
    ListingMeta,
)
FIELDS: Final = frozenset(name for kind in _STRUCTS for name in kind.__struct_fields__)
"""Every key that is read, in whatever object."""

_HARMLESS: Final = (FIELDS | {"document", "observed_at", "source", "response", "destroy"}) - {
    "integrations",
    *_ACCOUNT_TABLES,
}
"""The keys that need no judgement, nearly all that there are: it would let every one of them pass."""
_FLAGS: Final = frozenset({bool, int, type(None)})
_DROPPED: Final = object()
_LARGE: Final = 2**20
"""Bytes of a document from which its strings are never joined: a copy of all of them would fill the memory."""


def redact(value: Any, size: int) -> Any:
    """The value without secrets: keys that name one, strings that are one, and all of `integrations` but names.

    It is changed in place. Keys are judged one by one, strings all together: hardly ever is one of them a secret.
    """
    if not isinstance(value, dict | list):
        return value
    texts: list[str] = []
    dropped: list[tuple[dict[str, Any], str]] = []
    _walk(value, 0, False, texts, dropped)
    for box, key in dropped:
        del box[key]
    return _without_secrets(value) if _any_holds_secret(texts, size) else value


def _walk(
    box: Any, depth: int, table: bool, texts: list[str], dropped: list[tuple[dict[str, Any], str]]
) -> None:
    """Judges every key, and collects the texts that are left to judge and the keys to drop.

    In a `table` the keys are account ids and names of flags, which may spell anything: there only what could hold a
    secret is dropped.
    """
    if depth >= MAX_DEPTH:
        raise RejectedDocument("too_deep", "", f"nested deeper than {MAX_DEPTH} levels")
    if type(box) is list:
        values: Iterable[Any] = box
    elif _HARMLESS.issuperset(box):
        values = box.values()
    else:
        values = _judged(box, depth, table, texts, dropped)
    for each in values:
        kind = type(each)
        if kind is str:
            if len(each) >= _SHORTEST_SECRET:
                texts.append(each)
        elif kind is dict or kind is list:
            _walk(each, depth + 1, table, texts, dropped)


def _judged(
    box: dict[str, Any],
    depth: int,
    table: bool,
    texts: list[str],
    dropped: list[tuple[dict[str, Any], str]],
) -> list[Any]:
    """The values of a box that has other keys than harmless ones, but for those that their keys decide."""
    values: list[Any] = []
    for key, each in box.items():
        if key in _HARMLESS:
            values.append(each)
        elif table and type(each) in _FLAGS:
            texts.append(key)
        elif key in _ACCOUNT_TABLES:
            if type(each) is dict or type(each) is list:
                _walk(each, depth + 1, True, texts, dropped)
            else:
                values.append(each)
        elif (kept := _kept(key, each, table=table)) is each:
            values.append(each)
        else:
            box[key] = kept
            if kept is _DROPPED:
                dropped.append((box, key))
    return values


def _kept(key: str, value: Any, *, table: bool) -> Any:
    """Return the part of a value that its key allows: all of it, the names of integrations, or nothing."""
    if _holds_secret(key):
        return _DROPPED
    naming = _remembered(key) if len(key) <= _LONGEST_NAME else _naming(key)
    if naming is _Naming.HARMLESS or (table and _is_plain(value)):
        return value
    return integration_names(value) if naming is _Naming.INTEGRATION else _DROPPED


class _Naming(Enum):
    """The kind of value that a key announces."""

    HARMLESS = auto()
    INTEGRATION = auto()
    SECRET = auto()


def _naming(key: str) -> _Naming:
    if _names_secret(key):
        return _Naming.SECRET
    return _Naming.INTEGRATION if key.casefold().startswith("integration") else _Naming.HARMLESS


_remembered: Final = lru_cache(maxsize=2**12)(
    _naming
)  # few keys are used over and over; none of them holds a secret
_LONGEST_NAME: Final = 32


def _names_secret(key: str) -> bool:
    return (
        _SECRET_LOWER_KEY.search(key.lower()) if key.isascii() else _SECRET_KEY.search(key)
    ) is not None


def keys_to_judge(keys: Collection[str]) -> set[str]:
    """Return the keys whose values must be judged before they are kept.

    Nearly always a single search of all keys together finds none.
    """
    together = "\n" + "\n".join(keys)
    if (
        together.isascii()
        and not _names_secret(together)
        and "\nintegration" not in together.lower()
    ):
        return set()
    return {key for key in keys if _naming(key) is not _Naming.HARMLESS}


def _any_holds_secret(texts: list[str], size: int) -> bool:
    """Return whether any text holds a secret. Nearly always one look at all of them says that none does."""
    if size <= _LARGE:
        folded = "\n".join(texts).lower()
        marked = any(map(folded.__contains__, SECRET_MARKS))
        if not marked and b"0" * SHORTEST_HEX not in folded.encode().translate(_HEX_TO_ZERO):
            return False
    return any(map(_holds_secret, texts))


def _without_secrets(value: Any) -> Any:
    """The value without the strings that are or hold a secret, as values and as keys."""
    if isinstance(value, str):
        return _DROPPED if _holds_secret(value) else value
    if isinstance(value, list):
        cleaned = (_without_secrets(each) for each in value)
        return [None if each is _DROPPED else each for each in cleaned]
    if isinstance(value, dict):
        pairs = (
            (key, _without_secrets(each)) for key, each in value.items() if not _holds_secret(key)
        )
        return {key: each for key, each in pairs if each is not _DROPPED}
    return value


def _holds_secret(text: str) -> bool:
    if len(text) < _SHORTEST_SECRET:
        return False
    folded = text.lower()
    return (
        any(map(folded.__contains__, SECRET_MARKS)) and _SECRET_VALUE.search(text) is not None
    ) or (len(text) >= SHORTEST_HEX and _SECRET_HEX.search(folded) is not None)


def _is_plain(value: Any) -> bool:
    """Return whether a value of a table is too plain for a secret: a flag, a limit, a word in lower
    case, flags by name.
    """
    if isinstance(value, dict):
        flags = (
            isinstance(each, int | None) and re.fullmatch(r"[a-z_.]{1,60}", name)
            for name, each in value.items()
        )
        return all(flags)
    return isinstance(value, int | None) or (
        isinstance(value, str) and bool(re.fullmatch(r"[a-z_]{1,20}", value))
    )


def integration_names(value: Any) -> dict[str, None] | None:
    """Return the part of `integrations` that is kept: the names that are no address and no secret."""
    if not isinstance(value, dict):
        return None
    return {
        name: None
        for name in value
        if not ("@" in name or _names_secret(name) or _holds_secret(name))
    }
