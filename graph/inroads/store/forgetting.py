"""Erasing a person from the bodies of documents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from inroads.documents.reader import Content, Observation, restore
from inroads.documents.records import Me, Members
from inroads.model import Document, fold_email


class Person:
    """One identity, and the addresses that name it in records without its id."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.names: set[str] = set()

    def learn(self, observation: Observation) -> None:
        for row in _rows(observation.content):
            if isinstance(row, Me) or str(row.identity_id) == self.number:
                said = (getattr(row, name, None) for name in _NAMES)
                self.names.update(
                    fold_email(each) for each in said if isinstance(each, str) and each.strip()
                )

    def left_out_of(self, team: Observation) -> Document | None:
        """Return the document of a team, or of a listing of it, without the person.

        It is the document itself if it does not name them, and None if it names nobody else.
        """
        document = team.document
        value = msgspec.json.decode(document.body)
        rest = self._left_out(value, frame=True)
        if rest == value:
            return document
        if isinstance(team.content, Members):
            if not any(self._left_out([msgspec.to_builtins(row)]) for row in team.content.rows):
                return None
            if team.content.total is not None:
                # The rest stays a whole listing if this was one: it says that there is nobody else.
                gone = len(team.content.response) - len(rest["response"])
                rest["meta"]["total"] = max(0, team.content.total - gone)
        body = msgspec.json.encode(rest, order="sorted")
        return restore(
            body,
            hashlib.sha256(body).hexdigest(),
            document.observed_at,
            document.source,
            document.moment_source,
        ).document

    def _left_out(self, value: Any, *, frame: bool = False) -> Any:
        if isinstance(value, list):
            return [
                self._left_out(each)
                for each in value
                if not (self._owns(each) or self._is_named_in(each))
            ]
        if isinstance(value, dict) and (frame or not self._is_anothers(value)):
            return {
                key: self._left_out(each, frame=key in _FRAME)
                for key, each in value.items()
                if key in _FRAME
                or not (self._owns(each) or (key == "identity_id" and str(each) == self.number))
            }
        return value

    def left_unsaid(self, text: Any) -> tuple[Any, int]:
        """Remove the person's id and addresses from a text or bytes, and count them."""
        if isinstance(text, bytes):
            plain, found = self.left_unsaid(text.decode())
            return plain.encode(), found
        words = sorted({f"identity:{self.number}", *self.names}, key=len, reverse=True)
        pattern = "|".join(map(re.escape, words))
        return re.subn(
            rf"(?<![\w.+-])(?:{pattern})(?![\w-]|\.\w)", ANONYMOUS, text, flags=re.IGNORECASE
        )

    def _owns(self, value: Any) -> bool:
        """Return whether a value is a record of the person, or one of their addresses."""
        if isinstance(value, str):
            return fold_email(value) in self.names
        return isinstance(value, dict) and str(value.get("identity_id")) == self.number

    def _is_named_in(self, row: Any) -> bool:
        """Return whether a row that names nobody by id has an address of the person."""
        return (
            isinstance(row, dict)
            and row.get("identity_id") is None
            and any(self._owns(row[name]) for name in _NAMES if isinstance(row.get(name), str))
        )

    def _is_anothers(self, record: dict[str, Any]) -> bool:
        """Return whether a record is another person's, and stays: two people may share an address."""
        return record.get("identity_id") is not None and str(record["identity_id"]) != self.number


def _rows(content: Content) -> Iterable[Any]:
    """Return the records of a document that tell who somebody is."""
    if isinstance(content, Me):
        return [content]
    if isinstance(content, Members):
        return content.rows
    return [row for row in content.business_group.members if row]


ANONYMOUS: Final = "(forgotten)"
"""The name that replaces a forgotten person in reviews."""

MENTIONING: Final = (
    ("campaigns", "id", "head"),
    ("campaigns", "id", "name"),
    ("campaigns", "id", "signed"),
    ("review_decisions", "sequence", "decider"),
    ("review_decisions", "sequence", "why"),
)
"""The texts of reviews that may name anybody: table, key, column."""

_NAMES: Final = ("email", "unconfirmed_email", "identity_uuid")
_FRAME: Final = frozenset({"response", "business", "business_group", "members", "meta"})
"""The fields without which a document is no team, or no listing of one."""
