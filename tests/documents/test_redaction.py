"""Secrets are left out of what is kept of a document, and all else survives."""

from __future__ import annotations

import copy
import json
import re
import tracemalloc
from typing import Any

import pytest

from inroads.documents import redaction
from inroads.documents.reader import Observation, read
from reading import BRUCE, JWT, MONDAY, body, encode, escaped, member, nested, taken

# ---- secrets


@pytest.mark.parametrize(
    "key",
    [
        "fasttrack_token", "fastTrackTokn", "api_token", "API-Key", "apiKey", "refresh_tokens", "client_secret",
        "password", "passphrase", "pwd", "Authorization", "cookie", "bearer", "credentials", "private_key", "jwt",
        "sessionId", "csrf",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["plain", 1234, ["plain"], {"a": "plain"}, None])
def test_keys_that_name_a_secret(key: str, value: Any) -> None:
    """Whatever stands under a key that names a secret is dropped, key included, at any depth."""
    assert body({"identity_id": 7, key: value, "x": [{key: value, "y": 1}]}) == {
        "identity_id": 7,
        "x": [{"y": 1}],
    }


@pytest.mark.parametrize(
    "text",
    [
        JWT,
        f"x={JWT}",
        f"Token {JWT}",
        f"glued{JWT}",
        JWT[:60],
        "Bearer 0123456789abcdef0123",
        "BEARER\tabc.def-0123456789/+==",
        "https://example.com/?access_token=a1b2c3d4e5",
        '{"api_token": "a1b2c3d4e5"}',
        "password: hunter2hunter2",
        "https://bruce:hunter2@example.com/",
        "0123456789abcdef" * 4,
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_values_that_are_a_secret(text: str) -> None:
    """A string that is or holds a secret is dropped wherever it stands; in a list it leaves a placeholder."""
    given = {
        "identity_id": 7,
        "x": text,
        "y": [text, 1],
        text: 1,
        "email": text,
        "subscription_statuses": {text: "active", "a": text},
    }
    assert body(given) == {"identity_id": 7, "y": [None, 1], "subscription_statuses": {}}


@pytest.mark.parametrize(
    "key",
    [
        "token", "TOKEN", "to\u212aen", "fa\u017ft_track", "\u017fecret", "pas\u017fword", "api_\u212aey",
        "author\u0131zation", "\u00e9_token", "\u00c9 TOKEN", "fast\u00e9track", "t\u00f6ken of a to\u212a\u00e9n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("spell", [encode, escaped])
def test_keys_however_they_are_spelled(key: str, spell: Any) -> None:
    """Neither case nor escapes nor letters that merely pass for others hide a key that names a secret."""
    raw = b'{"identity_id": 7, "x": [{%s: "hush", "y": 1}], %s: {"z": "hush"}}' % (
        spell(key),
        spell(key),
    )
    assert body(raw) == {"identity_id": 7, "x": [{"y": 1}]}


SECRETS = [
    JWT,
    "..eyJzdWIiOiI",
    "bEArer 0123456789abcdef",
    "TOKEN=a1b2c3d4",
    "secret = a1b2c3d4",
    "passwd:a1b2c3d4",
    "Password: a1b2c3d4",
    "apikey=a1b2c3d4",
    "API_KEY: a1b2c3d4",
    "ftp://bruce:hush@example.com",
    "-----BEGIN PRIVATE KEY",
    "0123456789ABCDEF" * 2 + "01234567",
    "\u00e9 " + "0123456789abcdef" * 3,
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("spell", [encode, escaped])
def test_values_wherever_they_stand(secret: str, spell: Any) -> None:
    """One secret in an ordinary document is found in every place of it, first or last, and takes nothing else along."""
    raw = encode(BRUCE)
    strings = {text for text in json.dumps(BRUCE).split('"') if re.fullmatch(r"[\w@.]{3,}", text)}
    replaced = [raw.replace(encode(text), spell(secret)) for text in sorted(strings)]
    found = [read(each, MONDAY, "a file") for each in replaced if each != raw]
    assert len(found) > 40
    assert encode(secret)[1:-1] not in b"".join(
        each.document.body for each in found if isinstance(each, Observation)
    )
    assert body(raw[:-2] + b', "x": ' + spell(secret) + b"}}") == BRUCE
    assert body(raw[:-2] + b', "x": {"y": [1, ' + spell(secret) + b"]}}}") == {
        "response": {**BRUCE["response"], "x": {"y": [1, None]}}
    }
    assert body(b'{"x": ' + spell(secret) + b"," + raw[1:]) == BRUCE


@pytest.mark.parametrize("secret", SECRETS)
def test_values_in_an_envelope(secret: str) -> None:
    """A secret beside a document is not taken for its source or its moment, and is in nothing that is kept."""
    found = taken({"source": secret, "observed_at": secret, secret: 1, "document": BRUCE})
    assert found == taken(BRUCE)


@pytest.mark.parametrize("secret", SECRETS)
def test_flags_that_hold_a_secret(secret: str) -> None:
    """A secret among the names of flags is dropped, whatever plain value it has."""
    for value in (True, None, 3, "active", {}, {"a.b": True}):
        given = {
            "identity_id": 7,
            "permissions": {"x": {"a.b": True, secret: value}, secret: value},
        }
        assert body(given) == {"identity_id": 7, "permissions": {"x": {"a.b": True}}}


def test_halves_are_no_secret() -> None:
    """Strings are judged each for itself: what two neighbours would be together is data."""
    halves = [
        "token",
        "= a1b2c3d4e5",
        "Bearer",
        "0123456789abcdef0123",
        "0123456789abcdef",
        "0123456789abcdef01234567",
    ]
    given = {
        "identity_id": 7,
        "first_name": "bearer",
        "last_name": "0123456789abcdef0123",
        "x": halves,
    }
    assert body(given) == given


def test_known_keys_need_no_judgement() -> None:
    """Every key that is passed without a look would pass the look."""
    assert {"role", "business_memberships", "response"} <= redaction._HARMLESS
    for key in redaction._HARMLESS:
        assert redaction._kept(key, "x", table=False) == "x"


@pytest.mark.parametrize("key", [JWT, "fasttrack_token", "integrations"])
def test_what_is_dropped_may_be_deep(key: str) -> None:
    """What is dropped for its key is not looked into: only what stays has to keep to the depth."""
    kept = {"integrations": None} if key == "integrations" else {}
    assert body({"identity_id": 7, key: nested(200, "array")}) == {"identity_id": 7, **kept}


def test_large_documents_lose_the_same() -> None:
    """A document too large to have its strings judged together comes out as a small one does."""
    given = {
        "identity_id": 7,
        "first_name": "x" * redaction._LARGE,
        "x": [*SECRETS, "\U0001f4a5"],
        "y": {SECRETS[0]: 1, "z": 2},
    }
    assert body(given) == {**given, "x": [None] * len(SECRETS) + ["\U0001f4a5"], "y": {"z": 2}}


def test_memory_of_large_documents() -> None:
    """Looking for secrets takes no copy of a large document: one wide character would make it four times as large."""
    raw = encode({"identity_id": 7, "x": ["a" * 1_000] * 8_000 + ["\U0001f4a5"]})
    tracemalloc.start()
    try:
        assert taken(raw)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(raw)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name",
    [
        "Token Ring Inc.", "Secret Garden", "The Password Company", "KeyJacket.com", "AshleyJohnson.photography",
        "eyjolfur.jonsson@example.is", "Bearer of Good Internationalization", "Cookie: The Bakery", "JWT Holdings",
        "https://example.com/a:b", "5f0c2a9e-7a52-4a0e-9a3c-0d4b1f2e3a4b", "api_key", "Basic Instincts LLC",
        "0123456789abcdef0123456789abcdef", "a" * 500, "Authorization Services, Ltd.", "deadbeef",
    ],
)  # fmt: skip
def test_names_survive(name: str) -> None:
    """A name that merely speaks of secrets, or resembles one, is data."""
    given = {"identity_id": 7, "first_name": name, "business_memberships": [member(1, name=name)]}
    assert body(given) == given


def test_tables_keep_their_accounts() -> None:
    """Account ids and plan flags may spell anything; in their tables only what could hold a secret is dropped."""
    given = {
        "identity_id": 7,
        "permissions": {
            "xJWTq": {
                "api_token.access": True,
                "integrations.limit": 3,
                "password_reset": None,
                "cookie.limit": -1,
            },
            "zDmNq": {"api_token": "a1b2c3"},
        },
        "subscription_statuses": {"Token": "active_trial", "pwd12": None, "api_token": "s3cr3t"},
        "business_statuses": {"cooKie": "suspended"},
    }
    kept = copy.deepcopy(given)
    kept["permissions"]["zDmNq"] = {}
    del kept["subscription_statuses"]["api_token"]
    assert body(given) == kept


@pytest.mark.parametrize("key", ["integrations", "Integrations", "integration_emails"])
def test_integrations_keep_names_alone(key: str) -> None:
    """Of integrations the names are kept, without whatever they hold and without e-mail addresses."""
    given = {"stripe": {"email": "a@b.c"}, "gusto": "a@b.c", "x@y.z": 1, JWT: 1, "api_token": 2}
    assert body({"identity_id": 7, key: given}) == {
        "identity_id": 7,
        key: {"stripe": None, "gusto": None},
    }
    assert body({"identity_id": 7, "x": {key: ["a@b.c"]}}) == {"identity_id": 7, "x": {key: None}}


def test_another_token_is_the_same_document() -> None:
    """The hash is that of the redacted body: two fetches with two tokens are one document."""
    first, second = copy.deepcopy(BRUCE), copy.deepcopy(BRUCE)
    first["response"]["business_memberships"][0]["fasttrack_token"] = JWT
    second["response"]["business_memberships"][0]["fasttrack_token"] = JWT[::-1]
    assert taken(first).document == taken(second).document == taken(BRUCE).document
