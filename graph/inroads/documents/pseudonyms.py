"""Keyed pseudonyms: documents rewritten so that nothing in them names a person or a business.

A graph of pseudonyms is folded from rewritten documents, not from the original ones: what is made of it cannot hold
what was never in it. A string survives only where a table here says so.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
import networkx as nx

from inroads.documents.ff1 import FF1
from inroads.documents.reader import Observation, restore
from inroads.documents.records import AccountId, Id
from inroads.documents.redaction import FIELDS
from inroads.errors import InroadsError, NotFound, Rejection
from inroads.model import (
    Document,
    NodeKind,
    fold_email,
    grant_id,
    is_grant_id,
    kind_of,
    native_id,
    node_id,
)
from inroads.policy.tables import WORDS, Policy, in_one_word

DIGITS: Final = 18
"""An id is below ten to this, and so is its pseudonym."""

DOMAIN: Final = "pseudonym.invalid"
"""No mail is ever delivered there (RFC 2606)."""

LEAST_BITS: Final = 128

STATUSES: Final = frozenset({"active", "active_trial", "trial_expired", "cancelled"})
"""Statuses that stay as they are, beside those under which the policy calls an account alive."""

FLAGS: Final = frozenset(
    {
        "notifications.access",
        "beta.mobile.expenses",
        "client.event.search",
        "time_tracking.access",
        "invoice_discounts.access",
        "clienttypeahead.access",
        "invoice_line_item_typeahead.access",
        "client.limit",
        "staff.limit",
    }
)
"""Names of plan flags that stay as they are: those of the vendor's page."""

KINDS_OF_IDS: Final = {
    "identity_id": "identity",
    "business_id": "business",
    "account_business_id": "business",
    "group_id": "group",
    "userid": "client",
    "systemid": "system",
}
"""The things that an id under a key numbers. A bare `id` depends on its object, and numbers records in most."""

_KNOWN_MOMENT: Final = "1970-01-01T00:00:00Z"
"""Stands for any moment of confirmation: the second at which someone signed up tells who it is."""

_ALPHABETS: Final = (("0-9", 10), ("0-9a-f", 16), ("a-z", 26), ("A-Za-z0-9+/_=-", 64), (" -~", 95))


class Pseudonyms:
    """The pseudonyms under one key: the same for the same person, business or id in all documents, graphs and times.

    `secret` is a random key, binary or written out, or a passphrase; it is strengthened with scrypt. Raises
    InroadsError WEAK_KEY for one that cannot hold 128 bits.

    >>> names = Pseudonyms(bytes(range(16)))
    >>> names.original_number("business", names.number("business", 77128))
    77128
    """

    def __init__(self, secret: bytes) -> None:
        if len(set(secret)) < 8 or len(secret) * _bits(secret) < LEAST_BITS:
            raise InroadsError(
                "the key is too weak: 32 random hexadecimal digits or 16 random bytes are the least",
                "WEAK_KEY",
            )
        derived = hashlib.scrypt(
            secret, salt=b"inroads pseudonyms 1", n=2**15, r=8, p=1, maxmem=2**26, dklen=64
        )
        self._numbers, self._texts = derived[:32], derived[32:]
        self._permutations: dict[str, FF1] = {}
        self._seen: dict[tuple[str, int], int] = {}

    def number(self, kind: str, number: int) -> int:
        """The pseudonym of an id: another number, one to one within its kind."""
        found = self._seen.get((kind, number))
        if found is None:
            found = self._seen[kind, number] = self._permutation(kind).encrypt(number)
        return found

    def original_number(self, kind: str, number: int) -> int:
        """The id with this pseudonym; of a pseudonym under another key it is just some number."""
        return self._permutation(kind).decrypt(number)

    def text(self, kind: str, text: str, characters: int = 26) -> str:
        """Lower-case letters and digits for a text; 26 of them are 128 bits, so that no two texts share them."""
        message = kind.encode() + b"\0" + text.encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._texts, message, "sha256")
        return base64.b32encode(digest).decode().lower()[:characters]

    def email(self, email: str) -> str:
        """The pseudonym of an email, the same for all spellings that compare equal."""
        return f"p-{self.text('email', fold_email(email))}@{DOMAIN}"

    def account(self, account: str) -> str:
        """The pseudonym of an account's id."""
        return f"a-{self.text('account', account)}"

    def source(self, source: str) -> str:
        """The pseudonym of where a document came from."""
        return f"source-{self.text('source', source, 16)}"

    def mask(self, text: str) -> str:
        """The pseudonym of an email, a node id or a grant id. Raises BadId for anything else."""
        text = text.strip()
        if is_grant_id(text):
            return _of_ends(text, self.mask)
        if "@" in text and not text.startswith("account:"):
            return self.email(text)
        node = node_id(text)
        kind, native = kind_of(node), native_id(node)
        if kind is NodeKind.ACCOUNT:
            return f"account:{self.account(native)}"
        return f"{kind.lower()}:{self.number(kind.lower(), _in_range(native))}"

    def unmask(self, text: str, graph: nx.MultiDiGraph[str]) -> str:
        """Return the node that a pseudonym stands for in the graph of the original documents.

        Raises NotFound where nothing in it has this pseudonym under this key, and BadId.
        """
        text = text.strip()
        if is_grant_id(text):
            return _of_ends(text, lambda end: self.unmask(end, graph))
        found: str | None
        if "@" in text and not text.startswith("account:"):
            emails = (data.get("email") for _, data in graph.nodes(data=True))
            found = next(
                (each for each in emails if each and self.email(each) == fold_email(text)), None
            )
        elif kind_of(node := node_id(text)) is NodeKind.ACCOUNT:
            accounts = (each for each in graph if kind_of(each) is NodeKind.ACCOUNT)
            found = next((each for each in accounts if self.mask(each) == node), None)
        else:
            kind = kind_of(node).lower()
            found = f"{kind}:{self.original_number(kind, _in_range(native_id(node)))}"
        if found is None or ("@" not in found and found not in graph):
            raise NotFound(f"under this key nothing in these documents has the pseudonym {text!r}")
        return found

    def _permutation(self, kind: str) -> FF1:
        if kind not in self._permutations:
            self._permutations[kind] = FF1(self._numbers, DIGITS, kind.encode())
        return self._permutations[kind]


def rewritten(
    documents: Sequence[Document], names: Pseudonyms, policy: Policy
) -> Iterator[Observation]:
    """Documents, in their order, as observations that hold pseudonyms; moments stay.

    Hashes are keyed: the original one would let whoever has a document confirm that it is in here. They keep the
    order of documents of one moment, which decides between them.
    """
    writer = _Rewriter(names, policy)
    for _, group in groupby(documents, lambda document: document.observed_at):
        same = list(group)
        hashes = sorted(
            hashlib.sha256(names.text("sha256", each.sha256, 52).encode()).hexdigest()
            for each in same
        )
        for document, sha256 in zip(same, hashes, strict=True):
            body = msgspec.json.encode(writer.body(document), order="sorted")
            source = names.source(document.source)
            yield restore(body, sha256, document.observed_at, source, document.moment_source)


def rejected(rejection: Rejection, names: Pseudonyms) -> Rejection:
    """A rejection of which the code alone is told: its place and message may name what is in the document."""
    return Rejection(
        names.source(rejection.source),
        "",
        rejection.code,
        "the reason is told without pseudonyms only",
    )


class _Rewriter:
    """Rewrites the values of documents; what it cannot read stays unreadable, so that the same is missing after it."""

    def __init__(self, names: Pseudonyms, policy: Policy) -> None:
        self.names = names
        self.words = frozenset(
            word for table in (*WORDS.values(), *policy.words.values()) for word in table
        )
        self.statuses = STATUSES | policy.alive
        self.rules: dict[str, Callable[[Any], Any]] = {
            "account_id": self.account,
            "accountid": self.account,
            "role": self.word,
            "business_role_name": self.word,
            "uuid": lambda value: (
                self.names.text("uuid", value) if _is_text(value) else _empty(value)
            ),
            "page": _number,
            "total": _number,
            "status": self.status,
            "email": self.email,
            "unconfirmed_email": self.email,
            "category": lambda value: value if value == "business" else _empty(value),
            "confirmed_at": lambda value: _moment(value, _KNOWN_MOMENT),
            "created_at": lambda value: _moment(value, None),
            "updated_at": lambda value: _moment(value, None),
            "invitation_date_accepted": lambda value: _moment(value, None),
            "permissions": lambda value: self.table(value, self.flags),
            "subscription_statuses": lambda value: self.table(value, self.status),
            "business_statuses": lambda value: self.table(value, self.status),
        }

    def body(self, document: Document) -> Any:
        value = msgspec.json.decode(document.body)
        inner = value["response"] if document.prefix else value
        subject = (
            "identity" if document.kind == "me" else "record" if document.business else "business"
        )
        written = self.value(inner, "", subject)
        return {"response": written} if document.prefix else written

    def value(self, value: Any, key: str, ids: str) -> Any:
        """A value under a key; `ids` is what a bare id numbers in an object that stands there."""
        if isinstance(value, dict):
            return {
                name: self.field(each, name, ids) for name, each in value.items() if name in FIELDS
            }
        if isinstance(value, list):
            return [self.value(each, key, ids) for each in value]
        return _empty(value)

    def field(self, value: Any, key: str, ids: str) -> Any:
        if isinstance(value, list) or (isinstance(value, dict) and not key.endswith(_TABLES)):
            return self.value(value, key, _IDS_IN.get(key, "record"))
        if key == "id" or key in KINDS_OF_IDS:
            return self.id(value, KINDS_OF_IDS.get(key, ids))
        return self.rules.get(key, _empty)(value)

    def id(self, value: Any, kind: str) -> Any:
        number = _read(value, Id)
        if number is None:
            return (
                "?"
                if isinstance(value, str)
                else -1
                if isinstance(value, int | float)
                else _empty(value)
            )
        found = self.names.number(kind, int(number))
        return str(found) if isinstance(number, str) else found

    def account(self, value: Any) -> Any:
        if not isinstance(value, str):
            return _empty(value)
        masked = self.names.account(value)
        return (
            masked if _read(value, AccountId) is not None else f"? {masked}"
        )  # with a space it is no account's id

    def email(self, value: Any) -> Any:
        return self.names.email(value) if value and isinstance(value, str) else _empty(value)

    def word(self, value: Any) -> Any:
        if not isinstance(value, str) or not value or in_one_word(value) in self.words:
            return value if isinstance(value, str) else _empty(value)
        return f"role-{self.names.text('word', value, 16)}"

    def status(self, value: Any) -> Any:
        if not isinstance(value, str) or not value or value.lower() in self.statuses:
            return value if isinstance(value, str) else _empty(value)
        return f"status-{self.names.text('status', value, 16)}"

    def table(self, value: Any, rule: Callable[[Any], Any]) -> Any:
        if not isinstance(value, dict):
            return _empty(value)
        return {self.account(account): rule(each) for account, each in value.items()}

    def flags(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return _empty(value)
        return {
            self.flag(name): None if _is_limit(each) else _empty(each)
            for name, each in value.items()
        }

    def flag(self, name: str) -> str:
        return name if name in FLAGS else f"flag-{self.names.text('flag', name, 16)}"


_TABLES: Final = ("permissions", "_statuses")
_IDS_IN: Final = {"business": "business", "business_group": "group"}
"""The things that a bare id numbers in the object under a key; everywhere else it numbers a record."""


def _empty(value: Any) -> Any:
    """A value of the same type that says nothing; flags and nulls stay."""
    if isinstance(value, str):
        return ""
    if isinstance(value, dict):
        return {}
    if isinstance(value, list):
        return []
    return value if value is None or isinstance(value, bool) else -1 if value == -1 else 0


def _is_text(value: Any) -> bool:
    """Return whether a value is a text that says something."""
    return isinstance(value, str) and bool(value)


def _number(value: Any) -> Any:
    """The number of people in a team, or of a page, which names nobody; the rows tell it anyway."""
    return value if _read(value, Id) is not None else _empty(value)


def _is_limit(value: Any) -> bool:
    """Return whether a flag's value is a number that might tell an account from others; -1 is no limit at all."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value != -1


def _moment(value: Any, known: str | None) -> Any:
    if not isinstance(value, str):
        return _empty(value)
    return "" if _read(value, dt.datetime) is None else known


def _read(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


def _in_range(native: str) -> int:
    if len(native) > DIGITS:
        raise NotFound("no document names an id of so many digits")
    return int(native)


def _of_ends(grant: str, change: Callable[[str], str]) -> str:
    resource, _, rest = grant.rpartition("#")
    relation, _, principal = rest.partition("@")
    return grant_id(change(principal), relation, change(resource))


def _bits(secret: bytes) -> float:
    """The most bits that one character of a secret can hold, by the smallest alphabet that has all of them."""
    text = secret.decode("latin-1")
    sizes = (size for letters, size in _ALPHABETS if re.fullmatch(f"[{letters}]*", text))
    return math.log2(next(sizes, 256))
