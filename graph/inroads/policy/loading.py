"""Reading a policy from TOML, with every problem listed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from inroads.errors import BadPolicy, file_words
from inroads.model import Capability, Relation, Role
from inroads.policy.grammar import Conveys
from inroads.policy.rule_settings import judgement
from inroads.policy.separation import SECTION, read_duties
from inroads.policy.tables import (
    ALIVE,
    ALLOWED,
    RELATIONS,
    ROLES,
    WORDS,
    Policy,
    RelationRow,
    RolePolicy,
)
from inroads.text import many

_E = TypeVar("_E", bound=StrEnum)


def read_policy(file: Path) -> Policy:
    """Read a policy from a file. Raises BadPolicy, which names the file and every problem."""
    try:
        return load_policy(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        told = f"the policy {file} cannot be read: {file_words(error)}; it should be a TOML file"
        raise BadPolicy(told) from None
    except BadPolicy as error:
        raise BadPolicy(f"{file}: {error.message}", problems=error.problems) from None


def load_policy(text: str) -> Policy:
    """Read the rows of a TOML policy over the stock policy. Raises BadPolicy with every problem."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy("the policy is not TOML", problems=(str(error),)) from None
    problems: list[str] = []
    words = {dialect: dict(table) for dialect, table in WORDS.items()}
    roles, relations, alive = dict(ROLES), dict(RELATIONS), ALIVE

    def word_tables(dialect: str, table: Any, where: str) -> None:
        if dialect not in words:
            problems.append(f"{where}: no such dialect; there are {', '.join(words)}")
        elif _is_table(table, where, problems):
            for word, value in table.items():
                role = _one(Role, value, f"{where}.{word}", problems)
                if role is not None:
                    words[dialect][word] = role

    def role_row(name: str, table: Any, where: str) -> None:
        role = _one(Role, name, where, problems)
        if role is None or not _is_table(table, where, problems):
            return
        _only(table, ("capabilities", "controls"), where, problems)
        controls = table.get("controls", roles[role].controls)
        if not isinstance(controls, bool):
            problems.append(f"{where}.controls: {controls!r} is not true or false")
        elif controls and role is Role.UNKNOWN:
            problems.append(f"{where}.controls: an unknown role never grants control")
        else:
            listed = table.get("capabilities", sorted(roles[role].capabilities))
            if not isinstance(listed, list):
                problems.append(f"{where}.capabilities: {listed!r} is not a list")
                return
            found = [_one(Capability, value, f"{where}.capabilities", problems) for value in listed]
            roles[role] = RolePolicy(frozenset(c for c in found if c is not None), controls)

    def relation_row(name: str, table: Any, where: str) -> None:
        relation = _one(Relation, name, where, problems)
        if relation is None or not _is_table(table, where, problems):
            return
        _only(table, ("controlling", "otherwise"), where, problems)
        row = {
            "controlling": relations[relation].controlling,
            "otherwise": relations[relation].otherwise,
        }
        for key in row.keys() & table.keys():
            conveys = _one(Conveys, table[key], f"{where}.{key}", problems)
            if conveys is not None and conveys not in ALLOWED[relation]:
                allowed = ", ".join(sorted(ALLOWED[relation]))
                problems.append(
                    f"{where}.{key}: {relation} cannot be {conveys}; it can be {allowed}"
                )
            elif conveys is not None:
                row[key] = conveys
        relations[relation] = RelationRow(**row)

    def subscription_row(name: str, value: Any, where: str) -> None:
        nonlocal alive
        if (
            name != "alive"
            or not isinstance(value, list)
            or not all(isinstance(item, str) for item in value)
        ):
            problems.append(f'{where}: write alive = ["active", ...], a list of statuses')
        else:
            alive = frozenset(value)

    readers: dict[str, Callable[[str, Any, str], None]] = {
        "words": word_tables,
        "roles": role_row,
        "relations": relation_row,
        "subscriptions": subscription_row,
    }
    _only(given, (*readers, SECTION, "findings", "suppressions"), "", problems)
    separation = read_duties(given.get(SECTION, []), problems)
    judged = judgement(given.get("findings", {}), given.get("suppressions", []), problems)
    for section in readers.keys() & given.keys():
        if _is_table(given[section], section, problems):
            for name, value in given[section].items():
                readers[section](name, value, f"{section}.{name}")
    if problems:
        raise BadPolicy(
            f"the policy has {many(len(problems), 'problem')}", problems=tuple(sorted(problems))
        )
    return Policy(words, roles, relations, alive, separation, judged)


def _is_table(value: Any, where: str, problems: list[str]) -> bool:
    if not isinstance(value, dict):
        problems.append(f"{where}: is not a table")
    return isinstance(value, dict)


def _only(table: dict[str, Any], known: tuple[str, ...], where: str, problems: list[str]) -> None:
    problems += [
        f"{f'{where}.' if where else ''}{key}: no such key; there are {', '.join(known)}"
        for key in table
        if key not in known
    ]


def _one(kind: type[_E], value: Any, where: str, problems: list[str]) -> _E | None:
    if isinstance(value, str) and value in kind.__members__:
        return kind[value]
    problems.append(f"{where}: {value!r} is not one of {', '.join(kind.__members__)}")
    return None
