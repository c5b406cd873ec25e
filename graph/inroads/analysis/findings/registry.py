"""The registry of rules: a rule is a small function that is registered in one line."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from inroads.analysis.findings.context import RuleContext
from inroads.analysis.findings.finding import RuleOutcome
from inroads.policy.rule_settings import RULES as ROWS
from inroads.policy.rule_settings import RuleRow, Severity


class Maturity(StrEnum):
    """The maturity of a rule. An EXPERIMENTAL rule may change its meaning in a minor version."""

    EXPERIMENTAL = "EXPERIMENTAL"
    STABLE = "STABLE"


class Rule(NamedTuple):
    """A rule: what it means exactly, what it looks at, what to do, and the function that looks.

    `says` is a sentence with `{0}`, `{1}` for the subjects and names for the facts. A number may
    count a noun: `{routes:independent route}`.
    """

    id: str
    version: str
    maturity: Maturity
    definition: str
    population: str
    says: str
    remediation: str
    look: Callable[[RuleContext, RuleRow], RuleOutcome]

    @property
    def severity(self) -> Severity:
        """The severity of its findings unless the policy says otherwise."""
        return ROWS[self.id].severity


RULES: dict[str, Rule] = {}
"""The rules by id, in the order in which they are registered."""


def rule(
    name: str,
    population: str,
    says: str,
    remediation: str,
    version: str = "1.0.0",
    *,
    experimental: bool = False,
) -> Callable[
    [Callable[[RuleContext, RuleRow], RuleOutcome]], Callable[[RuleContext, RuleRow], RuleOutcome]
]:
    """Register a rule whose docstring is its definition."""

    def register(
        look: Callable[[RuleContext, RuleRow], RuleOutcome],
    ) -> Callable[[RuleContext, RuleRow], RuleOutcome]:
        maturity = Maturity.EXPERIMENTAL if experimental else Maturity.STABLE
        definition = " ".join((look.__doc__ or "").split())
        RULES[name] = Rule(name, version, maturity, definition, population, says, remediation, look)
        return look

    return register
