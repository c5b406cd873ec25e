"""Graphs for exports: a population, and hostile names."""

from __future__ import annotations

import msgspec

from inroads.documents.reader import Observation, parse_moment, read
from inroads.explorer import Explorer
from inroads.sources.synthetic import population
from records import DAY, me, membership
from worlds import explore

HOSTILE = (
    "\x00\x1b[31m]]>&<\"'\x85\ufffe",
    "=HYPERLINK(1)",
    "'quoted",
    "back\\slash\\u0041",
    "a\r\nb",
    "\u202e;,",
    "\ud800",
)


def hostile() -> Explorer:
    """A graph whose names and ids are hostile to every format."""
    rows = []
    for number, name in enumerate(HOSTILE[:-1], 1):
        row = membership(number, number, "owner")
        row["business"] |= {
            "name": name,
            "account_id": ("a b", "=x#@:", "'|`;", "..\\", "-1", "x;y", "a:b")[number - 1],
        }
        rows.append(row)
    return explore([(me(1, business_memberships=rows), DAY[0])])


def populated(people: int) -> Explorer:
    """A made-up population."""
    taken = []
    for row in population(people, 7):
        moment = parse_moment(row["observed_at"])
        assert moment
        found = read(msgspec.json.encode(row["document"]), moment, row["source"])
        assert isinstance(found, Observation)
        taken.append(found)
    return Explorer.observe(taken)
