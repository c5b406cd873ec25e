"""Plain documents, many at a time: those that need no second look, their bodies proved clean.

A document is plain when no rule for the irregular applies to it: nothing to reject, report or repair, no key that is
not read, and no secret but a token where the vendor puts it. `reader.read` says the same of each. Whatever is not
certainly plain is left to it whole.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import compress
from typing import Annotated, Any, Final, NamedTuple, Protocol, Union, get_args, get_origin

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import UNSET, UnsetType

from inroads.documents.recognition import ME_LISTS, ME_SIGNS
from inroads.documents.records import (
    AccountId,
    Business,
    BusinessGroup,
    ClientRow,
    GroupRow,
    Me,
    Membership,
    OptionalId,
    RoleRow,
    TeamMember,
)
from inroads.documents.redaction import SECRET_MARKS, SHORTEST_HEX, integration_names, keys_to_judge
from inroads.model import MomentSource, Role
from inroads.policy.tables import Policy

Ints = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]

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

    @property
    def moment_source(self) -> MomentSource | None:
        """How that moment is known; None if that was not recorded."""


class RegularDocument(NamedTuple):
    """A plain document: its place among those that arrived, what is kept of it, and its typed content.

    `named` is the source that its envelope names. `content` has the fields of `records.Me` or `FlatTeam`; its `id` is
    the number of its subject, while other ids are numbers or texts and moments are texts, as they stand.
    """

    place: int
    moment: dt.datetime
    moment_source: MomentSource | None
    named: str | None
    body: bytes
    wrapped: bool
    is_team: bool
    content: Any


class FlatTeam(Business, frozen=True):
    """A team as the vendor writes it: the business record with its group."""

    id: OptionalId = UNSET  # type: ignore[assignment]  # around a response there is none
    business_group: BusinessGroup | UnsetType = UNSET


def plain(arrived: Iterable[Arrived | None], policy: Policy) -> list[RegularDocument]:
    """The plain ones of these documents, where there is one, under a policy's words, in their order."""
    reading = (_read(place, one) for place, one in enumerate(arrived) if one)
    members, roles = (_meant(policy, dialect) for dialect in ("membership", "roles"))
    found = [each for each in reading if each and _is_regular(each, members, roles)]
    clean = _clean(found)
    return found if clean.all() else list(compress(found, clean.tolist()))


_ROWS: Final = (Membership, GroupRow, RoleRow, ClientRow, TeamMember)
_NARROWED: Final = {dt.datetime: str, AccountId: str}
"""What a moment and an account id are in plain documents: `_clean` judges them, all together."""
_FLAGS: Final = dict[str, dict[str, bool | int | None]]
_REPLACED: Final[dict[tuple[Any, str], Any]] = {
    (Me, "permissions"): _FLAGS | None | UnsetType,
    (Me, "integrations"): dict[str, Any] | None | UnsetType,
}
_TOKEN: Final = ("fasttrack_token", str | None | UnsetType, UNSET)


@cache
def _narrowed(kind: Any) -> Any:
    """A type of `reader` without all that asks for judgement: every key is known and every value regular."""
    if kind in _NARROWED:
        return _NARROWED[kind]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind, [_TOKEN] if kind is Membership else [])
    origin, options = get_origin(kind), get_args(kind)
    if origin is list or origin is dict:
        return origin[tuple(map(_narrowed, options))]
    if origin is None or origin is Annotated:
        return kind
    left_out = type(None) if set(_ROWS) & set(options) else None
    return Union[tuple(_narrowed(each) for each in options if each is not left_out)]  # noqa: UP007  # made of what there is


def _struct(kind: type[msgspec.Struct], more: list[Any]) -> type[msgspec.Struct]:
    """Return a narrowed copy of a struct, with fields in the order of a canonical body."""
    fields = list(more)
    for field in msgspec.structs.fields(kind):
        narrowed = _REPLACED.get((kind, field.name)) or _narrowed(field.type)
        fields.append(
            (field.name, narrowed) if field.required else (field.name, narrowed, field.default)
        )
    fields.sort(key=lambda field: field[0])
    return msgspec.defstruct(
        kind.__name__, fields, kw_only=True, forbid_unknown_fields=True, gc=False
    )


def _decoder(kind: type[msgspec.Struct]) -> Callable[[bytes], Any]:
    """Decodes documents of a kind, bare or wrapped or in an envelope."""
    wrapped = ("response", _struct(kind, []) | UnsetType, UNSET)
    envelope = [("observed_at", dt.datetime | UnsetType, UNSET), ("source", str | UnsetType, UNSET)]
    arrived = _struct(
        kind, [wrapped, ("document", _struct(kind, [wrapped]) | UnsetType, UNSET), *envelope]
    )
    return msgspec.json.Decoder(arrived).decode


_DECODERS: Final = ((False, _decoder(Me)), (True, _decoder(FlatTeam)))
_CASE: Final = 32
"""The bit by which letters differ in case."""

_RAREST: Final = "jkw/bc"
"""Letters of which each mark has one, those that are rare in documents first."""


def _by_letter(marks: Iterable[str]) -> dict[int, list[tuple[int, list[int]]]]:
    """The marks, case aside, by their rarest letter, each with the place of the letter in it."""
    found: dict[int, list[tuple[int, list[int]]]] = {}
    for mark in marks:
        letter = next(each for each in _RAREST if each in mark)
        found.setdefault(ord(letter), []).append(
            (mark.index(letter), [each | _CASE for each in mark.encode()])
        )
    return found


_MARKS: Final = _by_letter(SECRET_MARKS)
_IS_HEXADECIMAL, _IS_RARE = 1, 2  # the higher one is tested by its size
_KINDS: Final = bytes(
    (each in b"0123456789abcdefABCDEF") * _IS_HEXADECIMAL | (each | _CASE in _MARKS) * _IS_RARE
    for each in range(256)
)
_ALL_EIGHT: Final = np.uint64(0x0101010101010101 * _IS_HEXADECIMAL)
_WORDS: Final = SHORTEST_HEX // 8 - 1
"""So many words of eight are whole in such a run, wherever it begins."""

_ACCOUNT_ID: Final = re.compile(get_args(AccountId)[1].pattern).search
_encode: Final = msgspec.json.Encoder(
    order="deterministic"
).encode  # puts keys of tables in order, as fields are


def _read(place: int, given: Arrived) -> RegularDocument | None:
    """A document that is plain but for what `_clean` judges."""
    raw, moment, moment_source = given.raw, given.moment, given.moment_source
    if len(raw) > LARGEST:
        return None
    arrived, is_team = _decoded(raw)
    if arrived is None:
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
        moment_source = MomentSource.ENVELOPE
        arrived.observed_at = arrived.source = UNSET
        if arrived != type(arrived)(document=document):  # there are other keys beside it
            return None
    content = document.response
    wrapped = content is not UNSET
    if not wrapped:
        content = document
    elif document != type(document)(response=content):  # there are keys beside it
        return None
    number = _subject(content, is_team=is_team)
    if number is None:
        return None
    if not is_team:
        for membership in content.business_memberships or ():
            membership.fasttrack_token = UNSET
        if content.integrations:
            content.integrations = integration_names(content.integrations)
    try:
        body = _encode(document)
    except OverflowError:  # an integer beyond all that is written
        return None
    content.id = number
    return RegularDocument(place, moment, moment_source, named, body, wrapped, is_team, content)


def _decoded(raw: bytes) -> tuple[Any, bool]:
    """A document that is plain by its types, and whether it is a team; None where it is neither."""
    for is_team, decode in _DECODERS:
        try:
            return decode(raw), is_team
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # it is what is asked
            continue
    return None, False


def _subject(content: Any, *, is_team: bool) -> int | None:
    """The number of whom or what a document is about; None where that is not plain."""
    if content.business_group is UNSET if is_team else not _shows_me(content):
        return None
    named = (content.id,) if is_team else (content.id, content.identity_id)
    numbers = {int(each) for each in named if each is not None and each is not UNSET}
    return numbers.pop() if len(numbers) == 1 else None


def _shows_me(content: Any) -> bool:
    """Return whether there is a sign of a `me`; see `recognition`."""
    return any(getattr(content, key) is not UNSET for key in ME_SIGNS) or any(
        type(getattr(content, key)) is list for key in ME_LISTS
    )


def _meant(policy: Policy, dialect: str) -> frozenset[str]:
    """The words of a dialect that mean something."""
    return frozenset(
        word for word, role in policy.words[dialect].items() if role is not Role.UNKNOWN
    )


def _is_regular(document: RegularDocument, members: frozenset[str], roles: frozenset[str]) -> bool:
    """Return whether every word means something, and every client row has its account, and no
    redundant id contradicts.
    """
    content = document.content
    if document.is_team:
        return _is_agreed(content) and _is_one_team(content, members)
    for membership in content.business_memberships or ():
        if membership.role not in members or not _is_agreed(membership.business):
            return False
    for row in content.groups or ():
        if row.role not in members or _differs(row.identity_id, content.id):
            return False
    for row in content.roles or ():
        if row.role not in roles:
            return False
    for table in (content.subscription_statuses, content.business_statuses):
        for status in table.values() if table else ():
            if status and status != status.lower():
                return False
    return True


def _differs(given: Any, number: Any) -> bool:
    """Return whether a redundant id is given and is another one; either may be a text."""
    return (
        given != number and given is not None and given is not UNSET and int(given) != int(number)
    )


def _is_agreed(business: Any) -> bool:
    """Return whether the client rows of a business agree with it, and with themselves."""
    for row in business.business_clients or ():
        if not row.account_id or _differs(row.business_id, business.id):
            return False
        near, far = row.client_business, row.account_business
        if near and _differs(near.business_id, business.id):
            return False
        if far and far.account_id not in (row.account_id, None, UNSET):
            return False
    return True


def _is_one_team(team: Any, members: frozenset[str]) -> bool:
    """Return whether every member has a role in this business and its group."""
    group = team.business_group
    if group.category not in ("business", None, UNSET):
        return False
    is_named = group.id is not None and group.id is not UNSET
    for row in group.members:
        if row.role not in members or _differs(row.business_id, team.id):
            return False
        if is_named and _differs(row.group_id, group.id):
            return False
    return True


def _clean(found: Sequence[RegularDocument]) -> Flags:
    """Which of these hold no secret, neither as a value nor by the name of a key, and no account id that is none.

    What is kept of a document is its body and its source, so a secret that is in neither is nowhere.
    """
    kept = [each.body if each.named is None else each.body + each.named.encode() for each in found]
    clean = np.ones(len(found), np.bool_)
    clean[
        np.searchsorted(np.cumsum(list(map(len, kept))), _marked(b"".join(kept)), side="right")
    ] = False
    clean[_doubtful(found)] = False
    return clean


def _doubtful(found: Sequence[RegularDocument], first: int = 0) -> list[int]:
    """The places of those with a bad name, found by halves; `first` is that of the first one."""
    if not _has_bad(found):
        return []
    if len(found) == 1:
        return [first]
    half = len(found) // 2
    return _doubtful(found[:half], first) + _doubtful(found[half:], first + half)


def _has_bad(found: Sequence[RegularDocument]) -> bool:
    """Return whether a name in these is no account id where one must be, or a key that needs judgement."""
    people, teams = (
        [each.content for each in found if each.is_team is team] for team in (False, True)
    )
    businesses = teams + [
        row.business for each in people for row in each.business_memberships or ()
    ]
    if not all(map(_ACCOUNT_ID, _accounts(people, businesses))) or keys_to_judge(_keys(people)):
        return True
    return not _are_regular(_moments(people))


def _moments(people: Sequence[Any]) -> list[str]:
    """Every moment in these."""
    moments: list[Any] = [each.confirmed_at for each in people]
    moments += [each.created_at for each in people]
    moments += [row.created_at for each in people for row in each.roles or ()]
    return [each for each in moments if type(each) is str]


_MOMENT: Final = np.frombuffer(b"0000-00-00T00:00:00Z", np.uint8)
_IS_DIGIT: Final = ord("0") == _MOMENT
_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""The days that a month has in every year: the others are left to the reader that knows the calendar."""


def _are_regular(moments: list[str]) -> bool:
    """Return whether these are all moments as the vendor writes them: `2016-01-26T16:00:44Z`."""
    if set(map(len, moments)) - {len(_MOMENT)}:
        return False
    text = "".join(moments)
    if not text.isascii():
        return False
    cells = np.frombuffer(text.encode(), np.uint8).reshape(-1, len(_MOMENT))
    if (cells[:, ~_IS_DIGIT] != _MOMENT[~_IS_DIGIT]).any():
        return False
    digits = cells[:, _IS_DIGIT] - _MOMENT[0]
    if (digits > 9).any():
        return False
    century, year, month, day, hour, minute, second = (
        digits[:, 0::2] * np.uint8(10) + digits[:, 1::2]
    ).T
    if (month > 12).any() or (month == 0).any():
        return False
    is_day = (day > 0) & (day <= _DAYS[month])
    return bool((is_day & (hour < 24) & (minute < 60) & (second < 60) & (century | year > 0)).all())


def _accounts(people: Sequence[Any], businesses: Sequence[Any]) -> set[str]:
    """Every account id in these; both ends of a client row have the same."""
    names: set[Any] = {each.account_id for each in businesses}
    names.update([row.account_id for each in businesses for row in each.business_clients or ()])
    names.update([row.accountid for each in people for row in each.roles or ()])
    names.update(*[each.permissions or () for each in people])
    names.update(*[each.subscription_statuses or () for each in people])
    names.update(*[each.business_statuses or () for each in people])
    return names - {None, UNSET}


def _keys(people: Sequence[Any]) -> set[str]:
    """Every key in these that no struct names, but for those of `integrations`, which were judged."""
    keys: set[str] = set()
    tables = [each.permissions for each in people if each.permissions]
    keys.update(*tables)
    keys.update(*[flags for each in tables for flags in each.values()])
    keys.update(*[each.subscription_statuses or () for each in people])
    keys.update(*[each.business_statuses or () for each in people])
    keys.update(*[each.links or () for each in people])
    keys.update(*[row.links or () for each in people for row in each.roles or ()])
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
                if not len(starts):
                    break
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
