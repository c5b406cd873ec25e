"""A campaign in numbers and names."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from inroads.model import kind_of
from inroads.review.campaign import Campaign
from inroads.review.frozen_access import Scope
from inroads.review.rows import accesses_in, unpack
from inroads.review.values import CONTESTED, Filter, Item, Progress

WITH_ACCOUNT: Final = "BUSINESS WITH ITS ACCOUNT"
"""The kind of an item that covers a business and the account which it keeps."""


class Part(NamedTuple):
    """The progress of the part of a campaign about one business, with the name of that."""

    business: str
    name: str
    progress: Progress


class Summary(NamedTuple):
    """The items of a campaign counted, the largest count first.

    `roles` counts an item for each of its roles. `first` are the first undecided items in the order
    of review, `parts` the businesses with most left to decide and `open_parts` the number of all
    with anything left. `deciders` counts the decisions that count, by person.
    """

    progress: Progress
    kinds: Mapping[str, int]
    roles: Mapping[str, int]
    certainty: Mapping[str, int]
    state: Mapping[str, int]
    contested: int
    first: tuple[Item, ...]
    parts: tuple[Part, ...]
    open_parts: int
    deciders: Mapping[str, int]


def summary(campaign: Campaign, most: int = 3) -> Summary:
    """Return a summary that lists at most so many items and businesses."""
    progress = campaign.progress()
    whole = progress.pop("")
    left = {name: part for name, part in progress.items() if part.undecided}
    first = tuple(campaign.items(Filter(decided=False), limit=most))
    with campaign.ledger.looking() as rows:
        roles: Counter[str] = Counter()
        for words, count in _counted(rows, campaign, "roles").items():
            roles.update(dict.fromkeys(words.split(), count))
        contested = roles.pop(CONTESTED, 0)
        parts = tuple(
            Part(name, _name(rows, campaign.id, name), part)
            for name, part in list(left.items())[:most]
        )
        return Summary(
            whole,
            _kinds(rows, campaign.id),
            dict(roles.most_common()),
            _counted(rows, campaign, "certainty"),
            _counted(rows, campaign, "state"),
            contested,
            first,
            parts,
            len(left),
            _deciders(rows, campaign.id),
        )


def scope_in_words(scope: Scope) -> str:
    """Return the scope of a campaign as an English phrase."""
    said = [
        ("of", scope.identities),
        ("to", scope.resources or _kinds_in_words(scope)),
        ("with role", sorted(scope.roles)),
        ("that are", [each for each in (scope.certainty, scope.state) if each]),
    ]
    words = [f"{before} {_listed(values)}" for before, values in said if values]
    if isinstance(scope.contested, bool):
        words.append("that are contested" if scope.contested else "that are not contested")
    return " ".join(["accesses", *words]) if words else "every access"


def _kinds_in_words(scope: Scope) -> list[str]:
    return [] if scope.kinds == ALL_KINDS else [f"{each.lower()}s" for each in sorted(scope.kinds)]


ALL_KINDS: Final = Scope().kinds
_LISTED: Final = 3


def _listed(values: Sequence[str]) -> str:
    rest = f" and {len(values) - _LISTED} more" if len(values) > _LISTED else ""
    return ", ".join(values[:_LISTED]) + rest


def _counted(rows: sqlite3.Connection, campaign: Campaign, column: str) -> dict[str, int]:
    query = f"SELECT {column}, count(*) FROM review_items WHERE campaign = ? GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608  # ours
    return dict(rows.execute(query, (campaign.id,)))


def _kinds(rows: sqlite3.Connection, number: int) -> dict[str, int]:
    query = f"""
        SELECT min(i.resource), count(*) FROM review_items i
        JOIN {accesses_in(rows)} a
            ON a.campaign = i.campaign AND a.principal = i.principal AND a.item = i.number
        WHERE i.campaign = ? GROUP BY i.number"""  # noqa: S608  # ours
    kinds = Counter(
        WITH_ACCOUNT if size > 1 else kind_of(resource).value
        for resource, size in rows.execute(query, (number,))
    )
    return dict(kinds.most_common())


def _deciders(rows: sqlite3.Connection, number: int) -> dict[str, int]:
    query = """
        SELECT d.decider, count(*) FROM review_items i
        JOIN review_decisions d ON d.sequence = i.decision
        WHERE i.campaign = ? GROUP BY 1 ORDER BY 2 DESC, 1"""
    return dict(rows.execute(query, (number,)))


def _name(rows: sqlite3.Connection, number: int, business: str) -> str:
    """Return the name of a business, which any item about it has; else its id."""
    query = "SELECT frozen FROM review_items WHERE campaign = ? AND business = ? AND resource = business LIMIT 1"
    found = rows.execute(query, (number, business)).fetchone()
    return unpack(found[0])[0].what if found else business
