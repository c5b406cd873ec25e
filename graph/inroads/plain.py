"""Plain documents, many at a time: those of one identity that need no second look, their bodies proved clean.

A document is plain when no rule for the irregular applies to it: nothing to reject, report or repair, no key that is
not read, and no secret but a token where the vendor puts it. `documents.read` says the same of each. Whatever is not
certainly plain is left to it whole.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import compress
from typing import Annotated, Any, Final, NamedTuple, Protocol, Union, get_args, get_origin

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import UNSET, Meta, UnsetType

from inroads.columns import Flags, Ints
from inroads.documents import (
    SECRET_MARKS,
    SHORTEST_HEX,
    AccountId,
    ClientRow,
    GroupRow,
    Id,
    Me,
    Membership,
    RoleRow,
    integration_names,
    keys_to_judge,
)
from inroads.model import Role
from inroads.policy import Policy

LARGEST: Final = 2**20
"""Bytes of the largest document that is looked at here."""


class Arrived(Protocol):
    """A document as it arrived, with its moment (aware) where no envelope says it."""

    @property
    def raw(self) -> bytes:
        """Its JSON."""

    @property
    def moment(self) -> dt.datetime:
        """When it was observed."""


class Plain(NamedTuple):
    """A plain document: its place among those that arrived, what is kept of it, and its typed content.

    `named` is the source that its envelope names. `content` has the fields of `documents.Me`, but its moments are texts
    as they stand.
    """

    place: int
    moment: dt.datetime
    named: str | None
    body: bytes
    wrapped: bool
    content: Any


def plain(arrived: Iterable[Arrived | None], policy: Policy) -> list[Plain]:
    """The plain ones of these documents, where there is one, under a policy's words, in their order."""
    reading = (_read(place, one.raw, one.moment) for place, one in enumerate(arrived) if one)
    members, roles = (_meant(policy, dialect) for dialect in ("membership", "roles"))
    found = [each for each in reading if each and _is_regular(each.content, members, roles)]
    clean = _clean(found)
    return found if clean.all() else list(compress(found, clean.tolist()))


# A day that is in every year's calendar; the others are left to the reader that knows it.
_MOMENT: Final = (
    r"\A(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z\Z"
)
_NUMBER, _DIGITS = get_args(Id)
_ROWS: Final = (Membership, GroupRow, RoleRow, ClientRow)
_NARROWED: Final = {dt.datetime: Annotated[str, Meta(pattern=_MOMENT)], AccountId: str}
"""What a moment and an account id are in plain documents: `_clean` judges account ids, each once."""
_FLAGS: Final = dict[str, dict[str, bool | int | None]]
_REPLACED: Final[dict[tuple[Any, str], Any]] = {
    (Me, "permissions"): _FLAGS | None | UnsetType,
    (Me, "integrations"): dict[str, Any] | None | UnsetType,
}
_TOKEN: Final = ("fasttrack_token", str | None | UnsetType, UNSET)


@cache
def _narrowed(kind: Any) -> Any:
    """A type of `documents` without all that asks for judgement: every key is known and every value regular."""
    if kind in _NARROWED:
        return _NARROWED[kind]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind, [_TOKEN] if kind is Membership else [])
    origin, options = get_origin(kind), get_args(kind)
    if origin is list or origin is dict:
        return origin[tuple(map(_narrowed, options))]
    if origin is None or origin is Annotated:
        return kind
    left_out = {_DIGITS} | ({type(None)} if set(_ROWS) & set(options) else set())
    return Union[tuple(_narrowed(each) for each in options if each not in left_out)]  # noqa: UP007  # made of what there is


def _struct(kind: type[msgspec.Struct], more: list[Any]) -> type[msgspec.Struct]:
    """The same with fields in the order in which a canonical body has them."""
    fields = list(more)
    for field in msgspec.structs.fields(kind):
        narrowed = _REPLACED.get((kind, field.name)) or _narrowed(field.type)
        fields.append((field.name, narrowed) if field.required else (field.name, narrowed, field.default))
    fields.sort(key=lambda field: field[0])
    return msgspec.defstruct(kind.__name__, fields, kw_only=True, forbid_unknown_fields=True, gc=False)


_CONTENT: Final = _struct(Me, [])
_DOCUMENT: Final = _struct(Me, [("response", _CONTENT | UnsetType, UNSET)])
_ARRIVED: Final = _struct(
    Me,
    [
        ("response", _CONTENT | UnsetType, UNSET),
        ("document", _DOCUMENT | UnsetType, UNSET),
        ("observed_at", dt.datetime | UnsetType, UNSET),
        ("source", str | UnsetType, UNSET),
    ],
)
_CASE: Final = 32
"""The bit by which letters differ in case."""

_RAREST: Final = "jkw/bc"
"""Letters of which each mark has one, those that are rare in documents first."""


def _by_letter(marks: Iterable[str]) -> dict[int, list[tuple[int, list[int]]]]:
    """The marks, case aside, by their rarest letter, each with the place of the letter in it."""
    found: dict[int, list[tuple[int, list[int]]]] = {}
    for mark in marks:
        letter = next(each for each in _RAREST if each in mark)
        found.setdefault(ord(letter), []).append((mark.index(letter), [each | _CASE for each in mark.encode()]))
    return found


_MARKS: Final = _by_letter(SECRET_MARKS)
_IS_HEXADECIMAL, _IS_RARE = 1, 2  # the higher one is tested by its size
_KINDS: Final = bytes(
    (each in b"0123456789abcdefABCDEF") * _IS_HEXADECIMAL | (each | _CASE in _MARKS) * _IS_RARE for each in range(256)
)
_ALL_EIGHT: Final = np.uint64(0x0101010101010101 * _IS_HEXADECIMAL)
_WORDS: Final = SHORTEST_HEX // 8 - 1
"""So many words of eight are whole in such a run, wherever it begins."""

_ACCOUNT_ID: Final = re.compile(get_args(AccountId)[1].pattern).search
_decode: Final = msgspec.json.Decoder(_ARRIVED).decode
_encode: Final = msgspec.json.Encoder(order="deterministic").encode  # puts keys of tables in order, as fields are


def _read(place: int, raw: bytes, moment: dt.datetime) -> Plain | None:
    """A document that is plain but for what `_clean` judges."""
    if len(raw) > LARGEST:
        return None
    try:
        arrived: Any = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    document, named = arrived.document, None
    if document is UNSET:
        document = arrived
        if arrived.observed_at is not UNSET or arrived.source is not UNSET:
            return None
    elif arrived.observed_at is UNSET or arrived.observed_at.tzinfo is not dt.UTC:
        return None
    else:
        moment, named = arrived.observed_at, arrived.source or None
    content = document.response
    wrapped = content is not UNSET
    if not wrapped:
        content = document
    elif document != type(document)(response=content):  # there are keys beside it
        return None
    first, second = content.id, content.identity_id
    if type(first) is int:
        if type(second) is int and second != first:
            return None
    elif type(second) is not int:
        return None
    for membership in content.business_memberships or ():
        membership.fasttrack_token = UNSET
    if content.integrations:
        content.integrations = integration_names(content.integrations)
    try:
        return Plain(place, moment, named, _encode(document), wrapped, content)
    except OverflowError:  # an integer beyond all that is written
        return None


def _meant(policy: Policy, dialect: str) -> frozenset[str]:
    """The words of a dialect that mean something."""
    return frozenset(word for word, role in policy.words[dialect].items() if role is not Role.UNKNOWN)


def _is_regular(content: Any, members: frozenset[str], roles: frozenset[str]) -> bool:
    """Whether every word means something, and every client row has its account, and no redundant id contradicts."""
    number = content.id if type(content.id) is int else content.identity_id
    for membership in content.business_memberships or ():
        if membership.role not in members:
            return False
        business = membership.business
        for row in business.business_clients or ():
            if not row.account_id or row.business_id not in (business.id, None, UNSET):
                return False
            near, far = row.client_business, row.account_business
            if near and near.business_id not in (business.id, None, UNSET):
                return False
            if far and far.account_id not in (row.account_id, None, UNSET):
                return False
    for row in content.groups or ():
        if row.role not in members or row.identity_id not in (number, None, UNSET):
            return False
    for row in content.roles or ():  # noqa: SIM110  # twice as fast
        if row.role not in roles:
            return False
    return True


def _clean(found: Sequence[Plain]) -> Flags:
    """Which of these hold no secret, neither as a value nor by the name of a key, and no account id that is none.

    What is kept of a document is its body and its source, so a secret that is in neither is nowhere.
    """
    kept = [each.body if each.named is None else each.body + each.named.encode() for each in found]
    clean = np.ones(len(found), np.bool_)
    clean[np.searchsorted(np.cumsum(list(map(len, kept))), _marked(b"".join(kept)), side="right")] = False
    if _bad([each.content for each in found]):
        for number, each in enumerate(found):
            clean[number] &= not _bad([each.content])
    return clean


def _bad(contents: Sequence[Any]) -> set[str]:
    """The names in these that are no account id where one must be, or keys that need judgement."""
    accounts, keys = _accounts(contents), _keys(contents)
    return {each for each in accounts if not _ACCOUNT_ID(each)} | keys_to_judge(keys)


def _accounts(contents: Sequence[Any]) -> set[str]:
    """Every account id in these."""
    businesses = [row.business for each in contents for row in each.business_memberships or ()]
    clients = [row for each in businesses for row in each.business_clients or ()]
    names: set[Any] = {each.account_id for each in businesses}
    names.update([each.account_id for each in clients])
    names.update([each.account_business.account_id for each in clients if each.account_business])
    names.update([row.accountid for each in contents for row in each.roles or ()])
    names.update(*[each.permissions or () for each in contents])
    names.update(*[each.subscription_statuses or () for each in contents])
    names.update(*[each.business_statuses or () for each in contents])
    return names - {None, UNSET}


def _keys(contents: Sequence[Any]) -> set[str]:
    """Every key in these that no struct names, but for those of `integrations`, which were judged."""
    keys: set[str] = set()
    tables = [each.permissions for each in contents if each.permissions]
    keys.update(*tables)
    keys.update(*[flags for each in tables for flags in each.values()])
    keys.update(*[each.subscription_statuses or () for each in contents])
    keys.update(*[each.business_statuses or () for each in contents])
    keys.update(*[each.links or () for each in contents])
    keys.update(*[row.links or () for each in contents for row in each.roles or ()])
    return keys


def _marked(data: bytes) -> Ints:
    """Places in some JSON, of which one is in every text that holds a secret; there may be others.

    JSON escapes no character of a mark, and a letter that merely passes for one of its letters makes no secret.
    """
    text, kinds = np.frombuffer(data, np.uint8), np.frombuffer(data.translate(_KINDS), np.uint8)
    found = [_hexadecimal(kinds)]
    places = np.flatnonzero(kinds >= _IS_RARE)
    letters = text[places] | _CASE
    for letter, marks in _MARKS.items():
        ends = places[letters == letter]
        for before, mark in marks:
            starts = ends[(ends >= before) & (ends <= len(text) + before - len(mark))] - before
            for at, other in enumerate(mark):
                starts = starts[text[starts + at] | _CASE == other]
            found.append(starts)
    return np.concatenate(found)


def _hexadecimal(kinds: npt.NDArray[np.uint8]) -> Ints:
    """A place in every run of so many hexadecimal digits as are taken for a secret: some whole words of them."""
    words = (kinds[: len(kinds) & -8].view(np.uint64) & _ALL_EIGHT) == _ALL_EIGHT
    runs = len(words) - _WORDS + 1
    if runs <= 0:
        return np.zeros(0, np.intp)
    whole = words[:runs].copy()
    for shift in range(1, _WORDS):
        whole &= words[shift : runs + shift]
    return np.flatnonzero(whole) * 8
