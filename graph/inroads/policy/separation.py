"""Separation of duty in a policy file: pairs that no person should hold together::

[[separation_of_duty]]
name = "books-and-projects"
reason = "who runs projects must not also see the reports"
left = { roles = ["MANAGER"] }
right = { capabilities = ["FINANCIAL_REPORTS"] }
scope = "any"                   # or "same-business", which is the default
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from inroads.model import Capability, Role

SECTION = "separation_of_duty"
"""The name of the array of tables in a policy file."""


class DutyScope(StrEnum):
    """The range in which both sides must be held: one business with its accounts, or anywhere."""

    SAME_BUSINESS = "same-business"
    ANY = "any"


class Side(msgspec.Struct, frozen=True):
    """One side of a duty: held by an access that has any of these roles or capabilities."""

    roles: frozenset[Role] = frozenset()
    capabilities: frozenset[Capability] = frozenset()


class Duty(msgspec.Struct, frozen=True):
    """Two sides that no identity should hold together, and why."""

    name: str
    reason: str
    left: Side
    right: Side
    scope: DutyScope = DutyScope.SAME_BUSINESS


def read_duties(given: Any, problems: list[str]) -> tuple[Duty, ...]:
    """Read the duties of a policy file. Problems are added to `problems`, one sentence each."""
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        problems.append(f"{SECTION}: write it as tables [[{SECTION}]]")
        return ()
    found, names = [], set[str]()
    for number, table in enumerate(given, 1):
        wrong = list(_wrong(table, names))
        problems += [f"{SECTION} {number}: {each}" for each in wrong]
        if not wrong:
            names.add(table["name"])
            found.append(msgspec.convert(table, Duty))
    return tuple(found)


def _wrong(table: dict[str, Any], names: set[str]) -> Iterator[str]:
    for key in table.keys() - set(Duty.__struct_fields__):
        yield f"{key}: no such key; there are {', '.join(Duty.__struct_fields__)}"
    for key in ("name", "reason"):
        text = table.get(key)
        if not isinstance(text, str) or not text.strip():
            yield f"{key}: {text!r} is not a text"
    if table.get("name") in names if isinstance(table.get("name"), str) else False:
        yield f"name: {table['name']!r} is the name of another duty"
    if table.get("scope", DutyScope.ANY.value) not in tuple(DutyScope):
        yield f"scope: {table['scope']!r} is not one of {', '.join(DutyScope)}"
    for key in ("left", "right"):
        yield from (f"{key}{each}" for each in _wrong_side(table.get(key)))


def _wrong_side(side: Any) -> Iterator[str]:
    kinds = {"roles": Role, "capabilities": Capability}
    if not isinstance(side, dict) or not any(side.get(key) for key in kinds):
        yield ': write { roles = ["MANAGER"] } or { capabilities = ["OPERATIONS"] }, or both'
        return
    for key in side.keys() - kinds.keys():
        yield f".{key}: no such key; there are {', '.join(kinds)}"
    for key, kind in kinds.items():
        words = side.get(key, [])
        if not isinstance(words, list):
            yield f".{key}: {words!r} is not a list"
            continue
        for word in words:
            if not isinstance(word, str) or word not in kind.__members__:
                yield f".{key}: {word!r} is not one of {', '.join(kind.__members__)}"
