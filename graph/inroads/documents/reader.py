"""JSON bytes to typed documents: tolerant of what the vendor may add, exact about what we use, secrets dropped."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Any, Final, Literal, NamedTuple, Union, cast, get_args, get_origin

import msgspec
from msgspec import UNSET, UnsetType

from inroads.documents.pointers import escape
from inroads.documents.recognition import (
    check_document,
    check_envelope,
    check_response,
    is_envelope,
    is_listing,
    unknown_beside,
)
from inroads.documents.records import NUMBER, Business, BusinessGroup, Me, Members, Team
from inroads.documents.redaction import MAX_DEPTH, MAX_VALUES, SUBJECTS, RejectedDocument, redact
from inroads.errors import Issue, Rejection
from inroads.model import Document, MomentSource

Content = Me | Team | Members
"""The typed content of a document."""

MAX_BYTES: Final = 64 * 2**20
"""The largest document that is read: a team of 200,000 fits."""


class Observation(NamedTuple):
    """A document that was taken: what is kept of it, its typed content, and its issues."""

    document: Document
    content: Content
    issues: tuple[Issue, ...]


def read(
    raw: bytes,
    observed_at: dt.datetime,
    source: str,
    moment_source: MomentSource = MomentSource.GIVEN,
) -> Observation | Rejection:
    """One document or envelope from its JSON bytes.

    `observed_at` (aware), which `moment_source` gives, and `source` count where there is no envelope that says
    them. Nothing is raised for bad input: a document that has no identity or business to speak of comes back as a
    Rejection with a stable code.
    """
    try:
        value, enveloped = _decode(raw)
        if enveloped:
            check_envelope(value)
            given, source, value = _open_envelope(value, source)
            if given:
                observed_at, moment_source = given, MomentSource.ENVELOPE
        return _take(value, observed_at.astimezone(dt.UTC), source, moment_source)
    except RejectedDocument as rejected:
        code, pointer, message = rejected.reason
        return Rejection(source, pointer, code, message)


def reread(document: Document) -> Observation:
    """The observation of a document that was taken before, from what is kept of it."""
    _, _, content, problems = _content(msgspec.json.decode(document.body))
    return _observation(document, content, problems)


def restore(
    body: bytes,
    sha256: str,
    observed_at: dt.datetime,
    source: str,
    moment_source: MomentSource | None = None,
) -> Observation:
    """The observation of a redacted canonical body that was kept. Raises ValueError where that is no document."""
    try:
        return _observe(msgspec.json.decode(body), body, sha256, observed_at, source, moment_source)
    except (RejectedDocument, msgspec.DecodeError) as error:
        raise ValueError("the body is no document that can be taken") from error


def unknown_keys(document: Document) -> Counter[str]:
    """How often each key occurs that this version does not read, by its pointer with `*` for indexes."""
    value = _unwrap(msgspec.json.decode(document.body))[0]
    kind: Any = Me
    if document.kind == "team":
        kind = _TeamKeys if document.business else _FlatTeamKeys
    elif document.kind == "members":
        kind = Members
    return Counter(_unknown(kind, value, ""))


def _decode(raw: bytes) -> tuple[Any, bool]:
    """Return the value without secrets, and whether it came as an envelope."""
    if len(raw) > MAX_BYTES:
        raise RejectedDocument("too_large", "", f"{len(raw):,} bytes; the most is {MAX_BYTES:,}")
    text = raw.removeprefix(b"\xef\xbb\xbf").strip()
    if is_utf16(raw):
        raise RejectedDocument("not_json", "", "it is UTF-16, not UTF-8: save it as UTF-8")
    if not text:
        raise RejectedDocument("empty", "", "there is nothing in it")
    if text.startswith(b"<"):
        raise RejectedDocument("not_json", "", "it is HTML or XML, not JSON")
    if len(text) > MAX_VALUES and text.count(b",") > MAX_VALUES:
        raise RejectedDocument("too_large", "", f"more than {MAX_VALUES:,} values")
    try:
        value = _parsed(text)
    except RecursionError:
        raise RejectedDocument("too_deep", "", f"nested deeper than {MAX_DEPTH} levels") from None
    except msgspec.DecodeError as error:
        code = "truncated" if "truncated" in str(error) else "not_json"
        raise RejectedDocument(code, "", str(error)) from None
    except UnicodeDecodeError:
        raise RejectedDocument("not_json", "", "it is not UTF-8") from None
    if isinstance(value, str):
        raise RejectedDocument(
            "not_an_object", "", "a JSON string, not an object"
        )  # perhaps a secret, and nothing else
    enveloped = is_envelope(value)  # before a source that is a secret is dropped
    value = redact(value, len(text))
    return _with_whole_ids(value) if _FRACTION.search(text) else value, enveloped


def is_utf16(raw: bytes) -> bool:
    """Return whether JSON is written in UTF-16: by its mark, or by a zero byte beside its first."""
    return raw[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(raw) > 1 and 0 in raw[:2] != b"\0\0")


_FRACTION: Final = re.compile(rb"[0-9](?:\.0|[eE])")
_IDS: Final = frozenset(
    {
        "id",
        "identity_id",
        "group_id",
        "business_id",
        "userid",
        "systemid",
        "account_business_id",
        "page",
        "per_page",
        "total",
    }
)
"""The keys of numeric ids, and of the numbers in a listing's `meta`. Ids of accounts are texts, and
are never converted.
"""
_EXACT: Final = 2**53
"""Below it a float that is whole is exactly the integer that was meant."""


def _with_whole_ids(value: Any) -> Any:
    """Turn ids such as 712052.0, as spreadsheets and data frames leave them, into integers."""
    if isinstance(value, list):
        return [_with_whole_ids(each) for each in value]
    if isinstance(value, dict):
        return {
            key: _whole(each) if key in _IDS else _with_whole_ids(each)
            for key, each in value.items()
        }
    return value


def _whole(number: Any) -> Any:
    if isinstance(number, str) and (written := re.fullmatch(r"([0-9]{1,18})\.0+", number)):
        return written[1]
    whole = isinstance(number, float) and number.is_integer() and abs(number) < _EXACT
    return int(number) if whole else number


_ESCAPE: Final = re.compile(
    rb"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def _parsed(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        if rb"\u" not in text:
            raise
    # Half an emoji, as some exporters leave it when they cut a name: U+FFFD in its place, and the rest is kept.
    return msgspec.json.decode(_ESCAPE.sub(lambda each: rb"\ufffd" if each[2] else each[0], text))


def _open_envelope(value: dict[str, Any], source: str) -> tuple[dt.datetime | None, str, Any]:
    moment = None
    if value.get("observed_at") is not None:
        moment = parse_moment(value["observed_at"])
        if moment is None:
            raise RejectedDocument(
                "bad_moment",
                "/observed_at",
                "observed_at is not a moment like 2026-03-01T00:00:00Z",
            )
    if isinstance(value.get("source"), str) and value["source"]:
        source = value["source"]
    return moment, source, value.get("document")  # it may have been a secret


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


def _take(
    value: Any, observed_at: dt.datetime, source: str, moment_source: MomentSource
) -> Observation:
    """Take a document that arrives. What is kept already is not judged again by what it shows."""
    inner, prefix = _unwrap(value)
    check_response(value)
    check_document(inner, prefix)
    body = msgspec.json.encode(value, order="sorted")
    sha256 = hashlib.sha256(body).hexdigest()
    return _observe(value, body, sha256, observed_at, source, moment_source)


def _observe(
    value: Any,
    body: bytes,
    sha256: str,
    observed_at: dt.datetime,
    source: str,
    moment_source: MomentSource | None,
) -> Observation:
    inner, prefix, content, problems = _content(value)
    if isinstance(content, Me):
        kind, subject, business = "me", f"identity:{content.number}", ""
    elif isinstance(content, Members):
        kind, subject, business = "members", f"business:{content.number}", ""
    else:
        kind, subject, business = (
            "team",
            f"business:{content.business.id}",
            "/business" if "business" in inner else "",
        )
    document = Document(
        observed_at, sha256, source, kind, subject, prefix, business, body, moment_source
    )
    return _observation(document, content, problems)


def _observation(document: Document, content: Content, problems: list[_Problem]) -> Observation:
    if not problems:
        return Observation(document, content, ())
    issues = (
        Issue(document.source, *problem, document.sha256) for problem in sorted(problems)
    )  # not in order of keys
    return Observation(document, content, tuple(issues))


def _content(value: Any) -> tuple[dict[str, Any], str, Content, list[_Problem]]:
    """Return the object inside a response, its pointer, its typed content and what was left out."""
    inner, prefix = _unwrap(value)
    problems = [
        (f"/{escape(key)}", "unknown_key", "beside a response only meta is known")
        for key in unknown_beside(value)
    ]
    return inner, prefix, _typed(inner, prefix, problems), problems


def _unwrap(value: Any) -> tuple[dict[str, Any], str]:
    if not isinstance(value, dict):
        raise RejectedDocument("not_an_object", "", f"a JSON {_json_type(value)}, not an object")
    inner, prefix = value, ""
    if "response" in value:
        inner, prefix = value["response"], "/response"
        if inner is None:
            raise RejectedDocument("empty_response", prefix, "the response is null")
        if isinstance(inner, list):
            inner, prefix = value, ""  # a listing, of which meta is a part
        elif not isinstance(inner, dict):
            raise RejectedDocument(
                "not_an_object",
                prefix,
                f"the response is a JSON {_json_type(inner)}, not an object",
            )
    if inner.keys().isdisjoint(SUBJECTS):
        for key in ("error", "errors"):
            if inner.get(key):
                word = inner[key] if isinstance(inner[key], str) else ""
                said = f": {word}" if re.fullmatch(r"[a-z_]{1,40}", word) else ""
                raise RejectedDocument(
                    "error_body", f"{prefix}/{key}", f"the service answered with an error{said}"
                )
    return inner, prefix


_SECTIONS: Final[tuple[tuple[str, Any, str], ...]] = (
    ("business_memberships", list, "an array"),
    ("groups", list, "an array"),
    ("roles", list, "an array"),
    ("subscription_statuses", dict, "an object"),
    ("business_statuses", dict, "an object"),
    ("permissions", dict, "an object"),
)
"""The sections of a `me`, with what they are where they are not null."""


def _typed(inner: dict[str, Any], prefix: str, problems: list[_Problem]) -> Content:
    if is_listing(inner):
        return _members(inner, prefix, problems)
    if "business_group" in inner:
        return _team(inner, prefix, problems)
    for section, kind, wanted in _SECTIONS:
        # A section that cannot be read must not pass for an empty one: that would revoke what it used to say.
        given = inner.get(section)
        if given is not None and not isinstance(given, kind) and (given != [] or kind is list):
            raise RejectedDocument(
                "wrong_type", f"{prefix}/{section}", f"a JSON {_json_type(given)}, not {wanted}"
            )
    me = _read(Me, inner, prefix, problems)
    ids = {str(number) for number in (me.id, me.identity_id) if isinstance(number, NUMBER)}
    if not ids:
        raise RejectedDocument(
            "no_identity", prefix, "neither id nor identity_id says whose document this is"
        )
    if len(ids) > 1:
        raise RejectedDocument(
            "identity_conflict", f"{prefix}/identity_id", "id and identity_id name two identities"
        )
    return cast("Me", me)


def _team(inner: dict[str, Any], prefix: str, problems: list[_Problem]) -> Team:
    nested = "business" in inner
    record, place = (inner["business"], f"{prefix}/business") if nested else (inner, prefix)
    business = _read(Business, record, place, problems) if isinstance(record, dict) else UNREADABLE
    if not isinstance(business, Business):
        raise RejectedDocument("no_business", place, "no business id says whose team this is")
    where = f"{prefix}/business_group"
    group = inner["business_group"]
    if not isinstance(group, dict) or not isinstance(group.get("members"), list):
        raise RejectedDocument(
            "no_members", f"{where}/members", "the team does not list its members"
        )
    if group.get("category") not in (None, "business"):
        raise RejectedDocument(
            "not_a_team", f"{where}/category", "the group is not the business-level one"
        )
    return Team(business, _read(BusinessGroup, group, where, problems))


def _members(inner: dict[str, Any], prefix: str, problems: list[_Problem]) -> Members:
    """Read a listing. A row that cannot be read is left out: it may be of anybody, so that what is
    left is no longer the whole team.
    """
    listing = _read(Members, inner, prefix, problems)
    businesses = {int(row.business_id) for row in listing.rows}
    where = f"{prefix}/response"
    if len(businesses) > 1:
        # The service lists one business at a time. Rows of two are pages that somebody joined, of
        # which nobody knows how much is there: no half of it is taken for a team.
        raise RejectedDocument(
            "business_conflict", where, f"its rows are of {len(businesses)} businesses, not of one"
        )
    if not businesses:
        raise RejectedDocument("no_business", where, "no row says whose team this is")
    return cast("Members", listing)


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
            items = (
                _read_row(item, each, f"{pointer}/{index}", problems)
                for index, each in enumerate(value)
            )
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
        if (
            isinstance(origin, type)
            and issubclass(origin, msgspec.Struct)
            and isinstance(value, dict)
        ):
            return _read_struct(origin, value, pointer, problems)
    if pointer.endswith(("/account_id", "/accountid")):
        if type(value) in (int, float):
            message = "an account id is a text, and this is a number: its account is not shown"
        problems.append((pointer, "unreadable_account", message))
        return UNREADABLE
    problems.append((pointer, "wrong_type", message))
    return UNREADABLE


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)  # it evaluates the annotations each time


def _read_row(kind: Any, value: Any, pointer: str, problems: list[_Problem]) -> Any:
    row = _read(kind, value, pointer, problems)
    if row is UNREADABLE and problems[-1][:2] == (pointer, "wrong_type"):
        problems[-1] = (
            pointer,
            "unreadable_row",
            f"left out: a JSON {_json_type(value)}, not an object",
        )
    return row


def _read_struct(
    kind: type[msgspec.Struct], value: dict[str, Any], pointer: str, problems: list[_Problem]
) -> Any:
    found: dict[str, Any] = {}
    for field in _fields(kind):
        each = UNREADABLE
        if field.name in value:
            each = _read(field.type, value[field.name], f"{pointer}/{field.name}", problems)
        if each is not UNREADABLE:
            found[field.name] = each
        elif field.required:
            if problems and problems[-1][0] == f"{pointer}/{field.name}":
                problems.pop()  # the row is lost with it, which is told once
            message = f"left out: nothing usable in its {field.name}"
            problems.append((pointer, "unreadable_row", message))
            return UNREADABLE
    return kind(**found)


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
        elif (
            isinstance(origin, type)
            and issubclass(origin, msgspec.Struct)
            and isinstance(value, dict)
        ):
            fields = {field.name: field.type for field in _fields(origin)}
            for key, each in value.items():
                if key in fields:
                    yield from _unknown(fields[key], each, f"{pointer}/{key}")
                else:
                    yield f"{pointer}/{escape(key)}"


def _json_type(value: Any) -> Literal["array", "string", "number", "boolean", "null", "object"]:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
