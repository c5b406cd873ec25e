"""JSON bytes to typed documents: tolerant of what the vendor may add, exact about what we use, secrets dropped."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from enum import Enum, auto
from functools import cache, lru_cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeGuard, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta, UnsetType

from inroads.errors import Issue, Rejection
from inroads.model import Document, Section

MAX_BYTES: Final = 64 * 2**20
"""The largest document that is read: a team of 200,000 fits."""

MAX_DEPTH: Final = 32
"""The deepest nesting that is read; the deepest that the vendor writes is 6."""

MAX_VALUES: Final = 4_000_000
"""The most values in one document, counted by its commas: a small text of tiny values would fill the memory."""

Id = Annotated[int, Meta(ge=0, lt=10**18)] | Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,17})\Z")]
"""A numeric id; some exporters write it as a string. Both print the same."""

AccountId = Annotated[str, Meta(pattern=r"^[!-~]{1,64}\Z")]
"""A short case-sensitive string that may look like a date or a number, and is never converted."""

Text = str | None | UnsetType
Flag = bool | None | UnsetType
Moment = dt.datetime | None | UnsetType
OptionalId = Id | None | UnsetType

# Made once: a union takes longer to make than to look at.
_NUMBER: Final = int | str
_SECTION: Final = list | None


class Address(msgspec.Struct, frozen=True, gc=False):
    """A postal address; every part may be missing."""

    id: OptionalId = UNSET
    street: Text = UNSET
    city: Text = UNSET
    province: Text = UNSET
    country: Text = UNSET
    postal_code: Text = UNSET


class Phone(msgspec.Struct, frozen=True, gc=False):
    """A named phone number; a placeholder row has a null number."""

    id: OptionalId = UNSET
    title: Text = UNSET
    phone_number: Text = UNSET


class Profession(msgspec.Struct, frozen=True, gc=False):
    """What the person says of their work."""

    id: OptionalId = UNSET
    title: Text = UNSET
    company: Text = UNSET
    designation: Text = UNSET


class Profile(msgspec.Struct, frozen=True, gc=False):
    """The profile that older documents repeat."""

    setup_complete: Flag = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    phone_number: Phone | str | UnsetType | None = UNSET
    address: Address | UnsetType | None = UNSET
    professions: list[Profession | None] | UnsetType | None = UNSET


class ClientBusiness(msgspec.Struct, frozen=True, gc=False):
    """The client's end of a client row."""

    business_id: OptionalId = UNSET


class AccountBusiness(msgspec.Struct, frozen=True, gc=False):
    """The vendor's end of a client row."""

    account_business_id: OptionalId = UNSET
    account_id: AccountId | UnsetType | None = UNSET


class ClientRow(msgspec.Struct, frozen=True, gc=False):
    """One business is a client of one account; `userid` is the client's number in that account."""

    id: OptionalId = UNSET
    business_id: OptionalId = UNSET
    account_id: AccountId | UnsetType | None = UNSET
    userid: OptionalId = UNSET
    client_business: ClientBusiness | UnsetType | None = UNSET
    account_business: AccountBusiness | UnsetType | None = UNSET


class Business(msgspec.Struct, frozen=True, gc=False):
    """A business record. `account_id` and `business_clients` say something only where the key is there."""

    id: Id
    business_uuid: Text = UNSET
    name: Text = UNSET
    account_id: AccountId | UnsetType | None = UNSET
    active: Flag = UNSET
    status: Text = UNSET
    date_format: Text = UNSET
    timezone: Text = UNSET
    address: Address | UnsetType | None = UNSET
    phone_number: Phone | list[Phone | None] | str | UnsetType | None = UNSET
    business_clients: list[ClientRow | None] | UnsetType | None = UNSET


class Membership(msgspec.Struct, frozen=True, gc=False):
    """One identity's membership of one business."""

    business: Business
    id: OptionalId = UNSET
    role: Text = UNSET


class GroupRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `groups`: the identity has a named role in a business-level or a project group."""

    group_id: Id
    id: OptionalId = UNSET
    role: Text = UNSET
    identity_id: OptionalId = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    email: Text = UNSET
    company: Text = UNSET
    business_id: OptionalId = UNSET
    active: Flag = UNSET


class RoleRow(msgspec.Struct, frozen=True, gc=False):
    """A row of the deprecated `roles`: the identity has a role on an account."""

    accountid: AccountId
    id: OptionalId = UNSET
    role: Text = UNSET
    systemid: OptionalId = UNSET
    userid: OptionalId = UNSET
    created_at: Moment = UNSET
    links: dict[str, Text] | UnsetType | None = UNSET


class Me(msgspec.Struct, frozen=True, gc=False):
    """One identity's own view: all of its memberships, roles and groups."""

    id: OptionalId = UNSET
    identity_id: OptionalId = UNSET
    identity_uuid: Text = UNSET
    email: Text = UNSET
    unconfirmed_email: Text = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    confirmed_at: Moment = UNSET
    created_at: Moment = UNSET
    setup_complete: Flag = UNSET
    profile: Profile | UnsetType | None = UNSET
    phone_numbers: list[Phone | None] | UnsetType | None = UNSET
    addresses: list[Address | None] | UnsetType | None = UNSET
    profession: Profession | UnsetType | None = UNSET
    links: dict[str, Text] | UnsetType | None = UNSET
    permissions: dict[AccountId, dict[str, bool | int | float | str | None] | None] | UnsetType | None = UNSET
    subscription_statuses: dict[AccountId, Text] | UnsetType | None = UNSET
    business_statuses: dict[AccountId, Text] | UnsetType | None = UNSET
    integrations: dict[str, None] | UnsetType | None = UNSET
    business_memberships: list[Membership | None] | UnsetType | None = UNSET
    groups: list[GroupRow | None] | UnsetType | None = UNSET
    roles: list[RoleRow | None] | UnsetType | None = UNSET

    @property
    def number(self) -> int | str:
        """The identity's native id, from whichever of its two names is there."""
        first, second = self.id, self.identity_id
        return first if isinstance(first, _NUMBER) else second  # type: ignore[return-value]  # the reader wants one


class TeamMember(msgspec.Struct, frozen=True, gc=False):
    """One person's role in the business of a team document."""

    identity_id: Id
    id: OptionalId = UNSET
    group_id: OptionalId = UNSET
    role: Text = UNSET
    identity_uuid: Text = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    email: Text = UNSET
    business_id: OptionalId = UNSET
    active: Flag = UNSET


class BusinessGroup(msgspec.Struct, frozen=True, gc=False):
    """The group of everyone in a business."""

    members: list[TeamMember | None]
    id: OptionalId = UNSET
    category: Text = UNSET


class Team(msgspec.Struct, frozen=True, gc=False):
    """Everyone's role in one business."""

    business: Business
    business_group: BusinessGroup


class Observation(NamedTuple):
    """A document that was taken: what is kept of it, its typed content, and its issues."""

    document: Document
    content: Me | Team
    issues: tuple[Issue, ...]


_SUBJECTS: Final = frozenset({"id", "identity_id", "business_group"})
"""The keys by which a document says whom or what it is about."""


class _Rejected(Exception):
    """Carries the reason out of the reading functions of this file."""

    def __init__(self, code: str, pointer: str, message: str) -> None:
        self.reason = (code, pointer, message)


def read(raw: bytes, observed_at: dt.datetime, source: str) -> Observation | Rejection:
    """One document or envelope from its JSON bytes.

    `observed_at` (aware) and `source` count where there is no envelope that says them. Nothing is raised for bad
    input: a document that has no identity or business to speak of comes back as a Rejection with a stable code.
    """
    try:
        value = _decode(raw)
        if _is_envelope(value):
            observed_at, source, value = _open_envelope(value, observed_at, source)
        return _take(value, observed_at.astimezone(dt.UTC), source)
    except _Rejected as rejected:
        code, pointer, message = rejected.reason
        return Rejection(source, pointer, code, message)


def reread(document: Document) -> Observation:
    """The observation of a document that was taken before, from what is kept of it."""
    value = msgspec.json.decode(document.body)
    return _observation(document, *_typed(_unwrap(value)[0], document.prefix))


def restore(body: bytes, sha256: str, observed_at: dt.datetime, source: str) -> Observation:
    """The observation of a redacted canonical body that was kept. Raises ValueError where that is no document."""
    try:
        return _observe(msgspec.json.decode(body), body, sha256, observed_at, source)
    except (_Rejected, msgspec.DecodeError) as error:
        raise ValueError("the body is no document that can be taken") from error


def unknown_keys(document: Document) -> Counter[str]:
    """How often each key occurs that this version does not read, by its pointer with `*` for indexes."""
    value = _unwrap(msgspec.json.decode(document.body))[0]
    kind: Any = Me
    if document.kind == "team":
        kind = _TeamKeys if document.business else _FlatTeamKeys
    return Counter(_unknown(kind, value, ""))


def _decode(raw: bytes) -> Any:
    if len(raw) > MAX_BYTES:
        raise _Rejected("too_large", "", f"{len(raw):,} bytes; the most is {MAX_BYTES:,}")
    text = raw.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise _Rejected("empty", "", "there is nothing in it")
    if text.startswith(b"<"):
        raise _Rejected("not_json", "", "it is HTML or XML, not JSON")
    if len(text) > MAX_VALUES and text.count(b",") > MAX_VALUES:
        raise _Rejected("too_large", "", f"more than {MAX_VALUES:,} values")
    try:
        value = _parsed(text)
    except RecursionError:
        raise _Rejected("too_deep", "", f"nested deeper than {MAX_DEPTH} levels") from None
    except msgspec.DecodeError as error:
        code = "truncated" if "truncated" in str(error) else "not_json"
        raise _Rejected(code, "", str(error)) from None
    except UnicodeDecodeError:
        raise _Rejected("not_json", "", "it is not UTF-8") from None
    if isinstance(value, str):
        raise _Rejected("not_an_object", "", "a JSON string, not an object")  # perhaps a secret, and nothing else
    return _redact(value, len(text))


_ESCAPE: Final = re.compile(
    rb"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def _parsed(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        if rb"\u" not in text:
            raise
    # Half an emoji, as some exporters leave it when they cut a name: U+FFFD in its place, and the rest is kept.
    return msgspec.json.decode(_ESCAPE.sub(lambda each: rb"\ufffd" if each[2] else each[0], text))


def _is_envelope(value: Any) -> TypeGuard[dict[str, Any]]:
    """An object with a `document`, unless that is just another key of a document."""
    if not isinstance(value, dict) or "document" not in value:
        return False
    return "observed_at" in value or not value.keys() & {"response", *_SUBJECTS}


def _open_envelope(value: dict[str, Any], moment: dt.datetime, source: str) -> tuple[dt.datetime, str, Any]:
    if value.get("observed_at") is not None:
        given = parse_moment(value["observed_at"])
        if given is None:
            raise _Rejected("bad_moment", "/observed_at", "observed_at is not a moment like 2026-03-01T00:00:00Z")
        moment = given
    if isinstance(value.get("source"), str) and value["source"]:
        source = value["source"]
    return moment, source, value["document"]


def parse_moment(value: object) -> dt.datetime | None:
    """An RFC 3339 moment in UTC, taken as UTC where it names no offset; None for what is no moment.

    >>> parse_moment("2026-03-01T01:00:00+01:00")
    datetime.datetime(2026, 3, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        moment = msgspec.convert(value, dt.datetime)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (msgspec.ValidationError, OverflowError):
        return None


def _take(value: Any, observed_at: dt.datetime, source: str) -> Observation:
    body = msgspec.json.encode(value, order="sorted")
    return _observe(value, body, hashlib.sha256(body).hexdigest(), observed_at, source)


def _observe(value: Any, body: bytes, sha256: str, observed_at: dt.datetime, source: str) -> Observation:
    inner, prefix = _unwrap(value)
    content, problems = _typed(inner, prefix)
    if isinstance(content, Me):
        kind, subject, business = "me", f"identity:{content.number}", ""
    else:
        kind, subject, business = "team", f"business:{content.business.id}", "/business" if "business" in inner else ""
    document = Document(observed_at, sha256, source, kind, subject, prefix, business, body)
    return _observation(document, content, problems)


def _observation(document: Document, content: Me | Team, problems: list[_Problem]) -> Observation:
    if not problems:
        return Observation(document, content, ())
    issues = (Issue(document.source, *problem, document.sha256) for problem in sorted(problems))  # not in order of keys
    return Observation(document, content, tuple(issues))


def _unwrap(value: Any) -> tuple[dict[str, Any], str]:
    if not isinstance(value, dict):
        raise _Rejected("not_an_object", "", f"a JSON {_json_type(value)}, not an object")
    inner, prefix = value, ""
    if "response" in value and value.keys().isdisjoint(_SUBJECTS):
        inner, prefix = value["response"], "/response"
        if inner is None:
            raise _Rejected("empty_response", prefix, "the response is null")
        if not isinstance(inner, dict):
            raise _Rejected("not_an_object", prefix, f"the response is a JSON {_json_type(inner)}, not an object")
    if inner.keys().isdisjoint(_SUBJECTS):
        for key in ("error", "errors"):
            if inner.get(key):
                word = inner[key] if isinstance(inner[key], str) else ""
                said = f": {word}" if re.fullmatch(r"[a-z_]{1,40}", word) else ""
                raise _Rejected("error_body", f"{prefix}/{key}", f"the service answered with an error{said}")
    return inner, prefix


def _typed(inner: dict[str, Any], prefix: str) -> tuple[Me | Team, list[_Problem]]:
    problems: list[_Problem] = []
    if "business_group" in inner:
        return _team(inner, prefix, problems), problems
    for section in ("business_memberships", "groups", "roles"):
        # A section that cannot be read must not pass for an empty one: that would revoke what it used to say.
        if not isinstance(inner.get(section), _SECTION):
            raise _Rejected("wrong_type", f"{prefix}/{section}", f"a JSON {_json_type(inner[section])}, not an array")
    me = _read(Me, inner, prefix, problems)
    ids = {str(number) for number in (me.id, me.identity_id) if isinstance(number, _NUMBER)}
    if not ids:
        raise _Rejected("no_identity", prefix, "neither id nor identity_id says whose document this is")
    if len(ids) > 1:
        raise _Rejected("identity_conflict", f"{prefix}/identity_id", "id and identity_id name two identities")
    return me, problems


def _team(inner: dict[str, Any], prefix: str, problems: list[_Problem]) -> Team:
    nested = "business" in inner
    record, place = (inner["business"], f"{prefix}/business") if nested else (inner, prefix)
    business = _read(Business, record, place, problems) if isinstance(record, dict) else UNREADABLE
    if not isinstance(business, Business):
        raise _Rejected("no_business", place, "no business id says whose team this is")
    where = f"{prefix}/business_group"
    group = inner["business_group"]
    if not isinstance(group, dict) or not isinstance(group.get("members"), list):
        raise _Rejected("no_members", f"{where}/members", "the team does not list its members")
    if group.get("category") not in (None, "business"):
        raise _Rejected("not_a_team", f"{where}/category", "the group is not the business-level one")
    return Team(business, _read(BusinessGroup, group, where, problems))


_Problem = tuple[str, str, str]  # pointer, code, message
UNREADABLE: Final = object()


def _read(kind: Any, value: Any, pointer: str, problems: list[_Problem]) -> Any:
    """The value as `kind`, or what can be read of it: every unreadable part is left out and told with its place."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message = str(error).partition(" - at ")[0]
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    for option in options:
        origin = get_origin(option) or option
        if origin is list and isinstance(value, list):
            (item,) = get_args(option)
            items = (_read_row(item, each, f"{pointer}/{index}", problems) for index, each in enumerate(value))
            return [None if each is UNREADABLE else each for each in items]
        if origin is dict and isinstance(value, dict):
            name, item = get_args(option)
            pairs = {}
            for key, each in value.items():
                place = f"{pointer}/{escape(key)}"
                pair = _read(name, key, place, problems), _read(item, each, place, problems)
                if UNREADABLE not in pair:
                    pairs[key] = pair[1]
            return pairs
        if isinstance(origin, type) and issubclass(origin, msgspec.Struct) and isinstance(value, dict):
            return _read_struct(origin, value, pointer, problems)
    problems.append((pointer, "wrong_type", message))
    return UNREADABLE


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)  # it evaluates the annotations each time


def _read_row(kind: Any, value: Any, pointer: str, problems: list[_Problem]) -> Any:
    row = _read(kind, value, pointer, problems)
    if row is UNREADABLE and problems[-1][:2] == (pointer, "wrong_type"):
        problems[-1] = (pointer, "unreadable_row", f"left out: a JSON {_json_type(value)}, not an object")
    return row


def _read_struct(kind: type[msgspec.Struct], value: dict[str, Any], pointer: str, problems: list[_Problem]) -> Any:
    found: dict[str, Any] = {}
    for field in _fields(kind):
        each = UNREADABLE
        if field.name in value:
            each = _read(field.type, value[field.name], f"{pointer}/{field.name}", problems)
        if each is not UNREADABLE:
            found[field.name] = each
        elif field.required:
            problems.append((pointer, "unreadable_row", f"left out: nothing usable in its {field.name}"))
            return UNREADABLE
    return kind(**found)


_SECRET_KEY: Final = re.compile(
    r"tok.?n|secret|pass(?:w|_?phrase|_?code)|pwd|authori[sz]ation|bearer|credential|cookie|csrf|jwt|fast.?track"
    r"|(?:api|access|private|signing)[-_. ]?key|session.?(?:id|key)",
    re.IGNORECASE,
)
_SECRET_LOWER_KEY: Final = re.compile(_SECRET_KEY.pattern)
"""The same for ASCII in lower case, and faster; beyond ASCII are other letters that pass for a k, an s or an i."""
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
SECRET_MARKS: Final = ("eyj", "bearer", "token", "secret", "passw", "apikey", "api_key", "://", "-----begin")
"""One of these is in every text that `_SECRET_VALUE` matches, and is found faster."""
_SHORTEST_SECRET: Final = 12
_SECRET_HEX = re.compile(r"(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{40,}+(?![0-9a-z])")  # the vendor's tokens; a UUID has 32
SHORTEST_HEX: Final = 40
_HEX_TO_ZERO: Final = bytes(ord("0") if chr(each) in "0123456789abcdef" else ord(" ") for each in range(256))
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


def _redact(value: Any, size: int) -> Any:
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


def _walk(box: Any, depth: int, table: bool, texts: list[str], dropped: list[tuple[dict[str, Any], str]]) -> None:
    """Judges every key, and collects the texts that are left to judge and the keys to drop.

    In a `table` the keys are account ids and names of flags, which may spell anything: there only what could hold a
    secret is dropped.
    """
    if depth >= MAX_DEPTH:
        raise _Rejected("too_deep", "", f"nested deeper than {MAX_DEPTH} levels")
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
    box: dict[str, Any], depth: int, table: bool, texts: list[str], dropped: list[tuple[dict[str, Any], str]]
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
    """What a key leaves of its value: all of it, the names of integrations, or nothing."""
    if _holds_secret(key):
        return _DROPPED
    naming = _remembered(key) if len(key) <= _LONGEST_NAME else _naming(key)
    if naming is _Naming.HARMLESS or (table and _is_plain(value)):
        return value
    return integration_names(value) if naming is _Naming.INTEGRATION else _DROPPED


class _Naming(Enum):
    """What a key says that its value is."""

    HARMLESS = auto()
    INTEGRATION = auto()
    SECRET = auto()


def _naming(key: str) -> _Naming:
    if _names_secret(key):
        return _Naming.SECRET
    return _Naming.INTEGRATION if key.casefold().startswith("integration") else _Naming.HARMLESS


_remembered: Final = lru_cache(maxsize=2**12)(_naming)  # few keys are used over and over; none of them holds a secret
_LONGEST_NAME: Final = 32


def _names_secret(key: str) -> bool:
    return (_SECRET_LOWER_KEY.search(key.lower()) if key.isascii() else _SECRET_KEY.search(key)) is not None


def keys_to_judge(keys: Collection[str]) -> set[str]:
    """Those of these keys of which the value is not simply kept; nearly always one look at all together finds none."""
    together = "\n" + "\n".join(keys)
    if together.isascii() and not _names_secret(together) and "\nintegration" not in together.lower():
        return set()
    return {key for key in keys if _naming(key) is not _Naming.HARMLESS}


def _any_holds_secret(texts: list[str], size: int) -> bool:
    """As `_holds_secret` of each; nearly always one look at all of them together says that none does."""
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
        pairs = ((key, _without_secrets(each)) for key, each in value.items() if not _holds_secret(key))
        return {key: each for key, each in pairs if each is not _DROPPED}
    return value


def _holds_secret(text: str) -> bool:
    if len(text) < _SHORTEST_SECRET:
        return False
    folded = text.lower()
    return (any(map(folded.__contains__, SECRET_MARKS)) and _SECRET_VALUE.search(text) is not None) or (
        len(text) >= SHORTEST_HEX and _SECRET_HEX.search(folded) is not None
    )


def _is_plain(value: Any) -> bool:
    """Whether a value of a table is too plain for a secret: a flag, a limit, a word in lower case, flags by name."""
    if isinstance(value, dict):
        flags = (isinstance(each, int | None) and re.fullmatch(r"[a-z_.]{1,60}", name) for name, each in value.items())
        return all(flags)
    return isinstance(value, int | None) or (isinstance(value, str) and bool(re.fullmatch(r"[a-z_]{1,20}", value)))


def integration_names(value: Any) -> dict[str, None] | None:
    """What is kept of `integrations`: the names that are no address and no secret."""
    if not isinstance(value, dict):
        return None
    return {name: None for name in value if not ("@" in name or _names_secret(name) or _holds_secret(name))}


class _TeamKeys(Team, frozen=True):
    """The keys of a team whose business record is an object of its own."""


class _FlatTeamKeys(Business, frozen=True):
    """The keys of a team whose business record is the document itself."""

    business_group: BusinessGroup | UnsetType = UNSET


def _unknown(kind: Any, value: Any, pointer: str) -> Iterator[str]:
    for option in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        origin = get_origin(option) or option
        if origin is list and isinstance(value, list):
            for each in value:
                yield from _unknown(get_args(option)[0], each, f"{pointer}/*")
        elif isinstance(origin, type) and issubclass(origin, msgspec.Struct) and isinstance(value, dict):
            fields = {field.name: field.type for field in _fields(origin)}
            for key, each in value.items():
                if key in fields:
                    yield from _unknown(fields[key], each, f"{pointer}/{key}")
                else:
                    yield f"{pointer}/{escape(key)}"


def pointer(document: Document, section: Section, index: int, sub: int) -> str:
    """The JSON pointer of a record in a document, e.g. `/response/business_memberships/1`."""
    if section is Section.TEAM_BUSINESS:
        return document.prefix + document.business
    inside = document.business if section is Section.TEAM_CLIENT else ""
    return document.prefix + inside + section.format(index, sub)


def record(document: Document, place: str) -> Any:
    """The redacted JSON value at a JSON pointer of a document. Raises LookupError when there is none."""
    value = _value(document)
    root, *tokens = place.split("/")
    if root:
        raise LookupError(place)
    for token in tokens:
        if isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]{0,9}", token, re.ASCII):
            value = value[int(token)]
        elif isinstance(value, dict):
            value = value[token.replace("~1", "/").replace("~0", "~")]
        else:
            raise LookupError(place)
    return value


@lru_cache(maxsize=16)
def _value(document: Document) -> Any:
    return msgspec.json.decode(document.body)  # many records of one large document are often asked for together


def escape(key: str) -> str:
    """A key as one token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _json_type(value: Any) -> Literal["array", "string", "number", "boolean", "null", "object"]:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
