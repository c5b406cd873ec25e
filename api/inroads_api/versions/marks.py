"""Marks of versions, which stand behind an `@` in the ids of objects of another version.

An object of the served version has a plain id, `business:77128`. An object of a past version, or of
one that a what-if imagines, has `business:77128@~1f-1a2b3c4d5e-0123abcd`: a cache that is keyed by
ids never mixes today with then.

**A past version** is named by the newest position that its documents have in the log of the ledger,
the newest moment of its documents, both in base 36, and the beginning of its name. Position and
moment cut it out of any later version, since a log only grows. So the mark stays when the server
is restarted, and when later documents arrive. Without a ledger it has no position. The name
detects a log that is not the same any more: another ledger or policy, or a forgotten person.

**An imagined version** is named by a digest of its base and its edits. The edits themselves would
be too long for an id, so it can be had only while the server keeps it.

All characters are unreserved in URLs. No account id may be mistaken for a mark, though it can hold
any visible character: where the plain id of an account ends like a mark, an empty mark follows.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

import numpy as np

from inroads.columns.arrays import Flags, Ints
from inroads.columns.claimset import DocumentRows
from inroads.columns.fold import version as name_of
from inroads.errors import BadId
from inroads.network.access_graph import AccessGraph
from inroads.store.ledger import Bodies

SIGN: Final = "@~"
"""The beginning of every mark."""

_END: Final = re.compile(r"(.*)@~([0-9a-z-]*)", re.DOTALL)
_PAST: Final = re.compile(r"((?:[1-9a-z][0-9a-z]{0,9})?)-(0|[1-9a-z][0-9a-z]{0,11})-([0-9a-f]{8})")
_IMAGINED: Final = re.compile(r"[0-9a-f]{16}")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Past(NamedTuple):
    """The mark of a version of documents; `moment` is in microseconds since 1970.

    >>> str(Past(51, 0, "0123abcd")), str(Past(None, -1, "0123abcd"))
    ('@~1f-0-0123abcd', '@~-1-0123abcd')
    """

    position: int | None
    moment: int
    name: str

    def __str__(self) -> str:
        position = _base36(self.position) if self.position else ""
        # Moments before 1970 are the odd numbers.
        moment = 2 * self.moment if self.moment >= 0 else -2 * self.moment - 1
        return f"{SIGN}{position}-{_base36(moment)}-{self.name}"

    def chosen(self, rows: DocumentRows, positions: Ints | None) -> Flags:
        """Return which documents of a later version are those of the marked version."""
        chosen: Flags = np.asarray(rows.moment) <= self.moment
        if self.position is not None and positions is not None:
            chosen = chosen & (positions <= self.position)
        return chosen


NOTHING: Final = Past(None, 0, "")
"""Stands for the version without documents, in which nothing has an id."""


class Imagined(NamedTuple):
    """The mark of an imagined version.

    >>> str(Imagined("0123456789abcdef"))
    '@~0123456789abcdef'
    """

    digest: str

    def __str__(self) -> str:
        return f"{SIGN}{self.digest}"

    @classmethod
    def of(cls, name: str) -> Imagined:
        """The mark of a hypothetical version, whose name holds its base and a hash of the edits."""
        return cls(hashlib.sha256(name.encode()).hexdigest()[:16])


Mark = Past | Imagined


def parse(mark: str) -> Mark:
    """Return the mark of a text. Raises BadId.

    >>> parse("@~1f-0-0123abcd")
    Past(position=51, moment=0, name='0123abcd')
    """
    text = mark.removeprefix(SIGN)
    if _IMAGINED.fullmatch(text):
        return Imagined(text)
    if not (found := _PAST.fullmatch(text)):
        raise BadId(f"{mark!r} is not the mark of a version")
    number = int(found[2], 36)
    moment = -(number + 1) // 2 if number % 2 else number // 2
    return Past(int(found[1], 36) if found[1] else None, moment, found[3])


def split(text: str) -> tuple[str, str]:
    """Return an id without its mark, and the mark; the mark of the served version is empty.

    >>> split("business:1@~1f-0-0123abcd"), split("account:a@b"), split("account:a@~b@~")
    (('business:1', '@~1f-0-0123abcd'), ('account:a@b', ''), ('account:a@~b', ''))
    """
    found = _END.fullmatch(text.strip()) if SIGN in text else None
    return (found[1], f"{SIGN}{found[2]}" if found[2] else "") if found else (text, "")


def plain(key: str) -> str:
    """Return the id of an object of the served version.

    >>> plain("account:zDmNq"), plain("account:a@~b")
    ('account:zDmNq', 'account:a@~b@~')
    """
    return f"{key}{SIGN}" if SIGN in key and _END.fullmatch(key) else key


def positions_of(graph: AccessGraph) -> Ints | None:
    """Return the position of each document in the log of a ledger; None if none is from a ledger.

    A document from elsewhere has 0. So have all of a limited view, whose positions would count
    documents that are hidden.
    """
    said = graph.fold.said
    ledgers = [place for place, store in enumerate(said.stores) if isinstance(store, Bodies)]
    if graph.limited or not ledgers:
        return None
    return np.where(np.isin(said.documents.store, ledgers), np.asarray(said.documents.at), 0)


def past(graph: AccessGraph, chosen: Flags, positions: Ints | None) -> Past:
    """Return the mark of the version that has these documents of a graph, at least one."""
    rows = graph.fold.said.documents
    moment = np.asarray(rows.moment)[chosen]
    documents = rows._replace(moment=moment, sha256=np.asarray(rows.sha256)[chosen])
    name = name_of(graph.fold.said._replace(documents=documents), graph.policy)
    position = int(positions[chosen].max()) if positions is not None else 0
    return Past(position or None, int(moment.max()), name[:8])


def own(graph: AccessGraph) -> str:
    """Return the mark of a version, also of one whose objects have plain ids.

    It is empty for a limited view, which has no past, and for a graph without documents.
    """
    attributes = vars(graph)
    found: str | None = graph.mark or attributes.get("own_mark")
    if found is None:
        rows, found = graph.fold.said.documents, ""
        if len(rows.moment) and not graph.limited:
            positions = positions_of(graph)
            position = 0 if positions is None else int(positions.max())
            found = str(Past(position or None, int(rows.moment[-1]), graph.version[:8]))
        attributes["own_mark"] = found  # as a cached property is
    return found


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
