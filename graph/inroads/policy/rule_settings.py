"""Settings of the rules of findings: severities, thresholds and suppressions.

The table is that of the stock rules. The policy file of a user replaces rows, and adds
suppressions::

    [findings.old-grant]
    severity = "low"
    days = 365
    [findings.bridge]
    enabled = false
    [[suppressions]]
    rule = "redundant-route"
    subject = "account:Xr82w"       # or finding = "the identity of one finding"
    reason = "the vendor knows"     # required
    expires = 2027-01-31            # required; the last day, in UTC, on which it suppresses

None of it changes what a graph holds, so none of it is in the digest that names a version of a
graph.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import msgspec

from inroads.errors import BadId
from inroads.model import is_grant_id, node_id


class Severity(StrEnum):
    """The severity of a finding, the least first.

    INFO is worth knowing, and alone no reason to act.
    """

    INFO = "INFO"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def rank(self) -> int:
        """The place among the severities, 0 for the least."""
        return _RANKS[self]


_RANKS: Final = {each: rank for rank, each in enumerate(Severity)}

Option = Severity | int | bool
_S = Severity


class RuleRow(msgspec.Struct, frozen=True):
    """The settings of a rule: enabled or not, its severity, and its own options by name."""

    severity: Severity
    options: dict[str, Option] = {}
    enabled: bool = True


RULES: Final[dict[str, RuleRow]] = {
    "indirect-only": RuleRow(_S.INFO),
    "redundant-route": RuleRow(_S.MEDIUM),
    "new-since": RuleRow(_S.MEDIUM),
    "client-only": RuleRow(_S.INFO),
    "role-without-membership": RuleRow(_S.MEDIUM, {"client_severity": _S.LOW}),
    "membership-without-role": RuleRow(_S.INFO),
    "contested-access": RuleRow(_S.HIGH),
    "role-disagreement": RuleRow(_S.HIGH),
    "unmapped-role": RuleRow(_S.MEDIUM),
    "group-without-membership": RuleRow(_S.MEDIUM),
    "duplicate-group": RuleRow(_S.INFO),
    "old-grant": RuleRow(_S.LOW, {"days": 365}),
    "role-predates-identity": RuleRow(_S.LOW),
    "inactive-business": RuleRow(_S.MEDIUM),
    "lapsed-subscription": RuleRow(_S.MEDIUM),
    "unlimited-on-lapsed": RuleRow(_S.LOW),
    "orphan-account": RuleRow(_S.INFO),
    "reference-conflict": RuleRow(_S.HIGH),
    "concentration": RuleRow(_S.HIGH, {"businesses": 5}),
    "single-owner": RuleRow(_S.LOW),
    "no-owner": RuleRow(_S.HIGH),
    "client-chain": RuleRow(_S.INFO),
    "bridge": RuleRow(_S.LOW, {"clients": False}),
    "email-collision": RuleRow(_S.HIGH),
    "unconfirmed-access": RuleRow(_S.HIGH),
}


class Suppression(msgspec.Struct, frozen=True):
    """A suppression of findings until a day, with its reason.

    It names one finding by its identity, or a rule and a subject.
    """

    reason: str
    expires: dt.date
    rule: str | None = None
    finding: str | None = None
    subject: str | None = None


class Judgement(msgspec.Struct, frozen=True, dict=True):
    """The settings of all rules, and the suppressions in the order of the file."""

    rules: dict[str, RuleRow]
    suppressions: tuple[Suppression, ...] = ()

    @cached_property
    def digest(self) -> str:
        """A hash that two judgements share exactly when they are equal."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


STOCK: Final = Judgement(RULES)


def judgement(findings: object, suppressions: object, problems: list[str]) -> Judgement:
    """Read the settings in a policy file over the stock ones. Problems are added to `problems`."""
    rules = dict(RULES)
    if not isinstance(findings, dict):
        problems.append("findings: is not a table")
        findings = {}
    for name, table in findings.items():
        where = f"findings.{name}"
        if name not in RULES:
            problems.append(f"{where}: no such rule; there are {', '.join(RULES)}")
        elif not isinstance(table, dict):
            problems.append(f"{where}: is not a table")
        else:
            rules[name] = _row(RULES[name], table, where, problems)
    if not isinstance(suppressions, list):
        problems.append("suppressions: write one [[suppressions]] table for each")
        suppressions = []
    found = (
        _suppression(each, f"suppressions.{place}", problems)
        for place, each in enumerate(suppressions)
    )
    return Judgement(rules, tuple(each for each in found if each))


def _row(stock: RuleRow, table: dict[str, Any], where: str, problems: list[str]) -> RuleRow:
    given: dict[str, Option] = {
        "severity": stock.severity,
        "enabled": stock.enabled,
        **stock.options,
    }
    for name, value in table.items():
        place = f"{where}.{name}"
        if name not in given:
            problems.append(f"{place}: no such key; there are {', '.join(given)}")
        elif isinstance(given[name], Severity):
            if isinstance(value, str) and value.upper() in Severity.__members__:
                given[name] = Severity[value.upper()]
            else:
                problems.append(f"{place}: {value!r} is not one of {', '.join(Severity).lower()}")
        elif isinstance(given[name], bool):
            if isinstance(value, bool):
                given[name] = value
            else:
                problems.append(f"{place}: {value!r} is not true or false")
        elif isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 10**6:
            given[name] = value
        else:
            problems.append(f"{place}: {value!r} is not a number from 1 to 1,000,000")
    options = {name: given[name] for name in stock.options}
    return RuleRow(Severity(str(given["severity"])), options, bool(given["enabled"]))


_TEXTS: Final = ("rule", "finding", "subject", "reason")


def _suppression(given: object, where: str, problems: list[str]) -> Suppression | None:
    if not isinstance(given, dict):
        problems.append(f"{where}: is not a table")
        return None
    before = len(problems)
    problems += [
        f"{where}.{name}: no such key; there are {', '.join(_TEXTS)}, expires"
        for name in given
        if name not in (*_TEXTS, "expires")
    ]
    texts = {name: given[name] for name in _TEXTS if name in given}
    problems += [
        f"{where}.{name}: {value!r} is not a text"
        for name, value in texts.items()
        if not _is_text(value)
    ]
    if "reason" not in given:
        problems.append(f"{where}.reason: is required")
    expires = _day(given.get("expires"))
    if expires is None:
        problems.append(f"{where}.expires: is required, a day such as 2027-01-31")
    if ("finding" in given) == ("subject" in given):
        problems.append(f"{where}: name either a finding by its identity or a subject")
    if "subject" in given and "rule" not in given:
        problems.append(f"{where}.rule: is required with a subject")
    if isinstance(given.get("rule"), str) and given["rule"] not in RULES:
        problems.append(f"{where}.rule: no such rule; there are {', '.join(RULES)}")
    if _is_text(given.get("finding")) and not re.fullmatch("[0-9a-f]{32}", given["finding"]):
        problems.append(f"{where}.finding: is not the identity of a finding, 32 hexadecimal digits")
    if _is_text(given.get("subject")) and not _is_id(given["subject"]):
        problems.append(
            f"{where}.subject: {given['subject']!r} is not an id like identity:712052 or"
            " account:Xr82w#CLIENT@business:77128"
        )
    return Suppression(expires=expires, **texts) if len(problems) == before and expires else None


def _is_id(text: str) -> bool:
    """Return whether a text is the printed id of a node or a grant, by which subjects are named."""
    if is_grant_id(text):
        return True
    try:
        return node_id(text) == text
    except BadId:
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _day(value: object) -> dt.date | None:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else None
