"""Sentences of findings: numbers agree with their nouns, and long lists of names are cut."""

from __future__ import annotations

import pytest

from inroads.analysis.findings import RULES, Finding
from inroads.analysis.findings.sentences import sentence
from inroads.explorer import Explorer
from inroads.policy.rule_settings import Severity


def said(rule: str, **facts: int | tuple[str, ...]) -> str:
    """The sentence of a finding about people of whom a graph knows nothing."""
    subjects = ("identity:1", "identity:2", "identity:3", "identity:4", "identity:5")
    told = tuple(facts.items())
    found = Finding("", rule, "1.0.0", Severity.LOW, subjects, told, (), None, 0)
    return sentence(Explorer(()), found)


@pytest.mark.parametrize(
    ("rule", "fact", "one", "more"),
    [
        ("unconfirmed-access", "accesses", "access to 1 resource.", "access to 2,000 resources."),
        ("inactive-business", "identities", "by 1 identity.", "by 2,000 identities."),
        ("concentration", "businesses", "controls 1 business.", "controls 2,000 businesses."),
        ("redundant-route", "routes", "by 1 independent route:", "by 2,000 independent routes:"),
    ],
)
def test_a_number_agrees_with_its_noun(rule: str, fact: str, one: str, more: str) -> None:
    """One resource is no "1 resources", and large numbers have their separators."""
    assert one in said(rule, **{fact: 1})
    assert more in said(rule, **{fact: 2_000})


@pytest.mark.parametrize("rule", RULES)
def test_no_bare_number_stands_before_a_noun(rule: str) -> None:
    """A template that counts something names the noun within its braces."""
    for counted in ("identities", "accesses", "businesses", "clients", "vendors", "routes", "days"):
        assert f"{{{counted}}}" not in RULES[rule].says


def test_names_beyond_three_are_counted() -> None:
    """A sentence about many people stays a line."""
    told = said("email-collision", collision=("a@example.com",) * 7)
    assert told == (
        "Emails of identity:1 and identity:2 and identity:3 and 2 more collide: "
        "a@example.com and a@example.com and a@example.com and 4 more."
    )
