"""Plain documents: many at a time they say what each says by itself, and whatever is not plain is left alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inroads
from inroads.columns.builder import ClaimSetBuilder
from inroads.columns.claimset import ATTRIBUTES, TEXT_ATTRIBUTES, WORD_ATTRIBUTES, ClaimSet
from inroads.columns.union import union
from inroads.documents.bulk_reader import RegularDocument, plain
from inroads.documents.reader import Observation, read
from inroads.documents.redaction import FIELDS, SECRET_MARKS
from inroads.errors import Rejection
from inroads.model import MomentSource
from inroads.policy.loading import load_policy
from inroads.policy.tables import STOCK, Policy
from inroads.sources.chunks import RawDocument
from inroads.sources.loader import Stream, gather
from inroads.sources.synthetic import population
from strategies import World, worlds

MOMENT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
BRUCE: dict[str, Any] = json.loads((Path(inroads.EXAMPLE) / "bruce.json").read_bytes())
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3MTIwNTIifQ.c2lnbmF0dXJlLW9mLXRva2Vu"
SECRETS = [
    JWT,
    "x.eyJzdWIiOiI",
    "bEArer 0123456789abcdef",
    "TOKEN=a1b2c3d4",
    "secret = a1b2c3d4",
    "passwd:a1b2c3d4",
    "apikey=a1b2c3d4",
    "API_KEY: a1b2c3d4",
    "ftp://bruce:hush@example.com",
    "-----BEGIN PRIVATE KEY",
    "0123456789ABCDEF" * 2 + "01234567",
    "\u00e9 " + "0123456789abcdef" * 3,
]
RICH: dict[str, Any] = {
    "observed_at": "2026-03-01T00:00:00Z",
    "source": "somewhere",
    "document": {
        "id": 7,
        "identity_id": 7,
        "email": "Seven@Example.org ",
        "first_name": None,
        "confirmed_at": "2016-01-26T16:01:23Z",
        "integrations": {
            "mail": {"email": "x@example.org"},
            "x@y.example": 1,
            "api_token": 2,
            "shop": None,
        },
        "addresses": [None, {"id": 3, "street": "1 Road"}],
        "phone_numbers": [{"title": "", "phone_number": None}],
        "permissions": {"zDmNq": {"staff.limit": -1, "a.b": True, "c": None}, "007": {}},
        "subscription_statuses": {"zDmNq": "active", "007": None, "1e5": ""},
        "business_statuses": {"zDmNq": "active"},
        "links": {"me": "/service/me", "roles": None},
        "business_memberships": [
            {
                "id": 11,
                "role": "owner",
                "fasttrack_token": JWT,
                "business": {
                    "id": 1,
                    "name": "One",
                    "account_id": "zDmNq",
                    "active": True,
                    "phone_number": {"title": "", "phone_number": None},
                    "business_clients": [
                        {
                            "id": 5,
                            "account_id": "Xr82w",
                            "userid": 2,
                            "client_business": {"business_id": 1},
                        },
                        {
                            "id": 6,
                            "business_id": 1,
                            "account_id": "007",
                            "client_business": None,
                            "account_business": {"account_business_id": 2, "account_id": "007"},
                        },
                    ],
                },
            },
            {
                "role": "manager",
                "business": {
                    "id": 2,
                    "account_id": None,
                    "business_clients": None,
                    "active": False,
                },
            },
            {"id": None, "role": "client", "business": {"id": 3, "name": None}},
        ],
        "groups": [
            {
                "id": 11,
                "group_id": 21,
                "role": "owner",
                "identity_id": 7,
                "business_id": 1,
                "active": False,
            },
            {"id": 12, "group_id": 22, "role": "manager", "business_id": None},
            {"group_id": 23, "role": "owner", "business_id": 2},
        ],
        "roles": [
            {
                "id": 31,
                "role": "admin",
                "systemid": 41,
                "userid": 1,
                "accountid": "zDmNq",
                "links": {"destroy": "/x"},
            },
            {
                "id": 32,
                "role": "client",
                "userid": 2,
                "accountid": "Xr82w",
                "created_at": "2020-02-28T00:00:00Z",
            },
        ],
    },
}
TEAM: dict[str, Any] = {
    "observed_at": "2026-03-01T00:00:00Z",
    "document": {
        "response": {
            "id": 1,
            "business_uuid": None,
            "name": "One",
            "account_id": "zDmNq",
            "active": True,
            "address": {"id": 3, "street": "1 Road"},
            "business_clients": [
                {
                    "id": 5,
                    "account_id": "Xr82w",
                    "userid": "2",
                    "client_business": {"business_id": 1},
                },
                {"id": "6", "account_id": "007", "account_business": {"account_business_id": "2"}},
            ],
            "business_group": {
                "id": "21",
                "category": "business",
                "members": [
                    {
                        "id": 11,
                        "identity_id": 7,
                        "role": "owner",
                        "email": "Seven@Example.org ",
                        "business_id": 1,
                    },
                    {
                        "identity_id": "8",
                        "role": "manager",
                        "first_name": "",
                        "email": None,
                        "active": False,
                    },
                    {
                        "id": None,
                        "identity_id": 7,
                        "role": "client",
                        "group_id": "21",
                        "last_name": "Eight",
                    },
                ],
            },
        }
    },
}


def as_texts(value: Any) -> Any:
    """The same with every id as a text, as some exporters write it."""
    if isinstance(value, list):
        return list(map(as_texts, value))
    if not isinstance(value, dict):
        return value
    ids = {
        name
        for name in value
        if name in ("id", "systemid", "userid") or name.endswith(("_id", "_business_id"))
    }
    return {
        name: str(each) if name in ids and type(each) is int else as_texts(each)
        for name, each in value.items()
    }


def encode(value: Any) -> bytes:
    return json.dumps(value).encode()


def unread(raws: Sequence[bytes]) -> list[RawDocument]:
    return [
        RawDocument(raw, MOMENT, f"a file:{number}", 1, MomentSource.FILE)
        for number, raw in enumerate(raws, 1)
    ]


def taken(raws: Sequence[bytes], words: Policy = STOCK) -> list[RegularDocument]:
    return plain(unread(raws), words)


def agree(raws: Sequence[bytes], words: Policy = STOCK) -> None:
    """Many at a time, documents say what the reader says of each: every column, every body, every rejection."""
    items = unread(raws)
    many = gather([Stream(items)], words)
    builder, rejections = ClaimSetBuilder(), []
    for item in items:
        found = item.observe()
        if isinstance(found, Rejection):
            rejections.append(found)
        else:
            builder.read(found, words)
    assert list(many.rejections) == rejections
    assert by_value(many.said) == by_value(union([builder.part()]))


def by_value(said: ClaimSet) -> dict[str, Any]:
    """All that was said, with words, texts and bodies for their numbers, which are as they came."""
    texts, words = list(said.texts.texts()), list(said.words.texts())
    tables = {
        name: {
            column: list(cells.texts()) if hasattr(cells, "texts") else cells.tolist()
            for column, cells in rows
        }
        for name, table in zip(said._fields, said, strict=True)
        if hasattr(table, "_fields") and not hasattr(table, "texts")
        for rows in [list(zip(table._fields, table, strict=True))]
    }
    documents, claims, attributes = tables["documents"], tables["claims"], tables["attributes"]
    documents["body"] = [
        said.stores[store].body(at, size)
        for store, at, size in zip(
            documents.pop("store"), documents.pop("at"), documents["size"], strict=True
        )
    ]
    claims["word"] = [None if word < 0 else words[word] for word in claims["word"]]
    attributes["value"] = [
        value
        if value < 0
        else texts[value]
        if TEXT_ATTRIBUTES[name]
        else words[value]
        if ATTRIBUTES[name] in WORD_ATTRIBUTES
        else value
        for name, value in zip(attributes["name"], attributes["value"], strict=True)
    ]
    return {
        **tables,
        "nodes": said.nodes.tolist(),
        "accounts": said.accounts.tolist(),
        "words": sorted(words),
    }


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a document."""
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, each in inside:
        yield (*path, key)
        yield from places(each, (*path, key))


def changed(document: Any, path: tuple[Any, ...], key: Any, value: Any) -> Any:
    """The document with another value at a place, under another key where one is given."""
    made = msgspec.json.decode(msgspec.json.encode(document))
    box = made
    for each in path[:-1]:
        box = box[each]
    if key is not None and isinstance(box, dict):
        del box[path[-1]]
        box[key] = value
    else:
        box[path[-1]] = value
    return made


@given(worlds(), st.data())
@settings(max_examples=40, deadline=None)
def test_worlds_say_the_same(world: World, data: st.DataObject) -> None:
    """Documents of any world, bare or in an envelope, say the same many at a time as each by itself."""
    raws = []
    for body, moment in world:
        enveloped = data.draw(st.booleans())
        raws.append(
            encode(
                {"observed_at": moment.isoformat()[:19] + "Z", "document": body}
                if enveloped
                else body
            )
        )
    agree(raws)


ODD: list[Any] = [
    None, True, 0, -1, 1, 7, 10**17, 10**18, 2**64, 10**30, 1.0, 1.5, "", "7", "07", "owner", "client", "wizard",
    "zDmNq", "2016-02-29T00:00:00Z", "2015-02-29T00:00:00Z", "2016-01-26T16:01:23+00:00", "2016-01-26t16:01:23.50z",
    "\u0131\u212a",
    "\ud83d", [], [None], [7], {}, {"id": 7}, {"a": {"b": 1}}, "x" * 70, "a\u0000b", *SECRETS[:2],
]  # fmt: skip


def test_any_value_in_any_place() -> None:
    """One odd value in an ordinary document, wherever it stands, is taken as the reader takes it."""
    raws = [
        encode(changed(rich, path, None, odd))
        for rich in (RICH, TEAM)
        for path in places(rich)
        for odd in ODD
    ]
    assert len(raws) > 4_000
    assert len(raws) / 20 < len(taken(raws)) < len(raws) / 2
    agree(raws)


@pytest.mark.parametrize(
    "key",
    [
        "x", "fasttrack_token", "to\u212aen", "api_key", "integrations", "Integration", "response", "document", "id",
        "", "error", "business_group", "\ud83d", *SECRETS,
    ],
)  # fmt: skip
def test_any_key_in_any_place(key: str) -> None:
    """One odd key in an ordinary document, in the place of another or beside it, is taken as the reader takes it."""
    for rich in RICH, TEAM:
        odd = [
            changed(rich, path, key, value) for path in places(rich) for value in ("x", {"a": JWT})
        ]
        beside = [changed(rich, (*path, key), None, 1) for path in boxes(rich)]
        agree([*map(encode, odd), *map(encode, beside)])


@pytest.mark.parametrize("document", [BRUCE, RICH, TEAM])
def test_ids_may_be_texts(document: dict[str, Any]) -> None:
    """A document that writes its ids as texts is plain, and says what it says with numbers."""
    texts = as_texts(document)
    assert len(taken([encode(texts)])) == 1
    agree([encode(texts)])
    one, other = (
        by_value(gather([Stream(unread([encode(each)]))], STOCK).said) for each in (document, texts)
    )
    assert texts != document
    assert {**one, "documents": None} == {**other, "documents": None}


def test_some_ids_may_be_texts() -> None:
    """Any one id as a text among numbers is taken as the reader takes it, be it the number or another."""
    numbers = [
        (rich, path, number)
        for rich in (RICH, TEAM)
        for path in places(rich)
        for number in [value_at(rich, path)]
        if type(number) is int
    ]
    agree(
        [
            encode(changed(rich, path, None, str(n + more)))
            for rich, path, n in numbers
            for more in (0, 1)
        ]
    )


def value_at(document: Any, path: tuple[Any, ...]) -> Any:
    for each in path:
        document = document[each]
    return document


def boxes(document: Any) -> Iterator[tuple[Any, ...]]:
    """The way to every object inside a document."""
    yield ()
    for path in places(document):
        value = document
        for each in path:
            value = value[each]
        if isinstance(value, dict):
            yield path


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_plain(secret: str) -> None:
    """A document with a secret in any of its texts is left to the reader, whatever is around the secret."""
    raws = [
        encode(changed(document, path, None, f"{before}{secret}"))
        for document, before in ((BRUCE, ""), (RICH, "aaa "), (RICH, "aaaaaa "), (TEAM, ""))
        for path in places(document)
    ]
    text = secret.encode()
    assert not any(text in each.body or secret in (each.named or "") for each in taken(raws))
    agree(raws)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + encode(BRUCE),
        b" \n" + encode(BRUCE) + b"\n",
        encode(BRUCE) + b"x",
        encode(BRUCE)[:-1],
        json.dumps(BRUCE, indent=1).encode(),
        b'{"id": 7, "id": 8}',
        b'{"id": "x", "id": 8}',
        b'{"id": 8, "email": 5, "email": "x"}',
        b'{"id": -0}',
        b'{"id": 7.0}',
        b'{"\\u0069d": 7, "\\u0065mail": "\\u0041"}',
        b'{"id": 7, "email": "\xff"}',
        b'{"id": 7, "roles": [], "roles": null, "groups": [null]}',
        b'{"id": 7, "permissions": {"A": {"b": 1, "a": 2, "\\u0062": 3}, "9": {}}}',
        b'{"id": 7, "identity_id": 8}',
        b'{"identity_id": 8}',
        b'{"email": "x"}',
        b'{"response": {"id": 7}, "email": "x"}',
        b'{"response": {"id": 7}, "id": 7}',
        b'{"response": {"id": 7, "response": {"id": 8}}}',
        b'{"document": {"id": 7}}',
        b'{"document": {"id": 7}, "source": "x"}',
        b'{"document": {"id": 7}, "observed_at": "2026-01-01T00:00:00Z", "source": ""}',
        b'{"document": {"id": 7}, "observed_at": "0001-01-01T00:00:00+01:00"}',
        b'{"document": {"id": 7}, "observed_at": "2026-01-01T00:00:00"}',
        b'{"document": {"id": 7}, "observed_at": "2026-01-01T00:00:00.5Z", "id": 9}',
        b'{"document": {"response": {"id": 7}}, "observed_at": "2026-01-01T00:00:00Z", "email": "'
        + JWT.encode()
        + b'"}',
        b'{"observed_at": "2026-01-01T00:00:00Z", "id": 7}',
        b'{"source": "x", "id": 7}',
        b'{"id": 1, "business_group": {"members": []}}',
        b'{"id": null, "business_group": {"members": []}}',
        b'{"business_group": {"members": []}}',
        b'{"id": 1, "name": "no group"}',
        b'{"id": 1, "business_group": {"id": 2}}',
        b'{"id": 1, "business_group": {"id": 2, "category": "project", "members": []}}',
        b'{"id": 1, "business_group": {"id": null, "members": [{"identity_id": 7, "role": "owner", "group_id": 9}]}}',
        b'{"id": 1, "business_group": {"members": [{"identity_id": 7, "role": "wizard"}, null]}}',
        b'{"business": {"id": 1}, "business_group": {"members": [{"identity_id": 7, "role": "owner"}]}}',
        b'{"response": {"id": 1, "business_group": {"members": []}}, "name": "beside"}',
        b"[]",
        b"",
        b"7",
    ],
)
def test_however_it_is_spelled(raw: bytes) -> None:
    """White space, repeated keys, escapes, wrappers and what is no JSON are taken as the reader takes them."""
    agree([encode(RICH), raw, encode(BRUCE)])


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("0100-12-31T23:59:59Z", "9999-02-28T00:00:00Z", 3),
        ("2016-01-26T16:00:44Z", "2016-01-26T24:00:00Z", 1),
        ("0000-01-26T16:00:44Z", "0001-01-26T16:00:44Z", 1),
        ("2016-01-26T16:00:44", "Z2016-01-26T16:00:44Z", 0),
        ("2016-01-26T16:60:44Z", "2016-01-26T16:00:60Z", 0),
        ("2016-00-26T16:00:44Z", "2016-13-26T16:00:44Z", 0),
        ("2016-01-00T16:00:44Z", "2016-04-31T16:00:44Z", 0),
        ("2016-01-26T16:00:4\u0664Z", "2016-01-26T16:00:44\u24cf", 0),
        ("2016-01-26 16:00:44Z", "2016/01/26T16:00:44Z", 0),
        ("2016-01-26T16:00:4:Z", "2016-01-26T16:00:4/Z", 0),
    ],
)
def test_moments_are_judged_one_by_one(one: str, other: str, count: int) -> None:
    """What is no moment as the vendor writes them is left to the reader, whatever stands beside it."""
    raws = [
        encode({"id": 1, "confirmed_at": one, "created_at": other}),
        encode({"id": 2, "confirmed_at": one}),
        encode({"id": 3, "roles": [{"accountid": "A", "role": "admin", "created_at": other}]}),
    ]
    assert len(taken(raws)) == count
    agree(raws)


def test_ordinary_documents_are_plain() -> None:
    """What the vendor and the generator write is nearly all taken many at a time."""
    assert len(taken([encode(BRUCE), encode(RICH), encode(TEAM)])) == 3
    raws = list(map(encode, population(300, 1)))
    assert len(taken(raws)) > 0.98 * len(raws)
    agree(raws)


def test_words_are_those_of_the_policy() -> None:
    """A word that the policy gives a meaning is plain with it, and one without a meaning is not."""
    raw = encode({"id": 7, "roles": [{"accountid": "A", "role": "wizard"}]})
    known = load_policy('[words.roles]\nwizard = "MANAGER"')
    assert not taken([raw])
    assert taken([raw], known)
    agree([raw], known)


def test_no_key_that_is_read_is_a_mark() -> None:
    """The keys of every body would not make it suspect."""
    assert not [key for key in FIELDS for mark in SECRET_MARKS if mark in key]


def test_moments_are_those_asked_for() -> None:
    """Of plain documents too, those after the moment that is asked for are left out."""
    raws = [
        encode({"document": {"identity_id": n}, "observed_at": f"2026-01-0{n}T00:00:00Z"})
        for n in range(1, 6)
    ]
    found = gather([Stream(unread(raws))], STOCK, dt.datetime(2026, 1, 3, tzinfo=dt.UTC))
    assert len(found.said.documents.moment) == 3
    assert found.said.nodes.tolist() == [1, 2, 3]


def test_a_plain_body_is_canonical() -> None:
    """The body is the one that the reader keeps, byte for byte."""
    (each,) = taken([encode(RICH)])
    found = read(encode(RICH), MOMENT, "a file")
    assert isinstance(found, Observation)
    assert (
        each.body
        == found.document.body
        == msgspec.json.encode(msgspec.json.decode(each.body), order="sorted")
    )
